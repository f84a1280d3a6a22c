"""Help in sections at any width; what is mistyped, and what is meant by it; rules explained."""

import json
import re
from pathlib import Path

import pytest

from sfsgen.checking.ruleset import all_rules, page, rule_id
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

IDS = [rule_id(each) for each in all_rules()]
HEADINGS = re.compile(r"^([A-Z][\w ():,]*):$", re.MULTILINE)
COMMANDS = re.findall(
    r"^  ([\w-]+) ", sfsgen("--help").out.partition("Commands:\n")[2], re.MULTILINE
)


@pytest.mark.parametrize("columns", [48, 60, 79, 80, 119, 200])
def test_help_stands_in_sections_at_any_width(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = sfsgen("render --help").out
    assert HEADINGS.findall(text) == ["Arguments", "The set", "Storage", "What to print", "General"]
    # Examples are to be copied, and an option is one word.
    longer = [each for each in text.splitlines() if len(each) > min(columns, 80)]
    assert not [each for each in longer if not re.match(r"  (sfsgen |-)", each)]
    _, _, storage = text.partition("\nStorage:\n")
    assert re.search(r"^  --nfs-server HOST(  |\n      )\s*A DNS name", storage, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_into_eighty_columns_with_its_examples(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = sfsgen(f"{command} --help").out
    assert not [each for each in text.splitlines() if len(each) > 80]


def test_what_there_is_no_room_for_beside_an_option_stands_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "  --start-ordinal N\n      The first ordinal. Default: 0.\n" in sfsgen("render -h").out
    monkeypatch.setenv("COLUMNS", "80")
    text = sfsgen("render -h").out
    assert "  --start-ordinal N               The first ordinal. Default: 0.\n" in text
    assert "  --read-only / --no-read-only    Mount the volumes read-only.\n" in text
    assert f"  --shared-directory / --no-shared-directory\n{'':34}One directory" in text


def test_help_is_a_command_as_well() -> None:
    assert sfsgen("help").out == sfsgen("--help").out == sfsgen("").out
    for each in COMMANDS:
        shown = sfsgen(f"help {each}")
        assert (shown.status, shown.err) == (0, "")
        assert shown.out == sfsgen(f"{each} --help").out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("help chek", ['COMMAND: error: there is no command "chek"', "write sfsgen help check"]),
        ("help xyz", ['COMMAND: error: there is no command "xyz"', "there are: render, scale"]),
        ("help lost", ['"lost" is a rule of check', "write sfsgen check --explain lost"]),
        ("hlep", ['there is no command "hlep"', "write sfsgen help"]),
        ("chekc -f x.yaml", ['there is no command "chekc"', "write sfsgen check -f x.yaml"]),
        ("version", ["write sfsgen --version"]),
        ("--verson", ["--verson: error: sfsgen has no option --verson", "write --version"]),
        (
            "render web --replcas 3 --storag 1Gi --nfs-servr x --publish-not-ready",
            [f"write --{each}" for each in ("replicas", "storage", "nfs-server", "publish-not-r")],
        ),
        (
            "check --strct --allow-emtpy -namespace shop --foo -selector=x",
            ["write --strict", "write --allow-empty", "write --namespace", "write --selector=x"],
        ),
        ("show -all-namespaces", ["-all-namespaces: error", "write --all-namespaces"]),
        ("completion --foo --bar", ["no option --foo", "no option --bar"]),
        ("help --foo --bar", ["no option --foo", "no option --bar"]),
        ("schema --drat 7", ["write --draft"]),
    ],
)
def test_what_is_mistyped_is_told_at_once_with_what_is_meant(command: str, told: list[str]) -> None:
    result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    assert result.err.count(": error: ") == result.err.count("  fix: ")
    for each in told:
        assert each in result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_knows_its_options_by_their_neighbours(command: str) -> None:
    options = re.findall(r"^  (?:-\w, )?(--[a-z-]{6,})", sfsgen(f"{command} -h").out, re.MULTILINE)
    wrong = [each[:-2] + each[-1] + each[-2] for each in options if each[-1] != each[-2]]
    told = sfsgen([command, *wrong]).err
    for each, mistyped in zip((o for o in options if o[-1] != o[-2]), wrong, strict=True):
        assert f"{mistyped}: error: " in told
        assert f"  fix: write {each}\n" in told


@pytest.mark.parametrize("name", IDS)
def test_every_rule_is_explained(name: str) -> None:
    (rule,) = [each for each in all_rules() if rule_id(each) == name]
    text = sfsgen(f"check --explain {name}")
    assert (text.status, text.err) == (0, "")
    assert re.match(rf"{name}: (error|warning|note)\n", text.out)
    assert f"docs/rules.md#{name}\n" in text.out
    found = json.loads(sfsgen(f"check --explain {name} -o json").out)["rules"]
    (values,) = found
    assert list(values) == ["rule", "severity", "what", "why", "fix", "source", "page"]
    assert all(values.values())
    said = [values["what"], values["why"], f"Fix: {values['fix']}", f"Source: {values['source']}"]
    whole = re.sub(r"\[([\w-]+)\]\(#[^)]*\)", r"\1", page(rule))
    assert " ".join(" ".join(said).split()) == " ".join(whole.split())


def test_rules_are_explained_together_and_unknown_ones_told_together() -> None:
    together = sfsgen("check --explain lost,released --explain soft-mount").out
    alone = [sfsgen(f"check --explain {each}").out for each in ("lost", "released", "soft-mount")]
    assert together == "\n".join(alone)
    refused = sfsgen("check --explain soft_mount,lots --explain x -o sarif")
    assert (refused.status, refused.out) == (2, "")
    assert 'write "soft-mount"' in refused.err
    assert 'write "lost"' in refused.err
    assert 'there is no rule "x"' in refused.err
    assert 'a rule is not explained as "sarif"' in refused.err


def test_a_rule_is_explained_without_a_cluster_or_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    Path("sfsgen.toml").write_text("[check]\nno-such-key = 1\n")
    monkeypatch.setenv("COLUMNS", "50")
    text = sfsgen("check --explain soft-mount").out
    assert max(map(len, text.splitlines()[:-1])) <= 50
