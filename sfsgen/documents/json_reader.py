"""JSON text as plain data, each value with its line and column."""

import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sfsgen.documents.document import Document, Double, Path
from sfsgen.documents.lines import Lines
from sfsgen.documents.yaml_scalars import as_json
from sfsgen.documents.yaml_values import DEEPEST
from sfsgen.problems import InputError, Problem

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING_OR_NUMBER = re.compile(
    r'"(?:[^"\\]++|\\.)*+"|(NaN|-?Infinity|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)', re.DOTALL
)
_LONGEST_BY_HAND = 2**20  # characters
_LONGEST_INTEGER = 20  # characters; what is longer is beyond 64 bits
_LIKE_YAML = re.compile(r"\{\s*[^\s\"{}]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]|(u[dD][89a-fA-F])|.)", re.DOTALL
)
_ONE_KIND_OF_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NEITHER_BRACKETS_NOR_QUOTES = bytes(set(range(256)) - set(b'{}[]"'))


class NotJsonError(InputError):
    """The text is not JSON; it may be something else."""


def documents(text: str, file: str, *, unique_keys: bool = False) -> Iterator[Document]:
    """Yield the documents of a JSON text, which stand one after another, without the empty ones.

    Of a key that stands twice the last one counts, as for kubectl, or it is refused. It is noted
    where the text is not so long that a program must have written it: to look takes half the time.
    Raises InputError at the first document that cannot be read: NotJsonError for what is not JSON,
    InputError itself for numbers, characters, keys and depths that nobody could send on.
    """
    import json

    source, doubles = _Source(text, file), list[Any]()
    is_looking = unique_keys or len(text) <= _LONGEST_BY_HAND
    # Called for few values of a manifest only: nearly all of them are texts.
    decode = json.JSONDecoder(
        parse_float=_number,
        parse_int=_integer,
        parse_constant=_number,
        object_pairs_hook=partial(_noting_doubles, doubles) if is_looking else None,
    ).raw_decode
    start = source.after_blanks(0)
    while start < len(text):
        try:
            value, end = decode(text, start)
        except json.JSONDecodeError as error:
            raise source.not_json(error.pos, error.msg) from error
        except RecursionError as error:
            raise source.too_deep(start) from error
        except ValueError as error:
            raise source.no_number(start) from error
        source.check(value, start, end)
        found = list(source.doubles(start)) if doubles else []
        doubles.clear()
        document = Document(value, file, partial(source.locate, start), found)
        if found and unique_keys:
            where = document.where(found[0].path, key=True)
            raise InputError(Problem(where, found[0].what, "remove one"))
        if value is not None:
            yield document
        start = source.after_blanks(end)


def _number(text: str) -> Any:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return as_json(number)


def _integer(text: str) -> Any:
    return as_json(int(text)) if len(text) <= _LONGEST_INTEGER else _number(text)


def _noting_doubles(doubles: list[Any], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, and note it where a key stands in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        doubles.append(found)
    return found


class _Source:
    """A JSON text, and the places of those values that somebody has asked for."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.is_deep = _is_deep(text)
        self.has_surrogates = "\\" in text and (r"\ud" in text or r"\uD" in text)
        self.lines = Lines(text)
        self.members: dict[int, dict[str | int, list[int]]] = {}

    def after_blanks(self, index: int) -> int:
        """Return the index of the next character that is not white."""
        blank = _BLANK.match(self.text, index)
        return blank.end() if blank else index

    def not_json(self, index: int, words: str) -> InputError:
        """Return the error for what is not JSON, in the words of Python's parser."""
        what = f"this is not JSON: {words[:1].lower()}{words[1:]}"
        fix = "mend the text there, or just before"
        if self.after_blanks(index) == len(self.text):
            what = what.replace("this is not JSON", "this JSON ends too early", 1)
            fix = "give the whole text"
        elif self.text.startswith("---", index):
            what = "kubectl reads JSON only after a {, and no further than this"
            fix = "write a line --- before the first {, too, and all is read as YAML"
        elif _LIKE_YAML.match(self.text, self.after_blanks(0)):
            what = f"kubectl takes what begins with {{ for JSON, and {what}"
            fix = "begin the file with a line ---, and it is read as YAML"
        return NotJsonError(Problem(self._where(index), what, fix))

    def doubles(self, start: int) -> Iterator[Double]:
        """Yield the keys that stand several times in an object of a document, where they count."""
        todo: list[tuple[Path, int]] = [((), start)]
        while todo:
            path, at = todo.pop()
            places: dict[str | int, list[int]] = {}
            values: dict[str | int, int] = {}
            for key, key_at, values[key] in self._entries(at):
                places.setdefault(key, []).append(key_at)
            for key, found in places.items():
                if len(found) > 1:
                    lines = tuple(self.lines.place(each)[0] for each in found[:-1])
                    yield Double((*path, key), lines)
            todo += [((*path, key), value_at) for key, value_at in values.items()]

    def too_deep(self, start: int) -> InputError:
        """Return the error for a document that is nested too deep."""
        what = f"values are nested more than {DEEPEST} deep"
        return InputError(Problem(self._where(start), what, "nest less"))

    def no_number(self, start: int) -> InputError:
        """Return the error for the first number after an index that is none."""
        for found in _STRING_OR_NUMBER.finditer(self.text, start):
            if (number := found[1]) and not math.isfinite(float(number)):
                what = f"{_brief(number)} is no number that Kubernetes can hold"
                return InputError(Problem(self._where(found.start()), what, "put it in quotes"))
        return self.not_json(start, "a number is too long")

    def check(self, value: Any, start: int, end: int) -> None:
        """Raise InputError for a document of an odd text that is itself odd."""
        if self.is_deep and _depth_exceeds(value, DEEPEST):
            raise self.too_deep(start)
        if self.has_surrogates:
            for escape in _ESCAPE.finditer(self.text, start, end):
                if escape[1]:
                    what = f"{self.text[escape.start() : escape.start() + 6]} is half a character"
                    fix = "write the other half after it, or the character itself"
                    raise InputError(Problem(self._where(escape.start()), what, fix))

    def locate(self, start: int, path: Path, key: bool) -> tuple[int, int]:
        """Return the line and column of a value of a document, or of its key."""
        key_at = value_at = start
        for part in path:
            if value_at not in self.members:
                entries = self._entries(value_at)
                self.members[value_at] = {key: places for key, *places in entries}
            if part not in self.members[value_at]:
                return self.lines.place(value_at)
            key_at, value_at = self.members[value_at][part]
        return self.lines.place(key_at if key else value_at)

    def _entries(self, start: int) -> Iterator[tuple[str | int, int, int]]:
        """Yield each key, and where it and its value begin, in what begins at an index."""
        from json import JSONDecoder
        from json.decoder import scanstring  # type: ignore[attr-defined]

        if self.text[start] not in "{[":
            return
        # Numbers as they are written: one may have more digits than Python reads.
        decoder = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        skip: Callable[[str, int], tuple[Any, int]] = decoder.raw_decode
        index, number = self.after_blanks(start + 1), 0
        while self.text[index] not in "]}":
            key, key_at = number, index
            if self.text[start] == "{":
                key, index = scanstring(self.text, index + 1, True)
                index = self.after_blanks(self.after_blanks(index) + 1)
            yield key, key_at, index
            number += 1
            index = self.after_blanks(skip(self.text, index)[1])
            if self.text[index] == ",":
                index = self.after_blanks(index + 1)

    def _where(self, index: int) -> str:
        line, column = self.lines.place(index)
        return f"{self.file}:{line}:{column}"


def _brief(number: str) -> str:
    return number if len(number) <= 20 else f"{number[:17]}..."  # noqa: PLR2004


def _is_deep(text: str) -> bool:
    """Return whether some value is nested too deep, without a look at each: there are many.

    What remains of the text are its brackets, of one kind and without those in strings; each
    round takes the innermost ones away.
    """
    data = text.encode(errors="replace")
    if b"\\" in data:
        data = data.replace(rb"\\", b"").replace(rb"\"", b"")
    data = data.translate(_ONE_KIND_OF_BRACKETS, _NEITHER_BRACKETS_NOR_QUOTES)
    brackets = b"".join(data.replace(b'""', b"").split(b'"')[::2])
    for _ in range(DEEPEST):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit + 1):
        level = [
            each
            for around in level
            if isinstance(around, dict | list)
            for each in (around.values() if isinstance(around, dict) else around)
        ]
    return bool(level)
