"""Directories that lie inside one another, worked out from the texts of their patterns."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sfsgen.kubernetes.names import Pattern
from sfsgen.values.meetings import Claim, Meeting, TooMixedError, meetings

_HOLE = "\0"  # stands for the ordinal, as in no path
_MOST_EFFORT = 100_000_000  # characters that are looked at: about a second


def nestings(claims: Sequence[Claim]) -> Iterator[Meeting]:
    """Yield claims whose directory lies inside one that another claim wants, with its ordinals.

    The pattern of a claim gives its server and its path. What lies below the root of a server says
    nothing: everything does. Where it cannot be said in bounded time, nothing is yielded.
    """
    texts = [_HOLE.join(each.pattern.pieces) for each in claims]
    wanted = [number for number, each in enumerate(claims) if any(each.ordinals)]
    outer: dict[int, dict[str, list[int]]] = {}  # by how deep they lie
    for number in wanted:
        text = texts[number]
        if not text.endswith("/"):
            outer.setdefault(text.count("/"), {}).setdefault(text, []).append(number)
    open_depths = {depth for depth, each in outer.items() if any(_HOLE in text for text in each)}
    undecided: dict[str, list[int]] = defaultdict(list)
    effort = 0
    for number in wanted:
        for depth in sorted(each for each in outer if each < texts[number].count("/")):
            effort += len(texts[number])
            if effort > _MOST_EFFORT:
                return
            parent = _up(texts[number], depth)
            if parent in outer[depth] and _HOLE not in parent:
                found = outer[depth][parent][0]
                yield Meeting(number, _first(claims[number]), found, _first(claims[found]))
            elif _HOLE in parent:
                undecided[parent].append(number)
            elif depth in open_depths:
                undecided[parent] = undecided[parent] or [number]
    wanting = {text: numbers for each in outer.values() for text, numbers in each.items()}
    yield from _met(_apart(claims, wanting), _apart(claims, undecided))


_Numbered = list[tuple[int, Claim]]
"""Claims, each with the number of the one that it stands for."""


def _apart(claims: Sequence[Claim], wanting: Mapping[str, Sequence[int]]) -> _Numbered:
    """Return who wants what lies at some patterns' texts, of those who want one text the first."""
    found: _Numbered = []
    for text, numbers in wanting.items():
        runs = [(run.start, run.stop, each) for each in numbers for run in claims[each].ordinals]
        own: dict[int, list[range]] = {}
        end = 0
        for start, stop, number in sorted(runs):
            if max(start, end) < stop:
                own.setdefault(number, []).append(range(max(start, end), stop))
                end = stop
        pattern = Pattern(tuple(text.split(_HOLE)))
        found += [(number, Claim(pattern, ordinals)) for number, ordinals in own.items()]
    return found


def _met(outer: _Numbered, inner: _Numbered) -> Iterator[Meeting]:
    """Yield where a directory above a claim's is one that another claim wants."""
    numbers = [number for number, _ in (*outer, *inner)]
    try:
        for later, its, earlier, their in meetings([claim for _, claim in (*outer, *inner)]):
            if earlier < len(outer) <= later:
                yield Meeting(numbers[later], its, numbers[earlier], their)
    except TooMixedError:
        return


def _up(text: str, depth: int) -> str:
    """Return the directory that lies so deep, above another."""
    return "/".join(text.split("/", depth + 1)[: depth + 1])


def _first(claim: Claim) -> int:
    return next(filter(None, claim.ordinals)).start
