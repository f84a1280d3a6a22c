"""One claim names a volume; for a second one it is bound to a different claim (measured).

The claim that comes first gets the volume; the second one stays Pending, for the volume is "already
bound to a different claim" (measured), and the pod of its ordinal does not start. Where the volume
says for whom it is, [claim-ref](#claim-ref) tells of it.

Fix: Write the second claim's own volume into its `volumeName`, and reserve that volume for it. In a
cluster `volumeName` cannot be changed: delete the claim that waits, and create it again.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import WHICH_VOLUME, Cure
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import VOLUME_NAME
from sfsgen.findings.reservations import another_pair
from sfsgen.findings.scene import Scene
from sfsgen.values.pairs import Claim, Volume


def two_claims(scene: Scene) -> Iterator[Finding]:
    for name, claims in scene.inventory.takers.items():
        volume = scene.inventory.volumes.get(name)
        # Where the volume says for whom it is, the rule claim-ref tells of the others.
        if len(claims) > 1 and (volume is None or volume.claim is None):
            owner = scene.inventory.owner(volume) if volume else None
            # Whose the volume is comes first.
            first, *others = sorted(claims, key=lambda each: each.key != owner)
            for claim in others:
                what = f"the claims {first.name} and {claim.name} both name the volume {name}"
                fix = _another_name(scene, claim, name, volume if owner else None)
                yield error(claim.manifest, VOLUME_NAME, what, fix, first.manifest)


def _another_name(scene: Scene, claim: Claim, name: str, volume: Volume | None) -> str | Cure:
    """Return how a claim gets another volume than the one that it names, which is another's."""
    if volume:
        return f"{scene.cures.leave(volume)}{another_pair(scene, claim, volume)}"
    cure = Cure(f"let {claim.name} name the volume that is meant for it")
    meant = scene.pairing.names.volume_of(claim)
    if meant and meant.name != name and meant.claim in (None, claim.key):
        cure = scene.cures.name_volume(claim, meant.name)
    return scene.cures.of_immutable(claim.manifest, cure).by_hand(WHICH_VOLUME)
