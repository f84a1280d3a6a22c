"""Schemas that values are held against: one walk along both, which tells each fault as data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import contains
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.versions import NEWEST, OLDEST, Target

KEY_WORDS = frozenset(("additionalProperties", "items", "properties"))
"""The words that say which keys there are, and nothing of their values; minors always count."""

_NULL = type(None)
_NUMBERS = frozenset((int, float))
# Type: what messages call it, and of which classes its values are.
_TYPES: dict[str, tuple[str, frozenset[type]]] = {
    "array": ("a list", frozenset((list,))),
    "boolean": ("true or false", frozenset((bool,))),
    "integer": ("a whole number", frozenset((int,))),  # 2.0 is read as 2
    "null": ("null", frozenset((_NULL,))),
    "number": ("a number", _NUMBERS),
    "object": ("a mapping", frozenset((dict,))),
    "string": ("a string", frozenset((str,))),
}
_ANYTHING = frozenset((_NULL,)).union(*(classes for _, classes in _TYPES.values()))


class Fault(NamedTuple):
    """A word of a schema that a value does not keep."""

    path: Path
    word: str
    wanted: Any
    """What the schema says there; of an unknown key, the keys that there are."""
    value: Any = None


class Terms(NamedTuple):
    """How schemas are read: what their references mean, for which minors, and which words count."""

    types: Mapping[str, Any] = {}
    target: Target = Target()
    words: frozenset[str] | None = None

    def said(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return the words of a schema that count, with those of the type that it refers to."""
        name = source.get("$ref", "").rpartition("/")[2]
        words = {**self.types.get(name, {}), **source}
        return {word: words[word] for word in words if self.words is None or word in self.words}


class Schema:
    """A schema or a part of one, made ready when it is first needed.

    It is of the words of JSON Schema that our tables use, and of three more: `x-since` and
    `x-until` are the first and the last minor that have a property, `x-quantity` asks for one.
    The value of a key may be null: to Kubernetes that is as if the key were not there.
    """

    def __init__(
        self, source: Mapping[str, Any], terms: Terms, of_key: Sequence[Fault] | None = None
    ) -> None:
        """Read a schema; `of_key` is what is wrong with the key that leads to it, if one does."""
        said = terms.said(source)
        self.of_key = of_key
        self.required: Sequence[str] = said.get("required", ())
        self.items = Schema(said["items"], terms).judging() if "items" in said else None
        self.members = _Members(said, terms)
        self.tests = [(word, said[word], _TESTS[word]) for word in said if word in _TESTS]
        # Classes whose values pass all tests, and those with nothing to look at inside either.
        self.sound: frozenset[type] = frozenset()
        if not of_key and all(word == "type" for word, _, _ in self.tests):
            self.sound = _classes(said["type"]) if self.tests else _ANYTHING
        inside: Mapping[type, Any] = {dict: self.members.are_judged, list: self.items}
        self.plain = frozenset(each for each in self.sound if not inside.get(each))
        if of_key is not None and not of_key:
            self.plain |= {_NULL}
        self.right = set[str]()  # texts that have passed all tests

    def judging(self) -> "Schema | None":
        """Return the schema, or None for one to which all values are right."""
        return None if self.plain >= _ANYTHING else self

    def faults(self, value: Any) -> list[Fault]:
        """Return what is wrong with a value and what is inside it, in the order of the value."""
        found: list[Fault] = []
        kind = value.__class__
        if kind is dict:
            members = self.members
            for key, each in value.items():
                part = members[key]
                if part is not None and each.__class__ not in part.plain:  # noqa: SIM102
                    if inner := part.faults(each):
                        found += _inside(key, inner)
        elif kind is list and (part := self.items) is not None:
            for index, each in enumerate(value):
                if each.__class__ not in part.plain and (inner := part.faults(each)):
                    found += _inside(index, inner)
        if kind not in self.sound and not (kind is str and value in self.right):
            found += self._misfits(value)
        return found

    def unusable(self, path: Path) -> Path:
        """Return the path of what is no good without the value at a path: itself, or around it."""
        part: Schema | None = self
        needed = []  # for each step of the path: must what is around it have it?
        for key in path:
            needed.append(part is not None and key in part.required)
            part = part and (part.items if isinstance(key, int) else part.members[key])
        while needed and needed.pop():
            path = path[:-1]
        return path

    def _misfits(self, value: Any) -> list[Fault]:
        """Return what is wrong with a value itself."""
        found = list(self.of_key or ())
        if value is not None or self.of_key is None:
            for word, wanted, keeps in self.tests:
                if not keeps(wanted, value):
                    found.append(Fault((), word, wanted, value))
        if not found and isinstance(value, str):
            self.right.add(value)
        return found


class _Members(dict[str, Schema | None]):
    """The schemas of an object's keys, from the first value on that has the key; None takes all."""

    def __init__(self, said: Mapping[str, Any], terms: Terms) -> None:
        self.properties, self.terms = said.get("properties", {}), terms
        others = said.get("additionalProperties", True)
        self.others: Schema | None = None
        if others is False:
            unknown = Fault((), "additionalProperties", tuple(self.properties))
            self.others = Schema({}, terms, [unknown])
        elif others is not True:
            self.others = Schema(others, terms, []).judging()
        self.are_judged = self.properties or self.others

    def __missing__(self, key: str) -> Schema | None:
        schema = self.others
        if (source := self.properties.get(key)) is not None:
            of_key = list(of_minors(source, self.terms.target))
            schema = Schema(source, self.terms, of_key).judging()
        self[key] = schema
        return schema


def _inside(part: str | int, faults: Sequence[Fault]) -> Iterator[Fault]:
    """Yield faults as they are told from around the value."""
    for fault in faults:
        yield fault._replace(path=(part, *fault.path))


def of_minors(source: Mapping[str, Any], target: Target) -> Iterator[Fault]:
    """Yield the first and the last minor of a property where they are not a target's."""
    if (since := source.get("x-since", OLDEST)) > target.oldest:
        yield Fault((), "x-since", since)
    if (until := source.get("x-until", NEWEST)) < target.newest:
        yield Fault((), "x-until", until)


def listed(types: str | Sequence[str]) -> Sequence[str]:
    """Return the types that a schema names: one, or several."""
    return [types] if isinstance(types, str) else types


def called(types: str | Sequence[str]) -> str:
    """Return what messages call a value of some types."""
    return " or ".join(_TYPES[each][0] for each in listed(types))


def _classes(types: str | Sequence[str]) -> frozenset[type]:
    return frozenset(each for name in listed(types) for each in _TYPES[name][1])


def _is_quantity(_wanted: object, value: object) -> bool:
    try:
        nano_units(str(value))
    except ValueError:
        return False
    return True


# Word: whether a value keeps it, where the schema says this.
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": contains,
    "maximum": lambda wanted, value: value.__class__ not in _NUMBERS or value <= wanted,
    "minItems": lambda wanted, value: value.__class__ is not list or len(value) >= wanted,
    "minimum": lambda wanted, value: value.__class__ not in _NUMBERS or value >= wanted,
    "required": lambda wanted, value: value.__class__ is not dict or value.keys() >= {*wanted},
    "type": lambda wanted, value: value.__class__ in _classes(wanted),
    "x-quantity": _is_quantity,
}
