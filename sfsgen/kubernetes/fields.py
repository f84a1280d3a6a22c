"""Which fields of an object a minor does not take, from fields.json."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sfsgen.documents.document import beginnings
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.schemas import KEY_WORDS, Fault, Schema, Terms
from sfsgen.kubernetes.versions import NOT_READY_FIELD, TABLE_OF_FIELDS, Target


class Fields:
    """The fields of Kubernetes' types, as a target takes them."""

    def __init__(self, target: Target) -> None:
        self._types = json.loads(TABLE_OF_FIELDS.read_bytes())["$defs"]
        # A field that a minor takes before it heeds it.
        of_service = self._types["ServiceSpec"]["properties"]
        of_service["publishNotReadyAddresses"]["x-since"] = NOT_READY_FIELD.since
        terms = Terms(self._types, target, KEY_WORDS)
        self._schemas = {kind: Schema(_object(kind), terms) for kind in KINDS}

    def faults(self, kind: str, value: Mapping[str, Any]) -> Sequence[Fault]:
        """Return the fields of an object that the target does not take, and none inside these."""
        found = self._schemas[kind].faults(value)
        refused = {each.path for each in found}
        return [each for each in found if refused.isdisjoint(beginnings(each.path[:-1]))]

    def names(self, kind: str) -> Sequence[str]:
        """Return the fields of a kind's spec, in all minors."""
        return tuple(self._types[_spec(kind)]["properties"])


def _object(kind: str) -> Mapping[str, Any]:
    fields = {"apiVersion": {}, "kind": {}, "metadata": {"$ref": "#/$defs/ObjectMeta"}}
    fields |= {"spec": {"$ref": f"#/$defs/{_spec(kind)}"}, "status": {}}
    return {"properties": fields, "additionalProperties": False}


def _spec(kind: str) -> str:
    return "StatefulSetSpec" if kind == "PetSet" else f"{kind}Spec"
