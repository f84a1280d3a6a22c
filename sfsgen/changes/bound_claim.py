"""Ordinals whose claim was bound: it is Lost, its volume goes, or it has another than is meant."""

from sfsgen.changes.actions import actions, are_tied, as_seen, is_another, is_it
from sfsgen.changes.cures import RESYNC
from sfsgen.changes.doing import Doing, is_new, to_be_seen
from sfsgen.changes.making import claim_again
from sfsgen.changes.outcomes import Mend, NotUnderstood, Outcome
from sfsgen.changes.plan import Action, Wait
from sfsgen.sets.found import Ordinal
from sfsgen.values.pairs import Claim, Volume


def of_bound(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    """Return what gives a claim its own volume again."""
    inventory = doing.inventory
    volume = inventory.volumes.get(claim.volume_name)
    if volume is None:
        return _volume_gone(doing, row, claim)
    if meant := doing.pairing.meant_for(claim):
        return _on_a_disk(doing, row, claim, volume, meant)
    if inventory.is_anothers(volume, claim.key):
        return NotUnderstood(row, f"{claim.name} is {claim.phase}: {doing.cures.leave(volume)}")
    if volume.manifest.is_terminating:
        return _volume_goes(doing, row, claim, volume)
    if inventory.holder(volume) == claim.key:
        is_whole = volume.claim == claim.key and claim.phase == "Bound"
        return None if is_whole else _heals(row, claim, volume)
    return _given_back(doing, row, claim, volume)


def _volume_gone(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    name = claim.volume_name
    if claim.phase == "Bound":
        why = f"{claim.name} is Bound to {name}, which was not read: read the volumes too, or look "
        return NotUnderstood(row, f"{why}again in {RESYNC}")
    volume = doing.lacking.volumes.get(claim.key)
    if volume is None or volume["metadata"]["name"] != name:
        return doing.not_known(row, f"{claim.name} is Lost, and its volume {name} is gone")
    made = (*doing.volume_made(volume), doing.bound_again(claim, name))
    what = f"{claim.name} is Lost, for its volume {name} is gone"
    return Mend(row, what, made, are_tied(claim.key, name), notes=(to_be_seen(volume),))


def _volume_goes(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    made = (
        *doing.keeping(volume),
        *doing.made_again(volume, claim.key),
        doing.bound_again(claim, volume.name),
    )
    what = f"{volume.name} is being deleted, while {claim.name} is {claim.phase}"
    return Mend(row, what, made, (is_new(volume), *are_tied(claim.key, volume.name)))


def _heals(row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    reason = (
        f"leave {volume.name} as it is: it holds the uid of {claim.name}, and within {RESYNC} the "
        "controller writes the rest"
    )
    goal = are_tied(claim.key, volume.name)
    healed = Action(reason, wait=tuple(map(Wait, goal)))
    return Mend(row, f"the claimRef of {volume.name} was changed", (healed,), goal)


def _given_back(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Outcome:
    """Return how a claim gets the volume back that is nobody else's."""
    must = (*as_seen(volume), is_it(claim))
    again = doing.bound_again(claim, volume.name)
    if volume.claim != claim.key:
        steps = doing.cures.reserve(volume, claim.key).steps
        reason, why = f"reserve {volume.name} for {claim.name}", f"{volume.name} is reserved for "
        why += "/".join(volume.claim) if volume.claim else "no claim"
        given = [*actions(steps, reason, must=must), again]
    elif volume.claim_uid:
        steps = doing.cures.give_back(volume, claim).steps
        reason = f"write the uid of {claim.name} into the claimRef of {volume.name}"
        why = f"{volume.name} holds the uid of an earlier claim"
        given = list(actions(steps, reason, must=must))
    else:
        why, given = f"{volume.name} is reserved for its name alone", [again]
    what = f"{claim.name} is {claim.phase}, for {why}"
    made = (*doing.keeping(volume), *given)
    return Mend(row, what, made, are_tied(claim.key, volume.name))


def _on_a_disk(doing: Doing, row: Ordinal, claim: Claim, disk: Volume, meant: Volume) -> Mend:
    new = claim_again(claim.manifest, claim.key, meant.manifest.value)
    risk = (
        f"what the pods have written to {disk.name} stays there, and {meant.name} has none of it: "
        "only you know whether it is to be copied"
    )
    made = (
        doing.deleted(claim, risk),
        *doing.freed(meant, claim.key),
        *doing.claim_made(new),
    )
    what = f"{claim.name} has the disk {disk.name} of a provisioner, and not {meant.name}"
    goal = (is_another(claim), *are_tied(claim.key, meant.name))
    return Mend(row, what, made, goal, (claim,), tuple(doing.keeping(disk)))
