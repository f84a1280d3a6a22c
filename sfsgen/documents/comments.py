"""Comments of a YAML text that are meant for us: where each stands, and which line it is about."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.documents.lines import Lines
from sfsgen.documents.yaml_reader import scalars

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*sfsgen:[ \t]*([^\n]*)", re.MULTILINE)
_NOTHING = re.compile(r"[ \t]*(?:#.*)?")
_MARKER = re.compile(r"---[ \t]*(?:#.*)?")


class Comment(NamedTuple):
    """A comment that begins with `sfsgen:`."""

    file: str
    line: int
    column: int
    """Where the text begins that follows the mark."""
    text: str
    of_line: int
    """The line that it is about: its own, or the next one that holds something."""


def comments(text: str, file: str) -> Iterator[Comment]:
    """Yield the comments of a YAML text that are meant for us, not what looks so in its values."""
    text = text.replace("\r\n", "\n")
    found = list(_COMMENT.finditer(text))
    if not found:
        return
    inside = list(scalars(text))
    lines, places = text.split("\n"), Lines(text)
    below = _below(lines)
    for each in found:
        before = bisect_right(inside, (each.start(), len(text))) - 1
        if before >= 0 and each.start() < inside[before][1]:
            continue
        line, column = places.place(each.start(1))
        of_line = line if _holds(lines[line - 1]) else below[line - 1]
        yield Comment(file, line, column, each[1].rstrip(), of_line)


def _below(lines: Sequence[str]) -> Sequence[int]:
    """Return for each line the next one of its document that holds something, or the same.

    What stands above the first document is about that one.
    """
    first = next((number for number, line in enumerate(lines) if _holds(line)), 0)
    found: list[int] = []
    below = 0
    for number in range(len(lines) - 1, -1, -1):
        found.append(below or number + 1)
        if _holds(lines[number]):
            below = number + 1
        elif number > first and _MARKER.fullmatch(lines[number]):
            below = 0
    return found[::-1]


def _holds(line: str) -> bool:
    return not (_NOTHING.fullmatch(line) or _MARKER.fullmatch(line))
