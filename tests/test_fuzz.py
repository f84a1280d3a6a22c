"""Invented inputs that are kept, as each goes where no other goes: all end well."""

from pathlib import Path

import pytest

from tests.fuzzing import SEEDS, Case, execute, faults, is_harmless, parsed, written

pytestmark = pytest.mark.without_libraries

KEPT = sorted(SEEDS.glob("*.txt"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_input_ends_as_every_input_must(path: Path) -> None:
    case = parsed(path.read_bytes())
    assert is_harmless(case)
    assert [*faults(case, execute(case))] == []


@pytest.mark.parametrize(
    "case",
    [
        Case(()),
        Case(("a b", "\n'")),
        Case(("check", "-f", "-"), (("stdin", b""), ("d/a.yaml", b"a: b\n\n"), ("b", b"\xff\r"))),
    ],
)
def test_a_case_is_written_and_read_again(case: Case) -> None:
    assert parsed(written(case)) == case


@pytest.mark.parametrize(
    "words",
    [
        ("check", "-f", "/dev/zero"),
        ("check", "-f/dev/zero"),
        ("check", "--filename=/dev/zero"),
        ("render", "--output-dir", "../x"),
        ("render", "--template-dir", "a/../../b"),
    ],
)
def test_an_invented_path_out_of_the_folder_is_not_run(words: tuple[str, ...]) -> None:
    assert not is_harmless(Case(words))
