"""Sets that live, and what goes wrong with them, for the tests of plans."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.cluster import Cluster, Refused
from tests.kinds import CLAIM, STATEFUL_SET, VOLUME, Object, key_of, place_of
from tests.program import rendered

Fault = Callable[[Cluster, random.Random], object]
DUMPED = ("StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Service")
_PROVISIONER = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {
        "name": "fast",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    },
    "provisioner": "ebs.csi.aws.com",
}


def living(command: str, seed: int | None = None, *more: Object) -> Cluster:
    """Return a set that runs, made by `render`."""
    chance = None if seed is None else random.Random(seed)  # noqa: S311
    cluster = Cluster([*more, *rendered(command)], chance)
    cluster.directories(make=True)
    cluster.settle()
    return cluster


def _any(cluster: Cluster, kind: str, chance: random.Random) -> tuple[str, str, str]:
    metadata = chance.choice(cluster.of_kind(kind))["metadata"]
    return kind, metadata.get("namespace", ""), metadata["name"]


def _deleted(kind: str) -> Fault:
    return lambda cluster, chance: cluster.delete(*_any(cluster, kind, chance), wait=False)


def _changed(kind: str, patch: Any, how: str = "strategic") -> Fault:
    return lambda cluster, chance: cluster.patch(*_any(cluster, kind, chance), patch, how)


def _gone(kind: str) -> Fault:
    """Return a deletion by force: its finalizers are taken away."""

    def fault(cluster: Cluster, chance: random.Random) -> None:
        key = _any(cluster, kind, chance)
        cluster.delete(*key, wait=False)
        if key in cluster.objects:
            cluster.patch(*key, {"metadata": {"finalizers": None}})

    return fault


def _set_made_again(cluster: Cluster, chance: random.Random, *, with_claims: bool) -> None:
    """Delete a set, and a claim or all of them, and make again what was deleted."""
    (found,) = cluster.of_kind(STATEFUL_SET)
    kept = as_written(found)
    cluster.delete(*_any(cluster, STATEFUL_SET, chance))
    cluster.settle()
    claims = [as_written(each) for each in cluster.of_kind(CLAIM)]
    for each in claims if chance.random() < 0.5 else claims[:1]:
        cluster.delete(CLAIM, each["metadata"]["namespace"], each["metadata"]["name"])
        if with_claims:
            cluster.create(each)
    cluster.create(kept)


def as_written(each: Object) -> Object:
    """Return an object as its owner has it in a file."""
    metadata = {key: each["metadata"][key] for key in ("name", "labels") if key in each["metadata"]}
    if "namespace" in each["metadata"]:
        metadata["namespace"] = each["metadata"]["namespace"]
    made = {key: value for key, value in each.items() if key != "status"}
    return {**made, "metadata": metadata}


def _scaled(cluster: Cluster, chance: random.Random) -> None:
    _, namespace, name = _any(cluster, STATEFUL_SET, chance)
    cluster.scale(namespace, name, chance.randrange(6))


def cross(cluster: Cluster) -> None:
    """Let two ordinals have each other's volumes, as chance might have had it from the start."""
    (found,) = cluster.of_kind(STATEFUL_SET)
    kept, claims = as_written(found), cluster.of_kind(CLAIM)[:2]
    cluster.delete(*key_of(found))
    cluster.settle()
    names = [each["spec"]["volumeName"] for each in claims]
    for each in claims:
        cluster.delete(*key_of(each))
    cluster.settle()
    for claim, volume in zip(map(as_written, claims), reversed(names), strict=True):
        claim["spec"]["volumeName"] = volume
        reference = {"name": claim["metadata"]["name"], "uid": None, "resourceVersion": None}
        cluster.patch(VOLUME, "", volume, {"spec": {"claimRef": reference}})
        cluster.create(claim)
    for place in {place_of(each) for each in cluster.of_kind(VOLUME)}:
        cluster.nfs.take(place)
        cluster.nfs.make(place)
    cluster.create(kept)
    cluster.settle()
    cluster.excuse()


def _without_uid(cluster: Cluster, chance: random.Random) -> None:
    key = _any(cluster, VOLUME, chance)
    cluster.patch(*key, {"spec": {"claimRef": {"uid": None}}})


FAULTS: dict[str, Fault] = {
    "claim deleted": _deleted(CLAIM),
    "volume deleted": _deleted(VOLUME),
    "volume gone": _gone(VOLUME),
    "claim gone": _gone(CLAIM),
    "set and claims made again": lambda *given: _set_made_again(*given, with_claims=True),
    "set made again": lambda *given: _set_made_again(*given, with_claims=False),
    "uid of another claim": _changed(VOLUME, {"spec": {"claimRef": {"uid": "an-earlier-one"}}}),
    "uid gone": _without_uid,
    "claimRef gone": _changed(VOLUME, {"spec": {"claimRef": None}}),
    "claimRef of another namespace": _changed(
        VOLUME, {"spec": {"claimRef": {"namespace": "other"}}}
    ),
    "claimRef of no claim": _changed(VOLUME, {"spec": {"claimRef": {"name": "pvc-none-0"}}}),
    "policy Delete": _changed(VOLUME, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}),
    "policy Recycle": _changed(VOLUME, {"spec": {"persistentVolumeReclaimPolicy": "Recycle"}}),
    "other number of replicas": _scaled,
}


def break_(cluster: Cluster, names: Sequence[str], chance: random.Random) -> None:
    """Let things go wrong, one after the other; what cannot is left out."""
    for name in names:
        try:
            FAULTS[name](cluster, chance)
        except (Refused, IndexError):
            continue
        if chance.random() < 0.7:
            cluster.settle()
    cluster.settle()
    cluster.excuse()
