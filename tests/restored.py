"""A cluster as a dump of a real one shows it: `kubectl get sts,svc,pvc,pv -o yaml`.

Objects keep their uids, phases and marks of deletion. Pods, which a dump of these lacks, run for as
many ordinals as the status of their set has Ready. Directories are there, each with the mark
`origin of NAMESPACE/CLAIM` of the claim that is bound to it.
"""

import copy
import random
from collections.abc import Iterable
from pathlib import Path

import yaml

from tests import set_controller
from tests.cluster import Cluster
from tests.kinds import STATEFUL_SET, Object, key_of
from tests.storing import as_created


def restored(objects: Iterable[Object], chance: random.Random | None = None) -> Cluster:
    """Return the cluster that objects are from."""
    cluster = Cluster((), chance)
    for each in objects:
        # What a server fills in is there already, but where a dump was shortened by hand.
        made = as_created(each, cluster.nfs.uid(), "")
        kept = copy.deepcopy(each)
        kept["metadata"] = {**made["metadata"], **kept["metadata"]}
        kept["status"] = {**made.get("status", {}), **(kept.get("status") or {})}
        cluster.objects[key_of(kept)] = kept
        cluster.version = max(cluster.version, int(kept["metadata"].get("resourceVersion", 0)))
    cluster.directories(make=True)
    for (space, claim), place in cluster.homes().items():
        cluster.nfs.make(place, f"origin of {space}/{claim}")
    cluster.nfs.is_strict = False
    for each in cluster.of_kind(STATEFUL_SET):
        set_controller.run_what_is_ready(cluster, each)
    cluster.nfs.is_strict = True
    cluster.excuse()
    return cluster


def dumped(file: Path) -> list[Object]:
    """Return the objects of a file, with those in lists one by one."""
    found: list[Object] = []
    for each in yaml.safe_load_all(file.read_text()):
        found += each["items"] if each and each.get("items") is not None else [each]
    return [each for each in found if each]
