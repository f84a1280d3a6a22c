"""Which branches a run of the program takes: noted by the program, changed as it is imported.

A tracer (`sys.settrace`) makes a run four times as slow, this a fifth slower.
"""

import ast
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_PACKAGE = "sfsgen"
_MOST = 1 << 13  # places in all modules
_NOTE, _ASK = "__fuzz_note__", "__fuzz_ask__"

hits = bytearray(_MOST)
"""What was reached since it was last emptied: a byte for every block and every answer."""
_count = 0


def install() -> None:
    """Have the program note where it goes; to be called before it is imported."""
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Finder())


def reached() -> int:
    """Return the places that were reached since the last call, as bits eight apart."""
    found = int.from_bytes(hits, "little")
    hits[:] = bytes(_MOST)
    return found


def _ask(number: int, answer: Any) -> Any:
    hits[number + bool(answer)] = 1
    return answer


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != _PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin and spec.origin.endswith(".py"):
            spec.loader = _Loader(fullname, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        tree = _Noting().visit(ast.parse(Path(self.path).read_bytes()))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update({_NOTE: hits, _ASK: _ask})
        super().exec_module(module)


def _places(count: int) -> int:
    global _count  # noqa: PLW0603  # one numbering for all modules
    _count += count
    return min(_count, _MOST) - count


class _Noting(ast.NodeTransformer):
    """Puts a note at the head of every block, and an ear at every condition."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            node.test = _asked(node.test)
        elif isinstance(node, ast.comprehension):
            node.ifs = [_asked(each) for each in node.ifs]
        elif isinstance(node, ast.BoolOp):
            node.values = [*map(_asked, node.values[:-1]), node.values[-1]]
        if isinstance(node, ast.FunctionDef | ast.For | ast.ExceptHandler):
            is_told = isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None
            node.body.insert(int(is_told), _noted(node.body[0]))
        return node


def _asked(test: ast.expr) -> ast.expr:
    ask = ast.Name(_ASK, ast.Load())
    return ast.copy_location(ast.Call(ask, [ast.Constant(_places(2)), test], []), test)


def _noted(before: ast.stmt) -> ast.stmt:
    (note,) = ast.parse(f"{_NOTE}[{_places(1)}] = 1").body
    for each in ast.walk(note):
        ast.copy_location(each, before)
    return note
