"""Runs the installed program on a terminal of some width, as a person sees it."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PROGRAM = Path(sys.executable).with_name("sfsgen")
_OURS = ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")


def on_a_terminal(arguments: Sequence[str], columns: int, **environment: str) -> str:
    """Return what the program prints on stdout, with its colours."""
    inherited = {key: each for key, each in os.environ.items() if key not in _OURS}
    given = {**inherited, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    main, terminal = pty.openpty()
    with subprocess.Popen(
        [_PROGRAM, *arguments], stdout=terminal, stderr=subprocess.DEVNULL, env=given
    ) as process:
        os.close(terminal)
        printed = b"".join(_pieces(main))
        assert process.wait() == 0
    os.close(main)
    return printed.decode().replace("\r\n", "\n")


def _pieces(terminal: int) -> list[bytes]:
    found: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 2**16)
        except OSError:  # the program has closed its end
            return found
        if not piece:
            return found
        found.append(piece)


def plain(text: str) -> str:
    """Return a text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
