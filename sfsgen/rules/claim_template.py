"""A claim is what its claim template would make: the controller looks at the name only.

The StatefulSet controller finds a claim by its name alone and compares nothing else (measured), so
such a set comes up. But the claims that the controller makes itself, after a scale-up or for a
claim that was deleted, are others than those beside them, and may not fit the volumes. Where the
volume has what the claim template asks for as well, the difference does no harm, and is not told
of (another class or selector is noted); nor is a claim of a live set that was expanded: its claim
template cannot be changed.

Fix: Let the claims, their volumes and the claim template say the same; where all claims agree, the
claim template is the one to change, else the claim that departs from it. In a cluster the template
is immutable: `kubectl delete sts NAME --cascade=orphan` leaves the pods and claims, then create the
set with the other template.

Source: pkg/controller/statefulset/stateful_pod_control.go, createMissingPersistentVolumeClaims.
"""

from collections.abc import Callable, Iterator, Sequence

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import claims_of
from sfsgen.kubernetes.binder import CLASS, Difference, departures, differences
from sfsgen.sets.found import Ordinal
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.sets.runs import runs


def claim_template(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        if scene.pairing.is_provisioned(rows):
            continue
        if _is_odd_template(rows):
            yield from _odd_template(scene, rows)
        else:
            yield from _odd_claims(scene, rows)
        yield from _pinned_template(scene, rows)


def _is_odd_template(rows: TemplateOrdinals) -> bool:
    """Return whether all claims agree, and their volumes too, but not with the claim template."""
    wanted = rows.template.storage
    storages = {each.storage for each in rows.claims.values()}
    volumes = {each.storage for each in rows.volumes.values()}
    return len(storages) == 1 and all(any(differences(wanted, each, "")) for each in volumes)


def _odd_template(scene: Scene, rows: TemplateOrdinals) -> Iterator[Finding]:
    manifest, name = rows.stateful_set.manifest, rows.template.name
    odd = ((number, list(_departures(rows, number))) for number in rows.claims)
    number, departing = next((each for each in odd if each[1]), (0, []))
    for each in departing:
        claim = rows.claims[number]
        what = (
            f"the claim template {name} would not make the claims that are there, such as "
            f"{claim.name}: {each.what}"
        )
        fix = scene.cures.of_immutable(manifest, f"let the claim template {name} be as its claims")
        path = (*rows.template.path, *each.path)
        tell = _telling(each.path, rows.by_number[number])
        yield tell(manifest, path, what, fix, claim.manifest)


def _odd_claims(scene: Scene, rows: TemplateOrdinals) -> Iterator[Finding]:
    """Yield the claims that depart from their claim template; those in files together."""
    found: dict[object, list[tuple[int, Difference]]] = {}
    for number, claim in rows.claims.items():
        if claim.storage is not rows.template.storage:
            for each in _departures(rows, number):
                is_alone = claim.manifest.is_stored  # each is mended by itself
                tell = _telling(each.path, rows.by_number[number])
                key = each.path, tell, number if is_alone else -1
                found.setdefault(key, []).append((number, each))
    for odd in found.values():
        yield _odd_claim(scene, rows, odd)


def _odd_claim(
    scene: Scene, rows: TemplateOrdinals, odd: Sequence[tuple[int, Difference]]
) -> Finding:
    (number, first), *more = odd
    claim = rows.claims[number]
    what = f"the claim {claim.name} is not what its claim template would make: {first.what}"
    as_made = f"let it be as the claim template {rows.template.name}"
    if more:
        claims = claims_of([(rows, list(runs(each for each, _ in odd)))])
        what = f"{claims} are not what their claim template would make, such as {claim.name}: "
        what += first.what
        as_made = f"let them be as the claim template {rows.template.name}"
    fix = scene.cures.of_immutable(claim.manifest, as_made)
    tell = _telling(first.path, rows.by_number[number])
    sides = [rows.claims[each].manifest for each, _ in more]
    return tell(claim.manifest, first.path, what, fix, *sides, rows.stateful_set.manifest)


def _departures(rows: TemplateOrdinals, number: int) -> Iterator[Difference]:
    """Yield in what a claim is not what its template would make, where that does harm.

    It does none where the volume has what the claim template asks for. A class is always told.
    """
    row, template = rows.by_number[number], rows.template
    if row.claim is None:
        return
    there = row.volume.storage if row.volume else row.claim.storage
    short = {each.path for each in differences(template.storage, there, "") if each.is_short}
    is_live = rows.stateful_set.manifest.is_stored
    for each in departures(row.claim.storage, template.storage, template.name, is_live=is_live):
        if each.path in short or each.path == CLASS:
            yield each


def _telling(path: Path, row: Ordinal) -> Callable[..., Finding]:
    """Return how a departure is told: of a volume that is reserved no class counts (measured)."""
    return note if path == CLASS and row.tie.is_reserved else warning


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
    given = spec.get("selector") or {}
    odd = [each for each in rows.by_number.values() if each.claim and each.claim.selector != given]
    if given and odd:
        what = f"the claim template {rows.template.name} has a selector that its claims lack"
        path = (*rows.template.path, "spec", "selector")
        # Of a volume that is reserved for it the labels do not count (measured).
        tell = note if all(each.tie.is_reserved for each in odd) else warning
        yield tell(manifest, path, what, scene.cures.of_immutable(manifest, "remove it"))
