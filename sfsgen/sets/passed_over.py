"""What is passed over among files: told once a folder, and what is said where nothing is left."""

import posixpath
from collections import Counter
from collections.abc import Iterable, Sequence

from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.readable import NOT_FILLED_IN
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plain_text import some
from sfsgen.problems import Problem, nearest

_SHOWN = 3  # files of a folder, beside the first
_MOST = 5  # files, kinds or sets that are named
_ALIKE_KIND = 0.85
_OF_OBJECTS = ("metadata.", "spec.")  # what notes of gaps in objects begin with


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
    if not others:
        return first
    return first._replace(what=f"{first.what}; so it is in {some(others, _SHOWN)}")


def nothing_in(read: Sequence[Manifest], beside: Sequence[Problem], access: Access) -> Problem:
    """Return what is wrong where files hold no StatefulSet that is looked at; see what is beside.

    The fix says how to come to one.
    """
    where = short(["stdin" if each == "-" else each for each in access.filenames])
    gaps = [each for each in beside if each.what.endswith(NOT_FILLED_IN)]
    sets = [each for each in read if _is_set(each)]
    made = [
        each.fix for each in beside if each.fix.endswith(f"{access.again}`") and each not in gaps
    ]
    if sets and gaps:
        which = f"{len(sets)} StatefulSets in it are" if len(sets) > 1 else "StatefulSet in it is"
        files = {each.document.file for each in sets}
        fixes = [each.fix for each in gaps if each.place and each.place.file in files]
        return Problem(where, f"the {which} still to be filled in", (fixes or [gaps[0].fix])[0])
    held = short([f"{count} {kind}" for kind, count in Counter(map(_kind, read)).most_common()])
    what = f"there is no StatefulSet in it, but {held}" if held else "nothing in it is looked at"
    # Of what was read, a gap in a volume makes no set once it is filled in.
    unread = [each.fix for each in gaps if not each.what.startswith(_OF_OBJECTS)]
    if made or unread:
        return Problem(where, what, [*made, *unread][0])
    is_broken = any(each.severity == "error" for each in beside)
    return Problem(where, what, "mend what cannot be read" if is_broken else _near(read))


def _is_set(manifest: Manifest) -> bool:
    is_of_apps = manifest.api_version.startswith("apps/")
    return manifest.kind in STATEFUL_SET_KINDS and is_of_apps


def _kind(manifest: Manifest) -> str:
    is_like = manifest.kind in STATEFUL_SET_KINDS
    return f"{manifest.kind} of {manifest.api_version}" if is_like else manifest.kind


def _near(read: Iterable[Manifest]) -> str:
    """Return how to come to a StatefulSet: by a kind that is nearly one, or by more to read."""
    for kind, each in {each.kind: each for each in read}.items():
        if kind not in STATEFUL_SET_KINDS and nearest(kind, STATEFUL_SET_KINDS, _ALIKE_KIND):
            return f'write StatefulSet for "{kind}" at {each.where(("kind",))}'
    return "name a file with a StatefulSet, too"


def short(texts: Sequence[str]) -> str:
    """Return texts as a list, of many the first ones."""
    more = [f"{len(texts) - _MOST} more"] if len(texts) > _MOST else []
    return ", ".join([*texts[:_MOST], *more])
