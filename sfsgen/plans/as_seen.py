"""What shows that a set is still as it was seen, and that its pods run again, as conditions."""

from collections.abc import Iterable, Iterator, Sequence

from sfsgen.plans.conditions import Condition
from sfsgen.sets.found import FoundSet

RETENTION = ("spec", "persistentVolumeClaimRetentionPolicy")
_GENERATION = ("metadata", "generation")
_AT_FIRST = 1  # the generation of what was made just now


def is_whole(stateful_set: FoundSet) -> Condition:
    """Return that the set is there, and its pods are meant to run."""
    return _of_set(stateful_set, "spec", "replicas", value=str(stateful_set.replicas))


def is_as_made(stateful_set: FoundSet) -> tuple[Condition, ...]:
    """Return that a set is there, and its controller has seen that its pods are of its template.

    By its revision, which depends on its pod template alone: one that is made again has another uid
    (pkg/controller/history, HashControllerRevision).
    """
    return (is_whole(stateful_set), *is_looked_at(stateful_set))


def is_looked_at(stateful_set: FoundSet) -> tuple[Condition, ...]:
    """Return that the controller of a set has looked at it, as it had when it was seen."""
    revision = stateful_set.manifest.at("status", "updateRevision")
    return (_of_set(stateful_set, "status", "updateRevision", value=revision),) if revision else ()


def is_as_seen(stateful_set: FoundSet) -> Iterator[Condition]:
    """Yield that a set is still what is made again, whose changes would else be lost.

    Each change of its spec is a generation; where the plan itself has made it again, it is the
    first one, and then the fields by which pods would be replaced show that it was the plan.
    """
    manifest = stateful_set.manifest
    yield from is_as_made(stateful_set)
    if seen := manifest.at(*_GENERATION):
        own = 1 if goes_with_its_claims(stateful_set) else 0
        known = {int(seen), int(seen) + own, _AT_FIRST, _AT_FIRST + own}
        about = stateful_set.about
        values = " ".join(map(str, sorted(known)))
        yield Condition(*about, "one of", _GENERATION, values)
    for path in (
        ("spec", "updateStrategy", "rollingUpdate", "partition"),
        ("spec", "ordinals", "start"),
    ):
        value = manifest.at(*path)
        yield _of_set(stateful_set, *path, value="" if value is None else str(value))


def may_be_scaled(stateful_set: FoundSet) -> tuple[Condition, ...]:
    """Return that a set has as many pods as were seen, or none by now, and scaling deletes nothing.

    Who has changed it since would have it changed back.
    """
    about = stateful_set.about
    keeps = Condition(*about, "is not", (*RETENTION, "whenScaled"), "Delete")
    return has_not_grown(stateful_set), keeps


def has_not_grown(stateful_set: FoundSet) -> Condition:
    """Return that a set has as many pods as were seen, or none by now."""
    about = stateful_set.about
    counts = " ".join(dict.fromkeys((str(stateful_set.replicas), "0")))
    return Condition(*about, "one of", ("spec", "replicas"), counts)


def goes_with_its_claims(stateful_set: FoundSet) -> bool:
    """Return whether the claims of a set go once it is deleted."""
    policy = stateful_set.manifest.at(*RETENTION) or {}
    return bool(policy.get("whenDeleted") == "Delete")


def were_all_ready(stateful_set: FoundSet) -> bool:
    """Return whether all pods of a set were ready when it was looked at."""
    status = stateful_set.manifest.value.get("status") or {}
    return bool(status.get("readyReplicas", 0) >= stateful_set.replicas)


def is_ready(namespace: str, pod: str, cluster: str = "") -> Condition:
    """Return that a pod is ready."""
    path = ("status", "conditions", "[type=Ready]", "status")
    return Condition("Pod", namespace, pod, "is", path, "True", cluster)


def are_started(
    stateful_set: FoundSet, numbers: Iterable[int], later: Sequence[int] = ()
) -> tuple[Condition, ...]:
    """Return that pods run again, before others are stopped: `later` ones, which may be ill yet.

    In order, a pod is started once all below it are ready, and so are those that are stopped next.
    All at once it may have been running without being ready before.
    """
    found, namespace = list(numbers), stateful_set.namespace
    if not were_all_ready(stateful_set):
        if stateful_set.manifest.at("spec", "podManagementPolicy") == "Parallel":
            pods = map(stateful_set.pod_name, found)
            path = ("status", "phase")
            return tuple(Condition("Pod", namespace, each, "is", path, "Running") for each in pods)
        found = [each for each in found if not later or each < min(later)]
    return tuple(is_ready(namespace, stateful_set.pod_name(number)) for number in found)


def _of_set(stateful_set: FoundSet, *path: str, value: str) -> Condition:
    about = stateful_set.about
    return Condition(*about, "is" if value else "absent", path, value)
