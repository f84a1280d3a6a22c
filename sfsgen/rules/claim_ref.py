"""The claim that a volume is reserved for, and the volume that this claim names, agree.

A claim that names a volume which is reserved for another one stays Pending: the volume is "already
bound to a different claim" (measured). It happens when a tool changes the namespace of a claim, as
kustomize's `namespace:` does, and leaves the `claimRef` of the volume at the old one.

Fix: Let the two name each other: write the claim's namespace and name into the `claimRef`, or the
other volume into `volumeName`. A volume that another claim has is left to it, and the claim without
one is made again with a volume of another name.

Where a `claimRef` names one claim and holds the uid of another that is there, somebody applied a
manifest over a volume in use, from another namespace, say. The volume shows Released, and the
controller writes the right claim back within 15 seconds (measured). Who removes the uid in that
time gives the directory away: the claim in use is Lost, and two pods write into one directory.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
"""

from collections.abc import Hashable, Iterator

from sfsgen.changes.cure import WHICH_VOLUME, Cure, all_of
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import CLAIM_REF, VOLUME_NAME
from sfsgen.findings.reservations import another_pair, another_reserved
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of, set_of_volume
from sfsgen.findings.together import one_for_each
from sfsgen.values.pairs import Claim, Key, Pair, Volume


def claim_ref(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    ambiguous = {second.name for _, second in scene.inventory.duplicates}
    ambiguous |= {second.name for _, second in scene.inventory.namesakes}
    for pair in scene.pairing.pairs.values():
        claim, volume = pair.claim, pair.volume
        if volume.name in ambiguous or scene.inventory.is_taken_over(volume):
            continue
        if volume.claim == claim.key or claim.phase == "Lost":
            continue
        if scene.lasting_key(claim) != claim.key:
            continue  # of its name, and of that in the claimRef, the rule `name` tells
        if volume.claim is not None:
            yield _disagreement(scene, pair, volume.claim)
        elif pair.is_named and not (pair.is_reserved or pair.is_bound):
            yield from _elsewhere(scene, pair)
    yield from _misdirected(scene)
    yield from _taken_over(scene)


def _taken_over(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    """Yield the volumes of claims that are there, whose claimRef names another claim."""
    for volume in scene.inventory.volumes.values():
        if not scene.inventory.is_taken_over(volume):
            continue
        owner = "/".join(scene.inventory.holder(volume) or ())
        other = "/".join(volume.claim) if volume.claim else "none that is whole"
        what = (
            f"{volume.name} is the volume of the claim {owner}, whose uid it holds, and its "
            f"claimRef was changed to {other}"
        )
        fix, sides = scene.cures.leave(volume), []
        claim = scene.inventory.claims.get(volume.claim) if volume.claim else None
        if claim:
            sides = [claim.manifest]
            fix += another_pair(scene, claim, volume)
        cause = set_of_volume(scene, volume), "taken over", bool(claim)
        yield cause, error(volume.manifest, CLAIM_REF, what, fix, *sides)


def _misdirected(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    """Yield the volumes that are reserved for no claim of a set, though named after one."""
    for rows in scene.pairing.ordinals:
        for row, volume in rows.unreserved:
            if volume.claim:
                stateful_set = rows.stateful_set
                what = (
                    f"{volume.name} is reserved for {'/'.join(volume.claim)}, which is missing; "
                    f"the pod {row.pod_name} needs {row.claim_key[1]}"
                )
                fix = scene.cures.redirect(volume, row.claim_key).by_hand(WHICH_VOLUME)
                found = error(volume.manifest, CLAIM_REF, what, fix, stateful_set.manifest)
                yield (stateful_set.key, "misdirected"), found


def _elsewhere(scene: Scene, pair: Pair) -> Iterator[tuple[Hashable, Finding]]:
    """Yield that another volume is reserved for a claim than the one which it names."""
    if other := another_reserved(scene, pair):
        what = (
            f"the claim {pair.claim.name} names {pair.volume.name}, and {other.name} is "
            "reserved for it"
        )
        fix = (
            f"write `volumeName: {other.name}` into {pair.claim.name}, or reserve "
            f"{pair.volume.name} instead"
        )
        cause = set_of(scene, pair.claim.key), "elsewhere"
        yield cause, error(pair.claim.manifest, VOLUME_NAME, what, fix, other.manifest)


def _disagreement(scene: Scene, pair: Pair, reserved_for: Key) -> tuple[Hashable, Finding]:
    claim, volume, of_set = pair.claim, pair.volume, set_of(scene, pair.claim.key)
    namespace, name = reserved_for
    shown = name if namespace == claim.namespace else f"{namespace}/{name}"
    verb = "names" if pair.is_named else "needs"
    its = claim.name if namespace == claim.namespace else f"{claim.namespace}/{claim.name}"
    what = f"the claim {its} {verb} {volume.name}, which is reserved for {shown}"
    is_unread = scene.inventory.is_foreign(volume)
    is_anothers = scene.inventory.is_anothers(volume, claim.key)
    is_anothers = is_anothers or _is_named_after_another(scene, claim, volume)
    if is_unread or is_anothers or not _has_another(scene, volume, reserved_for):
        what += ", and is not in the input" if is_unread else ""
        own = _one_of_its_own(scene, claim, volume, shown)
        cause: Hashable = of_set, "another's", verb, is_unread, is_anothers
        return cause, error(claim.manifest, VOLUME_NAME, what, own, volume.manifest)
    field = "namespace" if name == claim.name else "name"
    fix = scene.cures.redirect(volume, claim.key)
    if field == "namespace":
        what += ": its namespace was changed"
    elif volume.is_left:
        what += f", and {volume.phase}: that claim is gone"
    cause = of_set, field, verb, volume.is_left
    return cause, error(volume.manifest, (*CLAIM_REF, field), what, fix, claim.manifest)


def _one_of_its_own(scene: Scene, claim: Claim, volume: Volume, reserved_for: str) -> str | Cure:
    """Return how a claim that needs another claim's volume gets one of its own."""
    reserved = scene.inventory.reserved(claim.key)
    other = reserved or scene.pairing.names.volume_of(claim)
    if other and other is not volume and not scene.inventory.is_anothers(other, claim.key):
        cure = scene.cures.rename_volume(claim, other.name)
        if reserved:
            return cure
        if not other.claim:
            return cure.by_hand(WHICH_VOLUME)
        both = all_of([scene.cures.redirect(other, claim.key), cure], "; then ")
        return both.by_hand(WHICH_VOLUME)
    if claim.manifest.is_stored:
        return f"leave {volume.name} to {reserved_for}{another_pair(scene, claim, volume)}"
    return f"let {claim.name} name a volume of its own"


def _is_named_after_another(scene: Scene, claim: Claim, volume: Volume) -> bool:
    """Return whether a volume's name is that of another claim's, and the claim has one too."""
    return scene.pairing.names.volume_of(claim) not in (
        None,
        volume,
    ) and scene.pairing.names.claim_of(volume) not in (None, claim.key)


def _has_another(scene: Scene, volume: Volume, key: Key) -> bool:
    """Return whether a claim has no use for a volume that is reserved for it."""
    claim = scene.inventory.claims.get(key)
    if claim is None:
        return not scene.is_wanted(key)
    if claim.volume_name:
        return claim.volume_name != volume.name
    return len(scene.inventory.reservations[key]) > 1
