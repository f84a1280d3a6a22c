"""`sfsgen post-render` prints what Helm has rendered, and the volumes of its sets behind it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sfsgen as package
from tests.program import sfsgen, written

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "packaging/helm/sfsgen"
SET = """\
# a comment of the chart
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  annotations:
    postrenderer.helm.sh/postrender-filename: 'web/templates/set.yaml'
spec:
  replicas: 2
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: ""
      resources: {requests: {storage: 1Gi}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {postrenderer.helm.sh/postrender-filename: 'web/svc.yaml'}}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
"""
HOOK = """\
apiVersion: batch/v1
kind: Job
metadata: {name: pre, annotations: {"helm.sh/hook": pre-install}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}
"""
STREAM = f"{HOOK}---\n{SET}---\n{SERVICE}"
PLACE = "--nfs-server nas.example.com --nfs-path /exports"
COMMAND = f"post-render -n shop {PLACE}"


@pytest.fixture(autouse=True)
def _no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELM_NAMESPACE", raising=False)


def added(out: str, stream: str = STREAM) -> list[Any]:
    """Return what stands behind a stream, every byte of which came through."""
    assert out.startswith(stream)
    return list(yaml.safe_load_all(out.removeprefix(stream)))


def test_a_stream_comes_through_with_pairs_behind_it_that_helm_keeps() -> None:
    result = sfsgen(COMMAND, STREAM)
    assert result.status == 0, result.err
    found = [each for each in added(result.out) if each]
    assert [each["metadata"]["name"] for each in found] == [
        "pv-web-0",
        "pv-web-1",
        "data-web-0",
        "data-web-1",
    ]
    for each in found:
        assert each["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert found[0]["spec"]["claimRef"]["namespace"] == "shop"
    assert found[2]["metadata"]["namespace"] == "shop"
    checked = sfsgen(
        "check -f - -o json",
        result.out.replace("name: web\n", "name: web\n  namespace: shop\n", 1).replace(
            "{name: web, ann", "{name: web, namespace: shop, ann"
        ),
    )
    assert json.loads(checked.out)["summary"]["errors"] == 0, checked.out
    # A second renderer behind it finds nothing to do.
    assert sfsgen(COMMAND, result.out).out == result.out


@pytest.mark.parametrize(
    "stream",
    [STREAM.rstrip("\n"), STREAM.replace("\n", "\r\n"), f"---\n{STREAM}", f"\n\n{STREAM}...\n"],
)
def test_every_byte_comes_through(stream: str) -> None:
    assert len([each for each in added(sfsgen(COMMAND, stream).out, stream) if each]) == 4


def test_the_namespace_is_the_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = sfsgen(f"post-render {PLACE}", STREAM)
    assert (refused.status, refused.out) == (2, "")
    assert "namespace of web" in refused.err
    assert "--post-renderer-args -n=NAMESPACE" in refused.err
    monkeypatch.setenv("HELM_NAMESPACE", "shop")
    assert sfsgen(f"post-render {PLACE}", STREAM).out == sfsgen(COMMAND, STREAM).out
    monkeypatch.setenv("HELM_NAMESPACE", "Other")
    assert sfsgen(COMMAND, STREAM).out.count("namespace: shop") == 4
    assert sfsgen(f"post-render {PLACE}", STREAM).err.startswith("HELM_NAMESPACE: error: ")


def test_a_set_that_names_its_namespace_keeps_it() -> None:
    stream = STREAM.replace("  name: web\n", "  name: web\n  namespace: own\n", 1)
    for command in (COMMAND, f"post-render {PLACE}"):
        assert sfsgen(command, stream).out.count("namespace: own") == 1 + 4


def test_a_chart_without_a_set_comes_through_as_it_is() -> None:
    result = sfsgen("post-render", HOOK)
    assert (result.status, result.out) == (0, HOOK)
    assert "there is no StatefulSet in it" in result.err


@pytest.mark.parametrize(
    ("command", "stream", "what"),
    [
        (COMMAND, "", "it is empty"),
        (COMMAND, " \n", "it is empty"),
        (COMMAND, f"{STREAM}---\na: [", "this is not YAML"),
        (COMMAND, STREAM.replace("replicas: 2", "replicas: two"), "replicas"),
        (COMMAND, STREAM.replace("kind: Service\n", ""), "kind"),
        ("post-render -n shop", STREAM, "--nfs-server"),
        ("post-render -n Shop", STREAM, "--namespace"),
        (f"{COMMAND} nothing", STREAM, 'no StatefulSet "nothing"'),
        (f"{COMMAND} --strict --mount-option soft", STREAM, "soft"),
        (f"{COMMAND} --nfs-servr a", STREAM, "write --nfs-server"),
    ],
)
def test_what_fails_prints_nothing(command: str, stream: str, what: str) -> None:
    result = sfsgen(command, stream)
    assert (result.status, result.out) == (2, "")
    assert what in result.err


def test_options_say_what_pairs_are_and_of_which_sets() -> None:
    other = SET.replace("name: web\n", "name: api\n", 1).replace(
        "serviceName: web", "serviceName: api"
    )
    stream = f"{STREAM}---\n{other}"
    found = added(sfsgen(f"{COMMAND} web -r 1 --gitops argocd --driver csi", stream).out, stream)
    assert [each["metadata"]["name"] for each in found] == ["pv-web-0", "data-web-0"]
    assert "argocd.argoproj.io/sync-options" in found[0]["metadata"]["annotations"]
    assert found[0]["spec"]["csi"]["driver"] == "nfs.csi.k8s.io"


def test_the_plugin_is_what_helm_takes() -> None:
    """The keys that Helm 4 knows: it refuses others (helm/internal/plugin: metadata_v1.go)."""
    plugin = yaml.safe_load((PLUGIN / "plugin.yaml").read_text())
    known = {
        "apiVersion",
        "name",
        "type",
        "runtime",
        "version",
        "sourceURL",
        "config",
        "runtimeConfig",
    }
    assert set(plugin) <= known
    assert plugin["apiVersion"] == "v1"
    assert plugin["type"] == "postrenderer/v1"
    assert plugin["runtime"] == "subprocess"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", plugin["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", plugin["version"])
    assert plugin["version"] == package.__version__
    assert set(plugin["runtimeConfig"]) == {"platformCommand"}
    for each in plugin["runtimeConfig"]["platformCommand"]:
        assert set(each) <= {"os", "arch", "command", "args"}
    script = PLUGIN / "post-render.sh"
    assert (
        plugin["runtimeConfig"]["platformCommand"][0]["command"]
        == "${HELM_PLUGIN_DIR}/post-render.sh"
    )
    assert os.access(script, os.X_OK)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script], check=True)


def _environment(folder: Path) -> dict[str, str]:
    program = Path(sys.executable).with_name("sfsgen")
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    homes = {
        each: str(folder / each)
        for each in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")
    }
    return {**os.environ, **homes, "PATH": path}


def test_the_plugins_script_is_a_filter(tmp_path: Path) -> None:
    command = [str(PLUGIN / "post-render.sh"), *COMMAND.split()[1:]]
    for more in ({}, {"HELM_PLUGIN_DIR": str(PLUGIN)}):
        environment = {**_environment(tmp_path), **more}
        done = subprocess.run(
            command, input=STREAM, env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == sfsgen(COMMAND, STREAM).out
    failed = subprocess.run(
        command[:1],
        input=STREAM,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "--nfs-server" in failed.stderr


HELM = shutil.which("helm")
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "chart/templates/set.yaml": re.sub(r"  annotations:\n.*\n", "", SET),
    "chart/templates/hook.yaml": HOOK,
}


@pytest.mark.skipif(not HELM, reason="no helm on this machine")
def test_helm_itself_runs_it(tmp_path: Path) -> None:
    written(CHART, tmp_path)

    def helm(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(HELM), *words]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=_environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )

    version = helm("version", "--template", "{{.Version}}").stdout
    renderer = ["--post-renderer", "sfsgen"]
    if version.startswith("v3"):
        renderer += ["--post-renderer-args", "post-render"]
    else:
        assert helm("plugin", "install", str(PLUGIN)).returncode == 0
    template = ["template", "web", "chart", "-n", "shop", *renderer]
    words = [
        f"--post-renderer-args={each}" for each in COMMAND.replace("-n shop", "-n=shop").split()[1:]
    ]
    done = helm(*template, *words)
    assert done.returncode == 0, done.stderr
    kinds = [each["kind"] for each in yaml.safe_load_all(done.stdout)]
    assert sorted(kinds) == [
        "Job",
        *["PersistentVolume"] * 2,
        *["PersistentVolumeClaim"] * 2,
        "StatefulSet",
    ]
    assert "# a comment of the chart" in done.stdout
    failed = helm(*template)
    assert failed.returncode != 0
    assert failed.stdout == ""
    assert "--nfs-server" in failed.stderr  # which Helm 4 itself does not show
