"""An object as somebody wrote it: without what a server fills in, and keeps of its own."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sfsgen import package_data
from sfsgen.kubernetes.manifest import WRITTEN_BY_SERVER
from sfsgen.kubernetes.server_defaults import CHOSEN, DEFAULTS, NOTHING, Around
from sfsgen.kubernetes.versions import TABLE_OF_FIELDS, is_note

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps what somebody applied."""

# Nobody writes these by hand, also where a file has lost the uid that would show it to be a dump.
_NOTES_IN_FILES = (
    LAST_APPLIED,
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
)
# The domains of Kubernetes' own controllers, and the two words that a deletion in turn leaves.
_OWN_FINALIZERS = (".kubernetes.io", ".k8s.io")
_FINALIZERS = frozenset(
    ("kubernetes.io", "k8s.io", "external-attacher", "foregroundDeletion", "orphan")
)
# By type: what a server writes, and nobody may give it.
_NOT_OURS = {
    "ObjectMeta": frozenset(WRITTEN_BY_SERVER),
    "ObjectReference": frozenset(("uid", "resourceVersion")),
    "PersistentVolumeClaim": frozenset(("status",)),
}
_CONTROLLERS = frozenset(("StatefulSet", "Pod"))


def own(value: Mapping[str, Any], *, is_dump: bool | None = None) -> dict[str, Any]:
    """Return an object without what a server fills in: as it would be written by hand.

    What a server holds is known by what it writes into metadata, unless `is_dump` says it. From
    it every default goes, and each address and port that nobody chose; from what somebody wrote,
    only nulls, status and what a server alone can have written.
    """
    metadata = _mapping(value.get("metadata"))
    if is_dump is None:
        is_dump = is_stored(metadata)
    walk = _Walk(_types(), is_dump=is_dump)
    kind = "StatefulSet" if value.get("kind") == "PetSet" else value.get("kind")
    inside = {"metadata": {"$ref": "/ObjectMeta"}, "spec": {"$ref": f"/{kind}Spec"}}
    applied = _applied(metadata)
    kept = {key: each for key, each in value.items() if key != "status" and each is not None}
    for key in kept.keys() & inside.keys():
        kept[key] = walk.left(kept[key], inside[key], [value], applied.get(key))
    if isinstance(kept.get("metadata"), dict):
        kept["metadata"] = _of_nobody(kept["metadata"], str(kind), is_dump=is_dump)
    return kept


def is_stored(metadata: Mapping[str, Any]) -> bool:
    """Return whether an object was read from a server: what it or kubectl apply writes is there.

    Who exports an object for others often takes the uid away, and leaves what was applied.
    """
    is_known = LAST_APPLIED in _mapping(metadata.get("annotations"))
    return is_known or any(metadata.get(key) for key in WRITTEN_BY_SERVER)


class _Walk(NamedTuple):
    """One walk along a value and Kubernetes' types."""

    types: Mapping[str, Any]
    is_dump: bool

    def left(self, value: Any, source: Mapping[str, Any], around: Around, applied: Any) -> Any:
        """Return what is left of a value; `applied` is what kubectl applied there."""
        if isinstance(value, list) and "items" in source:
            theirs = applied if isinstance(applied, list) and len(applied) == len(value) else ()
            pairs = zip(value, theirs or [None] * len(value), strict=True)
            return [self.left(each, source["items"], around, their) for each, their in pairs]
        name = source.get("$ref", "").rpartition("/")[2]
        if isinstance(value, dict) and "properties" in self.types.get(name, {}):
            return self._of_object(value, name, [value, *around], _mapping(applied))
        return value

    def _of_object(
        self, value: Mapping[str, Any], name: str, around: Around, applied: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what is left of an object of a type: the inner ones first, then its own fields."""
        properties = self.types[name]["properties"]
        kept = {
            key: self.left(each, properties.get(key, {}), around, applied.get(key))
            for key, each in value.items()
            if each is not None and key not in _NOT_OURS.get(name, ())
        }
        if not self.is_dump:
            return kept
        return {
            key: each
            for key, each in kept.items()
            if each != _filled_in(name, key, around)
            or (key in CHOSEN and value[key] == applied.get(key))
        }


@cache
def _types() -> Mapping[str, Any]:
    types: Mapping[str, Any] = json.loads(package_data.data(TABLE_OF_FIELDS))["$defs"]
    return types


def _filled_in(name: str, key: str, around: Around) -> Any:
    """Return what a server makes of a field of a type that nobody gave it."""
    default = DEFAULTS.get(name, {}).get(key, NOTHING)
    return default(around) if callable(default) else default


def _applied(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object as it was applied last, where kubectl has kept it."""
    try:
        return _mapping(json.loads(_mapping(metadata.get("annotations"))[LAST_APPLIED]))
    except (KeyError, TypeError, ValueError):
        return {}


def _of_nobody(metadata: Mapping[str, Any], kind: str, *, is_dump: bool) -> dict[str, Any]:
    """Return an object's metadata without the notes of Kubernetes, its controllers and kubectl."""
    kept = dict(metadata)
    if isinstance(annotations := metadata.get("annotations"), dict):
        kept["annotations"] = _not_noted(annotations, _applied(metadata), is_dump=is_dump)
    if isinstance(finalizers := metadata.get("finalizers"), list):
        kept["finalizers"] = [each for each in finalizers if not is_of_kubernetes(str(each))]
    if kind == "PersistentVolumeClaim" and isinstance(metadata.get("ownerReferences"), list):
        kept["ownerReferences"] = _others(metadata["ownerReferences"])
    return {key: each for key, each in kept.items() if each or not metadata[key]}


def _not_noted(
    annotations: Mapping[str, Any], applied: Mapping[str, Any], *, is_dump: bool
) -> dict[str, Any]:
    written = _mapping(_mapping(applied.get("metadata")).get("annotations"))
    return {
        key: each
        for key, each in annotations.items()
        if key not in _NOTES_IN_FILES and (key in written or not (is_dump and is_note(key)))
    }


def is_of_kubernetes(finalizer: str) -> bool:
    """Return whether a finalizer is that of Kubernetes itself, or of one of its controllers."""
    domain = finalizer.partition("/")[0]
    return domain in _FINALIZERS or domain.endswith(_OWN_FINALIZERS)


def _others(owners: Sequence[Any]) -> list[Any]:
    """Return a claim's owners without those that its set's retention policy gives it."""
    return [
        each
        for each in owners
        if not isinstance(each, dict) or str(each.get("kind")) not in _CONTROLLERS
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a value that is a mapping, or an empty one for any other."""
    return value if isinstance(value, dict) else {}
