"""What is advised works, hits its object, and takes nothing from a claim that is there."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api_server import ApiServer
from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DUMPS = sorted(
    path
    for path in [*EXAMPLES.glob("*/dump.yaml"), *EXAMPLES.glob("rules/*/bad.yaml")]
    if "uid:" in path.read_text()
)
TAKEN_OVER = EXAMPLES / "check-taken-over/dump.yaml"
WHERE = ["--context", "my prod", "--kubeconfig", "/etc/a b"]
# What these are followed by belongs to a namespace.
NAMESPACED = re.compile(r"(?:pvc|sts)(?:/.*)?|(?:pod|statefulset)/.*")
Object = dict[str, Any]

needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")


def _objects(text: str) -> list[Object]:
    documents = [each for each in yaml.safe_load_all(text) if each]
    return [item for each in documents for item in each.get("items", [each])]


def _advice(dump: str, *options: str) -> str:
    """Return all that `check`, `scale` and `volumes` say of a dump, or of a cluster by options."""
    options = options or ("-f", "-")
    said = [sfsgen(["check", *options], dump)]
    said.append(sfsgen(["volumes", *options], dump))
    for each in _objects(dump):
        if each["kind"] == "StatefulSet":
            name, namespace = each["metadata"]["name"], each["metadata"]["namespace"]
            for replicas in ("0", "5"):
                scale = ["scale", name, "-r", replicas, "-n", namespace, *options]
                said.append(sfsgen(scale, dump))
    assert not [each.err for each in said if "bug" in each.err]
    return "".join(each.out + each.err for each in said if each.status < 2 or not each.out)


def _commands(said: str) -> Iterator[list[str]]:
    """Yield the kubectl commands in a text, as a shell would split them."""
    for line in said.splitlines():
        for start in re.finditer(r"(?<![\w/])kubectl ", line):
            lexer = shlex.shlex(line[start.start() :], posix=True, punctuation_chars="|&;`()")
            lexer.whitespace_split = True
            words = []
            for word in lexer:
                if word in ("|", "&&", "`", ";", "`;", "`,", "says"):
                    break
                words.append(word.rstrip("`,:;)"))
            yield words


def _verb(command: list[str]) -> list[str]:
    return [each for each in command[1:] if not each.startswith(("--context", "--kubeconfig"))]


@pytest.fixture
def advised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give what is said of a cluster, by its context, in which there is what a dump holds."""

    def ask(dump: str) -> str:
        items = [each for each in _objects(dump) if each["metadata"]]
        live = {"apiVersion": "v1", "kind": "List", "items": items}
        (tmp_path / "live.json").write_text(json.dumps(live, default=str))
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/live.json\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return _advice(dump, *WHERE)

    return ask


def test_every_printed_command_reaches_the_cluster_and_the_namespace(
    advised: Callable[[str], str],
) -> None:
    # A third of them: the goldens show the commands of all.
    dumps = DUMPS[::3]
    found = [each for path in dumps for each in _commands(advised(path.read_text()))]
    for command in found:
        assert command[1:3] == ["--context=my prod", "--kubeconfig=/etc/a b"], command
        verb, *objects = _verb(command)
        if verb != "create" and any(map(NAMESPACED.fullmatch, objects)):
            assert "-n" in objects or "-A" in objects, command
    assert len(found) > len(dumps)


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: f"{path.parent.name}")
def test_every_patch_of_a_uid_tests_the_old_one(path: Path) -> None:
    _assert_guarded(path.read_text())


def _assert_guarded(dump: str) -> None:
    """Assert that patches which touch a uid test the old one, and are of no claim that is there."""
    objects = _objects(dump)
    volumes = {each["metadata"]["name"]: each for each in objects if "capacity" in each["spec"]}
    holders = {
        each["metadata"]["uid"]: (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in objects
        if each["kind"] == "PersistentVolumeClaim" and "uid" in each["metadata"]
    }
    said = _advice(dump)
    for command in _commands(said):
        verb, *rest = _verb(command)
        if verb == "delete" and any(each.startswith("pv/") for each in rest):
            wait = r"kubectl wait --for=delete pod/\S+ --timeout=10m -n \S+ && "
            assert re.search(wait + re.escape(shlex.join(command)), said)
        if verb != "patch":
            continue
        patch = json.loads(rest[rest.index("-p") + 1])
        uid = volumes[rest[1]]["spec"].get("claimRef", {}).get("uid")
        if isinstance(patch, dict):
            reference = patch["spec"].get("claimRef", {})
            assert "uid" not in reference
            key = reference.get("namespace"), reference.get("name")
            assert not reference or uid is None or holders.get(uid) == key
            others = {each for each in _takers(objects, rest[1]) if each != key}
            assert not reference or not others
            continue
        assert patch[0] == {"op": "test", "path": "/spec/claimRef/uid", "value": uid}
        if uid in holders:  # once that claim is gone
            namespace, name = holders[uid]
            wait = f"kubectl wait --for=delete pvc/{name} --timeout=10m -n {namespace} && "
            assert f"{wait}{shlex.join(command)}" in said
        else:  # files do not show the claims of all namespaces
            assert f"grep -qvF -- {uid} && {shlex.join(command)}" in said


def _takers(objects: list[Object], volume: str) -> set[tuple[str, str]]:
    """Return the claims that were bound to a volume once, and those that it is reserved for."""
    found = set()
    for each in objects:
        name = each["metadata"].get("namespace", "")
        key = name, each["metadata"]["name"]
        is_claim = each["kind"] == "PersistentVolumeClaim"
        was_bound = each.get("status", {}).get("phase") in ("Bound", "Lost")
        reserved = next(
            each["spec"].get("claimRef", {})
            for each in objects
            if each["kind"] == "PersistentVolume" and each["metadata"]["name"] == volume
        )
        is_meant = key == (reserved.get("namespace"), reserved.get("name"))
        if is_claim and (is_meant or (was_bound and each["spec"].get("volumeName") == volume)):
            found.add(key)
    return found


@settings(max_examples=40)
@given(st.data())
def test_no_command_takes_a_volume_from_a_claim_that_is_there(data: st.DataObject) -> None:
    """Whatever was applied over what: names, namespaces, uids and phases exchanged at random."""
    path = data.draw(st.sampled_from([path for path in DUMPS if "rules" not in path.parts]))
    objects = _objects(path.read_text())
    claims = [each for each in objects if each["kind"] == "PersistentVolumeClaim"]
    uids = [each["metadata"]["uid"] for each in claims] + ["an-old-uid", None]
    namespaces = sorted({each["metadata"]["namespace"] for each in claims} | {"elsewhere"})
    names = sorted({each["metadata"]["name"] for each in claims})
    for each in objects:
        reference = each["spec"].get("claimRef") if "capacity" in each["spec"] else None
        if reference and data.draw(st.booleans()):
            reference["uid"] = data.draw(st.sampled_from(uids))
            reference["namespace"] = data.draw(st.sampled_from(namespaces))
            reference["name"] = data.draw(st.sampled_from(names))
            each["status"] = {"phase": data.draw(st.sampled_from(PHASES))}
    for each in claims:
        if data.draw(st.booleans()):
            each["status"] = {"phase": data.draw(st.sampled_from(("Bound", "Pending", "Lost")))}
    dump = {"apiVersion": "v1", "kind": "List", "items": objects}
    _assert_guarded(json.dumps(dump, default=str))


PHASES = ("Available", "Bound", "Released", "Failed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    with ApiServer() as running:
        for key, each in running.environment.items():
            monkeypatch.setenv(key, each)
        yield running


def _load(server: ApiServer, objects: list[Object]) -> None:
    for each in objects:
        metadata = each["metadata"]
        plural = f"{each['kind'].lower()}s"
        key = plural, metadata.get("namespace"), metadata["name"]
        server.stored[key] = json.loads(json.dumps(each, default=str))


@needs_kubectl
@pytest.mark.parametrize("more", [[], ["w"]], ids=["namespace", "set"])
def test_live_a_volume_that_was_taken_over_is_left_to_its_claim(
    server: ApiServer, more: list[str]
) -> None:
    """Within 15 s of an apply from another namespace it shows Released (measured)."""
    _load(server, _objects(TAKEN_OVER.read_text()))
    found = findings(*more, "-n", "q")
    assert {each["rule"] for each in found} == {"claim-ref"}
    for each in found:
        assert "leave pv-w-" in each["fix"]
        assert "to the claim p/pvc-w-" in each["fix"]
        assert "kubectl delete pvc pvc-w-" in each["fix"]
        assert "kubectl patch" not in each["fix"]
    result = sfsgen(["volumes", "w", "-n", "q"])
    assert (result.status, result.out) == (2, "")
    assert "--volume-name" in result.err
    assert "into its claimRef" not in result.err


@needs_kubectl
def test_live_the_way_out_ends_with_pairs_of_their_own(server: ApiServer) -> None:
    _load(server, _objects(TAKEN_OVER.read_text()))
    for each in findings("-n", "q"):
        deletions = re.findall(r"kubectl delete pvc \S+ -n q", each["fix"])
        assert deletions
        assert all(server.kubectl(*one.split()[1:]).returncode == 0 for one in deletions)
    for key, each in server.stored.items():  # as the controller does within 15 s
        if key[0] == "persistentvolumes":
            each["spec"]["claimRef"]["namespace"] = "p"
            each["status"] = {"phase": "Bound"}
    command = "volumes w -n q --volume-name 'pv-{namespace}-{name}-{ordinal}' --nfs-server nfs"
    made = sfsgen(f"{command} --nfs-path /exports --storage 1Gi")
    assert (made.status, len(_objects(made.out))) == (0, 4), made.err
    assert "pv-q-w-0" in made.out


@needs_kubectl
def test_live_a_uid_of_nobody_is_removed_after_all_namespaces_were_asked(server: ApiServer) -> None:
    _load(server, _objects((EXAMPLES / "check-released/dump.yaml").read_text()))
    result = sfsgen("check")
    assert result.out.count("\n") == 2
    assert "\n  fix: kubectl patch pv pv-web-1 --type=json" in result.out
    shown = "    " + result.out.strip().replace("\n", "\n    ")
    assert f"\n{shown}\n" in (ROOT / "README.md").read_text()


def test_live_who_may_not_read_all_namespaces_is_told_what_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = _objects((EXAMPLES / "check-released/dump.yaml").read_text())
    dump = {"apiVersion": "v1", "kind": "List", "items": objects}
    (tmp_path / "dump.json").write_text(json.dumps(dump, default=str))
    program = tmp_path / "kubectl"
    refuse = 'case "$*" in *--all-namespaces*) echo "Error: Forbidden" >&2; exit 1;; esac'
    program.write_text(f"#!/bin/sh\n{refuse}\ncat {tmp_path}/dump.json\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (found,) = findings()
    assert "whether a claim of another namespace has its uid" in found["what"]
    assert found["fix"].startswith("kubectl get pvc -A ")


@needs_kubectl
def test_the_command_from_a_dump_looks_for_itself(server: ApiServer) -> None:
    dump = EXAMPLES / "check-released/dump.yaml"
    (found,) = findings("-f", str(dump))
    _load(server, _objects(dump.read_text()))
    before = json.dumps(server.stored["persistentvolumes", None, "pv-web-1"])
    uid = json.loads(before)["spec"]["claimRef"]["uid"]
    key = "persistentvolumeclaims", "elsewhere", "pvc-web-1"
    owner = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {}}
    owner["metadata"] = {"name": "pvc-web-1", "namespace": "elsewhere", "uid": uid}
    server.stored[key] = owner
    assert _run(server, found["fix"]) != 0
    assert json.dumps(server.stored["persistentvolumes", None, "pv-web-1"]) == before
    del server.stored[key]
    assert _run(server, found["fix"]) == 0
    assert "uid" not in server.stored["persistentvolumes", None, "pv-web-1"]["spec"]["claimRef"]
    assert _run(server, found["fix"]) != 0  # it holds another uid by now: none


def _run(server: ApiServer, command: str) -> int:
    return subprocess.run(
        ["sh", "-c", command], env=server.environment, capture_output=True, check=False
    ).returncode


# Whose a volume is: states that were met, or that an apply over them makes.


def _stored(kind: str, name: str, namespace: str = "", phase: str = "", **spec: Any) -> Object:
    """Return an object as a server holds it; its uid is made of its names."""
    metadata = {"name": name, "uid": f"uid-{namespace}-{name}"}
    storage: Object = {"accessModes": ["ReadWriteMany"]}
    if kind == "PersistentVolume":
        storage |= {"capacity": {"storage": "1Gi"}, "nfs": {"server": "nfs", "path": f"/{name}"}}
    else:
        metadata["namespace"] = namespace
        storage |= {"storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}
    status = {"status": {"phase": phase}} if phase else {}
    api = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    return {**api, "spec": storage | spec, **status}


def _claim(namespace: str, phase: str, volume: str = "pv-w-0", name: str = "pvc-w-0") -> Object:
    return _stored("PersistentVolumeClaim", name, namespace, phase, volumeName=volume)


def _volume(phase: str, volume: str = "pv-w-0", policy: str = "Retain", **reference: str) -> Object:
    more: Object = {"claimRef": reference} if reference else {}
    more |= {"persistentVolumeReclaimPolicy": policy}
    return _stored("PersistentVolume", volume, phase=phase, **more)


def _set(namespace: str, name: str = "w", template: str = "pvc", replicas: int = 1) -> Object:
    spec = _stored("PersistentVolumeClaim", "x", "x")["spec"]
    templates = [{"metadata": {"name": template}, "spec": spec}]
    found = _stored("StatefulSet", name, namespace)
    spec = {"replicas": replicas, "serviceName": name, "volumeClaimTemplates": templates}
    return {**found, "apiVersion": "apps/v1", "spec": spec}


OF_P = {"namespace": "p", "name": "pvc-w-0"}
OF_Q = {"namespace": "q", "name": "pvc-w-0"}
BOTH = [_set("p"), _set("q")]
Q_BY_NAME_OF_P = [*BOTH, _claim("p", "Lost"), _claim("q", "Pending"), _volume("Available", **OF_P)]
UNCLEAR = [*BOTH, _claim("a", "Pending"), _claim("p", "Bound"), _volume("Available")]
UNRESERVED = [*BOTH, _claim("a", "Pending"), _claim("p", "Lost"), _volume("Available")]
LOST_BUT_ITS = [_set("p"), _claim("p", "Lost"), _volume("Released", **OF_Q, uid="uid-p-pvc-w-0")]
NO_PHASE = [_set("p"), _claim("p", ""), _volume("Bound", policy="Delete", **OF_P)]
OVERWRITTEN = [
    _set("q", replicas=2),
    _claim("q", "Pending", "pv-w-1", "pvc-w-1"),
    _volume("Released", "pv-w-1"),
]
OVERWRITTEN[-1]["spec"]["claimRef"] = {"namespace": "q", "name": "pvc-w-1", "uid": "uid-p-x"}
UNCLEAR[-1]["spec"]["claimRef"] = {"name": "pvc-w-0"}
TWO_SETS = [
    _set("p", "b", "a-x", 3),
    _set("p", "x-b", "a", 3),
    _claim("p", "Bound", "pv-2", "a-x-b-2"),
    _volume("Bound", "pv-2", namespace="p", name="a-x-b-2", uid="uid-p-a-x-b-2"),
]
RECYCLED = [
    _set("p", replicas=2),
    _claim("p", "Bound", "pv-w-1", "pvc-w-1"),
    _volume("Bound", "pv-w-1", "Recycle", namespace="p", name="pvc-w-1", uid="uid-p-pvc-w-1"),
]
OPTION = [_set("q"), _claim("q", "Pending", name="--all"), _volume("Bound", **OF_P, uid="x")]
SCALE_DOWN = "scale w -r 1 -n"


@pytest.mark.parametrize(
    ("objects", "command", "said", "unsaid"),
    [
        (Q_BY_NAME_OF_P, "check", "leave pv-w-0 to p/pvc-w-0", r"patch pv pv-w-0"),
        (UNCLEAR, "check", r'"namespace":"p","name":"pvc-w-0"', r'"namespace":"a"|-n p`'),
        (UNRESERVED, "check", "leave pv-w-0 to the claim p/pvc-w-0", r"delete pvc pvc-w-0 -n p"),
        (UNRESERVED, "volumes w -n q", "leave it, and give --volume-name", "patch"),
        (LOST_BUT_ITS, "check", "leave pv-w-0 to the claim p/pvc-w-0", "delete"),
        (NO_PHASE, "check --rule claim-template,two-claims", "", r"delete pvc"),
        (OVERWRITTEN, f"{SCALE_DOWN} q", "volume pv-w-1", r"delete .*pv/pv-w-1"),
        (TWO_SETS, "scale b -r 1", "", "delete"),
        (RECYCLED, f"{SCALE_DOWN} p", '"Retain"}}\' && kubectl wait ', r"needed, kubectl wait"),
        (OPTION, "check", "pvc/--all", r"pvc --all"),
    ],
)
def test_a_volume_is_left_to_whom_it_belongs(
    objects: list[Object], command: str, said: str, unsaid: str
) -> None:
    dump = {"apiVersion": "v1", "kind": "List", "items": objects}
    style = "" if command.startswith("check") else "--nfs-server nfs --nfs-path /e"
    result = sfsgen(f"{command} -f - {style}", json.dumps(dump))
    assert said in result.out + result.err
    assert not re.search(unsaid, result.out + result.err)
