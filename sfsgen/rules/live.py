"""Rules about the state of what a cluster holds: Released, Lost, Pending, Terminating."""

from collections.abc import Iterator

from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Pair, Scene
from sfsgen.kubernetes.binder import differences
from sfsgen.kubernetes.manifests import Manifest
from sfsgen.sets.existing import ExistingClaim, ExistingVolume

_PHASE: Path = ("status", "phase")


def released(scene: Scene) -> Iterator[Finding]:
    """A volume is not Released: it holds on to the uid of a claim that is gone, and never binds.

    Applying its manifest again does not help (measured).
    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume.
    """
    for volume in scene.existing.volumes.values():
        if not volume.is_left or scene.existing.is_taken_over(volume):
            continue  # of a volume that a claim has, the rule claim-ref tells
        if not _is_awaited(scene, volume):
            continue
        # Beyond the replicas the next scale-up waits for it.
        is_needed = not volume.claim or scene.is_needed(volume.claim)
        tell = error if is_needed else warning
        claim = scene.existing.claims.get(volume.claim) if volume.claim else None
        sides = [claim.manifest] if claim else []
        if volume.phase == "Failed":
            what = f"the volume {volume.name} is Failed: what its reclaim policy asks for did not "
            what += f"work{scene.cures.doubt(volume)}"
            fix = scene.cures.mend_failed(volume)
            yield tell(volume.manifest, _PHASE, what, fix, *sides)
        elif volume.claim_uid:
            what = f"the volume {volume.name} is Released: it holds on to an earlier claim"
            if volume.claim:
                stays = "the one of today stays" if claim else "a new one would stay"
                what += f" {volume.claim[1]}, and {stays} Pending"
            what += scene.cures.doubt(volume)
            path = ("spec", "claimRef", "uid")
            yield tell(volume.manifest, path, what, scene.cures.free(volume), *sides)


def lost(scene: Scene) -> Iterator[Finding]:
    """A claim is not Lost: its volume was deleted, or was given to another claim.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncBoundClaim.
    """
    for claim in scene.existing.claims.values():
        if claim.phase == "Lost":
            volume = scene.existing.volumes.get(claim.volume_name)
            why, fix = _loss(scene, claim, volume)
            what = f"the claim {claim.name} is Lost: its volume {claim.volume_name} {why}"
            sides = [volume.manifest] if volume else []
            yield error(claim.manifest, _PHASE, what, fix, *sides)


def _loss(scene: Scene, claim: ExistingClaim, volume: ExistingVolume | None) -> tuple[str, str]:
    """Return why a claim is Lost, and how it gets its volume again."""
    its = f"{claim.namespace}/{claim.name}"
    cures = scene.cures
    if volume is None:
        fix = f"see that it is gone: `{cures.look_at(claim.volume_name)}`; create the volume "
        fix += f"{claim.volume_name} on the directory with its data, reserved for "
        return "is not there", f"{fix}{its}; then `{cures.bind_again(claim)}`"
    if volume.claim == claim.key:
        why = "holds on to an earlier one" if volume.claim_uid else "is reserved for its name only"
        return f"{why}{cures.doubt(volume)}", cures.give_back(volume, claim)
    owner = scene.existing.owner(volume)
    if owner == claim.key and volume.claim:
        return f"has lost its claimRef to {'/'.join(volume.claim)}", cures.leave(volume)
    if volume.claim is None and owner in (None, claim.key):
        fix = f"{cures.reserve(volume, claim.key)} && {cures.bind_again(claim)}"
        return "is reserved for no claim", fix
    its_claim = "/".join(owner or volume.claim or ())
    fix = f"leave {volume.name} to {its_claim}, whose pods may write to it: copy the data into a "
    fix += f"directory of its own, create a volume of another name there, reserved for {its}, "
    fix += f"`{cures.delete(claim)}`, and create it anew with this volumeName"
    return f"has become another claim's, {its_claim}", fix


def pending(scene: Scene) -> Iterator[Finding]:
    """A claim is bound within seconds, once a volume that fits is reserved for it.

    The binder looks at all claims again every 15 seconds (7 to 17 s, measured).
    Source: cmd/kube-controller-manager, --pvclaimbinder-sync-period.
    """
    for pair in scene.pairs.values():
        claim, volume = pair.claim, pair.volume
        if claim.phase == "Pending" and _could_bind(pair):
            what = (
                f"the claim {claim.name} is Pending, though {volume.name} is reserved for it and "
            )
            what += "fits"
            fix = "look again in 20 seconds; if it still waits, "
            fix += f"`{scene.cures.describe(claim.manifest)}` says why"
            yield warning(claim.manifest, _PHASE, what, fix, volume.manifest)


def terminating(scene: Scene) -> Iterator[Finding]:
    """Nothing is being deleted: a finalizer holds it as long as a pod or a claim uses it.

    Source: pkg/controller/volume/pvcprotection, pkg/controller/volume/pvprotection.
    """
    found = scene.existing
    for stateful_set in found.stateful_sets:
        yield from _if_going(stateful_set.manifest, "its pods are gone; then create it anew")
    for claim in found.claims.values():
        if claim.manifest.is_terminating:
            volume = found.volumes.get(claim.volume_name)
            freed = ""
            is_its = volume and volume.is_static and volume.claim == claim.key
            if volume and is_its and claim.uid and volume.claim_uid == claim.uid:
                freed = f"`{scene.cures.free_after(claim, volume)}`, and "
            then = f"the pods that use it are gone; then {freed}create it anew"
            yield from _if_going(claim.manifest, then)
    for volume in found.volumes.values():
        if volume.is_static:
            yield from _if_going(volume.manifest, "its claim is gone; then create both anew")


def _if_going(manifest: Manifest, then: str) -> Iterator[Finding]:
    metadata = manifest.value["metadata"]
    if manifest.is_terminating:
        held = ", ".join(metadata.get("finalizers") or ()) or "nothing"
        what = f"the {manifest.kind} {manifest.name} is being deleted, held by {held}"
        yield warning(manifest, ("metadata", "deletionTimestamp"), what, f"it goes when {then}")


def _is_awaited(scene: Scene, volume: ExistingVolume) -> bool:
    """Return whether a claim that is there, or a set, waits for a volume or will wait for it."""
    if volume.name in scene.takers:
        return True
    claim = scene.existing.claims.get(volume.claim) if volume.claim else None
    if claim:
        return not claim.volume_name
    return volume.claim is not None and bool(scene.existing.wanting(volume.claim))


def _could_bind(pair: Pair) -> bool:
    claim, volume = pair.claim, pair.volume
    is_reserved_now = pair.is_reserved and volume.claim_uid in ("", claim.uid)
    is_there = (
        volume.manifest.is_stored
        and not volume.manifest.is_terminating
        and volume.phase in ("Available", "Pending", "Bound", "")
    )
    is_fit = not any(
        each.is_short or pair.is_pinned  # of which the rule unequal-pair tells
        for each in differences(claim.storage, volume.storage, volume.name)
    )
    return is_reserved_now and is_there and is_fit and not claim.manifest.is_terminating
