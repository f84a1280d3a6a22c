"""Rules about what the binder compares: sizes, access modes, classes, volume modes, selectors."""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.comparison import (
    CLASS,
    MODES,
    SIZE,
    VOLUME_MODE,
    Difference,
    departures,
    differences,
    is_large_enough,
    lacking_modes,
    shown_class,
)
from sfsgen.cures import is_stored, reserve
from sfsgen.findings import Finding, error, warning
from sfsgen.paths import Path
from sfsgen.scene import Pair, Scene, is_chosen_by_binder
from sfsgen.selectors import is_met

_SELECTOR: Path = ("spec", "selector")
_WRITE_NO_CLASS = 'write storageClassName: ""'
_WITH_CLASSES = 4  # the first minor with storage classes


def size(scene: Scene) -> Iterator[Finding]:
    """A volume has at least the size that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, checkVolumeSatisfyClaim.
    """
    for pair in scene.waiting:
        if not is_large_enough(pair.claim.storage, pair.volume.storage):
            claim, volume = pair.claim.storage.storage, pair.volume.storage.storage
            what = f"it asks for {claim}, and {pair.volume.name} has {volume}"
            yield _unfit(pair, SIZE, what, f"write {volume}, or let the volume have {claim}")


def access_modes(scene: Scene) -> Iterator[Finding]:
    """A volume has all access modes that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/index.go, CheckAccessModes.
    """
    for pair in scene.waiting:
        if lacking := lacking_modes(pair.claim.storage, pair.volume.storage):
            its = ", ".join(pair.volume.storage.access_modes) or "none"
            what = f"it asks for {', '.join(lacking)}, and {pair.volume.name} has {its}"
            yield _unfit(pair, MODES, what, f"write the volume's: {its}")


def volume_mode(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one volume mode, and on NFS it is Filesystem.

    Source: pkg/volume/util, CheckVolumeModeMismatches; pkg/volume/nfs has no block devices.
    """
    for pair in scene.waiting:
        mode, its = pair.claim.storage.volume_mode, pair.volume.storage.volume_mode
        if mode != its:
            what = f"it asks for the volume mode {mode}, and {pair.volume.name} has {its}"
            yield _unfit(pair, VOLUME_MODE, what, "write Filesystem on both sides")
    for volume in scene.existing.volumes.values():
        if volume.storage.volume_mode == "Block" and volume.driver:
            what = f"the volume {volume.name} is a block device, which NFS does not have"
            yield error(volume.manifest, VOLUME_MODE, what, "write volumeMode: Filesystem")


def class_(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one storage class, written out so that no default comes in.

    Source: plugin/pkg/admission/storage/storageclass/setdefault, and index.go, findMatchingVolume.
    """
    for pair in scene.waiting:
        wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
        if wanted is not None and wanted != its:
            yield _other_class(scene, pair, wanted, its)
        elif wanted is None and its:
            what = f"it names no class, and {pair.volume.name} has {shown_class(its)}"
            fix = f'write storageClassName: "{its}"'
            yield _unfit(pair, CLASS, what, fix, is_error=not pair.is_reserved)
    if scene.target.newest >= _WITH_CLASSES:
        yield from _classless_claims(scene)
        yield from _classless_templates(scene)


def claim_selector(scene: Scene) -> Iterator[Finding]:
    """The labels of a claim's volume meet the claim's selector.

    Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
    """
    for pair in scene.waiting:
        # claimRef alone does not check the selector (measured).
        if not pair.is_reserved and not _is_selected(pair):
            what = f"no label of {pair.volume.name} meets its selector"
            fix = "remove the selector, and reserve both sides for each other, or give the volume "
            fix += "its labels"
            yield _unfit(pair, _SELECTOR, what, fix)


def unequal_pair(scene: Scene) -> Iterator[Finding]:
    """A pair that is reserved on both sides is equal: its binding bypasses every check.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim (measured).
    """
    for pair in scene.pairs.values():
        claim, volume = pair.claim, pair.volume
        if not pair.is_pinned or (claim.storage is volume.storage and _is_selected(pair)):
            continue
        found = [
            each
            for each in differences(claim.storage, volume.storage)
            # A volume may have grown since: what is bound and large enough stays so.
            if not (pair.is_bound and each.path == SIZE and not each.is_short)
        ]
        if not _is_selected(pair):
            what = f"the labels of {volume.name} do not meet its selector"
            found.append(Difference(_SELECTOR, what, is_short=True))
        if found and not (pair.is_bound and is_chosen_by_binder(pair)):
            tell = error if any(each.is_short for each in found) else warning
            what = f"the claim {claim.name} and its volume {volume.name} are reserved for each "
            what += f"other, and bind unequal: {'; '.join(each.what for each in found)}"
            fix = "let both say the same, and the claim template too"
            yield tell(claim.manifest, found[0].path, what, fix, volume.manifest)


def claim_template(scene: Scene) -> Iterator[Finding]:
    """A claim is what its claim template would make: the controller looks at the name only.

    Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
    """
    for seats in scene.seats:
        wanted, manifest = seats.template.storage, seats.stateful_set.manifest
        for claim in seats.claims.values():
            if claim.storage is not wanted:
                for each in departures(claim.storage, wanted, is_live=is_stored(manifest)):
                    what = f"the claim {claim.name} is not what its claim template would make: "
                    what += each.what
                    fix = f"let it and the claim template {seats.template.name} say the same"
                    yield warning(claim.manifest, each.path, what, fix, manifest)


def _classless_claims(scene: Scene) -> Iterator[Finding]:
    for key, claim in scene.existing.claims.items():
        if claim.storage.storage_class is not None or claim.phase:
            continue
        pair = scene.pairs.get(key)
        is_static_claim = pair or claim.volume_name or any(scene.existing.wanting(key))
        # Beside a volume with a class it is told already.
        if is_static_claim and not (pair and pair.volume.storage.storage_class):
            what = f"the claim {claim.name} names no class: a default StorageClass would come in, "
            what += "and keep it from its volume"
            yield warning(claim.manifest, CLASS, what, _WRITE_NO_CLASS)


def _classless_templates(scene: Scene) -> Iterator[Finding]:
    for seats in scene.seats:
        if seats.template.storage.storage_class is None and not scene.is_provisioned(seats):
            what = f"the claim template {seats.template.name} names no class: claims that the "
            what += "controller makes from it take a default StorageClass"
            fix, manifest = _WRITE_NO_CLASS, seats.stateful_set.manifest
            if is_stored(manifest):
                fix = f"kubectl delete sts {manifest.name} --cascade=orphan, {fix}, and create it "
                fix += "anew: the template is immutable"
            yield warning(manifest, (*seats.template.path, *CLASS), what, fix)


def _unfit(pair: Pair, path: Path, what: str, fix: str, *, is_error: bool = True) -> Finding:
    tell = error if is_error else warning
    state = "is Pending" if pair.claim.phase == "Pending" else "does not bind"
    state = state if is_error else "binds by its reservation alone"
    what = f"the claim {pair.claim.name} {state}: {what}"
    return tell(pair.claim.manifest, path, what, fix, pair.volume.manifest)


def _other_class(scene: Scene, pair: Pair, wanted: str, its: str) -> Finding:
    """Return that a class differs; a reservation by claimRef binds all the same (measured)."""
    claim, volume = pair.claim, pair.volume
    what = f"it has {shown_class(wanted)}, and {volume.name} has {shown_class(its)}"
    if any(
        template.storage.storage_class is None
        for _, template, _ in scene.existing.wanting(claim.key)
    ):
        what += ", for its claim template names none and a default StorageClass came in"
    fix = f'write storageClassName: "{its}"'
    finding = _unfit(pair, CLASS, what, fix, is_error=not pair.is_reserved)
    if is_stored(claim.manifest) and not pair.is_reserved:
        fix = f"reserve the volume, which binds whatever the class: {reserve(volume, claim.key)}"
        return finding._replace(fix=fix)
    return finding


def _is_selected(pair: Pair) -> bool:
    selector: Mapping[str, Any] = pair.claim.manifest.value["spec"].get("selector") or {}
    return not selector or is_met(selector, pair.volume.labels)
