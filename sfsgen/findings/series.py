"""What the claims and volumes of several ordinals have in common: their set, or their names."""

from collections.abc import Hashable

from sfsgen.findings.nfs_sources import NfsSource
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.names import numbered
from sfsgen.values.pairs import Key, Volume


def set_of(scene: Scene, claim: Key) -> Hashable:
    """Return the set that looks for a claim, or what stands before its number."""
    rows = scene.inventory.wanting(claim)
    return rows[0].stateful_set.key if rows else (claim[0], numbered(claim[1])[0])


def set_or_claim_of(scene: Scene, claim: Key) -> Hashable:
    """Return the set that looks for a claim; where none does, the claim, as no set is named."""
    rows = scene.inventory.wanting(claim)
    return rows[0].stateful_set.key if rows else (claim,)


def template_of(scene: Scene, claim: Key) -> Hashable:
    """Return the claim template that a claim is made from, or what stands before its number."""
    rows = scene.inventory.wanting(claim)
    return rows[0].template.key if rows else (claim[0], numbered(claim[1])[0])


def set_of_volume(scene: Scene, volume: Volume) -> Hashable:
    """Return the set whose claim a volume is for, or what stands before its number."""
    takers = scene.inventory.takers.get(volume.name, ())
    claim = scene.inventory.owner(volume) or volume.claim or scene.pairing.names.claim_of(volume)
    claim = claim or (takers[0].key if takers else None)
    return set_of(scene, claim) if claim else numbered(volume.name)[0]


def set_of_source(scene: Scene, source: NfsSource) -> Hashable:
    """Return the set that mounts a directory from an NFS server."""
    volume = scene.inventory.volumes.get(source.name)
    is_volume = volume is not None and volume.manifest is source.manifest
    return set_of_volume(scene, volume) if volume and is_volume else id(source.manifest)
