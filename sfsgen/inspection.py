"""Looks at what exists with the rules: what they find, where it stands, for which sets."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.errors import Problem
from sfsgen.existing import Existing, ExistingSet, existing
from sfsgen.findings import Finding, Severity
from sfsgen.manifests import Manifest, Place
from sfsgen.paths import spelled
from sfsgen.ruleset import Rule, findings
from sfsgen.scene import Look, Scene
from sfsgen.shapes import faults
from sfsgen.versions import Target


class Subject(NamedTuple):
    """The object that a finding is about."""

    kind: str
    namespace: str
    name: str


class Located(NamedTuple):
    """A finding, with where it stands looked up."""

    rule: str
    severity: Severity
    place: Place
    subject: Subject | None
    """None where what is there cannot be read as an object."""
    field: str
    what: str
    fix: str
    related: tuple[Manifest, ...]


def scene(
    manifests: Sequence[Manifest],
    problems: Sequence[Problem],
    namespace: str,
    target: Target | None,
    source: Sequence[str],
) -> Scene:
    """Return the scene of what was read, and of what could not be.

    Without a target, that of every maintained minor; `source` are the options that lead other
    commands to the same objects.
    """
    sound: list[Manifest] = []
    unreadable = list(problems)
    unread: dict[tuple[str, str], set[str]] = {}
    for manifest in manifests:
        if found := list(faults(manifest)):
            unreadable += found
            is_global = manifest.kind == "PersistentVolume"
            key = manifest.kind, "" if is_global else manifest.namespace or namespace
            unread.setdefault(key, set()).add(manifest.name)
        else:
            sound.append(manifest)
    return Scene(existing(sound, namespace), Look(sound, unreadable, unread, target, source))


def inspect(
    scene: Scene, chosen: Iterable[Rule], sets: Collection[ExistingSet] | None
) -> list[Located]:
    """Return what rules find, of some sets or of everything, as it stands in the files."""
    concerned = None if sets is None else _concerned(scene, sets)
    order = {each.document.file: None for each in scene.look.manifests}
    files = {file: number for number, file in enumerate(order)}
    found = [
        _located(each)
        for each in findings(scene, chosen)
        if concerned is None or _is_about(each, concerned)
    ]
    return sorted(found, key=lambda each: (files.get(each.place.file, -1), each.place))


def _concerned(scene: Scene, sets: Collection[ExistingSet]) -> set[int]:
    """Return the identities of the manifests that have to do with some sets."""
    chosen = {(each.namespace, each.name) for each in sets}
    concerned = {id(each.manifest) for each in sets}
    for seats in scene.seats:
        if (seats.stateful_set.namespace, seats.stateful_set.name) in chosen:
            concerned |= {id(each.manifest) for each in seats.claims.values()}
            concerned |= {id(each.manifest) for each in seats.volumes.values()}
            if service := scene.service_of(seats.stateful_set):
                concerned.add(id(service.manifest))
    return concerned


def _is_about(finding: Finding, concerned: set[int]) -> bool:
    sides = (finding.manifest, *finding.related)
    return any(each is None or id(each) in concerned for each in sides)


def _located(finding: Finding) -> Located:
    return Located(
        finding.rule,
        finding.severity,
        finding.place,
        finding.manifest and subject(finding.manifest),
        spelled(finding.path) if finding.path else "",
        finding.what,
        finding.fix,
        finding.related,
    )


def subject(manifest: Manifest) -> Subject:
    """Return what an object is called."""
    return Subject(manifest.kind, manifest.namespace, manifest.name)


def counted(found: Iterable[Located]) -> Mapping[Severity, int]:
    """Return how many findings there are of each severity."""
    counts: dict[Severity, int] = {"error": 0, "warning": 0, "note": 0}
    for each in found:
        counts[each.severity] += 1
    return counts


def objects(existing: Existing) -> Iterator[tuple[str, int]]:
    """Yield how many objects of each kind were looked at."""
    yield "StatefulSet", len(existing.sets)
    yield "Service", len(existing.services)
    yield "PersistentVolumeClaim", len(existing.claims)
    yield "PersistentVolume", len(existing.volumes)
