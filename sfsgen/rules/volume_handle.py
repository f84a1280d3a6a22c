"""A CSI volume's handle is its own: volumes with one handle are one volume to the node.

The kubelet and the driver tell CSI volumes apart by their handle alone. Two volumes with one handle
are mounted as one: a pod on the same node may see the files of the other replica. The API server
does not look at it.

Fix: Give each volume a handle of its own; for nfs.csi.k8s.io it is customarily
`server#share#subdir`, and the driver reads the server and the directory from `volumeAttributes`.
For many drivers the handle is the address of the storage and cannot be made up: for efs.csi.aws.com
it is `fs-id:/path`. In a live cluster a handle cannot be changed: delete the volume, and create it
again.

Source: pkg/apis/core/types.go, CSIPersistentVolumeSource.VolumeHandle.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.sets.found import csi_attributes
from sfsgen.values.pairs import Volume

_NFS = "nfs.csi.k8s.io"
_EFS = "efs.csi.aws.com"
# These read all from volumeAttributes, and take any handle that is unique (docs/drivers.md);
# so does that of CephFS for volumes that it did not make, which say staticVolume.
_HANDLE_IS_A_NAME = (
    _NFS,
    "smb.csi.k8s.io",
    "org.democratic-csi.node-manual",
    "s3.csi.aws.com",
)


def volume_handle(scene: Scene) -> Iterator[Finding]:
    first_with: dict[tuple[str, str], Volume] = {}
    for volume in scene.inventory.volumes.values():
        if csi := volume.manifest.at("spec", "csi"):
            handle = csi.get("volumeHandle") or ""
            driver = csi.get("driver") or ""
            first = first_with.setdefault((driver, handle), volume)
            if handle and first is not volume:
                what = f'{first.name} and {volume.name} have one volumeHandle, "{handle}"'
                fix = scene.cures.of_immutable(volume.manifest, _own(volume, driver, handle))
                path = ("spec", "csi", "volumeHandle")
                yield error(volume.manifest, path, what, fix, first.manifest)


def _own(volume: Volume, driver: str, handle: str) -> str:
    """Return how a volume gets a handle of its own, which a driver may take for an address."""
    attributes = csi_attributes(volume.manifest.value["spec"])
    if driver == _NFS and volume.server:
        _, share = attributes.get("share", ("", ""))
        return f"write volumeHandle: {volume.server}#{share.strip('/')}#{volume.name}"
    if driver in _HANDLE_IS_A_NAME or "staticvolume" in attributes:
        return f"write volumeHandle: {volume.name}"
    if driver == _EFS:
        file_system = handle.partition(":")[0]
        if path := attributes.get("path", ("", ""))[1]:
            own = f"{file_system}:/{path.strip('/')}"
            return f"write volumeHandle: {own}, and remove path from the volumeAttributes"
        return (
            f"write the directory that is meant into the handle, as {file_system}:/PATH: to "
            f"{driver} it is the address"
        )
    return f"write the handle of the storage that is meant: to {driver} it may be the address"
