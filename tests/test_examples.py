"""Every example does what it shows: its command, in its folder, prints what is expected."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import sfsgen

EXAMPLES = Path(__file__).parents[1] / "examples"

_AS_TEXT = {"-o", "--output", "check", "recover", "adopt", "move", "show"}


def _expected(folder: Path) -> Path:
    """Return the file that holds an example's output: YAML where it is YAML."""
    words = (folder / "command").read_text().split()
    if words[1] == "init":
        return folder / "sfsgen.yaml"
    if words[1] == "prepare" and "--job" not in words:
        return folder / "expected.sh"
    is_yaml = not _AS_TEXT & set(words)
    return folder / ("expected.yaml" if is_yaml else "expected.txt")


def _golden(folder: Path) -> Iterator[tuple[Path, str]]:
    command = (folder / "command").read_text().strip()
    assert command.startswith("sfsgen ")
    assert "\n" not in command
    result = sfsgen(command.removeprefix("sfsgen "))
    # A failure is no example, and must never become what is expected; what `check` finds is none,
    # and neither is what `recover`, `adopt` and `move` do not understand.
    finds = command.split()[1] in ("check", "recover", "adopt", "move")
    assert result.status in ((0, 1) if finds else (0,)), result.err
    assert result.out or result.err
    yield _expected(folder), result.out
    yield folder / "stderr.txt", result.err


@pytest.mark.parametrize("name", sorted(each.parent.name for each in EXAMPLES.glob("*/command")))
def test_example(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = EXAMPLES / name
    monkeypatch.chdir(folder)
    for path, text in _golden(folder):
        if request.config.getoption("--update-examples"):
            path.write_text(text) if text else path.unlink(missing_ok=True)
        assert (path.read_text() if path.exists() else "") == text, os.fspath(path)
