"""Rules about what the binder compares: sizes, access modes, classes, volume modes, selectors."""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.cures import is_stored, reserve
from sfsgen.existing import Storage
from sfsgen.findings import Finding, error, warning
from sfsgen.paths import Path
from sfsgen.quantity import nano_units
from sfsgen.scene import Pair, Scene, is_chosen_by_binder, is_large_enough
from sfsgen.selectors import is_met

_SIZE: Path = ("spec", "resources", "requests", "storage")
_MODES: Path = ("spec", "accessModes")
_CLASS: Path = ("spec", "storageClassName")
_VOLUME_MODE: Path = ("spec", "volumeMode")
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
            yield _unfit(pair, _SIZE, what, f"{volume}, or let the volume have {claim}")


def access_modes(scene: Scene) -> Iterator[Finding]:
    """A volume has all access modes that its claim asks for.

    Source: pkg/controller/volume/persistentvolume/index.go, CheckAccessModes.
    """
    for pair in scene.waiting:
        if lacking := _lacking_modes(pair):
            its = ", ".join(pair.volume.storage.access_modes) or "none"
            what = f"it asks for {', '.join(lacking)}, and {pair.volume.name} has {its}"
            yield _unfit(pair, _MODES, what, f"the volume's: {its}")


def volume_mode(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one volume mode, and on NFS it is Filesystem.

    Source: pkg/volume/util, CheckVolumeModeMismatches; pkg/volume/nfs has no block devices.
    """
    for pair in scene.waiting:
        mode, its = pair.claim.storage.volume_mode, pair.volume.storage.volume_mode
        if mode != its:
            what = f"it asks for the volume mode {mode}, and {pair.volume.name} has {its}"
            yield _unfit(pair, _VOLUME_MODE, what, "Filesystem on both sides")
    for volume in scene.existing.volumes.values():
        if volume.storage.volume_mode == "Block" and volume.driver:
            what = f"the volume {volume.name} is a block device, which NFS does not have"
            yield error(volume.manifest, _VOLUME_MODE, what, "write volumeMode: Filesystem")


def class_(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume have one storage class, written out so that no default comes in.

    Source: plugin/pkg/admission/storage/storageclass/setdefault, and index.go, findMatchingVolume.
    """
    for pair in scene.waiting:
        wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
        if wanted is not None and wanted != its:
            yield _other_class(scene, pair, wanted, its)
        elif wanted is None and its:
            what = f"it names no class, and {pair.volume.name} has {_shown(its)}"
            fix = f"storageClassName: {_shown(its)}"
            yield _unfit(pair, _CLASS, what, fix, is_error=not pair.is_reserved)
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
            fix = "the labels of the volume, or remove the selector: reserved on both sides, a "
            fix += "pair needs none"
            yield _unfit(pair, _SELECTOR, what, fix)


def unequal_pair(scene: Scene) -> Iterator[Finding]:
    """A pair that is reserved on both sides is equal: its binding bypasses every check.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim (measured).
    """
    for pair in scene.pairs.values():
        if not pair.is_pinned or (pair.claim.storage is pair.volume.storage and _is_selected(pair)):
            continue
        differences = list(_differences(pair))
        if not differences or (pair.is_bound and is_chosen_by_binder(pair)):
            continue
        what = f"the claim {pair.claim.name} and its volume {pair.volume.name} are reserved for "
        what += f"each other, and bind though {' and '.join(each[1] for each in differences)}"
        path = differences[0][0]
        tell = error if any(each[2] for each in differences) else warning
        fix = "let both say the same, also the claim template"
        yield tell(pair.claim.manifest, path, what, fix, pair.volume.manifest)


def claim_template(scene: Scene) -> Iterator[Finding]:
    """A claim is what its claim template would make: the controller looks at the name only.

    Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
    """
    for seats in scene.seats:
        wanted, stateful_set = seats.template.storage, seats.stateful_set
        for claim in seats.claims.values():
            has = claim.storage
            if has is wanted:
                continue
            for path, what in _departures(has, wanted, is_stored(stateful_set.manifest)):
                what_all = f"the claim {claim.name} {what}"
                fix = f"let the claim and the claim template {seats.template.name} say the same"
                yield warning(claim.manifest, path, what_all, fix, stateful_set.manifest)


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
            yield warning(claim.manifest, _CLASS, what, _WRITE_NO_CLASS)


def _classless_templates(scene: Scene) -> Iterator[Finding]:
    for seats in scene.seats:
        if seats.template.storage.storage_class is None and not scene.is_provisioned(seats):
            what = f"the claim template {seats.template.name} names no class: claims that the "
            what += "controller makes from it take a default StorageClass"
            fix, manifest = _WRITE_NO_CLASS, seats.stateful_set.manifest
            if is_stored(manifest):
                fix = f"kubectl delete sts {manifest.name} --cascade=orphan, {fix}, and create it "
                fix += "anew: the template is immutable"
            yield warning(manifest, (*seats.template.path, *_CLASS), what, fix)


def _unfit(pair: Pair, path: Path, what: str, fix: str, *, is_error: bool = True) -> Finding:
    tell = error if is_error else warning
    state = "is Pending" if pair.claim.phase == "Pending" else "does not bind"
    state = state if is_error else "binds by its reservation alone"
    what = f"the claim {pair.claim.name} {state}: {what}"
    return tell(pair.claim.manifest, path, what, f"write {fix}", pair.volume.manifest)


def _other_class(scene: Scene, pair: Pair, wanted: str, its: str) -> Finding:
    """Return that a class differs; a reservation by claimRef binds all the same (measured)."""
    claim, volume = pair.claim, pair.volume
    what = f"it has the class {_shown(wanted)}, and {volume.name} has {_shown(its)}"
    if any(
        template.storage.storage_class is None
        for _, template, _ in scene.existing.wanting(claim.key)
    ):
        what += ", for its claim template names none and a default StorageClass came in"
    finding = _unfit(pair, _CLASS, what, _shown(its), is_error=not pair.is_reserved)
    if is_stored(claim.manifest) and not pair.is_reserved:
        fix = f"reserve the volume, which binds whatever the class: {reserve(volume, claim.key)}"
        return finding._replace(fix=fix)
    return finding


def _shown(storage_class: str) -> str:
    return f'"{storage_class}"' if storage_class else '"" (none)'


def _lacking_modes(pair: Pair) -> list[str]:
    its = pair.volume.storage.access_modes
    return [mode for mode in pair.claim.storage.access_modes if mode not in its]


def _is_selected(pair: Pair) -> bool:
    selector: Mapping[str, Any] = pair.claim.manifest.value["spec"].get("selector") or {}
    return not selector or is_met(selector, pair.volume.labels)


def _differences(pair: Pair) -> Iterator[tuple[Path, str, bool]]:
    """Yield where two sides differ, how, and whether the claim asks for more than there is."""
    claim, volume = pair.claim.storage, pair.volume.storage
    if claim.storage and volume.storage and nano_units(claim.storage) != nano_units(volume.storage):
        is_short = not is_large_enough(claim, volume)
        # A volume that was grown keeps its claim; the claim cannot be shrunk.
        if is_short or not pair.is_bound:
            yield _SIZE, f"one asks for {claim.storage} and one has {volume.storage}", is_short
    if set(claim.access_modes) != set(volume.access_modes):
        modes = " and ".join(", ".join(each.access_modes) or "none" for each in (claim, volume))
        yield _MODES, f"their access modes are {modes}", bool(_lacking_modes(pair))
    if claim.storage_class is not None and claim.storage_class != (volume.storage_class or ""):
        classes = f"{_shown(claim.storage_class)} and {_shown(volume.storage_class or '')}"
        yield _CLASS, f"their classes are {classes}", False
    if claim.storage_class is None and volume.storage_class:
        yield _CLASS, f"one names no class and one {_shown(volume.storage_class)}", False
    if claim.volume_mode != volume.volume_mode:
        modes = f"{claim.volume_mode} and {volume.volume_mode}"
        yield _VOLUME_MODE, f"their volume modes are {modes}", True
    if not _is_selected(pair):
        yield _SELECTOR, "the claim's selector does not meet the volume's labels", True


def _departures(claim: Storage, wanted: Storage, is_set_stored: bool) -> Iterator[tuple[Path, str]]:
    """Yield in what a claim departs from its claim template.

    One that is larger than that of a set on a server was expanded: the template is immutable.
    """
    if claim.storage and wanted.storage:
        asked, made = nano_units(claim.storage), nano_units(wanted.storage)
        if asked < made or (asked > made and not is_set_stored):
            yield _SIZE, f"asks for {claim.storage}, and its claim template for {wanted.storage}"
    if set(claim.access_modes) != set(wanted.access_modes):
        modes = " and ".join(", ".join(each.access_modes) or "none" for each in (claim, wanted))
        yield _MODES, f"and its claim template differ in the access modes: {modes}"
    classes = claim.storage_class, wanted.storage_class
    if None not in classes and classes[0] != classes[1]:
        shown = f"{_shown(claim.storage_class or '')} and {_shown(wanted.storage_class or '')}"
        yield _CLASS, f"and its claim template differ in the class: {shown}"
    if claim.volume_mode != wanted.volume_mode:
        modes = f"{claim.volume_mode} and {wanted.volume_mode}"
        yield _VOLUME_MODE, f"and its claim template differ in the volume mode: {modes}"
