"""Objects of a model of a cluster: their kinds, keys and places, and classes of storage."""

import json
from typing import Any

from tests.nfs_data import Place

Object = dict[str, Any]
Key = tuple[str, str, str]
CLAIM, VOLUME, STATEFUL_SET = "PersistentVolumeClaim", "PersistentVolume", "StatefulSet"
POD, CLASS, NAMESPACE = "Pod", "StorageClass", "Namespace"
PROVISIONER = "cluster.local/nfs-provisioner"
"""One that answers; the others are in provisioners.py."""
_OF_NO_NAMESPACE = (VOLUME, CLASS, NAMESPACE)
_PLURALS = {
    CLAIM: "persistentvolumeclaims",
    VOLUME: "persistentvolumes",
    STATEFUL_SET: "statefulsets.apps",
    CLASS: "storageclasses.storage.k8s.io",
}


def key_of(each: Object) -> Key:
    """Return the kind, namespace and name of an object."""
    namespace = "" if each["kind"] in _OF_NO_NAMESPACE else each["metadata"].get("namespace", "")
    return each["kind"], namespace, each["metadata"]["name"]


def place_of(volume: Object) -> Place:
    """Return where the data of a volume lies, whatever its driver."""
    spec = volume["spec"]
    if nfs := spec.get("nfs"):
        return nfs["server"], nfs["path"].rstrip("/") or "/"
    if csi := spec.get("csi"):
        attributes = csi.get("volumeAttributes", {})
        if "share" not in attributes:
            return csi["driver"], csi["volumeHandle"]
        parts = [attributes["share"].rstrip("/"), attributes.get("subDir", "").strip("/")]
        return attributes["server"], "/".join(filter(None, parts)) or "/"
    path = next((spec[each]["path"] for each in ("local", "hostPath") if each in spec), "")
    return f"node {json.dumps(spec.get('nodeAffinity'))}", path


def storage_class(  # noqa: PLR0913 - as the API has it
    name: str,
    provisioner: str = PROVISIONER,
    *,
    default: bool = True,
    policy: str = "Delete",
    waits: bool = False,
    parameters: dict[str, str] | None = None,
) -> Object:
    """Return a StorageClass; only one of the model's provisioners ever gets an answer."""
    mark = {"storageclass.kubernetes.io/is-default-class": "true" if default else "false"}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": CLASS,
        "metadata": {"name": name, "annotations": mark},
        "provisioner": provisioner,
        "reclaimPolicy": policy,
        "volumeBindingMode": "WaitForFirstConsumer" if waits else "Immediate",
        **({"parameters": parameters} if parameters else {}),
    }


def said(key: Key) -> str:
    """Return an object as the messages of an API server name it."""
    return f'{_PLURALS.get(key[0], key[0].lower() + "s")} "{key[2]}"'
