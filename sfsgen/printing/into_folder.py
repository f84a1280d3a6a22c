"""Objects go into a folder: their files, a kustomization; what differs, and what is left over."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfsgen import console
from sfsgen.documents.files import KUSTOMIZATIONS
from sfsgen.kubernetes.names import Pattern
from sfsgen.plain_text import joined, some
from sfsgen.printing import folder as folders
from sfsgen.printing.difference import Difference, compared, unified
from sfsgen.printing.output import file_names, files
from sfsgen.printing.rendering import Documents
from sfsgen.printing.there import kustomization_of, unprinted

if TYPE_CHECKING:
    from sfsgen.printing.left_over import LeftOver
    from sfsgen.values.model import StatefulSet

_SHOWN = 3  # names in a note


class Way(NamedTuple):
    """How objects go into a folder, as the options say it."""

    output: str
    force: bool
    diff: bool
    prune: bool
    kustomization: bool


class _Folder(NamedTuple):
    """What is to be in a folder, and what of it is left over."""

    path: Path
    way: Way
    named: Sequence[tuple[Documents, Pattern]]
    sets: Sequence["StatefulSet"]
    found: list["LeftOver"]
    """What is left over; it is looked for when all files are known."""
    stale: list[str]
    """The kustomization that does not list what is there, where it is to stay as it is."""

    def contents(self) -> Iterator[tuple[str, str | None]]:
        """Yield all files: those that are printed, those that go, and last the kustomization."""
        printed = []
        for name, text in files(self.named, self.way.output):
            printed.append(name)
            yield name, text
        if self.sets and (others := unprinted(self.path, set(printed))):
            from sfsgen.printing.left_over import left_over

            self.found[:] = left_over(self.path, self.sets, self.named, others)
        removed = [each.file for each in self.found] if self.way.prune else []
        for name in removed:
            yield name, None
        there = kustomization_of(self.path)
        if self.way.kustomization or there:
            from sfsgen.printing.kustomization import is_stale, kustomization

            if self.way.kustomization:
                listing = kustomization(self.path, printed, removed, self.named)
                yield there or KUSTOMIZATIONS[0], listing
            elif is_stale(self.path / there, printed, removed):
                self.stale.append(there)


def into_folder(
    path: Path, documents: Sequence[Documents], sets: Sequence["StatefulSet"], way: Way
) -> bool:
    """Write objects into a folder, or print what would differ; return whether it would.

    Of `sets` all is printed: what the folder has beside that is left over. Raises InputError and
    OSError as `write_files` does.
    """
    into = _Folder(path, way, file_names(documents, way.output), sets, [], [])
    if not way.diff:
        edited = kustomization_of(path)
        written = folders.write_files(path, into.contents(), force=way.force, edited=edited)
        _tell(into, written)
        return False
    difference, differing = compared(path, into.contents())
    folders.refuse_folders(path, difference)
    pieces = list(unified(path, differing))
    folders.refuse_half_written(path)  # by a run that has begun meanwhile
    console.write_stdout(pieces)
    _tell(into, difference)
    return bool(difference)


def _tell(into: _Folder, difference: Difference) -> None:
    """Tell what became of the files, or would become of them."""
    would = "would be " if into.way.diff else ""
    is_all = not (difference.changed or difference.unchanged or difference.removed)
    parts = [
        *_part(f"{would}created", difference.created, is_named=not is_all),
        *_part(f"{would}changed", difference.changed),
        *_part("unchanged", difference.unchanged, is_named=False),
        *_part(f"{would}removed", difference.removed),
    ]
    console.note(f"{into.path}: {', '.join(parts)}" if parts else f"{into.path}: no files")
    for name in into.stale:
        what = "lists other files than are there: --kustomization mends it"
        console.note(f"{into.path / name} {what}")
    if into.found and not into.way.prune:
        names = [each.file for each in into.found]
        owners = joined(list(dict.fromkeys(each.set_name for each in into.found)))
        what = f"{len(names)} left over, no longer printed for {owners}: {some(names, _SHOWN)}"
        console.note(f"{into.path}: {what}; --prune removes what is left over")
    for each in into.found if into.way.prune else ():
        stays = f": {each.stays}" if each.stays else ""
        console.note(f"{each.file} {would or 'is '}removed{stays}")


def _part(what: str, names: Sequence[str], *, is_named: bool = True) -> Iterator[str]:
    if names:
        shown = f" ({some(names, _SHOWN)})" if is_named else ""
        yield f"{len(names)} {'file' if len(names) == 1 else 'files'} {what}{shown}"
