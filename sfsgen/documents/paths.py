"""Where a value stands inside a document: the keys and indexes that lead to it."""

from collections.abc import Iterator

from sfsgen.plain_text import brief

Path = tuple[str | int, ...]
GONE = object()
"""In place of a value: there is none, and one that is there is taken out."""


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
