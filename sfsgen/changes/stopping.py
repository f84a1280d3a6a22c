"""Phases of a plan that stop pods: one ordinal at a time, or all at once, and start them again."""

from collections.abc import Iterable, Iterator, Sequence

from sfsgen.changes.actions import gone, is_another, without_waiting
from sfsgen.changes.conditions import Condition
from sfsgen.changes.cures import Cures
from sfsgen.changes.downtime import not_grown, scaled, stopped
from sfsgen.changes.making import make, set_again
from sfsgen.changes.outcomes import Mend
from sfsgen.changes.plan import OF_PODS, PATIENCE, Action, Phase, Wait
from sfsgen.sets.found import FoundSet

_SECONDS = 2
"""For which a pod stands still, beside its own stop and start (1.4 to 3.4 s measured)."""


def one_by_one(cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend]) -> Iterator[Phase]:
    """Yield a phase for each ordinal; the pods of the others run on.

    The set is deleted without its pods, and made again as soon as the ordinal has its own.
    """
    by_number: dict[tuple[int, ...], list[Mend]] = {}
    for each in mends:
        by_number.setdefault((each.row.number, *each.others), []).append(each)
    phases = [
        _phase(cures, stateful_set, sorted({*numbers}), alike, is_orphaned=True)
        for numbers, alike in by_number.items()
    ]
    if len(phases) == 1:
        yield from phases
        return
    # While one is at work the set is gone: a script that begins again there must not make it for
    # those that are through, or pods would start between a claim and its data.
    for phase, alike in zip(phases, by_number.values(), strict=True):
        yield phase._replace(goal=_reached(alike))
    numbers = sorted({number for each in by_number for number in each})
    _, after = _orphaning(cures, stateful_set, numbers, ())
    goal = (*_as_seen(stateful_set), *_ready(stateful_set, numbers))
    yield Phase(f"the set {stateful_set.name} is there, and all its pods", goal, tuple(after))


def all_at_once(
    cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend], *, is_orphaned: bool = False
) -> Iterator[Phase]:
    """Yield the one phase that stops all pods of a set; by scaling, unless told otherwise."""
    is_orphaned = is_orphaned or scaling_deletes(stateful_set)
    yield _phase(cures, stateful_set, stateful_set.ordinals, mends, is_orphaned=is_orphaned)


def scaling_deletes(stateful_set: FoundSet) -> bool:
    """Return whether claims go when a set is scaled down."""
    deletes = stateful_set.manifest.at("spec", "persistentVolumeClaimRetentionPolicy") or {}
    return bool(deletes.get("whenScaled") == "Delete")


def without_set(cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend]) -> Iterator[Phase]:
    """Yield a phase for each ordinal of a set that is gone, and whose pods may run on."""
    about = stateful_set.manifest.kind, *stateful_set.key
    is_gone = Condition(*about, "gone")
    for each in mends:
        done = tuple(is_another(claim) for claim in each.takes)
        numbers = (each.row.number, *each.others)
        stops = (_stopped(cures, stateful_set, number, is_gone, done) for number in numbers)
        pods = tuple(f"{stateful_set.name}-{number}" for number in numbers)
        made = (*each.first, *stops, *each.actions)
        title = f"ordinal {', '.join(map(str, numbers))}: {each.what}"
        yield Phase(title, each.goal, made, pods, _SECONDS, OF_PODS)


def set_made_again(cures: Cures, stateful_set: FoundSet, goal: Sequence[Condition]) -> Phase:
    """Return the phase by which a set is made again while its pods run on (0.9 s, measured)."""
    before, after = _orphaning(cures, stateful_set, (), tuple(goal))
    title = f"the set {stateful_set.name} is made again; its pods run on"
    return Phase(title, (*goal, _is_whole(stateful_set)), (*before, *after))


def _phase(
    cures: Cures,
    stateful_set: FoundSet,
    numbers: Sequence[int],
    mends: Sequence[Mend],
    *,
    is_orphaned: bool,
) -> Phase:
    gone_by_now = tuple(
        condition for each in mends for condition in (*map(is_another, each.takes), *each.stopped)
    )
    stop = _orphaning if is_orphaned else _scaling
    before, after = stop(cures, stateful_set, numbers, gone_by_now)
    inside = [action for each in mends for action in each.actions]
    first = [action for each in mends for action in each.first]
    is_there = _as_seen(stateful_set) if is_orphaned else (_is_whole(stateful_set),)
    ready = _ready(stateful_set, numbers)
    goal = (*_reached(mends), *is_there, *ready)
    whats = "; ".join(each.what for each in mends)
    ordinals = "all ordinals" if not is_orphaned else f"ordinal {', '.join(map(str, numbers))}"
    pods = tuple(f"{stateful_set.name}-{number}" for number in numbers)
    made = (*_once(first), *before, *_once(inside), *after)
    return Phase(f"{ordinals}: {whats}", goal, made, pods, _SECONDS, OF_PODS)


def _reached(mends: Iterable[Mend]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(each for mend in mends for each in mend.goal))


def _once(actions: Iterable[Action]) -> list[Action]:
    """Return actions, each once: two ordinals may share a volume."""
    found: list[Action] = []
    for each in actions:
        if each not in found:
            found.append(each)
    return found


def _orphaning(
    cures: Cures, stateful_set: FoundSet, numbers: Sequence[int], done: tuple[Condition, ...]
) -> tuple[list[Action], list[Action]]:
    """Return how pods are stopped while those of other ordinals run on, and how they start."""
    manifest, about = stateful_set.manifest, (stateful_set.manifest.kind, *stateful_set.key)
    again = set_again(manifest)
    is_gone = Condition(*about, "gone")
    before = [
        Action(
            f"delete the set {stateful_set.name} without its pods, which run on",
            without_waiting(cures.orphan(manifest)),
            tuple(_as_seen(stateful_set)),
            done,
            (Wait(is_gone, PATIENCE),),
            f"until {stateful_set.name} is made again, nothing starts a pod of it that fails",
        )
    ]
    before += [_stopped(cures, stateful_set, number, is_gone, done) for number in numbers]
    ready = tuple(Wait(each, OF_PODS) for each in _ready(stateful_set, numbers))
    step = make(cures, again)
    reason = f"make the set {stateful_set.name} again: it takes its pods back"
    return before, [Action(reason, step, (), (Condition(*about, "exists"),), ready)]


def _stopped(
    cures: Cures,
    stateful_set: FoundSet,
    number: int,
    is_gone: Condition,
    done: tuple[Condition, ...],
) -> Action:
    """Return how a pod is stopped once its set is gone."""
    stop = without_waiting(stopped(cures, stateful_set, number))
    wait = gone("Pod", stop.namespace, stop.name, OF_PODS)
    reason = f"stop {stop.name}: nothing makes it again meanwhile"
    return Action(reason, stop, (is_gone,), done, (wait,))


def _scaling(
    cures: Cures, stateful_set: FoundSet, numbers: Sequence[int], done: tuple[Condition, ...]
) -> tuple[list[Action], list[Action]]:
    """Return how all pods of a set are stopped, and how they start."""
    pods = (f"{stateful_set.name}-{number}" for number in numbers)
    waits = tuple(gone("Pod", stateful_set.namespace, each, OF_PODS) for each in pods)
    stop = scaled(cures, stateful_set, 0)
    start = scaled(cures, stateful_set, stateful_set.replicas)
    as_many = not_grown(cures, stateful_set)
    ready = tuple(Wait(each, OF_PODS) for each in _ready(stateful_set, numbers))
    return (
        [Action(f"stop all pods of {stateful_set.name}", stop, as_many, done, waits)],
        [Action(f"start the pods of {stateful_set.name} again", start, (), (), ready)],
    )


def _is_whole(stateful_set: FoundSet) -> Condition:
    """Return that the set is there, and its pods are meant to run."""
    about = stateful_set.manifest.kind, *stateful_set.key
    return Condition(*about, "is", ("spec", "replicas"), str(stateful_set.replicas))


def _as_seen(stateful_set: FoundSet) -> Iterator[Condition]:
    """Yield that a set is still what is made again, whose pods would else be replaced.

    By its revision, which depends on its pod template alone: one that is made again has another uid
    (pkg/controller/history, HashControllerRevision).
    """
    yield _is_whole(stateful_set)
    if revision := stateful_set.manifest.at("status", "updateRevision"):
        about = stateful_set.manifest.kind, *stateful_set.key
        yield Condition(*about, "is", ("status", "updateRevision"), revision)


def _ready(stateful_set: FoundSet, numbers: Iterable[int]) -> tuple[Condition, ...]:
    """Return that pods are ready, where all of the set were when it was looked at."""
    status = stateful_set.manifest.value.get("status") or {}
    if status.get("readyReplicas", 0) < stateful_set.replicas:
        return ()
    path = ("status", "conditions", "[type=Ready]", "status")
    pods = (f"{stateful_set.name}-{number}" for number in numbers)
    return tuple(
        Condition("Pod", stateful_set.namespace, each, "is", path, "True") for each in pods
    )
