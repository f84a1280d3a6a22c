"""What comes next is shown on a terminal, and nowhere else."""

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries
PLACE = "--nfs-server nfs.example.com --nfs-path /e"
SET = "web -r 2 --nfs-server nfs.example.com --storage 1Gi"


def on_terminal(command: str, folder: Path, *, is_piped: bool = True) -> list[str]:
    """Run a command with a terminal as stderr, and return what it shows as next."""
    ours, theirs = pty.openpty()
    program = Path(sys.executable).with_name("sfsgen")
    words = [str(program), *shlex.split(command)]
    out = subprocess.DEVNULL if is_piped else theirs
    done = subprocess.run(words, stdout=out, stderr=theirs, cwd=folder, check=False)
    os.close(theirs)
    told = b""
    while piece := _read(ours):
        told += piece
    os.close(ours)
    assert not done.returncode, told
    _, found, lines = told.decode().replace("\r\n", "\n").partition("next:\n")
    return [each.strip() for each in lines.splitlines()] if found else []


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: the other end is closed
        return b""


@pytest.mark.parametrize(
    ("command", "prepare", "create"),
    [
        (f"render {SET}", f"sfsgen prepare {SET}", "sfsgen render ARGUMENTS | kubectl create -f -"),
        (f"render {SET} -o json --only pv", f"sfsgen prepare {SET}", "| kubectl create -f -"),
        (f"render {SET} --output-dir out", f"sfsgen prepare {SET}", "kubectl create -f out"),
        (f"render {SET} --image db:1", f"sfsgen prepare {SET} --image db:1", "| kubectl create"),
        (
            f"render {SET} --output-dir out --kustomization",
            f"sfsgen prepare {SET}",
            "create -k out",
        ),
        (f"render {SET} --output-dir out --prune", f"sfsgen prepare {SET}", "create -f out"),
        (f"render {SET} --only svc", "", ""),
        (f"render {SET} --driver local", "", ""),
        (
            "scale web -r 3 -f set.yaml",
            "sfsgen prepare web -r 3 -f set.yaml",
            "| kubectl create",
        ),
        (f"volumes -f chart.yaml {PLACE}", f"sfsgen prepare -f chart.yaml {PLACE}", "| kubectl"),
    ],
)
def test_directories_are_the_step_before(
    command: str,
    prepare: str,
    create: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "set.yaml").write_text(sfsgen(f"render {SET}").out)
    (tmp_path / "chart.yaml").write_text(sfsgen(f"render {SET} --only sts").out)
    lines = on_terminal(command, tmp_path)
    if not prepare:
        assert not lines
        return
    assert lines[0] == f"{prepare} | ssh nfs.example.com sudo sh"
    assert create.replace("ARGUMENTS", SET) in lines[1]
    monkeypatch.chdir(tmp_path)
    first = sfsgen(shlex.split(lines[0].removeprefix("sfsgen ").partition(" | ")[0]))
    assert "exported " in first.out


def test_of_many_servers_some_are_shown(tmp_path: Path) -> None:
    lines = on_terminal("render web -r 9 --nfs-server n-{ordinal} --storage 1Gi", tmp_path)
    ends = [f"--for n-{each} | ssh n-{each} sudo sh" for each in range(3)]
    assert [each.endswith(end) for each, end in zip(lines, ends, strict=False)] == [True] * 3
    assert lines[3] == "(and so for 6 more servers)"


def test_what_prepare_prints_is_shown_its_way(tmp_path: Path) -> None:
    assert not on_terminal(f"prepare {SET}", tmp_path)
    shown = f"sfsgen prepare {SET} | ssh nfs.example.com sudo sh"
    assert on_terminal(f"prepare {SET}", tmp_path, is_piped=False) == [shown]
    (wait,) = on_terminal(f"prepare {SET} --job -n shop", tmp_path)
    assert wait.startswith("kubectl wait --for=condition=complete job/prepare-web-")
    assert wait.endswith(" -n shop")
    create, again = on_terminal(f"prepare {SET} --job -n shop", tmp_path, is_piped=False)
    assert create == f"sfsgen prepare {SET} --job -n shop | kubectl create -f -"
    assert again == wait


def test_a_server_that_ssh_would_take_for_an_option_is_not_shown(tmp_path: Path) -> None:
    text = sfsgen(f"render {SET}").out.replace("nfs.example.com", "-oProxyCommand=id")
    (tmp_path / "set.yaml").write_text(text)
    assert not on_terminal("prepare -f set.yaml", tmp_path, is_piped=False)


def test_elsewhere_nothing_is_shown() -> None:
    assert "next:" not in sfsgen(f"render {SET}").err
