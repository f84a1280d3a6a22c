"""The container image: what its Containerfile says, and an image where one is built.

`SFSGEN_IMAGE=sfsgen SFSGEN_BUILDER=podman pytest tests/test_image.py`, also with docker or buildah.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import sfsgen as package
from tests.program import Result, sfsgen, written
from tests.test_argo_cd import PLUGIN, VALUES

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "Containerfile").read_text()
IMAGE, BUILDER = os.environ.get("SFSGEN_IMAGE", ""), os.environ.get("SFSGEN_BUILDER", "podman")
NEEDS_AN_IMAGE = pytest.mark.skipif(not IMAGE, reason="SFSGEN_IMAGE names no image to try")
RENDER = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"


def _copied() -> set[str]:
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", TEXT, re.MULTILINE)
    return {word.strip("/") for line in lines for word in line.split()}


def test_what_is_copied_is_there_and_is_not_ignored() -> None:
    allowed = re.findall(r"^!(.*)$", (ROOT / ".containerignore").read_text(), re.MULTILINE)
    for each in _copied():
        assert (ROOT / each).exists(), each
        assert each.partition("/")[0] in allowed, each
    assert {each.partition("/")[0] for each in _copied()} == set(allowed)


def test_the_user_is_not_root_and_libraries_are_pinned() -> None:
    (user,) = re.findall(r"^USER (\d+):(\d+)$", TEXT, re.MULTILINE)
    assert "0" not in user
    assert re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE) == ["${BASE}", "${BASE}"]
    for line in re.findall(r"pip.* install .*", TEXT):
        assert "--require-hashes" in line or "--no-index" in line, line


@pytest.mark.skipif(not shutil.which("hadolint"), reason="no hadolint on this machine")
def test_the_containerfile_is_sound() -> None:
    done = subprocess.run(
        ["hadolint", ROOT / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


@pytest.fixture(scope="module")
def container() -> Iterator[list[str]]:
    """Yield the words that run a command in the image: what else they need is put before it."""
    if BUILDER != "buildah":
        yield [BUILDER, "run", "--rm", "--network=none", "--read-only", "--entrypoint=", "-i"]
        return
    made = subprocess.run(["buildah", "from", IMAGE], check=True, capture_output=True, text=True)
    yield ["buildah", "run"]
    subprocess.run(["buildah", "rm", made.stdout.strip()], check=True, capture_output=True)


def _in(container: list[str], options: list[str], *command: str) -> Result:
    where = IMAGE
    if BUILDER == "buildah":
        listed = ["buildah", "containers", "--format", "{{.ContainerName}}"]
        names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        where = f"{names.split()[-1]} --"
    done = subprocess.run(
        [*container, *options, *where.split(), *command],
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@NEEDS_AN_IMAGE
def test_the_image_prints_what_this_program_prints(container: list[str]) -> None:
    for command in ("--version", RENDER, f"show {RENDER[7:]} -o svg", "schema"):
        made = _in(container, [], "sfsgen", *command.split())
        assert made.status == 0, made.err
        assert made.out == sfsgen(command).out
    assert _in(container, [], "id", "-u").out == "65532\n"
    assert _in(container, [], "sfsgen", "--version").out == f"sfsgen {package.__version__}\n"


@NEEDS_AN_IMAGE
def test_argo_cd_finds_its_plugin_in_the_image(container: list[str], tmp_path: Path) -> None:
    there = _in(container, [], "cat", "/home/argocd/cmp-server/config/plugin.yaml")
    assert yaml.safe_load(there.out) == PLUGIN
    written({"web/sfsgen.yaml": VALUES, "empty/README.md": ""}, tmp_path)
    command = PLUGIN["spec"]["generate"]
    for folder, status in (("web", 0), ("empty", 2)):
        mounted = ["--user=999", f"--volume={tmp_path}/{folder}:/work:ro"]
        variables = ["env", "ARGOCD_APP_NAMESPACE=shop", "ARGOCD_ENV_REPLICAS=3"]
        made = _in(container, mounted, *variables, *command["command"], *command["args"])
        assert made.status == status, made.err
        assert made.out.count("kind: PersistentVolume\n") == (0 if status else 3)
