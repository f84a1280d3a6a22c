"""A command's arguments, read as kubectl reads its own; all that is wrong with them at once."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from typer._click.exceptions import BadOptionUsage, NoSuchOption, UsageError
from typer._click.parser import _Option, _OptionParser, _ParsingState
from typer.core import TyperCommand

from sfsgen import called
from sfsgen.plain_text import brief
from sfsgen.plain_text import quoted as word
from sfsgen.problems import InputError, Problem, nearest

_PRINTERS = ("init", "schema")
_ADDRESS = r"[^/]*:|[a-z0-9-]+(?:\.[a-z0-9-]+)+/"  # what may be one
_KINDS = ("sts", "statefulset")  # which kubectl takes before a name
_PLAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_ALIKE = 0.75  # of two options, without their hyphens


class Command(TyperCommand):
    """A command that reads its arguments with the parser below."""

    def make_parser(self, ctx: Any) -> _OptionParser:
        """Return the parser of its options; what is no public part of typer is pinned with it."""
        if ctx.resilient_parsing:
            from sfsgen.commands.completing import attach

            attach(self.get_params(ctx))
        return filled(Parser(ctx), self, ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write its arguments and options below their headings."""
        from sfsgen.commands.helping import write_options

        write_options(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Fill in its parameters. Raises InputError for what stands in the wrong place."""
        given, name = list(args), str(self.name)
        if ctx.resilient_parsing:  # for a completion: the line is not yet whole
            return super().parse_args(ctx, args)
        if given and name in _PRINTERS:
            from sfsgen.commands.meant import given_to_printer

            _raise_any(given_to_printer(name, given))
        rest = super().parse_args(ctx, args)
        if not (ctx.resilient_parsing or _is_plain(ctx.params)):
            from sfsgen.commands.meant import unmeant

            _raise_any(unmeant(name, ctx.params, given))
        return rest


def _raise_any(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise InputError(*found)


def _is_plain(parameters: Mapping[str, Any]) -> bool:
    """Return whether parameters are so usual that none can stand in the wrong place."""
    names, files = parameters.get("name") or (), parameters.get("filename") or ()
    several = [names] if isinstance(names, str) else names
    if any(not _PLAIN.fullmatch(each) or os.path.exists(each) for each in several):  # noqa: PTH110
        return False
    if len(several) > 1 and next(iter(several), "").startswith(_KINDS):
        return False
    is_by_cluster = any(parameters.get(each) is not None for each in ("kube_context", "kubeconfig"))
    folders = (parameters.get(each) or "" for each in ("template_dir", "output_dir"))
    return not (
        is_by_cluster or any(each and re.match(_ADDRESS, each) for each in (*files, *folders))
    )


def filled(parser: "Parser", command: Any, context: Any) -> "Parser":
    """Return a parser that knows the parameters of a command."""
    for each in command.get_params(context):
        each.add_to_parser(parser, context)
    return parser


class Parser(_OptionParser):
    """Takes `-n=shop` as kubectl does, and tells every option that there is not."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.problems: list[Problem] = []

    def parse_args(self, args: list[str]) -> tuple[dict[str, Any], list[str], list[Any]]:
        """Return options, what is left over, and their order. Raises InputError, or click's own."""
        given = list(args)
        try:
            options, left, order = super().parse_args(args)
        except BadOptionUsage as error:
            option = error.option_name
            known = self._long_opt.get(option) or self._short_opt[option]
            shown = known.obj.metavar or "VALUE"
            fix = f"write {option} {shown}, with what you mean for {shown}"
            problem = Problem(error.option_name, "it stands without a value", fix)
            raise InputError(*self.problems, problem) from error
        except UsageError as error:
            if not self.problems:
                raise
            raise InputError(*self.problems) from error
        if self.ctx and self.ctx.resilient_parsing:
            return options, left, order
        if self.problems:
            raise InputError(*self.problems)
        if left and self.allow_interspersed_args:
            from sfsgen.commands.meant import surplus

            name = options.get("name")
            raise InputError(surplus(self._command.rpartition(" ")[2], left, name, given))
        return options, left, order

    @property
    def _command(self) -> str:
        return self.ctx.command_path if self.ctx else called.name()

    def _process_opts(self, arg: str, state: _ParsingState) -> None:
        if arg[1:2] != "-" and f"-{arg.partition('=')[0]}" in self._long_opt:  # Go's flags
            what = "an option of several letters begins with two hyphens"
            self.problems.append(Problem(arg, what, f"write -{arg}"))
            return
        try:
            super()._process_opts(arg, state)
        except NoSuchOption as error:
            self.problems.append(self._unknown(error.option_name))
        except BadOptionUsage as error:
            if state.rargs or "=" not in arg:
                raise
            what = f"it takes no value, and {word(arg.partition('=')[2])} is given"
            fix = f"write {error.option_name}, or leave it out"
            self.problems.append(Problem(error.option_name, what, fix))

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        option: _Option | None = self._short_opt.get(arg[:2])
        if option and option.takes_value and arg[2:3] == "=":
            option.process(arg[3:], state)
        else:
            super()._match_short_opt(arg, state)

    def _unknown(self, option: str) -> Problem:
        near = near_option(option, self._long_opt)
        if option in ("--install-completion", "--show-completion"):  # of other programs
            near = "sfsgen completion SHELL, which prints the script"
        from sfsgen.commands.meant import another_option

        takes_name = any(each.obj.name == "name" for each in self._args)
        fix = f"write {near}" if near else f"`{self._command} --help` lists those that there are"
        fix = another_option(option, self._long_opt, takes_name=takes_name) or fix
        return Problem(option, f"{self._command} has no option {brief(option)}", fix)


def near_option(option: str, known: Iterable[str]) -> str:
    """Return the option that is meant by one that there is not, or "" where none is near."""
    bare = option.lstrip("-")
    by_name = {each.lstrip("-"): each for each in known}
    # What is short, or long and hardly alike, is anything's neighbour.
    near = nearest(bare, by_name, _ALIKE) if len(bare) > 1 else ""
    if not near and len(bare) > 1:
        # One that is longer: --server for --nfs-server, --file for --filename.
        whole = [each for each in by_name if bare in each.split("-") or each.startswith(bare)]
        near = whole[0] if len(whole) == 1 else ""
    return by_name[near] if near else ""
