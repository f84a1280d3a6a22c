"""Each volume has a directory of its own; in a shared one each replica overwrites the others.

A volume is mounted as `server:path`, and no directory is made below it: replicas whose volumes have
one path work in the same files, and a database started twice on them damages its data. With the
reclaim policy Recycle, one deleted claim wipes the files of all replicas (measured). A path that is
written twice by mistake looks the same.

Fix: Write another path on each volume, and make these directories on the server: nothing in
Kubernetes makes them. In a live cluster the path cannot be changed: keep the reclaim policy Retain,
delete the claim and the volume, and create both again; move the files yourself. Where a program is
made to share a directory, leave it, and check with `--ignore shared-directory`. Where no more than
one writes, nothing is told: say so by `readOnly` in the volume or in the mounts of the pod, the
mount option `ro`, or the access mode ReadOnlyMany alone.

Source: pkg/volume/nfs, which mounts server:path as it stands; docs/drivers.md for other drivers.
"""

from collections.abc import Iterator, Sequence

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.places import directory_of
from sfsgen.findings.scene import Scene
from sfsgen.nfs import location, mounted
from sfsgen.plain_text import some
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import every_container
from sfsgen.values.pairs import Volume

_SHOWN = 3  # of the volumes that share a directory


def shared_directory(scene: Scene) -> Iterator[Finding]:
    for found in scene.inventory.directories.values():
        volumes = [each for each in found if each.path]
        # One that writes and others that read are made so.
        are_many = len(volumes) > 1 and any(each.is_static for each in volumes)
        if are_many and sum(not _is_read_only(scene, each) for each in volumes) > 1:
            server, path = location(volumes[0].directory)
            names = some([each.name for each in volumes], _SHOWN)
            what = f"{len(volumes)} volumes share the directory {mounted(server, path)}: {names}"
            first, second, *more = (each.manifest for each in volumes)
            fix = scene.cures.of_immutable(
                second, "give each a directory of its own, and move the files"
            )
            if adopted := _half_adopted(scene, volumes):
                fix = Cure(f"see whether `sfsgen adopt {adopted}` was stopped halfway: it goes on")
            yield warning(second, directory_of(volumes[1]), what, fix, first, *more)


def _half_adopted(scene: Scene, volumes: Sequence[Volume]) -> str:
    """Return the set for whose one claim all volumes of a directory are reserved, or ""."""
    claims = {each.claim for each in volumes}
    wanting = scene.inventory.wanting(volumes[0].claim) if volumes[0].claim else ()
    return wanting[0].stateful_set.name if len(claims) == 1 and wanting else ""


def _is_read_only(scene: Scene, volume: Volume) -> bool:
    """Return whether nobody writes to a volume, as it or its mounts say."""
    if volume.is_only_read:
        return True
    row = scene.pairing.by_volume.get(volume.name)
    return row is not None and _is_only_read(row.stateful_set, row.template.name)


def _is_only_read(stateful_set: FoundSet, template: str) -> bool:
    """Return whether all mounts of a claim template are read-only."""
    mounts = [
        mount
        for _, container in every_container(stateful_set.manifest)
        for mount in container.get("volumeMounts") or ()
        if mount.get("name") == template
    ]
    return bool(mounts) and all(each.get("readOnly") is True for each in mounts)
