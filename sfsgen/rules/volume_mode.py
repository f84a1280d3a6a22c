"""A claim and its volume have one volume mode, and on NFS it is Filesystem.

A claim that asks for `Block` stays Pending beside a volume with `Filesystem`, and the other way
round; `claimRef` alone does not help, for the volume mode is checked all the same (measured). A
volume on an NFS server is a directory: nothing can mount it as a block device, whatever its
manifest says.

Fix: Write `volumeMode: Filesystem`, or leave the field out, which means the same, in the volume, in
its claim and in the claim template. In a cluster the field cannot be changed: delete the volume and
the claim, and create them again; with the reclaim policy Retain the data stays.

Source: pkg/volume/util, CheckVolumeModeMismatches; pkg/volume/nfs has no block devices.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.misfits import is_nfs_block, unfit
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume, template_of
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.binder import VOLUME_MODE


def volume_mode(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for pair in scene.waiting:
        mode, its = pair.claim.storage.volume_mode, pair.volume.storage.volume_mode
        if mode != its and not is_nfs_block(pair.volume):
            what = f"it asks for the volume mode {mode}, and {pair.volume.name} has {its}"
            yield template_of(scene, pair.claim.key), unfit(scene, pair, VOLUME_MODE, what)
    for volume in scene.inventory.volumes.values():
        if is_nfs_block(volume):
            what = f"the volume {volume.name} is a block device, which NFS does not have"
            fix = "write volumeMode: Filesystem, also for its claim and the claim template"
            cure = scene.cures.of_immutable(volume.manifest, fix)
            yield set_of_volume(scene, volume), error(volume.manifest, VOLUME_MODE, what, cure)
