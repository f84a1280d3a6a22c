"""Who may write is set on the server: in-tree NFS ignores a pod's fsGroup.

For most volumes the kubelet gives the files to the group `fsGroup` when a pod starts; for in-tree
NFS it does not, so a pod that does not run as root may get "Permission denied" in its directory.
The processes are in that group all the same.

Fix: Set owner and mode of the directories on the NFS server, and remove `fsGroup`. Where the files
belong to that group on the server, write it as `supplementalGroups: [2000]` instead: without
either, the processes are no longer in the group. A change to the pod template restarts the pods.

Source: pkg/volume/nfs, which has no SetVolumeOwnership.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.nfs import FS_GROUP


def fs_group(scene: Scene) -> Iterator[Finding]:
    for stateful_set, rows in scene.pairing.by_set:
        path = ("spec", "template", "spec", "securityContext", "fsGroup")
        volumes = (volume for each in rows for volume in each.volumes.values())
        is_there = stateful_set.manifest.at(*path) is not None
        if is_there and any(each.driver == "nfs" for each in volumes):
            fix = "set the owner on the NFS server, and write supplementalGroups in its place"
            yield warning(stateful_set.manifest, path, FS_GROUP, fix)
