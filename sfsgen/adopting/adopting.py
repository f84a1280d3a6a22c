"""Ordinals whose volumes become a set's own: what is found of each, and what is done for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.missing import ANOTHER_NAME
from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import NODE_DNS, NfsDirectory, is_cluster_name
from sfsgen.plans.actions import (
    CLAIM,
    REFERENCE,
    VOLUME,
    actions,
    are_tied,
    as_seen,
    is_another,
    is_kept,
    is_this,
    of_claim,
    of_volume,
    without_waiting,
)
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import Doing, is_new, place
from sfsgen.plans.making import claim_again, let_go, make
from sfsgen.plans.outcomes import Mend, NotUnderstood, Object
from sfsgen.plans.plan import OF_PODS, Action, Wait
from sfsgen.sets.found import Ordinal
from sfsgen.sets.origins import Origin, is_found_again, origin
from sfsgen.storage_drivers import LOCAL, NFS
from sfsgen.values.pairs import PROVISIONED_BY, Claim, Volume

_POLICY = ("spec", "persistentVolumeReclaimPolicy")
_ANNOTATION = ("metadata", "annotations", PROVISIONED_BY)
_PLACES = {"nfs": ("server", "path"), "csi": ("volumeHandle",), "local": ("path",)}
_PROTECTION = "kubernetes.io/pv-protection"
_ATTACHED = "external-attacher/"


class Adoptee(NamedTuple):
    """An ordinal whose claim is Bound, with its volume and what that is to be called."""

    row: Ordinal
    claim: Claim
    volume: Volume
    origin: Origin
    is_replaced: bool
    """Whether a volume of the set's own takes the place of the one that it has."""
    name: str
    """What its volume is called then."""


class Adopting(NamedTuple):
    """What adoption needs beside what is there."""

    doing: Doing
    name_of: Callable[[Ordinal], str]
    """What a volume of an ordinal is called."""
    made: Callable[[Ordinal, Origin], Object]
    """The volume of an ordinal over the directory of the one that it has."""
    driver: str = ""
    """By which the new volumes are mounted, "" where nothing is said."""
    rename: bool = False
    """Whether volumes that were made by hand get names of the set, too."""

    @property
    def cures(self) -> Cures:
        """The commands for the cluster that is looked at."""
        return self.doing.cures


def looked_at(adopting: Adopting, row: Ordinal) -> Adoptee | NotUnderstood:
    """Return what is found of an ordinal, or why it stays as it is."""
    claim, volume = row.claim, _volume_of(adopting, row)
    if claim is None or volume is None:
        return NotUnderstood(row, _not_there(adopting, row))
    if why := _not_whole(adopting, row, claim, volume) or _of_two_sets(adopting, row):
        return NotUnderstood(row, why)
    found, name = origin(volume, claim), adopting.name_of(row)
    is_named = volume.name == name
    is_replaced = not is_named and (bool(found.maker) or adopting.rename)
    if is_replaced and (why := found.why_not or _not_made(adopting, claim, found, name)):
        return NotUnderstood(row, why)
    return Adoptee(row, claim, volume, found, is_replaced, name if is_replaced else volume.name)


def _volume_of(adopting: Adopting, row: Ordinal) -> Volume | None:
    return adopting.doing.inventory.volumes.get(row.claim.volume_name) if row.claim else None


def _not_there(adopting: Adopting, row: Ordinal) -> str:
    claim = row.claim
    if claim is None:
        return f"{row.claim_key[1]} is not there: {_first(adopting, row)}"
    if claim.phase == "Bound":
        return f"{claim.name} is Bound to {claim.volume_name}, which was not read: read volumes too"
    return f"{claim.name} is {claim.phase or 'not bound'}: {_first(adopting, row)}"


def _first(adopting: Adopting, row: Ordinal) -> str:
    """Return what comes before a set is adopted that is not whole."""
    name, options = row.stateful_set.name, adopting.cures.access.options
    return f"first have all its pods run, see `{quoted(['sfsgen', 'recover', name, *options])}`"


def _not_whole(adopting: Adopting, row: Ordinal, claim: Claim, volume: Volume) -> str:
    """Return why a claim and its volume are not bound to each other, as they have to be."""
    inventory, first = adopting.doing.inventory, _first(adopting, row)
    for side in (claim, volume):
        if not side.manifest.is_stored:
            return f"{side.name} stands in a file, and not in the cluster that is looked at"
        if side.manifest.is_terminating:
            return f"{side.name} is being deleted: {first}"
    if claim.phase != "Bound":
        return f"{claim.name} is {claim.phase or 'not bound'}: {first}"
    if inventory.is_anothers(volume, claim.key):
        return f"{claim.name} does not have {volume.name}: {adopting.cures.leave(volume)}"
    is_tied = volume.claim == claim.key and inventory.holder(volume) == claim.key
    if is_tied and volume.phase == "Bound":
        return ""
    return f"{claim.name} is Bound, and {volume.name} is not bound to it: {first}"


def _of_two_sets(adopting: Adopting, row: Ordinal) -> str:
    """Return that another set looks for a claim, too, whose pods would hold it back for ever."""
    for each in adopting.doing.inventory.wanting(row.claim_key):
        if each.stateful_set.key != row.stateful_set.key:
            name = row.claim_key[1]
            return f"{name} is that of {each.stateful_set.name}, too, whose pods hold it"
    return ""


def _not_made(adopting: Adopting, claim: Claim, found: Origin, name: str) -> str:
    """Return why a volume of a set's own cannot take the place of another one."""
    is_nfs = adopting.driver in ("", NFS) and found.place.driver != LOCAL
    if adopting.driver and found.place.driver == LOCAL:
        return f"{claim.volume_name} lies on a node, and stays a local volume: leave --driver out"
    other = adopting.doing.inventory.volumes.get(name)
    is_its = other and _is_reserved(claim, other)
    there = origin(other) if other and is_its else None
    is_same = there and there.directory == found.directory
    if other and not (there and is_same and there.place.read_only == found.place.read_only):
        return f"{name}, as its volume would be called, is there already: {ANOTHER_NAME}"
    if is_nfs and "ReadWriteOncePod" in claim.storage.access_modes:
        return (
            f"{claim.name} asks for ReadWriteOncePod, which holds for CSI volumes alone: give "
            "--driver csi"
        )
    if is_nfs and found.csi and is_cluster_name(found.place.server):
        return (
            f"{found.csi} mounts {found.place.server} by the cluster's DNS; {NODE_DNS}: give "
            "--driver csi"
        )
    return ""


def kept(cures: Cures, volume: Volume) -> Iterator[Action]:
    """Yield how the files of a volume stay, whoever looks at its claim and at itself."""
    done = (not_removed(volume),)
    reason = f"the files of {volume.name} stay, whatever becomes of its claim and of itself"
    yield from actions(cures.keep(volume), reason, must=(is_this(volume),), done=done)


def not_removed(volume: Volume) -> Condition:
    """Return that a volume no longer has a policy by which its files go, or is gone without it."""
    return Condition(VOLUME, "", volume.name, "is not", _POLICY, volume.reclaim_policy)


def unmarked(cures: Cures, volume: Volume) -> Action:
    """Return how a volume that a hand made is no longer taken for a provisioner's."""
    words = ["annotate", f"pv/{volume.name}", f"{PROVISIONED_BY}-"]
    command = cures.access.kubectl.command(*words)
    step = Step("annotate", VOLUME, "", volume.name, {PROVISIONED_BY: None}, command)
    reason = f"{volume.name} was made by hand: no provisioner is to take it for its own"
    done = (of_volume(volume.name, *_ANNOTATION, value=""),)
    return Action(reason, step, (is_this(volume), is_kept(volume.name)), done)


def is_marked(each: Adoptee) -> bool:
    """Return whether a volume that stays bears the mark of a provisioner, for no reason."""
    has_mark = PROVISIONED_BY in each.volume.manifest.annotations
    return has_mark and not each.is_replaced and not is_found_again(each.volume)


def replaced(adopting: Adopting, each: Adoptee) -> Mend:
    """Return how a volume of the set's own takes the place of the one that an ordinal has.

    It is there, reserved for the claim's name, before a pod stops; but nobody has it before the
    claim is gone: so no two volumes over one directory ever have claims.
    """
    doing, claim, old = adopting.doing, each.claim, each.volume
    volume = adopting.made(each.row, each.origin)
    waits = tuple(_waits_for(each))
    new = make(adopting.cures, claim_again(claim.manifest, claim.key, volume))
    made = (
        doing.deleted(claim),
        *actions([new], f"make {claim.name}, which names {each.name}", must=waits),
    )
    whose = f" of {each.origin.maker}" if each.origin.maker else ""
    what, goal = f"{claim.name} has {old.name}{whose}", are_tied(claim.key, each.name)
    first = tuple(_reserved(adopting, each, volume, waits))
    return Mend(each.row, what, made, (is_another(claim), *goal), (claim,), first)


def _reserved(
    adopting: Adopting, each: Adoptee, volume: Object, waits: tuple[Condition, ...]
) -> Iterator[Action]:
    """Yield how a volume is made beside the one that an ordinal has."""
    reason = f"make {each.name} over the same directory, {place(volume)}, reserved for "
    yield from actions([make(adopting.cures, volume)], f"{reason}{each.claim.name}")
    # One of that name that came in between would else be found only when the pod has stopped.
    reason = f"see that {each.name} is this one, and waits for {each.claim.name}"
    must = (*waits, *_lies_there(volume), is_kept(each.name))
    yield Action(reason, must=must, done=(is_another(each.claim),))


def _waits_for(each: Adoptee) -> Iterator[Condition]:
    """Yield that the volume of an ordinal is reserved for its claim."""
    for field, value in zip(("namespace", "name"), each.claim.key, strict=True):
        yield of_volume(each.name, *REFERENCE, field, value=value)


def _lies_there(volume: Object) -> Iterator[Condition]:
    """Yield that a volume of its name lies where this one does."""
    for source, fields in _PLACES.items():
        given = volume["spec"].get(source) or {}
        for field in filter(given.get, fields):
            yield of_volume(volume["metadata"]["name"], "spec", source, field, value=given[field])


def is_made(each: Adoptee, other: Volume) -> bool:
    """Return whether a volume is the one that an ordinal is to have, made by an earlier run."""
    return other.name == each.name and _is_reserved(each.claim, other)


def _is_reserved(claim: Claim, volume: Volume) -> bool:
    """Return whether a volume waits for a claim, and keeps its files."""
    waits = volume.claim == claim.key and not volume.claim_uid and volume.phase == "Available"
    return waits and volume.reclaim_policy == "Retain"


def removed(cures: Cures, old: Volume, each: Adoptee) -> Iterator[Action]:
    """Yield how the object of an earlier volume goes, once an ordinal has another; its files stay.

    Deleted while it is Retain, it makes no provisioner delete anything: controller.go of
    sig-storage-lib-external-provisioner, shouldDelete, asks for the policy Delete, and so does
    Kubernetes' own pv_controller.go, reclaimVolume.
    """
    has_another = of_claim(each.claim.key, "spec", "volumeName", value=each.name)
    is_bound = of_claim(each.claim.key, "status", "phase", value="Bound")
    must = (*as_seen(old), is_kept(old.name), *_is_left(old), has_another, is_bound)
    done = (is_new(old),)
    if _is_held(old):
        reason = f"take the finalizer of its provisioner off {old.name}, which may run no more"
        yield Action(f"{reason}: with Retain it has nothing to do", let_go(cures, old), must, done)
    command = cures.access.kubectl.command("delete", f"pv/{old.name}")
    step = without_waiting(Step("delete", VOLUME, "", old.name, None, command))
    reason = f"delete the object {old.name}; the directory stays, and {each.name} has it"
    # pkg.go.dev/github.com/piraeusdatastore/csi-reclaim-controller: deletes it even with Retain.
    driver = (old.manifest.at("spec", "csi") or {}).get("driver")
    risk = f"see that nothing like csi-reclaim-controller runs for {driver}" if driver else ""
    if not _is_attached(old):
        yield Action(reason, step, must, done, (Wait(is_new(old), OF_PODS),), risk)
        return
    yield Action(reason, step, must, done, risk=risk)
    reason = (
        f"wait until the attacher of {each.origin.csi} lets {old.name} go, as no node has it any "
        f"more; where it runs no more, do that yourself: {let_go(cures, old)}"
    )
    yield Action(reason, done=done, wait=(Wait(is_new(old), OF_PODS),))


def _is_left(old: Volume) -> Iterator[Condition]:
    """Yield that the claim is gone that a volume was bound to."""
    if old.claim and old.claim_uid:
        yield Condition(CLAIM, *old.claim, "is not", ("metadata", "uid"), old.claim_uid)


def _finalizers(volume: Volume) -> Sequence[str]:
    """Return what holds a volume back, but for what Kubernetes itself always does."""
    given: Sequence[str] = volume.manifest.at("metadata", "finalizers") or ()
    return [each for each in given if each != _PROTECTION]


def _is_attached(volume: Volume) -> bool:
    """Return whether the attacher of a CSI driver holds a volume back.

    It lets go by itself. Of a volume that is gone before, it could not detach a node: its
    VolumeAttachment would stay for ever (external-attacher, csi_handler.go, csiDetach).
    """
    return any(each.startswith(_ATTACHED) for each in _finalizers(volume))


def _is_held(volume: Volume) -> bool:
    """Return whether the finalizer of a provisioner, and that alone, holds a volume back.

    The provisioner takes it back itself once the policy is Retain, if it still runs (controller.go,
    handleProtectionFinalizer).
    """
    return bool(_finalizers(volume)) and not _is_attached(volume)


def left_over(
    cures: Cures, each: Adoptee, places: Mapping[NfsDirectory, Sequence[Volume]]
) -> Iterator[Volume]:
    """Yield the volumes that an earlier adoption has left over the directory of an ordinal."""
    inventory = cures.inventory
    for other in places.get(each.origin.directory, ()):
        is_its = other.claim == each.claim.key and other.claim_uid != each.claim.uid
        if other.is_left and is_its and not inventory.holder(other):
            yield other
