"""JSON as plain data: what is read, where it stands, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sfsgen.documents import yaml_reader
from sfsgen.documents.document import Document, Path
from sfsgen.documents.json_reader import NotJsonError, documents
from sfsgen.problems import InputError, Problem
from tests.program import sfsgen


def problem_of(text: str) -> Problem:
    with pytest.raises(InputError) as caught:
        list(documents(text, "f"))
    (problem,) = caught.value.problems
    return problem


def only(text: str) -> Document:
    (document,) = documents(text, "f")
    return document


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": [1, "b", null, true]}', [{"a": [1, "b", None, True]}]),
        ('{"a": 1}{"b": 2}\n\n[3]\n', [{"a": 1}, {"b": 2}, [3]]),
        ("{} null {}", [{}, {}]),
        (r'{"a": "\ud83d\ude00\\ud83d\n"}', [{"a": "\N{GRINNING FACE}\\ud83d\n"}]),
        ('{"a": 1, "a": 2}', [{"a": 2}]),
        ('{"a": "NaN", "b": "-Infinity"}', [{"a": "NaN", "b": "-Infinity"}]),
        (" \t\r\n ", []),
        ("", []),
    ],
)
def test_what_json_means(text: str, values: list[Any]) -> None:
    assert [each.value for each in documents(text, "f")] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("[2.0]", 2), ("[1.5]", 1.5), ("[1e3]", 1000), ("[-0.0]", 0), ("[7]", 7)),
        *(("[9223372036854775807]", 2**63 - 1), ("[-9223372036854775808]", -(2**63))),
        *(("[9223372036854775809]", 2**63), ("[18446744073709551615]", 2**64)),
        *(("[123456789012345678901234567890]", int(1.2345678901234568e29)), ("[1e22]", 10**22)),
    ],
)
def test_numbers_are_the_same_in_json_and_in_yaml(text: str, value: float) -> None:
    assert repr(only(text).value[0]) == repr(value)
    assert repr(yaml_reader.read(text, "f")[0].value[0]) == repr(value)


TEXT = """\
{"a": 1,
 "b": {
\t"c": [10, {"d": "x"}, []]
 }
}
{"e": "]"}
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), "1:1", "1:1"),
        (("a",), "1:7", "1:2"),
        (("b", "c"), "3:7", "3:2"),
        (("b", "c", 0), "3:8", "3:8"),
        (("b", "c", 1, "d"), "3:18", "3:13"),
        (("b", "c", 2), "3:24", "3:24"),
        (("b", "c", 2, 0), "3:24", "3:24"),
        (("b", "c", 9), "3:7", "3:7"),
        (("b", "z", "y"), "2:7", "2:7"),
        (("a", "z"), "1:7", "1:7"),
    ],
)
def test_a_value_and_its_key_have_a_place(path: Path, value: str, key: str) -> None:
    first, _ = documents(TEXT, "f")
    assert first.where(path) == f"f:{value}"
    assert first.where(path, key=True) == f"f:{key}"


def test_every_document_has_its_own_places() -> None:
    _, second = documents(TEXT, "f")
    assert second.where() == "f:6:1"
    assert second.where(("e",)) == "f:6:7"


# Keys that are long, or begin with "? ", are no keys to YAML parsers in all places.
keys = st.text(alphabet="abcxyz_-/.0123456789", min_size=1, max_size=8)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.sampled_from(["", "[", '"', "\\", "é"]),
)
values = st.recursive(
    scalars,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(keys, each, max_size=4),
    max_leaves=20,
)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(each, (*path, key))


@given(st.dictionaries(keys, values, min_size=1), st.sampled_from([None, 2, 4]))
def test_json_has_the_places_that_it_has_as_yaml(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    (as_yaml,) = yaml_reader.read(text, "f")
    as_json = only(text)
    assert as_json.value == as_yaml.value == value
    for path in paths(value):
        assert as_json.where(path) == as_yaml.where(path), path
        assert as_json.where(path, key=True) == as_yaml.where(path, key=True), path


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"a": 1,\n "b" 2}', "2:6", "this is not JSON: expecting ':' delimiter"),
        ('{"a": 1,\n a: 2}', "2:2", "this is not JSON: expecting property name"),
        ("{'a': 1}", "1:2", "this is not JSON"),
        ('{"a": "x\ny"}', "1:9", "this is not JSON: invalid control character"),
        ('{"a": "\\x41"}', "1:8", "this is not JSON: invalid \\escape"),
        ('{"a": 1}\n}', "2:1", "this is not JSON: expecting value"),
        ('{"a": 01}', "1:8", "this is not JSON"),
        ('{"a": 1}\n---\n{}', "2:1", "kubectl reads JSON only after a {, and no further than this"),
        ("{a: 1}", "1:2", "kubectl takes what begins with { for JSON, and this is not JSON"),
        ('{"a": 1\n', "2:1", "this JSON ends too early"),
        ('{"a": [1, \n ', "2:2", "this JSON ends too early"),
        ('{"a": ', "1:7", "this JSON ends too early"),
        ('{"a": "x', "1:7", "this is not JSON: unterminated string"),
    ],
)
def test_what_is_not_json_is_refused_where_it_stands(text: str, where: str, what: str) -> None:
    problem = problem_of(text)
    assert what in problem.what
    assert problem.where == f"f:{where}"
    assert problem.fix
    with pytest.raises(NotJsonError):
        list(documents(text, "f"))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"NaN": "NaN",\n "b": NaN}', "2:7", "NaN is no number"),
        ('{"a": [1, -Infinity]}', "1:11", "-Infinity is no number"),
        ('{"a": Infinity}', "1:7", "Infinity is no number"),
        ('{"a": 1e999}', "1:7", "1e999 is no number"),
        ('{"a": 1.5, "b": "1e999", "c": -1e999}', "1:31", "-1e999 is no number"),
        ('{"a": ' + "9" * 5000 + "}", "1:7", "99999999999999999... is no number"),
        ('{"a": [1, -' + "9" * 400 + "]}", "1:11", "-9999999999999999... is no number"),
        ('{"a": "' + "1e999 " * 9 + '", "b": 1e999}', "1:70", "1e999 is no number"),
        ('{"a": "\\\\ud83d",\n "b": "\\ud83d"}', "2:8", r"\ud83d is half a character"),
        (r'{"a": "\uD83D\uD83D\uDE00"}', "1:8", r"\uD83D is half a character"),
        (r'{"a": "\ude00\ud83d"}', "1:8", r"\ude00 is half a character"),
    ],
)
def test_what_cannot_be_sent_on_is_refused_where_it_stands(
    text: str, where: str, what: str
) -> None:
    problem = problem_of(text)
    assert what in problem.what
    assert problem.where == f"f:{where}"
    assert problem.fix


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ('{"a": 1,\n "a": 2}', "2:2", 1),
        ('{"b": [{}, {"a": 1,\n "c": {}, "a": 2}]}', "2:11", 1),
        ('{}\n{"x":\n{"a": {"a": 1}, "b": 1, "a": 2}}', "3:25", 3),
    ],
)
def test_a_key_that_stands_twice_is_refused_where_the_caller_wants_it(
    text: str, where: str, line: int
) -> None:
    assert list(documents(text, "f"))
    with pytest.raises(InputError) as caught:
        list(documents(text, "f", unique_keys=True))
    (problem,) = caught.value.problems
    assert problem.where == f"f:{where}"
    assert problem.what == f'the key "a" stands here and in line {line}'


def test_the_documents_before_an_error_are_read() -> None:
    found = documents('{"a": 1}\n{"b": 2}\n{"c"', "f")
    assert [next(found).value, next(found).value] == [{"a": 1}, {"b": 2}]
    with pytest.raises(InputError):
        next(found)


def nested(depth: int, inner: str = "1") -> str:
    levels = [('{"a":', "}"), ("[", "]")] * (depth // 2 + 1)
    opened, closed = zip(*levels[:depth], strict=True)
    return "".join([*opened, inner, *reversed(closed)])


@pytest.mark.parametrize("depth", [101, 103, 400, 900, 10_001, 300_001])
@pytest.mark.parametrize("before", ["", '{"b": "]]]}}}\\"]"}\n', '{"[[": "{[\\\\"}\n'])
def test_what_is_nested_too_deep_is_refused(depth: int, before: str) -> None:
    problem = problem_of(before + nested(depth))
    assert "nested more than 100 deep" in problem.what
    assert problem.where == f"f:{before.count(chr(10)) + 1}:1"


@pytest.mark.parametrize("depth", [1, 99, 100])
@pytest.mark.parametrize("inner", ["1", '"[[[[[{{{{{"', r'"\"[[[["', r'"\\"'])
def test_what_is_nested_as_deep_as_allowed_is_read(depth: int, inner: str) -> None:
    assert list(documents(nested(depth, inner), "f"))


WEB = '{"name": "web", "nfs": {"server": "a"}, "claimTemplates": [{"storage": "1Gi"}]%s}'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (WEB % r', "annotations": {"a": "\ud83d\ude00\/"}', "\N{GRINNING FACE}/"),
        ("\n\t" + WEB % ', "annotations": {"a": "1"}', "1"),
        (WEB.replace('"', "") % ", annotations: {a: '1'}", "1"),
        (WEB % ", annotations: {a: b:c,}", "b:c"),
        ("---\n" + WEB % ', "annotations": {"a": "1"}', "1"),
    ],
)
def test_a_values_file_may_be_json_or_yaml_that_begins_with_a_brace(text: str, value: str) -> None:
    done = sfsgen("render -f - -r 1 --only sts -o json", stdin=text)
    assert done.status == 0, done.err
    (rendered,) = json.loads(done.out)["items"]
    assert rendered["metadata"]["annotations"] == {"a": value}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (WEB % ',\n"name": "x"', "2:1", 'the key "name" stands here and in line 1'),
        (WEB % r', "annotations": {"a": "\ud83d"}', "1:103", r"\ud83d is half a character"),
        (WEB % ', "replicas": 1e999', "1:93", "1e999 is no number"),
        (WEB % (', "replicas": ' + "9" * 5000), "1:93", "99999999999999999... is no number"),
        (WEB % ', "a" "b"', "1:85", "this is not YAML"),
        (WEB[:-3], "1:79", "this is not YAML"),
        (WEB.replace('"', "") % (", annotations: " + "[" * 200), "1:", "nested more than 100"),
    ],
)
def test_what_cannot_be_read_of_a_values_file_is_told(text: str, place: str, what: str) -> None:
    done = sfsgen("render -f -", stdin=text)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"stdin:{place}")
    assert what in done.err.splitlines()[0]


FRAGMENTS = [
    *("{", "}", "[", "]", ":", ",", '"', "\\", " ", "\n", "\t", "0", "-", "e", ".", "1e999", "NaN"),
    *('"a"', '"a":', "\\ud83d", "\\u0041", "true", "null", "\ufeff", "é", '{"a": [1, 2]}'),
]
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join)


@settings(max_examples=300)
@given(st.one_of(st.text(), fragments, fragments.map(lambda each: f'{{"a":{each}')))
@example('{"a":-')
@example('{"":\ud83d}')
def test_any_text_is_read_or_refused(text: str) -> None:
    found = []
    try:
        for document in documents(text, "f"):
            found.append(document)  # noqa: PERF402  # those before an error count
    except InputError as error:
        assert error.problems[0].where.startswith("f:")  # noqa: PT017
    for document in found:
        for path in paths(document.value):
            assert document.where(path).startswith("f:")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', 'the key "c" stands here'),
        ('{"b": {"c": 1, "c": 2}, "d": x}', "this is not JSON"),
        ('{"b": {"c": 1, "c": 2}, "d": "\\x"}', "this is not JSON"),
        ('{"b": {"c": 1, "c": 2}, "d": [1', "this JSON ends too early"),
        ('{"d": [%s], "b": {"c": 1, "c": 2}}' % ("9" * 300), 'the key "c" stands here'),
    ],
)
def test_a_key_twice_is_told_where_the_rest_is_json(text: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        list(documents(text, "f", unique_keys=True))
    assert refused.value.problems[0].what.startswith(what)


def test_a_place_is_found_behind_a_number_of_any_length() -> None:
    (document,) = documents('{"a": %s, "b": 1}' % ("9" * 5000 + "e-4990"), "f")
    assert document.where(("b",)) == "f:1:5020"
