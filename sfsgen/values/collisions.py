"""Names and directories that two volumes cannot share, within a set and between sets."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.names import HOLE, Pattern
from sfsgen.nfs import host, normalised
from sfsgen.plain_text import brief, quoted
from sfsgen.storage_drivers import Place
from sfsgen.values.meetings import Claim, TooMixedError, meetings
from sfsgen.values.model import ClaimTemplate, Service, StatefulSet, split
from sfsgen.values.nesting import nestings


class Collision(NamedTuple):
    """Two volumes that cannot both be: what to change, of which of the sets."""

    set_index: int
    path: Path
    what: str
    fix: str


class Claimant(NamedTuple):
    """A set that wants volumes for some ordinals; without Services where none are made."""

    name: str
    namespace: str
    services: tuple[Service, ...]
    ordinals: range
    claim_templates: tuple[ClaimTemplate, ...]


def claimant(each: StatefulSet) -> Claimant:
    """Return a set as others are compared with it."""
    return Claimant(each.name, each.namespace, each.services, each.ordinals, each.claim_templates)


class _Place(NamedTuple):
    set_index: int
    template_index: int
    claimant: Claimant
    template: ClaimTemplate

    def collision(self, key: str, what: str, fix: str) -> Collision:
        path: Path = ("claimTemplates", self.template_index, *key.split("."))
        return Collision(self.set_index, path, what, fix)


class _Wish(NamedTuple):
    """A claim template wants names or directories, where others may want the same."""

    place: _Place
    where: Pattern
    """What stands before it: where it would collide."""
    claim: Claim

    def text(self, ordinal: int) -> str:
        """Return what is wanted at an ordinal."""
        return self.claim.pattern.at(ordinal).removeprefix(self.where.at(ordinal))


class _Met(NamedTuple):
    """A claim template, one that stands before it or itself, and what both want."""

    place: _Place
    ordinal: int
    earlier: _Place
    earlier_ordinal: int
    text: str

    @property
    def pods(self) -> str:
        """The names of the two pods, with their namespaces where these tell them apart."""
        its, their = self.place.claimant, self.earlier.claimant
        is_elsewhere = its.namespace != their.namespace
        shown = [
            f"{claimant.namespace}/" * is_elsewhere + f"{claimant.name}-{number}"
            for claimant, number in ((its, self.ordinal), (their, self.earlier_ordinal))
        ]
        return " and ".join(shown)

    @property
    def difference(self) -> str:
        """The placeholder in which the two claim templates differ."""
        its, their = self.place.claimant, self.earlier.claimant
        if its.namespace != their.namespace:
            return "{namespace}"
        return "{name}" if its.name != their.name else "{template}"


def collisions(claimants: Iterable[Claimant]) -> Iterator[Collision]:
    """Yield for every set and claim template the first collision of every kind with another."""
    claimants = list(claimants)
    yield from _between_sets(claimants)
    places = [
        _Place(set_index, index, claimant, template)
        for set_index, claimant in _by_name(claimants)
        for index, template in enumerate(claimant.claim_templates)
    ]
    for place in places:
        yield from _within(place)
    for key, found in (
        ("name", _claim_names(places)),
        ("volumeName", _volume_names(places)),
        ("nfs.path", _directories(places)),
        ("csi.volumeHandle", _own_handles(places)),
    ):
        try:
            yield from found
        except TooMixedError:
            what = "in too many ways do ordinals and digits stand side by side for a comparison"
            yield places[-1].collision(key, what, "put a letter or - between {ordinal} and digits")
    yield from _nested(places)


def _by_name(claimants: Iterable[Claimant]) -> Iterator[tuple[int, Claimant]]:
    """Yield each set with its number, but those whose name another has: all follows from that."""
    first: dict[tuple[str, str], int] = {}
    for index, each in enumerate(claimants):
        if first.setdefault((each.namespace, each.name), index) == index:
            yield index, each


def _between_sets(claimants: Sequence[Claimant]) -> Iterator[Collision]:
    named = dict(_by_name(claimants))
    by_service: dict[tuple[str, str], tuple[Claimant, Service]] = {}
    for index, each in enumerate(claimants):
        met = [
            (by_service.setdefault((each.namespace, one.name), (each, one)), one)
            for one in each.services
        ]
        # Sets may share a Service, as a database's primary and its replicas do.
        other, name = next(
            ((there, one.name) for (there, its), one in met if its != one), (each, "")
        )
        if index not in named:
            what = f'two sets are named "{each.name}" in the namespace {each.namespace}'
            yield Collision(index, ("name",), what, "give each its own name")
        elif other is not each:
            what = f'the sets "{other.name}" and "{each.name}" name one Service, {name}'
            fix = "give each its own serviceName, or say the same of it in both"
            yield Collision(index, ("serviceName",), what, fix)


def _within(place: _Place) -> Iterator[Collision]:
    ordinals, template = place.claimant.ordinals, place.template
    own = template.exceptions
    unnamed = islice((each for each in ordinals if each not in own or not own[each].volume_name), 2)
    if not template.volume_name.is_open and len(list(unnamed)) > 1:
        what = f"all ordinals want a volume named {quoted(template.volume_name.at(0))}"
        yield place.collision("volumeName", what, "put {ordinal} into it")
    regular = list(islice((each for each in ordinals if each not in own), 2))
    if template.source.driver.csi and len(regular) > 1 and not _handles(template).is_open:
        what = f"all ordinals have the volume handle {quoted(_handles(template).at(0))}"
        fix = "put {ordinal} or {volume} into it: volumes with one handle are one to Kubernetes"
        yield place.collision("csi.volumeHandle", what, fix)
    is_apart = template.shared_directory or template.directory.is_open or template.server.is_open
    if is_apart or not template.source.has_place:
        return
    regular = list(islice((each for each in ordinals if not _is_apart(place, each)), 2))
    if len(regular) > 1:
        what = f"ordinals {regular[0]} and {regular[1]} share the directory "
        what += brief(template.directory.at(0))
        fix = "put {ordinal} into the path, or ask for it: --shared-directory, nfs.sharedDirectory"
        yield place.collision("nfs.path", what, fix)


def _handles(template: ClaimTemplate) -> Pattern:
    """Return the handles of a claim template's volumes, but for those of its exceptions."""
    names_of = template.names_of(template.claim_name, template.volume_name)
    where = Place(template.volume.driver, template.server.at(HOLE), template.directory.at(HOLE))
    source = template.source
    return Pattern(tuple(source.handle_at(where, names_of, HOLE).split(HOLE)))


def _own_handles(places: Iterable[_Place]) -> Iterator[Collision]:
    """Yield the handles that users made up, and that others have; the table's are unique."""
    by_handle = [each for each in places if each.template.source.driver.csi]
    if all(map(_is_of_table, by_handle)):
        return
    for met in _met(wish for place in by_handle for wish in _handles_of(place)):
        what = f"{met.pods} have the volume handle {quoted(met.text)}"
        own = met.place.template.exceptions.get(met.ordinal)
        if met.place is met.earlier or (own and own.handle):
            yield met.place.collision("volumes", what, "give each ordinal its own")
        else:
            yield met.place.collision("csi.volumeHandle", what, f"put {met.difference} into it")


def _is_of_table(place: _Place) -> bool:
    """Return whether all handles are as the table of drivers has them: unique by themselves."""
    own = place.template.exceptions.values()
    return place.template.source.is_of_table and not any(each.handle for each in own)


def _handles_of(place: _Place) -> Iterator[_Wish]:
    """Yield the wishes for handles, those of exceptions for themselves."""
    template, of_driver = place.template, Pattern((f"{place.template.volume.driver}/",))
    own = template.exceptions
    runs = [*split(place.claimant.ordinals, own)]
    regular = [run for run in runs if run.start not in own]
    yield _wanted(place, of_driver, _handles(template), regular)
    for run in runs:
        if run.start in own:
            yield _wanted(place, of_driver, Pattern((template.handle(run.start),)), [run])


def _claim_names(places: Iterable[_Place]) -> Iterator[Collision]:
    for met in _met(
        _wish(place, f"{place.claimant.namespace}/", place.template.claim_name) for place in places
    ):
        what = f"{met.pods} want the claim {quoted(met.text)}"
        yield met.place.collision("name", what, "rename a set or a claim template")


def _volume_names(places: Iterable[_Place]) -> Iterator[Collision]:
    for met in _met(wish for place in places for wish in _volumes_of(place)):
        what = f"{met.pods} want the volume {quoted(met.text)}"
        own = met.place.template.exceptions.get(met.ordinal)
        if met.place is met.earlier or (own and own.volume_name):
            yield met.place.collision("volumes", what, "give each ordinal its own")
        else:
            fix = f"put {met.difference} into the pattern"
            yield met.place.collision("volumeName", what, fix)


def _directories(places: Iterable[_Place]) -> Iterator[Collision]:
    for met in _met(_directory_wishes(places)):
        shared = f"share the directory {brief(met.text)}"
        if met.place is met.earlier:
            what = f"ordinals {met.ordinal} and {met.earlier_ordinal} {shared}"
            yield met.place.collision("volumes", what, "give each ordinal its own")
        else:
            names = f"({met.place.template.name}, {met.earlier.template.name})"
            what = f"{met.pods} {names} {shared}"
            yield met.place.collision("nfs.path", what, f"put {met.difference} into the path")


def _nested(places: Iterable[_Place]) -> Iterator[Collision]:
    """Yield for every claim template a directory that lies inside another one, if both are written.

    Who writes into the outer one can overwrite the inner one's files.
    """
    wishes = [
        wish for wish in _directory_wishes(places) if not wish.place.template.volume.is_only_read
    ]
    told: set[tuple[int, int]] = set()
    for meeting in nestings([wish.claim for wish in wishes]):
        inner, outer = wishes[meeting.later], wishes[meeting.earlier]
        place, key = inner.place, (inner.place.set_index, inner.place.template_index)
        if key not in told:
            told.add(key)
            ordinals = meeting.its_ordinal, meeting.their_ordinal
            met = _Met(place, ordinals[0], outer.place, ordinals[1], "")
            paths = [
                brief(wish.text(ordinal))
                for wish, ordinal in zip((inner, outer), ordinals, strict=True)
            ]
            what = f"{met.pods}: the directory {paths[0]} lies inside {paths[1]}"
            yield place.collision("nfs.path", what, "give it a path outside of the other")


def _wish(place: _Place, where: str, pattern: Pattern) -> _Wish:
    """Return the wish for what a pattern gives at all ordinals."""
    return _wanted(place, Pattern((where,)), pattern, [place.claimant.ordinals])


def _wanted(place: _Place, where: Pattern, pattern: Pattern, ordinals: Sequence[range]) -> _Wish:
    return _Wish(place, where, Claim(where.followed_by(pattern), ordinals))


def _volumes_of(place: _Place) -> Iterator[_Wish]:
    """Yield the wishes for names of volumes, those of single ordinals for themselves."""
    template, nowhere = place.template, Pattern(("",))
    own = {number: each.volume_name for number, each in template.exceptions.items()}
    runs = [*split(place.claimant.ordinals, (number for number, name in own.items() if name))]
    yield _wanted(
        place, nowhere, template.volume_name, [run for run in runs if not own.get(run.start)]
    )
    for run in runs:
        if name := own.get(run.start):
            yield _wanted(place, nowhere, Pattern((name,)), [run])


def _directory_wishes(places: Iterable[_Place]) -> Iterator[_Wish]:
    """Yield the wishes for directories; those who share one wish for it once."""
    shared: set[Pattern] = set()
    for place in places:
        is_shared = place.template.shared_directory
        for wish in _directories_of(place):
            if any(wish.claim.ordinals) and not (is_shared and wish.claim.pattern in shared):
                shared |= {wish.claim.pattern} if is_shared else set()
                yield wish


def _directories_of(place: _Place) -> Iterator[_Wish]:
    template, own = place.template, place.template.exceptions
    apart = [number for number in own if _is_apart(place, number)]
    runs = [*split(place.claimant.ordinals, apart)]
    regular = [run for run in runs if not _is_apart(place, run.start)]
    if template.source.has_place:
        yield _wanted(place, _host(place, template.server), template.directory, regular)
    for run in runs:
        if _is_apart(place, run.start) and template.source_of(run.start).has_place:
            volume = template.pair(run.start).volume
            path = Pattern((normalised(volume.path),))
            server = _host(place, Pattern((volume.server,)))
            yield _wanted(place, server, path, [run])


def _is_apart(place: _Place, ordinal: int) -> bool:
    """Return whether an ordinal's volume has a server, a directory or a source of its own."""
    own = place.template.exceptions.get(ordinal)
    return bool(own and (own.server or own.path or own.handle or own.attributes))


def _host(place: _Place, server: Pattern) -> Pattern:
    """Return servers in the spelling by which they are compared."""
    realm = place.template.volume.realm
    within = Pattern((f"{realm}//" if realm else "",))
    if not server.is_open:
        return within.followed_by(Pattern((host(server.at("")),)))
    *first, last = [each.lower() for each in server.pieces]
    return within.followed_by(Pattern((*first, last.removesuffix("."))))


def _met(wishes: Iterable[_Wish]) -> Iterator[_Met]:
    """Yield for every claim template one before it that wants the same, or itself if it does."""
    wishes = list(wishes)
    told: set[tuple[int, int, bool]] = set()
    for meeting in meetings([wish.claim for wish in wishes]):
        wish, earlier = wishes[meeting.later], wishes[meeting.earlier]
        place = wish.place
        key = place.set_index, place.template_index, place is earlier.place
        if key not in told:
            told.add(key)
            text = wish.text(meeting.its_ordinal)
            yield _Met(place, meeting.its_ordinal, earlier.place, meeting.their_ordinal, text)
