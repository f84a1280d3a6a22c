"""Rules about what the binder compares: sizes, access modes, classes, volume modes, selectors."""

from collections.abc import Iterator
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
from sfsgen.cures import anew, is_stored, label, reserve, set_fields
from sfsgen.findings import Finding, error, warning
from sfsgen.paths import Path
from sfsgen.scene import Pair, Scene, is_chosen_by_binder, is_selected, selector_of

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
            fix = set_fields(pair.volume, {"capacity": {"storage": claim}})
            yield _unfit(pair, SIZE, what, fix)


def access_modes(scene: Scene) -> Iterator[Finding]:
    """A volume has all access modes that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/index.go, CheckAccessModes.
    """
    for pair in scene.waiting:
        if lacking := lacking_modes(pair.claim.storage, pair.volume.storage):
            its = ", ".join(pair.volume.storage.access_modes) or "none"
            what = f"it asks for {', '.join(lacking)}, and {pair.volume.name} has {its}"
            modes = list(pair.claim.storage.access_modes)
            fix = set_fields(pair.volume, {"accessModes": modes})
            yield _unfit(pair, MODES, what, fix)


def volume_mode(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one volume mode, and on NFS it is Filesystem.

    Source: pkg/volume/util, CheckVolumeModeMismatches; pkg/volume/nfs has no block devices.
    """
    for pair in scene.waiting:
        mode, its = pair.claim.storage.volume_mode, pair.volume.storage.volume_mode
        if mode != its:
            what = f"it asks for the volume mode {mode}, and {pair.volume.name} has {its}"
            side = pair.volume.manifest if mode == "Filesystem" else pair.claim.manifest
            fix = anew(side, f"write volumeMode: Filesystem for {side.name}")
            yield _unfit(pair, VOLUME_MODE, what, fix)
    for volume in scene.existing.volumes.values():
        if volume.storage.volume_mode == "Block" and volume.driver:
            what = f"the volume {volume.name} is a block device, which NFS does not have"
            fix = "write volumeMode: Filesystem, also for its claim and the claim template"
            fix = anew(volume.manifest, fix)
            yield error(volume.manifest, VOLUME_MODE, what, fix)


def class_(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one storage class, written out so that no default comes in.

    Source: plugin/pkg/admission/storage/storageclass/setdefault, and index.go, findMatchingVolume.
    """
    for pair in scene.waiting:
        wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
        if pair.is_reserved and is_stored(pair.claim.manifest):
            continue  # it binds, and the claim's class is immutable
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
    """The labels of a volume meet the selector of the claim that is to get it.

    With volumeName or claimRef the selector is not looked at (measured).
    Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
    """
    for key, claim in scene.existing.claims.items():
        selector = selector_of(claim)
        if selector and key not in scene.pairs and not claim.volume_name:
            what = f"the claim {claim.name} does not bind: the labels of no volume that is free "
            what += "meet its selector"
            fix, sides = "label the volume that is meant", []
            if volume := scene.volume_by_name(claim):
                fix = label(volume, selector.get("matchLabels") or {})
                sides = [volume.manifest]
            yield error(claim.manifest, _SELECTOR, what, fix, *sides)


def unequal_pair(scene: Scene) -> Iterator[Finding]:
    """A pair that is reserved on both sides is equal: its binding bypasses every check.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim (measured).
    """
    for pair in scene.pairs.values():
        claim, volume = pair.claim, pair.volume
        if not pair.is_pinned or (claim.storage is volume.storage and is_selected(pair)):
            continue
        found = [
            each
            for each in differences(claim.storage, volume.storage, volume.name)
            # A volume may have grown since: what is bound and large enough stays so.
            if not (pair.is_bound and each.path == SIZE and not each.is_short)
        ]
        if not is_selected(pair):
            what = f"the labels of {volume.name} do not meet its selector"
            found.append(Difference(_SELECTOR, what, is_short=True))
        if found and not (pair.is_bound and is_chosen_by_binder(pair)):
            tell = error if any(each.is_short for each in found) else warning
            what = f"the claim {claim.name} and {volume.name} are reserved for each other, and "
            what += f"bind unequal: {'; '.join(each.what for each in found)}"
            fix = _equal(pair, [each.path for each in found], is_odd=_is_odd(scene, pair))
            yield tell(claim.manifest, found[0].path, what, fix, volume.manifest)


def claim_template(scene: Scene) -> Iterator[Finding]:
    """A claim is what its claim template would make: the controller looks at the name only.

    Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
    """
    for seats in scene.seats:
        wanted, manifest = seats.template.storage, seats.stateful_set.manifest
        for ordinal, claim in seats.claims.items():
            if claim.storage is wanted:
                continue
            ordinal_volume = seats.volumes.get(ordinal)
            for each in departures(
                claim.storage, wanted, seats.template.name, is_live=is_stored(manifest)
            ):
                what = f"the claim {claim.name} is not what its claim template would make: "
                what += each.what
                fix = f"let the claim be as its claim template {seats.template.name}"
                if ordinal_volume and not any(
                    differences(claim.storage, ordinal_volume.storage, "")
                ):
                    fix = f"let the claim template {seats.template.name} be as its claims"
                    fix = anew(manifest, fix)
                else:
                    fix = anew(claim.manifest, fix)
                yield warning(claim.manifest, each.path, what, fix, manifest)


def _is_odd(scene: Scene, pair: Pair) -> bool:
    """Return whether the volume is what the claim template says, and the claim is not."""
    return any(
        not any(differences(template.storage, pair.volume.storage, pair.volume.name))
        for _, template, _ in scene.existing.wanting(pair.claim.key)
    )


def _equal(pair: Pair, paths: list[Path], *, is_odd: bool) -> str:
    """Return how to make a pair equal: by the volume, which can be changed, or an odd claim."""
    claim, volume = pair.claim.storage, pair.volume
    if is_odd and _SELECTOR not in paths:
        return anew(pair.claim.manifest, f"let the claim {pair.claim.name} be as {volume.name}")
    fields: dict[str, Any] = {}
    if SIZE in paths:
        fields["capacity"] = {"storage": claim.storage}
    if MODES in paths:
        fields["accessModes"] = list(claim.access_modes)
    if CLASS in paths:
        fields["storageClassName"] = claim.storage_class or ""
    fixes = [set_fields(volume, fields)] if fields else []
    if VOLUME_MODE in paths:
        side = volume.manifest if volume.storage.volume_mode == "Block" else pair.claim.manifest
        fixes.append(anew(side, f"write volumeMode: Filesystem for {side.name}"))
    if _SELECTOR in paths:
        fixes.append(anew(pair.claim.manifest, f"remove the selector of {pair.claim.name}"))
    return ", and ".join(fixes)


def _classless_claims(scene: Scene) -> Iterator[Finding]:
    for key, claim in scene.existing.claims.items():
        if claim.storage.storage_class is not None or claim.phase:
            continue
        pair = scene.pairs.get(key)
        is_static_claim = pair or claim.volume_name or bool(scene.existing.wanting(key))
        # Beside a volume with a class it is told already.
        if is_static_claim and not (pair and pair.volume.storage.storage_class):
            what = f"the claim {claim.name} names no class: a default StorageClass would come in"
            if not (pair and pair.is_reserved):
                what += ", and keep it from its volume"
            yield warning(claim.manifest, CLASS, what, _WRITE_NO_CLASS)


def _classless_templates(scene: Scene) -> Iterator[Finding]:
    for seats in scene.seats:
        if seats.template.storage.storage_class is None and not scene.is_provisioned(seats):
            what = f"the claim template {seats.template.name} names no class: claims that the "
            what += "controller makes from it take a default StorageClass"
            manifest = seats.stateful_set.manifest
            fix = anew(manifest, _WRITE_NO_CLASS)
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
    fix = set_fields(volume, {"storageClassName": wanted})
    finding = _unfit(pair, CLASS, what, fix, is_error=not pair.is_reserved)
    if is_stored(claim.manifest) and not pair.is_reserved:
        fix = f"reserve the volume, which binds whatever the class: {reserve(volume, claim.key)}"
        return finding._replace(fix=fix)
    return finding
