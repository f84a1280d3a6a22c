"""A claim and its volume have one storage class, written out so that no default comes in.

Where no class is written, the server fills in the default StorageClass, also one that is declared
default later; the volume has none, and the claim does not bind: 0 of 4 unreserved claims did. A
claim template needs it as well: a fifth claim, made by the controller, took the default class and
stayed Pending (measured). `""` is a class of its own, which no default replaces.

Fix: Write `storageClassName: ""`, or one and the same class, into the claim template, the claims
and the volumes. A live set's template cannot be changed: `kubectl delete sts NAME --cascade=orphan`
leaves the pods running; then create the set again. A live claim cannot be changed either: reserve
its volume by claimRef, which binds whatever the class. What is reserved by claimRef needs no class,
and is only noted.

Source: plugin/pkg/admission/storage/storageclass/setdefault, and index.go, findMatchingVolume.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from sfsgen.changes.cure import WHICH_CLASS, Cure
from sfsgen.changes.edits import Edit
from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.misfits import other_class, unfit
from sfsgen.findings.reservations import is_incomplete
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_or_claim_of, template_of
from sfsgen.findings.together import one_for_each, one_for_each_named
from sfsgen.kubernetes.binder import CLASS, fits, shown_class, size
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import numbered
from sfsgen.kubernetes.versions import CLASS_ANNOTATION, CLASS_FIELD, CLASSES
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Key, Pair, Volume

_MOST_COMPARED = 100_000  # claim templates with free volumes


def class_(scene: Scene) -> Iterator[Finding]:
    yield from one_for_each(_differing(scene))
    if scene.target.has(CLASSES):
        yield from one_for_each_named(_classless(scene))
    yield from _beside_free_volumes(scene)


def _differing(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    """Yield the claims whose class is not that of their volume, each with its claim template."""
    for pair in scene.waiting:
        wanted, its = pair.claim.storage.storage_class, pair.volume.storage.storage_class or ""
        if pair.claim.manifest.is_stored and (pair.is_reserved or _is_to_be_reserved(pair)):
            continue  # it binds, or will once it is reserved, of which another rule tells
        if wanted is not None and wanted != its:
            found = _other_class(scene, pair, wanted, its)
            yield (template_of(scene, pair.claim.key), "another", found.path), found
        elif wanted is None and its:
            what = f"the claim {pair.claim.name} names no class, and {pair.volume.name} has "
            what += shown_class(its)
            tell = warning if pair.is_reserved else error
            fix = scene.cures.set_class(pair.claim.manifest, its)
            found = tell(pair.claim.manifest, CLASS, what, fix, pair.volume.manifest)
            yield (template_of(scene, pair.claim.key), "none"), found


def _is_to_be_reserved(pair: Pair) -> bool:
    """Return whether the rule unreserved or incomplete-claim-ref has the same cure."""
    is_open = not pair.is_named and pair.volume.claim is None
    return is_open or is_incomplete(pair.volume)


def _no_class(scene: Scene, manifest: Manifest, of: Path = ()) -> Cure:
    """Return how a claim, or a claim template, says that it has no class."""
    if scene.target.has(CLASS_FIELD):
        return scene.cures.set_class(manifest, "", of)
    edit = Edit(manifest, (*of, "metadata", "annotations", CLASS_ANNOTATION), "")
    return scene.cures.of_immutable(
        manifest, Cure(f'write the annotation {CLASS_ANNOTATION}: ""', (edit,))
    )


def _classless(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    """Yield the claim templates and the claims that name no class, each with its set."""
    yield from _classless_templates(scene)
    yield from _classless_claims(scene)


def _classless_claims(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    for key, claim in scene.inventory.claims.items():
        if claim.storage.storage_class is not None or claim.phase:
            continue
        pair = scene.pairing.pairs.get(key)
        is_static_claim = pair or claim.volume_name or _is_for_static_set(scene, key)
        # Beside a volume with a class it is told already.
        if is_static_claim and not (pair and pair.volume.storage.storage_class):
            what = f"the claim {claim.name} names no class: a default StorageClass would come in"
            tell = note  # the volume that is reserved for it it gets all the same (measured)
            if not (pair and pair.is_reserved):
                what += ", and keep it from its volume"
                tell = warning
            found = tell(claim.manifest, CLASS, what, _no_class(scene, claim.manifest))
            yield set_or_claim_of(scene, key), claim.name, found


def _is_for_static_set(scene: Scene, key: Key) -> bool:
    """Return whether a set whose volumes are made by hand looks for a claim."""
    rows = scene.inventory.wanting(key)
    pairing = scene.pairing
    return any(not pairing.is_provisioned(pairing.of(each.template)) for each in rows)


def _classless_templates(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    for rows in scene.pairing.ordinals:
        if rows.template.storage.storage_class is None and not scene.pairing.is_provisioned(rows):
            name = f"the claim template {rows.template.name}"
            what = (
                f"{name} names no class: claims that the controller makes from it take a default "
                "StorageClass"
            )
            manifest = rows.stateful_set.manifest
            fix = _no_class(scene, manifest, rows.template.path)
            storages = [each.storage for each in rows.claims.values()]
            storages += [each.volume.storage for each in rows.by_number.values() if each.volume]
            if any(each.storage_class for each in storages):
                fix = fix.by_hand(WHICH_CLASS)
            tell = note if _are_reserved(rows) else warning
            found = tell(manifest, (*rows.template.path, *CLASS), what, fix)
            yield rows.stateful_set.key, name, found


def _are_reserved(rows: TemplateOrdinals) -> bool:
    """Return whether each ordinal has a volume, which its claim gets whatever its class."""
    wanted = rows.stateful_set.ordinals
    reserved = [n for n, each in rows.by_number.items() if each.tie.is_reserved and n in wanted]
    return len(reserved) == len(wanted)


def _beside_free_volumes(scene: Scene) -> Iterator[Finding]:
    """Yield the claim templates that free volumes would fit but for their class."""
    free = _for_nobody(scene)
    every = sum(map(len, free.values())) * len(scene.pairing.ordinals)
    # Among very many, likeness says nothing.
    for rows in scene.pairing.ordinals if 0 < every < _MOST_COMPARED else ():
        template, stateful_set = rows.template, rows.stateful_set
        if any(each.volume for each in rows.by_number.values()) or not stateful_set.replicas:
            continue
        wanted = template.storage.storage_class
        for its, volumes in free.items():
            like = template.storage._replace(storage_class=its)
            fitting = [each for each in volumes if fits(like, each.storage)]
            is_meant = any(size(each.storage) == size(like) for each in fitting)
            is_meant |= len(fitting) >= stateful_set.replicas > 1
            if is_meant and its != wanted and scene.pairing.is_provisioned(rows):
                what = (
                    f"the claims of {stateful_set.name} do not get {fitting[0].name}, which is "
                    f"free and fits: the claim template {template.name} has "
                    f"{shown_class(wanted)}, and {fitting[0].name} {shown_class(its)}"
                )
                fix = scene.cures.set_class(stateful_set.manifest, its, template.path)
                path = (*template.path, *CLASS)
                sides = [each.manifest for each in fitting]
                fix = fix.by_hand(WHICH_CLASS)
                tell: Callable[..., Finding] = warning
                if cures := _reserved(scene, rows, fitting):
                    # They wait: no provisioner makes their volumes, and their class is immutable.
                    tell, fix = error, Cure(f"where these are meant: {' && '.join(cures)}")
                yield tell(stateful_set.manifest, path, what, fix, *sides)
                break


def _reserved(scene: Scene, rows: TemplateOrdinals, free: Sequence[Volume]) -> list[str]:
    """Return how free volumes are reserved for claims that wait, whatever their class."""
    waiting = [each for each in rows.claims.values() if each.phase == "Pending"]
    in_order = sorted(free, key=lambda each: (numbered(each.name)[1] or 0, each.name))
    pairs = zip(waiting, in_order, strict=False)
    return [str(scene.cures.reserve(volume, claim.key)) for claim, volume in pairs]


def _for_nobody(scene: Scene) -> Mapping[str, list[Volume]]:
    """Return the free volumes by their class, where nothing in the input asks for that class."""
    asked = {each.storage.storage_class for each in scene.inventory.claims.values()}
    asked |= {each.template.storage.storage_class for each in scene.pairing.ordinals}
    asked = {each or "" for each in asked}
    found: dict[str, list[Volume]] = {}
    for volume in scene.pairing.unnamed.left_over():
        storage_class = volume.storage.storage_class or ""
        is_for_nfs = bool(storage_class) or volume.is_remote
        if volume.claim is None and is_for_nfs and storage_class not in asked:
            found.setdefault(storage_class, []).append(volume)
    return found


def _other_class(scene: Scene, pair: Pair, wanted: str, its: str) -> Finding:
    """Return that a class differs; a reservation by claimRef binds all the same (measured)."""
    claim, volume = pair.claim, pair.volume
    if keeping := other_class(scene, pair):
        what = f"the claim {claim.name} is Pending: {keeping}"
        reserve = scene.cures.reserve(volume, claim.key)
        fix = reserve.said(f"reserve the volume, which binds whatever the class: {reserve}")
        return error(claim.manifest, CLASS, what, fix, volume.manifest)
    what = f"it has {shown_class(wanted)}, and {volume.name} has {shown_class(its)}"
    return unfit(scene, pair, CLASS, what, warning if pair.is_reserved else error)
