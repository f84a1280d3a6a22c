"""Carries out in files what findings advise, until nothing is left that edits can mend."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.changes.files import apply
from sfsgen.checking.inspection import Located, counted
from sfsgen.problems import Problem

_MOST_ROUNDS = 10  # what one cure uncovers another one mends; more than a few would be a quarrel


class Mended(NamedTuple):
    """What has become of files, and what could not be done to them."""

    contents: Mapping[str, bytes]
    """Those that change."""
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]
    left: Sequence[Located]
    """What is still found."""


def mend(
    contents: Mapping[str, bytes], look: Callable[[Mapping[str, bytes]], Sequence[Located]]
) -> Mended:
    """Return what files hold once the findings that can be mended in them are.

    `look` finds what is wrong in contents, by file.
    """
    before = found = look(contents)
    now = dict(contents)
    done: list[Edit] = []
    problems: dict[str, Problem] = {}
    for _ in range(_MOST_ROUNDS):
        wanted = (edit for each in found for edit in each.edits)
        made = apply((each for each in wanted if each.file not in problems), now)
        problems |= {each.where: each for each in made.problems}
        if not made.contents:
            break
        now |= made.contents
        done += made.done
        found = look(now)
    if counted(found)["error"] > counted(before)["error"]:
        what = "its edits would bring errors that were not there"
        problem = Problem("--fix", what, "mend it by hand, as check says")
        return Mended({}, (), (problem,), before)
    changed = {file: data for file, data in now.items() if data != contents[file]}
    return Mended(changed, tuple(done), tuple(problems.values()), found)


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a unified diff of files that change, as `patch -p0` takes it."""
    for file, data in after.items():
        old, new = (text.decode().splitlines(keepends=True) for text in (before[file], data))
        for line in difflib.unified_diff(old, new, file, file):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
