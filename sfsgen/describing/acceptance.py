"""What `render` refuses of a sheet is taken out of it, so that what is left renders."""

from collections.abc import Iterator
from typing import NamedTuple

from sfsgen.describing.sheet import Origin, Sheet
from sfsgen.documents.document import Document, Path
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import InputError, Problem
from sfsgen.values.collisions import claimant, collisions
from sfsgen.values.model import StatefulSet
from sfsgen.values.shape import faults
from sfsgen.values.stateful_set import build
from sfsgen.values.tree import Values

_MOST_ROUNDS = 100  # each takes something out


class Refusal(NamedTuple):
    """Something that cannot be said: where it was read, and what `render` says of it."""

    origin: Origin
    what: str


class Accepted(NamedTuple):
    """The set that a sheet describes, and what was taken out of the sheet."""

    stateful_set: StatefulSet
    refusals: list[Refusal]


def accepted(sheet: Sheet, target: Target, *, is_whole: bool = True) -> Accepted:
    """Return the set that a sheet describes, without what is refused.

    Before it is whole, its volumes may still be where others are. Raises InputError where nothing
    is left to be taken out.
    """
    refusals: list[Refusal] = []
    for _ in range(_MOST_ROUNDS):
        stateful_set, refused = _read(sheet, target, is_whole=is_whole)
        if stateful_set:
            return Accepted(stateful_set, refusals)
        # From the last to the first: what is taken out moves those behind it.
        found = [
            (Refusal(sheet.origin(path), problem.what), path, problem) for path, problem in refused
        ]
        taken = [sheet.take_out(path) for _, path, _ in sorted(found, key=_order, reverse=True)]
        refusals += [each for each, _, _ in found]
        if not any(taken):
            break
    raise InputError(
        *(Problem(each.origin.where, each.what, problem.fix) for each, _, problem in found)
    )


def _order(found: tuple[Refusal, Path, Problem]) -> list[tuple[bool, int, str]]:
    """Return by what paths are ordered: numbers as numbers."""
    return [
        (isinstance(part, int), part if isinstance(part, int) else 0, str(part))
        for part in found[1]
    ]


class _Asked:
    """Which paths were asked for, by the lines that were told for them."""

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def locate(self, path: Path, _: bool) -> tuple[int, int]:
        """Return a line of its own for every question."""
        self.paths.append(path)
        return len(self.paths), 1

    def path(self, problem: Problem) -> Path:
        """Return the path that a problem is about."""
        return self.paths[problem.place.line - 1] if problem.place else ()


def _read(
    sheet: Sheet, target: Target, *, is_whole: bool
) -> tuple[StatefulSet | None, list[tuple[Path, Problem]]]:
    """Return the set that a sheet describes, or what is wrong, each with its path."""
    asked = _Asked()
    document = Document(sheet.tree(), "values", asked.locate)
    values = Values(target, document)
    if found := list(faults(document._replace(value=values.tree), target)):
        return None, found
    try:
        stateful_set = build(values)
    except InputError as error:
        return None, [(asked.path(each), each) for each in error.problems]
    clashes = list(_collisions(values, stateful_set)) if is_whole else []
    return (None, clashes) if clashes else (stateful_set, [])


def _collisions(values: Values, stateful_set: StatefulSet) -> Iterator[tuple[Path, Problem]]:
    for each in collisions([claimant(stateful_set)]):
        yield values.said_at(each.path), Problem("", each.what, each.fix)
