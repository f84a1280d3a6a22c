"""What is done to a set while its pods are stopped: the commands before it and after it."""

from collections.abc import Iterable, Sequence

from sfsgen.changes.cures import Cures
from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.sets.found import FoundSet
from sfsgen.values.pairs import Claim


def without_pods(
    cures: Cures,
    stateful_set: FoundSet,
    ordinals: Iterable[int],
    claims: Sequence[Claim],
    then: Iterable[Step],
) -> str:
    """Return the commands that stop pods, delete claims, whose data stays, and go on.

    Each is run only after the one before: a claimRef that changes while a pod runs makes its claim
    Lost (measured).
    """
    command, namespace = cures.access.kubectl.command, stateful_set.namespace
    pods = [f"pod/{stateful_set.pod_name(number)}" for number in ordinals]
    names = [each.name for each in claims]
    kept = dict.fromkeys(str(step) for each in claims for step in cures.keep_of(each))
    steps = [
        *kept,
        _scale(cures, stateful_set, 0),
        command("wait", "--for=delete", *pods, "--timeout=10m", namespace=namespace),
        *([command("delete", "pvc", *names, namespace=namespace)] if names else []),
        *map(str, then),
    ]
    return " && ".join(steps)


def with_pods_again(cures: Cures, stateful_set: FoundSet) -> str:
    """Return the commands that create the claims of a set again, each with its volume, and pods."""
    count = len(stateful_set.ordinals)
    live = cures.access._replace(filenames=(), namespace=stateful_set.namespace).options
    printed = quoted(["sfsgen", "scale", stateful_set.name, "--replicas", str(count), *live])
    return f"{printed} | {cures.create()} && {scaled_up(cures, stateful_set)}"


def scaled_up(cures: Cures, stateful_set: FoundSet) -> str:
    """Return the command that starts the pods of a set again."""
    return _scale(cures, stateful_set, len(stateful_set.ordinals))


def _scale(cures: Cures, stateful_set: FoundSet, replicas: int) -> str:
    words = ["scale", f"statefulset/{stateful_set.name}", f"--replicas={replicas}"]
    return cures.access.kubectl.command(*words, namespace=stateful_set.namespace)


def scaled(cures: Cures, stateful_set: FoundSet, replicas: int) -> Step:
    """Return the step that gives a set so many pods."""
    command = _scale(cures, stateful_set, replicas)
    about = stateful_set.about
    return Step("patch", *about, {"spec": {"replicas": replicas}}, command)


def stopped(cures: Cures, stateful_set: FoundSet, number: int) -> Step:
    """Return the step that deletes a pod, which nothing makes again while its set is gone."""
    namespace, name = stateful_set.namespace, stateful_set.pod_name(number)
    command = cures.access.kubectl.command("delete", f"pod/{name}", namespace=namespace)
    return Step("delete", "Pod", namespace, name, None, command)
