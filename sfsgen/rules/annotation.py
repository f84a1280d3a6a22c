"""An annotation by which Kubernetes once did something is still heeded at the target minor.

Kubernetes once took some settings from annotations, before they became fields. A later minor
ignores the annotation without a word: here pods that are not ready lose their DNS names, and
programs that look for their peers at the start do not find them.

Fix: Write the field instead: `spec.publishNotReadyAddresses: true` of the Service for
`tolerate-unready-endpoints`; `initContainers` and `affinity` of the pod for theirs. Where the field
stands already, remove the annotation only.

Source: the release notes of the minors that dropped them.
"""

from collections.abc import Iterator
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.versions import ANNOTATIONS, FIELDS, STATEFUL_SET_KINDS


def annotation(scene: Scene) -> Iterator[Finding]:
    for manifest in scene.look.manifests:
        if manifest.kind in KINDS and manifest.at("metadata", "annotations"):
            yield from _ignored(scene, manifest, manifest.value, ())
        if manifest.kind in STATEFUL_SET_KINDS:
            template = manifest.at("spec", "template") or {}
            yield from _ignored(scene, manifest, template, ("spec", "template"))


def _ignored(scene: Scene, manifest: Manifest, value: Any, path: Path) -> Iterator[Finding]:
    for key in (value.get("metadata") or {}).get("annotations") or ():
        feature = ANNOTATIONS.get(key)
        if feature and not scene.target.has(feature):
            what = (
                f"{scene.target} ignores the annotation {key}, which works from "
                f"1.{feature.since} to 1.{feature.until}"
            )
            fix = f"remove it, and write {FIELDS[key]}" if key in FIELDS else "remove it"
            found = warning(manifest, (*path, "metadata", "annotations", key), what, fix)
            yield found._replace(is_key=True)
