"""What is built and installed renders as the checkout does: wheel, sdist, editable, one file."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
import typer

from sfsgen.cli import app
from tests.program import sfsgen
from tools import zipapp

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
RENDER = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi --driver csi"


def _build(folder: Path) -> Path:
    """Build an sdist, and a wheel from that sdist; .ci/run builds one with what it downloads."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def one_file(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    zipapp.write(zipapp.files_of(wheel), built / "sfsgen.pyz")
    return built / "sfsgen.pyz"


def _installed(folder: Path, *what: str) -> str:
    """Return what the program prints when installed alone into a new virtual environment."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *what]
    subprocess.run(pip, check=True, capture_output=True)
    return _printed([folder / "bin/sfsgen", *RENDER.split()], folder)


def _printed(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_wheel_renders(built: Path, tmp_path: Path) -> None:
    assert _installed(tmp_path / "venv", *map(str, built.glob("*.whl"))) == sfsgen(RENDER).out


def test_the_wheel_holds_templates_and_their_compiled_form(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    templates = sorted(path.name for path in (ROOT / "templates").glob("*.j2"))
    held = [Path(name) for name in names if name.endswith(".j2")]
    assert sorted(each.name for each in held if each.parent.name == "templates") == templates
    assert {"page.html.j2", "picture.svg.j2"} <= {each.name for each in held}
    compiled = [name for name in names if f"compiled_templates/{jinja2.__version__}/" in name]
    assert len(compiled) == len(templates)
    shared = {name.partition(".data/data/share/")[2] for name in names} - {""}
    assert shared == {
        "man/man1/sfsgen.1",
        "bash-completion/completions/sfsgen",
        "zsh/site-functions/_sfsgen",
        "fish/vendor_completions.d/sfsgen.fish",
    }
    assert {f"sfsgen/completion/sfsgen.{end}" for end in ("bash", "zsh", "fish", "ps1")} < {*names}
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]


def test_the_wheel_says_that_it_is_typed_and_under_which_licence(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as held:
        (metadata,) = [each for each in held.namelist() if each.endswith(".dist-info/METADATA")]
        lines = held.read(metadata).decode().splitlines()
        assert "sfsgen/py.typed" in held.namelist()
        assert any(each.endswith(".dist-info/licenses/LICENSE") for each in held.namelist())
    assert "License-Expression: MIT" in lines
    # On PyPI nothing lies beside the README: its links are whole.
    links = re.findall(r"\]\(([^)]+)\)|src=\"([^\"]+)\"", "\n".join(lines))
    assert len(links) > 20
    assert all("".join(each).startswith(("https://", "#")) for each in links)
    assert "Classifier: Typing :: Typed" in lines


def test_what_is_built_again_has_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = _build(tmp_path)
    archives = sorted(each for each in built.iterdir() if each.suffix != ".pyz")
    assert [each.name for each in archives] == sorted(each.name for each in again.iterdir())
    for each in archives:
        assert each.read_bytes() == (again / each.name).read_bytes(), each.name


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_the_sdist_holds_what_is_tracked_and_nothing_that_is_ignored(built: Path) -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    there = [each for each in _printed([*command], ROOT).splitlines() if (ROOT / each).exists()]
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as held:
        names = {each.name.partition("/")[2] for each in held.getmembers()}
    assert names == {*there, "PKG-INFO"}


def _jobs() -> Iterator[tuple[str, list[str]]]:
    """Yield a command line of each command, and of each way to print, and where it runs."""
    seen = set()
    for example in sorted((ROOT / "examples").glob("*/command")):
        _, *words = shlex.split(example.read_text())
        styles = [each for each in words if each in ("-o", "--job", "--template-dir", "--from")]
        style = words[words.index("-o") + 1] if "-o" in words else "", *styles
        if (words[0], style) not in seen:
            seen.add((words[0], style))
            yield str(example.parent), words
    for more in (
        "schema",
        "init",
        "--version",
        "--help",
        "render --help",
        "post-render --help",
        "check nowhere.yaml",
        "check --explain lost -o json",
        "schema --draft 7",
        "completion zsh",
        "completion powershell",
        "help check",
        "__complete zsh =soft check --rule",
    ):
        yield str(ROOT / "examples"), more.split()


def test_every_command_works_from_one_file(one_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = list(_jobs())
    commands = typer.main.get_command(app)
    assert isinstance(commands, typer.core.TyperGroup)
    assert {words[0] for _, words in jobs} >= set(commands.list_commands(typer.Context(commands)))
    # Without what is installed, and not in the checkout: all comes from the file.
    command = [sys.executable, "-I", "-S", str(ROOT / "tests/from_zip.py"), str(one_file)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, input=json.dumps(jobs)
    )
    told = json.loads(done.stdout)
    assert told["foreign"] == []
    for (folder, words), ended in zip(jobs, told["ended"], strict=True):
        monkeypatch.chdir(folder)
        assert ended == [*sfsgen(words)], words


def test_one_file_runs_by_any_name(one_file: Path, tmp_path: Path) -> None:
    for name in ("sfsgen.pyz", "kubectl-sfsgen"):
        program = tmp_path / name
        shutil.copy(one_file, program)
        assert _printed([program, *RENDER.split()], tmp_path) == sfsgen(RENDER).out


def _documented(page: str, beginning: str) -> list[str]:
    """Return the command lines of a page that begin so."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    found = [each for each in "".join(blocks).splitlines() if each.startswith(beginning)]
    assert found
    return found


@pytest.mark.parametrize("program", ["uvx", "uv", "pipx"])
def test_the_package_installs_as_documented(program: str, built: Path, tmp_path: Path) -> None:
    if not shutil.which(program):
        pytest.skip(f"no {program} on this machine")
    (wheel,) = map(str, built.glob("*.whl"))
    names = ("UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "PIPX_HOME", "PIPX_BIN_DIR")
    folders = {each: str(tmp_path / each.lower()) for each in names}
    for line in _documented("docs/install.md", f"{program} "):
        # The package that was built, not the one on PyPI.
        before, _, after = line.partition(" sfsgen")
        option = {"uvx": "--from", "pipx run": "--spec"}.get(before, "")
        package = f"{option} {shlex.quote(wheel)} sfsgen" if option else shlex.quote(wheel)
        done = subprocess.run(
            shlex.split(f"{before} {package}{after}"),
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **folders},
        )
        if "render" in line:
            assert done.stdout == sfsgen(line[line.index("render") :]).out
        else:
            (installed,) = [each for each in tmp_path.glob("*bin_dir/sfsgen") if each.exists()]
            assert _printed([installed, "--version"], tmp_path) == sfsgen("--version").out


def test_one_file_runs_as_documented(one_file: Path) -> None:
    for line in _documented("docs/install.md", "python3 sfsgen.pyz "):
        words = [sys.executable, "-I", *shlex.split(line)[1:]]
        assert _printed([*words], one_file.parent) == sfsgen(line.partition(".pyz ")[2]).out


def test_one_file_is_built_again_with_the_same_bytes(
    built: Path, one_file: Path, tmp_path: Path
) -> None:
    (wheel,) = built.glob("*.whl")
    again = tmp_path / "sfsgen.pyz"
    subprocess.run(
        [sys.executable, "-m", "tools.zipapp", wheel, "--output", again], check=True, cwd=ROOT
    )
    assert again.read_bytes() == one_file.read_bytes()
    names = zipfile.ZipFile(again).namelist()
    assert not [each for each in names if each.endswith((".so", ".pyc"))]
    assert [each for each in names if "jinja2" in each and "LICENSE" in each.upper()]


def test_an_older_python_is_told_what_one_file_needs(tmp_path: Path) -> None:
    main = zipapp.MAIN.replace(b"(3, 11)", b"(4,)")
    (tmp_path / "__main__.py").write_bytes(main)
    done = subprocess.run([sys.executable, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "sfsgen: error: it needs Python 3.11 or newer, not 3." in done.stderr


def test_no_module_looks_for_files_of_the_package_by_a_path() -> None:
    # In a zip there is none: package_data reads them.
    naming = {
        each.name for each in (ROOT / "sfsgen").rglob("*.py") if "__file__" in each.read_text()
    }
    assert naming == {"package_data.py"}
