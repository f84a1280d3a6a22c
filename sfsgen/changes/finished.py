"""What every plan gets once its steps are known: who else writes there, and which cluster it is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from sfsgen.changes.actions import CLAIM, VOLUME
from sfsgen.changes.conditions import Condition, ObjectKey
from sfsgen.changes.cures import Cures
from sfsgen.changes.managers import managers
from sfsgen.changes.plan import Plan, key_of
from sfsgen.changes.writers import written_twice
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing


def finished(plan: Plan, cures: Cures, pairing: Pairing, there: Inventory | None = None) -> Plan:
    """Return a plan that gives no directory a second writer, and knows its cluster again.

    Where it would give one, nothing of it is left but the reason. `there` is what the cluster has
    in which its volumes are made, if that is another one.
    """
    inventory = cures.inventory
    twice = written_twice([plan], there or inventory, Pairing(there) if there else pairing)
    if why := tuple(dict.fromkeys(each for _, each in twice)):
        return Plan(plan.command, plan.stateful_set, unknown=why)
    notes = (*plan.notes, *_of_managers(plan, inventory))
    return plan._replace(where=tuple(_where(plan, inventory)), notes=notes)


def apart(plans: Sequence[Plan], inventory: Inventory, pairing: Pairing) -> list[Plan]:
    """Return the plans of one run, without the steps of those that meet in a directory.

    One script carries all of them out: by what one of them deletes none knows its cluster again.
    """
    met: dict[int, dict[str, None]] = {}
    for plan, why in written_twice(plans, inventory, pairing):
        met.setdefault(id(plan), {})[why] = None
    goes = frozenset(key for plan in plans if id(plan) not in met for key in _goes(plan))
    return [
        Plan(plan.command, plan.stateful_set, unknown=tuple(met[id(plan)]))
        if id(plan) in met
        else plan._replace(where=tuple(_where(plan, inventory, goes)) if plan.where else ())
        for plan in plans
    ]


def _goes(plan: Plan) -> Iterator[ObjectKey]:
    """Yield the objects that a plan deletes, or makes."""
    yield from _deleted(plan)
    # What is made in another cluster replaces nothing here.
    yield from () if plan.other else _replaced(plan)


def _where(
    plan: Plan, inventory: Inventory, others: Iterable[ObjectKey] = ()
) -> Iterator[Condition]:
    """Yield the one object that shows the cluster: it stays as it is, best one of the plan's own.

    A file of another cluster, or another context, has none of its uid. `others` are what further
    plans of its script delete or make.
    """
    goes = {*_goes(plan), *others}
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
