"""The labels of a set's pods, and which of them no release changes."""

from collections.abc import Mapping

from sfsgen.documents.yaml_writer import flow_entries
from sfsgen.kubernetes.words import MANAGED_BY
from sfsgen.sets.found import FoundSet

# Labels that change with a release, while a selector never can.
CHANGING = (
    "app.kubernetes.io/version",
    "chart",
    "controller-revision-hash",
    "helm.sh/chart",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
    "version",
)


def pod_labels(stateful_set: FoundSet) -> Mapping[str, str]:
    """Return the labels that a set gives to its pods."""
    return stateful_set.manifest.at("spec", "template", "metadata", "labels") or {}


def lasting_labels(labels: Mapping[str, str]) -> str:
    """Return labels for a selector: those that no release changes."""
    lasting = {key: value for key, value in labels.items() if key not in (*CHANGING, MANAGED_BY)}
    return flow_entries(lasting) if lasting else "app: NAME, and give the pod template this label"
