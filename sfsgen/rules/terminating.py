"""Nothing is being deleted: a finalizer holds it as long as a pod or a claim uses it.

What has a deletionTimestamp is on its way out, and nothing calls it back. A set that is being
deleted makes no new pods. A claim that is being deleted takes no new pod, and waits for the pods
that use it; its volume waits for the claim.

Fix: Wait until it is gone, or delete the pods that hold it, then create it again. After a claim,
its volume is Released and still holds the old uid: free it as the rule [released](#released) says,
or the new claim stays Pending. Do not remove the finalizers by hand: pods may still write.

Source: pkg/controller/volume/pvcprotection, pkg/controller/volume/pvprotection.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest


def terminating(scene: Scene) -> Iterator[Finding]:
    found = scene.inventory
    for stateful_set in found.stateful_sets:
        yield from _if_going(stateful_set.manifest, "its pods are gone; then create it again")
    for claim in found.claims.values():
        if claim.manifest.is_terminating:
            volume = found.volumes.get(claim.volume_name)
            freed = ""
            is_its = volume and volume.is_static and volume.claim == claim.key
            if volume and is_its and claim.uid and volume.claim_uid == claim.uid:
                freed = f"`{scene.cures.free_after(claim, volume)}`, and "
            then = f"the pods that use it are gone; then {freed}create it again"
            yield from _if_going(claim.manifest, then)
    for volume in found.volumes.values():
        if volume.is_static:
            yield from _if_going(volume.manifest, "its claim is gone; then create both again")


def _if_going(manifest: Manifest, then: str) -> Iterator[Finding]:
    metadata = manifest.value["metadata"]
    if manifest.is_terminating:
        held = ", ".join(metadata.get("finalizers") or ()) or "nothing"
        what = f"the {manifest.kind} {manifest.name} is being deleted, held by {held}"
        yield warning(manifest, ("metadata", "deletionTimestamp"), what, f"it goes when {then}")
