"""Which tests run which line of the program, and how long each takes: measured once, then kept.

It needs coverage (`pip install coverage`). What it measures lies in the folder for temporary files,
and holds until the program changes; files of tests that are new or changed are measured again.
"""

import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "sfsgen"


class Reach:
    """What the tests of a tree run of its program."""

    def __init__(self, tree: Path) -> None:
        """Read what was measured of this program before, and measure what is new."""
        try:
            from coverage import CoverageData
        except ImportError:
            raise SystemExit("mutants: coverage is missing: pip install coverage") from None
        self.tree = tree
        self.seconds: dict[str, float] = {}
        """The tests that pass, and how long each takes."""
        self._lines = []
        for file, kept in _kept(tree):
            if not kept.with_suffix(".json").exists():
                _measure(tree, file, kept)
            self.seconds |= json.loads(kept.with_suffix(".json").read_text())
            self._lines.append(CoverageData(str(kept.with_suffix(".lines"))))
            self._lines[-1].read()

    def of_line(self, module: str, line: int) -> list[str]:
        """Return the tests that run a line of a function, or failing that, of its body."""
        body = _body_around(_parsed(self._path(module)), line)
        # The line of a `def` is run when it is imported, which some test does first.
        found = self._quickest(module, [line]) if line in body else []
        return found or self._quickest(module, body)

    def of_users(self, module: str, line: int) -> list[str]:
        """Return the tests that run a function which needs what is defined at a line."""
        names, before = _defined(_parsed(self._path(module)), line), -1
        found: set[str] = set()
        while before < len(names):
            before = len(names)
            for path in sorted(self.tree.glob(f"{PACKAGE}/**/*.py")):
                user = str(path.relative_to(self.tree / PACKAGE).with_suffix(""))
                for lines in _users(_parsed(path), names):
                    found |= set(self._quickest(user, lines))
        return self._in_order(found) or self._quickest(module, range(1, 10_000))

    def elsewhere(self) -> list[str]:
        """Return the tests that reach nothing here: they run the program in other processes."""
        reaching = (each.measured_contexts() for each in self._lines)
        return self._in_order(self.seconds.keys() - set().union(*reaching))

    def _path(self, module: str) -> Path:
        return self.tree / PACKAGE / f"{module}.py"

    def _quickest(self, module: str, lines: Iterable[int]) -> list[str]:
        by_line = self._by_line(module)
        return self._in_order({test for line in lines for test in by_line.get(line, ())})

    def _in_order(self, tests: AbstractSet[str]) -> list[str]:
        return sorted(tests & self.seconds.keys(), key=lambda each: (self.seconds[each], each))

    @cache  # noqa: B019  # there is one
    def _by_line(self, module: str) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for each in self._lines:
            for line, tests in each.contexts_by_lineno(f"{PACKAGE}/{module}.py").items():
                found.setdefault(line, set()).update(tests)
        return found


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _body_around(tree: ast.Module, line: int) -> range:
    """Return the lines of the body of the innermost function around a line."""
    nodes = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    around = max((each for each in nodes if line in _span(each)), key=lambda each: each.lineno)
    return range(around.body[0].lineno, _span(around).stop)


def _defined(tree: ast.Module, line: int) -> set[str]:
    """Return the names that the statements at a line outside functions give to something."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and line in _span(node):
            found |= _given(node)
    return found


def _given(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {each.id for each in targets if isinstance(each, ast.Name)}
    return set()


def _users(tree: ast.Module, names: set[str]) -> Iterator[range]:
    """Yield the lines of the functions that use names, and add the names that use them."""
    for statement in tree.body:
        if not names & _used(statement):
            continue
        if isinstance(statement, ast.FunctionDef):
            yield _body_around(tree, statement.lineno)
        elif isinstance(statement, ast.ClassDef):
            functions = [each for each in statement.body if isinstance(each, ast.FunctionDef)]
            using = [each for each in functions if names & _used(each)]
            yield from (_body_around(tree, each.lineno) for each in using or functions)
            if len(using) < len([each for each in statement.body if names & _used(each)]):
                names.add(statement.name)
        else:
            names |= _given(statement)


def _used(node: ast.AST) -> set[str]:
    return {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    }


def _kept(tree: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of tests, each with where is kept what was measured of it as it is."""
    folder = Path(tempfile.gettempdir(), f"sfsgen-reach-{_hash(tree.glob(f'{PACKAGE}/**/*.py'))}")
    examples = list(tree.glob("examples/**/*"))
    for path in sorted(tree.glob("tests/test_*.py")):
        is_of_examples = "EXAMPLES.glob" in path.read_text()
        kept = f"{path.stem}-{_hash([path, *examples * is_of_examples])}"
        yield str(path.relative_to(tree)), folder / kept


def _hash(paths: Iterable[Path]) -> str:
    read = hashlib.sha256()
    for path in sorted(each for each in paths if each.is_file()):
        read.update(f"{path.name}\n".encode() + path.read_bytes())
    return read.hexdigest()[:16]


def _measure(tree: Path, file: str, kept: Path) -> None:
    """Run a file of tests and keep what they reach; those that fail are named, and left out."""
    print(f"mutants: measuring {file}", file=sys.stderr)
    kept.parent.mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tools.reach", file],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "REACH": str(kept)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not kept.with_suffix(".json").exists():
        raise SystemExit(f"mutants: the tests of {file} do not run:\n{ran.stdout}")
    if ran.returncode:
        print(f"mutants: left out, since they fail:\n{ran.stdout}", file=sys.stderr)


class Meter:
    """What notes, while tests run, which lines each reaches; pytest calls it."""

    def __init__(self, kept: Path) -> None:
        from coverage import Coverage

        self.kept = kept
        self.seconds: dict[str, float] = {}
        lines = kept.with_suffix(".lines")
        self.coverage = Coverage(data_file=lines, config_file=False, source=[PACKAGE])
        self.coverage.set_option("run:relative_files", True)
        # Some tests run the program in processes of their own alone.
        no_data = ["no-data-collected", "module-not-imported"]
        self.coverage.set_option("run:disable_warnings", no_data)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Note what a test reaches, as if it were the first."""
        forget()
        start, failed = time.perf_counter(), item.session.testsfailed
        self.coverage.start()
        self.coverage.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.coverage.stop()
            if item.session.testsfailed == failed:
                self.seconds[item.nodeid] = time.perf_counter() - start

    def pytest_sessionfinish(self) -> None:
        """Keep what was noted."""
        self.coverage.save()
        self.kept.with_suffix(".json").write_text(json.dumps(self.seconds))


def pytest_configure(config: pytest.Config) -> None:
    """Measure where `_measure` asks for it, and in no other run."""
    if "REACH" in os.environ:
        config.pluginmanager.register(Meter(Path(os.environ["REACH"])))


def forget() -> None:
    """Empty the caches of the program's functions, so that they run for the next test as well."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith(PACKAGE):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
