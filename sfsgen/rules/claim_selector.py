"""The labels of a volume meet the selector of the claim that is to get it.

A claim with a selector and no `volumeName` takes none but a volume that has those labels, and stays
Pending where there is none. Where no volume is in the input that it could get but for its labels,
nothing is told: the volume that is meant may be elsewhere. The selector is not needed: `claimRef`
and `volumeName` say which volume is meant.

Fix: Remove the selector, and write `claimRef` into the volume and `volumeName` into the claim. In a
cluster a claim's selector cannot be changed, but reserving the volume by `claimRef` is enough
there: the selector is not looked at then (measured).

Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure, all_of
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import SELECTOR
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import fits
from sfsgen.values.pairs import Claim, Volume


def claim_selector(scene: Scene) -> Iterator[Finding]:
    # Where no volume would do but for its labels, the one that is meant may be elsewhere.
    free = {each.storage for each in scene.pairing.free.left_over() if each.claim is None}
    for key, claim in scene.inventory.claims.items():
        selector = claim.selector
        if not selector or key in scene.pairing.pairs or claim.volume_name:
            continue
        volume = scene.pairing.names.volume_of(claim)
        if volume or claim.phase == "Pending" or any(fits(claim.storage, each) for each in free):
            what = (
                f"the claim {claim.name} does not bind: the labels of no volume that is free "
                "meet its selector"
            )
            sides = [volume.manifest] if volume else []
            yield error(claim.manifest, SELECTOR, what, _fix(scene, claim, volume), *sides)


def _fix(scene: Scene, claim: Claim, volume: Volume | None) -> str | Cure:
    labels = claim.selector.get("matchLabels")
    if volume is None or scene.inventory.is_anothers(volume, claim.key):
        return "label the volume that is meant"
    if not labels or claim.selector.get("matchExpressions"):
        return f"give {volume.name} labels that meet it"
    cure = scene.cures.label(volume, labels)
    if volume.claim in (None, claim.key) and fits(claim.storage, volume.storage):
        return cure
    # With its labels alone it is not for the claim; reserved for it, it is.
    reserve = scene.cures.redirect if volume.claim else scene.cures.reserve
    between = " && " if volume.manifest.is_stored else ", and "
    return all_of([cure, reserve(volume, claim.key)], between)
