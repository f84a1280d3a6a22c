"""Whether two claims would write to one directory once plans are carried out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.nfs import mounted
from sfsgen.plans.actions import CLAIM, VOLUME
from sfsgen.plans.plan import Plan
from sfsgen.sets.found import found_volume
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.origins import NO_SOURCES, origin
from sfsgen.values.pairs import Key, Volume


class _Given(NamedTuple):
    """A volume that a claim has at the end of a plan."""

    volume: Volume
    key: Key


class _Place(NamedTuple):
    """Volumes, and by what they are on, where that of any is all that is known of a given one."""

    inventory: Inventory
    by_source: Mapping[str, Sequence[Volume]]


class _Both(NamedTuple):
    """What there is when plans begin, and what is given by their end."""

    there: _Place
    pairing: Pairing
    given: Sequence[_Given]
    made: _Place
    """The volumes that are given, alone."""
    keys: Mapping[str, Sequence[Key]]
    """The claims that have them then, by their names."""
    settled: frozenset[Key]
    """The claims that plans delete, or give a volume."""


def written_twice(
    plans: Sequence[Plan], inventory: Inventory, pairing: Pairing
) -> Iterator[tuple[Plan, str]]:
    """Yield the plans that give a claim a directory in which another one has its data, and why.

    A volume of another name may lie in the same directory, below it or above it; of one volume two
    claims may think that it is theirs, and the pods of a Lost one write on (measured).
    """
    by_plan = {id(each): list(_given(each, inventory)) for each in plans}
    both = _both([one for each in by_plan.values() for one in each], plans, inventory, pairing)
    for plan in plans:
        for each in by_plan[id(plan)]:
            is_harmless = each.volume.is_only_read or _is_there_already(inventory, *each)
            for other, user in () if is_harmless else _others(both, each):
                is_as_ever = _is_meant(both, each, user) or _shares(inventory, each.key, user)
                if not (other.is_only_read or is_as_ever):
                    yield plan, _told(each, other, user)


def _both(
    given: Sequence[_Given], plans: Sequence[Plan], inventory: Inventory, pairing: Pairing
) -> _Both:
    keys: dict[str, list[Key]] = {}
    for each in given:
        keys.setdefault(each.volume.name, []).append(each.key)
    made = Inventory([each.volume.manifest for each in given], "")
    goes = (each for plan in plans for each in _deleted(plan))
    settled = frozenset((*goes, *(each.key for each in given)))
    is_unknown = any(not each.volume.server for each in given)
    there, known = (_place(each, by_source=is_unknown) for each in (inventory, made))
    return _Both(there, pairing, given, known, keys, settled)


def _place(inventory: Inventory, *, by_source: bool) -> _Place:
    found: dict[str, list[Volume]] = {}
    for each in inventory.volumes.values() if by_source else ():
        found.setdefault(_source(each), []).append(each)
    return _Place(inventory, found)


def _told(given: _Given, other: Volume, user: Key) -> str:
    (volume, key), whose = given, f"the claim {'/'.join(user)}"
    name, place = volume.name, mounted(*volume.directory)
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
    for other in _alike(both.made, volume):
        yield from ((other, each) for each in both.keys.get(other.name, ()) if each != key)
    for other in _alike(both.there, volume):
        for user in both.there.inventory.users(other):
            if user != key and user not in both.settled:
                yield other, user


def _alike(place: _Place, volume: Volume) -> Iterator[Volume]:
    """Yield a volume itself, and all that lie in its place."""
    inventory, by_source = place
    yield inventory.volumes.get(volume.name, volume)
    source = "" if volume.server else _source(volume)
    same = by_source.get(source, ()) if source else inventory.overlaps(volume)
    yield from (each for each in same if each.name != volume.name)


def _source(volume: Volume) -> str:
    """Return what a volume is on, "" where it does not say."""
    spec = volume.manifest.value.get("spec") or {}
    if csi := spec.get("csi"):
        return repr((csi.get("driver"), csi.get("volumeHandle")))
    its = {key: each for key, each in spec.items() if key not in NO_SOURCES}
    return json.dumps(its, sort_keys=True, default=str) if its else ""


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


def _shares(inventory: Inventory, key: Key, user: Key) -> bool:
    """Return whether two claims are bound to volumes in one directory, before anything is done.

    Where nobody knows the server, only while both claims stay.
    """
    found = [
        (claim, volume)
        for each in (key, user)
        if (claim := inventory.claims.get(each))
        and (volume := inventory.volumes.get(claim.volume_name))
        and inventory.holder(volume) == each
    ]
    if len(found) < 2:  # noqa: PLR2004 - the two
        return False
    (claim, volume), (other, its) = found
    goes = claim.manifest.is_terminating or other.manifest.is_terminating
    return volume.place == its.place and not (goes and not volume.server)


def _is_meant(both: _Both, given: _Given, user: Key) -> bool:
    """Return whether two claims are of one claim template, whose others share their place, too.

    Two volumes in one directory show nothing: one of them may have been copied from the other.
    """
    volume, key = given
    for row in both.there.inventory.wanting(key):
        of_template = row.template.claim_name.ordinal_of
        if user[0] != key[0] or of_template(user[1]) is None:
            continue
        rows = both.pairing.of(row.template).by_number.values()
        places = {each.claim_key: each.volume.place for each in rows if each.volume}
        places |= {each.key: each.volume.place for each in both.given if of_template(each.key[1])}
        others = {place for one, place in places.items() if one not in (key, user)}
        return others == {volume.place}
    return False
