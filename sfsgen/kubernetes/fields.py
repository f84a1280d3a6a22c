"""Which fields of an object a minor does not take, from fields.json."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen import package_data
from sfsgen.documents.document import Path, beginnings
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.schemas import KEY_WORDS, Fault, Schema, Terms, of_minors
from sfsgen.kubernetes.versions import NOT_READY_FIELD, TABLE_OF_FIELDS, Target

_DEEPEST = 10  # keys and indexes to a field that somebody may have misplaced
# The keys of maps which may have any, by the type and the field that they are in.
_AMOUNTS = {
    ("VolumeResourceRequirements", "requests"): ("storage",),
    ("PersistentVolumeSpec", "capacity"): ("storage",),
    ("ResourceRequirements", "requests"): ("cpu", "memory"),
    ("ResourceRequirements", "limits"): ("cpu", "memory"),
}


class Fields:
    """The fields of Kubernetes' types, as a target takes them."""

    def __init__(self, target: Target) -> None:
        self._types = json.loads(package_data.data(TABLE_OF_FIELDS))["$defs"]
        # A field that a minor takes before it heeds it.
        of_service = self._types["ServiceSpec"]["properties"]
        of_service["publishNotReadyAddresses"]["x-since"] = NOT_READY_FIELD.since
        terms = Terms(self._types, target, KEY_WORDS)
        self._target = target
        self._places: dict[str, Mapping[str, list[Path]]] = {}
        self._schemas = {kind: Schema(_object(kind), terms) for kind in KINDS}

    def faults(self, kind: str, value: Mapping[str, Any]) -> Sequence[Fault]:
        """Return the fields of an object that the target does not take, and none inside these."""
        found = self._schemas[kind].faults(value)
        refused = {each.path for each in found}
        return [each for each in found if refused.isdisjoint(beginnings(each.path[:-1]))]

    def names(self, kind: str) -> Sequence[str]:
        """Return the fields of a kind's spec, in all minors."""
        return tuple(self._types[_spec(kind)]["properties"])

    def places(self, kind: str, key: str) -> Sequence[Path]:
        """Return where in an object the target has a field of a name; "*" is any index."""
        if kind not in self._places:
            found: dict[str, list[Path]] = {}
            for path in self._paths(_object(kind), ()):
                found.setdefault(str(path[-1]), []).append(path)
            self._places[kind] = found
        return self._places[kind].get(key, ())

    def _paths(self, source: Mapping[str, Any], path: Path) -> Iterator[Path]:
        name = source.get("$ref", "").rpartition("/")[2]
        said = {**self._types.get(name, {}), **source}
        for key, each in said.get("properties", {}).items():
            if path[-1:] == (key,) or any(of_minors(each, self._target)):
                continue
            inner = (*path, key)
            yield inner
            yield from ((*inner, word) for word in _AMOUNTS.get((name, key), ()))
            if len(inner) < _DEEPEST:
                yield from self._paths(each, inner)
        if "items" in said:
            yield from self._paths(said["items"], (*path, "*"))


def _object(kind: str) -> Mapping[str, Any]:
    fields = {"apiVersion": {}, "kind": {}, "metadata": {"$ref": "#/$defs/ObjectMeta"}}
    fields |= {"spec": {"$ref": f"#/$defs/{_spec(kind)}"}, "status": {}}
    return {"properties": fields, "additionalProperties": False}


def _spec(kind: str) -> str:
    return "StatefulSetSpec" if kind == "PetSet" else f"{kind}Spec"
