"""Objects as a server holds them, in few words: sets, claims, volumes, and dumps of them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

Object = dict[str, Any]
EARLIER = "00000000-0000-4000-8000-000000000001"
"""The uid of a claim that is gone."""


def uid(words: str) -> str:
    """Return a uid that is always the same for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, words))


def stateful_set(
    name: str = "web",
    replicas: int = 2,
    templates: Sequence[str] = ("pvc",),
    template: Mapping[str, Any] = {},
    **spec: Any,
) -> Object:
    """Return a set of the namespace shop whose pods are ready; `template` is of its claims."""
    asked = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "",
        **template,
    }
    labels = {"app": name}
    return _object(
        "StatefulSet",
        name,
        {
            "replicas": replicas,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [_container()]}},
            "volumeClaimTemplates": [
                {"metadata": {"name": each}, "spec": asked} for each in templates
            ],
            **spec,
        },
        {
            "replicas": replicas,
            "readyReplicas": replicas,
            "currentRevision": f"{name}-1",
            "updateRevision": f"{name}-1",
        },
    )


def _container() -> Object:
    return {"name": "c", "image": "nginx:1.29"}


def claim(name: str, volume: str = "", phase: str = "Bound", **spec: Any) -> Object:
    """Return a claim of the namespace shop; or of another one, as q/NAME."""
    named = {"volumeName": volume} if volume else {}
    asked = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "",
        "volumeMode": "Filesystem",
        **named,
        **spec,
    }
    made = _object("PersistentVolumeClaim", name, asked, {"phase": phase})
    if phase != "Pending":
        made["metadata"]["annotations"] = {"pv.kubernetes.io/bind-completed": "yes"}
    return made


def volume(
    name: str,
    reserved: str = "",
    phase: str = "Bound",
    holds: str | None = None,
    path: str = "",
    **spec: Any,
) -> Object:
    """Return a volume, reserved for a claim, whose uid it holds, or another one, or none ("")."""
    its = {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": "1Gi"},
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
    }
    if not spec.keys() & {"csi", "hostPath", "glusterfs", "local"}:
        its["nfs"] = {"server": "nfs.example.com", "path": path or f"/exports/{name}"}
    if reserved:
        namespace, _, claim_name = reserved.rpartition("/")
        held = uid(f"PersistentVolumeClaim {reserved}") if holds is None else holds
        its["claimRef"] = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": namespace or "shop",
            "name": claim_name,
            **({"uid": held} if held else {}),
        }
    return _object("PersistentVolume", name, {**its, **spec}, {"phase": phase})


def pair(number: int, name: str = "web", **spec: Any) -> list[Object]:
    """Return a claim and a volume that are bound to each other."""
    names = f"pvc-{name}-{number}", f"pv-{name}-{number}"
    return [claim(*names), volume(names[1], names[0], **spec)]


def terminating(value: Object) -> Object:
    """Return an object that is being deleted."""
    value["metadata"]["deletionTimestamp"] = "2026-01-02T00:00:00Z"
    return value


def labelled(value: Object, **labels: str) -> Object:
    """Return an object with labels."""
    value["metadata"]["labels"] = labels
    return value


def annotated(value: Object, **annotations: str) -> Object:
    """Return an object with annotations, a `/` of their keys written as two underscores."""
    its = value["metadata"].setdefault("annotations", {})
    its.update({key.replace("__", "/"): each for key, each in annotations.items()})
    return value


def dumped(*found: Object | Sequence[Object]) -> str:
    """Return objects as kubectl prints them."""
    items = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items}, sort_keys=False)


def _object(kind: str, name: str, spec: Object, status: Object) -> Object:
    namespace, _, own = name.rpartition("/")
    metadata = {
        "name": own,
        "uid": uid(f"{kind} {name}"),
        "resourceVersion": "10",
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    if kind != "PersistentVolume":
        metadata["namespace"] = namespace or "shop"
    group = "apps/v1" if kind == "StatefulSet" else "v1"
    return {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": spec, "status": status}
