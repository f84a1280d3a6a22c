"""How values are shown in messages: on one line, and never at length."""

from collections.abc import Sequence

_LONGEST, _END = 120, 20  # characters: of a value, and of those the last that are kept
_MOST_LISTED = 10


def brief(value: object) -> str:
    """Return a value as a message shows it: printable, and its middle left out where it is long."""
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - _END - 3]}...{text[-_END:]}"
    return text if text.isprintable() else "".join(map(_escaped, text))


def quoted(value: object) -> str:
    """Return a value as a message quotes it."""
    return f'"{brief(value)}"'


def listed(values: Sequence[object]) -> str:
    """Return values in a row, and how many there are more."""
    more = len(values) - _MOST_LISTED
    shown = ", ".join(map(brief, values[:_MOST_LISTED]))
    return f"{shown} and {more} more" if more > 0 else shown


def _escaped(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]
