"""Where the main container mounts its claims: by which words that is said in the same order."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Mount = Mapping[str, Any]


class Mounts(NamedTuple):
    """The mounts of the main container, by their places in its list."""

    of_templates: Mapping[str, Sequence[int]]
    """Those of each claim template that are said with it."""
    others: Sequence[int]
    """Those that are said with the container, behind the others."""


def split(mounts: Sequence[Mount], read_only: Mapping[str, bool]) -> Mounts:
    """Return which mounts are said with which claim template, so that all keep their order.

    Those of the claim templates are printed first, in the order of these. `read_only` tells of each
    whether its volumes are only read: then all mounts that are said with it are.
    """
    index, found = 0, {}
    for name, is_read_only in read_only.items():
        start = index
        while index < len(mounts) and _is_of(mounts[index], name, is_read_only=is_read_only):
            index += 1
        found[name] = range(start, index)
    return Mounts(found, range(index, len(mounts)))


def _is_of(mount: Mount, name: str, *, is_read_only: bool) -> bool:
    return mount.get("name") == name and (mount.get("readOnly") is True or not is_read_only)


def in_words(mounts: Sequence[Mount], *, is_read_only: bool) -> dict[str, Any]:
    """Return the words of a claim template for its mounts.

    What is mounted from a volume that is only read is mounted read-only without being said so.
    """
    if len(mounts) == 1:
        said = {key: each for key, each in mounts[0].items() if key != "name"}
        end = ["readOnly"] if is_read_only else []
        is_plain = said.get("readOnly", False) is is_read_only
        if is_plain and [*said] in (["mountPath", *end], ["mountPath", "subPath", *end]):
            return {key: said[key] for key in ("mountPath", "subPath") if key in said}
    return {"mounts": [{key: each for key, each in one.items() if key != "name"} for one in mounts]}
