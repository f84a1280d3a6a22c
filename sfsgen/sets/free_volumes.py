"""Volumes that nobody has: which claims are they meant for, and which could get them by chance."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any

from sfsgen.kubernetes.binder import Storage, fits, size
from sfsgen.kubernetes.names import numbered
from sfsgen.kubernetes.selectors import is_met
from sfsgen.values.pairs import Volume

_LIKE_ENOUGH = 20  # volumes of one number; among more, a word says little
_Entry = tuple[int, int, str]


class BySize:
    """The sizes, numbers and names of volumes, the smallest first, by all but their size."""

    def __init__(self, volumes: Iterable[Volume]) -> None:
        self._held: dict[tuple[str, str], dict[tuple[str, ...], list[_Entry]]] = {}
        for each in volumes:
            storage = each.storage
            alike = self._held.setdefault((storage.storage_class or "", storage.volume_mode), {})
            entry = size(storage), numbered(each.name)[1] or 0, each.name
            alike.setdefault(storage.access_modes, []).append(entry)
        for alike in self._held.values():
            for entries in alike.values():
                entries.sort()

    def __bool__(self) -> bool:
        return bool(self._held)

    def fitting(self, wanted: Storage) -> Iterator[tuple[list[_Entry], int]]:
        """Yield lists of entries, each with the index from which on they fit a claim."""
        alike = self._held.get((wanted.storage_class or "", wanted.volume_mode), {})
        for modes, entries in alike.items():
            start = bisect_left(entries, (size(wanted),))
            if start < len(entries) and set(wanted.access_modes) <= set(modes):
                yield entries, start

    def take(self, wanted: Storage) -> str | None:
        """Return the name of the smallest volume that fits a claim, which is then taken."""
        found = min(self.fitting(wanted), key=lambda each: each[0][each[1]], default=None)
        return found[0].pop(found[1])[-1] if found else None


class FreeVolumes:
    """The volumes that nobody has, names or is reserved for; each is given away once."""

    def __init__(self, volumes: Iterable[Volume]) -> None:
        self._volumes = {each.name: each for each in volumes}
        self._taken: set[str] = set()
        self._selected: dict[str, list[Volume]] = {}
        self._left: dict[str, Iterator[Volume]] = {}
        self._fitting: dict[Storage, Volume | None] = {}

    def left_over(self) -> list[Volume]:
        """Return those that are left, also those reserved for a claim which is not there."""
        return [each for name, each in self._volumes.items() if name not in self._taken]

    def take(self, name: str) -> Volume | None:
        """Return a volume by its name, which is then taken, or None."""
        if name in self._taken or name not in self._volumes:
            return None
        self._taken.add(name)
        return self._volumes[name]

    def take_like(self, wanted: Storage, word: str, number: int) -> Volume | None:
        """Return a volume that fits, with a word and a number in its name, which is then taken."""
        for name in self._by_number.get(number, ())[:_LIKE_ENOUGH]:
            is_like = word in name.split("-") and fits(wanted, self._volumes[name].storage)
            if is_like and (volume := self.take(name)):
                return volume
        return None

    def take_fitting(self, wanted: Storage, *, is_last: bool = False) -> Volume | None:
        """Return the smallest volume that fits, as the binder would, which is then taken.

        Of those that are alike the first; or the last, by which the others stay in their order.
        """
        for entries, start in self._by_size.fitting(wanted):
            while start < len(entries):
                at = bisect_right(entries, (entries[start][0], inf)) - 1 if is_last else start
                if volume := self.take(entries.pop(at)[-1]):
                    return volume
        return None

    def take_selected(self, selector: Mapping[str, Any]) -> Volume | None:
        """Return a volume that a selector leads to, which is then taken, or None."""
        left = self._left.setdefault(repr(selector), iter(self.selected(selector)))
        return next((each for each in left if self.take(each.name)), None)

    @cached_property
    def left(self) -> Volume | None:
        """One that fits nobody, once all have taken theirs."""
        return next((each for each in self.left_over() if each.claim is None), None)

    def fitting(self, wanted: Storage) -> Volume | None:
        """Return a volume that a claim could take in place of its own, once all have theirs."""
        if wanted not in self._fitting:
            # One that is reserved for nobody by name gets nobody (measured).
            free = (
                each for each in self.left_over() if each.manifest.at("spec", "claimRef") is None
            )
            found = (each for each in free if fits(wanted, each.storage))
            self._fitting[wanted] = next(found, None)
        return self._fitting[wanted]

    def selected(self, selector: Mapping[str, Any]) -> Sequence[Volume]:
        """Return the volumes that a selector leads to."""
        key = repr(selector)
        if key not in self._selected:
            wanted = next(iter((selector.get("matchLabels") or {}).items()), None)
            found = self._volumes.values() if wanted is None else self._by_label.get(wanted, ())
            self._selected[key] = [each for each in found if is_met(selector, each.labels)]
        return self._selected[key]

    @cached_property
    def _by_size(self) -> BySize:
        return BySize(each for each in self._volumes.values() if each.claim is None)

    @cached_property
    def _by_number(self) -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = {}
        for name, volume in self._volumes.items():
            _, number = numbered(name)
            if number is not None and volume.claim is None:
                found.setdefault(number, []).append(name)
        return found

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str], list[Volume]]:
        found: dict[tuple[str, str], list[Volume]] = {}
        for volume in self._volumes.values():
            for each in volume.labels.items():
                found.setdefault(each, []).append(volume)
        return found
