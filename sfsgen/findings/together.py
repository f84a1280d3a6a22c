"""Findings with one cause, told as one: what is so of one ordinal is often so of the others."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from sfsgen.changes.cure import all_of
from sfsgen.changes.steps import commands
from sfsgen.findings.finding import Finding
from sfsgen.plain_text import some

_SHOWN = 4  # objects, by their names


def one_for_each(found: Iterable[tuple[Hashable, Finding]]) -> Iterator[Finding]:
    """Yield one finding for all that have a key: the first of them, with the cures of all."""
    return one_for_each_named(
        ((key, each.manifest.kind), each.manifest.name, each) if each.manifest else (key, "", each)
        for key, each in found
    )


def one_for_each_named(found: Iterable[tuple[Hashable, str, Finding]]) -> Iterator[Finding]:
    """Yield the same; each is given with the name by which it is told beside the first."""
    by_key: dict[Hashable, list[tuple[str, Finding]]] = {}
    for key, name, each in found:
        cause = key, each.severity, bool(each.cure.steps)
        by_key.setdefault(cause, []).append((name, each))
    for alike in by_key.values():
        yield _together(alike)


def some_of(found: Finding, is_left: Callable[[Finding], bool]) -> Finding | None:
    """Return a finding without some of those that are told as it; None where none is left."""
    if not found.parts:
        return found if is_left(found) else None
    left = [(name, each) for name, each in found.parts if is_left(each)]
    if len(left) == len(found.parts):
        return found
    return _together(left)._replace(rule=found.rule) if left else None


def _together(named: Sequence[tuple[str, Finding]]) -> Finding:
    found = [each for _, each in named]
    first, *others = found
    if not others:
        return first
    names = [name for name, _ in named[1:]]
    is_typed = all(each.cure.words == commands(each.cure.steps) for each in found)
    between = " && " if is_typed else "; "
    cure = all_of([each.cure for each in found], between)
    if len({each.cure.words for each in found}) == 1:
        in_each = ", in each of them" * first.cure.words.startswith("write ")
        cure = cure.said(f"{first.cure}{in_each}")
    sides = [side for each in others for side in (each.manifest, *each.related) if side]
    what = f"{first.what}; so it is with {some(names, _SHOWN)}"
    related = {id(each): each for each in (*first.related, *sides)}
    parts = tuple(named)
    return first._replace(what=what, cure=cure, related=tuple(related.values()), parts=parts)
