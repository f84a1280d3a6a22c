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
        least = size(wanted)
        for storage, volumes in self._by_storage.items():
            if not fits(wanted._replace(storage=""), storage):
                continue
            start = bisect_left(volumes, (least,))
            while start < len(volumes):
                at = bisect_right(volumes, (volumes[start][0], inf)) - 1 if is_last else start
                if volume := self.take(volumes.pop(at)[-1]):
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
    def _by_storage(self) -> Mapping[Storage, list[tuple[int, int, str]]]:
        """The sizes, numbers and names of volumes, the smallest first, by all but their size."""
        found: dict[Storage, list[tuple[int, int, str]]] = {}
        for name, volume in self._volumes.items():
            if volume.claim is None:
                storage = volume.storage
                key = storage._replace(storage="")
                found.setdefault(key, []).append((size(storage), numbered(name)[1] or 0, name))
        for volumes in found.values():
            volumes.sort()
        return found

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
