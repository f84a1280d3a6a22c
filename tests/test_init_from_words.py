"""`init --from`: what of a set is said with which word, and what is told of the rest."""
# ruff: noqa: E501  # a case a line

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api_server import ApiServer
from tests.program import Result, findings, sfsgen

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]
Key = tuple[str | int, ...]

SET: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "serviceName": "web",
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "nginx",
                        "image": "nginx:1",
                        "ports": [{"containerPort": 80, "name": "http"}],
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }
                ]
            },
        },
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "fast",
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }
        ],
    },
}
SERVICE: Object = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "clusterIP": "None",
        "selector": {"app": "web"},
        "ports": [{"name": "http", "port": 80}],
    },
}
POD = "spec/template/spec"
MAIN = f"{POD}/containers/0"
TEMPLATE = "spec/volumeClaimTemplates/0"


def volume(ordinal: int, name: str = "", **more: Any) -> Object:
    nfs = {"server": "nas.example.com", "path": f"/srv/web/{ordinal}"}
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "claimRef": {"namespace": "default", "name": f"data-web-{ordinal}"},
        "nfs": nfs,
    }
    metadata = {"name": name or f"web-disk-{ordinal}"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": metadata,
        "spec": spec | more,
    }


def claim(ordinal: int, **more: Any) -> Object:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "1Gi"}},
        "volumeName": f"web-disk-{ordinal}",
    }
    metadata = {"name": f"data-web-{ordinal}"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": spec | more,
    }


AFFINITY: Object = {"required": {"nodeSelectorTerms": [{"matchFields": []}]}}
PAIRS = [volume(0), volume(1), claim(0), claim(1)]


def changed(value: Object, **changes: Any) -> Object:
    """Return an object with other values, each at a path with slashes; None takes it out."""
    made = copy.deepcopy(value)
    for path, each in changes.items():
        *around, last = (int(part) if part.isdigit() else part for part in path.split("/"))
        inner: Any = made
        for part in around:
            inner = inner[part] if isinstance(part, int) else inner.setdefault(part, {})
        if each is None:
            del inner[last]
        else:
            inner[last] = each
    return made


def described(*objects: Object, options: str = "") -> Result:
    text = "---\n".join(yaml.safe_dump(each, sort_keys=False) for each in objects)
    result = sfsgen(["init", "--from", "-", *options.split()], text)
    assert result.status == 0, result.err
    return result


def values(*objects: Object) -> Object:
    (made,) = yaml.safe_load_all(described(*objects).out)
    return made  # type: ignore[no-any-return]


def at(value: Any, path: str) -> Any:
    for part in filter(None, path.split("/")):
        value = value[int(part)] if part.isdigit() else value.get(part)
        if value is None:
            return None
    return value


DEVICES = [{"name": "data", "devicePath": "/dev/a"}]
# What is changed in the set, and what the values say of it then.
SAID: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "name", "web"),
    ({}, "replicas", 2),
    ({}, "serviceName", None),
    ({}, "namespace", None),
    ({}, "selector", {"matchLabels": {"app": "web"}}),
    ({}, "labels", {"app": "web"}),
    ({}, "pod", None),
    ({}, "container", {"name": "nginx"}),
    ({}, "image", "nginx:1"),
    ({}, "ports", [{"containerPort": 80, "name": "http"}]),
    ({}, "storageClassName", "fast"),
    ({}, "accessModes", ["ReadWriteOnce"]),
    ({}, "claimTemplates", [{"name": "data", "storage": "1Gi", "mountPath": "/data"}]),
    ({}, "nfs", {"server": "nfs.example.com"}),
    ({"metadata/namespace": "shop"}, "namespace", "shop"),
    ({"spec/serviceName": "pods"}, "serviceName", "pods"),
    ({"spec/serviceName": None}, "serviceName", ""),
    ({"spec/replicas": None}, "replicas", 1),
    ({"spec/podManagementPolicy": "Parallel"}, "podManagementPolicy", "Parallel"),
    ({"spec/updateStrategy": {"type": "OnDelete"}}, "updateStrategy/type", "OnDelete"),
    ({"spec/ordinals": {"start": 3}}, "ordinals/start", 3),
    ({"spec/minReadySeconds": 5}, "statefulSet", {"minReadySeconds": 5}),
    ({"metadata/labels": {"app": "web", "a": "b"}}, "statefulSet/metadata/labels", {"a": "b"}),
    ({"metadata/labels": {"app": "web", "a": "b"}}, "labels", {"app": "web"}),
    ({"metadata/annotations": {"a": "b"}}, "statefulSet/metadata/annotations", {"a": "b"}),
    ({f"{POD}/affinity": {}}, "pod/affinity", {}),
    ({f"{POD}/initContainers": [{"name": "i", "image": "b"}]}, "pod/initContainers/0/name", "i"),
    ({f"{MAIN}/name": "web"}, "container", None),
    ({f"{MAIN}/env": [{"name": "A"}]}, "env", [{"name": "A"}]),
    ({f"{MAIN}/resources": {"limits": {"cpu": 1}}}, "container/resources/limits/cpu", 1),
    ({f"{MAIN}/ports": None}, "ports", []),
    ({f"{MAIN}/ports": [{"containerPort": 80}]}, "ports", []),
    ({f"{MAIN}/ports": [{"containerPort": 80}]}, "container/ports", [{"containerPort": 80}]),
    ({f"{MAIN}/volumeMounts/0/subPath": "a"}, "claimTemplates/0/subPath", "a"),
    ({f"{MAIN}/volumeMounts/0/readOnly": True}, "claimTemplates/0/mounts", [{"mountPath": "/data", "readOnly": True}]),
    ({f"{MAIN}/volumeMounts": None}, "claimTemplates/0/mounts", []),
    ({f"{TEMPLATE}/spec/storageClassName": None}, "storageClassName", None),
    ({f"{TEMPLATE}/spec/storageClassName": ""}, "storageClassName", None),
    ({f"{TEMPLATE}/metadata/labels": {"a": "b"}}, "claimTemplates/0/metadata/labels", {"a": "b"}),
    ({f"{TEMPLATE}/spec/selector": {"matchLabels": {"a": "b"}}}, "claimTemplates/0/selector/matchLabels/a", "b"),
    ({f"{TEMPLATE}/spec/volumeName": "a"}, "claimTemplates/0/spec/volumeName", "a"),
    ({f"{TEMPLATE}/spec/accessModes": ["ReadWriteMany"]}, "accessModes", None),
    ({f"{TEMPLATE}/spec/accessModes": ["ReadWriteOncePod"]}, "driver", "csi"),
    ({f"{TEMPLATE}/spec/volumeMode": "Block", f"{MAIN}/volumeMounts": None, f"{MAIN}/volumeDevices": DEVICES}, "driver", "local"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "value"), SAID)
def test_a_field_of_a_set_is_said_with_a_word(
    changes: dict[str, Any], path: str, value: Any
) -> None:
    assert at(values(changed(SET, **changes)), path) == value


@pytest.mark.parametrize("changes", [each[0] for each in SAID])
def test_a_set_that_is_said_comes_back(changes: dict[str, Any]) -> None:
    original = changed(SET, **changes)
    result = described(original)
    rendered = sfsgen("render -f -", result.out)
    made = list(yaml.safe_load_all(rendered.out))[-1]
    expected = changed(SET, **changes)
    expected["metadata"].setdefault("namespace", "default")
    expected["spec"].setdefault("replicas", 1)
    expected["spec"].setdefault("serviceName", "")
    own = expected["spec"]["volumeClaimTemplates"][0]
    own |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    own["spec"].setdefault("volumeMode", "Filesystem")
    assert made == expected
    # That there is no Service, no volume, and so no server, is told.
    assert result.err.count("warning") == bool(expected["spec"]["serviceName"]) + 1


def test_a_class_that_is_left_out_is_left_out_again() -> None:
    text = described(changed(SET, **{f"{TEMPLATE}/spec/storageClassName": None})).out
    assert "\nstorageClassName: null\n" in text
    assert (
        "storageClassName"
        not in described(changed(SET, **{f"{TEMPLATE}/spec/storageClassName": ""})).out
    )


# The objects beside the set, and what the values say of them.
BESIDE: list[tuple[list[Object], str, Any]] = [
    ([SERVICE], "service", None),
    ([SERVICE], "ports/0/name", "http"),
    ([changed(SERVICE, **{"spec/ports/0/targetPort": "http"})], "ports", []),
    ([changed(SERVICE, **{"spec/ports/0/targetPort": "http"})], "service/ports/0/targetPort", "http"),
    ([changed(SERVICE, **{"spec/publishNotReadyAddresses": True})], "publishNotReadyAddresses", True),
    ([changed(SERVICE, **{"spec/selector": {}})], "service/selector", {}),
    ([changed(SERVICE, **{"metadata/labels": {"a": "b"}})], "service/metadata/labels", {"a": "b"}),
    ([changed(SERVICE, **{"metadata/labels": {"a": "b"}})], "labels", None),
    ([changed(SERVICE, **{"spec/clusterIP": None})], "clusterService", {"metadata": {"name": "web"}}),
    ([changed(SERVICE, **{"spec/clusterIP": None})], "service", None),
    ([SERVICE, changed(SERVICE, **{"spec/clusterIP": None, "metadata/name": "web-cluster"})], "clusterService", {}),
    ([SERVICE, changed(SERVICE, **{"spec/clusterIP": None, "metadata/name": "front", "spec/type": "NodePort"})], "clusterService", {"metadata": {"name": "front"}, "type": "NodePort"}),
    ([SERVICE, changed(SERVICE, **{"metadata/name": "db", "spec/selector": {"app": "db"}})], "clusterService", None),
    (PAIRS, "nfs", {"server": "nas.example.com", "path": "/srv/web/{ordinal}"}),
    (PAIRS, "volumeName", "web-disk-{ordinal}"),
    (PAIRS, "persistentVolumeReclaimPolicy", None),
    (PAIRS[:2], "volumeName", "web-disk-{ordinal}"),
    (PAIRS[2:], "volumeName", "web-disk-{ordinal}"),
    ([*PAIRS[:1], volume(1, persistentVolumeReclaimPolicy="Delete"), *PAIRS[2:]], "persistentVolumeReclaimPolicy", None),
    ([volume(0, mountOptions=["hard"]), volume(1, mountOptions=["hard"])], "mountOptions", ["hard"]),
    ([volume(0), volume(1, "odd"), claim(0), claim(1, volumeName="odd")], "claimTemplates/0/volumes", [{"ordinal": 1, "name": "odd"}]),
    ([volume(0), volume(1, nfs={"server": "b", "path": "/c"})], "claimTemplates/0/volumes", [{"ordinal": 1, "nfs": {"server": "b", "path": "/c"}}]),
    ([volume(0), volume(1, nfs={"server": "nas.example.com", "path": "/c"})], "claimTemplates/0/volumes/0/nfs", {"path": "/c"}),
    ([volume(each, capacity={"storage": "2Gi"}) for each in (0, 1)] + [claim(each, resources={"requests": {"storage": "2Gi"}}) for each in (0, 1)], "claimTemplates/0/volumes/1", {"ordinal": 1, "storage": "2Gi"}),
    ([volume(each, nfs={"server": f"nas-{each}", "path": "/srv/web"}) for each in (0, 1)], "nfs", {"server": "nas-{ordinal}", "path": "/srv/{name}"}),
    ([volume(each, nfs={"server": "a", "path": "/all"}) for each in (0, 1)], "nfs", {"server": "a", "path": "/all", "sharedDirectory": True}),
    ([volume(each, nfs={"server": "a", "path": f"/all/web-disk-{each}"}) for each in (0, 1)], "nfs", {"server": "a", "path": "/all"}),
    ([volume(each, nodeAffinity=AFFINITY) for each in (0, 1)], "persistentVolume/nodeAffinity", AFFINITY),
    ([changed(volume(each), **{"metadata/labels": {"a": "b"}}) for each in (0, 1)], "persistentVolume/metadata/labels", {"a": "b"}),
    ([changed(claim(each), **{"metadata/annotations": {"a": "b"}}) for each in (0, 1)], "persistentVolumeClaim/metadata/annotations", {"a": "b"}),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "path", "value"), BESIDE)
def test_a_field_of_what_belongs_to_a_set_is_said_with_a_word(
    objects: list[Object], path: str, value: Any
) -> None:
    assert at(values(SET, *objects), path) == value


# What is there, and what is told of it with its place.
TOLD: list[tuple[list[Object], str, str]] = [
    ([changed(SET, **{"spec/nope": 1})], "spec.nope of statefulset/web is not said", "there is no"),
    ([changed(SET, apiVersion="apps/v1beta1")], "apiVersion of statefulset/web is apps/v1beta1", ""),
    ([changed(SET, **{f"{TEMPLATE}/spec/accessModes": None})], "accessModes is not in statefulset/web, and comes out as", "refuses to change"),
    ([SET, SERVICE, *(changed(SERVICE, **{"spec/clusterIP": None, "metadata/name": each}) for each in "ab")], "service/b is not printed", "two Services"),
    ([SET, *PAIRS, volume(2), claim(2, volumeName="web-disk-2")], "persistentvolume/web-disk-2 is not printed", "do not reach"),
    ([SET, volume(0, nfs=None, hostPath={"path": "/a"}), claim(0)], "spec.hostPath of persistentvolume/web-disk-0 is not said", ""),
    ([SET, volume(0, capacity={"storage": "5Gi"}), claim(0)], "spec.capacity.storage of persistentvolume/web-disk-0 is 5Gi, and comes out as 1Gi", ""),
    ([SET, *PAIRS[:3], claim(1, storageClassName="slow")], "spec.storageClassName of persistentvolumeclaim/data-web-1 is slow", "refuses to change"),
    ([SET, *(volume(each, accessModes=["ReadWriteMany"]) for each in (0, 1))], "spec.accessModes[0] of persistentvolume/web-disk-0", "so it is in 1 more"),
    ([SET], "no volume that is known to be of web shows a server", "nfs.example.com"),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "what", "part"), TOLD)
def test_what_cannot_be_said_is_told(objects: list[Object], what: str, part: str) -> None:
    result = described(*[without_none(each) for each in objects])
    line = next(each for each in result.err.splitlines() if what in each)
    assert line.startswith("stdin:")
    assert ": warning: " in line
    assert part in line
    assert sfsgen("render -f -", result.out).status == 0


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items() if each is not None}
    return [without_none(each) for each in value] if isinstance(value, list) else value


def test_a_place_is_that_of_the_field_in_the_original() -> None:
    text = "# a comment\n" + yaml.safe_dump(changed(SET, **{"spec/nope": 1}), sort_keys=False)
    (line,) = (number for number, each in enumerate(text.splitlines(), 1) if "nope" in each)
    assert f"stdin:{line}:9: warning: spec.nope" in sfsgen("init --from -", text).err


# Command lines, and what is told of each.
REFUSED = [
    ("init web", "NAME: error: without --from"),
    ("init -n shop", "--namespace: error: without --from"),
    ("init --from a.yaml --from live", "not read together"),
    ("init --from a.yaml nope", 'there is no StatefulSet "nope"'),
    ("init --from none.yaml", "No such file or directory\n  fix: name a file that is there"),
    ("init --from web", "read with sfsgen init --from live web"),
    (
        "init --from bare.yaml",
        "bare.yaml:8:3: error: the StatefulSet bare has no volumeClaimTemplates",
    ),
    ("init --from long.yaml", "long.yaml:4:9: error"),
    ("init --from a.yaml --kube-version 2", "--kube-version"),
    ("init --from a.yaml -n A", "--namespace"),
]


@pytest.mark.parametrize(("command", "told"), REFUSED)
def test_what_cannot_be_done_exits_with_2(
    command: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sets = {
        "a": SET,
        "bare": changed(SET, **{"metadata/name": "bare", "spec/volumeClaimTemplates": None}),
        "long": changed(SET, **{"metadata/name": "a" * 60}),
    }
    for name, each in sets.items():
        Path(f"{name}.yaml").write_text(yaml.safe_dump(each, sort_keys=False))
    result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    assert told in result.err


def test_several_sets_are_several_documents_and_names_choose() -> None:
    other = changed(SET, **{"metadata/name": "db", "spec/serviceName": "db"})
    assert [each["name"] for each in yaml.safe_load_all(described(SET, other).out)] == ["web", "db"]
    (only,) = yaml.safe_load_all(described(SET, other, options="db").out)
    assert only["name"] == "db"


def test_namesakes_in_two_namespaces_get_volumes_of_two_names() -> None:
    other = changed(SET, **{"metadata/namespace": "shop"})
    rendered = sfsgen("render -f - -o name", described(SET, other).out)
    assert rendered.status == 0, rendered.err


def test_a_directory_that_no_pattern_gives_is_inside_no_default_one() -> None:
    values = {
        "name": "on",
        "replicas": 1,
        "nfs": {"server": "nas", "path": "/shared/{template}", "sharedDirectory": True},
        "claimTemplates": [
            {"name": "on", "storage": "1Gi", "mountPath": "/a"},
            {"name": "a", "storage": "1Gi", "mountPath": "/b", "nfs": {"path": "/exports"}},
            {"name": "b", "storage": "1Gi", "mountPath": "/c", "nfs": {"path": "/exports"}},
        ],
    }
    printed = sfsgen("render -f -", json.dumps(values))
    again = sfsgen("render -f -", sfsgen("init --from -", printed.out).out)
    assert (again.status, again.out) == (0, printed.out)


def test_the_service_of_another_set_is_not_missed() -> None:
    other = changed(SET, **{"metadata/name": "db", "spec/serviceName": "db"})
    service = changed(SERVICE, **{"metadata/name": "db"})
    assert "service/db" not in described(SET, SERVICE, other, service).err


EXAMPLES = Path(__file__).parents[1] / "examples"


def _manifests() -> list[str]:
    names = ("check-healthy/dump.yaml", "scale-up/dump.yaml", "scale-two-templates/dump.yaml")
    return [each for each in names if (EXAMPLES / each).exists()]


@pytest.mark.parametrize("name", _manifests())
def test_check_finds_nothing_new_in_what_comes_back(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    again = sfsgen("render -f -", sfsgen("init --from -", text).out)
    assert _errors(again.out) <= _errors(text)


def _errors(text: str) -> set[str]:
    return {each["what"] for each in findings("-f", "-", stdin=text) if each["severity"] == "error"}


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server


CHANGEABLE = {"replicas", "ordinals", "template", "updateStrategy", "minReadySeconds"}


def _immutable(server: ApiServer) -> dict[tuple[str, str], Any]:
    """Return what a server lets nobody change."""
    found: dict[tuple[str, str], Any] = {}
    for each in server.objects("statefulsets"):
        spec = {key: value for key, value in each["spec"].items() if key not in CHANGEABLE}
        found["sts", each["metadata"]["name"]] = spec
    for each in server.objects("persistentvolumeclaims"):
        spec = {key: value for key, value in each["spec"].items() if key != "resources"}
        found["pvc", each["metadata"]["name"]] = spec
    for each in server.objects("persistentvolumes"):
        found["pv", each["metadata"]["name"]] = each["spec"].get("nfs")
    return found


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
@pytest.mark.parametrize("beside", [[], [SERVICE], [SERVICE, *PAIRS]])
def test_applied_over_the_original_it_changes_nothing_that_cannot_be_changed(
    server: ApiServer, beside: list[Object], monkeypatch: pytest.MonkeyPatch
) -> None:
    template = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    written = changed(SET, **{f"{TEMPLATE}/spec/volumeMode": "Filesystem"})
    written["spec"]["volumeClaimTemplates"][0] |= template
    objects = [written, *beside]
    created = server.kubectl(
        "create",
        "-f",
        "-",
        input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}),
    )
    assert created.returncode == 0, created.stderr
    before = _immutable(server)
    for name in ("HOME", "KUBECONFIG", "KUBECACHEDIR"):
        monkeypatch.setenv(name, server.environment[name])
    said = sfsgen("init --from live web")
    assert said.status == 0, said.err
    assert said.err.endswith("sfsgen: looked at context test, namespace default\n")
    rendered = sfsgen("render -f -", said.out)
    applied = server.kubectl("apply", "-f", "-", input=rendered.out)
    assert applied.returncode == 0, applied.stderr
    after = _immutable(server)
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize(
    ("options", "changes", "part"),
    [
        ("-n shop", {"kind: Service": "kind: Other"}, "the Service web is not in the input"),
        ("", {"namespace: shop": "namespace: x", "kind: Service\n": "kind: Service\n"}, ""),
        (
            "",
            {"kind: PersistentVolume\n": "kind: Other\n"},
            "claims (pv-web-0 and pv-web-1) were not read",
        ),
    ],
)
def test_what_the_input_lacks_is_told(options: str, changes: dict[str, str], part: str) -> None:
    text = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi -n shop").out
    for old, new in changes.items():
        text = text.replace(old, new)
    result = sfsgen(f"init --from - {options}", text)
    assert result.status == 0, result.err
    assert part in result.err
    assert result.err or not part


def test_a_set_without_claim_templates_is_left_out_beside_others() -> None:
    text = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi").out
    bare = text[text.rindex("---") :].replace("name: web", "name: bare")
    bare = bare[: bare.index("  volumeClaimTemplates")].replace("        volumeMounts:\n", "")
    bare = bare.replace("        - name: pvc\n          mountPath: /data\n", "")
    result = sfsgen("init --from -", text + bare)
    assert result.status == 0, result.err
    assert "name: web" in result.out
    assert "bare has no volumeClaimTemplates, and is left out" in result.err
    assert sfsgen("init --from - bare", text + bare).status == 2
