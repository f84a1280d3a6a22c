"""Text for people: on one line, and without what would move a terminal or command a log."""

import json
from typing import Any, TextIO

# Of what JSON lets stand, a terminal takes these for commands.
_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
_LONGEST = 4000  # characters: the longest command that is printed has some 600


def one_line(text: str) -> str:
    """Return a text so that whoever chose the names in it says nothing but them.

    Line breaks, escapes of terminals and marks that turn writing around are spelled out, and so is
    what GitHub Actions takes for a command (actions/runner, ActionCommand.cs). What is too long is
    cut in the middle.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
    if not text.isprintable():
        text = "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
        )
    text = text.replace("##[", r"##\x5b")
    return rf"\x3a{text[1:]}" if text.startswith("::") else text


def readable(text: str, stream: TextIO) -> str:
    """Return a text with what a stream's encoding has no characters for spelled out."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def as_json(value: Any, indent: int) -> str:
    """Return a value as JSON in plain characters, those of other languages as they are."""
    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_CONTROLS)
