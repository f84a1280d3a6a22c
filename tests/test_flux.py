"""The example for Flux: what each of its Kustomizations applies, built by kubectl's kustomize."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import sfsgen, written

pytestmark = pytest.mark.without_libraries

PAGE = (Path(__file__).parents[1] / "docs/flux.md").read_text()
# The fields of KustomizationSpec that the example uses, as kustomize.toolkit.fluxcd.io/v1 has them.
FIELDS = {"dependsOn", "interval", "timeout", "sourceRef", "path", "prune", "wait", "patches"}


def _objects() -> dict[tuple[str, str], dict[str, Any]]:
    (text,) = re.findall(r"```yaml\n(apiVersion: source.*?)```", PAGE, re.DOTALL)
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}


def _values() -> str:
    (text,) = re.findall(r"<<'END'\n(.*?)END\n", PAGE, re.DOTALL)
    return str(text)


def _applied(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return what Flux would apply: the folder's kustomization, and a Kustomization's patches."""
    patches = _objects()["Kustomization", name]["spec"]["patches"]
    written(
        {
            f"{name}/kustomization.yaml": yaml.safe_dump(
                {"resources": ["../manifests"], "patches": patches}
            )
        },
        folder,
    )
    done = subprocess.run(
        ["kubectl", "kustomize", folder / name], check=True, capture_output=True, text=True
    )
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
def test_volumes_and_claims_are_applied_first_and_the_rest_after_them(tmp_path: Path) -> None:
    written({"web.sfsgen.yaml": _values()}, tmp_path)
    command = f"render -f {tmp_path}/web.sfsgen.yaml"
    printed = list(yaml.safe_load_all(sfsgen(command).out))
    assert sfsgen(f"{command} --output-dir {tmp_path}/manifests --kustomization").status == 0
    storage, rest = _applied(tmp_path, "web-storage"), _applied(tmp_path, "web")
    assert {each["kind"] for each in storage} == {"PersistentVolume", "PersistentVolumeClaim"}
    assert {each["kind"] for each in rest} == {"Service", "StatefulSet"}

    def by_name(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(objects, key=lambda each: (each["kind"], each["metadata"]["name"]))

    assert by_name([*storage, *rest]) == by_name(printed)
    for each in storage:
        assert each["metadata"]["annotations"] == {
            "kustomize.toolkit.fluxcd.io/prune": "Disabled",
            "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent",
        }


def test_the_set_waits_for_its_storage() -> None:
    objects = _objects()
    storage, rest = objects["Kustomization", "web-storage"], objects["Kustomization", "web"]
    assert rest["spec"]["dependsOn"] == [{"name": storage["metadata"]["name"]}]
    for each in (storage, rest):
        spec = each["spec"]
        assert spec.keys() <= FIELDS
        assert spec["wait"]
        assert spec["prune"]
        assert (spec["sourceRef"]["kind"], spec["sourceRef"]["name"]) in objects
        assert each["metadata"]["namespace"] == "flux-system"
