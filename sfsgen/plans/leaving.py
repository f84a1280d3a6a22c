"""What a script that stops halfway says of the sets that it stopped, and how it is given up."""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plain_text import one_line
from sfsgen.plans.actions import CLAIM, VOLUME
from sfsgen.plans.conditions import Condition
from sfsgen.plans.plan import Plan
from sfsgen.plans.shell import MARGIN, created, say, shown, words_of

_GIVE_UP = "With --give-up it does that, where that does no harm, and no more."
_GIVEN_UP = "given up: what was stopped is started again, and no more than that is done"


class _Stopped(NamedTuple):
    """A set that a plan stops, and starts again."""

    start: Step
    """What makes it again, or starts its pods."""
    others: tuple[Step, ...]
    """What makes the claims and volumes that it needs."""

    @property
    def name(self) -> str:
        return one_line(self.start.name)

    @property
    def is_made(self) -> bool:
        """Whether it is made again: else it is scaled."""
        return self.start.verb == "create"

    @property
    def is_stopped(self) -> Condition:
        """What is so while it is stopped."""
        about = self.start[1:4]
        cluster = self.start.cluster
        if self.is_made:
            return Condition(*about, "gone", cluster=cluster)
        return _at_0((*about, cluster))

    @property
    def told(self) -> str:
        """What people learn where it is stopped."""
        if self.is_made:
            return f"The set {self.name} is not in the cluster now: this script makes it again."
        return f"The set {self.name} has no pods now: this script starts them again."


def left(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield the function that says which sets are stopped when a script stops."""
    yield "\n# left: says which sets are stopped, and may stand here alone.\nleft() {\n"
    for each in _stopped(plans):
        yield f"{MARGIN}if holds {words_of(each.is_stopped)}; then\n"
        yield f"{MARGIN * 2}{say(each.told)}"
        yield f"{MARGIN * 2}{say(_GIVE_UP)}"
        yield f"{MARGIN}fi\n"
    for key in dict.fromkeys(one for each in plans for one in _left_at_0(each)):
        yield f"{MARGIN}if holds {words_of(_at_0(key))}; then\n"
        yield f"{MARGIN * 2}{say(f'The set {one_line(key[2])} has no pods now.')}"
        yield f"{MARGIN}fi\n"
    yield f"{MARGIN}return 0\n}}\n"


def give_up(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield the function that starts sets again, whatever else is not done yet.

    A claim that is missing its controller would make, for any volume or for a provisioner.
    """
    yield "\n# give_up: starts again what was stopped, and ends.\ngive_up() {\n"
    for plan in plans:
        for key in _left_at_0(plan):
            why = (
                f"{one_line(key[2])} has no pods, which this script cannot take back: run it again"
            )
            yield f"{MARGIN}if holds {words_of(_at_0(key))}; then\n"
            yield f"{MARGIN * 2}stop {quoted([f'{why} without --give-up'])}\n"
            yield f"{MARGIN}fi\n"
        for each in _stopped([plan]):
            yield f"{MARGIN}if holds {words_of(each.is_stopped)}; then\n"
            for other in each.others:
                is_there = Condition(*other[1:4], "exists", cluster=other.cluster)
                yield f"{MARGIN * 2}must {shown(is_there, plan.stateful_set[0])}\n"
            start = each.start
            line = created(start) if each.is_made else f"run {start.command}\n"
            yield f"{MARGIN * 2}{line}"
            yield f"{MARGIN}fi\n"
    yield f"{MARGIN}{say(_GIVEN_UP)}"
    yield f"{MARGIN}exit 0\n}}\n"


def _at_0(key: tuple[str, ...]) -> Condition:
    kind, namespace, name, cluster = key
    return Condition(kind, namespace, name, "is", ("spec", "replicas"), "0", cluster)


def _left_at_0(plan: Plan) -> Iterator[tuple[str, ...]]:
    """Yield the sets that a plan stops for good: they run under another name, or elsewhere."""
    steps = [action.step for action in plan.actions if action.step]
    again = {_key(each.start) for each in _stopped([plan])}
    for each in steps:
        if each.value == {"spec": {"replicas": 0}} and _key(each) not in again:
            yield _key(each)


def _stopped(plans: Sequence[Plan]) -> Iterator[_Stopped]:
    """Yield the sets that plans delete and make again, or scale to 0 and up again, each once."""
    for plan in plans:
        steps = [action.step for action in plan.actions if action.step]
        gone = {_key(each) for each in steps if each.verb == "delete"}
        scaled = {_key(each) for each in steps if each.value == {"spec": {"replicas": 0}}}
        others = [
            each
            for each in steps
            if each.verb == "create" and each.kind in (CLAIM, VOLUME) and not _awaits(each, gone)
        ]
        starts = [
            each
            for each in steps
            if each.kind in STATEFUL_SET_KINDS
            and (
                (each.verb == "create" and _key(each) in gone)
                or (each.verb == "patch" and _key(each) in scaled and _replicas(each))
            )
        ]
        for each in {_key(each): each for each in starts}.values():
            yield _Stopped(each, tuple(others))


def _awaits(step: Step, gone: Container[tuple[str, ...]]) -> bool:
    """Return whether a volume waits for a claim that the plan deletes first.

    Until then the pods have that claim, and the volume that it is bound to; the next one is made
    only once this volume is there.
    """
    reference = (step.value or {}).get("spec", {}).get("claimRef") or {}
    claim = CLAIM, reference.get("namespace", ""), reference.get("name", ""), step.cluster
    return step.kind == VOLUME and claim in gone


def _key(step: Step) -> tuple[str, ...]:
    return (*step[1:4], step.cluster)


def _replicas(step: Step) -> int:
    return int(step.value.get("spec", {}).get("replicas") or 0)
