"""Volumes whose claims are gone: which are to be freed, and which a claim or a set waits for."""

from sfsgen.findings.scene import Scene
from sfsgen.values.pairs import Volume


def is_to_be_freed(scene: Scene, volume: Volume) -> bool:
    """Return whether a volume is Released or Failed, and the rule `released` tells of it."""
    if not volume.is_left or scene.inventory.holder(volume):
        return False  # who has its uid gets it again; of another's claimRef claim-ref tells
    if _is_its_of_lost(scene, volume) or _is_handed_over(scene, volume):
        return False  # of which the rules lost, claim-ref and missing-volume tell
    if _is_replaced(scene, volume):
        return False
    return is_awaited(scene, volume) or bool(volume.claim and volume.is_static)


def _is_its_of_lost(scene: Scene, volume: Volume) -> bool:
    """Return whether a volume is that of a Lost claim."""
    takers = scene.inventory.takers.get(volume.name, ())
    return any(each.phase == "Lost" for each in takers)


def _is_replaced(scene: Scene, volume: Volume) -> bool:
    """Return whether another volume is reserved for the claim that a volume has lost."""
    other = scene.inventory.reserved(volume.claim) if volume.claim else None
    return other is not None and other is not volume and not other.is_left


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


def is_awaited(scene: Scene, volume: Volume) -> bool:
    """Return whether a claim that is there, or a set, waits for a volume or will wait for it."""
    if volume.name in scene.inventory.takers:
        return True
    claim = scene.inventory.claims.get(volume.claim) if volume.claim else None
    if claim:
        named = scene.inventory.volumes.get(claim.volume_name)
        is_anothers = named is None or named.claim not in (None, claim.key)
        return not claim.volume_name or (claim.phase == "Pending" and is_anothers)
    return volume.claim is not None and bool(scene.inventory.wanting(volume.claim))
