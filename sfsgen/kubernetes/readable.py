"""Whether an existing object can be read: the fields that are looked at, and what each must be."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

from sfsgen.documents.document import Path, spelled
from sfsgen.documents.files import STDIN
from sfsgen.kubernetes.kubectl import AGAIN
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import closest_label, label_fault
from sfsgen.kubernetes.quantities import closest
from sfsgen.kubernetes.schemas import Fault, Schema, Terms, called
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.kubernetes.words import ACCESS_MODES, DEFAULT_CLAIM_TEMPLATE, RECLAIM_POLICIES
from sfsgen.problems import Problem

_LARGEST = 2**31 - 1
PLACEHOLDER = re.compile(
    r"\$\{[^{}\s]+\}|\$?\{\{[^{}\n]*\}\}|\$\([\w.]+\)|\$[A-Z][A-Z0-9_]+|<[A-Za-z][\w .:/-]*>"
    r"|%[A-Z][A-Z0-9_]*%|@[A-Z][A-Z0-9_]*@|__[A-Z][A-Z0-9_]*__"
)
"""What people write where something is still to be filled in."""
_OF_SHELL = re.compile(r"\$\{[^{}\s]+\}|\$[A-Za-z_]\w*")  # which envsubst fills in
_IS_ODD = re.compile("[$<{%@_]").search
NOT_FILLED_IN = "is not filled in"


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def _list(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _one_of(*words: str) -> dict[str, Any]:
    return {"enum": sorted(words)}


_STRING = {"type": "string"}
_BOOLEAN = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
_QUANTITY = {"x-quantity": True}
_TEXTS = {"type": "object", "additionalProperties": _STRING}
_NAMED = _list(_object(name=_STRING))
_METADATA = {"labels": _TEXTS, "annotations": _TEXTS, "uid": _STRING, "finalizers": _list(_STRING)}
_EXPRESSIONS = _list(_object(key=_STRING, operator=_STRING, values=_list(_STRING)))
_SELECTOR = _object(matchLabels=_TEXTS, matchExpressions=_EXPRESSIONS)
_STORAGE = {
    "accessModes": _list(_one_of(*ACCESS_MODES.values())),
    "storageClassName": _STRING,
    "volumeMode": _one_of("Filesystem", "Block"),
}
_CLAIM_SPEC = _object(
    **_STORAGE,
    resources=_object(requests=_object(storage=_QUANTITY)),
    selector=_SELECTOR,
    volumeName=_STRING,
)
_CONTAINERS = _list(_object(name=_STRING, volumeMounts=_NAMED, volumeDevices=_NAMED))
_POD_SPEC = _object(
    containers=_CONTAINERS, initContainers=_CONTAINERS, volumes=_NAMED, securityContext=_object()
)
_RETENTION = _one_of("Retain", "Delete")
_STATEFUL_SET_SPEC = _object(
    replicas=_COUNT,
    ordinals=_object(start=_COUNT),
    serviceName=_STRING,
    selector=_SELECTOR,
    persistentVolumeClaimRetentionPolicy=_object(whenDeleted=_RETENTION, whenScaled=_RETENTION),
    template=_object(metadata=_object(**_METADATA), spec=_POD_SPEC),
    volumeClaimTemplates=_list(
        _object(metadata=_object(name=_STRING, **_METADATA), spec=_CLAIM_SPEC)
    ),
)
_VOLUME_SPEC = _object(
    **_STORAGE,
    capacity=_object(storage=_QUANTITY),
    claimRef=_object(namespace=_STRING, name=_STRING, uid=_STRING),
    persistentVolumeReclaimPolicy=_one_of(*RECLAIM_POLICIES),
    mountOptions=_list(_STRING),
    nfs=_object(server=_STRING, path=_STRING, readOnly=_BOOLEAN),
    csi=_object(driver=_STRING, readOnly=_BOOLEAN, volumeAttributes=_TEXTS, volumeHandle=_STRING),
    local=_object(path=_STRING),
    nodeAffinity=_object(
        required=_object(nodeSelectorTerms=_list(_object(matchExpressions=_EXPRESSIONS)))
    ),
)
_STATUS = _object(phase=_STRING)
READ = {
    **{kind: {"spec": _STATEFUL_SET_SPEC} for kind in STATEFUL_SET_KINDS},
    "Service": {"spec": _object(clusterIP=_STRING, selector=_TEXTS)},
    "PersistentVolumeClaim": {"spec": _CLAIM_SPEC, "status": _STATUS},
    "PersistentVolume": {"spec": _VOLUME_SPEC, "status": _STATUS},
}
"""What is looked at of each kind. The rest is the API server's to judge."""
_SCHEMAS = {
    kind: Schema(_object(metadata=_object(**_METADATA), **fields), Terms({}))
    for kind, fields in READ.items()
}


def faults(manifest: Manifest, again: str = AGAIN) -> list[Problem]:
    """Return what keeps a manifest from being read: missing and wrongly typed fields.

    What is to be filled in first is looked at by the command `again`.
    """
    schema = _SCHEMAS.get(manifest.kind)
    if schema is None or not manifest.is_kubernetes_own:
        return []
    problems = []
    if manifest.at("spec") is None:
        what = f"{manifest.kind} {manifest.name} has no spec"
        problems.append(Problem(manifest.where(("spec",)), what, "give the whole object"))
    if found := schema.faults(manifest.value):
        # A number that is both no whole one and too small is told of once.
        problems += dict.fromkeys(_problem(manifest, each, again) for each in found)
    if manifest.kind in STATEFUL_SET_KINDS:
        problems += _template_faults(manifest)
    # Nearly no name is odd; one that a server holds is filled in, whatever it is.
    if _IS_ODD(manifest.name + manifest.namespace) and not manifest.is_stored:
        for field in ("name", "namespace"):
            if gap := placeholder_in(getattr(manifest, field)):
                problems.append(_unfilled(manifest, ("metadata", field), gap, again))
    return problems


def unfilled(manifest: Manifest, again: str = AGAIN) -> Iterator[Problem]:
    """Yield what is to be filled in of where a sound manifest's NFS volumes lie."""
    if manifest.is_stored:
        return
    sources: list[Path] = [("spec",)] if manifest.kind == "PersistentVolume" else []
    if manifest.kind in STATEFUL_SET_KINDS:
        inside: Path = ("spec", "template", "spec", "volumes")
        sources = [(*inside, index) for index, _ in enumerate(manifest.at(*inside) or ())]
    for source in sources:
        for place in (("nfs",), ("csi", "volumeAttributes")):
            path = (*source, *place)
            fields = manifest.at(*path)
            for key, value in fields.items() if isinstance(fields, dict) else ():
                if gap := placeholder_in(value):
                    yield _unfilled(manifest, (*path, key), gap, again)


def placeholder_in(value: Any) -> str:
    """Return what is to be filled in first in a value, or ""."""
    found = PLACEHOLDER.search(value) if isinstance(value, str) and _IS_ODD(value) else None
    return found[0] if found else ""


def filled_in_first(placeholder: str, file: str, again: str) -> tuple[str, str]:
    """Return what is wrong with what is still to be filled in, and what to do."""
    what = f"{placeholder} {NOT_FILLED_IN}"
    if _OF_SHELL.fullmatch(placeholder):
        command = "envsubst" if file == STDIN else f"envsubst < {shlex.quote(file)}"
        return what, f"fill it in first, such as with `{command} | {again}`"
    if "{{" in placeholder:
        from sfsgen.kubernetes.foreign import chart_around

        chart = shlex.quote(chart_around(file) or "CHART")
        return what, f"render it first: `helm template {chart} | {again}`"
    return what, "write what is meant in its place"


def _unfilled(manifest: Manifest, path: Path, placeholder: str, again: str) -> Problem:
    what, fix = filled_in_first(placeholder, manifest.document.file, again)
    return Problem(manifest.where(path), f"{spelled(path)}: {what}", fix, "note")


def _template_faults(manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the names of claim templates, which claims are named after."""
    spec = manifest.at("spec")
    templates = spec.get("volumeClaimTemplates") if isinstance(spec, dict) else None
    seen = set()
    for index, template in enumerate(templates if isinstance(templates, list) else ()):
        metadata = template.get("metadata") if isinstance(template, dict) else None
        name = metadata.get("name") if isinstance(metadata, dict) else None
        path = ("spec", "volumeClaimTemplates", index, "metadata", "name")
        if name in (None, ""):
            what = "the claim template has no metadata.name"
            yield Problem(manifest.where(path), what, "name it")
        elif not isinstance(name, str):
            continue  # told already
        elif name in seen:
            what = f'there are two claim templates named "{name}"'
            yield Problem(manifest.where(path), what, "give each its own name")
        elif fault := label_fault(name):
            fix = f'write "{closest_label(name) or DEFAULT_CLAIM_TEMPLATE}"'
            yield Problem(manifest.where(path), f'"{name}" {fault}', fix)
        seen.add(name)


def _problem(manifest: Manifest, fault: Fault, again: str) -> Problem:
    wanted, value = _called(fault), fault.value
    if gap := placeholder_in(value):
        return _unfilled(manifest, fault.path, gap, again)
    what, fix = f"{wanted}, not {_brief(value)}", f"write {wanted}"
    if value is None:
        what, fix = "there, and is empty", "write it, or remove its -"
    elif fault.word == "x-quantity" and isinstance(value, str) and closest(value) != value:
        fix = f"write {closest(value)}"
    elif fault.wanted == "string" and isinstance(value, bool | int | float):
        fix = "put it in quotes"
    elif isinstance(value, str) and _is_in_quotes(value, fault.wanted):
        fix = "write it without quotes"
    return Problem(manifest.where(fault.path), f"{spelled(fault.path)} must be {what}", fix)


def _called(fault: Fault) -> str:
    """Return what a value must be."""
    if fault.word == "enum":
        return f"one of {', '.join(fault.wanted)}"
    if fault.word == "x-quantity":
        return "a quantity such as 1Gi"
    if fault.word in ("minimum", "maximum") or fault.wanted == "integer":
        return f"a whole number from 0 to {_LARGEST}"
    return called(fault.wanted)


def _is_in_quotes(value: str, wanted: Any) -> bool:
    """Return whether a text would be of the type that is wanted, were it not for its quotes."""
    if wanted == "integer":
        return value.isascii() and value.isdecimal()
    return wanted == "boolean" and value in ("true", "false")


def _brief(value: Any) -> str:
    return f"{json.dumps(value, default=str, ensure_ascii=False):.40}"
