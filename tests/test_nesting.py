"""Directories inside one another: as a walk over the ordinals says, and without one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.kubernetes.names import Pattern
from sfsgen.values.meetings import Claim
from sfsgen.values.nesting import nestings
from tests.test_meetings import runs

pytestmark = pytest.mark.without_libraries

BILLIONS = range(2**31 - 1)
# Few characters, so that texts often meet; the ordinal is a part of a path, or stands within one.
paths = st.builds(
    lambda server, parts: Pattern(tuple("/".join([server, *parts]).split("\0"))),
    st.sampled_from(["nfs", "nfs", "1", "\0"]),
    st.lists(st.sampled_from(["a", "1", "\0", "a\0", "1\0"]), min_size=1, max_size=4),
)
claims = st.lists(st.builds(Claim, paths, runs()), min_size=2, max_size=4)


def _texts(claim: Claim) -> set[str]:
    return {claim.pattern.at(ordinal) for run in claim.ordinals for ordinal in run}


@settings(max_examples=400)
@given(claims)
def test_claims_nest_where_walking_the_ordinals_says_so(each: list[Claim]) -> None:
    found = list(nestings(each))
    for inner, its, outer, their in found:
        text, above = each[inner].pattern.at(its), each[outer].pattern.at(their)
        assert text.startswith(f"{above}/")
        assert text in _texts(each[inner])
        assert above in _texts(each[outer])
    is_nested = any(
        text.startswith(f"{above}/")
        for inner in each
        for outer in each
        for text in _texts(inner)
        for above in _texts(outer)
    )
    assert bool(found) == is_nested


def _claim(*pieces: str, ordinals: range = BILLIONS) -> Claim:
    return Claim(Pattern(pieces), [ordinals])


def test_billions_of_directories_are_compared_by_their_patterns() -> None:
    inside, outside = _claim("nfs/srv/", "/log"), _claim("nfs/srv/other/", "/log")
    outer = _claim("nfs/srv/", "", ordinals=range(7, 9))
    assert [(each.later, each.its_ordinal) for each in nestings([outer, inside])] == [(1, 7)]
    assert list(nestings([outer, outside])) == []


def test_what_lies_below_the_root_or_begins_alike_is_not_inside() -> None:
    assert list(nestings([_claim("nfs/"), _claim("nfs/srv/", "")])) == []
    assert list(nestings([_claim("nfs/srv/a"), _claim("nfs/srv/ab/", "")])) == []
    assert list(nestings([_claim("nfs/srv/a"), _claim("nas/srv/a/", "")])) == []
