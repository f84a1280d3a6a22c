"""Nothing imports upwards: facts, what is wanted, what is printed, the command line."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for path in (ROOT / "sfsgen").rglob("*.py") if not path.name.startswith("__init__")
)


@cache
def _layers() -> dict[str, int]:
    """Return the number of each module's layer, from the architecture's tables."""
    layers: dict[str, int] = {}
    for number, section in enumerate((ROOT / "docs/architecture.md").read_text().split("\n## ")):
        for name in re.findall(r"^\| `([\w/*]+)\.py`", section, re.MULTILINE):
            found = [_name(each) for each in (ROOT / "sfsgen").glob(f"{name}.py")]
            layers |= dict.fromkeys(found, number)
    return layers


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "sfsgen").with_suffix("").parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            package, _, module = node.module.partition(".")
            if package == "sfsgen" and (module or node.names[0].name != "__version__"):
                yield from (
                    [module]
                    if module in _layers()
                    else [f"{module}.{each.name}".strip(".") for each in node.names]
                )


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_imports_from_its_layer_or_below(path: Path) -> None:
    layers = _layers()
    for imported in _imports(path):
        assert layers[imported] <= layers[_name(path)], imported


def test_no_import_cycles() -> None:
    imports = {_name(path): set(_imports(path)) for path in MODULES}
    while free := {name for name, needed in imports.items() if not needed & set(imports)}:
        imports = {name: needed for name, needed in imports.items() if name not in free}
    assert not imports


def test_no_rule_imports_another() -> None:
    for path in MODULES:
        if path.parent.name == "rules":
            assert not [each for each in _imports(path) if each.startswith("rules.")], path.name
