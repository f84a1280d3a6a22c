"""Names and directories that two volumes cannot share, within a set and between sets."""

from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from typing import NamedTuple

from sfsgen.model import ClaimTemplate, NfsDirectory
from sfsgen.names import Pattern, meeting_points
from sfsgen.paths import Path
from sfsgen.storage import host, location


class Collision(NamedTuple):
    """Two volumes that cannot both be: what to change, of which of the sets."""

    set_index: int
    path: Path
    what: str
    fix: str


class Claimant(NamedTuple):
    """A set that wants volumes for some ordinals; without a Service where none is made."""

    name: str
    namespace: str
    service_name: str
    ordinals: range
    claim_templates: tuple[ClaimTemplate, ...]


class _Place(NamedTuple):
    set_index: int
    template_index: int
    claimant: Claimant
    template: ClaimTemplate

    def collision(self, key: str, what: str, fix: str) -> Collision:
        path: Path = ("claimTemplates", self.template_index, *key.split("."))
        return Collision(self.set_index, path, what, fix)


def collisions(claimants: Iterable[Claimant]) -> Iterator[Collision]:
    """Yield the first collision of every kind between any two volumes of the sets."""
    places = [
        _Place(set_index, index, claimant, template)
        for set_index, claimant in enumerate(claimants)
        for index, template in enumerate(claimant.claim_templates)
    ]
    for place in places:
        yield from _within(place)
    for one, other in combinations(places, 2):
        yield from _between(one, other)


def _within(place: _Place) -> Iterator[Collision]:
    ordinals, template = place.claimant.ordinals, place.template
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
    its, their = one.claimant, other.claimant
    if its is not their and its.namespace == their.namespace:
        if one.template_index == other.template_index == 0:
            yield from _between_sets(its, their, other.set_index)
        if its.name == their.name:
            return  # all the rest follows from it
        for met in _first(one, other, one.template.claim_name, other.template.claim_name):
            claim = one.template.claim_name.at(met[0])
            what = f'{_pods(one, other, *met)} want the claim "{claim}"'
            yield other.collision("name", what, "rename a set or a claim template")
    for met in _first(one, other, one.template.volume_name, other.template.volume_name):
        volume = one.template.volume_name.at(met[0])
        what = f'{_pods(one, other, *met)} want the volume "{volume}"'
        yield other.collision("volumeName", what, f"put {_difference(one, other)} into the pattern")
    if not (one.template.shared_directory and other.template.shared_directory):
        for ordinal, their_ordinal, path in islice(_shared_directories(one, other), 1):
            what = f"{_pods(one, other, ordinal, their_ordinal)} ({other.template.name}, "
            what += f"{one.template.name}) share the directory {path}"
            yield other.collision("nfs.path", what, f"put {_difference(one, other)} into the path")


def _between_sets(one: Claimant, other: Claimant, set_index: int) -> Iterator[Collision]:
    if one.name == other.name:
        what = f'two sets are named "{one.name}" in the namespace {one.namespace}'
        yield Collision(set_index, ("name",), what, "give each its own name")
    elif one.service_name and one.service_name == other.service_name:
        what = f'the sets "{one.name}" and "{other.name}" name one Service'
        yield Collision(set_index, ("serviceName",), what, "give each its own serviceName")


def _first(one: _Place, other: _Place, its: Pattern, their: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first ordinals at which two names are the same, if there are any."""
    ordinals = one.claimant.ordinals, other.claimant.ordinals
    yield from islice(meeting_points(its, ordinals[0], their, ordinals[1]), 1)


def _pods(one: _Place, other: _Place, ordinal: int, their_ordinal: int) -> str:
    """Return the names of two pods, with their namespaces where these tell them apart."""
    is_elsewhere = one.claimant.namespace != other.claimant.namespace
    shown = [
        f"{place.claimant.namespace}/" * is_elsewhere + f"{place.claimant.name}-{number}"
        for place, number in ((other, their_ordinal), (one, ordinal))
    ]
    return " and ".join(shown)


def _difference(one: _Place, other: _Place) -> str:
    """Return the placeholder in which two claim templates differ."""
    if one.claimant.namespace != other.claimant.namespace:
        return "{namespace}"
    return "{name}" if one.claimant.name != other.claimant.name else "{template}"


def _shared_directories(one: _Place, other: _Place) -> Iterator[tuple[int, int, str]]:
    its, their = one.template, other.template
    its_ordinals, their_ordinals = one.claimant.ordinals, other.claimant.ordinals
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
        if ordinal in ordinals and location(other) == location(directory):
            yield ordinal
    if host(template.server) != host(directory.server):
        return
    regular = template.directory.ordinal_of(directory.path)
    if not template.directory.is_open and template.directory.at(0) == directory.path:
        regular = next((each for each in ordinals if each not in template.exceptions), None)
    if regular is not None and regular in ordinals and regular not in template.exceptions:
        yield regular
