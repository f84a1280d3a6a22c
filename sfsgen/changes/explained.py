"""A plan in words: what stops, what is at risk, and each step with its reason and its command."""

from collections.abc import Iterator, Sequence

from sfsgen.changes.actions import REFERENCE, VOLUME
from sfsgen.changes.conditions import Condition
from sfsgen.changes.plan import Action, Phase, Plan
from sfsgen.plain_text import fix_line, joined, one_line

_SEEN = (
    ("metadata", "uid"),
    ("metadata", "generation"),
    ("spec", "ordinals", "start"),
    ("spec", "updateStrategy", "rollingUpdate", "partition"),
    ("status", "updateRevision"),
)


def explained(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield the text for people of some plans, one after the other."""
    number = 0
    for index, plan in enumerate(plans):
        yield "\n" * bool(index)
        yield f"{one_line(plan.name)}\n"
        yield from _costs(plan)
        for phase in plan.phases:
            number += 1
            yield from _phase(phase, number, plan.stateful_set[0])


def _costs(plan: Plan) -> Iterator[str]:
    if plan.phases:
        yield from _listed("stops", plan.stops or ["nothing: pods go on as they are"])
        yield from _listed("at risk", plan.risks or ["nothing"])
    yield from _listed("note", plan.notes)


def _listed(title: str, texts: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title}: {fix_line(each)}\n" for each in texts)


def _phase(phase: Phase, number: int, home: str) -> Iterator[str]:
    yield f"\n{number}. {one_line(phase.title)}\n"
    for index, action in enumerate(phase.actions, 1):
        yield f"  {number}.{index} {one_line(action.reason)}\n"
        yield from (f"      {fix_line(line)}\n" for line in _action(action, home))
    yield f"  until {one_line(joined(_goal(phase, home)))}\n"


def _goal(phase: Phase, home: str) -> list[str]:
    """Return what is reached, without what follows from it."""
    told = [each for each in phase.goal if not (_follows(each) or _is_seen(each))]
    return [each.told(home) for each in told or phase.goal]


def _follows(condition: Condition) -> bool:
    is_of_volume = condition.kind == VOLUME and condition.operator != "is not"
    return is_of_volume or condition.path in (("spec", "replicas"), ("status", "updateRevision"))


def _action(action: Action, home: str) -> Iterator[str]:
    if action.must:
        yield f"only if {joined(list(_must(action, home)))}"
    if action.confirm:
        yield from action.confirm.split("\n")
    if action.step and action.step.verb == "create":
        called = f"{action.step.kind} {action.step.name}"
        yield f"create the {called}, which -o yaml prints: {_from_file(action.step.command)}"
    elif action.step:
        yield action.step.command
    if action.step or action.confirm:
        yield from (f"then wait until {each.until.told(home)}" for each in action.wait)


def _from_file(command: str) -> str:
    return f"{command.removesuffix('-f -')}-f FILE"


def _must(action: Action, home: str) -> Iterator[str]:
    """Yield what has to hold, of what was seen of an object no more than that it is so still."""
    seen = {each.name: "" for each in action.must if _is_seen(each)}
    if seen:
        yield f"{joined(list(seen))} {'is' if len(seen) == 1 else 'are'} still as seen"
    own = {each.name: "" for each in action.must if _is_ours(each)}
    if own:
        are = "it is there, is" if len(own) == 1 else "they are there, are"
        yield f"{joined(list(own))}, if {are} this plan's own"
    others = (each for each in action.must if not (_is_seen(each) or _is_ours(each)))
    yield from (each.told(home) for each in others)


def _is_ours(condition: Condition) -> bool:
    """Return whether it says that what bears a name was made for it by an earlier run."""
    is_bound = condition.path == ("spec", "volumeName") or condition.path[:2] == REFERENCE
    return is_bound and condition.operator == "is if there"


def _is_seen(condition: Condition) -> bool:
    is_so = condition.operator in ("is", "absent", "one of")
    return is_so and (condition.path[:2] == REFERENCE or condition.path in _SEEN)
