"""What a server fills in where a manifest says nothing: a table, as Kubernetes' own source has it.

The types are those of fields.json, and what is said of each is what `SetDefaults_TYPE` does in
pkg/apis/core/v1/defaults.go and pkg/apis/apps/v1/defaults.go, or the mark `+default=` of a field
does in zz_generated.defaults.go beside them (kubernetes/kubernetes: 1.20, 1.32 and the master of
2026 were read). What other files do is said where it stands. A field that a server fills in for
pods alone (enableServiceLinks, tolerations, requests that follow from limits) is not here: in a pod
template somebody wrote it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Around = Sequence[Mapping[str, Any]]
"""The object that a field is in, then the one around that, up to the object that was read."""

NOTHING = object()
"""What a server fills in where it fills in nothing: no value is equal to it."""

_LATEST = "latest"


def _pull_policy(image: str) -> str:
    """Return the policy that a tag asks for, as pkg/util/parsers reads an image."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2] or ("" if digest else _LATEST)
    return "Always" if tag == _LATEST else "IfNotPresent"


def _host_port(around: Around) -> Any:
    """Return a port that is the host's: it has to be the same, and older servers write it down."""
    port, _container, pod = around[:3]
    return port.get("containerPort") if pod.get("hostNetwork") else NOTHING


def _of_rolling_update(value: Any) -> Callable[[Around], Any]:
    """Return what fills in a value where a set rolls, with what there is to say about that.

    A type alone stays alone. In v1beta1 the default is OnDelete (pkg/apis/apps/v1beta1).
    """

    def filled_in(around: Around) -> Any:
        strategy, is_old = around[0], around[-1].get("apiVersion") == "apps/v1beta1"
        rolls = strategy.get("type") == "RollingUpdate" and "rollingUpdate" in strategy
        return value if rolls and not is_old else NOTHING

    return filled_in


def _same_source(around: Around) -> Any:
    """Return a claim's other source (pkg/api/persistentvolumeclaim/util.go makes them the same).

    But dataSource alone is dropped where it is of another kind than these two.
    """
    source = around[0].get("dataSource")
    kind = source.get("kind") if isinstance(source, dict) else None
    return source if kind in ("PersistentVolumeClaim", "VolumeSnapshot") else NOTHING


def _address(around: Around) -> Any:
    address = around[0].get("clusterIP")
    return NOTHING if address == "None" else address


def _families(around: Around) -> Any:
    """Return the usual families: the first cannot be changed, so no other is left to chance."""
    families = around[0].get("ipFamilies")
    return families if families in (["IPv4"], ["IPv4", "IPv6"]) else NOTHING


def _node_port(around: Around) -> Any:
    """Return a load balancer's port, which is any: for another Service it may be chosen."""
    port, service = around[0], around[1]
    return port.get("nodePort") if service.get("type") == "LoadBalancer" else NOTHING


def _said(field: str) -> Callable[[Around], Any]:
    """Return what gives a field the value of one beside it, or its own: then any is filled in."""
    return lambda around: around[0].get(field, NOTHING)


_MODE = {"defaultMode": 0o644}
_ISCSI = {"iscsiInterface": "default"}
_RBD = {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}
_SCALE_IO = {"storageMode": "ThinProvisioned", "fsType": "xfs"}

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "StatefulSetSpec": {
        "persistentVolumeClaimRetentionPolicy": {},
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
        "updateStrategy": {},
    },
    "StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    },
    "StatefulSetUpdateStrategy": {
        "rollingUpdate": _of_rolling_update({}),
        "type": _of_rolling_update("RollingUpdate"),
    },
    "RollingUpdateStatefulSetStrategy": {
        "maxUnavailable": 1,  # from 1.37 on
        "partition": 0,
    },
    # conversion.go writes these two, and JSON shows any object that is no pointer in Go.
    "PersistentVolumeClaim": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {}},
    "PersistentVolumeClaimTemplate": {"metadata": {}},
    "PersistentVolumeClaimSpec": {
        "dataSourceRef": _same_source,
        "resources": {},
        "volumeMode": "Filesystem",
    },
    "PodTemplateSpec": {"metadata": {}},
    "PodSpec": {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": _said("serviceAccountName"),  # conversion.go
        "terminationGracePeriodSeconds": 30,
    },
    "Container": {
        "imagePullPolicy": lambda around: _pull_policy(str(around[0].get("image", ""))),
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    },
    "ContainerPort": {"hostPort": _host_port, "protocol": "TCP"},
    "ObjectFieldSelector": {"apiVersion": "v1"},
    "ResourceFieldSelector": {"divisor": "0"},  # how JSON shows a quantity that is none
    "Probe": {
        "failureThreshold": 3,
        "periodSeconds": 10,
        "successThreshold": 1,
        "timeoutSeconds": 1,
    },
    "HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    "GRPCAction": {"service": ""},
    "ConfigMapVolumeSource": _MODE,
    "DownwardAPIVolumeSource": _MODE,
    "ProjectedVolumeSource": _MODE,
    "SecretVolumeSource": _MODE,
    "ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "HostPathVolumeSource": {"type": ""},
    "ImageVolumeSource": {
        "pullPolicy": lambda around: _pull_policy(str(around[0].get("reference", ""))),
    },
    "AzureDiskVolumeSource": {
        "cachingMode": "ReadWrite",
        "fsType": "ext4",
        "kind": "Shared",
        "readOnly": False,
    },
    "ISCSIPersistentVolumeSource": _ISCSI,
    "ISCSIVolumeSource": _ISCSI,
    "RBDPersistentVolumeSource": _RBD,
    "RBDVolumeSource": _RBD,
    "ScaleIOPersistentVolumeSource": _SCALE_IO,
    "ScaleIOVolumeSource": _SCALE_IO,
    "PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
    },
    # The allocators fill in the addresses (pkg/registry/core/service/storage/alloc.go).
    "ServiceSpec": {
        "allocateLoadBalancerNodePorts": True,
        "clusterIP": _address,
        "clusterIPs": _said("clusterIPs"),
        "externalTrafficPolicy": "Cluster",
        "healthCheckNodePort": _said("healthCheckNodePort"),
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": _families,
        "ipFamilyPolicy": "SingleStack",
        "sessionAffinity": "None",
        "sessionAffinityConfig": {},
        "type": "ClusterIP",
    },
    "ServicePort": {"nodePort": _node_port, "protocol": "TCP", "targetPort": _said("port")},
    "SessionAffinityConfig": {"clientIP": {}},
    "ClientIPConfig": {"timeoutSeconds": 10800},
}
"""By type and field: the value, or what works it out. {} is an object in which nothing is left."""

CHOSEN = frozenset(
    ("clusterIP", "clusterIPs", "healthCheckNodePort", "ipFamilies", "ipFamilyPolicy", "nodePort")
)
"""What a server chooses where nobody did, and keeps: the user's own choice is to be kept too."""
