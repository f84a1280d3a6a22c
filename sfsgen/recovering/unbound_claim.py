"""Ordinals whose claim is Pending, or is being deleted: what makes it come to its own volume."""

from collections.abc import Iterable

from sfsgen.changes.cures import RESYNC
from sfsgen.kubernetes.binder import is_large_enough, lacking_modes
from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.plans.actions import are_tied, is_another, is_bound
from sfsgen.plans.doing import Doing, is_new, to_be_seen
from sfsgen.plans.making import claim_again
from sfsgen.plans.outcomes import Mend, NotUnderstood, Object, Outcome
from sfsgen.plans.plan import Action
from sfsgen.sets.found import Ordinal, found_volume
from sfsgen.values.pairs import Claim, Tie, Volume


def of_pending(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    """Return what brings a claim that waits to its volume."""
    volume = row.volume
    if volume is None:
        return _waits_for_nothing(doing, row, claim)
    if why := _why_not(row, claim, volume):
        return NotUnderstood(row, why)
    if doing.inventory.is_anothers(volume, claim.key):
        return _of_anothers(doing, row, claim, volume)
    if why := doing.of_another(row, volume):
        return NotUnderstood(row, f"{claim.name} is Pending: {why}")
    if volume.manifest.is_terminating:
        return _volume_goes(doing, row, claim, volume)
    return _of_its_own(doing, row, claim, volume)


def _why_not(row: Ordinal, claim: Claim, volume: Volume) -> str:
    """Return why a volume is not simply that of a claim that waits."""
    modes = claim.storage.volume_mode, volume.storage.volume_mode
    if row.tie is Tie.CHANCE:
        return f"{claim.name} is Pending, and nothing says whether {volume.name} is its volume"
    if not volume.is_static and volume.claim != claim.key:
        return f"{volume.name} is the disk of a provisioner, and nobody's"
    if modes[0] != modes[1]:
        return f"{claim.name} asks for the volumeMode {modes[0]}, and {volume.name} has {modes[1]}"
    return ""


def _volume_goes(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    made = (*doing.keeping(volume), *doing.made_again(volume, claim.key))
    what = f"{volume.name}, for which {claim.name} waits, is being deleted"
    goal = is_new(volume), *is_bound(claim, volume.name)
    return _waiting(doing, Mend(row, what, made, goal), claim, volume)


def _waiting(doing: Doing, mend: Mend, claim: Claim, volume: Volume) -> Mend:
    """Return what gives a volume to a claim that waits; one that does not fit is made anew."""
    if claim.volume_name or _fits(claim, volume):
        return mend
    new = claim_again(claim.manifest, claim.key, volume.manifest.value)
    made = (doing.deleted(claim), *mend.actions, *doing.claim_made(new))
    goal = (is_another(claim), *are_tied(claim.key, volume.name))
    return mend._replace(actions=made, goal=goal, takes=(claim,))


def _of_its_own(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    if not (claim.volume_name or _fits(claim, volume)):
        return _made_to_fit(doing, row, claim, volume)
    made = tuple(doing.freed(volume, claim.key))
    what = f"{claim.name} is Pending, beside its own volume {volume.name}"
    if volume.claim_uid and made:
        what = f"{claim.name} is Pending, for {volume.name} holds the uid of an earlier claim"
    waits = Action(f"wait for the binder, which looks at everything every {RESYNC}")
    asked = row.template.storage.storage_class
    note = f"{claim.name} asks for the class {asked}, and gets {volume.name}, which is there for it"
    notes = (note,) if asked and asked != volume.storage.storage_class else ()
    return Mend(row, what, made or (waits,), is_bound(claim, volume.name), notes=notes)


def _fits(claim: Claim, volume: Volume) -> bool:
    """Return whether the binder gives a claim a volume that is reserved for it (measured)."""
    asked, its = claim.storage, volume.storage
    is_enough = is_large_enough(asked, its) and not lacking_modes(asked, its)
    return is_enough and asked.volume_mode == its.volume_mode


def _made_to_fit(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Mend:
    """Return how a claim that can never get its volume is made again for it."""
    what = f"{claim.name} is Pending, and can never be bound to {volume.name} as it is"
    new = claim_again(claim.manifest, claim.key, volume.manifest.value)
    made = (doing.deleted(claim), *doing.freed(volume, claim.key), *doing.claim_made(new))
    goal = (is_another(claim), *are_tied(claim.key, volume.name))
    return Mend(row, what, made, goal, (claim,))


def _of_anothers(doing: Doing, row: Ordinal, claim: Claim, volume: Volume) -> Outcome:
    """Return what a claim gets that names the volume of another one."""
    own = next(iter(doing.inventory.reservations.get(claim.key, ())), None)
    if own is None or own is volume or doing.inventory.is_anothers(own, claim.key):
        why = f"{claim.name} is Pending, and its volume is not to be had"
        return NotUnderstood(row, f"{why}: {doing.cures.leave(volume)}")
    return _made_to_fit(doing, row, claim, own)


def _waits_for_nothing(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    made = doing.lacking.volumes.get(claim.key)
    if made is None and doing.pairing.is_provisioned(doing.pairing.of(row.template)):
        look = doing.cures.describe(claim.manifest)
        why = f"{claim.name} is Pending, and no volume is meant for it: a provisioner may be asked"
        return NotUnderstood(row, f"{why}, which `{look}` shows; --old FILE shows what it had")
    if made is None or claim.volume_name not in ("", made["metadata"]["name"]):
        return doing.not_known(row, f"{claim.name} is Pending, and has no volume")
    goal = is_bound(claim, made["metadata"]["name"])
    what = f"{claim.name} is Pending, and its volume is not there"
    mend = Mend(row, what, tuple(doing.volume_made(made)), goal, notes=(to_be_seen(made),))
    manifest = NOT_READ._replace(name=made["metadata"]["name"], value=made)
    return _waiting(doing, mend, claim, found_volume(manifest))


def of_going(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    """Return what comes after a claim that is being deleted, which nothing calls back."""
    volume = row.volume or doing.inventory.volumes.get(claim.volume_name)
    if volume is None:
        return _both_go(doing, row, claim)
    if doing.inventory.is_anothers(volume, claim.key) or row.tie is Tie.CHANCE:
        return NotUnderstood(row, f"{claim.name} goes: {doing.cures.leave(volume)}")
    first = tuple(doing.keeping(volume))
    # Who asks for a class may have left his static volumes behind on purpose.
    is_left = not row.template.storage.storage_class
    if meant := doing.pairing.meant_for(claim, is_left=is_left):
        what = f"{claim.name}, which has the disk {volume.name} of a provisioner, is being deleted"
        then, volume = doing.freed(meant, claim.key), meant
    elif volume.manifest.is_terminating:
        what = f"{claim.name} is being deleted, and so is {volume.name}"
        then = doing.made_again(volume, claim.key)
    else:
        what = f"{claim.name} is being deleted"
        then = doing.freed_after(claim, volume)
    found = _followed(doing, Mend(row, what), claim, then, volume.manifest.value)
    return found._replace(first=first)


def _both_go(doing: Doing, row: Ordinal, claim: Claim) -> Outcome:
    made = doing.lacking.volumes.get(claim.key)
    what = f"{claim.name} is being deleted, and its volume is gone"
    if made is None or claim.volume_name not in ("", made["metadata"]["name"]):
        return doing.not_known(row, what)
    mend = Mend(row, what, notes=(to_be_seen(made),))
    return _followed(doing, mend, claim, doing.volume_made(made), made)


def _followed(
    doing: Doing, mend: Mend, claim: Claim, then: Iterable[Action], volume: Object
) -> Mend:
    """Return what follows a claim that goes: another of its name, where a pod needs it."""
    made = (doing.gone(claim), *then)
    if not mend.row.is_wanted:
        return mend._replace(actions=made, goal=(is_another(claim),))
    new = doing.claim_made(claim_again(claim.manifest, claim.key, volume))
    goal = (is_another(claim), *are_tied(claim.key, volume["metadata"]["name"]))
    return mend._replace(actions=(*made, *new), goal=goal, takes=(claim,))
