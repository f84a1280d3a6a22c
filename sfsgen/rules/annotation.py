"""An annotation by which Kubernetes once did something is still heeded at the target minor.

Kubernetes once took some settings from annotations, before they became fields. A later minor
ignores the annotation without a word: here pods that are not ready lose their DNS names, and
programs that look for their peers at the start do not find them.

Fix: Write the field instead: `spec.publishNotReadyAddresses: true` of the Service for
`tolerate-unready-endpoints`; `initContainers` and `affinity` of the pod for theirs. Where the field
stands already, or the annotation says what is so without it, nothing is told.

Source: the release notes of the minors that dropped them.
"""

from collections.abc import Iterator
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.versions import (
    ANNOTATIONS,
    FIELDS,
    NOT_READY_ANNOTATION,
    PET_SET_ANNOTATION,
    STATEFUL_SET_KINDS,
)

# What is so without an annotation, where a minor does not heed it.
_DEFAULTS = {NOT_READY_ANNOTATION: "false", PET_SET_ANNOTATION: "true"}


def annotation(scene: Scene) -> Iterator[Finding]:
    for manifest in scene.look.manifests:
        if manifest.kind in KINDS and manifest.at("metadata", "annotations"):
            yield from _ignored(scene, manifest, manifest.value, ())
        if manifest.kind in STATEFUL_SET_KINDS:
            template = manifest.at("spec", "template") or {}
            yield from _ignored(scene, manifest, template, ("spec", "template"))


def _ignored(scene: Scene, manifest: Manifest, value: Any, path: Path) -> Iterator[Finding]:
    for key, text in ((value.get("metadata") or {}).get("annotations") or {}).items():
        feature = ANNOTATIONS.get(key)
        if feature and not scene.target.has(feature) and not _is_idle(key, text, value):
            what = (
                f"{scene.target} ignores the annotation {key}, which works from "
                f"1.{feature.since} to 1.{feature.until}"
            )
            fix = f"remove it, and write {FIELDS[key]}" if key in FIELDS else "remove it"
            fix += ": true" * (key == NOT_READY_ANNOTATION)
            found = warning(manifest, (*path, "metadata", "annotations", key), what, fix)
            yield found._replace(is_key=True)


def _is_idle(key: str, text: str, value: Any) -> bool:
    """Return whether an annotation says what is so without it, or its field stands beside it."""
    if key in _DEFAULTS and text == _DEFAULTS[key]:
        return True
    field = FIELDS.get(key, "").rpartition(".")[2]
    return (value.get("spec") or {}).get(field) is not None
