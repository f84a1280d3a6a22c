"""The script of `prepare`, run in a scratch root: what it makes, and what it never touches."""

import json
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries
SHELLS = [each for each in ("dash", "bash", "busybox sh") if shutil.which(each.split()[0])]
USER, GROUP = os.getuid(), os.getgid()
OWN = f"--owner {USER} --group {GROUP}"
as_root = pytest.mark.skipif(USER != 0, reason="only root gives directories away")
shells = pytest.mark.parametrize("shell", SHELLS)


def values(path: str, **more: Any) -> str:
    """Return a values file of two replicas, as JSON: any text may be a path."""
    nfs = {"server": "nfs.example.com", "path": path}
    templates = [{"name": "data", "storage": "1Gi", "mountPath": "/d"}]
    made = {"name": "db", "replicas": 2, "image": "db:1", "nfs": nfs, "claimTemplates": templates}
    return json.dumps({**made, **more})


def prepared(command: str, stdin: str = "") -> str:
    """Return the script that a command prints."""
    made = sfsgen(f"prepare {command}", stdin)
    assert not made.status, made.err
    return made.out


def run(text: str, shell: str = "", *words: str, path: Path | None = None) -> Result:
    """Run a script from stdin, in an empty folder."""
    first = [] if path is None else [str(path)]
    environment = {**os.environ, "PATH": os.pathsep.join([*first, os.environ["PATH"]])}
    with tempfile.TemporaryDirectory() as folder:
        command = [*shlex.split(shell or SHELLS[0]), "-s", "--", *words]
        done = subprocess.run(
            command,
            input=text.encode(),
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert not list(Path(folder).iterdir())
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def looks(root: Path) -> dict[str, tuple[int, ...]]:
    """Return all that lies below a folder: each with what a change would change."""
    found: dict[str, tuple[int, ...]] = {}
    for each in sorted(root.rglob("*")):
        look = each.lstat()
        found[str(each.relative_to(root))] = (*look[:6], look.st_mtime_ns, look.st_ctime_ns)
    return found


def owned(path: Path) -> tuple[str, int, int]:
    look = path.stat()
    return f"{stat.S_IMODE(look.st_mode):04o}", look.st_uid, look.st_gid


@shells
def test_it_makes_exactly_the_directories_and_changes_nothing_when_run_again(
    shell: str, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()
    text = prepared(
        f"-f - --root {tmp_path} {OWN}", values("/exports/{namespace}/{name}/{ordinal}")
    )
    first = run(text, shell)
    assert (first.status, first.err) == (0, "")
    made = looks(tmp_path)
    inside = [f"exports/default{each}" for each in ("", "/db", "/db/0", "/db/1")]
    assert list(made) == ["exports", *inside]
    assert first.out.splitlines() == [
        *(f"made {tmp_path}/{each}" for each in inside[:2]),
        *(f"made {tmp_path}/{each} ({told()})" for each in inside[2:]),
        "made 2, there already: 0",
    ]
    assert [owned(tmp_path / each)[0] for each in inside] == ["0755", "0755", "2770", "2770"]
    again = run(text, shell)
    assert (again.status, again.err) == (0, "")
    assert looks(tmp_path) == made
    assert again.out.splitlines() == [
        *(f"{tmp_path}/{each} is there already" for each in inside[2:]),
        "made 0, there already: 2",
    ]


def told(mode: str = "2770") -> str:
    return f"owner {USER}, group {GROUP}, mode {mode}"


@as_root
@shells
def test_the_owner_group_and_mode_are_those_of_the_set(shell: str, tmp_path: Path) -> None:
    context = {"runAsUser": 999, "fsGroup": 2000}
    text = prepared(
        f"-f - --root {tmp_path}", values("/pv/{ordinal}", pod={"securityContext": context})
    )
    (tmp_path / "pv").mkdir(mode=0o2775)
    (tmp_path / "pv").chmod(0o2775)  # a directory in it is born with the set-group-ID bit
    assert not run(text, shell).status
    assert owned(tmp_path / "pv/0") == ("2770", 999, 2000)
    text = prepared(f"-f - --root {tmp_path} --owner 5 --mode 700", values("/pv/{ordinal}/own"))
    (tmp_path / "pv/1").chmod(0o2770)
    assert not run(text, shell, path=None).status
    assert owned(tmp_path / "pv/1/own")[:2] == ("0700", 5)


@as_root
@pytest.mark.parametrize(("user", "group"), [(999, GROUP), (USER, 999)])
def test_an_owner_or_a_group_alone_may_be_another(user: int, group: int, tmp_path: Path) -> None:
    (tmp_path / "pv/0").mkdir(parents=True)
    (tmp_path / "pv/0").chmod(0o2770)
    os.chown(tmp_path / "pv/0", user, group)
    text = prepared(f"-f - --root {tmp_path} {OWN} --chown", values("/pv/{ordinal}"))
    assert f"gave {tmp_path}/pv/0 {told()}\n" in run(text).out
    assert owned(tmp_path / "pv/0") == ("2770", USER, GROUP)


@shells
def test_what_the_one_who_runs_it_lets_nobody_see_is_seen(shell: str, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    text = prepared(f"-f - --root {tmp_path}", values("/exports/{name}/{ordinal}"))
    assert not run(f"umask 077\n{text}", shell).status
    modes = [owned(tmp_path / "exports" / each)[0] for each in ("db", "db/0", "db/1")]
    assert modes == ["0755"] * 3


@shells
def test_the_root_of_a_server_may_be_the_export(shell: str, tmp_path: Path) -> None:
    command = f"-f - --root / --within / {OWN}"
    done = run(prepared(command, values(f"{tmp_path}/{{ordinal}}")), shell)
    assert (done.status, done.err) == (0, "")
    assert f"made {tmp_path}/0 ({told()})\n" in done.out
    assert sorted(looks(tmp_path)) == ["0", "1"]


@shells
def test_a_dry_run_makes_nothing(shell: str, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    before = looks(tmp_path)
    text = prepared(f"-f - --root {tmp_path} {OWN}", values("/exports/{name}/{ordinal}"))
    done = run(text, shell, "--dry-run")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"would make {tmp_path}/exports/db/0 ({told()})",
        f"would make {tmp_path}/exports/db/1 ({told()})",
        "would make 2, there already: 0",
    ]
    assert looks(tmp_path) == before
    assert run(text, shell, "--what").status == 2


@shells
def test_what_is_there_keeps_its_owner_and_mode_unless_asked(shell: str, tmp_path: Path) -> None:
    (tmp_path / "pv/0/inside").mkdir(parents=True)
    (tmp_path / "pv/0").chmod(0o711)
    command = f"-f - --root {tmp_path} {OWN} --mode 0750"
    done = run(prepared(command, values("/pv/{ordinal}")), shell)
    assert (
        f"{tmp_path}/pv/0 is there already, and left as it is, without {told('0750')}" in done.out
    )
    assert owned(tmp_path / "pv/0")[0] == "0711"
    text = prepared(f"{command} --chown", values("/pv/{ordinal}"))
    assert f"would give {tmp_path}/pv/0 {told('0750')}\n" in run(text, shell, "--dry-run").out
    inside = owned(tmp_path / "pv/0/inside")
    assert f"gave {tmp_path}/pv/0 {told('0750')}\n" in run(text, shell).out
    assert owned(tmp_path / "pv/0") == ("0750", USER, GROUP)
    assert owned(tmp_path / "pv/0/inside") == inside
    before = looks(tmp_path)
    assert not run(text, shell).status
    assert looks(tmp_path) == before


def _link(root: Path, outside: Path) -> str:
    (root / "exports/db").symlink_to(outside)
    return "exports/db is a link"


def _link_to_nothing(root: Path, outside: Path) -> str:
    (root / "exports/db").symlink_to(outside / "new")
    return "exports/db is a link"


def _link_at_the_end(root: Path, outside: Path) -> str:
    (root / "exports/db").mkdir()
    (root / "exports/db/1").symlink_to(outside)
    return "exports/db/1 is a link"


def _link_back_into_the_export(root: Path, outside: Path) -> str:  # noqa: ARG001
    (root / "exports/other").mkdir()
    (root / "exports/db").symlink_to("other")
    return "exports/db is a link"


def _file(root: Path, outside: Path) -> str:  # noqa: ARG001
    (root / "exports/db").write_text("")
    return "exports/db is there, and is no directory"


def _no_export(root: Path, outside: Path) -> str:  # noqa: ARG001
    (root / "exports").rmdir()
    return "exports is not there"


@shells
@pytest.mark.parametrize(
    "lay",
    [_link, _link_to_nothing, _link_at_the_end, _link_back_into_the_export, _file, _no_export],
)
def test_nothing_is_made_where_the_way_leads_elsewhere(
    lay: Any, shell: str, tmp_path: Path
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "exports").mkdir(parents=True)
    outside.mkdir()
    message = lay(root, outside)
    before = looks(tmp_path)
    text = prepared(f"-f - --root {root} {OWN} --chown", values("/exports/{name}/{ordinal}"))
    done = run(text, shell)
    assert done.status == 1
    assert message in done.err
    assert done.err.endswith("stopped: nothing was made\n")
    assert looks(tmp_path) == before


def test_the_export_itself_may_be_a_link_of_its_owner(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "exports").symlink_to("disk")
    done = run(prepared(f"-f - --root {tmp_path} {OWN}", values("/exports/{ordinal}")))
    assert f"made {tmp_path}/exports/0 " in done.out
    assert (tmp_path / "disk/1").is_dir()


def shim(folder: Path, name: str, script: str) -> Path:
    """Put a program before the one of a name."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script.replace('REAL', str(shutil.which(name)))}\n")
    (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("shell", [each for each in SHELLS if "busybox" not in each])
def test_a_client_that_swaps_a_directory_for_a_link_leads_nobody_out(
    shell: str, tmp_path: Path
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "exports").mkdir(parents=True)
    outside.mkdir(mode=0o711)
    swap = f'REAL "$@"; for last; do :; done; rmdir "$last"; ln -s {outside} "$last"'
    path = shim(tmp_path / "bin", "mkdir", swap)
    before = owned(outside)
    text = prepared(f"-f - --root {root} {OWN}", values("/exports/{name}/{ordinal}"))
    done = run(text, shell, path=path)
    assert done.status == 1
    assert "exports/db is not what was made" in done.err
    assert not list(outside.iterdir())
    assert owned(outside) == before


@pytest.mark.parametrize("shell", [each for each in SHELLS if "busybox" not in each])
def test_a_client_that_swaps_a_directory_for_another_does_not_have_it_given_away(
    shell: str, tmp_path: Path
) -> None:
    (tmp_path / "exports/other").mkdir(parents=True, mode=0o711)
    other = tmp_path / "exports/other"
    swap = f'REAL "$@"; for last; do :; done; rmdir "$last"; mv {other} "$last"'
    path = shim(tmp_path / "bin", "mkdir", swap)
    before = owned(other)
    text = prepared(f"-f - --root {tmp_path} {OWN}", values("/exports/{ordinal}"))
    done = run(text, shell, path=path)
    assert done.status == 1
    assert "exports/0 is not what was made" in done.err
    assert owned(tmp_path / "exports/0") == before


@pytest.mark.parametrize("program", ["mkdir", "chgrp", "chmod"])
@pytest.mark.parametrize("turn", range(1, 5))
@pytest.mark.parametrize(("options", "mode"), [(OWN, "2770"), ("", "0755")])
def test_what_is_cut_short_the_next_run_finishes(
    program: str, turn: int, options: str, mode: str, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "exports").mkdir(parents=True)
    count = tmp_path / "count"
    cut = f"echo >>{count}; [ $(wc -l <{count}) -lt {turn} ] || {{ kill -9 $PPID; exit; }}; "
    path = shim(tmp_path / "bin", program, f'{cut}exec REAL "$@"')
    text = prepared(f"-f - --root {root} {options}", values("/exports/{name}/{ordinal}"))
    first = run(text, "dash" if "dash" in SHELLS else "bash", path=path)
    assert first.status in (-9, 137) or not count.exists() or len(count.read_text()) < turn
    assert not run(text).status
    for each in ("db/0", "db/1"):
        assert owned(root / "exports" / each) == (mode, USER, GROUP)


def test_a_script_that_is_cut_short_on_its_way_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    text = prepared(f"-f - --root {tmp_path} {OWN}", values("/exports/{ordinal}"))
    before = looks(tmp_path)
    for length in range(0, len(text) - len("main\n"), 97):
        run(text[:length])
        assert looks(tmp_path) == before


# Any characters but those that sfsgen refuses: those that cannot be seen, and braces of patterns.
PART = (
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/{}"), min_size=1)
    | st.sampled_from(
        ["$(touch c)", "`touch c`", "a b", "-rf", "~", "*", "'", '"', "\\", "a;b", "$0"]
    )
    | st.text(st.sampled_from("$`'\"\\ ;&|<>()*?[]!#~-=%\u00e9a1"), min_size=1)
)
PATHS = st.lists(PART.filter(lambda each: each not in (".", "..")), min_size=1, max_size=3)


@settings(max_examples=25)
@given(PATHS, st.sampled_from(SHELLS))
@example(["'; touch c; '"], SHELLS[0])
@example(["$(touch c)", "-m 0777"], SHELLS[-1])
def test_no_path_reaches_a_shell_unquoted(parts: list[str], shell: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "exports").mkdir()
        path = "/".join(["/exports", *parts, "{ordinal}"])
        result = sfsgen(f"prepare -f - --root {root} --within /exports {OWN}", values(path))
        if result.status:  # too long, as a path or a part of it
            assert "longer than" in result.err or "control character" in result.err
            return
        done = run(result.out, shell)
        assert (done.status, done.err) == (0, "")
        found = sorted(os.fsencode(each.relative_to(root)) for each in root.rglob("*"))
        every = {"exports", *("/".join(["exports", *parts, each]) for each in ("0", "1"))}
        every |= {"/".join(["exports", *parts[: n + 1]]) for n in range(len(parts))}
        assert found == sorted(map(os.fsencode, every))


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")
@pytest.mark.parametrize(
    "options", ["", "--chown", "--exports 10.0.0.0/16", "--quota --exports ::/0"]
)
def test_shellcheck_finds_nothing(options: str) -> None:
    text = prepared(f"-f - {OWN} {options}", values("/exports/{name}/{ordinal}"))
    done = subprocess.run(
        ["shellcheck", "--shell=sh", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
