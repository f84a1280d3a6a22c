"""The parameters of what is printed into a folder: a diff, left over files, a kustomization."""

from functools import partial
from typing import Annotated

import typer

from sfsgen.commands.parameters import option
from sfsgen.printing.objects import DIFFERENT, Printing
from sfsgen.problems import Problem

_of_output = partial(option, "What to print")

Diff = Annotated[
    bool,
    _of_output(
        "--diff",
        text="Print in what files would differ, write nothing, and exit with 1 where any would.",
    ),
]
Prune = Annotated[
    bool,
    _of_output("--prune", text="Remove files of these sets that they no longer print."),
]
Kustomization = Annotated[
    bool,
    _of_output(
        "--kustomization", text="Write a kustomization.yaml that lists what the folder holds."
    ),
]


def check_prune(printing: Printing, problems: list[Problem], *, is_whole: bool) -> None:
    """Note that nothing is known to be left over where a set is printed in part."""
    if printing.prune and not is_whole:
        what = "what is left over shows where sets are printed as a whole"
        problems.append(Problem("--prune", what, "leave out --only and --from-ordinal"))


def end(*, differs: bool) -> None:
    """End a run with --diff that has found a difference."""
    if differs:
        raise typer.Exit(DIFFERENT)
