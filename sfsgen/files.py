"""What files, folders and stdin hold: bytes, and bytes as text."""

import codecs
import os
import sys
from pathlib import Path
from typing import TextIO

from sfsgen.errors import InputError, Problem

STDIN = "stdin"
"""How messages name what was read from stdin."""
# What kubectl reads of a folder; a kustomization is no object, and kubectl stops at one.
_MANIFESTS = (".json", ".yaml", ".yml")
WRITING = ".sfsgen-writing"
"""What a run keeps in the folder that it writes, until all its files are in place."""
HALF_WRITTEN = ("ready", "undo")
"""What lies in it while some of them are in place and some are not."""


def shown(filename: str) -> str:
    """Return how messages name a file."""
    return STDIN if filename == "-" else filename


def content(filename: str) -> bytes:
    """Return the bytes of a file, or of stdin for `-`. Raises InputError where there are none."""
    try:
        return _stdin() if filename == "-" else Path(filename).read_bytes()
    except OSError as error:
        raise _unreadable(shown(filename), error) from error


def manifests_in(folder: str) -> list[str]:
    """Return the files in a folder, and in those within, that kubectl would read, sorted.

    Raises InputError for what cannot be looked into, and where there is no such file.
    """

    def refuse(error: OSError) -> None:
        raise _unreadable(str(error.filename), error) from error

    found = sorted(
        os.path.join(inside, name)  # noqa: PTH118  # a Path would drop the "./" that was typed
        for inside, folders, names in os.walk(folder, onerror=refuse)
        if _is_whole(inside, folders)
        for name in names
        if name.endswith(_MANIFESTS) and not name.startswith("kustomization.")
    )
    if not found:
        what = f"it holds no {', no '.join(f'*{each}' for each in _MANIFESTS)}"
        raise InputError(Problem(folder, what, "name the files, or a folder with manifests in it"))
    return found


def _is_whole(folder: str, folders: list[str]) -> bool:
    """Pass over what a run keeps in a folder. Raises InputError where it is half written."""
    if WRITING in folders:
        folders.remove(WRITING)
        if any(Path(folder, WRITING, each).is_dir() for each in HALF_WRITTEN):
            what = "it is half written: a run with --output-dir is under way, or was cut short"
            fix = "wait for that run, or run it again: it begins with putting the folder right"
            raise InputError(Problem(folder, what, fix))
    return True


def decoded(data: bytes, file: str) -> str:
    """Return bytes as text. Raises InputError where they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            what = "it is UTF-16, as PowerShell's `>` writes it"
        where = f"{file}:{line}:{column}"
        raise InputError(Problem(where, what, "save the file as UTF-8")) from error


def _stdin() -> bytes:
    stdin: TextIO | None = sys.stdin  # None where it is closed
    if stdin is None:
        raise OSError(0, "it is closed")
    return stdin.buffer.read()


def _unreadable(name: str, error: OSError) -> InputError:
    what = f"it cannot be read: {error.strerror}"
    return InputError(Problem(name, what, "name a file that you may read"))
