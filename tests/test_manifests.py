"""Objects of YAML and JSON text: all that are there, each with its place, and what is no object."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sfsgen.documents.document import Path as Inside
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import doubles, read_manifests, sources
from sfsgen.problems import InputError, Problem
from tests.program import sfsgen

pytestmark = pytest.mark.usefixtures("parser")
DUMPS = sorted((Path(__file__).parents[1] / "examples").glob("*/dump.*"))


def read(text: str | bytes) -> tuple[list[Manifest], list[Problem]]:
    return read_manifests(text.encode() if isinstance(text, str) else text, "f")


def names(text: str | bytes) -> list[str]:
    """Return kind/name of all that is read, where nothing is wrong."""
    manifests, problems = read(text)
    assert problems == []
    return [f"{each.kind}/{each.name}" for each in manifests]


def an_object(name: str, kind: str = "A") -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n"


def test_an_object_knows_what_it_is_and_where_it_stands() -> None:
    text = "# Source: web/templates/a.yaml\n---\nkind: StatefulSet\napiVersion: apps/v1\n"
    text += "metadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 2\n"
    ((found,), problems) = read(text)
    assert problems == []
    assert found[:4] == ("apps/v1", "StatefulSet", "shop", "web")
    assert found.value["spec"] == {"replicas": 2}
    assert found.where() == "f:3:1"
    assert found.where(("spec", "replicas")) == "f:9:13"
    assert found.where(("spec", "replicas"), key=True) == "f:9:3"
    assert found.where(("spec", "ordinals", "start")) == "f:9:3"


LIST = """\
apiVersion: b/v1
kind: BList
metadata: {resourceVersion: ""}
items:
- {apiVersion: v1, kind: A, metadata: {name: a}}
- metadata:
    name: b
- metadata: {name: c}
  apiVersion: b/v2
  kind: C
"""


@pytest.mark.parametrize("form", ["yaml", "json", "json on one line"])
def test_the_items_of_lists_are_objects(form: str) -> None:
    text = LIST
    if form != "yaml":
        text = json.dumps(yaml.safe_load(LIST), indent=4 if form == "json" else None)
    manifests, problems = read(text)
    assert problems == []
    assert [(each.api_version, each.kind, each.name) for each in manifests] == [
        *(("v1", "A", "a"), ("b/v1", "B", "b"), ("b/v2", "C", "c"))
    ]
    if form == "yaml":
        places = [each.where(("metadata", "name"), key=True) for each in manifests]
        assert places == ["f:5:40", "f:7:5", "f:8:14"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (an_object("a") + "---\n" + an_object("b"), ["A/a", "A/b"]),
        ("---\n# x\n---\n---\n" + an_object("a") + "...\n---\n", ["A/a"]),
        (an_object("a").replace("\n", "\r\n"), ["A/a"]),
        ("\ufeff" + an_object("a"), ["A/a"]),
        ("\ufeff" + an_object("a") + "---\n\ufeff" + an_object("b"), ["A/a", "A/b"]),
        ("# nothing\n", []),
        ("---\n", []),
        ("null\n", []),
        ("kind: List\napiVersion: v1\nitems: []\n", []),
        ("kind: List\napiVersion: v1\nitems: null\n", []),
        ("kind: List\napiVersion: v1\n", []),
        ("kind: AList\napiVersion: v1\nitems: null\n", []),
        (an_object("a", "AllowList"), ["AllowList/a"]),
        (
            an_object("a", "Thing") + "items:\n- {kind: A, apiVersion: v1, metadata: {name: b}}",
            ["A/b"],
        ),
        ("kind: A\napiVersion: v1\nmetadata: {generateName: a-}\n", ["A/"]),
        ("kind: A\napiVersion: v1\nmetadata: {name: a, namespace: null}\n", ["A/a"]),
        ("---\n{kind: A, apiVersion: v1, metadata: {name: a}}", ["A/a"]),
        (" " * 4096 + "{kind: A, apiVersion: v1, metadata: {name: a}}", ["A/a"]),
        ('{"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}', ["A/a"]),
        ('\n {"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}\n' * 3, ["A/a"] * 3),
        ('---\n{"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}\n' * 2, ["A/a"] * 2),
        ("kind: A\napiVersion: v1\nmetadata: &m {name: a}\nspec: *m", ["A/a"]),
    ],
)
def test_what_is_read(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.parent.name)
def test_dumps_of_clusters_are_read_whole(dump: Path) -> None:
    documents = yaml.safe_load_all(dump.read_text())
    expected = [each for found in documents for each in found.get("items", [found])]
    manifests, problems = read(dump.read_bytes())
    assert problems == []
    assert [each.value for each in manifests] == expected
    lines = dump.read_text().splitlines()
    for each in manifests:
        line, column = map(int, each.where(("metadata", "name")).split(":")[1:])
        assert lines[line - 1][column - 1 :].strip('",') == each.name


NOT_ALL_OBJECTS = [
    ("- a", "1:1", "the document is a list, not an object"),
    ("a", "1:1", "the document is a string, not an object"),
    ("3", "1:1", "the document is a number, not an object"),
    ("kind: List\napiVersion: v1\nitems:\n- 1", "4:3", "items[0] is a number, not an object"),
    ("kind: List\napiVersion: v1\nitems: [null]", "3:9", "items[0] is nothing, not an object"),
    ("kind: List\napiVersion: v1\nitems: {}", "3:8", "items is a mapping, not a list"),
    ("kind: AllowList\napiVersion: v1\nitems: 3", "3:8", "items is a number, not a list"),
    (
        "kind: List\napiVersion: v1\nitems:\n- kind: List\n  items: []",
        "4:3",
        "items[0] is a list, and kubectl refuses lists of lists",
    ),
    (
        "kind: StatefulSet\napiVersion: apps/v1\nmetadata: {name: a}\nitems: []",
        "4:1",
        "kubectl takes the StatefulSet for a list",
    ),
    (
        "kind: ServiceList\napiVersion: v1\nitems:\n- kind: Service\n  metadata: {name: a}",
        "4:3",
        "Service has no apiVersion",
    ),
    (
        "kind: ServiceList\napiVersion: v1\nitems:\n- apiVersion: v1\n  metadata: {name: a}",
        "4:3",
        "the object has no kind",
    ),
    ("a: 1", "1:1", "it is no Kubernetes object: it has no apiVersion, no kind, no metadata"),
    ("kind: PersistentVolume", "1:1", "PersistentVolume has no metadata.name"),
    ("kind: Template\nobjects: []", "1:1", "it is no Kubernetes object: it has no apiVersion"),
    ("kind: PersistentVolume\nmetadata: {name: a}", "1:1", "PersistentVolume has no apiVersion"),
    ("kind: ''\napiVersion: v1\nmetadata: {name: a}", "1:7", "the object has no kind"),
    (
        "kind: PersistentVolume\napiVersion: v1\nmetadata:\n  labels: {}",
        "4:3",
        "has no metadata.name",
    ),
    (
        "kind: PersistentVolume\napiVersion: v1\nmetadata: {name: ''}",
        "3:18",
        "has no metadata.name",
    ),
    ("kind: PersistentVolume\napiVersion: v1\nmetadata: null", "3:11", "has no metadata.name"),
    (
        "kind: PersistentVolume\napiVersion: v1\nmetadata: [a]",
        "3:11",
        "metadata is a list, not a mapping",
    ),
    ("kind: 3\napiVersion: v1\nmetadata: {name: a}", "1:7", "kind is a number, not a string"),
    ("kind: 0\napiVersion: v1\nmetadata: {name: a}", "1:7", "kind is a number, not a string"),
    ("kind: [A]\napiVersion: v1\nmetadata: {name: a}", "1:7", "kind is a list, not a string"),
    (
        "kind: PersistentVolume\napiVersion: 1\nmetadata: {name: a}",
        "2:13",
        "apiVersion is a number",
    ),
    (
        "kind: PersistentVolume\napiVersion: v1\nmetadata: {name: 1.5}",
        "3:18",
        "metadata.name is a number",
    ),
    (
        "kind: PersistentVolume\napiVersion: v1\nmetadata: {name: yes}",
        "3:18",
        "metadata.name is true or false",
    ),
    (
        "kind: PersistentVolumeClaim\napiVersion: v1\nmetadata: {name: a, namespace: 0}",
        "3:32",
        "namespace is",
    ),
]


@pytest.mark.parametrize(("text", "where", "what"), NOT_ALL_OBJECTS)
def test_what_is_no_object_is_told_and_the_rest_is_read(text: str, where: str, what: str) -> None:
    manifests, problems = read(f"{text}\n---\n{an_object('x')}")
    assert [each.name for each in manifests] == ["x"]
    assert (f"f:{where}", True) in [(each.where, what in each.what) for each in problems]


def test_everything_that_an_object_lacks_is_told_at_once() -> None:
    _, problems = read("kind: Service\nspec: {}")
    assert [each.what.removeprefix("Service has no ") for each in problems] == [
        *("apiVersion", "metadata.name")
    ]
    assert {each.fix for each in problems} == {"add it"}


BROKEN = [
    ("a: [", "2:1", "this is not YAML"),
    ("a: 'x", "2:1", "this is not YAML"),
    ("a: b: c", "1:5", "this is not YAML"),
    ("\ta: 1", "1:1", "this is not YAML"),
    ("1: 1\nb: 2\n'1': 3", "3:1", 'the key "1" stands here and before, once as a text'),
    ("a: *b", "1:4", "no anchor &b"),
    ("a: \0", "1:4", "U+0000 may not stand in it"),
    ("a: |\n  x\x01", "2:4", "U+0001 may not stand in it"),
    ("a: .nan", "1:4", ".nan is no number"),
    ("a: !b c", "1:4", "Kubernetes knows no tag"),
    ("- " * 10_000, "1:201", "nested more than 100 deep"),
    ("%YAML 1.2", "1:1", "kubectl reads no document with a directive"),
    (an_object("x") + "...\n" + an_object("y"), "6:1", "the document has ended before this"),
]


@pytest.mark.parametrize(("text", "where", "what"), BROKEN, ids=lambda each: each[:12])
def test_a_broken_document_does_not_hide_the_others(text: str, where: str, what: str) -> None:
    before = f"# x\n---\n{an_object('a')}---\n"
    shift = before.count("\n")
    manifests, (problem,) = read(f"{before}{text}\n---\n{an_object('b')}--- # c\n{an_object('c')}")
    assert [each.name for each in manifests] == ["a", "b", "c"]
    line, column = map(int, where.split(":"))
    assert problem.where == f"f:{line + shift}:{column}"
    assert what in problem.what
    lines = shift + text.count("\n") + 2
    assert manifests[1].where(("metadata", "name")) == f"f:{lines + 4}:9"
    assert manifests[2].where(("metadata", "name")) == f"f:{lines + 9}:9"


@pytest.mark.parametrize("marker", ["--- b", "--- {}", "---- ", "---b", "--- |", "---\u200b"])
def test_what_stands_behind_a_marker_is_told_and_the_rest_is_read(marker: str) -> None:
    manifests, (problem,) = read(f"{an_object('a')}{marker}\n{an_object('b')}")
    assert [each.name for each in manifests] == ["a", "b"]
    assert problem.what == "kubectl takes nothing behind --- but a comment"
    assert problem.where == f"f:5:{5 if marker[3] == ' ' else 4}"


A_JSON_OBJECT = '{"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}'


@pytest.mark.parametrize(
    ("text", "names", "where", "what"),
    [
        (
            f"{A_JSON_OBJECT}\n---\n{A_JSON_OBJECT}",
            ["a"],
            "2:1",
            "kubectl reads JSON only after a {",
        ),
        (f"{A_JSON_OBJECT}---\n", ["a"], "1:61", "kubectl reads JSON only after a {"),
        (f"{A_JSON_OBJECT}\nkind: A", ["a"], "2:1", "this is not JSON"),
        (f"{A_JSON_OBJECT[:-1]},}}", [], "1:61", "this is not JSON"),
        ("{kind: A, metadata: {name: a}}", [], "1:2", "kubectl takes what begins with { for JSON"),
        ("# x\n{kind: Service}\n---\n" + A_JSON_OBJECT, ["a"], "2:1", "no apiVersion"),
    ],
)
def test_what_is_not_json_only_is_refused(
    text: str, names: list[str], where: str, what: str
) -> None:
    manifests, problems = read(text)
    assert [each.name for each in manifests] == (names or [])
    assert problems[0].where == f"f:{where}"
    assert what in problems[0].what


def test_no_more_is_told_of_a_file_than_anybody_reads() -> None:
    for text in ("a\n---\n" * 5000, "kind: List\napiVersion: v1\nitems:\n" + "- 1\n" * 5000):
        _, problems = read(text)
        assert len(problems) == 1001
        assert problems[-1].what == "from here on more is wrong"


AN_OBJECT = '{"apiVersion": "v1", "kind": "%s", "metadata": {"name": "a"}%s}'
TWO_IN_A_LIST = """\
kind: List
apiVersion: v1
items:
- {x: 1, x: 2, kind: Secret, apiVersion: v1, metadata: {name: b}}
- {y: 1, y: 2, kind: Service, apiVersion: v1, metadata: {name: a}}
"""
DOUBLES = [
    ("kind: Service\napiVersion: v1\nmetadata: {name: a}\n", []),
    (
        "# x\n---\n" + an_object("a", "Service") + "x: 1\n---\n" + an_object("b", "Service"),
        [],
    ),
    (an_object("a", "Service") + "x: 1\nx: 2\n", [("a", ("x",), (5,))]),
    ("a: [\n---\n" + an_object("a", "Service") + "x: 1\nx: 2\n", [("a", ("x",), (7,))]),
    (an_object("a", "Service") + "x: 1\nx: 2\ny: 1\nx: 3\n", [("a", ("x",), (5, 6))]),
    (an_object("a", "Service") + "x: [{}, {z: 1, z: 2}]\n", [("a", ("x", 1, "z"), (5,))]),
    (an_object("a", "Service") + "x: {y: 1, y: 2}\nx: 1\n", [("a", ("x",), (5,))]),
    (
        an_object("a", "Service") + "x: 1\nx: {z: 1,\n z: 2}\n",
        [("a", ("x",), (5,)), ("a", ("x", "z"), (6,))],
    ),
    (an_object("a", "Service") + "x: {<<: {y: 1}, y: 2}\n", []),
    (an_object("a", "Service") + "  name: b\n", [("b", ("metadata", "name"), (4,))]),
    (an_object("a", "Service") + "true: 1\nyes: 2\n", [("a", ("true",), (5,))]),
    (an_object("a", "ConfigMap") + "x: 1\nx: 2\n", []),
    (an_object("a", "ConfigMap").replace("v1", "a.example.com/v1") + "x: 1\nx: 2\n", []),
    (an_object("a", "Service") + an_object("b", "ConfigMap"), [("b", ("apiVersion",), (1,))]),
    (AN_OBJECT % ("Service", ',\n"x": 1, "x": 2'), [("a", ("x",), (2,))]),
    (AN_OBJECT % ("Service", ', "x": [{}, {"y": {}, "y": {}}]'), [("a", ("x", 1, "y"), (1,))]),
    (AN_OBJECT % ("Secret", ', "x": 1, "x": 2'), []),
    ("{}\n" + AN_OBJECT % ("Service", ',\n"x": 1, "x": 2'), [("a", ("x",), (3,))]),
    (TWO_IN_A_LIST, [("a", ("items", 1, "true"), (5,))]),
]


@pytest.mark.parametrize(("text", "expected"), DOUBLES)
def test_a_key_that_stands_twice_is_noted_with_its_object(text: str, expected: Any) -> None:
    manifests, _ = read(text)
    found = [(manifest.name, *double) for manifest, double in doubles(manifests)]
    assert found == expected


def test_of_a_document_no_more_doubles_are_noted_than_anybody_reads() -> None:
    many = "".join(f"k{number}: 1\nk{number}: 2\n" for number in range(3000))
    assert len(list(doubles(read(an_object("a", "Service") + many)[0]))) == 1000


def test_in_json_that_a_program_must_have_written_nobody_looks_for_doubles() -> None:
    for length, count in ((2**20 - 200, 1), (2**20, 0)):
        text = AN_OBJECT % ("Service", f', "x": "{"y" * length}", "x": 1')
        manifests, problems = read(text)
        assert (manifests[0].value["x"], problems) == (1, [])
        assert len(list(doubles(manifests))) == count


def test_every_broken_document_is_told() -> None:
    manifests, problems = read("a: [\n---\n" * 3 + an_object("a"))
    assert [each.name for each in manifests] == ["a"]
    assert [each.where for each in problems] == ["f:2:1", "f:4:1", "f:6:1"]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"kind": "A", "metadata', "1:15", "this is not JSON: unterminated string"),
        ('{"kind": "List", "items": [\n', "2:1", "this JSON ends too early"),
        ('{"kind": "List"\n}\n{"x":}', "3:6", "this is not JSON"),
        ('{"kind": "List", "x": NaN}', "1:23", "NaN is no number"),
        ('{"kind": ' + "[" * 10_000, "1:1", "nested more than 100 deep"),
        ("{{ if .Values.x }}\nkind: A\n{{ end }}", "1:2", "this is not JSON"),
    ],
    ids=lambda each: each[:24],
)
def test_broken_json_is_refused_where_it_is_broken(text: str, where: str, what: str) -> None:
    manifests, (problem,) = read(text)
    assert manifests == []
    assert problem.where == f"f:{where}"
    assert what in problem.what


def test_json_documents_before_a_broken_one_are_read() -> None:
    one = '{"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}\n'
    manifests, (problem,) = read(one * 2 + one[:-3])
    assert [each.name for each in manifests] == ["a", "a"]
    assert problem.where == "f:3:59"


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"", "1:1", "it is empty"),
        (b" \n\n", "1:1", "it is empty"),
        (b"\xef\xbb\xbf", "1:1", "it is empty"),
        ("kind: Ä".encode("latin-1"), "1:7", "the byte 0xc4 is not UTF-8"),
        ("a: 1\nkind: 'ä'".encode("latin-1"), "2:8", "the byte 0xe4 is not UTF-8"),
        ("kind: A".encode("utf-16"), "1:1", "it is UTF-16"),
        ("kind: A".encode("utf-16-le"), "1:2", "U+0000 may not stand in it"),
        (b"\x7fELF\x02\x01\x01\0\0", "1:1", "U+007F may not stand in it"),
        (b"\x1f\x8b\x08\0", "1:2", "the byte 0x8b is not UTF-8"),
        ("a: ü".encode()[:-1], "1:4", "the byte 0xc3 is not UTF-8"),
        (b"a: \xed\xa0\x80", "1:4", "the byte 0xed is not UTF-8"),
    ],
)
def test_what_is_no_text_is_told_with_its_place(data: bytes, where: str, what: str) -> None:
    manifests, (problem,) = read(data)
    assert manifests == []
    assert problem.where == f"f:{where}"
    assert what in problem.what
    assert problem.fix


def nothing_raises(data: bytes) -> None:
    """Read, and ask for all the places that there are."""
    manifests, problems = read_manifests(data, "f")
    assert manifests or problems or data.strip()
    for problem in problems:
        assert problem.where.startswith("f:"), problem
        str(problem).encode()
    for manifest in manifests:
        for path in paths(manifest.value):
            assert manifest.where(path, key=True).startswith("f:")


def paths(value: Any, path: Inside = ()) -> Iterator[Inside]:
    yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(each, (*path, key))


@settings(max_examples=300)
@given(st.one_of(st.binary(), st.text().map(str.encode)))
@example(b"{")
@example(b"!%ED%A0%80 a")
@example(b'"\\UFFFFFFFF"')
@example(b'a: "\\ud800"')
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    nothing_raises(data)


@settings(max_examples=200)
@given(st.data())
def test_any_damage_to_a_dump_is_read_or_refused(data: st.DataObject) -> None:
    dump = data.draw(st.sampled_from(DUMPS)).read_bytes()
    start = data.draw(st.integers(0, len(dump)))
    size = data.draw(st.sampled_from([0, 0, 1, 2, 30, 10_000]))
    damage = st.sampled_from(
        [b"", b"\n", b"\n---\n", b"- ", b"{", b"]", b'"', b"'", b"\t", b"\xff"]
    )
    nothing_raises(dump[:start] + data.draw(damage) + dump[start + size :])


leaves: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1.5, True, "", "a", "List", "AList", "v1", {}, [], [None]]
)
objects = st.recursive(
    leaves,
    lambda each: st.one_of(
        st.lists(each, max_size=3),
        st.dictionaries(
            st.sampled_from(["kind", "apiVersion", "metadata", "name", "namespace", "items"]), each
        ),
        st.fixed_dictionaries(
            {"kind": st.just("List") | each, "items": st.lists(each, max_size=3)},
            optional={"apiVersion": each, "metadata": each},
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(st.lists(objects, min_size=1, max_size=3))
def test_any_structure_is_read_or_refused_the_same_in_yaml_and_json(documents: list[Any]) -> None:
    as_yaml = "\n---\n".join(json.dumps(each) for each in documents)
    as_json = "\n".join(json.dumps(each) for each in [{"kind": "List"}, *documents])
    nothing_raises(as_yaml.encode())
    nothing_raises(as_json.encode())
    (ours, problems), (theirs, others) = read(f"# x\n---\n{as_yaml}"), read(as_json)
    assert [each[:5] for each in ours] == [each[:5] for each in theirs]
    assert [each.what for each in problems] == [each.what for each in others]


@pytest.mark.parametrize(
    "text",
    [
        "%a\n" * 100_000,
        "---\n" * 100_000,
        "a: [\n---\n" * 3_000,
        "{" * 100_000,
        '{"a":' * 100_000,
        "kind: List\nitems: [" + "{kind: List, items: [" * 10_000,
        '"' + "x" * 500_000,
    ],
    ids=lambda each: each[:12],
)
def test_absurd_input_is_read_or_refused(text: str) -> None:
    nothing_raises(text.encode())


def test_an_empty_file_is_told_apart_from_one_with_nothing_in_it() -> None:
    assert read(b"# nothing\n") == ([], [])
    assert read(b"")[1]


# Files


def test_a_folder_is_read_as_kubectl_reads_it_with_the_folders_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    for name in ("z.yaml", "a.yml", "b/x.json", "b/c/y.yaml", "b/README.md", "c.txt", "yaml"):
        (tmp_path / name).write_text(name)
    found = sources([str(tmp_path)])
    assert [text.decode() for _, text in found] == ["a.yml", "b/c/y.yaml", "b/x.json", "z.yaml"]
    assert [name for name, _ in found] == [f"{tmp_path}/{text.decode()}" for _, text in found]


def test_files_are_read_in_the_order_given_and_once(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    one, other = f"{tmp_path}/a.txt", f"{tmp_path}/b.txt"
    assert sources([other, one, other]) == [(other, b"b.txt"), (one, b"a.txt")]


def test_names_are_shown_as_they_were_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert [sources([name])[0][0] for name in ("x", "./x", "x/", "x/a.yaml")] == [
        *("x/a.yaml", "./x/a.yaml", "x/a.yaml", "x/a.yaml")
    ]


def test_a_hyphen_is_stdin() -> None:
    done = sfsgen("volumes -f -", stdin="- a")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("stdin:1:1: error: the document is a list, not an object\n")


def test_a_closed_stdin_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError) as caught:
        sources(["-"])
    assert caught.value.problems[0].where == "stdin"


def test_all_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.yaml").write_text(an_object("a"))
    names = [
        f"{tmp_path}/{name}" for name in ("none.yaml", "a.yaml", "empty", "a.yaml/b", "x" * 999)
    ]
    with pytest.raises(InputError) as caught:
        sources(names)
    told = {each.where: each.what for each in caught.value.problems}
    assert told == {
        names[0]: "it cannot be read: No such file or directory",
        names[2]: "it holds no *.json, no *.yaml, no *.yml",
        names[3]: "it cannot be read: Not a directory",
        names[4]: "it cannot be read: File name too long",
    }
    assert all(each.fix for each in caught.value.problems)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0)
    with pytest.raises(InputError, match="Permission denied"):
        sources([str(tmp_path)])
