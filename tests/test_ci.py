"""`check` in CI: annotations within GitHub's limits, the action, and the hook of pre-commit."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import sfsgen as package
from sfsgen.checking import github
from sfsgen.checking.ruleset import all_rules, level, rule_id
from sfsgen.documents.files import SETTINGS
from tests.program import Result, sfsgen, written

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
GOOD = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
BAD = GOOD.replace("path: /exports/pv-web-1", "path: exports")
SOFT = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi --mount-option soft").out


@cache
def _many(errors: int, warnings: int) -> str:
    """Return sets of which so many have a path that is none, and others a soft mount."""
    names = [*(f"e{number}" for number in range(errors)), *(f"w{n}" for n in range(warnings))]
    style = "--nfs-server nfs.example.com --storage 1Gi -r 1 --mount-option"
    parts = []
    for name in names:
        made = sfsgen(f"render {name} {style} {'hard' if name[0] == 'e' else 'soft'}").out
        parts.append(made.replace("path: /exports/pv-e", "path: exports/pv-e"))
    return "".join(reversed(parts))


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written({"web.yaml": _many(12, 11)}, tmp_path)
    return tmp_path


# Annotations.


@pytest.mark.parametrize(("errors", "warnings"), [(12, 11), (3, 11), (10, 1), (0, 11)])
def test_errors_come_first_and_there_are_no_more_annotations_than_a_step_keeps(
    errors: int, warnings: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written({"web.yaml": _many(errors, warnings)}, tmp_path)
    out = sfsgen("check -f web.yaml -o github").out
    shown = [line.partition(" ")[0] for line in out.splitlines() if line.startswith("::")]
    others = [line for line in out.splitlines() if not line.startswith(("::", "  fix: "))]
    told = [*shown, *(f"::{re.split(': ', line)[1]}" for line in others)]
    assert len(shown) == 10
    assert told == ["::error"] * errors + ["::warning"] * warnings
    assert set(others) < set(sfsgen("check -f web.yaml").out.splitlines())


def test_the_rest_goes_into_the_summary_of_the_step(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = many / "summary.md"
    summary.write_text("# Of another tool")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    sfsgen("check -f web.yaml")
    sfsgen("check -f web.yaml -o json")
    assert summary.read_text() == "# Of another tool"
    out = sfsgen("check -f web.yaml -o github").out
    told = summary.read_text()
    assert told.startswith("# Of another tool\n### sfsgen check\n\n12 errors, 11 warnings. ")
    others = [line for line in out.splitlines() if not line.startswith("::")]
    assert [line[4:] for line in told.splitlines() if line.startswith("    ")] == others


def test_where_all_is_shown_there_is_no_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert sfsgen("check -f - -o github", BAD).status == 1
    assert not (tmp_path / "summary.md").exists() or not (tmp_path / "summary.md").read_text()


def test_a_summary_that_cannot_be_written_stops_nothing(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(many))  # a folder
    done = sfsgen("check -f web.yaml -o github")
    assert (done.status, done.out.count("::error")) == (1, 10)
    assert "GITHUB_STEP_SUMMARY: warning: it cannot be written" in done.err


def test_a_summary_is_never_larger_than_github_takes(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = many / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    sfsgen("check -f web.yaml -o github")
    whole = summary.stat().st_size
    for most in (300, whole // 2, whole + 99, whole + 100):
        summary.unlink()
        monkeypatch.setattr(github, "_LARGEST", most)
        sfsgen("check -f web.yaml -o github")
        told = summary.read_text()
        assert len(told.encode()) <= most
        assert ("more, which the log of the step has" in told) == (most < whole + 100)


def test_nothing_of_an_input_is_markdown_or_a_command_in_a_summary(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = many / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    text = _many(12, 0).replace("path: exports/pv-e1", 'path: "```\\n# x\\n::error::<b>')
    Path("web.yaml").write_text(re.sub("(<b>.*)$", r'\1"', text, flags=re.MULTILINE))
    out = sfsgen("check -f web.yaml -o github").out
    commands = re.findall("^::.*$", out, re.MULTILINE)
    assert all(re.match(r"::(error|notice) file=web\.yaml,", each) for each in commands)
    _, _, told = summary.read_text().partition("the others are:\n\n")
    assert told
    assert all(line.startswith("    ") for line in told.splitlines())


# SARIF.


def test_the_default_level_of_a_rule_is_the_highest_that_it_tells_of() -> None:
    order = ["error", "warning", "note"]
    levels = {rule_id(rule): level(rule) for rule in all_rules()}
    told = [*(ROOT / "examples").glob("rules/*/*.txt"), *(ROOT / "examples").glob("check-*/*.txt")]
    for severity, rule in re.findall(
        r": (error|warning|note): .*\(([\w-]+)\)$",
        "\n".join(each.read_text() for each in told),
        re.MULTILINE,
    ):
        assert order.index(levels[rule]) <= order.index(severity), rule


def test_the_pages_that_sarif_leads_to_have_the_rules() -> None:
    (run,) = json.loads(sfsgen("check -f - -o sarif", GOOD).out)["runs"]
    headings = re.findall("^## (.*)$", (ROOT / "docs/rules.md").read_text(), re.MULTILINE)
    for rule in run["tool"]["driver"]["rules"]:
        address, _, heading = rule["helpUri"].partition("#")
        assert address == f"{package.HOME}/blob/v{package.__version__}/docs/rules.md"
        assert heading in headings
        assert rule["help"]["markdown"].count("**Fix:**") == 1


# pre-commit.

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def _hook(arguments: str, *files: str) -> Result:
    """Run the hook as pre-commit does: its entry, the arguments of the user, the files."""
    (hook,) = HOOKS
    return sfsgen([*shlex.split(hook["entry"])[1:], *shlex.split(arguments), *files])


PAIRS = GOOD[: GOOD.index("apiVersion: apps/v1")]
SET = GOOD[GOOD.index("apiVersion: apps/v1") :]
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
FOLDERS = {
    "web/volumes/all.yaml": PAIRS.replace("path: /exports/pv-web-1", "path: exports"),
    "web/set.yaml": SET,
    "db/db.yaml": BAD.replace("web", "db").replace("path: exports", "path: ../x"),
    "docs/config.yaml": CONFIG_MAP,
    "ci.yml": "on: push\n",
    ".github/web.yaml": BAD,
    "ui/node_modules/y/web.yaml": BAD,
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(FOLDERS, tmp_path)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("command", "status", "found", "said"),
    [
        ("web/volumes/all.yaml", 1, ["web/volumes/all.yaml"], "1 error"),
        ("./web/volumes/all.yaml", 1, ["web/volumes/all.yaml"], "1 error"),
        ("web/set.yaml", 0, [], "nothing wrong"),
        ("db/db.yaml", 1, ["db/db.yaml"], "1 error"),
        ("db/db.yaml web/volumes/all.yaml", 1, ["db", "web"], "2 errors"),
        ("docs/config.yaml", 0, [], "nothing that changed is looked at"),
        ("ci.yml", 0, [], "nothing that changed is looked at"),
        (".github/web.yaml", 0, [], "nothing that changed is looked at"),
        ("-f .github .github/web.yaml", 1, [".github/web.yaml"], "1 error"),
        ("README.md gone.txt", 0, [], "nothing that changed is looked at"),
        ("", 0, [], "nothing that changed is looked at"),
        ("db/gone.yaml", 1, ["db/db.yaml"], "1 error"),
        ("db", 1, ["db/db.yaml"], "1 error"),
        ("web/", 1, ["web/volumes/all.yaml"], "1 error"),
        ("-f web db/db.yaml", 0, [], "nothing wrong"),
        ("-f web web/volumes/all.yaml", 1, ["web/volumes/all.yaml"], "1 error"),
        ("--exclude db/ db/db.yaml", 0, [], "nothing that changed is looked at"),
        ("--ignore nfs-path db/db.yaml", 0, [], "nothing wrong"),
    ],
)
def test_the_hook_tells_what_is_found_in_the_folders_of_changed_files(
    command: str, status: int, found: list[str], said: str
) -> None:
    done = _hook(command)
    assert (done.status, said in done.err) == (status, True), done
    told = [line for line in done.out.splitlines() if "error" in line]
    assert len(told) == len(found)
    for line, file in zip(told, found, strict=True):
        assert line.removeprefix("./").startswith(file)


def test_where_nothing_changed_a_program_reads_that_nothing_is_found(tmp_path: Path) -> None:
    command = ["check", "-f", str(tmp_path), "--changed", "README.md", "-o"]
    assert json.loads(sfsgen([*command, "json"]).out)["findings"] == []
    assert json.loads(sfsgen([*command, "sarif"]).out)["runs"][0]["results"] == []
    assert sfsgen([*command, "github"]).out == ""


def test_a_finding_elsewhere_that_a_changed_object_has_a_part_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    crossed = PAIRS.replace("storage: 1Gi\n  storageClassName", "storage: 2Gi\n  storageClassName")
    written({"v/all.yaml": crossed, "s/set.yaml": SET}, tmp_path)
    whole = sfsgen("check -f .").out
    assert whole.startswith("./v/all.yaml")
    assert _hook("", "v/all.yaml").out == whole


def test_the_hook_mends_only_what_it_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bad = GOOD.replace("storage: 1Gi", "storage: 500Mi", 1)
    written({"web/web.yaml": bad, "db/db.yaml": bad.replace("web", "db")}, tmp_path)
    done = _hook("--fix", "web/web.yaml")
    assert "web.yaml" in done.err
    assert Path("web/web.yaml").read_text() != bad
    assert Path("db/db.yaml").read_text() == bad.replace("web", "db")


@pytest.mark.skipif(not shutil.which("pre-commit"), reason="no pre-commit here")
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    written(FOLDERS, tmp_path)
    for command in (
        ["git", "init", "-q"],
        ["git", "add", "."],
        ["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
    ):
        subprocess.run(command, cwd=tmp_path, check=True)
    # Once: each run installs sfsgen anew. What the hook says of which files is tried above. The
    # libraries are those that are here: to download and unpack them takes most of the time.
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_DEPS": "1"}
    words = ["pre-commit", "try-repo", str(ROOT), "sfsgen-check", "--verbose", "--files"]
    done = subprocess.run(
        [*words, "db/db.yaml", "ci.yml"],
        cwd=tmp_path,
        env={**os.environ, **libraries, "PIP_NO_BUILD_ISOLATION": "0"},  # pip takes 0 for "none"
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "(nfs-path)" in done.stdout


# The action.

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
INSTALL, LOOK = ACTION["runs"]["steps"]


def _act(step: dict[str, Any], folder: Path, **inputs: str) -> tuple[int, str, str, str]:
    """Run a step as the runner does; return its exit status, its log and its outputs."""
    known = {name: given["default"] for name, given in ACTION["inputs"].items()}
    assert set(inputs) <= {each.replace("-", "_") for each in known}
    known |= {name.replace("_", "-"): value for name, value in inputs.items()}
    own = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: known[found[1]], value)
        for name, value in step.get("env", {}).items()
    }
    (folder / "step.sh").write_text(step["run"])
    outputs = folder / "outputs"
    outputs.write_text("")
    given = {"RUNNER_TEMP": str(folder), "GITHUB_ACTION_PATH": str(ROOT)}
    given |= {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(folder / "step.sh")],
        cwd=folder,
        env={**os.environ, **given, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr, outputs.read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    program = tmp_path / "sfsgen/bin/sfsgen"
    program.parent.mkdir(parents=True)
    program.symlink_to(Path(sys.executable).with_name("sfsgen"))
    (tmp_path / "sfsgen/from").write_text(f"{ROOT}\n")
    written(FOLDERS, tmp_path)
    written({"a b/good.yaml": GOOD, "a b/$(touch x).yaml": GOOD.replace("web", "www")}, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "status", "exit_status", "said"),
    [
        ({}, 1, "1", "::error file=.github/web.yaml,"),
        ({"files": "a b\nweb\n"}, 1, "1", "::error file=web/volumes/all.yaml,"),
        ({"files": "a b/good.yaml\na b/$(touch x).yaml"}, 0, "0", ""),
        ({"files": "db", "args": "--ignore\nnfs-path"}, 0, "0", ""),
        ({"files": " db \r\n", "args": "--strict --ignore=nfs-path\r\n--exclude=a b/"}, 0, "0", ""),
        ({"files": " \n"}, 1, "1", "::error file=.github/web.yaml,"),  # and no cluster
        ({"files": "db", "format": "sarif"}, 0, "1", '"version": "2.1.0"'),
        ({"files": "nowhere", "format": "sarif"}, 2, "2", ""),
        ({"files": "db", "format": "$(touch x)"}, 2, "2", ""),
    ],
)
def test_the_action_looks(
    inputs: dict[str, str], status: int, exit_status: str, said: str, runner: Path
) -> None:
    assert _act(INSTALL, runner)[0] == 0  # installed already
    ended, out, err, outputs = _act(LOOK, runner, **inputs)
    assert (ended, outputs) == (status, f"exit-status={exit_status}\n"), err
    assert said in out
    assert bool(out) == bool(said)
    assert not (runner / "x").exists()


def test_the_action_writes_into_a_file(runner: Path) -> None:
    given = {"files": "db", "format": "sarif", "output_file": "out/of this.sarif"}
    status, out, _, _ = _act(LOOK, runner, **given)
    assert (status, out) == (0, "")
    (run,) = json.loads((runner / "out/of this.sarif").read_text())["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["nfs-path"]


def test_the_action_says_which_python_it_needs(tmp_path: Path) -> None:
    old = tmp_path / "bin/python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    step = {**INSTALL, "env": {"PATH": f"{old.parent}:{os.environ['PATH']}"}}
    status, out, _, _ = _act(step, tmp_path)
    assert (status, out.startswith("::error title=sfsgen::it needs Python 3.11")) == (2, True)


def test_the_action_runs_nothing_of_the_repository(tmp_path: Path) -> None:
    written(dict.fromkeys(("venv.py", "sys.py", "json.py"), "open('owned', 'w')\n"), tmp_path)
    # It fails at pip, which it is not to have.
    fake = tmp_path / "sfsgen/bin/pip"
    step = {**INSTALL, "run": INSTALL["run"].replace("-m venv", "-m venv --without-pip")}
    status, _, err, _ = _act(step, tmp_path)
    assert (status, str(fake) in err) == (127, True)
    assert not (tmp_path / "owned").exists()


@pytest.mark.skipif(not os.environ.get("SFSGEN_INSTALL"), reason="it takes half a minute")
def test_the_action_installs(tmp_path: Path) -> None:
    written(FOLDERS, tmp_path)
    assert _act(INSTALL, tmp_path)[0] == 0
    assert _act(LOOK, tmp_path, files="db")[0] == 1


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")
@pytest.mark.parametrize("step", [INSTALL, LOOK], ids=lambda step: step["name"])
def test_the_shell_of_the_action_is_sound(step: dict[str, Any]) -> None:
    assert "${{" not in step["run"]  # what users write is data
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "-"], input=step["run"], text=True, check=False
    )
    assert done.returncode == 0


def test_the_documentation_says_what_the_action_and_the_hook_take() -> None:
    text = (ROOT / "docs/ci.md").read_text()
    for name, given in ACTION["inputs"].items():
        default = f"`{given['default']}`" if given["default"] else ""
        assert re.search(rf"^\| `{name}` \| .* \| {default} ?\|$", text, re.MULTILINE), name
    for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        found = yaml.safe_load(block)
        for job in found.get("jobs", {}).values():
            (step,) = [each for each in job["steps"] if each["uses"].startswith("sfsgen/")]
            assert step["uses"] == f"sfsgen/sfsgen@v{package.__version__}"
            assert set(step["with"]) <= set(ACTION["inputs"])
        for repo in found.get("repos", ()):
            assert repo["repo"] == package.HOME
            assert [each["id"] for each in repo["hooks"]] == [each["id"] for each in HOOKS]
    assert SETTINGS in (ROOT / "docs/check.md").read_text()
