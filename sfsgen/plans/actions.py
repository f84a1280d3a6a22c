"""Steps as actions of a plan: what has to hold before each, and what shows that it is done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen.changes.steps import Step
from sfsgen.plans.conditions import Condition
from sfsgen.plans.plan import PATIENCE, Action, Wait
from sfsgen.values.pairs import Claim, Key, Volume

VOLUME, CLAIM = "PersistentVolume", "PersistentVolumeClaim"
REFERENCE = ("spec", "claimRef")


def of_volume(name: str, *path: str, value: str) -> Condition:
    """Return that a field of a volume holds a value, or where that is "", none."""
    return Condition(VOLUME, "", name, "is" if value else "absent", path, value)


def of_claim(key: Key, *path: str, value: str) -> Condition:
    """Return the same of a claim."""
    return Condition(CLAIM, *key, "is" if value else "absent", path, value)


def is_another(claim: Claim) -> Condition:
    """Return that a claim is gone, whether or not another one bears its name by now."""
    return Condition(CLAIM, *claim.key, "is not", ("metadata", "uid"), claim.uid)


def is_it(claim: Claim) -> Condition:
    """Return that a claim is the one that was looked at."""
    return of_claim(claim.key, "metadata", "uid", value=claim.uid)


def is_this(volume: Volume) -> Condition:
    """Return that a volume is the one that was looked at."""
    return of_volume(volume.name, "metadata", "uid", value=volume.manifest.uid)


def is_kept(volume: str) -> Condition:
    """Return that the files of a volume stay, whatever becomes of its claim and of itself."""
    return of_volume(volume, "spec", "persistentVolumeReclaimPolicy", value="Retain")


def has_lost(volume: Volume) -> Condition:
    """Return that a volume no longer holds the uid that it held."""
    return Condition(VOLUME, "", volume.name, "is not", (*REFERENCE, "uid"), volume.claim_uid)


def is_kept_for(volume: Volume, key: Key) -> tuple[Condition, ...]:
    """Return that a volume has let its earlier claim go, and is reserved for one of a name."""
    namespace, name = key
    left = (has_lost(volume),) if volume.claim_uid else ()
    return (
        *left,
        of_volume(volume.name, *REFERENCE, "namespace", value=namespace),
        of_volume(volume.name, *REFERENCE, "name", value=name),
    )


def are_tied(claim: Key, volume: str) -> tuple[Condition, ...]:
    """Return that a claim and a volume are bound to each other."""
    namespace, name = claim
    return (
        of_claim(claim, "spec", "volumeName", value=volume),
        of_claim(claim, "status", "phase", value="Bound"),
        of_volume(volume, *REFERENCE, "namespace", value=namespace),
        of_volume(volume, *REFERENCE, "name", value=name),
        of_volume(volume, "status", "phase", value="Bound"),
    )


def is_bound(claim: Claim, volume: str) -> tuple[Condition, ...]:
    """Return that this very claim is bound to a volume: phases alone may be those of before."""
    its = of_volume(volume, *REFERENCE, "uid", value=claim.uid)
    return (is_it(claim), its, *are_tied(claim.key, volume))


def gone(kind: str, namespace: str, name: str, seconds: int = PATIENCE) -> Wait:
    """Return that it is waited until an object is gone."""
    return Wait(Condition(kind, namespace, name, "gone"), seconds)


def actions(
    steps: Sequence[Step],
    reason: str,
    *,
    must: Sequence[Condition] = (),
    done: Sequence[Condition] = (),
    risk: str = "",
) -> Iterator[Action]:
    """Yield the actions of steps that have one reason, each of which shows what has to hold.

    A look becomes a condition of the step behind it; what is waited for belongs to the one before.
    """
    before = list(must)
    for step in steps:
        if step.verb == "look":
            uid = str(step.value)
            before.append(Condition(CLAIM, "", "", "held by nobody", ("metadata", "uid"), uid))
            continue
        if step.verb == "wait":
            yield Action(f"wait until {step.name} is gone", wait=(gone(*step[1:4]),))
            continue
        needs = tuple(dict.fromkeys((*before, *_guards(step))))
        yield Action(reason, step, needs, tuple(done) or tuple(_shown(step)), risk=risk)


def _guards(step: Step) -> Iterator[Condition]:
    """Yield what a JSON patch tests, or the server refuses it."""
    operations = step.value if step.verb == "json-patch" else ()
    for each in operations:
        if each["op"] == "test":
            yield _is(step, tuple(each["path"].strip("/").split("/")), each["value"])
    if step.verb == "create" and step.kind == CLAIM and step.value:
        yield from _waits_for(step)


def _waits_for(step: Step) -> Iterator[Condition]:
    """Yield that the volume waits for a claim which names it: else the claim would be Lost."""
    volume = step.value["spec"].get("volumeName")
    for field, value in (("namespace", step.namespace), ("name", step.name)):
        if volume and value:
            path = (*REFERENCE, field)
            yield Condition(VOLUME, "", volume, "is", path, value, step.cluster)


def _shown(step: Step) -> Iterator[Condition]:
    """Yield what shows that a step has been taken."""
    if step.verb == "patch":
        yield from (_is(step, path, value) for path, value in _leaves(step.value))
    elif step.verb == "json-patch":
        yield from (each._replace(operator="is not") for each in _guards(step))
    elif step.verb == "create":
        yield Condition(*step[1:4], "exists")


def _is(step: Step, path: tuple[str, ...], value: Any) -> Condition:
    operator = "absent" if value in (None, "") else "is"
    return Condition(*step[1:4], operator, path, "" if value is None else str(value))  # type: ignore[arg-type]


def _leaves(patch: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in patch.items():
        if isinstance(value, Mapping):
            yield from (((key, *path), each) for path, each in _leaves(value))
        elif isinstance(value, list):
            yield (key, "[*]"), " ".join(map(str, value))
        else:
            yield (key,), value


def without_waiting(step: Step) -> Step:
    """Return a deletion of what may be gone by then, and which the plan waits for, not kubectl."""
    value = {**(step.value or {}), "wait": False}
    return step._replace(value=value, command=f"{step.command} --ignore-not-found --wait=false")


def as_seen(volume: Volume) -> tuple[Condition, ...]:
    """Return that a volume is the one that was looked at, and reserved as it was then."""
    reference = volume.manifest.at(*REFERENCE) or {}
    fields = ("namespace", "name", "uid")
    kept = (
        of_volume(volume.name, *REFERENCE, each, value=reference.get(each) or "") for each in fields
    )
    return (is_this(volume), *kept)
