"""What docs/stability.md promises: commands, options and exit statuses, and what reads them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

import sfsgen as package
from sfsgen.cli import app
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/stability.md").read_text()
# Every option that was ever released, and those that are to be: `--update-examples` adds new ones.
OPTIONS = Path(__file__).with_name("promised_options.txt")


def _group() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _commands() -> list[str]:
    return list(_group().list_commands(typer.Context(_group())))


def _options() -> Iterator[str]:
    """Yield every option of every command, as `command --option`."""
    context = typer.Context(_group())
    for name in _commands():
        command = _group().get_command(context, name)
        assert command
        for parameter in command.params:
            for option in [*parameter.opts, *parameter.secondary_opts]:
                if option.startswith("-"):
                    yield f"{name} {option}"


def test_the_commands_are_those_that_are_promised() -> None:
    section = PAGE.partition("## Commands\n")[2].partition("\n## ")[0]
    assert re.findall(r"`([a-z-]+)`", section) == _commands()


def test_no_option_that_is_promised_is_gone(request: pytest.FixtureRequest) -> None:
    there, promised = set(_options()), set(OPTIONS.read_text().splitlines())
    if request.config.getoption("--update-examples"):
        OPTIONS.write_text("".join(f"{each}\n" for each in sorted(there | promised)))
        return
    assert promised - there == set(), "that needs a major version"
    if "(unreleased)" not in (ROOT / "CHANGELOG.md").read_text():
        assert there - promised == set(), "a release promises them: --update-examples notes them"


def test_the_exit_statuses_are_those_that_the_readme_has() -> None:
    def statuses(text: str) -> set[str]:
        return set(re.findall(r"^\| ([0-9, ]+) \|", text, re.MULTILINE))

    assert statuses(PAGE) == statuses((ROOT / "README.md").read_text())


@pytest.mark.parametrize("command", _commands())
def test_what_no_command_takes_is_2_and_prints_nothing(command: str) -> None:
    made = sfsgen([command, "--no-such-option"])
    assert (made.status, made.out) == (2, "")
    assert made.err


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("--version", 0),
        ("render web -r 1 --nfs-server nfs.example.com --storage 1Gi", 0),
        ("check -f dump.yaml", 1),
        ("check -f nowhere.yaml", 2),
        ("render -f nowhere.yaml", 2),
        ("render web -r 1", 2),
    ],
)
def test_the_exit_statuses(command: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples/check-crossed")
    made = sfsgen(command)
    assert made.status == status, made.err
    assert bool(made.out) == (status < 2)


def test_every_environment_variable_that_is_read_is_named() -> None:
    modules = "".join(each.read_text() for each in (ROOT / "sfsgen").rglob("*.py"))
    constants = dict(re.findall(r"^(_[A-Z]+) = \"([A-Z_]+)\"", modules, re.MULTILINE))
    names = re.findall(r"environ(?:\.get\(|\[)\"?([A-Z_]+)", modules)
    read = {constants.get(each, each) for each in names}
    assert {"ARGOCD_APP_NAMESPACE", "HELM_NAMESPACE"} < read
    section = PAGE.partition("## Environment variables\n")[2]
    assert read <= set(re.findall(r"`([A-Z_]+)`", section))


def test_the_commands_of_contributing_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    blocks = "".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))
    set_up = blocks.partition("\n")[0]
    assert f"\n{set_up} && .venv/bin/pytest" in (ROOT / "README.md").read_text()
    for named in re.findall(r"(?<![\w/.-])(?:tests|examples|tools|benchmarks)/[\w./-]*", text):
        assert (ROOT / named).exists(), named
    for module in re.findall(r"-m tools\.(\w+)", text):
        assert (ROOT / f"tools/{module}.py").exists(), module
    programs = set(re.findall(r"\.venv/bin/([\w-]+)", blocks))
    assert programs == {"pip", "pytest", "ruff", "mypy", "python", "sfsgen"}
    gate = (ROOT / ".ci/run").read_text()
    assert all(f".venv/bin/{each}" in gate for each in ("ruff", "mypy", "python"))


@pytest.mark.parametrize("page", ["docs/install.md", "docs/argocd.md", "CONTRIBUTING.md"])
def test_a_version_that_a_page_names_is_this_one(page: str) -> None:
    text = (ROOT / page).read_text()
    named = re.findall(r"(?:sfsgen(?:==|@|:)|ref=v|tag -s v|origin v|sfsgen-)(\d+\.\d+\.\d+)", text)
    assert named
    assert set(named) == {package.__version__}
