"""What mends a volume or a claim: a kubectl command where a server holds it, else what to write."""

import json
import shlex
from typing import Any

from sfsgen.existing import ExistingVolume, Key
from sfsgen.manifests import Manifest

_REMOVE_UID = '[{"op":"remove","path":"/spec/claimRef/uid"}]'


def is_stored(manifest: Manifest) -> bool:
    """Return whether an object was read from a server: only those have a uid."""
    return bool(manifest.value["metadata"].get("uid"))


def reference(key: Key) -> dict[str, str]:
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
    if is_stored(volume.manifest):
        old = {"uid": None, "resourceVersion": None} if volume.claim_uid else {}
        return patch(volume.name, {"claimRef": reference(key) | old})
    return f"write `claimRef: {_flow(reference(key))}` into the spec of {volume.name}"


def free(volume: ExistingVolume) -> str:
    """Return how a volume lets an earlier claim go, and stays reserved for its name (measured).

    Without the whole claimRef it would be open to every claim in the cluster.
    """
    if is_stored(volume.manifest):
        return _command("patch", "pv", volume.name, "--type=json", "-p", _REMOVE_UID)
    return f"remove uid and resourceVersion from the claimRef of {volume.name}"


def patch(volume: str, spec: dict[str, Any]) -> str:
    """Return the command that changes fields of a volume's spec."""
    return _command("patch", "pv", volume, "-p", json.dumps({"spec": spec}, separators=(",", ":")))


def set_field(volume: ExistingVolume, field: str, value: str) -> str:
    """Return how to give a field of a volume's spec a text."""
    if is_stored(volume.manifest):
        return patch(volume.name, {field: value})
    return f"write `{field}: {value}` into the spec of {volume.name}"


def _command(*words: str) -> str:
    return shlex.join(["kubectl", *words])


def _flow(value: dict[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {each}' for key, each in value.items())}}}"
