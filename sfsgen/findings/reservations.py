"""Volumes that are reserved in part, or for another claim than the one that needs them."""

from sfsgen.findings.scene import Scene
from sfsgen.values.pairs import Claim, Pair, Volume


def another_pair(scene: Scene, claim: Claim, volume: Volume) -> str:
    """Return how a claim gets a volume of its own in place of another claim's."""
    if claim.was_bound or claim.volume_name not in ("", volume.name):
        return ""
    text = f"; then `{scene.cures.delete(claim)}`"
    for row in scene.inventory.wanting(claim.key)[:1]:
        text += f", and `{scene.cures.volumes_elsewhere(row.stateful_set)}` prints another pair"
    return text


def is_incomplete(volume: Volume) -> bool:
    """Return whether a volume has a claimRef that names no claim."""
    return volume.claim is None and volume.manifest.at("spec", "claimRef") is not None


def another_reserved(scene: Scene, pair: Pair) -> Volume | None:
    """Return a volume that is reserved for a claim which names another one."""
    found = scene.inventory.reserved(pair.claim.key)
    return found if found and found.name != pair.volume.name else None
