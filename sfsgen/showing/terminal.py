"""Views on a terminal: a table where it fits, else a card an ordinal; no value is ever cut."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sfsgen.called import as_called
from sfsgen.findings.finding import Severity
from sfsgen.plain_text import one_line, readable
from sfsgen.showing.columns import HEALTHY, STATES, Line, Sheet, sheet
from sfsgen.showing.sentences import sentences
from sfsgen.showing.text import width
from sfsgen.showing.view import NOT_A_REPLICA, SetView

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

COLOURS: dict[Severity | None, str] = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
}
_NARROWEST = 20  # columns
_INDENT = "  "

Spoken = tuple[tuple[str, str], ...]
"""A line: words, each with a style of rich's."""
_EMPTY: Spoken = (("", ""),)


def is_rich() -> bool:
    """Return whether stdout is a terminal, for which the view is drawn."""
    return bool(sys.stdout and sys.stdout.isatty())


def is_colourful() -> bool:
    """Return whether plain text is coloured: on a terminal, or asked for (https://force-color.org)."""
    is_asked = os.environ.get("FORCE_COLOR", "") not in ("", "0")
    is_able = is_rich() and os.environ.get("TERM") not in ("dumb", "unknown")
    return (is_asked or is_able) and not os.environ.get("NO_COLOR")


def painted(text: str, severity: Severity | None) -> str:
    """Return a plain text in the colour that a terminal gets for what is as grave."""
    from rich.style import Style

    return Style.parse(COLOURS[severity]).render(text) if severity in COLOURS else text


def print_views(views: Sequence[SetView], *, is_wide: bool) -> None:
    """Print views to the width of the terminal, in its colours, unless NO_COLOR is set."""
    from rich.console import Console

    # Beside rich's own measure: COLUMNS=0, which it takes at its word, hides all.
    columns = max(_NARROWEST, shutil.get_terminal_size().columns)
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=columns)
    for number, view in enumerate(views):
        shown = sheet([view], is_wide=is_wide, with_namespace=False)
        _say(console, [_EMPTY] * bool(number))
        _say(console, _head(view, columns))
        if not _print_table(console, shown):
            _say(console, _cards(shown, columns))
        _say(console, _faults(view))


def _say(console: "Console", spoken: Iterable[Spoken]) -> None:
    """Print lines that the terminal breaks, where it must: what is copied is whole."""
    from rich.text import Text

    parts = [part for line in spoken for part in (*line, ("\n", ""))]
    said = [(readable(words, sys.stdout), style) for words, style in parts[:-1]]
    if said:
        console.print(Text.assemble(*said), soft_wrap=True)


def _head(view: SetView, columns: int) -> Iterator[Spoken]:
    folder = f", of {view.folder}" if view.folder else ""
    yield (one_line(view.title), "bold"), (f"{_INDENT}{view.extent}{folder}", "")
    labels = []
    if service := view.service:
        said = service.dns if service.is_there else f"{service.dns} (not found)"
        labels.append(("Service", said))
        labels += [("SRV", f"{each.name} ({each.port})") for each in service.srv]
    for name, value in labels:
        yield from _value(name.ljust(len("Service")), one_line(value), "", columns)


def _value(name: str, value: str, style: str, columns: int) -> Iterator[Spoken]:
    """Yield a value behind its name, or below it where that keeps it on one line."""
    before = f"{_INDENT}{name}{_INDENT}"
    if width(before) + width(value) <= columns:
        yield (before, "dim"), (value, style)
        return
    yield ((f"{_INDENT}{name.rstrip()}", "dim"),)
    is_short = width(_INDENT) * 2 + width(value) <= columns
    yield ((_INDENT * 2 * is_short + value, style),)


def _print_table(console: "Console", shown: Sheet) -> bool:
    """Print a table, and return whether it was narrow enough to be printed."""
    from rich import box
    from rich.measure import Measurement
    from rich.table import Table

    if _least(shown) > console.width:
        return False
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in shown.columns:
        drawn.add_column(column.title, no_wrap=True)
    for line in shown.lines:
        drawn.add_row(*_cells(shown, line))
    endless = console.options.update(max_width=10**6)
    if Measurement.get(console, endless, drawn).maximum > console.width:
        return False
    console.print("")
    console.print(drawn)
    return True


def _least(shown: Sheet) -> int:
    """Return how wide the values alone are: it is counted faster than a table is drawn."""
    titles = [each.title for each in shown.columns]
    rows = (titles, *(each.cells for each in shown.lines))
    return sum(max(map(width, each)) for each in zip(*rows, strict=True))


def _cells(shown: Sheet, line: Line) -> Iterator["Text"]:
    """Yield the cells of a line; what is the pod's stands in the first of its lines."""
    from rich.text import Text

    for column, cell in zip(shown.columns, line.cells, strict=True):
        is_said = column.is_of_pod and not line.is_first
        yield Text("" if is_said else readable(cell, sys.stdout), _style(column.title, cell, line))


def _style(title: str, cell: str, line: Line) -> str:
    if colour := COLOURS.get(line.wrong.get(title)):
        return colour
    if title in STATES:
        return "green" if cell in HEALTHY else "yellow" if cell != NOT_A_REPLICA else ""
    return "bold" if title == "POD" else ""


def _cards(shown: Sheet, columns: int) -> Iterator[Spoken]:
    """Yield a card an ordinal, a value a line."""
    longest = max(len(each.title) for each in shown.columns) if shown.columns else 0
    for line in shown.lines:
        if line.is_first:
            yield _EMPTY
        for column, cell in zip(shown.columns, line.cells, strict=True):
            if column.title == "POD" and line.is_first:
                mark = COLOURS.get(line.severity)
                yield (cell, "bold"), (f"  {line.severity}" if mark else "", mark or "")
            elif cell and column.title != "POD" and (line.is_first or not column.is_of_pod):
                name = column.title.lower().ljust(longest)
                yield from _value(name, cell, _style(column.title, cell, line), columns)


def _faults(view: SetView) -> Iterator[Spoken]:
    """Yield what is wrong; how it is mended `check` says, and the pages for browsers."""
    if view.faults:
        yield _EMPTY
    for each in sentences([view]):
        rule = f"({each.rule})"
        yield (each.severity, COLOURS[each.severity]), (f": {each.what} ", ""), (rule, "dim")
        if each.cure:
            yield ((f"{_INDENT}fix: {as_called(each.cure)}", ""),)
