"""YAML as Kubernetes reads it, with the places of all values, and errors instead of surprises."""

import json
import shutil
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sfsgen.documents.document import Document, Path
from sfsgen.documents.yaml_reader import read
from sfsgen.documents.yaml_scalars import as_json, resolve
from sfsgen.documents.yaml_writer import block
from sfsgen.problems import InputError, Problem
from tests.api_server import ApiServer
from tests.test_yaml_text import FRAGMENTS, PLAIN, texts, values

pytestmark = pytest.mark.usefixtures("parser")
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")

MEANINGS = [
    *((text, True) for text in ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "ON")),
    *((text, False) for text in ("n", "N", "no", "No", "NO", "false", "False", "off", "Off")),
    *((text, None) for text in ("", "~", "null", "Null", "NULL")),
    *((text, text) for text in ("yEs", "tRUE", "nULL", "oN", "none", "None", "t", "f")),
    *(("0", 0), ("1", 1), ("-1", -1), ("+1", 1), ("-0", 0), ("123456789", 123456789)),
    *(("010", 8), ("-010", -8), ("0o10", 8), ("0O10", 8), ("0777", 511), ("00", 0)),
    *(("08", 8), ("089", 89), ("0o8", "0o8"), ("0o", "0o")),
    *(("0x1F", 31), ("0X1f", 31), ("-0x1F", -31), ("0x", "0x"), ("0xg", "0xg")),
    *(("0b11", 3), ("0B11", 3), ("-0b11", -3), ("0b2", "0b2"), ("0b", "0b")),
    *(("1_000", 1000), ("1__0", 10), ("1_", 1), ("0x1_F", 31), ("_1", "_1"), ("+1_000", 1000)),
    *(("1.5", 1.5), ("1.50", 1.5), (".5", 0.5), ("+.5", 0.5), ("-.5", -0.5), ("5.", 5)),
    *(("2.0", 2), ("-2.0", -2), ("0.0", 0), ("1.0e2", 100), ("1e3", 1000), ("1E-1", 0.1)),
    *(("1_0.5_0", 10.5), ("._5", "._5"), ("1e", "1e"), ("e3", "e3"), ("1.2.3", "1.2.3")),
    *(("1,000", "1,000"), ("+", "+"), (".", "."), ("+-1", "+-1"), ("1f", "1f"), ("inf", "inf")),
    *((text, text) for text in ("10:30", "1:2:3", "-10:30", "10:30.5", "2001-01-01", "2001-1-1")),
    *((text, text) for text in ("2001-01-01T10:00:00Z", "192.168.20.128", "1Gi", "500m", "=")),
    *((text, text) for text in ("٣", "\N{FULLWIDTH DIGIT ONE}", "Infinity", "NaN", "nan")),
]


def only(text: str) -> Document:
    (document,) = read(text, "f")
    return document


def outcome(text: str) -> list[Document] | Problem:
    """Return what is read, or the problem that prevents it."""
    try:
        return read(text, "f")
    except InputError as error:
        (problem,) = error.problems
        return problem


def problem_of(text: str) -> Problem:
    problem = outcome(text)
    assert isinstance(problem, Problem)
    return problem


@pytest.mark.parametrize(("text", "value"), MEANINGS)
def test_what_a_plain_scalar_means(text: str, value: object) -> None:
    assert repr(as_json(resolve(text))) == repr(value)  # to ==, True is 1 and 2.0 is 2
    assert repr(only(f"- {text}").value) == repr([value])


@pytest.mark.parametrize(("text", "value"), [each for each in MEANINGS if each[0] != "~"])
def test_a_quoted_scalar_is_a_string(text: str, value: object) -> None:
    assert resolve(text) == value
    assert only(f"- '{text}'\n- \"{text}\"\n- !!str {text}").value == [text] * 3


@needs_kubectl
def test_plain_scalars_mean_what_they_mean_to_kubectl() -> None:
    scalars = [*(text for text, _ in MEANINGS), *PLAIN]
    text = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n"
    text += "".join(f"- {each}\n" for each in scalars)
    with ApiServer() as server:
        done = server.kubectl(
            *("create", "--dry-run=client", "--validate=false", "-o=json", "-f=-"), input=text
        )
    theirs, ours = json.loads(done.stdout)["spec"], only(text).value["spec"]
    for scalar, their, our in zip(scalars, theirs, ours, strict=True):
        assert repr(our) == repr(their), scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("{a: [1, b], c: {d: }}", {"a": [1, "b"], "c": {"d": None}}),
        ('{"a": "\\u00e9\\x41\\U0001F600\\n"}', {"a": "éA\N{GRINNING FACE}\n"}),
        ("'it''s'", "it's"),
        ("a: |\n  x\n   y\n", {"a": "x\n y\n"}),
        ("a: >-\n  x\n  y\n", {"a": "x y"}),
        ("a: x\n  y", {"a": "x y"}),
        ("a: b#c # d", {"a": "b#c"}),
        ("1: a\ntrue: b\n0x10: c\n-0: d", {"1": "a", "true": "b", "16": "c", "0": "d"}),
        ("'': a", {"": "a"}),
        ("? a\n: b", {"a": "b"}),
        ("- !!str 1\n- !!int '2'\n- ! 3\n- !!float 4", ["1", 2, "3", 4]),
        ("- &a x\n- *a\n- &a z\n- *a", ["x", "x", "z", "z"]),
        ("a: &a {x: [1]}\nb: *a", {"a": {"x": [1]}, "b": {"x": [1]}}),
        ("&a key: *a", {"key": "key"}),
        ("a: &a b\n*a : c", {"a": "b", "b": "c"}),
        ("a: 1\n...\n# b\n%YAML 1.2\n---\n", {"a": 1}),
        ("\N{ZERO WIDTH NO-BREAK SPACE}a: 1", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_what_yaml_means(text: str, value: object) -> None:
    assert repr(only(text).value) == repr(value)


# As go-yaml merges, by which kubectl reads: in the order in which it is written.
MERGES: list[tuple[str, dict[str, Any]]] = [
    ("<<: *m\nb: 0", {"a": 1, "b": 0}),
    ("b: 0\n<<: *m", {"b": 1, "a": 1}),
    ("b: 0\n<<: *m\nc: 0", {"b": 1, "a": 1, "c": 0}),
    ("<<: [*m, *n]", {"b": 1, "c": 2, "a": 1}),
    ("<<: [*n, *m]", {"a": 1, "b": 2, "c": 2}),
    ("b: 0\n<<: [*m, *n]", {"b": 1, "c": 2, "a": 1}),
    ("<<: *m\n<<: *n", {"a": 1, "b": 2, "c": 2}),
    ("<<: *n\n<<: *m", {"b": 1, "c": 2, "a": 1}),
    ("<<: *m\nb: 0\n<<: *n", {"a": 1, "b": 2, "c": 2}),
    ("<<: {b: 3}\nd: {<<: *m}", {"b": 3, "d": {"a": 1, "b": 1}}),
    ("b: 0\n<<: {b: 3, <<: *n}", {"b": 2, "c": 2}),
    ("b: 0\n<<: {<<: *n, b: 3}", {"b": 3, "c": 2}),
    ("a: {p: 1}\n<<: {a: {q: 2}}", {"a": {"q": 2}}),
    ("!!merge <<: *m\nb: 0", {"a": 1, "b": 0}),
    ("'<<': *m", {"<<": {"a": 1, "b": 1}}),
    ("!!str <<: *m", {"<<": {"a": 1, "b": 1}}),
    ("! <<: *m", {"a": 1, "b": 1}),
    ("<<: {}", {}),
    ("<<: []", {}),
]


@pytest.mark.parametrize(("text", "value"), MERGES)
def test_a_merge_overrides_what_stands_before_it(text: str, value: object) -> None:
    indented = "".join(f"\n    {line}" for line in text.splitlines())
    document = only(f"- &m {{a: 1, b: 1}}\n- &n {{b: 2, c: 2}}\n-{indented}\n- *m\n- *n")
    assert document.value[2] == value
    assert document.value[3:] == [{"a": 1, "b": 1}, {"b": 2, "c": 2}], "the merged stay as they are"


MERGED = """\
m: &m {a: 1, b: {x: 1}}
n: &n {b: 2, c: 2}
s:
  a: 0
  b: 0
  <<: *m
  c: 0
t:
  a: 0
  <<: [{a: 5}, *m, *n]
  c: 3
u:
  b: 0
  <<: {a: {z: 1}, <<: *n}
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("s", "a"), "6:7", "6:3"),
        (("s", "b", "x"), "6:7", "6:7"),
        (("s", "c"), "7:6", "7:3"),
        (("t", "a"), "10:12", "10:9"),
        (("t", "b"), "10:16", "10:3"),
        (("t", "c"), "11:6", "11:3"),
        (("u", "a", "z"), "14:15", "14:12"),
        (("u", "b"), "14:23", "14:19"),
    ],
)
def test_what_a_merge_brings_in_stands_at_the_merge(path: Path, value: str, key: str) -> None:
    document = only(MERGED)
    assert document.where(path) == f"f:{value}"
    if len(path) == 2 or path[0] == "u":
        assert document.where(path, key=True) == f"f:{key}"


TEXT = """\
# a comment
a: 1
b:
- x
-   c: "y"
    d: {e: [1, 2]}
f: &f
  g: 1
h: *f
"i": |
  text
"": x
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), "2:1", "2:1"),
        (("a",), "2:4", "2:1"),
        (("b",), "4:1", "3:1"),
        (("b", 0), "4:3", "4:3"),
        (("b", 1), "5:5", "5:5"),
        (("b", 1, "c"), "5:8", "5:5"),
        (("b", 1, "d", "e"), "6:12", "6:9"),
        (("b", 1, "d", "e", 1), "6:16", "6:16"),
        (("f", "g"), "8:6", "8:3"),
        (("h",), "9:4", "9:1"),
        (("i",), "10:6", "10:1"),
        (("",), "12:5", "12:1"),
    ],
)
def test_a_value_and_its_key_have_a_place(path: Path, value: str, key: str) -> None:
    document = only(TEXT)
    assert document.where(path) == f"f:{value}"
    assert document.where(path, key=True) == f"f:{key}"


@pytest.mark.parametrize(
    ("path", "place"),
    [(("z",), "2:1"), (("b", 7), "4:1"), (("b", 1, "z", "z"), "5:5"), (("h", "g"), "9:4")],
)
def test_what_is_not_there_has_the_place_of_what_is_around_it(path: Path, place: str) -> None:
    assert only(TEXT).where(path) == f"f:{place}"
    assert only(TEXT).where(path, key=True) == f"f:{place}"


def test_every_document_has_its_own_places_and_anchors() -> None:
    one, other = read("a: &a 1\n---\n\na:\n  b: &a 2\nc: *a\n", "f")
    assert (one.value, other.value) == ({"a": 1}, {"a": {"b": 2}, "c": 2})
    assert (one.where(("a",)), other.where(("a", "b"))) == ("f:1:4", "f:5:6")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        " \n\n",
        "# only a comment",
        "---",
        "---\n---\n# x\n---\n",
        "null",
        "~\n---\n# x\n",
        "''",
    ],
)
def test_empty_documents_are_left_out(text: str) -> None:
    assert [each.value for each in read(text, "f")] == ([""] if text == "''" else [])


def test_documents_come_in_order() -> None:
    documents = read("# x\n---\na\n--- # x\n---\n# y\nb\n... # z\n---\nc: 1\n", "f")
    assert [each.value for each in documents] == ["a", "b", {"c": 1}]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: 1\nb: 2\na: 3", "3:1", 'the key "a" stands here and in line 1'),
        ("x:\n- a: 1\n  'a': 3", "3:3", 'the key "a" stands here and in line 2'),
        ("1: a\n'1': b", "2:1", 'the key "1" stands here and before, once as a text and once not'),
        ("'1': a\n1: b", "2:1", 'the key "1" stands here and before, once as a text and once not'),
        ("a: 1\na: 2\na: 3", "3:1", 'the key "a" stands here and in lines 1, 2'),
        ("true: a\nyes: b", "2:1", 'the key "true" stands here and in line 1'),
        ("'<<': a\n'<<': b", "2:1", 'the key "<<" stands here and in line 1'),
        ("a: *b", "1:4", "no anchor &b before this"),
        ("a: &a [1, *a]", "1:11", "&a holds itself"),
        ("- &a x\n- &a {b: *a}", "2:10", "&a holds itself"),
        ("- &a [x]\n- {<<: *a}", "2:8", "<< merges mappings only"),
        ("- &a [{}]\n- {<<: *a}", "2:8", "<< merges mappings only"),
        ("- &a {}\n- {<<: [[*a]]}", "2:8", "<< merges mappings only"),
        ("a: 1\n<<: {}\na: 2", "3:1", 'the key "a" stands here and in line 1'),
        ("a: &a 1\n---\na: *a", "3:4", "no anchor &a before this"),
        ("<<: 1", "1:5", "<< merges mappings only"),
        ("<<: [{}, 1]", "1:5", "<< merges mappings only"),
        ("<<:\n- x\nb: 1", "2:1", "<< merges mappings only"),
        ("null: 1", "1:1", "null cannot be a key"),
        ("1.5: 1", "1:1", "1.5 cannot be a key"),
        ("? \n: 1", "1:2", "nothing cannot be a key"),
        ("? [a]\n: 1", "1:3", "a key is a mapping or a list"),
        ("{a: b}: 1", "1:1", "a key is a mapping or a list"),
        ("- &a [x]\n- *a : 1", "2:3", "a key is a mapping or a list"),
        ("- &a x\n- {x: 1, *a : 1}", "2:10", 'the key "x" stands here and in line 2'),
        ("2.0: 1", "1:1", "2.0 cannot be a key"),
        ("9223372036854775808: 1", "1:1", "9223372036854775808 cannot be a key"),
        ("!!float 1: 1", "1:1", "1 cannot be a key"),
        ("a: !!int 2.5", "1:4", "2.5 is no !!int"),
        ("a: !!int x", "1:4", "x is no !!int"),
        ("a: !!bool 1", "1:4", "1 is no !!bool"),
        ("a: !!null x", "1:4", "x is no !!null"),
        ("a: .inf", "1:4", ".inf is no number"),
        ("a: -.Inf", "1:4", "-.Inf is no number"),
        ("a: [.nan]", "1:5", ".nan is no number"),
        ("a: 1\n...\nb: 2", "3:1", "the document has ended before this"),
        ("# x\n{a: 1}\nb: 2", "3:1", "the document has ended before this"),
        ("# x\n[a] b", "2:5", "the document has ended before this"),
        ("a: 1\n...\n  }", "3:3", "the document has ended before this"),
        ("a: 1\r---\rb: 2\r", "2:1", "the document has ended before this"),
        ("a: 1\n--- b\n", "2:5", "kubectl takes nothing behind --- but a comment"),
        ("--- |\n  a", "1:5", "kubectl takes nothing behind --- but a comment"),
        ("----", "1:4", "kubectl takes nothing behind --- but a comment"),
        ("%YAML 1.1\n---\na", "1:1", "kubectl reads no document with a directive"),
        ("# x\n\n%TAG ! x\n---\na", "3:1", "kubectl reads no document with a directive"),
        ("a: 1\n...\n%FOO\n", "3:1", "the document has ended before this"),
        ("a: b\x85c: d", "1:5", "kubectl takes U+0085 for the end of a line"),
        ("a: 'b\u2028'", "1:6", "kubectl takes U+2028 for the end of a line"),
        ("a: 1\n\ufeffb: 2", "2:1", "kubectl takes the byte order mark, U+FEFF, for text"),
        ("\ufeff\ufeffa: 1", "1:2", "kubectl takes the byte order mark, U+FEFF, for text"),
        ("a: !x 1", "1:4", "Kubernetes knows no tag !x"),
        ("a: !!binary aGk=", "1:4", "Kubernetes knows no tag"),
        ("a: !!python/object:os.system x", "1:4", "Kubernetes knows no tag"),
        ("a: [1, 2", "1:9", "this is not YAML"),
        ("a: {b: c", "1:9", "this is not YAML"),
        ("a: ]", "1:4", "this is not YAML"),
        ("a: 'x", "1:6", "this is not YAML"),
        ("a: b: c", "1:5", "this is not YAML"),
        ("a: b\n c: d", "2:3", "this is not YAML"),
        ("- a\nb: c", "2:1", "this is not YAML"),
        ("a:\n\tb: c", "2:1", "this is not YAML"),
        ("\ta: b", "1:1", "this is not YAML"),
        ("a: @b", "1:4", "this is not YAML"),
        ("a: `b", "1:4", "this is not YAML"),
        ("a: \0", "1:4", "this is not YAML"),
        ("a: b\n\nc: d\x01", "3:5", "this is not YAML"),
        ("a: \N{NO-BREAK SPACE}b\nc: d\x01", "2:5", "this is not YAML"),
        ("a: \x7f", "1:4", "this is not YAML"),
        ("a: \ufffe", "1:4", "this is not YAML"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(text: str, where: str, what: str) -> None:
    problem = problem_of(text)
    assert what in problem.what
    assert problem.where == f"f:{where}"


def test_an_unknown_escape_is_refused_at_it_or_just_behind_it() -> None:
    problem = problem_of(r'a: "\q"')
    assert "this is not YAML" in problem.what
    assert problem.where in ("f:1:5", "f:1:6")


@pytest.mark.parametrize("text", [r'"\/"', r'["a", "\\\/"]', r'["\\", "\/"]', r'{"\/": 1}'])
def test_an_escaped_slash_is_refused_as_kubectl_refuses_it(text: str) -> None:
    assert "this is not YAML" in problem_of(text).what


@pytest.mark.parametrize("text", [r'"\ud800"', r'"\udfff"', r'"\ud83d"', r'["\ude00\ud83d"]'])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    assert "f:1:" in problem_of(text).where


def test_a_surrogate_pair_as_json_escapes_it_is_one_character_or_refused() -> None:
    read_or_not = outcome(r'"\ud83d\ude00"')
    if not isinstance(read_or_not, Problem):
        assert [each.value for each in read_or_not] == ["\N{GRINNING FACE}"]


ALIAS_CHAIN = "- &a0 x\n" + "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, 2000))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[" * 10_000, "nested more than 100 deep"),
        ("# x\n" + "{a: " * 10_000, "nested more than 100 deep"),
        ("- " * 10_000, "nested more than 100 deep"),
        ("".join(f"{' ' * each}a:\n" for each in range(500)), "nested more than 100 deep"),
        (ALIAS_CHAIN, "nested more than 100 deep"),
        (ALIAS_CHAIN.replace("[", "{k: ").replace("]", "}"), "nested more than 100 deep"),
        ("- &a " + "[" * 60 + "]" * 60 + "\n- " + "[" * 50 + "*a" + "]" * 50, "nested more than"),
        ("- " + "9" * 10_000, ""),
        ("- 0x" + "f" * 10_000, ""),
        ("- 0" + "7" * 10_000, ""),
        ("- " + "9" * 10_000 + ".5", ""),
        ("- 1e" + "9" * 10_000, ""),
        ("x" * 1_000_000, ""),
        ("- x\n" * 5_000, ""),
        ("- [*a, *a]\n", "no anchor"),
        ("9" * 10_000 + ": 1", ""),
        ("- !" + "x" * 100_000 + " a", "knows no tag !xxx"),
        ("- *" + "x" * 100_000, "no anchor"),
    ],
    ids=lambda each: each[:12],
)
def test_absurd_input_is_read_or_refused_in_short(text: str, what: str) -> None:
    read_or_not = outcome(text)
    assert (what in read_or_not.what) if isinstance(read_or_not, Problem) else not what
    assert not isinstance(read_or_not, Problem) or len(str(read_or_not)) < 300


def test_what_aliases_stand_for_may_be_as_deep_as_what_is_written() -> None:
    for depth in (99, 100):
        text = f"- &a {'[' * 49}{']' * 49}\n- {'[' * (depth - 50)}*a{']' * (depth - 50)}"
        assert only(text)
    assert "nested" in problem_of(text.replace("- [", "- [[").replace("*a]", "*a]]")).what


def laughs(first: str, rest: str) -> str:
    """Return ten lines of which each names the one before ten times."""
    lines = [f"- &a0 {first}"]
    for number in range(1, 10):
        aliases = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"- &a{number} {rest.replace('ALIASES', aliases)}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (laughs("x", "[ALIASES]"), "nearly all of this is aliases"),
        (laughs("{k: v}", "{<<: [ALIASES]}"), "nearly all of this is aliases"),
        (f"- &a [{'x, ' * 90}]\n" + "- *a\n" * 1200, "aliases stand for more than 100000 values"),
        (f"- &a [{'x, ' * 90}]\n" + "- *a\n" * 1000, ""),
        ("- &a x\n" + "- *a\n" * 9000, ""),
    ],
)
def test_aliases_that_stand_for_too_much_are_refused(text: str, what: str) -> None:
    read_or_not = outcome(text)
    assert (what in read_or_not.what) if isinstance(read_or_not, Problem) else not what


@settings(max_examples=300)
@given(st.one_of(texts, st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)))
@example("&a : *a")
@example("!!null")
@example("---\n|1-\n%")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        documents = read(text, "f")
    except InputError as error:
        assert all(each.where.startswith("f:") for each in error.problems)  # noqa: PT017
        return
    for document in documents:
        # What is read can be sent: it is JSON, and UTF-8.
        json.dumps(document.value, ensure_ascii=False, allow_nan=False).encode()


def are_kept(value: Any) -> bool:
    """Return whether no whole number in a value is beyond 64 bits, which kubectl rounds."""
    if isinstance(value, dict | list):
        return all(map(are_kept, value.values() if isinstance(value, dict) else value))
    if isinstance(value, float):  # the digits of a larger whole one are go-yaml's
        return not value.is_integer() or abs(value) < 2**53
    return not isinstance(value, int) or value in range(-(2**63), 2**63)


@settings(max_examples=200)
@given(values.filter(lambda each: each not in ([], {}) and are_kept(each)))
def test_what_sfsgen_prints_it_reads_back(value: Any) -> None:
    assert only(f"key:\n{block(value, 2)}\n").value == {"key": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{image: nginx:1.29}", {"image": "nginx:1.29"}),
        ("[http://a/b, a:b]", ["http://a/b", "a:b"]),
        (r"""{a: "it\'s"}""", {"a": "it's"}),
        (r"""{a: "\\/", b: '\/', c: \/}""", {"a": "\\/", "b": "\\/", "c": "\\/"}),
    ],
)
def test_what_is_newer_than_libyaml_is_taken_as_kubectl_takes_it(text: str, value: Any) -> None:
    assert only(text).value == value
