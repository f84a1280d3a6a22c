"""Names in a user's template that there are not: what to say of each, with the nearest one."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

import jinja2
from jinja2.utils import missing

from sfsgen.kubernetes.resources import ORDER
from sfsgen.plain_text import listed, quoted
from sfsgen.problems import nearest

_ALIKE = 0.6
_MEND = "docs/templates.md says what a template may use"
# What Helm has, and what is written here instead.
_HELM = {
    "quote": "leave it out: every expression is quoted where it must be",
    "squote": "leave it out: every expression is quoted where it must be",
    **dict.fromkeys(("toYaml", "nindent"), "write block(COLUMNS), with how far to the right"),
}
_OF_HELM = re.compile(r"\{\{-?\s*(\.|\$|include\s|template\s)|\{%-?\s*\.")


class UnknownNameError(jinja2.UndefinedError):
    """A template uses a variable, or a part of one, that there is not."""

    def __init__(self, holder: Any, name: Any, message: str | None) -> None:
        super().__init__(message)
        self.holder, self.unknown = holder, name


class Unknown(jinja2.StrictUndefined):
    """What a template gets for a name that there is not: whatever it does with it is an error."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Any = jinja2.UndefinedError,
    ) -> None:
        if exc is jinja2.UndefinedError and hint is None:

            def exc(message: str | None = None) -> UnknownNameError:
                return UnknownNameError(obj, name, message)

        super().__init__(hint, obj, name, exc)


def told(
    error: BaseException, environment: jinja2.Environment, folder: str, variables: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Return what is wrong with a name and how to mend it, or None for an error of another kind."""
    if isinstance(error, UnknownNameError):
        return _variable(error, environment, variables)
    if isinstance(error, jinja2.TemplateNotFound) and isinstance(error.name, str):
        there = {f"{each}.yaml.j2" for each in ORDER} | set(_names_in(folder))
        name = str(error.name)
        return f"there is no template {quoted(name)}", _fix(name, there)
    text = str(error.message or "") if isinstance(error, jinja2.TemplateError) else ""
    if found := re.match(r"No (filter|test) named '(.*)'", text):
        kind, name = found.groups()
        there = set(environment.filters if kind == "filter" else environment.tests)
        return f"there is no {kind} {quoted(name)}", _HELM.get(name) or _fix(name, there)
    if isinstance(error, jinja2.TemplateSyntaxError) and _OF_HELM.search(_line(error)):
        fix = "templates are Jinja's, not Helm's: write {{ volume.name }}, {{ claim.name }}"
        return f"{text}: this is a template of Helm's", f"{fix}; {_MEND}"
    return None


def _variable(
    error: UnknownNameError, environment: jinja2.Environment, variables: Mapping[str, Any]
) -> tuple[str, str]:
    name = str(error.unknown)
    if error.holder is not missing:
        return _part(name, error.holder, _called(error.holder, variables))
    if name in environment.filters:
        return f"there is no function {quoted(name)}", f"it is a filter: write VALUE | {name}"
    parts = {
        f"{key}.{part}": part
        for key, value in variables.items()
        if isinstance(value, Mapping)
        for part in value
    }
    what = f"there is no variable {quoted(name)} here"
    if alone := [each for each, part in parts.items() if part == name]:
        return what, f"write {' or '.join(alone)}"
    near = nearest(name, [*variables, *parts], _ALIKE)
    return what, f"write {near}; {_MEND}" if near else _fix(name, variables)


def _part(name: str, holder: Any, called: str) -> tuple[str, str]:
    """Return what to say of a name that is no part of what stands before it."""
    what = f"there is no {quoted(name)} in {called or 'what stands before it'}"
    if isinstance(holder, Mapping):
        prefix = f"{called}." if called and all(str(each).isidentifier() for each in holder) else ""
        return what, _fix(name, map(str, holder), prefix)
    kind = "a list" if isinstance(holder, list | tuple) else "a single value"
    return f"{what}, which is {kind}", _MEND


def _called(value: Any, variables: Mapping[str, Any]) -> str:
    """Return what a template calls a value, or "" where it is none of its variables."""
    for name, variable in variables.items():
        if variable is value:
            return name
        if isinstance(variable, Mapping):
            inside = (f"{name}.{key}" for key, each in variable.items() if each is value)
            if found := next(inside, ""):
                return found
    return ""


def _fix(name: str, there: Iterable[str], prefix: str = "") -> str:
    known = sorted(there)
    if near := nearest(name, known, _ALIKE):
        return f"write {prefix}{near}; {_MEND}"
    there_are = f"there are: {listed(known)}" if known else "leave it out: there is nothing in it"
    return f"{there_are}; {_MEND}"


def _line(error: jinja2.TemplateSyntaxError) -> str:
    lines = (error.source or "").splitlines()
    return lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []
