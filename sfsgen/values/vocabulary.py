"""The words of a values file: its JSON Schema, and the option that says the same."""

import json
from typing import Any

from sfsgen.documents.paths import Path
from sfsgen.kubernetes.versions import TABLE_OF_FIELDS
from sfsgen.kubernetes.words import ACCESS_MODES, POD_MANAGEMENT_POLICIES, RECLAIM_POLICIES

DEFAULT_EXPORT = "/exports"
# Kubernetes' own image for its StatefulSet tutorial: it serves HTTP on port 80.
DEFAULT_IMAGE = "registry.k8s.io/nginx-slim:0.24"
DEFAULT_MOUNT_PATH = "/data"
DRIVERS = ("nfs", "csi")

# Where an option's value stands in a values file.
OPTIONS: dict[Path, str] = {
    ("name",): "NAME",
    ("namespace",): "--namespace",
    ("replicas",): "--replicas",
    ("image",): "--image",
    ("ports",): "--port",
    ("env",): "--env",
    ("labels",): "--label",
    ("annotations",): "--annotation",
    ("serviceName",): "--service-name",
    ("publishNotReadyAddresses",): "--publish-not-ready-addresses",
    ("podManagementPolicy",): "--pod-management-policy",
    ("updateStrategy", "type"): "--update-strategy",
    ("updateStrategy", "rollingUpdate", "partition"): "--partition",
    ("ordinals", "start"): "--start-ordinal",
    ("nfs", "server"): "--nfs-server",
    ("nfs", "path"): "--nfs-path",
    ("nfs", "readOnly"): "--read-only",
    ("nfs", "sharedDirectory"): "--shared-directory",
    ("accessModes",): "--access-mode",
    ("persistentVolumeReclaimPolicy",): "--reclaim-policy",
    ("mountOptions",): "--mount-option",
    ("volumeName",): "--volume-name",
    ("driver",): "--driver",
    ("claimTemplates", 0, "name"): "--claim-template",
    ("claimTemplates", 0, "storage"): "--storage",
    ("claimTemplates", 0, "mountPath"): "--mount-path",
}

_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_MAP = {"type": "object", "additionalProperties": _STRING}
_BOOLEAN = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _described(description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"description": description, **schema, **more}


def _type(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


# What a claim template may say for itself or leave to the set.
_STORAGE: dict[str, Any] = {
    "accessModes": _described(
        "Of the volumes and the claims alike; default ReadWriteMany.",
        {"type": "array", "items": {"enum": [*ACCESS_MODES.values(), *ACCESS_MODES]}},
        minItems=1,
    ),
    "persistentVolumeReclaimPolicy": _described(
        "What becomes of a volume whose claim is deleted; default Retain, which keeps the data.",
        {"enum": list(RECLAIM_POLICIES)},
    ),
    "mountOptions": _described("NFS mount options, such as nfsvers=4.1.", _STRINGS),
    "driver": _described(
        "nfs, which the kubelet mounts itself (default), or csi: nfs.csi.k8s.io.",
        {"enum": list(DRIVERS)},
    ),
    "volumeName": _described(
        "The volumes' names, with placeholders; default pv-{name}-{ordinal} for the first claim "
        "template and pv-{claim} for the others.",
        _STRING,
    ),
}
_NFS = {
    "server": _described("The NFS server: a DNS name, IPv4 or IPv6 address.", _STRING),
    "path": _described(
        "The export below which each volume has its directory, or a pattern of the directories "
        "with {namespace} {name} {ordinal} {claim} {volume} {template}; default /exports.",
        _STRING,
    ),
    "readOnly": _described("Mount the volumes read-only.", _BOOLEAN),
    "sharedDirectory": _described(
        "Give all ordinals one directory: the path itself.",
        _BOOLEAN,
    ),
}
_CLAIM_TEMPLATE = _object(
    {
        "name": _described("The claim template's name; default pvc.", _STRING),
        "storage": _described(
            "The size of each volume: a Kubernetes quantity.", {"type": ["string", "number"]}
        ),
        "mountPath": _described("Where the container finds the data; default /data.", _STRING),
        "nfs": _object(_NFS),
        **_STORAGE,
        "volumes": _described(
            "Ordinals whose data lies elsewhere; the path is the directory itself.",
            {
                "type": "array",
                "items": _object(
                    {
                        "ordinal": _COUNT,
                        "nfs": _object({key: _NFS[key] for key in ("server", "path")}),
                    },
                    required=["ordinal"],
                ),
            },
        ),
    }
)
_SET: dict[str, Any] = {
    "name": _described("The StatefulSet's name.", _STRING),
    "namespace": _described("Default: default.", _STRING),
    "replicas": _described("The number of pods.", _COUNT),
    "ordinals": _object({"start": _described("The first ordinal; default 0.", _COUNT)}),
    "image": _described("The main container's image.", _STRING),
    "ports": _described(
        "The main container's ports, which the Service names too; default 80, named http.",
        {"type": "array", "items": _type("ContainerPort"), "minItems": 1},
    ),
    "env": _described(
        "Environment variables of the main container.",
        {"type": "array", "items": _type("EnvVar")},
    ),
    "labels": _described("Labels of all objects and the pods.", _MAP),
    "annotations": _described("Annotations of all objects and the pods.", _MAP),
    "serviceName": _described("The headless Service's name; default: the set's.", _STRING),
    "publishNotReadyAddresses": _described("Give pods a DNS name before ready.", _BOOLEAN),
    "podManagementPolicy": {"enum": list(POD_MANAGEMENT_POLICIES)},
    "updateStrategy": _type("StatefulSetUpdateStrategy"),
    "nfs": _object(_NFS),
    **_STORAGE,
    "claimTemplates": _described(
        "One for each volume that a pod mounts.",
        {"type": "array", "items": _CLAIM_TEMPLATE, "minItems": 1},
    ),
}
# The user's own fields: key, what it describes, the type of its metadata and of its spec.
_PASSED_THROUGH = {
    "container": ("Further fields of the main container.", "Container"),
    "pod": ("Further fields of the pods: metadata, and of their spec.", "PodSpec"),
    "statefulSet": ("Further fields of the StatefulSet.", "StatefulSetSpec"),
    "service": ("Further fields of the Service.", "ServiceSpec"),
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one document of a values file.

    Fields of Kubernetes' own types carry `x-since` and `x-until`: the first and the last minor
    that has them.
    """
    definitions = json.loads(TABLE_OF_FIELDS.read_bytes())
    types = definitions["$defs"]
    # A container beside the main one needs a name and an image of its own.
    for key in ("containers", "initContainers"):
        types["PodSpec"]["properties"][key]["items"]["required"] = ["name", "image"]
    types["Quantity"]["x-quantity"] = True
    passed_through = {}
    for key, (description, name) in _PASSED_THROUGH.items():
        properties = dict(types[name]["properties"])
        if key != "container":
            # As the API nests them, or the spec's fields without the nesting.
            properties = {"metadata": _type("ObjectMeta"), "spec": _type(name), **properties}
        passed_through[key] = _described(description, _object(properties))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sfsgen values",
        **_object({**_SET, **passed_through}),
        "$defs": types,
    }
