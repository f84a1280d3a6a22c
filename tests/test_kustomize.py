"""kubectl's own kustomize runs our functions, and what the documentation says of it is so."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.program import findings, sfsgen, written

pytestmark = [
    pytest.mark.without_libraries,
    pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine"),
]

ROOT = Path(__file__).parents[1]
TRANSFORMED, COMMITTED = re.findall(
    r"^```bash\n(.*?)^```", (ROOT / "docs/kustomize.md").read_text(), re.MULTILINE | re.DOTALL
)
FUNCTION = """\
    config.kubernetes.io/function: |
      exec: {path: ./sfsgen-fn}
"""


def run(script: str, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "KUSTOMIZE_PLUGIN_HOME": str(folder / "plugin")}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done


def built(folder: Path, where: str = ".") -> str:
    return run(f"kubectl kustomize --enable-alpha-plugins {where}", folder).stdout


def rules(manifests: str) -> set[str]:
    found = findings("-f", "-", stdin=manifests)
    return {each["rule"] for each in found if each["severity"] == "error"}


def test_a_transformer_makes_pairs_of_the_names_that_an_overlay_gives(tmp_path: Path) -> None:
    run(TRANSFORMED, tmp_path)
    text = (tmp_path / "prod.yaml").read_text()
    made = {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}
    assert len(made) == 2 + 3 + 3
    volume = made["PersistentVolume", "pv-prod-web-2"]["spec"]
    assert volume["claimRef"]["namespace"] == "shop"
    assert volume["claimRef"]["name"] == "pvc-prod-web-2"
    assert made["PersistentVolumeClaim", "pvc-prod-web-2"]["metadata"]["namespace"] == "shop"
    # What is wrong is said, and nothing is built.
    wrong = tmp_path / "overlays/prod/volumes.yaml"
    wrong.write_text(wrong.read_text().replace("nfs:", "nsf:"))
    failed = run("kubectl kustomize --enable-alpha-plugins overlays/prod", tmp_path, 1)
    assert failed.stdout == ""
    assert 'there is no "nsf" in spec' in failed.stderr
    # The annotation by which kustomize itself runs it makes kubectl pass over it in silence.
    right = wrong.read_text().replace("nsf:", "nfs:")
    wrong.write_text(right.replace("metadata:\n", f"metadata:\n  annotations:\n{FUNCTION}"))
    silent = built(tmp_path, "overlays/prod")
    assert "PersistentVolume" not in silent.replace("kind: PersistentVolumeClaim", "")


def test_pairs_among_the_resources_are_kept_whole_by_the_configuration(tmp_path: Path) -> None:
    run(COMMITTED, tmp_path)
    kustomization = "namespace: shop\nresources: [web]\n"
    written({"kustomization.yaml": kustomization}, tmp_path)
    assert rules(built(tmp_path)) == {"claim-ref"}
    prefixed = f"namePrefix: prod-\n{kustomization.replace('namespace: shop', '')}"
    written({"kustomization.yaml": prefixed}, tmp_path)
    assert rules(built(tmp_path)) == {"name"}
    written({"kustomization.yaml": f"{prefixed}configurations: [pairs.yaml]\n"}, tmp_path)
    text = built(tmp_path)
    assert rules(text) == {"name"}
    for each in yaml.safe_load_all(text):
        if each["kind"] == "PersistentVolume":
            assert each["spec"]["claimRef"]["name"].startswith("prod-pvc-web-")


def test_a_generator_gives_what_render_gives(tmp_path: Path) -> None:
    values = (ROOT / "examples/fn-render/web.yaml").read_text()
    plugin = "plugin/sfsgen.github.io/v1alpha1/render/Render"
    files = {plugin: '#!/bin/sh\nexec sfsgen fn "$1"\n', "web.yaml": values}
    written({**files, "kustomization.yaml": "generators: [web.yaml]\n"}, tmp_path)
    (tmp_path / plugin).chmod(0o755)
    made = sorted(yaml.safe_load_all(built(tmp_path)), key=str)
    assert made == sorted(yaml.safe_load_all(sfsgen(f"fn {tmp_path}/web.yaml").out), key=str)


def test_a_check_stands_last_among_the_transformers(tmp_path: Path) -> None:
    run(TRANSFORMED, tmp_path)
    check = "apiVersion: sfsgen.github.io/v1alpha1\nkind: Check\nmetadata: {name: check}\n"
    whole = tmp_path / "overlays/prod/kustomization.yaml"
    text = whole.read_text().replace("namePrefix: prod-\n", "")
    written({"overlays/prod/check.yaml": check}, tmp_path)
    whole.write_text(text.replace("[volumes.yaml]", "[volumes.yaml, check.yaml]"))
    assert built(tmp_path, "overlays/prod").count("kind: PersistentVolume\n") == 3
    patch = '[{"op": "replace", "path": "/spec/template/metadata/labels", "value": {"a": "b"}}]'
    patches = f"patches: [{{target: {{kind: StatefulSet}}, patch: {patch!r}}}]\n"
    whole.write_text(whole.read_text() + patches)
    failed = run("kubectl kustomize --enable-alpha-plugins overlays/prod", tmp_path, 1)
    assert "error: " in failed.stderr
    assert "(selector)" in failed.stderr
    # Under validators kustomize refuses a program that gives back what it got, too.
    whole.write_text(text + "validators: [check.yaml]\n")
    plugin = tmp_path / "plugin/sfsgen.github.io/v1alpha1/check/Check"
    for each in (plugin.read_text(), "#!/bin/sh\nexec cat\n"):
        plugin.write_text(each)
        refused = run("kubectl kustomize --enable-alpha-plugins overlays/prod", tmp_path, 1)
        assert "validator shouldn't modify" in refused.stderr
