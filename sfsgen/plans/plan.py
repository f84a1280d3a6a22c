"""A plan: what is done to a set, in which order, on what conditions, and what that costs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.plans.conditions import Condition
from sfsgen.values.pairs import Key

Object = Mapping[str, Any]
PATIENCE = 60
"""Seconds to wait for the binder, which looks at everything every 15 (7 to 17 s measured)."""
OF_PODS = 600
"""Seconds to wait for a pod that stops or starts."""


class Wait(NamedTuple):
    """What is waited for, and how many seconds at most."""

    until: Condition
    seconds: int = PATIENCE


class Action(NamedTuple):
    """One thing to do, the reason for it, and all that makes it safe to do again.

    A step that deletes what is gone is done already. An action without a step is done by people,
    where it has a question to them, or waits for what the cluster does by itself.
    """

    reason: str
    step: Step | None = None
    must: tuple[Condition, ...] = ()
    """What has to hold before it: where it does not, something unforeseen has happened."""
    done: tuple[Condition, ...] = ()
    """What holds, all of it, once it is done."""
    wait: tuple[Wait, ...] = ()
    risk: str = ""
    """What would be lost if it went wrong, "" for nothing."""
    confirm: str = ""
    """What people have done before it goes on."""
    unless: tuple[Condition, ...] = ()
    """What holds, all of it, where it is not to be done any more."""


class Phase(NamedTuple):
    """Actions in their order, for one goal; where that is reached nothing is to be done."""

    title: str
    goal: tuple[Condition, ...]
    actions: tuple[Action, ...]
    stops: tuple[str, ...] = ()
    """The pods that it stops, and starts again."""
    seconds: int = 0
    """How long they stand still, beside their own stop and start (measured)."""
    patience: int = PATIENCE
    also: str = ""
    """What else its pods stand still for."""


class Plan(NamedTuple):
    """What brings a set to where it is meant to be."""

    command: str
    """The command of which it comes: recover, adopt, move."""
    stateful_set: Key
    phases: tuple[Phase, ...] = ()
    objects: tuple[Object, ...] = ()
    """Manifests to be written down, beside those that its steps create."""
    notes: tuple[str, ...] = ()
    """What its owner should know, or has to decide."""
    where: tuple[Condition, ...] = ()
    """What shows, each by itself, that a cluster is the one that was looked at; none where nothing
    of it is kept. Of another cluster, too, one has to hold."""
    unknown: tuple[str, ...] = ()
    """What is not understood, an ordinal each: then nothing is to be done."""
    other: Kubectl | None = None
    """How another cluster is reached that some of it is about."""

    @property
    def name(self) -> str:
        """What the set is called."""
        return "/".join(self.stateful_set)

    @property
    def actions(self) -> Iterator[Action]:
        """All its actions."""
        return (action for phase in self.phases for action in phase.actions)

    @property
    def risks(self) -> Sequence[str]:
        """What could be lost, each once."""
        return list(dict.fromkeys(each.risk for each in self.actions if each.risk))

    @property
    def stops(self) -> Sequence[str]:
        """What stops running, and for how long."""
        return [_stop(each) for each in self.phases if each.stops]

    @property
    def created(self) -> Sequence[Object]:
        """The objects that it creates, or that are to be written down, as a cluster gets them."""
        steps = (each.step for each in self.actions if each.step)
        made = [each.value for each in steps if each.verb == "create" and each.value]
        by_key = {key_of(each): each for each in (*self.objects, *made)}
        return sorted(by_key.values(), key=lambda each: _ORDER.index(each["kind"]))


_ORDER = ("Service", "PersistentVolume", "PersistentVolumeClaim", "StatefulSet", "PetSet")


def key_of(value: Object) -> tuple[str, str, str]:
    """Return the kind, namespace and name of an object."""
    metadata = value["metadata"]
    return value["kind"], metadata.get("namespace", ""), metadata["name"]


def _stop(phase: Phase) -> str:
    them = "it starts" if len(phase.stops) == 1 else "they start"
    return (
        f"{', '.join(phase.stops)}: for about {phase.seconds} seconds{phase.also}, beside the time "
        f"in which {them} and stop{'s' * (len(phase.stops) == 1)}"
    )


def as_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data."""
    namespace, name = plan.stateful_set
    return {
        "command": plan.command,
        "set": {"namespace": namespace, "name": name},
        "stops": list(plan.stops),
        "risks": list(plan.risks),
        "notes": list(plan.notes),
        "where": [_condition(each) for each in plan.where],
        "unknown": list(plan.unknown),
        "phases": [_phase(each) for each in plan.phases],
        "objects": list(plan.created),
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "title": phase.title,
        "goal": [_condition(each) for each in phase.goal],
        "stops": list(phase.stops),
        "seconds": phase.seconds,
        "patience": phase.patience,
        "actions": [_action(each) for each in phase.actions],
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "reason": action.reason,
        "step": action.step._asdict() if action.step else None,
        "must": [_condition(each) for each in action.must],
        "done": [_condition(each) for each in action.done],
        "wait": [{**_condition(each.until), "seconds": each.seconds} for each in action.wait],
        "risk": action.risk,
        "confirm": action.confirm,
        "unless": [_condition(each) for each in action.unless],
    }


def _condition(condition: Condition) -> dict[str, Any]:
    return {**condition._asdict(), "path": list(condition.path), "words": str(condition)}
