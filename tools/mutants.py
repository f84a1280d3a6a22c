"""Change the program in small ways, one at a time, and tell which changes no test notices.

    python tools/mutants.py rules/name sets/renames   # 24 mutants of each of these modules
    python tools/mutants.py --sample 24 --seed 8      # of every module

Each mutant meets the tests that run its line, the quickest first; what they reach is measured once
(`tools/reach.py`, which needs `pip install coverage`). It runs in a copy of the tree, in a process
forked from one that collected the tests. Every kind of change has an equal share of a sample.
"""

import argparse
import contextlib
import importlib
import itertools
import json
import os
import queue
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

from tools.mutations import Mutant, sample
from tools.reach import PACKAGE, Reach, forget

ROOT = Path(__file__).parents[1]
_NOT_COPIED = (".git", ".venv", ".hypothesis", "*_cache", "__pycache__", "build", "dist")
_SLOWER, _SPARE = 5, 10  # a mutant may take so many times as long as the program, and some seconds
_BYTES = 4 * 2**30  # one that takes more runs away
_SURVIVED, _ENDED, _CANNOT_BE, _NO_IMPORT = "survived", "ended", "cannot be", "no import"


class Task(NamedTuple):
    """Tests to run, in this order, against a mutant; against the tree as it is where it is None."""

    mutant: Mutant | None
    tests: Sequence[str]
    seconds: Sequence[float]


class Verdict(NamedTuple):
    """A mutant, and what the tests made of it."""

    mutant: Mutant
    is_killed: bool


class Workshop:
    """A copy of the tree in which mutants run, and the working tree never."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED), symlinks=True)

    def fates(self, tasks: Sequence[Task]) -> list[str]:
        """Return for each task what became of it: one of the words above, or the test that failed.

        The tests are collected once, in a process that changes and asks itself again for each task
        (`pytest_runtestloop`, below).
        """
        (self.folder / "mutants.tasks").write_text(json.dumps(tasks))
        fates = self.folder / "mutants.fates"
        fates.write_text("")
        files = {test.partition("::")[0] for task in tasks for test in task.tests}
        self._pytest(sorted(files))
        return fates.read_text().splitlines()

    def fate(self, task: Task) -> str:
        """Return what becomes of a mutant in a process that imports it."""
        assert task.mutant  # noqa: S101
        path = self.folder / PACKAGE / f"{task.mutant.module}.py"
        original = path.read_text()
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        try:
            path.write_text(task.mutant.source)
            return next(iter(self.fates([task._replace(mutant=None)])), _NO_IMPORT)
        finally:
            path.write_text(original)

    def _pytest(self, files: Sequence[str]) -> None:
        options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "tools.mutants")
        variables = {"MUTANTS": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *files],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as running:
            try:
                running.wait()
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)


def pytest_collection() -> None:
    """Have hypothesis tell only that a test fails, and look for no smaller input that does."""
    if "MUTANTS" in os.environ:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.default, phases=phases)
        settings.load_profile("mutants")


def pytest_runtestloop(session: Any) -> bool | None:
    """Run the tests of each task, in a process forked for it.

    pytest calls this where it is told to by `Workshop.fates`, and in no other run.
    """
    if "MUTANTS" not in os.environ:
        return None
    folder = Path(os.environ["MUTANTS"])
    items = {each.nodeid: each for each in session.items}
    with (folder / "mutants.fates").open("a") as fates:
        for mutant, *given in json.loads((folder / "mutants.tasks").read_text()):
            task = Task(mutant and Mutant(*mutant), *given)
            print(_fate(items, task, folder / "mutants.fate"), file=fates, flush=True)
    return True


def _fate(items: Mapping[str, Any], task: Task, told: Path) -> str:
    told.write_text(_ENDED)
    child = os.fork()
    if child == 0:
        _ask(items, task, told)
    end = time.monotonic() + 2 * _SLOWER * (_SPARE + sum(task.seconds))
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return told.read_text()
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return _ENDED


def _ask(items: Mapping[str, Any], task: Task, told: Path) -> NoReturn:
    """Become the mutant, run the tests, and tell which is the first that fails."""
    fate = _SURVIVED
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    try:
        if task.mutant and not _become(task.mutant):
            fate = _CANNOT_BE
        elif failing := _failing(items, task):
            fate = failing
    except BaseException:  # noqa: BLE001  # whatever it is, the mutant was noticed
        fate = _ENDED
    told.write_text(fate)
    os._exit(0)


def _failing(items: Mapping[str, Any], task: Task) -> str | None:
    # The name of a test that holds the path of its tree is another's here.
    tests = [each for each in zip(task.tests, task.seconds, strict=True) if each[0] in items]
    for (test, seconds), (following, _) in itertools.pairwise([*tests, ("", 0)]):
        item = items[test]
        allowed = time.process_time() + _SPARE + _SLOWER * seconds
        resource.setrlimit(resource.RLIMIT_CPU, (int(allowed), resource.RLIM_INFINITY))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=items.get(following))
        if item.session.testsfailed:
            return test
    return None


def _become(mutant: Mutant) -> bool:
    """Give the functions of a module that is imported the code of the mutant's, if they can be."""
    module = importlib.import_module(f"{PACKAGE}.{mutant.module}".replace("/", "."))
    changed = ModuleType(module.__name__)
    vars(changed).update({key: each for key, each in vars(module).items() if key[:2] == "__"})
    sys.modules[module.__name__] = changed  # named tuples look for their module while they are made
    exec(compile(mutant.source, str(module.__file__), "exec"), vars(changed))  # noqa: S102
    sys.modules[module.__name__] = module
    try:
        _take_over(vars(module), vars(changed))
    except ValueError:  # they see other variables of the function around them
        return False
    forget()
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


def modules() -> list[str]:
    """Return the program's modules, as they are named here: their paths, without the ending."""
    found = (ROOT / PACKAGE).rglob("*.py")
    names = (str(each.relative_to(ROOT / PACKAGE).with_suffix("")) for each in found)
    return sorted(name for name in names if not name.endswith("__init__"))


def judge(chosen: Sequence[Mutant], jobs: int, bound: float) -> Iterator[Verdict]:
    """Yield what the tests make of mutants, in their order."""
    by_module = [list(each) for _, each in itertools.groupby(chosen, lambda each: each.module)]
    reach = Reach(ROOT)
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        free: queue.SimpleQueue[Workshop] = queue.SimpleQueue()
        for number in range(min(jobs, len(by_module))):
            free.put(Workshop(Path(scratch, str(number))))

        def verdicts(mutants: Sequence[Mutant]) -> list[Verdict]:
            workshop = free.get()
            try:
                return _verdicts(workshop, reach, mutants, bound)
            finally:
                free.put(workshop)

        with ThreadPoolExecutor(jobs) as pool:
            for found in pool.map(verdicts, by_module):
                yield from found


def _verdicts(
    workshop: Workshop, reach: Reach, mutants: Sequence[Mutant], bound: float
) -> list[Verdict]:
    tasks = [_task(reach, each, bound) for each in mutants]
    fates = _fates(workshop, tasks)
    for number, (task, fate) in enumerate(zip(tasks, fates, strict=True)):
        if fate in (_SURVIVED, _CANNOT_BE):
            tasks[number] = _imported(reach, task, bound)
            fates[number] = workshop.fate(tasks[number])
    if unsound := _failing_anyway(workshop, tasks, fates):
        print("mutants: left out, since they fail alone:", *unsound, file=sys.stderr)
        for each in unsound:
            del reach.seconds[each]
        return _verdicts(workshop, reach, mutants, bound)
    return list(map(Verdict, mutants, (fate != _SURVIVED for fate in fates)))


def _task(reach: Reach, mutant: Mutant, bound: float) -> Task:
    """Return the tests that run a mutant's line: as many as the time allows."""
    # A constant of the module, or of a class, is read when it is imported, and only then.
    tests = reach.of_line(mutant.module, mutant.line) if mutant.is_in_function else []
    return _bounded(reach, mutant, tests, bound)


def _imported(reach: Reach, task: Task, bound: float) -> Task:
    """Return the tests for a process that imports a mutant which survived in a fork, or had none.

    Its function may have run while it was imported, or run in other processes too.
    """
    mutant = task.mutant
    assert mutant  # noqa: S101
    tests = task.tests or reach.of_users(mutant.module, mutant.line)
    elsewhere = reach.elsewhere() if mutant.is_in_function else []
    return _bounded(reach, mutant, [*elsewhere, *tests], bound)


def _bounded(reach: Reach, mutant: Mutant, tests: Sequence[str], bound: float) -> Task:
    spent = itertools.accumulate(reach.seconds[each] for each in tests)
    tests = [each for each, so_far in zip(tests, spent, strict=True) if so_far <= bound]
    return Task(mutant, tests, [reach.seconds[each] for each in tests])


def _fates(workshop: Workshop, tasks: Sequence[Task]) -> list[str]:
    """Return what becomes of mutants in forks of a process that has collected their tests."""
    forked = [each for each in tasks if each.tests]
    found = workshop.fates(forked) if forked else []
    if len(found) < len(forked):
        raise SystemExit(f"mutants: tests such as {forked[0].tests[0]} cannot be collected")
    fates = iter(found)
    return [next(fates) if each.tests else _CANNOT_BE for each in tasks]


def _failing_anyway(workshop: Workshop, tasks: Sequence[Task], fates: Sequence[str]) -> list[str]:
    """Return those tests that kill a mutant, and fail in a process of their own without it too."""
    asked = list(zip(tasks, fates, strict=True))
    again = {
        fate: Task(None, [fate], [task.seconds[task.tests.index(fate)]])
        for task, fate in asked
        if fate in task.tests
    }
    ended = [task._replace(mutant=None) for task, fate in asked if fate == _ENDED]
    found = workshop.fates([*again.values(), *ended]) if again or ended else []
    if _ENDED in found:
        raise SystemExit("mutants: the tests end the process that runs them, with no mutant in it")
    return sorted(set(found) - {_SURVIVED})


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
            place = f"{PACKAGE}/{module}.py:{mutant.line}"
            print(f"{place}: {mutant.function}: {mutant.kind}: {mutant.change}  {fate}", flush=True)
        matters = f", {harmless} that do not matter" * bool(harmless)
        print(f"{module}: {killed} of {count} killed{matters}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as rules/name; all where none is named")
    parser.add_argument("--sample", type=int, default=24, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2, help="modules at once")
    parser.add_argument("--seconds", type=float, default=60, help="of tests that a mutant meets")
    parser.add_argument("--list", action="store_true", help="print the mutants, run none")
    return parser.parse_args()


def main() -> None:
    """Do what the command line asks for."""
    # A shell's job in the background ignores interrupts, and so would the programs of the tests.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = _options()
    chosen = []
    for module in given.modules or modules():
        source = (ROOT / PACKAGE / f"{module}.py").read_text()
        chosen += sample(module, source, given.sample, given.seed)
    if given.list:
        for each in chosen:
            print(f"{each.module}:{each.line}: {each.function}: {each.kind}: {each.change}")
    else:
        show(judge(chosen, given.jobs, given.seconds))


if __name__ == "__main__":
    main()
