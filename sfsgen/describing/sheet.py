"""Values in the making: where each was read, and what is taken out of them again."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sfsgen.documents.document import GONE, Path, beginnings
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.values.tree import value_at

_NEEDED: tuple[Path, ...] = ((), ("name",), ("replicas",), ("nfs",))
"""What no set can be without."""


class Origin(NamedTuple):
    """Where in an object something was read."""

    manifest: Manifest
    path: Path = ()

    def below(self, *path: str | int) -> "Origin":
        """Return a place further inside."""
        return self._replace(path=(*self.path, *path))

    @property
    def where(self) -> str:
        """FILE:LINE:COLUMN, or the object and its field in a cluster."""
        return self.manifest.where(self.path)


class Sheet:
    """The values of one set, as they are put together from what was read."""

    def __init__(self, manifest: Manifest) -> None:
        self._tree: dict[str, Any] = {}
        self._origins: dict[Path, Origin] = {(): Origin(manifest)}

    def put(self, path: Path, value: Any, origin: Origin | None = None) -> None:
        """Say a value; a list of mappings that it stands in must be there."""
        around: Any = self._tree
        for part in path[:-1]:
            around = around[part] if isinstance(part, int) else around.setdefault(part, {})
        around[path[-1]] = value
        if origin:
            self._origins[path] = origin

    def read_from(self, path: Path, origin: Origin) -> None:
        """Note where a value was read that is there already."""
        self._origins[path] = origin

    def get(self, *path: str | int) -> Any:
        """Return what is said at a path, or None."""
        value = value_at(self._tree, path)
        return None if value is GONE else value

    def tree(self) -> dict[str, Any]:
        """Return the values without what was taken out."""
        found: dict[str, Any] = _without_gone(self._tree)
        return found

    def origin(self, path: Path) -> Origin:
        """Return where the value at a path of `tree()` was read, or the nearest around it."""
        inside = self._own(path)
        for each in beginnings(inside):
            if origin := self._origins.get(each):
                return origin.below(*inside[len(each) :])
        raise AssertionError  # the root has one

    def take_out(self, path: Path) -> bool:
        """Take the value at a path of `tree()` out, or the nearest around it; whether one was.

        A set is nothing without its claim templates and their server.
        """
        for each in beginnings(self._own(path)):
            if each in _NEEDED or (each[0] == "claimTemplates" and each[2:] == ()):
                break
            if value_at(self._tree, each) not in (None, GONE):
                self.put(each, GONE)
                return True
        return False

    def _own(self, path: Path) -> Path:
        """Return the path here of what has another one without what was taken out."""
        own: list[str | int] = []
        value: Any = self._tree
        for part in path:
            if isinstance(part, int) and isinstance(value, list):
                left = [index for index, each in enumerate(value) if each is not GONE]
                own.append(left[part] if part < len(left) else len(value))
            else:
                own.append(part)
            value = value_at(value, own[-1:])
        return tuple(own)


def _without_gone(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_gone(each) for key, each in value.items() if each is not GONE}
    if isinstance(value, list):
        return [_without_gone(each) for each in value if each is not GONE]
    return value
