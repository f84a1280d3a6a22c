"""Signals that end a run: the first one ends it, and all wait while files are put in place."""

import contextlib
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_Mask = Iterable[int]


def end_at_the_first() -> None:
    """End the run at the first of these signals from now on, and be deaf to those after it.

    It ends by an exception (KeyboardInterrupt, or SystemExit with the status that a shell reports),
    so that what was begun is cleaned up; a second one would cut the cleaning short. What was
    ignored when the program started stays so, as under nohup.
    """
    came: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        if came:
            return
        came.append(number)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for each in ENDING:
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, end)


def held() -> AbstractContextManager[_Mask]:
    """Hold these signals back within the block, and deliver them after it.

    Gives what `let_through` needs.
    """
    return _masked(signal.SIG_BLOCK, ENDING)


def let_through(before: _Mask) -> AbstractContextManager[_Mask]:
    """Deliver signals within the block, inside of one where they are held back."""
    return _masked(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _masked(how: int, mask: _Mask) -> Iterator[_Mask]:
    before = signal.pthread_sigmask(how, mask)
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
