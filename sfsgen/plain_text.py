"""Text for people: on one line, never at length, and without what moves a terminal or a log."""

from collections.abc import Sequence
from typing import Any, TextIO

# Of what JSON lets stand, a terminal takes these for commands.
_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
_LONGEST_LINE = 4000  # characters
_LONGEST_FIX = 20_000  # characters: one command an ordinal, of some 300, for a large set
_LONGEST, _END = 120, 20  # characters: of a value, and of those the last that are kept
_MOST_LISTED = 10


def one_line(text: str) -> str:
    """Return a text so that whoever chose the names in it says nothing but them.

    Line breaks, escapes of terminals and marks that turn writing around are spelled out, and so is
    what GitHub Actions takes for a command (actions/runner, ActionCommand.cs). What is too long is
    cut in the middle.
    """
    if len(text) > _LONGEST_LINE:
        text = f"{text[: _LONGEST_LINE // 2]} ... {text[-_LONGEST_LINE // 2 :]}"
    return _spelled_out(text)


def _spelled_out(text: str) -> str:
    text = _printable(text).replace("##[", r"##\x5b")
    return rf"\x3a{text[1:]}" if text.startswith("::") else text


def whole(text: str) -> str:
    """Return a value on one line, however long it is: it is there to be copied."""
    return _printable(text)


def fix_line(text: str) -> str:
    """Return how to put something right, on one line: whole, or not at all.

    A command that is cut in the middle may be another one, which the shell runs as well.
    """
    if len(text) > _LONGEST_FIX:
        return f"it has {len(text)} characters, too many to be shown: `-o json` has it whole"
    return _spelled_out(text)


def readable(text: str, stream: TextIO) -> str:
    """Return a text with what a stream's encoding has no characters for spelled out."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def as_json(value: Any, indent: int) -> str:
    """Return a value as JSON in plain characters, those of other languages as they are."""
    import json  # every run imports this module, and few print JSON

    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_CONTROLS)


def brief(value: object) -> str:
    """Return a value as a message shows it: its middle left out where it is long."""
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - _END - 3]}...{text[-_END:]}"
    return _printable(text)


def quoted(value: object) -> str:
    """Return a value as a message quotes it."""
    return f'"{brief(value)}"'


def listed(values: Sequence[object]) -> str:
    """Return values in a row, and how many there are more."""
    more = len(values) - _MOST_LISTED
    shown = ", ".join(map(brief, values[:_MOST_LISTED]))
    return f"{shown} and {more} more" if more > 0 else shown


def joined(texts: Sequence[str]) -> str:
    """Return texts as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def ranges(runs: Sequence[range]) -> str:
    """Return numbers as a sentence lists them, those that follow one another as a range."""
    texts = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return some(texts, _MOST_LISTED)


def some(texts: Sequence[str], shown: int) -> str:
    """Return texts as a sentence lists them: the first so many, and how many there are more.

    In the place of "1 more" that one stands.
    """
    left = len(texts) - shown
    return joined([*texts[:shown], f"{left} more"] if left > 1 else texts)


def _printable(text: str) -> str:
    """Return a text with what cannot be seen spelled out, line breaks among it."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
