"""Views as data, for programs: one object a set, with what every ordinal has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sfsgen import plain_text
from sfsgen.showing.view import ClaimRow, Fault, PodRow, ServiceView, SetView


def as_json(views: Iterable[SetView]) -> Iterator[str]:
    """Yield views as one JSON object."""
    yield plain_text.as_json(_document(views), 2) + "\n"


def as_yaml(views: Iterable[SetView]) -> Iterator[str]:
    """Yield the same as YAML."""
    from sfsgen.documents.yaml_writer import block

    yield f"{block(_document(views), 0)}\n"


def _document(views: Iterable[SetView]) -> Mapping[str, Any]:
    return {"sets": [_set(each) for each in views]}


def _set(view: SetView) -> dict[str, Any]:
    folder = {"folder": view.folder} if view.folder else {}
    return {
        **folder,
        "kind": view.kind,
        "namespace": view.namespace,
        "name": view.name,
        "replicas": view.replicas,
        "startOrdinal": view.start_ordinal,
        "service": view.service and _service(view.service),
        "pods": [_pod(each) for each in view.pods],
        "findings": [_fault(each) for each in view.faults],
    }


def _service(service: ServiceView) -> dict[str, Any]:
    return {
        "name": service.name,
        "dns": service.dns,
        "isThere": service.is_there,
        "isHeadless": service.is_headless,
        "srv": [each._asdict() for each in service.srv],
    }


def _pod(pod: PodRow) -> dict[str, Any]:
    return {
        "ordinal": pod.ordinal,
        "name": pod.pod,
        "dns": pod.dns,
        "isReplica": pod.is_wanted,
        "state": pod.state,
        "node": pod.node,
        "rules": list(dict.fromkeys(each.rule for each in pod.own_faults)),
        "claims": [_claim(each) for each in pod.claims],
    }


def _claim(claim: ClaimRow) -> dict[str, Any]:
    return {
        "template": claim.template,
        "claim": claim.claim,
        "hasClaim": claim.has_claim,
        "volume": claim.volume,
        "size": claim.size,
        "accessModes": list(claim.access_modes),
        "storageClassName": claim.storage_class,
        "reclaimPolicy": claim.reclaim_policy,
        "mountOptions": list(claim.mount_options),
        "driver": claim.driver,
        "server": claim.server,
        "path": claim.path,
        "tie": claim.tie,
        "state": claim.state,
        "rules": list(dict.fromkeys(each.rule for each in claim.faults)),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "rule": fault.rule,
        "severity": fault.severity,
        "object": fault.about,
        "what": fault.what,
        "fix": fault.cure,
    }
