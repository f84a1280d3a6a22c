"""Whether an existing object can be read: the fields that are looked at, and what each must be."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sfsgen.documents.paths import Path, spelled
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import closest_label, label_fault
from sfsgen.kubernetes.quantities import closest, nano_units
from sfsgen.kubernetes.words import (
    ACCESS_MODES,
    DEFAULT_CLAIM_TEMPLATE,
    RECLAIM_POLICIES,
)
from sfsgen.problems import Problem

_ACCESS_MODE = frozenset(ACCESS_MODES.values())
_VOLUME_MODE = frozenset(("Filesystem", "Block"))
_RETENTION = frozenset(("Retain", "Delete"))
_INT32 = range(2**31)
_TEXTS = {"*": str}
_METADATA = {"labels": _TEXTS, "annotations": _TEXTS, "uid": str, "finalizers": [str]}
_EXPRESSIONS = [{"key": str, "operator": str, "values": [str]}]
_SELECTOR = {"matchLabels": _TEXTS, "matchExpressions": _EXPRESSIONS}
_CLAIM_SPEC = {
    "accessModes": [_ACCESS_MODE],
    "resources": {"requests": {"storage": nano_units}},
    "selector": _SELECTOR,
    "storageClassName": str,
    "volumeMode": _VOLUME_MODE,
    "volumeName": str,
}
_CONTAINER = {
    "name": str,
    "volumeMounts": [{"name": str}],
    "volumeDevices": [{"name": str}],
}
# The rest is the API server's to judge.
_SHAPES: dict[str, Any] = {
    "StatefulSet": {
        "metadata": _METADATA,
        "spec": {
            "replicas": int,
            "ordinals": {"start": int},
            "serviceName": str,
            "selector": _SELECTOR,
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": _RETENTION,
                "whenScaled": _RETENTION,
            },
            "template": {
                "metadata": _METADATA,
                "spec": {
                    "containers": [_CONTAINER],
                    "initContainers": [_CONTAINER],
                    "volumes": [{"name": str}],
                    "securityContext": {},
                },
            },
            "volumeClaimTemplates": [{"metadata": {"name": str, **_METADATA}, "spec": _CLAIM_SPEC}],
        },
    },
    "Service": {
        "metadata": _METADATA,
        "spec": {"clusterIP": str, "selector": _TEXTS},
    },
    "PersistentVolumeClaim": {
        "metadata": _METADATA,
        "spec": _CLAIM_SPEC,
        "status": {"phase": str},
    },
    "PersistentVolume": {
        "metadata": _METADATA,
        "spec": {
            "accessModes": [_ACCESS_MODE],
            "capacity": {"storage": nano_units},
            "claimRef": {"namespace": str, "name": str, "uid": str},
            "storageClassName": str,
            "volumeMode": _VOLUME_MODE,
            "persistentVolumeReclaimPolicy": frozenset(RECLAIM_POLICIES),
            "mountOptions": [str],
            "nfs": {"server": str, "path": str, "readOnly": bool},
            "csi": {
                "driver": str,
                "readOnly": bool,
                "volumeAttributes": _TEXTS,
                "volumeHandle": str,
            },
        },
        "status": {"phase": str},
    },
}
_SHAPES["PetSet"] = _SHAPES["StatefulSet"]
_TYPES = {
    str: "a string",
    int: "a whole number from 0 to 2147483647",
    bool: "true or false",
    nano_units: "a quantity such as 1Gi",
}


def faults(manifest: Manifest) -> Iterator[Problem]:
    """Yield what keeps a manifest from being read: missing and wrongly typed fields."""
    shape = _SHAPES.get(manifest.kind)
    if shape is None or not manifest.is_kubernetes_own:
        return
    if manifest.value.get("spec") is None:
        what = f"{manifest.kind} {manifest.name} has no spec"
        yield Problem(manifest.where(("spec",)), what, "give the whole object")
    if not _CHECKERS[manifest.kind](manifest.value):
        for path, what, fix in _misfits(manifest.value, shape, ()):
            yield Problem(manifest.where(path), f"{spelled(path)} must be {what}", fix)
    if shape is _SHAPES["StatefulSet"]:
        yield from _template_faults(manifest)


def _template_faults(manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the names of claim templates, which claims are named after."""
    spec = manifest.value.get("spec")
    templates = spec.get("volumeClaimTemplates") if isinstance(spec, dict) else None
    seen = set()
    for index, template in enumerate(templates if isinstance(templates, list) else ()):
        metadata = template.get("metadata") if isinstance(template, dict) else None
        name = metadata.get("name", "") if isinstance(metadata, dict) else ""
        path = ("spec", "volumeClaimTemplates", index, "metadata", "name")
        if not isinstance(name, str):
            continue  # told already
        if not name:
            what = "the claim template has no metadata.name"
            yield Problem(manifest.where(path), what, "name it")
        elif name in seen:
            what = f'there are two claim templates named "{name}"'
            yield Problem(manifest.where(path), what, "give each its own name")
        elif fault := label_fault(name):
            fix = f'write "{closest_label(name) or DEFAULT_CLAIM_TEMPLATE}"'
            yield Problem(manifest.where(path), f'"{name}" {fault}', fix)
        seen.add(name)


def _checker(shape: Any) -> Callable[[Any], bool]:
    """Return a function that says whether _misfits finds nothing, in a fraction of its time."""
    if isinstance(shape, dict):
        return _texts_checker if shape is _TEXTS else _fields_checker(shape)
    if isinstance(shape, list):
        inner = _checker(shape[0])
        return lambda value: (
            isinstance(value, list) and all(each is not None and inner(each) for each in value)
        )
    return lambda value: _fits(value, shape)


def _texts_checker(value: Any) -> bool:
    return isinstance(value, dict) and all(
        each is None or each.__class__ is str for each in value.values()
    )


def _fields_checker(shape: dict[str, Any]) -> Callable[[Any], bool]:
    texts = tuple(key for key, inner in shape.items() if inner is str)
    others = tuple((key, _checker(inner)) for key, inner in shape.items() if inner is not str)

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        get = value.get
        for key in texts:
            each = get(key)
            if each.__class__ is not str and each is not None:
                return False
        for key, checks in others:
            each = get(key)
            if each is not None and not checks(each):
                return False
        return True

    return check


def _misfits(value: Any, shape: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if value is None:
        return
    if isinstance(shape, dict) and isinstance(value, dict):
        for key, each in value.items():
            if (inner := shape.get(key, shape.get("*"))) is not None:
                yield from _misfits(each, inner, (*path, key))
    elif isinstance(shape, list) and isinstance(value, list):
        for index, each in enumerate(value):
            if each is None:
                yield (*path, index), "there, and is empty", "write it, or remove its -"
            yield from _misfits(each, shape[0], (*path, index))
    elif isinstance(shape, dict | list):
        wanted = "a mapping" if isinstance(shape, dict) else "a list"
        yield path, f"{wanted}, not {_brief(value)}", f"write {wanted}"
    elif not _fits(value, shape):
        yield path, f"{_called(shape)}, not {_brief(value)}", _as(shape, value)


def _as(shape: Any, value: Any) -> str:
    """Return how to write a value of a type that it does not have."""
    if shape is nano_units and isinstance(value, str) and closest(value) != value:
        return f"write {closest(value)}"
    if shape is str and isinstance(value, bool | int | float):
        return "put it in quotes"
    is_quoted = shape is int and isinstance(value, str) and re.fullmatch("[0-9]+", value)
    if is_quoted or (shape is bool and value in ("true", "false")):
        return "write it without quotes"
    return f"write {_called(shape)}"


def _called(shape: Any) -> str:
    """Return what a value must be."""
    return f"one of {', '.join(sorted(shape))}" if isinstance(shape, frozenset) else _TYPES[shape]


def _brief(value: Any) -> str:
    return f"{json.dumps(value, default=str, ensure_ascii=False):.40}"


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if shape is not nano_units:
        if shape is int:
            return isinstance(value, int) and not isinstance(value, bool) and value in _INT32
        return isinstance(value, shape)
    try:
        nano_units(str(value))
    except ValueError:
        return False
    return True


_CHECKERS = {kind: _checker(shape) for kind, shape in _SHAPES.items()}
