"""`init --from`: what `render` prints comes back, and what cannot be said is told."""

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

Values = dict[str, Any]

TRAPS = ("on", "null", "1e3", "010", "y", "x")
NAMES = st.one_of(
    st.sampled_from(TRAPS), st.from_regex(r"[a-z]([-a-z0-9]{0,9}[a-z0-9])?", fullmatch=True)
)
TEXTS = st.one_of(
    st.sampled_from(("on", "1", "", "x: y #", "a\nb\n", " b", "{{x}}")), st.text(max_size=8)
)
BRACED = ("{pod}", "x-{ordinal}", "{peers:{pod} ...}", "{name}", "{brace}pod}", "${pod}")
KEYS = st.sampled_from(("team", "example.com/a", "zone", "app", "helm.sh/chart", "note"))
LABELS = st.dictionaries(KEYS, st.sampled_from(("on", "1", "", "x-1.0", "web")), max_size=3)
ANNOTATIONS = st.dictionaries(KEYS, TEXTS, max_size=3)
METADATA = st.fixed_dictionaries({}, optional={"labels": LABELS, "annotations": ANNOTATIONS})
SIZES = st.sampled_from(("1Gi", "1.5Gi", "100Mi", "10G", "1024Mi", "20Gi"))
SERVERS = st.sampled_from(
    ("nfs.example.com", "a", "NFS-2.example.com.", "192.0.2.7", "2001:db8::1", "nas-{ordinal}")
)
PATHS = st.sampled_from(
    (
        "/exports",
        "/",
        "/srv/{namespace}/{name}/{template}/{ordinal}",
        "/srv/{volume}",
        "/my data/{claim}/x",
        "/{ordinal}/ü/{template}#1",
        "/data0/{volume}-1",
    )
)
VOLUME_NAMES = st.sampled_from(
    ("pv-{claim}", "{namespace}-{template}-{name}-{ordinal}", "{template}.{ordinal}.{ordinal}")
)
STORAGE = st.fixed_dictionaries(
    {},
    optional={
        "accessModes": st.lists(
            st.sampled_from(("ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany")),
            min_size=1,
            unique=True,
        ),
        "mountOptions": st.lists(
            st.sampled_from(("hard", "nfsvers=4.1", "nconnect=8")), max_size=2, unique=True
        ),
        "driver": st.sampled_from(("nfs", "csi")),
        "storageClassName": st.sampled_from(("slow", "", None)),
        "volumeName": VOLUME_NAMES,
        "persistentVolumeReclaimPolicy": st.sampled_from(("Retain", "Delete")),
    },
)
OF_VOLUMES = st.fixed_dictionaries(
    {},
    optional={
        "metadata": METADATA,
        "nodeAffinity": st.just({"required": {"nodeSelectorTerms": [{"matchFields": []}]}}),
    },
)
OF_CLAIMS = st.fixed_dictionaries(
    {},
    optional={"metadata": METADATA, "volumeAttributesClassName": st.just("gold")},
)
OF_TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "metadata": METADATA,
        "storageClassName": st.sampled_from(("fast", "", None)),
        "selector": st.just({"matchLabels": {"disk": "a"}}),
        "spec": st.sampled_from(({"volumeAttributesClassName": "gold"}, {"volumeName": "a"})),
        "resources": st.just({"limits": {"storage": "30Gi"}}),
        "persistentVolume": OF_VOLUMES,
        "persistentVolumeClaim": OF_CLAIMS,
    },
)
NFS = st.fixed_dictionaries({}, optional={"path": PATHS, "readOnly": st.booleans()})
PORTS = st.lists(
    st.fixed_dictionaries(
        {"containerPort": st.sampled_from((80, 443, 5432))},
        optional={
            "name": st.sampled_from(("http", "a", "x-1")),
            "protocol": st.sampled_from(("TCP", "UDP")),
        },
    ),
    min_size=1,
    max_size=2,
)


def _name(value: Any) -> str:
    return str(value["name"])


ENV = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"name": st.sampled_from(("A", "B", "C"))},
            optional={"value": TEXTS | st.sampled_from(BRACED)},
        ),
        st.just({"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}),
    ),
    max_size=3,
    unique_by=_name,
)
CONTAINER = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "resources": st.sampled_from(({}, {"limits": {"cpu": 1, "memory": "1Gi"}})),
        "command": st.lists(TEXTS | st.sampled_from(BRACED), max_size=2),
        "env": ENV,
        "ports": PORTS,
        "volumeMounts": st.just([{"name": "cache", "mountPath": "/cache"}]),
        "imagePullPolicy": st.just("Always"),
    },
)
SIDECARS = st.lists(
    st.sampled_from(
        ({"name": "side", "image": "b"}, {"name": "a-second", "image": "c:1", "args": ["x"]})
    ),
    max_size=2,
    unique_by=_name,
)
POD = st.fixed_dictionaries(
    {"volumes": st.just([{"name": "cache", "emptyDir": {}}])},
    optional={
        "metadata": METADATA,
        "containers": SIDECARS,
        "initContainers": st.just([{"name": "init", "image": "d"}]),
        "dnsPolicy": st.just("ClusterFirst"),
        "tolerations": st.just([]),
        "securityContext": st.just({"runAsUser": 0}),
    },
)
STATEFUL_SET = st.fixed_dictionaries(
    {},
    optional={
        "minReadySeconds": st.integers(0, 5),
        "metadata": METADATA,
        "podManagementPolicy": st.just("Parallel"),
        "updateStrategy": st.just({"rollingUpdate": {"partition": 1}}),
        "revisionHistoryLimit": st.just(10),
    },
)
SERVICE = st.fixed_dictionaries(
    {},
    optional={
        "metadata": METADATA,
        "sessionAffinity": st.just("None"),
        "ports": st.just([{"name": "more", "port": 1, "targetPort": "http"}]),
        "type": st.just("ClusterIP"),
        "selector": st.just({"app": "web"}),
    },
)
CLUSTER_SERVICE = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.sampled_from(({"name": "front"}, {"labels": {"a": "b"}}, {"name": "web"})),
        "type": st.sampled_from(("ClusterIP", "LoadBalancer")),
        "ports": st.just([{"port": 8080, "targetPort": 80}]),
        "clusterIP": st.just("10.0.0.1"),
    },
)
SELECTORS = st.sampled_from(
    (
        {"matchLabels": {"app": "web"}},
        {"matchLabels": {"zone": "1", "app.kubernetes.io/name": "x"}},
        {"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "app", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "team", "operator": "Exists"}]},
    )
)
OF_SET = st.fixed_dictionaries(
    {},
    optional={
        "namespace": st.sampled_from(("shop", "on", "1e3", "0")),
        "image": st.sampled_from(("postgres:18", "a@sha256:1")),
        "ports": st.one_of(PORTS, st.just([])),
        "env": ENV,
        "labels": LABELS,
        "annotations": ANNOTATIONS,
        "serviceName": st.one_of(NAMES, st.just(""), st.just("front")),
        "selector": SELECTORS,
        "clusterService": CLUSTER_SERVICE,
        "persistentVolume": OF_VOLUMES,
        "persistentVolumeClaim": OF_CLAIMS,
        "publishNotReadyAddresses": st.booleans(),
        "podManagementPolicy": st.sampled_from(("Parallel", "OrderedReady")),
        "updateStrategy": st.sampled_from(
            (
                {"type": "OnDelete"},
                {"type": "RollingUpdate"},
                {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
                {"rollingUpdate": {"partition": 2}},
            )
        ),
        "container": CONTAINER,
        "pod": POD,
        "statefulSet": STATEFUL_SET,
        "service": SERVICE,
    },
)


@st.composite
def claim_templates(draw: st.DrawFn, ordinals: range) -> list[Values]:
    templates = []
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    for index, name in enumerate(names):
        template: Values = {
            "name": name,
            "storage": draw(SIZES),
            "nfs": draw(NFS),
            **draw(_mounts(index)),
            **draw(STORAGE),
            **draw(OF_TEMPLATES),
        }
        if ordinals and draw(st.booleans()):
            elsewhere = draw(st.sets(st.sampled_from(ordinals), max_size=2))
            template["volumes"] = [draw(_elsewhere(index, each)) for each in elsewhere]
        templates.append(template)
    return templates


def _mounts(index: int) -> st.SearchStrategy[Values]:
    mounts: tuple[Values, ...] = (
        {"mountPath": f"/data/{index}"},
        {"mountPath": f"/data/{index}", "subPath": "pg/data"},
        {"mounts": []},
        {"mounts": [{"mountPath": f"/data/{index}", "readOnly": True}]},
        {"mounts": [{"mountPath": f"/data/{index}"}, {"subPath": "b", "mountPath": f"/b/{index}"}]},
    )
    return st.sampled_from(mounts)


def _elsewhere(index: int, ordinal: int) -> st.SearchStrategy[Values]:
    nfs = st.fixed_dictionaries(
        {},
        optional={
            "path": st.just(f"/old/{index}/{ordinal}"),
            "server": st.just("old.example.com"),
        },
    )
    return st.fixed_dictionaries(
        {"ordinal": st.just(ordinal)},
        optional={
            "nfs": nfs,
            "name": st.just(f"old-{index}-{ordinal}-1"),
            "storage": st.just("7Gi"),
        },
    )


SECRET = {"nodeStageSecretRef": {"name": "s", "namespace": "x"}}
DRIVERS: tuple[Values, ...] = (
    {"driver": "local", "nodes": ["n3", "n1", "n2", "n4"]},
    {"driver": "local", "nfs": {"server": "node-{ordinal}", "path": "/disks/{name}"}},
    {
        "driver": "smb.csi.k8s.io",
        "csi": SECRET,
        "nfs": {"server": "smb", "path": "/share/{volume}"},
    },
    {"driver": "smb.csi.k8s.io", "mountOptions": ["guest"], "nfs": {"server": "smb"}},
    {
        "driver": "cephfs.csi.ceph.com",
        "csi": {"volumeAttributes": {"fsName": "a", "x": "{claim}"}, **SECRET},
        "nfs": {"server": "rook"},
    },
    {"driver": "efs.csi.aws.com", "nfs": {"server": "fs-1"}},
    {"driver": "org.democratic-csi.node-manual"},
    {"driver": "csi", "csi": {"volumeHandle": "{claim}.x", "fsType": "nfs4"}},
    {"driver": "csi", "csi": {"volumeAttributes": {"mountPermissions": "0770"}}},
    {"driver": "csi", "persistentVolume": {"csi": {"volumeAttributes": {"a": "{x}"}}}},
    {"driver": "d.example.com", "csi": {"volumeHandle": "{name}-{ordinal}", "fsType": "xfs"}},
    {"driver": "d.example.com", "csi": {"volumeHandle": "{server}#{path}"}},
    {
        "driver": "d.example.com",
        "csi": {"volumeHandle": "{volume}", "volumeAttributes": {"a": "b"}},
    },
)


@st.composite
def invented(draw: st.DrawFn) -> Values:
    """Invent the values of a set, of which most are valid."""
    start, replicas = draw(st.sampled_from((0, 0, 1, 9))), draw(st.integers(0, 4))
    nfs = {"server": draw(SERVERS), **draw(NFS)}
    if draw(st.integers(0, 5)) == 0:
        nfs = {"server": nfs["server"], "path": "/shared/{template}", "sharedDirectory": True}
    return {
        "name": draw(NAMES),
        "replicas": replicas,
        "ordinals": {"start": start},
        "nfs": nfs,
        "claimTemplates": draw(claim_templates(range(start, start + replicas))),
        **draw(STORAGE),
        **draw(OF_SET),
        **draw(st.one_of(st.just({}), st.sampled_from(DRIVERS))),
    }


def described(text: str, options: str = "") -> Result:
    result = sfsgen(["init", "--from", "-", *options.split()], text)
    assert result.status == 0, result.err
    return result


def _text(sets: list[Values]) -> str:
    return "---\n".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in sets)


MINORS = st.one_of(st.just(""), st.integers(3, 37).map(lambda minor: f" --kube-version 1.{minor}"))


@settings(max_examples=60)
@given(st.lists(invented(), min_size=1, max_size=2), MINORS)
def test_what_render_prints_comes_back(sets: list[Values], minor: str) -> None:
    printed = sfsgen(f"render -f -{minor}", _text(sets))
    assume(printed.status == 0)
    said = described(printed.out, minor)
    again = sfsgen(f"render -f -{minor}", said.out)
    assert again.status == 0, again.err + said.out
    assert again.out == printed.out, said.out
    if all(each["replicas"] for each in sets):
        assert "warning" not in said.err


def test_a_set_that_is_stopped_shows_by_its_pairs_where_they_lie() -> None:
    command = "render web -r 3 --nfs-server nas.example.com --nfs-path /srv --storage 5Gi"
    printed = sfsgen(command).out
    made = described(printed.replace("replicas: 3", "replicas: 0"))
    assert made.status == 0
    assert "server: nas.example.com" in made.out
    assert sfsgen("render -f - -r 3", made.out).out == printed
