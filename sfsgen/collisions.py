"""Names and directories that two volumes cannot share, within a set and between sets."""

from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from typing import NamedTuple

from sfsgen.model import ClaimTemplate, NfsDirectory, StatefulSet
from sfsgen.names import meeting_points
from sfsgen.paths import Path
from sfsgen.storage import host


class Collision(NamedTuple):
    """Two volumes that cannot both be: what to change, of which of the sets."""

    set_index: int
    path: Path
    what: str
    fix: str


class _Place(NamedTuple):
    set_index: int
    path: Path
    stateful_set: StatefulSet
    template: ClaimTemplate

    def collision(self, key: str, what: str, fix: str) -> Collision:
        return Collision(self.set_index, (*self.path, *key.split(".")), what, fix)


def collisions(stateful_sets: Iterable[StatefulSet]) -> Iterator[Collision]:
    """Yield the first collision of every kind between any two volumes of the sets."""
    places = [
        _Place(set_index, ("claimTemplates", index), stateful_set, template)
        for set_index, stateful_set in enumerate(stateful_sets)
        for index, template in enumerate(stateful_set.claim_templates)
    ]
    for place in places:
        yield from _within(place)
    for one, other in combinations(places, 2):
        yield from _between(one, other)


def _within(place: _Place) -> Iterator[Collision]:
    ordinals, template = place.stateful_set.ordinals, place.template
    if len(ordinals) > 1 and not template.volume_name.is_open:
        what = f'all ordinals want a volume named "{template.volume_name.at(0)}"'
        yield place.collision("volumeName", what, "put {ordinal} into it")
    if template.shared_directory:
        return
    regular = list(islice((each for each in ordinals if each not in template.exceptions), 2))
    if len(regular) > 1 and not template.directory.is_open:
        what = f"ordinals {regular[0]} and {regular[1]} share the directory "
        what += template.directory.at(0)
        fix = "put {ordinal} into the path, or ask for it: --shared-directory, nfs.sharedDirectory"
        yield place.collision("nfs.path", what, fix)
    for ordinal, directory in template.exceptions.items():
        for other in _ordinals_at(template, directory, ordinals):
            if other != ordinal:
                what = f"ordinals {ordinal} and {other} share the directory {directory.path}"
                yield place.collision("volumes", what, "give each ordinal its own")
                return


def _between(one: _Place, other: _Place) -> Iterator[Collision]:
    its, their = one.stateful_set, other.stateful_set
    if its is not their and its.namespace == their.namespace:
        if its.name == their.name:
            if one.path[1] == other.path[1] == 0:
                what = f'two sets are named "{its.name}" in the namespace {its.namespace}'
                yield Collision(other.set_index, ("name",), what, "give each its own name")
            return
        if its.service.name == their.service.name and one.path[1] == other.path[1] == 0:
            what = f'the sets "{its.name}" and "{their.name}" name one Service'
            fix = "give each its own serviceName"
            yield Collision(other.set_index, ("serviceName",), what, fix)
        for ordinal, their_ordinal in meeting_points(
            one.template.claim_name,
            its.ordinals,
            other.template.claim_name,
            their.ordinals,
        ):
            claim = one.template.claim_name.at(ordinal)
            what = f'{their.name}-{their_ordinal} and {its.name}-{ordinal} want the claim "{claim}"'
            yield other.collision("name", what, "rename a set or a claim template")
            break
    for ordinal, their_ordinal in meeting_points(
        one.template.volume_name, its.ordinals, other.template.volume_name, their.ordinals
    ):
        name = one.template.volume_name.at(ordinal)
        what = f'{their.name}-{their_ordinal} and {its.name}-{ordinal} want the volume "{name}"'
        fix = f"put {_difference(one, other)} into the pattern"
        yield other.collision("volumeName", what, fix)
        break
    if not (one.template.shared_directory and other.template.shared_directory):
        for ordinal, their_ordinal, path in _shared_directories(one, other):
            what = f"{their.name}-{their_ordinal} ({other.template.name}) and {its.name}-{ordinal} "
            what += f"({one.template.name}) share the directory {path}"
            fix = f"put {_difference(one, other)} into the path"
            yield other.collision("nfs.path", what, fix)
            break


def _difference(one: _Place, other: _Place) -> str:
    """Return the placeholder in which two claim templates differ."""
    if one.stateful_set.namespace != other.stateful_set.namespace:
        return "{namespace}"
    return "{name}" if one.stateful_set.name != other.stateful_set.name else "{template}"


def _shared_directories(one: _Place, other: _Place) -> Iterator[tuple[int, int, str]]:
    its, their = one.template, other.template
    its_ordinals, their_ordinals = one.stateful_set.ordinals, other.stateful_set.ordinals
    if host(its.server) == host(their.server):
        for ordinal, their_ordinal in meeting_points(
            its.directory, its_ordinals, their.directory, their_ordinals
        ):
            if ordinal not in its.exceptions and their_ordinal not in their.exceptions:
                yield ordinal, their_ordinal, its.directory.at(ordinal)
    for ordinal, directory in its.exceptions.items():
        if ordinal in its_ordinals:
            for their_ordinal in _ordinals_at(their, directory, their_ordinals):
                yield ordinal, their_ordinal, directory.path
    for their_ordinal, directory in their.exceptions.items():
        if their_ordinal in their_ordinals:
            for ordinal in _ordinals_at(its, directory, its_ordinals):
                yield ordinal, their_ordinal, directory.path


def _ordinals_at(
    template: ClaimTemplate, directory: NfsDirectory, ordinals: range
) -> Iterator[int]:
    """Yield ordinals of a template whose data lies in a directory."""
    for ordinal, other in template.exceptions.items():
        if ordinal in ordinals and _key(other) == _key(directory):
            yield ordinal
    if host(template.server) != host(directory.server):
        return
    regular = template.directory.ordinal_of(directory.path)
    if not template.directory.is_open and template.directory.at(0) == directory.path:
        regular = next((each for each in ordinals if each not in template.exceptions), None)
    if regular is not None and regular in ordinals and regular not in template.exceptions:
        yield regular


def _key(directory: NfsDirectory) -> tuple[str, str]:
    return host(directory.server), directory.path
