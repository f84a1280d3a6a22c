"""A text whose value has changed means the new value, and keeps its lines where it can."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.documents.rewriting import rewritten
from sfsgen.documents.yaml_reader import read

pytestmark = pytest.mark.without_libraries

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab:#-'\n é", max_size=6))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
ITEMS = st.dictionaries(st.sampled_from(["kind", "a", "b"]), VALUES, min_size=1)


def value_of(text: str) -> Any:
    (document,) = read(text, "")
    return document.value


@settings(max_examples=60)
@given(
    items=st.lists(ITEMS, max_size=3),
    replaced=st.lists(ITEMS, max_size=3),
    more=st.lists(ITEMS, max_size=2),
    is_flow=st.booleans(),
    has_results=st.booleans(),
)
def test_whatever_stands_in_it_the_text_means_what_is_wanted(
    items: list[Any], replaced: list[Any], more: list[Any], is_flow: bool, has_results: bool
) -> None:
    whole = {"kind": "List", "items": items, "last": "kept"}
    text = yaml.safe_dump(whole, default_flow_style=is_flow, sort_keys=False)
    before = value_of(text)
    kept = [*replaced, *before["items"][len(replaced) :]][: len(before["items"])]
    after = {**before, "items": [*kept, *more]}
    if has_results:
        after["results"] = [{"message": "wrong: this"}]
    made = rewritten(text, before, after, is_json=False, list_at=("items",))
    assert value_of(made) == after
    if before == after:
        assert made == text


@pytest.mark.parametrize(
    ("text", "after", "made"),
    [
        ("a: 1 # one\nb: 2\n", {"a": 1, "b": 3}, "a: 1 # one\nb: 3\n"),
        ("a: {b: 1} # one\n", {"a": {"b": 1, "c": 2}}, "a: {b: 1, c: 2} # one\n"),
        ("a: 1\n# gone\nb: 2\n", {"a": 1}, "a: 1\n# gone\n"),
        (
            "a: &a [1] # one\nitems:\n- *a # two\n",
            {"a": [1], "items": [[1], 2]},
            "a: &a [1] # one\nitems:\n- *a # two\n- 2\n",
        ),
        ("a: &a 1\nb: *a # one\n", {"a": 1, "b": 2}, "a: &a 1\nb: 2 # one\n"),
        ("a: &a [1]\nitems: *a\n", {"a": [1], "items": [1, 2]}, "a:\n- 1\nitems:\n- 1\n- 2\n"),
        ("items: null # one\n", {"items": [1]}, "items:\n- 1 # one\n"),
        ("items:\n- a # one\n", {"items": ["a", "b"]}, "items:\n- a # one\n- b\n"),
        ("items:\n  - a\n# end\n", {"items": ["a", "b"]}, "items:\n  - a\n  - b\n# end\n"),
        ("items: [a]\n", {"items": ["a", {"b": 1}]}, "items: [a, {b: 1}]\n"),
        ("items: []\nb: 1\n", {"items": ["a"], "b": 1}, "items:\n- a\nb: 1\n"),
        ("items:\nb: 1\n", {"items": ["a"], "b": 1}, "items:\n- a\nb: 1\n"),
        ("b: 1\n", {"b": 1, "items": ["a"]}, "b: 1\nitems:\n- a\n"),
        # Where an edit would mean something else, all is written anew.
        ("a: &x {c: 1}\nb: *x\n", {"a": {"c": 2}, "b": {"c": 1}}, "a:\n  c: 2\nb:\n  c: 1\n"),
    ],
)
def test_its_own_lines_stay(text: str, after: Any, made: str) -> None:
    found = rewritten(text, value_of(text), after, is_json=False, list_at=("items",))
    assert value_of(found) == after
    assert found == made
