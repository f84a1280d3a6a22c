"""What a server fills in goes from what it holds, and what somebody wrote stays."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfsgen import package_data
from sfsgen.kubernetes.server_defaults import DEFAULTS
from sfsgen.kubernetes.server_filled import LAST_APPLIED, is_stored, own
from sfsgen.kubernetes.versions import TABLE_OF_FIELDS

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
DUMPS = sorted(Path("/work/shared/dumps").glob("*.yaml")) + sorted(ROOT.glob("examples/**/*.yaml"))
Json = dict[str, Any]
UID = {"uid": "1"}


def _within(field: str, value: Any) -> Any:
    """Return a value at a path: of names, and of * for a list of one."""
    for part in reversed(field.split(".") if field else []):
        value = [value] if part == "*" else {part: value}
    return value


def _object(kind: str, metadata: Json, spec: Any) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


# Where, what a server holds there, and what is left of it, or = where all of it is.
FILLED_IN = """
# Of the set itself.
set | podManagementPolicy: OrderedReady | {}
set | podManagementPolicy: Parallel | =
set | {revisionHistoryLimit: 10, replicas: 1} | replicas: 1
set | revisionHistoryLimit: 0 | =
set | persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain} | {}
set persistentVolumeClaimRetentionPolicy | {whenDeleted: Delete} | =
set | updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}} | {}
set | updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, partition: 0}} | {}
set updateStrategy.rollingUpdate | {partition: 2, maxUnavailable: 1} | partition: 2
set updateStrategy | {rollingUpdate: {partition: 2}, type: OnDelete} | =
set updateStrategy | type: RollingUpdate | =
set updateStrategy | type: OnDelete | =
# Not filled in in a set, so somebody wrote it.
set | minReadySeconds: 0 | =
set | ordinals: {start: 0} | =
set template.spec | enableServiceLinks: true | =
# Of pods.
set template.spec | {dnsPolicy: ClusterFirst, restartPolicy: Always} | {}
set template.spec | dnsPolicy: Default | =
set template.spec | {schedulerName: default-scheduler, securityContext: {}} | {}
set template.spec | terminationGracePeriodSeconds: 30 | {}
set template.spec | securityContext: {fsGroup: 1} | =
set template.spec | {serviceAccount: db, serviceAccountName: db} | serviceAccountName: db
set template.spec | serviceAccount: db | =
set template | metadata: {creationTimestamp: null} | {}
# Of containers.
set template.spec.containers.* | terminationMessagePath: /dev/termination-log | {}
set template.spec.containers.* | {terminationMessagePolicy: File, resources: {}} | {}
set template.spec.initContainers.* | terminationMessagePolicy: File | {}
set template.spec.containers.*.ports.* | {containerPort: 1, protocol: TCP} | containerPort: 1
set template.spec.containers.*.ports.* | {containerPort: 1, protocol: UDP, hostPort: 1} | =
set template.spec.containers.*.livenessProbe | {timeoutSeconds: 1, periodSeconds: 10} | {}
set template.spec.containers.*.readinessProbe | {successThreshold: 1, failureThreshold: 3} | {}
set template.spec.containers.*.startupProbe | failureThreshold: 30 | =
set template.spec.containers.*.livenessProbe.httpGet | {path: /, port: 80, scheme: HTTP} | port: 80
set template.spec.containers.*.lifecycle.preStop.httpGet | {port: 1, scheme: HTTP} | port: 1
set template.spec.containers.*.livenessProbe.grpc | {port: 1, service: ""} | port: 1
set template.spec.containers.*.env.*.valueFrom.fieldRef | apiVersion: v1 | {}
set template.spec.containers.*.env.*.valueFrom.resourceFieldRef | divisor: "0" | {}
set template.spec.containers.*.env.*.valueFrom.resourceFieldRef | divisor: 1Mi | =
set template.spec.containers.*.env.* | {name: A, value: ""} | =
set template.spec.containers.* | securityContext: {} | =
# Of the volumes of pods.
set template.spec.volumes.*.configMap | {defaultMode: 420, name: a} | name: a
set template.spec.volumes.*.secret | defaultMode: 256 | =
set template.spec.volumes.*.projected | defaultMode: 420 | {}
set template.spec.volumes.*.downwardAPI | defaultMode: 420 | {}
set template.spec.volumes.*.downwardAPI.items.*.fieldRef | apiVersion: v1 | {}
set template.spec.volumes.*.projected.sources.*.serviceAccountToken | expirationSeconds: 3600 | {}
set template.spec.volumes.*.hostPath | {path: /a, type: ""} | path: /a
set template.spec.volumes.* | {name: a, emptyDir: {}} | =
set template.spec.volumes.*.image | {reference: a, pullPolicy: Always} | reference: a
set template.spec.volumes.*.iscsi | iscsiInterface: default | {}
set template.spec.volumes.*.rbd | {pool: rbd, user: b} | user: b
set template.spec.volumes.*.scaleIO | {storageMode: ThinProvisioned, fsType: ext4} | fsType: ext4
set template.spec.volumes.*.ephemeral.volumeClaimTemplate.spec | volumeMode: Filesystem | {}
# Of claim templates.
set volumeClaimTemplates.* | {apiVersion: v1, kind: PersistentVolumeClaim} | {}
set volumeClaimTemplates.* | status: {phase: Pending} | {}
set volumeClaimTemplates.*.metadata | {name: a, creationTimestamp: null} | name: a
set volumeClaimTemplates.*.spec | volumeMode: Filesystem | {}
set volumeClaimTemplates.*.spec | volumeMode: Block | =
set volumeClaimTemplates.*.spec | storageClassName: "" | =
# The keys of maps are the user's, whatever they are called.
set template.spec.nodeSelector | dnsPolicy: ClusterFirst | =
set selector.matchLabels | {type: ClusterIP, status: a} | =
# Of Services.
service | {clusterIP: None, clusterIPs: [None]} | clusterIP: None
service | {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, "fd::1"]} | {}
service | {ipFamilies: [IPv4], ipFamilyPolicy: SingleStack} | {}
service | ipFamilies: [IPv6, IPv4] | =
service | ipFamilyPolicy: PreferDualStack | =
service | {internalTrafficPolicy: Cluster, type: ClusterIP} | {}
service | internalTrafficPolicy: Local | =
service | sessionAffinity: None | {}
service | sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}} | {}
service | sessionAffinityConfig: {clientIP: {timeoutSeconds: 1}} | =
service | publishNotReadyAddresses: true | =
service | {externalTrafficPolicy: Cluster, type: NodePort} | type: NodePort
service | {type: LoadBalancer, allocateLoadBalancerNodePorts: true} | type: LoadBalancer
service | {externalTrafficPolicy: Local, healthCheckNodePort: 31000} | externalTrafficPolicy: Local
service | {type: LoadBalancer, ports: [{nodePort: 30000}]} | {type: LoadBalancer, ports: [{}]}
# Clients may know its number.
service | {type: NodePort, ports: [{nodePort: 30000}]} | =
service ports.* | {port: 80, protocol: TCP, targetPort: 80} | port: 80
service ports.* | {port: 80, targetPort: http} | =
# Of volumes and claims.
volume | volumeMode: Filesystem | {}
volume | persistentVolumeReclaimPolicy: Retain | {}
volume | persistentVolumeReclaimPolicy: Delete | =
volume claimRef | {apiVersion: v1, name: a, uid: b, resourceVersion: c} | {apiVersion: v1, name: a}
volume rbd | keyring: /etc/ceph/keyring | {}
volume iscsi | iscsiInterface: default | {}
volume azureDisk | {kind: Shared, readOnly: false, fsType: ext4, cachingMode: ReadWrite} | {}
volume csi | {readOnly: false, driver: a} | =
claim | {volumeMode: Filesystem, volumeName: a} | volumeName: a
claim | {dataSource: {kind: VolumeSnapshot}, dataSourceRef: {kind: Other}} | =
# Alone, a server would drop this dataSource.
claim | {dataSource: {kind: Populator}, dataSourceRef: {kind: Populator}} | =
"""
KINDS = {
    "set": "StatefulSet",
    "service": "Service",
    "volume": "PersistentVolume",
    "claim": "PersistentVolumeClaim",
}


def _cases(table: str) -> list[list[str]]:
    lines = [each for each in table.strip().splitlines() if not each.startswith("#")]
    return [line.split(" | ") for line in lines]


@pytest.mark.parametrize(("where", "held", "left"), _cases(FILLED_IN))
def test_a_default_goes_from_a_dump_only(where: str, held: str, left: str) -> None:
    kind, _, path = where.partition(" ")
    spec, expected = (
        _within(path, yaml.safe_load(each)) for each in (held, held if left == "=" else left)
    )
    assert own(_object(KINDS[kind], UID, spec))["spec"] == expected
    assert own(_object(KINDS[kind], {}, spec), is_dump=True)["spec"] == expected
    # What only a server writes goes from a file too, and nothing else.
    if not re.search("uid: |status: {|null", held):
        assert own(_object(KINDS[kind], {}, spec))["spec"] == spec


def test_of_two_sources_of_a_claim_that_are_the_same_one_is_left() -> None:
    source = {"kind": "VolumeSnapshot", "name": "a"}
    spec = {"dataSource": source, "dataSourceRef": source}
    assert own(_object("PersistentVolumeClaim", UID, spec))["spec"] == {"dataSource": source}


def test_with_the_network_of_the_host_every_port_is_the_hosts() -> None:
    ports = [{"containerPort": 1, "hostPort": 1}]
    for network, left in ((True, [{"containerPort": 1}]), (False, ports)):
        pod = {"hostNetwork": network, "containers": [{"ports": ports}]}
        spec = own(_object("StatefulSet", UID, {"template": {"spec": pod}}))["spec"]
        assert spec["template"]["spec"]["containers"] == [{"ports": left}]


# Image, and whether it is pulled always where nothing is said.
IMAGES = [
    ("nginx", True),
    ("nginx:latest", True),
    ("nginx:1.27", False),
    ("registry:5000/nginx", True),
    ("registry:5000/a/nginx:1", False),
    ("nginx@sha256:0123", False),
    ("nginx:1@sha256:0123", False),
    ("nginx:latest@sha256:0123", True),
]


@pytest.mark.parametrize(("image", "is_always"), IMAGES)
def test_the_pull_policy_follows_from_the_tag(image: str, *, is_always: bool) -> None:
    usual, other = ("Always", "IfNotPresent") if is_always else ("IfNotPresent", "Always")
    for policy, left in ((usual, {}), (other, {"imagePullPolicy": other}), ("Never", None)):
        container = {"image": image, "imagePullPolicy": policy}
        expected = container if left is None else {"image": image, **left}
        value = own(_object("StatefulSet", UID, _within("template.spec.containers.*", container)))
        assert value["spec"] == _within("template.spec.containers.*", expected)


def test_in_v1beta1_sets_do_not_roll_by_default() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    value = _object("StatefulSet", UID, {"updateStrategy": strategy})
    left = own({**value, "apiVersion": "apps/v1beta1"})["spec"]["updateStrategy"]
    assert left == {"type": "RollingUpdate", "rollingUpdate": {}}


# Metadata, and whether it shows that the object was read from a server.
STORED = [
    ({"uid": "1"}, True),
    ({"resourceVersion": "1"}, True),
    ({"managedFields": [{}]}, True),
    ({"creationTimestamp": "2026"}, True),
    ({"annotations": {LAST_APPLIED: "{}"}}, True),
    ({"creationTimestamp": None, "managedFields": []}, False),
    ({"name": "a", "annotations": {"a": "b"}, "labels": {"uid": "a"}}, False),
]


@pytest.mark.parametrize(("metadata", "is_dump"), STORED)
def test_what_was_read_from_a_server_is_known_by_its_metadata(
    metadata: Json, *, is_dump: bool
) -> None:
    left = own(_object("StatefulSet", metadata, {"revisionHistoryLimit": 10}))["spec"]
    assert left == ({} if is_dump else {"revisionHistoryLimit": 10})


# What is in the metadata of a dump, and what is left of it.
METADATA = """
set | {resourceVersion: "1", generation: 2, selfLink: /a} | {}
set | {managedFields: [{}], creationTimestamp: "2026"} | {}
set | {deletionTimestamp: "2026", deletionGracePeriodSeconds: 0} | {}
set | {name: a, namespace: b, labels: {}, generateName: c} | =
set | finalizers: [foregroundDeletion] | {}
set | ownerReferences: [{kind: Etcd}] | =
set | annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"} | {}
claim | annotations: {pv.kubernetes.io/bound-by-controller: "yes", a: b} | annotations: {a: b}
volume | finalizers: [kubernetes.io/pv-protection, a.com/b] | finalizers: [a.com/b]
volume | finalizers: [external-attacher/nfs-csi-k8s-io] | {}
service | finalizers: [service.kubernetes.io/load-balancer-cleanup] | {}
claim | finalizers: [snapshot.storage.kubernetes.io/pvc-as-source-protection] | {}
claim | ownerReferences: [{kind: StatefulSet}] | {}
claim | ownerReferences: [{kind: Etcd}] | =
claim | annotations: {pv.kubernetes.io/bind-completed: "yes"} | {}
"""


@pytest.mark.parametrize(("kind", "held", "left"), _cases(METADATA))
def test_what_a_server_writes_goes_from_metadata(kind: str, held: str, left: str) -> None:
    metadata, expected = (yaml.safe_load(each) for each in (held, held if left == "=" else left))
    for each in (metadata, {**metadata, **UID}):
        assert own(_object(KINDS[kind], each, {}))["metadata"] == expected


# Of an annotation in which Kubernetes keeps notes: whether it goes from a dump. It stays in a file.
NOTES = [
    ("pv.kubernetes.io/provisioned-by", True),
    ("volume.kubernetes.io/selected-node", True),
    ("volume.beta.kubernetes.io/storage-provisioner", True),
    ("volume.beta.kubernetes.io/storage-class", False),
    ("volume.beta.kubernetes.io/mount-options", False),
    ("service.alpha.kubernetes.io/tolerate-unready-endpoints", False),
    ("example.com/a", False),
]


@pytest.mark.parametrize(("annotation", "is_note"), NOTES)
def test_notes_go_from_dumps(annotation: str, *, is_note: bool) -> None:
    metadata = {"annotations": {annotation: "a"}}
    left = own(_object("PersistentVolume", {**metadata, **UID}, {}))["metadata"]
    assert left == ({} if is_note else metadata)
    assert own(_object("PersistentVolume", metadata, {}))["metadata"] == metadata
    # What somebody applied stays.
    noted = {annotation: "a", LAST_APPLIED: json.dumps({"metadata": metadata})}
    value = _object("PersistentVolume", {"annotations": noted, **UID}, {})
    assert own(value)["metadata"] == metadata


def test_annotations_of_pods_stay() -> None:
    metadata = {"annotations": {"kubectl.kubernetes.io/restartedAt": "2026"}}
    spec = {"template": {"metadata": metadata}}
    assert own(_object("StatefulSet", UID, spec))["spec"] == spec


# What a Service has, what was applied of it, what is left of it.
APPLIED = """
{clusterIP: 10.0.0.1} | {clusterIP: 10.0.0.1} | {clusterIP: 10.0.0.1}
{clusterIP: 10.0.0.1} | {clusterIP: ""} | {}
{sessionAffinity: None} | {sessionAffinity: None} | {}
{ports: [{nodePort: 1}]} | {ports: [{nodePort: 1}]} | {ports: [{nodePort: 1}]}
{ports: [{nodePort: 1}]} | {ports: [{nodePort: 2}]} | {ports: [{}]}
{ports: [{nodePort: 1}]} | {ports: []} | {ports: [{}]}
{ports: [{nodePort: 1}]} | 7 | {ports: [{}]}
"""


@pytest.mark.parametrize(("held", "applied", "left"), _cases(APPLIED))
def test_what_was_chosen_stays_where_it_is_known(held: str, applied: str, left: str) -> None:
    annotations = {LAST_APPLIED: json.dumps({"spec": yaml.safe_load(applied)})}
    spec, expected = ({"type": "LoadBalancer", **yaml.safe_load(each)} for each in (held, left))
    assert own(_object("Service", {"annotations": annotations, **UID}, spec))["spec"] == expected


@pytest.mark.parametrize("applied", ["no JSON", "1", '{"metadata": 1, "spec": []}', 1, None])
def test_what_was_applied_may_be_anything(applied: Any) -> None:
    metadata = {"annotations": {LAST_APPLIED: applied, "pv.kubernetes.io/a": "b"}, **UID}
    left = own(_object("Service", metadata, {"clusterIP": "10.0.0.1"}))
    assert left == _object("Service", {}, {})


def test_nulls_go_and_keys_of_maps_stay() -> None:
    spec = {"replicas": None, "template": {"spec": {"nodeSelector": {"a": None}, "volumes": None}}}
    left = own({**_object("StatefulSet", {"labels": None, "name": "a"}, spec), "status": {}})
    template = {"spec": {"nodeSelector": {"a": None}}}
    assert left == _object("StatefulSet", {"name": "a"}, {"template": template})


@pytest.mark.parametrize("spec", [None, 1, [], "a", {"template": 1, "volumeClaimTemplates": {}}])
@pytest.mark.parametrize("metadata", [None, 1, {"annotations": 1, "uid": 1, "finalizers": "a"}])
def test_what_has_not_its_shape_is_left_alone(spec: Any, metadata: Any) -> None:
    left = own({"kind": "StatefulSet", "metadata": metadata, "spec": spec})
    assert left.get("spec") == spec


@pytest.mark.parametrize("file", DUMPS, ids=lambda file: "/".join(file.parts[-2:]))
def test_nothing_of_a_server_is_left_of_dumps(file: Path) -> None:
    for value in _objects(file):
        before = copy.deepcopy(value)
        left = own(value)
        assert value == before
        assert own(left) == left
        if is_stored(value["metadata"]):
            assert own(left, is_dump=True) == left
        assert "status" not in left
        assert not {"uid", "resourceVersion", "creationTimestamp"} & left["metadata"].keys()


def _objects(file: Path) -> list[Json]:
    try:
        documents = [each for each in yaml.safe_load_all(file.read_text()) if each]
    except yaml.YAMLError:
        return []  # an example of what cannot be read
    found = [
        each for one in documents for each in (one.get("items") or [one]) if isinstance(one, dict)
    ]
    return [
        each for each in found if isinstance(each, dict) and isinstance(each.get("metadata"), dict)
    ]


def test_of_a_set_is_left_what_its_user_wrote() -> None:
    file = Path("/work/shared/dumps/bound.yaml")
    if not file.exists():
        pytest.skip("the dumps are not here")
    by_name = {(each["kind"], each["metadata"]["name"]): own(each) for each in _objects(file)}
    claim = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    container = {"image": "web:apache", "name": "c", "ports": [{"containerPort": 80}]}
    container["volumeMounts"] = [{"mountPath": "/pvc", "name": "pvc"}]
    assert by_name["StatefulSet", "web"] == {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "serviceName": "web",
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [container]},
            },
            "volumeClaimTemplates": [
                {"metadata": {"name": "pvc"}, "spec": {**claim, "storageClassName": ""}}
            ],
        },
    }
    ports = [{"name": "http", "port": 80}]
    assert by_name["Service", "web"]["spec"] == {
        "clusterIP": "None",
        "ports": ports,
        "selector": {"app": "web"},
    }
    assert by_name["PersistentVolumeClaim", "pvc-web-0"] == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "labels": {"app.kubernetes.io/name": "web"},
            "name": "pvc-web-0",
            "namespace": "default",
        },
        "spec": {**claim, "storageClassName": "", "volumeName": "pv-web-0"},
    }


def test_the_table_names_fields_that_there_are() -> None:
    types = json.loads(package_data.data(TABLE_OF_FIELDS))["$defs"]
    for name, fields in DEFAULTS.items():
        assert fields.keys() <= types[name]["properties"].keys(), name
