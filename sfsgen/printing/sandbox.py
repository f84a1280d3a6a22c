"""Jinja's sandbox, in which what is open stays so, and code has the lines of its template."""

import ast
import functools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any, NoReturn

import jinja2
from jinja2.environment import TemplateModule
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sfsgen.documents.yaml_writer import Yaml
from sfsgen.printing import expressions
from sfsgen.printing.expressions import NotLinearError, Open

# What can be asked of an open value: the answer is the same for all ordinals.
_SAME_FOR_ALL = frozenset(("default", "d", "defined", "undefined", "none"))


def sandbox(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return the environment in which a user's templates are compiled and rendered."""
    made = expressions.environment(loader, _Sandbox)
    made.optimized = False  # constants are worked out within bounds, and with a line, as all is
    made.finalize = _finalize
    # The same input gives the same bytes.
    del made.filters["random"], made.globals["lipsum"]
    made.filters.update(_refusing_open(made.filters))
    made.tests.update(_refusing_open(made.tests))
    return made


class _Printed(Yaml):
    """What an open value prints: a text in which the ordinal is still to be filled in."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __html__(self) -> NoReturn:
        raise NotLinearError


@jinja2.pass_context  # which keeps Jinja from calling it while it compiles
def _finalize(_context: object, value: Any) -> str:
    printed = expressions.finalize(value)
    return _Printed(printed) if isinstance(value, Open) else printed


def _joined(pieces: Iterable[Any]) -> Any:
    """Return what a macro or a block has printed: a text, open where one of its pieces is."""
    pieces = list(pieces)
    text = "".join(map(text_of, pieces))
    return Open(text) if any(map(_is_open, pieces)) else text


def text_of(piece: Any) -> Any:
    """Return what a piece of a template's output prints: a text, if it is one."""
    return piece.value if isinstance(piece, Open) else piece


def _is_open(value: object) -> bool:
    return isinstance(value, Open | _Printed)


class _Template(jinja2.Template):
    """A template that remembers nothing and does not look at what is open."""

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002  # Jinja's names
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> TemplateModule:
        """Return the template as `import` gives it: a value, which may not be open."""
        module = super().make_module(vars, shared, locals)
        if any(map(_is_open, module._body_stream)):  # noqa: SLF001
            raise NotLinearError
        return module

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        self._module = None  # else its variables would live on, from one object to the next
        return super()._get_default_module(ctx)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which what is open stays so, and code has its template's lines."""

    template_class = _Template
    concat = staticmethod(_joined)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute or item, as Jinja does."""
        return _closed(super().getattr, obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item or attribute, as Jinja does."""
        return _closed(super().getitem, obj, argument)

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


def _closed(get: Callable[[Any, Any], Any], value: Any, name: Any) -> Any:
    if isinstance(value, Open):
        raise NotLinearError
    return get(value, name)


def _refusing_open(functions: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters or tests that are given no open value."""

    def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            if any(isinstance(each, Open) for each in (*arguments, *named.values())):
                raise NotLinearError
            return function(*arguments, **named)

        return call

    return {
        name: function if name in _SAME_FOR_ALL else refusing(function)
        for name, function in functions.items()
    }
