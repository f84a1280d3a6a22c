"""What mends a volume or a claim: a kubectl command where a server holds it, else what to write."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from sfsgen.existing import ExistingVolume, Key
from sfsgen.manifests import Manifest
from sfsgen.versions import STATEFUL_SET_KINDS
from sfsgen.yaml_text import scalar

READ_ALL = "kubectl get sts,svc,pvc,pv -o yaml"
"""What prints everything that `check` looks at."""
_REMOVE_UID = '[{"op":"remove","path":"/spec/claimRef/uid"}]'


def _reference(key: Key) -> dict[str, str]:
    """Return the claimRef that reserves a volume for a claim."""
    namespace, name = key
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace,
        "name": name,
    }


def reserve(volume: ExistingVolume, key: Key) -> str:
    """Return how to reserve a volume for a claim, and for no earlier one of its name."""
    if volume.manifest.is_stored:
        old = {"uid": None, "resourceVersion": None} if volume.claim_uid else {}
        return _patch(volume.name, {"claimRef": _reference(key) | old})
    return f"write `claimRef: {_flow(_reference(key))}` into the spec of {volume.name}"


def redirect(volume: ExistingVolume, key: Key) -> str:
    """Return how to reserve a volume for another claim than it says."""
    if volume.manifest.is_stored:
        return reserve(volume, key)
    given = volume.manifest.value["spec"]["claimRef"]
    fields = [
        f"`{field}: {_flow(each)}`"
        for field, each in zip(("namespace", "name"), key, strict=True)
        if given.get(field) != each
    ]
    return f"write {' and '.join(fields)} into the claimRef of {volume.name}"


def flow(labels: Mapping[str, str]) -> str:
    """Return labels as they can be pasted into YAML."""
    return ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in labels.items())


def free(volume: ExistingVolume) -> str:
    """Return how a volume lets an earlier claim go, and stays reserved for its name (measured).

    Without the whole claimRef it would be open to every claim in the cluster.
    """
    if volume.manifest.is_stored:
        return _command("patch", "pv", volume.name, "--type=json", "-p", _REMOVE_UID)
    return f"remove uid and resourceVersion from the claimRef of {volume.name}"


def _patch(volume: str, spec: dict[str, Any]) -> str:
    """Return the command that changes fields of a volume's spec."""
    return _command("patch", "pv", volume, "-p", json.dumps({"spec": spec}, separators=(",", ":")))


def set_fields(volume: ExistingVolume, fields: dict[str, Any]) -> str:
    """Return how to change fields of a volume's spec that may be changed."""
    if volume.manifest.is_stored:
        return _patch(volume.name, fields)
    shown = " and ".join(f"`{field}: {_flow(value)}`" for field, value in fields.items())
    return f"write {shown} into the spec of {volume.name}"


def label(volume: ExistingVolume, labels: Mapping[str, str]) -> str:
    """Return how to give a volume labels."""
    if volume.manifest.is_stored:
        pairs = (f"{key}={value}" for key, value in labels.items())
        return _command("label", "pv", volume.name, *pairs)
    return f"write `labels: {_flow(dict(labels))}` into the metadata of {volume.name}"


def retain(volume: ExistingVolume) -> str:
    """Return how to keep the data of a volume whose claim is deleted."""
    return set_fields(volume, {"persistentVolumeReclaimPolicy": "Retain"})


def anew(manifest: Manifest, fix: str) -> str:
    """Return a fix of a field that is immutable once a server holds the object."""
    if not manifest.is_stored:
        return fix
    if manifest.kind in STATEFUL_SET_KINDS:
        orphan = _command("delete", "sts", manifest.name, "--cascade=orphan")
        return f"{orphan}, {fix}, and create it anew: it is immutable"
    if manifest.kind == "PersistentVolume":
        return f"{fix}: it is immutable, so delete the claim and the volume, and create both anew"
    if manifest.kind == "PersistentVolumeClaim":
        return (
            f"{fix}: it is immutable, so see that its volume has the policy Retain, delete the "
            "claim, remove the uid from the volume's claimRef, and create the claim anew"
        )
    return f"{fix}: it is immutable, so delete the {manifest.kind}, and create it anew"


def _command(*words: str) -> str:
    return shlex.join(["kubectl", *words])


def _flow(value: Any) -> str:
    """Return a value as it can be pasted into a line of YAML."""
    if isinstance(value, dict):
        return f"{{{flow(value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value) if set(value) & set(",[]{}") else scalar(value)
