"""A real kubectl takes what is printed, and the API server gets what was meant."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path as FolderPath
from typing import Any

import pytest
import yaml

from sfsgen.documents.document import Path
from tests.api_server import ApiServer
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")

WEB = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
PLURALS = ("services", "persistentvolumes", "persistentvolumeclaims", "statefulsets")


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _as_sent(stored: dict[str, Any]) -> dict[str, Any]:
    """Return an object without what the server and kubectl add to it."""
    metadata = {
        key: value
        for key, value in stored["metadata"].items()
        if key not in ("uid", "resourceVersion", "creationTimestamp")
    }
    return {**stored, "metadata": metadata}


def test_the_pipe_creates_the_whole_set(server: ApiServer) -> None:
    """Through a real pipe between two real programs."""
    command = f"{sys.executable} -m sfsgen {WEB} | kubectl create -f -"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "service/web created",
        *(f"persistentvolume/pv-web-{ordinal} created" for ordinal in range(3)),
        *(f"persistentvolumeclaim/pvc-web-{ordinal} created" for ordinal in range(3)),
        "statefulset.apps/web created",
    ]
    printed = list(yaml.safe_load_all(sfsgen(WEB).out))
    stored = [_as_sent(each) for plural in PLURALS for each in server.objects(plural)]
    assert stored == printed


@pytest.mark.parametrize(
    ("plural", "path", "value"),
    [
        ("persistentvolumes", ("metadata", "name"), "pv-web-1"),
        ("persistentvolumes", ("spec", "claimRef", "name"), "pvc-web-1"),
        ("persistentvolumes", ("spec", "claimRef", "namespace"), "default"),
        ("persistentvolumes", ("spec", "nfs", "path"), "/exports/pv-web-1"),
        ("persistentvolumes", ("spec", "capacity", "storage"), "1Gi"),
        ("persistentvolumes", ("spec", "accessModes"), ["ReadWriteMany"]),
        ("persistentvolumes", ("spec", "storageClassName"), ""),
        ("persistentvolumeclaims", ("metadata", "name"), "pvc-web-1"),
        ("persistentvolumeclaims", ("spec", "volumeName"), "pv-web-1"),
        ("persistentvolumeclaims", ("spec", "resources", "requests", "storage"), "1Gi"),
        ("persistentvolumeclaims", ("spec", "accessModes"), ["ReadWriteMany"]),
        ("persistentvolumeclaims", ("spec", "storageClassName"), ""),
    ],
)
def test_the_server_holds(server: ApiServer, plural: str, path: Path, value: object) -> None:
    server.kubectl("create", "-f", "-", input=sfsgen(WEB).out)
    assert _at(server.objects(plural)[1], path) == value


@pytest.mark.parametrize("more", ["", "-o json", "--driver csi", "--volume log=2Gi:/log"])
def test_kubectl_takes_every_form(server: ApiServer, more: str) -> None:
    done = server.kubectl("create", "-f", "-", input=sfsgen(f"{WEB} {more}").out)
    assert done.returncode == 0, done.stderr
    names = server.kubectl("get", "svc,pv,pvc,sts", "-o", "name").stdout.split()
    assert sorted(names) == sorted(sfsgen(f"{WEB} {more} -o name").out.split())


def test_a_folder_of_files_is_created_too(server: ApiServer, tmp_path: FolderPath) -> None:
    sfsgen(f"{WEB} --output-dir {tmp_path}")
    done = server.kubectl("create", "-f", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 8


def test_before_a_scale_up_only_the_new_pairs_are_created(server: ApiServer) -> None:
    server.kubectl("create", "-f", "-", input=sfsgen(WEB).out)
    more = sfsgen(f"{WEB} -r 5 --from-ordinal 3 --only pv,pvc").out
    done = server.kubectl("create", "-f", "-", input=more)
    assert done.returncode == 0, done.stderr
    assert len(server.objects("persistentvolumes")) == 5
    assert len(server.objects("persistentvolumeclaims")) == 5


@pytest.mark.parametrize("command", ["show", "scale -r 3", "move --storage 2Gi"])
def test_of_a_set_that_was_deleted_recover_is_named(
    command: str, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in server.environment.items():
        monkeypatch.setenv(key, value)
    server.kubectl("create", "-f", "-", input=sfsgen(f"{WEB} --only pv,pvc").out)
    told = sfsgen(f"{command} web").err
    assert 'NAME: error: there is no StatefulSet "web"\n  fix: see what sfsgen recover ' in told
    assert "recover" not in sfsgen(f"{command} api").err
