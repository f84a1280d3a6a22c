"""The data on NFS servers: directories, what is in them, who writes there, and what is lost.

A directory is a place, (server, path). What is in it are marks: one that says whose it is from the
beginning, and one of each claim whose pod has written there. Two clusters may share one of these.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Place = tuple[str, str]


class TwoWriters(AssertionError):  # noqa: N818
    """Two pods have one directory mounted at once."""


class Lost(NamedTuple):
    """Data that is no more."""

    place: Place
    marks: frozenset[str]
    by: str


class NfsData:
    """Directories by place, the pods that write there, and the data that was lost."""

    def __init__(self) -> None:
        self.directories: dict[Place, set[str]] = {}
        self.writers: dict[Place, dict[str, str]] = {}
        """By place, and by the uid of the pod: whose mark it writes."""
        self.lost: list[Lost] = []
        self.is_strict = True
        """Whether a second writer is raised, and not let be."""
        self.excused: set[tuple[Place, frozenset[str]]] = set()
        self._numbers = itertools.count(1)

    def uid(self) -> str:
        """Return a uid that no object of any cluster has."""
        return f"00000000-0000-4000-8000-{next(self._numbers):012}"

    def make(self, place: Place, *marks: str) -> None:
        """Make a directory, unless it is there, and put marks into it."""
        self.directories.setdefault(place, set()).update(marks)

    def copy(self, source: Place, target: Place) -> None:
        """Make a directory an exact copy of another one, as `rsync -a --delete` does."""
        given = set(self.directories[source])
        self._lose(target, self.directories.get(target, set()) - given, "overwritten by a copy")
        self.directories[target] = given

    def exchange(self, one: Place, other: Place) -> None:
        """Let two directories exchange what is in them."""
        found = self.directories
        found[one], found[other] = found[other], found[one]

    def remove(self, place: Place, by: str) -> None:
        """Remove a directory with all that is in it."""
        self._lose(place, self.directories.pop(place, set()), by)

    def wipe(self, place: Place, by: str) -> None:
        """Remove what is in a directory."""
        self._lose(place, self.directories.get(place, set()), by)
        self.directories[place] = set()

    def mount(self, pod_uid: str, places: Mapping[Place, str]) -> bool:
        """Let a pod write its marks; return False where a directory is not there.

        Raises TwoWriters where another pod writes in one of them.
        """
        if not all(place in self.directories for place in places):
            return False
        for place, mark in places.items():
            self.writers.setdefault(place, {})[pod_uid] = mark
            self.directories[place].add(mark)
        self.check(places)
        return True

    def unmount(self, pod_uid: str) -> None:
        """Let a pod write no more."""
        for found in self.writers.values():
            found.pop(pod_uid, None)

    def check(self, places: Iterable[Place] | None = None) -> None:
        """Raise TwoWriters where a directory has two, but for those that were excused."""
        for place in self.writers if places is None else places:
            uids = self.writers.get(place, {})
            if self.is_strict and len(uids) > 1 and (place, frozenset(uids)) not in self.excused:
                raise TwoWriters(f"{place} is written by {sorted(uids.values())} at once")

    def excuse(self) -> None:
        """Take things as they are: what was lost is forgotten, who writes now may do so."""
        self.lost.clear()
        self.excused = {(each, frozenset(uids)) for each, uids in self.writers.items()}

    def _lose(self, place: Place, marks: Iterable[str], by: str) -> None:
        if lost := frozenset(marks):
            self.lost.append(Lost(place, lost, by))
