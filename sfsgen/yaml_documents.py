"""YAML text as plain data, read as Kubernetes reads it, each value with its line and column."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.errors import InputError, Problem
from sfsgen.paths import Path

_DEEPEST = 100  # the API's own types nest to about 20
_LARGEST_EXPANSION = 1_000_000  # values, once every alias stands for what it names
_MERGE = "<<"
_MEND = "mend the text there, or just before"
# What go-yaml, which kubectl reads with, takes a plain scalar for: YAML 1.1 without its base 60.
_CONSTANTS = {
    word: value
    for words, value in (
        ("y Y yes Yes YES true True TRUE on On ON", True),
        ("n N no No NO false False FALSE off Off OFF", False),
        ("~ null Null NULL", None),
        (".nan .NaN .NAN", math.nan),
        (".inf .Inf .INF +.inf +.Inf +.INF", math.inf),
        ("-.inf -.Inf -.INF", -math.inf),
    )
    for word in words.split()
} | {"": None}
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([0-9]+))")
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_LONGEST_INTEGER = 70  # characters, of 64 bits in any base; longer is a float to go-yaml
_TAG = "tag:yaml.org,2002:"


class Document(NamedTuple):
    """One YAML document: its value, and where each of its values begins."""

    value: Any
    file: str
    marks: Mapping[Path, tuple[int, int]]
    key_marks: Mapping[Path, tuple[int, int]]

    def where(self, path: Path = (), *, key: bool = False) -> str:
        """Return FILE:LINE:COLUMN of a value or its key, or of the nearest value around it."""
        if key and path in self.key_marks:
            line, column = self.key_marks[path]
            return f"{self.file}:{line}:{column}"
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return f"{self.file}:{line}:{column}"


def read(text: str, file: str) -> list[Document]:
    """Return the documents of a YAML stream, without the empty ones.

    Raises InputError for what is not YAML, for duplicate keys, and for nesting or aliases that
    would take unbounded memory.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        documents = list(_Reader(file).documents(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        what = " ".join(filter(None, (error.context, error.problem)))
        raise InputError(Problem(where, f"this is not YAML: {what}", _MEND)) from error
    except YAMLError as error:
        where = _first_odd_character(text, file)
        what = str(error).splitlines()[0]
        raise InputError(Problem(where, f"this is not YAML: {what}", _MEND)) from error
    return [document for document in documents if document.value is not None]


def resolve(text: str) -> Any:
    """Return what a plain scalar means to Kubernetes: None, a boolean, a number or a string."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text.replace("_", "")
    match = _INTEGER.fullmatch(digits) if len(digits) < _LONGEST_INTEGER else None
    if match:
        bases = zip((16, 2, 8, 10), match.groups()[1:], strict=True)
        value = next(int(number, base) for base, number in bases if number)
        return -value if match[1] == "-" else value
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        if not math.isfinite(number):
            return text
        # JSON, through which kubectl sends it, does not tell 2.0 from 2.
        return int(number) if number.is_integer() else number
    return text


def _first_odd_character(text: str, file: str) -> str:
    for number, line in enumerate(text.split("\n"), 1):
        for column, character in enumerate(line, 1):
            if not character.isprintable() and character not in "\t\r":
                return f"{file}:{number}:{column}"
    return file


class _Collection:
    """A mapping or sequence that is being read."""

    def __init__(self, value: Any, path: Path, anchor: str | None) -> None:
        self.value, self.path, self.anchor = value, path, anchor
        self.key: str | None = None
        self.awaits_key = isinstance(value, dict)
        self.merged: list[Any] = []
        self.size = 1


class _Reader:
    """Builds documents from a parser's events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file

    def documents(self, events: Iterator[Any]) -> Iterator[Document]:
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                self.open: list[_Collection] = []
                self.anchors: dict[str, tuple[Any, int]] = {}
                self.marks: dict[Path, tuple[int, int]] = {}
                self.key_marks: dict[Path, tuple[int, int]] = {}
                self.root: Any = None
            elif kind == "DocumentEndEvent":
                yield Document(self.root, self.file, self.marks, self.key_marks)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._start(event, {} if kind == "MappingStartEvent" else [])
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._end(event)
            elif kind == "ScalarEvent":
                self._scalar(event)
            elif kind == "AliasEvent":
                self._alias(event)

    def _start(self, event: Any, value: Any) -> None:
        if self.open and self.open[-1].awaits_key:
            self._fail(event, "a key is a mapping or a list", "write a string")
        if len(self.open) >= _DEEPEST:
            self._fail(event, f"values are nested more than {_DEEPEST} deep", "nest less")
        self.open.append(_Collection(value, self._place(event), event.anchor))

    def _end(self, event: Any) -> None:
        closed = self.open.pop()
        for merged in closed.merged:
            for key, value in merged.items():
                closed.value.setdefault(key, value)
        self._add(event, closed.value, closed.size, closed.anchor)

    def _scalar(self, event: Any) -> None:
        value = self._value_of(event)
        if self.open and self.open[-1].awaits_key:
            self._key(event, value)
        else:
            self._place(event)
            self._add(event, value, 1, event.anchor)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            self._fail(event, f"there is no anchor &{event.anchor} before this", _MEND)
        if self.open[-1].awaits_key:
            self._fail(event, "a key is an alias", "write the key out")
        self._place(event)
        self._add(event, *self.anchors[event.anchor])

    def _value_of(self, event: Any) -> Any:
        tag = str(event.tag or "").removeprefix(_TAG)
        if tag in ("", "!"):
            is_plain = event.implicit[0] and not tag
            value = resolve(event.value) if is_plain else event.value
        elif tag == "str":
            value = event.value
        elif tag in ("int", "float", "bool", "null"):
            value = resolve(event.value)
        else:
            self._fail(event, f"Kubernetes knows no tag {event.tag}", "leave the tag out")
        if isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
            self._fail(event, "half a character is escaped there", "write the character itself")
        if isinstance(value, float) and not math.isfinite(value):
            self._fail(event, f"{event.value} is no number that JSON can hold", "quote it")
        return value

    def _key(self, event: Any, value: Any) -> None:
        mapping = self.open[-1]
        if value is None or isinstance(value, float):
            self._fail(event, f"{event.value or 'nothing'} cannot be a key", "quote it")
        key = str(value).lower() if isinstance(value, bool) else str(value)
        if key in mapping.value and not (key == _MERGE and event.implicit[0]):
            line, _ = self.key_marks[(*mapping.path, key)]
            self._fail(event, f'the key "{key}" stands here and in line {line}', "remove one")
        mapping.key, mapping.awaits_key = key, False
        if key == _MERGE and event.implicit[0]:
            mapping.key = None
        else:
            self.key_marks[(*mapping.path, key)] = _mark(event)

    def _place(self, event: Any) -> Path:
        """Return the path at which the next value goes, and note where it begins."""
        if not self.open:
            path: Path = ()
        elif isinstance(self.open[-1].value, list):
            path = (*self.open[-1].path, len(self.open[-1].value))
        else:
            path = (*self.open[-1].path, self.open[-1].key or _MERGE)
        self.marks[path] = _mark(event)
        return path

    def _add(self, event: Any, value: Any, size: int, anchor: str | None = None) -> None:
        if anchor:
            self.anchors[anchor] = value, size
        if not self.open:
            self.root = value
            return
        parent = self.open[-1]
        parent.size += size
        if parent.size > _LARGEST_EXPANSION:
            self._fail(
                event, f"aliases expand to more than {_LARGEST_EXPANSION} values", "write it out"
            )
        if isinstance(parent.value, list):
            parent.value.append(value)
            return
        if parent.key is None:
            parts = value if isinstance(value, list) else [value]
            if not all(isinstance(each, dict) for each in parts):
                self._fail(event, "<< merges mappings only", "name a mapping's anchor")
            parent.merged += parts
        else:
            parent.value[parent.key] = value
        parent.key, parent.awaits_key = None, True

    def _fail(self, event: Any, what: str, fix: str = "") -> Any:
        line, column = _mark(event)
        raise InputError(Problem(f"{self.file}:{line}:{column}", what, fix))


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
