"""What an API server makes of an object that it is given: what it adds, keeps and refuses."""

import copy
import json
from typing import Any

from sfsgen.kubernetes.quantities import nano_units

Object = dict[str, Any]
_PROTECTION = {
    "PersistentVolumeClaim": "kubernetes.io/pvc-protection",
    "PersistentVolume": "kubernetes.io/pv-protection",
}
_OF_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
_OF_DELETION = ("deletionTimestamp", "deletionGracePeriodSeconds")
# Of a volume these may change, all else that is there may not.
_CHANGEABLE = {
    "PersistentVolume": {
        "accessModes", "capacity", "claimRef", "mountOptions", "persistentVolumeReclaimPolicy",
        "storageClassName",
    },
    "StatefulSet": {
        "minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "replicas",
        "revisionHistoryLimit", "template", "updateStrategy",
    },
    "PersistentVolumeClaim": set(),
}  # fmt: skip


class Refused(Exception):  # noqa: N818
    """What the API server refuses: its HTTP status, its reason in a word, and its message."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message


def as_created(given: Object, uid: str, default_class: str) -> Object:
    """Return an object as it is stored at first; what only a server sets is set anew (measured)."""
    made: Object = copy.deepcopy(given)
    metadata = made["metadata"]
    for each in (*_OF_SERVER, *_OF_DELETION):
        metadata.pop(each, None)
    metadata |= {"uid": uid, "creationTimestamp": "2026-11-27T00:00:00Z"}
    made.pop("status", None)
    protection = _PROTECTION.get(made["kind"])
    if protection and protection not in metadata.get("finalizers", ()):
        metadata["finalizers"] = [*metadata.get("finalizers", ()), protection]
    spec = made.get("spec", {})
    if made["kind"] == "PersistentVolumeClaim" and not spec.get("storageClassName"):
        _admit(spec, default_class)
    _fill_in(made)
    if made["kind"] == "StatefulSet":
        metadata["generation"] = 1
    if made["kind"] in _FIRST_STATUS:
        made["status"] = dict(_FIRST_STATUS[made["kind"]])
    return made


_FIRST_STATUS: dict[str, Object] = {
    "PersistentVolumeClaim": {"phase": "Pending"},
    "PersistentVolume": {"phase": "Pending"},
    "Pod": {"phase": "Pending"},
    "StatefulSet": {"replicas": 0, "availableReplicas": 0},
}


def _admit(claim: Object, default_class: str) -> None:
    """Give a claim the default class, unless it says "", which is to have none."""
    if claim.get("storageClassName") is None:
        claim.pop("storageClassName", None)
        if default_class:
            claim["storageClassName"] = default_class


def _fill_in(made: Object) -> None:
    """Write the defaults into an object, as at each write of it."""
    spec = made.get("spec", {})
    match made["kind"]:
        case "PersistentVolumeClaim":
            spec.setdefault("volumeMode", "Filesystem")
        case "PersistentVolume":
            spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
            spec.setdefault("volumeMode", "Filesystem")
            _tidy_volume(spec)
        case "StatefulSet":
            _fill_in_set(spec)


def _tidy_volume(spec: Object) -> None:
    # An empty class, and a claimRef that is null, are stored as no field at all.
    if not spec.get("storageClassName"):
        spec.pop("storageClassName", None)
    if spec.get("claimRef") is None:
        spec.pop("claimRef", None)
    reference = spec.get("claimRef", {})
    for field in ("uid", "resourceVersion"):
        if not reference.get(field):
            reference.pop(field, None)


def _fill_in_set(spec: Object) -> None:
    spec.setdefault("replicas", 1)
    spec.setdefault("podManagementPolicy", "OrderedReady")
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}})
    retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    spec.setdefault("persistentVolumeClaimRetentionPolicy", retention)
    for each in spec.get("volumeClaimTemplates", ()):
        each |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        each["spec"].setdefault("volumeMode", "Filesystem")
        each.setdefault("status", {"phase": "Pending"})


def as_updated(before: Object, given: Object) -> Object:
    """Return an object as it is stored after a change; raise Refused where it may not be."""
    made, old = copy.deepcopy(given), before["metadata"]
    metadata = made["metadata"]
    for field in ("uid", "resourceVersion"):
        if metadata.get(field, old.get(field)) != old.get(field):
            raise Refused(409, "Conflict", f"the object has been modified: {field}")
    added = set(metadata.get("finalizers") or ()) - set(old.get("finalizers", ()))
    if added and "deletionTimestamp" in old:
        raise Refused(422, "Invalid", "no new finalizers can be added if it is being deleted")
    made["metadata"] = _kept(metadata, old)
    made.pop("status", None)
    if "status" in before:
        made["status"] = copy.deepcopy(before["status"])
    _fill_in(made)
    if made["kind"] in _CHANGEABLE:
        _refuse_changes(before, made)
    return made


def _kept(metadata: Object, old: Object) -> Object:
    """Return metadata with what only a server sets as it was, and without what is empty."""
    fixed = (*_OF_SERVER, *_OF_DELETION)
    emptied = ("labels", "annotations", "finalizers", "ownerReferences")
    made = {key: each for key, each in metadata.items() if key not in fixed}
    made = {key: each for key, each in made.items() if each or key not in emptied}
    return made | {key: old[key] for key in fixed if key in old}


def _refuse_changes(before: Object, made: Object) -> None:
    kind, old, new = made["kind"], before["spec"], made["spec"]
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    fixed = changed - _CHANGEABLE[kind]
    if kind == "PersistentVolumeClaim":
        fixed = {key for key in fixed if not _claim_may_change(key, before, made)}
    if not fixed:
        return
    name = f'{kind} "{made["metadata"]["name"]}" is invalid'
    if kind == "PersistentVolume":
        raise Refused(
            422, "Invalid", f"{name}: spec.persistentvolumesource: is immutable after creation"
        )
    if fixed == {"resources"}:
        words = "only dynamically provisioned pvc can be resized"
        raise Refused(403, "Forbidden", f"{name}: {words}")
    raise Refused(422, "Invalid", f"{name}: spec: Forbidden: {sorted(fixed)} may not be changed")


def _claim_may_change(key: str, before: Object, made: Object) -> bool:
    old, new = before["spec"], made["spec"]
    if key == "resources":
        storage = [nano_units(str(each["resources"]["requests"]["storage"])) for each in (old, new)]
        return storage[0] == storage[1]
    # A volume may be named, and a class be given, where there was none.
    return key in ("volumeName", "storageClassName") and not old.get(key) and key not in old


def revision(template: Object) -> str:
    """Return a name for a pod template that no other one has."""
    import hashlib

    text = json.dumps(template, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
