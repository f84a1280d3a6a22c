"""Where patterns give the same text: as a walk over the ordinals says, and without one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.kubernetes.names import Pattern
from sfsgen.values.meetings import Claim, Meeting, TooMixedError, meetings

pytestmark = pytest.mark.without_libraries

BILLIONS = range(2**31 - 1)
many = settings(max_examples=400)

# Few characters, so that texts often meet; digits, which an ordinal runs into.
pieces = st.text("01-", max_size=2)
patterns = st.lists(pieces, min_size=1, max_size=4).map(lambda each: Pattern(tuple(each)))


@st.composite
def runs(draw: st.DrawFn) -> list[range]:
    """Invent ordinals with gaps, as exceptions leave them."""
    found, start = [], draw(st.sampled_from((0, 0, 8, 97)))
    for gap, count in draw(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), max_size=3)):
        found.append(range(start, start + count))
        start += count + gap
    return found


claims = st.lists(st.builds(Claim, patterns, runs()), min_size=2, max_size=5)


def texts(claim: Claim) -> dict[str, list[int]]:
    """Return what a claim wants, each with the ordinals that give it."""
    found: dict[str, list[int]] = {}
    for run in claim.ordinals:
        for ordinal in run:
            found.setdefault(claim.pattern.at(ordinal), []).append(ordinal)
    return found


@many
@given(claims)
def test_claims_meet_where_walking_the_ordinals_says_so(each: list[Claim]) -> None:
    found = list(meetings(each))
    for later, its, earlier, their in found:
        assert earlier < later
        one, other = each[later], each[earlier]
        text = one.pattern.at(its)
        assert text == other.pattern.at(their)
        assert its in texts(one)[text]
        assert their in texts(other)[text]
    two_at_a_time = {
        later
        for later, claim in enumerate(each)
        for other in each[:later]
        if texts(claim).keys() & texts(other).keys()
    }
    assert {later for later, *_ in found} <= two_at_a_time
    if len(each) == 2 or len({claim.pattern for claim in each}) == len(each):
        assert {later for later, *_ in found} == two_at_a_time


@st.composite
def one_text(draw: st.DrawFn) -> tuple[Claim, Claim]:
    """Invent two patterns that give one text, with many ordinals around those that do."""
    parts = st.lists(st.sampled_from(("0", "1", "12", "-", "3-")), min_size=1, max_size=4)
    text = "".join(draw(parts)) * draw(st.integers(1, 3)) + draw(st.sampled_from("0179"))
    return draw(_opened(text)), draw(_opened(text))


@st.composite
def _opened(draw: st.DrawFn, text: str) -> Claim:
    """Invent a pattern that gives a text at some ordinal, among others around it."""
    numbers = {match[1] for match in re.finditer(r"(?=(0|[1-9][0-9]{0,5}))", text)}
    number = draw(st.sampled_from(sorted(numbers)))
    places = [match.start() for match in re.finditer(number, text)]
    kept = draw(st.sets(st.sampled_from(places), min_size=1))
    opened, at = [""], 0
    while at < len(text):
        if at in kept:
            opened.append("")
            at += len(number)
        else:
            opened[-1] += text[at]
            at += 1
    spread = st.sampled_from((0, 1, 10**3, 10**6, 10**9))
    ordinal = int(number)
    first = max(0, ordinal - draw(spread))
    return Claim(Pattern(tuple(opened)), [range(first, ordinal + 1 + draw(spread))])


@many
@given(one_text())
def test_patterns_of_one_text_meet_among_billions_of_ordinals(pair: tuple[Claim, Claim]) -> None:
    other, one = pair
    found = list(meetings(pair))
    assert found
    for later, its, earlier, their in found:
        assert (later, earlier) == (1, 0)
        assert one.pattern.at(its) == other.pattern.at(their)
        assert any(its in run for run in one.ordinals)
        assert any(their in run for run in other.ordinals)


@pytest.mark.parametrize(
    ("one", "other", "points"),
    [
        (("a-", ""), ("a-", ""), [(5, 5)]),
        (("a-", ""), ("a-1", ""), []),
        (("a-1", ""), ("a-", ""), [(5, 15)]),
        (("a-", "-x"), ("a-", "-y"), []),
        (("", "6"), ("5", ""), [(5, 6)]),
        (("a-15",), ("a-", ""), [(5, 15)]),
        (("a-05",), ("a-", ""), []),
        (("a-1", ""), ("a-15",), [(5, 5)]),
        (("", ""), ("1", ""), []),
        (("", "-", ""), ("5-", ""), [(5, 5)]),
        (("", "-", ""), ("5-6",), []),
        (("", "1", ""), ("51", ""), [(5, 5)]),
        (("a",), ("a",), [(5, 5)]),
        (("a",), ("b",), []),
    ],
)  # fmt: skip
def test_where_patterns_meet(
    one: tuple[str, ...], other: tuple[str, ...], points: list[tuple[int, int]]
) -> None:
    claims = Claim(Pattern(one), [range(5, 7)]), Claim(Pattern(other), [range(5, 20)])
    assert [(their, its) for _, its, _, their in meetings(claims)] == points


@pytest.mark.parametrize(
    ("one", "other", "point"),
    [
        (("a-", ""), ("a-", ""), (0, 0)),
        (("a-", ""), ("b-", ""), None),
        (("", "-a"), ("", "-b"), None),
        (("pv-a-", ""), ("pv-a-1-", ""), None),
        (("a", ""), ("a1", ""), (10, 0)),
        (("a", ""), ("a1234567890123", ""), None),
        (("", "-1"), ("2-", ""), (2, 1)),
        (("", "-", ""), ("2000000000-", ""), (2_000_000_000, 2_000_000_000)),
    ],
)
def test_billions_of_ordinals_are_not_walked(
    one: tuple[str, ...], other: tuple[str, ...], point: tuple[int, int] | None
) -> None:
    claims = Claim(Pattern(one), [BILLIONS]), Claim(Pattern(other), [BILLIONS])
    found = [(their, its) for _, its, _, their in meetings(claims)]
    assert found[:1] == ([point] if point else [])


def test_ordinals_that_lie_elsewhere_do_not_meet() -> None:
    even = [range(number, number + 1) for number in range(0, 2000, 2)]
    odd = [range(number, number + 1) for number in range(1, 2000, 2)]
    pattern = Pattern(("/x/", ""))
    assert not list(meetings([Claim(pattern, even), Claim(pattern, odd)]))
    three = [Claim(pattern, even), Claim(pattern, odd), Claim(pattern, [BILLIONS[7:]])]
    assert list(meetings(three)) == [Meeting(2, 7, 1, 7)]


def test_a_claim_is_told_of_once_however_many_it_meets() -> None:
    claims = [Claim(Pattern(("a-", "")), [range(3)])] * 5000
    assert list(meetings(claims)) == [Meeting(later, 0, 0, 0) for later in range(1, 5000)]


def test_what_has_no_ordinals_meets_nothing() -> None:
    nothing = [range(0), range(7, 7)]
    for pattern in (Pattern(("a",)), Pattern(("a-", ""))):
        assert not list(meetings([Claim(pattern, nothing), Claim(pattern, [range(9)])]))
        assert not list(meetings([Claim(pattern, []), Claim(Pattern(("a-1",)), [range(9)])]))


def test_patterns_that_mix_digits_and_ordinals_in_too_many_ways_are_given_up() -> None:
    mixed = []
    for number in range(1, 2**11):
        parts = ["5" if number >> bit & 1 else "\0" for bit in range(11)]
        mixed.append(Claim(Pattern(tuple(f"\0-{'-'.join(parts)}".split("\0"))), [BILLIONS]))
    with pytest.raises(TooMixedError):
        list(meetings(mixed))
