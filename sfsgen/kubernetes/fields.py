"""Which fields of an object a minor does not take, from fields.json."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.documents.paths import Path
from sfsgen.kubernetes.versions import NEWEST, NOT_READY_FIELD, OLDEST, TABLE_OF_FIELDS, Target

# Top-level fields, which every kind has.
_OBJECT = ("apiVersion", "kind", "metadata", "spec", "status")
# Fields of all metadata, that hold no fields.
_EVERYDAY = frozenset(("annotations", "labels", "name", "namespace"))
# A field that a minor takes before it heeds it.
_TAKEN_SINCE = {("ServiceSpec", "publishNotReadyAddresses"): NOT_READY_FIELD.since}


class Oddity(NamedTuple):
    """A field that a target does not take, and the minors that do; None where none does."""

    path: Path
    since: int | None
    until: int | None
    known: tuple[str, ...] = ()
    """The fields that there are beside it."""
    in_spec: tuple[str, ...] = ()
    """The fields of the object's spec."""


class _Field(NamedTuple):
    """A field of a type: the minors that take it, and the type of what it holds."""

    since: int
    until: int
    inner: str
    """The type of its value, or of the items or values in it; "" for one without fields."""
    is_list: bool
    is_map: bool


class Fields:
    """The fields of Kubernetes' types, as a target takes them."""

    def __init__(self, target: Target) -> None:
        data = TABLE_OF_FIELDS.read_bytes()
        self._definitions = json.loads(data)["$defs"]
        self._target = target
        self._types: dict[str, dict[str, _Field]] = {}
        # Most objects of an input have the same fields: what is known of them is kept.
        self._known: dict[tuple[str, tuple[str, ...]], tuple[bool, list[tuple[str, _Field]]]] = {}

    def oddities(self, kind: str, value: Mapping[str, Any]) -> list[Oddity]:
        """Return the fields of an object that the target does not take."""
        found = [Oddity((key,), None, None, _OBJECT) for key in value if key not in _OBJECT]
        spec = "StatefulSetSpec" if kind == "PetSet" else f"{kind}Spec"
        metadata = value["metadata"]
        if not metadata.keys() <= _EVERYDAY:
            self._look("ObjectMeta", metadata, ("metadata",), found)
        self._look(spec, value.get("spec"), ("spec",), found)
        return [each._replace(in_spec=tuple(self._fields(spec))) for each in found]

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the fields of a kind's spec, in all minors."""
        return tuple(self._fields(f"{kind}Spec"))

    def _look(self, name: str, value: Any, path: Path, found: list[Oddity]) -> None:
        """Add what is odd in a value of a type. As deep as documents are read."""
        if not isinstance(value, dict):
            return
        keys = tuple(value)
        if (name, keys) not in self._known:
            self._known[name, keys] = self._judged(name, keys)
        is_odd, deeper = self._known[name, keys]
        if is_odd:
            found += self._odd(name, keys, path)
        for key, field in deeper:
            each = value[key]
            if field.is_list and isinstance(each, list):
                for index, one in enumerate(each):
                    self._look(field.inner, one, (*path, key, index), found)
            elif field.is_map and isinstance(each, dict):
                for inner_key, one in each.items():
                    self._look(field.inner, one, (*path, key, inner_key), found)
            else:
                self._look(field.inner, each, (*path, key), found)

    def _judged(self, name: str, keys: tuple[str, ...]) -> tuple[bool, list[tuple[str, _Field]]]:
        fields = self._fields(name)
        is_odd = any(key not in fields or not self._takes(fields[key]) for key in keys)
        return is_odd, [
            (key, fields[key])
            for key in keys
            if key in fields and fields[key].inner and self._takes(fields[key])
        ]

    def _odd(self, name: str, keys: tuple[str, ...], path: Path) -> Iterator[Oddity]:
        fields = self._fields(name)
        for key in keys:
            if key not in fields:
                yield Oddity((*path, key), None, None, tuple(fields))
            elif not self._takes(fields[key]):
                yield Oddity((*path, key), fields[key].since, fields[key].until)

    def _takes(self, field: _Field) -> bool:
        return field.since <= self._target.oldest and self._target.newest <= field.until

    def _fields(self, name: str) -> dict[str, _Field]:
        if name not in self._types:
            definition = self._definitions[name].get("properties", {})
            self._types[name] = {
                key: self._field(name, key, each) for key, each in definition.items()
            }
        return self._types[name]

    def _field(self, name: str, key: str, schema: Mapping[str, Any]) -> _Field:
        items, values = schema.get("items"), schema.get("additionalProperties")
        is_map = isinstance(values, dict)
        holder: Mapping[str, Any] = items or (values if isinstance(values, dict) else schema)
        inner = holder.get("$ref", "").rpartition("/")[2]
        if inner and "properties" not in self._definitions[inner]:
            inner = ""  # a quantity, a time: a scalar of its own name
        since = _TAKEN_SINCE.get((name, key), schema.get("x-since", OLDEST))
        return _Field(since, schema.get("x-until", NEWEST), inner, bool(items), is_map)
