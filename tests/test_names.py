"""Names: what each kind may look like, and patterns with an open ordinal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.kubernetes import names
from sfsgen.kubernetes.names import Pattern, claim_name, pattern

pytestmark = pytest.mark.without_libraries

VALUES: dict[str, str | Pattern] = {
    "name": "web",
    "namespace": "prod",
    "claim": Pattern(("pvc-web-", "")),
    "braces": "{ordinal}",
}
ordinals = st.integers(0, 10**12)
# Few characters, so that texts often meet; digits, which an ordinal runs into.
pieces = st.text("01-", max_size=2)
patterns = st.lists(pieces, min_size=1, max_size=4).map(lambda each: Pattern(tuple(each)))
open_patterns = patterns.filter(lambda each: each.is_open)


@pytest.mark.parametrize("text", ["a", "0", "web", "web-0", "0web", "a--b", "a" * 63, "xn--a"])
def test_a_dns_label(text: str) -> None:
    assert not names.label_fault(text)


@pytest.mark.parametrize(
    "text", ["", "-", "-a", "a-", "A", "weB", "a_b", "a.b", "a b", "a/b", "é", "a\n", "a\0", "٣"]
)
def test_no_dns_label(text: str) -> None:
    assert names.label_fault(text).startswith('may hold a-z, 0-9 and "-" only, a letter or digit')


def test_a_dns_label_has_a_length() -> None:
    assert names.label_fault("a" * 64) == "has 64 characters; at most 63 are possible"
    assert names.label_fault("a" * 16, 15) == "has 16 characters; at most 15 are possible"
    assert not names.label_fault("a" * 15, 15)


@pytest.mark.parametrize(("text", "is_one"), [("a0", True), ("0a", False), ("0", False)])
def test_a_dns_label_that_begins_with_a_letter(text: str, is_one: bool) -> None:
    fault = names.label_fault(text, first_a_letter=True)
    assert (not fault) is is_one
    assert is_one or "a letter first" in fault


@pytest.mark.parametrize("text", ["a", "a.b", "1.2", "nfs.example.com", "a-b.c-d", "a" * 253])
def test_a_dns_subdomain(text: str) -> None:
    assert not names.subdomain_fault(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", ".a", "a.", "a..b", "-a.b", "a.-b", "a-.b", "A.b", "a_b", "a b", "a:1", "é.b", "a\n"],
)
def test_no_dns_subdomain(text: str) -> None:
    assert names.subdomain_fault(text).startswith('may hold a-z, 0-9, "-" and "." only')


def test_a_dns_subdomain_has_a_length() -> None:
    assert names.subdomain_fault("a" * 254) == "has 254 characters; at most 253 are possible"


@pytest.mark.parametrize(
    "text",
    ["app", "App", "a.b_c-D", "1", "example.com/app", "a/b", "a" * 63, "a" * 253 + "/" + "b" * 63],
)
def test_a_label_key(text: str) -> None:
    assert not names.label_key_fault(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "has no name"),
        ("example.com/", "has no name"),
        ("/a", 'has a prefix before its "/" that is no DNS subdomain: may hold'),
        ("Example.com/a", 'has a prefix before its "/" that is no DNS subdomain: may hold'),
        ("a/b/c", 'has a prefix before its "/" that is no DNS subdomain: may hold'),
        ("a" * 254 + "/a", 'has a prefix before its "/" that is no DNS subdomain: has 254'),
        ("a" * 64, "has 64 characters; at most 63 are possible"),
        ("a/" + "b" * 64, "has 64 characters; at most 63 are possible"),
        *((text, "may hold letters") for text in ("-a", "a-", ".a", "_", "a b", "a:b", "é", "a\n")),
    ],
)
def test_no_label_key(text: str, fault: str) -> None:
    assert names.label_key_fault(text).startswith(fault)


@pytest.mark.parametrize("text", ["", "a", "1", "A.b_c-D", "1.10", "true", "a" * 63])
def test_a_label_value(text: str) -> None:
    assert not names.label_value_fault(text)


@pytest.mark.parametrize("text", ["-a", "a-", ".", "a b", " ", "a/b", "a:b", "a=b", "é", "a\n"])
def test_no_label_value(text: str) -> None:
    assert names.label_value_fault(text).startswith("may hold letters, digits")


def test_a_label_value_has_a_length() -> None:
    assert names.label_value_fault("a" * 64) == "has 64 characters; at most 63 are possible"


@pytest.mark.parametrize("text", ["http", "a", "1a", "a1", "tcp-80", "80-tcp", "a-b-c", "a" * 15])
def test_a_port_name(text: str) -> None:
    assert not names.port_name_fault(text)


@pytest.mark.parametrize(
    "text",
    ["", "80", "8-0", "1-2-3", "a--b", "-a", "a-", "-", "Http", "a_b", "a.b", "a b", "é", "a\n"],
)
def test_no_port_name(text: str) -> None:
    assert names.port_name_fault(text).startswith('may hold a-z, 0-9 and single "-"')


def test_a_port_name_has_a_length() -> None:
    assert names.port_name_fault("a" * 16) == "has 16 characters; at most 15 are possible"


@pytest.mark.parametrize(
    ("text", "at_3"),
    [
        ("pv", "pv"),
        ("", ""),
        ("{ordinal}", "3"),
        ("pv-{name}-{ordinal}", "pv-web-3"),
        ("{namespace}{name}{ordinal}", "prodweb3"),
        ("{ordinal}/{ordinal}", "3/3"),
        ("1{ordinal}1", "131"),
        ("pv-{claim}", "pv-pvc-web-3"),
        ("{claim}-{ordinal}", "pvc-web-3-3"),
        ("{braces}", "{ordinal}"),
        (r"\1 %s $name", r"\1 %s $name"),
    ],
)
def test_a_pattern_is_filled_in(text: str, at_3: str) -> None:
    made = pattern(text, VALUES)
    assert made.at(3) == at_3
    assert made.is_open is (made.at(4) != at_3)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{}", "{}"),
        ("{nmae}", "{nmae}"),
        ("{Name}", "{Name}"),
        ("{ name }", "{ name }"),
        ("{name!r}", "{name!r}"),
        ("{name.x}", "{name.x}"),
        ("{0}", "{0}"),
        ("{", "{"),
        ("}", "}"),
        ("a{name", "{"),
        ("name}b", "}"),
        ("{{name}}", "{"),
        ("{name}}", "}"),
    ],
)
def test_a_pattern_with_another_brace_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a placeholder") as error:
        pattern(text, VALUES)
    known = "{name} {namespace} {claim} {braces} {ordinal}"
    assert str(error.value) == f"{wrong} is not a placeholder; there are {known}"


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("a-0", 0),
        ("a-7", 7),
        ("a-10", 10),
        ("a-00", None),
        ("a-07", None),
        ("a-", None),
        ("a", None),
        ("", None),
        ("b-7", None),
        ("a-x", None),
        ("a-7x", None),
        ("a--7", None),
        ("a-+7", None),
        ("a-٣", None),
        ("xa-7", None),
    ],
)
def test_a_name_tells_its_ordinal(text: str, ordinal: int | None) -> None:
    assert Pattern(("a-", "")).ordinal_of(text) == ordinal


def test_a_name_without_an_ordinal_tells_none() -> None:
    assert not Pattern(("a",)).is_open
    assert Pattern(("a",)).ordinal_of("a") is None


@pytest.mark.parametrize("digits", [19, 5000, 90_000])
def test_no_ordinal_has_more_digits_than_64_bits_hold(digits: int) -> None:
    assert Pattern(("a-", "")).ordinal_of(f"a-{'9' * digits}") is None
    assert Pattern(("a-", "9" * digits)).ordinal_of(f"a-7{'9' * digits}") == 7


@given(open_patterns, ordinals)
def test_every_ordinal_is_found_in_its_name(one: Pattern, ordinal: int) -> None:
    assert one.ordinal_of(one.at(ordinal)) == ordinal


@given(open_patterns, st.text("01-", max_size=12))
def test_an_ordinal_that_is_found_gives_the_name(one: Pattern, text: str) -> None:
    ordinal = one.ordinal_of(text)
    expected = [each for each in range(120) if one.at(each) == text]
    assert expected == [ordinal] if expected else ordinal is None or one.at(ordinal) == text


def test_a_claim_is_named_as_the_stateful_set_controller_names_it() -> None:
    assert [claim_name("data", "web-1").at(each) for each in (0, 10)] == [
        "data-web-1-0",
        "data-web-1-10",
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("web", "web"),
        ("Web_1", "web-1"),
        ("my.app", "my-app"),
        ("my app!", "my-app"),
        ("-a-", "a"),
        ("a__b", "a-b"),
        ("Größe", "gr-e"),
        ("___", ""),
        ("", ""),
        ("a" * 70, "a" * 63),
        ("a" * 62 + "-b", "a" * 62),
    ],
)
def test_the_closest_label(text: str, label: str) -> None:
    assert names.closest_label(text) == label


@given(st.text(), st.integers(1, 63))
def test_the_closest_label_is_one(text: str, longest: int) -> None:
    label = names.closest_label(text, longest)
    assert not label or not names.label_fault(label, longest)
