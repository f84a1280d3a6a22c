"""Variants of objects in folders that lie beside one another: what belongs to each of them."""

import os.path
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.problems import InputError, Problem

_GROUND = ("base", "bases", "common", "shared")  # folders that others build on
# Beyond these nobody waits for what each of them is.
_MOST_FOLDERS = 2000
_MOST = 200_000  # objects in all variants together
_SHOWN = 8  # folders, by their names
_MOST_NAMED = 8  # folders and files that a command names

Node = tuple[str, ...]
"""A folder: the one that was named, and the folders down to it."""


class Variant(NamedTuple):
    """An input of its own: what one folder holds, and what is shared with the others."""

    folder: str
    manifests: Sequence[Manifest]
    filenames: Sequence[str]
    """By what it is read alone."""


def variants(
    duplicates: Iterable[tuple[Manifest, Manifest]],
    manifests: Sequence[Manifest],
    filenames: Iterable[str],
) -> Iterator[Variant]:
    """Yield the inputs that objects make which stand several times, or nothing where they do not.

    They do in different folders below one that was named. Where folders part, one of them is
    chosen: what lies in the others is another variant's, what lies above or elsewhere is shared.
    Raises InputError where they are too many.
    """
    roots = list(filenames)
    groups: dict[int, list[Manifest]] = {}
    for first, second in duplicates:
        groups.setdefault(id(first), [first]).append(second)
    parting: set[Node] = set()
    for group in groups.values():
        parting.update(_parting({_node(each, roots) for each in group}))
    if not parting:
        return
    chains = {id(each): _chain(_node(each, roots), parting) for each in manifests}
    if len(set(chains.values())) > _MOST_FOLDERS:
        raise _too_many(groups)
    by_chain: dict[tuple[Node, ...], list[int]] = {}
    for number, each in enumerate(manifests):
        by_chain.setdefault(chains[id(each)], []).append(number)
    same = {id(each): key for key, group in groups.items() for each in group}
    chosen = list(_chosen(set(chains.values()), [chains[each] for each in same if each in chains]))
    count = 0
    for leaf, nodes in chosen:
        numbers = (held for way, held in by_chain.items() if nodes.issuperset(way))
        own = [manifests[each] for each in sorted(chain.from_iterable(numbers))]
        count += len(own)
        if count > _MOST:
            raise _too_many(groups)
        yield _variant(leaf, nodes, _nearest(own, chains, same), chains)


def _too_many(groups: Mapping[int, Sequence[Manifest]]) -> InputError:
    (first, second, *_), *_ = groups.values()
    folders = [os.path.dirname(each.document.file) or "." for each in (first, second)]  # noqa: PTH120
    what = f"too many folders hold variants of one object: {' and '.join(folders)} one of "
    what += f"{first.kind} {first.name}"
    fix = f"look at some of them at a time: -f {quoted(folders[:1])}"
    return InputError(Problem("--filename", what, fix))


def some_of(folders: Sequence[str]) -> str:
    """Return folders as a sentence lists them, the first of many."""
    left = len(folders) - _SHOWN
    return ", ".join([*folders[:_SHOWN], *([f"{left} more"] if left > 0 else [])])


def _variant(
    leaf: Node,
    nodes: Collection[Node],
    own: Sequence[Manifest],
    chains: Mapping[int, tuple[Node, ...]],
) -> Variant:
    last = {each for each in nodes if not any(each == one[: len(each)] != one for one in nodes)}
    beside = (each.document.file for each in own if last.isdisjoint(chains[id(each)]))
    others = list(dict.fromkeys(beside))
    folders = ["/".join(each) for each in sorted(last, key=lambda each: (each != leaf, each))]
    folder = "/".join(leaf) if leaf else os.path.dirname(others[0]) or "."  # noqa: PTH120
    named = [*folders, *others]
    return Variant(folder, own, named if len(named) <= _MOST_NAMED else folders or [folder])


def _is_below(file: str, folder: str) -> bool:
    return file.startswith(f"{folder.rstrip('/')}/")


def _node(manifest: Manifest, roots: Iterable[str]) -> Node:
    """Return the folder of an object; () where no folder was named in which it lies."""
    file = manifest.document.file
    for root in roots:
        if _is_below(file, root):
            inside = file[len(root.rstrip("/")) + 1 :]
            return (root.rstrip("/"), *inside.split("/")[:-1])
    return ()


def _parting(folders: Iterable[Node]) -> Iterator[Node]:
    """Yield the folders of which only one can be meant, as they hold one object each."""
    below: dict[Node, set[str]] = {}
    for folder in folders:
        for depth in range(1, len(folder)):
            below.setdefault(folder[:depth], set()).add(folder[depth])
        if folder:
            below.setdefault(folder, set()).add("")  # the object itself
    for above, names in below.items():
        others = sorted(names - {""})
        apart = [each for each in others if each not in _GROUND] or others
        if len(names) > 1:
            yield from ((*above, each) for each in apart)


def _chain(folder: Node, parting: Container[Node]) -> tuple[Node, ...]:
    """Return the folders, of those that part, in which a folder lies."""
    ways = (folder[:depth] for depth in range(2, len(folder) + 1))
    return tuple(each for each in ways if each in parting)


def _chosen(
    chains: set[tuple[Node, ...]], of_same: Iterable[tuple[Node, ...]]
) -> Iterator[tuple[Node, set[Node]]]:
    """Yield the ways to choose one of the folders that part, each with all that goes with it.

    What has one name goes together, such as volumes/dev with sets/dev.
    """
    longer = {way[:depth] for way in chains for depth in range(len(way))}
    leaves = sorted(chains - longer)
    by_name: dict[str, list[tuple[Node, ...]]] = {}
    for leaf in leaves:
        by_name.setdefault(leaf[-1][-1], []).append(leaf)
    known: set[frozenset[Node]] = set()
    for leaf in leaves:
        nodes = {each[:-1]: each for each in leaf}
        for other in by_name[leaf[-1][-1]]:
            if all(nodes.get(each[:-1], each) == each for each in other):
                nodes |= {each[:-1]: each for each in other}
        together = frozenset(nodes.values())
        if together not in known:
            known.add(together)
            yield leaf[-1], set(together)
    for way in sorted(set(of_same) & longer):
        yield way[-1] if way else (), set(way)


def _nearest(
    own: Iterable[Manifest], chains: Mapping[int, tuple[Node, ...]], same: Mapping[int, int]
) -> Sequence[Manifest]:
    """Return what belongs to a variant; of objects that stand several times, the nearest to it."""
    nearest: dict[int, int] = {}
    for each in own:
        if (key := same.get(id(each))) is not None:
            nearest[key] = max(nearest.get(key, 0), len(chains[id(each)]))
    return [
        each
        for each in own
        if id(each) not in same or len(chains[id(each)]) == nearest[same[id(each)]]
    ]
