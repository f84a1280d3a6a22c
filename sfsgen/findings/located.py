"""Findings with where they stand looked up, as they are reported."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sfsgen.changes.cure import Cure
from sfsgen.documents.document import spelled
from sfsgen.documents.files import STDIN
from sfsgen.findings.finding import Finding, Severity
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.plain_text import fix_line, one_line
from sfsgen.problems import Place


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
        if self.place.file == cluster.NAME and self.subject:  # as a manifest's `where` has it
            return f"{cluster.NAME}:{called(self.subject)}:{self.field or 'metadata'}"
        return ":".join(map(str, self.place))


def located(finding: Finding) -> Located:
    """Return a finding with its place."""
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


def is_file(name: str) -> bool:
    """Return whether what messages name so is a file."""
    return name not in (cluster.NAME, STDIN)


def spoken(found: Located) -> tuple[str, str, str]:
    """Return place, finding and fix without what would begin a line or move a terminal's cursor."""
    return one_line(found.where), one_line(found.what), fix_line(found.cure.words)


def lines(found: Located) -> str:
    """Return `FILE:LINE:COLUMN: severity: what (rule)`, and how to mend it in the line below."""
    where, what, fix = spoken(found)
    return f"{where}: {found.severity}: {what} ({found.rule})\n  fix: {fix}\n"


def counted(found: Iterable[Located]) -> Mapping[Severity, int]:
    """Return how many findings there are of each severity."""
    counts: dict[Severity, int] = {"error": 0, "warning": 0, "note": 0}
    for each in found:
        counts[each.severity] += 1
    return counts
