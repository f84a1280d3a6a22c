"""A volume has all access modes that its claim asks for.

The binder gives a claim a volume only if the volume has every access mode that the claim asks for,
even if it is reserved for it by claimRef: the claim stays Pending (measured). Only if both name
each other the modes are not compared: see the rule `unequal-pair`.

Fix: In files write the same modes into the claim, its volume and the claim template. On a live
cluster give the volume those that are asked for: a claim that waits cannot be changed.

Source: pkg/controller/volume/persistentvolume/index.go, CheckAccessModes.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding
from sfsgen.findings.misfits import unfit
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import template_of
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.binder import MODES, lacking_modes


def access_modes(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for pair in scene.waiting:
        if lacking := lacking_modes(pair.claim.storage, pair.volume.storage):
            its = ", ".join(pair.volume.storage.access_modes) or "none"
            what = f"it asks for {', '.join(lacking)}, and {pair.volume.name} has {its}"
            yield template_of(scene, pair.claim.key), unfit(scene, pair, MODES, what)
