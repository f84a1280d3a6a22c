"""Changes to values of a text: what they do, and that nothing else changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.documents.document import GONE
from sfsgen.documents.yaml_editor import Change, NotEditableError, changed, edited
from sfsgen.documents.yaml_reader import read
from sfsgen.documents.yaml_writer import block

VOLUME = """\
# the first
kind: PersistentVolume   # of web
metadata: {name: pv-0}
spec:
  claimRef: # who
    name: a
    uid: x  # from a dump
    namespace: shop
  capacity:
    storage: 1Gi # size

  # what follows
  nfs: {server: nfs, path: /a}
"""


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("spec", "claimRef", "name"), "b", "    name: a\n", "    name: b\n"),
        (("spec", "claimRef", "name"), "no", "    name: a\n", '    name: "no"\n'),
        (("spec", "claimRef", "name"), "a: b", "    name: a\n", '    name: "a: b"\n'),
        (("spec", "claimRef", "uid"), GONE, "    uid: x  # from a dump\n", ""),
        (("spec", "claimRef", "kind"), GONE, "", ""),
        (("spec", "nfs", "server"), GONE, "{server: nfs, path: /a}", "{path: /a}"),
        (("spec", "nfs", "path"), GONE, "{server: nfs, path: /a}", "{server: nfs}"),
        (("spec", "nfs", "readOnly"), True, "path: /a}", "path: /a, readOnly: true}"),
        (("metadata", "labels", "a"), "{b}", "pv-0}", 'pv-0, labels: {a: "{b}"}}'),
        (("spec", "class"), "", "path: /a}\n", 'path: /a}\n  class: ""\n'),
        (("spec", "claimRef", "kind"), "PVC", "shop\n", "shop\n    kind: PVC\n"),
        (("spec", "capacity", "x"), {"z": [1]}, "size\n", "size\n    x:\n      z:\n      - 1\n"),
        (("status", "phase"), "Bound", "path: /a}\n", "path: /a}\nstatus:\n  phase: Bound\n"),
    ],
)
def test_a_change_and_the_lines_that_change(
    path: tuple[str, ...], value: Any, old: str, new: str
) -> None:
    assert edited(VOLUME, [Change(path, value)], is_json=False) == VOLUME.replace(old, new, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: [x]  # c\n", "a: [w, z]  # c\n"),
        ("a:\n- x\n# c\n", "a:\n- w\n- z\n# c\n"),
        ("a:\n  - x  # c\nb: 1\n", "a:\n  - w\n  - z  # c\nb: 1\n"),
    ],
)
def test_a_list_gives_way_to_another_in_its_style(before: str, after: str) -> None:
    assert edited(before, [Change(("a",), ["w", "z"])], is_json=False) == after


@pytest.mark.parametrize("gone", ["ab", "bc", "ac", "abc"])
def test_neighbours_in_braces_go_together(gone: str) -> None:
    changes = [Change(("x", key), GONE) for key in gone]
    text = edited("x: {a: 1, b: 2, c: 3}\n", changes, is_json=False)
    left = {key: each for key, each in {"a": 1, "b": 2, "c": 3}.items() if key not in gone}
    assert read(text, "a")[0].value == {"x": left}


def test_many_changes_at_once() -> None:
    changes = [
        Change(("spec", "claimRef", "uid"), GONE),
        Change(("spec", "claimRef", "name"), "b"),
        Change(("spec", "nfs", "server"), "other"),
        Change(("kind",), "PV"),
    ]
    text = edited(VOLUME, changes, is_json=False)
    assert [each.value for each in read(text, "a")] == [
        changed(read(VOLUME, "a")[0].value, changes)
    ]
    assert "# from a dump" not in text
    assert "# size" in text


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        ('{"a": {"b": "c"}}', ("a", "b"), "d", '{"a": {"b": "d"}}'),
        ('{"a": {"b": "c"}}', ("a", "e"), "d", '{"a": {"b": "c", "e": "d"}}'),
        ('{"a": {}}', ("a",), {"e": "d"}, '{"a": {"e": "d"}}'),
        ('{"a": {}}', ("a", "e"), "d", '{"a": {"e": "d"}}'),
        ('{"a": {"b": 1, "c": 2}}', ("a", "b"), GONE, '{"a": {"c": 2}}'),
        ('{"a": null}', ("a",), {"b": "c"}, '{"a": {"b": "c"}}'),
        ('{"a": {"b": 1, "c": 2}}', ("a", "c"), GONE, '{"a": {"b": 1}}'),
        ('{\n  "a": 1\n}', ("b",), "c", '{\n  "a": 1,\n  "b": "c"\n}'),
        ('{"items": [{"a": 1}, {"a": 2}]}', ("items", 1, "a"), 3, None),
    ],
)
def test_json_stays_json(before: str, path: tuple[Any, ...], value: Any, after: str | None) -> None:
    text = edited(before, [Change(path, value)], is_json=True)
    assert after in (None, text)
    assert json.loads(text) == changed(json.loads(before), [Change(path, value)])


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("- a: 1\n", (0, "a"), GONE),  # nothing would be left of the mapping
        ("- a: 1\n  b: 2\n", (0, "a"), GONE),  # it stands behind the dash
        ("a:\n", ("a", "b"), "c"),
        ("a: [1]\n", ("a",), "c"),
        ("a: {b: c}\n", ("a",), {"d": "e"}),
        ("a: b\n", ("a",), {"c": "d"}),
    ],
)
def test_what_cannot_be_changed_by_lines_of_its_own(
    text: str, path: tuple[Any, ...], value: Any
) -> None:
    with pytest.raises(NotEditableError):
        edited(text, [Change(path, value)], is_json=False)


keys = st.sampled_from(("a", "name", "no", "x: y", "ä", "1"))
scalars = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans())
trees = st.recursive(
    scalars, lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3), max_leaves=8
)


@given(st.dictionaries(keys, trees, min_size=1), st.lists(keys, min_size=1, max_size=3), scalars)
def test_any_value_is_added_or_replaced_as_meant_or_refused(
    tree: dict[str, Any], path: list[str], value: Any
) -> None:
    before = block(tree, 0) + "\n"
    change = Change(tuple(path), value)
    try:
        after = edited(before, [change], is_json=False)
    except NotEditableError:
        return
    assert read(after, "a")[0].value == changed(tree, [change])
