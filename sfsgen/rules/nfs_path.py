"""The path on the server is absolute, and does not lead out of the export.

The API server refuses a path of in-tree NFS that does not begin with `/`, so the volume is never
made and its claim stays Pending. It does take a path with `..` in it (measured), which leads to
another directory than the one it seems to name. The same goes for NFS volumes in a pod template.

Fix: Write the whole path on the server, from `/` on, without `..`. In a live cluster a volume's
path cannot be changed: delete the volume, and create it again.

Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource.
"""

import posixpath
from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_source
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.readable import placeholder_in


def nfs_path(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for each in scene.nfs_sources:
        gap = "" if each.manifest.is_stored else placeholder_in(each.path)
        if gap and each.path.startswith(gap):
            continue  # what it begins with nobody knows; the rule no-manifest tells of it
        of_set = set_of_source(scene, each)
        if each.driver == "nfs" and not each.path:
            what = f"{each.name} has no path on the server"
            name = each.name if each.manifest.kind == "PersistentVolume" else each.manifest.name
            fix = f"write the path of its directory, such as path: /exports/{name}"
            yield (of_set, "none"), error(each.manifest, each.at_path, what, fix)
        elif each.driver == "nfs" and not each.path.startswith("/"):
            what = f'the path "{each.path}" of {each.name} is not absolute'
            cure = each.cure(scene.cures, f"write path: /{each.path} for {each.name}")
            yield (of_set, "path"), error(each.manifest, each.at_path, what, cure)
        elif each.driver == "csi" and each.path[:1] not in ("/", ""):
            what = f'the share "{each.path}" of {each.name} is not absolute'
            cure = each.cure(scene.cures, f"write the whole path of {each.name}, from / on")
            yield (of_set, "share"), error(each.manifest, each.at_share, what, cure)
        elif ".." in each.path.split("/"):
            what = f'the path "{each.path}" of {each.name} leads upwards with ".."'
            cure = each.cure(scene.cures, f"write {posixpath.normpath(each.path)} for {each.name}")
            yield (of_set, ".."), warning(each.manifest, each.at_path, what, cure)
