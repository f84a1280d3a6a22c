"""What bears a name that a set's objects shall get: it is another's, or an earlier run made it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.moving.parts import Destination, Part
from sfsgen.plans.actions import CLAIM, REFERENCE, VOLUME
from sfsgen.plans.conditions import Condition
from sfsgen.plans.outcomes import Object
from sfsgen.plans.plan import key_of
from sfsgen.recovering.rebuilding import written
from sfsgen.storage_drivers import place
from sfsgen.values.pairs import Claim, Volume


def in_the_way(to: Destination, parts: Sequence[Part], objects: Sequence[Object]) -> Iterator[str]:
    """Yield what is there under a name that is needed, and not what the plan makes itself."""
    yield from _claims(to, parts)
    yield from _volumes(to, parts)
    for each in objects:
        kind, *key = key_of(each)
        there: Mapping[Any, Any] = to.inventory.services
        if kind != "Service":
            there = to.inventory.sets
        found = there.get(tuple(key))
        if found and not is_alike(found.manifest, each):
            yield f"the {kind} {'/'.join(key)} is there already"


def is_alike(manifest: Manifest, made: Object) -> bool:
    """Return whether an object that is there is the one that a plan makes, whatever its replicas.

    What a server fills in it has, and the other one lacks.
    """
    there = dict(written(manifest, manifest.namespace)["spec"])
    wanted = dict(made["spec"])
    return all(
        there.get(key) == wanted.get(key)
        for key in ("selector", "serviceName", "template", "volumeClaimTemplates")
        if key in wanted
    )


def _claims(to: Destination, parts: Sequence[Part]) -> Iterator[str]:
    wanted = {each.key: each.name for each in parts}
    if not parts:
        return
    patterns = [to.names.claims(each) for each in parts[0].row.stateful_set.templates]
    for (namespace, name), claim in to.inventory.claims.items():
        if namespace != to.names.new[0]:
            continue
        is_its = any(each.ordinal_of(name) is not None for each in patterns)
        if is_its and claim.volume_name != wanted.get((namespace, name)):
            yield _told(claim)


def _told(claim: Claim) -> str:
    has = f", with the volume {claim.volume_name}" if claim.volume_name else ""
    return f"the claim {claim.namespace}/{claim.name} is there already{has}"


def _volumes(to: Destination, parts: Sequence[Part]) -> Iterator[str]:
    for each in parts:
        there = to.inventory.volumes.get(each.name)
        if each.made and there and not _is_made(there, each):
            yield f"the volume {each.name} is there already"
        for other in to.inventory.reservations.get(each.key, ()):
            if other.name != each.name:
                yield f"the volume {other.name} is reserved for {'/'.join(each.key)} already"


def _is_made(volume: Volume, part: Part) -> bool:
    """Return whether a volume is the one that is made for a part."""
    made = part.made["spec"] if part.made else {}
    return volume.claim == part.key and place(volume.manifest.value["spec"]) == place(made)


def free_names(
    to: Destination, parts: Sequence[Part], objects: Sequence[Object]
) -> list[Condition]:
    """Return that nothing else has the names, when a plan is carried out.

    It holds until the claims are made; what is alike may be there of an earlier run.
    """
    found: list[Condition] = []
    for each in parts:
        named = ("spec", "volumeName")
        found.append(Condition(CLAIM, *each.key, "is if there", named, each.name, to.cluster))
        for field, its_value in (
            zip(("namespace", "name"), each.key, strict=True) if each.made else ()
        ):
            its = (*REFERENCE, field)
            found.append(
                Condition(VOLUME, "", each.name, "is if there", its, its_value, to.cluster)
            )
    for value in objects:
        kind, *key = key_of(value)
        there = {*(to.inventory.services if kind == "Service" else to.inventory.sets)}
        if tuple(key) not in there:
            found.append(Condition(*key_of(value), "gone", cluster=to.cluster))
    return found
