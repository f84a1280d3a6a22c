"""Phases of a plan that stop pods: one ordinal at a time, or all at once, and start them again."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.downtime import scaled, stopped
from sfsgen.changes.steps import Step
from sfsgen.plans.actions import (
    CLAIM,
    VOLUME,
    gone,
    is_another,
    is_kept,
    is_this,
    without_waiting,
)
from sfsgen.plans.as_seen import (
    RETENTION,
    are_started,
    goes_with_its_claims,
    is_as_made,
    is_as_seen,
    is_looked_at,
    is_whole,
    may_be_scaled,
    were_all_ready,
)
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import is_new
from sfsgen.plans.making import make, set_again
from sfsgen.plans.outcomes import Mend
from sfsgen.plans.plan import OF_PODS, PATIENCE, Action, Phase, Wait
from sfsgen.sets.found import FoundSet
from sfsgen.values.pairs import Key

_OWNERS = ("metadata", "ownerReferences")
_SECONDS = 2
"""For which a pod stands still, beside its own stop and start (1.4 to 3.4 s measured)."""


class _Group(NamedTuple):
    """Ordinals whose pods are stopped together."""

    numbers: Sequence[int] = ()
    mends: Sequence[Mend] = ()
    later: Sequence[int] = ()
    """Ordinals that are mended after them."""


def _groups(by_number: Mapping[tuple[int, ...], Sequence[Mend]]) -> Iterator[_Group]:
    found = [(sorted({*each}), by_number[each]) for each in sorted(by_number, key=min)]
    for index, (numbers, alike) in enumerate(found, 1):
        yield _Group(numbers, alike, [each for later, _ in found[index:] for each in later])


def one_by_one(
    cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend], *, are_kept: Collection[str] = ()
) -> Iterator[Phase]:
    """Yield a phase for each ordinal; the pods of the others run on.

    The set is deleted without its pods, and made again as soon as the ordinal has its own. The
    files of volumes that `are_kept` stay already.
    """
    by_number: dict[tuple[int, ...], list[Mend]] = {}
    for each in mends:
        by_number.setdefault((each.row.number, *each.others), []).append(each)
    groups = list(_groups(by_number))
    kept = list(_keeping(cures, stateful_set, are_kept))
    phases = [
        _phase(cures, stateful_set, each, [] if index else kept)
        for index, each in enumerate(groups)
    ]
    if len(phases) == 1:
        yield from phases
        return
    # While one is at work the set is gone: a script that begins again there must not make it for
    # those that are through, or pods would start between a claim and its data.
    for phase, group in zip(phases, groups, strict=True):
        yield phase._replace(goal=_reached(group.mends))
    numbers = sorted({number for each in by_number for number in each})
    _, after = _orphaning(cures, stateful_set, _Group(numbers, mends))
    goal = (*is_as_made(stateful_set), *are_started(stateful_set, numbers))
    yield Phase(f"the set {stateful_set.name} is there, and all its pods", goal, tuple(after))


def all_at_once(
    cures: Cures,
    stateful_set: FoundSet,
    mends: Sequence[Mend],
    *,
    is_orphaned: bool = False,
    are_kept: Collection[str] = (),
) -> Iterator[Phase]:
    """Yield the one phase that stops all pods of a set; by scaling, unless told otherwise."""
    if is_orphaned or scaling_deletes(stateful_set):
        kept = list(_keeping(cures, stateful_set, are_kept))
        yield _phase(cures, stateful_set, _Group(stateful_set.ordinals, mends), kept)
    else:
        yield _scaled_phase(cures, stateful_set, mends)


def scaling_deletes(stateful_set: FoundSet) -> bool:
    """Return whether claims go when a set is scaled down."""
    deletes = stateful_set.manifest.at(*RETENTION) or {}
    return bool(deletes.get("whenScaled") == "Delete")


def without_set(cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend]) -> Iterator[Phase]:
    """Yield a phase for each ordinal of a set that is gone, and whose pods may run on."""
    about = stateful_set.about
    is_gone = Condition(*about, "gone")
    for each in mends:
        done = tuple(is_another(claim) for claim in each.takes)
        numbers = (each.row.number, *each.others)
        must = (is_gone, *_unused(stateful_set, numbers, [each]))
        stops = (_stopped(cures, stateful_set, number, must, done) for number in numbers)
        pods = tuple(stateful_set.pod_name(number) for number in numbers)
        made = (*each.first, *stops, *each.actions)
        title = f"ordinal {', '.join(map(str, numbers))}: {each.what}"
        yield Phase(title, each.goal, made, pods, _SECONDS, OF_PODS)


def set_made_again(
    cures: Cures,
    stateful_set: FoundSet,
    goal: Sequence[Condition],
    *,
    are_kept: Collection[str] = (),
) -> Phase:
    """Return the phase by which a set is made again while its pods run on (0.9 s, measured)."""
    kept = _keeping(cures, stateful_set, are_kept)
    before, after = _orphaning(cures, stateful_set, _Group(), tuple(goal))
    title = f"the set {stateful_set.name} is made again; its pods run on"
    return Phase(title, (*goal, is_whole(stateful_set)), (*kept, *before, *after))


def _keeping(cures: Cures, stateful_set: FoundSet, are_kept: Collection[str]) -> Iterator[Action]:
    """Yield how all files of a set stay that is deleted for a moment.

    Its claims stay, for its deletion orphans them; if one went all the same, its data would not.
    """
    for claim in cures.inventory.claims.values():
        volume = cures.inventory.volumes.get(claim.volume_name)
        if volume is None or volume.claim_uid != claim.uid or volume.name in are_kept:
            continue
        if not _is_of(stateful_set, claim.key):
            continue
        for step in cures.keep(volume):
            reason = f"the files of {volume.name} stay, whatever becomes of its claim"
            done, unless = (is_kept(volume.name),), (is_new(volume),)
            yield Action(reason, step, (is_this(volume),), done, unless=unless)


def _is_of(stateful_set: FoundSet, key: Key) -> bool:
    namespace, name = key
    numbers = (each.claim_name.ordinal_of(name) for each in stateful_set.templates)
    return namespace == stateful_set.namespace and any(each is not None for each in numbers)


def _phase(cures: Cures, stateful_set: FoundSet, group: _Group, kept: Sequence[Action]) -> Phase:
    """Return the phase that stops some pods while the set is gone; files that are kept are so."""
    numbers, mends, later = group
    before, after = _orphaning(cures, stateful_set, group, _stopped_by_now(mends))
    known = [each.step for each in kept]
    first = [each for each in _first(mends) if each.step is None or each.step not in known]
    ready = are_started(stateful_set, numbers, later)
    goal = (*_reached(mends), *is_as_made(stateful_set), *ready)
    title = f"ordinal {', '.join(map(str, numbers))}: {_whats(mends)}"
    made = (*kept, *first, *before, *_inside(mends), *after)
    return Phase(title, goal, made, _pods(stateful_set, numbers), _SECONDS, OF_PODS)


def _scaled_phase(cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend]) -> Phase:
    before, after = _scaling(cures, stateful_set, mends)
    numbers = stateful_set.ordinals
    goal = (*_reached(mends), is_whole(stateful_set), *are_started(stateful_set, numbers))
    made = (*_first(mends), *before, *_inside(mends), *after)
    title = f"all ordinals: {_whats(mends)}"
    return Phase(title, goal, made, _pods(stateful_set, numbers), _SECONDS, OF_PODS)


def _whats(mends: Iterable[Mend]) -> str:
    return "; ".join(each.what for each in mends)


def _first(mends: Iterable[Mend]) -> list[Action]:
    return _once(action for each in mends for action in each.first)


def _inside(mends: Iterable[Mend]) -> list[Action]:
    return _once(action for each in mends for action in each.actions)


def _pods(stateful_set: FoundSet, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(stateful_set.pod_name(number) for number in numbers)


def _stopped_by_now(mends: Iterable[Mend]) -> tuple[Condition, ...]:
    """Return what shows that pods were stopped: what they used is gone, or made again."""
    return tuple(
        condition for each in mends for condition in (*map(is_another, each.takes), *each.stopped)
    )


def _unused(
    stateful_set: FoundSet, numbers: Iterable[int], mends: Iterable[Mend]
) -> Iterator[Condition]:
    """Yield that no other pods use the claims of ordinals: those would not go, nor be written to.

    A Job, a backup or a shell for debugging; also one that has ended (pvc-protection).
    """
    pods = " ".join(_pods(stateful_set, numbers))
    goals = (each for mend in mends for each in mend.goal if each.kind == CLAIM)
    keys = ((each.namespace, each.name) for each in goals if not each.cluster)
    for key in dict.fromkeys(keys):
        yield Condition(CLAIM, *key, "used by no other", value=pods)


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
    cures: Cures, stateful_set: FoundSet, group: _Group, done: tuple[Condition, ...] = ()
) -> tuple[list[Action], list[Action]]:
    """Return how pods are stopped while those of other ordinals run on, and how they start."""
    numbers, mends, later = group
    manifest, about = stateful_set.manifest, stateful_set.about
    is_gone = Condition(*about, "gone")
    before = [
        *_keeping_claims(cures, stateful_set, done),
        Action(
            f"delete the set {stateful_set.name} without its pods, which run on",
            without_waiting(cures.orphan(manifest)),
            (*is_as_seen(stateful_set), *_unused(stateful_set, numbers, mends)),
            done,
            (Wait(is_gone, PATIENCE),),
            f"until {stateful_set.name} is made again, nothing starts a pod of it that fails, and "
            "its manifest stands nowhere else",
        ),
    ]
    before += [_stopped(cures, stateful_set, number, (is_gone,), done) for number in numbers]
    reason = f"make the set {stateful_set.name} again: it takes its pods back"
    step = make(cures, set_again(manifest))
    waits = (*is_looked_at(stateful_set), *are_started(stateful_set, numbers, later))
    ready = tuple(Wait(each, OF_PODS) for each in waits)
    must = tuple(_made(_inside(mends)))
    return before, [Action(reason, step, must, (Condition(*about, "exists"),), ready)]


def _made(inside: Iterable[Action]) -> Iterator[Condition]:
    """Yield that the claims and volumes are there that a set needs, or its controller makes them.

    Such a claim would be bound by chance, or to a disk of a provisioner.
    """
    steps = (each.step for each in inside if each.step)
    for each in steps:
        if each.verb == "create" and each.kind in (CLAIM, VOLUME):
            yield Condition(*each[1:4], "exists", cluster=each.cluster)


def _keeping_claims(
    cures: Cures, stateful_set: FoundSet, done: tuple[Condition, ...]
) -> Iterator[Action]:
    """Yield how the claims of a set stay that would go with it; it gets its policy back.

    Without a policy it is nobody's owner any more, whatever the garbage collector knows of it.
    """
    if not goes_with_its_claims(stateful_set):
        return
    about = stateful_set.about
    patch = {"spec": {RETENTION[-1]: {"whenDeleted": "Retain"}}}
    text = json.dumps(patch, separators=(",", ":"))
    words = ["patch", f"statefulset/{stateful_set.name}", "-p", text]
    command = cures.access.kubectl.command(*words, namespace=stateful_set.namespace)
    deletes = Condition(*about, "is not", (*RETENTION, "whenDeleted"), "Delete")
    # Those above its replicas it does not look at.
    claims = (
        each.claim_name.at(number)
        for each in stateful_set.templates
        for number in stateful_set.ordinals
    )
    waits = tuple(
        Wait(Condition(CLAIM, stateful_set.namespace, each, "absent", _OWNERS))
        for each in claims
        if were_all_ready(stateful_set)  # else its controller may not come to them
    )
    reason = f"the claims of {stateful_set.name} are its own no more, and do not go with it"
    yield Action(
        reason,
        Step("patch", *about, patch, command),
        tuple(is_as_seen(stateful_set)),
        (deletes,),
        waits,
        unless=done,
    )


def _stopped(
    cures: Cures,
    stateful_set: FoundSet,
    number: int,
    must: tuple[Condition, ...],
    done: tuple[Condition, ...],
) -> Action:
    """Return how a pod is stopped once its set is gone."""
    stop = without_waiting(stopped(cures, stateful_set, number))
    wait = gone("Pod", stop.namespace, stop.name, OF_PODS)
    reason = f"stop {stop.name}: nothing makes it again meanwhile"
    return Action(reason, stop, must, done, (wait,))


def _scaling(
    cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend]
) -> tuple[list[Action], list[Action]]:
    """Return how all pods of a set are stopped, and how they start."""
    name, numbers = stateful_set.name, stateful_set.ordinals
    pods = _pods(stateful_set, numbers)
    waits = tuple(gone("Pod", stateful_set.namespace, each, OF_PODS) for each in pods)
    stop = scaled(cures, stateful_set, 0)
    start = scaled(cures, stateful_set, stateful_set.replicas)
    ready = tuple(Wait(each, OF_PODS) for each in are_started(stateful_set, numbers))
    done, as_seen = _stopped_by_now(mends), may_be_scaled(stateful_set)
    must = (*as_seen, *_unused(stateful_set, numbers, mends))
    after = (*as_seen, *_made(_inside(mends)))
    return (
        [Action(f"stop all pods of {name}", stop, must, done, waits)],
        [Action(f"start the pods of {name} again", start, after, (), ready)],
    )
