"""Volumes, claims and claim templates have what the API server refuses them without.

The API server refuses a volume without a size, access modes or a source, or with two sources, and a
claim without a size or access modes: the rest of the set is made, and waits for it. A claim
template that lacks them is noticed only when the controller makes a claim from it. What its CSI
driver needs of a volume made by hand (the `share` of nfs.csi.k8s.io, `source` and Secret of
smb.csi.k8s.io, `rootPath`, `fsName` and Secret of cephfs.csi.ceph.com) is noticed only when a pod
starts, and waits in ContainerCreating.

Fix: Write what is missing: `capacity.storage`, `accessModes` and `nfs` or `csi` of a volume,
`resources.requests.storage` and `accessModes` of a claim and of a claim template.

Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeSpec and
ValidatePersistentVolumeClaimSpec; docs/drivers.md.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache

from sfsgen.documents.document import Path, spelled
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume, template_of
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.binder import MODES, SIZE, Storage
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.sets.found import csi_attributes
from sfsgen.sets.origins import NO_SOURCES
from sfsgen.storage_drivers import driver_of
from sfsgen.values.pairs import Volume


def required_field(scene: Scene) -> Iterator[Finding]:
    return one_for_each((_cause(scene, each), each) for each in _found(scene))


def _cause(scene: Scene, found: Finding) -> Hashable:
    """Return the set of a volume or a claim, and what is missing where."""
    manifest = found.manifest
    if manifest and manifest.kind == "PersistentVolume":
        volume = scene.inventory.volumes[manifest.name]
        return set_of_volume(scene, volume), found.path, found.what.replace(volume.name, "")
    if manifest and manifest.kind == "PersistentVolumeClaim":
        key = manifest.namespace, manifest.name
        return template_of(scene, key), found.path, found.what.replace(manifest.name, "")
    return id(manifest), found.path, found.what


def _found(scene: Scene) -> Iterator[Finding]:
    kinds_of_source = set(scene.fields.names("PersistentVolume")).difference(NO_SOURCES)
    for volume in scene.inventory.volumes.values():
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
    for claim in scene.inventory.claims.values():
        yield from _storage(claim.manifest, claim.storage, (), SIZE, f"the claim {claim.name}")
    for stateful_set in scene.inventory.stateful_sets:
        for each in stateful_set.templates:
            what = f"the claim template {each.name}"
            yield from _storage(stateful_set.manifest, each.storage, each.path, SIZE, what)


def _lacking(volume: Volume) -> Iterator[tuple[Path, str]]:
    """Yield what a CSI volume lacks, and an example of it."""
    csi = volume.manifest.at("spec", "csi")
    if csi is not None:
        for field, example in (("driver", "nfs.csi.k8s.io"), ("volumeHandle", volume.name)):
            if not csi.get(field):
                yield ("spec", "csi", field), example
        _, share = csi_attributes(volume.manifest.value["spec"]).get("share", ("", ""))
        if volume.driver == "csi" and not share:
            yield ("spec", "csi", "volumeAttributes", "share"), "/exports"
        yield from _lacking_for_its_driver(volume)


def _lacking_for_its_driver(volume: Volume) -> Iterator[tuple[Path, str]]:
    """Yield what a driver mounts nothing without, of volumes that it did not make."""
    driver = driver_of(volume.driver)
    given = csi_attributes(volume.manifest.value["spec"])
    # CephFS finds its own volumes by their handles.
    if not volume.is_static or (driver.needed and "staticvolume" not in given):
        return
    required = {**driver.required, **driver.needed}
    for key in (key for key in required if not given.get(key.lower(), ("", ""))[1]):
        yield ("spec", "csi", "volumeAttributes", key), required[key]
    secret: Path = ("spec", "csi", "nodeStageSecretRef")
    is_guest = driver.guest_option in volume.mount_options
    if driver.credentials and not (volume.manifest.at(*secret) or is_guest):
        yield secret, f"name and namespace of a Secret with {driver.credentials}"


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
