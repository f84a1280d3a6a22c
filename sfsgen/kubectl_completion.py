"""Completes what is typed behind `kubectl sfsgen`: kubectl asks, and gets candidates at once."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from typing import Any

from sfsgen import called
from sfsgen.console import write_stdout

_PATIENCE = 3  # seconds, after which whoever types would have typed on
# What a shell does beside, as cobra numbers it: spf13/cobra, ShellCompDirective.
_NOTHING = 4
_DIRECTIVES = {"files": 0, "folders": 16}


class _TooLong(BaseException):
    """Nothing waits longer, whatever is under way."""


def run(arguments: Sequence[str]) -> int:
    """Print a candidate a line, each with what it means behind a tab, and last what a shell does.

    The last argument is what is still being typed. It is no fault where there is no candidate.
    """
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE, 1)
    found: Sequence[Any] = []
    directive = _NOTHING
    try:
        *before, typed = arguments or [""]
        # What is told would stand in what is typed.
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # noqa: PTH123
            found, directive = _completed(before, typed)
    except (Exception, _TooLong):  # noqa: BLE001  # whoever types wants no message
        found, directive = [], _NOTHING
    signal.setitimer(signal.ITIMER_REAL, 0)
    write_stdout([*_lines(found), f":{directive}\n"])
    return 0


def _give_up(*_: object) -> None:
    raise _TooLong


def _lines(found: Sequence[Any]) -> Iterator[str]:
    from sfsgen.commands.completing import brief

    for each in found:
        about = brief(each)
        yield f"{each.value}\t{about}\n" if about else f"{each.value}\n"


def _completed(before: Sequence[str], typed: str) -> tuple[Sequence[Any], int]:
    """Return the candidates, and what a shell does beside."""
    import typer

    from sfsgen.cli import app
    from sfsgen.commands.completing import offered

    offer = offered(typer.main.get_command(app), called.PROGRAM, before, typed)
    return offer.items, _DIRECTIVES.get(offer.kind, _NOTHING)
