"""The plugin for Argo CD, run as its sidecar runs it: by its written contract."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import sfsgen as package
from tests.program import Result, sfsgen, written

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "packaging/argocd"
PLUGIN = yaml.safe_load((FOLDER / "plugin.yaml").read_text())
SIDECAR = yaml.safe_load((FOLDER / "sidecar.yaml").read_text())
VALUES = """\
name: web
replicas: 2
nfs: {server: nfs.example.com}
claimTemplates: [{storage: 1Gi}]
"""

Parameters = list[dict[str, Any]]


def _environment(
    application: Mapping[str, str], parameters: Parameters, path: str
) -> dict[str, str]:
    """Return what Argo CD puts into the environment of `generate`; what is empty it leaves out."""
    entries = {
        "ARGOCD_APP_NAME": "web",
        "ARGOCD_APP_NAMESPACE": "shop",
        "ARGOCD_APP_SOURCE_PATH": path,
        "KUBE_VERSION": "1.34.1",
        **application,
        "ARGOCD_APP_PARAMETERS": json.dumps(parameters),
    }
    for each in parameters:
        name = "PARAM_" + re.sub("[^A-Z0-9_]", "_", each["name"].upper())
        if "string" in each:
            entries[name] = each["string"]
        entries |= {f"{name}_{index}": item for index, item in enumerate(each.get("array", ()))}
    return {name: value for name, value in entries.items() if value}


def generated(
    repository: Path,
    path: str = "web",
    application: Mapping[str, str] = {},
    parameters: Parameters = [],  # noqa: B006
) -> Result:
    """Run `generate` in an Application's folder, in the sidecar's bare environment."""
    command = PLUGIN["spec"]["generate"]
    programs = Path(sys.executable).parent
    assert (programs / "sfsgen").exists(), "the test needs the installed program"
    done = subprocess.run(
        [*command["command"], *command["args"]],
        cwd=repository / path,
        env={"PATH": f"{programs}:/usr/bin:/bin"} | _environment(application, parameters, path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def test_what_is_generated_is_what_render_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written({"web/sfsgen.yaml": VALUES}, tmp_path)
    made = generated(tmp_path)
    assert made.status == 0, made.err
    monkeypatch.chdir(tmp_path / "web")
    assert made.out == sfsgen("render -f sfsgen.yaml --gitops argocd -n shop").out
    objects = list(yaml.safe_load_all(made.out))
    kept = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
    for each in objects:
        is_storage = each["kind"].startswith("PersistentVolume")
        assert each["metadata"].get("annotations") == (kept if is_storage else None)
        if each["kind"] == "PersistentVolume":
            assert each["spec"]["claimRef"]["namespace"] == "shop"
        else:
            assert each["metadata"]["namespace"] == "shop"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"web/deployment.yaml": "kind: Deployment\n"}, "sfsgen.yaml"),
        ({"web/sfsgen.yaml": ""}, "it is empty"),
        ({"web/sfsgen.yaml": "# name: web\n"}, "sfsgen.yaml:1"),
        ({"web/sfsgen.yaml": VALUES + "replica: 3\n"}, "sfsgen.yaml:5:1"),
        ({"web/sfsgen.yaml": VALUES + "---\nname: db\n"}, "sfsgen.yaml:6"),
    ],
)
def test_what_cannot_be_generated_whole_is_an_error_and_prints_nothing(
    files: dict[str, str], told: str, tmp_path: Path
) -> None:
    # Blank output of a plugin that exits with 0 would let Argo CD prune all that there is.
    written(files, tmp_path)
    made = generated(tmp_path)
    assert made.status == 2
    assert made.out == ""
    assert told in made.err


def test_parameters_and_variables_are_options_and_parameters_win(tmp_path: Path) -> None:
    written({"web/sfsgen.yaml": "[]", "web/prod.yaml": VALUES, "common.yaml": VALUES}, tmp_path)
    variables = {"ARGOCD_ENV_REPLICAS": "9", "ARGOCD_ENV_NFS_PATH": "/srv/$(id) 'x'"}
    for file in ("prod.yaml", "../common.yaml"):
        parameters: Parameters = [
            {"name": "values-files", "array": [file]},
            {"name": "replicas", "string": "3"},
        ]
        made = generated(tmp_path, "web", variables, parameters)
        assert made.status == 0, made.err
        volumes = [each for each in yaml.safe_load_all(made.out) if "capacity" in each["spec"]]
        assert [each["spec"]["nfs"]["path"] for each in volumes] == [
            f"/srv/$(id) 'x'/pv-web-{ordinal}" for ordinal in range(3)
        ]


def test_several_values_files_are_several_sets(tmp_path: Path) -> None:
    other = VALUES.replace("name: web", "name: db")
    written({"sfsgen.yaml": VALUES, "db.yaml": other}, tmp_path)
    files: Parameters = [{"name": "values-files", "array": ["sfsgen.yaml", "db.yaml"]}]
    made = generated(tmp_path, ".", {}, files)
    assert made.status == 0, made.err
    sets = [each for each in yaml.safe_load_all(made.out) if each["kind"] == "StatefulSet"]
    assert [each["metadata"]["name"] for each in sets] == ["web", "db"]


@pytest.mark.parametrize(
    ("application", "parameters", "told"),
    [
        ({}, [{"name": "replica", "string": "3"}], '{"name": "replica", "string": "3"}'),
        ({}, [{"name": "replicas", "array": ["3"]}], '"replicas"'),
        ({}, [{"name": "values-files", "string": "a"}], '"values-files"'),
        ({"ARGOCD_ENV_FOO": "1"}, [], "the variable FOO"),
        ({}, [{"name": "values-files", "array": ["-"]}], "-: it is no file of"),
        ({}, [{"name": "values-files", "array": ["/etc/passwd"]}], "/etc/passwd: it is no file of"),
        ({"ARGOCD_ENV_VALUES_FILE": "../../x"}, [], "../../x: it is no file of"),
        ({}, [{"name": "replicas", "string": "--help"}], "--replicas"),
    ],
)
def test_what_the_plugin_does_not_take_is_told(
    application: dict[str, str], parameters: Parameters, told: str, tmp_path: Path
) -> None:
    written({"repository/web/sfsgen.yaml": VALUES, "x": VALUES}, tmp_path)
    made = generated(tmp_path / "repository", "web", application, parameters)
    assert (made.status, made.out) == (2, "")
    assert told in made.err
    assert "fix: " in made.err


@pytest.mark.parametrize(
    ("values", "options", "namespace"),
    [(VALUES, "", "shop"), (f"{VALUES}namespace: web\n", "", "web"), (VALUES, "-n own", "own")],
)
def test_argo_cd_says_the_namespace_that_nobody_else_says(
    values: str, options: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGOCD_APP_NAMESPACE", "shop")
    written({"sfsgen.yaml": values}, tmp_path)
    objects = yaml.safe_load_all(sfsgen(f"render -f {tmp_path}/sfsgen.yaml {options}").out)
    claims = [each for each in objects if each["kind"] == "PersistentVolumeClaim"]
    assert {each["metadata"]["namespace"] for each in claims} == {namespace}


def test_a_namespace_that_is_none_is_told_where_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARGOCD_APP_NAMESPACE", "No.Namespace")
    made = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi")
    assert (made.status, made.out) == (2, "")
    assert made.err.startswith("ARGOCD_APP_NAMESPACE: error: ")


def test_the_plugin_finds_folders_with_a_values_file(tmp_path: Path) -> None:
    pattern = PLUGIN["spec"]["discover"]["fileName"]
    written({"web/sfsgen.yaml": VALUES, "other/kustomization.yaml": ""}, tmp_path)
    assert [*(tmp_path / "web").glob(pattern.removeprefix("./"))]
    assert not [*(tmp_path / "other").glob(pattern.removeprefix("./"))]


def test_the_parameters_that_the_ui_shows_are_those_that_are_read() -> None:
    script = PLUGIN["spec"]["generate"]["args"][0]
    (words,) = re.findall(r"^OPTIONS = \((.*)\)$", script, re.MULTILINE)
    shown = [each["name"] for each in PLUGIN["spec"]["parameters"]["static"]]
    assert shown == ["values-files", *re.findall(r'"([\w-]+)"', words)]
    page = (ROOT / "docs/argocd.md").read_text()
    assert re.findall(r"^\| `([\w-]+)` \| `[A-Z_]+`", page, re.MULTILINE) == shown


def test_no_module_of_the_repository_is_run(tmp_path: Path) -> None:
    planted = "raise SystemExit('planted')"
    names = ("json", "sfsgen", "jinja2", "sitecustomize")
    written({f"web/{name}.py": planted for name in names}, tmp_path)
    written({"web/sfsgen.yaml": VALUES}, tmp_path)
    made = generated(tmp_path)
    assert made.status == 0, made.err
    assert "planted" not in made.err


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
def test_the_sidecar_is_put_beside_the_repo_server(tmp_path: Path) -> None:
    there = {"name": "argocd-repo-server", "image": "quay.io/argoproj/argocd:v3.4.0"}
    pod = {"containers": [there], "volumes": [{"name": "var-files", "emptyDir": {}}]}
    server = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "argocd-repo-server"},
        "spec": {"template": {"spec": pod}},
    }
    shutil.copytree(FOLDER, tmp_path / "sfsgen")
    built = {"resources": ["server.yaml"], "components": ["sfsgen"]}
    written(
        {"server.yaml": yaml.safe_dump(server), "kustomization.yaml": yaml.safe_dump(built)},
        tmp_path,
    )
    done = subprocess.run(
        ["kubectl", "kustomize", tmp_path], check=True, capture_output=True, text=True
    )
    pod = yaml.safe_load(done.stdout)["spec"]["template"]["spec"]
    containers = {each["name"]: each for each in pod["containers"]}
    assert containers["argocd-repo-server"] == there
    sidecar = containers["sfsgen"]
    assert sidecar["command"] == ["/var/run/argocd/argocd-cmp-server"]
    assert sidecar["securityContext"]["runAsUser"] == 999
    assert {each["name"] for each in pod["volumes"]} >= {"var-files", "sfsgen-tmp"}
    mounted = {each["mountPath"]: each["name"] for each in sidecar["volumeMounts"]}
    assert mounted == {
        "/var/run/argocd": "var-files",
        "/home/argocd/cmp-server/plugins": "plugins",
        "/tmp": "sfsgen-tmp",  # noqa: S108  # another folder than the repo server's
    }


def test_the_sidecar_runs_the_image_of_this_version() -> None:
    (container,) = SIDECAR["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"ghcr.io/sfsgen/sfsgen:{package.__version__}"
    text = (FOLDER / "kustomization.yaml").read_text()
    assert f"?ref=v{package.__version__}]" in text
