"""Words that were meant by others which nobody knows."""

import difflib
from collections.abc import Iterable

_LONGEST = 100  # characters: comparing takes time in proportion to their product
_MOST = 150  # known words; among more, one that is alike says little


def nearest(word: str, known: Iterable[str], alike: float) -> str:
    """Return the known word most like another in any case, or "" where none is alike enough."""
    by_lower_case = {each.lower(): each for each in known if len(each) <= _LONGEST}
    if len(word) > _LONGEST or len(by_lower_case) > _MOST:
        return ""
    near = difflib.get_close_matches(word.lower(), by_lower_case, 1, alike)
    return by_lower_case[near[0]] if near else ""
