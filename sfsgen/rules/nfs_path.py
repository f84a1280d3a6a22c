"""The path on the server is absolute, and does not lead out of the export.

The API server refuses a path of in-tree NFS that does not begin with `/`, so the volume is never
made and its claim stays Pending. It does take a path with `..` in it (measured), which leads to
another directory than the one it seems to name.

Fix: Write the whole path on the server, from `/` on, without `..`. In a live cluster a volume's
path cannot be changed: delete the volume, and create it again.

Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource.
"""

import posixpath
from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import attribute_of, directory_of
from sfsgen.findings.scene import Scene


def nfs_path(scene: Scene) -> Iterator[Finding]:
    for volume in scene.inventory.volumes.values():
        if volume.driver == "nfs" and not volume.path:
            what = f"{volume.name} has no path on the server"
            fix = f"write the path of its directory, such as path: /exports/{volume.name}"
            yield error(volume.manifest, directory_of(volume), what, fix)
        elif volume.driver == "nfs" and not volume.path.startswith("/"):
            what = f'the path "{volume.path}" of {volume.name} is not absolute'
            cure = scene.cures.of_immutable(volume.manifest, f"write path: /{volume.path}")
            yield error(volume.manifest, directory_of(volume), what, cure)
        elif volume.driver == "csi" and volume.path[:1] not in ("/", ""):
            what = f'the share "{volume.path}" of {volume.name} is not absolute'
            cure = scene.cures.of_immutable(volume.manifest, "write its whole path, from / on")
            yield error(volume.manifest, attribute_of(volume, "share"), what, cure)
        elif volume.driver and ".." in volume.path.split("/"):
            what = f'the path "{volume.path}" of {volume.name} leads upwards with ".."'
            cure = scene.cures.of_immutable(
                volume.manifest, f"write {posixpath.normpath(volume.path)}"
            )
            yield warning(volume.manifest, directory_of(volume), what, cure)
