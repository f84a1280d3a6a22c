"""A set's governing Service is in its namespace, headless, and selects the set's pods.

The name of a pod in DNS, as `web-0.web.default.svc`, comes from the governing Service, and only
when it is headless, in the set's namespace, and selects the pods. Where it does not, the pods come
up, but members of a cluster cannot find each other. The API server does not look whether the
Service is there.

Fix: In a file, write `clusterIP: None`, with no other `type` than ClusterIP. In a live cluster it
cannot be changed: delete the Service, and create it again; the pods go on running. Where it is
missing, read it as well (`kubectl get svc`), or create it.

Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, stable network ID.
"""

from collections.abc import Iterable, Iterator

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.labels import lasting_labels, pod_labels
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.versions import OPTIONAL_SERVICE_NAME
from sfsgen.sets.found import FoundService, FoundSet

_SERVICE_NAME: Path = ("spec", "serviceName")


def service(scene: Scene) -> Iterator[Finding]:
    elsewhere: dict[str, list[FoundService]] = {}
    for each in scene.inventory.services.values():
        elsewhere.setdefault(each.name, []).append(each)
    for stateful_set in scene.inventory.stateful_sets:
        name, namespace = stateful_set.service_name, stateful_set.namespace
        manifest = stateful_set.manifest
        found = scene.service_of(stateful_set)
        if found:
            yield from _unfit_service(scene, stateful_set, found)
        elif not name:
            if not scene.target.has(OPTIONAL_SERVICE_NAME):
                what = f"the set {stateful_set.name} names no governing Service"
                yield error(
                    manifest, _SERVICE_NAME, what, f"write serviceName: {stateful_set.name}"
                )
        elif scene.is_unread("Service", name, namespace):
            continue
        elif other := _meant(elsewhere.get(name, ()), stateful_set):
            what = (
                f"the governing Service {name} is in the namespace {other.namespace}, and the "
                f"set {stateful_set.name} in {namespace}"
            )
            fix = f"create the Service in the namespace {namespace}"
            path = ("metadata", "namespace")
            yield error(other.manifest, path, what, fix, manifest)
        else:
            what = (
                f"the governing Service {name} of {stateful_set.name} is missing: its pods "
                "get no DNS names"
            )
            fix = f"create a Service {name} with clusterIP: None and the selector of the set"
            if manifest.is_stored and not scene.inventory.services:
                fix = f"read the Services too: {scene.cures.read_all(namespace)}"
                yield warning(manifest, _SERVICE_NAME, f"no Service is in the input: {what}", fix)
            else:
                yield error(manifest, _SERVICE_NAME, what, fix)


def _meant(services: Iterable[FoundService], stateful_set: FoundSet) -> FoundService | None:
    """Return the Service of another namespace that would select a set's pods."""
    labels = pod_labels(stateful_set).items()
    return next((each for each in services if each.selector.items() <= labels), None)


def _unfit_service(scene: Scene, stateful_set: FoundSet, found: FoundService) -> Iterator[Finding]:
    manifest, labels = stateful_set.manifest, pod_labels(stateful_set)
    if not found.is_headless:
        what = (
            f"the governing Service {found.name} of {stateful_set.name} is not headless: the "
            "pods get no DNS names of their own"
        )
        fix = "write clusterIP: None"
        kind = found.manifest.at("spec", "type") or "ClusterIP"
        fix += " and type: ClusterIP" if kind != "ClusterIP" else ""
        cure = scene.cures.of_immutable(found.manifest, fix)
        yield error(found.manifest, ("spec", "clusterIP"), what, cure, manifest)
    wrong = [key for key, value in found.selector.items() if labels.get(key) != value]
    is_own_met = is_met(manifest.at("spec", "selector") or {}, labels)
    if (wrong and is_own_met) or not found.selector:
        what = f"the selector of the Service {found.name} does not meet the labels of the pods of "
        what += stateful_set.name
        fix = f"write its selector, {lasting_labels(stateful_set.selector or labels)}"
        yield error(found.manifest, ("spec", "selector", *wrong[:1]), what, fix, manifest)
