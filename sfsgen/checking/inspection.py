"""Looks at what exists with the rules: what they find, where it stands, for which sets."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from sfsgen.changes.cures import Cure
from sfsgen.checking.ruleset import Rule, findings
from sfsgen.documents.paths import spelled
from sfsgen.findings.finding import Finding, Severity
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.shapes import faults
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import Place
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.reading import Access, Read


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
    cure: Cure
    manifest: Manifest | None
    related: tuple[Manifest, ...]

    @property
    def sides(self) -> tuple[Manifest, ...]:
        """The objects that it is about."""
        return (*((self.manifest,) if self.manifest else ()), *self.related)

    @property
    def where(self) -> str:
        """Where it stands, as messages say it."""
        if self.place.file == cluster.NAME and self.subject:
            # Nobody sees the text that kubectl printed: the object and its field say it.
            return f"{cluster.NAME}:{called(self.subject)}:{self.field or 'metadata'}"
        return ":".join(map(str, self.place))


def scene(read: Read, namespace: str, target: Target | None, access: Access) -> Scene:
    """Return the scene of what was read, and of what could not be.

    Without a target, that of every maintained minor.
    """
    sound: list[Manifest] = []
    unreadable = list(read.problems)
    unread: dict[tuple[str, str], set[str]] = {}
    for manifest in read.manifests:
        if found := list(faults(manifest)):
            unreadable += found
            is_global = manifest.kind == "PersistentVolume"
            key = manifest.kind, "" if is_global else manifest.namespace or namespace
            unread.setdefault(key, set()).add(manifest.name)
        elif manifest.is_kubernetes_own:
            sound.append(manifest)
    found_there = Inventory(sound, namespace, read.elsewhere)
    return Scene(found_there, Look(sound, unreadable, unread, target, access))


def inspect(
    looked_at: Scene, chosen: Iterable[Rule], concerned: Container[int] | None = None
) -> list[Located]:
    """Return what rules find, of everything or of the manifests with some identities.

    They come in the order of the files, and from top to bottom of each.
    """
    order = dict.fromkeys(each.document.file for each in looked_at.look.manifests)
    files = {file: number for number, file in enumerate(order)}
    found = [
        _located(each)
        for each in findings(looked_at, chosen)
        if concerned is None or _is_about(each, concerned)
    ]
    return sorted(found, key=lambda each: (files.get(each.place.file, -1), each.place))


def of_namespace(scene: Scene, namespace: str) -> set[int]:
    """Return the identities of the manifests in a namespace, and of the volumes of its claims."""
    found = scene.inventory
    own = [
        each.manifest
        for kind in (found.sets, found.services, found.claims)
        for key, each in kind.items()
        if key[0] == namespace
    ]
    pairs = (each for key, each in scene.pairing.pairs.items() if key[0] == namespace)
    reserved = (each for key, each in found.reservations.items() if key[0] == namespace)
    volumes = [each.volume for each in pairs] + [volume for each in reserved for volume in each]
    return {id(each) for each in own} | {id(each.manifest) for each in volumes}


def of_sets(scene: Scene, sets: Collection[FoundSet]) -> set[int]:
    """Return the identities of the manifests that have to do with some sets."""
    chosen = {each.key for each in sets}
    concerned = {id(each.manifest) for each in sets}
    for stateful_set, templates in scene.pairing.by_set:
        if stateful_set.key in chosen:
            rows = [row for each in templates for row in each.by_number.values()]
            concerned |= {id(row.claim.manifest) for row in rows if row.claim}
            concerned |= {id(row.volume.manifest) for row in rows if row.volume}
            if service := scene.service_of(stateful_set):
                concerned.add(id(service.manifest))
    return concerned


def _is_about(finding: Finding, concerned: Container[int]) -> bool:
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
        finding.cure,
        finding.manifest,
        finding.related,
    )


def subject(manifest: Manifest) -> Subject:
    """Return what an object is called."""
    return Subject(manifest.kind, manifest.namespace, manifest.name)


def called(about: Subject) -> str:
    """Return a subject as `kubectl get -o name` does."""
    return f"{about.kind.lower()}/{about.name}"


def counted(found: Iterable[Located]) -> Mapping[Severity, int]:
    """Return how many findings there are of each severity."""
    counts: dict[Severity, int] = {"error": 0, "warning": 0, "note": 0}
    for each in found:
        counts[each.severity] += 1
    return counts


def numbers(scene: Scene, concerned: Container[int] | None = None) -> Iterator[tuple[str, int]]:
    """Yield how many objects of each kind were looked at."""
    found = scene.inventory
    for kind, of_kind in (
        ("StatefulSet", found.sets),
        ("Service", found.services),
        ("PersistentVolumeClaim", found.claims),
        ("PersistentVolume", found.volumes),
    ):
        manifests = (each.manifest for each in of_kind.values())
        count = len(of_kind)
        if concerned is not None:
            count = sum(id(each) in concerned for each in manifests)
        yield kind, count
