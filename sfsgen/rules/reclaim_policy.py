"""The data of a volume stays when its claim is deleted: its reclaim policy is Retain.

When a claim is deleted, its volume's reclaim policy is carried out. Recycle starts a pod that runs
`find … -delete` on the path; with a shared path one deleted claim wipes every replica. Delete
cannot work on in-tree NFS, nor on a local volume: the volume goes Failed (measured). For a CSI
volume Delete lets the driver delete the directory, where a provisioner made it or says that it did;
any other goes Failed too (docs/drivers.md).

Fix: Write Retain, which keeps the data and leaves the volume Released. In a live cluster the policy
can be changed at any time, also while the volume is Bound; do it before a claim is deleted.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, reclaimVolume (measured).
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.left import is_to_be_freed
from sfsgen.findings.scene import Scene
from sfsgen.findings.together import one_for_each_named
from sfsgen.storage_drivers import reclaimed


def reclaim_policy(scene: Scene) -> Iterator[Finding]:
    return one_for_each_named(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    for volume in scene.inventory.volumes.values():
        hazard = reclaimed(volume.driver, volume.reclaim_policy)
        if volume.phase == "Failed" and is_to_be_freed(scene, volume):
            continue  # the rule released has the same cure, and more
        if hazard and volume.is_static:
            path = ("spec", "persistentVolumeReclaimPolicy")
            what = f"{volume.name}: {hazard}"
            fix = scene.cures.retain(volume)
            yield hazard, volume.name, warning(volume.manifest, path, what, fix)
