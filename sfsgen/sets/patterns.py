"""The patterns that the names and directories of what exists follow."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from sfsgen.kubernetes.names import Pattern

_MOST_NUMBERS = 6  # at the end of a text; each doubles the patterns to try
_MADE_UP = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-")  # a uid: of one object, and of no other
_NUMBERED = re.compile(r"(?<![^\W_])[^\W0-9_]*([0-9]+)(?![^\W_])")  # a whole word: web0, 0


def patterns(texts: Mapping[int, str], intact: Iterable[str] = ()) -> list[Pattern]:
    """Return the patterns that give every one of some texts at its ordinal.

    A set's name may hold numbers of its own: of several patterns, those are meant that leave the
    texts of `intact` as they are. One text for several ordinals is a pattern too, a closed one.
    Of a text that stands alone, nothing but its words shows which numbers are ordinals: those at
    the end of a word without other digits, as in nas0 and web-0, and none within vol-0a1b. With a
    uid in it, it shows nothing: shop-data-db-0-pvc-96a32736-… is no name for another one.
    """
    if not texts or (len(texts) == 1 and any(map(is_made_up, texts.values()))):
        return []
    ordinal, text = next(iter(texts.items()))
    numbers = [match.span() for match in re.finditer(r"[0-9]+", text) if match[0] == str(ordinal)]
    if len(texts) == 1:
        ends = {match.span(1) for match in _NUMBERED.finditer(text)}
        numbers = [each for each in numbers if each in ends]
    found = [
        pattern
        for pattern in _opened(text, numbers[-_MOST_NUMBERS:])
        if all(pattern.at(other) == each for other, each in texts.items())
    ]
    if len(texts) > 1 and len(set(texts.values())) == 1:
        found.append(Pattern((text,)))
    for name in intact:
        whole = [each for each in found if any(name in piece for piece in each.pieces)]
        found = whole or found
    return found


def is_made_up(text: str) -> bool:
    """Return whether a text holds a uid, so that it is one object's alone."""
    return bool(_MADE_UP.search(text))


def _opened(text: str, numbers: Sequence[tuple[int, int]]) -> list[Pattern]:
    """Return the patterns in which some of the numbers that may be the ordinal are left open."""
    found = []
    for count in range(1, len(numbers) + 1):
        for chosen in combinations(numbers, count):
            starts = [0, *(end for _, end in chosen)]
            ends = [*(start for start, _ in chosen), len(text)]
            found.append(Pattern(tuple(text[a:b] for a, b in zip(starts, ends, strict=True))))
    return found


def renumbered(names: Iterable[str], ordinals: Iterable[int]) -> dict[int, str]:
    """Return names by the number in which alone they differ, where these are the ordinals.

    Volumes that were bound by chance have the right names, but each at another's ordinal.
    """
    split = {name: re.split(r"([0-9]+)", name) for name in names}
    parts = list(split.values())
    if not parts or len({len(each) for each in parts}) > 1:
        return {}
    wanted = {str(each) for each in ordinals}
    for index in range(1, len(parts[0]), 2):
        others = {tuple(each[:index] + each[index + 1 :]) for each in parts}
        numbers = {each[index]: name for name, each in split.items()}
        if len(others) == 1 and set(numbers) == wanted:
            return {int(number): name for number, name in numbers.items()}
    return {}


def as_values(pattern: Pattern) -> str:
    """Return a pattern as it is written in a values file."""
    return pattern.at("{ordinal}")
