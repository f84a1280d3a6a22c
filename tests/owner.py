"""The owner of a set, who copies and moves data as a plan asks for it, in the data of a model."""

import shlex
from collections.abc import Mapping
from typing import Any

from tests.nfs_data import NfsData, Place

_FIRST = "rsync -aHAX --numeric-ids -- "
_COPY = "rsync -aHAX --numeric-ids --delete -- "
_COMPARE = "rsync -aHAX --numeric-ids --delete --dry-run --checksum --itemize-changes -- "


class Owner:
    """Does what a plan asks people to do, each time it is asked; what cannot be done any more, not.

    What is moved or copied while somebody writes there is an error, but for the first, rough copy.
    """

    def __init__(self, nfs: NfsData) -> None:
        self.nfs = nfs
        self.asked: list[str] = []

    def __call__(self, action: Mapping[str, Any]) -> None:
        """Do what an action asks for."""
        self.asked.append(action["confirm"])
        is_rough = "a first time" in action["reason"]
        is_first = is_rough or "go on writing" in action["reason"]
        for line in action["confirm"].split("\n"):
            if line.startswith("mkdir "):
                made, _, rest = line.partition(" && ")
                assert shlex.split(made)[:3] == ["mkdir", "-p", "--"]
                self._do(rest, is_rough=is_rough)
            elif line.startswith(_COMPARE):
                source, target = map(_place, shlex.split(line)[-2:])
                assert self.nfs.directories[source] == self.nfs.directories[target]
            elif line.startswith("ls -lA -- "):
                assert is_first or self.nfs.directories[_place(shlex.split(line)[-1])]
            else:
                assert line.endswith(":"), line

    def _do(self, line: str, *, is_rough: bool) -> None:
        words = shlex.split(line)
        source, target = map(_place, words[-2:])
        assert is_rough or not self.nfs.writers.get(source), f"{source} is written to"
        assert not self.nfs.writers.get(target), f"{target} is written to"
        if words[:3] == ["mv", "-T", "--"]:
            if source in self.nfs.directories:  # else mv fails: it has been moved
                assert not self.nfs.directories.get(target)
                self.nfs.directories[target] = self.nfs.directories.pop(source)
        else:
            assert line.startswith((_FIRST, _COPY))
            self.nfs.copy(source, target)


def _place(text: str) -> Place:
    """Return what is meant by a path below /mnt/SERVER."""
    _, mounted, server, *rest = text.rstrip("/").split("/")
    assert mounted == "mnt"
    return server, "/" + "/".join(rest)
