"""Volumes that get another source, and pairs that get another size: each under its own name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen.changes.steps import Step
from sfsgen.moving.wanted import Shall
from sfsgen.plans.actions import (
    REFERENCE,
    VOLUME,
    actions,
    are_tied,
    is_another,
    is_bound,
    is_kept,
    is_this,
    of_volume,
    without_waiting,
)
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import Doing, is_new, place
from sfsgen.plans.making import let_go
from sfsgen.plans.plan import Action, Wait


def kept(doing: Doing, shall: Shall) -> Iterator[Action]:
    """Yield how the files of a volume stay that is made again, or whose claim is."""
    done = (is_new(shall.volume),) if shall.is_elsewhere else ()
    reason = f"the files of {shall.volume.name} stay, whatever becomes of its claim"
    must = (is_this(shall.volume),)
    yield from actions(doing.cures.keep(shall.volume), reason, must=must, done=done)


def replaced(doing: Doing, shall: Shall, stopped: Sequence[Condition]) -> Iterator[Action]:
    """Yield how a pair becomes what it shall be, once its pod is stopped.

    The claim stays where it can: it is bound to a volume of the same name that is reserved for it
    (2.3 seconds for two ordinals, measured). A claim's size and modes cannot be changed, so one
    that asks for others is made again.
    """
    claim, volume = shall.claim, shall.volume
    if not shall.is_elsewhere:
        policy = {_POLICY: shall.new_volume["spec"][_POLICY]}
        others = {key: each for key, each in shall.fields.items() if key != _POLICY}
        yield doing.deleted(claim)
        yield from doing.freed_after(claim, volume)
        # Not where a claim is bound to it already: then the script is one of an earlier day.
        waits = of_volume(volume.name, *REFERENCE, "uid", value="")
        yield from patched(doing, shall, others, waits)
        yield from doing.claim_made(shall.new_claim)
        yield from patched(doing, shall, policy if policy[_POLICY] != "Retain" else {})
    elif shall.has_another_claim:
        yield doing.deleted(claim)
        yield from _made_again(doing, shall, stopped)
        yield from doing.claim_made(shall.new_claim)
    else:
        yield from _made_again(doing, shall, stopped)
        yield doing.bound_again(claim, volume.name)


def patched(
    doing: Doing, shall: Shall, fields: Mapping[str, Any], *must: Condition
) -> Iterator[Action]:
    """Yield how fields of a volume's spec are changed that may be."""
    volume = shall.volume
    if fields:
        reason = f"change {_and(FIELDS[each] for each in fields)} of {volume.name}"
        steps = doing.cures.set_fields(volume, fields).steps
        yield from actions(steps, reason, must=(is_this(volume), *must))


_POLICY = "persistentVolumeReclaimPolicy"
FIELDS = {
    "accessModes": "access modes",
    "capacity": "capacity",
    "mountOptions": "mount options",
    _POLICY: "reclaim policy",
}


def _and(words: Iterator[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _made_again(doing: Doing, shall: Shall, stopped: Sequence[Condition]) -> Iterator[Action]:
    """Yield how a volume gets another source, which no patch can do: it is made again.

    `kubectl replace --force` hangs on the finalizer of a volume whose claim is there (measured).
    """
    volume, new = shall.volume, (is_new(shall.volume),)
    must = (is_this(volume), is_kept(volume.name), *stopped)
    risk = f"{volume.name} goes and is made again: only with the policy Retain do its files stay"
    if volume.manifest.at("spec", "csi"):
        # pkg.go.dev/github.com/piraeusdatastore/csi-reclaim-controller deletes them even then.
        risk += f", and only where nothing like csi-reclaim-controller runs for {volume.driver}"
    reason = f"delete {volume.name}, whose source cannot be changed; its files stay"
    delete, wait = without_waiting(_deleted(doing, shall)), (Wait(new[0]),)
    if shall.has_another_claim:  # its claim is gone, and nothing holds it
        yield Action(reason, delete, must, new, wait, risk)
    else:
        yield Action(reason, delete, must, new, risk=risk)
        reason = f"let {volume.name} go, though {shall.claim.name} is there, which it is bound to"
        step, goes = let_go(doing.cures, volume), _is_going(volume.name)
        yield Action(reason, step, (*must, goes), new, wait)
    where = place(shall.new_volume)
    yield from doing.made(shall.new_volume, f"make {volume.name} again, on {where}")


def _deleted(doing: Doing, shall: Shall) -> Step:
    name = shall.volume.name
    command = doing.cures.access.kubectl.command("delete", f"pv/{name}")
    return Step("delete", VOLUME, "", name, None, command)


def _is_going(volume: str) -> Condition:
    return Condition(VOLUME, "", volume, "is not", ("metadata", "deletionTimestamp"), "")


def at_its_place(shall: Shall) -> Iterator[Condition]:
    """Yield that a volume lies where it shall: it was made again, and by nobody else."""
    spec = shall.new_volume["spec"]
    source = {key: spec[key] for key in ("nfs", "csi", "local") if key in spec}
    yield from _texts(shall.volume.name, source)


def reached(shall: Shall) -> Iterator[Condition]:
    """Yield what holds of a pair that is as it shall be."""
    claim, name = shall.claim, shall.volume.name
    if shall.is_elsewhere:
        yield is_new(shall.volume)
        yield from at_its_place(shall)
    # Its policy is another one meanwhile, and in the end the one that it had, or is to have.
    policy = {_POLICY: shall.new_volume["spec"][_POLICY]}
    yield from _texts(name, {**shall.fields, **policy})
    if shall.has_another_claim:
        yield is_another(claim)
        yield from are_tied(claim.key, name)
    elif shall.is_elsewhere:
        yield from is_bound(claim, name)


def _texts(volume: str, fields: Mapping[str, Any], *above: str) -> Iterator[Condition]:
    """Yield the fields of a volume's spec that hold texts, or lists of texts."""
    for key, each in fields.items():
        path = (*above, key)
        if isinstance(each, Mapping):
            yield from _texts(volume, each, *path)
        elif isinstance(each, list) and all(isinstance(text, str) for text in each):
            yield of_volume(volume, "spec", *path, "[*]", value=" ".join(each))
        elif isinstance(each, str) and each:
            yield of_volume(volume, "spec", *path, value=each)
