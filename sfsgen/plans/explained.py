"""A plan in words: what stops, what is at risk, and each step with its reason and its command."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.plain_text import fix_line, joined, one_line
from sfsgen.plans.actions import REFERENCE, VOLUME
from sfsgen.plans.conditions import Condition, ObjectKey
from sfsgen.plans.plan import Action, Phase, Plan, key_of

_SEEN = (
    ("metadata", "uid"),
    ("metadata", "generation"),
    ("spec", "ordinals", "start"),
    ("spec", "updateStrategy", "rollingUpdate", "partition"),
    ("status", "updateRevision"),
)


class _Told(NamedTuple):
    """What is known where an action is told."""

    home: str
    """The namespace that is not named."""
    files: Mapping[ObjectKey, str]
    """Where the objects are written down that plans create."""
    made: frozenset[ObjectKey] = frozenset()
    """What an earlier phase has made, and this one does not delete."""


def explained(plans: Sequence[Plan], printing: str = "") -> Iterator[str]:
    """Yield the text for people of some plans, one after the other.

    `printing` is the command that prints the objects which they create.
    """
    number, files, made = 0, _files(plans), frozenset[ObjectKey]()
    for index, plan in enumerate(plans):
        yield "\n" * bool(index)
        yield f"{one_line(plan.name)}\n"
        yield from _costs(plan)
        if files and not index:
            yield from _written_down(plans, printing)
        for phase in plan.phases:
            number += 1
            made -= _keys(phase, "delete")
            yield from _phase(phase, number, _Told(plan.stateful_set[0], files, made))
            made |= _keys(phase, "create")


def _keys(phase: Phase, verb: str) -> frozenset[ObjectKey]:
    steps = (each.step for each in phase.actions if each.step)
    return frozenset(each[1:4] for each in steps if each.verb == verb)


def _files(plans: Sequence[Plan]) -> dict[ObjectKey, str]:
    """Return the file of each object that is created, in the order in which they are printed."""
    if not any(each.step and each.step.verb == "create" for plan in plans for each in plan.actions):
        return {}
    every = [(plan.command, key_of(each)) for plan in plans for each in plan.created]
    return {key: f"{command}-{number}.yaml" for number, (command, key) in enumerate(every, 1)}


def _written_down(plans: Sequence[Plan], printing: str) -> Iterator[str]:
    """Yield the step that comes before all others: what is created is in files then."""
    title = "write down what is created, each object in a file"
    if any(each.step and each.step.verb == "delete" for plan in plans for each in plan.actions):
        title += ": what is deleted and made again stands nowhere else meanwhile"
    name = f'file = "{plans[0].command}-" n ".yaml"'
    program = f"/^---$/ {{ close(file); n++; {name} }} {{ print > file }}"
    yield f"\n0. {title}\n      {fix_line(printing)} | awk '{program}'\n"


def _costs(plan: Plan) -> Iterator[str]:
    if plan.phases:
        yield from _listed("stops", plan.stops or ["nothing: pods go on as they are"])
        yield from _listed("at risk", plan.risks or ["nothing"])
    yield from _listed("note", plan.notes)


def _listed(title: str, texts: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title}: {fix_line(each)}\n" for each in texts)


def _phase(phase: Phase, number: int, told: _Told) -> Iterator[str]:
    yield f"\n{number}. {one_line(phase.title)}\n"
    for index, action in enumerate(phase.actions, 1):
        yield f"  {number}.{index} {one_line(action.reason)}\n"
        yield from (f"      {fix_line(line)}\n" for line in _action(action, told))
    yield f"  until {one_line(joined(_goal(phase, told.home)))}\n"


def _goal(phase: Phase, home: str) -> list[str]:
    """Return what is reached, without what follows from it."""
    told = [each for each in phase.goal if not (_follows(each) or _is_seen(each))]
    return [each.told(home) for each in told or phase.goal]


def _follows(condition: Condition) -> bool:
    is_of_volume = condition.kind == VOLUME and condition.operator != "is not"
    return is_of_volume or condition.path in (("spec", "replicas"), ("status", "updateRevision"))


def _action(action: Action, told: _Told) -> Iterator[str]:
    if action.must:
        yield f"only if {joined(list(_must(action, told.home)))}"
    if action.confirm:
        yield from action.confirm.split("\n")
    if action.step and action.step.verb == "create":
        if action.step[1:4] in told.made:
            yield f"only if {Condition(*action.step[1:4], 'gone').told(told.home)}"
        yield f"{action.step.command.removesuffix('-')}{told.files[key_of(action.step.value)]}"
    elif action.step:
        yield action.step.command
    if action.step or action.confirm:
        yield from (f"then wait until {each.until.told(told.home)}" for each in action.wait)


def _must(action: Action, home: str) -> Iterator[str]:
    """Yield what has to hold, of what was seen of an object no more than that it is so still."""
    if action.step and action.step.verb == "create":
        waits = [each for each in action.must if each.path[:2] == REFERENCE and _is_seen(each)]
        yield from dict.fromkeys(f"{each.name} waits for {action.step.name}" for each in waits)
        action = action._replace(must=tuple(each for each in action.must if each not in waits))
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
