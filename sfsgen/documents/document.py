"""One document of a text: its value, and where each of its values begins."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sfsgen.documents.paths import Path


class Document(NamedTuple):
    """One document: its value, and where each of its values begins.

    `locate` finds a value's line and column, or its key's. It is called when somebody asks, and
    reads the text again: most of what is read is in order, and nobody asks. To note all places
    while reading takes a fifth longer for YAML, and six times as long for JSON, which C reads.
    """

    value: Any
    file: str
    locate: Callable[[Path, bool], tuple[int, int]]

    def where(self, path: Path = (), *, key: bool = False) -> str:
        """Return FILE:LINE:COLUMN of a value or its key, or of the nearest value around it."""
        line, column = self.locate(path, key)
        return f"{self.file}:{line}:{column}"
