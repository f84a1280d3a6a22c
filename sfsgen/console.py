"""What goes out: results on stdout, talk on stderr, both as plain text."""

import contextlib
import errno
import sys
from collections.abc import Iterable

from sfsgen import called
from sfsgen.plain_text import fix_line, one_line, readable
from sfsgen.problems import Place, Problem

_MOST_TOLD = 200  # problems


def say(line: str) -> None:
    """Print a line on stderr, whatever it holds; where nobody can hear it, the work goes on."""
    _write(one_line(line))


def _write(line: str) -> None:
    with contextlib.suppress(OSError):
        print(readable(called.as_called(line), sys.stderr), file=sys.stderr, flush=True)


def tell(*problems: Problem) -> None:
    """Print problems, each once: options' as they come, then a file's from top to bottom.

    Of very many the first are told, errors before warnings, and how many there are more.
    """
    known = sorted(dict.fromkeys(problems), key=lambda each: each.place or Place("", 0, 0))
    told = set(sorted(known, key=lambda each: each.severity != "error")[:_MOST_TOLD])
    for problem in known:
        if problem in told:
            say(f"{problem.where}: {problem.severity}: {problem.what}")
            if problem.fix:
                _write(f"  fix: {fix_line(problem.fix)}")
    if len(known) > len(told):
        note(f"and {len(known) - len(told)} more: mend these first")


def note(text: str) -> None:
    """Print something worth knowing that is no problem."""
    say(f"{called.name()}: {text}")


def split(problems: Iterable[Problem], *, strict: bool) -> tuple[list[Problem], list[Problem]]:
    """Return errors, and the rest; if strict, warnings are errors."""
    errors: list[Problem] = []
    others: list[Problem] = []
    for problem in problems:
        if problem.severity == "error" or (strict and problem.severity == "warning"):
            errors.append(problem._replace(severity="error"))
        else:
            others.append(problem)
    return errors, others


def write_words(pieces: Iterable[str]) -> None:
    """Write text for people to stdout, the commands in it as they are typed here.

    Raises OSError as the system does.
    """
    write_stdout(map(called.as_called, pieces))


def write_stdout(pieces: Iterable[str]) -> None:
    """Write text to stdout as UTF-8, bytes of a file's name that are none as JSON escapes them.

    Raises OSError as the system does.
    """
    write_bytes(each.encode(errors="backslashreplace") for each in pieces)


def write_bytes(pieces: Iterable[bytes]) -> None:
    """Write bytes to stdout. Raises OSError as the system does."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "stdout is closed")
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, "stdout") from error
