"""Where patterns give the same text, worked out from their texts: ordinals may be billions."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from sfsgen.kubernetes.names import Pattern

_HOLE = "\0"  # stands for the ordinal: no name or path can hold it
_ALL_ZERO = str.maketrans("123456789", "000000000")
_RUN = f"[0{_HOLE}]+"
# What stands for the first, second ... digit of an ordinal: greater than any digit.
_ITS_DIGITS, _THEIR_DIGITS = (tuple(map(chr, range(at, at + 0x100))) for at in (0xE000, 0xE100))
_MOST_EFFORT = 10_000_000  # characters that are compared: about half a second
_PER_STEP, _PER_SOLUTION = 30, 1_000  # characters that cost as much


class TooMixedError(Exception):
    """So many patterns differ in where ordinals and digits stand that nobody could compare them."""


class Claim(NamedTuple):
    """Somebody wants what a pattern gives for some ordinals: ascending runs of them."""

    pattern: Pattern
    ordinals: Sequence[range]

    def wants(self) -> Iterable[range]:
        """Return the ordinals, of which only one counts where all give one text."""
        runs = [run for run in self.ordinals if run]
        return runs if self.pattern.is_open else [range(1)] * bool(runs)

    def meant(self, ordinal: int) -> int:
        """Return one of the ordinals that are meant by one of those that count."""
        return ordinal if self.pattern.is_open else next(filter(None, self.ordinals)).start


class Meeting(NamedTuple):
    """Two claims, by their numbers, and an ordinal of each at which they want the same text."""

    later: int
    its_ordinal: int
    earlier: int
    their_ordinal: int


class _Run(NamedTuple):
    """Ordinals that follow one another, and who has taken them."""

    start: int
    stop: int
    claim: int


class _Taken:
    """The ordinals of one pattern that are taken, each once."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []

    def behind(self, ordinal: int) -> _Run | None:
        """Return the first run that does not end before an ordinal."""
        at = bisect_right(self.runs, (ordinal, float("inf")))
        near = self.runs[max(at - 1, 0) : at + 1]
        return next((run for run in near if run.stop > ordinal), None)

    def met(self, ordinals: Iterable[range]) -> tuple[int, int] | None:
        """Return the first of some ordinals that is taken, and by which claim."""
        for wanted in ordinals:
            run = self.behind(wanted.start)
            if run and run.start < wanted.stop:
                return max(run.start, wanted.start), run.claim
        return None

    def take(self, ordinals: Iterable[range], claim: int) -> None:
        """Take ordinals that are free."""
        for run in ordinals:
            at = bisect_left(self.runs, (run.start,))
            self.runs.insert(at, _Run(run.start, run.stop, claim))


def meetings(claims: Sequence[Claim]) -> Iterator[Meeting]:
    """Yield claims that want a text which an earlier one has, each with the first one found.

    A claim that met one of the same pattern takes nothing: what it collides with besides depends
    on how it is mended. Raises TooMixedError where that cannot be said in bounded time.
    """
    taken: dict[str, _Taken] = defaultdict(_Taken)
    for number, claim in enumerate(claims):
        by_ordinal = taken[_HOLE.join(claim.pattern.pieces)]
        if met := by_ordinal.met(claim.wants()):
            ordinal, earlier = met
            its, their = claim.meant(ordinal), claims[earlier].meant(ordinal)
            yield Meeting(number, its, earlier, their)
        else:
            by_ordinal.take(claim.wants(), number)
    for pair in _of_different_patterns(taken):
        (earlier, their), (later, its) = sorted(pair)
        yield Meeting(later, claims[later].meant(its), earlier, claims[earlier].meant(their))


_Point = tuple[tuple[int, int], tuple[int, int]]
"""A claim and an ordinal of it, and another claim and an ordinal of that one."""


def _of_different_patterns(taken: Mapping[str, _Taken]) -> Iterator[_Point]:
    """Yield where texts of unlike patterns are the same: where digits stand beside an ordinal.

    Patterns are laid out alike where they are the same but for their digits. Alike and different,
    they never meet. Others can only where each has digits or ordinals in the same places.
    """
    outlines: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for text in taken:
        layout = text.translate(_ALL_ZERO)
        outlines[re.sub(_RUN, "0", layout)][layout].append(text)
    effort = _Effort()
    for layouts in outlines.values():
        if len(layouts) > 1:
            for one, other in _of_equal_length(layouts, taken, effort):
                yield from _between(one, other, taken, effort)


class _Effort:
    """How much was looked at so far. Raises TooMixedError where it becomes too much."""

    def __init__(self) -> None:
        self.spent = 0

    def add(self, amount: int) -> None:
        self.spent += amount + _PER_STEP
        if self.spent > _MOST_EFFORT:
            raise TooMixedError


class _Filled(NamedTuple):
    """Patterns of one layout, with ordinals of some number of digits."""

    texts: Sequence[str]
    length: int

    def filled(self, text: str, digits: Sequence[str] = ()) -> str:
        """Return the text with something in place of each digit of the ordinal."""
        return text.replace(_HOLE, "".join(digits[: self.length]) or _HOLE * self.length)

    @property
    def lowest(self) -> int:
        """The lowest ordinal of so many digits."""
        return 10 ** (self.length - 1) if self.length > 1 else 0


def _of_equal_length(
    layouts: Mapping[str, Sequence[str]], taken: Mapping[str, _Taken], effort: _Effort
) -> Iterator[tuple[_Filled, _Filled]]:
    """Yield what becomes the same but for digits, once the ordinals have so many digits."""
    alike: dict[str, list[_Filled]] = defaultdict(list)
    for layout, texts in layouts.items():
        for length in _lengths(layout, [taken[text] for text in texts]):
            effort.add(len(layout))
            alike[layout.replace(_HOLE, "0" * length)].append(_Filled(texts, length))
    for each in alike.values():
        yield from combinations(each, 2)


def _lengths(layout: str, taken: Iterable[_Taken]) -> range:
    runs = [run for each in taken for run in each.runs]
    if _HOLE not in layout or not runs:
        return range(bool(runs))
    lowest, highest = min(run.start for run in runs), max(run.stop for run in runs) - 1
    return range(len(str(lowest)), len(str(highest)) + 1)


def _between(
    one: _Filled, other: _Filled, taken: Mapping[str, _Taken], effort: _Effort
) -> Iterator[_Point]:
    places = [*enumerate(zip(one.filled(one.texts[0]), other.filled(other.texts[0]), strict=True))]
    effort.add(len(places))
    known = [at for at, pair in places if _HOLE not in pair and pair[0].isdigit()]
    open_places = [at for at, pair in places if _HOLE in pair]
    theirs = _by_digits(other, known, effort)
    for key, texts in _by_digits(one, known, effort).items():
        for text in texts:
            for their_text in theirs.get(key, ()):
                effort.add(len(open_places))
                if solution := _solution(one, text, other, their_text, open_places):
                    yield from solution.points(taken[text], taken[their_text], effort)


def _by_digits(
    patterns: _Filled, places: Sequence[int], effort: _Effort
) -> Mapping[str, Sequence[str]]:
    """Return patterns by their digits in some places."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in patterns.texts:
        effort.add(len(places))
        found[_characters(patterns.filled(text), places)].append(text)
    return found


def _characters(text: str, places: Sequence[int]) -> str:
    return "".join([text[place] for place in places])


class _Solution(NamedTuple):
    """All ordinals of two patterns, of given numbers of digits, that give the same text.

    A digit is known, or one of the free ones. Both patterns hold these in the same order: what is
    free of the ordinal that begins further to the right begins with its first digit, and all
    before is known. So both ordinals grow with the number that the free digits make.
    """

    its: str
    its_lowest: int
    their: str
    their_lowest: int
    free: str

    def at(self, number: int) -> tuple[int, int]:
        """Return the two ordinals for the number that the free digits make."""
        if not self.free:
            return int(self.its or 0), int(self.their or 0)
        digits = str.maketrans(self.free, f"{number:0{len(self.free)}}")
        return int(self.its.translate(digits) or 0), int(self.their.translate(digits) or 0)

    def points(self, its: _Taken, theirs: _Taken, effort: _Effort) -> Iterator[_Point]:
        """Yield a point for every two runs of ordinals that are taken and hold one."""
        number = 0
        while number < 10 ** len(self.free):
            effort.add(_PER_SOLUTION if self.free else 0)
            ordinal, their_ordinal = self.at(number)
            run = its.behind(max(ordinal, self.its_lowest))
            their_run = theirs.behind(max(their_ordinal, self.their_lowest))
            if run is None or their_run is None:
                return
            start = max(run.start, self.its_lowest)
            their_start = max(their_run.start, self.their_lowest)
            if ordinal >= start and their_ordinal >= their_start:
                yield (run.claim, ordinal), (their_run.claim, their_ordinal)
                number = min(self._from(number, 0, run.stop), self._from(number, 1, their_run.stop))
            else:
                number = max(self._from(number, 0, start), self._from(number, 1, their_start))

    def _from(self, number: int, side: int, ordinal: int) -> int:
        """Return the first number, from one on, for which an ordinal of one side is so large."""
        numbers = range(10 ** len(self.free))
        return bisect_left(numbers, ordinal, number, key=lambda each: self.at(each)[side])


def _solution(
    its: _Filled, text: str, theirs: _Filled, their_text: str, places: Sequence[int]
) -> _Solution | None:
    """Return at which digits two texts are the same in some places, None where they cannot be."""
    same: dict[str, str] = {}  # a digit that is open, and a known or earlier one that it equals

    def known(digit: str) -> str:
        while digit in same:
            digit = same[digit]
        return digit

    one = _characters(its.filled(text, _ITS_DIGITS), places)
    other = _characters(theirs.filled(their_text, _THEIR_DIGITS), places)
    for digit, their_digit in zip(one, other, strict=True):
        lower, higher = sorted((known(digit), known(their_digit)))
        if lower != higher and higher < _ITS_DIGITS[0]:
            return None
        if lower != higher:
            same[higher] = lower
    digits = "".join(map(known, _ITS_DIGITS[: its.length]))
    their_digits = "".join(map(known, _THEIR_DIGITS[: theirs.length]))
    free = "".join(sorted({each for each in digits if each >= _ITS_DIGITS[0]}))
    return _Solution(digits, its.lowest, their_digits, theirs.lowest, free)
