"""A claim and a volume that do not fit: what to say, and at which of both."""

from collections.abc import Callable
from typing import Any

from sfsgen.changes.cure import WHICH_CLASS, WHICH_VOLUME, Cure
from sfsgen.changes.edits import Edit
from sfsgen.documents.document import GONE, Path
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import SELECTOR
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import CLASS, MODES, SIZE, VOLUME_MODE, differences, shown_class
from sfsgen.kubernetes.versions import CLASS_ANNOTATION
from sfsgen.values.pairs import Pair, Volume

_CAPACITY: Path = ("spec", "capacity", "storage")


def is_nfs_block(volume: Volume) -> bool:
    """Return whether a volume is to be a block device on an NFS server, which has none."""
    return volume.storage.volume_mode == "Block" and volume.is_nfs


def at_odd_side(
    scene: Scene, pair: Pair, tell: Callable[..., Finding], paths: list[Path], what: str
) -> Finding:
    """Return a finding at the volume, which can be changed, or at a claim that is the odd one."""
    claim, volume = pair.claim, pair.volume
    if SELECTOR in paths:
        removed = Edit(claim.manifest, SELECTOR, GONE)
        without = Cure(f"remove the selector of {claim.name}", (removed,))
        fix = scene.cures.of_immutable(claim.manifest, without).by_hand(WHICH_VOLUME)
        return tell(claim.manifest, SELECTOR, what, fix, volume.manifest)
    if VOLUME_MODE in paths:
        mode = f"write volumeMode: {volume.storage.volume_mode} for {claim.name}"
        if volume.storage.volume_mode == "Block":
            mode += ", or let it name a volume of files"
        fix = scene.cures.of_immutable(claim.manifest, mode)
        return tell(claim.manifest, VOLUME_MODE, what, fix, volume.manifest)
    if _is_odd(scene, pair):
        as_volume = f"let the claim {claim.name} be as {volume.name}"
        return tell(claim.manifest, paths[0], what, as_volume, volume.manifest)
    fields: dict[str, Any] = {}
    if SIZE in paths:
        fields["capacity"] = {"storage": claim.storage.storage}
    if MODES in paths:
        fields["accessModes"] = list(claim.storage.access_modes)
    if CLASS in paths:
        fields["storageClassName"] = claim.storage.storage_class or ""
    path = _CAPACITY if paths[0] == SIZE else paths[0]
    if paths[0] == CLASS and CLASS_ANNOTATION in volume.manifest.annotations:
        path = ("metadata", "annotations", CLASS_ANNOTATION)
        remove = f"remove the annotation {CLASS_ANNOTATION}, which wins over the field"
        return tell(volume.manifest, path, what, remove, claim.manifest)
    cure = scene.cures.set_fields(volume, fields)
    if CLASS in paths:
        cure = cure.by_hand(WHICH_CLASS)
    return tell(volume.manifest, path, what, cure, claim.manifest)


def other_class(scene: Scene, pair: Pair) -> str:
    """Return how its class, which never changes, keeps a stored claim from a volume, or ""."""
    wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
    if wanted in (None, its) or not pair.claim.manifest.is_stored:
        return ""
    what = f"it has {shown_class(wanted)}, and {pair.volume.name} has {shown_class(its)}"
    rows = scene.inventory.wanting(pair.claim.key)
    if any(row.template.storage.storage_class is None for row in rows):
        what += ", for its claim template names none and a default StorageClass came in"
    return what


def _is_odd(scene: Scene, pair: Pair) -> bool:
    """Return whether a claim that can be changed departs from its volume and its template."""
    return not pair.claim.manifest.is_stored and any(
        not any(differences(row.template.storage, pair.volume.storage, pair.volume.name))
        for row in scene.inventory.wanting(pair.claim.key)
    )


def unfit(
    scene: Scene, pair: Pair, path: Path, what: str, tell: Callable[..., Finding] = error
) -> Finding:
    """Return that a claim does not bind to its volume, or by its reservation alone."""
    state = "is Pending" if pair.claim.phase == "Pending" else "does not bind"
    state = state if tell is error else "binds by its reservation alone"
    return at_odd_side(scene, pair, tell, [path], f"the claim {pair.claim.name} {state}: {what}")
