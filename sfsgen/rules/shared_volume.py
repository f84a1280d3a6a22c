"""Each pod writes into files of its own: a claim in the pod template is one claim for all pods.

A `persistentVolumeClaim`, or an NFS server and path, among the volumes of the pod template is
mounted by every replica as it stands, and so is a fixed `subPath` in it: all work in one directory,
and a database started twice on it damages its data. Only claim templates give each pod a claim.

What is mounted read-only is fine, and so is `subPathExpr` with the pod's name. Where the pods mount
a claim template too, nothing is said of a claim that several nodes may write, nor of a volume that
by its name is meant for all (config, backup, shared ...). Without one, that is a note, and so is a
claim that asks for ReadWriteMany, but for NFS, where nearly every claim does.

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
from sfsgen.nfs import mounted
from sfsgen.plain_text import brief
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import PodVolume, is_mounted
from sfsgen.values.pairs import Key

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
                if each.written and not _is_read_only(scene, stateful_set, each):
                    yield from _judged(scene, stateful_set, each)


def _judged(scene: Scene, stateful_set: FoundSet, volume: PodVolume) -> Iterator[Finding]:
    # A claim of their own holds the pods' data, and what they share may be meant so.
    has_own = any(is_mounted(stateful_set.manifest, each.name) for each in stateful_set.templates)
    is_for_one = _is_for_one(scene, stateful_set, volume)
    is_meant = not is_for_one and (
        _is_meant_for_all(volume) or _is_asked_for(scene, stateful_set, volume)
    )
    is_for_many = bool(volume.claim_name) and not is_for_one
    # What only init containers write is there before the others start: mostly it is the same.
    stays = is_for_one or not all(each.is_before for each in volume.written)
    if stays and not (has_own and (is_meant or is_for_many)):
        what, path, fix = _told(stateful_set, volume)
        tell = note if has_own or is_meant else warning
        yield tell(stateful_set.manifest, path, what, fix)


def _told(stateful_set: FoundSet, volume: PodVolume) -> tuple[str, Path, str]:
    source, path = _source(volume)
    sub_path = next((each.sub_path for each in volume.written if each.sub_path), "")
    what = f"all {stateful_set.replicas} pods of {stateful_set.name} write into one directory: "
    what += f"they mount {source}" + f", each at its subPath {brief(sub_path)}" * bool(sub_path)
    own = f"{brief(sub_path)}/$(POD_NAME)".lstrip("/")
    fix = f"write a claim template instead, or subPathExpr: {own} where it is mounted, with "
    fix += "POD_NAME in env from the field metadata.name"
    return what, path, fix


def _source(volume: PodVolume) -> tuple[str, Path]:
    if volume.claim_name:
        path = (*volume.path, "persistentVolumeClaim", "claimName")
        return f"the claim {volume.claim_name}", path
    kind = "nfs" if volume.driver == "nfs" else "csi"
    return mounted(volume.server, volume.directory), (*volume.path, kind)


def _is_meant_for_all(volume: PodVolume) -> bool:
    """Return whether a volume is meant for all pods by its names, or holds files, as redis.conf."""
    paths = " ".join(each.mount_path for each in volume.written)
    named = f"{volume.name} {volume.claim_name} {paths}".lower()
    if {*_MEANT_FOR_ALL.split()} & {*re.split("[^a-z]+", named)}:
        return True
    return all(_FILE.search(each.sub_path) for each in volume.written)


def _is_read_only(scene: Scene, stateful_set: FoundSet, volume: PodVolume) -> bool:
    """Return whether the claim of a volume, or its own volume, can only be read."""
    key = stateful_set.namespace, volume.claim_name
    pair = scene.pairing.pairs.get(key)
    return (pair is not None and pair.volume.is_only_read) or _modes(scene, key) == {"ReadOnlyMany"}


def _is_for_one(scene: Scene, stateful_set: FoundSet, volume: PodVolume) -> bool:
    """Return whether the claim of a volume is seen to be for one node, or for one pod."""
    modes = _modes(scene, (stateful_set.namespace, volume.claim_name))
    return bool(modes) and "ReadWriteMany" not in modes


def _is_asked_for(scene: Scene, stateful_set: FoundSet, volume: PodVolume) -> bool:
    """Return whether a claim asks that many nodes may write; on NFS nearly every claim does."""
    key = stateful_set.namespace, volume.claim_name
    pair = scene.pairing.pairs.get(key)
    return "ReadWriteMany" in _modes(scene, key) and not (pair and pair.volume.server)


def _modes(scene: Scene, claim: Key) -> set[str]:
    found = scene.inventory.claims.get(claim)
    return set(found.storage.access_modes) if found else set()
