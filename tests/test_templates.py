"""Our environment of templates: what an expression prints, and which template a resource has."""

from pathlib import Path
from typing import Any

import jinja2
import pytest

from sfsgen.kubernetes.resources import ORDER, VOLUME
from sfsgen.printing.expressions import environment
from sfsgen.printing.templates import BUILT_IN, Templates
from sfsgen.problems import InputError


def rendered(text: str, **variables: Any) -> str:
    """Return what a template prints."""
    return environment(jinja2.DictLoader({"it": text})).get_template("it").render(**variables)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a: {{ x }}", "<b> & c", "a: <b> & c"),  # no HTML
        ("a: {{ x }}", "yes", 'a: "yes"'),
        ("a: {{ x }}", 3, "a: 3"),
        ("a: {{ x }}", None, "a: null"),
        ("a:\n{{ x | block(2) }}", {"b": "1"}, 'a:\n  b: "1"'),
        ("  {% if x %}\na: 1\n  {% endif %}\nb: 2\n", True, "a: 1\nb: 2\n"),
        ("a: 1\n\n", 0, "a: 1\n\n"),
    ],
)
def test_what_an_expression_prints(text: str, value: object, expected: str) -> None:
    assert rendered(text, x=value) == expected


@pytest.mark.parametrize("value", [{"a": 1}, [1], (1,)])
def test_what_is_no_scalar_needs_its_columns(value: object) -> None:
    with pytest.raises(TypeError, match=r"a mapping or a list is printed with `\| block"):
        rendered("a: {{ x }}", x=value)


def test_what_is_not_given_is_no_value() -> None:
    with pytest.raises(jinja2.UndefinedError):
        rendered("a: {{ x }}")


def test_each_resource_has_its_template(tmp_path: Path) -> None:
    own = tmp_path / f"{VOLUME}.yaml.j2"
    own.symlink_to("nowhere")
    for templates in (Templates(), Templates(tmp_path)):
        for resource in ORDER:
            is_own = bool(templates.own) and resource == VOLUME
            folder = tmp_path if is_own else BUILT_IN
            assert templates.path(resource) == folder / f"{resource}.yaml.j2"
    assert Templates().own == {}
    assert Templates(tmp_path).own == {VOLUME: own}


def test_all_that_keeps_templates_from_being_compiled_is_told(tmp_path: Path) -> None:
    for resource in ORDER:
        (tmp_path / f"{resource}.yaml.j2").write_text("{% if %}" if resource != VOLUME else "a: 1")
    with pytest.raises(InputError) as raised:
        Templates(tmp_path).compile_own()
    assert len(raised.value.problems) == len(ORDER) - 1
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / f"{VOLUME}.yaml.j2").write_text("a: 1")
    Templates(tmp_path / "own").compile_own()
