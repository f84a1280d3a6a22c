"""The value of a YAML document, from a parser's events, as go-yaml builds it for kubectl."""

import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sfsgen.documents.yaml_scalars import TAG, as_json, resolve, spelled, tagged

if TYPE_CHECKING:
    from sfsgen.documents.document import Path

DEEPEST = 100  # the API's own types nest to about 20
_MOST_DOUBLES = 1000  # keys of a document: nobody reads more, and they would fill the memory
_LARGEST_EXPANSION = 100_000  # values that aliases stand for, each counted each time
_MERGE = "<<"
_MERGING = object()  # stands for the key << while the mappings that it merges are read
_MERGE_TAG = f"{TAG}merge"
_TOO_DEEP = f"values are nested more than {DEEPEST} deep"
_NO_KEY = "a key is a mapping or a list"
_LINE = re.compile("[^\n\r]+")
_BLANKS = re.compile(r"[ \t]*")
_SAYS_NOTHING = re.compile(
    r" *(?:#.*)?|(?:\.\.\.|%YAML[ \t]+[0-9]{1,2}\.[0-9]{1,2})[ \t]*(?:#.*)?", re.ASCII
)


class Fault(Exception):  # noqa: N818
    """What keeps a document from being read: the index of the character, what, how to mend it."""

    def __init__(self, index: int, what: str, fix: str) -> None:
        super().__init__(index, what, fix)
        self.index, self.what, self.fix = index, what, fix


class Place(NamedTuple):
    """Where a value and its key begin, and the places of what is inside it."""

    at: int
    key_at: int
    inside: "dict[str | int, Place]"


_NOWHERE: dict[str | int, Place] = {}


class _Node:
    """What an alias may stand for, or a mapping or list that is still being read.

    A mapping without a key waits for one. The size counts what kubectl decodes.
    """

    __slots__ = (
        *("before", "height", "inside", "is_mapping", "is_open", "key", "key_mark", "size"),
        *("start", "value", "written"),
    )

    def __init__(self, value: Any, start: Any, before: int = 0) -> None:
        self.value, self.start, self.before = value, start, before
        self.is_open = self.is_mapping = False
        self.size, self.height = 1, 0

    def open(self) -> "_Node":
        """Begin to read what is inside."""
        self.is_open, self.height = True, 1
        self.is_mapping = isinstance(self.value, dict)
        self.key: Any = None
        self.key_mark: Any = None
        self.written: dict[str, Any] = {}
        self.inside: dict[str | int, Place] = {}
        return self


class Reader:
    """Builds a document from a parser's events, without recursion; with its places if asked."""

    def __init__(self, *, is_placing: bool = False) -> None:
        self.is_placing = is_placing
        self.resolved = _Resolved()
        self.top = _Node([], None).open()
        self.open = [self.top]
        self.anchors: dict[str, _Node] = {}
        self.decoded, self.from_aliases = 1, 0
        self.no_texts: set[tuple[int, str]] = set()
        self.doubles: dict[tuple[int, str], tuple[Path, list[int]]] = {}
        """Keys that stand several times, by their mapping: the path, and where each stands."""

    def read(self, parsed: Iterable[Any], text: str) -> Any:
        """Return the value of the first document, or None. Raises Fault, and what the parser does.

        What follows the document in the text has to say nothing: kubectl does not look at it.
        """
        from ruamel.yaml import events

        build: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.MappingStartEvent: lambda event: self._start(event, {}),
            events.SequenceStartEvent: lambda event: self._start(event, []),
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
        }
        for event in parsed:
            if handle := build.get(type(event)):
                handle(event)
            elif isinstance(event, events.DocumentEndEvent):
                _refuse_more(text, event.end_mark.index)
                return self.top.value[0]
        return None

    def _start(self, event: Any, value: Any) -> None:
        top = self.top
        if top.is_mapping and top.key is None:
            self._fail(event, _NO_KEY, "write a string")
        if len(self.open) > DEEPEST:
            self._fail(event, _TOO_DEEP, "nest less")
        self.top = node = _Node(value, event, self.decoded).open()
        self.decoded += 1
        self.open.append(node)
        if event.anchor:
            self.anchors[event.anchor] = node

    def _end(self, _event: Any) -> None:
        closed = self.open.pop()
        self.top = top = self.open[-1]
        closed.is_open = False
        closed.size = self.decoded - closed.before
        if closed.height >= top.height:
            top.height = closed.height + 1
        self._add(closed.start, closed.value, closed.inside)

    def _scalar(self, event: Any) -> None:
        self.decoded += 1
        if event.anchor:
            self.anchors[event.anchor] = _Node(self._value(event), event)
        if self.top.is_mapping and self.top.key is None:
            self._key(event, event)
        else:
            self._add(event, self._value(event), _NOWHERE)

    def _alias(self, event: Any) -> None:
        node = self.anchors.get(event.anchor)
        if node is None:
            self._fail(
                event,
                f"there is no anchor &{shown(event.anchor)} before this",
                "write it before, or the value in its place",
            )
        if node.is_open:
            self._fail(event, f"&{shown(event.anchor)} holds itself", "write the value out")
        self.decoded += 1 + node.size
        self.from_aliases += node.size
        self._bound(event, node)
        if self.top.is_mapping and self.top.key is None:
            if node.height:
                self._fail(event, _NO_KEY, "write a string")
            self._key(event, node.start)
            return
        self.top.height = max(self.top.height, node.height + 1)
        # A list of mappings is merged where it stands, but not where an alias stands for it.
        is_merged = self.top.key is _MERGING
        self._add(event, [node.value] if is_merged else node.value, _NOWHERE)

    def _bound(self, event: Any, node: _Node) -> None:
        """Raise InputError where aliases stand for too much, for us or for kubectl."""
        if len(self.open) - 1 + node.height > DEEPEST:
            self._fail(event, _TOO_DEEP, "nest less")
        if self.from_aliases > _LARGEST_EXPANSION:
            what = f"aliases stand for more than {_LARGEST_EXPANSION} values"
            self._fail(event, what, "use fewer of them")
        # go-yaml bears more of them in what is short, but that is beyond our own bound.
        if self.decoded > 1000 and self.from_aliases > 0.99 * self.decoded:  # noqa: PLR2004
            what = "nearly all of this is aliases, and kubectl refuses that"
            self._fail(event, what, "use fewer of them")

    def _value(self, event: Any) -> Any:
        """Return what a scalar means."""
        value = event.value
        if event.tag is not None:
            value = as_json(self._tagged(event))
        elif event.implicit[0]:
            value = self.resolved[value]
        if value.__class__ is float and not math.isfinite(value):
            self._fail(event, f"{shown(event.value)} is no number that JSON can hold", "quote it")
        return value

    def _tagged(self, event: Any) -> Any:
        try:
            return tagged(event.value, event.tag)
        except KeyError:
            what = f"Kubernetes knows no tag {_tag(event.tag)}"
            self._fail(event, what, "leave the tag out")
        except ValueError:
            self._fail(event, f"{shown(event.value)} is no {_tag(event.tag)}", "leave the tag out")

    def _key(self, event: Any, scalar: Any) -> None:
        """Take the key at an event: a scalar that stands there, or for which an alias stands."""
        top, key = self.top, scalar.value
        top.key_mark = event.start_mark
        if key == _MERGE and event is scalar and (scalar.implicit[0] or scalar.tag == _MERGE_TAG):
            self.decoded -= 1
            top.key = _MERGING
            return
        if scalar.tag is not None or (
            scalar.implicit[0] and self.resolved[key].__class__ is not str
        ):
            key = self._spelled(event, scalar)
        elif key in top.written:
            self._double(event, key, is_text=True)
        top.written[key] = event.start_mark
        top.key = key

    def _spelled(self, event: Any, scalar: Any) -> str:
        value = resolve(scalar.value) if scalar.tag is None else self._tagged(scalar)
        try:
            key = spelled(value)
        except ValueError:
            self._fail(event, f"{shown(scalar.value) or 'nothing'} cannot be a key", "quote it")
        is_text = value.__class__ is str
        if key in self.top.written:
            self._double(event, key, is_text=is_text)
        if not is_text:
            self.no_texts.add((self.top.before, key))
        return key

    def _double(self, event: Any, key: str, *, is_text: bool) -> None:
        """Note a key that its mapping has already: the last one counts, as for kubectl."""
        top, known = self.top, (self.top.before, key)
        if is_text == (known in self.no_texts):
            what = f'the key "{shown(key)}" stands here and before, once as a text and once not'
            self._fail(event, f"{what}: kubectl takes either", "remove one")
        if known not in self.doubles and len(self.doubles) < _MOST_DOUBLES:
            around = (each.key if each.is_mapping else len(each.value) for each in self.open[1:-1])
            path = (*(part for part in around if part is not _MERGING), key)
            self.doubles[known] = path, [top.written[key].index]
        if known in self.doubles:
            self.doubles[known][1].append(event.start_mark.index)

    def _add(self, event: Any, value: Any, inside: "dict[str | int, Place]") -> None:
        top = self.top
        if top.key is _MERGING:
            self._merge(event, value, inside)
        elif top.is_mapping:
            top.value[top.key] = value
            if self.is_placing:
                place = Place(event.start_mark.index, top.key_mark.index, inside)
                top.inside[top.key] = place
        else:
            if self.is_placing:
                index = event.start_mark.index
                top.inside[len(top.value)] = Place(index, index, inside)
            top.value.append(value)
        top.key = None

    def _merge(self, event: Any, value: Any, inside: "dict[str | int, Place]") -> None:
        """Lay mappings over what stands before the <<, as go-yaml does; of several, the first wins.

        What an alias stands for is placed at the alias.
        """
        here = Place(event.start_mark.index, self.top.key_mark.index, inside)
        parts = [(value, here)]
        if isinstance(value, list):
            parts = [(each, inside.get(number, here)) for number, each in enumerate(value)]
        if not all(isinstance(each, dict) for each, _ in parts):
            self._fail(event, "<< merges mappings only", "name a mapping's anchor")
        for each, around in reversed(parts):
            self.top.value.update(each)
            if self.is_placing:
                beside = Place(around.at, here.key_at, _NOWHERE)
                self.top.inside.update({key: around.inside.get(key, beside) for key in each})

    def _fail(self, event: Any, what: str, fix: str) -> NoReturn:
        raise Fault(event.start_mark.index, what, fix)


def _refuse_more(text: str, end: int) -> None:
    behind = _BLANKS.match(text, end)
    for line in _LINE.finditer(text, behind.end() if behind else end):
        if not _SAYS_NOTHING.fullmatch(line[0]):
            what = "the document has ended before this, and kubectl reads no further"
            fix = "write a line --- before it, or remove it"
            if line[0].startswith("---"):
                fix = "end the lines with line feeds (LF): kubectl knows no other before a ---"
            raise Fault(line.end() - len(line[0].lstrip(" \t")), what, fix)


class _Resolved(dict[str, Any]):
    """What plain scalars mean; most of a dump's repeat."""

    def __missing__(self, text: str) -> Any:
        value = self[text] = as_json(resolve(text))
        return value


def shown(text: str, longest: int = 60) -> str:
    """Return how messages name a text of the file: in short, odd characters escaped."""
    text = text if len(text) <= longest else f"{text[: longest - 3]}..."
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def _tag(tag: str) -> str:
    return shown(tag.replace(TAG, "!!", 1))
