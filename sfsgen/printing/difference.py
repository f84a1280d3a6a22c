"""In what files differ from those that a folder holds: created, changed, gone; as a diff."""

import difflib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

Contents = Iterable[tuple[str, str | None]]
"""The names of files with what they are to hold; None where a file is to go."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_FILE = "/dev/null"


class Difference:
    """What becomes of files in a folder, by their names in turn."""

    def __init__(self) -> None:
        self.created: list[str] = []
        self.changed: list[str] = []
        self.unchanged: list[str] = []
        self.removed: list[str] = []

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.created or self.changed or self.removed)

    def add(self, folder: Path, name: str, text: str | None) -> bool:
        """Note what becomes of a file, and return whether it differs."""
        place = folder / name
        if text is None:
            self.removed.append(name)
        elif not os.path.lexists(place):  # a broken link is there too
            self.created.append(name)
        elif not _holds(place, text):
            self.changed.append(name)
        else:
            self.unchanged.append(name)
            return False
        return True

    @property
    def in_turn(self) -> Iterator[str]:
        """The files that differ: what is new comes before what goes."""
        yield from self.created
        yield from self.changed
        yield from self.removed


def compared(folder: Path, contents: Contents) -> tuple[Difference, dict[str, str | None]]:
    """Return what would become of files in a folder, and the new contents of those that differ."""
    difference = Difference()
    differing = {name: text for name, text in contents if difference.add(folder, name, text)}
    return difference, differing


def unified(folder: Path, differing: dict[str, str | None]) -> Iterator[str]:
    """Yield a unified diff of files that differ, as `patch -p0` takes it."""
    for name, text in differing.items():
        place = folder / name
        # Blanks: so that patch knows where the name ends.
        shown = f"{place}\t" if " " in str(place) else str(place)
        old = _LINE.findall(_text(place)) if os.path.lexists(place) else []
        before = shown if os.path.lexists(place) else _NO_FILE
        after = _NO_FILE if text is None else shown
        for line in difflib.unified_diff(old, _LINE.findall(text or ""), before, after):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _holds(place: Path, text: str) -> bool:
    """Return whether a file holds a text; a link does not, since it would be replaced."""
    try:
        data, status = text.encode(), place.lstat()
        is_like = stat.S_ISREG(status.st_mode) and status.st_size == len(data)
        return is_like and place.read_bytes() == data
    except OSError:
        return False


def _text(place: Path) -> str:
    """Return what a file holds; of a link, where it leads, as git has it."""
    if place.is_symlink():
        return str(place.readlink())
    return place.read_bytes().decode(errors="backslashreplace")
