"""Rules about what the binder compares: sizes, access modes, classes, volume modes, selectors."""

from collections.abc import Callable, Iterator
from typing import Any

from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import (
    Pair,
    Scene,
    Seats,
    is_chosen_by_binder,
    is_selected,
)
from sfsgen.kubernetes.binder import (
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
from sfsgen.kubernetes.versions import CLASS_ANNOTATION, CLASS_FIELD, CLASSES
from sfsgen.sets.existing import ExistingClaim, ExistingVolume

_SELECTOR: Path = ("spec", "selector")
_CAPACITY: Path = ("spec", "capacity", "storage")


def size(scene: Scene) -> Iterator[Finding]:
    """A volume has at least the size that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, checkVolumeSatisfyClaim.
    """
    for pair in scene.waiting:
        if not is_large_enough(pair.claim.storage, pair.volume.storage):
            claim, volume = pair.claim.storage.storage, pair.volume.storage.storage
            what = f"it asks for {claim}, and {pair.volume.name} has {volume}"
            yield _unfit(scene, pair, SIZE, what)


def access_modes(scene: Scene) -> Iterator[Finding]:
    """A volume has all access modes that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/index.go, CheckAccessModes.
    """
    for pair in scene.waiting:
        if lacking := lacking_modes(pair.claim.storage, pair.volume.storage):
            its = ", ".join(pair.volume.storage.access_modes) or "none"
            what = f"it asks for {', '.join(lacking)}, and {pair.volume.name} has {its}"
            yield _unfit(scene, pair, MODES, what)


def volume_mode(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one volume mode, and on NFS it is Filesystem.

    Source: pkg/volume/util, CheckVolumeModeMismatches; pkg/volume/nfs has no block devices.
    """
    for pair in scene.waiting:
        mode, its = pair.claim.storage.volume_mode, pair.volume.storage.volume_mode
        if mode != its and not _is_nfs_block(pair.volume):
            what = f"it asks for the volume mode {mode}, and {pair.volume.name} has {its}"
            yield _unfit(scene, pair, VOLUME_MODE, what)
    for volume in scene.existing.volumes.values():
        if _is_nfs_block(volume):
            what = f"the volume {volume.name} is a block device, which NFS does not have"
            fix = "write volumeMode: Filesystem, also for its claim and the claim template"
            yield error(volume.manifest, VOLUME_MODE, what, scene.cures.anew(volume.manifest, fix))


def class_(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one storage class, written out so that no default comes in.

    Source: plugin/pkg/admission/storage/storageclass/setdefault, and index.go, findMatchingVolume.
    """
    for pair in scene.waiting:
        wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
        if pair.is_reserved and pair.claim.manifest.is_stored:
            continue  # it binds, and the claim's class is immutable
        if wanted is not None and wanted != its:
            yield _other_class(scene, pair, wanted, its)
        elif wanted is None and its:
            what = f"the claim {pair.claim.name} names no class, and {pair.volume.name} has "
            what += shown_class(its)
            tell = warning if pair.is_reserved else error
            fix = scene.cures.anew(pair.claim.manifest, f'write storageClassName: "{its}"')
            yield tell(pair.claim.manifest, CLASS, what, fix, pair.volume.manifest)
    if scene.target.has(CLASSES):
        yield from _classless_claims(scene)
        yield from _classless_templates(scene)


def claim_selector(scene: Scene) -> Iterator[Finding]:
    """The labels of a volume meet the selector of the claim that is to get it.

    With volumeName or claimRef the selector is not looked at (measured).
    Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
    """
    for key, claim in scene.existing.claims.items():
        selector = claim.selector
        if selector and key not in scene.pairs and not claim.volume_name:
            what = f"the claim {claim.name} does not bind: the labels of no volume that is free "
            what += "meet its selector"
            fix, sides = "label the volume that is meant", []
            if volume := scene.volume_by_name(claim):
                fix, sides = f"give {volume.name} labels that meet it", [volume.manifest]
                if not selector.get("matchExpressions"):
                    fix = scene.cures.label(volume, selector["matchLabels"])
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
            and not (each.path == VOLUME_MODE and _is_nfs_block(volume))
        ]
        if not is_selected(pair):
            what = f"the labels of {volume.name} do not meet its selector"
            found.append(Difference(_SELECTOR, what, is_short=True))
        if found and not (pair.is_bound and is_chosen_by_binder(pair)):
            tell = error if any(each.is_short for each in found) else warning
            what = f"the claim {claim.name} and {volume.name} are reserved for each other, and "
            what += f"bind unequal: {'; '.join(each.what for each in found)}"
            yield _at_odd_side(scene, pair, tell, [each.path for each in found], what)


def claim_template(scene: Scene) -> Iterator[Finding]:
    """A claim is what its claim template would make: the controller looks at the name only.

    Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
    """
    for seats in scene.seats:
        if _is_odd_template(seats):
            yield from _odd_template(scene, seats, next(iter(seats.claims.values())))
        else:
            for claim in seats.claims.values():
                if claim.storage is not seats.template.storage:
                    yield from _odd_claim(scene, seats, claim)
        yield from _pinned_template(scene, seats)


def _is_odd_template(seats: Seats) -> bool:
    """Return whether all claims agree, and their volumes too, but not with the claim template."""
    wanted = seats.template.storage
    storages = {each.storage for each in seats.claims.values()}
    volumes = {each.storage for each in seats.volumes.values()}
    return len(storages) == 1 and all(any(differences(wanted, each, "")) for each in volumes)


def _odd_template(scene: Scene, seats: Seats, claim: ExistingClaim) -> Iterator[Finding]:
    manifest, name = seats.stateful_set.manifest, seats.template.name
    for each in _departures(seats, claim):
        what = f"the claim template {name} would not make the claims that are there, such as "
        what += f"{claim.name}: {each.what}"
        fix = scene.cures.anew(manifest, f"let the claim template {name} be as its claims")
        path = (*seats.template.path, *each.path)
        yield warning(manifest, path, what, fix, claim.manifest)


def _odd_claim(scene: Scene, seats: Seats, claim: ExistingClaim) -> Iterator[Finding]:
    for each in _departures(seats, claim):
        what = f"the claim {claim.name} is not what its claim template would make: {each.what}"
        fix = f"let it be as the claim template {seats.template.name}"
        fix = scene.cures.anew(claim.manifest, fix)
        yield warning(claim.manifest, each.path, what, fix, seats.stateful_set.manifest)


def _departures(seats: Seats, claim: ExistingClaim) -> Iterator[Difference]:
    template, is_live = seats.template, seats.stateful_set.manifest.is_stored
    return departures(claim.storage, template.storage, template.name, is_live=is_live)


def _pinned_template(scene: Scene, seats: Seats) -> Iterator[Finding]:
    """Yield what a claim template says that only one of its claims can have."""
    manifest, (*_, index) = seats.stateful_set.manifest, seats.template.path
    spec = manifest.value["spec"]["volumeClaimTemplates"][index].get("spec") or {}
    if spec.get("volumeName"):
        what = f"the claim template {seats.template.name} names the volume {spec['volumeName']}, "
        what += "which only one of its claims can have"
        path = (*seats.template.path, "spec", "volumeName")
        yield error(manifest, path, what, scene.cures.anew(manifest, "remove it"))
    selectors = [each.selector for each in seats.claims.values()]
    if (given := spec.get("selector")) and any(each != given for each in selectors):
        what = f"the claim template {seats.template.name} has a selector that its claims lack"
        path = (*seats.template.path, "spec", "selector")
        yield warning(manifest, path, what, scene.cures.anew(manifest, "remove it"))


def _is_nfs_block(volume: ExistingVolume) -> bool:
    return volume.storage.volume_mode == "Block" and bool(volume.driver)


def _at_odd_side(
    scene: Scene, pair: Pair, tell: Callable[..., Finding], paths: list[Path], what: str
) -> Finding:
    """Return a finding at the volume, which can be changed, or at a claim that is the odd one."""
    claim, volume = pair.claim, pair.volume
    if _SELECTOR in paths:
        fix = scene.cures.anew(claim.manifest, f"remove the selector of {claim.name}")
        return tell(claim.manifest, _SELECTOR, what, fix, volume.manifest)
    if VOLUME_MODE in paths:
        fix = f"write volumeMode: {volume.storage.volume_mode} for {claim.name}"
        if volume.storage.volume_mode == "Block":
            fix += ", or let it name a volume of files"
        fix = scene.cures.anew(claim.manifest, fix)
        return tell(claim.manifest, VOLUME_MODE, what, fix, volume.manifest)
    if _is_odd(scene, pair):
        fix = f"let the claim {claim.name} be as {volume.name}"
        return tell(claim.manifest, paths[0], what, fix, volume.manifest)
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
        fix = f"remove the annotation {CLASS_ANNOTATION}, which wins over the field"
        return tell(volume.manifest, path, what, fix, claim.manifest)
    return tell(volume.manifest, path, what, scene.cures.set_fields(volume, fields), claim.manifest)


def _is_odd(scene: Scene, pair: Pair) -> bool:
    """Return whether a claim that can be changed departs from its volume and its template."""
    return not pair.claim.manifest.is_stored and any(
        not any(differences(template.storage, pair.volume.storage, pair.volume.name))
        for _, template, _ in scene.existing.wanting(pair.claim.key)
    )


def _no_class(scene: Scene) -> str:
    """Return how a claim says that it has no class."""
    if scene.target.has(CLASS_FIELD):
        return 'write storageClassName: ""'
    return f'write the annotation {CLASS_ANNOTATION}: ""'


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
            yield warning(claim.manifest, CLASS, what, _no_class(scene))


def _classless_templates(scene: Scene) -> Iterator[Finding]:
    for seats in scene.seats:
        if seats.template.storage.storage_class is None and not scene.is_provisioned(seats):
            what = f"the claim template {seats.template.name} names no class: claims that the "
            what += "controller makes from it take a default StorageClass"
            manifest = seats.stateful_set.manifest
            fix = scene.cures.anew(manifest, _no_class(scene))
            yield warning(manifest, (*seats.template.path, *CLASS), what, fix)


def _unfit(
    scene: Scene, pair: Pair, path: Path, what: str, tell: Callable[..., Finding] = error
) -> Finding:
    state = "is Pending" if pair.claim.phase == "Pending" else "does not bind"
    state = state if tell is error else "binds by its reservation alone"
    return _at_odd_side(scene, pair, tell, [path], f"the claim {pair.claim.name} {state}: {what}")


def _other_class(scene: Scene, pair: Pair, wanted: str, its: str) -> Finding:
    """Return that a class differs; a reservation by claimRef binds all the same (measured)."""
    claim, volume = pair.claim, pair.volume
    what = f"it has {shown_class(wanted)}, and {volume.name} has {shown_class(its)}"
    if any(
        template.storage.storage_class is None
        for _, template, _ in scene.existing.wanting(claim.key)
    ):
        what += ", for its claim template names none and a default StorageClass came in"
    if claim.manifest.is_stored:
        what = f"the claim {claim.name} is Pending: {what}"
        fix = "reserve the volume, which binds whatever the class: "
        fix += scene.cures.reserve(volume, claim.key)
        return error(claim.manifest, CLASS, what, fix, volume.manifest)
    return _unfit(scene, pair, CLASS, what, warning if pair.is_reserved else error)
