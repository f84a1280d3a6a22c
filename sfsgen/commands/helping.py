"""The help of a command as plain text: arguments and options below their headings, at any width."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MARGIN, _BETWEEN = 2, 2  # columns
_WIDEST_LEFT = 30  # columns: what is longer has its text below it
_NARROWEST_RIGHT = 34  # columns: with fewer, all texts are below
_INDENT = 6  # columns, of a text below
_OPTIONS = "Options"

Row = tuple[str, str]


def sections(command: Any, context: Any) -> Iterator[tuple[str, list[Row]]]:
    """Yield the headings of a command's help, each with its parameters and what they are."""
    found: dict[str, list[Row]] = {}
    for each in command.get_params(context):
        if row := each.get_help_record(context):
            default = "Arguments" if each.param_type_name == "argument" else _OPTIONS
            found.setdefault(each.rich_help_panel or default, []).append(row)
    general = found.pop(_OPTIONS, [])
    yield from found.items()
    yield ("General" if found else _OPTIONS), general


def write_options(command: Any, context: Any, formatter: Any) -> None:
    """Write the headings and rows of a command's help."""
    listed = list(sections(command, context))
    _write(listed, formatter)


def write_commands(commands: Mapping[str, str], formatter: Any) -> None:
    """Write the commands, each with what it does."""
    _write([("Commands", list(commands.items()))], formatter)


def _write(listed: Sequence[tuple[str, list[Row]]], formatter: Any) -> None:
    lefts = [len(left) for _, rows in listed for left, _ in rows]
    column = _MARGIN + max((each for each in lefts if each <= _WIDEST_LEFT), default=0) + _BETWEEN
    is_narrow = formatter.width - column < _NARROWEST_RIGHT
    for heading, rows in listed:
        formatter.write(f"\n{heading}:\n")
        for row in rows:
            width = formatter.width
            lines = _below(row, width) if is_narrow else _beside(row, width, column)
            formatter.write("".join(f"{line}\n" for line in lines))


def _beside(row: Row, width: int, column: int) -> Iterator[str]:
    """Yield a row with its text in a column of its own."""
    head = f"{'':{_MARGIN}}{row[0]}"
    texts = _wrapped(row[1], width - column)
    if texts and len(head) + _BETWEEN <= column:
        head = f"{head:{column}}{texts.pop(0)}"
    yield head
    yield from (f"{'':{column}}{each}" for each in texts)


def _below(row: Row, width: int) -> Iterator[str]:
    """Yield a row with its text below it."""
    yield f"{'':{_MARGIN}}{row[0]}"
    yield from (f"{'':{_INDENT}}{each}" for each in _wrapped(row[1], width - _INDENT))


def _wrapped(text: str, width: int) -> list[str]:
    words = " ".join(text.split())
    return textwrap.wrap(words, max(width, 1), break_long_words=False, break_on_hyphens=False)
