"""Whether two claims would write to one directory once plans are carried out."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.plans.actions import CLAIM, VOLUME
from sfsgen.plans.plan import Plan
from sfsgen.sets.found import found_volume
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.origins import origin
from sfsgen.values.pairs import Key, Volume


class _Given(NamedTuple):
    """A volume that a claim has at the end of a plan."""

    volume: Volume
    key: Key


class _Both(NamedTuple):
    """What there is when plans begin, and what is given by their end."""

    inventory: Inventory
    pairing: Pairing
    given: Sequence[_Given]
    goes: frozenset[Key]
    """The claims that they delete."""
    made: Inventory
    """The volumes that are given, alone."""


def written_twice(
    plans: Sequence[Plan], inventory: Inventory, pairing: Pairing
) -> Iterator[tuple[Plan, str]]:
    """Yield the plans that give a claim a directory in which another one has its data, and why.

    A volume of another name may lie in the same directory, below it or above it; of one volume two
    claims may think that it is theirs, and the pods of a Lost one write on (measured).
    """
    by_plan = {id(each): list(_given(each, inventory)) for each in plans}
    given = [one for each in by_plan.values() for one in each]
    goes = frozenset(each for plan in plans for each in _deleted(plan))
    made = Inventory([each.volume.manifest for each in given], "")
    both = _Both(inventory, pairing, given, goes, made)
    for plan in plans:
        for each in by_plan[id(plan)]:
            is_harmless = each.volume.is_only_read or _is_there_already(inventory, *each)
            for other, user in () if is_harmless else _others(both, each):
                is_as_ever = _is_meant(both, each, user) or _shares(both, each.key, user)
                if not (other.is_only_read or is_as_ever):
                    yield plan, _told(each, other, user)


def _told(given: _Given, other: Volume, user: Key) -> str:
    (volume, key), whose = given, f"the claim {'/'.join(user)}"
    name, place = volume.name, ":".join(volume.directory)
    if other.name == name:
        why = f"{whose} has or had {name}, too"
    elif not volume.server:
        why = f"{name} is on what {other.name} is on, which {whose} has"
    elif other.place == volume.place:
        why = f"{name} lies in {place}, where {whose} has its data, by {other.name}"
    else:
        why = f"{name} lies in {place}, and {other.name}, which {whose} has, above it or below it"
    return f"{key[1]}: {why}: two would write there"


def _others(both: _Both, given: _Given) -> Iterator[tuple[Volume, Key]]:
    """Yield the volumes in the place of one that is given, and the claims that have them."""
    volume, key = given
    for name, other in _alike(both.made, volume):
        for each in both.given:
            if each.volume.name == name and each.key != key:
                yield other, each.key
    known = {key, *both.goes, *(each.key for each in both.given)}
    for _, other in _alike(both.inventory, volume):
        for user in both.inventory.users(other):
            if user not in known:
                yield other, user


def _alike(inventory: Inventory, volume: Volume) -> Iterator[tuple[str, Volume]]:
    """Yield a volume itself, and all that lie in its place."""
    yield volume.name, inventory.volumes.get(volume.name, volume)
    for each in inventory.overlaps(volume):
        if each.name != volume.name:
            yield each.name, each
    if not volume.server and (source := _source(volume)):
        for each in inventory.volumes.values():
            if each.name != volume.name and _source(each) == source:
                yield each.name, each


def _source(volume: Volume) -> Any:
    """Return what a volume whose server nobody knows is on."""
    spec = volume.manifest.value.get("spec") or {}
    if csi := spec.get("csi"):
        return csi.get("driver"), csi.get("volumeHandle")
    return {key: each for key, each in spec.items() if key not in _NO_SOURCES}


_NO_SOURCES = frozenset(
    (
        *("accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity"),
        *("persistentVolumeReclaimPolicy", "storageClassName", "volumeAttributesClassName"),
        "volumeMode",
    )
)


def _is_there_already(inventory: Inventory, volume: Volume, key: Key) -> bool:
    """Return whether a claim has the directory of a volume before, by another volume."""
    claim = inventory.claims.get(key)
    has = inventory.volumes.get(claim.volume_name) if claim else None
    if has is None or has.name == volume.name or inventory.holder(has) != key:
        return False
    return origin(has).directory == volume.place


def _given(plan: Plan, inventory: Inventory) -> Iterator[_Given]:
    """Yield the volumes that a plan ends with, and their claims."""
    goals = (each for phase in plan.phases for each in phase.goal)
    found = dict.fromkeys(
        (each.value, (each.namespace, each.name))
        for each in goals
        if (each.kind, each.path, each.operator) == (CLAIM, ("spec", "volumeName"), "is")
    )
    made = {each["metadata"]["name"]: each for each in plan.created if each["kind"] == VOLUME}
    for name, key in found:
        if name in made:
            manifest = NOT_READ._replace(kind=VOLUME, name=name, value=made[name])
            yield _Given(found_volume(manifest), key)
        elif volume := inventory.volumes.get(name):
            yield _Given(volume, key)


def _deleted(plan: Plan) -> Iterator[Key]:
    steps = (each.step for each in plan.actions if each.step)
    yield from (each[2:4] for each in steps if each.verb == "delete" and each.kind == CLAIM)


def _shares(both: _Both, key: Key, user: Key) -> bool:
    """Return whether two claims are bound to volumes in one directory, before anything is done."""
    places = []
    for each in (key, user):
        claim = both.inventory.claims.get(each)
        volume = both.inventory.volumes.get(claim.volume_name) if claim else None
        if volume is None or not volume.server or both.inventory.holder(volume) != each:
            return False
        places.append(volume.place)
    return places[0] == places[1]


def _is_meant(both: _Both, given: _Given, user: Key) -> bool:
    """Return whether two claims share a directory already, or those of their claim template do.

    Two volumes in one directory show nothing: one of them may have been copied from the other.
    """
    volume, key = given
    has, other = _had(both.inventory, key), _had(both.inventory, user)
    if has and other and has.place == other.place:
        return True
    for row in both.inventory.wanting(key):
        of_template = row.template.claim_name.ordinal_of
        if user[0] != key[0] or of_template(user[1]) is None:
            continue
        rows = both.pairing.of(row.template).by_number.values()
        places = {each.claim_key: each.volume.place for each in rows if each.volume}
        places |= {each.key: each.volume.place for each in both.given if of_template(each.key[1])}
        others = {place for one, place in places.items() if one not in (key, user)}
        return others == {volume.place}
    return False


def _had(inventory: Inventory, key: Key) -> Volume | None:
    """Return the volume that a claim is bound to, and which holds its uid, when plans begin."""
    claim = inventory.claims.get(key)
    if claim is None or claim.manifest.is_terminating:
        return None
    volume = inventory.volumes.get(claim.volume_name)
    return volume if volume and inventory.holder(volume) == key else None
