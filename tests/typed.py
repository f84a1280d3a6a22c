"""Commands as they are typed for kubectl, carried out on a model of a cluster."""

import argparse
import json
import shlex
from collections.abc import Iterable
from typing import Any

from tests.cluster import Cluster
from tests.kinds import CLAIM, POD, STATEFUL_SET, VOLUME, Key, Object, key_of

NAMESPACE = "p"
_KINDS = {"pv": VOLUME, "pvc": CLAIM, "sts": STATEFUL_SET, "pod": POD}
UID_AWAY = """--type=json -p '[{"op":"remove","path":"/spec/claimRef/uid"}]'"""


def typed(cluster: Cluster, line: str, manifests: Iterable[Object] = ()) -> None:
    """Carry out a line of commands, with && between them; raise Refused where one is.

    `create pvc/NAME` takes the object from manifests; `settle` lets everybody finish.
    """
    for command in line.split(" && "):
        verb, *words = shlex.split(command)
        if verb == "settle":
            cluster.settle()
            continue
        given = _PARSER.parse_args(words)
        for key in map(_key, given.objects):
            _carry_out(cluster, verb, key, given, manifests)


def _carry_out(
    cluster: Cluster, verb: str, key: Key, given: Any, manifests: Iterable[Object]
) -> None:
    match verb:
        case "create":
            cluster.create(next(each for each in manifests if key_of(each) == key))
        case "patch":
            cluster.patch(*key, json.loads(given.p), given.type)
        case "delete":
            how = {"orphan": "Orphan", "foreground": "Foreground"}.get(given.cascade, "Background")
            cluster.delete(*key, how, wait=given.wait != "false", force=given.force)
        case "scale":
            cluster.scale(key[1], key[2], given.replicas)
        case "annotate":
            cluster.annotate(*key, {given.value.removesuffix("-"): None})
        case other:
            raise AssertionError(other)


def _key(word: str) -> Key:
    kind, name = word.split("/")
    return _KINDS[kind], "" if kind == "pv" else NAMESPACE, name


_PARSER = argparse.ArgumentParser()
_PARSER.add_argument("objects", nargs="*")
_PARSER.add_argument("--value", default="pv.kubernetes.io/bind-completed-")
_PARSER.add_argument("-p")
_PARSER.add_argument("--type", default="strategic")
_PARSER.add_argument("--cascade", default="background")
_PARSER.add_argument("--wait", default="true")
_PARSER.add_argument("--force", action="store_true")
_PARSER.add_argument("--replicas", type=int)
