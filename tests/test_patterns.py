"""Patterns of names and directories: which pattern texts follow, and what is new by it."""

import pytest

from sfsgen.sets.patterns import as_values, patterns, renumbered

pytestmark = pytest.mark.without_libraries


@pytest.mark.parametrize(
    ("texts", "intact", "found"),
    [
        ({}, (), []),
        ({0: "pv-web-0", 1: "pv-web-1"}, (), ["pv-web-{ordinal}"]),
        ({0: "pv-web-0", 2: "pv-web-1"}, (), []),
        # One volume shows less than two.
        ({1: "pv-1-1"}, (), ["pv-{ordinal}-1", "pv-1-{ordinal}", "pv-{ordinal}-{ordinal}"]),
        ({1: "pv-1-1", 2: "pv-1-2"}, (), ["pv-1-{ordinal}"]),
        # What is a number of a set's name is none of an ordinal.
        ({1: "pv-web-1-1"}, ("web-1",), ["pv-web-1-{ordinal}"]),
        ({1: "pv-p-1-w-1-1"}, ("w-1", "p-1"), ["pv-p-1-w-1-{ordinal}"]),
        ({1: "pv-1"}, ("web-1",), ["pv-{ordinal}"]),
        ({1: "pv-11"}, (), []),
        # One directory for all.
        ({0: "/all", 1: "/all"}, (), ["/all"]),
        ({0: "/all"}, (), []),
        # Alone, a number counts at the end of a word that has no other digits.
        ({0: "0"}, (), ["{ordinal}"]),
        ({0: "nas0"}, (), ["nas{ordinal}"]),
        ({0: "nas0.example.com"}, (), ["nas{ordinal}.example.com"]),
        ({0: "/srv/disk_0"}, (), ["/srv/disk_{ordinal}"]),
        ({0: "naß0"}, (), ["naß{ordinal}"]),
        ({0: "vol-0a1b2c3d4e5f61728"}, (), []),
        ({0: "/srv/0a1b"}, (), []),
        ({0: "fs-1a0"}, (), []),
        ({0: "0a"}, (), []),
        ({0: "fs-0a1b/web-0"}, (), ["fs-0a1b/web-{ordinal}"]),
        # Several prove it, wherever the number stands.
        ({0: "vol-0a1b", 1: "vol-1a1b"}, (), ["vol-{ordinal}a1b"]),
    ],
)
def test_texts_follow_patterns(
    texts: dict[int, str], intact: tuple[str, ...], found: list[str]
) -> None:
    assert list(map(as_values, patterns(texts, intact))) == found


def test_of_many_numbers_the_last_six_may_be_ordinals() -> None:
    found = list(map(as_values, patterns({1: "1-1-1-1-1-1-1-1"})))
    assert len(found) == 2**6 - 1
    assert all(each.startswith("1-1-") for each in found)


@pytest.mark.parametrize(
    ("names", "ordinals", "found"),
    [
        (["pv-1", "pv-0"], [0, 1], {0: "pv-0", 1: "pv-1"}),
        (["pv-7-web-1", "pv-7-web-0"], [0, 1], {0: "pv-7-web-0", 1: "pv-7-web-1"}),
        (["pv-1-web-7", "pv-0-web-7"], [0, 1], {0: "pv-0-web-7", 1: "pv-1-web-7"}),
        (["1-a", "0-a"], [0, 1], {0: "0-a", 1: "1-a"}),
        # They are not the ordinals, or differ in more than the number.
        (["pv-6", "pv-5"], [0, 1], {}),
        (["pv-a-1", "pv-b-0"], [0, 1], {}),
        (["pv-1-1", "pv-0"], [0, 1], {}),
        (["a", "b"], [0, 1], {}),
        ([], [], {}),
    ],
)
def test_names_have_numbers_of_their_own(
    names: list[str], ordinals: list[int], found: dict[int, str]
) -> None:
    assert renumbered(names, ordinals) == found
