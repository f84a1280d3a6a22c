"""In what two objects differ: field by field, lists in their order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import GONE, Path
from sfsgen.kubernetes.quantities import nano_units

_TEXTS = (("labels",), ("annotations",))
_QUANTITIES = ("capacity", "limits", "requests")


class Difference(NamedTuple):
    """A field in which an object differs from the one that it should be; GONE where it is not."""

    path: Path
    """Where it stands in the object that should be."""
    wanted: Any
    found: Any

    @property
    def is_more(self) -> bool:
        """Whether it is there and should not be."""
        return self.wanted is GONE


def differences(wanted: Any, found: Any, path: Path = ()) -> Iterator[Difference]:
    """Yield in what a value differs from the one that it should be."""
    if _is_nothing(wanted, path) and _is_nothing(found, path):
        return
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in [*wanted, *(each for each in found if each not in wanted)]:
            pair = wanted.get(key, GONE), found.get(key, GONE)
            yield from differences(*pair, (*path, key))
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _of_lists(wanted, found, path)
    elif not _are_equal(wanted, found, path):
        yield Difference(path, wanted, found)


def _is_nothing(value: Any, path: Path) -> bool:
    """Return whether a value is as good as none: to a server, an empty list is no list."""
    is_empty = value == [] or (value == {} and path[-1:] in _TEXTS)
    return value is GONE or is_empty or (value == "" and path[-1:] == ("serviceName",))


def _are_equal(wanted: Any, found: Any, path: Path) -> bool:
    if GONE in (wanted, found):
        return False
    is_quantity = len(path) > 1 and path[-2] in _QUANTITIES
    if is_quantity and not isinstance(wanted, dict | list) and not isinstance(found, dict | list):
        try:
            return nano_units(str(wanted)) == nano_units(str(found))
        except ValueError:
            pass
    # true and 1 are two values, and equal to Python
    return type(wanted) is type(found) and bool(wanted == found)


def _of_lists(wanted: Sequence[Any], found: Sequence[Any], path: Path) -> Iterator[Difference]:
    """Yield in what lists differ: entry by entry, those with names by their names."""
    names, there = _names(wanted), _names(found)
    if len(wanted) == len(found) or not (names and there):
        for index in range(max(len(wanted), len(found))):
            pair = [each[index] if index < len(each) else GONE for each in (wanted, found)]
            yield from differences(pair[0], pair[1], (*path, index))
        return
    for index, name in enumerate(names):
        other = found[there.index(name)] if name in there else GONE
        yield from differences(wanted[index], other, (*path, index))
    for index, name in enumerate(there):
        if name not in names:
            yield Difference((*path, index), GONE, found[index])
    both = [[each for each in row if each in names and each in there] for row in (names, there)]
    if both[0] != both[1]:
        yield Difference(path, wanted, found)


def _names(entries: Sequence[Any]) -> list[str]:
    """Return the names of a list's entries where each has one of its own, else none."""
    found = [each.get("name") for each in entries if isinstance(each, Mapping)]
    is_named = len(found) == len(entries) == len({*map(str, found)}) and None not in found
    return [str(each) for each in found] if is_named else []
