"""Each ordinal's claim has a volume: nothing makes one on an NFS server.

Nothing makes a volume on an NFS server; the claim stays Pending, and the pod with it. A claim that
names a volume waits for just this one. One that names none takes any other volume that fits, as
soon as one is free.

Fix: Let `sfsgen volumes` print the volume, and create it; its directory must be there on the
server. Where the set has no other volume to go by, add `--nfs-server` and `--nfs-path`. Where the
volume has another name, as a namePrefix gives it, write that into the claim. Where the volume does
exist, read it too: `kubectl get sts,svc,pvc,pv -o yaml`.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from sfsgen.changes.cure import Cure, all_of
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.made_to_fit import made_to_fit, misfit
from sfsgen.findings.misdirected import misdirected, redirected
from sfsgen.findings.places import NAME, REPLICAS, VOLUME_NAME
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import (
    Vacancy,
    is_expected,
    needed,
    printing_command,
    to_print_missing,
    without_volume,
)
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.binder import Storage, fits
from sfsgen.kubernetes.names import numbered
from sfsgen.plain_text import some
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Claim, Key, Volume

_SHOWN = 3  # claims whose volumes are missing
_MOST = 20  # volumes to be changed one by one
_PARTING = re.compile("[-.]")


def missing_volume(scene: Scene) -> Iterator[Finding]:
    yield from _dangling(scene)
    for stateful_set, templates in scene.pairing.by_set:
        lacking = []
        for each in without_volume(scene, templates):
            elsewhere = {claim.key for claim in each.claims if _is_elsewhere(scene, claim)}
            yield from _elsewhere(scene, [each for each in each.claims if each.key in elsewhere])
            kept = [claim for claim in each.claims if claim.key not in elsewhere]
            if kept or each.ordinals:
                lacking.append(each._replace(claims=kept))
        if lacking:
            yield _of_set(scene, stateful_set, lacking)


def _of_set(scene: Scene, stateful_set: FoundSet, lacking: Sequence[Vacancy]) -> Finding:
    """Return that a set lacks volumes, whether their claims are there or not."""
    manifest, claims = stateful_set.manifest, [claim for each in lacking for claim in each.claims]
    is_dump = manifest.is_stored and manifest.document.file != cluster.NAME
    if is_dump and not (scene.inventory.claims or scene.inventory.volumes):
        what = f"neither claims nor volumes are in the input: what {stateful_set.name} has it "
        what += "does not show"
        read = f"read them too: {scene.cures.read_all(stateful_set.namespace)}"
        return note(manifest, REPLICAS, what, read)
    tell = error if is_expected(scene, stateful_set, lacking) else warning
    kept = misdirected(scene, lacking[0].rows) if len(lacking) == 1 else ()
    if kept:
        tell = error
    unfit = [] if kept else scene.unfit
    misfits = [] if kept or _lookalike(scene, lacking) else unfit
    printed = _fix(scene, stateful_set, lacking, misfits)
    if kept:
        cure = redirected(scene, kept)
        printed = cure.said(f"where that is the same set's: {cure}; else {printed}")
    elif _lookalike(scene, lacking):
        printed = printed.said(f"see first whether that holds its data; if not, {printed}")
    if len(claims) == 1 and not any(each.ordinals for each in lacking):
        (claim,) = claims
        pending = " and is Pending" if claim.phase == "Pending" else ""
        what = f"the claim {claim.name} has no volume{pending}: none is reserved for it, and none "
        what += f"that is free fits it{_kept(kept) or _why(claim.storage, unfit)}"
        return tell(claim.manifest, NAME, what, printed, manifest)
    what = f"there is no volume for {needed([(each.rows, each.numbers) for each in lacking])}"
    why = _lookalike(scene, lacking) or _why(lacking[0].rows.template.storage, unfit)
    what += _kept(kept) or why
    return tell(manifest, REPLICAS, what, printed, *(each.manifest for each in claims))


def _kept(found: Sequence[tuple[Key, Volume]]) -> str:
    """Return for whom volumes are kept that may be a set's."""
    if not found:
        return ""
    (_, volume), *others = found
    state = volume.phase if volume.is_left else "reserved"
    more = f", and so on up to {others[-1][1].name}" if others else ""
    return f"; {volume.name} is {state} for {'/'.join(volume.claim or ())}, of no set here{more}"


def _why(wanted: Storage, unfit: Sequence[Volume]) -> str:
    """Return why a volume that is free is not for a claim."""
    found = misfit(wanted, unfit[0]) if unfit else ""
    for word, of_claim in (("it ", "the claim "), ("its ", "the claim's ")):
        if found.startswith(word):
            found = of_claim + found.removeprefix(word)
            break
    return f"; {unfit[0].name} is free, but {found}" if found else ""


def _fix(
    scene: Scene, stateful_set: FoundSet, lacking: Sequence[Vacancy], unfit: Sequence[Volume]
) -> Cure:
    """Return how free volumes become a set's, where there are as many; else how new ones do."""
    printed = to_print_missing(scene, stateful_set)
    numbers = [(each, number) for each in lacking for run in each.numbers for number in run[:_MOST]]
    if len(numbers) != len(unfit) or len(scene.pairing.by_set) > 1:
        return printed
    claims = [each.wanted(number) for each, number in numbers]
    changed = made_to_fit(scene, claims, unfit)
    meant = f"where {unfit[0].name} is meant" if len(unfit) == 1 else "where these are meant"
    return changed.said(f"{meant}: {changed}; else {printed}") if changed else printed


def _is_elsewhere(scene: Scene, claim: Claim) -> bool:
    """Return whether the volume that is named after a claim is for another one."""
    own = scene.pairing.names.volume_of(claim)
    return bool(own and own.claim)


def _elsewhere(scene: Scene, claims: Iterable[Claim]) -> Iterator[Finding]:
    """Yield the claims whose volume, by its name, is for another one."""
    for claim in claims:
        own = scene.pairing.names.volume_of(claim)
        (row, *_) = scene.inventory.wanting(claim.key)
        if own is None or own.claim is None:
            continue
        pending = " and is Pending" if claim.phase == "Pending" else ""
        what = (
            f"the claim {claim.name} has no volume{pending}: none is reserved for it, and "
            f"none that is free fits it; {own.name} is {own.phase or 'reserved'} for "
            f"{'/'.join(own.claim)}"
        )
        fix = to_print_missing(scene, row.stateful_set)
        if not (scene.inventory.owner(own) or scene.is_needed(own.claim)):
            what += ", which is missing"
            fix = scene.cures.redirect(own, claim.key)
        yield error(claim.manifest, NAME, what, fix, row.stateful_set.manifest)


def _lookalike(scene: Scene, lacking: Iterable[Vacancy]) -> str:
    """Return where a claim may be that was moved to another namespace, or whose set was renamed."""
    for each in lacking:
        if each.ordinals and (found := _like(scene, each.rows, each.ordinals[0][0])):
            return found
    return ""


def _like(scene: Scene, rows: TemplateOrdinals, ordinal: int) -> str:
    stateful_set, template = rows.stateful_set, rows.template
    name = template.claim_name.at(ordinal)
    if namespaces := scene.namespaces_of.get(name):
        other = scene.inventory.claims[namespaces[0], name].manifest
        # Where it lands if it names none only `-n` says.
        is_said = other.namespace or scene.look.access.namespace is not None
        where = f"is in the namespace {namespaces[0]}" if is_said else "names no namespace"
        return f"; the claim {name} {where}"
    for orphan in scene.lonely(stateful_set.namespace):
        head, _ = numbered(orphan)
        is_like = head.startswith(f"{template.name}-") or head.endswith(f"-{stateful_set.name}-")
        if is_like and orphan == f"{head}{ordinal}":
            return f"; {orphan} is there, which no set looks for: was a name changed?"
    return ""


def _dangling(scene: Scene) -> Iterator[Finding]:
    """Yield what to say of claims that name volumes which are not in the input, set by set."""
    bound: dict[Key, list[Claim]] = {}
    waiting: dict[Key, list[Claim]] = {}
    for name, claims in scene.inventory.takers.items():
        if name in scene.inventory.volumes or scene.is_unread("PersistentVolume", name):
            continue
        for claim in claims:
            # A claim under another name is looked at as what it will be.
            owners = scene.inventory.wanting(scene.lasting_key(claim))
            if claim.phase == "Lost":
                continue
            if claim.phase != "Bound" and (other := scene.inventory.reserved(claim.key)):
                yield _reserved_elsewhere(scene, claim, other)
            elif owners and not (claim.phase == "Bound" and _is_provisioned(scene, owners[0])):
                of_set = bound if claim.phase == "Bound" else waiting
                of_set.setdefault(owners[0].stateful_set.key, []).append(claim)
    longer = _Longer(scene.pairing.free.left_over())
    for key, claims in waiting.items():
        found = ((each, _renamed(scene, each, longer)) for each in claims)
        meant = {each.key: other for each, other in found if other}
        if len({each.name for each in meant.values()}) == len(claims):
            yield _under_other_names(scene, [(each, meant[each.key]) for each in claims])
        else:
            yield _without_their_volumes(scene, scene.inventory.sets[key], claims)
    for key, claims in bound.items():
        yield _bound(scene, scene.inventory.sets[key], claims)


def _is_provisioned(scene: Scene, row: Ordinal) -> bool:
    return scene.pairing.is_provisioned(scene.pairing.of(row.template))


def _reserved_elsewhere(scene: Scene, claim: Claim, other: Volume) -> Finding:
    """Return that a claim names a volume that is missing, while another one is reserved for it."""
    what = (
        f"the claim {claim.name} names the volume {claim.volume_name}, which is missing, and "
        f"{other.name} is reserved for it"
    )
    sets = [each.stateful_set.manifest for each in scene.inventory.wanting(claim.key)]
    cure = scene.cures.rename_volume(claim, other.name)
    return error(claim.manifest, VOLUME_NAME, what, cure, other.manifest, *sets)


class _Longer:
    """Volumes by the pieces of their names, to find those with a prefix or a suffix."""

    def __init__(self, volumes: Iterable[Volume]) -> None:
        self._by_piece: dict[str, list[Volume]] = {}
        self._known: dict[str, list[Volume]] = {}
        for volume in volumes:
            for piece in set(_PARTING.split(volume.name)):
                self._by_piece.setdefault(piece, []).append(volume)

    def than(self, name: str) -> Sequence[Volume]:
        """Return the volumes whose names have more around a name."""
        if name not in self._known:
            alike = (self._by_piece.get(piece, []) for piece in _PARTING.split(name))
            rarest = min(alike, key=len)
            self._known[name] = [each for each in rarest if _is_longer(each.name, name)]
        return self._known[name]


def _renamed(scene: Scene, claim: Claim, longer: _Longer) -> Volume | None:
    """Return the one free volume that bears the name which a claim names, and more around it."""
    free = {each.name: each for each in longer.than(claim.volume_name)}
    # One that is named after the claim that this one should be.
    own = scene.pairing.names.volume_of(claim._replace(name=scene.lasting_key(claim)[1]))
    if own and _is_longer(own.name, claim.volume_name):
        free[own.name] = own
    found = [
        each
        for each in free.values()
        if each.claim in (None, claim.key, scene.lasting_key(claim))
        and each.name not in scene.inventory.takers
        and fits(claim.storage, each.storage)
    ]
    return found[0] if len(found) == 1 else None


def _is_longer(name: str, before: str) -> bool:
    """Return whether a name is an earlier one with a prefix or a suffix."""
    head, found, tail = f".{name}.".partition(before)
    return bool(found) and name != before and head[-1] in "-." and tail[0] in "-."


def _under_other_names(scene: Scene, renamed: Sequence[tuple[Claim, Volume]]) -> Finding:
    """Return that the volumes which claims name are there under longer names."""
    (claim, volume), *more = renamed
    what = (
        f"the claim {claim.name} names the volume {claim.volume_name}, which is missing; "
        f"{volume.name} is there, and fits: was it renamed?"
    )
    if more:
        names = some([each.name for each, _ in renamed], _SHOWN)
        what = (
            f"the claims {names} name volumes that are missing, "
            f"such as {claim.volume_name}; {volume.name} is there, and fits: were they renamed?"
        )
    cures = [scene.cures.rename_volume(each, other.name) for each, other in renamed]
    if more and not claim.manifest.is_stored:
        cures = [
            cure.said(f"{cure} into the spec of {each.name}")
            for cure, (each, _) in zip(cures, renamed, strict=True)
        ]
    fix = all_of(cures, "; ")
    sides = [volume.manifest, *(each.manifest for pair in more for each in pair)]
    return error(claim.manifest, VOLUME_NAME, what, fix, *sides)


def _without_their_volumes(
    scene: Scene, stateful_set: FoundSet, claims: Sequence[Claim]
) -> Finding:
    """Return that claims of a set wait for volumes which are not in the input."""
    first, *more = claims
    what = f"the claim {first.name} names the volume {first.volume_name}, which is missing"
    created = f"create the volume {first.volume_name}"
    if more:
        names = some([each.name for each in claims], _SHOWN)
        what = f"the claims {names} name volumes that are missing, such as {first.volume_name}"
        created = "create the volumes that they name"
    # They may be those of a scale-up to come.
    last = max(scene.inventory.wanting(scene.lasting_key(each))[0].number for each in claims)
    replicas = last - stateful_set.start_ordinal + 1
    command = printing_command(scene, stateful_set, replicas)
    fix = f"{created}, which `{command}` prints, or name one that is there"
    is_expected = scene.look.access.is_live or scene.inventory.volumes
    tell = error if is_expected or any(each.phase for each in claims) else warning
    sides = [*(each.manifest for each in more), stateful_set.manifest]
    return tell(first.manifest, VOLUME_NAME, what, fix, *sides)


def _bound(scene: Scene, stateful_set: FoundSet, claims: Sequence[Claim]) -> Finding:
    """Return that the volumes of claims that are bound are not in the input."""
    first, *more = claims
    what = f"the claim {first.name} is Bound to {first.volume_name}, which is not in the input"
    if more:
        names = some([each.name for each in claims], _SHOWN)
        what = (
            f"the claims {names} of {stateful_set.name} are Bound to volumes that are not in the "
            "input"
        )
    fix = f"read the volumes too: {scene.cures.read_all(first.namespace)}"
    sides = [*(each.manifest for each in more), stateful_set.manifest]
    if scene.look.access.is_live:
        fix = f"look whether it is there: {scene.cures.look_at(first.volume_name)}"
    return warning(first.manifest, VOLUME_NAME, what, fix, *sides)
