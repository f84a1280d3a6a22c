"""The walk along schemas: as jsonschema judges them, and what it does beyond, for Kubernetes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sfsgen.documents.document import Path
from sfsgen.kubernetes.readable import READ
from sfsgen.kubernetes.schemas import KEY_WORDS, Schema, Terms
from sfsgen.kubernetes.versions import NEWEST, OLDEST, Target
from sfsgen.values import vocabulary

pytestmark = pytest.mark.without_libraries

OF_VALUES = vocabulary.schema()
ALL_MINORS = Target(NEWEST, OLDEST)  # every field's first minor has come, and no last one
KNOWN = {
    *("$ref", "additionalProperties", "enum", "items", "maximum", "minItems", "minimum"),
    *("properties", "required", "type", "x-quantity", "x-since", "x-until"),
}
SAYS_NOTHING = {"$defs", "$schema", "description", "format", "title"}


def inside(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the schemas that stand in one, each below its word."""
    for word in ("$defs", "properties"):
        yield from ((word, each) for each in schema.get(word, {}).values())
    for word in ("items", "additionalProperties"):
        if isinstance(each := schema.get(word), dict):
            yield word, each


def all_inside(word: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield word, schema
    for each in inside(schema):
        yield from all_inside(*each)


TABLES = [
    *all_inside("", OF_VALUES),
    *(found for kind in READ.values() for found in all_inside("", {"properties": kind})),
]


def test_the_tables_use_no_other_words_than_the_walk_knows() -> None:
    assert {word for _, schema in TABLES for word in schema} == KNOWN | SAYS_NOTHING


def test_the_tables_say_each_thing_where_the_walk_looks_for_it() -> None:
    types = OF_VALUES["$defs"]
    for word, schema in TABLES:
        assert word == "properties" or not {"x-since", "x-until"} & schema.keys()
        if name := schema.get("$ref", "").removeprefix("#/$defs/"):
            assert not schema.keys() & types[name].keys()
            assert "$ref" not in types[name]


def without_null(value: Any) -> Any:
    """Return a value without keys that have none, and without whole numbers that have a point."""
    if isinstance(value, dict):
        return {key: without_null(each) for key, each in value.items() if each is not None}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return [without_null(each) for each in value] if isinstance(value, list) else value


KEYS = st.sampled_from(["a", "b", "c", "name", "image"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(-3, 3, allow_nan=False),
    st.sampled_from(["", "a", "Retain", "1Gi", "v1"]),
)
VALUES = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each, max_size=3)
).map(without_null)
TYPES = st.sampled_from(["array", "boolean", "integer", "number", "object", "string"])


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(KEYS, inner, max_size=3),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "required": st.lists(KEYS, max_size=2, unique=True),
        },
    )


PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "enum": st.lists(st.sampled_from(["", "a", "Retain"]), min_size=1, unique=True),
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "minItems": st.integers(0, 2),
    },
)
REFERENCES = st.sampled_from(["#/$defs/A", "#/$defs/B"]).map(lambda each: {"$ref": each})
DEFINED = st.recursive(PLAIN, objects, max_leaves=4)
SCHEMAS = st.builds(
    lambda schema, a, b: {**schema, "$defs": {"A": a, "B": b}},
    st.recursive(PLAIN | REFERENCES, objects, max_leaves=8),
    DEFINED,
    DEFINED,
)


def walked(schema: Mapping[str, Any], value: Any) -> set[tuple[Path, str]]:
    found = Schema(schema, Terms(schema["$defs"], ALL_MINORS)).faults(value)
    return {(each.path, each.word) for each in found if each.word != "x-quantity"}


def judged(schema: Mapping[str, Any], value: Any) -> set[tuple[Path, str]]:
    """Return what jsonschema finds, each unknown key by itself."""
    found = set()
    for error in Draft202012Validator(schema).iter_errors(value):
        path = tuple(error.absolute_path)
        of: Any = error.schema
        if error.validator == "additionalProperties":
            unknown = error.instance.keys() - of.get("properties", {}).keys()
            found |= {((*path, key), error.validator) for key in unknown}
        else:
            found.add((path, str(error.validator)))
    return found


@given(SCHEMAS, VALUES)
def test_invented_values_are_judged_by_invented_schemas_as_jsonschema_does(
    schema: Mapping[str, Any], value: Any
) -> None:
    assert walked(schema, value) == judged(schema, value)


@st.composite
def nearly_right(draw: st.DrawFn, schema: Mapping[str, Any]) -> Any:
    """Return a value that a schema is nearly content with."""
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    schema = {**OF_VALUES["$defs"].get(name, {}), **schema}
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else draw(st.sampled_from(kinds))
    if draw(st.integers(0, 9)) == 0:
        return draw(VALUES)
    if kind == "object":
        properties = schema.get("properties", {})
        keys = draw(st.lists(st.sampled_from([*properties, "a"]), max_size=4, unique=True))
        other = schema.get("additionalProperties") or {}
        return {key: draw(nearly_right(properties.get(key, other))) for key in keys}
    if kind == "array":
        return draw(st.lists(nearly_right(schema["items"]), max_size=3))
    if kind == "string":
        return draw(st.sampled_from(schema.get("enum", ["1Gi"])))
    return draw(st.booleans() if kind == "boolean" else st.integers(-1, 9))


@given(nearly_right(OF_VALUES).map(without_null))
def test_invented_values_files_are_judged_as_jsonschema_does(value: Any) -> None:
    assert walked(OF_VALUES, value) == judged(OF_VALUES, value)


FIELDS = {
    "new": {"type": "string", "x-since": 30},
    "old": {"type": "string", "x-until": 20},
    "number": {"minimum": 1, "maximum": 3},
    "size": {"x-quantity": True},
    "sizes": {"items": {"x-quantity": True}},
    "whole": {"$ref": "#/$defs/Whole", "x-since": 10},
}
WHOLE = {"properties": {"a": {"type": "string"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("value", "target", "found"),
    [
        # the minors of a property
        ({"new": "a"}, Target(30, 37), []),
        ({"new": "a"}, Target(29, 37), [(("new",), "x-since")]),
        ({"new": 1}, Target(29, 29), [(("new",), "x-since"), (("new",), "type")]),
        ({"old": "a"}, Target(20, 20), []),
        ({"old": "a"}, Target(20, 21), [(("old",), "x-until")]),
        ({"whole": {"b": 1}}, Target(10, 37), [(("whole", "b"), "additionalProperties")]),
        ({"whole": {"a": "x"}}, Target(9, 9), [(("whole",), "x-since")]),
        # bounds
        ({"number": 1}, Target(), []),
        ({"number": 3}, Target(), []),
        ({"number": 0}, Target(), [(("number",), "minimum")]),
        ({"number": 4}, Target(), [(("number",), "maximum")]),
        # quantities
        ({"size": "1Gi"}, Target(), []),
        ({"size": 1.5}, Target(), []),
        ({"size": "1 GB"}, Target(), [(("size",), "x-quantity")]),
        ({"size": [1]}, Target(), [(("size",), "x-quantity")]),
        ({"sizes": ["1", "x"]}, Target(), [(("sizes", 1), "x-quantity")]),
        # null is as good as no key, and no item
        ({"size": None, "new": None}, Target(30, 30), []),
        ({"new": None}, Target(29, 29), [(("new",), "x-since")]),
        ({"whole": {"b": None}}, Target(), [(("whole", "b"), "additionalProperties")]),
        ({"sizes": [None]}, Target(), [(("sizes", 0), "x-quantity")]),
        # from top to bottom
        ({"size": "x", "old": "a"}, Target(), [(("size",), "x-quantity"), (("old",), "x-until")]),
        ({"old": "a", "size": "x"}, Target(), [(("old",), "x-until"), (("size",), "x-quantity")]),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_fields_of_an_object(
    value: Any, target: Target, found: list[tuple[Path, str]]
) -> None:
    faults = Schema({"properties": FIELDS}, Terms({"Whole": WHOLE}, target)).faults(value)
    assert [each[:2] for each in faults] == found


def test_the_words_of_keys_judge_no_values() -> None:
    terms = Terms({"Whole": WHOLE}, Target(29, 29), KEY_WORDS)
    value = {"size": "x", "whole": {"a": 1, "b": 1}, "new": 1}
    faults = Schema({"properties": FIELDS}, terms).faults(value)
    assert [each.path for each in faults] == [("whole", "b"), ("new",)]


@pytest.mark.parametrize(
    ("path", "unusable"),
    [
        (("replicas",), ("replicas",)),
        (("pod", "containers", 0, "name"), ("pod", "containers", 0)),
        (("pod", "containers", 0, "command", 0), ("pod", "containers", 0, "command", 0)),
        (("service", "ports", 1, "port"), ("service", "ports", 1)),
        (("container", "env", 0, "valueFrom", "fieldRef", "fieldPath"),
            ("container", "env", 0, "valueFrom", "fieldRef")),
        (("labels", "app"), ("labels", "app")),
        (("nonsense", 0, "more"), ("nonsense", 0, "more")),
    ],
)  # fmt: skip
def test_what_must_have_a_value_is_no_good_without_it(path: Path, unusable: Path) -> None:
    assert Schema(OF_VALUES, Terms(OF_VALUES["$defs"])).unusable(path) == unusable
