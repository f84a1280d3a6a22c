"""Each pod writes into files of its own: a claim in the pod template is one claim for all pods.

A `persistentVolumeClaim`, or an NFS server and path, among the volumes of the pod template is
mounted by every replica as it stands, and so is a fixed `subPath` in it: all work in one directory,
and a database started twice on it damages its data. Only claim templates give each pod a claim.

What is mounted read-only is fine, and so is `subPathExpr` with the pod's name. Nothing is said of a
volume that by its name is meant for all (config, backup, shared ...), nor, where the pods have a
claim template mounted too, of a claim that several nodes may write.

Fix: Write a claim template instead, and a volume for each ordinal: `sfsgen volumes` prints them. Or
mount a directory of its own for each pod: `subPathExpr: $(POD_NAME)`, and in `env` POD_NAME from
the field metadata.name. Move the files. Where the program is made to share, leave it, and check
with `--ignore shared-volume`.

Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset; bitnami/charts#20671.
"""

import re
from collections.abc import Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import brief
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import PodVolume, is_mounted

_MEANT_FOR_ALL = (
    "shared common public archive backup backups snapshot snapshots dump dumps conf config configs "
    "configuration cert certs secret secrets license dags plugin plugins extensions script scripts "
    "media upload uploads asset assets model models dataset datasets log logs"
)
"""Words in names and paths of what all pods are to have alike."""
_FILE = re.compile(r"\.[a-z]{2,10}$")  # one file, as redis.conf, is not where data lies


def shared_volume(scene: Scene) -> Iterator[Finding]:
    for stateful_set in scene.inventory.stateful_sets:
        if stateful_set.replicas > 1:
            for each in scene.pod_volumes(stateful_set):
                if each.written and not _is_meant_for_all(scene, stateful_set, each):
                    yield _told(stateful_set, each)


def _told(stateful_set: FoundSet, volume: PodVolume) -> Finding:
    source, path = _source(volume)
    sub_path = next((each.sub_path for each in volume.written if each.sub_path), "")
    what = f"all {stateful_set.replicas} pods of {stateful_set.name} write into one directory: "
    what += f"they mount {source}" + f", each at its subPath {brief(sub_path)}" * bool(sub_path)
    own = f"{brief(sub_path)}/$(POD_NAME)".lstrip("/")
    fix = f"write a claim template instead, or subPathExpr: {own} where it is mounted, with "
    fix += "POD_NAME in env from the field metadata.name"
    tell = note if _has_own(stateful_set) else warning
    return tell(stateful_set.manifest, path, what, fix)


def _source(volume: PodVolume) -> tuple[str, Path]:
    if volume.claim_name:
        path = (*volume.path, "persistentVolumeClaim", "claimName")
        return f"the claim {volume.claim_name}", path
    kind = "nfs" if volume.driver == "nfs" else "csi"
    return f"{volume.server}:{volume.directory}", (*volume.path, kind)


def _has_own(stateful_set: FoundSet) -> bool:
    """Return whether the pods mount a claim of their own too, which may hold their data."""
    return any(is_mounted(stateful_set.manifest, each.name) for each in stateful_set.templates)


def _is_meant_for_all(scene: Scene, stateful_set: FoundSet, volume: PodVolume) -> bool:
    """Return whether a volume is there for all pods, as far as can be seen."""
    named = " ".join(
        (volume.name, volume.claim_name, *(each.mount_path for each in volume.written))
    )
    if {*_MEANT_FOR_ALL.split()} & {*re.split("[^a-z]+", named.lower())}:
        return True
    if all(_FILE.search(each.sub_path) for each in volume.written):
        return True
    if not volume.claim_name:
        return False
    key = stateful_set.namespace, volume.claim_name
    claim = scene.inventory.claims.get(key)
    modes = set(claim.storage.access_modes) if claim else set()
    if modes == {"ReadOnlyMany"}:
        return True
    pair = scene.pairing.pairs.get(key)
    if pair and pair.volume.read_only:
        return True
    is_for_one = modes and "ReadWriteMany" not in modes
    return _has_own(stateful_set) and not is_for_one
