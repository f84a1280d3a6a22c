"""The documentation says what the program does."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import sfsgen as package
from sfsgen.kubernetes import versions
from sfsgen.kubernetes.versions import Target
from sfsgen.printing.rendering import Renderer
from sfsgen.printing.templates import Templates
from sfsgen.values import vocabulary
from sfsgen.values.options import overlay
from sfsgen.values.settings import PAIRS, SETTINGS, listed
from sfsgen.values.stateful_set import build
from sfsgen.values.tree import Values
from tests.api_server import ApiServer
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "examples/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]

needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")


class Block(NamedTuple):
    """Commands of a page, and what they print where the next block shows it."""

    script: str
    shown: str | None


def _blocks() -> dict[str, Block]:
    """Return the commands by page and number, each once: translations have the same."""
    found: dict[str, Block] = {}
    for page in PAGES:
        fenced = re.findall(r"(?ms)^```(\w+)\n(.*?)^```", page.read_text())
        for number, (language, block) in enumerate(fenced):
            following, text = [*fenced, ("", "")][number + 1]
            plain = re.sub(r"(?m) +# .*$", "", block)
            made = Block(plain, text if following == "text" else None)
            if language == "sh" and made not in found.values():
                found[f"{page.name}-{number}"] = made
    return found


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script with the installed program, and a kubectl that finds an empty cluster."""
    program = Path(sys.executable).with_name("sfsgen")
    assert program.exists(), "the test needs the installed program"
    with ApiServer() as server:
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env={**server.environment, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )


@needs_kubectl
@pytest.mark.parametrize("block", _blocks().values(), ids=_blocks())
def test_commands_of_the_documentation_run_in_an_empty_folder(block: Block, tmp_path: Path) -> None:
    # The API server of the tests scales nothing.
    script = re.sub(r"(?m)^kubectl scale .*$", "", block.script)
    done = _run("exec 2>&1\n" * (block.shown is not None) + script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert block.shown in (None, done.stdout)


def _options(command: str) -> set[str]:
    help_text = sfsgen(f"{command} --help").out
    return {
        each for each in re.findall(r"--[a-z][a-z-]+", help_text) if not each.startswith("--no-")
    }


def _documented(page: str) -> set[str]:
    return set(re.findall(r"`(--[a-z][a-z-]+)[ `]", (ROOT / "docs" / page).read_text()))


@pytest.mark.parametrize(
    ("page", "commands"),
    [
        ("render.md", ["render"]),
        ("scale.md", ["scale", "volumes"]),
        ("check.md", ["check"]),
        ("init.md", ["init"]),
        ("recover.md", ["recover"]),
        ("move.md", ["move"]),
        ("adopt.md", ["adopt"]),
        ("show.md", ["show"]),
        ("prepare.md", ["prepare"]),
        ("helm.md", ["post-render"]),
    ],
)
def test_every_option_is_documented(page: str, commands: list[str]) -> None:
    options = set().union(*map(_options, commands)) - {"--help"}
    assert len(options) > 4
    assert options - _documented(page) == set()
    assert _documented(page) - options == set()


def test_every_word_of_a_values_file_is_documented() -> None:
    text = (ROOT / "docs/render.md").read_text()
    properties = vocabulary.schema()["properties"]
    template = properties["claimTemplates"]["items"]["properties"]
    for word in {*properties, *template, *properties["nfs"]["properties"]}:
        assert re.search(rf"[`.]{word}\b", text), word


@pytest.mark.parametrize("option", [each.option for each in SETTINGS if each.option])
def test_the_tables_of_options_say_what_the_table_of_settings_says(option: str) -> None:
    (setting,) = [each for each in SETTINGS if each.option == option]
    text = (ROOT / "docs/render.md").read_text()
    ((named, word, default),) = re.findall(
        rf"^\| (`{option}[ `][^|]*)\| `([^`]+)`[^|]*\|[^|]*\|([^|]*)\|$", text, re.MULTILINE
    )
    spelled = ".".join(part for part in setting.path if isinstance(part, str))
    assert setting.short in named
    assert word.replace("[]", "") == (spelled or "claimTemplates")
    # What Kubernetes takes where nothing is said is not printed.
    assert default.strip(" `").startswith(setting.default) or default == " Kubernetes' "


def test_scale_and_volumes_take_the_options_that_are_documented() -> None:
    text = (ROOT / "docs/scale.md").read_text()
    sentence = text.partition("win over what is:")[2].partition("Their meaning")[0]
    assert re.findall(r"`(--[a-z-]+)`", sentence) == [each.option for each in listed(PAIRS)]


def test_the_newest_and_the_oldest_minor_are_documented() -> None:
    text = (ROOT / "docs/render.md").read_text()
    target = versions.Target()
    assert f"1.{versions.OLDEST} to 1.{versions.NEWEST}" in text
    assert f"1.{target.oldest} to 1.{target.newest}" in text


def _variables() -> set[tuple[str, str]]:
    """Return the variables that templates get, as the renderer makes them."""
    values = Values(Target())
    options = {"NAME": "web", "--replicas": "1", "--nfs-server": "nfs", "--storage": "1Gi"}
    overlay(values, options)
    stateful_set = build(values)
    renderer = Renderer(Target(), Templates())
    (template,) = stateful_set.claim_templates
    variables = renderer.set_variables(
        stateful_set, stateful_set.governing
    ) | renderer.pair_variables(template, 0)
    found: set[tuple[str, str]] = set()
    for name, value in variables.items():
        inside = value[0] if isinstance(value, list) else value
        found |= {(name, word) for word in inside} if isinstance(inside, dict) else {(name, name)}
    return found


def test_the_variables_of_templates_are_documented_and_exist() -> None:
    text = (ROOT / "docs/templates.md").read_text()
    documented = set()
    for name, words in re.findall(r"^\| `(\w+)` \| ([^|]*)\|", text, re.MULTILINE):
        documented |= {(name, word) for word in re.findall(r"`(\w+)`", words)} or {(name, name)}
    assert documented == _variables()


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    rows = dict(re.findall(r"^\| `([\w./]+)` \| (.*?) \|$", text, re.MULTILINE))
    for module in (ROOT / "sfsgen").rglob("*.py"):
        name = module.relative_to(ROOT / "sfsgen").as_posix()
        if name.endswith("__init__.py"):
            continue
        if name.startswith("rules/"):
            continue  # docs/rules.md has them
        first_line = re.match(r'"""(.*?)\.?(?:""")?\n', module.read_text())
        assert first_line, name
        assert rows.get(name) == first_line[1], name


def test_the_version_is_in_the_changelog() -> None:
    assert f"## {package.__version__}" in (ROOT / "CHANGELOG.md").read_text()
