"""What exists: the StatefulSets, claims and volumes among manifests, checked as they are read."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.errors import Problem
from sfsgen.manifests import Manifest
from sfsgen.model import NfsDirectory
from sfsgen.names import Pattern, claim_name, closest_label, label_fault
from sfsgen.paths import Path, spelled
from sfsgen.quantity import nano_units
from sfsgen.storage import location
from sfsgen.versions import (
    CLASS_ANNOTATION,
    KUBERNETES_OWN_ANNOTATIONS,
    MOUNT_OPTIONS_ANNOTATION,
)
from sfsgen.vocabulary import ACCESS_MODES, DEFAULT_CLAIM_TEMPLATE

_CSI_NFS = "nfs.csi.k8s.io"


class Existing(NamedTuple):
    """What exists, by name: claims by namespace and name."""

    stateful_sets: tuple["ExistingSet", ...]
    claims: Mapping[tuple[str, str], "ExistingClaim"]
    volumes: Mapping[str, "ExistingVolume"]
    reserved: Mapping[tuple[str, str], "ExistingVolume"]
    """The volumes by the claims that they are reserved for."""
    contested: Mapping[tuple[str, str], tuple["ExistingVolume", "ExistingVolume"]]
    """The claims for which two volumes are reserved."""
    directories: Mapping[NfsDirectory, "ExistingVolume"]
    """The volumes by the directories that they lie in."""
    above: Mapping[NfsDirectory, "ExistingVolume"]
    """A volume by each directory that it lies below."""

    def overlapping(self, wanted: NfsDirectory, *, is_shared: bool) -> "ExistingVolume | None":
        """Return a volume whose data lies in a directory, above or below it.

        In a directory that is shared by intent others may lie, but not above or below it.
        """
        directory = location(wanted)
        here = None if is_shared else self.directories.get(directory)
        above = (self.directories.get(each) for each in _parents(directory))
        return here or self.above.get(directory) or next(filter(None, above), None)

    @property
    def orphans(self) -> Iterator[tuple[str, str]]:
        """The claims that look like a set's, and that no set looks for."""
        wanted = {
            (each.namespace, each.claim_name(template).pieces[0])
            for each in self.stateful_sets
            for template in each.templates
        }
        for namespace, name in self.claims:
            head, number, rest = re.split(r"([0-9]*)$", name, maxsplit=1)
            if not number or rest or (namespace, head) not in wanted:
                yield namespace, name


class Storage(NamedTuple):
    """What a claim, a claim template or a volume says of its storage."""

    storage: str
    access_modes: tuple[str, ...]
    storage_class: str | None
    volume_mode: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class ExistingTemplate(NamedTuple):
    """An entry of a set's volumeClaimTemplates."""

    name: str
    storage: Storage
    path: Path


class ExistingSet(NamedTuple):
    """A StatefulSet as it was read."""

    manifest: Manifest
    name: str
    namespace: str
    replicas: int
    start_ordinal: int
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    templates: tuple[ExistingTemplate, ...]

    @property
    def ordinals(self) -> range:
        """The ordinals of its pods."""
        return range(self.start_ordinal, self.start_ordinal + self.replicas)

    def claim_name(self, template: ExistingTemplate) -> Pattern:
        """Return the names of a template's claims."""
        return claim_name(template.name, self.name)


class ExistingClaim(NamedTuple):
    """A PersistentVolumeClaim as it was read."""

    manifest: Manifest
    name: str
    namespace: str
    storage: Storage
    volume_name: str
    uid: str
    phase: str
    is_terminating: bool


class ExistingVolume(NamedTuple):
    """A PersistentVolume as it was read; the server is empty where it is no NFS volume."""

    manifest: Manifest
    name: str
    storage: Storage
    reclaim_policy: str
    mount_options: tuple[str, ...]
    driver: str
    server: str
    path: str
    read_only: bool
    claim: tuple[str, str] | None
    claim_uid: str
    phase: str


_ACCESS_MODE = frozenset(ACCESS_MODES.values())
_TEXTS = {"*": str}
_METADATA = {"labels": _TEXTS, "annotations": _TEXTS, "uid": str}
_CLAIM_SPEC = {
    "accessModes": [_ACCESS_MODE],
    "resources": {"requests": {"storage": nano_units}},
    "storageClassName": str,
    "volumeMode": str,
    "volumeName": str,
}
# The fields that are read, and what each must be; the rest is the API server's to judge.
_SHAPES: dict[str, Any] = {
    "StatefulSet": {
        "metadata": _METADATA,
        "spec": {
            "replicas": int,
            "ordinals": {"start": int},
            "selector": {"matchLabels": _TEXTS},
            "volumeClaimTemplates": [{"metadata": {"name": str, **_METADATA}, "spec": _CLAIM_SPEC}],
        },
    },
    "PersistentVolumeClaim": {
        "metadata": _METADATA,
        "spec": _CLAIM_SPEC,
        "status": {"phase": str},
    },
    "PersistentVolume": {
        "metadata": _METADATA,
        "spec": {
            "accessModes": [_ACCESS_MODE],
            "capacity": {"storage": nano_units},
            "claimRef": {"namespace": str, "name": str, "uid": str},
            "storageClassName": str,
            "volumeMode": str,
            "persistentVolumeReclaimPolicy": str,
            "mountOptions": [str],
            "nfs": {"server": str, "path": str, "readOnly": bool},
            "csi": {"driver": str, "readOnly": bool, "volumeAttributes": _TEXTS},
        },
        "status": {"phase": str},
    },
}
_SHAPES["PetSet"] = _SHAPES["StatefulSet"]
_INT32 = range(2**31)
_TYPES = {
    str: "a string",
    _ACCESS_MODE: f"one of {', '.join(ACCESS_MODES.values())}",
    int: "a whole number from 0 to 2147483647",
    bool: "true or false",
    nano_units: "a quantity such as 1Gi",
}


def faults(manifest: Manifest) -> Iterator[Problem]:
    """Yield what keeps a manifest from being read: missing and wrongly typed fields."""
    shape = _SHAPES.get(manifest.kind, {})
    if shape and manifest.value.get("spec") is None:
        what = f"{manifest.kind} {manifest.name} has no spec"
        yield Problem(manifest.where(("spec",)), what, "give the whole object")
    misfits = list(_misfits(manifest.value, shape, ()))
    for path, what in misfits:
        yield Problem(manifest.where(path), f"{spelled(path)} must be {what}", "mend it there")
    if _SHAPES.get(manifest.kind) is _SHAPES["StatefulSet"]:
        yield from _template_faults(manifest)


def _template_faults(manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the names of claim templates, which claims are named after."""
    spec = manifest.value.get("spec")
    templates = spec.get("volumeClaimTemplates") if isinstance(spec, dict) else None
    seen = set()
    for index, template in enumerate(templates if isinstance(templates, list) else ()):
        metadata = template.get("metadata") if isinstance(template, dict) else None
        name = metadata.get("name", "") if isinstance(metadata, dict) else ""
        path = ("spec", "volumeClaimTemplates", index, "metadata", "name")
        if not isinstance(name, str):
            continue  # told already
        if not name:
            what = "the claim template has no metadata.name"
            yield Problem(manifest.where(path), what, "name it")
        elif name in seen:
            what = f'there are two claim templates named "{name}"'
            yield Problem(manifest.where(path), what, "give each its own name")
        elif fault := label_fault(name):
            fix = f'write "{closest_label(name) or DEFAULT_CLAIM_TEMPLATE}"'
            yield Problem(manifest.where(path), f'"{name}" {fault}', fix)
        seen.add(name)


def _templates(manifest: Manifest) -> Sequence[Any]:
    found: Sequence[Any] = _at(manifest.value, "spec", "volumeClaimTemplates", default=())
    return found


def _misfits(value: Any, shape: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if value is None:
        return
    if isinstance(shape, dict) and isinstance(value, dict):
        for key, each in value.items():
            if (inner := shape.get(key, shape.get("*"))) is not None:
                yield from _misfits(each, inner, (*path, key))
    elif isinstance(shape, list) and isinstance(value, list):
        for index, each in enumerate(value):
            if each is None:
                yield (*path, index), "there, and is empty"
            yield from _misfits(each, shape[0], (*path, index))
    elif isinstance(shape, dict | list):
        wanted = "a mapping" if isinstance(shape, dict) else "a list"
        yield path, f"{wanted}, not {json.dumps(value, default=str):.40}"
    elif not _fits(value, shape):
        yield path, f"{_TYPES[shape]}, not {json.dumps(value, default=str):.40}"


def _fits(value: Any, shape: Any) -> bool:
    if shape is _ACCESS_MODE:
        return isinstance(value, str) and value in _ACCESS_MODE
    if shape is not nano_units:
        if shape is int:
            return isinstance(value, int) and not isinstance(value, bool) and value in _INT32
        return isinstance(value, shape)
    try:
        nano_units(str(value))
    except ValueError:
        return False
    return True


def existing(manifests: Iterable[Manifest], default_namespace: str) -> Existing:
    """Return what exists among manifests without faults; other kinds are passed over.

    An object without a namespace is in the default one, as kubectl would put it.
    """
    sets: dict[tuple[str, str], ExistingSet] = {}
    claims: dict[tuple[str, str], ExistingClaim] = {}
    volumes: dict[str, ExistingVolume] = {}
    for manifest in manifests:
        namespace = manifest.namespace or default_namespace
        if manifest.kind in ("StatefulSet", "PetSet") and manifest.api_version.startswith("apps/"):
            sets[namespace, manifest.name] = _set(manifest, namespace)
        elif manifest.kind == "PersistentVolumeClaim":
            claims[namespace, manifest.name] = _claim(manifest, namespace)
        elif manifest.kind == "PersistentVolume":
            volumes[manifest.name] = _volume(manifest)
    reserved: dict[tuple[str, str], ExistingVolume] = {}
    contested = {}
    for volume in volumes.values():
        if volume.claim and (first := reserved.setdefault(volume.claim, volume)) is not volume:
            contested[volume.claim] = first, volume
    directories = {
        location(NfsDirectory(each.server, each.path)): each
        for each in volumes.values()
        if each.server
    }
    above = {
        each: volume for directory, volume in directories.items() for each in _parents(directory)
    }
    found = tuple(sets.values())
    return Existing(found, claims, volumes, reserved, contested, directories, above)


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
        labels=_at(manifest.value, "metadata", "labels", default={}),
        selector=_at(spec, "selector", "matchLabels", default={}),
        templates=tuple(
            ExistingTemplate(
                _at(each, "metadata", "name", default=""),
                _storage(each, "resources", "requests"),
                ("spec", "volumeClaimTemplates", index),
            )
            for index, each in enumerate(_templates(manifest))
        ),
    )


def _claim(manifest: Manifest, namespace: str) -> ExistingClaim:
    return ExistingClaim(
        manifest=manifest,
        name=manifest.name,
        namespace=namespace,
        storage=_storage(manifest.value, "resources", "requests"),
        volume_name=_at(manifest.value, "spec", "volumeName", default=""),
        uid=_at(manifest.value, "metadata", "uid", default=""),
        phase=_at(manifest.value, "status", "phase", default=""),
        is_terminating=_at(manifest.value, "metadata", "deletionTimestamp") is not None,
    )


def _volume(manifest: Manifest) -> ExistingVolume:
    spec = manifest.value["spec"]
    driver, server, path, read_only = _source(spec)
    name, namespace = _at(spec, "claimRef", "name"), _at(spec, "claimRef", "namespace")
    return ExistingVolume(
        manifest=manifest,
        name=manifest.name,
        storage=_storage(manifest.value, "capacity"),
        reclaim_policy=_at(spec, "persistentVolumeReclaimPolicy", default="Retain"),
        mount_options=tuple(_at(spec, "mountOptions", default=())) or _annotated_options(manifest),
        driver=driver,
        server=server,
        path=path,
        read_only=read_only,
        # Name alone, or namespace alone, reserves nothing (measured).
        claim=(namespace, name) if name and namespace else None,
        claim_uid=_at(spec, "claimRef", "uid", default=""),
        phase=_at(manifest.value, "status", "phase", default=""),
    )


def _annotated_options(manifest: Manifest) -> tuple[str, ...]:
    """Return mount options as 1.6 and 1.7 say them."""
    text = _at(manifest.value, "metadata", "annotations", MOUNT_OPTIONS_ANNOTATION, default="")
    return tuple(filter(None, text.split(",")))


def _source(spec: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    """Return a volume's driver, server, directory and whether it is read-only."""
    if spec.get("nfs"):
        server, path = (_at(spec, "nfs", key, default="") for key in ("server", "path"))
        return "nfs", server, path, bool(spec["nfs"].get("readOnly"))
    if _at(spec, "csi", "driver") == _CSI_NFS:
        server, share, sub_dir = (
            _at(spec, "csi", "volumeAttributes", key, default="")
            for key in ("server", "share", "subDir")
        )
        path = f"{share.rstrip('/')}/{sub_dir.strip('/')}" if sub_dir else share
        return "csi", server, path, bool(spec["csi"].get("readOnly"))
    return "", "", "", False


def _storage(value: Mapping[str, Any], *amounts: str) -> Storage:
    spec = value.get("spec") or {}
    annotations = dict(_at(value, "metadata", "annotations", default={}))
    # Where both stand, the annotation wins; it is how 1.4 and 1.5 say it.
    storage_class = annotations.get(CLASS_ANNOTATION, spec.get("storageClassName"))
    return Storage(
        storage=str(_at(spec, *amounts, "storage", default="")),
        access_modes=tuple(_at(spec, "accessModes", default=())),
        storage_class=storage_class,
        volume_mode=_at(spec, "volumeMode", default="Filesystem"),
        labels=_at(value, "metadata", "labels", default={}),
        annotations={
            key: each
            for key, each in annotations.items()
            if not key.startswith((*KUBERNETES_OWN_ANNOTATIONS, "kubectl.kubernetes.io/"))
        },
    )
