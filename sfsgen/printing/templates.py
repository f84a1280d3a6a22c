"""One template for each resource: the user's own where there is one, else ours."""

import os
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path

import jinja2

from sfsgen import package_data
from sfsgen.kubernetes.resources import ORDER
from sfsgen.printing.expressions import environment
from sfsgen.problems import InputError, Problem

SUFFIX = ".yaml.j2"
_PACKAGE = Path(package_data.PACKAGE)
_INSTALLED = _PACKAGE / "templates"
# A wheel holds the templates inside the package, a zip too; in a checkout they lie beside it.
_IS_CHECKOUT = not _INSTALLED.is_dir() and _PACKAGE.is_dir()
BUILT_IN = _PACKAGE.parent / "templates" if _IS_CHECKOUT else _INSTALLED
# Compiled templates, which the wheel's build has made (hatch_build.py), are good for the version of
# Jinja that made them only.
_COMPILED = _PACKAGE / "compiled_templates" / jinja2.__version__
_FILES = {f"{each}{SUFFIX}" for each in ORDER}


class Templates:
    """The templates that a run renders with."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds the user's own: whatever lies in the place of a template is one."""
        self.folder = folder or BUILT_IN
        paths = {each: self.folder / f"{each}{SUFFIX}" for each in ORDER}
        self.own = {key: each for key, each in paths.items() if folder and os.path.lexists(each)}

    def path(self, resource: str) -> Path:
        """Return where the template of a resource lies."""
        return self.own.get(resource) or BUILT_IN / f"{resource}{SUFFIX}"

    def renderer(self, resource: str) -> Callable[..., str]:
        """Return the function that renders one resource from its variables.

        A user's template is not touched before it is called, which is to be within bounds.
        """
        if resource not in self.own:
            return _built_in().get_template(f"{resource}{SUFFIX}").render
        from sfsgen.printing import own_templates

        return own_templates.renderer(self._theirs, self.own[resource])

    def compile_own(self) -> None:
        """Raise InputError with all that keeps the user's templates from being compiled.

        To be called within bounds.
        """
        from sfsgen.printing import own_templates

        problems: list[Problem] = []
        for path in self.own.values():
            try:
                own_templates.compiled(self._theirs, path)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(*problems)

    @cached_property
    def _theirs(self) -> jinja2.Environment:
        from sfsgen.printing import own_templates

        return own_templates.environment(self.folder, _SOURCES)


@cache
def _built_in() -> jinja2.Environment:
    """Return our templates: compiled ones where they are there, else their sources."""
    return environment(jinja2.ChoiceLoader([jinja2.ModuleLoader(_COMPILED), _SOURCES]))


def _source(name: str) -> tuple[str, str, None] | None:
    """Return the source of a built-in template and where it lies, or None where it is none."""
    if name not in _FILES:
        return None
    path = str(BUILT_IN / name)
    return package_data.text(path), path, None


_SOURCES = jinja2.FunctionLoader(_source)
