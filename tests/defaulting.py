"""Fills in what an API server fills in: SetDefaults_* of kubernetes/kubernetes, told again.

A second opinion on sfsgen/kubernetes/server_defaults.py, after the Go source and not after that
table: pkg/apis/core/v1/defaults.go and pkg/apis/apps/v1/defaults.go, master of 2026.
"""

import copy
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def stored(given: Json) -> Json:
    """Return an object as a server prints it: with its defaults, uid, version and status."""
    value = copy.deepcopy(given)
    metadata = value.setdefault("metadata", {})
    metadata |= {"uid": "00000000-0000-4000-8000-000000000001", "resourceVersion": "7"}
    metadata |= {"creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1}
    spec = value.setdefault("spec", {})
    match value["kind"]:
        case "StatefulSet":
            _stateful_set(spec)
        case "Service":
            _service(spec)
        case "PersistentVolume":
            metadata.setdefault("finalizers", []).append("kubernetes.io/pv-protection")
            spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
            spec.setdefault("volumeMode", "Filesystem")
            _volume_source(spec)
        case "PersistentVolumeClaim":
            metadata.setdefault("finalizers", []).append("kubernetes.io/pvc-protection")
            _claim(spec)
    value["status"] = {}
    return value


def _stateful_set(spec: Json) -> None:
    spec.setdefault("podManagementPolicy", "OrderedReady")
    strategy = spec.setdefault("updateStrategy", {})
    if "type" not in strategy:
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        strategy["rollingUpdate"].setdefault("partition", 0)
        strategy["rollingUpdate"].setdefault("maxUnavailable", 1)
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    spec.setdefault("revisionHistoryLimit", 10)
    for each in spec.get("volumeClaimTemplates", ()):
        each |= {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "status": {"phase": "Pending"},
        }
        each.setdefault("metadata", {})["creationTimestamp"] = None
        _claim(each.setdefault("spec", {}))
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})["creationTimestamp"] = None
    _pod(template.setdefault("spec", {}))


def _claim(spec: Json) -> None:
    spec.setdefault("volumeMode", "Filesystem")
    spec.setdefault("resources", {})


def _pod(spec: Json) -> None:
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("securityContext", {})
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("schedulerName", "default-scheduler")
    if "serviceAccountName" in spec:
        spec["serviceAccount"] = spec["serviceAccountName"]
    for each in spec.get("volumes", ()):
        _volume_source(each)
    for each in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        _container(each)


def _volume_source(volume: Json) -> None:
    for kind in ("secret", "configMap", "downwardAPI", "projected"):
        if kind in volume:
            volume[kind].setdefault("defaultMode", 420)
    if "hostPath" in volume:
        volume["hostPath"].setdefault("type", "")
    if "iscsi" in volume:
        volume["iscsi"].setdefault("iscsiInterface", "default")
    if "rbd" in volume:
        volume["rbd"].setdefault("pool", "rbd")
        volume["rbd"].setdefault("user", "admin")
        volume["rbd"].setdefault("keyring", "/etc/ceph/keyring")
    _azure_disk_and_projections(volume)
    _field_refs(volume.get("downwardAPI", {}).get("items", ()))
    if claim := volume.get("ephemeral", {}).get("volumeClaimTemplate"):
        claim.setdefault("metadata", {})["creationTimestamp"] = None
        _claim(claim["spec"])


def _azure_disk_and_projections(volume: Json) -> None:
    if "azureDisk" in volume:
        for key, value in (("cachingMode", "ReadWrite"), ("kind", "Shared"), ("fsType", "ext4")):
            volume["azureDisk"].setdefault(key, value)
        volume["azureDisk"].setdefault("readOnly", False)
    for each in volume.get("projected", {}).get("sources", ()):
        if "serviceAccountToken" in each:
            each["serviceAccountToken"].setdefault("expirationSeconds", 3600)
        _field_refs(each.get("downwardAPI", {}).get("items", ()))


def _field_refs(sources: list[Json]) -> None:
    for each in sources:
        if "fieldRef" in each:
            each["fieldRef"].setdefault("apiVersion", "v1")
        if "resourceFieldRef" in each:
            each["resourceFieldRef"].setdefault("divisor", "0")


def _container(container: Json) -> None:
    reference = container["image"].split("/")[-1]
    is_latest = reference.endswith(":latest") or (":" not in reference and "@" not in reference)
    container.setdefault("imagePullPolicy", "Always" if is_latest else "IfNotPresent")
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("resources", {})
    for each in container.get("ports", ()):
        each.setdefault("protocol", "TCP")
    _field_refs([each.get("valueFrom", {}) for each in container.get("env", ())])
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in container:
            container[probe].setdefault("timeoutSeconds", 1)
            container[probe].setdefault("periodSeconds", 10)
            container[probe].setdefault("successThreshold", 1)
            container[probe].setdefault("failureThreshold", 3)
    for action in _actions(container):
        if "httpGet" in action:
            action["httpGet"].setdefault("path", "/")
            action["httpGet"].setdefault("scheme", "HTTP")
        if "grpc" in action:
            action["grpc"].setdefault("service", "")


def _actions(container: Json) -> Iterator[Json]:
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield container.get(probe, {})
    for hook in ("postStart", "preStop"):
        yield container.get("lifecycle", {}).get(hook, {})


def _service(spec: Json) -> None:
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "ClientIP":
        affinity = spec.setdefault("sessionAffinityConfig", {}).setdefault("clientIP", {})
        affinity.setdefault("timeoutSeconds", 10800)
    kind = spec.setdefault("type", "ClusterIP")
    for number, each in enumerate(spec.get("ports", ())):
        each.setdefault("protocol", "TCP")
        each.setdefault("targetPort", each["port"])
        if kind == "LoadBalancer":
            each.setdefault("nodePort", 30000 + number)
    if kind == "ExternalName":
        return
    spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind != "ClusterIP":
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
        if spec["externalTrafficPolicy"] == "Local":
            spec.setdefault("healthCheckNodePort", 31999)
    spec.setdefault("clusterIP", "10.96.0.7")
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    spec.setdefault("ipFamilies", ["IPv4"])
