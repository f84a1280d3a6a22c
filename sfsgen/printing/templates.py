"""One template for each resource: the user's own where there is one, else ours."""

import os
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

import jinja2

from sfsgen.kubernetes.resources import ORDER
from sfsgen.printing.expressions import environment
from sfsgen.problems import InputError, Problem

SUFFIX = ".yaml.j2"
_INSTALLED = Path(__file__).parents[1] / "templates"
COMPILED = Path(__file__).parents[1] / "compiled_templates"
# A wheel holds the templates inside the package; in a checkout they lie beside it.
BUILT_IN = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "templates"

T = TypeVar("T")


class Templates:
    """The templates that a run renders with."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own
        self._ours = _built_in()

    def path(self, resource: str) -> Path:
        """Return where the template of a resource lies."""
        name = f"{resource}{SUFFIX}"
        return (self.own if self.own and self.is_overridden(resource) else BUILT_IN) / name

    def is_overridden(self, resource: str) -> bool:
        """Return whether something lies in the place of the user's template for this resource."""
        return bool(self.own) and os.path.lexists(f"{self.own}/{resource}{SUFFIX}")

    def renderer(self, resource: str, *, built_in: bool = False) -> Callable[..., str]:
        """Return the function that renders one resource from its variables.

        Raises InputError for a user's template that cannot be compiled; the function raises it for
        one that fails, with the template's file and line.
        """
        name = f"{resource}{SUFFIX}"
        if built_in or not self.is_overridden(resource):
            return self._ours.get_template(name).render
        from sfsgen.printing import own_templates

        return own_templates.renderer(self._theirs, name, self.path(resource))

    def rendering(self, work: Callable[[], T]) -> T:
        """Do what renders, within bounds where it renders a user's templates.

        Raises InputError for templates that cannot be compiled, and whatever the work raises.
        """
        if not self.own:
            return work()
        from sfsgen.printing import own_templates

        def compile_first() -> T:
            self._compile()
            return work()

        return own_templates.within_bounds(self.own, compile_first)

    def _compile(self) -> None:
        """Raise InputError for all that is wrong with the user's templates before rendering."""
        problems: list[Problem] = []
        for resource in filter(self.is_overridden, ORDER):
            try:
                self.renderer(resource)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(*problems)

    @cached_property
    def _theirs(self) -> jinja2.Environment:
        from sfsgen.printing import own_templates

        return own_templates.environment(self.own or BUILT_IN, BUILT_IN)


@cache
def _built_in() -> jinja2.Environment:
    """Return our templates: those that the wheel's build compiled (hatch_build.py), or sources.

    Compiled templates are good for the version of Jinja that made them only.
    """
    compiled = COMPILED / jinja2.__version__
    if compiled.is_dir():
        return environment(jinja2.ModuleLoader(compiled))
    return environment(jinja2.FileSystemLoader(BUILT_IN))
