"""Words that were meant by others which nobody knows."""

import difflib
from collections.abc import Iterable

_LONGEST = 64  # characters: nobody's slip is longer


def nearest(word: str, known: Iterable[str], alike: float) -> str:
    """Return the known word most like another in any case, or "" where none is alike enough."""
    if len(word) > _LONGEST:
        return ""
    by_lower_case = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), by_lower_case, 1, alike)
    return by_lower_case[near[0]] if near else ""
