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

from collections.abc import Hashable, Iterator, Sequence

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.left import is_awaited, is_to_be_freed
from sfsgen.findings.misdirected import misdirected
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.found import FoundSet
from sfsgen.values.pairs import Key, Volume


def released(scene: Scene) -> Iterator[Finding]:
    unawaited: dict[Key, list[Volume]] = {}
    awaited: dict[Hashable, list[Volume]] = {}
    for volume in scene.inventory.volumes.values():
        if not is_to_be_freed(scene, volume):
            continue
        if is_awaited(scene, volume):
            maker = _maker(scene, volume)
            cause = set_of_volume(scene, volume), maker and maker.key
            awaited.setdefault(cause, []).append(volume)
        elif volume.claim and volume.is_static:
            head = volume.claim[0], numbered(volume.claim[1])[0]
            unawaited.setdefault(head, []).append(volume)
    for volumes in awaited.values():
        maker = _maker(scene, volumes[0])
        for found in one_for_each(each for volume in volumes for each in _awaited(scene, volume)):
            cure = _with_claims_made(scene, found.cure, maker, len(volumes))
            yield found._replace(cure=cure)
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


def _awaited(scene: Scene, volume: Volume) -> Iterator[tuple[Hashable, Finding]]:
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
        found = tell(volume.manifest, PHASE, what, scene.cures.mend_failed(volume), *sides)
        yield volume.phase, found
    elif volume.claim_uid:
        what = f"the volume {volume.name} is Released: it still holds the uid of a deleted claim"
        if volume.claim:
            name = volume.claim[1]
            stays = f"the claim {name} stays" if claim else f"a new claim {name} would stay"
            what += f", and {stays} Pending"
        what += scene.cures.doubt(volume)
        path = ("spec", "claimRef", "uid")
        cause = bool(claim), bool(volume.claim)
        yield cause, tell(volume.manifest, path, what, scene.cures.free(volume), *sides)


def _maker(scene: Scene, volume: Volume) -> FoundSet | None:
    """Return the set whose controller is to make the claim of a volume, which is not there."""
    rows = scene.inventory.wanting(volume.claim) if volume.claim else ()
    is_there = volume.claim in scene.inventory.claims or volume.phase == "Failed"
    return rows[0].stateful_set if rows and rows[0].is_wanted and not is_there else None


def _with_claims_made(scene: Scene, cure: Cure, maker: FoundSet | None, count: int) -> Cure:
    """Return how volumes are freed, and how their claims are made where the controller does not.

    It makes a claim only when it makes the pod: one that came back before the old claim was gone
    waits for ever (kubernetes#89910).
    """
    if maker is None or not cure.steps:
        return cure
    printed = scene.cures.create_missing(maker)
    of_all = "its claim is" if count == 1 else "their claims are"
    return cure.said(f"{cure}; then, if {of_all} not made by itself: {printed}")


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
