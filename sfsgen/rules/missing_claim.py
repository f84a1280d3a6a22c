"""The claim that the controller makes gets the volume that is reserved for it.

The controller makes a claim that is missing, from the claim template and without a volumeName. With
a volume that is reserved by claimRef it binds in every order, also with a default StorageClass (30
of 30, measured): such a claim need not be in a file. But the binder looks at its size, access modes
and volume mode: where the volume has less than the claim template asks for, the claim stays
Pending, and the pod does not start.

Fix: Let the volume have what the claim template asks for. On an NFS server the size and the modes
of a volume limit nothing; they can be changed in place.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim (measured).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sfsgen.changes.cure import Cure, all_of
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import REPLICAS
from sfsgen.findings.scene import Scene
from sfsgen.findings.spare import head
from sfsgen.findings.vacancies import needed
from sfsgen.kubernetes.binder import MODES, SIZE, VOLUME_MODE, Difference, Storage, differences
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.sets.runs import runs
from sfsgen.values.pairs import Volume

_Unfit = tuple[TemplateOrdinals, dict[int, Volume]]


def missing_claim(scene: Scene) -> Iterator[Finding]:
    for stateful_set, templates in scene.pairing.by_set:
        unfit = [(rows, found) for rows in templates if (found := _unfit(scene, rows))]
        if unfit:
            yield _too_small(scene, stateful_set, unfit)


def _unfit(scene: Scene, rows: TemplateOrdinals) -> dict[int, Volume]:
    """Return the volumes that claims made from a template would not get, by ordinal.

    Not one that is Released: the rule `released` tells of it.
    """
    accounted = scene.accounted.get(head(rows), ())
    return {
        number: volume
        for number, volume in rows.volumes.items()
        if number in rows.stateful_set.ordinals
        and number not in rows.claims
        and number not in accounted
        and not volume.is_left
        and any(_lacks(rows, volume))
    }


def _lacks(rows: TemplateOrdinals, volume: Volume) -> Iterator[Difference]:
    """Yield what a volume lacks; claimRef alone does not check the class (measured)."""
    found = differences(rows.template.storage, volume.storage, volume.name)
    return (each for each in found if each.is_short)


def _too_small(scene: Scene, stateful_set: FoundSet, unfit: Sequence[_Unfit]) -> Finding:
    (rows, volumes), *_ = unfit
    missing = [(rows, list(runs(sorted(of)))) for rows, of in unfit]
    first = volumes[min(volumes)]
    short = next(_lacks(rows, first))
    what = f"{needed(missing)}, would not get the volume that is reserved for it: made from its "
    if sum(len(of) for _, of in unfit) > 1:
        what = f"{needed(missing)}, would not get the volumes reserved for them: made from its "
    what += f"claim template {short.what}"
    cures = [_grown(scene, rows, volume) for rows, of in unfit for volume in of.values()]
    fix = all_of(cures, " && " if first.manifest.is_stored else "; ")
    sides = [volume.manifest for _, of in unfit for volume in of.values()]
    return error(stateful_set.manifest, REPLICAS, what, fix, *sides)


def _grown(scene: Scene, rows: TemplateOrdinals, volume: Volume) -> Cure:
    """Return how a volume gets what the claims of a template ask for."""
    wanted: Storage = rows.template.storage
    lacking = {each.path for each in _lacks(rows, volume)}
    if VOLUME_MODE in lacking:
        return Cure(f"let {volume.name} and the claim template have one volumeMode")
    fields: dict[str, Any] = {}
    if SIZE in lacking:
        fields["capacity"] = {"storage": wanted.storage}
    if MODES in lacking:
        fields["accessModes"] = list(
            dict.fromkeys((*volume.storage.access_modes, *wanted.access_modes))
        )
    return scene.cures.set_fields(volume, fields)
