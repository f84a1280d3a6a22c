"""TOML text as plain data, each value with its line and column."""

import json
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal

from sfsgen.documents.document import Document, Path
from sfsgen.documents.files import decoded
from sfsgen.problems import InputError, Problem

_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = rf"[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*"
_TABLE = re.compile(rf"[ \t]*\[{_KEY}\]")
_ENTRY = re.compile(rf"{_KEY}=[ \t]*")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


def read(data: bytes, file: str) -> Document:
    """Return what a TOML file holds. Raises InputError where it is none."""
    text = decoded(data, file).replace("\r\n", "\n")
    try:
        value = tomllib.loads(text, parse_float=Decimal)  # 1.30 stays 1.30, to be told so
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        last = text.count("\n") + 1, len(text) - text.rfind("\n")
        line, column = found.groups() if found and found[1] else last
        what = f"this is not TOML: {_AT.sub('', str(error))}"
        problem = Problem(f"{file}:{line}:{column}", what, "mend the text there, or just before")
        raise InputError(problem) from error
    return Document(value, file, _Places(text).locate)


class _Places:
    """Where the tables and keys of a text stand, once somebody has asked for one.

    Python's reader does not say it. An element of a list is looked for behind its key.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def locate(self, path: Path, _: bool) -> tuple[int, int]:
        """Return the line and column of a key, an element or a table, or of what is around it."""
        places = dict(reversed(list(self._entries())))
        for length in range(len(path), 0, -1):
            if (index := places.get(path[:length])) is not None:
                if length < len(path) and isinstance(path[length], str):
                    index = self._element(index, str(path[length]))
                return self._place(index)
        return 1, 1

    def _element(self, index: int, text: str) -> int:
        """Return where a text begins behind a key, or the key where it is not found."""
        ways = (self._text.find(each, index) for each in (json.dumps(text), f"'{text}'", text))
        return next((each for each in ways if each >= 0), index)

    def _entries(self) -> Iterator[tuple[Path, int]]:
        table: Path = ()
        start = 0
        for line in self._text.split("\n"):
            if found := _TABLE.match(line):
                table = _parts(found[1])
                yield table, start + found.start(1)
            elif found := _ENTRY.match(line):
                yield (*table, *_parts(found[1])), start + found.start(1)
            start += len(line) + 1

    def _place(self, index: int) -> tuple[int, int]:
        before = self._text[:index]
        return before.count("\n") + 1, index - before.rfind("\n")


def _parts(key: str) -> Path:
    return tuple(each.strip("\"'") for each in re.findall(_PART, key))
