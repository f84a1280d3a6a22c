"""What the user can put right: where it is, what is wrong, and how to mend it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

EXIT_STATUS = 2  # could not do it
_LONGEST = 100  # characters: comparing takes time in proportion to their product
_MOST = 150  # known words; among more, one that is alike says little


class Place(NamedTuple):
    """A place in a text, as people count."""

    file: str
    line: int
    column: int


class Problem(NamedTuple):
    """One thing wrong with the input.

    `where` is an option (`--storage`) or `FILE:LINE:COLUMN`, `fix` an instruction that can be
    followed as it stands. A warning is something that works but hurts, a note is worth knowing.
    """

    where: str
    what: str
    fix: str = ""
    severity: Literal["error", "warning", "note"] = "error"

    @property
    def place(self) -> Place | None:
        """Where it stands in a file; None for what stands in none."""
        file, _, column = self.where.rpartition(":")
        file, _, line = file.rpartition(":")
        is_place = line.isdecimal() and column.isdecimal()
        return Place(file, int(line), int(column)) if is_place else None


class InputError(Exception):
    """The input cannot be used; holds every problem that was found in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def wrong_format(output: str, formats: Collection[str]) -> Iterator[Problem]:
    """Yield that --output names none of the formats that there are."""
    if output not in formats:
        what = f'"{output}" is no format'
        yield Problem("--output", what, f"give one of {', '.join(formats)}")


def nearest(word: str, known: Iterable[str], alike: float) -> str:
    """Return the known word most like another in any case, or "" where none is alike enough."""
    import difflib

    by_lower_case = {each.lower(): each for each in known if len(each) <= _LONGEST}
    if len(word) > _LONGEST or len(by_lower_case) > _MOST:
        return ""
    near = difflib.get_close_matches(word.lower(), by_lower_case, 1, alike)
    return by_lower_case[near[0]] if near else ""
