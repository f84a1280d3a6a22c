"""Edits of manifests: one value each, in words and as data."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sfsgen.documents.document import GONE, Path, spelled
from sfsgen.documents.yaml_writer import flow
from sfsgen.kubernetes.manifest import Manifest


class Edit(NamedTuple):
    """A value of an object that is set, added or, with GONE, taken out where it was written."""

    manifest: Manifest
    path: Path
    value: Any

    @property
    def file(self) -> str:
        """The file that it is made in."""
        return self.manifest.document.file

    @property
    def done(self) -> str:
        """What was done, in words."""
        verb = "removed" if self.value is GONE else "wrote"
        what = "" if self.value is GONE else f": {flow(self.value)}"
        return f"{verb} {spelled(self.path)}{what} of {self.manifest.kind} {self.manifest.name}"

    @property
    def in_document(self) -> Path:
        """Where the value stands, seen from the document."""
        return (*self.manifest.inside, *self.path)


def words(edits: Iterable[Edit]) -> str:
    """Return what is to be done by hand to make edits, all of which concern one mapping."""
    edits = list(edits)
    manifest, (*_, parent, _) = edits[0].manifest, edits[0].path
    if all(each.value is GONE for each in edits):
        fields = " and ".join(str(each.path[-1]) for each in edits)
        return f"remove {fields} from the {parent} of {manifest.name}"
    fields = " and ".join(f"`{each.path[-1]}: {flow(each.value)}`" for each in edits)
    return f"write {fields} into the {parent} of {manifest.name}"
