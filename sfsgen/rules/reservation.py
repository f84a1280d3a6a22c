"""Rules about who is reserved for whom: claimRef on a volume, volumeName on a claim."""

from collections.abc import Callable, Iterator

from sfsgen.changes.cures import claim_ref_of
from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Pair, Scene, is_selected
from sfsgen.kubernetes.binder import fits
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.existing import ExistingClaim, ExistingVolume, Key

_CLAIM_REF: Path = ("spec", "claimRef")
_VOLUME_NAME: Path = ("spec", "volumeName")


def unreserved(scene: Scene) -> Iterator[Finding]:
    """A claim and its volume name each other; else chance decides who gets which.

    Of 30 equal claims, 0 to 3 were bound to the volume of their own ordinal.
    Source: measured on Kubernetes 1.36.
    """
    for pair in scene.waiting:
        is_named = pair.is_named or pair.is_reserved or pair.volume.claim
        if not is_named and not _is_incomplete(pair.volume):
            yield _chance(scene, pair)
    for seats in scene.seats:
        for ordinal, volume in seats.unreserved.items():
            if _is_incomplete(volume) or volume.claim:
                continue
            key = seats.claim_key(ordinal)
            what = f"the volume {volume.name} is not reserved for {key[1]}: any claim can take it"
            fix = scene.cures.reserve(volume, key)
            yield error(volume.manifest, _CLAIM_REF, what, fix, seats.stateful_set.manifest)


def half_reserved(scene: Scene) -> Iterator[Finding]:
    """Both sides name each other before they are bound, not one of them.

    With volumeName alone, 0 to 15 of 30 claims got their volume beside rivals; with claimRef alone
    a claim that is made before its volume takes any other that is free.
    Source: measured on Kubernetes 1.36.
    """
    for pair in scene.waiting:
        claim, volume = pair.claim, pair.volume
        if not fits(claim.storage, volume.storage):
            continue  # as they are, they are not to be reserved for each other
        if pair.is_named and volume.claim is None and not _is_incomplete(volume):
            if _another_reserved(scene, pair) or len(scene.takers[volume.name]) > 1:
                continue  # the rules claim-ref and two-claims tell of it
            what = f"the volume {volume.name} is not reserved for {claim.name}, which names it: "
            what += "another claim can take it"
            fix = scene.cures.reserve(volume, claim.key)
            yield warning(volume.manifest, _CLAIM_REF, what, fix, claim.manifest)
        elif pair.is_reserved and not pair.is_named and not claim.manifest.is_stored:
            what = f"the claim {claim.name} does not name {volume.name}, which is reserved for it: "
            what += "made before its volume, it can take another"
            fix = f"write `volumeName: {volume.name}` into the spec of {claim.name}"
            yield warning(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest)


def incomplete_claim_ref(scene: Scene) -> Iterator[Finding]:
    """A claimRef has a namespace and a name; with only one of them no claim gets the volume.

    Source: pkg/volume/util, IsVolumeBoundToClaim; the API server says nothing (measured).
    """
    for volume in scene.existing.volumes.values():
        if _is_incomplete(volume):
            given = volume.manifest.value["spec"]["claimRef"]
            missing = [field for field in ("namespace", "name") if not given.get(field)]
            what = f"the claimRef of {volume.name} has no {' and no '.join(missing)}, and so no "
            what += "claim gets the volume"
            claims = scene.takers.get(volume.name, ())
            key = scene.existing.owner(volume) or scene.claim_by_name(volume)
            key = key or (claims[0].key if claims else None)
            fix = scene.cures.reserve(volume, key) if key else f"add {' and '.join(missing)}"
            sides = [each.manifest for each in claims]
            yield error(volume.manifest, (*_CLAIM_REF, missing[0]), what, fix, *sides)


def claim_ref(scene: Scene) -> Iterator[Finding]:
    """The claim that a volume is reserved for, and the volume that this claim names, agree.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
    """
    ambiguous = {second.name for _, second in scene.existing.duplicates}
    for pair in scene.pairs.values():
        claim, volume = pair.claim, pair.volume
        if volume.name in ambiguous or scene.existing.is_taken_over(volume):
            continue
        if volume.claim in (claim.key, scene.lasting_key(claim)) or claim.phase == "Lost":
            continue  # if not yet, then once the claim bears the name that its set looks for
        if volume.claim is not None:
            yield _disagreement(scene, pair, volume.claim)
        elif pair.is_named and not (pair.is_reserved or pair.is_bound):
            yield from _elsewhere(scene, pair)
    yield from _misdirected(scene)
    yield from _taken_over(scene)


def _taken_over(scene: Scene) -> Iterator[Finding]:
    """Yield the volumes of claims that are there, whose claimRef names another claim."""
    for volume in scene.existing.volumes.values():
        if not scene.existing.is_taken_over(volume):
            continue
        owner = "/".join(scene.existing.holder(volume) or ())
        other = "/".join(volume.claim) if volume.claim else "none that is whole"
        what = f"{volume.name} is the volume of the claim {owner}, whose uid it holds, and its "
        what += f"claimRef was changed to {other}"
        fix, sides = scene.cures.leave(volume), []
        claim = scene.existing.claims.get(volume.claim) if volume.claim else None
        if claim:
            sides = [claim.manifest]
            fix += _another_pair(scene, claim, volume)
        yield error(volume.manifest, _CLAIM_REF, what, fix, *sides)


def _misdirected(scene: Scene) -> Iterator[Finding]:
    """Yield the volumes that are reserved for no claim of a set, though named after one."""
    for seats in scene.seats:
        for ordinal, volume in seats.unreserved.items():
            if volume.claim:
                stateful_set = seats.stateful_set
                key = seats.claim_key(ordinal)
                what = (
                    f"{volume.name} is reserved for {'/'.join(volume.claim)}, which is not there; "
                )
                what += f"the pod {stateful_set.name}-{ordinal} needs {key[1]}"
                fix = scene.cures.redirect(volume, key)
                yield error(volume.manifest, _CLAIM_REF, what, fix, stateful_set.manifest)


def _another_pair(scene: Scene, claim: ExistingClaim, volume: ExistingVolume) -> str:
    """Return how a claim gets a volume of its own in place of another claim's."""
    if claim.phase in ("Bound", "Lost") or claim.volume_name not in ("", volume.name):
        return ""
    text = f"; then `{scene.cures.delete(claim)}`"
    for stateful_set, _, _ in scene.existing.wanting(claim.key)[:1]:
        text += f", and `{scene.cures.volumes_elsewhere(stateful_set)}` prints another pair"
    return text


def two_volumes(scene: Scene) -> Iterator[Finding]:
    """One volume is reserved for a claim; a second one stays Available for ever (measured).

    Source: pkg/controller/volume/persistentvolume/index.go, findMatchingVolume.
    """
    for key, volumes in scene.existing.reservations.items():
        if len(volumes) == 1:
            continue
        claim = scene.existing.claims.get(key)
        named = claim.volume_name if claim else ""
        # The one that the claim names comes first.
        rivals = sorted((each for each in volumes if not each.is_left), key=_is_not(named))
        for volume in rivals[1:]:
            # Where another claim names it, the rule claim-ref tells of it.
            if volume.name not in scene.takers:
                what = f"{volume.name} is reserved for the claim {key[1]}, and so is "
                what += rivals[0].name
                fix = f"delete {volume.name}, or reserve it for the claim that is meant"
                if volume.phase == "Bound":
                    fix = f"reserve {volume.name} for the claim that is meant"
                meant = scene.claim_by_name(volume)
                if meant and meant != key:
                    fix = scene.cures.reserve(volume, meant)
                yield error(volume.manifest, _CLAIM_REF, what, fix, rivals[0].manifest)


def two_claims(scene: Scene) -> Iterator[Finding]:
    """One claim names a volume; for a second one it is bound to a different claim (measured).

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
    """
    for name, claims in scene.takers.items():
        volume = scene.existing.volumes.get(name)
        # Where the volume says for whom it is, the rule claim-ref tells of the others.
        if len(claims) > 1 and (volume is None or volume.claim is None):
            owner = scene.existing.owner(volume) if volume else None
            # Whose the volume is comes first.
            first, *others = sorted(claims, key=lambda each: each.key != owner)
            for claim in others:
                what = f"the claims {first.name} and {claim.name} both name the volume {name}"
                fix = _another_name(scene, claim, name, volume if owner else None)
                yield error(claim.manifest, _VOLUME_NAME, what, fix, first.manifest)


def _another_name(
    scene: Scene, claim: ExistingClaim, name: str, volume: ExistingVolume | None
) -> str:
    """Return how a claim gets another volume than the one that it names, which is another's."""
    if volume:
        return f"{scene.cures.leave(volume)}{_another_pair(scene, claim, volume)}"
    fix = f"let {claim.name} name the volume that is meant for it"
    if (meant := scene.volume_by_name(claim)) and meant.name != name:
        fix = f"write `volumeName: {meant.name}` into the spec of {claim.name}"
    return scene.cures.anew(claim.manifest, fix)


def stale_uid(scene: Scene) -> Iterator[Finding]:
    """A claimRef holds the uid of the claim that is there, or none: a new claim has a new one.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume (measured).
    """
    for volume in scene.existing.volumes.values():
        if not volume.claim_uid or volume.claim is None or volume.is_left:
            continue
        if scene.existing.is_taken_over(volume):
            continue  # of which the rule claim-ref tells
        claim = scene.existing.claims.get(volume.claim)
        if claim and claim.phase == "Lost":
            continue
        is_another = claim and claim.uid and claim.uid != volume.claim_uid
        is_copied = not volume.manifest.is_stored and not (claim and claim.uid)
        if is_another or is_copied:
            what = f"the claimRef of {volume.name} holds the uid of an earlier claim "
            what += (
                f"{volume.claim[1]}: the one of today would stay Pending{scene.cures.doubt(volume)}"
            )
            sides = [claim.manifest] if claim else []
            fix = scene.cures.free(volume)
            yield error(volume.manifest, (*_CLAIM_REF, "uid"), what, fix, *sides)


def crossed(scene: Scene) -> Iterator[Finding]:
    """Each ordinal has the volume of its own number.

    Kubernetes binds by size, modes and class, not by name: two replicas were bound straight in 5
    of 12 runs.
    Source: measured on Kubernetes 1.36.
    """
    for seats in scene.seats:
        found = ((ordinal, scene.pairs.get(each.key)) for ordinal, each in seats.claims.items())
        pairs = [
            (ordinal, *numbered(pair.volume.name), pair)
            for ordinal, pair in found
            if pair and (pair.is_pinned or pair.is_bound)
        ]
        # Volumes that count from 1 are all shifted alike, and meant so.
        shifts = {number - ordinal for ordinal, _, number, _ in pairs if number is not None}
        is_regular = len(shifts) == 1
        conventional = seats.stateful_set.conventional_volume_name(seats.template)
        for ordinal, head, number, pair in pairs if shifts != {0} else ():
            is_another = number not in (None, ordinal)
            if is_another and not (
                is_regular and conventional.ordinal_of(pair.volume.name) is None
            ):
                own = scene.existing.volumes.get(f"{head}{ordinal}")
                # Where all are shifted alike, the next one has it.
                if own and not (is_regular and own.name in scene.takers):
                    yield _crossing(scene, pair, own)


def _chance(scene: Scene, pair: Pair) -> Finding:
    claim, volume = pair.claim, pair.volume
    fix = scene.cures.reserve(volume, claim.key)
    if not claim.manifest.is_stored:
        fix += f", and `volumeName: {volume.name}` into that of {claim.name}"
    selector = claim.selector
    if selector and len(scene.idle.selected(selector)) == 1 and is_selected(pair):
        what = f"only its selector leads the claim {claim.name} to {volume.name}: another claim "
        what += "can take it"
        return warning(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest)
    what = f"neither the claim {claim.name} nor a volume such as {volume.name} names the other: "
    what += "chance decides which volume it gets"
    return error(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest)


def _elsewhere(scene: Scene, pair: Pair) -> Iterator[Finding]:
    """Yield that another volume is reserved for a claim than the one which it names."""
    if other := _another_reserved(scene, pair):
        what = f"the claim {pair.claim.name} names {pair.volume.name}, and {other.name} is "
        what += "reserved for it"
        fix = f"write `volumeName: {other.name}`, or reserve {pair.volume.name} instead"
        yield error(pair.claim.manifest, _VOLUME_NAME, what, fix, other.manifest)


def _crossing(scene: Scene, pair: Pair, own: ExistingVolume) -> Finding:
    claim, volume = pair.claim, pair.volume
    what = f"the claim {claim.name} has the volume {volume.name}, and {own.name} is there"
    if scene.existing.is_anothers(own, claim.key) and not pair.is_bound:
        fix = scene.cures.leave(own)
        return error(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest, own.manifest)
    if not pair.is_bound:
        reserve = scene.cures.reserve(own, claim.key)
        fix = f"write `volumeName: {own.name}`, {reserve}, and reserve "
        fix += f"{volume.name} for the claim of its own number"
        return error(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest, own.manifest)
    what += ": a set that is made anew has its data exchanged"
    fix = (
        f"keep the pair, which costs nothing: write `volumeName: {volume.name}` into the manifest "
    )
    fix += (
        f"of {claim.name}, and `{claim_ref_of(claim.key)}` into that of {volume.name}; the steps "
    )
    fix += "that exchange the volumes instead are in docs/rules.md, crossed"
    return error(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest, own.manifest)


def _is_not(name: str) -> Callable[[ExistingVolume], bool]:
    return lambda volume: volume.name != name


def _is_incomplete(volume: ExistingVolume) -> bool:
    return volume.claim is None and volume.manifest.value["spec"].get("claimRef") is not None


def _another_reserved(scene: Scene, pair: Pair) -> ExistingVolume | None:
    """Return a volume that is reserved for a claim which names another one."""
    found = scene.existing.reserved(pair.claim.key)
    return found if found and found.name != pair.volume.name else None


def _disagreement(scene: Scene, pair: Pair, reserved_for: Key) -> Finding:
    claim, volume = pair.claim, pair.volume
    namespace, name = reserved_for
    shown = name if namespace == claim.namespace else f"{namespace}/{name}"
    verb = "names" if pair.is_named else "needs"
    its = claim.name if namespace == claim.namespace else f"{claim.namespace}/{claim.name}"
    what = f"the claim {its} {verb} {volume.name}, which is reserved for {shown}"
    is_unread = scene.existing.is_foreign(volume)
    if is_unread or not _has_another(scene, volume, reserved_for):
        what += ", and is not in the input" if is_unread else ""
        fix = _one_of_its_own(scene, claim, volume, shown)
        return error(claim.manifest, _VOLUME_NAME, what, fix, volume.manifest)
    field = "namespace" if name == claim.name else "name"
    fix = scene.cures.redirect(volume, scene.lasting_key(claim))
    if field == "namespace":
        what += ": its namespace was changed"
    return error(volume.manifest, (*_CLAIM_REF, field), what, fix, claim.manifest)


def _one_of_its_own(
    scene: Scene, claim: ExistingClaim, volume: ExistingVolume, reserved_for: str
) -> str:
    """Return how a claim that needs another claim's volume gets one of its own."""
    other = scene.existing.reserved(claim.key) or scene.volume_by_name(claim)
    if other and other is not volume:
        return scene.cures.anew(claim.manifest, f"write `volumeName: {other.name}`")
    if claim.manifest.is_stored:
        return f"leave {volume.name} to {reserved_for}{_another_pair(scene, claim, volume)}"
    return "let it name a volume of its own"


def _has_another(scene: Scene, volume: ExistingVolume, key: Key) -> bool:
    """Return whether a claim has no use for a volume that is reserved for it."""
    claim = scene.existing.claims.get(key)
    if claim is None:
        return not scene.is_wanted(key)
    if claim.volume_name:
        return claim.volume_name != volume.name
    return len(scene.existing.reservations[key]) > 1
