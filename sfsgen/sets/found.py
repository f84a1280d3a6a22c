"""What manifests say: the StatefulSets, their ordinals, claims, volumes and Services."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.binder import Storage, differences
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern, claim_name
from sfsgen.kubernetes.versions import (
    CLASS_ANNOTATION,
    MOUNT_OPTIONS_ANNOTATION,
    NOTES,
)
from sfsgen.storage_drivers import attributes, place
from sfsgen.values.pairs import Claim, Key, Tie, Volume

_NOTHING: Mapping[str, str] = {}
_GUESSED = frozenset((Tie.SELECTOR, Tie.NAME, Tie.CHANCE))

TemplateKey = tuple[str, str, str]
"""The namespace and name of a set, and one of its claim templates."""


class FoundTemplate(NamedTuple):
    """An entry of the volumeClaimTemplates of a set that was found."""

    key: TemplateKey
    name: str
    storage: Storage
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    path: Path
    claim_name: Pattern
    """The names of its claims."""
    volume_name: Pattern
    """The names of its volumes by our own convention, where nothing else is said."""

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its set, whose volumes are named after the set alone."""
        return self.path[-1] == 0


class FoundSet(NamedTuple):
    """A StatefulSet as it was found.

    It shares little but its name and ordinals with one that is wanted (`values.model.StatefulSet`):
    of a pod we look at nothing here, and we print all of it there.
    """

    manifest: Manifest
    name: str
    namespace: str
    replicas: int
    start_ordinal: int
    service_name: str
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    templates: tuple[FoundTemplate, ...]

    @property
    def ordinals(self) -> range:
        """The ordinals of its pods."""
        return self.ordinals_of(self.replicas)

    @property
    def key(self) -> Key:
        """Its namespace and name."""
        return self.namespace, self.name

    @property
    def about(self) -> tuple[str, str, str]:
        """Its kind, namespace and name."""
        return self.manifest.kind, *self.key

    def pod_name(self, ordinal: int) -> str:
        """Return what its pod of an ordinal is called."""
        return f"{self.name}-{ordinal}"

    def ordinals_of(self, replicas: int) -> range:
        """Return the ordinals of so many pods."""
        return range(self.start_ordinal, self.start_ordinal + replicas)


class FoundService(NamedTuple):
    """A Service as it was found."""

    manifest: Manifest
    name: str
    namespace: str
    is_headless: bool
    selector: Mapping[str, str]


class Ordinal(NamedTuple):
    """One ordinal of a set: what it has for one of the claim templates."""

    stateful_set: FoundSet
    template: FoundTemplate
    number: int
    claim: Claim | None = None
    volume: Volume | None = None
    """Its claim's, or the one that is there for a claim which is missing."""
    tie: Tie = Tie.NONE

    @property
    def claim_key(self) -> Key:
        """The namespace and name of its claim."""
        return self.stateful_set.namespace, self.template.claim_name.at(self.number)

    @property
    def pod_name(self) -> str:
        """What its pod is called."""
        return self.stateful_set.pod_name(self.number)

    @property
    def is_wanted(self) -> bool:
        """Whether its set has a pod of this number."""
        return self.number in self.stateful_set.ordinals

    @property
    def is_guessed(self) -> bool:
        """Whether neither side says that they belong together."""
        return self.tie in _GUESSED

    @property
    def is_sound(self) -> bool:
        """Whether claim and volume are reserved for each other, are alike, and may be bound."""
        claim, volume = self.claim, self.volume
        if claim is None or volume is None or self.tie not in (Tie.BOUND, Tie.BOTH_SIDES):
            return False
        if claim.manifest.is_terminating or volume.manifest.is_terminating or claim.selector:
            return False
        return (
            (claim.volume_name, claim.key) == (volume.name, volume.claim)
            and volume.claim_uid in ("", claim.uid)
            and claim.phase in ("", "Bound")
            and volume.phase in ("", "Available", "Bound")
            and volume.storage.volume_mode == "Filesystem"
            and not any(differences(claim.storage, volume.storage, volume.name))
        )

    @property
    def own_volume(self) -> Volume | None:
        """The volume that belongs to its claim, or is reserved for the one that is missing."""
        return self.volume if self.claim or not self.is_guessed else None


def _at(value: Any, *path: str, default: Any = None) -> Any:
    for part in path:
        value = value.get(part) if value else None
    return default if value is None else value


def found_set(manifest: Manifest, namespace: str) -> FoundSet:
    """Return the StatefulSet of a manifest without faults."""
    spec = manifest.value["spec"]
    return FoundSet(
        manifest=manifest,
        name=manifest.name,
        namespace=namespace,
        replicas=_at(spec, "replicas", default=1),
        start_ordinal=_at(spec, "ordinals", "start", default=0),
        service_name=_at(spec, "serviceName", default=""),
        labels=_at(manifest.value, "metadata", "labels", default={}),
        selector=_at(spec, "selector", "matchLabels", default={}),
        templates=tuple(
            _template(each, (namespace, manifest.name), index)
            for index, each in enumerate(_at(spec, "volumeClaimTemplates", default=()))
        ),
    )


def _template(value: Mapping[str, Any], stateful_set: Key, index: int) -> FoundTemplate:
    metadata, spec = value.get("metadata") or {}, value.get("spec") or {}
    annotations = metadata.get("annotations") or _NOTHING
    name = metadata.get("name") or ""
    claims = claim_name(name, stateful_set[1])
    head, tail = claims.pieces
    return FoundTemplate(
        key=(*stateful_set, name),
        name=name,
        storage=_storage(spec, _at(spec, "resources", "requests", "storage"), annotations),
        labels=metadata.get("labels") or _NOTHING,
        annotations=_own(annotations),
        path=("spec", "volumeClaimTemplates", index),
        claim_name=claims,
        volume_name=Pattern((f"pv-{head}" if index else f"pv-{stateful_set[1]}-", tail)),
    )


def found_service(manifest: Manifest, namespace: str) -> FoundService:
    """Return the Service of a manifest without faults."""
    spec = manifest.value["spec"]
    return FoundService(
        manifest,
        manifest.name,
        namespace,
        is_headless=spec.get("clusterIP") == "None",
        selector=spec.get("selector") or _NOTHING,
    )


def found_claim(manifest: Manifest, namespace: str) -> Claim:
    """Return the claim of a manifest without faults."""
    metadata, spec = manifest.value["metadata"], manifest.value["spec"]
    annotations = metadata.get("annotations") or _NOTHING
    # By position, which is twice as fast: there may be many.
    return Claim(
        manifest,
        manifest.name,
        namespace,
        _storage(spec, _at(spec, "resources", "requests", "storage"), annotations),
        metadata.get("labels") or _NOTHING,
        _own(annotations),
        spec.get("volumeName") or "",
        metadata.get("uid") or "",
        (manifest.value.get("status") or _NOTHING).get("phase") or "",
    )


def found_volume(manifest: Manifest) -> Volume:
    """Return the volume of a manifest without faults."""
    metadata, spec = manifest.value["metadata"], manifest.value["spec"]
    annotations = metadata.get("annotations") or _NOTHING
    driver, server, path, read_only, realm = place(spec)
    reference = spec.get("claimRef") or _NOTHING
    name, namespace = reference.get("name"), reference.get("namespace")
    return Volume(
        manifest,
        manifest.name,
        _storage(spec, (spec.get("capacity") or _NOTHING).get("storage"), annotations),
        metadata.get("labels") or _NOTHING,
        _own(annotations),
        spec.get("persistentVolumeReclaimPolicy") or "Retain",
        tuple(spec.get("mountOptions") or ()) or _annotated_options(annotations),
        driver,
        server,
        path,
        read_only,
        # Name alone, or namespace alone, is nobody's: no claim gets the volume (measured).
        (namespace, name) if name and namespace else None,
        reference.get("uid") or "",
        (manifest.value.get("status") or _NOTHING).get("phase") or "",
        realm,
    )


def _annotated_options(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Return mount options as 1.6 and 1.7 say them."""
    text = annotations.get(MOUNT_OPTIONS_ANNOTATION) or ""
    return tuple(filter(None, text.split(","))) if text else ()


def csi_attributes(spec: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """Return the attributes of a volume's CSI driver: each name as written, and its value.

    By their names in lower case: csi-driver-nfs takes them in any (nodeserver.go).
    """
    return attributes(spec["csi"])


def _storage(spec: Mapping[str, Any], amount: Any, annotations: Mapping[str, str]) -> Storage:
    # Where both stand, the annotation wins; it is how 1.4 and 1.5 say it.
    storage_class = annotations.get(CLASS_ANNOTATION, spec.get("storageClassName"))
    modes = tuple(spec.get("accessModes") or ())
    size = "" if amount is None else str(amount)
    return _same(size, modes, storage_class, spec.get("volumeMode") or "Filesystem")


@lru_cache
def _same(size: str, modes: tuple[str, ...], storage_class: str | None, mode: str) -> Storage:
    """Return one value for all that are equal: of a large set's, nearly all are."""
    return Storage(size, modes, storage_class, mode)


def _own(annotations: Mapping[str, str]) -> Mapping[str, str]:
    """Return annotations without those of Kubernetes and kubectl."""
    return annotations and {
        key: each for key, each in annotations.items() if not key.startswith(NOTES)
    }
