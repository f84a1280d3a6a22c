"""What is wanted: a StatefulSet, its claim templates, and a pair for every ordinal.

A value of these types is valid: `stateful_set` and `claim_templates` check everything before.
They are named tuples because a dataclass takes eight times as long to define, at every start.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.names import Pattern
from sfsgen.storage_drivers import Place, Source
from sfsgen.values.pairs import Claim, Pair, Volume

Fields = Mapping[str, Any]
"""Fields of a Kubernetes type as the user wrote them, passed through."""


_NOTHING: Mapping[str, str] = {}


class Metadata(NamedTuple):
    """An object's labels, annotations and further metadata."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    fields: Fields


class Extras(NamedTuple):
    """The user's own fields of an object, beside its labels and annotations."""

    metadata: Fields
    fields: Fields


class Deviation(NamedTuple):
    """What one ordinal's pair has of its own; "" is what it has as all others."""

    volume_name: str = ""
    storage: str = ""
    server: str = ""
    path: str = ""
    handle: str = ""
    """A pattern, as that of all is."""
    attributes: Mapping[str, str] = _NOTHING
    """Those of its CSI source, which win over those of all."""

    def source(self, of_all: Source) -> Source:
        """Return what its volume says beside where it lies."""
        if not (self.handle or self.attributes):
            return of_all
        attributes = {**of_all.attributes, **self.attributes}
        return of_all._replace(handle=self.handle or of_all.handle, attributes=attributes)


_NO_DEVIATION = Deviation()


def is_placed(source: Source, exceptions: Mapping[int, Deviation], ordinals: range) -> bool:
    """Return whether what volumes say depends on a server and a path, of any of the ordinals."""
    own = [each.source(source) for ordinal, each in exceptions.items() if ordinal in ordinals]
    of_all = [source] if len(own) < len(ordinals) or not own else []
    return any(each.has_place for each in (*of_all, *own))


class ClaimTemplate(NamedTuple):
    """One entry of volumeClaimTemplates, and the pairs of volumes and claims that belong to it."""

    name: str
    metadata: Metadata
    """Its own, which its claims have too."""
    fields: Fields
    """Further fields of its spec, which its claims have too."""
    limits: Fields
    """The most that its claims may ask for."""
    storage_class: str | None
    """Its own class: None where it names none, and a default StorageClass gets into its claims."""
    mounts: tuple[Fields, ...]
    """Where the main container mounts it."""
    claim: Claim
    """What its claims have in common: all but their names, and those of their volumes."""
    volume: Volume
    """What its volumes have in common: all but their names, places and claims."""
    own_claim: Extras
    own_volume: Extras
    as_said: Fields
    """What the volumes' template shows as the user said it."""
    claim_name: Pattern
    volume_name: Pattern
    server: Pattern
    directory: Pattern
    shared_directory: bool
    exceptions: Mapping[int, Deviation]
    """The ordinals whose pairs differ in more than the ordinal."""
    source: Source
    """What its volumes say beside where they lie."""

    @property
    def storage(self) -> Storage:
        """What its claims ask for, and its volumes have."""
        return self.claim.storage

    def pair(self, ordinal: int) -> Pair:
        """Return the claim and the volume of one ordinal."""
        own = self.exceptions.get(ordinal, _NO_DEVIATION)
        storage = self.storage._replace(storage=own.storage) if own.storage else self.storage
        claim = self.claim._replace(
            name=self.claim_name.at(ordinal),
            volume_name=own.volume_name or self.volume_name.at(ordinal),
            storage=storage,
        )
        volume = self.volume._replace(
            name=claim.volume_name,
            storage=storage,
            server=own.server or self.server.at(ordinal),
            path=own.path or self.directory.at(ordinal),
            claim=claim.key,
        )
        return Pair(claim, volume)

    def handle(self, ordinal: int) -> str:
        """Return the handle of one ordinal's volume, where its driver has handles."""
        claim, volume, _ = self.pair(ordinal)
        place = Place(volume.driver, volume.server, volume.path)
        names_of = self.names_of(claim.name, volume.name)
        return self.source_of(ordinal).handle_at(place, names_of, ordinal)

    def names_of(self, claim: str | Pattern, volume: str | Pattern) -> dict[str, str | Pattern]:
        """Return the names that handles and attributes of its volumes may hold."""
        return {**self.source.names, "claim": claim, "volume": volume}

    def is_placed(self, ordinals: range) -> bool:
        """Return whether what its volumes say depends on a server and a path."""
        return is_placed(self.source, self.exceptions, ordinals)

    def source_of(self, ordinal: int) -> Source:
        """Return what one ordinal's volume says beside where it lies."""
        own = self.exceptions.get(ordinal, _NO_DEVIATION)
        return own.source(self.source)

    def fitted(self, volume_name: str, storage: Storage) -> "ClaimTemplate":
        """Return the same for one ordinal of which a side is there: its volume's name and storage.

        A class that is not said is written out as none, which keeps a default one out.
        """
        storage = storage._replace(storage_class=storage.storage_class or "")
        return self._replace(
            claim=self.claim._replace(storage=storage),
            volume=self.volume._replace(storage=storage),
            volume_name=Pattern((volume_name,)),
        )

    def series(self, ordinals: range) -> "Iterator[Series]":
        """Yield the pairs of some ordinals, each exception in a series of its own."""
        for run in split(ordinals, self.exceptions):
            yield Series(self, run)


class Series(NamedTuple):
    """The pairs of successive ordinals, alike in all but the ordinal."""

    template: ClaimTemplate
    ordinals: range

    @property
    def volume_name(self) -> Pattern:
        """The names of its volumes."""
        own = self.template.exceptions.get(self.ordinals.start, _NO_DEVIATION)
        return Pattern((own.volume_name,)) if own.volume_name else self.template.volume_name


def split(ordinals: range, apart: Iterable[int]) -> Iterator[range]:
    """Yield ordinals as runs in order, each of those that stand apart in a run of its own."""
    start = ordinals.start
    for each in sorted(each for each in apart if each in ordinals):
        if start < each:
            yield range(start, each)
        yield range(each, each + 1)
        start = each + 1
    if start < ordinals.stop:
        yield range(start, ordinals.stop)


class Container(NamedTuple):
    """The main container, which mounts the claims."""

    name: str
    image: str
    ports: tuple[Fields, ...]
    env: tuple[Fields, ...]
    volume_mounts: tuple[Fields, ...]
    fields: Fields


class Pod(NamedTuple):
    """What a pod has besides its main container."""

    metadata: Metadata
    sidecars: tuple[Fields, ...]
    fields: Fields


class Service(NamedTuple):
    """A Service of the pods: the headless one gives them their DNS names."""

    name: str
    metadata: Metadata
    is_headless: bool
    selector: Mapping[str, str]
    ports: tuple[Fields, ...]
    publish_not_ready_addresses: bool
    fields: Fields


class StatefulSet(NamedTuple):
    """A StatefulSet with its Services and all that its volumes need."""

    name: str
    namespace: str
    replicas: int
    start_ordinal: int
    selector: Fields
    """A LabelSelector."""
    metadata: Metadata
    as_said: Fields
    """What its template shows as the user said it."""
    update_strategy: Fields
    fields: Fields
    service_name: str
    """Its governing Service's, "" where it has none."""
    services: tuple[Service, ...]
    pod: Pod
    container: Container
    claim_templates: tuple[ClaimTemplate, ...]

    @property
    def headless(self) -> Service | None:
        """The Service that gives its pods their DNS names."""
        return next((each for each in self.services if each.is_headless), None)

    @property
    def governing(self) -> Service | None:
        """The Service that it names, which is not always headless."""
        return next((each for each in self.services if each.name == self.service_name), None)

    @property
    def ordinals(self) -> range:
        """The ordinals of its pods."""
        return range(self.start_ordinal, self.start_ordinal + self.replicas)
