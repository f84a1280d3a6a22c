"""Both sides name each other before they are bound, not one of them.

With `volumeName` alone, claims of others can take the volume: 0 to 15 of 30 claims got their own
(measured), which is an error. With `claimRef` alone, no other claim gets the volume, but a claim
that is made before its volume can take another one that is free; where such a one is in the input,
that is an error too. With both, 30 of 30 claims got their own in every
order.

Fix: Write the other half as well: `claimRef` into the volume, or `volumeName` into the claim. Let
both have the same size, access modes, class and volume mode first, for a pair that is reserved on
both sides binds unchecked ([unequal-pair](#unequal-pair)).

Source: measured on Kubernetes 1.36.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import CLAIM_REF, VOLUME_NAME
from sfsgen.findings.reservations import another_reserved, is_incomplete
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_or_claim_of
from sfsgen.findings.together import one_for_each_named
from sfsgen.findings.vacancies import claims_of, to_print_missing
from sfsgen.kubernetes.binder import fits
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.sets.runs import runs
from sfsgen.values.pairs import Tie


def half_reserved(scene: Scene) -> Iterator[Finding]:
    yield from one_for_each_named(_halves(scene))
    for rows in scene.pairing.ordinals:
        yield from _to_be_made(scene, rows)


def _halves(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    for pair in scene.waiting:
        claim, volume = pair.claim, pair.volume
        if not fits(claim.storage, volume.storage):
            continue  # as they are, they are not to be reserved for each other
        if pair.is_named and volume.claim is None and not is_incomplete(volume):
            if another_reserved(scene, pair) or len(scene.inventory.takers[volume.name]) > 1:
                continue  # the rules claim-ref and two-claims tell of it
            if claim.phase == "Lost":
                continue  # the rule lost has the same cure, and more
            what = (
                f"the volume {volume.name} is not reserved for {claim.name}, which names it: "
                "another claim can take it"
            )
            fix = scene.cures.reserve(volume, claim.key)
            key = set_or_claim_of(scene, claim.key), "claimRef"
            # Of a claim that no set looks for, its owner knows who else there is.
            tell = error if scene.inventory.wanting(claim.key) else warning
            yield key, volume.name, tell(volume.manifest, CLAIM_REF, what, fix, claim.manifest)
        elif pair.is_reserved and not pair.is_named and not claim.manifest.is_stored:
            free = scene.pairing.free.fitting(claim.storage)
            what = (
                f"the claim {claim.name} does not name {volume.name}, which is reserved for it: "
                f"made before its volume, it can take {free.name if free else 'another'}"
            )
            fix = scene.cures.name_volume(claim, volume.name)
            sides = [each.manifest for each in (volume, free) if each]
            tell = error if free else warning
            key = set_or_claim_of(scene, claim.key), "volumeName"
            yield key, claim.name, tell(claim.manifest, VOLUME_NAME, what, fix, *sides)


def _to_be_made(scene: Scene, rows: TemplateOrdinals) -> Iterator[Finding]:
    """Yield that claims which the controller makes can take a free volume in place of their own.

    Where the volumes are there before them, they do not: of what a server holds nothing is told.
    """
    open_ones = [
        row
        for row in rows.by_number.values()
        if row.claim is None
        and row.volume
        and row.tie is Tie.CLAIM_REF
        and row.is_wanted
        and not row.volume.manifest.is_stored
    ]
    free = scene.pairing.free.fitting(rows.template.storage) if open_ones else None
    if free:
        first, stateful_set = open_ones[0], rows.stateful_set
        names = claims_of([(rows, list(runs(row.number for row in open_ones)))])
        what = (
            f"{names}, which the controller makes, can take {free.name}, which is free, where "
            "made before the volumes that are reserved"
        )
        fix = to_print_missing(scene, stateful_set)
        manifest = first.volume.manifest if first.volume else stateful_set.manifest
        yield error(manifest, CLAIM_REF, what, fix, stateful_set.manifest, free.manifest)
