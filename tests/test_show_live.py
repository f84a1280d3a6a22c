"""`sfsgen show` of a live cluster, by a real kubectl and by one that refuses."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.api_server import ApiServer
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")

NODE_DOWN = Path(__file__).parents[1] / "examples/show-node-down/dump.yaml"
WEB = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    with ApiServer() as running:
        for key, each in running.environment.items():
            monkeypatch.setenv(key, each)
        yield running


def test_a_live_set_is_shown_and_its_pods_are_looked_for(server: ApiServer) -> None:
    server.kubectl("create", "-f", "-", input=sfsgen(WEB).out)
    result = sfsgen("show web")
    assert result.status == 0
    assert [each.split()[0] for each in result.out.splitlines()] == ["POD", "web-0", "web-1"]
    assert result.out.count("no pod") == 2
    # The server of the tests has no nodes: the rest is shown all the same.
    assert "kubectl get nodes: " in result.err
    assert "namespace default" in result.err


def test_where_no_state_is_shown_no_pod_is_asked_for(server: ApiServer) -> None:
    server.kubectl("create", "-f", "-", input=sfsgen(WEB).out)
    result = sfsgen("show web -o paths")
    assert result.out.splitlines() == [
        f"nfs.example.com:/exports/pv-web-{number}" for number in range(2)
    ]
    assert "kubectl get nodes" not in result.err


def test_all_namespaces_are_shown(server: ApiServer) -> None:
    for each in ("default", "demo"):
        options = f"-n {each} --volume-name {each}-{{ordinal}} --nfs-path /{each}"
        server.kubectl("create", "-f", "-", input=sfsgen(f"{WEB} {options}").out)
    assert "demo" not in sfsgen("show").out
    result = sfsgen("show -A")
    lines = [each.split()[:2] for each in result.out.splitlines()[1:]]
    assert lines == [[name, f"web-{number}"] for name in ("default", "demo") for number in range(2)]
    assert "all namespaces" in result.err


def _kubectl(folder: Path, *refused: str) -> None:
    """Write a kubectl that prints a dump, and refuses some resources as RBAC does."""
    dump = yaml.safe_load(NODE_DOWN.read_text())
    kinds = {"pods": ("Pod",), "nodes": ("Node",)}
    others = ("StatefulSet", "Service", "PersistentVolume", "PersistentVolumeClaim")
    for name, of in {**kinds, "others": others}.items():
        items = [each for each in dump["items"] if each["kind"] in of]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, default=str)
        (folder / f"{name}.json").write_text(text)
    cases = "".join(
        f"{each}) echo 'Error from server (Forbidden): {each} is forbidden' >&2; exit 1 ;;\n"
        for each in refused
    )
    cases += "".join(f"{each}) cat {folder}/{each}.json ;;\n" for each in kinds)
    cases += f"view) echo '{{}}' ;;\n*) cat {folder}/others.json ;;\n"
    script = f"#!/bin/sh\ncase $2 in\n{cases}esac\n"
    program = folder / "kubectl"
    program.write_text(script)
    program.chmod(0o755)


_LOST = "Terminating on node-2, which is not Ready"


@pytest.mark.parametrize(
    ("refused", "states"),
    [
        ((), ["Running", _LOST, "Running"]),
        (("nodes",), ["Running", "Terminating", "Running"]),
        (("pods",), ["", "", ""]),
        (("pods", "nodes"), ["", "", ""]),
    ],
)
def test_who_may_not_read_pods_or_nodes_sees_the_rest(
    refused: tuple[str, ...], states: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kubectl(tmp_path, *refused)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    result = sfsgen("show web -n shop -o json")
    assert result.status == 0, result.err
    (one,) = json.loads(result.out)["sets"]
    assert [each["state"] for each in one["pods"]] == states
    for each in refused:
        assert f"{each} is forbidden" in result.err
    lost = [each["rule"] for each in one["findings"]]
    assert lost == (["node-down"] if _LOST in states else [])


def test_cures_are_for_the_cluster_that_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kubectl(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    # The options stand before the verb, where the script looks for it.
    script = (tmp_path / "kubectl").read_text().replace("case $2", "shift; case $2")
    (tmp_path / "kubectl").write_text(script)
    result = sfsgen("show web -n shop --context prod")
    assert "kubectl --context=prod taint node node-2" in result.out
