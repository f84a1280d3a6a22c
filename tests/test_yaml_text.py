"""Values as YAML: plain where every reader agrees, else quoted; whatever goes in comes back."""

import math
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sfsgen.documents.yaml_writer import Yaml, block, is_plain, scalar

PLAIN = [
    *("web", "a", "x1", "Hello World", "1Gi", "1.5Gi", "500m", "10G", "nfsvers=4.1", "v1.29"),
    *("192.168.20.128", "1.2.3", "registry.k8s.io/nginx-slim:0.24", "nfs.example.com", "web-0"),
    *("/exports/pv-web-0", "app.kubernetes.io/name", "https://example.com/a?b=c&d#e", "a:b", "a#b"),
    *("it's", 'say "hi"', "a, b", "x{y}", "a[0]", "$(POD_NAME)", "${X}", "a\\n", "a=b", "a - b"),
    *("a*b", "a!", "50%", "a|b", "a > b", "C:\\x", "user@host", "ReadWriteMany", "None", "nulls"),
    *("nope", "yesterday", "only", "inf", "nan", "e3", "x10", "~".join("ab"), "(x)", "^a$", ";"),
    *("Größe", "日本語", "\N{GRINNING FACE}", "\N{FULLWIDTH DIGIT ONE}"),
]
QUOTED = [
    *("", " ", " a", "a ", "\t", "a\tb", "a\nb", "a\n", "\n", "a\r", "\r\n"),
    *("y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "on", "On", "off", "OFF"),
    *("true", "True", "TRUE", "false", "null", "Null", "NULL", "~", "=", "<<"),
    *("0", "1", "-1", "+1", "010", "0x1F", "0X1f", "0o7", "0b11", "1_000", "0_", "1,000"),
    *("1.5", "1.", ".5", "-.5", "+.5", "1e3", "1E3", "1e+3", "1.0e-3", "1E", "..", "1__0"),
    *(".inf", "-.inf", "+.inf", ".Inf", ".INF", ".nan", ".NaN", "10:30", "1:2:3.5", "-10:30"),
    *("2001-01-01", "2001-1-1", "2001-01-01T10:00:00Z", "2001-01-01 10:00:00 +2", "1-2-3t"),
    *("-", "- x", "-x", "--", "---", "--- x", "...", "?", "? x", ":", ": x", ":x", ",", ",x"),
    *("a:", "a: b", "a:  b", "a: ", "a #b", "#", "# a", "&a", "*a", "!a", "!!str a", "|", "|-"),
    *(">", ">-", "'a'", "'", '"', '"a"', "%", "%YAML 1.1", "@a", "`a`", "[", "[x]", "]", "{", "}"),
    *("{x}", "{}", "{{ x }}", "{% x %}", "{# x #}", "[]", "*", "&", "!"),
    *("\0", "\a", "\b", "\f", "\v", "\x1b[0m", "\x7f", "\x80", "a\x85b", "\x9f"),
    *("\N{NO-BREAK SPACE}", "a\N{NO-BREAK SPACE}b", "\N{SOFT HYPHEN}", "\N{ZERO WIDTH SPACE}"),
    *("\N{LINE SEPARATOR}", "a\N{PARAGRAPH SEPARATOR}b", "\N{RIGHT-TO-LEFT OVERRIDE}"),
    *("\ufeff", "a\ufeffb", "\ufffe", "\uffff", "\ue000", "\N{IDEOGRAPHIC SPACE}", "\U000e0001"),
]
FRAGMENTS = [
    *("a", "b", "web", "x", "e", "0", "1", "7", "10", "1000000", "x1F", "o7", "b1", "_", "e+3"),
    *(": ", " #", "- ", "? ", ":", "-", "#", ",", ".", "/", "=", "+", "%", "@", "`", "|", ">"),
    *("[", "]", "{", "}", "{{ ", " }}", "{% ", "*", "&", "!", "<<", "~", "'", '"', "\\", "$(", ")"),
    *(" ", "  ", "\n", "\n\n", "\n  ", " \n", "\t", "\r", "\0", "\x1b", "\x7f", "\x85", "\ufeff"),
    *("\n---\n", "\n...\n", "\nkind: Pod\n", "yes", "null", "true", "inf", "2001-01-01", "10:30"),
    *("\\n", "\\u0041", "ö", "\N{GRINNING FACE}", "\N{LINE SEPARATOR}", "\N{NO-BREAK SPACE}"),
]
texts = st.one_of(
    st.sampled_from([*PLAIN, *QUOTED]),
    st.text(),
    st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join),
)
scalars = st.one_of(
    texts,
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(
    scalars,
    lambda each: st.one_of(st.lists(each, max_size=4), st.dictionaries(texts, each, max_size=4)),
    max_leaves=12,
)


def _ruamel(text: str, version: tuple[int, int]) -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    reader.version = version
    return list(reader.load_all(text))


def readings(text: str) -> dict[str, list[Any]]:
    """Return the documents of a stream, as readers of other programs read them."""
    return {
        "YAML 1.2": _ruamel(text, (1, 2)),
        "YAML 1.1": _ruamel(text, (1, 1)),
        "PyYAML": list(yaml.safe_load_all(text)),
    }


def assert_reads_back(text: str, value: object) -> None:
    for reader, documents in readings(text).items():
        assert repr(documents) == repr([value]), reader  # to ==, True is 1 and 2.0 is 2


@pytest.mark.parametrize("text", PLAIN)
def test_what_no_reader_can_misread_is_plain(text: str) -> None:
    assert is_plain(text)
    assert scalar(text) == text
    assert_reads_back(f"{text}: {text}\n", {text: text})


@pytest.mark.parametrize("text", QUOTED)
def test_what_a_reader_could_misread_is_quoted(text: str) -> None:
    assert not is_plain(text)
    assert re.fullmatch(r'"[ -~]*"', scalar(text)), "quoted, on one line, nothing invisible in it"
    assert_reads_back(f"{scalar(text)}: {scalar(text)}\n", {text: text})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-1, "-1"),
        (2**64, "18446744073709551616"),
        (1.5, "1.5"),
        (2.0, "2.0"),
        (1e16, "1.0e+16"),
        (1e-7, "1.0e-07"),
        (1.5e300, "1.5e+300"),
        ("web", "web"),
        ("", '""'),
        ("yes", '"yes"'),
        ("010", '"010"'),
        ('a: "b"', r'"a: \"b\""'),
        (r": \n", r'": \\n"'),
        ("a\nb\tc\r", r'"a\nb\tc\r"'),
        ("\0", r'"\u0000"'),
        ("\x85", r'"\u0085"'),
        ("\u2028", r'"\u2028"'),
        ("\ufeff", r'"\ufeff"'),
        ("\U000e0001", r'"\U000e0001"'),
        (": \N{GRINNING FACE}", '": \N{GRINNING FACE}"'),
        ("é\n", r'"é\n"'),
    ],
)
def test_a_scalar_as_yaml(value: object, text: str) -> None:
    assert scalar(value) == text
    assert_reads_back(f"a: {text}\n", {"a": value})


@pytest.mark.parametrize(
    "value",
    [math.inf, -math.inf, math.nan, (each for each in "ab"), {}.keys(), len, b"a", object()],
)
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        scalar(value)
    with pytest.raises((TypeError, ValueError)):
        block({"a": [value]}, 2)


@pytest.mark.parametrize(
    ("value", "indent", "text"),
    [
        ({"a": 1}, 0, "a: 1"),
        ({"a": 1, "b": 2}, 4, "    a: 1\n    b: 2"),
        ({"a": {"b": [1, "on"]}}, 0, 'a:\n  b:\n  - 1\n  - "on"'),
        ({"a": {}, "b": [], "c": "", "d": None}, 0, 'a: {}\nb: []\nc: ""\nd: null'),
        ({"on": 1, "a b": 2, "": 3}, 0, '"on": 1\na b: 2\n"": 3'),
        (["a", "b"], 2, "  - a\n  - b"),
        (("a", "b"), 0, "- a\n- b"),
        ([{"a": 1, "b": [2]}], 0, "- a: 1\n  b:\n  - 2"),
        ([[1, [2]], [], {}], 0, "- - 1\n  - - 2\n- []\n- {}"),
        ({"a": "x\ny\n"}, 2, "  a: |\n    x\n    y"),
        ({"a": "x\ny"}, 0, "a: |-\n  x\n  y"),
        ({"a": "x\n\n  # y"}, 2, "  a: |-\n    x\n\n      # y"),
        (["x\ny"], 0, "- |-\n  x\n  y"),
        ({"a": {"b": "- x\n---"}}, 0, "a:\n  b: |-\n    - x\n    ---"),
        ({"a": "x\n"}, 0, r'a: "x\n"'),
        ({"a": "x\ny\n\n"}, 0, r'a: "x\ny\n\n"'),
        ({"a": " x\ny"}, 0, r'a: " x\ny"'),
        ({"a": "x \ny"}, 0, r'a: "x \ny"'),
        ({"a": "\nx\ny"}, 0, r'a: "\nx\ny"'),
        ({"a": "x\n\ty"}, 0, r'a: "x\n\ty"'),
        ({"x\ny": 1}, 0, r'"x\ny": 1'),
    ],
)
def test_a_block_as_yaml(value: Any, indent: int, text: str) -> None:
    assert block(value, indent) == text
    if indent == 0:
        assert_reads_back(f"{text}\n", list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("empty", [{}, [], ()])
def test_an_empty_block_adds_nothing_to_what_stands_around_it(empty: Any) -> None:
    assert block(empty, 4) == ""


def test_a_block_is_not_quoted_again() -> None:
    assert isinstance(block({"a": 1}, 0), Yaml)


@settings(max_examples=250)
@given(values.filter(lambda each: each not in ([], {})), st.sampled_from([1, 2, 4, 8]))
def test_every_value_reads_back_at_every_indent(value: object, indent: int) -> None:
    assert_reads_back(f"key:\n{block(value, indent)}\n", {"key": value})


@settings(max_examples=250)
@given(st.dictionaries(texts, texts, min_size=1), st.sampled_from([1, 2, 4, 8]))
def test_every_text_reads_back_as_a_key(value: dict[str, str], indent: int) -> None:
    assert_reads_back(f"key:\n{block(value, indent)}\n", {"key": value})


@pytest.mark.parametrize("key", ["k" * 1000, "k" * 1024, "k" * 1100, "k" * 9999, "\x7f" * 200])
def test_a_long_key_reads_back(key: str) -> None:
    # Readers look for a key's ":" in the next 1024 characters only, unless the key begins with "?".
    value = {key: {key: "x", "a": [{key: "x\ny"}]}}
    assert_reads_back(f"key:\n{block(value, 2)}\n", {"key": value})


@settings(max_examples=1000)
@given(st.one_of(texts, st.text("0123456789.-+:_eExXoObBtT ,")), st.data())
def test_other_digits_never_change_whether_a_text_is_plain(text: str, data: st.DataObject) -> None:
    runs = st.from_regex(r"[0-9]{1,8}", fullmatch=True)
    other = re.sub("[0-9]+", lambda _: data.draw(runs), text)
    assert is_plain(other) is is_plain(text)
