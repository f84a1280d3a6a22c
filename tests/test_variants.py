"""Variants of one object, in folders that lie beside one another, are no duplicates."""

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from sfsgen.findings.scene import Look, Scene
from sfsgen.sets.inventory import Inventory
from tests.program import findings, sfsgen, written

pytestmark = pytest.mark.without_libraries

RENDER = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"


def made(only: str = "svc,pv,pvc,sts", path: str = "/exports") -> str:
    return sfsgen(f"{RENDER} --only {only} --nfs-path {path}").out


WHOLE = made()
# The files of a folder, and the folders in it that are each looked at with what they stand beside.
LAYOUTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "overlays with a base": (
        {
            "base/service.yaml": made("svc"),
            "overlays/dev/set.yaml": made("pv,pvc,sts", "/dev"),
            "overlays/prod/set.yaml": made("pv,pvc,sts", "/prod"),
        },
        ["overlays/dev", "overlays/prod"],
    ),
    "an overlay that has some of its base": (
        {"base/all.yaml": WHOLE, "overlays/dev/set.yaml": made("sts")},
        ["base", "overlays"],
    ),
    "versions": ({"v1/a.yaml": WHOLE, "v2/b.yaml": made(path="/v2")}, ["v1", "v2"]),
    "deeper ones": (
        {f"{each}/{part}/a.yaml": made(part) for each in "ab" for part in ("svc,sts", "pv,pvc")},
        ["a", "b"],
    ),
    "by kind": (
        {f"{part}/{each}/a.yaml": made(part) for each in "ab" for part in ("svc,sts", "pv,pvc")},
        ["pv,pvc/a", "pv,pvc/b"],
    ),
    "beside what all share": (
        {"a.yaml": made("svc,sts"), "x/a.yaml": made("pv,pvc"), "y/a.yaml": made("pv,pvc", "/y")},
        ["x", "y"],
    ),
    "within the folder of another": (
        {"a.yaml": WHOLE, "examples/a.yaml": made("sts")},
        ["", "examples"],
    ),
    "in several places": (
        {f"{app}/{each}/a.yaml": WHOLE for app in ("p", "q") for each in ("dev", "prod")},
        ["p/dev", "p/prod", "q/dev", "q/prod"],
    ),
    "three": ({f"{each}/a.yaml": WHOLE for each in "abc"}, ["a", "b", "c"]),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_is_looked_at_with_what_it_stands_beside(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, folders = LAYOUTS[name]
    monkeypatch.chdir(tmp_path)
    written(files, tmp_path / "k")
    result = sfsgen("check --strict -f k")
    assert (result.status, result.out) == (0, ""), result.out
    said, _, _ = result.err.partition("\n")
    beginning = "sfsgen: variants of one object are looked at by themselves: "
    assert said.startswith(beginning)
    assert sorted(said.removeprefix(beginning).split(", ")) == [
        f"k/{each}".rstrip("/") for each in folders
    ]


@pytest.mark.parametrize("name", LAYOUTS)
def test_volumes_and_scale_print_no_mixture(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, _ = LAYOUTS[name]
    monkeypatch.chdir(tmp_path)
    written(files, tmp_path / "k")
    for command in ("volumes -f k", "volumes web -f k", "scale web -r 3 -f k"):
        done = sfsgen(command)
        assert (done.status, done.out) == (2, "")
        assert "hold variants of " in done.err
        _, _, fix = done.err.partition("fix: choose one: ")
        chosen = sfsgen(command.replace("-f k", fix.strip()))
        assert chosen.status == 0, chosen


def test_what_one_of_them_lacks_is_told_of_it_alone(tmp_path: Path) -> None:
    lacking = WHOLE.replace("replicas: 2", "replicas: 3")
    written({"dev/a.yaml": WHOLE, "prod/a.yaml": lacking}, tmp_path)
    found = findings("-f", str(tmp_path))
    assert {each["rule"] for each in found} == {"missing-volume"}
    assert {each["file"] for each in found} == {f"{tmp_path}/prod/a.yaml"}
    for each in found:
        assert f"`sfsgen volumes web -f {tmp_path}/prod`" in each["fix"]


def test_what_all_share_is_told_once(tmp_path: Path) -> None:
    service = made("svc").replace("clusterIP: None", "clusterIP: 10.0.0.1")
    written({"s.yaml": service, **LAYOUTS["versions"][0]}, tmp_path)
    for each in ("v1/a.yaml", "v2/b.yaml"):
        (tmp_path / each).write_text(made("pv,pvc,sts", f"/{each[:2]}"))
    found = findings("-f", str(tmp_path))
    assert len(found) == len({(each["rule"], each["line"], each["what"]) for each in found}) > 0
    assert {each["file"] for each in found} <= {f"{tmp_path}/s.yaml", f"{tmp_path}/v1/a.yaml"} | {
        f"{tmp_path}/v2/b.yaml"
    }


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"a.yaml": WHOLE, "b.yaml": WHOLE}, ["-f", "."]),
        ({"v/a.yaml": WHOLE + "---\n" + WHOLE, "w/a.yaml": WHOLE}, ["-f", "."]),
        ({"v/a.yaml": WHOLE, "w/a.yaml": WHOLE}, ["-f", "v", "-f", "w"]),
        ({"v/a.yaml": WHOLE, "w/a.yaml": WHOLE}, ["-f", "v/a.yaml", "-f", "w/a.yaml"]),
    ],
)
def test_in_one_folder_or_in_several_that_are_named_they_are_duplicates(
    files: dict[str, str], arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(files, tmp_path)
    found = findings(*arguments)
    assert {each["rule"] for each in found} == {"duplicate"}
    assert len(found) == 6


def test_the_set_that_one_of_them_holds_is_the_one_that_is_named(tmp_path: Path) -> None:
    other = WHOLE.replace("name: web", "name: www").replace("pvc-web", "pvc-www")
    style = "--nfs-path /a --nfs-server nfs.example.com"
    written({"dev/a.yaml": WHOLE, "prod/a.yaml": other}, tmp_path)  # the volumes' names are one
    done = sfsgen(["scale", "www", "-r", "3", "-o", "name", "-f", str(tmp_path), *style.split()])
    assert done.status == 0, done
    assert done.out == "persistentvolume/pv-web-2\npersistentvolumeclaim/pvc-www-2\n"


def test_only_what_has_variants_is_called_so(tmp_path: Path) -> None:
    files = {f"a/{each}/a.yaml": WHOLE for each in ("dev", "prod")}
    files |= {f"{each}/a.yaml": WHOLE.replace("web", "db") for each in ("v1", "v2")}
    written(files, tmp_path)
    told = sfsgen(["volumes", "-f", str(tmp_path)]).err.replace(f"{tmp_path}/", "")
    what = "a/dev, a/prod hold variants of StatefulSet web; v1, v2 hold variants of StatefulSet db"
    assert what in told


def test_services_are_nothing_to_volumes(tmp_path: Path) -> None:
    written({"a/s.yaml": made("svc"), "b/s.yaml": made("svc"), "set.yaml": WHOLE}, tmp_path)
    assert sfsgen(["volumes", "-f", str(tmp_path)]).status == 0


def test_a_named_set_is_looked_at_in_each(tmp_path: Path) -> None:
    written({"a/a.yaml": WHOLE, "b/a.yaml": WHOLE}, tmp_path)
    result = sfsgen(["check", "web", "-f", str(tmp_path)])
    assert (result.status, "nothing wrong in 2 StatefulSets" in result.err) == (0, True)
    assert sfsgen(["check", "www", "-f", str(tmp_path)]).status == 2


def test_each_is_mended_in_its_own_files(tmp_path: Path) -> None:
    broken = WHOLE.replace("    name: pvc-web-1\n  nfs", "    name: pvc-web-9\n  nfs")
    assert broken != WHOLE
    written({"a/a.yaml": WHOLE, "b/a.yaml": broken}, tmp_path)
    assert sfsgen(["check", "--fix", "-f", str(tmp_path)]).status == 0
    assert (tmp_path / "b/a.yaml").read_text() == WHOLE


@pytest.mark.parametrize("limit", ["_MOST", "_MOST_FOLDERS"])
@pytest.mark.parametrize(
    ("command", "first"), [("check", "Service web"), ("volumes", "PersistentVolume pv-web-0")]
)
def test_of_too_many_that_is_told_once(
    command: str, first: str, limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written({f"{each}/a.yaml": WHOLE for each in "abc"}, tmp_path / "k")
    monkeypatch.setattr(f"sfsgen.sets.variants.{limit}", 2)
    done = sfsgen(f"{command} -f k")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "--filename: error: too many folders hold variants of one object: k/a and k/b one "
        f"of {first}\n  fix: look at some of them at a time: -f k/a\n"
    )


def test_what_is_no_object_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written({f"{each}/a.yaml": WHOLE for each in "ab"} | {"b/c.yaml": "a: ["}, tmp_path)
    looked_at: list[int] = []
    made = Scene.__init__

    def counted(scene: Scene, inventory: Inventory, look: Look) -> None:
        made(scene, inventory, look)
        looked_at.append(len(look.unreadable))

    monkeypatch.setattr(Scene, "__init__", counted)
    found = findings("-f", str(tmp_path))
    assert [each["file"] for each in found] == [f"{tmp_path}/b/c.yaml"]
    assert looked_at == [1, 1, 0]  # all together, and each


def test_of_many_the_first_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written({f"k/{each}/a.yaml": WHOLE for each in "abcdefghijk"}, tmp_path)
    done = sfsgen("check -f k")
    assert (done.status, done.out) == (0, "")
    assert "by themselves: k/a, k/b, k/c, k/d, k/e, k/f, k/g, k/h, 3 more\n" in done.err


def test_no_more_than_a_few_are_held_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written({f"{each}/a.yaml": WHOLE for each in range(8)}, tmp_path)
    held: list[int] = []
    scenes: weakref.WeakSet[Scene] = weakref.WeakSet()
    made = Scene.__init__

    def counted(scene: Scene, *given: Any) -> None:
        made(scene, *given)
        gc.collect()
        scenes.add(scene)
        held.append(len(scenes))

    monkeypatch.setattr(Scene, "__init__", counted)
    assert sfsgen(["check", "-f", str(tmp_path)]).status == 0
    assert len(held) == 9
    assert max(held) <= 3
