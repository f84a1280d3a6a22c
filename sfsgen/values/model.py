"""What is wanted: a StatefulSet, its claim templates, and a VolumePair for every ordinal.

A value of these types is valid: `wanted` and `storage` check everything before they make one.
They are named tuples because a dataclass takes eight times as long to define, at every start.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.kubernetes.names import Pattern
from sfsgen.nfs import NfsDirectory

Fields = Mapping[str, Any]
"""Fields of a Kubernetes type as the user wrote them, passed through."""


class Metadata(NamedTuple):
    """An object's labels, annotations and further metadata."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    fields: Fields


class VolumePair(NamedTuple):
    """One ordinal's PersistentVolume and PersistentVolumeClaim.

    Both are rendered from this one value, so they cannot disagree: with a claimRef and a
    volumeName the binder checks neither size nor modes nor class (measured), so their equality
    is ours to guarantee.
    """

    ordinal: int
    volume_name: str
    claim_name: str
    namespace: str
    volume_metadata: Metadata
    claim_metadata: Metadata
    storage: str
    access_modes: tuple[str, ...]
    storage_class: str
    mount_options: tuple[str, ...]
    driver: str
    directory: NfsDirectory
    read_only: bool
    as_said: Fields
    """What the volume's template shows as the user said it."""

    @property
    def csi_share(self) -> str:
        """The exported part of the directory: all but its last component."""
        return self.directory.path.rpartition("/")[0] or "/"

    @property
    def csi_sub_dir(self) -> str:
        """The directory below the share, or "" where the root itself is mounted."""
        return self.directory.path.rpartition("/")[2]

    @property
    def csi_volume_handle(self) -> str:
        """`server#share#subDir`, as csi-driver-nfs spells it, unique in the cluster.

        Its last part is the volume's name, which the cluster keeps unique, also where two
        volumes share a directory.
        """
        parts = [self.directory.server, self.csi_share.strip("/"), self.csi_sub_dir]
        return "#".join(parts if parts[-1] == self.volume_name else [*parts, self.volume_name])


class Series(NamedTuple):
    """The pairs of successive ordinals, alike in all but the ordinal."""

    pair: Callable[[int], VolumePair]
    ordinals: range
    volume_name: Pattern
    claim_name: Pattern
    namespace: str


class ClaimTemplate(NamedTuple):
    """One entry of volumeClaimTemplates, and the pairs of volumes and claims that belong to it."""

    name: str
    storage: str
    mount_path: str
    access_modes: tuple[str, ...]
    storage_class: str
    mount_options: tuple[str, ...]
    driver: str
    read_only: bool
    as_said: Fields
    """What the volumes' template shows as the user said it."""
    namespace: str
    claim_name: Pattern
    volume_name: Pattern
    volume_metadata: Metadata
    claim_metadata: Metadata
    server: str
    directory: Pattern
    shared_directory: bool
    exceptions: Mapping[int, NfsDirectory]
    """The ordinals whose volumes lie elsewhere."""

    @property
    def reclaim_policy(self) -> str:
        """What becomes of the volumes when their claims are deleted."""
        return str(self.as_said["reclaim_policy"])

    def pair(self, ordinal: int) -> VolumePair:
        """Return the volume and the claim of one ordinal."""
        regular = NfsDirectory(self.server, self.directory.at(ordinal))
        return VolumePair(
            ordinal=ordinal,
            volume_name=self.volume_name.at(ordinal),
            claim_name=self.claim_name.at(ordinal),
            namespace=self.namespace,
            volume_metadata=self.volume_metadata,
            claim_metadata=self.claim_metadata,
            storage=self.storage,
            access_modes=self.access_modes,
            storage_class=self.storage_class,
            mount_options=self.mount_options,
            driver=self.driver,
            directory=self.exceptions.get(ordinal, regular),
            read_only=self.read_only,
            as_said=self.as_said,
        )

    def series(self, ordinals: range) -> Iterator[Series]:
        """Yield the pairs of some ordinals, each exception in a series of its own."""
        names = self.volume_name, self.claim_name, self.namespace
        start = ordinals.start
        for exception in sorted(each for each in self.exceptions if each in ordinals):
            for run in (range(start, exception), range(exception, exception + 1)):
                if run:
                    yield Series(self.pair, run, *names)
            start = exception + 1
        if start < ordinals.stop:
            yield Series(self.pair, range(start, ordinals.stop), *names)


class Container(NamedTuple):
    """The main container, which mounts the claims."""

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
    """The headless Service that gives the pods their DNS names."""

    name: str
    metadata: Metadata
    ports: tuple[Fields, ...]
    publish_not_ready_addresses: bool
    fields: Fields


class StatefulSet(NamedTuple):
    """A StatefulSet with its headless Service and all that its volumes need."""

    name: str
    namespace: str
    replicas: int
    start_ordinal: int
    selector: Mapping[str, str]
    metadata: Metadata
    as_said: Fields
    """What its template shows as the user said it."""
    update_strategy: Fields
    fields: Fields
    service: Service
    pod: Pod
    container: Container
    claim_templates: tuple[ClaimTemplate, ...]

    @property
    def ordinals(self) -> range:
        """The ordinals of its pods."""
        return range(self.start_ordinal, self.start_ordinal + self.replicas)
