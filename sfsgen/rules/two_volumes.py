"""One volume is reserved for a claim; a second one stays Available for ever (measured).

One claim has one volume. Of two volumes with the same `claimRef` the second stays Available
(measured), and the claim that it was meant for has none: mostly a volume was copied, and its
`claimRef` was not changed.

Fix: Write the claim that is meant into the `claimRef` of the second volume. Remove the `claimRef`
only of a volume whose data nobody needs: without it any claim in the cluster can take the volume.

Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
"""

from collections.abc import Callable, Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import CLAIM_REF
from sfsgen.findings.scene import Scene
from sfsgen.sets.origins import lie_together
from sfsgen.values.pairs import Volume


def two_volumes(scene: Scene) -> Iterator[Finding]:
    for key, volumes in scene.inventory.reservations.items():
        if len(volumes) == 1:
            continue
        claim = scene.inventory.claims.get(key)
        named = claim.volume_name if claim else ""
        # The one that the claim names comes first.
        rivals = sorted((each for each in volumes if not each.is_left), key=_is_not(named))
        for volume in rivals[1:]:
            # Where another claim names it, the rule claim-ref tells of it, and where a provisioner
            # was quicker, bound-elsewhere.
            is_told = claim is not None and scene.pairing.meant_for(claim) is volume
            if volume.name not in scene.inventory.takers and not is_told:
                what = f"{volume.name} is reserved for the claim {key[1]}, and so is "
                what += rivals[0].name
                fix: str | Cure = f"delete {volume.name}, or reserve it for the claim that is meant"
                if volume.phase == "Bound":
                    fix = f"reserve {volume.name} for the claim that is meant"
                adopted = scene.inventory.wanting(key)
                if adopted and lie_together(volume, rivals[0]):
                    name = adopted[0].stateful_set.name
                    fix = f"see whether `sfsgen adopt {name}` was stopped halfway: it goes on"
                meant = scene.pairing.names.claim_of(volume)
                if meant and meant != key and not scene.inventory.is_anothers(volume, meant):
                    fix = scene.cures.reserve(volume, meant)
                yield error(volume.manifest, CLAIM_REF, what, fix, rivals[0].manifest)


def _is_not(name: str) -> Callable[[Volume], bool]:
    return lambda volume: volume.name != name
