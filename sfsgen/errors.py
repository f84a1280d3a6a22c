"""What the user can put right: where it is, what is wrong, and how to mend it."""

from typing import Literal, NamedTuple

EXIT_STATUS = 2  # could not do it


class Problem(NamedTuple):
    """One thing wrong with the input.

    `where` is an option (`--storage`) or `FILE:LINE:COLUMN`, `fix` an instruction that can be
    followed as it stands. A warning is something that works but hurts.
    """

    where: str
    what: str
    fix: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        text = f"{self.where}: {self.severity}: {self.what}"
        return f"{text}\n  fix: {self.fix}" if self.fix else text


class InputError(Exception):
    """The input cannot be used; holds every problem that was found in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems
