"""What is made where a set goes: claims, Services and the set, and what has to hold before that."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.steps import Step
from sfsgen.moving.in_the_way import free_names
from sfsgen.moving.needs import needed, secrets_of, services_of
from sfsgen.moving.parts import Destination, Part, Parts
from sfsgen.moving.renaming import service_of, set_of
from sfsgen.plans.actions import CLAIM, REFERENCE, VOLUME, actions, are_tied
from sfsgen.plans.as_seen import is_ready, were_all_ready
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import Doing
from sfsgen.plans.outcomes import Lacking, Object
from sfsgen.plans.plan import OF_PODS, Action, Wait
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.sets.ordinals import Pairing


class Making(NamedTuple):
    """All that is made where a set goes, and where that is."""

    cures: Cures
    """Of the cluster in which the set is."""
    pairing: Pairing
    stateful_set: FoundSet
    to: Destination
    parts: Parts
    services: Sequence[FoundService]
    """The set's own."""
    objects: Sequence[Object]
    """The Services and the set, as they are made."""

    @property
    def here(self) -> Doing:
        """What can be done in the cluster of the set."""
        return Doing(self.cures, self.pairing, Lacking({}, {}))

    @property
    def there(self) -> Doing:
        """What can be done where the set is made."""
        return Doing(self.to.cures, self.pairing, Lacking({}, {}))

    @property
    def made_set(self) -> Object:
        """The set as it is made."""
        return self.objects[-1]

    @property
    def new_pods(self) -> list[str]:
        """The pods that the new set is to have."""
        first = self.stateful_set.start_ordinal
        numbers = range(first, first + self.made_set["spec"]["replicas"])
        return [f"{self.to.names.new[1]}-{each}" for each in numbers]


def making_of(
    cures: Cures, pairing: Pairing, stateful_set: FoundSet, to: Destination, parts: Parts
) -> Making:
    """Return all that is made of a set."""
    services = services_of(cures.inventory, stateful_set)
    goes = [each for each in services if is_made_anew(to, each)]
    made = [service_of(to.names, each) for each in goes]
    serves = [each.name for each in goes]
    name = stateful_set.service_name
    new = to.names.service(name) if name in serves or to.cluster else name
    # An earlier run has stopped the pods, and knew how many there were.
    known = to.inventory.sets.get(to.names.new)
    replicas = stateful_set.replicas or (known.replicas if known else 0)
    value = set_of(to.names, stateful_set, new, replicas)
    return Making(cures, pairing, stateful_set, to, parts, goes, [*made, value])


def is_made_anew(to: Destination, service: FoundService) -> bool:
    """Return whether a Service is made where a set goes; else it serves the new one as it is."""
    is_elsewhere = bool(to.cluster) or to.names.new[0] != service.namespace
    return is_elsewhere or to.names.service(service.name) != service.name


def goal_of(making: Making) -> Iterator[Condition]:
    """Yield what is so once the new set has its data, and runs."""
    cluster = making.to.cluster
    for each in making.parts.found:
        if each.new_claim:
            yield from in_cluster(cluster, are_tied(each.key, each.name))
        else:
            yield from in_cluster(cluster, reserved_for(each))
    kind = making.made_set["kind"]
    yield Condition(kind, *making.to.names.new, "exists", cluster=cluster)
    yield from ready(making)


def look(making: Making) -> Action:
    """Return how it is seen, before anything stops, that all is there, and nothing in the way."""
    to, parts = making.to, making.parts.found
    namespace, name = to.names.new
    needs: list[Condition] = []
    if to.cluster or namespace != making.stateful_set.namespace:
        needs.append(Condition("Namespace", "", namespace, "exists", cluster=to.cluster))
        for kind, each in needed(making.stateful_set.manifest):
            needs.append(Condition(kind, namespace, each, "exists", cluster=to.cluster))
    for space, each in secrets_of(each.volume for each in parts) if to.cluster else ():
        needs.append(Condition("Secret", space, each, "exists", cluster=to.cluster))
    must = (*needs, *free_names(to, parts, making.objects))
    named = ("spec", "volumeName")
    done = tuple(
        Condition(CLAIM, *each.key, "is", named, each.name, to.cluster)
        for each in parts
        if each.new_claim
    )
    is_there = Condition(making.made_set["kind"], *to.names.new, "exists", cluster=to.cluster)
    reason = f"see that {namespace}/{name} has a place, before anything stops"
    return Action(reason, must=must, done=done or (is_there,))


def claims_made(making: Making) -> Iterator[Action]:
    """Yield how the claims are made where a set goes, each of which names its volume."""
    for part in making.parts.found:
        if part.new_claim:
            reason = f"make {part.key[1]}, which names {part.name}"
            for each in making.there.made(part.new_claim, reason):
                made = each._replace(must=reserved_for(part)[:1])
                yield stamped(made, making.to.cluster)


def set_made(making: Making, is_quiet: Sequence[Condition]) -> Iterator[Action]:
    """Yield how the Services and the set are made where it goes.

    The set is only made where `is_quiet` holds: nobody else writes into its directories.
    """
    for value in making.objects:
        kind, name = value["kind"], value["metadata"]["name"]
        called = "the set" if value is making.made_set else f"the {kind}"
        for each in making.there.made(value, f"make {called} {name}"):
            made = stamped(each, making.to.cluster)
            if value is making.made_set:
                made = _set_made(making, made, is_quiet)
            yield made


def _set_made(making: Making, made: Action, is_quiet: Sequence[Condition]) -> Action:
    to = making.to
    waits = tuple(Wait(each, OF_PODS) for each in ready(making))
    named = ("spec", "volumeName")
    claims = [
        Condition(CLAIM, *each.key, "is", named, each.name, to.cluster)
        for each in making.parts.found
        if each.new_claim
    ]
    its_risk = ""
    if to.cluster and is_quiet:
        its_risk = (
            f"two clusters would write into the same directories if {making.stateful_set.name} "
            "were scaled up again in the old one: nothing in either knows of the other"
        )
    return made._replace(must=(*is_quiet, *claims), wait=waits, risk=its_risk)


def ready(making: Making) -> list[Condition]:
    """Return that the new pods are ready, where all of the old ones were."""
    pods = making.new_pods if were_all_ready(making.stateful_set) else ()
    return [is_ready(making.to.names.new[0], each, making.to.cluster) for each in pods]


def reselected(making: Making) -> Iterator[Iterable[Action]]:
    """Yield how the Services that stay as they are called select the new pods."""
    stay = services_of(making.cures.inventory, making.stateful_set)
    names, kubectl = making.to.names, making.cures.access.kubectl
    for each in stay:
        selector = names.labels(each.selector)
        changed = {key: value for key, value in selector.items() if value != each.selector[key]}
        if is_made_anew(making.to, each) or not changed:
            continue
        patch = {"spec": {"selector": changed}}
        words = ["patch", f"svc/{each.name}", "-p", _json(patch)]
        command = kubectl.command(*words, namespace=each.namespace)
        step = Step("patch", "Service", each.namespace, each.name, patch, command)
        yield actions([step], f"let the Service {each.name} select the pods of {names.new[1]}")


def _json(value: object) -> str:
    import json

    return json.dumps(value, separators=(",", ":"))


def in_cluster(cluster: str, conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Yield conditions as they are of a cluster."""
    return (each._replace(cluster=cluster) for each in conditions)


def stamped(action: Action, cluster: str) -> Action:
    """Return an action as it is taken in a cluster."""
    if not cluster:
        return action
    return action._replace(
        step=action.step._replace(cluster=cluster) if action.step else None,
        must=tuple(in_cluster(cluster, action.must)),
        done=tuple(in_cluster(cluster, action.done)),
        wait=tuple(
            each._replace(until=each.until._replace(cluster=cluster)) for each in action.wait
        ),
    )


def reserved_for(part: Part) -> tuple[Condition, ...]:
    """Return that the volume of a part is there, and reserved for its new claim."""
    reference = zip(("namespace", "name"), part.key, strict=True)
    return (
        Condition(VOLUME, "", part.name, "exists"),
        *(
            Condition(VOLUME, "", part.name, "is if there", (*REFERENCE, field), value)
            for field, value in reference
        ),
    )
