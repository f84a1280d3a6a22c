"""A document of a text: its value, and where each of its values stands."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sfsgen.plain_text import brief

Path = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""
_MOST_LINES = 5
GONE = object()
"""In place of a value: there is none, and one that is there is taken out."""


class Double(NamedTuple):
    """A key that stands several times in a mapping: where to, and the lines before the last one."""

    path: Path
    lines: tuple[int, ...]

    @property
    def what(self) -> str:
        """What there is to say of it."""
        lines = [*map(str, self.lines[:_MOST_LINES]), *["…"] * (len(self.lines) > _MOST_LINES)]
        key = brief(str(self.path[-1]))
        return f'the key "{key}" stands here and in line{"s" * (len(lines) > 1)} {", ".join(lines)}'


class Document(NamedTuple):
    """One document: its value, and where each of its values begins.

    `locate` finds a value's line and column, or its key's. It is called when somebody asks, and
    reads the text again: most of what is read is in order, and nobody asks. To note all places
    while reading takes a fifth longer for YAML, and six times as long for JSON, which C reads.
    """

    value: Any
    file: str
    locate: Callable[[Path, bool], tuple[int, int]]
    doubles: Sequence[Double] = ()
    """The keys that stand in it several times: the last one counts."""

    def where(self, path: Path = (), *, key: bool = False) -> str:
        """Return FILE:LINE:COLUMN of a value or its key, or of the nearest value around it."""
        line, column = self.locate(path, key)
        return f"{self.file}:{line}:{column}"


class Paths:
    """A set of paths, of which one may lead to another."""

    def __init__(self) -> None:
        self._all: set[Path] = set()
        self._on_the_way: set[Path] = set()

    def add(self, path: Path) -> None:
        """Add a path."""
        self._all.add(path)
        self._on_the_way.update(beginnings(path))

    def around(self, path: Path) -> bool:
        """Return whether one of them is a path, or leads to it."""
        return bool(self._all) and not self._all.isdisjoint(beginnings(path))

    def below(self, path: Path) -> bool:
        """Return whether one of them is a path, or a path leads to it."""
        return path in self._on_the_way


def beginnings(path: Path) -> Iterator[Path]:
    """Yield a path and what leads to it, the nearest first."""
    for length in range(len(path), -1, -1):
        yield path[:length]


def spelled(path: Path) -> str:
    """Return a path as people write it: `claimTemplates[0].storage`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{brief(part)}" for part in path)
    return text.removeprefix(".") or "the document"
