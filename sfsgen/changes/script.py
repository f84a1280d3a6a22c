"""A plan as a POSIX script, which looks before it acts, and can be run again from the top."""

from collections.abc import Iterable, Iterator, Sequence

from sfsgen.changes.conditions import Condition, FieldPath, ObjectKey
from sfsgen.changes.plan import Action, Phase, Plan
from sfsgen.changes.steps import Step
from sfsgen.documents.yaml_writer import block
from sfsgen.kubernetes.kubectl import Kubectl, quoted
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plain_text import fix_line, one_line

_SHORT = {
    "PersistentVolume": "pv",
    "PersistentVolumeClaim": "pvc",
    "Pod": "pod",
    "Service": "svc",
    "StatefulSet": "sts",
}
_OPERATORS = {"is not": "is-not", "is if there": "is-if-there", "held by nobody": "unheld"}
_OTHER = "to:"  # before the kind of an object of the other cluster
_MARGIN = "    "
_REQUEST_PATIENCE = 30  # seconds, for one request of kubectl
_SAVE_IT = (
    "save this script first, and run the file: what it deletes and makes again stands nowhere else "
    "meanwhile"
)
_FIRST = """    there=''
"""
_WHICH_CLUSTER = """    # A KIND that begins with to: is of the other cluster.
    case $1 in to:*) there=yes ;; *) there='' ;; esac
    set -- "${1#to:}" "$2" "$3" "$4"
"""

# What runs in $( ) cannot stop the script, and in a test `set -e` does not count: each says stop.
_PREAMBLE = r"""set -eu

dry='' confirmed=''
for argument in "$@"; do
    case $argument in
    --dry-run) dry=yes ;;
    --confirmed=*) confirmed="$confirmed ${argument#*=} " ;;
    *)
        echo "usage: sh $0 [--dry-run] [--confirmed=NUMBER]..." >&2
        exit 2
        ;;
    esac
done

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "stopped: $*"
    say 'Nothing was done after that. Once it is put right, run this again from the top.'
    left
    exit 1
}

# look KIND NAMESPACE NAME FIELD: sets $seen to the field and a full stop, or to nothing where the
# object is gone.
look() {
    if [ -n "$2" ]; then set -- "$1/$3" "$4" -n "$2"; else set -- "$1/$3" "$4"; fi
    object=$1 field=$2
    shift 2
    seen=$(kube get "$object" --ignore-not-found -o "jsonpath=$field." "$@") ||
        stop "kubectl cannot read $object"
}

# holds OPERATOR KIND NAMESPACE NAME FIELD VALUE: whether it is so, now.
holds() {
    if [ "$1" = unheld ]; then
        seen=$(kube get pvc -A -o 'jsonpath={range .items[*]}[{.metadata.uid}]{end}') ||
            stop 'kubectl cannot read the claims of all namespaces'
        case $seen in *"[$6]"*) return 1 ;; *) return 0 ;; esac
    fi
    look "$2" "$3" "$4" "$5"
    case $1 in
    is) [ "$seen" = "$6." ] ;;
    is-not) [ "$seen" != "$6." ] ;;
    is-if-there) [ -z "$seen" ] || [ "$seen" = "$6." ] ;;
    absent) [ "$seen" = . ] ;;
    exists) [ -n "$seen" ] ;;
    gone) [ -z "$seen" ] ;;
    *) stop "$1 is no condition" ;;
    esac
}

# must WORDS CONDITION: stops where something unforeseen has happened.
must() {
    words=$1
    shift
    if holds "$@"; then
        [ -z "$dry" ] || say "    it is so that $words"
    elif [ -n "$dry" ]; then
        say "    it is not so yet that $words"
    else
        stop "it is not so that $words"
    fi
}

# must_soon WORDS CONDITION: the same of what a controller writes, a moment later.
must_soon() {
    words=$1
    shift
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if [ -n "$dry" ] || holds "$@"; then break; fi
        sleep 1
    done
    must "$words" "$@"
}

# await SECONDS WORDS CONDITION: waits, and stops where that is in vain.
await() {
    [ -z "$dry" ] || return 0
    waited=0 longest=$1 words=$2
    shift 2
    until holds "$@"; do
        if [ "$waited" -ge "$longest" ]; then stop "waited in vain until $words"; fi
        if [ $((waited % 15)) -eq 14 ]; then say "    waiting until $words"; fi
        waited=$((waited + 1))
        sleep 1
    done
}

run() {
    if [ -n "$dry" ]; then
        say "    would run: $*"
    else
        "$@" >&2 || stop "$*"
    fi
}

# create KIND NAMESPACE NAME TEXT COMMAND: gives an object to a command. A controller may be faster.
create() {
    kind=$1 namespace=$2 name=$3 text=$4
    shift 4
    if [ -n "$dry" ]; then
        say "    would create, by $*:"
        say "$text"
    else
        printf '%s\n' "$text" | "$@" >&2 || holds exists "$kind" "$namespace" "$name" '' '' ||
            stop "$*"
    fi
}

# cluster: says which cluster this is.
cluster() {
    say "cluster: $(kube config view --minify -o \
'jsonpath=context {.current-context}, server {.clusters[0].cluster.server}' 2>/dev/null ||
        echo 'that of the pod in which this runs')"
}

# confirm NUMBER: goes on where a person has said that it is done.
confirm() {
    case $confirmed in *" $1 "*) return 0 ;; esac
    if [ -n "$dry" ]; then
        say '    would ask whether that is done'
    elif (: </dev/tty) 2>/dev/null; then
        printf '    Type yes once that is done: ' >/dev/tty
        read -r answer </dev/tty || answer=
        [ "$answer" = yes ] || stop "$1 is not done yet"
    else
        stop "nobody is here to confirm $1: once it is done, add --confirmed=$1"
    fi
}
"""


def script(plans: Sequence[Plan], kubectl: Kubectl) -> Iterator[str]:
    """Yield the text of the script for some plans, one after the other."""
    yield from _head(plans)
    yield from _kube(kubectl, _other(plans))
    yield _preamble(plans)
    yield from _left(plans)
    # What was cut short on its way to the shell does nothing at all.
    yield "\nmain() {\n"
    yield from (f"{_MARGIN}{line}" for line in _begun(plans))
    number = 0
    for plan in plans:
        for phase in plan.phases:
            number += 1
            yield from (f"{_MARGIN}{line}" for line in _phase(plan, phase, number))
    yield "    say 'done'\n}\n\nmain\n"


def _other(plans: Sequence[Plan]) -> Kubectl | None:
    return next((each.other for each in plans if each.other), None)


def _preamble(plans: Sequence[Plan]) -> str:
    """Return the functions, which know of another cluster only where there is one."""
    if _other(plans) is None:
        return _PREAMBLE
    made = _PREAMBLE.replace("look() {\n", f"look() {{\n{_WHICH_CLUSTER}")
    return made.replace(
        '    if [ "$1" = unheld ]; then\n', f'{_FIRST}    if [ "$1" = unheld ]; then\n'
    )


def _kube(kubectl: Kubectl, other: Kubectl | None) -> Iterator[str]:
    """Yield how objects are looked at: in the cluster that was looked at, and in the other one."""
    patience = f"--request-timeout={_REQUEST_PATIENCE}s"
    here = f'{quoted(kubectl.words(patience))} "$@"'
    if other is None:
        yield f"\nkube() {{ {here}; }}\n\n"
        return
    there = f'{quoted(other.words(patience))} "$@"'
    yield "\nthere=''"
    yield f'\nkube() {{\n{_MARGIN}if [ -n "$there" ]; then {there}; else {here}; fi\n}}\n\n'


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


def _left(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield the function that says which sets are not in the cluster when a script stops."""
    yield "\n# left: says which sets are not in the cluster, and stand here alone.\nleft() {\n"
    sets = (each for each in _replaced(plans) if each[0] in STATEFUL_SET_KINDS)
    for kind, namespace, name in sets:
        of_namespace = ["-n", namespace] if namespace else []
        words = quoted([f"{_SHORT.get(kind, kind)}/{name}", *of_namespace])
        told = f"The set {one_line(name)} is not in the cluster now: this script makes it again."
        yield f"{_MARGIN}gone=$(kube get {words} --ignore-not-found -o name 2>&1) || return 0\n"
        yield f'{_MARGIN}[ -n "$gone" ] || say {quoted([told])}\n'
    yield f"{_MARGIN}return 0\n}}\n"


def _replaced(plans: Sequence[Plan]) -> Iterable[ObjectKey]:
    """Return the objects that plans delete and make again."""
    steps = [action.step for plan in plans for action in plan.actions if action.step]
    made = {each[1:4] for each in steps if each.verb == "create"}
    return dict.fromkeys(each[1:4] for each in steps if each.verb == "delete" and each[1:4] in made)


def _begun(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield what is looked at first: the script itself, and whether this is the cluster."""
    if any(_replaced(plans)):
        yield f'[ -n "$dry" ] || [ -f "$0" ] || stop {quoted([_SAVE_IT])}\n'
    yield "cluster\n"
    for plan in plans:
        yield from (f"must {_shown(each, plan.stateful_set[0])}\n" for each in plan.where)
    if not all(plan.where for plan in plans):
        yield f"{_say('Nothing shows that this is the cluster that is meant.')}confirm 0\n"


def _phase(plan: Plan, phase: Phase, number: int) -> Iterator[str]:
    yield _say(f"{number}. {plan.name}: {phase.title}")
    yield f"if {_all(phase.goal)}; then\n"
    yield f"{_MARGIN}say '    it is so already'\n"
    yield "else\n"
    home = plan.stateful_set[0]
    for index, each in enumerate(phase.actions, 1):
        yield from _indented(_action(each, f"{number}.{index}", home))
    for goal in phase.goal:
        yield f"{_MARGIN}await {phase.patience} {_shown(goal, home)}\n"
    yield "fi\n"


def _action(action: Action, number: str, home: str) -> Iterator[str]:
    yield _say(f"  {number} {action.reason}")
    done = list(map(_holds, [_all(action.done)])) if action.done else []
    if action.step and action.step.verb == "delete":
        step = action.step
        gone = Condition(step.kind, step.namespace, step.name, "gone", cluster=step.cluster)
        done.append(f"holds {_words(gone)}")
    lines = list(_undone(action, number, home))
    if not done:
        yield from lines
        return
    yield f"if {' || '.join(done)}; then\n"
    yield f"{_MARGIN}say '    done already'\n"
    yield "else\n"
    yield from _indented(lines)
    yield "fi\n"


def _must(condition: Condition, home: str) -> str:
    if condition.lags:
        return f"must_soon {_shown(condition, home)}\n"
    return f"must {_shown(condition, home)}\n"


def _holds(text: str) -> str:
    return f"{{ {text}; }}" if " && " in text else text


def _undone(action: Action, number: str, home: str) -> Iterator[str]:
    yield from (_must(each, home) for each in action.must)
    if action.confirm:
        # Each line whole: a command that is cut may be another one.
        yield from (_say(f"    {line}") for line in map(fix_line, action.confirm.split("\n")))
        yield f"confirm {number}\n"
        # Meanwhile much may have happened.
        yield from (_must(each, home) for each in action.must)
    if action.step and action.step.verb == "create":
        text = block(action.step.value, 0).rstrip("\n")
        # Within quotes no line is indented: it is the object's text.
        kind = _short(action.step.kind, action.step.cluster)
        words = quoted([kind, action.step.namespace, action.step.name, text])
        yield f"create {words} \\\n{_MARGIN}{action.step.command}\n"
    elif action.step:
        yield f"run {action.step.command}\n"
        if _stops_pods(action.step):
            # What was confirmed before they stopped they may have written to since.
            yield "confirmed=''\n"
    for wait in action.wait:
        yield f"await {wait.seconds} {_shown(wait.until, home)}\n"


def _stops_pods(step: Step) -> bool:
    """Return whether pods are stopped by a step: one, or all of a set."""
    is_scaled = step.verb == "patch" and step.value == {"spec": {"replicas": 0}}
    return is_scaled or (step.verb, step.kind) == ("delete", "Pod")


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines of the script further to the right; a line is one that ends a command."""
    return (f"{_MARGIN}{line}" for line in lines)


def _say(text: str) -> str:
    return f"say {quoted([one_line(text)])}\n"


def _all(conditions: Iterable[Condition]) -> str:
    return " && ".join(f"holds {_words(each)}" for each in conditions) or "false"


def _shown(condition: Condition, home: str) -> str:
    return f"{quoted([one_line(condition.told(home))])} {_words(condition)}"


def _words(condition: Condition) -> str:
    """Return a condition as the arguments of `holds`."""
    operator = _OPERATORS.get(condition.operator, condition.operator)
    kind = _short(condition.kind, condition.cluster)
    where = condition.namespace, condition.name, _jsonpath(condition.path), condition.value
    return quoted([operator, kind, *where])


def _short(kind: str, cluster: str) -> str:
    return f"{_OTHER if cluster else ''}{_SHORT.get(kind, kind)}"


def _jsonpath(path: FieldPath) -> str:
    """Return where a value stands, as kubectl's jsonpath spells it."""
    return f"{{{''.join(map(_part, path))}}}" if path else ""


def _part(part: str) -> str:
    if part == "[*]":
        return part
    if part.startswith("["):
        key, _, value = part.strip("[]").partition("=")
        return f'[?(@.{key}=="{value}")]'
    return "." + part.replace(".", r"\.")
