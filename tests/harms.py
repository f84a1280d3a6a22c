"""What no command should ever do to a cluster, told as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kinds import CLAIM, VOLUME, Object, key_of, place_of, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster import Cluster


def of_deleting(cluster: Cluster, each: Object) -> Iterator[str]:
    """Yield what is wrong with deleting an object: it holds data that something may remove."""
    volume = each if each["kind"] == VOLUME else None
    if each["kind"] == CLAIM:
        volume = cluster.objects.get((VOLUME, "", each["spec"].get("volumeName", "")))
    if not volume or not _has_data(cluster, volume):
        return
    policy = volume["spec"]["persistentVolumeReclaimPolicy"]
    uid = (volume["spec"].get("claimRef") or {}).get("uid")
    # The claim of a rival is nothing to the volume that it names.
    if policy != "Retain" and (each["kind"] == VOLUME or uid == each["metadata"]["uid"]):
        yield f"{said(key_of(each))} is deleted while the policy is {policy}"


def of_writing(cluster: Cluster, each: Object, before: Object | None = None) -> Iterator[str]:
    """Yield what is wrong with writing an object: a volume with data is open to every claim."""
    if each["kind"] != VOLUME or "claimRef" in each["spec"]:
        return
    was_open = before is not None and "claimRef" not in before["spec"]
    if not was_open and _has_data(cluster, each):
        yield f"{said(key_of(each))} has data and is open to every claim"


def _has_data(cluster: Cluster, volume: Object) -> bool:
    return bool(cluster.nfs.directories.get(place_of(volume)))
