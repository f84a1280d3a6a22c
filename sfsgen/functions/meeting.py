"""Objects that are rendered, and those that are there already: which are kept, which replaced."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE, MANAGED_BY
from sfsgen.plain_text import listed
from sfsgen.problems import Problem

_HOLDING_DATA = ("PersistentVolume", "PersistentVolumeClaim")
# Whose annotations say where an object was read, and which one it is: not of the object itself.
_OF_ORCHESTRATORS = ("config.kubernetes.io", "config.k8s.io", "kpt.dev")
Identity = tuple[str, str, str, str]


class Meeting(NamedTuple):
    """What becomes of rendered objects."""

    added: Sequence[str]
    """Those that are not there, as YAML."""
    replaced: Sequence[tuple[Manifest, Mapping[str, Any]]]
    """Those that an earlier run made, and what they are now."""
    cautions: Sequence[Problem]


def met(texts: Iterable[str], there: Iterable[Manifest]) -> Meeting:
    """Return what becomes of rendered objects beside those that are there.

    Volumes and claims stay as they are: they stand for data. A Service or a set that was rendered
    before is as it is rendered now, and one of somebody else's stays.
    """
    known = {_identity(each.value): each for each in reversed(list(there))}
    added: list[str] = []
    replaced: list[tuple[Manifest, Mapping[str, Any]]] = []
    cautions: list[Problem] = []
    kept: list[Manifest] = []
    for text in texts:
        (document,) = read(text, "")
        manifest = known.get(_identity(document.value))
        if manifest is None:
            added.append(text)
            continue
        value = _with_notes_of(manifest, document.value)
        if value == manifest.value:
            continue
        if what := _tied_elsewhere(manifest, value):
            cautions.append(what)
        elif manifest.kind in _HOLDING_DATA:
            kept += [manifest] if value["spec"] != manifest.value.get("spec") else []
        elif _label(manifest.value) and _label(manifest.value) == _label(value):
            replaced.append((manifest, value))
        else:
            cautions.append(_of_others(manifest))
    return Meeting(added, replaced, [*cautions, *_of_kept(kept)])


def _identity(value: Mapping[str, Any]) -> Identity:
    metadata = value["metadata"]
    is_global = value["kind"] == "PersistentVolume"
    namespace = "" if is_global else metadata.get("namespace") or DEFAULT_NAMESPACE
    return value["apiVersion"], value["kind"], namespace, metadata.get("name") or ""


def _label(value: Mapping[str, Any]) -> Any:
    labels = value["metadata"].get("labels")
    return labels.get(MANAGED_BY) if isinstance(labels, dict) else None


def _with_notes_of(manifest: Manifest, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object with what whoever runs functions has noted on the one that is there."""
    annotations = manifest.value["metadata"].get("annotations")
    notes = {
        key: each
        for key, each in (annotations if isinstance(annotations, dict) else {}).items()
        if key.partition("/")[0].endswith(_OF_ORCHESTRATORS)
    }
    if not notes:
        return value
    made = copy.deepcopy(dict(value))
    own = made["metadata"].get("annotations") or {}
    made["metadata"]["annotations"] = {**own, **notes}
    return made


def _tied_elsewhere(manifest: Manifest, value: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with a volume or claim that is not for the other one of its pair."""
    spec = manifest.value.get("spec")
    its = spec if isinstance(spec, dict) else {}
    reference = its.get("claimRef")
    if manifest.kind == "PersistentVolume" and isinstance(reference, dict):
        theirs, ours = (
            "/".join(str(each.get(key) or "") for key in ("namespace", "name"))
            for each in (reference, value["spec"]["claimRef"])
        )
        if theirs != ours:
            what = f"the volume {manifest.name} is there, and is kept for the claim {theirs}"
            fix = "give the set's volumes other names, by volumeName: 'pv-{namespace}-{claim}'"
            return Problem(manifest.where(("spec", "claimRef")), what, fix)
    if manifest.kind == "PersistentVolumeClaim":
        theirs, ours = its.get("volumeName") or "", value["spec"]["volumeName"]
        if theirs not in ("", ours):
            what = f"the claim {manifest.name} is there, and names the volume {theirs}, not {ours}"
            fix = f"take {ours} out where nobody needs it; `sfsgen adopt` makes {theirs} its own"
            return Problem(manifest.where(("spec", "volumeName")), what, fix, "warning")
    return None


def _of_others(manifest: Manifest) -> Problem:
    what = f"the {manifest.kind} {manifest.name} is there, was not rendered by sfsgen, and differs "
    what += "from what the values say: it stays as it is"
    fix = "take it out of the items, or give the set another name"
    return Problem(manifest.where(("metadata", "name")), what, fix, "warning")


def _of_kept(kept: Sequence[Manifest]) -> Iterator[Problem]:
    """Yield that volumes and claims are not what the values say, which is often meant so."""
    if kept:
        names = listed([each.name for each in kept])
        what = f"what is there of volumes and claims stays, and is not what the values say: {names}"
        fix = "`sfsgen move` says how they are changed"
        yield Problem(kept[0].where(("spec",), key=True), what, fix, "note")
