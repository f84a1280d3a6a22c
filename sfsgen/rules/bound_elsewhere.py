"""A claim has the volume that was meant for it, not a provisioner's disk.

Where a claim is made without a class, or with one, before its volume is there, a provisioner makes
it a disk of its own. The volume that was made for it by hand stays Available, reserved for a claim
that will not have it any more: the pods write into the disk, and nobody says so.

Fix: Where the disk is meant, delete the volume. Else the finding's commands, in this order: the
disk is kept, the pods are stopped, the claims are made again, each with its volume. What the pods
have written into the disks is to be copied by their owner.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, provisionClaim (measured).
"""

from collections.abc import Iterator, Sequence

from sfsgen.changes.downtime import with_pods_again, without_pods
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import VOLUME_NAME
from sfsgen.findings.scene import Scene
from sfsgen.sets.found import Ordinal
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Volume

_SHOWN = 3  # of the claims that have other volumes


def bound_elsewhere(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        found = list(_found(scene, rows))
        if found:
            yield _told(scene, found)


def _found(scene: Scene, rows: TemplateOrdinals) -> Iterator[tuple[Ordinal, Volume]]:
    """Yield the ordinals whose claims have another volume, each with the one that was meant."""
    for row in rows.by_number.values():
        if row.claim and (meant := scene.pairing.meant_for(row.claim)):
            yield row, meant


def _told(scene: Scene, found: Sequence[tuple[Ordinal, Volume]]) -> Finding:
    stateful_set = found[0][0].stateful_set
    claims = [row.claim for row, _ in found if row.claim]
    pairs = zip(claims, (meant for _, meant in found), strict=True)
    shown = [
        f"{claim.name} is Bound to {claim.volume_name}, and {meant.name}, which is meant for it, "
        "is Available"
        for claim, meant in pairs
    ]
    what = "; ".join(shown[:_SHOWN]) + f" and {len(shown) - _SHOWN} more" * (len(shown) > _SHOWN)
    reserve = [
        step
        for row, meant in found
        if meant.claim != row.claim_key
        for step in scene.cures.hand_over(meant, row.claim_key)
    ]
    numbers = [row.number for row, _ in found]
    before = without_pods(scene.cures, stateful_set, numbers, claims, reserve)
    fix = (
        f"`{before}`; copy what the pods have written; then "
        f"`{with_pods_again(scene.cures, stateful_set)}`"
    )
    manifest, *others = (each.manifest for each in claims)
    sides = (*others, *(meant.manifest for _, meant in found))
    return error(manifest, VOLUME_NAME, what, fix, *sides)
