"""The words of a values file: its JSON Schema."""

import json
from collections.abc import Mapping
from typing import Any

from sfsgen import package_data
from sfsgen.documents.document import Path
from sfsgen.kubernetes.versions import TABLE_OF_FIELDS
from sfsgen.values.settings import COUNT, OF_A_CLAIM_TEMPLATE, SCHEMA, listed

_OF_VOLUMES = "Further fields of the volumes: metadata, and of their spec."
_OF_CLAIMS = "Further fields of the claims: metadata, and of their spec."
# The user's own fields: key, what it describes, the type of its metadata and of its spec.
_PASSED_THROUGH = {
    "container": ("Further fields of the main container.", "Container"),
    "pod": ("Further fields of the pods: metadata, and of their spec.", "PodSpec"),
    "statefulSet": ("Further fields of the StatefulSet.", "StatefulSetSpec"),
    "service": ("Further fields of the headless Service.", "ServiceSpec"),
    "clusterService": (
        "A second Service, with a cluster IP; its metadata may name it.",
        "ServiceSpec",
    ),
    "persistentVolume": (_OF_VOLUMES, "PersistentVolumeSpec"),
    "persistentVolumeClaim": (_OF_CLAIMS, "PersistentVolumeClaimSpec"),
}
_OF_PAIRS = ("persistentVolume", "persistentVolumeClaim")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one document of a values file.

    Fields of Kubernetes' own types carry `x-since` and `x-until`: the first and the last minor
    that has them.
    """
    definitions = json.loads(package_data.data(TABLE_OF_FIELDS))
    types = definitions["$defs"]
    # A container beside the main one needs a name and an image of its own.
    for key in ("containers", "initContainers"):
        types["PodSpec"]["properties"][key]["items"]["required"] = ["name", "image"]
    types["Quantity"]["x-quantity"] = True
    # What a driver says of a volume is not the user's to write.
    del types["CSIPersistentVolumeSource"]["required"]
    types["Mount"] = _mount(types["VolumeMount"]["properties"])
    source = types["CSIPersistentVolumeSource"]["properties"]
    said_elsewhere = ("driver", "readOnly")
    types["CSISource"] = _object({key: source[key] for key in source if key not in said_elsewhere})
    passed_through = _passed_through(types)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sfsgen values",
        **_object({**_set(types, passed_through), **passed_through}),
        "$defs": types,
    }


def words() -> set[str]:
    """Return the words that may stand at the root of a values file."""
    return {str(each.path[0]) for each in listed(SCHEMA) if each.path} | set(_PASSED_THROUGH)


def _object(properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _described(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, **schema} if description else {**schema}


def _mount(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a VolumeMount whose volume is known."""
    known = {key: each for key, each in properties.items() if key != "name"}
    return _object(known, required=["mountPath"])


def _set(types: Mapping[str, Any], passed_through: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas of the words that are ours."""
    rows = [each for each in listed(SCHEMA) if each.path]
    words = {each.path: _described(each.word_help, each.schema) for each in rows}
    where = {key: words["nfs", key] for key in ("server", "path")}
    in_csi = types["CSISource"]["properties"]
    of_ordinal = {
        "ordinal": COUNT,
        "name": {"description": "The volume's name.", "type": "string"},
        "storage": words["claimTemplates", 0, "storage"]
        | {"description": "The size of its volume and claim."},
        "nfs": _object(where),
        "csi": _described(
            "The handle and further attributes of its volume, where the driver is a CSI driver.",
            _object({key: in_csi[key] for key in ("volumeHandle", "volumeAttributes")}),
        ),
    }
    template = _nested(
        {path[2:]: word for path, word in words.items() if path[0] == "claimTemplates"}
        | {each.path: words[each.path] for each in rows if each.is_inherited}
    )
    template["volumes"] = _described(
        "Ordinals whose volumes differ; the path is the directory itself.",
        {"type": "array", "items": _object(of_ordinal, required=["ordinal"])},
    )
    of_claims = types["PersistentVolumeClaimSpec"]["properties"]
    template |= {
        "metadata": _described(
            "Labels, annotations and further metadata of the claim template, and of its claims.",
            {"$ref": "#/$defs/ObjectMeta"},
        ),
        "spec": _described(
            "Further fields of the claim template's spec, which may also stand directly.",
            {"$ref": "#/$defs/PersistentVolumeClaimSpec"},
        ),
        **{
            key: _described(f"The claim template's {key}, and its claims'.", of_claims[key])
            for key in OF_A_CLAIM_TEMPLATE
        },
        **{key: passed_through[key] for key in _OF_PAIRS},
    }
    properties = _nested(
        {path: word for path, word in words.items() if path[0] != "claimTemplates"}
    )
    properties["claimTemplates"] = _described(
        "One for each volume that a pod mounts.",
        {"type": "array", "items": _object(template), "minItems": 1},
    )
    return properties


def _nested(words: Mapping[Path, Any]) -> dict[str, Any]:
    """Return properties of objects in objects; within a type of Kubernetes' own, it says more."""
    properties: dict[str, Any] = {}
    for path, word in words.items():
        around = [path[:length] for length in range(1, len(path))]
        if path[0] in _PASSED_THROUGH or any(each in words for each in around):
            continue
        inner = properties
        for part in path[:-1]:
            inner = inner.setdefault(str(part), _object({}))["properties"]
        inner[str(path[-1])] = word
    return properties


def _passed_through(types: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas of the words below which fields of Kubernetes' own types stand."""
    words = {}
    for key, (description, name) in _PASSED_THROUGH.items():
        properties = dict(types[name]["properties"])
        if key != "container":
            # As the API nests them, or the spec's fields without the nesting.
            of_type = {each: {"$ref": f"#/$defs/{each}"} for each in ("ObjectMeta", name)}
            properties = {"metadata": of_type["ObjectMeta"], "spec": of_type[name], **properties}
        words[key] = _described(description, _object(properties))
    return words
