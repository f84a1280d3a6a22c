"""What the script of `prepare` may not do is told before it does anything."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import sfsgen
from tests.test_prepare import (
    OWN,
    SHELLS,
    USER,
    as_root,
    looks,
    owned,
    prepared,
    run,
    shells,
    shim,
    values,
)

pytestmark = pytest.mark.without_libraries


@shells
def test_a_name_that_nobody_has_here_is_told_before_anything_is_made(
    shell: str, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()
    words = ["--owner", r"DOM\no one", "--group", "nobodys"]
    made = sfsgen(["prepare", "-f", "-", "--root", str(tmp_path), *words], values("/exports"))
    before = looks(tmp_path)
    for dry in ([], ["--dry-run"]):
        done = run(made.out, shell, *dry)
        assert done.err.splitlines() == [
            r"wrong: there is no user DOM\no one here: give the number",
            "wrong: there is no group nobodys here: give the number",
            "stopped: nothing was made",
        ]
        assert done.status == 1
    assert looks(tmp_path) == before


@as_root
@shells
def test_a_name_that_is_known_gets_the_directory(shell: str, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    text = prepared(f"-f - --root {tmp_path} --owner daemon --group daemon", values("/exports"))
    assert not run(text, shell).err
    look = (tmp_path / "exports/pv-db-1").stat()
    assert look.st_uid == look.st_gid != 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder into which others may look: into that of a test they may not."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def as_nobody(text: str, shell: str, *words: str) -> list[str]:
    """Run a script as one who is not root, and return what it says is wrong."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    command += [*shlex.split(shell), "-s", "--", *words]
    done = subprocess.run(
        command, input=text, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == (1 if done.stderr else 0)
    return done.stderr.splitlines()[:-1]


NOT_ROOT = "run this as root, as by sudo sh"
needs_setpriv = pytest.mark.skipif(USER != 0 or not shutil.which("setpriv"), reason="no setpriv")
# The export's owner and mode, what is asked for, what is wrong.
UNPRIVILEGED = [
    (0, 0o755, "--mode 0750", ["EXPORTS cannot be written to: "]),
    (0, 0o700, "--mode 0750", ["the export EXPORTS cannot be entered: "]),
    (
        65534,
        0o755,
        "--owner 5 --group 6",
        ["only root gives directories to 5: ", "only root gives directories to 6: "],
    ),
    (65534, 0o755, "--owner 65534 --group 65534", []),
    (65534, 0o755, "--mode 0750", []),
]


@needs_setpriv
@shells
@pytest.mark.parametrize("case", UNPRIVILEGED)
def test_who_may_not_make_them_is_told_before_anything_is_made(
    shell: str, case: tuple[int, int, str, list[str]], folder: Path
) -> None:
    owner, mode, options, wrong = case
    exports = folder / "exports"
    exports.mkdir()
    text = prepared(f"-f - --root {folder} {options}", values("/exports"))
    expected = [f"wrong: {each.replace('EXPORTS', str(exports))}{NOT_ROOT}" for each in wrong]
    for dry in (["--dry-run"], []):
        os.chown(exports, owner, owner)
        exports.chmod(mode)
        assert as_nobody(text, shell, *dry) == expected
    assert bool(list(exports.iterdir())) == (not wrong)


@needs_setpriv
def test_what_is_there_needs_no_root(folder: Path) -> None:
    (folder / "exports").mkdir()
    text = prepared(f"-f - --root {folder} --owner 5 --mode 755", values("/exports"))
    assert not run(text).status
    assert as_nobody(text, SHELLS[0]) == []
    text = prepared(f"-f - --root {folder} --owner 6 --mode 755 --chown", values("/exports"))
    first, second, *others = as_nobody(text, SHELLS[0])
    assert first.endswith(f"exports/pv-db-0 is another's: {NOT_ROOT}")
    assert second == f"wrong: only root gives directories to 6: {NOT_ROOT}"
    assert len(others) == 1


def test_what_a_program_says_is_told(tmp_path: Path) -> None:
    (tmp_path / "root/exports").mkdir(parents=True)
    path = shim(
        tmp_path / "bin", "mkdir", "echo 'mkdir: ./a: b: No space left on device' >&2; exit 1"
    )
    text = prepared(f"-f - --root {tmp_path}/root {OWN}", values("/exports"))
    done = run(text, "dash" if "dash" in SHELLS else "bash", path=path)
    assert done.err.endswith("exports/pv-db-0 cannot be made: No space left on device\n")


@as_root
def test_in_a_setgid_export_what_lies_between_is_born_with_its_group(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    os.chown(tmp_path / "exports", 0, 7)
    (tmp_path / "exports").chmod(0o2775)
    text = prepared(f"-f - --root {tmp_path} --owner 5", values("/exports/{name}/{ordinal}"))
    assert not run(text).err
    assert owned(tmp_path / "exports/db") == ("2755", 0, 7)
    assert owned(tmp_path / "exports/db/0") == ("0750", 5, 7)


@as_root
@shells
def test_a_directory_that_has_content_is_finished(shell: str, tmp_path: Path) -> None:
    for name, mode in (("pv-db-0", 0o100), ("pv-db-1", 0o2100)):
        (tmp_path / "exports" / name).mkdir(parents=True)
        (tmp_path / "exports" / name / ".file").touch()
        (tmp_path / "exports" / name).chmod(mode)
    before = looks(tmp_path)
    done = run(prepared(f"-f - --root {tmp_path} {OWN}", values("/exports")), shell)
    assert done.out.count("left as it is") == 2
    assert looks(tmp_path) == before
