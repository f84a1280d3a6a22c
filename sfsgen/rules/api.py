"""Rules about what the API takes: kinds, fields and annotations, at the target minor."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sfsgen.documents.paths import Path, spelled
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import MODES, SIZE, Storage
from sfsgen.kubernetes.fields import Oddity
from sfsgen.kubernetes.manifests import KINDS, Manifest
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.resources import SHORT_NAMES
from sfsgen.kubernetes.versions import (
    ANNOTATIONS,
    CSI_NFS,
    FIELDS,
    STATEFUL_SET_APIS,
    STATEFUL_SET_KINDS,
)
from sfsgen.problems import nearest
from sfsgen.sets.existing import (
    ExistingVolume,
    csi_attributes,
)

# The fields of a volume that do not say where its data lies.
_NO_SOURCES = (
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
)
_SURELY, _PERHAPS = 0.9, 0.6  # how alike two words are


def api_version(scene: Scene) -> Iterator[Finding]:
    """An object's apiVersion and kind are served at the target minor.

    Source: kubernetes.io/docs/reference/using-api/deprecation-guide.
    """
    served: dict[tuple[str, str], bool] = {}
    for manifest in scene.look.manifests:
        key = manifest.api_version, manifest.kind
        if key not in served:
            served[key] = manifest.kind not in KINDS or scene.target.serves(*key)
        if meant := _meant(*key):
            what = f'there is no kind "{manifest.kind}" in {manifest.api_version}'
            yield error(manifest, ("kind",), what, f"write kind: {meant}")
        if not served[key]:
            what = f"{manifest.api_version} {manifest.kind} is not served by {scene.target}"
            wanted, kind = "v1", manifest.kind
            if kind in STATEFUL_SET_KINDS:
                wanted, kind = scene.target.stateful_set_api
            fix = f"write apiVersion: {wanted}"
            fix += f" and kind: {kind}" if kind != manifest.kind else ""
            yield error(manifest, ("apiVersion",), what, fix)


def field(scene: Scene) -> Iterator[Finding]:
    """Every field exists at the target minor; kubectl refuses others, or the server drops them.

    Source: the API's schemas of every minor, sfsgen/kubernetes/fields.json.
    """
    for manifest in scene.look.manifests:
        # What a server holds it has taken; it is judged where another minor is asked for.
        if manifest.kind in KINDS and (scene.look.target or not manifest.is_stored):
            for oddity in scene.fields.oddities(manifest.kind, manifest.value):
                yield _refused(scene, manifest, oddity)
    for volume in scene.existing.volumes.values():
        if volume.driver == "csi" and not scene.target.has(CSI_NFS):
            what = f"the driver of {volume.name} exists from 1.{CSI_NFS.since} on; the target is "
            what += str(scene.target)
            fix = "write nfs, with server and path, instead of csi"
            yield error(volume.manifest, ("spec", "csi", "driver"), what, fix)


def annotation(scene: Scene) -> Iterator[Finding]:
    """An annotation by which Kubernetes once did something is still heeded at the target minor.

    Source: the release notes of the minors that dropped them.
    """
    for manifest in scene.look.manifests:
        if manifest.kind in KINDS and manifest.value["metadata"].get("annotations"):
            yield from _ignored(scene, manifest, manifest.value, ())
        if manifest.kind in STATEFUL_SET_KINDS:
            template = (manifest.value.get("spec") or {}).get("template") or {}
            yield from _ignored(scene, manifest, template, ("spec", "template"))


def required_field(scene: Scene) -> Iterator[Finding]:
    """Volumes, claims and claim templates have what the API server refuses them without.

    Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeSpec and
    ValidatePersistentVolumeClaimSpec.
    """
    kinds_of_source = set(scene.fields.names("PersistentVolume")).difference(_NO_SOURCES)
    for volume in scene.existing.volumes.values():
        manifest, spec = volume.manifest, volume.manifest.value["spec"]
        capacity = ("spec", "capacity", "storage")
        yield from _storage(manifest, volume.storage, (), capacity, f"the volume {volume.name}")
        sources = [key for key in kinds_of_source.intersection(spec) if spec[key] is not None]
        if len(sources) != 1:
            sources.sort(key=list(spec).index)
            what = f"the volume {volume.name} has {' and '.join(sources) or 'no source'}"
            fix = "keep one of them" if sources else "write nfs, with server and path"
            yield error(manifest, ("spec", *sources[1:2]), what, fix)
        for path, example in _lacking(volume):
            what = f"the volume {volume.name} has no {spelled(path)}"
            yield error(manifest, path, what, f"write it, such as {example}")
    for claim in scene.existing.claims.values():
        yield from _storage(claim.manifest, claim.storage, (), SIZE, f"the claim {claim.name}")
    for stateful_set in scene.existing.stateful_sets:
        for each in stateful_set.templates:
            what = f"the claim template {each.name}"
            yield from _storage(stateful_set.manifest, each.storage, each.path, SIZE, what)


def _lacking(volume: ExistingVolume) -> Iterator[tuple[Path, str]]:
    """Yield what a CSI volume lacks, and an example of it."""
    csi = volume.manifest.value["spec"].get("csi")
    if csi is not None:
        for field, example in (("driver", "nfs.csi.k8s.io"), ("volumeHandle", volume.name)):
            if not csi.get(field):
                yield ("spec", "csi", field), example
        _, share = csi_attributes(volume.manifest.value["spec"]).get("share", ("", ""))
        if volume.driver == "csi" and not share:
            yield ("spec", "csi", "volumeAttributes", "share"), "/exports"


def _storage(
    manifest: Manifest, storage: Storage, inside: Path, size: Path, called: str
) -> Iterator[Finding]:
    for path, what, fix in _faults(storage, size):
        yield error(manifest, (*inside, *path), f"{called} has {what}", fix)


@lru_cache
def _faults(storage: Storage, size: Path) -> Sequence[tuple[Path, str, str]]:
    """Return what a size and access modes lack; most of a large set's are equal."""
    faults = []
    if not storage.access_modes:
        faults.append((MODES, "no access modes", "write accessModes"))
    if not storage.storage:
        faults.append((size, "no size", f"write {spelled(size)}"))
    elif nano_units(storage.storage) <= 0:
        faults.append((size, f"the size {storage.storage}, not above zero", "write it as 1Gi"))
    return faults


@lru_cache
def _meant(api_version: str, kind: str) -> str:
    """Return the kind that was meant by one that does not exist, or ""."""
    if kind in KINDS or api_version not in ("v1", *STATEFUL_SET_APIS):
        return ""
    return nearest(SHORT_NAMES.get(kind.lower(), kind), KINDS, _SURELY)


def _ignored(scene: Scene, manifest: Manifest, value: Any, path: Path) -> Iterator[Finding]:
    for key in (value.get("metadata") or {}).get("annotations") or ():
        feature = ANNOTATIONS.get(key)
        if feature and not scene.target.has(feature):
            what = f"{scene.target} ignores the annotation {key}, which works from "
            what += f"1.{feature.since} to 1.{feature.until}"
            fix = f"remove it, and write {FIELDS[key]}" if key in FIELDS else "remove it"
            found = warning(manifest, (*path, "metadata", "annotations", key), what, fix)
            yield found._replace(is_key=True)


def _refused(scene: Scene, manifest: Manifest, oddity: Oddity) -> Finding:
    path, since, until = oddity.path, oddity.since, oddity.until
    fix = "remove it"
    if since is None:
        what = f"{manifest.kind} {manifest.name} has no field {spelled(path)}"
        key = str(path[-1])
        near = nearest(key, oddity.known, _PERHAPS)
        if key in oddity.in_spec:
            fix = f"write it as spec.{key}"
        elif near:
            fix = f"write {near}, or remove it"
    elif since > scene.target.oldest:
        what = f"{spelled(path)} exists from Kubernetes 1.{since} on; the target is {scene.target}"
        earlier = [key for key, each in FIELDS.items() if each.endswith(spelled(path[-2:]))]
        heeded = [key for key in earlier if scene.target.has(ANNOTATIONS[key])]
        if heeded:
            fix = f"write the annotation {heeded[-1]} in its place"
    else:
        what = f"{spelled(path)} exists up to Kubernetes 1.{until}; the target is {scene.target}"
    return error(manifest, path, what, fix, is_key=True)
