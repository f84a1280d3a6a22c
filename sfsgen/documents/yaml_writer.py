"""The one place where values become YAML: plain where every reader agrees, else quoted.

Kubernetes reads YAML 1.1 (go-yaml), other tools 1.2; what either takes for anything but a string
is quoted, so that both read back what went in.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping

# What no plain scalar may begin with, hold, or end with (https://yaml.org/spec/1.2.2/#733-plain-style).
_NEEDS_QUOTES = re.compile(r"""[-?:,\[\]{}\#&*!|>'"%@`~\s]|.*(?::\s|\s\#|[:\s]$)""", re.DOTALL)
# Words that YAML 1.1 or 1.2 reads as a boolean, null, a merge or a default value.
_WORDS = frozenset(("", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "=", "<<"))
# Numbers of every spelling: 010, 0x1F, 0o7, 1e3, 1_000, .5, .inf, 10:30 and dates.
_LIKE_A_NUMBER = re.compile(
    r"(?:[0-9]|[+.][0-9_.])[0-9a-fxo_.,:+-]*|[+]?\.(?:inf|nan)|[0-9]+-[0-9]+-[0-9]+(?:[t ].*)?",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")  # an IPv4 address, a release: never a number


def is_plain(text: str) -> bool:
    """Return whether a text needs no quotes to be read back as this very string."""
    return (
        text.isprintable()
        and text.lower() not in _WORDS
        and not _NEEDS_QUOTES.match(text)
        and (not _LIKE_A_NUMBER.fullmatch(text) or bool(_DOTTED.fullmatch(text)))
    )


def scalar(value: object) -> str:
    """Return a string, boolean, number or None as a YAML scalar on one line.

    Raises TypeError for anything else, and ValueError for a number that is none.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number that JSON can hold")
        # YAML 1.1 takes 1e+16 for a string: it wants the point.
        return str(value) if "." in str(value) else str(value).replace("e", ".0e")
    text = str(value)
    if not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} is neither a text, a number, a mapping nor a list")
    return text if not isinstance(value, str) or is_plain(text) else quoted(text)


def quoted(text: str) -> str:
    """Return a string in double quotes, with every character escaped that a reader may refuse."""
    escaped = json.dumps(text, ensure_ascii=False)
    return escaped if text.isprintable() else "".join(map(_escape, escaped))


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    # A pair of \\u escapes beyond the BMP, as JSON writes it, is refused by kubectl.
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"  # noqa: PLR2004


_LONGEST_KEY = 1000  # characters: a reader looks no further than 1024 for the colon


class Yaml(str):
    """A text that is YAML already and goes out as it is."""

    __slots__ = ()


def block(value: object, indent: int) -> Yaml:
    """Return a mapping or a sequence as YAML in block style, `indent` columns to the right."""
    return Yaml("\n".join(" " * indent + line if line else "" for line in _lines(value)))


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(scalar(key), each)
    elif isinstance(value, list | tuple):
        for each in value:
            first, *rest = _lines(each) if each else _lines_of_scalar(each)
            yield f"- {first}"
            yield from (f"  {line}" if line else "" for line in rest)
    else:
        yield from _lines_of_scalar(value)


def _entry(key: str, value: object) -> Iterator[str]:
    if len(key) > _LONGEST_KEY:
        yield f"? {key}"
        yield from (line if line[:1] == ":" else f"  {line}" for line in _entry("", value))
        return
    if value and isinstance(value, Mapping | list | tuple):
        yield f"{key}:"
        margin = "  " if isinstance(value, Mapping) else ""
        yield from (margin + line if line else "" for line in _lines(value))
    else:
        first, *rest = _lines_of_scalar(value)
        yield f"{key}: {first}"
        yield from (f"  {line}" if line else "" for line in rest)


def _lines_of_scalar(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "{}"
    elif isinstance(value, list | tuple):
        yield "[]"
    elif isinstance(value, str) and _is_literal(value):
        yield "|" if value.endswith("\n") else "|-"
        yield from value.removesuffix("\n").split("\n")
    else:
        yield scalar(value)


def _is_literal(text: str) -> bool:
    """Return whether a text of several lines can stand as it is in a literal block."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and bool(lines[0] and lines[-1])
        and not lines[0].startswith(" ")
    )


def flow(value: object) -> str:
    """Return a value as it can stand in a line of YAML, also inside a mapping in braces."""
    if isinstance(value, Mapping):
        return f"{{{flow_entries(value)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    written = scalar(value)
    return quoted(str(value)) if isinstance(value, str) and set(written) & set(",[]{}") else written


def flow_entries(mapping: Mapping[str, object]) -> str:
    """Return what stands between the braces of a mapping in a line of YAML."""
    return ", ".join(f"{flow(key)}: {flow(value)}" for key, value in mapping.items())
