"""Free volumes that do not fit the claims of a set: why not, and how they would be made to fit."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sfsgen.changes.cure import WHICH_VOLUME, Cure
from sfsgen.changes.cures import reference_of
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import CLASS, MODES, SIZE, VOLUME_MODE, Storage, differences
from sfsgen.values.pairs import Key, Volume


def misfit(wanted: Storage, volume: Volume) -> str:
    """Return all that the binder minds of a volume for a claim."""
    every = differences(wanted, volume.storage, volume.name)
    return "; ".join(each.what for each in every if each.is_short or each.path == CLASS)


def made_to_fit(
    scene: Scene, claims: Sequence[tuple[Key, Storage]], volumes: Sequence[Volume]
) -> Cure | None:
    """Return how as many volumes as there are claims become theirs, or None where they cannot."""
    cures = []
    for (key, storage), volume in zip(claims, volumes, strict=True):
        changed = _changed(storage, volume)
        if changed is None:
            return None
        fields = {**changed, "claimRef": reference_of(key)}
        cures.append(scene.cures.set_fields(volume, fields))
    steps = tuple(chain(*(each.steps for each in cures)))
    return Cure("; ".join(map(str, cures)), steps=steps, left=WHICH_VOLUME)


def _changed(storage: Storage, volume: Volume) -> dict[str, Any] | None:
    """Return the fields of a volume by which a claim fits it, which can be changed in place."""
    fields: dict[str, Any] = {}
    for each in differences(storage, volume.storage, volume.name):
        if each.path == VOLUME_MODE:
            return None
        if each.path == SIZE and each.is_short:
            fields["capacity"] = {"storage": storage.storage}
        if each.path == MODES and each.is_short:
            fields["accessModes"] = list(storage.access_modes)
        if each.path == CLASS:
            fields["storageClassName"] = storage.storage_class or ""
    return fields
