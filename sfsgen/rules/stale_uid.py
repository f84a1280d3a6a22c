"""A claimRef holds the uid of the claim that is there, or none: a new claim has a new one.

A `claimRef` with a uid holds for that one claim only. A claim that was made again under the same
name has another uid and stays Pending, however the two are reserved (measured). It happens when a
volume's manifest was taken from `kubectl get pv -o yaml`.

Fix: Remove `uid` and `resourceVersion` from the manifest. In a cluster remove the uid alone, by the
finding's `kubectl patch`. Do not remove the whole `claimRef`: any claim in the cluster could take
the volume then.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume (measured).
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import CLAIM_REF
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume
from sfsgen.findings.together import one_for_each


def stale_uid(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for volume in scene.inventory.volumes.values():
        if not volume.claim_uid or volume.claim is None or volume.is_left:
            continue
        if scene.inventory.is_taken_over(volume):
            continue  # of which the rule claim-ref tells
        claim = scene.inventory.claims.get(volume.claim)
        if claim and claim.phase == "Lost":
            continue
        is_another = claim and claim.uid and claim.uid != volume.claim_uid
        is_copied = not volume.manifest.is_stored and not (claim and claim.uid)
        if is_another or is_copied:
            what = (
                f"the claimRef of {volume.name} still holds the uid of an earlier claim: "
                f"{volume.claim[1]} would stay Pending{scene.cures.doubt(volume)}"
            )
            sides = [claim.manifest] if claim else []
            fix = scene.cures.free(volume)
            found = error(volume.manifest, (*CLAIM_REF, "uid"), what, fix, *sides)
            yield set_of_volume(scene, volume), found
