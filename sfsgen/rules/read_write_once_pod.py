"""ReadWriteOncePod is for CSI volumes only, and from Kubernetes 1.27 on.

The API server accepts the mode on in-tree NFS, and the claim is Bound (measured); but Kubernetes
supports it for CSI volumes only, so a program that must be the only writer cannot rely on it.
Versions before 1.27 do not take the mode by default.

Fix: In files, write ReadWriteOnce on the volume, the claim and the claim template alike, or make
the volumes with the driver nfs.csi.k8s.io (`sfsgen render --driver csi`). In a live cluster the
modes of a claim and of a claim template cannot be changed: delete the set and the claim, and create
them again; the volume's modes can be changed.

Source: kubernetes.io/docs/concepts/storage/persistent-volumes, access modes.
"""

from collections.abc import Hashable, Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.versions import READ_WRITE_ONCE_POD

_ONCE = "ReadWriteOncePod"
_MODES: Path = ("spec", "accessModes")


def read_write_once_pod(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for volume in scene.inventory.volumes.values():
        if _ONCE not in volume.storage.access_modes:
            continue
        if not scene.target.has(READ_WRITE_ONCE_POD):
            what = (
                f"{volume.name}: {_ONCE} exists from 1.{READ_WRITE_ONCE_POD.since} on; the "
                f"target is {scene.target}"
            )
            fix = "write ReadWriteOnce on the volume, the claim and the claim template"
            yield set_of_volume(scene, volume), error(volume.manifest, _MODES, what, fix)
        elif volume.driver == "nfs":
            what = f"{volume.name} is in-tree NFS, and {_ONCE} is supported for CSI volumes only"
            fix = (
                "write ReadWriteOnce on the volume, the claim and the claim template, or use the "
                "CSI driver"
            )
            yield set_of_volume(scene, volume), warning(volume.manifest, _MODES, what, fix)
