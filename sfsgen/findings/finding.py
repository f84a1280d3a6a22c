"""What is wrong, or worth knowing, about objects: what a rule finds, and where it stands."""

from typing import Literal, NamedTuple

from sfsgen.changes.cure import Cure
from sfsgen.documents.document import Path
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.problems import Place

Severity = Literal["error", "warning", "note"]


class Finding(NamedTuple):
    """One thing that a rule found.

    An error keeps a set from coming up as it is meant, a warning works but hurts, a note changes
    no exit status. The cure can be followed as it stands.
    """

    severity: Severity
    what: str
    cure: Cure
    manifest: Manifest | None
    """The object to mend; None where it cannot be read as one."""
    path: Path = ()
    """The field in it, or where a field that is missing would stand."""
    is_key: bool = False
    """Whether the field's name is wrong, not its value."""
    related: tuple[Manifest, ...] = ()
    """The other objects that have a part in it."""
    unread: Place | None = None
    """Where that which cannot be read stands."""
    rule: str = ""
    parts: "tuple[tuple[str, Finding], ...]" = ()
    """The findings that are told as this one, each with the name by which it is told."""

    @property
    def place(self) -> Place:
        """Where it stands; looked up when it is asked for, which takes time."""
        if self.manifest is None:
            return self.unread or Place("", 1, 1)
        return self.manifest.place(self.path, key=self.is_key)


def error(
    manifest: Manifest,
    path: Path,
    what: str,
    fix: str | Cure,
    *related: Manifest,
    is_key: bool = False,
) -> Finding:
    """Return a finding that keeps a set from coming up as it is meant."""
    cure = fix if isinstance(fix, Cure) else Cure(fix)
    return Finding("error", what, cure, manifest, path, is_key, related)


def warning(
    manifest: Manifest, path: Path, what: str, fix: str | Cure, *related: Manifest
) -> Finding:
    """Return a finding that works but hurts."""
    return error(manifest, path, what, fix, *related)._replace(severity="warning")


def note(manifest: Manifest, path: Path, what: str, fix: str | Cure, *related: Manifest) -> Finding:
    """Return a finding that is worth knowing."""
    return error(manifest, path, what, fix, *related)._replace(severity="note")
