"""A set's governing Service is in its namespace, headless, and selects the set's pods.

The name of a pod in DNS, as `web-0.web.default.svc`, comes from the governing Service, and only
when it is headless, in the set's namespace, and selects the pods. Where it does not, the pods come
up, but members of a cluster cannot find each other. A single pod needs no name of its own. The API
server does not look whether the Service is there.

Fix: In a file, write `clusterIP: None`, with no other `type` than ClusterIP. In a live cluster it
cannot be changed: delete the Service, and create it again; the pods go on running. Where it is
missing, read it as well (`kubectl get svc`), or create it. Where a headless Service selects the
pods under another name, write that name into `serviceName`.

Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, stable network ID.
"""

import json
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from sfsgen.changes.cure import WHICH_SERVICE, Cure
from sfsgen.changes.edits import Edit
from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.labels import lasting_labels, pod_labels
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.versions import OPTIONAL_SERVICE_NAME
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.sets.pod_volumes import every_container

_SERVICE_NAME: Path = ("spec", "serviceName")
_SAYING = ("command", "args", "env")  # of a container, what it may look for


_Key = TypeVar("_Key")


class _Services:
    """The Services that were read, by what sets may look for."""

    def __init__(self, scene: Scene) -> None:
        self._every = list(scene.inventory.services.values())
        self._is_namespace_known = scene.look.access.namespace is not None
        self.is_live = scene.look.access.is_live

    @cached_property
    def _by_name(self) -> Mapping[str, list[FoundService]]:
        return _grouped((each.name, each) for each in self._every)

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, tuple[str, str] | None], list[FoundService]]:
        """All by namespace and the first label that they select by, None for those without."""
        return _grouped(
            ((each.namespace, next(iter(each.selector.items()), None)), each)
            for each in self._every
        )

    @cached_property
    def _headless(self) -> Mapping[tuple[str, str, str], list[FoundService]]:
        """The headless ones by namespace and the first label that they select by."""
        return _grouped(
            ((each.namespace, *next(iter(each.selector.items()))), each)
            for each in self._every
            if each.is_headless and each.selector
        )

    @cached_property
    def _folders(self) -> set[tuple[str, str]]:
        return {(_folder(each.manifest), each.namespace) for each in self._every}

    def selecting(self, stateful_set: FoundSet) -> FoundService | None:
        """Return the one headless Service that selects a set's pods, or None."""
        labels = pod_labels(stateful_set)
        found = [
            each
            for label in labels.items()
            for each in self._headless.get((stateful_set.namespace, *label), ())
            if each.selector.items() <= labels.items()
        ]
        return found[0] if len(found) == 1 else None

    def renamed(self, stateful_set: FoundSet) -> FoundService | None:
        """Return the one Service that has the prefix and the suffix of the set beside its name."""
        wanted, labels = stateful_set.service_name, pod_labels(stateful_set).items()
        found = [
            each
            for label in (*labels, None)
            for each in self._by_label.get((stateful_set.namespace, label), ())
            if _is_renamed_alike(wanted, each.name, stateful_set.name)
            and each.selector.items() <= labels
        ]
        return found[0] if len(found) == 1 else None

    def elsewhere(self, stateful_set: FoundSet) -> FoundService | None:
        """Return the Service of another namespace that would select a set's pods."""
        labels = pod_labels(stateful_set).items()
        found = self._by_name.get(stateful_set.service_name, ())
        return next((each for each in found if each.selector.items() <= labels), None)

    def is_apart(self, stateful_set: FoundSet, other: FoundService) -> bool:
        """Return whether the namespaces of a set and a Service are written, or `-n` says them."""
        is_written = stateful_set.manifest.namespace and other.manifest.namespace
        return bool(is_written) or self._is_namespace_known

    def are_shown(self, stateful_set: FoundSet) -> bool:
        """Return whether the set's Service ought to be in the input: others beside it are."""
        here = _folder(stateful_set.manifest), stateful_set.namespace
        return self.is_live or here in self._folders


def _grouped(pairs: Iterable[tuple[_Key, FoundService]]) -> dict[_Key, list[FoundService]]:
    found: dict[_Key, list[FoundService]] = {}
    for key, each in pairs:
        found.setdefault(key, []).append(each)
    return found


def _is_renamed_alike(before: str, after: str, other: str) -> bool:
    """Return whether a name got a prefix or a suffix that another one has as well."""
    head, found, tail = after.partition(before)
    return bool(found and (head or tail)) and other.startswith(head) and other.endswith(tail)


def _folder(manifest: Manifest) -> str:
    return posixpath.dirname(manifest.document.file)


def service(scene: Scene) -> Iterator[Finding]:
    services = _Services(scene)
    for stateful_set in scene.inventory.stateful_sets:
        if found := scene.service_of(stateful_set):
            yield from _unfit_service(scene, services, stateful_set, found)
        elif not stateful_set.service_name:
            yield from _unnamed(scene, services, stateful_set)
        elif not scene.is_unread("Service", stateful_set.service_name, stateful_set.namespace):
            yield from _missing(scene, services, stateful_set)


def _named(scene: Scene, stateful_set: FoundSet, name: str) -> Cure:
    """Return how a set names another governing Service."""
    manifest = stateful_set.manifest
    cure = Cure(f"write serviceName: {name}", (Edit(manifest, _SERVICE_NAME, name),))
    return scene.cures.of_immutable(manifest, cure)


def _unnamed(scene: Scene, services: _Services, stateful_set: FoundSet) -> Iterator[Finding]:
    manifest, meant = stateful_set.manifest, services.selecting(stateful_set)
    what = f"the set {stateful_set.name} names no governing Service"
    sides = [meant.manifest] if meant else []
    fix = _named(scene, stateful_set, meant.name if meant else stateful_set.name)
    if not scene.target.has(OPTIONAL_SERVICE_NAME):
        fix = fix if meant else fix.by_hand(WHICH_SERVICE)
        yield error(manifest, _SERVICE_NAME, what, fix, *sides)
    elif meant:
        what += f", and {meant.name} is headless and selects its pods: they get no DNS names"
        tell = note if stateful_set.replicas <= 1 else warning
        yield tell(manifest, _SERVICE_NAME, what, fix.by_hand(WHICH_SERVICE), *sides)


def _missing(scene: Scene, services: _Services, stateful_set: FoundSet) -> Iterator[Finding]:
    name, manifest = stateful_set.service_name, stateful_set.manifest
    namespace = stateful_set.namespace
    # A single pod needs no name of its own, unless it is told to look for it.
    alone = warning if services.is_live or _asks_for_names(stateful_set) else note
    tell = error if stateful_set.replicas > 1 else alone
    what = (
        f"the governing Service {name} of {stateful_set.name} is missing: its pods get no DNS names"
    )
    fix: str | Cure = f"create a Service {name} with clusterIP: None and the selector of the set"
    if meant := services.selecting(stateful_set) or services.renamed(stateful_set):
        how = "is headless and selects its pods" if meant.is_headless else "selects its pods"
        what = f"the governing Service {name} of {stateful_set.name} is missing, and {meant.name} "
        what += f"{how}: they get no DNS names"
        named = _named(scene, stateful_set, meant.name)
        yield error(manifest, _SERVICE_NAME, what, named, meant.manifest)
    elif other := services.elsewhere(stateful_set):
        if services.is_apart(stateful_set, other):
            what = (
                f"the governing Service {name} is in the namespace {other.namespace}, and the "
                f"set {stateful_set.name} in {namespace}"
            )
            fix = f"create the Service in the namespace {namespace}"
            yield tell(other.manifest, ("metadata", "namespace"), what, fix, manifest)
    elif services.are_shown(stateful_set):
        yield tell(manifest, _SERVICE_NAME, what, fix)
    else:
        if manifest.is_stored:
            fix = f"read the Services too: {scene.cures.read_all(namespace)}"
        else:
            fix = f"read it too, or {fix}"
        is_alone = not scene.inventory.services
        what = f"no Service is in the input: {what}" if is_alone else what
        mild = warning if stateful_set.replicas > 1 or is_alone else note
        yield mild(manifest, _SERVICE_NAME, what, fix)


def _unfit_service(
    scene: Scene, services: _Services, stateful_set: FoundSet, found: FoundService
) -> Iterator[Finding]:
    manifest, later = stateful_set.manifest, scene.look.later_labels
    labels, wanted = {**pod_labels(stateful_set), **later}, {**found.selector, **later}
    if not wanted:
        what = (
            f"the Service {found.name} selects no pods: those of {stateful_set.name} get DNS names "
            "only if something else keeps its endpoints"
        )
        fix = f"write its selector, {lasting_labels(stateful_set.selector or labels)}"
        yield note(found.manifest, ("spec", "selector"), what, fix, manifest)
        return
    if not found.is_headless:
        yield _with_address(scene, services, stateful_set, found)
    wrong = [key for key, value in wanted.items() if labels.get(key) != value]
    is_own_met = is_met(manifest.at("spec", "selector") or {}, labels)
    if wrong and is_own_met:
        what = f"the selector of the Service {found.name} does not meet the labels of the pods of "
        what += stateful_set.name
        fix = f"write its selector, {lasting_labels(stateful_set.selector or labels)}"
        yield error(found.manifest, ("spec", "selector", *wrong[:1]), what, fix, manifest)


def _with_address(
    scene: Scene, services: _Services, stateful_set: FoundSet, found: FoundService
) -> Finding:
    """Return that a governing Service has an address of its own, so that the pods have no names."""
    what = (
        f"the governing Service {found.name} of {stateful_set.name} is not headless: the "
        "pods get no DNS names of their own"
    )
    tell: Callable[..., Finding] = note
    if stateful_set.replicas > 1:
        tell = error if _asks_for_names(stateful_set) else warning
    if meant := services.selecting(stateful_set):
        what += f", and {meant.name} is, and selects them"
        fix = _named(scene, stateful_set, meant.name).by_hand(WHICH_SERVICE)
        return tell(stateful_set.manifest, _SERVICE_NAME, what, fix, meant.manifest, found.manifest)
    words = "write clusterIP: None"
    kind = found.manifest.at("spec", "type") or "ClusterIP"
    words += " and type: ClusterIP" if kind != "ClusterIP" else ""
    cure = scene.cures.of_immutable(found.manifest, words)
    return tell(found.manifest, ("spec", "clusterIP"), what, cure, stateful_set.manifest)


def _asks_for_names(stateful_set: FoundSet) -> bool:
    """Return whether containers look for pods below the name of their governing Service."""
    containers = every_container(stateful_set.manifest)
    words = json.dumps([[each.get(key) for key in _SAYING] for _, each in containers])
    return f".{stateful_set.service_name}" in words
