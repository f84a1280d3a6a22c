"""Findings as people and programs read them: text and JSON, and every format by its name."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen import plain_text
from sfsgen.called import as_called
from sfsgen.changes.edits import Edit
from sfsgen.checking.github import github
from sfsgen.checking.sarif import sarif
from sfsgen.documents.document import GONE
from sfsgen.findings.located import Located, counted, lines, spoken, subject
from sfsgen.plain_text import readable

_NARROWEST = 20  # columns
_COLOURS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def text(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as `FILE:LINE:COLUMN: severity: what (rule)`, and how to mend each."""
    for each in found:
        yield as_called(lines(each))


def print_in_colour(found: Sequence[Located]) -> None:
    """Print the same on a terminal: in its colours, unless NO_COLOR is set, and to its width."""
    from rich.console import Console
    from rich.text import Text

    # Beside rich's own measure: COLUMNS=0, which it takes at its word, hides all.
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    terminal = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)
    for each in found:
        where, what, fix = (readable(as_called(text), sys.stdout) for text in spoken(each))
        head = Text(f"{where}: ")
        head.append(each.severity, _COLOURS[each.severity])
        head.append(f": {what} ")
        head.append(f"({each.rule})", "dim")
        terminal.print(head)
        # A command that is wrapped cannot be copied.
        terminal.print(Text("  fix: ", "green").append(fix, "default"), soft_wrap=True)


def as_json(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as one JSON object."""
    document = {
        "findings": [_as_values(each) for each in found],
        "summary": {f"{severity}s": count for severity, count in counted(found).items()},
    }
    yield plain_text.as_json(document, 2) + "\n"


FORMATS: dict[str, Callable[[Sequence[Located], Mapping[str, bytes]], Iterator[str]]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "sarif": sarif,
}


def _as_values(found: Located) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "file": found.place.file,
        "line": found.place.line,
        "column": found.place.column,
        "object": found.subject and found.subject._asdict(),
        "field": found.field,
        "what": found.what,
        "fix": found.cure.words,
        "edits": [_edit(each) for each in found.cure.edits],
        "steps": [each._asdict() for each in found.cure.steps],
        "related": [
            {**subject(each)._asdict(), **each.place()._asdict()} for each in found.related
        ],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    """Return what --fix does, as data."""
    place = {"file": edit.file, "path": list(edit.in_document)}
    if edit.value is GONE:
        return {"op": "remove", **place}
    return {"op": "set", **place, "value": edit.value}
