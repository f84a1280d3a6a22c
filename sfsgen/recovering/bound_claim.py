"""Ordinals whose claim was bound: it is Lost, its volume goes, or it has another than is meant."""

from collections.abc import Iterable

from sfsgen.changes.cures import RESYNC
from sfsgen.plans.actions import (
    REFERENCE,
    actions,
    are_tied,
    as_seen,
    is_another,
    is_bound,
    is_it,
    of_volume,
)
from sfsgen.plans.doing import Doing, is_new, to_be_seen
from sfsgen.plans.making import claim_again
from sfsgen.plans.outcomes import Mend, NotUnderstood, Object, Outcome
from sfsgen.plans.plan import Action, Wait
from sfsgen.sets.found import Ordinal
from sfsgen.values.pairs import Claim, Volume


def of_bound(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    """Return what gives a claim its own volume again."""
    inventory = doing.inventory
    volume = inventory.volumes.get(claim.volume_name)
    if volume is None:
        return _volume_gone(doing, row, claim)
    if not volume.is_static and (found := _of_a_disk(doing, row, claim, volume)):
        return found
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
    return Mend(row, what, made, is_bound(claim, name), notes=(to_be_seen(volume),))


def _volume_goes(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    made = (
        *doing.keeping(volume),
        *doing.made_again(volume, claim.key),
        doing.bound_again(claim, volume.name),
    )
    what = f"{volume.name} is being deleted, while {claim.name} is {claim.phase}"
    return Mend(row, what, made, (is_new(volume), *is_bound(claim, volume.name)))


def _heals(row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    reason = (
        f"leave {volume.name} as it is: it holds the uid of {claim.name}, and within {RESYNC} the "
        "controller writes the rest"
    )
    goal = is_bound(claim, volume.name)
    healed = Action(reason, wait=tuple(map(Wait, goal)))
    return Mend(row, f"the claimRef of {volume.name} was changed", (healed,), goal)


def _given_back(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Outcome:
    """Return how a claim gets the volume back that is nobody else's."""
    if doing.inventory.wanting(volume.claim or ("", "")) and (why := doing.of_another(row, volume)):
        return NotUnderstood(row, f"{claim.name} is {claim.phase}: {why}")
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
        done = (of_volume(volume.name, *REFERENCE, "uid", value=claim.uid),)
        given = list(actions(steps, reason, must=must, done=done))
    else:
        why, given = f"{volume.name} is reserved for its name alone", [again]
    what = f"{claim.name} is {claim.phase}, for {why}"
    made = (*doing.keeping(volume), *given)
    return Mend(row, what, made, is_bound(claim, volume.name))


def _of_a_disk(doing: Doing, row: Ordinal, claim: Claim, disk: Volume) -> Outcome:
    """Return what gives a claim its static volume, if it had one, in a provisioner's place."""
    # Who asks for a class may have left his static volumes behind on purpose.
    is_left = not row.template.storage.storage_class
    meant = doing.pairing.meant_for(claim, is_left=is_left)
    if meant is None and (known := doing.lacking.known.get(claim.key)):
        meant = doing.inventory.volumes.get(known["metadata"]["name"])
        if meant and doing.inventory.is_anothers(meant, claim.key):
            why = f"{claim.name} has the disk {disk.name} of a provisioner"
            return NotUnderstood(row, f"{why}: {doing.cures.leave(meant)}")
    if meant is disk:
        return None
    if meant:
        before = doing.freed(meant, claim.key)
        if meant.manifest.is_terminating:
            before = doing.made_again(meant, claim.key)
        return _on_a_disk(doing, row, claim, disk, meant.manifest.value, before)
    is_whole = claim.phase == "Bound" and doing.inventory.holder(disk) == claim.key
    return _without_static(doing, row, claim, disk) if is_left and is_whole else None


def _without_static(doing: Doing, row: Ordinal, claim: Claim, disk: Volume) -> Mend | None:
    """Return what is said where others have static volumes, and none is there for an ordinal."""
    if made := doing.lacking.volumes.get(claim.key):
        return _on_a_disk(doing, row, claim, disk, made, doing.volume_made(made))
    if doing.pairing.is_provisioned(doing.pairing.of(row.template)):
        return None
    what = f"{claim.name} has the disk {disk.name} of a provisioner, and others static volumes"
    note = f"{what}: where it had one, too, --old FILE, a dump of then, shows which"
    return Mend(row, what, notes=(note,))


def _on_a_disk(  # noqa: PLR0913, PLR0917 - two sides, and what is done to each
    doing: Doing,
    row: Ordinal,
    claim: Claim,
    disk: Volume,
    meant: Object,
    before: Iterable[Action],
) -> Mend:
    name = meant["metadata"]["name"]
    new = claim_again(claim.manifest, claim.key, meant)
    risk = (
        f"what the pods have written to {disk.name} stays there, and {name} has none of it: only "
        "you know whether it is to be copied"
    )
    confirm = f"copy what you want to keep of {disk.name} before: its claim goes now"
    made = (doing.deleted(claim, risk, confirm), *before, *doing.claim_made(new))
    what = f"{claim.name} has the disk {disk.name} of a provisioner, and not {name}"
    goal = (is_another(claim), *are_tied(claim.key, name))
    return Mend(row, what, made, goal, (claim,), tuple(doing.keeping(disk)))
