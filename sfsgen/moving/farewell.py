"""What is to be said of a set that gets another name: what stays behind, and what still says it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.selectors import is_met
from sfsgen.moving.needs import needed
from sfsgen.moving.parts import Destination, Part, Parts
from sfsgen.moving.renaming import mentioned
from sfsgen.plain_text import brief, joined, listed
from sfsgen.plans.outcomes import Object
from sfsgen.sets.found import FoundService, FoundSet

_OTHERS = "cm,ing,netpol,hpa,pdb"
_MOST_TOLD = 10  # places that mention the old name
# helm.sh/docs: by which a release knows its objects.
_RELEASE = "meta.helm.sh/release-name"


def refusals(stateful_set: FoundSet, to: Destination, parts: Sequence[Part]) -> Iterator[str]:
    """Yield why a set cannot go as a whole."""
    manifest = stateful_set.manifest
    for each in manifest.at("metadata", "ownerReferences") or ():
        owner = f"{each.get('kind')} {each.get('name')}"
        if each.get("controller"):
            yield f"{stateful_set.name} is made by the {owner}, which makes it again: change that"
    for part in parts if to.cluster else ():
        there = to.inventory.volumes.get(part.volume.name) if part.volume else None
        uid = there.manifest.uid if there else ""
        if uid and part.volume and part.volume.manifest.uid == uid:
            yield f"{to.cluster} is the cluster in which {stateful_set.name} is"
            return
        if part.volume and not part.volume.is_remote:
            where = part.volume.driver or "nobody knows where"
            yield (
                f"ordinal {part.row.number}: {part.volume.name} is on no server that another "
                f"cluster reaches as well ({where})"
            )


def notes_of(
    stateful_set: FoundSet,
    to: Destination,
    parts: Parts,
    objects: Sequence[Object],
    services: Sequence[FoundService],
) -> Iterator[str]:
    """Yield what the owner of a set should know of it, or has to do."""
    if not to.is_seen:
        yield _not_seen(to)
    if not stateful_set.replicas:
        yield (
            f"{stateful_set.name} is at 0 replicas, and {to.names.new[1]} gets as many: was it an "
            "earlier run that stopped it, run that script again instead"
        )
    yield from _of_names(stateful_set, to, objects)
    yield from _of_needs(stateful_set, to)
    yield from _of_services(stateful_set, to, services)
    yield from _of_owners(stateful_set)
    if parts.left:
        yield f"these claims stay, for they have no data: {listed(parts.left)}"
    volumes = [each.volume for each in parts.found if each.volume]
    if others := [each.name for each in volumes if each.reclaim_policy != "Retain"]:
        yield f"the policy of {listed(others)} was another one, and is Retain from then on"
    if to.cluster and deletes_claims(stateful_set):
        yield (
            f"whenScaled is Delete: the claims of {stateful_set.name} go when it is scaled to 0, "
            "and its volumes stay, for they are Retain by then; `sfsgen recover` gives them back"
        )
    yield from _afterwards(to, parts)


def notes_of_double(
    stateful_set: FoundSet, to: Destination, parts: Parts, objects: Sequence[Object]
) -> Iterator[str]:
    """Yield what the owner of a set should know of its double."""
    if not to.is_seen:
        yield _not_seen(to)
    yield from _said_in(to, objects)
    yield from _of_needs(stateful_set, to)
    if parts.left:
        yield f"these claims get no double, for they have no data: {listed(parts.left)}"
    yield from _said_twice(stateful_set, objects)
    labels = objects[-1]["spec"]["template"]["metadata"].get("labels") or {}
    made = {each["metadata"]["name"] for each in objects if each["kind"] == "Service"}
    for service in to.inventory.services.values():
        is_there = service.namespace == to.names.new[0] and service.name not in made
        if is_there and service.selector and is_met({"matchLabels": service.selector}, labels):
            yield f"the Service {service.name} selects the pods of the double, too"


def _said_twice(stateful_set: FoundSet, objects: Sequence[Object]) -> Iterator[str]:
    """Yield what a Service of the double says of addresses and DNS names as the other one does."""
    for each in objects:
        if each["kind"] != "Service":
            continue
        fields = ["externalIPs"] * bool(each["spec"].get("externalIPs"))
        if said := [*fields, *(each["metadata"].get("annotations") or {})]:
            yield (
                f"the Service {each['metadata']['name']} of the double says the same as that of "
                f"{stateful_set.name}, and may take its addresses and DNS names: {listed(said)}"
            )


def _of_names(stateful_set: FoundSet, to: Destination, objects: Sequence[Object]) -> Iterator[str]:
    (old_space, old), (new_space, new) = to.names.old, to.names.new
    if (old_space, old) == (new_space, new):
        return
    service = objects[-1]["spec"].get("serviceName") or ""
    first = stateful_set.start_ordinal
    now = ".".join(filter(None, (f"{new}-{first}", service and f"{service}.{new_space}")))
    before = stateful_set.service_name and f"{stateful_set.service_name}.{old_space}"
    yield (
        f"pods are reached as {now}, no longer as "
        f"{'.'.join(filter(None, (f'{old}-{first}', before)))}: what keeps the names of its peers "
        "in its data has to be told"
    )
    yield from _said_in(to, objects)
    word = old if old != new else old_space
    command = ["kubectl", "get", _OTHERS, "-n", old_space, "-o", "yaml"]
    yield (
        "other objects are not read: see which of them say it, and change them, by "
        f"`{quoted(command)} | {quoted(['grep', '-nwF', '--', word])}`"
    )


def _not_seen(to: Destination) -> str:
    return (
        f"nobody has looked at {to.cluster}: the script does, before it stops anything; "
        "--to-filename FILE gives a dump of it"
    )


def _said_in(to: Destination, objects: Sequence[Object]) -> Iterator[str]:
    """Yield where what is made still says the old name: nobody else knows what is meant there."""
    pairs = zip(to.names.old[::-1], to.names.new[::-1], strict=True)
    words = [each for each, other in pairs if each != other]
    found = [
        f"{value['kind']} {path}: {brief(text)}"
        for value in objects
        for path, text in mentioned({**value, "metadata": _annotations(value)}, words)
    ]
    more = [f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else []
    for each in (*found[:_MOST_TOLD], *more):
        yield f"left as it is, though it says {' or '.join(words)}: {each}"


def _annotations(value: Object) -> dict[str, Any]:
    return {"annotations": value["metadata"].get("annotations") or {}}


def _of_needs(stateful_set: FoundSet, to: Destination) -> Iterator[str]:
    if not to.cluster and to.names.new[0] == stateful_set.namespace:
        return
    needs = [f"{kind} {name}" for kind, name in needed(stateful_set.manifest)]
    where = f"{to.names.new[0]}{f' in {to.cluster}' if to.cluster else ''}"
    if needs:
        yield f"the pods need in {where}, and the script looks for it first: {joined(needs)}"


def _of_services(
    stateful_set: FoundSet, to: Destination, services: Sequence[FoundService]
) -> Iterator[str]:
    name = stateful_set.service_name
    is_away = bool(to.cluster) or to.names.new[0] != to.names.old[0]
    if name and is_away and name not in [each.name for each in services]:
        yield f"the Service {name} was not read, or is not the set's alone: make it where it goes"
    for each in services:
        if not each.is_headless:
            its = each.manifest.at("spec", "type") or "ClusterIP"
            yield f"the Service {each.name} ({its}) gets another address where it is made anew"


def notes_of_shared(
    stateful_set: FoundSet,
    to: Destination,
    objects: Sequence[Object],
    shared: Sequence[FoundService],
) -> Iterator[str]:
    """Yield which Services lose the pods, for they stay as they are with other sets."""
    is_away = bool(to.cluster) or to.names.new[0] != to.names.old[0]
    labels = objects[-1]["spec"]["template"]["metadata"].get("labels") or {}
    for each in shared:
        is_told = is_away and each.name == stateful_set.service_name
        is_met_still = bool(each.selector) and is_met({"matchLabels": each.selector}, labels)
        if not is_told and (is_away or not is_met_still):
            yield (
                f"the Service {each.name} is that of other sets, too, and stays as it is: it does "
                f"not reach the pods of {to.names.new[1]}"
            )


def _of_owners(stateful_set: FoundSet) -> Iterator[str]:
    if release := stateful_set.manifest.annotations.get(_RELEASE):
        yield (
            f"the release {release} of Helm has made {stateful_set.name}, and its next upgrade "
            "makes it again, with claims that are empty: change it there before that"
        )


def deletes_claims(stateful_set: FoundSet) -> bool:
    """Return whether the claims of a set go when it is scaled down."""
    policy = stateful_set.manifest.at("spec", "persistentVolumeClaimRetentionPolicy") or {}
    return bool(policy.get("whenScaled") == "Delete")


def _afterwards(to: Destination, parts: Parts) -> Iterator[str]:
    (old_space, old), (new_space, new) = to.names.old, to.names.new
    if to.cluster:
        yield from _left_behind(old, parts)
        return
    words = ["sfsgen", "move", new, "-n", new_space]
    words += ["--to-name", old] * (old != new)
    words += ["--to-namespace", old_space] * (old_space != new_space)
    yield f"to go back: {quoted(words)}"


def _left_behind(old: str, parts: Parts) -> Iterator[str]:
    """Yield what stays in the old cluster, and what becomes of it."""
    claims = listed([each.name for each in parts.claims])
    volumes = listed([each.volume.name for each in parts.found if each.volume])
    yield (
        f"in the old cluster {old} stays, at 0 replicas, with its claims and volumes, which keep "
        "nothing but their names: to go back, see that the new set is at 0 and has no pods, and "
        "scale it up there"
    )
    if claims and volumes:
        yield (
            "once nobody wants to go back, delete in the old cluster, for good: the set "
            f"{old}, then the claims {claims}, then the volumes {volumes}; their policy is Retain, "
            "so no file goes"
        )
