"""The Jinja environment: where templates are found, and how every expression becomes YAML."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import jinja2

from sfsgen.errors import InputError, Problem
from sfsgen.yaml_text import Yaml, block, scalar

SUFFIX = ".yaml.j2"
_INSTALLED = Path(__file__).with_name("templates")
COMPILED = Path(__file__).with_name("compiled_templates")
# A wheel holds the templates inside the package; in a checkout they lie beside it.
BUILT_IN = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "templates"


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

    __str__ = __len__ = __iter__ = __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __truediv__ = __pow__ = __neg__ = _refuse
    __getitem__ = __contains__ = __int__ = __float__ = __index__ = __format__ = _refuse
    __getattr__ = _refuse


def _is_same(value: object, other: object) -> bool:
    """Compare by identity, as Jinja's test does; what is open yet is not to be compared."""
    if isinstance(value, Open) or isinstance(other, Open):
        raise NotLinearError
    return value is other


def finalize(value: Any) -> str:
    """Return what an expression of a template prints: always one YAML value, never more."""
    if isinstance(value, Yaml):
        return value
    if isinstance(value, dict | list | tuple):
        raise TypeError("a mapping or a list is printed with `| block(COLUMNS)`")
    return scalar(value.value if isinstance(value, Open) else value)


class Templates:
    """One template for each resource: the user's own where there is one, else ours."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own
        self._ours = _built_in()
        # A template of the user's may include or extend one of ours.
        folders = jinja2.FileSystemLoader([own, BUILT_IN]) if own else None
        self._theirs = environment(folders) if folders else self._ours

    def path(self, resource: str) -> Path:
        """Return where the template of a resource lies."""
        name = f"{resource}{SUFFIX}"
        return self.own / name if self.own and (self.own / name).is_file() else BUILT_IN / name

    def is_overridden(self, resource: str) -> bool:
        """Return whether the user's folder holds a template for this resource."""
        return self.path(resource).parent != BUILT_IN

    def renderer(self, resource: str, *, built_in: bool = False) -> Callable[..., str]:
        """Return the function that renders one resource from its variables.

        Raises InputError for a template with a syntax error; the function raises it for one that
        fails, with the template's file and line.
        """
        name = f"{resource}{SUFFIX}"
        if built_in or not self.is_overridden(resource):
            return self._ours.get_template(name).render
        try:
            template = self._theirs.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            where = f"{error.filename}:{error.lineno}"
            raise InputError(Problem(where, error.message or "", "mend the template")) from error
        except UnicodeDecodeError as error:
            where = str(self.path(resource))
            raise InputError(Problem(where, "it is not UTF-8", "save it as UTF-8")) from error
        return _guarded(template)


def _guarded(template: jinja2.Template) -> Callable[..., str]:
    def render(**variables: object) -> str:
        try:
            return template.render(**variables)
        except (NotLinearError, KeyboardInterrupt):
            raise
        except Exception as error:  # a user's template can raise anything
            line, frame = 0, error.__traceback__
            while frame:
                if frame.tb_frame.f_code.co_filename == template.filename:
                    line = frame.tb_lineno
                frame = frame.tb_next
            what = f"{type(error).__name__}: {error}"
            fix = "mend the template; docs/templates.md lists the variables"
            raise InputError(Problem(f"{template.filename}:{line}", what, fix)) from error

    return render


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return the environment in which every template is compiled and rendered."""
    made = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701  # this is YAML: `finalize` quotes every expression
    )
    made.filters["block"] = block
    made.tests["sameas"] = _is_same
    return made


@cache
def _built_in() -> jinja2.Environment:
    """Return our templates: those that the wheel's build compiled (hatch_build.py), or sources.

    Compiled templates are good for the version of Jinja that made them only.
    """
    compiled = COMPILED / jinja2.__version__
    if compiled.is_dir():
        return environment(jinja2.ModuleLoader(compiled))
    return environment(jinja2.FileSystemLoader(BUILT_IN))
