"""What is done to the claims and volumes of an ordinal, each as actions that can be done again."""

from collections.abc import Iterator
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.nfs import mounted
from sfsgen.plans.actions import (
    REFERENCE,
    VOLUME,
    actions,
    as_seen,
    is_another,
    is_it,
    is_kept,
    is_kept_for,
    is_this,
    of_claim,
    of_volume,
    without_waiting,
)
from sfsgen.plans.conditions import Condition
from sfsgen.plans.making import let_go, make, volume_again
from sfsgen.plans.outcomes import Lacking, NotUnderstood, Object
from sfsgen.plans.plan import OF_PODS, Action, Wait
from sfsgen.sets.found import Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.storage_drivers import place as place_of
from sfsgen.values.pairs import Claim, Key, Volume


class Doing(NamedTuple):
    """What can be done, with what is there and with what is lacking."""

    cures: Cures
    pairing: Pairing
    lacking: Lacking

    @property
    def inventory(self) -> Inventory:
        """What is there."""
        return self.cures.inventory

    def not_known(self, row: Ordinal, what: str) -> NotUnderstood:
        """Return that nothing shows what an ordinal lacks."""
        why = self.lacking.why_not or (
            "what else there is does not show where its data lies; give --old FILE, a dump of when "
            "all was well"
        )
        return NotUnderstood(row, f"{what}: {why}")

    def of_another(self, row: Ordinal, volume: Volume) -> str:
        """Return that a volume is reserved for another claim, "" where it is known to be a row's.

        Who names it may have been copied from the set that it belongs to.
        """
        known = self.lacking.known.get(row.claim_key)
        is_known = known and known["metadata"]["name"] == volume.name
        if is_known or volume.claim in (None, row.claim_key):
            return ""
        whose = "/".join(volume.claim or ())
        return (
            f"{volume.name} is reserved for {whose}; --old FILE, a dump of before, shows it if not"
        )

    def keeping(self, volume: Volume) -> Iterator[Action]:
        """Yield how the files of a volume stay, where its policy asks for something else."""
        reason = f"the files of {volume.name} stay, whatever becomes of its claim"
        its_risk = ""
        if volume.reclaim_policy == "Recycle" and volume.phase == "Released":
            its_risk = (
                f"{volume.name} is Released with the policy Recycle: its files may be going now"
            )
        # One that goes is made again, and may be gone when a script begins again.
        done = (is_new(volume),) if volume.manifest.is_terminating else ()
        return actions(
            self.cures.keep(volume), reason, must=(is_this(volume),), done=done, risk=its_risk
        )

    def freed(self, volume: Volume, key: Key) -> Iterator[Action]:
        """Yield how a volume waits for a claim of a name, whoever had it before."""
        is_its = volume.claim == key
        if volume.claim_uid and self.inventory.holder(volume) is None:
            reason = f"{volume.name} lets the earlier claim go, and "
            reason += "stays reserved for its name" if is_its else f"is reserved for {key[1]}"
            cure = self.cures.free(volume) if is_its else self.cures.reserve(volume, key)
            if volume.phase == "Failed" and is_its:
                cure = self.cures.mend_failed(volume)
            else:
                yield from self.keeping(volume)
            done = is_kept_for(volume, key)
            yield from actions(cure.steps, reason, must=as_seen(volume), done=done)
        elif not is_its:
            yield from self.keeping(volume)
            steps = self.cures.reserve(volume, key).steps
            yield from actions(steps, f"reserve {volume.name} for {key[1]}", must=as_seen(volume))
        elif volume.is_left:
            yield from self.keeping(volume)

    def freed_after(self, claim: Claim, volume: Volume) -> Iterator[Action]:
        """Yield the same of the volume of a claim that goes, once it is gone."""
        if not (claim.uid and volume.claim_uid == claim.uid):
            yield from self.freed(volume, claim.key)
            return
        steps = [
            each for each in self.cures.free_after(claim, volume).steps if each.verb == "json-patch"
        ]
        reason = f"{volume.name} lets the earlier claim go, and stays reserved for its name"
        must = (*as_seen(volume), is_another(claim))
        yield from actions(steps, reason, must=must, done=is_kept_for(volume, claim.key))

    def bound_again(self, claim: Claim, volume: str) -> Action:
        """Return how a Lost claim is bound to the volume that is reserved for its name."""
        done = of_volume(volume, *REFERENCE, "uid", value=claim.uid)
        must = (
            is_it(claim),
            of_volume(volume, *REFERENCE, "namespace", value=claim.namespace),
            of_volume(volume, *REFERENCE, "name", value=claim.name),
            of_volume(volume, *REFERENCE, "uid", value=""),
        )
        reason = f"let the binder bind {claim.name} again; neither it nor its pod is deleted"
        return Action(reason, self.cures.bind_again(claim), must, (done,))

    def made_again(self, volume: Volume, key: Key) -> Iterator[Action]:
        """Yield how a volume that is being deleted is made again at once, on the same files."""
        its_risk = (
            f"{volume.name} goes and is made again: only with the policy Retain do its files stay"
        )
        yield Action(
            f"let {volume.name} go, which nothing calls back; its files stay",
            let_go(self.cures, volume),
            (is_this(volume), is_kept(volume.name)),
            (is_new(volume),),
            (Wait(is_new(volume)),),
            its_risk,
        )
        yield from self.made(volume_again(volume, key), f"make {volume.name} again")

    def gone(self, claim: Claim) -> Action:
        """Return that it is waited until a claim that goes is gone."""
        until = is_another(claim)
        reason = f"wait until {claim.name} is gone, once nothing uses it"
        return Action(reason, done=(until,), wait=(Wait(until, OF_PODS),))

    def deleted(self, claim: Claim, risk: str = "", confirm: str = "") -> Action:
        """Return how a claim is deleted, once its files are sure to stay."""
        kept = is_kept(claim.volume_name)
        if not claim.was_bound:
            kept = of_claim(claim.key, "status", "phase", value="Pending")
        stays = f"; its files stay on {claim.volume_name}" if claim.was_bound else ""
        step = without_waiting(self.cures.delete(claim))
        wait = Wait(is_another(claim), OF_PODS)
        reason = f"delete {claim.name}{stays}"
        return Action(
            reason, step, (is_it(claim), kept), (is_another(claim),), (wait,), risk, confirm
        )

    def made(self, value: Object, reason: str) -> Iterator[Action]:
        """Yield how an object is made."""
        return actions([make(self.cures, value)], reason)

    def claim_made(self, claim: Object) -> Iterator[Action]:
        """Yield how a claim is made that names its volume."""
        name = claim["metadata"]["name"]
        reason = f"make {name}, which names {claim['spec'].get('volumeName')}"
        return self.made(claim, reason)

    def volume_made(self, volume: Object) -> Iterator[Action]:
        """Yield how a volume that is not there is made, on the files that it has."""
        return self.made(volume, f"make {volume['metadata']['name']} on {place(volume)}")


def is_new(volume: Volume) -> Condition:
    """Return that a volume is gone, or was made again."""
    uid = volume.manifest.uid
    return Condition(VOLUME, "", volume.name, "is not", ("metadata", "uid"), uid)


def place(volume: Object) -> str:
    """Return where a volume's files lie."""
    _, server, path, *_ = place_of(volume["spec"])
    return mounted(server, path) or "what it was on"


def to_be_seen(volume: Object) -> str:
    """Return what the owner should look at where a volume is made from what others show."""
    name = volume["metadata"]["name"]
    seen = "see that its data lies there, or, where it never had any, that the directory is there"
    return f"{name} is made on {place(volume)}: {seen}"
