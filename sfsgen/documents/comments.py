"""Comments of a YAML text that are meant for us: where each stands, and which line it is about."""

import re
from collections.abc import Iterator
from typing import NamedTuple

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
    lines = text.split("\n")
    for each in found:
        at = each.start()
        if any(start <= at < end for start, end in inside):
            continue
        line, begin = text.count("\n", 0, at), text.rfind("\n", 0, at) + 1
        column = each.start(1) - begin + 1
        is_alone = _NOTHING.fullmatch(lines[line]) or _MARKER.fullmatch(lines[line])
        of_line = _next(lines, line) if is_alone else line
        yield Comment(file, line + 1, column, each[1].rstrip(), of_line + 1)


def _next(lines: list[str], line: int) -> int:
    """Return the next line of the same document that holds something, or the same where none does.

    What stands above the first document is about that one.
    """
    is_above = not any(map(_holds, lines[:line]))
    for each in range(line + 1, len(lines)):
        if _holds(lines[each]):
            return each
        if not (is_above or _NOTHING.fullmatch(lines[each])):
            break
    return line


def _holds(line: str) -> bool:
    return not (_NOTHING.fullmatch(line) or _MARKER.fullmatch(line))
