"""Every rule: its bad example yields that finding and no other, its good example none.

Its cases, where it has any, yield what stands beside them.
"""

import shlex
from pathlib import Path
from typing import Any

import pytest

from sfsgen.checking.ruleset import RULES, Rule, rule_id, summary
from tests.program import findings, sfsgen

EXAMPLES = Path(__file__).parents[1] / "examples" / "rules"
PAGE = (Path(__file__).parents[1] / "docs" / "rules.md").read_text()
IDS = [rule_id(rule) for rule in RULES]
CASES = sorted(EXAMPLES.glob("*/cases*.yaml"))


def _section(name: str) -> str:
    return PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", IDS)
def test_a_bad_example_yields_its_finding_and_no_other(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    (finding,) = findings("-f", "bad.yaml")
    assert finding["rule"] == name
    assert finding["fix"]
    result = sfsgen("check -f bad.yaml")
    assert result.status == (1 if finding["severity"] == "error" else 0)
    if request.config.getoption("--update-examples"):
        Path("expected.txt").write_text(result.out)
    assert result.out == Path("expected.txt").read_text()


@pytest.mark.parametrize("name", IDS)
def test_a_good_example_yields_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    result = sfsgen("check -f good.yaml --strict")
    assert (result.status, result.out) == (0, "")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_cases_of_a_rule_yield_what_stands_beside_them(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comments in a file of cases say what is so in Kubernetes, its first line the command."""
    monkeypatch.chdir(path.parent)
    command = path.read_text().partition("\n")[0]
    assert command.startswith("# sfsgen check ")
    assert f"--rule {path.parent.name}" in command
    found = findings(*shlex.split(command)[3:])
    expected = path.with_suffix(".txt")
    text = "".join(map(_written, found))
    if request.config.getoption("--update-examples"):
        expected.write_text(text)
    assert text == expected.read_text()


def _written(finding: dict[str, Any]) -> str:
    """Return all that a finding says, also what the text for people leaves out."""
    subject, *sides = map(_named, (finding["object"], *finding["related"]))
    place = f"{finding['file']}:{finding['line']}:{finding['column']}"
    lines = [
        f"{place}: {finding['severity']}: {finding['rule']}: {subject} {finding['field']}".strip(),
        finding["what"],
        f"fix: {finding['fix']}",
        *(f"with: {each}" for each in sides),
    ]
    return "\n  ".join(lines) + "\n"


def _named(subject: dict[str, Any] | None) -> str:
    return f"{subject['kind']} {subject['namespace']}/{subject['name']}" if subject else "?"


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_a_rule_is_documented_with_its_example(rule: Rule) -> None:
    name = rule_id(rule)
    section = _section(name)
    assert section.startswith(f"\n{summary(rule)}\n")
    _, _, source = str(rule.__doc__).partition("Source: ")
    assert source
    assert " ".join(source.split()) in " ".join(section.split())
    assert "\nFix: " in section
    excerpt = section.split("```yaml\n")[1].split("```")[0]
    assert excerpt in (EXAMPLES / name / "bad.yaml").read_text()
    finding = (EXAMPLES / name / "expected.txt").read_text().partition("\n")[0]
    assert f"\n    {finding.split(': ', 1)[1]}\n" in section
    assert f"[bad](../examples/rules/{name}/bad.yaml)" in section
    assert f"[good](../examples/rules/{name}/good.yaml)" in section


def test_nothing_else_is_documented_or_shown() -> None:
    documented = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")]
    assert documented == IDS
    assert sorted(each.name for each in EXAMPLES.iterdir()) == sorted(IDS)


def test_a_rule_says_in_a_sentence_what_is_so_where_all_is_well() -> None:
    for rule in RULES:
        assert summary(rule).endswith("."), rule_id(rule)
