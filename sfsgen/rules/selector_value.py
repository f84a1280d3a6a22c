"""A selector holds no label that changes with a release: it is immutable.

A set's selector is immutable, and must meet the labels of the pod template. Once it holds a
version, the next release, with another version in its labels, is refused, and the set must be
deleted to be upgraded.

Fix: Remove the label from the selector of the set, and from that of the Service; the pod template
may keep it. For a set that is there: `kubectl delete statefulset web --cascade=orphan`, which
leaves pods and claims, then create the set with the new selector.

Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
"""

from collections.abc import Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.labels import CHANGING
from sfsgen.findings.scene import Scene


def selector_value(scene: Scene) -> Iterator[Finding]:
    for stateful_set in scene.inventory.stateful_sets:
        manifest = stateful_set.manifest
        expressions = manifest.at("spec", "selector", "matchExpressions") or ()
        paths: dict[str, Path] = {
            each.get("key") or "": ("spec", "selector", "matchExpressions", index, "key")
            for index, each in enumerate(expressions)
        }
        paths |= {key: ("spec", "selector", "matchLabels", key) for key in stateful_set.selector}
        for key in CHANGING:
            if key in paths:
                what = (
                    f'the selector of {stateful_set.name} holds "{key}", which changes, while a '
                    "set's selector cannot"
                )
                fix = scene.cures.of_immutable(
                    manifest, "remove it from the selector; it may stay a label"
                )
                yield warning(manifest, paths[key], what, fix)
