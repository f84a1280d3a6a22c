"""A claim is what its claim template would make: the controller looks at the name only.

The StatefulSet controller finds a claim by its name alone and compares nothing else (measured), so
such a set comes up. But the claims that the controller makes itself, after a scale-up or for a
claim that was deleted, are others than those beside them, and may not fit the volumes. A claim of a
live set that was expanded is not told of: the claim template of a live set cannot be changed.

Fix: Let the claims, their volumes and the claim template say the same; where all claims agree, the
claim template is the one to change, else the claim that departs from it. In a cluster the template
is immutable: `kubectl delete sts NAME --cascade=orphan` leaves the pods and claims, then create the
set with the other template.

Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.binder import Difference, departures, differences
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Claim


def claim_template(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        if scene.pairing.is_provisioned(rows):
            continue
        if _is_odd_template(rows):
            yield from _odd_template(scene, rows, next(iter(rows.claims.values())))
        else:
            for claim in rows.claims.values():
                if claim.storage is not rows.template.storage:
                    yield from _odd_claim(scene, rows, claim)
        yield from _pinned_template(scene, rows)


def _is_odd_template(rows: TemplateOrdinals) -> bool:
    """Return whether all claims agree, and their volumes too, but not with the claim template."""
    wanted = rows.template.storage
    storages = {each.storage for each in rows.claims.values()}
    volumes = {each.storage for each in rows.volumes.values()}
    return len(storages) == 1 and all(any(differences(wanted, each, "")) for each in volumes)


def _odd_template(scene: Scene, rows: TemplateOrdinals, claim: Claim) -> Iterator[Finding]:
    manifest, name = rows.stateful_set.manifest, rows.template.name
    for each in _departures(rows, claim):
        what = (
            f"the claim template {name} would not make the claims that are there, such as "
            f"{claim.name}: {each.what}"
        )
        fix = scene.cures.of_immutable(manifest, f"let the claim template {name} be as its claims")
        path = (*rows.template.path, *each.path)
        yield warning(manifest, path, what, fix, claim.manifest)


def _odd_claim(scene: Scene, rows: TemplateOrdinals, claim: Claim) -> Iterator[Finding]:
    for each in _departures(rows, claim):
        what = f"the claim {claim.name} is not what its claim template would make: {each.what}"
        as_made = f"let it be as the claim template {rows.template.name}"
        fix = scene.cures.of_immutable(claim.manifest, as_made)
        yield warning(claim.manifest, each.path, what, fix, rows.stateful_set.manifest)


def _departures(rows: TemplateOrdinals, claim: Claim) -> Iterator[Difference]:
    template, is_live = rows.template, rows.stateful_set.manifest.is_stored
    return departures(claim.storage, template.storage, template.name, is_live=is_live)


def _pinned_template(scene: Scene, rows: TemplateOrdinals) -> Iterator[Finding]:
    """Yield what a claim template says that only one of its claims can have."""
    manifest = rows.stateful_set.manifest
    spec = manifest.at(*rows.template.path, "spec") or {}
    if spec.get("volumeName"):
        what = (
            f"the claim template {rows.template.name} names the volume {spec['volumeName']}, "
            "which only one of its claims can have"
        )
        path = (*rows.template.path, "spec", "volumeName")
        yield error(manifest, path, what, scene.cures.of_immutable(manifest, "remove it"))
    selectors = [each.selector for each in rows.claims.values()]
    if (given := spec.get("selector")) and any(each != given for each in selectors):
        what = f"the claim template {rows.template.name} has a selector that its claims lack"
        path = (*rows.template.path, "spec", "selector")
        yield warning(manifest, path, what, scene.cures.of_immutable(manifest, "remove it"))
