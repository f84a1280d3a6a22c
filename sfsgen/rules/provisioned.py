"""A set whose volumes are not in the input has them from a provisioner, or from elsewhere.

Nothing is wrong: where no volume, no `claimRef`, no `volumeName` and no class `""` shows that a
set's volumes are made by hand, a provisioner makes them, and what is not in the input cannot be
judged. It is told where the claim templates name no class and the input holds volumes that are made
by hand, which may have been meant for it.

Fix: Leave it. To have the set on volumes of its own on an NFS server, let `sfsgen volumes` print
them, and create them before the set.

Source: kubernetes.io/docs/concepts/storage/persistent-volumes, provisioning.
"""

from collections.abc import Collection, Iterable, Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, note
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import to_print_missing
from sfsgen.kubernetes.binder import Storage, fits, size
from sfsgen.sets.ordinals import TemplateOrdinals

_TEMPLATES: Path = ("spec", "volumeClaimTemplates")


def provisioned(scene: Scene) -> Iterator[Finding]:
    if not any(each.is_static for each in scene.inventory.volumes.values()):
        return
    left = scene.pairing.unnamed.left_over()
    free = _largest(each.storage for each in left if each.is_remote and each.claim is None)
    for stateful_set, templates in scene.pairing.by_set:
        if stateful_set.replicas and all(_is_unknown(scene, each) for each in templates):
            if any(_is_kept_by_class(each, free) for each in templates):
                continue  # the rule class tells what keeps them from their volumes
            what = (
                f"the volumes of {stateful_set.name} come from a provisioner, or from elsewhere: "
                "none of those in the input is theirs"
            )
            printed = to_print_missing(scene, stateful_set)
            fix = f"leave it; or, to have them on an NFS server: {printed}"
            yield note(stateful_set.manifest, _TEMPLATES, what, fix)


def _largest(storages: Iterable[Storage]) -> Collection[Storage]:
    """Return the largest of those that differ in nothing else."""
    found: dict[Storage, Storage] = {}
    for each in storages:
        alike = each._replace(storage="")
        if alike not in found or size(each) > size(found[alike]):
            found[alike] = each
    return found.values()


def _is_unknown(scene: Scene, rows: TemplateOrdinals) -> bool:
    """Return whether nothing shows where the volumes of a template come from."""
    is_said = rows.template.storage.storage_class or any(
        row.volume or (row.claim and row.claim.was_bound) for row in rows.by_number.values()
    )
    return not is_said and scene.pairing.is_provisioned(rows)


def _is_kept_by_class(rows: TemplateOrdinals, free: Collection[Storage]) -> bool:
    """Return whether a free volume on an NFS server fits a claim template but for its class."""
    wanted = rows.template.storage
    return any(
        fits(wanted._replace(storage_class=each.storage_class), each)
        and (each.storage_class or "") != (wanted.storage_class or "")
        for each in free
    )
