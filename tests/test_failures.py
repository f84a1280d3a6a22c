"""Failures of the system and of the reader: told, and nothing half done."""

# a case a line

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfsgen import signals
from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

PLAIN = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
MANY = "render web -r 100000 --allow-many --nfs-server nfs.example.com --storage 1Gi"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def process(command: str | list[str], **how: Any) -> "subprocess.CompletedProcess[str]":
    """Run sfsgen in a process of its own."""
    arguments = shlex.split(command) if isinstance(command, str) else command
    how = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL, **how}
    return subprocess.run(
        [sys.executable, "-m", "sfsgen", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
        env=ENVIRONMENT,
        **how,
    )


def shell(script: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell script in which `sfsgen` is the program."""
    program = f"{shlex.quote(sys.executable)} -m sfsgen"
    return subprocess.run(
        ["/bin/bash", "-c", f'sfsgen() {{ {program} "$@"; }}\n{script}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=ENVIRONMENT,
    )


def assert_one_line(text: str, part: str) -> None:
    assert text.count("\n") == 1, text
    assert part in text


# The system


@pytest.mark.parametrize(
    "command",
    [PLAIN, f"{PLAIN} -o json", f"{PLAIN} -o name", MANY, "init", "schema", "--help", "--version"],
)
def test_a_full_disk_is_told_in_one_line(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(command, stdout=full)
    assert done.returncode == 2
    assert_one_line(done.stderr, "No space left on device")


@pytest.mark.parametrize("command", [MANY, f"{MANY} -o json", f"{MANY} -o name"])
def test_a_reader_that_goes_away_ends_it_quietly(command: str) -> None:
    done = shell(f'sfsgen {command} | head -1; echo "status ${{PIPESTATUS[0]}}"')
    assert done.stdout.splitlines()[-1] == "status 141"
    notes = [line for line in done.stderr.splitlines() if not line.startswith("sfsgen: defaults")]
    assert notes == []


def test_a_reader_that_takes_all_gets_all() -> None:
    done = shell(f'sfsgen {PLAIN} | wc -l; echo "status ${{PIPESTATUS[0]}}"')
    lines = sfsgen(PLAIN).out.count("\n")
    assert done.stdout.split() == [str(lines), "status", "0"]


def test_a_closed_stderr_puts_no_note_among_the_yaml() -> None:
    done = shell(f'sfsgen {PLAIN} 2>&-; echo "status $?"')
    assert done.stdout == f"{sfsgen(PLAIN).out}status 0\n"


@pytest.mark.parametrize(
    "redirection", [f"{PLAIN} >&-", "render -f - <&-", "init >&-"], ids=["stdout", "stdin", "init"]
)
def test_a_closed_stream_is_a_failure_but_no_bug_of_ours(redirection: str) -> None:
    done = shell(f"sfsgen {redirection}")
    assert done.returncode == 2
    assert "this is a bug" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("output", ["yaml", "json", "name"])
def test_ctrl_c_is_told_in_one_line(output: str) -> None:
    command = f"render web -r 1000000 --allow-many --nfs-server a --storage 1Gi -o {output}"
    with subprocess.Popen(
        [sys.executable, "-m", "sfsgen", *command.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        assert running.stdout
        assert running.stdout.read(100)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.decode() == "sfsgen: interrupted\n"


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [(signal.SIGINT, 130, "sfsgen: interrupted\n"), (signal.SIGTERM, 143, "")],
)
def test_a_signal_leaves_no_files(
    tmp_path: Path, sent: signal.Signals, status: int, told: str
) -> None:
    command = "render web -r 1000000 --allow-many --nfs-server a --storage 1Gi --output-dir ."
    with subprocess.Popen(
        [sys.executable, "-m", "sfsgen", *command.split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        while not any(path.is_file() for path in tmp_path.rglob("*")):
            assert running.poll() is None
        running.send_signal(sent)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.decode()) == (status, told)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def _handlers() -> Iterator[None]:
    """Give the signals that end a run back to those who had them."""

    def unheard(number: int, _: object) -> None:
        raise AssertionError(number)

    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, unheard) for each in ending}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("_handlers")
@pytest.mark.parametrize(
    ("first", "end"),
    [
        (signal.SIGINT, KeyboardInterrupt()),
        (signal.SIGTERM, SystemExit(143)),
        (signal.SIGHUP, SystemExit(129)),
    ],
)
def test_the_first_signal_ends_a_run_and_no_other_cuts_its_end_short(
    first: signal.Signals, end: BaseException
) -> None:
    signals.end_at_the_first()
    with pytest.raises((SystemExit, KeyboardInterrupt)) as ended:
        signal.raise_signal(first)
    assert repr(ended.value) == repr(end)
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.raise_signal(each)


@pytest.mark.usefixtures("_handlers")
def test_what_is_ignored_when_a_run_starts_does_not_end_it() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.end_at_the_first()
    signal.raise_signal(signal.SIGHUP)
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGTERM)


def test_signals_wait_within_a_block_but_not_where_they_are_let_through() -> None:
    def waiting() -> set[int]:
        return {int(each) for each in signal.pthread_sigmask(signal.SIG_BLOCK, ())}

    ours = waiting()
    with signals.held() as before:
        assert waiting() == ours | {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        with signals.let_through(before):
            assert waiting() == ours
        assert waiting() > ours
    assert waiting() == ours


@pytest.mark.parametrize("path", [".", "missing.yaml", "/dev/null/x", "/proc/self/mem"])
def test_a_file_that_cannot_be_read_is_told(path: str, tmp_path: Path) -> None:
    done = process(["render", "-f", path], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{re.escape(path)}: error: .+\n  fix: .+\n", done.stderr)


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    command = f"{PLAIN} --label b=1 --label a=2 --annotation d=1 --only pv,sts,svc,pvc"
    outputs = set()
    for seed in ("1", "2"):
        program = f"PYTHONHASHSEED={seed} {shlex.quote(sys.executable)} -m sfsgen"
        outputs.add(shell(f"{program} {command}").stdout)
    assert outputs == {sfsgen(command).out}


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_the_output_is_utf_8_whatever_the_locale(locale: str) -> None:
    program = f"LC_ALL={locale} PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 "
    program += f"{shlex.quote(sys.executable)} -m sfsgen"
    done = shell(f"printf 'annotations: {{a: \u00e9}}' | {program} {PLAIN} -f -")
    assert done.returncode == 0, done.stderr
    assert "a: \u00e9" in done.stdout


# --output-dir


def files(folder: Path) -> dict[str, str]:
    """Return what a folder holds, files by their text."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else "a folder"
        for path in folder.rglob("*")
    }


def into(folder: Path, command: str = PLAIN) -> Result:
    return sfsgen([*shlex.split(command), "--output-dir", str(folder)])


@pytest.mark.parametrize("below", ["/dev/null/x", "/proc/x/y"])
def test_a_folder_that_cannot_be_made_is_told_in_one_line(below: str) -> None:
    result = into(Path(below))
    assert (result.status, result.out) == (2, "")
    assert "this is a bug" not in result.err
    assert result.err.splitlines()[0].split(": error: ")[1]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = into(tmp_path / "out")
    assert result.status == 2
    assert result.err.startswith("--output-dir: error: ")
    assert files(tmp_path) == {"out": "mine"}


def test_a_name_that_is_too_long_for_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    # "persistentvolume-" and ".yaml" leave 233 bytes: enough up to ordinal 9.
    result = into(tmp_path, f"{PLAIN} -r 12 --volume-name {232 * 'a'}{{ordinal}}")
    assert result.status == 2
    assert "File name too long" in result.err
    assert "Traceback" not in result.err
    assert files(tmp_path) == {"mine": "mine"}


def test_a_failure_makes_no_file_in_a_new_folder_either(tmp_path: Path) -> None:
    into(tmp_path / "a" / "b", f"{PLAIN} -r 12 --volume-name {232 * 'a'}{{ordinal}}")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["service-web.yaml", "persistentvolume-pv-web-1.yaml"])
def test_a_file_that_is_there_is_not_overwritten(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    result = into(tmp_path)
    assert (result.status, result.out) == (2, "")
    assert re.match(rf"--output-dir: error: .*{name}.*\n  fix: .*--force", result.err)
    assert files(tmp_path) == {name: "mine"}


def test_a_link_that_leads_nowhere_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").symlink_to("nowhere")
    assert into(tmp_path).status == 2
    assert (tmp_path / "service-web.yaml").is_symlink()


def test_force_overwrites_its_own_files_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").write_text("old")
    (tmp_path / "mine").write_text("mine")
    assert into(tmp_path, f"{PLAIN} --force").status == 0
    found = files(tmp_path)
    assert found["mine"] == "mine"
    assert found["service-web.yaml"].startswith("apiVersion: v1\n")
    assert len(found) == 9


def test_force_replaces_no_folder(tmp_path: Path) -> None:
    (tmp_path / "service-web.yaml").mkdir()
    (tmp_path / "service-web.yaml" / "mine").write_text("mine")
    before = files(tmp_path)
    assert into(tmp_path, f"{PLAIN} --force").status == 2
    assert files(tmp_path) == before
