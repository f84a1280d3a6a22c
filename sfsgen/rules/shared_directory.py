"""Each volume has a directory of its own; in a shared one each replica overwrites the others.

A volume is mounted as `server:path`, and no directory is made below it: replicas whose volumes have
one path work in the same files, and a database started twice on them damages its data. With the
reclaim policy Recycle, one deleted claim wipes the files of all replicas (measured). A path that is
written twice by mistake looks the same.

Fix: Write another path on each volume, and make these directories on the server: nothing in
Kubernetes makes them. In a live cluster the path cannot be changed: keep the reclaim policy Retain,
delete the claim and the volume, and create both again; move the files yourself. Where a program is
made to share a directory, leave it, and check with `--ignore shared-directory`.

Source: pkg/volume/nfs, which mounts server:path as it stands.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.places import directory_of
from sfsgen.findings.scene import Scene

_SHOWN = 3  # of the volumes that share a directory


def shared_directory(scene: Scene) -> Iterator[Finding]:
    for directory, found in scene.inventory.directories.items():
        volumes = [each for each in found if each.path]
        if len(volumes) > 1 and any(each.is_static for each in volumes):
            names = ", ".join(each.name for each in volumes[:_SHOWN])
            names += f" and {len(volumes) - _SHOWN} more" * (len(volumes) > _SHOWN)
            what = (
                f"{len(volumes)} volumes share the directory {directory.server}:"
                f"{directory.path}: {names}"
            )
            first, second, *more = (each.manifest for each in volumes)
            fix = scene.cures.of_immutable(
                second, "give each a directory of its own, and move the files"
            )
            yield warning(second, directory_of(volumes[1]), what, fix, first, *more)
