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

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of
from sfsgen.findings.together import one_for_each
from sfsgen.plain_text import joined
from sfsgen.sets.found import Ordinal
from sfsgen.values.pairs import Claim, Volume


class _Loss(NamedTuple):
    """Why a claim is Lost, which claim it is about, and how it gets its volume again."""

    why: str
    whose: str
    fix: str | Cure


def lost(scene: Scene) -> Iterator[Finding]:
    by_cause: dict[tuple[Hashable, str, bool], list[tuple[Claim, Finding]]] = {}
    for claim in scene.inventory.claims.values():
        if claim.phase == "Lost":
            volume = scene.inventory.volumes.get(claim.volume_name)
            is_made_again = volume is None and _row_made(scene, claim) is not None
            loss = _loss(scene, claim, volume)
            what = f"the claim {claim.name} is Lost: its volume {claim.volume_name} "
            what += loss.why + loss.whose
            sides = [volume.manifest] if volume else []
            found = error(claim.manifest, PHASE, what, loss.fix, *sides)
            cause = set_of(scene, claim.key), loss.why, is_made_again
            by_cause.setdefault(cause, []).append((claim, found))
    for (_, _, is_made_again), alike in by_cause.items():
        for found in one_for_each((None, each) for _, each in alike):
            # One command makes all that a set lacks.
            cure = _made_again(scene, [each for each, _ in alike]) if is_made_again else found.cure
            yield found._replace(cure=cure)


def _loss(scene: Scene, claim: Claim, volume: Volume | None) -> _Loss:
    """Return why a claim is Lost, and how it gets its volume again."""
    its = f"{claim.namespace}/{claim.name}"
    cures = scene.cures
    if volume is None:
        return _Loss("is missing", "", _made_again(scene, [claim]))
    again = f"create {volume.name}, then `{cures.bind_again(claim)}`"
    is_its = volume.claim in (None, claim.key)
    if is_its and not volume.manifest.is_stored:
        cure = cures.free(volume) if volume.claim_uid else cures.reserve(volume, claim.key)
        is_ready = volume.claim and not volume.claim_uid
        fix = again if is_ready else cure.said(f"{cure}, {again}")
        return _Loss("is not in the cluster", "", fix)
    if volume.claim == claim.key:
        why = (
            "still holds the uid of an earlier claim"
            if volume.claim_uid
            else "is reserved for its name only"
        )
        return _Loss(f"{why}{cures.doubt(volume)}", "", cures.give_back(volume, claim))
    owner = scene.inventory.owner(volume)
    if scene.inventory.holder(volume) == claim.key and volume.claim:
        return _Loss("has lost its claimRef", f" to {'/'.join(volume.claim)}", cures.leave(volume))
    if owner == claim.key or (volume.claim is None and owner is None):
        whose = "/".join(volume.claim) if volume.claim else "no claim"
        cure = cures.reserve(volume, claim.key).then(cures.bind_again(claim))
        return _Loss("is reserved for ", whose, cure)
    its_claim = "/".join(owner or volume.claim or ())
    fix = (
        f"leave {volume.name} to {its_claim}, whose pods may write to it: copy the data into a "
        f"directory of its own, create a volume of another name there, reserved for {its}, "
        f"`{cures.delete(claim)}`, and create it again with this volumeName"
    )
    return _Loss("has become another claim's", f", {its_claim}", fix)


def _row_made(scene: Scene, claim: Claim) -> Ordinal | None:
    """Return the ordinal of a claim, if the volume of it is printed with what its set lacks."""
    from sfsgen.changes.missing import is_made

    rows = scene.inventory.wanting(claim.key)
    return next(
        (row for row in rows if row.is_wanted and is_made(scene.pairing, row, scene.target)), None
    )


def _made_again(scene: Scene, claims: Sequence[Claim]) -> Cure:
    """Return how the volumes of a set's Lost claims are created again (0.7 s, measured)."""
    cures, first = scene.cures, claims[0]
    again = [cures.bind_again(each) for each in claims]
    looks = joined([f"`{cures.look_at(each.volume_name)}`" for each in claims])
    is_one = len(claims) == 1
    see = f"see that {'it is' if is_one else 'they are'} gone: {looks}; "
    if row := _row_made(scene, first):
        create = cures.create_missing(row.stateful_set)
        cure = create.then(*again)
        named = joined([each.volume_name for each in claims])
        which = (
            "directory of its number, where its"
            if is_one
            else "directories of their numbers, where their"
        )
        return cure.said(
            f"{see}`{cure}` makes {named} again, on the {which} data has to lie, and binds "
            f"{'it' if is_one else 'them'}"
        )
    name, reserved = first.volume_name, f"reserved for {first.namespace}/{first.name}"
    return Cure(
        f"{see}create the volume {name} on the directory with its data, {reserved}; then "
        f"`{again[0]}`"
    )
