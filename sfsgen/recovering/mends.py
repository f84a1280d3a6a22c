"""What brings one ordinal back to its own volume: decided by what it has, never by a guess."""

from sfsgen.changes.cures import BIND_COMPLETED
from sfsgen.kubernetes.selectors import is_met
from sfsgen.nfs import mounted
from sfsgen.plain_text import joined
from sfsgen.plans.doing import Doing
from sfsgen.plans.outcomes import NotUnderstood, Outcome
from sfsgen.recovering.bound_claim import of_bound
from sfsgen.recovering.exchanging import EXCHANGE, is_being_exchanged
from sfsgen.recovering.unbound_claim import of_going, of_pending
from sfsgen.recovering.without_claim import without_claim
from sfsgen.sets.found import Ordinal
from sfsgen.storage_drivers import place as place_of
from sfsgen.values.pairs import Claim, Tie, Volume


def mend(doing: Doing, row: Ordinal) -> Outcome:
    """Return what mends an ordinal, None where nothing is wrong."""
    row = _as_known(doing, row)
    if why := _unclear(doing, row):
        return NotUnderstood(row, why)
    claim, volume = row.claim, row.volume
    named = doing.inventory.volumes.get(claim.volume_name) if claim else None
    for side in (claim, volume, named):
        if side and not side.manifest.is_stored:
            why = f"{side.name} stands in a file, and not in the cluster that is looked at"
            return NotUnderstood(row, why)
    is_bound = claim is not None and _was_bound(claim)
    if not is_bound and (why := _several(doing, row)):
        return NotUnderstood(row, why)
    if claim is None:
        return without_claim(doing, row)
    if claim.manifest.is_terminating:
        return of_going(doing, row, claim)
    return of_bound(doing, row, claim) if is_bound else of_pending(doing, row, claim)


def _unclear(doing: Doing, row: Ordinal) -> str:
    """Return what of an ordinal only its owner can know."""
    wanting = doing.inventory.wanting(row.claim_key)
    if len(wanting) > 1:
        names = " and ".join(each.stateful_set.name for each in wanting)
        return f"the sets {names} look for {row.claim_key[1]}"
    if row.volume and is_being_exchanged(row.volume):
        name = row.volume.name
        return (
            f"the data of {name} was being exchanged: run that script again; or see whose data "
            f"lies there, and remove the annotation {EXCHANGE} from {name}"
        )
    return ""


def _several(doing: Doing, row: Ordinal) -> str:
    """Return which volumes a claim could have, where there are several, and nothing says which.

    A provisioner that keeps volumes leaves one behind for each claim that was made anew.
    """
    reserved = doing.inventory.reservations.get(row.claim_key, ())
    known = _known(doing, row)
    if known and row.volume is known:
        return ""
    if len(reserved) > 1:
        found = joined([_described(each) for each in reserved])
        return f"several volumes are reserved for {row.claim_key[1]}: {found}; {_OLD}"
    if known and row.volume and row.volume in reserved:
        return (
            f"{row.volume.name} is reserved for it by now, and {known.name} was when all was well"
        )
    if (claim := row.claim) and row.tie is Tie.SELECTOR:
        fitting = [
            each for each in doing.inventory.volumes.values() if _is_free(doing, claim, each)
        ]
        if len(fitting) > 1:
            found = joined([_described(each) for each in fitting])
            return f"the selector of {claim.name} fits several volumes: {found}; {_OLD}"
    return ""


_OLD = "--old FILE, a dump of when all was well, says which"


def _is_free(doing: Doing, claim: Claim, volume: Volume) -> bool:
    selected = is_met(claim.selector, volume.labels)
    return selected and not doing.inventory.is_anothers(volume, claim.key)


def _described(volume: Volume) -> str:
    made = volume.manifest.at("metadata", "creationTimestamp")
    words = (volume.phase, mounted(*volume.directory), made and f"made {made}")
    return f"{volume.name} ({', '.join(filter(None, words))})"


def _was_bound(claim: Claim) -> bool:
    """Return whether a claim was bound once; the binder may not have looked at it since."""
    return claim.was_bound or BIND_COMPLETED in claim.manifest.annotations


def _as_known(doing: Doing, row: Ordinal) -> Ordinal:
    """Return an ordinal with the volume that it had when all was well, if that is nobody's."""
    volume = _known(doing, row)
    reserved = doing.inventory.reservations.get(row.claim_key, ())
    is_said = (
        row.volume and not row.is_guessed and not (row.volume in reserved[:1] and reserved[1:])
    )
    if volume is None or is_said:
        return row
    return row._replace(volume=volume, tie=Tie.CLAIM_REF if volume in reserved else Tie.NAME)


def _known(doing: Doing, row: Ordinal) -> Volume | None:
    """Return the volume that an ordinal had when all was well, if it is there, and nobody's."""
    known = doing.lacking.known.get(row.claim_key)
    volume = doing.inventory.volumes.get(known["metadata"]["name"]) if known else None
    if known is None or volume is None or doing.inventory.is_anothers(volume, row.claim_key):
        return None
    where = place_of(volume.manifest.value["spec"])
    return volume if any(where[1:3]) and where == place_of(known["spec"]) else None
