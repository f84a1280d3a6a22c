"""A plan as a POSIX script, which looks before it acts, and can be run again from the top."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import Kubectl, quoted
from sfsgen.plain_text import as_json, fix_line, one_line
from sfsgen.plans.conditions import Condition
from sfsgen.plans.leaving import give_up, left
from sfsgen.plans.plan import Action, Phase, Plan, as_data
from sfsgen.plans.preamble import preamble
from sfsgen.plans.shell import MARGIN, created, holds_all, say, shown, words_of

_REQUEST_PATIENCE = 30  # seconds, for one request of kubectl
_UNKNOWN = "Nothing shows that this is the cluster that is meant: see above which one it is."
_SAVE_IT = (
    "save this script first, and run the file: what it deletes and makes again stands nowhere else "
    "meanwhile"
)


def script(plans: Sequence[Plan], kubectl: Kubectl) -> Iterator[str]:
    """Yield the text of the script for some plans, one after the other."""
    yield from _head(plans)
    yield from _kube(kubectl, _other(plans))
    yield preamble(is_of_two=_other(plans) is not None)
    yield from left(plans)
    yield from give_up(plans)
    yield "\n"
    yield from (f"trap 'stop \"SIG{each} came\"' {each}\n" for each in ("HUP", "INT", "TERM"))
    # What was cut short on its way to the shell does nothing at all.
    yield "\nmain() {\n"
    yield from (f"{MARGIN}{line}" for line in _begun(plans))
    number = 0
    for plan in plans:
        for phase in plan.phases:
            number += 1
            yield from (f"{MARGIN}{line}" for line in _phase(plan, phase, number))
    yield "    if [ -n \"$dry\" ]; then say 'dry run: nothing was changed'; else say 'done'; fi\n"
    yield "}\n\nmain\n"


def _other(plans: Sequence[Plan]) -> Kubectl | None:
    return next((each.other for each in plans if each.other), None)


def _kube(kubectl: Kubectl, other: Kubectl | None) -> Iterator[str]:
    """Yield how objects are looked at: in the cluster that was looked at, and in the other one."""
    patience = f"--request-timeout={_REQUEST_PATIENCE}s"
    here = f'{quoted(kubectl.words(patience))} "$@"'
    if other is None:
        yield f"\nkube() {{ {here}; }}\n\n"
        return
    there = f'{quoted(other.words(patience))} "$@"'
    yield "\nthere=''"
    yield f'\nkube() {{\n{MARGIN}if [ -n "$there" ]; then {there}; else {here}; fi\n}}\n\n'


def _head(plans: Sequence[Plan]) -> Iterator[str]:
    yield "#!/bin/sh\n"
    for plan in plans:
        yield f"# sfsgen {plan.command}: {one_line(plan.name)}\n"
        for title, texts in (
            ("stops", plan.stops or ["nothing"]),
            ("at risk", plan.risks or ["nothing"]),
            ("note", plan.notes),
        ):
            yield from (f"# {title}: {one_line(each)}\n" for each in texts)
    yield "#\n# It looks before it acts, stops at the first surprise, and can be run again from\n"
    yield "# the top at any time. --dry-run says what it would do, and changes nothing.\n"
    yield f"{_mark(plans)}\n".lstrip("\n")


def _mark(plans: Sequence[Plan]) -> str:
    """Return a line that this script alone has, "" where nothing is deleted that is made again."""
    steps = [action.step for plan in plans for action in plan.actions if action.step]
    made = {each[1:4] for each in steps if each.verb == "create"}
    if any(each.verb == "delete" and each[1:4] in made for each in steps):
        return f"# This is the script {_hash(as_json([as_data(each) for each in plans], 0))}."
    return ""


def _hash(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _begun(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield what is looked at first: the script itself, and whether this is the cluster."""
    if mark := _mark(plans):
        yield f'[ -n "$dry" ] || saved {quoted([mark])} || stop {quoted([_SAVE_IT])}\n'
    yield "cluster\n"
    for plan in plans:
        yield from _where(plan)
    if not all(plan.where for plan in plans):
        yield f"{say(_UNKNOWN)}confirm 0\n"
    yield '[ -z "$giving_up" ] || give_up\n'


def _where(plan: Plan) -> Iterator[str]:
    """Yield how a cluster is known again: by any of the objects that are of it, of each cluster."""
    for _, alike in groupby(plan.where, lambda each: each.cluster):
        first, *others = alike
        held = [f"holds {words_of(each)}" for each in others]
        yield f"{' || '.join([*held, f'must {shown(first, plan.stateful_set[0])}'])}\n"


def _phase(plan: Plan, phase: Phase, number: int) -> Iterator[str]:
    yield say(f"{number}. {plan.name}: {phase.title}")
    yield f"if {holds_all(phase.goal)}; then\n"
    yield f"{MARGIN}say '    it is so already'\n"
    yield "else\n"
    home = plan.stateful_set[0]
    for index, each in enumerate(phase.actions, 1):
        yield from _indented(_action(each, f"{number}.{index}", home))
    for goal in phase.goal:
        yield f"{MARGIN}await {phase.patience} {shown(goal, home)}\n"
    yield "fi\n"


def _action(action: Action, number: str, home: str) -> Iterator[str]:
    yield say(f"  {number} {action.reason}")
    done = [_holds(holds_all(each)) for each in (action.done, action.unless) if each]
    if action.step and action.step.verb == "delete":
        step = action.step
        gone = Condition(step.kind, step.namespace, step.name, "gone", cluster=step.cluster)
        done.append(f"holds {words_of(gone)}")
    lines = list(_undone(action, number, home))
    if not done:
        yield from lines
        return
    yield f"if {' || '.join(done)}; then\n"
    yield f"{MARGIN}say '    done already'\n"
    yield "else\n"
    yield from _indented(lines)
    yield "fi\n"


def _must(condition: Condition, home: str) -> str:
    if condition.lags:
        return f"must_soon {shown(condition, home)}\n"
    return f"must {shown(condition, home)}\n"


def _holds(text: str) -> str:
    return f"{{ {text}; }}" if " && " in text else text


def _undone(action: Action, number: str, home: str) -> Iterator[str]:
    yield from (_must(each, home) for each in action.must)
    if action.confirm:
        # Each line whole: a command that is cut may be another one.
        yield from (say(f"    {line}") for line in map(fix_line, action.confirm.split("\n")))
        yield f"confirm {number}-{_asked(action)}\n"
        # Meanwhile much may have happened.
        yield from (_must(each, home) for each in action.must)
    if action.step and action.step.verb == "create":
        yield created(action.step)
    elif action.step:
        # What was confirmed before pods stopped they may have written to since.
        if _is_scaled_to_0(action.step):
            yield f"{_have_stopped(action, action.step)} || confirmed=''\n"
        yield f"run {action.step.command}\n"
        if (action.step.verb, action.step.kind) == ("delete", "Pod"):
            yield "confirmed=''\n"
    for wait in action.wait:
        yield f"await {wait.seconds} {shown(wait.until, home)}\n"


def _asked(action: Action) -> str:
    """Return a few characters that another question, or one about other objects, has not."""
    return _hash("\n".join([action.confirm, *map(str, action.must)]))[:4]


def _is_scaled_to_0(step: Step) -> bool:
    return step.verb == "patch" and step.value == {"spec": {"replicas": 0}}


def _have_stopped(action: Action, step: Step) -> str:
    """Return a test that an earlier run has scaled a set to 0, and its pods are gone."""
    none = Condition(
        step.kind, step.namespace, step.name, "is", ("spec", "replicas"), "0", step.cluster
    )
    return _holds(holds_all([none, *(each.until for each in action.wait)]))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines of the script further to the right; a line is one that ends a command."""
    return (f"{MARGIN}{line}" for line in lines)
