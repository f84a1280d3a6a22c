"""The command line: the commands, each loaded when it is called."""

import importlib
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

import sfsgen
from sfsgen import called
from sfsgen.commands.arguments import Command, Parser, filled
from sfsgen.console import tell, write_stdout
from sfsgen.plain_text import quoted
from sfsgen.problems import EXIT_STATUS, InputError, Problem, nearest

_COMMANDS = {
    "render": "Print a whole set: Service, volumes, claims and StatefulSet.",
    "scale": "Print the volumes and claims that a set needs before a scale-up.",
    "volumes": "Print the volumes and claims that StatefulSets in any manifests lack.",
    "prepare": "Print what makes the directories of volumes: a script for their server, or a Job.",
    "show": "Show which pod has which name, claim, volume and directory.",
    "recover": "Say, or script, how every ordinal comes back to its own volume.",
    "adopt": "Say, or script, how a set's volumes become its own: named, reserved, static.",
    "move": "Say, or script, how a set gets another place, size or name, its data kept.",
    "check": "Say whether sets will bind, and if not, why not.",
    "fn": "Work as a KRM function of kustomize or kpt: render, add volumes, or check.",
    "post-render": "Add the volumes of a chart's StatefulSets to what Helm prints.",
    "init": "Print a values file to start from, or one of a set that exists.",
    "schema": "Print the JSON Schema of values files.",
    "completion": "Print the script that completes sfsgen's words in a shell.",
    "help": "Show what a command does, and its options.",
}
COMPLETE = "__complete"
"""What the scripts of `sfsgen completion` call."""
_ALIKE = 0.7  # of two commands
_NARROWEST, _WIDEST_TEXT = 20, 80  # columns
_WIDE = 120  # columns: narrower, rich cuts the longest options short


def _help_style() -> Literal["rich"] | None:
    """Return how help looks: in panels where they fit, else as plain text."""
    is_wide = sys.stdout and sys.stdout.isatty() and shutil.get_terminal_size().columns >= _WIDE
    return "rich" if is_wide else None


def _width() -> int:
    """Return how wide help as plain text is: as the terminal, within what can be read."""
    return max(_NARROWEST, min(_WIDEST_TEXT, shutil.get_terminal_size().columns) - 2)


class _Commands(TyperGroup):
    """Loads a command's module, and builds its parameters, when that command is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"sfsgen.commands.{name}")
        alone = typer.Typer(add_completion=False, rich_markup_mode=_help_style())
        help_line = _COMMANDS[cmd_name]
        alone.command(cmd_name, cls=Command, short_help=help_line)(getattr(module, name))
        return _as_called(typer.main.get_command(alone))

    def make_parser(self, ctx: Any) -> Any:
        return filled(_Parser(ctx), self, ctx)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        from sfsgen.commands.helping import write_commands

        write_commands(_COMMANDS, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        from sfsgen.commands.completing import commands

        return commands(_COMMANDS, incomplete) or super().shell_complete(ctx, incomplete)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in _COMMANDS:
            raise InputError(_no_command(args))
        return super().resolve_command(ctx, args)


def _as_called(command: Any) -> Any:
    """Return a command whose help names the program as it was called."""
    for each in (command, *command.params):
        each.help = each.help and called.as_called(each.help)
    return command


class _Parser(Parser):
    """The parser of what stands before the command."""

    def parse_args(self, args: list[str]) -> tuple[dict[str, Any], list[str], list[Any]]:
        given = list(args)
        try:
            return super().parse_args(args)
        except InputError as error:
            command = next((each for each in given if each in _COMMANDS), "")
            if command:
                given.remove(command)
                fix = f"write it after the command: {shlex.join(['sfsgen', command, *given])}"
            elif given[0].startswith(("-f", "--filename")):
                fix = f"write a command before it: {shlex.join(['sfsgen', 'check', *given])}"
            else:
                raise
            raise InputError(*(each._replace(fix=fix) for each in error.problems)) from error


def _no_command(arguments: Sequence[str]) -> Problem:
    """Return why there is no such command, and which one is meant."""
    typed, *others = arguments
    if near := nearest(typed, _COMMANDS, _ALIKE):
        fix = f"write {shlex.join(['sfsgen', near, *others])}"
    elif typed == "version":
        fix = "write sfsgen --version"
    elif os.path.exists(typed) or "." in typed:  # noqa: PTH110
        from sfsgen.commands.meant import without_command

        fix = without_command(arguments)
    else:
        from sfsgen.commands.meant import of_another_program

        there = f"there are: {', '.join(_COMMANDS)}"
        fix = of_another_program(typed) or there
    return Problem(called.name(), f"there is no command {quoted(typed)}", fix)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    rich_markup_mode=_help_style(),
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        write_stdout([f"sfsgen {sfsgen.__version__}\n"])
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Render StatefulSets whose NFS volumes and claims are paired one to one by ordinal."""


def _refuse_other_than_text(arguments: Sequence[str]) -> None:
    """Raise InputError where the command line holds bytes that are not UTF-8."""
    problems = []
    for before, argument in zip(("", *arguments), arguments, strict=False):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            where = before if before.startswith("-") else "NAME"
            problems.append(Problem(where, f"{argument!a} is not UTF-8", "write it as UTF-8"))
    if problems:
        raise InputError(*problems)


def invoke(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; problems of the input go to stderr.

    Raises OSError where the system refuses to read or write.
    """
    command = typer.main.get_command(app)
    if arguments[:1] == [COMPLETE]:
        from sfsgen.commands.typed_line import complete

        complete(command, arguments[1:])
        return 0
    try:
        _refuse_other_than_text(arguments)
        given = list(arguments) or ["--help"]
        with command.make_context(called.name(), given, terminal_width=_width()) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except InputError as error:
        tell(*error.problems)
        return EXIT_STATUS
    except TyperException as error:
        its_context = getattr(error, "ctx", None)
        path = its_context.command_path if its_context else called.name()
        tell(Problem(path, error.format_message(), f"`{path} --help` lists what there is"))
        return EXIT_STATUS
    return 0
