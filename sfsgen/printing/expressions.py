"""The Jinja environment: how every expression of a template becomes YAML."""

from typing import Any

import jinja2

from sfsgen.documents.yaml_writer import Yaml, block, scalar


def finalize(value: Any) -> str:
    """Return what an expression of a template prints: always one YAML value, never more."""
    if isinstance(value, Yaml):
        return value
    if isinstance(value, dict | list | tuple):
        raise TypeError("a mapping or a list is printed with `| block(COLUMNS)`")
    return scalar(value)


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
