"""The pattern that most names or directories follow; who does not follow it is an exception."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from sfsgen.kubernetes.names import Pattern

_LOOKED_AT = 5  # texts of which patterns are made: if most follow one, so does one of these
_MOST_NUMBERS = 4  # in a text


def usual(
    texts: Mapping[int, str], known: Sequence[Pattern] = (), intact: str = ""
) -> Pattern | None:
    """Return the pattern with the ordinal open that most texts follow; of several, a known one.

    The numbers within `intact`, the set's name, are left as they are where that is possible.
    """
    made = [
        pattern
        for ordinal, text in _some(texts).items()
        for pattern in _opened(text, ordinal, intact)
    ]
    candidates = list(dict.fromkeys([*known, *made]))
    counts = {
        each: sum(each.at(ordinal) == text for ordinal, text in texts.items())
        for each in candidates
    }
    best = max(candidates, key=lambda each: counts[each], default=None)
    if best is None or counts[best] == 0:
        return None
    # What one of many follows is no pattern.
    return best if counts[best] * 2 >= len(texts) or best in known else None


def _some(texts: Mapping[int, str]) -> dict[int, str]:
    return dict(islice(texts.items(), _LOOKED_AT))


def _opened(text: str, ordinal: int, intact: str) -> list[Pattern]:
    """Return the patterns of a text, the likeliest first: its last number is the ordinal."""
    kept = [match.span() for match in re.finditer(re.escape(intact), text)] if intact else []
    numbers = [
        match.span()
        for match in re.finditer(r"(?<![0-9])(?:0|[1-9][0-9]*)(?![0-9])", text)
        if match[0] == str(ordinal)
    ][-_MOST_NUMBERS:]
    free = [each for each in numbers if not any(a <= each[0] < b for a, b in kept)] or numbers
    chosen = [[each] for each in reversed(free)] + ([free] if len(free) > 1 else [])
    return [_split(text, each) for each in chosen]


def _split(text: str, open_at: Sequence[tuple[int, int]]) -> Pattern:
    starts = [0, *(end for _, end in open_at)]
    ends = [*(start for start, _ in open_at), len(text)]
    return Pattern(tuple(text[a:b] for a, b in zip(starts, ends, strict=True)))
