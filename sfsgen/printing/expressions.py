"""The Jinja environment: how every expression of a template becomes YAML, also an open one."""

from typing import Any, NoReturn

import jinja2

from sfsgen.documents.yaml_writer import Yaml, block, scalar


class NotLinearError(Exception):
    """A template does something else with the ordinal than print it."""


class Open:
    """A value that depends on an ordinal that is still open: it can be printed whole, no more."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def _refuse(self, *_: object) -> NoReturn:
        raise NotLinearError

    def __bool__(self) -> bool:
        """Return True for a text, which is never empty with an ordinal in it."""
        return isinstance(self.value, str) or self._refuse()

    __str__ = __repr__ = __len__ = __iter__ = __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __truediv__ = __pow__ = __neg__ = _refuse
    __getitem__ = __contains__ = __int__ = __float__ = __index__ = __format__ = _refuse
    __getattr__ = _refuse


def finalize(value: Any) -> str:
    """Return what an expression of a template prints: always one YAML value, never more."""
    if isinstance(value, Yaml):
        return value
    if isinstance(value, dict | list | tuple):
        raise TypeError("a mapping or a list is printed with `| block(COLUMNS)`")
    return scalar(value.value if isinstance(value, Open) else value)


def environment(
    loader: jinja2.BaseLoader, kind: type[jinja2.Environment] = jinja2.Environment
) -> jinja2.Environment:
    """Return an environment in which templates are compiled and rendered."""
    made = kind(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # this is YAML: `finalize` quotes every expression
    )
    made.filters["block"] = block
    return made
