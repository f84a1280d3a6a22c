"""Sets that are not to be deleted, not even for a moment: they would not go, or not come back."""

from collections.abc import Iterator

from sfsgen.plain_text import joined, listed
from sfsgen.plans.plan import Plan
from sfsgen.plans.stopping import scaling_deletes
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory


def held_back(plan: Plan, inventory: Inventory) -> Iterator[str]:
    """Yield why the set that a plan deletes cannot be deleted."""
    stateful_set = inventory.sets.get(plan.stateful_set)
    if stateful_set is None or not _is_deleted(plan, stateful_set):
        return
    name = stateful_set.name
    otherwise = "" if scaling_deletes(stateful_set) else _OTHERWISE
    if finalizers := stateful_set.manifest.at("metadata", "finalizers"):
        yield (
            f"the set {name} has the finalizer {listed(finalizers)}: once it is deleted it stays, "
            f"until who wrote that lets it go{otherwise}"
        )
    if old := list(_of_another_revision(stateful_set)):
        yield (
            f"a rollout of {name} stands at its partition: a set that is made again no longer "
            f"knows the earlier pod template, with which {joined(old)} would come back; finish the "
            f"rollout, or take it back{otherwise}"
        )


_OTHERWISE = "; --all-at-once deletes no set where it is enough to scale it"


def _is_deleted(plan: Plan, stateful_set: FoundSet) -> bool:
    about = stateful_set.about
    steps = (action.step for action in plan.actions if action.step)
    return any(each.verb == "delete" and each[1:4] == about for each in steps)


def _of_another_revision(stateful_set: FoundSet) -> Iterator[str]:
    """Yield the pods that have the earlier pod template, and get it again when they fail.

    kubernetes, pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod: those
    below the partition, of the revision that the status alone says; a new set has but one.
    """
    at = stateful_set.manifest.at
    current, update = (at("status", each) for each in ("currentRevision", "updateRevision"))
    if at("spec", "updateStrategy", "type") == "OnDelete" or not current or current == update:
        return
    partition = at("spec", "updateStrategy", "rollingUpdate", "partition") or 0
    numbers = stateful_set.ordinals[: int(partition)]
    yield from (stateful_set.pod_name(number) for number in numbers)
