"""What comes next, shown on a terminal: directories are made before objects are created."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sfsgen import console
from sfsgen.commands.inputs import DESCRIBING
from sfsgen.documents.files import KUSTOMIZATIONS
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import host
from sfsgen.values.pairs import Volume

_OF_PRINTING = ("--only", "--output", "-o", "--output-dir", "--template-dir")
_OF_FILES = ("--force", "--diff", "--prune", "--kustomization")
_MOST_SERVERS = 3  # each of which is shown a command


def is_heard() -> bool:
    """Return whether somebody reads on a terminal what is told."""
    return bool(sys.stderr and sys.stderr.isatty())


def tell(lines: Sequence[str]) -> None:
    """Show the commands that come next."""
    for line in ("next:", *(f"  {line}" for line in lines)) if lines else ():
        console.say(line)


def all_of(folder: str) -> list[str]:
    """Return the options by which kubectl takes all that a folder holds."""
    is_kustomized = any(Path(folder, each).is_file() for each in KUSTOMIZATIONS)
    return ["-k" if is_kustomized else "-f", folder]


def piped_into(command: Sequence[str]) -> Iterator[str]:
    """Yield what was typed, piped into a command, where it was not, and can be run again."""
    if sys.stdout and sys.stdout.isatty() and "-" not in sys.argv:
        yield f"{quoted(['sfsgen', *sys.argv[1:]])} | {quoted(command)}"


def to_prepare(volumes: Iterable[Volume], *, is_live: bool = False) -> Iterator[str]:
    """Yield the commands that make the directories of what the command that was typed prints."""
    servers = list(dict.fromkeys(host(each.server) for each in volumes if each.is_exported))
    left_out = (*_OF_PRINTING, DESCRIBING) if is_live else _OF_PRINTING
    words = ["sfsgen", "prepare", *_without(sys.argv[2:], left_out)]
    for server in servers[:_MOST_SERVERS]:
        chosen = ["--for", server] if len(servers) > 1 else []
        yield f"{quoted([*words, *chosen])} | {quoted(['ssh', server, 'sudo', 'sh'])}"
    if more := len(servers) - _MOST_SERVERS:
        yield from [f"(and so for {more} more servers)"] if more > 0 else []


def _without(words: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """Yield the words of a command line without some options, and without those of files."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word in options:
            left[:1] = []
        elif word in _OF_FILES or word.partition("=")[0] in options:
            continue
        elif not (word.startswith("-o") and "-o" in options):
            yield word
