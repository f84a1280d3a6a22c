"""`scale` and `volumes` print what is missing, and nothing else."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api_server import ApiServer
from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
Object = dict[str, Any]


def _objects(text: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(text) if each]


def _dump(objects: list[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def _as_kubectl_prints(objects: list[Object]) -> list[Object]:
    """Return objects as the API server would: keys sorted, defaults and bindings written in."""
    for each in objects:
        spec = each["spec"]
        each["metadata"]["uid"] = f"uid of {each['metadata']['name']}"
        if each["kind"] == "PersistentVolume":
            spec.pop("storageClassName", None)  # "" is stored as no field at all
            spec["volumeMode"] = "Filesystem"
            spec["claimRef"]["uid"] = f"uid of {spec['claimRef']['name']}"
            each["status"] = {"phase": "Bound"}
        elif each["kind"] == "PersistentVolumeClaim":
            each["metadata"]["annotations"] = {
                **each["metadata"].get("annotations", {}),
                "pv.kubernetes.io/bind-completed": "yes",
            }
            each["status"] = {"phase": "Bound"}
    result: list[Object] = json.loads(json.dumps(objects, sort_keys=True))
    return result


def _scaled(command: str, replicas: int, dump: str) -> Result:
    name = command.split()[1]
    return sfsgen(f"scale {name} --replicas {replicas} -f -", stdin=dump)


RENDERED = [
    "render web --nfs-server nfs.example.com --storage 1Gi",
    "render web --nfs-server nfs.example.com --storage 1.5Gi --nfs-path /srv/{namespace}/{ordinal}",
    "render web --nfs-server ::1 --storage 1Gi --driver csi --mount-option hard --read-only",
    "render db --nfs-server nfs --volume data=2Gi:/a --volume log=1Gi:/b --access-mode RWO",
    "render web2 --nfs-server nfs --storage 1Gi --start-ordinal 3 --volume-name v-{ordinal}-{name}",
    "render web --nfs-server nfs --storage 1Gi -n shop --label b=1 --label a=2 --annotation q=text",
    "render web --nfs-server nfs --storage 1Gi --shared-directory --reclaim-policy Recycle",
    "render web --nfs-server nfs --storage 1Gi --access-mode RWX --access-mode ROX",
]


@pytest.mark.parametrize("command", RENDERED)
@pytest.mark.parametrize(
    "form", ["as rendered", "as kubectl prints yaml", "as kubectl prints json"]
)
def test_scale_prints_what_render_would_for_the_new_ordinals(command: str, form: str) -> None:
    rendered = sfsgen(f"{command} -r 2").out
    stored = _as_kubectl_prints(_objects(rendered))
    dump = {
        "as rendered": rendered,
        "as kubectl prints yaml": yaml.safe_dump(
            {"kind": "List", "apiVersion": "v1", "items": stored}
        ),
        "as kubectl prints json": _dump(stored),
    }[form]
    start = 3 if "--start-ordinal" in command else 0
    expected = sfsgen(f"{command} -r 5 --from-ordinal {start + 2} --only pv,pvc")
    result = _scaled(command, 5, dump)
    assert (result.status, result.out) == (0, expected.out), result.err


@given(before=st.integers(2, 12), more=st.integers(1, 12), start=st.integers(0, 11))
@settings(max_examples=25)
def test_scale_continues_whatever_the_ordinals_are(before: int, more: int, start: int) -> None:
    command = f"render s9 --nfs-server nfs1 --nfs-path /e2 --storage 1Gi --start-ordinal {start}"
    after = before + more
    expected = sfsgen(f"{command} -r {after} --from-ordinal {start + before} --only pv,pvc")
    result = _scaled(command, after, sfsgen(f"{command} -r {before}").out)
    assert (result.status, result.out) == (0, expected.out), result.err


@given(gone=st.sets(st.sampled_from(range(12)), max_size=11))
@settings(max_examples=25)
def test_scale_prints_just_the_objects_that_were_taken_away(gone: set[int]) -> None:
    objects = _objects(sfsgen("render web -r 6 --nfs-server nfs --storage 1Gi").out)
    pairs = [each for each in objects if each["kind"].startswith("PersistentVolume")]
    left = [each for each in objects if each not in [pairs[index] for index in gone]]
    result = sfsgen("scale web --replicas 6 -f - --nfs-server nfs --nfs-path /exports", _dump(left))
    assert result.status == 0, result.err
    assert _objects(result.out) == [pairs[index] for index in sorted(gone)]


def _pair(ordinal: int, **volume: Any) -> list[Object]:
    """Return a volume and a claim of the set `web`, changed."""
    text = sfsgen(
        f"render web -r {ordinal + 1} --from-ordinal {ordinal} --only pv,pvc "
        "--nfs-server nfs.example.com --storage 1Gi"
    ).out
    objects = _objects(text)
    objects[0]["spec"].update(volume)
    return objects


def _set(**spec: Any) -> Object:
    (found,) = _objects(
        sfsgen("render web -r 2 --only sts --nfs-server nfs.example.com --storage 1Gi").out
    )
    found["spec"].update(spec)
    return found


def _volume(ordinal: int, name: str, path: str, server: str = "nfs.example.com") -> list[Object]:
    volume, claim = _pair(ordinal, nfs={"server": server, "path": path})
    volume["metadata"]["name"] = claim["spec"]["volumeName"] = name
    return [volume, claim]


REFUSED: dict[str, tuple[list[Object], str, str]] = {
    "one shared directory says nothing of a second": (
        [_set(), *_volume(0, "pv-web-0", "/data")],
        "--nfs-path",
        "follow no pattern",
    ),
    "two numbers that both fit": (
        [_set(), *_volume(0, "pv-web-0", "/0/web/0")],
        "--nfs-path",
        "follow /{ordinal}/web/0 and /0/web/{ordinal}",
    ),
    "names without a pattern": (
        [_set(), *_volume(0, "red", "/data/0"), *_volume(1, "blue", "/data/1")],
        "--volume-name",
        "(red, blue) follow no pattern",
    ),
    "two servers": (
        [_set(), *_volume(0, "pv-web-0", "/x/0", "a"), *_volume(1, "pv-web-1", "/x/1", "b")],
        "--nfs-server",
        "differ in their server: 'a' (pv-web-0) and 'b' (pv-web-1)",
    ),
    "nothing to infer from": ([_set()], "--nfs-server", "the NFS server is missing"),
    "no NFS volumes": (
        [_set(), *_pair(0, nfs=None, hostPath={"path": "/x"})],
        "--nfs-path",
        "pv-web-0 is no NFS volume",
    ),
    "the next directory is taken": (
        [
            _set(),
            *_volume(0, "pv-web-0", "/x/0"),
            *_volume(1, "pv-web-1", "/x/1"),
            *_volume(7, "other", "/x/2"),
        ],
        "--nfs-path",
        "where the volume other lies already",
    ),
    "the next volume is taken": (
        [
            _set(),
            *_pair(0),
            *_pair(1),
            _pair(2, claimRef={"namespace": "elsewhere", "name": "pvc-web-2"})[0],
        ],
        "stdin:1:",
        "pv-web-2 is reserved for elsewhere/pvc-web-2",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_inferred_is_asked_for(case: str) -> None:
    objects, where, what = REFUSED[case]
    result = sfsgen("scale web --replicas 4 -f -", stdin=_dump(objects))
    assert (result.status, result.out) == (2, "")
    assert any(
        line.startswith(where) and ": error: " in line and what in line
        for line in result.err.splitlines()
    ), result.err
    assert "fix: " in result.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--nfs-path /new", {"path": "/new/pv-web-2"}),
        ("--nfs-path /new/{ordinal}", {"path": "/new/2"}),
        ("--nfs-server other.example.com", {"server": "other.example.com"}),
        ("--volume-name v-{ordinal}", {"name": "v-2", "path": "/exports/v-2"}),
        ("--storage 5Gi", {"storage": "5Gi"}),
        ("--access-mode RWO", {"accessModes": ["ReadWriteOnce"]}),
        ("--reclaim-policy Delete", {"policy": "Delete"}),
        ("--mount-option soft", {"mountOptions": ["soft"]}),
    ],
)
def test_options_override_what_exists(options: str, expected: Object) -> None:
    dump = sfsgen("render web -r 2 --nfs-server nfs --storage 1Gi --mount-option hard").out
    result = sfsgen(f"scale web -r 3 -f - {options}", stdin=dump)
    volume, claim = _objects(result.out)
    spec = volume["spec"]
    found = {
        "name": volume["metadata"]["name"],
        "path": spec["nfs"]["path"],
        "server": spec["nfs"]["server"],
        "storage": spec["capacity"]["storage"],
        "accessModes": spec["accessModes"],
        "policy": spec["persistentVolumeReclaimPolicy"],
        "mountOptions": spec["mountOptions"],
    }
    assert expected.items() <= found.items()
    assert claim["spec"]["resources"]["requests"]["storage"] == found["storage"]
    assert claim["spec"]["accessModes"] == found["accessModes"]


def test_a_waiting_claim_gets_the_volume_that_fits_it_with_its_foreign_class() -> None:
    _, claim = _pair(2)
    del claim["spec"]["volumeName"]
    claim["spec"] |= {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}
    claim["spec"]["resources"]["requests"]["storage"] = "3Gi"
    result = sfsgen("scale web -r 3 -f -", stdin=_dump([_set(), *_pair(0), *_pair(1), claim]))
    (volume,) = _objects(result.out)
    assert volume["metadata"]["name"] == "pv-web-2"
    assert volume["spec"]["storageClassName"] == "fast"
    assert volume["spec"]["capacity"] == {"storage": "3Gi"}
    assert volume["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert volume["spec"]["claimRef"]["name"] == "pvc-web-2"


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from _paths(each, (*path, key))
        else:
            yield (*path, key)


DUMP = yaml.safe_load((EXAMPLES / "scale-two-templates" / "dump.yaml").read_text())
PATHS = list(_paths(DUMP))[1:]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "1Gi", "-1Gi", "{ordinal}", "\0", "..", "default", "Delete"]),
    st.lists(st.none() | st.text(max_size=2) | st.just({}), max_size=2),
    st.dictionaries(
        st.sampled_from(["name", "a", "storage"]), st.none() | st.integers(), max_size=2
    ),
)


@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=3))
@settings(max_examples=150)
@pytest.mark.parametrize("command", ["scale db -r 4", "volumes --replicas 5 --nfs-path /e"])
def test_no_input_breaks_the_program(command: str, changes: list[tuple[Any, Any]]) -> None:
    dump = json.loads(json.dumps(DUMP))
    for path, odd in changes:
        parent = dump
        with contextlib.suppress(LookupError, TypeError):  # an earlier change took it away
            for part in path[:-1]:
                parent = parent[part]
            parent[path[-1]] = odd
    result = sfsgen(f"{command} -f -", stdin=json.dumps(dump))
    assert result.status in (0, 2)
    assert "bug" not in result.err
    assert "Traceback" not in result.err
    assert result.status == 0 or not result.out


def test_fewer_replicas_leave_pairs_behind_with_the_command_that_removes_them() -> None:
    dump = sfsgen("render web -r 3 --nfs-server nfs --storage 1Gi").out
    result = sfsgen("scale web -r 1 -f -", stdin=dump)
    assert (result.status, result.out) == (0, "")
    for pod in ("web-1", "web-2"):
        wait = f"kubectl wait --for=delete pod/{pod} --timeout=10m -n default"
        assert f"{wait} && kubectl delete pvc/pvc-{pod} pv/pv-{pod} -n default" in result.err


def test_nothing_missing_prints_nothing_and_says_so() -> None:
    dump = sfsgen("render web -r 3 --nfs-server nfs --storage 1Gi").out
    result = sfsgen("scale web -r 3 -f -", stdin=dump)
    assert (result.status, result.out) == (0, "")
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [("web", "prod-web", "prod-pvc-web-0"), ("web", "web-blue", "pvc-web-0-blue")],
)
@pytest.mark.parametrize("command", ["scale {new} -r 3 -f -", "volumes -f - --nfs-server nfs"])
def test_renamed_claims_are_named_not_guessed_at(
    command: str, old: str, new: str, claim: str
) -> None:
    dump = sfsgen(f"render {old} -r 1 --nfs-server nfs --storage 1Gi").out
    dump = dump.replace("name: pvc-web-0", f"name: {claim}")
    dump = dump.replace(
        "kind: StatefulSet\nmetadata:\n  name: web", f"kind: StatefulSet\nmetadata:\n  name: {new}"
    )
    result = sfsgen(command.format(new=new), stdin=dump)
    assert (result.status, result.out) == (2, "")
    assert f'"{claim}"' in result.err
    assert f'"pvc-{new}-0"' in result.err


def test_two_sets_that_want_one_volume_name_are_refused() -> None:
    one = sfsgen("render web -r 1 --only sts -n a --nfs-server nfs --storage 1Gi").out
    other = sfsgen("render web -r 1 --only sts -n b --nfs-server nfs --storage 1Gi").out
    result = sfsgen("volumes -f - --nfs-server nfs --nfs-path /e", stdin=one + other)
    assert (result.status, result.out) == (2, "")
    assert 'b/web-0 and a/web-0 want the volume "pv-web-0"' in result.err
    assert "put {namespace} into the pattern" in result.err


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ('replicas: "three"', "stdin:5:13: error: spec.replicas must be a whole number"),
        ("volumeClaimTemplates: {}", "stdin:5:25: error: spec.volumeClaimTemplates must be a list"),
        ("ordinals: [1]", "stdin:5:13: error: spec.ordinals must be a mapping"),
    ],
)
def test_wrong_types_are_told_with_their_place(spec: str, where: str) -> None:
    text = f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec:\n  {spec}\n"
    result = sfsgen("scale web -r 3 -f -", stdin=text)
    assert (result.status, result.out) == (2, "")
    assert where in result.err


class TestLive:
    """The live cluster, through a real kubectl."""

    pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")

    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
        with ApiServer() as server:
            for key, value in server.environment.items():
                monkeypatch.setenv(key, value)
            yield server

    @pytest.mark.parametrize("command", RENDERED)
    def test_a_live_set_is_scaled_as_a_dumped_one(self, server: ApiServer, command: str) -> None:
        namespace = "demo" if "-n shop" in command else "default"
        command = command.replace("-n shop", "-n demo")
        done = server.kubectl("create", "-f", "-", input=sfsgen(f"{command} -r 2").out)
        assert done.returncode == 0, done.stderr
        start = 3 if "--start-ordinal" in command else 0
        expected = sfsgen(f"{command} -r 5 --from-ordinal {start + 2} --only pv,pvc")
        result = sfsgen(f"scale {command.split()[1]} -r 5 -n {namespace}")
        assert (result.status, result.out) == (0, expected.out), result.err
        done = server.kubectl("create", "-f", "-", input=result.out)
        assert done.returncode == 0, done.stderr
        assert sfsgen(f"scale {command.split()[1]} -r 5 -n {namespace}").out == ""

    def test_kubectl_refused_is_told_in_its_own_words(self, server: ApiServer) -> None:
        server.fault = 403
        result = sfsgen("scale web -r 5")
        assert (result.status, result.out) == (2, "")
        assert "orbidden" in result.err
        assert "fix: see what kubectl says, or read a dump with -f" in result.err

    @pytest.mark.usefixtures("server")
    def test_an_unknown_context_is_told_in_kubectls_own_words(self) -> None:
        result = sfsgen("scale web -r 5 --context nowhere")
        assert (result.status, result.out) == (2, "")
        assert "context was not found for specified context: nowhere" in result.err

    @pytest.mark.usefixtures("server")
    def test_without_kubectl(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        result = sfsgen("scale web -r 5 -n shop")
        assert (result.status, result.out) == (2, "")
        assert "kubectl: error: it is not on the PATH" in result.err
        dump = "`kubectl get sts,svc,pvc,pv -o yaml -n shop`"
        assert f"fix: install kubectl, or read what {dump} printed elsewhere with -f" in result.err
