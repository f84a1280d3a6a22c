"""YAML text as plain data, read as Kubernetes reads it, each value with its line and column."""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sfsgen.errors import InputError, Problem
from sfsgen.paths import Path

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

DEEPEST = 100  # the API's own types nest to about 20
_LARGEST_EXPANSION = 1_000_000  # values that aliases stand for, each counted anew
_MERGE = "<<"
_MERGING = object()  # stands for the key << while the mappings that it merges are read
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
_BETWEEN_DIGITS = re.compile("(?<=[0-9])_(?=[0-9])")
_LONGEST_INTEGER = 1000  # characters; beyond, no floating-point number is as large
_INTEGERS = range(-(2**63), 2**64)  # what may be written in another base than 10
# What libyaml 0.1, of which ruamel.yaml's extra is made, refuses within [] and {}, and newer
# parsers take, kubectl's too: `{image: nginx:1.29}`.
_OLD_RULES = (
    "found unexpected ':'",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
)
_TAG = "tag:yaml.org,2002:"
# Beyond these, YAML has no characters; a surrogate stands for none either.
_NO_CHARACTER = "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class Document(NamedTuple):
    """One document: its value, and where each of its values begins.

    `locate` finds a value's line and column, or its key's. It is called when somebody asks, and
    reads the text anew: most of what is read is in order, and nobody asks.
    """

    value: Any
    file: str
    locate: Callable[[Path, bool], tuple[int, int]]

    def where(self, path: Path = (), *, key: bool = False) -> str:
        """Return FILE:LINE:COLUMN of a value or its key, or of the nearest value around it."""
        line, column = self.locate(path, key)
        return f"{self.file}:{line}:{column}"


def read(text: str, file: str, first_line: int = 1) -> list[Document]:
    """Return the documents of a YAML stream, without the empty ones.

    Raises InputError for what is not YAML, for duplicate keys, and for nesting or aliases that
    would take unbounded memory.
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    # Byte order marks begin files, also those that were put one after another.
    text = text.removeprefix("\ufeff").replace("\n\ufeff", "\n")
    stream = _Stream(text, file, first_line)
    try:
        try:
            values = list(_Reader(stream).values())
        except MarkedYAMLError as error:
            if error.problem not in _OLD_RULES:
                raise
            stream.parse = _parsed_in_python
            values = list(_Reader(stream).values())
    except MarkedYAMLError as error:
        what = " ".join(filter(None, (error.context, error.problem)))
        mark = error.problem_mark or error.context_mark
        if mark and text[mark.index : mark.index + 1] == "\t":
            raise stream.error(
                mark, "this is not YAML: a tab cannot indent", "use blanks"
            ) from error
        raise stream.error(mark, f"this is not YAML: {what}", _MEND) from error
    except YAMLError as error:
        raise stream.error(None, f"this is not YAML: {error}", _MEND) from error
    return [
        Document(value, file, partial(stream.locate, number))
        for number, value in enumerate(values)
        if value is not None
    ]


def resolve(text: str) -> Any:
    """Return what a plain scalar means to Kubernetes: None, a boolean, a number or a string."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    # What begins with a point is read by other code there, which is stricter.
    digits = _BETWEEN_DIGITS.sub("", text) if text[0] == "." else text.replace("_", "")
    if len(digits) <= _LONGEST_INTEGER and (match := _INTEGER.fullmatch(digits)):
        bases = zip((16, 2, 8, 10), match.groups()[1:], strict=True)
        base, value = next((base, int(number, base)) for base, number in bases if number)
        value = -value if match[1] == "-" else value
        if base == 10 or value in _INTEGERS:  # noqa: PLR2004
            return value
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        # JSON, through which kubectl sends it, does not tell 2.0 from 2.
        return int(number) if number.is_integer() else number
    return text


class _Stream:
    """A YAML text, and the places of its values once somebody has asked for one."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self.text, self.file, self.first_line = text, file, first_line
        self.parse = _parsed
        self.places: list[_Place] = []

    def events(self) -> Iterator[Any]:
        """Yield what the parser finds. Raises YAMLError, and InputError for odd characters."""
        if odd := re.search(_NO_CHARACTER, self.text):
            raise self._odd_character(odd.start())
        try:
            yield from self.parse(self.text)
        except (ValueError, OverflowError) as error:  # an escape that names no character
            mark = None
            with suppress(ValueError, OverflowError):
                for event in self.parse(self.text):
                    mark = event.end_mark
            raise self.error(mark, f"this is not YAML: {error}", _MEND) from error

    def locate(self, number: int, path: Path, key: bool) -> tuple[int, int]:
        """Return the line and column of a value of a document, or of its key."""
        if not self.places:
            self.places = list(_places(self))
        place = self.places[number]
        for part in path:
            if part not in place.inside:
                return place.mark
            place = place.inside[part]
        return place.key_mark if key else place.mark

    def mark(self, event: Any) -> tuple[int, int]:
        """Return the line and column at which something begins."""
        return self.position(event.start_mark)

    def position(self, mark: Any) -> tuple[int, int]:
        """Return a parser's mark as people count lines and columns."""
        return (mark.line + self.first_line, mark.column + 1) if mark else (self.first_line, 1)

    def error(self, mark: Any, what: str, fix: str = "") -> InputError:
        """Return the error that says what is wrong at a mark."""
        line, column = self.position(mark)
        if mark and mark.index >= len(self.text):  # libyaml ends every text with a line break
            line, column = self._at(len(self.text))
        return InputError(Problem(f"{self.file}:{line}:{column}", what, fix))

    def _odd_character(self, index: int) -> InputError:
        line, column = self._at(index)
        what = f"this is not YAML: U+{ord(self.text[index]):04X} may not stand in it"
        fix = "remove the character, or write its escape in double quotes"
        return InputError(Problem(f"{self.file}:{line}:{column}", what, fix))

    def _at(self, index: int) -> tuple[int, int]:
        line = self.text.count("\n", 0, index) + self.first_line
        return line, index - self.text.rfind("\n", 0, index)


def _parsed(text: str) -> "Iterator[Event]":
    """Return the events of libyaml's parser, or of ruamel.yaml's own where there is no libyaml."""
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return _parsed_in_python(text)
    return iter(CParser(text).get_event, None)


def _parsed_in_python(text: str) -> "Iterator[Event]":
    from ruamel.yaml import YAML

    return _checked(YAML(typ="safe", pure=True).parse(text))


def _checked(events: Iterator[Any]) -> "Iterator[Event]":
    """Refuse the one escape that libyaml refuses and ruamel.yaml's own parser lets through."""
    from ruamel.yaml.scanner import ScannerError

    for event in events:
        if getattr(event, "style", None) == '"' and re.search("[\ud800-\udfff]", event.value):
            what = "found invalid Unicode character escape code"
            raise ScannerError(None, None, what, event.start_mark)
        yield event


class _Resolved(dict[str, Any]):
    """What plain scalars mean; most of a dump's repeat."""

    def __missing__(self, text: str) -> Any:
        value = self[text] = resolve(text)
        return value


class _Collection:
    """A mapping or list that is being read; a mapping without a key waits for one."""

    __slots__ = ("expanded_before", "is_mapping", "key", "merged", "start", "value")

    def __init__(self, value: Any, start: Any, expanded_before: int) -> None:
        self.value, self.start, self.expanded_before = value, start, expanded_before
        self.is_mapping = isinstance(value, dict)
        self.key: Any = None
        self.merged: list[Any] | None = None


class _Reader:
    """Builds values from a parser's events, without recursion."""

    def __init__(self, stream: _Stream) -> None:
        self.stream = stream
        self.resolved = _Resolved()

    def values(self) -> Iterator[Any]:
        """Yield the value of each document."""
        from ruamel.yaml import events

        build: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.MappingStartEvent: lambda event: self._start(event, {}),
            events.SequenceStartEvent: lambda event: self._start(event, []),
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.DocumentStartEvent: self._document,
        }
        for event in self.stream.events():
            if handle := build.get(type(event)):
                handle(event)
            elif isinstance(event, events.DocumentEndEvent):
                yield self.top.value[0]

    def _document(self, event: Any) -> None:
        self.top = _Collection([], event, 0)
        self.open = [self.top]
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.expanded = 0

    def _start(self, event: Any, value: Any) -> None:
        if self.top.is_mapping and self.top.key is None:
            self._fail(event, "a key is a mapping or a list", "write a string")
        if len(self.open) > DEEPEST:
            self._fail(event, f"values are nested more than {DEEPEST} deep", "nest less")
        self.top = _Collection(value, event, self.expanded)
        self.open.append(self.top)

    def _end(self, _event: Any) -> None:
        closed = self.open.pop()
        self.top = self.open[-1]
        for merged in closed.merged or ():
            for key, value in merged.items():
                closed.value.setdefault(key, value)
        if closed.start.anchor:
            # What is merged has been expanded too, though little of it may remain.
            expanded = self.expanded - closed.expanded_before
            self.anchors[closed.start.anchor] = closed.value, expanded
        self._add(closed.start, closed.value)

    def _scalar(self, event: Any) -> None:
        value = event.value
        if event.tag is not None:
            value = self._tagged(event)
        elif event.implicit[0]:
            value = self.resolved[value]
        if value.__class__ is float and not math.isfinite(value):
            self._fail(event, f"{event.value} is no number that JSON can hold", "quote it")
        if event.anchor:
            self.anchors[event.anchor] = value, 0
        if self.top.is_mapping and self.top.key is None:
            self._key(event, value)
        else:
            self._add(event, value)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name not in self.anchors:
            self._fail(event, f"there is no anchor &{name} before this", _MEND)
        if self.top.is_mapping and self.top.key is None:
            self._fail(event, "a key is an alias", "write the key out")
        value, size = self.anchors[name]
        self.expanded += max(size, _size(value))
        if self.expanded > _LARGEST_EXPANSION:
            self._fail(
                event, f"aliases expand to more than {_LARGEST_EXPANSION} values", "write it out"
            )
        self._add(event, value)

    def _tagged(self, event: Any) -> Any:
        if event.tag.removeprefix(_TAG) not in ("!", "str", "int", "float", "bool", "null"):
            self._fail(event, f"Kubernetes knows no tag {event.tag}", "leave the tag out")
        return _meaning(event)

    def _key(self, event: Any, value: Any) -> None:
        if value.__class__ is not str:
            if value is None or isinstance(value, float):
                self._fail(event, f"{event.value or 'nothing'} cannot be a key", "quote it")
            value = _spelled(value)
        if value == _MERGE and event.implicit[0]:
            self.top.key = _MERGING
            return
        if value in self.top.value:
            for _ in _places(self.stream):  # it knows where the other one is, and raises
                pass
        self.top.key = value

    def _add(self, event: Any, value: Any) -> None:
        top = self.top
        if not top.is_mapping:
            top.value.append(value)
        elif top.key is _MERGING:
            self._merge(event, value)
            top.key = None
        else:
            top.value[top.key] = value
            top.key = None

    def _merge(self, event: Any, value: Any) -> None:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in parts):
            self._fail(event, "<< merges mappings only", "name a mapping's anchor")
        self.top.merged = [*(self.top.merged or ()), *parts]

    def _fail(self, event: Any, what: str, fix: str = "") -> NoReturn:
        raise self.stream.error(event.start_mark, what, fix)


class _Place:
    """Where a value and its key begin, and the places of what is inside it."""

    __slots__ = ("inside", "key", "key_mark", "mark")

    def __init__(self, mark: tuple[int, int], key_mark: tuple[int, int]) -> None:
        self.mark, self.key_mark = mark, key_mark
        self.inside: dict[str | int, _Place] = {}
        self.key: tuple[str | int, tuple[int, int]] | None = None


def _places(stream: _Stream) -> Iterator[_Place]:
    """Yield the places of each document. Raises InputError for a key that stands there twice."""
    from ruamel.yaml import events

    for event in stream.events():
        if isinstance(event, events.DocumentStartEvent):
            around = [_Place(stream.mark(event), stream.mark(event))]
            mappings = [False]
        elif isinstance(event, events.NodeEvent):
            top = around[-1]
            if mappings[-1] and top.key is None:
                top.key = _key_and_mark(stream, event, top)
                continue
            key, key_mark = top.key or (len(top.inside), stream.mark(event))
            place = top.inside[key] = _Place(stream.mark(event), key_mark)
            top.key = None
            if isinstance(event, events.CollectionStartEvent):
                around.append(place)
                mappings.append(isinstance(event, events.MappingStartEvent))
        elif isinstance(event, events.CollectionEndEvent):
            around.pop()
            mappings.pop()
        elif isinstance(event, events.DocumentEndEvent):
            yield around[0].inside[0]


def _key_and_mark(stream: _Stream, event: Any, mapping: _Place) -> tuple[str, tuple[int, int]]:
    key = _spelled(_meaning(event))
    if key in mapping.inside and not (key == _MERGE and event.implicit[0]):
        line, _ = mapping.inside[key].key_mark
        what = f'the key "{key}" stands here and in line {line}'
        # Every object begins with it: two of them are two objects.
        fix = "remove one" if key != "apiVersion" else "write --- before the second object"
        raise stream.error(event.start_mark, what, fix)
    return key, stream.mark(event)


def _meaning(scalar: Any) -> Any:
    """Return the value of a scalar whose tag Kubernetes knows."""
    is_text = not scalar.implicit[0] if scalar.tag is None else scalar.tag in ("!", _TAG + "str")
    return scalar.value if is_text else resolve(scalar.value)


def _spelled(key: Any) -> str:
    """Return a key as JSON has it, where keys are strings."""
    return str(key).lower() if isinstance(key, bool) else str(key)


def _size(value: Any) -> int:
    """Return how many values there are in one, aliases expanded; more than the limit is enough."""
    size, todo = 0, [value]
    while todo and size <= _LARGEST_EXPANSION:
        size += 1
        each = todo.pop()
        if isinstance(each, dict | list):
            todo += each.values() if isinstance(each, dict) else each
    return size
