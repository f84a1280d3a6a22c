"""The recipes of the documentation: they render, pass `check`, and know all of their peers."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import findings, sfsgen
from tests.test_schemas import faults

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
PAGES = {"recipe-": "recipes.md", "node-down": "node-down.md"}
RECIPES = sorted((ROOT / "examples").glob("recipe-*/*.sfsgen.yaml"))
NODE_DOWN = ROOT / "examples/node-down/web.sfsgen.yaml"
FIRST_WITH_POD_INDEX = 28


def _name(file: Path) -> str:
    return file.name.removesuffix(".sfsgen.yaml")


every_recipe = pytest.mark.parametrize("file", RECIPES, ids=_name)


def _printed(file: Path, options: str = "") -> str:
    made = sfsgen(f"render -f {file} {options}")
    assert made.status == 0, made.err
    assert "warning" not in made.err
    return made.out


def _pod(printed: str) -> dict[str, Any]:
    *_, stateful_set = yaml.safe_load_all(printed)
    pod: dict[str, Any] = stateful_set["spec"]["template"]["spec"]
    return pod


def _texts(pod: dict[str, Any]) -> Iterator[str]:
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        yield from (each.get("value", "") for each in container.get("env", ()))
        yield from (*container.get("command", ()), *container.get("args", ()))


def test_all_recipes_are_there() -> None:
    names = "elasticsearch etcd kafka postgresql rabbitmq zookeeper zookeeper-before-1.28"
    assert sorted(map(_name, RECIPES)) == names.split()


@every_recipe
def test_a_recipe_has_nothing_to_find(file: Path) -> None:
    assert findings("-f", "-", stdin=_printed(file)) == []


@every_recipe
@pytest.mark.parametrize("minor", [FIRST_WITH_POD_INDEX, 31, 35, 36, 37])
def test_a_recipe_is_valid(file: Path, minor: int) -> None:
    documents = list(yaml.safe_load_all(_printed(file, f"--kube-version 1.{minor}")))
    assert list(faults(documents, minor)) == []


@every_recipe
@pytest.mark.parametrize("replicas", [1, 3, 5])
def test_the_peers_change_with_the_replicas(file: Path, replicas: int) -> None:
    values = yaml.safe_load(file.read_text())
    start = values.get("ordinals", {}).get("start", 0)
    name, namespace = values["name"], values.get("namespace", "default")
    text = "\n".join(_texts(_pod(_printed(file, f"--replicas {replicas}"))))
    named = re.findall(rf"\b{name}-([0-9]+)\.{name}\.{namespace}\.svc\b", text)
    assert {*map(int, named)} == {*range(start, start + replicas)}


@every_recipe
def test_scale_tells_that_the_list_of_peers_stays(file: Path) -> None:
    name = yaml.safe_load(file.read_text())["name"]
    dump = _printed(file, "--replicas 3")
    up, down = (sfsgen(f"scale {name} -f - --replicas {each}", dump) for each in (4, 2))
    assert up.status == down.status == 0
    assert "list its pods, and the new ones are not among them" in up.err
    assert "list its pods" not in down.err


@every_recipe
def test_a_recipe_comes_back(file: Path) -> None:
    printed = _printed(file)
    said = sfsgen("init --from -", printed)
    again = sfsgen("render -f -", said.out)
    assert [*yaml.safe_load_all(again.out)] == [*yaml.safe_load_all(printed)]


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")
@every_recipe
def test_scripts_of_a_recipe_are_clean(file: Path) -> None:
    for script in filter(
        lambda each: "\n" in each and "exit" in each, _texts(_pod(_printed(file)))
    ):
        words = ["shellcheck", "-s", "bash", "--exclude", "SC2016", "-"]
        done = subprocess.run(words, input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("file", [*RECIPES, NODE_DOWN], ids=_name)
def test_the_page_shows_the_file(file: Path) -> None:
    (page,) = [page for name, page in PAGES.items() if file.parent.name.startswith(name)]
    shown = re.findall(r"(?ms)^```yaml\n(.*?)^```", (ROOT / "docs" / page).read_text())
    assert file.read_text() in shown


BEFORE = ROOT / "examples/recipe-zookeeper-before-1.28/zookeeper-before-1.28.sfsgen.yaml"


@pytest.mark.parametrize("minor", ["1.14", "1.26", "1.27", "1.37"])
def test_an_older_minor_takes_the_id_from_the_name(minor: str) -> None:
    pod = _pod(_printed(BEFORE, f"--kube-version {minor}"))
    *shell, command = pod["containers"][0]["command"]
    text = command.replace("/docker-entrypoint.sh", "echo $ZOO_MY_ID")
    servers = re.findall(r"server\.(\d+)=(zk-\d+)\.", "\n".join(_texts(pod)))
    assert servers == [("1", "zk-0"), ("2", "zk-1"), ("3", "zk-2")]
    for number, name in servers:
        env = {"POD": name, "PATH": os.environ["PATH"]}
        words = [*shell, text]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
        assert done.stdout.startswith(f"{number} ")


@pytest.mark.parametrize("file", [each for each in RECIPES if "zookeeper" in each.name])
def test_show_prints_the_servers_that_the_set_has(file: Path) -> None:
    servers = [each for each in _texts(_pod(_printed(file))) if each.startswith("server.")]
    for made in (f"-f {file}", "-f -"):
        shown = sfsgen(f"show {made} --peers zookeeper", _printed(file))
        assert [shown.out.rstrip().replace(".cluster.local:", ":")] == servers


def test_pods_leave_their_node_as_the_page_says() -> None:
    printed = _printed(NODE_DOWN)
    given = yaml.safe_load(NODE_DOWN.read_text())["pod"]["tolerations"]
    assert _pod(printed)["tolerations"] == given
    assert findings("-f", "-", stdin=printed) == []
    assert list(faults([*yaml.safe_load_all(printed)], 37)) == []
