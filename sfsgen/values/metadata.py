"""Labels, selectors and annotations: checked, and in the one order in which they are printed."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names, versions
from sfsgen.kubernetes.words import RECOMMENDED_LABELS
from sfsgen.plain_text import brief, quoted
from sfsgen.values.tree import Values

_WITHOUT_VALUES = ("Exists", "DoesNotExist")
_LARGEST_ANNOTATIONS = 262_144  # bytes, keys and values together


def in_order(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels in the order in which they are printed: the recommended ones first."""
    recommended = {key: labels[key] for key in RECOMMENDED_LABELS if key in labels}
    return {**recommended, **dict(sorted(labels.items()))}


def labels_at(values: Values, path: Path) -> dict[str, str]:
    """Return the labels at a path, noting those that the API server would refuse."""
    labels: Mapping[str, str] = values.get(*path) or {}
    for key, value in labels.items():
        if fault := names.label_key_fault(key):
            what = f"the label key {quoted(key)} {fault}"
            values.fault((*path, key), what, "write it as app or example.com/app", key=True)
        if fault := names.label_value_fault(value):
            what = f"the value {quoted(value)} of the label {brief(key)} {fault}"
            values.fault((*path, key), what, _value_fix(value))
    return in_order(labels)


def _value_fix(value: str) -> str:
    near = re.sub(r"[^A-Za-z0-9_.-]+", "-", value)[:63].strip("-_.")
    return f"write {quoted(near)}, or make it an annotation" if near else "make it an annotation"


def selector_at(values: Values, path: Path) -> Mapping[str, Any]:
    """Return the LabelSelector at a path, noting what the API server would refuse."""
    labels = labels_at(values, (*path, "matchLabels"))
    expressions = values.whole_entries(*path, "matchExpressions")
    for at, each in expressions:
        from sfsgen.kubernetes.selectors import OPERATORS  # few selectors have expressions

        operator = values.choice((*at, "operator"), OPERATORS)
        if fault := names.label_key_fault(each["key"]):
            what = f"the label key {quoted(each['key'])} {fault}"
            values.fault((*at, "key"), what, "write it as app or example.com/app")
        if not values.is_reported(*at) and bool(each.get("values")) is (
            operator in _WITHOUT_VALUES
        ):
            needs = "takes no values" if each.get("values") else "needs values"
            values.fault(at, f"{operator} {needs}", "write In with values, or Exists without")
    return {
        **({"matchLabels": labels} if labels else {}),
        **({"matchExpressions": [each for _, each in expressions]} if expressions else {}),
    }


def annotations_at(values: Values, path: Path, taken: Collection[str] = ()) -> dict[str, str]:
    """Return the annotations at a path, noting those that the API server would refuse.

    Of Kubernetes' own those in `taken` may stand there.
    """
    annotations: Mapping[str, str] = values.get(*path) or {}
    for key in annotations:
        if key.startswith(versions.KUBERNETES_OWN_ANNOTATIONS) and key not in taken:
            what = f"{quoted(key)} is by what Kubernetes binds volumes, and keeps its own notes"
            values.fault((*path, key), what, "leave it out", key=True)
        # The API compares an annotation's key in lower case.
        if fault := names.label_key_fault(key.lower()):
            what = f"the annotation key {quoted(key)} {fault}"
            values.fault((*path, key), what, "write it as example.com/team", key=True)
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > _LARGEST_ANNOTATIONS:
        what = f"the annotations have {size} bytes; at most {_LARGEST_ANNOTATIONS} are possible"
        values.fault(path, what, "make them shorter")
    return dict(sorted(annotations.items()))
