"""Files and folders that are not read, by patterns as .gitignore has them."""

import os.path
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

_ANYWHERE = "**"


class Exclusion(NamedTuple):
    """A pattern of files and folders, and the folder from which it is seen."""

    pattern: str
    folder: str

    def has(self, file: str) -> bool:
        """Return whether it is about a file or a folder, or about one that this lies in."""
        path = Path(os.path.relpath(file, self.folder)) if file else Path()
        return _fits(self._parts, path.parts)

    @property
    def _parts(self) -> list[str]:
        parts = self.pattern.removeprefix("./").strip("/").split("/")
        is_of_folder = "/" in self.pattern.rstrip("/")
        return parts if is_of_folder else [_ANYWHERE, *parts]


def is_excluded(file: str, by: Sequence[Exclusion]) -> bool:
    """Return whether one of some patterns is about a file or a folder."""
    return any(each.has(file) for each in by)


def _fits(parts: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether names, one below the other, begin with what a pattern says."""
    if not (parts and names):
        return not parts  # what lies in a folder goes with it
    first, *rest = parts
    if first == _ANYWHERE:
        return any(_fits(rest, names[index:]) for index in range(len(names)))
    return fnmatchcase(names[0], first) and _fits(rest, names[1:])


def wrong(pattern: str) -> str:
    """Return what is wrong with a pattern, or ""."""
    if not pattern.strip("/ "):
        return "it names no file and no folder"
    if pattern.startswith("!"):
        return "nothing that is left out comes in again by !"
    return ""
