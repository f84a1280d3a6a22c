"""Runs sfsgen in this process, as the command line does, on files that it lays out."""

import contextlib
import io
import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from sfsgen.__main__ import run
from sfsgen.problems import EXIT_STATUS as COULD_NOT_LOOK


class Result(NamedTuple):
    """How a run ended, and what it printed."""

    status: int
    out: str
    err: str


def sfsgen(command: str | list[str], stdin: str | bytes = "", called: str = "sfsgen") -> Result:
    """Run a command line without its first word, `sfsgen`, or another file that is called."""
    arguments = shlex.split(command) if isinstance(command, str) else command
    data = stdin.encode() if isinstance(stdin, str) else stdin
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", [called, *arguments])
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status = run(arguments)
        out.flush()
    return Result(status, out.buffer.getvalue().decode(), err.getvalue())


def rendered(command: str) -> list[dict[str, Any]]:
    """Run `render` and return the objects that it prints; it must have worked."""
    made = sfsgen(f"render {command}")
    assert made.status == 0, made.err
    return list(yaml.safe_load_all(made.out))


def written(files: Mapping[str, str], folder: Path) -> None:
    """Write files below a folder, each with the folders that it lies in."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def findings(*arguments: str, stdin: str | bytes = "") -> list[dict[str, Any]]:
    """Run `check` and return what it finds, in sets or without any; it must have looked."""
    result = sfsgen(["check", "--allow-empty", "-o", "json", *arguments], stdin)
    assert result.status < COULD_NOT_LOOK, result.err
    found: list[dict[str, Any]] = json.loads(result.out)["findings"]
    return found
