"""The script that makes directories on a server: it looks at all of them before it makes any."""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import mounted
from sfsgen.plain_text import one_line
from sfsgen.preparing import shell
from sfsgen.preparing.directories import Directory

_HEAD = (
    "It looks at all directories before it makes any, makes what is missing, goes through no link,",
    "and changes nothing that is there. It can be run again at any time.",
)


class Task(NamedTuple):
    """What a script is for, beside directories."""

    title: str
    notes: Sequence[str] = ()
    root: str = ""
    """What clients mount as /."""
    is_given: bool = False
    """Whether directories that are there get their owner, too."""
    exports: Sequence[tuple[str, str]] = ()
    """Files of exports.d, each with its line."""
    limits: bool = False
    hint: str = ""
    """What to do where it may not, "" where root may."""
    tops: Sequence[tuple[str, str, str]] = ()
    """Server, export, and the directory here at which it is mounted; none on the server itself."""


def script(directories: Iterable[Directory], task: Task) -> Iterator[str]:
    """Yield the text of the script; each word of a user's is quoted, by `quoted`."""
    yield "#!/bin/sh\n"
    for line in (task.title, *_HEAD, *task.notes):
        yield f"# {one_line(line)}\n"
    yield "# --dry-run says what it would make.\n\n"
    yield _SETTING
    yield f"chown={'yes' if task.is_given else quoted([''])}\n"
    yield f"hint={quoted([task.hint])}\n\n"
    yield shell.BASE
    if task.exports or task.limits:
        yield shell.SERVER
    if task.exports:
        yield shell.SHARING
    if task.limits:
        yield shell.LIMITING
    # What was cut short on its way to the shell does nothing at all.
    yield "\nwork() {\n"
    yield from (f"    {line}\n" for line in _work(directories, task))
    yield "}\n"
    yield shell.MAIN


_SETTING = """dry='' would='made '
for argument in "$@"; do
    case $argument in
    --dry-run) dry=yes would='would make ' ;;
    *)
        echo "usage: sh $0 [--dry-run]" >&2
        exit 2
        ;;
    esac
done
"""


def _work(directories: Iterable[Directory], task: Task) -> Iterator[str]:
    for (server, export), several in groupby(directories, lambda each: (each.server, each.export)):
        yield quoted(["exported", *_top(server, export, task)])
        if task.limits:
            yield "counted"
        for each in several:
            path = posixpath.relpath(each.path, export)
            words = ["directory", "" if path == "." else path, *each.owner]
            if task.limits:
                words.append(str(each.size_in_bytes))
            yield quoted(words)
    for file, line in task.exports:
        yield quoted(["shared", file, line])


def _top(server: str, export: str, task: Task) -> tuple[str, str]:
    """Return where an export is, on the machine that runs the script, and what it is called."""
    for its_server, its_export, directory in task.tops:
        if (its_server, its_export) == (server, export):
            return directory, mounted(server, export)
    here = on_server(export, task.root)
    return here, here


def on_server(path: str, root: str) -> str:
    """Return where a server has what clients mount at a path."""
    return (root.rstrip("/") + path).rstrip("/") or "/"
