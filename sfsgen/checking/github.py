"""Findings as GitHub Actions shows them: annotations of lines, and the summary of a step."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.findings.located import Located, counted, is_file, lines
from sfsgen.plain_text import fix_line, one_line

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
"""What GitHub calls the severities, from what matters most on."""
# Of a step, GitHub keeps ten annotations of each level and drops the others without a word, of
# a job fifty: a step that takes ten leaves room to others.
_MOST = 10
_LARGEST = 2**20  # bytes of a step's summary: GitHub shows none of a larger one
_HEADING = "\n### sfsgen check\n\n"


def github(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as the workflow commands that GitHub Actions shows as annotations.

    Errors come first; the first ten are annotations, the rest lines.

    Source: docs.github.com, Workflow commands for GitHub Actions; actions/toolkit, command.ts.
    """
    shown, left = _parted(found)
    yield from map(_annotation, shown)
    yield from map(lines, left)


def step_summary(found: Sequence[Located], written: int) -> str:
    """Return what no annotation shows, as Markdown after so many bytes of it, or "".

    All that comes from the input stands in indented lines, in which nothing is Markdown.
    """
    shown, left = _parted(found)
    if not left:
        return ""
    counts = ", ".join(f"{number} {each}{'s' * (number != 1)}" for each, number in _numbers(found))
    head = f"{_HEADING}{counts}. Annotations show {len(shown)} of them; the others are:\n\n"
    room = _LARGEST - written - len(head.encode()) - 100
    told: list[str] = []
    for each in left:
        line = "".join(f"    {one}\n" for one in lines(each).splitlines())
        room -= len(line.encode())
        if room < 0:
            told.append(f"\nAnd {len(left) - len(told)} more, which the log of the step has.\n")
            break
        told.append(line)
    return "".join([head, *told])


def _numbers(found: Iterable[Located]) -> Iterator[tuple[str, int]]:
    return ((severity, count) for severity, count in counted(found).items() if count)


def _parted(found: Iterable[Located]) -> tuple[list[Located], list[Located]]:
    """Return the findings for which a step has annotations, and the rest; errors first in both."""
    by_level = sorted(found, key=lambda each: list(_LEVELS).index(each.severity))
    return by_level[:_MOST], by_level[_MOST:]


def _annotation(found: Located) -> str:
    properties: dict[str, Any] = {"title": f"sfsgen {found.rule}"}
    message = f"{one_line(found.what)}\nfix: {fix_line(found.cure.words)}"
    if is_file(found.place.file):
        place = {"line": found.place.line, "col": found.place.column}
        properties = {"file": posixpath.normpath(found.place.file), **place, **properties}
    else:
        message = f"{found.where}: {message}"
    shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{_LEVELS[found.severity]} {shown}::{_escaped(message)}\n"


def _escaped(text: str, more: str = "") -> str:
    """Return a text as a workflow command takes it."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
