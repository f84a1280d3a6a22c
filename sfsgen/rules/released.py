"""A volume is not Released: it still holds the uid of a deleted claim, and never binds.

When a claim is deleted, its volume with the reclaim policy Retain turns Released and keeps the old
claim's uid. The same claim made again stays Pending however it is reserved, and `kubectl apply` of
the volume's manifest says "configured" and does not help (measured). The data is still there.

Fix: Remove the uid from the `claimRef`, by the finding's `kubectl patch`; the claim that waits is
bound 8 to 12 seconds later (measured). Do not remove the whole `claimRef`: any claim in the cluster
could take the volume then, and its data.

The uid may be that of a claim which is there, where a claimRef was changed by mistake: then the
volume is that claim's, and [claim-ref](#claim-ref) tells of it. A live cluster is asked for the
claims of all namespaces. What was read from files does not show them, so the command looks for
itself before it changes anything; and the server refuses the patch if the uid is another one by
then.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.values.pairs import Volume


def released(scene: Scene) -> Iterator[Finding]:
    for volume in scene.inventory.volumes.values():
        if not volume.is_left or scene.inventory.holder(volume):
            continue  # who has its uid gets it again; of another's claimRef claim-ref tells
        if not _is_awaited(scene, volume):
            continue
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
            fix = scene.cures.mend_failed(volume)
            yield tell(volume.manifest, PHASE, what, fix, *sides)
        elif volume.claim_uid:
            what = (
                f"the volume {volume.name} is Released: it still holds the uid of a deleted claim"
            )
            if volume.claim:
                name = volume.claim[1]
                stays = f"the claim {name} stays" if claim else f"a new claim {name} would stay"
                what += f", and {stays} Pending"
            what += scene.cures.doubt(volume)
            path = ("spec", "claimRef", "uid")
            yield tell(volume.manifest, path, what, scene.cures.free(volume), *sides)


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
