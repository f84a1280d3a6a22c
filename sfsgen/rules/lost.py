"""A claim is not Lost: its volume was deleted, or was given to another claim.

A claim that was bound turns Lost when its volume is deleted, or comes to hold another claim.
Kubernetes says "Data on the volume is lost!", and a new pod is not scheduled. With the reclaim
policy Retain the files are still in the directory, whatever became of the volume.

Fix: Neither the claim nor its pod is to be deleted. Create the volume again on the directory with
the data, its `claimRef` naming the claim, without uid; then remove the claim's annotation
`pv.kubernetes.io/bind-completed`, by the finding's `kubectl annotate`: it is Bound 0.2 seconds
later, and the pod runs on (measured). Where the volume is there and holds an earlier uid, the
finding's patch writes the claim's own (7 to 14 seconds, measured). A volume that is another claim's
by now is left to it.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncBoundClaim.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.values.pairs import Claim, Volume


def lost(scene: Scene) -> Iterator[Finding]:
    for claim in scene.inventory.claims.values():
        if claim.phase == "Lost":
            volume = scene.inventory.volumes.get(claim.volume_name)
            why, fix = _loss(scene, claim, volume)
            what = f"the claim {claim.name} is Lost: its volume {claim.volume_name} {why}"
            sides = [volume.manifest] if volume else []
            yield error(claim.manifest, PHASE, what, fix, *sides)


def _loss(scene: Scene, claim: Claim, volume: Volume | None) -> tuple[str, str | Cure]:
    """Return why a claim is Lost, and how it gets its volume again."""
    its = f"{claim.namespace}/{claim.name}"
    cures = scene.cures
    if volume is None:
        return "is missing", _made_again(scene, claim)
    again = f"create it, then `{cures.bind_again(claim)}`"
    is_its = volume.claim in (None, claim.key)
    if is_its and not volume.manifest.is_stored:
        cure = cures.free(volume) if volume.claim_uid else cures.reserve(volume, claim.key)
        is_ready = volume.claim and not volume.claim_uid
        return "is not in the cluster", again if is_ready else cure.said(f"{cure}, {again}")
    if volume.claim == claim.key:
        why = (
            "still holds the uid of an earlier claim"
            if volume.claim_uid
            else "is reserved for its name only"
        )
        return f"{why}{cures.doubt(volume)}", cures.give_back(volume, claim)
    owner = scene.inventory.owner(volume)
    if scene.inventory.holder(volume) == claim.key and volume.claim:
        return f"has lost its claimRef to {'/'.join(volume.claim)}", cures.leave(volume)
    if owner == claim.key or (volume.claim is None and owner is None):
        why = f"is reserved for {'/'.join(volume.claim) if volume.claim else 'no claim'}"
        return why, cures.reserve(volume, claim.key).then(cures.bind_again(claim))
    its_claim = "/".join(owner or volume.claim or ())
    fix = (
        f"leave {volume.name} to {its_claim}, whose pods may write to it: copy the data into a "
        f"directory of its own, create a volume of another name there, reserved for {its}, "
        f"`{cures.delete(claim)}`, and create it again with this volumeName"
    )
    return f"has become another claim's, {its_claim}", fix


def _made_again(scene: Scene, claim: Claim) -> Cure:
    """Return how the volume of a Lost claim is created again (0.7 s, measured)."""
    from sfsgen.changes.missing import is_made

    cures, name = scene.cures, claim.volume_name
    again = cures.bind_again(claim)
    see = f"see that it is gone: `{cures.look_at(name)}`; "
    for row in scene.inventory.wanting(claim.key):
        if row.is_wanted and is_made(scene.pairing, row, scene.target):
            create = cures.create_missing(row.stateful_set)
            directory = "on the directory of its number, where its data has to lie"
            return create.then(again).said(
                f"{see}`{create} && {again}` makes {name} again, {directory}, and binds it"
            )
    reserved = f"reserved for {claim.namespace}/{claim.name}"
    return Cure(
        f"{see}create the volume {name} on the directory with its data, {reserved}; then `{again}`"
    )
