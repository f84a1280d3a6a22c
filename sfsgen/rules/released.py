"""A volume is not Released: it still holds the uid of a deleted claim, and never binds.

When a claim is deleted, its volume with the reclaim policy Retain turns Released and keeps the old
claim's uid. The same claim made again stays Pending however it is reserved, and `kubectl apply` of
the volume's manifest says "configured" and does not help (measured). The data is still there.

Fix: Remove the uid from the `claimRef`, by the finding's `kubectl patch`; the claim that waits is
bound 8 to 12 seconds later (measured). Do not remove the whole `claimRef`: any claim in the cluster
could take the volume then, and its data.

Volumes whose claims are gone, and for which no set waits, are told of too: the set may have been
deleted to be created again, and would then wait for ever.

The uid may be that of a claim which is there, where a claimRef was changed by mistake: then the
volume is that claim's, and [claim-ref](#claim-ref) tells of it. A live cluster is asked for the
claims of all namespaces. What was read from files does not show them, so the command looks for
itself before it changes anything; and the server refuses the patch if the uid is another one by
then.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume.
"""

from collections.abc import Iterator, Sequence

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.misdirected import misdirected
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.names import numbered
from sfsgen.values.pairs import Key, Volume


def released(scene: Scene) -> Iterator[Finding]:
    unawaited: dict[Key, list[Volume]] = {}
    for volume in scene.inventory.volumes.values():
        if not volume.is_left or scene.inventory.holder(volume):
            continue  # who has its uid gets it again; of another's claimRef claim-ref tells
        if _is_its_of_lost(scene, volume) or _is_handed_over(scene, volume):
            continue  # of which the rules lost, claim-ref and missing-volume tell
        if _is_replaced(scene, volume):
            continue
        if _is_awaited(scene, volume):
            yield from _awaited(scene, volume)
        elif volume.claim and volume.is_static:
            head = volume.claim[0], numbered(volume.claim[1])[0]
            unawaited.setdefault(head, []).append(volume)
    told = _told_of_sets(scene) if unawaited else set()
    for volumes in unawaited.values():
        if not told.issuperset(each.name for each in volumes):
            yield _of_nobody(scene, volumes)


def _told_of_sets(scene: Scene) -> set[str]:
    """Return the volumes of which missing-volume tells that they may be a set's."""
    return {
        volume.name
        for rows in scene.pairing.ordinals
        if not scene.pairing.is_provisioned(rows)
        for _, volume in misdirected(scene, rows)
    }


def _awaited(scene: Scene, volume: Volume) -> Iterator[Finding]:
    # Beyond the replicas the next scale-up waits for it.
    is_needed = not volume.claim or scene.is_needed(volume.claim)
    tell = error if is_needed else warning
    claim = scene.inventory.claims.get(volume.claim) if volume.claim else None
    sides = [claim.manifest] if claim else []
    if volume.phase == "Failed":
        what = (
            f"the volume {volume.name} is Failed: what its reclaim policy asks for did not "
            f"work{scene.cures.doubt(volume)}"
        )
        yield tell(volume.manifest, PHASE, what, scene.cures.mend_failed(volume), *sides)
    elif volume.claim_uid:
        what = f"the volume {volume.name} is Released: it still holds the uid of a deleted claim"
        if volume.claim:
            name = volume.claim[1]
            stays = f"the claim {name} stays" if claim else f"a new claim {name} would stay"
            what += f", and {stays} Pending"
        what += scene.cures.doubt(volume)
        path = ("spec", "claimRef", "uid")
        yield tell(volume.manifest, path, what, _freed(scene, volume), *sides)


def _freed(scene: Scene, volume: Volume) -> Cure:
    """Return how a volume is freed, and how its claim is made where the controller makes none.

    It makes a claim only when it makes the pod: one that came back before the old claim was gone
    waits for ever (kubernetes#89910).
    """
    cure = scene.cures.free(volume)
    rows = scene.inventory.wanting(volume.claim) if volume.claim else ()
    if volume.claim in scene.inventory.claims or not (rows and rows[0].is_wanted and cure.steps):
        return cure
    printed = scene.cures.create_missing(rows[0].stateful_set)
    return cure.said(f"{cure}; then, if its claim is not made by itself: {printed}")


def _is_replaced(scene: Scene, volume: Volume) -> bool:
    """Return whether another volume is reserved for the claim that a volume has lost."""
    other = scene.inventory.reserved(volume.claim) if volume.claim else None
    return other is not None and other is not volume and not other.is_left


def _is_its_of_lost(scene: Scene, volume: Volume) -> bool:
    """Return whether a volume is that of a Lost claim."""
    takers = scene.inventory.takers.get(volume.name, ())
    return any(each.phase == "Lost" for each in takers)


def _of_nobody(scene: Scene, volumes: Sequence[Volume]) -> Finding:
    """Return that volumes wait for a set, and its claims, that were deleted."""
    first, last = volumes[0], volumes[-1]
    names = f"the volume {first.name} is {first.phase}, and its claim is"
    if len(volumes) > 1:
        names = (
            f"{len(volumes)} volumes, {first.name} to {last.name}, are {first.phase}, and their "
            "claims are"
        )
    namespace, claim = first.claim or ("", "")
    what = (
        f"{names} gone, such as {namespace}/{claim}: a set that is created again finds its data, "
        "but stays Pending for ever, for they still hold the old uids"
    )
    cures = [
        scene.cures.mend_failed(each) if each.phase == "Failed" else scene.cures.free(each)
        for each in volumes
    ]
    before = "before the set is created again: " + " && ".join(map(str, cures))
    steps = [step for each in cures for step in each.steps]
    fix = Cure(f"{before}; where it is not, leave them, or delete them", steps=tuple(steps))
    sides = [each.manifest for each in volumes[1:]]
    return warning(first.manifest, PHASE, what, fix, *sides)


def _is_handed_over(scene: Scene, volume: Volume) -> bool:
    """Return whether the claim that waits for a volume is another than the one that had it."""
    if volume.claim is None or scene.is_needed(volume.claim):
        return False
    meant = scene.pairing.names.claim_of(volume)
    named = scene.inventory.claims.get(meant) if meant else None
    if named and not named.volume_name:
        return True
    takers = scene.inventory.takers.get(volume.name, ())
    return any(each.phase == "Pending" and scene.lasting_key(each) == each.key for each in takers)


def _is_awaited(scene: Scene, volume: Volume) -> bool:
    """Return whether a claim that is there, or a set, waits for a volume or will wait for it."""
    if volume.name in scene.inventory.takers:
        return True
    claim = scene.inventory.claims.get(volume.claim) if volume.claim else None
    if claim:
        named = scene.inventory.volumes.get(claim.volume_name)
        is_anothers = named is None or named.claim not in (None, claim.key)
        return not claim.volume_name or (claim.phase == "Pending" and is_anothers)
    return volume.claim is not None and bool(scene.inventory.wanting(volume.claim))
