"""What exists: the StatefulSets, claims, volumes and Services among manifests, by name."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sfsgen.documents.paths import Path
from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern, claim_name, numbered
from sfsgen.kubernetes.versions import (
    CLASS_ANNOTATION,
    KUBERNETES_OWN_ANNOTATIONS,
    MOUNT_OPTIONS_ANNOTATION,
    STATEFUL_SET_KINDS,
)
from sfsgen.nfs import NfsDirectory, location
from sfsgen.values.pairs import Claim, Key, Volume

_CSI_NFS = "nfs.csi.k8s.io"
_NOTHING: Mapping[str, str] = {}


class ExistingTemplate(NamedTuple):
    """An entry of a set's volumeClaimTemplates."""

    name: str
    storage: Storage
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    path: Path


class ExistingSet(NamedTuple):
    """A StatefulSet as it was read."""

    manifest: Manifest
    name: str
    namespace: str
    replicas: int
    start_ordinal: int
    service_name: str
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    templates: tuple[ExistingTemplate, ...]

    @property
    def ordinals(self) -> range:
        """The ordinals of its pods."""
        return self.ordinals_of(self.replicas)

    @property
    def key(self) -> Key:
        """Its namespace and name."""
        return self.namespace, self.name

    def ordinals_of(self, replicas: int) -> range:
        """Return the ordinals of so many pods."""
        return range(self.start_ordinal, self.start_ordinal + replicas)

    def claim_name(self, template: ExistingTemplate) -> Pattern:
        """Return the names of a template's claims."""
        return claim_name(template.name, self.name)

    def conventional_volume_name(self, template: ExistingTemplate) -> Pattern:
        """Return how the volumes of a claim template are named where nothing else is said."""
        if template is self.templates[0]:
            return Pattern((f"pv-{self.name}-", ""))
        head, tail = self.claim_name(template).pieces
        return Pattern((f"pv-{head}", tail))


class ExistingService(NamedTuple):
    """A Service as it was read."""

    manifest: Manifest
    name: str
    namespace: str
    is_headless: bool
    selector: Mapping[str, str]


Seat = tuple[ExistingSet, ExistingTemplate, int]
"""A set, one of its claim templates, and an ordinal."""


class ClaimsElsewhere(NamedTuple):
    """The claims beside those that were read: of other namespaces."""

    by_uid: Mapping[str, Key]
    by_volume: Mapping[str, Key]
    """Those that were bound once, by the volumes that they name."""
    is_complete: bool
    """Whether these, and those that were read, are all that the cluster has."""


UNKNOWN_ELSEWHERE = ClaimsElsewhere({}, {}, is_complete=False)
"""What files show: nobody knows what they leave out."""


class Existing:
    """What exists, by name; of two objects that share one, the first."""

    def __init__(self, elsewhere: ClaimsElsewhere) -> None:
        """Begin with nothing; `existing` fills it."""
        self.elsewhere = elsewhere
        self.sets: dict[Key, ExistingSet] = {}
        self.claims: dict[Key, Claim] = {}
        self.volumes: dict[str, Volume] = {}
        self.services: dict[Key, ExistingService] = {}
        self.duplicates: list[tuple[Manifest, Manifest]] = []
        """Manifests with a kind, namespace and name that another had before."""
        self._wanting: dict[Key, Sequence[Seat]] = {}

    @property
    def stateful_sets(self) -> tuple[ExistingSet, ...]:
        """The sets."""
        return tuple(self.sets.values())

    @cached_property
    def set_names(self) -> Mapping[str, int]:
        """How many sets, in all namespaces, bear a name."""
        return Counter(each.name for each in self.sets.values())

    @cached_property
    def reservations(self) -> Mapping[Key, list[Volume]]:
        """The volumes by the claims that they are reserved for."""
        found: dict[Key, list[Volume]] = {}
        for volume in self.volumes.values():
            if volume.claim and not self.is_taken_over(volume):
                found.setdefault(volume.claim, []).append(volume)
        return found

    def reserved(self, key: Key) -> Volume | None:
        """Return the first volume that is reserved for a claim."""
        return next(iter(self.reservations.get(key, ())), None)

    @cached_property
    def _holders(self) -> Mapping[str, Key]:
        """The claims of all namespaces, as far as they are known, by their uids."""
        read = {each.uid: each.key for each in self.claims.values() if each.uid}
        return {**self.elsewhere.by_uid, **read}

    def holder(self, volume: Volume) -> Key | None:
        """Return the claim whose uid a volume holds, of whatever namespace, if it is there.

        The volume is that claim's, whatever else its claimRef says: a bound claim and its volume
        find each other by the uid (pv_controller.go, syncBoundClaim; measured).
        """
        return self._holders.get(volume.claim_uid) if volume.manifest.is_stored else None

    def is_taken_over(self, volume: Volume) -> bool:
        """Return whether a claimRef names another claim than the one whose uid it holds."""
        return self.holder(volume) not in (None, volume.claim)

    def owner(self, volume: Volume) -> Key | None:
        """Return the claim that a stored volume is left to, or None where nobody has it.

        It is the claim whose uid the volume holds; else the one that it is reserved for, if that
        is there; else the one that was bound to it once, and names it.
        """
        if not volume.manifest.is_stored:
            return None
        if holder := self.holder(volume):
            return holder
        if volume.claim and (volume.claim in self.claims or self.is_foreign(volume)):
            return volume.claim
        return self._bound_once.get(volume.name) or self.elsewhere.by_volume.get(volume.name)

    def is_anothers(self, volume: Volume, key: Key) -> bool:
        """Return whether a stored volume is left to another claim."""
        return self.owner(volume) not in (None, key)

    @cached_property
    def _bound_once(self) -> Mapping[str, Key]:
        """The claims that were bound, by their volumes: those that are Bound before the Lost."""
        bound_last = sorted(self.claims.values(), key=lambda each: each.phase == "Bound")
        return {
            each.volume_name: each.key for each in bound_last if each.phase in ("Bound", "Lost")
        }

    def is_foreign(self, volume: Volume) -> bool:
        """Return whether a stored volume is for a claim that was not read: of another namespace."""
        if not volume.manifest.is_stored or volume.claim is None or volume.claim in self.claims:
            return False
        if volume.phase == "Bound" or self.holder(volume):
            return True
        if self.elsewhere.is_complete:
            return volume.claim in self._claims_elsewhere
        return bool(volume.claim_uid) or volume.claim[0] not in self._namespaces

    @cached_property
    def _claims_elsewhere(self) -> frozenset[Key]:
        return frozenset(self.elsewhere.by_uid.values())

    @cached_property
    def _namespaces(self) -> set[str]:
        """The namespaces of what was read."""
        return {key[0] for kind in (self.sets, self.claims, self.services) for key in kind}

    @cached_property
    def directories(self) -> Mapping[NfsDirectory, list[Volume]]:
        """The volumes by the directory that they lie in."""
        found: dict[NfsDirectory, list[Volume]] = {}
        for volume in self.volumes.values():
            if volume.server:
                directory = location(volume.directory)
                found.setdefault(directory, []).append(volume)
        return found

    @cached_property
    def _in_order(self) -> Sequence[NfsDirectory]:
        """The directories; those below another one stand together, though not right behind it."""
        return sorted(self.directories)

    def _below(self, directory: NfsDirectory) -> Volume | None:
        """Return a volume whose directory lies below another directory."""
        if directory.path == "/":
            return None  # all lie below it, which says nothing
        first = NfsDirectory(directory.server, f"{directory.path}/")
        index = bisect_left(self._in_order, first)
        if index == len(self._in_order):
            return None
        next_one = self._in_order[index]
        is_below = next_one.server == first.server and next_one.path.startswith(first.path)
        return self.directories[next_one][-1] if is_below else None

    def overlapping(self, wanted: NfsDirectory, *, is_shared: bool) -> Volume | None:
        """Return a volume whose data lies in a directory, above or below it.

        In a directory that is shared by intent others may lie, but not above or below it.
        """
        directory = location(wanted)
        here = None if is_shared else self._volume_in(directory)
        above = map(self._volume_in, _parents(directory))
        return here or self._below(directory) or next(filter(None, above), None)

    def _volume_in(self, directory: NfsDirectory) -> Volume | None:
        volumes = self.directories.get(directory)
        return volumes[-1] if volumes else None

    @cached_property
    def _owners(self) -> Mapping[Key, list[tuple[ExistingSet, ExistingTemplate]]]:
        """The claim templates by the namespace of their claims, and what stands before ordinals."""
        found: dict[Key, list[tuple[ExistingSet, ExistingTemplate]]] = {}
        for each in self.sets.values():
            for template in each.templates:
                head = each.namespace, each.claim_name(template).pieces[0]
                found.setdefault(head, []).append((each, template))
        return found

    def wanting(self, claim: Key) -> Sequence[Seat]:
        """Return the sets that look for a claim of this name, for which template and ordinal."""
        known = self._wanting.get(claim)
        if known is None:
            known = self._wanting[claim] = self._seats_of(*claim)
        return known

    def _seats_of(self, namespace: str, name: str) -> Sequence[Seat]:
        head, number = numbered(name)
        owners = self._owners.get((namespace, head))
        # The controller writes no leading zeros.
        if owners and number is not None and name == f"{head}{number}":
            return [(stateful_set, template, number) for stateful_set, template in owners]
        return ()

    @property
    def orphans(self) -> Iterator[Key]:
        """The claims that no set looks for, whatever its replicas."""
        return (key for key in self.claims if not self.wanting(key))


def existing(
    manifests: Iterable[Manifest],
    default_namespace: str,
    elsewhere: ClaimsElsewhere = UNKNOWN_ELSEWHERE,
) -> Existing:
    """Return what exists among manifests without faults; other kinds are passed over.

    An object without a namespace is in the default one, as kubectl would put it.
    """
    found = Existing(elsewhere)
    for manifest in manifests:
        # A name that the server is to make up nothing can refer to.
        if not manifest.name or not manifest.is_kubernetes_own:
            continue
        namespace = manifest.namespace or default_namespace
        key, kind = (namespace, manifest.name), manifest.kind
        before: Any
        if kind == "PersistentVolumeClaim":
            before = found.claims.setdefault(key, _claim(manifest, namespace))
        elif kind == "PersistentVolume":
            before = found.volumes.setdefault(manifest.name, _volume(manifest))
        elif kind == "Service":
            before = found.services.setdefault(key, _service(manifest, namespace))
        elif kind in STATEFUL_SET_KINDS and manifest.api_version.startswith("apps/"):
            before = found.sets.setdefault(key, _set(manifest, namespace))
        else:
            continue
        if before.manifest is not manifest:
            found.duplicates.append((before.manifest, manifest))
    return found


def _parents(directory: NfsDirectory) -> Iterator[NfsDirectory]:
    """Yield the directories that a directory lies below, but for the root of the server."""
    path = directory.path.rpartition("/")[0]
    while path:
        yield NfsDirectory(directory.server, path)
        path = path.rpartition("/")[0]


def _at(value: Any, *path: str, default: Any = None) -> Any:
    for part in path:
        value = value.get(part) if value else None
    return default if value is None else value


def _set(manifest: Manifest, namespace: str) -> ExistingSet:
    spec = manifest.value["spec"]
    return ExistingSet(
        manifest=manifest,
        name=manifest.name,
        namespace=namespace,
        replicas=_at(spec, "replicas", default=1),
        start_ordinal=_at(spec, "ordinals", "start", default=0),
        service_name=_at(spec, "serviceName", default=""),
        labels=_at(manifest.value, "metadata", "labels", default={}),
        selector=_at(spec, "selector", "matchLabels", default={}),
        templates=tuple(
            _template(each, ("spec", "volumeClaimTemplates", index))
            for index, each in enumerate(_at(spec, "volumeClaimTemplates", default=()))
        ),
    )


def _template(value: Mapping[str, Any], path: Path) -> ExistingTemplate:
    metadata, spec = value.get("metadata") or {}, value.get("spec") or {}
    annotations = metadata.get("annotations") or _NOTHING
    return ExistingTemplate(
        name=metadata.get("name") or "",
        storage=_storage(spec, _at(spec, "resources", "requests", "storage"), annotations),
        labels=metadata.get("labels") or _NOTHING,
        annotations=_own(annotations),
        path=path,
    )


def _service(manifest: Manifest, namespace: str) -> ExistingService:
    spec = manifest.value["spec"]
    return ExistingService(
        manifest,
        manifest.name,
        namespace,
        is_headless=spec.get("clusterIP") == "None",
        selector=spec.get("selector") or _NOTHING,
    )


def _claim(manifest: Manifest, namespace: str) -> Claim:
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


def _volume(manifest: Manifest) -> Volume:
    metadata, spec = manifest.value["metadata"], manifest.value["spec"]
    annotations = metadata.get("annotations") or _NOTHING
    driver, server, path, read_only = _source(spec)
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
    )


def _annotated_options(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Return mount options as 1.6 and 1.7 say them."""
    text = annotations.get(MOUNT_OPTIONS_ANNOTATION) or ""
    return tuple(filter(None, text.split(","))) if text else ()


def _source(spec: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    """Return a volume's driver, server, directory and whether it is read-only."""
    if nfs := spec.get("nfs"):
        return "nfs", nfs.get("server") or "", nfs.get("path") or "", bool(nfs.get("readOnly"))
    if _at(spec, "csi", "driver") == _CSI_NFS:
        attributes = csi_attributes(spec)
        server, share, sub_dir = (
            attributes[key][1] if key in attributes else "" for key in ("server", "share", "subdir")
        )
        path = f"{share.rstrip('/')}/{sub_dir.strip('/')}" if sub_dir else share
        return "csi", server, path, bool(spec["csi"].get("readOnly"))
    return "", "", "", False


def csi_attributes(spec: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """Return the attributes of a volume's CSI driver: each name as written, and its value.

    By their names in lower case: csi-driver-nfs takes them in any (nodeserver.go).
    """
    given = spec["csi"].get("volumeAttributes") or _NOTHING
    return {key.lower(): (key, each or "") for key, each in given.items()}


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
        key: each
        for key, each in annotations.items()
        if not key.startswith((*KUBERNETES_OWN_ANNOTATIONS, "kubectl.kubernetes.io/"))
    }
