"""What the user can put right: where it is, what is wrong, and how to mend it."""

from typing import Literal, NamedTuple

EXIT_STATUS = 2  # could not do it


class Place(NamedTuple):
    """A place in a text, as people count."""

    file: str
    line: int
    column: int


class Problem(NamedTuple):
    """One thing wrong with the input.

    `where` is an option (`--storage`) or `FILE:LINE:COLUMN`, `fix` an instruction that can be
    followed as it stands. A warning is something that works but hurts.
    """

    where: str
    what: str
    fix: str = ""
    severity: Literal["error", "warning"] = "error"

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
