"""Ordinals whose claim is gone: their volume waits for a new one, or is gone as well."""

from sfsgen.changes.cures import RESYNC
from sfsgen.plans.actions import are_tied, has_lost
from sfsgen.plans.doing import Doing, to_be_seen
from sfsgen.plans.making import fitted
from sfsgen.plans.outcomes import Mend, NotUnderstood, Outcome
from sfsgen.sets.found import Ordinal
from sfsgen.values.pairs import Tie, Volume


def without_claim(doing: Doing, row: Ordinal) -> Outcome:
    """Return what gives an ordinal its claim again."""
    volume, key = row.volume, row.claim_key
    if volume is None:
        return _without_both(doing, row)
    if why := _why_not(doing, row, volume):
        return NotUnderstood(row, why)
    if row.is_wanted:
        return _made(doing, row, volume)
    if volume.manifest.is_terminating or not volume.claim_uid:
        return None  # the next scale-up makes what is lacking
    what = f"{key[1]} is gone, and {volume.name} is {volume.phase}"
    return Mend(row, what, tuple(doing.freed(volume, key)), (has_lost(volume),))


def _why_not(doing: Doing, row: Ordinal, volume: Volume) -> str:
    """Return why a volume is not simply given to a new claim."""
    if row.tie is Tie.CHANCE:
        return f"nothing says whether {volume.name} is its volume"
    if doing.inventory.is_anothers(volume, row.claim_key):
        return doing.cures.leave(volume)
    if volume.phase == "Bound" and not volume.manifest.is_terminating:
        why = f"{volume.name} is Bound, and {row.claim_key[1]} is not there"
        return f"{why}: look again in {RESYNC}, or read the claims too"
    return ""


def _made(doing: Doing, row: Ordinal, volume: Volume) -> Outcome:
    key = row.claim_key
    claim = doing.lacking.claims.get(key)
    if claim is None:
        return doing.not_known(row, f"{key[1]} is gone")
    if claim["spec"].get("volumeName") != volume.name:
        claim = fitted(claim, key, volume.manifest.value)
    what = f"{key[1]} is gone, and {volume.name} is {volume.phase or 'there'}"
    if volume.manifest.is_terminating:
        what = f"{key[1]} is gone, and {volume.name} is being deleted"
        before = [*doing.keeping(volume), *doing.made_again(volume, key)]
    else:
        before = list(doing.freed(volume, key))
    made = (*before, *doing.claim_made(claim))
    return Mend(row, what, made, are_tied(key, volume.name))


def _without_both(doing: Doing, row: Ordinal) -> Outcome:
    key = row.claim_key
    volume, claim = doing.lacking.volumes.get(key), doing.lacking.claims.get(key)
    if volume is None or claim is None:
        is_nobodys = not row.is_wanted or doing.pairing.is_provisioned(
            doing.pairing.of(row.template)
        )
        return (
            None if is_nobodys else doing.not_known(row, f"{key[1]} and its volume are not there")
        )
    made = (*doing.volume_made(volume), *doing.claim_made(claim))
    goal = are_tied(key, volume["metadata"]["name"])
    what = f"{key[1]} and its volume are not there"
    return Mend(row, what, made, goal, notes=(to_be_seen(volume),))
