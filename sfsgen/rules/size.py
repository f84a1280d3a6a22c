"""A volume has at least the size that its claim asks for.

The binder does not give a claim a volume that is smaller than it asks for, even if the volume is
reserved for it by claimRef: the claim stays Pending (measured). Only if both name each other the
sizes are not compared: see the rule `unequal-pair`. NFS itself holds nobody to a size.

Fix: In files write one size into the claim, its volume and the claim template. On a live cluster a
claim that waits cannot be changed, its volume can, and the claim binds within 20 seconds:
`kubectl patch pv pv-web-2 -p '{"spec":{"capacity":{"storage":"5Gi"}}}'`.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, checkVolumeSatisfyClaim.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding
from sfsgen.findings.misfits import unfit
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import template_of
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.binder import SIZE, is_large_enough


def size(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for pair in scene.waiting:
        if not is_large_enough(pair.claim.storage, pair.volume.storage):
            claim, volume = pair.claim.storage.storage, pair.volume.storage.storage
            what = f"it asks for {claim}, and {pair.volume.name} has {volume}"
            yield template_of(scene, pair.claim.key), unfit(scene, pair, SIZE, what)
