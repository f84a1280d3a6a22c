"""What every plan gets once its steps are known: who else writes there, and which cluster it is."""

from collections.abc import Iterable, Iterator
from itertools import chain

from sfsgen.changes.actions import CLAIM, VOLUME
from sfsgen.changes.conditions import Condition, ObjectKey
from sfsgen.changes.cures import Cures
from sfsgen.changes.managers import managers
from sfsgen.changes.plan import Plan, key_of
from sfsgen.kubernetes.manifest import NOT_READ, Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.sets.found import found_volume
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing, TemplateOrdinals
from sfsgen.sets.origins import origin
from sfsgen.values.pairs import Key, Volume


def finished(plan: Plan, cures: Cures, pairing: Pairing, there: Inventory | None = None) -> Plan:
    """Return a plan that gives no directory a second writer, and knows its cluster again.

    Where it would give one, nothing of it is left but the reason. `there` is what the cluster has
    in which its volumes are made, if that is another one.
    """
    inventory = cures.inventory
    twice = _written_twice(plan, there or inventory, Pairing(there) if there else pairing)
    if written_twice := tuple(dict.fromkeys(twice)):
        return Plan(plan.command, plan.stateful_set, unknown=written_twice)
    notes = (*plan.notes, *_of_managers(plan, inventory))
    return plan._replace(where=tuple(_where(plan, inventory)), notes=notes)


def _written_twice(plan: Plan, inventory: Inventory, pairing: Pairing) -> Iterator[str]:
    """Yield which volumes would be had by a claim while that of another writes there, too.

    A volume of another name may lie in the same directory, below it or above it.
    """
    goes = {each[1:] for each in _deleted(plan) if each[0] == CLAIM}
    for name, key in _given(plan):
        volume = _volume(plan, inventory, name)
        if volume is None or volume.is_only_read or _is_there_already(inventory, key, volume):
            continue
        for other in inventory.overlaps(volume):
            owner = inventory.owner(other)
            is_alone = other.name == name or owner in (None, key) or owner in goes
            if owner and not (is_alone or other.is_only_read or _is_meant(pairing, key, owner)):
                yield (
                    f"{key[1]}: {name} lies in {other.server}:{other.path}, where the claim "
                    f"{'/'.join(owner)} has its data, by {other.name}: two would write there"
                    if volume.place == other.place
                    else f"{key[1]}: the directory of {name} and that of {other.name}, which the "
                    f"claim {'/'.join(owner)} has, lie inside each other: two would write there"
                )


def _is_there_already(inventory: Inventory, key: Key, volume: Volume) -> bool:
    """Return whether a claim has the directory of a volume before, by another volume."""
    claim = inventory.claims.get(key)
    has = inventory.volumes.get(claim.volume_name) if claim else None
    if has is None or has.name == volume.name or inventory.holder(has) != key:
        return False
    return origin(has).directory == volume.place


def _given(plan: Plan) -> Iterator[tuple[str, Key]]:
    """Yield the volumes that a plan ends with, and their claims."""
    for condition in (each for phase in plan.phases for each in phase.goal):
        if (condition.kind, condition.path) == (CLAIM, ("spec", "volumeName")):
            yield condition.value, (condition.namespace, condition.name)


def _volume(plan: Plan, inventory: Inventory, name: str) -> Volume | None:
    """Return a volume as a plan makes it, else as it is there."""
    for each in plan.created:
        if (each["kind"], each["metadata"]["name"]) == (VOLUME, name):
            return found_volume(NOT_READ._replace(kind=VOLUME, name=name, value=each))
    return inventory.volumes.get(name)


def _is_meant(pairing: Pairing, key: Key, owner: Key) -> bool:
    """Return whether two claims are of one claim template, whose volumes all lie in one place."""
    for row in pairing.inventory.wanting(key):
        rows = pairing.of(row.template)
        if row.template.claim_name.ordinal_of(owner[1]) is not None and owner[0] == key[0]:
            return _is_shared(rows)
    return False


def _is_shared(rows: TemplateOrdinals) -> bool:
    return len(rows.volumes) > 1 and len({each.place for each in rows.volumes.values()}) == 1


def _where(plan: Plan, inventory: Inventory) -> Iterator[Condition]:
    """Yield the one object that shows the cluster: it stays as it is, best one of the plan's own.

    A file of another cluster, or another context, has none of its uid.
    """
    # What is made in another cluster replaces nothing here.
    goes = {*_deleted(plan), *(() if plan.other else _replaced(plan))}
    named = {each.key for action in plan.actions for each in action.must}
    volumes = (((VOLUME, "", each.name), each.manifest) for each in inventory.volumes.values())
    claims = (((CLAIM, *each.key), each.manifest) for each in inventory.claims.values())
    stays = [each for each in chain(volumes, claims) if _stays(*each, goes)]
    for key, manifest in sorted(stays, key=lambda each: each[0] not in named)[:1]:
        yield Condition(*key, "is", ("metadata", "uid"), manifest.at("metadata", "uid"))


def _stays(key: ObjectKey, manifest: Manifest, goes: Iterable[ObjectKey]) -> bool:
    return manifest.is_stored and not manifest.is_terminating and key not in goes


def _deleted(plan: Plan) -> Iterator[ObjectKey]:
    steps = (each.step for each in plan.actions if each.step)
    yield from (each[1:4] for each in steps if each.verb == "delete")


def _replaced(plan: Plan) -> Iterator[ObjectKey]:
    yield from map(key_of, plan.created)


def _of_managers(plan: Plan, inventory: Inventory) -> Iterator[str]:
    """Yield who makes a set again, or changes it back, that a plan deletes or scales."""
    stateful_set = inventory.sets.get(plan.stateful_set)
    is_changed = any(each.step and each.step.kind in STATEFUL_SET_KINDS for each in plan.actions)
    if stateful_set and is_changed:
        for each in managers(stateful_set.manifest):
            yield (
                f"{each} manages the set {stateful_set.name}, and may make it again or change it "
                "back meanwhile: suspend that before the first step, until the last one is done"
            )
