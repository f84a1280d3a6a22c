"""Directories that lie inside one another, worked out from the texts of their patterns."""

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
    outer: dict[int, dict[str, int]] = {}  # by how deep they lie
    for number in wanted:
        if not texts[number].endswith("/"):
            outer.setdefault(texts[number].count("/"), {}).setdefault(texts[number], number)
    open_depths = {depth for depth, each in outer.items() if any(_HOLE in text for text in each)}
    undecided: dict[tuple[str, int], int] = {}
    effort = 0
    for number in wanted:
        for depth in sorted(each for each in outer if each < texts[number].count("/")):
            effort += len(texts[number])
            if effort > _MOST_EFFORT:
                return
            parent = _up(texts[number], depth)
            if parent in outer[depth] and _HOLE not in parent:
                found = outer[depth][parent]
                yield Meeting(number, _first(claims[number]), found, _first(claims[found]))
            elif _HOLE in parent:
                undecided[parent, number] = number
            elif depth in open_depths:
                undecided.setdefault((parent, -1), number)
    numbers = [number for each in outer.values() for number in each.values()]
    yield from _met(claims, numbers, undecided)


def _met(
    claims: Sequence[Claim], outer: Sequence[int], inner: Mapping[tuple[str, int], int]
) -> Iterator[Meeting]:
    """Yield where a directory above a claim's is one that another claim wants."""
    numbers = [*outer, *inner.values()]
    above = [
        Claim(Pattern(tuple(parent.split(_HOLE))), claims[number].ordinals)
        for (parent, _), number in inner.items()
    ]
    try:
        for later, its, earlier, their in meetings([*(claims[each] for each in outer), *above]):
            if earlier < len(outer) <= later:
                yield Meeting(numbers[later], its, numbers[earlier], their)
    except TooMixedError:
        return


def _up(text: str, depth: int) -> str:
    """Return the directory that lies so deep, above another."""
    return "/".join(text.split("/", depth + 1)[: depth + 1])


def _first(claim: Claim) -> int:
    return next(filter(None, claim.ordinals)).start
