"""Rules about a set itself: its Service, its selector, what its pods mount, what it deletes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sfsgen.changes.cures import flow
from sfsgen.documents.paths import Path, spelled
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.versions import OPTIONAL_SERVICE_NAME
from sfsgen.problems import nearest
from sfsgen.sets.existing import ExistingService, ExistingSet
from sfsgen.values.hazards import RETENTION

_ALIKE = 0.6  # a name and what it is misspelt as
_POD: Path = ("spec", "template", "spec")
_SERVICE_NAME: Path = ("spec", "serviceName")
_RETENTION = "persistentVolumeClaimRetentionPolicy"
_SELECTOR_BY_DEFAULT = ("apps/v1alpha1", "apps/v1beta1")
_MANAGED_BY = "app.kubernetes.io/managed-by"
# Labels that change with a release, while a selector never can.
_CHANGING = (
    "app.kubernetes.io/version",
    "chart",
    "controller-revision-hash",
    "helm.sh/chart",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
    "version",
)


def service(scene: Scene) -> Iterator[Finding]:
    """A set's governing Service is in its namespace, headless, and selects the set's pods.

    Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, stable network ID.
    """
    elsewhere: dict[str, list[ExistingService]] = {}
    for each in scene.existing.services.values():
        elsewhere.setdefault(each.name, []).append(each)
    for stateful_set in scene.existing.stateful_sets:
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
            what = f"the governing Service {name} is in the namespace {other.namespace}, and the "
            what += f"set {stateful_set.name} in {namespace}"
            fix = f"create the Service in the namespace {namespace}"
            path = ("metadata", "namespace")
            yield error(other.manifest, path, what, fix, manifest)
        else:
            what = f"the governing Service {name} of {stateful_set.name} is not there: its pods "
            what += "get no DNS names"
            fix = f"create a Service {name} with clusterIP: None and the selector of the set"
            if manifest.is_stored and not scene.existing.services:
                fix = f"read the Services too: {scene.cures.read_all(namespace)}"
                yield warning(manifest, _SERVICE_NAME, f"no Service is in the input: {what}", fix)
            else:
                yield error(manifest, _SERVICE_NAME, what, fix)


def selector(scene: Scene) -> Iterator[Finding]:
    """A set's selector meets the labels of its pod template; the API server refuses others.

    Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
    """
    for stateful_set in scene.existing.stateful_sets:
        manifest = stateful_set.manifest
        given: Mapping[str, Any] = manifest.value["spec"].get("selector") or {}
        labels = _pod_labels(stateful_set)
        if not any(given.values()):
            if manifest.api_version not in _SELECTOR_BY_DEFAULT:
                what = f"the set {stateful_set.name} has no selector"
                fix = f"write spec.selector.matchLabels, {_lasting(labels)}"
                yield error(manifest, ("spec", "selector"), what, fix)
        elif not is_met(given, labels):
            what = f"the selector of {stateful_set.name} does not meet the labels of its pod "
            what += "template"
            wrong = {
                key: each for key, each in stateful_set.selector.items() if labels.get(key) != each
            }
            path: Path = ("spec", "selector", "matchLabels", *list(wrong)[:1])
            fix = f"give the pod template the labels of the selector: {flow(wrong)}"
            if not wrong:
                path, fix = ("spec", "selector"), "give the pod template labels that meet it"
            yield error(manifest, path, what, fix)


def selector_value(scene: Scene) -> Iterator[Finding]:
    """A selector holds no label that changes with a release: it is immutable.

    Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
    """
    for stateful_set in scene.existing.stateful_sets:
        manifest = stateful_set.manifest
        expressions = (manifest.value["spec"].get("selector") or {}).get("matchExpressions") or ()
        paths: dict[str, Path] = {
            each.get("key") or "": ("spec", "selector", "matchExpressions", index, "key")
            for index, each in enumerate(expressions)
        }
        paths |= {key: ("spec", "selector", "matchLabels", key) for key in stateful_set.selector}
        for key in _CHANGING:
            if key in paths:
                what = f'the selector of {stateful_set.name} holds "{key}", which changes, while a '
                what += "set's selector cannot"
                fix = scene.cures.anew(manifest, "remove it from the selector; it may stay a label")
                yield warning(manifest, paths[key], what, fix)


def mounts(scene: Scene) -> Iterator[Finding]:
    """What containers mount is a claim template or a volume of the pod, and templates are mounted.

    Source: pkg/apis/core/validation/validation.go, ValidateVolumeMounts; from 1.34 on at create.
    """
    for stateful_set in scene.existing.stateful_sets:
        yield from _mounts(stateful_set)


def retention_policy(scene: Scene) -> Iterator[Finding]:
    """Claims outlive a scale-down and the set: those that were made beforehand are deleted as well.

    Source: pkg/controller/statefulset/stateful_set_utils.go, claimOwnerMatchesSetAndPod (measured).
    """
    for stateful_set, seats in scene.seats_by_set:
        policy = stateful_set.manifest.value["spec"].get(_RETENTION) or {}
        is_made_beforehand = any(
            not scene.is_provisioned(each)
            or any(volume.is_static for volume in each.volumes.values())
            for each in seats
        )
        for event in ("whenDeleted", "whenScaled") if is_made_beforehand else ():
            if policy.get(event) == "Delete":
                path = ("spec", _RETENTION, event)
                fix = f"write {event}: Retain"
                yield warning(stateful_set.manifest, path, f"{event}: {RETENTION}", fix)


def _meant(
    services: Iterable[ExistingService], stateful_set: ExistingSet
) -> ExistingService | None:
    """Return the Service of another namespace that would select a set's pods."""
    labels = _pod_labels(stateful_set).items()
    return next((each for each in services if each.selector.items() <= labels), None)


def _unfit_service(
    scene: Scene, stateful_set: ExistingSet, found: ExistingService
) -> Iterator[Finding]:
    manifest, labels = stateful_set.manifest, _pod_labels(stateful_set)
    if not found.is_headless:
        what = f"the governing Service {found.name} of {stateful_set.name} is not headless: the "
        what += "pods get no DNS names of their own"
        fix = "write clusterIP: None"
        kind = found.manifest.value["spec"].get("type") or "ClusterIP"
        fix += " and type: ClusterIP" if kind != "ClusterIP" else ""
        fix = scene.cures.anew(found.manifest, fix)
        yield error(found.manifest, ("spec", "clusterIP"), what, fix, manifest)
    wrong = [key for key, value in found.selector.items() if labels.get(key) != value]
    is_own_met = is_met(manifest.value["spec"].get("selector") or {}, labels)
    if (wrong and is_own_met) or not found.selector:
        what = f"the selector of the Service {found.name} does not meet the labels of the pods of "
        what += stateful_set.name
        fix = f"write its selector, {_lasting(stateful_set.selector or labels)}"
        yield error(found.manifest, ("spec", "selector", *wrong[:1]), what, fix, manifest)


def _pod_labels(stateful_set: ExistingSet) -> Mapping[str, str]:
    template = stateful_set.manifest.value["spec"].get("template") or {}
    labels: Mapping[str, str] = (template.get("metadata") or {}).get("labels") or {}
    return labels


def _lasting(labels: Mapping[str, str]) -> str:
    """Return labels for a selector: those that no release changes."""
    lasting = {key: value for key, value in labels.items() if key not in (*_CHANGING, _MANAGED_BY)}
    return flow(lasting) if lasting else "app: NAME, and give the pod template this label"


def _mounts(stateful_set: ExistingSet) -> Iterator[Finding]:
    manifest = stateful_set.manifest
    template = manifest.value["spec"].get("template")
    if not template:
        return
    pod = template.get("spec") or {}
    volumes = {each.get("name"): index for index, each in enumerate(pod.get("volumes") or ())}
    templates = [each.name for each in stateful_set.templates]
    known = {*volumes, *templates}
    used = list(_used(pod))
    unknown = [(path, name) for path, name in used if name not in known]
    for path, name in unknown:
        what = f'{spelled(path[:-1])} is named "{name}", and there is no such claim template '
        what += "or volume"
        near = nearest(name, filter(None, known), _ALIKE)
        fix = f"write {near}" if near else "add a volume or a claim template of that name"
        yield error(manifest, path, what, fix)
    mounted = {name for _, name in used}
    for each in stateful_set.templates:
        # One that is misspelt where it is mounted is told already.
        if not unknown and each.name not in mounted:
            what = f"no container mounts the claim template {each.name}"
            fix = "add it to the volumeMounts of a container, or remove it"
            yield warning(manifest, (*each.path, "metadata", "name"), what, fix)
        if each.name in volumes:
            path = (*_POD, "volumes", volumes[each.name], "name")
            what = f"the claim template {each.name} takes the place of the pod's volume of that "
            what += "name"
            yield warning(manifest, path, what, "give one of both another name")


def _used(pod: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the volumes that containers use, by name."""
    for kind in ("initContainers", "containers"):
        for number, container in enumerate(pod.get(kind) or ()):
            for field in ("volumeMounts", "volumeDevices"):
                for index, each in enumerate(container.get(field) or ()):
                    path = (*_POD, kind, number, field, index, "name")
                    yield path, each.get("name") or ""
