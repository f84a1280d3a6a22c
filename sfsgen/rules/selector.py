"""A set's selector meets the labels of its pod template; the API server refuses others.

The API server refuses a set whose selector does not meet the labels of its pod template, so no pod
is made. In apps/v1 and v1beta2 a selector must be there; older versions take the labels of the pod
template where it is missing. A set that has neither selector nor labels may be the base of a tool
that adds both; what has no images either is a patch, and nothing is told of it.

Fix: Write the same labels in both, but only those that never change: name and instance, not a
version (see [selector-value](#selector-value)). A set that is there has a selector that meets its
labels; it cannot be changed.

Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.documents.yaml_writer import flow_entries
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.labels import lasting_labels, pod_labels
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.selectors import is_met
from sfsgen.sets.found import FoundSet

_SELECTOR_BY_DEFAULT = ("apps/v1alpha1", "apps/v1beta1")


def selector(scene: Scene) -> Iterator[Finding]:
    later = scene.look.later_labels
    for stateful_set in scene.inventory.stateful_sets:
        manifest = stateful_set.manifest
        given: Mapping[str, Any] = manifest.at("spec", "selector") or {}
        labels = {**pod_labels(stateful_set), **later}
        if later:
            given = {**given, "matchLabels": {**(given.get("matchLabels") or {}), **later}}
        if not manifest.at("spec", "template"):
            continue  # a patch, or one of which the rule required-field tells
        if not any(given.values()):
            if not labels and not _is_whole(stateful_set):
                continue
            if manifest.api_version not in _SELECTOR_BY_DEFAULT:
                what = f"the set {stateful_set.name} has no selector"
                fix = f"write spec.selector.matchLabels, {lasting_labels(labels)}"
                # What has neither is the base of a tool that adds both, such as kustomize.
                tell = error if labels or manifest.is_stored else warning
                yield tell(manifest, ("spec", "selector"), what, fix)
        elif not is_met(given, labels):
            what = (
                f"the selector of {stateful_set.name} does not meet the labels of its pod template"
            )
            wrong = {
                key: each for key, each in stateful_set.selector.items() if labels.get(key) != each
            }
            path: Path = ("spec", "selector", "matchLabels", *list(wrong)[:1])
            fix = f"give the pod template the labels of the selector: {flow_entries(wrong)}"
            if not wrong:
                path, fix = ("spec", "selector"), "give the pod template labels that meet it"
            yield error(manifest, path, what, fix)


def _is_whole(stateful_set: FoundSet) -> bool:
    """Return whether a set is one to be created as it stands: a patch leaves the images out."""
    pod = stateful_set.manifest.at("spec", "template", "spec") or {}
    containers = pod.get("containers") or ()
    return bool(containers) and all(each.get("image") for each in containers)
