"""Rules about what is there: a claim and a volume for every ordinal, and none beyond."""

from collections.abc import Iterator

from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.scene import Scene, Seats
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.binder import Storage, differences, fits
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.existing import (
    ExistingClaim,
    ExistingVolume,
)
from sfsgen.sets.runs import gaps, runs

_REPLICAS: Path = ("spec", "replicas")


def missing_claim(scene: Scene) -> Iterator[Finding]:
    """Each ordinal's claim is there, under the name that the controller looks for.

    Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
    """
    for seats, ordinals in _vacant(scene, without_volume=False):
        what = f"{_names(seats, ordinals)} not there, which {_pods(seats, ordinals)}"
        manifest, fix = seats.stateful_set.manifest, _print_missing(scene, seats)
        is_dump = manifest.is_stored and manifest.document.file != cluster.NAME
        if is_dump and not scene.existing.claims:
            what = f"no claim is in the input: {what}"
            namespace = seats.stateful_set.namespace
            fix = f"read the claims too: {scene.cures.read_all(namespace)}"
            yield warning(manifest, _REPLICAS, what, fix)
        # Where others were made beforehand, this one was forgotten.
        elif not seats.claims and all(_would_bind(seats, each) for each in ordinals):
            what += ": the controller makes it, and it binds by the claimRef of its volume alone"
            yield warning(manifest, _REPLICAS, what, fix)
        else:
            what += _lookalike(scene, seats, ordinals[0]) or _unfit_for_new(seats, ordinals[0])
            yield _tell(seats, f"{what}{_unless(seats)}", fix)


def missing_volume(scene: Scene) -> Iterator[Finding]:
    """Each ordinal's claim has a volume: nothing makes one on an NFS server.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
    """
    for name, claims in scene.takers.items():
        if name not in scene.existing.volumes and not scene.is_unread("PersistentVolume", name):
            for claim in claims:
                yield from _dangling(scene, claim)
    for seats in scene.seats:
        if not scene.is_provisioned(seats):
            yield from _without_volume(scene, seats)
    for seats, ordinals in _vacant(scene, without_volume=True):
        what = f"there is no volume for {_names(seats, ordinals, verb=False)}, which "
        what += _pods(seats, ordinals)
        what += _misfit(scene, seats.template.storage)
        yield _tell(seats, f"{what}{_unless(seats)}", _print_missing(scene, seats))


def extra_pair(scene: Scene) -> Iterator[Finding]:
    """Claims and volumes are for an ordinal of their set; others wait for a scale-up, or are left.

    Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, limitations.
    """
    for seats in scene.seats:
        stateful_set = seats.stateful_set
        objects: dict[int, ExistingClaim | ExistingVolume] = {**seats.volumes, **seats.claims}
        extra = sorted(
            number
            for number, each in objects.items()
            if number not in stateful_set.ordinals and not _is_told(scene, each)
        )
        for ordinals in runs(extra):
            first = objects[ordinals[0]]
            what = _names(seats, ordinals)
            if isinstance(first, ExistingVolume):
                what = f"{first.name} is reserved for {_names(seats, ordinals, verb=False)},"
            is_before = ordinals[0] < stateful_set.start_ordinal
            where = "before the first ordinal" if is_before else "beyond the replicas"
            what += f" {where} of {stateful_set.name}"
            fix = (
                "delete it once its data is not needed" if is_before else "leave it for a scale-up"
            )
            manifest, name = first.manifest, ("metadata", "name")
            yield note(manifest, name, what, fix, stateful_set.manifest)


def _is_told(scene: Scene, found: ExistingClaim | ExistingVolume) -> bool:
    """Return whether another rule tells of it: a misnamed claim, a volume Released or in use."""
    if isinstance(found, ExistingClaim):
        return scene.lasting_key(found) != found.key
    return found.is_left or found.name in scene.takers


def _without_volume(scene: Scene, seats: Seats) -> Iterator[Finding]:
    """Yield the claims that no volume is meant for, and none that is free fits."""
    for ordinal, claim in seats.claims.items():
        if ordinal in seats.volumes or claim.volume_name or claim.selector:
            continue  # of the last two, _dangling and the rule claim-selector tell
        if ordinal in seats.stateful_set.ordinals:
            pending = " and is Pending" if claim.phase == "Pending" else ""
            what = f"the claim {claim.name} has no volume{pending}: none is reserved for it, and "
            what += "none that is free fits it"
            own = scene.volume_by_name(claim)
            if own and own.claim:
                what += f"; {own.name} is {own.phase or 'reserved'} for {'/'.join(own.claim)}"
            else:
                what += _misfit(scene, claim.storage)
            fix, sides = _print_missing(scene, seats), seats.stateful_set.manifest
            yield error(claim.manifest, ("metadata", "name"), what, fix, sides)


def _dangling(scene: Scene, claim: ExistingClaim) -> Iterator[Finding]:
    """Yield what to say of a claim that names a volume which is not in the input."""
    owners = [each for each, _, _ in scene.existing.wanting(claim.key)]
    sets = [each.manifest for each in owners]
    where = ("spec", "volumeName")
    if claim.phase == "Bound":
        what = f"the claim {claim.name} is Bound to {claim.volume_name}, which is not in the input"
        if owners:
            fix = f"read the volumes too: {scene.cures.read_all(claim.namespace)}"
            yield warning(claim.manifest, where, what, fix, *sets)
    elif claim.phase != "Lost" and (owners or scene.existing.reserved(claim.key)):
        what = f"the claim {claim.name} names the volume {claim.volume_name}, which is not there"
        if other := scene.existing.reserved(claim.key):
            what += f", and {other.name} is reserved for it"
            fix = scene.cures.anew(claim.manifest, f"write `volumeName: {other.name}`")
            yield error(claim.manifest, where, what, fix, other.manifest, *sets)
            return
        fix = f"create the volume {claim.volume_name}, which `{scene.cures.volumes(owners[0])}` "
        fix += "prints, or name one that is there"
        yield error(claim.manifest, where, what, fix, *sets)


def _vacant(scene: Scene, *, without_volume: bool) -> Iterator[tuple[Seats, range]]:
    """Yield the ordinals that have no claim, or, if asked for, neither claim nor volume.

    Not those whose claim bears another name: the rule `name` tells of these.
    """
    for seats in scene.seats:
        if scene.is_provisioned(seats):
            continue
        stateful_set = seats.stateful_set
        head = stateful_set.namespace, seats.claim_name.pieces[0]
        there = seats.claims.keys() | scene.accounted.get(head, set())
        if without_volume:
            there |= seats.volumes.keys() | seats.unreserved.keys()
        for ordinals in gaps(stateful_set.ordinals, there):
            yield seats, ordinals


def _unfit_for_new(seats: Seats, ordinal: int) -> str:
    """Return why a claim that the controller makes would not get the volume reserved for it."""
    volume = seats.volumes.get(ordinal)
    if volume is None:
        return ""
    found = differences(seats.template.storage, volume.storage, volume.name)
    short = next((each.what for each in found if each.is_short), "")
    return f"; made from its claim template {short}" if short else ""


def _is_open(seats: Seats) -> bool:
    """Return whether a default StorageClass may make all that a template's claims lack."""
    is_bare = not (seats.claims or seats.volumes or seats.unreserved)
    return is_bare and seats.template.storage.storage_class is None


def _unless(seats: Seats) -> str:
    return ", unless a default StorageClass makes it" if _is_open(seats) else ""


def _tell(seats: Seats, what: str, fix: str) -> Finding:
    tell = warning if _is_open(seats) else error
    return tell(seats.stateful_set.manifest, _REPLICAS, what, fix)


def _would_bind(seats: Seats, ordinal: int) -> bool:
    """Return whether a claim that the controller makes binds to the volume reserved for it.

    claimRef alone checks size, access modes and volume mode, not the class (measured).
    """
    volume, template = seats.volumes.get(ordinal), seats.template.storage
    if volume is None or volume.is_left:
        return False
    return fits(template, volume.storage._replace(storage_class=template.storage_class))


def _names(seats: Seats, ordinals: range, *, verb: bool = True) -> str:
    """Return the claims of some ordinals, as the subject of a sentence."""
    name_of = seats.claim_name
    if len(ordinals) == 1:
        return f"the claim {name_of.at(ordinals[0])}" + " is" * verb
    names = f"{name_of.at(ordinals[0])} to {name_of.at(ordinals[-1])}"
    return f"the {len(ordinals)} claims {names}" + " are" * verb


def _pods(seats: Seats, ordinals: range) -> str:
    name = seats.stateful_set.name
    if len(ordinals) == 1:
        return f"the pod {name}-{ordinals[0]} needs"
    return f"the pods {name}-{ordinals[0]} to {name}-{ordinals[-1]} need"


def _misfit(scene: Scene, wanted: Storage) -> str:
    """Return why a volume that is free is not for a claim."""
    volume = scene.idle.left
    if volume is None:
        return ""
    found = next(differences(wanted, volume.storage, volume.name), None)
    return f"; {volume.name} is free, but {found.what}" if found else ""


def _lookalike(scene: Scene, seats: Seats, ordinal: int) -> str:
    """Return where a claim may be that was moved to another namespace, or whose set was renamed."""
    stateful_set, template = seats.stateful_set, seats.template
    if namespaces := scene.namespaces_of.get(seats.claim_name.at(ordinal)):
        return f"; it is in the namespace {namespaces[0]}"
    for orphan in scene.lonely(stateful_set.namespace):
        head, _ = numbered(orphan)
        is_like = head.startswith(f"{template.name}-") or head.endswith(f"-{stateful_set.name}-")
        if is_like and orphan == f"{head}{ordinal}":
            return f"; {orphan} is there, which no set looks for: was a name changed?"
    return ""


def _print_missing(scene: Scene, seats: Seats) -> str:
    where = () if scene.has_nfs else ("--nfs-server", "HOST", "--nfs-path", "PATH")
    command = scene.cures.volumes(seats.stateful_set, *where)
    if "-" in scene.look.access.filenames:
        return f"pipe the same input into `{command}`: it prints what is missing, to be added to it"
    create = scene.cures.create()
    if scene.look.access.is_live and scene.has_nfs:
        return f"{command} | {create}"
    return f"`{command}` prints what is missing, to be added, or for {create}"
