"""A CSI volume's handle is its own: volumes with one handle are one volume to the node.

The kubelet and the driver tell CSI volumes apart by their handle alone. Two volumes with one handle
are mounted as one: a pod on the same node may see the files of the other replica. The API server
does not look at it.

Fix: Give each volume a handle of its own; for nfs.csi.k8s.io it is customarily
`server#share#subdir`, and the driver reads the server and the directory from `volumeAttributes`. In
a live cluster a handle cannot be changed: delete the volume, and create it again.

Source: pkg/apis/core/types.go, CSIPersistentVolumeSource.VolumeHandle.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.sets.found import csi_attributes
from sfsgen.values.pairs import Volume


def volume_handle(scene: Scene) -> Iterator[Finding]:
    first_with: dict[tuple[str, str], Volume] = {}
    for volume in scene.inventory.volumes.values():
        if csi := volume.manifest.at("spec", "csi"):
            handle = csi.get("volumeHandle") or ""
            first = first_with.setdefault((csi.get("driver") or "", handle), volume)
            if handle and first is not volume:
                what = f'{first.name} and {volume.name} have one volumeHandle, "{handle}"'
                fix = scene.cures.of_immutable(
                    volume.manifest, f"write volumeHandle: {_handle(volume)}"
                )
                path = ("spec", "csi", "volumeHandle")
                yield error(volume.manifest, path, what, fix, first.manifest)


def _handle(volume: Volume) -> str:
    """Return a handle of a volume's own, as the NFS driver forms it: server#share#directory."""
    if not volume.server:
        return f"{volume.name}, or the one that the volume has with its driver"
    _, share = csi_attributes(volume.manifest.value["spec"]).get("share", ("", ""))
    return f"{volume.server}#{share.strip('/')}#{volume.name}"
