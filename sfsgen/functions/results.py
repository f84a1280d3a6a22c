"""What is wrong as a function tells it: results, each about an object, a field and its file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.documents.document import GONE, Document, Path, spelled
from sfsgen.findings.located import Located
from sfsgen.functions.resource_list import Input
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.problems import Problem

Result = Mapping[str, Any]
_SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}
_PATHS = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
_INDEXES = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")


def of_problems(problems: Iterable[Problem], given: Input) -> Iterator[Result]:
    """Yield problems as results, each once, with the object in which it stands."""
    starts = sorted(_starts(given), key=lambda each: each[0])
    for each in dict.fromkeys(problems):
        about = None
        if each.place:
            at = each.place.line, each.place.column
            about = next((value for start, value in reversed(starts) if start <= at), None)
        yield _result(each.severity, each.what, each.fix, about)


def _starts(given: Input) -> Iterator[tuple[tuple[int, int], Mapping[str, Any] | None]]:
    """Yield where the items of a list and its configuration begin."""
    document = given.document
    if document is None:
        return
    paths: list[Path] = [(key,) for key in document.value]
    items = document.value.get("items") if given.is_whole else ()
    paths += [("items", index) for index, _ in enumerate(items or ())]
    for path in paths:
        value = document.value[path[0]] if len(path) == 1 else document.value["items"][path[1]]
        is_object = path != ("items",) and isinstance(value, dict)
        yield _place(document, path), value if is_object else None


def _place(document: Document, path: Path) -> tuple[int, int]:
    return document.locate(path, len(path) == 1)


def of_findings(found: Iterable[Located]) -> Iterator[Result]:
    """Yield findings as results."""
    for each in found:
        about = each.manifest.value if each.manifest else None
        result = dict(_result(each.severity, f"{each.what} ({each.rule})", each.cure.words, about))
        if each.manifest and each.field:
            result["field"] = _field(each, each.manifest)
        yield {**result, "tags": {"rule": each.rule}}


def _field(found: Located, manifest: Manifest) -> Mapping[str, Any]:
    """Return the field that a finding is about; with what it should be where one edit says so."""
    field: dict[str, Any] = {"path": found.field}
    edits = [each for each in found.cure.edits if each.manifest is manifest]
    for each in edits:
        if spelled(each.path) == found.field and each.value is not GONE:
            current = manifest.at(*each.path)
            field |= {} if current is None else {"currentValue": current}
            field["proposedValue"] = each.value
    return field


def _result(severity: str, what: str, fix: str, about: Mapping[str, Any] | None) -> Result:
    result: dict[str, Any] = {
        "message": f"{what}; fix: {fix}" if fix else what,
        "severity": _SEVERITIES[severity],
    }
    if about is None:
        return result
    metadata = about.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    named = {"apiVersion": about.get("apiVersion"), "kind": about.get("kind")}
    named |= {key: metadata.get(key) for key in ("namespace", "name")}
    known = {key: each for key, each in named.items() if isinstance(each, str) and each}
    if {"apiVersion", "kind", "name"} <= set(known):
        result["resourceRef"] = known
    annotations = metadata.get("annotations")
    if file := _file(annotations if isinstance(annotations, dict) else {}):
        result["file"] = file
    return result


def _file(annotations: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the file that an object was read from, as whoever read it has noted that."""
    path = _first(_PATHS, annotations)
    if not path:
        return {}
    index = _first(_INDEXES, annotations)
    return {"path": path, **({"index": int(index)} if index.isdecimal() else {})}


def _first(keys: Sequence[str], annotations: Mapping[str, Any]) -> str:
    return next((str(annotations[key]) for key in keys if annotations.get(key)), "")
