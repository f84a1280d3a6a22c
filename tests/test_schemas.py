"""What each Kubernetes minor is given: valid against its strict schemas, and refused below it."""

import importlib.resources
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.program import Result, sfsgen

SCHEMAS = Path(__file__).parents[2] / "shared" / "schemas"
INDEX = json.loads((SCHEMAS / "index.json").read_text()) if SCHEMAS.is_dir() else {}
BUNDLED = importlib.resources.files("kubernetes_validate") / "kubernetes-json-schema"

OLDEST, NEWEST = 3, 37
MINORS = range(OLDEST, NEWEST + 1)
BUNDLED_MINORS = range(25, NEWEST + 1)  # what kubernetes-validate 1.37.0 holds
NEWEST_BY_DEFAULT = 35  # without --kube-version, nothing that a later minor brought

CLASS = "volume.beta.kubernetes.io/storage-class"
MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options"
NOT_READY = "service.alpha.kubernetes.io/tolerate-unready-endpoints"
INITIALIZED = "pod.alpha.kubernetes.io/initialized"

Object = dict[str, Any]


class Feature(NamedTuple):
    """Something that a set can ask for, by options or in a values file, and its first minor."""

    since: int
    options: str = ""
    values: Mapping[str, Any] = {}


def of(kind: str, /, **fields: Any) -> Mapping[str, Any]:
    return {kind: fields}


HTTP = {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 5}
NODES = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
            ]
        }
    }
}
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
RETENTION = {"whenDeleted": "Retain", "whenScaled": "Retain"}
HELPER = {"name": "helper", "image": "busybox:1.37", "args": ["sleep", "1"]}

PLAIN = Feature(3)
TOGETHER = {
    "two claim templates": Feature(3, "--volume log=500Mi:/var/log"),
    "labels and annotations": Feature(3, "--label a.b/c=1 --annotation a.b/c=yes"),
    "environment": Feature(3, "--env A=1 --env B=on"),
    "ports": Feature(3, "--port http=80 --port 5432"),
    "service name": Feature(3, "--service-name pods"),
    "not-ready addresses": Feature(3, "--publish-not-ready-addresses"),
    "several access modes": Feature(3, "--access-mode RWO --access-mode ROX"),
    "reclaim policy": Feature(3, "--reclaim-policy Recycle"),
    "IPv6": Feature(3, "--nfs-server 2001:db8::1"),
    "read-only": Feature(3, "--read-only"),
    "mount options": Feature(6, "--mount-option nfsvers=4.1 --mount-option hard"),
    "pod management policy": Feature(7, "--pod-management-policy Parallel"),
    "partition": Feature(7, "--partition 1"),
    "start ordinal": Feature(27, "--start-ordinal 3"),
    "the pod's name": Feature(3, "--env 'HOST={host}' --env 'PEERS={peers}'"),
    "the pod's ordinal": Feature(28, "--env 'ID={ordinal}' --env 'IDS={peers:{ordinal}}'"),
    "resources": Feature(3, values=of("container", resources={"requests": {"memory": "1Gi"}})),
    "probes": Feature(3, values=of("container", livenessProbe=HTTP, readinessProbe=HTTP)),
    "lifecycle": Feature(
        3, values=of("container", lifecycle={"preStop": {"exec": {"command": ["a", "b"]}}})
    ),
    "command": Feature(3, values=of("container", command=["a"], args=["on", "1"], tty=True)),
    "container environment": Feature(
        3,
        values=of(
            "container",
            env=[{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        ),
    ),
    "container mounts": Feature(
        3,
        values={
            "container": {"volumeMounts": [{"name": "cache", "mountPath": "/cache"}]},
            "pod": {"volumes": [{"name": "cache", "emptyDir": {}}]},
        },
    ),
    "container security": Feature(3, values=of("container", securityContext={"runAsUser": 1})),
    "environment of a secret": Feature(
        6, values=of("container", envFrom=[{"secretRef": {"name": "a"}}])
    ),
    "startup probe": Feature(18, values=of("container", startupProbe=HTTP)),
    "pod security": Feature(3, values=of("pod", securityContext={"fsGroup": 1})),
    "sidecar container": Feature(3, values=of("pod", containers=[HELPER])),
    "node selector": Feature(3, values=of("pod", nodeSelector={"disk": "ssd"})),
    "grace period": Feature(3, values=of("pod", terminationGracePeriodSeconds=0)),
    "pod metadata": Feature(
        3, values=of("pod", metadata={"labels": {"a": "b"}, "annotations": {"c": "d"}})
    ),
    "affinity": Feature(6, values=of("pod", affinity=NODES)),
    "tolerations": Feature(6, values=of("pod", tolerations=[{"operator": "Exists"}])),
    "init containers": Feature(6, values=of("pod", initContainers=[HELPER | {"name": "first"}])),
    "host aliases": Feature(7, values=of("pod", hostAliases=[{"ip": "::1", "hostnames": ["a"]}])),
    "DNS": Feature(10, values=of("pod", dnsConfig={"options": [{"name": "ndots", "value": "2"}]})),
    "priority class": Feature(11, values=of("pod", priorityClassName="high")),
    "topology spread": Feature(18, values=of("pod", topologySpreadConstraints=[SPREAD])),
    "scheduling gates": Feature(27, values=of("pod", schedulingGates=[{"name": "a.b/c"}])),
    "user namespaces": Feature(33, values=of("pod", hostUsers=False)),
    "set metadata": Feature(3, values=of("statefulSet", metadata={"annotations": {"e": "1"}})),
    "revision history": Feature(7, values=of("statefulSet", revisionHistoryLimit=3)),
    "ready seconds": Feature(23, values=of("statefulSet", minReadySeconds=10)),
    "claim retention": Feature(
        27, values=of("statefulSet", persistentVolumeClaimRetentionPolicy=RETENTION)
    ),
    "service affinity": Feature(3, values=of("service", sessionAffinity="ClientIP")),
    "service ports": Feature(3, values=of("service", ports=[{"name": "more", "port": 81}])),
    "service metadata": Feature(3, values=of("service", metadata={"labels": {"f": "g"}})),
    "IP families": Feature(21, values=of("service", ipFamilyPolicy="PreferDualStack")),
    "traffic policy": Feature(22, values=of("service", internalTrafficPolicy="Cluster")),
}
OTHERWISE = {
    "no replicas": Feature(3, "-r 0"),
    "shared directory": Feature(3, "--shared-directory"),
    "a volume elsewhere": Feature(
        3, values={"claimTemplates": [{"volumes": [{"ordinal": 1, "nfs": {"path": "/old"}}]}]}
    ),
    "fields below spec": Feature(
        3,
        values={
            "pod": {"spec": {"nodeSelector": {"disk": "ssd"}}},
            "service": {"spec": {"sessionAffinity": "None"}},
            "statefulSet": {"spec": {}},
        },
    ),
    "update strategy": Feature(7, "--update-strategy OnDelete"),
    "update strategy passed through": Feature(
        7, values=of("statefulSet", updateStrategy={"type": "OnDelete"})
    ),
    "policy passed through": Feature(
        7, values=of("statefulSet", podManagementPolicy="OrderedReady")
    ),
    "not-ready addresses passed through": Feature(
        11, values=of("service", publishNotReadyAddresses=True)
    ),
    "csi": Feature(21, "--driver csi"),
    "csi with options": Feature(21, "--driver csi --read-only --mount-option hard"),
    "csi of a whole export": Feature(21, "--driver csi --shared-directory --nfs-path /"),
    "local volumes": Feature(10, values={"driver": "local", "nodes": ["a", "b"]}),
    "smb": Feature(13, "--driver smb.csi.k8s.io --mount-option guest"),
    "smb with a Secret": Feature(
        13, values={"driver": "smb.csi.k8s.io", "csi": {"nodeStageSecretRef": {"name": "a"}}}
    ),
    "cephfs": Feature(
        13,
        values={
            "driver": "cephfs.csi.ceph.com",
            "csi": {
                "nodeStageSecretRef": {"name": "a", "namespace": "b"},
                "volumeAttributes": {"fsName": "c"},
            },
        },
    ),
    "efs": Feature(13, "--driver efs.csi.aws.com --nfs-server fs-1"),
    "node-manual": Feature(13, "--driver org.democratic-csi.node-manual"),
    "a driver of one's own": Feature(
        13,
        values={"driver": "a.example.com", "csi": {"volumeHandle": "{volume}", "fsType": "xfs"}},
    ),
    "Secret for expansion": Feature(
        15,
        values={
            "driver": "a.example.com",
            "csi": {"volumeHandle": "{volume}", "controllerExpandSecretRef": {"name": "a"}},
        },
    ),
    "seccomp": Feature(
        19, values=of("pod", securityContext={"seccompProfile": {"type": "RuntimeDefault"}})
    ),
    "application protocol": Feature(
        19, values=of("service", ports=[{"name": "more", "port": 81, "appProtocol": "h2"}])
    ),
    "gRPC probe": Feature(24, values=of("container", livenessProbe={"grpc": {"port": 80}})),
    "ReadWriteOncePod": Feature(27, "--driver csi --access-mode RWOP"),
    "sidecar that starts first": Feature(
        29, values=of("pod", initContainers=[HELPER | {"restartPolicy": "Always"}])
    ),
    "several unavailable": Feature(
        37, values=of("updateStrategy", rollingUpdate={"maxUnavailable": 2})
    ),
    "several unavailable, passed through": Feature(
        37,
        values=of("statefulSet", updateStrategy={"rollingUpdate": {"maxUnavailable": "30%"}}),
    ),
}
FEATURES = TOGETHER | OTHERWISE
ABOVE_THE_OLDEST = [name for name, feature in FEATURES.items() if feature.since > OLDEST]


def merged(one: Any, other: Any) -> Any:
    """Return two trees of values as one, lists joined."""
    if isinstance(one, Mapping):
        return {
            **one,
            **{key: merged(one[key], other[key]) if key in one else other[key] for key in other},
        }
    return [*one, *other]


def together(features: Iterable[Feature]) -> Feature:
    """Return several features as one."""
    values: Mapping[str, Any] = {}
    options = []
    for feature in features:
        options.append(feature.options)
        values = merged(values, feature.values)
    return Feature(OLDEST, " ".join(options), values)


def render(feature: Feature, minor: int | None = None) -> Result:
    target = f"--kube-version 1.{minor}" if minor else ""
    command = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"
    file = "-f -" if feature.values else ""
    return sfsgen(f"{command} {file} {target} {feature.options}", json.dumps(feature.values))


def objects(feature: Feature, minor: int | None = None) -> list[Object]:
    result = render(feature, minor)
    assert result.status == 0, result.err
    return list(yaml.load_all(result.out, yaml.CSafeLoader))


@cache
def plain_objects(minor: int) -> list[Object]:
    return objects(PLAIN, minor)


@cache
def bundled_validator(minor: int, api_version: str, kind: str) -> Draft202012Validator:
    """Return kubernetes-validate's strict schema; its own `validate` loads all of it each time."""
    schema = BUNDLED / f"v1.{minor}.0-local-strict" / schema_file(api_version, kind)
    return Draft202012Validator(json.loads(schema.read_text()), registry=bundled_registry(minor))


def schema_file(api_version: str, kind: str) -> str:
    return f"{kind.lower()}-{api_version.replace('/', '-')}.json"


@cache
def bundled_registry(minor: int) -> Registry[Any]:
    text = (BUNDLED / f"v1.{minor}.0-local-strict" / "_definitions.json").read_text()
    return Resource.from_contents(json.loads(text)) @ Registry()


@cache
def shared_validator(minor: int, api_version: str, kind: str) -> Draft202012Validator:
    path = INDEX[f"1.{minor}"][f"{api_version} {kind}"]
    return Draft202012Validator(json.loads((SCHEMAS / path).read_text()))


def bundled_faults(documents: Iterable[Object], minor: int) -> Iterator[str]:
    """Yield what the schemas of kubernetes-validate find wrong."""
    for document in documents:
        validator = bundled_validator(minor, document["apiVersion"], document["kind"])
        for error in validator.iter_errors(document):
            yield f"1.{minor} {document['kind']} {error.json_path}: {error.message}"


def shared_faults(documents: Iterable[Object], minor: int) -> Iterator[str]:
    """Yield what the schemas beside the project find wrong, if they are there."""
    for document in documents if INDEX else ():
        validator = shared_validator(minor, document["apiVersion"], document["kind"])
        for error in validator.iter_errors(document):
            yield f"1.{minor} {document['kind']} {error.json_path}: {error.message}"


def faults(documents: list[Object], minor: int) -> Iterator[str]:
    if minor in BUNDLED_MINORS:
        yield from bundled_faults(documents, minor)
    yield from shared_faults(documents, minor)


def the(kind: str, documents: Iterable[Object]) -> Object:
    """Return the first object of a kind."""
    return next(document for document in documents if document["kind"] == kind)


def sets(documents: Iterable[Object]) -> Object:
    return next(document for document in documents if document["kind"] in ("StatefulSet", "PetSet"))


def classed(documents: list[Object]) -> list[Object]:
    """Return what has a class: a volume, a claim and a claim template."""
    volume, claim = the("PersistentVolume", documents), the("PersistentVolumeClaim", documents)
    return [volume, claim, sets(documents)["spec"]["volumeClaimTemplates"][0]]


def annotations(part: Object) -> Object:
    return dict(part["metadata"].get("annotations", {}))


needs_shared = pytest.mark.skipif(not INDEX, reason="the schemas are not part of the package")
validated = pytest.mark.parametrize(
    "minor",
    [each if each in BUNDLED_MINORS else pytest.param(each, marks=needs_shared) for each in MINORS],
)


@validated
def test_the_plain_set_is_valid(minor: int) -> None:
    assert list(faults(plain_objects(minor), minor)) == []


@validated
def test_all_features_of_a_minor_together_are_valid(minor: int) -> None:
    feature = together(each for each in TOGETHER.values() if each.since <= minor)
    assert list(faults(objects(feature, minor), minor)) == []


@pytest.mark.parametrize("minor", [minor for minor in BUNDLED_MINORS if minor >= 27])
def test_all_features_of_a_minor_together_are_valid_with_the_csi_driver(minor: int) -> None:
    features = [each for each in TOGETHER.values() if each.since <= minor]
    feature = together([*features, FEATURES["csi"]])
    assert list(faults(objects(feature, minor), minor)) == []


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_valid_on_its_first_minor_and_on_the_newest(name: str) -> None:
    feature = FEATURES[name]
    for minor in {feature.since, NEWEST}:
        assert list(faults(objects(feature, minor), minor)) == []


@pytest.mark.parametrize(
    ("name", "minor"),
    [(name, minor) for name in ABOVE_THE_OLDEST for minor in range(OLDEST, FEATURES[name].since)],
)
def test_a_feature_is_refused_below_its_first_minor_which_the_message_names(
    name: str, minor: int
) -> None:
    feature = FEATURES[name]
    result = render(feature, minor)
    assert (result.status, result.out) == (2, "")
    assert re.search(rf"error: .*Kubernetes 1\.{feature.since}\b.*\n  fix: ", result.err), (
        result.err
    )


@pytest.mark.parametrize("name", ABOVE_THE_OLDEST)
def test_the_refusal_stands_at_the_option_or_the_line(name: str) -> None:
    feature = FEATURES[name]
    result = render(feature, feature.since - 1)
    places = re.findall(r"^(.+?): error:", result.err, re.MULTILINE)
    options = re.findall(r"--[a-z-]+", feature.options)
    assert places
    for place in places:
        assert place in options or (feature.values and re.fullmatch(r"stdin:1:\d+", place)), place


@pytest.mark.parametrize(
    "name", [name for name, each in FEATURES.items() if each.since <= NEWEST_BY_DEFAULT]
)
def test_without_a_version_a_feature_is_valid_on_every_minor_that_has_it(name: str) -> None:
    feature = FEATURES[name]
    documents = objects(feature)
    for minor in BUNDLED_MINORS:
        if minor >= feature.since:
            assert list(bundled_faults(documents, minor)) == []


def test_without_a_version_the_features_of_the_oldest_bundled_minor_are_valid_from_it_on() -> None:
    old = [each for each in TOGETHER.values() if each.since <= BUNDLED_MINORS[0]]
    documents = objects(together(old))
    for minor in BUNDLED_MINORS:
        assert list(bundled_faults(documents, minor)) == []


@pytest.mark.parametrize(
    "name", [name for name, each in FEATURES.items() if each.since > NEWEST_BY_DEFAULT]
)
def test_without_a_version_what_only_the_newest_minors_have_is_refused(name: str) -> None:
    result = render(FEATURES[name])
    assert (result.status, result.out) == (2, "")
    assert f"Kubernetes 1.{FEATURES[name].since} " in result.err


@pytest.mark.parametrize(
    "faults_of", [bundled_faults, pytest.param(shared_faults, marks=needs_shared)]
)
def test_the_schemas_are_strict(
    faults_of: Callable[[Iterable[Object], int], Iterator[str]],
) -> None:
    for document in objects(PLAIN):
        document["spec"]["misspelt"] = 1
        assert any("misspelt" in fault for fault in faults_of([document], NEWEST))


@pytest.mark.parametrize(
    ("minors", "api_version", "kind"),
    [
        (range(3, 5), "apps/v1alpha1", "PetSet"),
        (range(5, 8), "apps/v1beta1", "StatefulSet"),
        (range(8, 9), "apps/v1beta2", "StatefulSet"),
        (range(9, 38), "apps/v1", "StatefulSet"),
    ],
    ids=str,
)
def test_a_set_is_of_the_newest_api_that_its_minor_has(
    minors: range, api_version: str, kind: str
) -> None:
    for minor in minors:
        stateful_set = sets(plain_objects(minor))
        assert (stateful_set["apiVersion"], stateful_set["kind"]) == (api_version, kind)


@pytest.mark.parametrize("minor", MINORS)
def test_the_empty_class_is_an_annotation_below_6_and_a_field_from_6_on(minor: int) -> None:
    for part in classed(plain_objects(minor)):
        if minor < 6:
            assert annotations(part)[CLASS] == ""
            assert "storageClassName" not in part["spec"]
        else:
            assert CLASS not in annotations(part)
            assert part["spec"]["storageClassName"] == ""


@pytest.mark.parametrize("minor", [3, 5, 6, 12, NEWEST_BY_DEFAULT])
@pytest.mark.parametrize("said", [None, "", "slow", "fast"])
def test_the_class_in_an_annotation_is_that_of_the_pairs_as_kubernetes_takes_it(
    minor: int, said: str | None
) -> None:
    template = {"metadata": {"annotations": {CLASS: "fast"}}, "storageClassName": said}
    made = objects(Feature(3, values={"claimTemplates": [{"storage": "1Gi", **template}]}), minor)
    found = {
        annotations(part).get(CLASS, part["spec"].get("storageClassName")) for part in classed(made)
    }
    assert found == {"fast"}


@pytest.mark.parametrize("minor", MINORS[3:])
def test_mount_options_are_an_annotation_on_6_and_7_and_a_field_from_8_on(minor: int) -> None:
    volume = the("PersistentVolume", objects(FEATURES["mount options"], minor))
    field, annotation = volume["spec"].get("mountOptions"), annotations(volume).get(MOUNT_OPTIONS)
    expected = (None, "nfsvers=4.1,hard") if minor < 8 else (["nfsvers=4.1", "hard"], None)
    assert (field, annotation) == expected


@pytest.mark.parametrize("minor", MINORS)
def test_not_ready_addresses_are_an_annotation_up_to_10_and_a_field_from_8_on(minor: int) -> None:
    service = the("Service", objects(FEATURES["not-ready addresses"], minor))
    assert annotations(service).get(NOT_READY) == ("true" if minor <= 10 else None)
    assert service["spec"].get("publishNotReadyAddresses") == (True if minor >= 8 else None)


@pytest.mark.parametrize("minor", MINORS)
def test_only_the_pods_of_a_pet_set_are_marked_initialized(minor: int) -> None:
    pod = sets(plain_objects(minor))["spec"]["template"]
    assert annotations(pod).get(INITIALIZED) == ("true" if minor < 5 else None)


@pytest.mark.parametrize("minor", MINORS)
def test_a_service_is_headless_and_names_its_ports_on_every_minor(minor: int) -> None:
    spec = the("Service", plain_objects(minor))["spec"]
    assert spec["clusterIP"] == "None"
    assert spec["ports"] == [{"name": "http", "port": 80}]


@pytest.mark.parametrize("minor", MINORS)
def test_an_update_strategy_says_its_type_because_the_default_differs(minor: int) -> None:
    if minor >= FEATURES["partition"].since:
        strategy = sets(objects(FEATURES["partition"], minor))["spec"]["updateStrategy"]
        assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}


def test_without_a_version_nothing_is_said_by_annotation() -> None:
    feature = together(FEATURES[name] for name in ("mount options", "not-ready addresses"))
    for document in objects(feature):
        assert annotations(document) == {}


@pytest.mark.parametrize("text", ["1.29", "v1.29", "1.29.3", "v1.29.3+k3s1", "1.29.3-gke.100"])
def test_a_version_is_read_as_kubectl_prints_it(text: str) -> None:
    command = "render web -r 1 --nfs-server nfs.example.com --storage 1Gi"
    assert sfsgen(f"{command} --kube-version {text}") == sfsgen(f"{command} --kube-version 1.29")


@pytest.mark.parametrize("text", ["1.2", "1.38", "2.0", "1", "", "latest", "1.x", "1.5."])
def test_what_is_no_known_version_is_refused(text: str) -> None:
    result = sfsgen(
        ["render", "web", "-r1", "--nfs-server=a", "--storage=1Gi", "--kube-version", text]
    )
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f'--kube-version: error: "{text}"')
    assert "give 1.3 to 1.37" in result.err


def test_an_empty_selector_of_a_service_is_none() -> None:
    empty: Object = {each: {"selector": {}} for each in ("service", "clusterService")}
    made = objects(Feature(3, values=empty))
    services = [each["spec"] for each in made if each["kind"] == "Service"]
    assert ["selector" in each for each in services] == [False, False]
    assert list(faults(made, NEWEST_BY_DEFAULT)) == []
