"""What is applied over live objects: refused, taken, or taken from a claim in use."""

import copy
import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.api_server import ApiServer
from tests.control_plane import CLAIM, STATEFUL_SET, VOLUME, ControlPlane, Object
from tests.program import Result, findings, sfsgen

pytestmark = pytest.mark.without_libraries

needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
_RENDER = "render web -r 2 --nfs-server nfs --nfs-path /e --storage 1Gi"
_PLURAL = {
    STATEFUL_SET: "statefulsets",
    "Service": "services",
    CLAIM: "persistentvolumeclaims",
    VOLUME: "persistentvolumes",
}


def _live() -> list[Object]:
    """Return what a cluster has once the set was created."""
    plane = ControlPlane(yaml.safe_load_all(sfsgen(_RENDER).out))
    plane.settle()
    return list(plane.objects.values())


def _told(wanted: str, tmp_path: Path, live: list[Object] | None = None) -> list[tuple[str, str]]:
    """Return severity and kind of what is told of a set that is applied over the live one."""
    (tmp_path / "web.yaml").write_text(wanted)
    dump = {"apiVersion": "v1", "kind": "List", "items": _live() if live is None else live}
    (tmp_path / "dump.json").write_text(json.dumps(dump))
    files = [str(tmp_path / each) for each in ("web.yaml", "dump.json")]
    found = findings("-f", files[0], "-f", files[1], "--rule", "applied")
    return [(each["severity"], each["object"]["kind"]) for each in found]


_SIZE = [("error", CLAIM), ("error", STATEFUL_SET), ("note", VOLUME)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", []),
        ("-r 3", [("note", STATEFUL_SET)]),
        ("--start-ordinal 1", [("note", STATEFUL_SET)]),
        ("--storage 1024Mi", []),  # the same amount
        ("--storage 2Gi", _SIZE),
        ("--access-mode ReadWriteOnce", _SIZE),
        ("--nfs-server other", [("error", VOLUME)]),
        ("--nfs-path /elsewhere", [("error", VOLUME)]),
        ("--reclaim-policy Delete", [("note", VOLUME)]),
        ("--mount-option nfsvers=4.1", [("note", VOLUME)]),
        ("--pod-management-policy Parallel", [("error", STATEFUL_SET)]),
        ("--service-name other", [("error", STATEFUL_SET)]),
        ("--image other:1", []),  # of pods we look at nothing here
    ],
)
def test_what_a_server_refuses_and_what_it_takes(
    options: str, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    wanted = sfsgen(f"{_RENDER} {options}")
    assert wanted.status == 0, wanted.err
    assert sorted(_told(wanted.out, tmp_path)) == told


def _without(field: str) -> str:
    objects = list(yaml.safe_load_all(sfsgen(_RENDER).out))
    for each in objects:
        if each["kind"] == STATEFUL_SET:
            if field == "serviceName":
                del each["spec"]["serviceName"]
            else:
                each["spec"]["volumeClaimTemplates"][0]["metadata"]["labels"] = {"a": "b"}
    return yaml.safe_dump_all(objects)


@pytest.mark.parametrize("field", ["serviceName", "labels"])
def test_what_a_claim_template_says_of_itself_is_immutable_too(field: str, tmp_path: Path) -> None:
    assert ("error", STATEFUL_SET) in _told(_without(field), tmp_path)


def test_a_provisioners_claim_can_grow(tmp_path: Path) -> None:
    live = _live()
    for each in live:
        if each["kind"] == VOLUME:
            each["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}
    claims = [copy.deepcopy(each) for each in live if each["kind"] == CLAIM]
    for each in claims:
        del each["metadata"]["uid"], each["status"]
        each["spec"]["resources"]["requests"]["storage"] = "2Gi"
    assert _told(yaml.safe_dump_all(claims), tmp_path, live) == [("note", CLAIM)]


def test_a_claim_ref_that_takes_a_volume_from_its_claim_is_an_error(tmp_path: Path) -> None:
    wanted = sfsgen(_RENDER.replace("-r 2", "-r 2 -n shop")).out
    assert ("error", VOLUME) in _told(wanted, tmp_path)


@needs_kubectl
def test_files_are_compared_with_a_live_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(sfsgen(f"{_RENDER} --storage 2Gi").out)
    with ApiServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        for each in _live():
            metadata = each["metadata"]
            kind = _PLURAL[each["kind"]]
            server.stored[kind, metadata.get("namespace"), metadata["name"]] = each
        result = sfsgen(["check", "-f", str(file), "--live"])
        same = sfsgen(["check", "-f", "-", "--live"], sfsgen(_RENDER).out)
        dumped = _live()
        for each in dumped:  # as `kubectl get -o yaml` prints them, and somebody edits them
            if each["kind"] == CLAIM:
                each["spec"]["resources"]["requests"]["storage"] = "2Gi"
        text = yaml.safe_dump_all(dumped)
        edited = findings("-f", "-", "--live", "--rule", "applied,duplicate", stdin=text)
    assert [(each["rule"], each["object"]["kind"]) for each in edited] == [("applied", CLAIM)]
    assert result.status == 1
    assert "the server refuses web: 2Gi in place of 1Gi in the claim template pvc" in result.out
    assert (
        "the server refuses pvc-web-0: 2Gi in place of 1Gi; so it is with pvc-web-1" in result.out
    )
    assert "looked at context" in result.err
    assert (same.status, same.out) == (0, "")


def test_what_cannot_be_compared_is_said() -> None:
    assert (
        _error("check --live") == "--live: error: without -f the live cluster is what is looked at"
    )
    assert _error("check -f x.yaml --live --fix").startswith("--live: error: --fix and --diff look")


def _error(command: str) -> str:
    result: Result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    return result.err.splitlines()[0]


def test_a_local_volume_stays_on_its_node(tmp_path: Path) -> None:
    options = "render web -r 1 --driver local --storage 1Gi --nfs-server"
    plane = ControlPlane(yaml.safe_load_all(sfsgen(f"{options} a").out))
    plane.settle()
    live = list(plane.objects.values())
    assert _told(sfsgen(f"{options} a").out, tmp_path, live) == []
    assert _told(sfsgen(f"{options} b").out, tmp_path, live) == [("error", VOLUME)]
