"""Jinja's sandbox, in which nothing is worked out before its time, and code has its lines."""

import ast
from bisect import bisect_right
from collections.abc import Callable
from types import CodeType
from typing import Any

import jinja2
from jinja2.environment import TemplateModule
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sfsgen.printing import expressions
from sfsgen.printing.unknown_names import Unknown


def sandbox(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return the environment in which a user's templates are compiled and rendered."""
    made = expressions.environment(loader, _Sandbox)
    made.optimized = False  # constants are worked out within bounds, and with a line, as all is
    made.finalize = _finalize
    made.undefined = Unknown
    # The same input gives the same bytes.
    del made.filters["random"], made.globals["lipsum"]
    return made


@jinja2.pass_context  # which keeps Jinja from calling it while it compiles
def _finalize(_context: object, value: Any) -> str:
    return expressions.finalize(value)


class _Template(jinja2.Template):
    """A template that remembers nothing."""

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        self._module = None  # else its variables would live on, from one object to the next
        return super()._get_default_module(ctx)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which code has the lines of its template."""

    template_class = _Template

    def _compile(self, source: str, filename: str) -> CodeType:
        """Compile what Jinja has made of a template, with the template's own lines."""
        line = _lines(source)
        try:
            tree = ast.parse(source, filename)
        except SyntaxError as error:  # Python's own limits, on blocks within blocks
            at = line(error.lineno or 1)
            raise jinja2.TemplateSyntaxError(error.msg, at, None, filename) from error
        for node in ast.walk(tree):
            if made := getattr(node, "lineno", 0):
                at = line(made)
                vars(node).update(lineno=at, end_lineno=at, col_offset=0, end_col_offset=0)
        try:
            return compile(tree, filename, "exec")
        except SyntaxError as error:
            at = error.lineno or 1
            raise jinja2.TemplateSyntaxError(error.msg, at, None, filename) from error


def _lines(source: str) -> Callable[[int], int]:
    """Return the function from the lines of what Jinja has made to those of its template."""
    info = ast.literal_eval(source.rpartition("debug_info = ")[2])
    pairs = [each.split("=") for each in info.split("&") if each]
    starts = [int(made) for _, made in pairs]
    lines = [1, *(int(written) for written, _ in pairs)]
    return lambda made: lines[bisect_right(starts, made)]
