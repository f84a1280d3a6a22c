"""Who may write is set on the server: in-tree NFS ignores a pod's fsGroup.

For most volumes the kubelet gives the files to the group `fsGroup` when a pod starts; for in-tree
NFS it does not, so a pod that does not run as root may get "Permission denied" in its directory.
The processes are in that group all the same. The same goes for an `nfs` volume of the pod template.

With the driver nfs.csi.k8s.io the kubelet does so as root, over NFS, where the driver's CSIDriver
object says `fsGroupPolicy: File`, as its newer releases do: an export that squashes root, as most
do by default, refuses that.

Fix: Set owner and mode of the directories on the NFS server, and remove `fsGroup`. Where the files
belong to that group on the server, write it as `supplementalGroups: [2000]` instead: without
either, the processes are no longer in the group. A change to the pod template restarts the pods.
With the CSI driver, export with `no_root_squash`, or set `fsGroupPolicy: None` on the CSIDriver.

Source: pkg/volume/nfs, which has no SetVolumeOwnership; pkg/volume/csi, supportsFSGroup.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.nfs import FS_GROUP, FS_GROUP_CSI
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import POD


def fs_group(scene: Scene) -> Iterator[Finding]:
    path = (*POD, "securityContext", "fsGroup")
    for stateful_set in scene.inventory.stateful_sets:
        if stateful_set.manifest.at(*path) is not None:
            drivers = set(_drivers(scene, stateful_set))
            if "nfs" in drivers:
                fix = "set the owner on the NFS server, and write supplementalGroups in its place"
                yield warning(stateful_set.manifest, path, FS_GROUP, fix)
            elif "csi" in drivers:
                fix = "export with no_root_squash, or set fsGroupPolicy: None on the CSIDriver"
                yield note(stateful_set.manifest, path, FS_GROUP_CSI, fix)


def _drivers(scene: Scene, stateful_set: FoundSet) -> Iterator[str]:
    for template in stateful_set.templates:
        for volume in scene.pairing.of(template).volumes.values():
            yield volume.driver
    yield from (each.driver for each in scene.pod_volumes(stateful_set))
