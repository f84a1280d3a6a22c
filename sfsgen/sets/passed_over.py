"""What is passed over among files: told once a folder, and what is said where nothing is left."""

import posixpath
from collections.abc import Iterable, Sequence

from sfsgen.problems import Problem

_SHOWN = 3  # files of a folder, beside the first


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems, of notes about several files of a folder with one cure only one."""
    found: dict[object, list[Problem]] = {}
    for each in problems:
        key: object = each
        if each.severity == "note" and each.place:
            file = each.place.file
            key = posixpath.dirname(file), each.fix.replace(file, "FILE")
        found.setdefault(key, []).append(each)
    return [_told(alike) for alike in found.values()]


def _told(found: Sequence[Problem]) -> Problem:
    """Return one note for what is so of several files of a folder."""
    first = found[0]
    names = [posixpath.basename(each.place.file) for each in found if each.place]
    others = list(dict.fromkeys(names[1:]))
    if names and names[0] in others:
        others.remove(names[0])
    more = len(others) - _SHOWN
    shown = [*others[:_SHOWN], f"{more} more"] if more > 1 else others
    if not shown:
        return first
    *before, last = shown
    listed = f"{', '.join(before)} and {last}" if before else last
    return first._replace(what=f"{first.what}; so it is in {listed}")
