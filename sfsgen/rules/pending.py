"""A claim is bound within seconds, once a volume that fits is reserved for it.

Of a claim that cannot be bound another rule says why. Here the volume is there, reserved and fits,
so the claim was read before the binder looked at it. It looks at all claims every 15 seconds: where
the claims come first, they are bound 7 to 17 seconds later (measured).

Fix: Wait 20 seconds and look again; there is nothing to change. If the claim still waits, the
events that `kubectl describe pvc` shows say why. In manifests the rule finds nothing: it is about a
live cluster.

Source: cmd/kube-controller-manager, --pvclaimbinder-sync-period.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.places import PHASE
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import differences
from sfsgen.values.pairs import Pair


def pending(scene: Scene) -> Iterator[Finding]:
    for pair in scene.pairing.pairs.values():
        claim, volume = pair.claim, pair.volume
        if claim.phase == "Pending" and _could_bind(pair):
            what = (
                f"the claim {claim.name} is Pending, though {volume.name} is reserved for it and "
                "fits"
            )
            fix = (
                "look again in 20 seconds; if it still waits, "
                f"`{scene.cures.describe(claim.manifest)}` says why"
            )
            yield warning(claim.manifest, PHASE, what, fix, volume.manifest)


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
