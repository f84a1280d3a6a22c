"""Each ordinal's claim is there, under the name that the controller looks for.

The controller makes a claim that is missing, from the claim template and without a volumeName.
Where no volume is reserved for it, it takes any that fits and is free, or stays Pending, and the
pod does not start. With a volume that is reserved by claimRef it binds, also with a default
StorageClass (measured), but has only the labels of the set's selector.

Fix: Let `sfsgen volumes` print what is missing, and create it before the set is made or scaled up.
Where the set's name or its template's name was changed, the claims are there under the old name:
see the rule `name`.

Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.places import REPLICAS
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import (
    claims_of,
    pods_of,
    to_print_missing,
    told_of_set,
    unless_provisioned,
    vacant_ordinals,
)
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.binder import differences, fits
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.ordinals import TemplateOrdinals


def missing_claim(scene: Scene) -> Iterator[Finding]:
    for rows, ordinals in vacant_ordinals(scene, without_volume=False):
        it = "it" if len(ordinals) == 1 else "them"
        what = f"{claims_of(rows, ordinals)} missing, and {pods_of(rows, ordinals)} {it}"
        manifest, fix = rows.stateful_set.manifest, to_print_missing(scene, rows)
        is_dump = manifest.is_stored and manifest.document.file != cluster.NAME
        if is_dump and not scene.inventory.claims:
            what = f"no claim is in the input: {what}"
            namespace = rows.stateful_set.namespace
            fix = Cure(f"read the claims too: {scene.cures.read_all(namespace)}")
            yield warning(manifest, REPLICAS, what, fix)
        # Where others were made beforehand, this one was forgotten.
        elif not rows.claims and all(_would_bind(rows, each) for each in ordinals):
            what += ": the controller makes it, and it binds by the claimRef of its volume alone"
            yield warning(manifest, REPLICAS, what, fix)
        else:
            what += _lookalike(scene, rows, ordinals[0]) or _unfit_for_new(rows, ordinals[0])
            yield told_of_set(rows, f"{what}{unless_provisioned(rows)}", fix)


def _unfit_for_new(rows: TemplateOrdinals, ordinal: int) -> str:
    """Return why a claim that the controller makes would not get the volume reserved for it."""
    volume = rows.volumes.get(ordinal)
    if volume is None:
        return ""
    found = differences(rows.template.storage, volume.storage, volume.name)
    short = next((each.what for each in found if each.is_short), "")
    return f"; made from its claim template {short}" if short else ""


def _would_bind(rows: TemplateOrdinals, ordinal: int) -> bool:
    """Return whether a claim that the controller makes binds to the volume reserved for it.

    claimRef alone checks size, access modes and volume mode, not the class (measured).
    """
    volume, template = rows.volumes.get(ordinal), rows.template.storage
    if volume is None or volume.is_left:
        return False
    return fits(template, volume.storage._replace(storage_class=template.storage_class))


def _lookalike(scene: Scene, rows: TemplateOrdinals, ordinal: int) -> str:
    """Return where a claim may be that was moved to another namespace, or whose set was renamed."""
    stateful_set, template = rows.stateful_set, rows.template
    if namespaces := scene.namespaces_of.get(rows.template.claim_name.at(ordinal)):
        return f"; it is in the namespace {namespaces[0]}"
    for orphan in scene.lonely(stateful_set.namespace):
        head, _ = numbered(orphan)
        is_like = head.startswith(f"{template.name}-") or head.endswith(f"-{stateful_set.name}-")
        if is_like and orphan == f"{head}{ordinal}":
            return f"; {orphan} is there, which no set looks for: was a name changed?"
    return ""
