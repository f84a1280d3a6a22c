"""What files, folders and stdin hold: bytes, and bytes as text."""

import codecs
import contextlib
import os
import shlex
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

from sfsgen.documents.exclusions import Exclusion, is_excluded
from sfsgen.problems import InputError, Problem

STDIN = "stdin"
"""How messages name what was read from stdin."""
# What kubectl reads of a folder.
MANIFESTS = (".json", ".yaml", ".yml")
"""How the names of files with manifests end."""
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""How kustomize's own files are called, which say what becomes of manifests."""
SETTINGS = "sfsgen.toml"
"""How the file is called in which `sfsgen check` finds what is so for a whole repository."""
LARGEST = 128 * 2**20
"""Bytes of one input at the most: some 30,000 pairs as kubectl prints them."""
_UTF16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
_SAMPLE = 2**20  # bytes, after which what is no text is refused
MARK = b"sfsgen:"
"""What a file holds that has a comment for us."""
WRITING = ".sfsgen-writing"
"""What a run keeps in the folder that it writes, until all its files are in place."""
HALF_WRITTEN = ("ready", "undo")
"""What lies in it while some of them are in place and some are not."""


class Kustomized(str):
    """The name of what kustomize makes of a folder, or of what lies at an address."""

    __slots__ = ()

    @classmethod
    def of(cls, folder: str) -> "Kustomized":
        """Return the name of what it makes of one."""
        return cls(f"{_KUSTOMIZE}{folder}")

    @property
    def folder(self) -> str:
        """What kustomize is given."""
        return self.removeprefix(_KUSTOMIZE)


def shown(filename: str) -> str:
    """Return how messages name a file."""
    return STDIN if filename == "-" else filename


_KUSTOMIZE = "kustomize "
_kept: dict[str, bytes] = {}


def looked_into(filename: str) -> bytes:
    """Return what `content` does, and keep it for the next who asks: a pipe is read but once."""
    _kept[filename] = data = content(filename)
    return data


def forget() -> None:
    """Forget what was looked into, and nobody has asked for."""
    _kept.clear()


def content(filename: str) -> bytes:
    """Return the bytes of a file, or of stdin for `-`.

    Raises InputError where there are none, and for what may never end: a device, or more than
    LARGEST.
    """
    if filename in _kept:
        return _kept.pop(filename)
    try:
        if filename == "-":
            return _all_of(_stdin(), STDIN)
        if not _is_one_of(filename, stat.S_IFREG, stat.S_IFIFO, stat.S_IFDIR):
            what = "it is neither a file nor a pipe"
            raise InputError(Problem(filename, what, "name a file, or - for stdin"))
        with Path(filename).open("rb", buffering=0) as file:
            return _all_of(file, filename)
    except OSError as error:
        raise _unreadable(shown(filename), error) from error


def too_large(name: str) -> InputError:
    """Return the error for an input that has no end, or is taken for one without."""
    what = f"it holds more than {LARGEST // 2**20} MiB"
    return InputError(Problem(name, what, "read less at once: a namespace, or a file, at a time"))


def manifests_in(folder: str, excluded: Sequence[Exclusion] = ()) -> list[str]:
    """Return the files in a folder, and in those within, that kubectl or kustomize reads, sorted.

    Raises InputError for what cannot be looked into, and where there is no such file, unless
    something is left out.
    """
    found = sorted(_walked(folder, excluded))
    if not (found or excluded):
        what = f"it holds no {', no '.join(f'*{each}' for each in MANIFESTS)}"
        raise InputError(Problem(folder, what, "name the files, or a folder with manifests in it"))
    root = os.path.realpath(folder)
    if problems := [each for name in found for each in _not_of_folder(name, root)]:
        raise InputError(*problems)
    return found


def _walked(folder: str, excluded: Sequence[Exclusion]) -> Iterator[str]:
    """Yield the files in a folder, and in those within, that are not left out."""

    def refuse(error: OSError) -> None:
        raise _unreadable(str(error.filename), error) from error

    for inside, folders, names in os.walk(folder, onerror=refuse):
        # A Path would drop the "./" that was typed.
        path = partial(os.path.join, inside)
        if excluded:
            folders[:] = [each for each in folders if not is_excluded(path(each), excluded)]
        if _is_whole(inside, folders):
            found = (each for each in names if each.endswith(MANIFESTS) or each in KUSTOMIZATIONS)
            files = (path(each) for each in found if not _is_lock(inside, each))
            yield from (each for each in files if not is_excluded(each, excluded))


def _is_lock(folder: str, name: str) -> bool:
    """Return whether a file is a link of Emacs that leads nowhere, and says who edits another."""
    return name.startswith(".#") and not Path(folder, name).exists()


def _not_of_folder(name: str, root: str) -> Iterator[Problem]:
    """Yield why what was found in a folder is not read: nobody named it."""
    try:
        if not _is_one_of(name, stat.S_IFREG):
            yield Problem(name, "it is no file", "remove it from the folder, or name the files")
        elif os.path.islink(name):  # noqa: PTH114  # as it was typed
            target = os.path.realpath(name)
            if os.path.commonpath([root, target]) != root:
                what = f"it is a link out of the folder, to {target}"
                yield Problem(name, what, f"name what is meant: -f {shlex.quote(target)}")
    except FileNotFoundError:
        yield Problem(name, "it is a link that leads nowhere", "mend it, or remove it")
    except OSError as error:
        yield from _unreadable(name, error).problems


def _is_one_of(name: str, *types: int) -> bool:
    """Return whether what a name leads to is of one of some types. Raises OSError."""
    return stat.S_IFMT(os.stat(name).st_mode) in types  # noqa: PTH116  # a Path changes the name


def _is_whole(folder: str, folders: list[str]) -> bool:
    """Pass over what a run keeps in a folder. Raises InputError where it is half written."""
    if WRITING in folders:
        folders.remove(WRITING)
        if any(Path(folder, WRITING, each).is_dir() for each in HALF_WRITTEN):
            what = "it is half written: a run with --output-dir is under way, or was cut short"
            fix = "wait for that run, or run it again: it begins with putting the folder right"
            raise InputError(Problem(folder, what, fix))
    return True


def replace(filename: str, before: bytes, after: bytes) -> None:
    """Give a file other contents, all at once; a link stays one, and leads to them.

    Raises InputError where it cannot be written, or does not hold any more what was read.
    """
    target = Path(os.path.realpath(filename))
    made = None
    try:
        if content(filename) != before:
            what = "another program has changed it since it was read"
            raise InputError(Problem(filename, what, "run it again"))
        if not os.access(target, os.W_OK):
            raise PermissionError(0, "it may only be read")
        handle, made = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            look = target.stat()
            os.fchmod(handle, stat.S_IMODE(look.st_mode))
            with contextlib.suppress(OSError):
                os.fchown(handle, look.st_uid, look.st_gid)
            file.write(after)
            file.flush()
            os.fsync(handle)
        Path(made).replace(target)
    except OSError as error:
        if made:
            with contextlib.suppress(OSError):
                Path(made).unlink()
        what = f"it cannot be written: {error.strerror}"
        raise InputError(Problem(filename, what, "make it, and its folder, writable")) from error


def decoded(data: bytes, file: str) -> str:
    """Return bytes as text. Raises InputError where they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        if data.startswith(_UTF16):
            what = "it is UTF-16, as PowerShell's `>` writes it"
        where = f"{file}:{line}:{column}"
        raise InputError(Problem(where, what, "save the file as UTF-8")) from error


def _all_of(file: BinaryIO, name: str) -> bytes:
    """Return all that a stream holds. Raises InputError where it holds too much, or no text."""
    data = bytearray()
    while piece := file.read(_SAMPLE):
        data += piece
        if len(data) > LARGEST:
            raise too_large(name)
        if len(data) >= _SAMPLE and b"\0" in piece and not data.startswith(_UTF16):
            raise InputError(Problem(name, "it is no text", "name a file with manifests"))
    return bytes(data)


def _stdin() -> BinaryIO:
    stdin: TextIO | None = sys.stdin  # None where it is closed
    if stdin is None:
        raise OSError(0, "it is closed")
    return stdin.buffer


def _unreadable(name: str, error: OSError) -> InputError:
    what = f"it cannot be read: {error.strerror}"
    is_there = not isinstance(error, FileNotFoundError)
    fix = f"name a file that {'you may read' if is_there else 'is there'}"
    return InputError(Problem(name, what, fix))
