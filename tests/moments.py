"""Runs sfsgen, and kills, stops, interrupts or fails it at the n-th change that it makes to files.

Python tells of each change (PEP 578), so every moment of a run can be met, and nothing is replaced
by a mock. A run is a fork of a process that has all modules loaded, for there are many moments.
"""

import contextlib
import errno
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sfsgen import signals
from sfsgen.__main__ import run
from sfsgen.documents.files import WRITING

_ROOT = Path(__file__).parents[1]
_CHANGES = ("fcntl.flock", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir")


class Outcome(NamedTuple):
    """How a run went."""

    status: int  # of the process; minus the signal that killed it
    err: str
    met: int  # how many of the moments came


class Moments(NamedTuple):
    """The process that runs are forked from."""

    process: "subprocess.Popen[str]"

    def run(
        self,
        command: Sequence[str],
        at: Mapping[int, str],
        *,
        links: bool = True,
        to_the_end: bool = False,
    ) -> Outcome:
        """Run a command line, and do at some moments, counted from 1, what `at` says.

        That is `fail`, as on a full disk, or names of signals. Without `links`, none can be made;
        with `to_the_end`, all moments after the last one fail as well.
        """
        return self._ask(command=command, at=at, links=links, to_the_end=to_the_end)

    def go_on(self) -> Outcome:
        """Let a run go on that was stopped, and return how it ended."""
        return self._ask()

    def _ask(self, **question: Any) -> Outcome:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return Outcome(*json.loads(self.process.stdout.readline()))


@contextlib.contextmanager
def moments() -> Iterator[Moments]:
    """Start the process that runs are forked from, and end it."""
    command = [sys.executable, "-m", "tests.moments"]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Moments(process)


def _serve() -> None:
    """Answer questions, a line of JSON each, with outcomes."""
    _load_all_modules()
    pid = 0
    for line in sys.stdin:
        question = json.loads(line)
        if question:
            err, met = (tempfile.TemporaryFile(buffering=0) for _ in range(2))  # noqa: SIM115
            pid = os.fork()
            if not pid:
                _run(**question, err=err.fileno(), met=met.fileno())
        else:
            os.kill(pid, signal.SIGCONT)
        _, status = os.waitpid(pid, os.WUNTRACED)
        code = 0 if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
        said, count = (os.pread(each.fileno(), 1 << 20, 0) for each in (err, met))
        print(json.dumps([code, said.decode(), len(count)]), flush=True)


def _load_all_modules() -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        command = ["render", "a", "-r", "1", "--nfs-server", "a", "--storage", "1", "--force"]
        for _ in range(2):
            run([*command, "--output-dir", folder])


def _run(command: list[str], at: Mapping[str, str], *, err: int, met: int, **rules: bool) -> None:
    """Be the program, and end with it."""
    os.dup2(err, 2)
    sys.stderr = open(2, "w")  # noqa: SIM115
    for each in signals.ENDING:  # whatever the tests were started with, such as nohup
        signal.signal(each, signal.SIG_DFL)
    signals.end_at_the_first()
    _watch({int(number): what.split() for number, what in at.items()}, met, **rules)
    os._exit(run(command))


def _watch(at: Mapping[int, list[str]], met: int, *, links: bool, to_the_end: bool) -> None:
    """Let things happen at the moments of this process, and write a byte for each that came."""
    count = 0

    def happen(event: str, arguments: Any) -> None:
        nonlocal count
        if event not in _CHANGES and not (event == "open" and WRITING in str(arguments[0])):
            return
        count += 1
        if count in at:
            os.write(met, b".")
        for each in at.get(count, ["fail"] if to_the_end and count > max(at) else []):
            if each == "fail":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.kill(os.getpid(), signal.Signals[each])
        if event == "os.link" and not links:
            raise PermissionError(errno.EPERM, "no links here")

    sys.addaudithook(happen)


if __name__ == "__main__":
    _serve()
