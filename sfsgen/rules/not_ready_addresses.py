"""Pods that look for each other before they are ready find each other: DNS has them all.

A headless Service gives DNS names to ready pods only, unless it says `publishNotReadyAddresses:
true`. Members of a cluster that must find each other to get ready then never do. With
podManagementPolicy OrderedReady, the default, it is a deadlock: the second pod is made once the
first one is ready, and the first one waits for the second.

What tells: the environment, command or arguments of the containers name own pods, beside the first
one, by their DNS names, or give the governing Service as seeds or peers; a container has a
readiness or startup probe; and the Service does not publish addresses that are not ready.

Fix: Write `publishNotReadyAddresses: true` into the governing Service, for Kubernetes 1.3 to 1.10
the annotation `service.alpha.kubernetes.io/tolerate-unready-endpoints: "true"`. Some programs need
`podManagementPolicy: Parallel` too, which an existing set cannot change.

Source: kubernetes#78290, #62898; apache/pinot#12888; API reference, ServiceSpec.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.changes.edits import Edit
from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.discovery import FIX, sought
from sfsgen.kubernetes.versions import NOT_READY_ANNOTATION, NOT_READY_FIELD
from sfsgen.sets.found import FoundService
from sfsgen.sets.pod_volumes import containers

_FIELD = "publishNotReadyAddresses"


def not_ready_addresses(scene: Scene) -> Iterator[Finding]:
    for each in scene.inventory.stateful_sets:
        service = scene.service_of(each)
        if service and service.is_headless and not _publishes(service):
            own = (container for _, container in containers(each.manifest))
            found = sought(own, each.name, service.name, each.ordinals)
            policy = each.manifest.at("spec", "podManagementPolicy") or "OrderedReady"
            if what := found.told(service.name, policy):
                what = f"{each.name}: {what}"
                path = ("spec", _FIELD)
                yield warning(service.manifest, path, what, _cure(scene, service), each.manifest)


def _publishes(service: FoundService) -> bool:
    """Return whether DNS has pods that are not ready; the rule annotation tells where it is old."""
    is_annotated = service.manifest.annotations.get(NOT_READY_ANNOTATION) == "true"
    return is_annotated or service.manifest.at("spec", _FIELD) is True


def _cure(scene: Scene, service: FoundService) -> Cure:
    if not scene.target.has(NOT_READY_FIELD):
        return Cure(f'write the annotation {NOT_READY_ANNOTATION}: "true"')
    edit = Edit(service.manifest, ("spec", _FIELD), True)
    edits = () if service.manifest.is_stored else (edit,)
    return Cure(f"write {FIX} into the Service {service.name}", edits)
