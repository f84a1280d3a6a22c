"""The workflows of the repository: pinned, with few rights, and made of commands that are there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
BY_NAME = pytest.mark.parametrize("file", FILES, ids=[each.stem for each in FILES])


def _jobs(file: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text())["jobs"]
    return jobs


def _steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in _jobs(file).values() for step in job["steps"]]


@BY_NAME
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


def test_an_action_is_pinned_by_the_same_commit_everywhere() -> None:
    used = {each for file in FILES for each in re.findall(r"uses: (.*)", file.read_text())}
    assert len({each.partition("@")[0] for each in used}) == len(used)


@BY_NAME
def test_each_job_has_the_rights_that_it_says_and_a_limit(file: Path) -> None:
    assert yaml.safe_load(file.read_text())["permissions"] == {}
    for job in _jobs(file).values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 60
    for step in _steps(file):
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_only_what_publishes_may_write() -> None:
    wrote = {
        (file.stem, name, right)
        for file in FILES
        for name, job in _jobs(file).items()
        for right, level in job["permissions"].items()
        if level == "write"
    }
    attests = ("id-token", "attestations")
    assert wrote == {
        ("release", "pypi", "id-token"),
        *(("release", "image", each) for each in ("packages", *attests)),
        *(("release", "github", each) for each in ("contents", *attests)),
    }
    (pypi,) = [job for file in FILES for name, job in _jobs(file).items() if name == "pypi"]
    assert pypi["environment"]["name"] == "pypi"


@BY_NAME
def test_what_github_fills_in_is_no_part_of_a_script(file: Path) -> None:
    scripts = [each["run"] for each in _steps(file) if "run" in each]
    assert not [each for each in scripts if "${{" in each]


@BY_NAME
def test_what_the_scripts_name_is_there(file: Path) -> None:
    scripts = "\n".join(each["run"] for each in _steps(file) if "run" in each)
    named = re.findall(r"(?<![\w/.])(?:\.ci|packaging|tests|docs)/[\w./-]+", scripts)
    named += ["Containerfile"] * ("podman build" in scripts)
    named += [f"tools/{each}.py" for each in re.findall(r"-m tools\.(\w+)", scripts)]
    assert named
    assert not [each for each in named if not (ROOT / each).exists()]


@BY_NAME
@pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck on this machine")
def test_the_scripts_are_sound(file: Path) -> None:
    scripts = "\n".join(f"({each['run']}\n)" for each in _steps(file) if "run" in each)
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "-"],
        input=scripts,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


@pytest.mark.skipif(not shutil.which("zizmor"), reason="no zizmor on this machine")
def test_zizmor_finds_nothing() -> None:
    done = subprocess.run(
        ["zizmor", "--offline", "--no-progress", ROOT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
