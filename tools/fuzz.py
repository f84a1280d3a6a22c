"""Run the program on invented inputs, and tell of those on which it fails.

    python -m tools.fuzz --runs 10000 --seed 1
    python -m tools.fuzz --seconds 600 --keep     # and keep inputs that go where none has gone

It begins with the seeds in tests/fuzz and with the examples, changes them, and goes on with those
that reach new branches. What is a failure stands in `tests/fuzzing.py`; each is made smaller and
printed as a file of tests/fuzz, once for every kind. It exits with 1 where it found any.
"""

import argparse
import gc
import itertools
import mmap
import multiprocessing
import pickle
import resource
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import NamedTuple

from tools import fuzz_coverage

fuzz_coverage.install()

from tests.fuzzing import (  # noqa: E402  # imports the program, which is to note its branches
    SEEDS,
    Case,
    Fault,
    execute,
    faults,
    is_harmless,
    parsed,
    written,
)
from tools.fuzz_changes import Pool, changed, text_of, trees  # noqa: E402

_EXAMPLES = Path(__file__).parents[1] / "examples"
_MEMORY = 4 * 2**30
_STUCK = 60  # seconds after which a run that nothing stops is ended
_LARGEST = 1 << 22  # bytes of a case on the slate
_MOST_TIME = 20  # seconds to make a case smaller
_NEWEST, _OF_NEWEST = 200, 0.4
_LINES = 7  # of a traceback
_EVERY = 2000  # runs, a line on stderr


class Slate:
    """What the worker runs at the moment, for those who find it stuck or dead."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _LARGEST)

    def write(self, runs: int, case: Case) -> None:
        """Note what is about to run."""
        self._memory.seek(0)
        self._memory.write(pickle.dumps((runs, case))[:_LARGEST])

    def read(self) -> tuple[int, Case]:
        """Return how many runs there were, and the last case."""
        self._memory.seek(0)
        runs, case = pickle.load(self._memory)  # noqa: S301  # our own
        return runs, case


class Corpus:
    """The cases that are changed to make others, and all branches that any of them reached."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.cases: list[Case] = []
        self.reached = 0

    def add(self, case: Case, reached: int) -> bool:
        """Take a case if it reached what none did before; return whether it is taken."""
        if not reached & ~self.reached:
            return False
        self.reached |= reached
        self.cases.append(case)
        return True

    def pick(self, chance: Random) -> Case:
        """Return a case, of the newest more often than of the others."""
        is_new = chance.random() < _OF_NEWEST
        return chance.choice(self.cases[-_NEWEST:] if is_new else self.cases)


class Found(NamedTuple):
    """A failure, and the smallest case that was found to fail so."""

    fault: Fault
    case: Case


class Order(NamedTuple):
    """What a worker is to do, and what others before it found."""

    runs: range
    seconds: float
    seed: int
    kept: Sequence[Case]
    known: Sequence[str]


def seeds() -> Iterator[Case]:
    """Yield the cases that are kept, and those that the examples make."""
    for path in sorted(SEEDS.glob("*.txt")):
        yield parsed(path.read_bytes())
    for command in sorted(_EXAMPLES.glob("*/command")):
        words = tuple(shlex.split(command.read_text())[1:])
        names = [each for each in words if (command.parent / each).is_file()]
        templates = [str(each.relative_to(command.parent)) for each in command.parent.glob("*.j2")]
        files = ((name, (command.parent / name).read_bytes()) for name in [*names, *templates])
        yield Case(words, tuple(files))
    for path in sorted(_EXAMPLES.glob("rules/*/*.yaml")):
        yield Case(("check", "-f", "a.yaml"), (("a.yaml", path.read_bytes()),))


def fails(case: Case, kinds: Sequence[str]) -> bool:
    """Return whether a case fails in one of some ways."""
    return is_harmless(case) and any(each.kind in kinds for each in faults(case, execute(case)))


def smaller(case: Case, kind: str) -> Case:
    """Return the smallest case that is found, in good time, to fail in the same way."""
    end = time.monotonic() + _MOST_TIME
    while time.monotonic() < end:
        candidates = itertools.takewhile(lambda _: time.monotonic() < end, _smaller(case))
        less = next((each for each in candidates if fails(each, [kind])), None)
        if less is None:
            break
        case = less
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Yield cases with less in them, much less first."""
    for number, (name, content) in enumerate(case.files):
        before, after = case.files[:number], case.files[number + 1 :]
        yield case._replace(files=(*before, *after))
        for less in _less(content, is_tree=not name.endswith(".j2")):
            if len(less) < len(content):
                yield case._replace(files=(*before, (name, less), *after))
    for number in range(1, len(case.words)):
        for count in (2, 1):
            yield case._replace(words=case.words[:number] + case.words[number + count :])


def _less(content: bytes, *, is_tree: bool) -> Iterator[bytes]:
    if is_tree:
        yield from _less_of_trees(content)
    for piece in (content.splitlines(keepends=True), [bytes([each]) for each in content[:400]]):
        size = len(piece) // 2
        while size:
            for start in range(0, len(piece), size):
                yield b"".join(piece[:start] + piece[start + size :])
            size //= 2


def _less_of_trees(content: bytes) -> Iterator[bytes]:
    documents = trees(content)
    as_json = content.lstrip()[:1] == b"{"
    heap: list[list[object]] = [documents]
    for each in heap:
        for position in range(len(each)):
            entry = each[position]
            del each[position]
            yield text_of(documents, as_json=as_json)
            each.insert(position, entry)
        values = (entry[1] if isinstance(entry, tuple) else entry for entry in each)
        heap += [value for value in values if isinstance(value, list)]


def work(order: Order, slate: Slate, tell: Callable[[Found | Case], None]) -> None:
    """Run cases in this process; tell of each new kind of failure, and each case to go on with."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    gc.disable()
    runs, start = order.runs, time.monotonic()
    chance = Random(f"{order.seed} {runs.start}")  # noqa: S311  # no secret
    corpus, known = Corpus(Pool()), set(order.known)
    for case in (*seeds(), *order.kept):
        _run(case, corpus, known, tell)
        corpus.pool.take(case)
    for number in runs:
        if time.monotonic() - start > order.seconds:
            break
        case = changed(corpus.pick(chance), corpus.pool, chance)
        if is_harmless(case):
            slate.write(number, case)
            _run(case, corpus, known, tell)
        if number % 100 == 0:
            gc.collect()
        if number % _EVERY == 0:
            rate = (number - runs.start) / (time.monotonic() - start)
            branches = corpus.reached.bit_count()
            line = f"{number} runs, {rate:.0f} a second, {len(corpus.cases)} cases, "
            print(f"{line}{branches} branches", file=sys.stderr, flush=True)
    slate.write(runs.stop, Case(()))


def _run(case: Case, corpus: Corpus, known: set[str], tell: Callable[[Found | Case], None]) -> None:
    fuzz_coverage.reached()
    outcome = execute(case)
    reached = fuzz_coverage.reached()
    new = {each.kind: each for each in faults(case, outcome) if each.kind not in known}
    for kind, fault in new.items():
        known.add(kind)
        if kind in ("time", "memory") and not fails(case, [kind]):
            known.remove(kind)  # once only: what was imported, or what the machine did beside
            continue
        least = smaller(case, kind)
        tell(Found(fault, least))
    if not new and corpus.add(case, reached):
        tell(case)


def supervise(runs: int, seconds: float, seed: int) -> tuple[list[Found], list[Case]]:
    """Have cases run in a process of its own, which is replaced where it gets stuck or dies.

    Returns the failures, and the cases that reached new branches.
    """
    found: list[Found] = []
    kept: list[Case] = []
    slate, done, end = Slate(), 0, time.monotonic() + seconds
    while done < runs and time.monotonic() < end:
        slate.write(done, Case(()))
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        known = [each.fault.kind for each in found]
        order = Order(range(done, runs), end - time.monotonic(), seed, list(kept), known)
        worker = context.Process(target=work, args=(order, slate, sender.send))
        worker.start()
        sender.close()
        for message in _heard(receiver, slate, worker.kill):
            if isinstance(message, Found):
                found.append(message)
                _show(message)
            elif message not in kept:
                kept.append(message)
        worker.join()
        done, case = slate.read()
        if worker.exitcode:
            found.append(Found(Fault(f"the process ended with {worker.exitcode}", ""), case))
            _show(found[-1])
        done += 1
    return found, kept


def _heard(receiver: Connection, slate: Slate, kill: Callable[[], None]) -> Iterator[Found | Case]:
    """Yield what a worker tells until it ends, and end it where it is stuck."""
    last, since = slate.read(), time.monotonic()
    while True:
        if receiver.poll(1):
            try:
                yield receiver.recv()
            except EOFError:
                return
        elif (now := slate.read()) != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > _STUCK:
            kill()


def _show(found: Found) -> None:
    told = "\n".join(found.fault.what.splitlines()[-_LINES:])
    print(f"== {found.fault.kind}\n{told}\n--")
    print(written(found.case).decode(errors="backslashreplace"), flush=True)


def keep(cases: Iterable[Case]) -> None:
    """Write the cases to tests/fuzz that reach what neither seeds nor examples reach."""
    fuzz_coverage.reached()
    corpus = Corpus(Pool())
    for case in seeds():
        execute(case)
        corpus.add(case, fuzz_coverage.reached())
    for case in sorted(cases, key=lambda each: len(written(each))):
        execute(case)
        if corpus.add(case, fuzz_coverage.reached()):
            text = written(case)
            name = f"{case.command or 'none'}-{sha256(text).hexdigest()[:8]}.txt"
            (SEEDS / name).write_bytes(text)


def main() -> int:
    """Do what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1_000_000_000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write what reaches new branches")
    given = parser.parse_args()
    found, kept = supervise(given.runs, given.seconds, given.seed)
    if given.keep:
        keep(kept)
    print(f"{len(found)} kinds of failures")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
