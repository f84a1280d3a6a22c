"""`sfsgen help`: what a command does, and its options."""

from typing import Annotated, Any

import typer

from sfsgen.console import write_stdout
from sfsgen.plain_text import quoted
from sfsgen.problems import InputError, Problem, nearest

_ALIKE = 0.6

Commands = Annotated[
    str | None,
    typer.Argument(metavar="[COMMAND]", help="The command. Default: all, in a line each."),
]


def help(context: typer.Context, command: Commands = None) -> None:  # noqa: A001  # as it is typed
    """Show what a command does, and its options, as its --help does.

    \b
    sfsgen help
    sfsgen help check
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    root: Any = context.find_root()
    shown = root
    if command:
        of_command = root.command.get_command(root, command)
        if of_command is None:
            raise InputError(_no_command(command, root.command.list_commands(root)))
        shown = of_command.make_context(command, [], parent=root, resilient_parsing=True)
    # On a wide terminal it is printed by typer, and nothing returned.
    if text := shown.get_help():
        write_stdout([f"{text}\n"])


def _no_command(word: str, commands: list[str]) -> Problem:
    from sfsgen.checking.ruleset import by_id

    if word in by_id():
        fix = f"write sfsgen check --explain {word}"
        return Problem("COMMAND", f"{quoted(word)} is a rule of check", fix)
    near = nearest(word, commands, _ALIKE)
    fix = f"write sfsgen help {near}" if near else f"there are: {', '.join(commands)}"
    return Problem("COMMAND", f"there is no command {quoted(word)}", fix)
