"""Every rule: its bad example yields that finding and no other, and none once it is mended.

Its cases, where it has any, yield what stands beside them.
"""

import inspect
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from sfsgen.checking.ruleset import Rule, all_rules, page, rule_id
from tests.program import findings, sfsgen
from tools import rules_page

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples" / "rules"
PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
IDS = [rule_id(rule) for rule in all_rules()]
CASES = sorted(EXAMPLES.glob("*/cases*.yaml"))


@pytest.mark.parametrize("name", IDS)
def test_a_bad_example_yields_its_finding_and_no_other(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    options = rules_page.options(name)
    (finding,) = findings(*options, "-f", "bad.yaml")
    assert finding["rule"] == name
    assert finding["fix"]
    result = sfsgen(["check", "--allow-empty", *options, "-f", "bad.yaml"])
    assert result.status == (1 if finding["severity"] == "error" else 0)
    told, diff = rules_page.expected(name)
    if request.config.getoption("--update-examples"):
        told = result.out
        Path("expected.txt").write_text(told + diff)
    assert result.out == told


@pytest.mark.parametrize("name", IDS)
def test_a_bad_example_yields_nothing_once_it_is_mended(name: str, tmp_path: Path) -> None:
    good, (_, diff) = tmp_path / "good.yaml", rules_page.expected(name)
    good.write_text(_patched((EXAMPLES / name / "bad.yaml").read_text(), diff))
    if not diff:
        sfsgen(["check", "-f", str(good), "--fix"])
    options = rules_page.options(name)
    result = sfsgen(
        ["check", "--allow-empty", *options, "-f", str(good), "--strict", "--ignore", "dump"]
    )
    assert (result.status, result.out) == (0, "")


def _patched(text: str, diff: str) -> str:
    """Return a text with a unified diff applied; there must be a line of context before each."""
    lines, patched, at = text.splitlines(), [], 0
    for line in diff.splitlines()[2:]:
        if found := re.match(r"@@ -(\d+)", line):
            start = int(found[1]) - 1
            patched += lines[at:start]
            at = start
        elif line.startswith("+"):
            patched.append(line[1:])
        else:
            assert lines[at] == line[1:]
            patched += [line[1:]] * line.startswith(" ")
            at += 1
    return "\n".join([*patched, *lines[at:]]) + "\n"


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


@pytest.mark.parametrize("rule", all_rules(), ids=IDS)
def test_a_rule_is_the_only_public_word_of_its_module_and_its_page(rule: Rule) -> None:
    module = sys.modules[rule.__module__]
    assert rule.__module__ == f"sfsgen.rules.{rule.__name__}"
    functions = [each for each in vars(module).values() if inspect.isfunction(each)]
    own = [each for each in functions if each.__module__ == rule.__module__]
    assert [each for each in own if not each.__name__.startswith("_")] == [rule]
    first, *why, _ = page(rule).split("\n\n")
    assert "\n" not in first
    assert first.endswith(".")
    assert any(each.startswith("Fix: ") for each in why[1:])
    assert page(rule).rpartition("\n\n")[2].startswith("Source: ")


def test_the_page_of_the_rules_is_what_their_modules_and_examples_say(
    request: pytest.FixtureRequest,
) -> None:
    if request.config.getoption("--update-examples"):
        PAGE.write_text(rules_page.made())
    assert PAGE.read_text() == rules_page.made()


def test_nothing_else_is_shown() -> None:
    assert sorted(each.name for each in EXAMPLES.iterdir()) == sorted(IDS)
