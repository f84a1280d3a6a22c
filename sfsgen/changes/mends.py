"""What brings one ordinal back to its own volume: decided by what it has, never by a guess."""

from sfsgen.changes.bound_claim import of_bound
from sfsgen.changes.cures import BIND_COMPLETED
from sfsgen.changes.doing import Doing
from sfsgen.changes.outcomes import NotUnderstood, Outcome
from sfsgen.changes.unbound_claim import of_going, of_pending
from sfsgen.changes.without_claim import without_claim
from sfsgen.sets.found import Ordinal
from sfsgen.storage_drivers import place as place_of
from sfsgen.values.pairs import Claim, Tie


def mend(doing: Doing, row: Ordinal) -> Outcome:
    """Return what mends an ordinal, None where nothing is wrong."""
    row = _as_known(doing, row)
    claim, volume = row.claim, row.volume
    named = doing.inventory.volumes.get(claim.volume_name) if claim else None
    for side in (claim, volume, named):
        if side and not side.manifest.is_stored:
            why = f"{side.name} stands in a file, and not in the cluster that is looked at"
            return NotUnderstood(row, why)
    reserved = doing.inventory.reservations.get(row.claim_key, ())
    is_bound = claim is not None and _was_bound(claim)
    if not is_bound and sum(not each.is_left for each in reserved) > 1:
        names = " and ".join(each.name for each in reserved)
        return NotUnderstood(row, f"{names} are both reserved for {row.claim_key[1]}")
    if claim is None:
        return without_claim(doing, row)
    if claim.manifest.is_terminating:
        return of_going(doing, row, claim)
    return of_bound(doing, row, claim) if is_bound else of_pending(doing, row, claim)


def _was_bound(claim: Claim) -> bool:
    """Return whether a claim was bound once; the binder may not have looked at it since."""
    return claim.was_bound or BIND_COMPLETED in claim.manifest.annotations


def _as_known(doing: Doing, row: Ordinal) -> Ordinal:
    """Return an ordinal with the volume that it had when all was well, if that is nobody's."""
    known = doing.lacking.known.get(row.claim_key)
    is_said = row.volume and row.tie is not Tie.CHANCE
    if known is None or is_said:
        return row
    volume = doing.inventory.volumes.get(known["metadata"]["name"])
    if volume is None or doing.inventory.is_anothers(volume, row.claim_key):
        return row
    where = place_of(volume.manifest.value["spec"])
    is_it = any(where[1:3]) and where == place_of(known["spec"])
    return row._replace(volume=volume, tie=Tie.NAME) if is_it else row
