"""What goes out: results on stdout, talk on stderr, both as plain text."""

import errno
import sys
from collections.abc import Iterable

from sfsgen.errors import Problem


def tell(*problems: Problem) -> None:
    """Print problems, each once: options' as they come, then a file's from top to bottom."""
    for problem in sorted(dict.fromkeys(problems), key=_place):
        print(problem, file=sys.stderr)


def _place(problem: Problem) -> tuple[str, int, int]:
    file, _, column = problem.where.rpartition(":")
    file, _, line = file.rpartition(":")
    return (file, int(line), int(column)) if line.isdecimal() and column.isdecimal() else ("", 0, 0)


def note(text: str) -> None:
    """Print something worth knowing that is no problem."""
    print(f"sfsgen: {text}", file=sys.stderr)


def split(problems: Iterable[Problem], *, strict: bool) -> tuple[list[Problem], list[Problem]]:
    """Return errors and warnings; if strict, warnings are errors."""
    if strict:
        return [problem._replace(severity="error") for problem in problems], []
    both: dict[str, list[Problem]] = {"error": [], "warning": []}
    for problem in problems:
        both[problem.severity].append(problem)
    return both["error"], both["warning"]


def write_stdout(pieces: Iterable[str]) -> None:
    """Write text to stdout as UTF-8. Raises OSError as the system does."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "stdout is closed")
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()
