"""The plan by which a set gets a double, whose volumes are copies in directories of their own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.downtime import scaled
from sfsgen.kubernetes.manifest import NOT_READ, Manifest
from sfsgen.kubernetes.versions import Target
from sfsgen.moving.copying import Copy, copied, copied_as_it_runs, copied_roughly
from sfsgen.moving.farewell import deletes_claims, notes_of_double, refusals
from sfsgen.moving.going_over import (
    Making,
    claims_made,
    goal_of,
    look,
    making_of,
    set_made,
    stamped,
)
from sfsgen.moving.handing_over import is_at_0, known_again, pods_ready
from sfsgen.moving.in_the_way import in_the_way
from sfsgen.moving.parts import Destination, Part, Parts, named_apart, parts_of
from sfsgen.moving.renaming import volume_of
from sfsgen.moving.wanted import wanted
from sfsgen.moving.whole import not_whole
from sfsgen.plans.actions import CLAIM
from sfsgen.plans.as_seen import has_not_grown, is_whole
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import place
from sfsgen.plans.finished import finished
from sfsgen.plans.making import as_asked
from sfsgen.plans.outcomes import Object
from sfsgen.plans.plan import OF_PODS, Action, Phase, Plan, Wait
from sfsgen.problems import InputError
from sfsgen.sets.found import FoundSet, Ordinal, found_volume
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.values.pairs import Key, Volume

_SECONDS = 2
"""For which the pods stand still, beside the copy and their own stop and start (measured)."""


class Double(NamedTuple):
    """Where the double lies, by options as `render` has them, and whether the set is stopped."""

    options: Mapping[str, Any]
    target: Target
    is_stopped: bool = False


def cloned(
    cures: Cures, pairing: Pairing, stateful_set: FoundSet, to: Destination, double: Double
) -> Plan:
    """Return the plan that gives a set a double. Raises InputError where an option is wrong."""
    plan = Plan("move", stateful_set.key)

    def make(row: Ordinal, volume: Volume, key: Key) -> Object:
        return _elsewhere(to, row, volume, key)

    found = parts_of(pairing, stateful_set, to, make)
    parts = found._replace(found=[each for each in found.found if each.claim and each.volume])
    making = making_of(cures, pairing, stateful_set, to, parts)
    making = making._replace(parts=_placed(making, double))
    if why_not := [*_why_not(making, double)]:
        return plan._replace(unknown=tuple(why_not))
    phases = tuple(_phases(making, double))
    other = to.cures.access.kubectl if to.cluster else None
    notes = tuple(notes_of_double(stateful_set, to, making.parts, making.objects))
    plan = plan._replace(phases=phases, notes=notes, other=other)
    plan = finished(plan, cures, pairing, to.inventory if to.cluster else None)
    return known_again(plan, to, making.parts.found)


# Where the copies lie


def _elsewhere(to: Destination, row: Ordinal, volume: Volume, key: Key) -> Object:
    """Return the volume of the double: where its path says the set's name, it says the new one."""
    name = to.names.volume(volume.name, row.template.name)
    if name == volume.name and not to.cluster:
        name = _by_convention(to, row)
    made = volume_of(to.names, volume, name, key)
    spec = dict(made["spec"])
    for source in ("nfs", "csi", "local"):
        if source in spec:
            spec[source] = _said(to, spec[source])
    return {**made, "spec": spec}


def _said(to: Destination, source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source of a volume, the set's names in its path and its handle exchanged."""
    made = dict(source)
    for field in ("path", "volumeHandle"):
        if field in made:
            made[field] = to.names.text(made[field])
    if attributes := made.get("volumeAttributes"):
        made["volumeAttributes"] = {key: to.names.text(each) for key, each in attributes.items()}
    return made


def _by_convention(to: Destination, row: Ordinal) -> str:
    """Return what a volume of the double is called where its own name says nothing of the set."""
    (old_space, old), (space, name) = to.names.old, to.names.new
    of_space = [space] if old == name and old_space != space else []
    of_template = [] if row.template.is_first else [row.template.name]
    return "-".join(["pv", *of_space, *of_template, name, str(row.number)])


def _placed(making: Making, double: Double) -> Parts:
    """Return the parts with their copies where options say it."""
    parts = making.parts
    if not any(double.options.values()):
        return parts
    manifests = [_as_read(making.made_set), *_pairs(parts.found)]
    inventory = Inventory(manifests, making.to.names.new[0])
    stateful_set = inventory.sets[making.to.names.new]
    shall = wanted(Pairing(inventory), stateful_set, double.options, None, double.target)
    if errors := [each for each in shall.problems if each.severity == "error"]:
        raise InputError(*errors)
    made = {each.claim.key: each.new_volume for each in shall.pairs}
    return parts._replace(found=[_with(each, made[each.key]) for each in parts.found])


def _with(part: Part, volume: Object) -> Part:
    claim = as_asked(part.new_claim, part.key, volume) if part.new_claim else None
    return part._replace(made=volume, new_claim=claim)


def _pairs(parts: Sequence[Part]) -> Iterator[Manifest]:
    for part in parts:
        yield from (_as_read(each) for each in (part.made, part.new_claim) if each)


def _as_read(value: Object) -> Manifest:
    metadata = value["metadata"]
    return NOT_READ._replace(
        api_version=value["apiVersion"],
        kind=value["kind"],
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        value=value,
    )


def _volume(part: Part) -> Volume:
    """Return the volume of a part as it will be."""
    return found_volume(_as_read(part.made or {}))


# Why not


def _why_not(making: Making, double: Double) -> Iterator[str]:
    to, parts = making.to, making.parts
    yield from refusals(making.stateful_set, to, parts.found)
    is_broken = list(not_whole(*making[:3], takes_any=True))
    yield from is_broken or parts.why_not
    yield from named_apart(parts.found)
    yield from in_the_way(to, parts.found, making.objects)
    yield from _same_pods(making)
    if double.is_stopped:
        yield from _not_stopped(making.stateful_set)
    for part in parts.found:
        yield from _no_place(making, part)
    yield from _one_place(parts.found)


def _not_stopped(old: FoundSet) -> Iterator[str]:
    """Yield why a set is not scaled to 0 and up again for the copy."""
    if not old.replicas:
        yield f"{old.name} is at 0 replicas: leave out --all-at-once"
    if deletes_claims(old):
        yield (
            f"whenScaled is Delete: {old.name} would lose its claims when it is stopped for the "
            "copy; set it to Retain first, or leave out --all-at-once"
        )


def _same_pods(making: Making) -> Iterator[str]:
    old, names = making.stateful_set, making.to.names
    is_beside = not making.to.cluster and names.new[0] == old.namespace
    if is_beside and names.labels(old.selector) == old.selector:
        yield (
            f"the selector of {old.name} does not say its name: its Services would serve the pods "
            "of its double, too; clone it into another namespace"
        )


def _no_place(making: Making, part: Part) -> Iterator[str]:
    """Yield why a copy cannot lie where it would."""
    made, old = _volume(part), part.volume
    number = part.row.number
    if old is None or not (old.server and old.path and made.server and made.path):
        yield f"ordinal {number}: {part.row.claim_key[1]}: nobody knows where its data lies"
        return
    if fault := Copy(old, made).fault:
        yield f"ordinal {number}: {fault}"
    if made.place == old.place:
        yield (
            f"ordinal {number}: nothing says where the copy of {place(old.manifest.value)} lies: "
            "give --nfs-path, as /exports/{namespace}/{name}/{ordinal}, or --nfs-server"
        )
        return
    # Two volumes of one handle are one to a CSI driver, and to kubelets.
    handles = [each.manifest.at("spec", "csi", "volumeHandle") for each in (made, old)]
    if handles[0] and handles[0] == handles[1] and not making.to.cluster:
        yield (
            f"ordinal {number}: the handle {handles[0]} would be that of {old.name}, too: give "
            "--nfs-path"
        )
    for inventory in (making.cures.inventory, making.to.inventory):
        there = inventory.overlapping(made, is_shared=False)
        if there and not (there.name == part.name and there.claim == part.key):
            yield f"ordinal {number}: {place(part.made or {})} is that of {there.name}, or in it"
            return


def _one_place(parts: Sequence[Part]) -> Iterator[str]:
    seen: dict[Any, Part] = {}
    for each in parts:
        first = seen.setdefault(_volume(each).place, each)
        if first is not each:
            yield f"{first.key[1]} and {each.key[1]} would both lie in {place(each.made or {})}"


# What is done


def _phases(making: Making, double: Double) -> Iterator[Phase]:
    """Yield the phase that copies, and makes the volumes and claims; then the one for the set.

    Once the claims are there nothing is copied, and nothing is stopped for it, any more.
    """
    old, to = making.stateful_set, making.to
    named = f"{'/'.join(to.names.new)}{f' in {to.cluster}' if to.cluster else ''}"
    made = (look(making), *_copying(making, double), *_volumes_made(making), *claims_made(making))
    goal = tuple(_claims_made(making))
    pods = tuple(old.pod_name(number) for number in old.ordinals if double.is_stopped)
    also = " and the second, short copy"
    title = f"the data of {'/'.join(old.key)} is copied for {named}"
    yield Phase(title, goal, made, pods, _SECONDS, OF_PODS, also)
    title = f"{named} is a double of {'/'.join(old.key)}"
    yield Phase(title, tuple(goal_of(making)), tuple(set_made(making, ())), patience=OF_PODS)


def _copying(making: Making, double: Double) -> list[Action]:
    """Return how the data is copied: of a set that runs, of one moment only if it is stopped."""
    old, done = making.stateful_set, tuple(_claims_made(making))
    copies = [Copy(each.volume, _volume(each)) for each in making.parts.found if each.volume]
    is_new = _nothing_runs(making)
    if not old.replicas:
        return [copied(copies, must=[is_at_0(old), *is_new], done=done)]
    if not double.is_stopped:
        return [copied_as_it_runs(copies, must=is_new, done=done)]
    pods = (old.pod_name(number) for number in old.ordinals)
    stopped = [Condition("Pod", old.namespace, each, "gone") for each in pods]
    return [
        copied_roughly(copies, done)._replace(must=tuple(is_new)),
        _stopped(making, stopped),
        copied(copies, must=[*stopped, *is_new], done=done),
        _started(making),
    ]


def _volumes_made(making: Making) -> Iterator[Action]:
    for each in making.parts.found:
        if each.made:
            reason = f"make {each.name} on {place(each.made)}"
            for action in making.there.made(each.made, reason):
                yield stamped(action, making.to.cluster)


def _claims_made(making: Making) -> Iterator[Condition]:
    """Yield that all claims of the double are there: they are made once the data is copied."""
    for each in making.parts.found:
        named = ("spec", "volumeName")
        yield Condition(CLAIM, *each.key, "is", named, each.name, making.to.cluster)


def _nothing_runs(making: Making) -> list[Condition]:
    """Return that the double is not there: what it has written a copy would remove."""
    to = making.to
    space, cluster = to.names.new[0], to.cluster
    return [
        Condition(making.made_set["kind"], *to.names.new, "gone", cluster=cluster),
        *(Condition("Pod", space, each, "gone", cluster=cluster) for each in making.new_pods),
    ]


def _stopped(making: Making, gone: Sequence[Condition]) -> Action:
    old = making.stateful_set
    reason = f"stop all pods of {old.name}, so that the copy is of one moment"
    uid = Condition(*old.about, "is", ("metadata", "uid"), old.manifest.uid)
    waits = tuple(Wait(each, OF_PODS) for each in gone)
    # What was confirmed holds on in a script that finds them stopped already.
    must = uid, has_not_grown(old)
    return Action(reason, scaled(making.cures, old, 0), must, (is_at_0(old), *gone), waits)


def _started(making: Making) -> Action:
    old = making.stateful_set
    reason = f"start the pods of {old.name} again"
    waits = tuple(Wait(each, OF_PODS) for each in pods_ready(old))
    start = scaled(making.cures, old, old.replicas)
    return Action(reason, start, (), (is_whole(old),), waits)
