"""Files into a folder: all of them or none, whatever cuts the writing short.

All that belongs to a run lies in one folder within, `.sfsgen-writing`, until it has ended:

    lock    held by the run, so that there is one at a time
    new     the files, until all are written
    old     links to the files that they will replace, and to those that will go
    list    a line for each file: its name, and what it and the one before it look like, if any
    ready   what `new` is called once all this is there: from here on all files will get in place
    undo    what `ready` is called once one of them cannot: from here on all will be put back

The next run tells from these how far one came that was killed, and goes on from there. No step
does harm when it is done twice, since that one can be killed too. What another program has changed
meanwhile is never touched.
"""

import contextlib
import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from sfsgen import signals
from sfsgen.console import note
from sfsgen.documents.files import HALF_WRITTEN, WRITING
from sfsgen.plain_text import some
from sfsgen.printing.difference import Contents, Difference
from sfsgen.problems import InputError, Problem

_MOST_ATTEMPTS = 100
_SHOWN = 3  # names in a message
_BEFORE = ".before"
_DONE = {
    "": f"what it left in {WRITING} is removed",
    "ready": "all its files are in place now",
    "undo": "all that was there before is back in place",
}


class _Look(NamedTuple):
    """What a file looks like from outside; it is still the same file while this does not change."""

    size: int
    changed: int  # nanoseconds


class _Entry(NamedTuple):
    """A line of the list."""

    name: str
    new: _Look | None  # None where the file goes
    old: _Look | None  # None where there was no file


def write_files(folder: Path, contents: Contents, *, force: bool, edited: str = "") -> Difference:
    """Write files into a folder, all of them or none, and return what became of each.

    Those that hold it already are left alone. Raises InputError where a file holds something else,
    unless `force` or it is the one that is `edited`, and where another run writes into the folder
    or another program changes what this one writes; OSError as the system does.
    """
    with signals.held() as before, _named(folder), _no_empty(folder), _alone_in(folder) as work:
        done = _put_right(work)
        with signals.let_through(before):
            _tell(done)
            difference = _write(work / "new", contents)
        _refuse_to_overwrite(folder, difference, force=force, edited=edited)
        if difference:
            _keep_old(work, difference)
            (work / "new").rename(work / "ready")
            _move_in(work)
    return difference


def put_right(folder: Path) -> None:
    """Finish, undo or clear what an earlier run into a folder has left there, and say so.

    Raises InputError where that run is still under way; OSError as the system does.
    """
    if not os.path.lexists(folder / WRITING):
        return
    with signals.held(), _named(folder), _alone_in(folder) as work:
        done = _put_right(work)
    _tell(done)


def refuse_half_written(folder: Path) -> None:
    """Raise InputError where some files of a run are in place and some are not."""
    if _state(folder / WRITING):
        what = f"{folder} is half written: a run is under way, or was cut short"
        fix = "wait for that run; or run this without --diff, which puts the folder right"
        raise InputError(Problem("--output-dir", what, fix))


def _tell(done: str) -> None:
    if done:
        note(done)


@contextlib.contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Let an OSError name the folder that the user knows, and no file of ours within."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error


@contextlib.contextmanager
def _no_empty(folder: Path) -> Iterator[None]:
    """Take away what was made of a folder and of those that it lies in, where it stays empty."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        yield
    finally:
        for each in missing:
            with contextlib.suppress(OSError):  # not empty, or never made
                each.rmdir()


# One run at a time


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[Path]:
    """Keep other runs out of a folder, and clear what is ours from it at the end.

    Raises InputError where another run is in it.
    """
    work = folder / WRITING
    try:
        with _locked(work):
            try:
                yield work
            finally:
                _leave(work)
    finally:
        with contextlib.suppress(OSError):  # the next run is in it already, or has work to do
            work.rmdir()


def _locked(work: Path) -> IO[str]:
    for attempts_left in reversed(range(_MOST_ATTEMPTS)):
        try:
            work.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                work.mkdir(mode=0o700)
            _refuse_foreign(work)
            lock = (work / "lock").open("a")
        except (FileExistsError, FileNotFoundError):  # a run that ended has just taken it away
            if not attempts_left:
                raise
        else:
            with contextlib.ExitStack() as closing:
                closing.enter_context(lock)
                if _is_held(lock):
                    closing.pop_all()
                    return lock
    raise _busy(work.parent)


def _is_held(lock: IO[str]) -> bool:
    """Take a lock, and return whether it is the one that others will find.

    Raises InputError where another run has it.
    """
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(lock.fileno()), Path(lock.name).stat())
    except BlockingIOError as error:
        raise _busy(Path(lock.name).parent.parent) from error
    except FileNotFoundError:
        return False


def _leave(work: Path) -> None:
    with contextlib.suppress(OSError):  # the next run will clear it
        if not _state(work):
            _clear(work)
        (work / "lock").unlink()


def _busy(folder: Path) -> InputError:
    what = f"another run of sfsgen is writing into {folder}"
    return InputError(Problem("--output-dir", what, "wait until it has ended, then run this again"))


def _refuse_foreign(work: Path) -> None:
    """Raise InputError for what no run of ours has made: links would lead us elsewhere."""
    if not stat.S_ISDIR(work.lstat().st_mode) or any(each.is_symlink() for each in work.iterdir()):
        raise _foreign(work)


def _foreign(work: Path) -> InputError:
    what = f"{work} is not as a run of sfsgen leaves it"
    return InputError(Problem("--output-dir", what, "look at it, and move it away"))


def _state(work: Path) -> str:
    return next((each for each in HALF_WRITTEN if (work / each).is_dir()), "")


def _clear(work: Path) -> None:
    for name in ("new", "old"):
        shutil.rmtree(work / name, ignore_errors=True)
    (work / "list").unlink(missing_ok=True)


# Before the moment that counts


def _write(new: Path, contents: Contents) -> Difference:
    new.mkdir()
    difference = Difference()
    for name, text in contents:
        if difference.add(new.parents[1], name, text) and text is not None:
            with (new / name).open("x", encoding="utf-8") as file:
                file.write(text)
    return difference


def _refuse_to_overwrite(folder: Path, difference: Difference, *, force: bool, edited: str) -> None:
    """Raise InputError where files of other contents are there, unless `force`, and for folders."""
    refuse_folders(folder, difference)
    there = [str(folder / name) for name in difference.changed if name != edited]
    if there and not force:
        what = f"already there, and not the same: {some(there, _SHOWN)}"
        fix = "look with --diff; give --force to overwrite, or another --output-dir"
        raise InputError(Problem("--output-dir", what, fix))


def refuse_folders(folder: Path, difference: Difference) -> None:
    """Raise InputError where a folder is in the place of a file: it is never overwritten."""
    there = [str(folder / name) for name in difference.changed if (folder / name).is_dir()]
    if there:
        problems = (Problem("--output-dir", f"{name} is a folder", "move it") for name in there)
        raise InputError(*problems)


def _keep_old(work: Path, difference: Difference) -> None:
    """Link to the files that will be replaced or go, and list all with what they look like.

    Where there can be no link, the file itself is moved, at the last moment.
    """
    folder, new, old = work.parent, work / "new", work / "old"
    old.mkdir()
    with (work / "list").open("x", encoding="utf-8") as lines:
        for name in difference.in_turn:
            place = folder / name
            look = _look(place)
            if look:
                with contextlib.suppress(OSError, NotImplementedError):
                    os.link(place, old / name, follow_symlinks=False)
            lines.write(json.dumps([name, _look(new / name), look]) + "\n")


def _look(path: Path) -> _Look | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return _Look(status.st_size, status.st_mtime_ns)


# After it


def _move_in(work: Path) -> None:
    """Put all files in place; where one cannot be, put everything back, and raise why."""
    try:
        for entry in _entries(work):
            _put(work, entry)
        (work / "ready").rename(work / "new")
    except BaseException:
        with _half_written(work.parent):
            (work / "ready").rename(work / "undo")
        _put_back(work)
        raise


def _put(work: Path, entry: _Entry) -> None:
    ready, place = work.joinpath("ready", entry.name), work.parent / entry.name
    if entry.new and not os.path.lexists(ready):
        return  # it is in place
    look = _look(place)
    if look not in (None, entry.old):
        raise _changed([str(place)])
    if look and not os.path.lexists(kept := work.joinpath("old", entry.name)):
        place.rename(kept)
    if entry.new:
        ready.replace(place)
    else:
        place.unlink(missing_ok=True)


def _put_back(work: Path) -> None:
    """Put everything back. Raises InputError where that cannot be, or a file is no more ours."""
    with _half_written(work.parent):
        changed = [str(work.parent / each.name) for each in _entries(work) if not _back(work, each)]
        (work / "undo").rename(work / "new")
    if changed:
        raise _changed(changed)


def _back(work: Path, entry: _Entry) -> bool:
    """Put back what was in a file's place; return whether only we had changed it."""
    place, kept = work.parent / entry.name, work.joinpath("old", entry.name)
    look = _look(place)
    if look not in (None, entry.new, entry.old):
        if os.path.lexists(kept):  # the only one of its kind
            kept.replace(_beside(place))
        return False
    if os.path.lexists(kept):
        kept.replace(place)
    elif look and look == entry.new != entry.old:  # where there is a doubt, nothing is lost
        place.unlink()
    return True


def _beside(place: Path) -> Path:
    """Return a free name for what was in a place before."""
    beside = place.with_name(f"{place.name}{_BEFORE}")
    return _beside(beside) if os.path.lexists(beside) else beside


def _changed(files: Sequence[str]) -> InputError:
    what = f"changed by another program meanwhile, and left as it is: {some(files, _SHOWN)}"
    return InputError(
        Problem(
            "--output-dir",
            what,
            f"look at it, and at what was there before ({_BEFORE}), then run this again",
        )
    )


@contextlib.contextmanager
def _half_written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"{folder} is half written, and cannot be put right: {error.strerror}"
        fix = "mend that, then run this again: it begins with putting it right"
        raise InputError(Problem("--output-dir", what, fix)) from error


# What an earlier run has left


def _put_right(work: Path) -> str:
    """Finish, undo or clear what an earlier run has left, and return what was done."""
    state = _state(work)
    if not state and not any((work / each).exists() for each in ("new", "old", "list")):
        return ""
    if state:
        for _ in _entries(work):  # all of it is checked before any of it is used
            pass
        (_put_back if state == "undo" else _move_in)(work)
    _clear(work)
    return f"an earlier run into {work.parent} was cut short: {_DONE[state]}"


def _entries(work: Path) -> Iterator[_Entry]:
    """Yield what the list says. Raises InputError where it is none of ours."""
    try:
        with (work / "list").open(encoding="utf-8") as lines:
            for line in lines:
                yield _entry(*json.loads(line))
    except (ValueError, TypeError, RecursionError, FileNotFoundError) as error:
        raise _foreign(work) from error


def _entry(name: str, new: Sequence[int] | None, old: Sequence[int] | None) -> _Entry:
    """Return an entry. Raises ValueError or TypeError for what is no plain name of a file."""
    if not os.fsencode(name) or name in {".", "..", WRITING} or set(name) & {"/", "\0"}:
        raise ValueError(name)
    if not (new or old):
        raise ValueError(name)
    return _Entry(name, _Look(*new) if new else None, _Look(*old) if old else None)
