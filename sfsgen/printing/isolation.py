"""Work that may never end, in a process of its own, which the system stops."""

import faulthandler
import gc
import os
import pickle  # what is read with it, this very program wrote
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

SECONDS = 0.5  # of CPU time; a built-in template takes a thousandth of it
MEGABYTES = 128
_GRACE = 0.3  # seconds: a single operation, such as 9**9**9, hears no signal; the system ends it
_AGAIN = 0.05
_HEARTBEAT = 1.0

T = TypeVar("T")


class TooLongError(BaseException):
    """What runs within bounds takes too long; no `except Exception` of anybody's holds it up."""


class DiedError(Exception):
    """The process was ended by the system."""

    def __init__(self, number: int, report: str) -> None:
        super().__init__(number, report)
        self.signal, self.report = number, report

    @property
    def took_too_long(self) -> bool:
        """Whether it was ended because it took too long."""
        return self.signal == signal.SIGPROF


def apart(work: Callable[[], T]) -> T:
    """Do some work in a process of its own, and return its result.

    Raises what the work raises, and DiedError where the process dies of it.
    """
    receiver, sender = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _work_and_exit(work, sender, parent)
    os.close(sender)
    try:
        with open(receiver, "rb") as pipe:  # noqa: PTH123  # a descriptor
            data = pipe.read()
        _, status = os.waitpid(child, 0)
    except BaseException:  # Ctrl-C
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    if os.WIFSIGNALED(status):
        raise DiedError(os.WTERMSIG(status), data.decode(errors="replace"))
    error, result = pickle.loads(data)  # noqa: S301
    if error:
        raise error
    done: T = result
    return done


def bounded(work: Callable[[], T]) -> T:
    """Do some work with a bound on its time and its memory; it must be `apart` already.

    Raises TooLongError or MemoryError where it takes too much, and what the work raises.
    """
    limits = _bound_memory()
    signal.setitimer(signal.ITIMER_PROF, SECONDS + _GRACE)
    # Again and again, for what is raised within a finalizer is lost.
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, _AGAIN)
    try:
        return _within_bounds(work)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if limits:
            resource.setrlimit(resource.RLIMIT_AS, limits)


def _within_bounds(work: Callable[[], T]) -> T:
    return work()


def _stop(_signal: int, frame: FrameType | None) -> None:
    """Raise TooLongError in what is within bounds; what tells of it is to go on."""
    while frame:
        if frame.f_code is _within_bounds.__code__:
            raise TooLongError
        frame = frame.f_back


def _bound_memory() -> tuple[int, int] | None:
    """Bound the memory, and return the former limits; None where the system does not tell it."""
    with suppress(OSError, ValueError):  # macOS has no /proc, and holds to no such limit
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MEGABYTES * 1_000_000
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft == resource.RLIM_INFINITY or soft > most:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
            return soft, hard
    return None


def _work_and_exit(work: Callable[[], object], sender: int, parent: int) -> NoReturn:
    status = 1
    try:
        _set_signals(sender, parent)
        sys.unraisablehook = lambda _: None  # what a finalizer raises is nobody's to read
        gc.freeze()
        gc.enable()  # the program does without (`main`), but this may make any garbage
        outcome: tuple[Exception | None, Any]
        try:
            outcome = None, work()
        except Exception as error:  # noqa: BLE001  # raised again, there
            outcome = error, None
        with open(sender, "wb") as pipe:  # a descriptor
            pickle.dump(outcome, pipe)
        status = 0
    finally:
        os._exit(status)


def _set_signals(sender: int, parent: int) -> None:
    def look_for_parent(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # the parent hears it, and ends this process
    signal.signal(signal.SIGVTALRM, _stop)
    signal.signal(signal.SIGALRM, look_for_parent)
    signal.setitimer(signal.ITIMER_REAL, _HEARTBEAT, _HEARTBEAT)
    # These write where Python is, also in the midst of an operation, before the process ends.
    faulthandler.enable(sender, all_threads=False)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    faulthandler.register(signal.SIGPROF, sender, all_threads=False, chain=True)
