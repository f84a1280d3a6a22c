"""What every plan gets once its steps are known: who else writes there, and which cluster it is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plans.actions import CLAIM, VOLUME
from sfsgen.plans.conditions import Condition, ObjectKey
from sfsgen.plans.held_back import held_back
from sfsgen.plans.managers import managers
from sfsgen.plans.plan import Plan, key_of
from sfsgen.plans.writers import written_twice
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing

_MOST_WITNESSES = 5


def finished(plan: Plan, cures: Cures, pairing: Pairing, there: Inventory | None = None) -> Plan:
    """Return a plan that gives no directory a second writer, and knows its cluster again.

    Where it would give one, nothing of it is left but the reason. `there` is what the cluster has
    in which its volumes are made, if that is another one.
    """
    inventory = cures.inventory
    if held := tuple(held_back(plan, inventory)):
        return Plan(plan.command, plan.stateful_set, unknown=held)
    twice = written_twice([plan], there or inventory, Pairing(there) if there else pairing)
    if why := tuple(dict.fromkeys(each for _, each in twice)):
        return Plan(plan.command, plan.stateful_set, unknown=why)
    notes = (*plan.notes, *_of_managers(plan, inventory), *_of_rollout(plan, inventory))
    return plan._replace(where=tuple(_where(plan, inventory)), notes=notes)


def apart(plans: Sequence[Plan], inventory: Inventory, pairing: Pairing) -> list[Plan]:
    """Return the plans of one run, without the steps of those that meet in a directory.

    One script carries all of them out: by what one of them deletes none knows its cluster again.
    """
    if len(plans) == 1:  # which was looked at when it was finished
        return list(plans)
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
    """Yield the objects any of which shows the cluster: they stay as they are.

    The best is one of the plan's own. Of strangers there are several: their owners may delete each
    of them before the script is run again, which would never go on then. A file of another cluster,
    or another context, has none of their uids. `others` are what further plans of its script delete
    or make.
    """
    goes = {*_goes(plan), *others}
    named = {each.key for action in plan.actions for each in action.must}
    volumes = (((VOLUME, "", each.name), each.manifest) for each in inventory.volumes.values())
    claims = (((CLAIM, *each.key), each.manifest) for each in inventory.claims.values())
    stays = [each for each in chain(volumes, claims) if _stays(*each, goes)]
    best = sorted(stays, key=lambda each: (each[0] not in named, _may_go(each[1])))
    for key, manifest in best[: 1 if best and best[0][0] in named else _MOST_WITNESSES]:
        yield Condition(*key, "is", ("metadata", "uid"), manifest.uid)


def _may_go(manifest: Manifest) -> bool:
    """Return whether a volume goes with its claim."""
    return bool(manifest.at("spec", "persistentVolumeReclaimPolicy") == "Delete")


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


def _of_rollout(plan: Plan, inventory: Inventory) -> Iterator[str]:
    """Yield that pods that start again have the template that not all have yet.

    A set that is made anew knows no earlier one, whatever its partition says, or OnDelete
    (pkg/controller/statefulset, getStatefulSetRevisions: the current revision is the new one).
    """
    stateful_set = inventory.sets.get(plan.stateful_set)
    status = (stateful_set.manifest.value.get("status") if stateful_set else None) or {}
    now, then = status.get("currentRevision"), status.get("updateRevision")
    if plan.stops and now and then and now != then:
        yield (
            f"a rollout of {plan.stateful_set[1]} is not at its end: the pods that stop start with "
            "the new template, whatever holds it back (a partition, OnDelete): finish it or take "
            "it back first"
        )
