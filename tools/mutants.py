"""Change the program in small ways, one at a time, and tell which changes no test notices.

    python tools/mutants.py rules/names plan          # 24 mutants of each of these modules
    python tools/mutants.py --sample 24 --seed 8      # of every module
    python tools/mutants.py rules/names --sample 999 --near

Each mutant runs in a copy of the tree, with the tests that are nearest to its module first and the
rest of the suite where these pass. Every kind of change has an equal share of a sample.
"""

import argparse
import ast
import contextlib
import importlib
import itertools
import json
import os
import queue
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, NoReturn

ROOT = Path(__file__).parents[1]
_PACKAGE = "sfsgen"
_NOT_COPIED = (".git", ".venv", ".hypothesis", "*_cache", "__pycache__", "build", "dist")
_SECONDS = 200  # a mutant that takes longer hangs
_ALL_SECONDS = 3600
_BYTES = 4 * 2**30  # one that takes more runs away
_PASSED = "passed"
_WIDTH = 60  # of a piece of source in the table

_CHECK = "rules check_mutations check_situations check examples scale_situations"
_SCALE = "scale_situations scale examples"
_RENDER = "examples refusals values_file pairs output schemas"
_READ = "yaml_documents json_documents manifests"

# The tests that a mutant of a module meets first; of a package, for the modules that have no line.
_NEAR = {
    "__main__": "failures refusals",
    "cli": "failures refusals docs",
    "kubernetes/cluster": "kubectl inputs failures check scale",
    "values/collisions": f"meetings refusals {_SCALE} {_RENDER}",
    "commands": f"check {_SCALE} {_RENDER} failures docs",
    "commands/check": f"check {_CHECK} failures",
    "commands/missing": f"{_SCALE} failures check",
    "commands/parameters": f"docs {_RENDER} {_SCALE} check",
    "commands/render": f"{_RENDER} failures",
    "commands/scale": f"{_SCALE} failures",
    "commands/volumes": f"{_SCALE} failures",
    "kubernetes/binder": f"{_CHECK} {_SCALE}",
    "console": f"output failures {_SCALE} {_RENDER}",
    "changes/cures": f"{_CHECK} advice {_SCALE}",
    "problems": f"refusals failures {_CHECK}",
    "sets/existing": f"{_SCALE} {_CHECK} manifests",
    "printing/expressions": f"{_RENDER} escape own_templates",
    "printing/fidelity": "output refusals failures",
    "kubernetes/fields": f"kubernetes_fields {_CHECK}",
    "documents/files": "inputs manifests output refusals",
    "findings/finding": _CHECK,
    "values/hazards": f"refusals {_SCALE} {_RENDER}",
    "sets/idle": _CHECK,
    "sets/inference": _SCALE,
    "checking/inspection": _CHECK,
    "sets/inventory": f"{_SCALE} manifests check failures kubectl",
    "printing/isolation": "own_templates output",
    "documents/json_reader": f"json_documents manifests {_CHECK}",
    "kubernetes/kubectl": f"printed_text {_SCALE} check advice failures",
    "kubernetes/limits": f"names refusals {_CHECK}",
    "kubernetes/manifests": f"manifests {_SCALE} {_CHECK} failures",
    "values/model": _RENDER,
    "kubernetes/names": f"names refusals {_CHECK} {_SCALE}",
    "values/options": _RENDER,
    "sets/runs": _CHECK,
    "printing/output": "output failures examples",
    "printing/own_templates": "own_templates output",
    "values/own_fields": f"values_file {_RENDER} hostile_values",
    "documents/paths": f"{_CHECK} values_file refusals",
    "plain_text": f"printed_text {_CHECK}",
    "changes/missing": _SCALE,
    "printing/objects": f"output {_RENDER} {_SCALE} failures",
    "kubernetes/quantities": f"quantity refusals {_CHECK}",
    "sets/renames": f"{_CHECK} {_SCALE}",
    "printing/rendering": f"{_RENDER} {_SCALE} escape",
    "checking/report": f"check {_CHECK}",
    "values/request": f"values_file {_RENDER}",
    "kubernetes/resources": f"output {_RENDER} {_SCALE}",
    "rules": _CHECK,
    "rules/live": f"{_CHECK} advice",
    "rules/reservation": f"{_CHECK} advice",
    "checking/ruleset": _CHECK,
    "printing/sandbox": "own_templates output",
    "findings/scene": _CHECK,
    "kubernetes/selectors": f"{_CHECK} {_SCALE}",
    "values/shape": f"values_file {_RENDER}",
    "kubernetes/shapes": f"manifests {_CHECK} {_SCALE}",
    "values/claim_templates": f"{_RENDER} {_SCALE}",
    "sets/patterns": _SCALE,
    "printing/templates": f"output examples failures escape {_RENDER}",
    "values/tree": f"{_RENDER} {_SCALE}",
    "kubernetes/versions": f"versions {_RENDER}",
    "values/vocabulary": f"values_file docs {_RENDER}",
    "values/stateful_set": f"{_RENDER} hostile_values",
    "documents/yaml_reader": f"{_READ} values_file {_CHECK}",
    "documents/yaml_writer": f"yaml_text escape {_RENDER}",
}

# Survivors that do not matter: module, function, change, and why no test should notice.
_DOES_NOT_MATTER: dict[tuple[str, str, str], str] = {}

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_Conditional = ast.If | ast.IfExp | ast.While


class Site(NamedTuple):
    """A place in a tree where one thing can be changed."""

    kind: str
    line: int
    parent: ast.AST
    field: str
    position: int | None
    """Where in a field that is a list; None in another."""
    new: ast.AST | None
    """What comes in its place; None takes it out."""
    function: str


class Mutant(NamedTuple):
    """A module with one thing changed."""

    module: str
    line: int
    kind: str
    function: str
    change: str
    source: str

    @property
    def is_in_function(self) -> bool:
        """Whether it lies in a function, which can be changed in a module that is imported."""
        return self.function[-1:] not in ("", ".")

    @property
    def reason(self) -> str:
        """Why it does not matter that no test notices, or ""."""
        return _DOES_NOT_MATTER.get((self.module, self.function, self.change), "")


class Verdict(NamedTuple):
    """A mutant, and what the tests made of it."""

    mutant: Mutant
    is_killed: bool


def sites(tree: ast.Module) -> Iterator[Site]:
    """Yield all that can be changed in a module, but for what changes no behaviour."""
    yield from _below(tree, "")


def _below(node: ast.AST, function: str) -> Iterator[Site]:
    for field, value in ast.iter_fields(node):
        if _is_inert(node, field):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_without_behaviour(child):
                continue
            index = number if isinstance(value, list) else None
            for kind, new in _changes(node, field, child):
                line = getattr(child, "lineno", getattr(node, "lineno", 0))
                yield Site(kind, line, node, field, index, new, function)
            # Positions and pieces of f-strings are not to be had; a whole one is emptied.
            if not isinstance(child, ast.JoinedStr):
                yield from _below(child, _named(child, function))
    yield from _taken_out(node, function)


def _named(node: ast.AST, function: str) -> str:
    """Return the name of the function that a node is in, with a point after that of a class."""
    if isinstance(node, ast.ClassDef):
        return f"{node.name}."
    if isinstance(node, ast.FunctionDef):
        return f"{function}{'.' * (function[-1:] not in ('', '.'))}{node.name}"
    return function


def _is_inert(node: ast.AST, field: str) -> bool:
    """Return whether what stands in a field is for readers and type checkers, or pure speed."""
    is_name = isinstance(node, ast.Call) and field == "func" and isinstance(node.func, ast.Name)
    return is_name or field in ("annotation", "returns", "decorator_list", "bases")


def _is_without_behaviour(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test) or "__name__" in ast.unparse(node.test)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in ("__slots__", "__all__")
    return isinstance(node, ast.Constant) and _is_punctuation(node.value)


def _is_punctuation(value: object) -> bool:
    """Return whether a text only parts others in a message, such as a comma."""
    return isinstance(value, str) and bool(value.strip(" ,;:.\n") == "" and value)


def _changes(parent: ast.AST, field: str, node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Yield the kinds of changes to a node, each with what comes in its place."""
    for change in (_of_operators, _of_constants, _of_statements):
        yield from change(node)
    is_condition = (isinstance(parent, _Conditional) and field == "test") or field == "ifs"
    if is_condition and isinstance(node, ast.expr):
        yield from _of_conditions(node, can_hang=isinstance(parent, ast.While))


def _of_operators(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        ops = [_COMPARED[type(node.ops[0])](), *node.ops[1:]]
        yield "comparison", ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "boolean", ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "not" if isinstance(node.op, ast.Not) else "arithmetic", node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield "arithmetic", ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign):
        yield "arithmetic", ast.Assign([node.target], node.value, lineno=node.lineno)


def _of_constants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.JoinedStr):
        yield "text", ast.Constant("")
    elif isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield "constant", ast.Constant(not value)
        elif isinstance(value, int):
            yield "constant", ast.Constant(value + 1)
        elif isinstance(value, str):
            yield "text", ast.Constant("" if value else "x")
        elif isinstance(value, bytes):
            yield "text", ast.Constant(b"" if value else b"x")


def _of_statements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Continue | ast.Break):
        yield "loop", ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
    if isinstance(node, ast.Expr):
        yielded = isinstance(node.value, ast.Yield | ast.YieldFrom)
        yield "yield" if yielded else "statement", ast.Pass()
    elif isinstance(node, ast.Continue | ast.Break | ast.Raise | ast.AugAssign):
        yield "loop" if isinstance(node, ast.Continue | ast.Break) else "statement", ast.Pass()
    elif isinstance(node, ast.Assign) and isinstance(
        node.targets[0], ast.Attribute | ast.Subscript
    ):
        yield "statement", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Compare | ast.BoolOp):
            yield "return", ast.Return(ast.UnaryOp(ast.Not(), node.value))
        elif ast.unparse(node.value) != "None":
            yield "return", ast.Return(ast.Constant(None))


def _of_conditions(node: ast.expr, *, can_hang: bool) -> Iterator[tuple[str, ast.AST]]:
    if not can_hang:
        yield "condition", ast.Constant(True)
    yield "condition", ast.Constant(False)
    # Of one comparison, or a `not`, the same is made as an operator.
    is_plain = isinstance(node, ast.Compare) and len(node.ops) == 1
    if not (is_plain or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))):
        yield "not", ast.UnaryOp(ast.Not(), node)


def _taken_out(node: ast.AST, function: str) -> Iterator[Site]:
    """Yield the changes to what a node consists of: arguments, slices, entries of a list."""
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.Call):
        for index in range(len(node.args)):
            yield Site("argument", line, node, "args", index, None, function)
        for index in range(len(node.keywords)):
            yield Site("argument", line, node, "keywords", index, None, function)
        for index in range(len(node.args) - 1):
            yield Site("swap", line, node, "args", index, node.args[index + 1], function)
    elif isinstance(node, ast.Slice):
        for field in (each for each, value in ast.iter_fields(node) if value):
            yield Site("slice", line, node, field, None, None, function)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        is_target = isinstance(getattr(node, "ctx", None), ast.Store)
        for index in range(len(node.elts)) if len(node.elts) > 1 and not is_target else ():
            yield Site("entry", line, node, "elts", index, None, function)


def sample(module: str, source: str, size: int, seed: int) -> list[Mutant]:
    """Return some of a module's mutants: of every kind of change as many as of the others."""
    tree = ast.parse(source)
    chance = random.Random(f"{module} {seed}")  # noqa: S311  # no secret
    by_kind: dict[str, list[Site]] = {}
    for site in sites(tree):
        by_kind.setdefault(site.kind, []).append(site)
    for found in by_kind.values():
        chance.shuffle(found)
    kinds = sorted(by_kind)
    chance.shuffle(kinds)
    made: dict[str, Mutant] = {}
    while len(made) < size and any(by_kind.values()):
        for kind in kinds:
            if by_kind[kind] and len(made) < size:
                mutant = _mutant(module, tree, by_kind[kind].pop())
                if mutant and mutant.source != source:
                    made[mutant.source] = mutant
    return sorted(made.values(), key=lambda each: each.line)


def _mutant(module: str, tree: ast.Module, site: Site) -> Mutant | None:
    """Return a module with one thing changed, or None where that is no Python."""
    is_whole = site.new is None or site.kind == "swap"
    shown = site.parent if is_whole else _at(site)
    before, old = ast.unparse(shown), getattr(site.parent, site.field)
    setattr(site.parent, site.field, _with(old, site))
    try:
        source = ast.unparse(ast.fix_missing_locations(tree))
        after = ast.unparse(site.parent if is_whole or site.new is None else site.new)
        compile(source, module, "exec")
    except (SyntaxError, ValueError):
        return None
    finally:
        setattr(site.parent, site.field, old)
    change = f"{_short(before)} -> {_short(after)}"
    return Mutant(module, site.line, site.kind, site.function, change, source)


def _at(site: Site) -> ast.AST:
    value = getattr(site.parent, site.field)
    found: ast.AST = value if site.position is None else value[site.position]
    return found


def _with(old: object, site: Site) -> object:
    if site.position is None or not isinstance(old, list):
        return site.new
    after = old[site.position + 1 :]
    if site.kind == "swap":
        return [*old[: site.position], site.new, old[site.position], *after[1:]]
    return [*old[: site.position], *([site.new] if site.new else []), *after]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH // 2]}…{line[-_WIDTH // 2 :]}"


class Workshop:
    """A copy of the tree in which mutants run, and the working tree never."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED), symlinks=True)

    def survivors(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        """Return those mutants of one module that the nearest tests do not notice.

        The tests are collected once, in a process that changes and asks itself anew for each
        mutant (`pytest_runtestloop`, below). Where that cannot be, the mutant survives here.
        """
        task, answer = self.folder / "mutants.task", self.folder / "mutants.answer"
        task.write_text(json.dumps(mutants))
        answer.write_bytes(b"")
        tests = _nearest(mutants[0].module)
        self._pytest(tests, _ALL_SECONDS, "-p", "tools.mutants", MUTANTS=str(self.folder))
        passed, *killed = answer.read_text().split() or [""]
        if passed != _PASSED:
            raise SystemExit(f"mutants: {', '.join(tests)}: the tests fail as they are")
        return [each for number, each in enumerate(mutants) if str(number) not in killed]

    def is_killed(self, mutant: Mutant, tests: Sequence[str]) -> bool:
        """Return whether any of some tests fails in a process that imports the mutant."""
        path = self.folder / _PACKAGE / f"{mutant.module}.py"
        original = path.read_text()
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        try:
            path.write_text(mutant.source)
            return not self._pytest(tests, _SECONDS, PYTHONDONTWRITEBYTECODE="1")
        finally:
            path.write_text(original)

    def _pytest(self, tests: Sequence[str], seconds: int, *options: str, **variables: str) -> bool:
        """Run tests until one fails; return whether none did in good time."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *options]
        command += [f"tests/test_{each}.py" for each in tests]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limit,  # noqa: PLW1509  # it takes no locks
        ) as running:
            try:
                return running.wait(seconds) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))


def pytest_runtestloop(session: Any) -> bool | None:
    """Run the tests that were collected once for each mutant, in a process forked for it.

    pytest calls this where it is told to by `Workshop.survivors`, and in no other run.
    """
    if "MUTANTS" not in os.environ:
        return None
    folder = Path(os.environ["MUTANTS"])
    mutants = [Mutant(*each) for each in json.loads((folder / "mutants.task").read_text())]
    with (folder / "mutants.answer").open("a") as answer:
        if _survives(session, None):
            print(_PASSED, file=answer, flush=True)
        for number, mutant in enumerate(mutants):
            if mutant.is_in_function and not _survives(session, mutant):
                print(number, file=answer, flush=True)
    return True


def _survives(session: Any, mutant: Mutant | None) -> bool:
    child = os.fork()
    if child == 0:
        _ask(session, mutant)
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _ask(session: Any, mutant: Mutant | None) -> NoReturn:
    """Become the mutant, run the tests, and end the process with 1 at the first that fails."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS // 4, _SECONDS // 4))
    try:
        if mutant and not _become(mutant):
            os._exit(0)
        for item, following in itertools.pairwise([*session.items, None]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                os._exit(1)
    except BaseException:  # noqa: BLE001  # whatever it is, the mutant was noticed
        os._exit(1)
    os._exit(0)


def _become(mutant: Mutant) -> bool:
    """Give the functions of a module that is imported the code of the mutant's, if they can be."""
    module = importlib.import_module(f"{_PACKAGE}.{mutant.module}".replace("/", "."))
    changed = ModuleType(module.__name__)
    vars(changed).update({key: each for key, each in vars(module).items() if key[:2] == "__"})
    sys.modules[module.__name__] = changed  # named tuples look for their module while they are made
    exec(compile(mutant.source, str(module.__file__), "exec"), vars(changed))  # noqa: S102
    sys.modules[module.__name__] = module
    try:
        _take_over(vars(module), vars(changed))
    except ValueError:  # they see other variables of the function around them
        return False
    for each in list(sys.modules.values()):
        if each.__name__.startswith(_PACKAGE):
            for value in list(vars(each).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
    return True


def _take_over(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in old.items():
        mine, others = _function(value), _function(new.get(name))
        if mine and others:
            mine.__code__ = others.__code__
            mine.__defaults__, mine.__kwdefaults__ = others.__defaults__, others.__kwdefaults__
        elif isinstance(value, type) and isinstance(new.get(name), type):
            _take_over(vars(value), vars(new[name]))


def _function(value: Any) -> FunctionType | None:
    """Return the function behind a decorator of the standard library."""
    for wrapper in ("fget", "func", "__wrapped__", "__func__"):
        value = getattr(value, wrapper, value)
    return value if isinstance(value, FunctionType) else None


def _all_tests() -> list[str]:
    return sorted(each.stem.removeprefix("test_") for each in ROOT.glob("tests/test_*.py"))


def _nearest(module: str) -> list[str]:
    named = _NEAR.get(module) or _NEAR.get(module.partition("/")[0], "")
    return [each for each in dict.fromkeys(named.split()) if each in _all_tests()]


def modules() -> list[str]:
    """Return the program's modules, as they are named here: their paths, without the ending."""
    found = (ROOT / _PACKAGE).rglob("*.py")
    names = (str(each.relative_to(ROOT / _PACKAGE).with_suffix("")) for each in found)
    return sorted(name for name in names if not name.endswith("__init__"))


def judge(chosen: Sequence[Mutant], jobs: int, *, near: bool) -> Iterator[Verdict]:
    """Yield what the tests make of mutants, in their order."""
    by_module = [list(each) for _, each in itertools.groupby(chosen, lambda each: each.module)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        free: queue.SimpleQueue[Workshop] = queue.SimpleQueue()
        for number in range(min(jobs, len(by_module))):
            free.put(Workshop(Path(scratch, str(number))))

        def verdicts(mutants: Sequence[Mutant]) -> list[Verdict]:
            workshop = free.get()
            try:
                return list(_verdicts(workshop, mutants, near=near))
            finally:
                free.put(workshop)

        with ThreadPoolExecutor(jobs) as pool:
            for found in pool.map(verdicts, by_module):
                yield from found


def _verdicts(workshop: Workshop, mutants: Sequence[Mutant], *, near: bool) -> Iterator[Verdict]:
    nearest = _nearest(mutants[0].module)
    rest = [each for each in _all_tests() if each not in nearest]
    survivors = workshop.survivors(mutants)
    for mutant in mutants:
        is_killed = mutant not in survivors
        # A constant of the module, or of a class, is read when it is imported, and only then.
        if not is_killed and not (mutant.is_in_function and near):
            is_killed = workshop.is_killed(mutant, nearest)
        if not (is_killed or near or mutant.reason):
            is_killed = workshop.is_killed(mutant, rest)
        yield Verdict(mutant, is_killed)


def show(verdicts: Iterator[Verdict]) -> None:
    """Print each mutant that survives, and after a module's last one how many were killed."""
    for module, found in itertools.groupby(verdicts, lambda each: each.mutant.module):
        killed, harmless, count = 0, 0, 0
        for count, each in enumerate(found, 1):  # noqa: B007
            mutant = each.mutant
            if each.is_killed:
                killed += 1
                continue
            harmless += bool(mutant.reason)
            fate = f"does not matter: {mutant.reason}" if mutant.reason else "SURVIVED"
            place = f"{_PACKAGE}/{module}.py:{mutant.line}"
            print(f"{place}: {mutant.function}: {mutant.kind}: {mutant.change}  {fate}", flush=True)
        matters = f", {harmless} that do not matter" * bool(harmless)
        print(f"{module}: {killed} of {count} killed{matters}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as rules/names; all where none is named")
    parser.add_argument("--sample", type=int, default=24, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2, help="mutants at once")
    parser.add_argument("--near", action="store_true", help="ask the nearest tests alone")
    parser.add_argument("--list", action="store_true", help="print the mutants, run none")
    return parser.parse_args()


def main() -> None:
    """Do what the command line asks for."""
    given = _options()
    chosen = []
    for module in given.modules or modules():
        source = (ROOT / _PACKAGE / f"{module}.py").read_text()
        chosen += sample(module, source, given.sample, given.seed)
    if given.list:
        for each in chosen:
            print(f"{each.module}:{each.line}: {each.function}: {each.kind}: {each.change}")
    else:
        show(judge(chosen, given.jobs, near=given.near))


if __name__ == "__main__":
    main()
