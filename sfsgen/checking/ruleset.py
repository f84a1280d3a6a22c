"""Every rule that `sfsgen check` looks with, found in the folder `rules`, and what it is called."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import sfsgen.rules
from sfsgen.plain_text import quoted
from sfsgen.problems import nearest

if TYPE_CHECKING:
    from sfsgen.findings.finding import Finding
    from sfsgen.findings.scene import Scene

Rule = Callable[["Scene"], Iterator["Finding"]]
# Of rules that make findings of problems, which have severities of their own.
_LEVELS = {"ignore-comment": "warning", "no-manifest": "note"}
_ALIKE = 0.6


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return the rules by name: the function of each module that is called as the module is."""
    return tuple(_rule(each) for each in sorted(_names()) if each != "__init__")


def _names() -> Iterator[str]:
    folder = Path(sfsgen.rules.__path__[0])
    # pkgutil looks at every name with the module inspect, which takes three times as long.
    if folder.is_dir():
        return (each.stem for each in folder.iterdir() if each.suffix == ".py")
    from pkgutil import iter_modules  # knows how to look into a zip

    return (each.name for each in iter_modules(sfsgen.rules.__path__))


def some_rules(ids: Iterable[str]) -> list[Rule]:
    """Return the rules that are called so; the others are not loaded."""
    return [_rule(each.replace("-", "_")) for each in ids]


def _rule(name: str) -> Rule:
    rule: Rule = getattr(import_module(f"sfsgen.rules.{name}"), name)
    return rule


def rule_id(rule: Rule) -> str:
    """Return what a rule is called: its function's name, with hyphens."""
    return rule.__name__.strip("_").replace("_", "-")


@cache
def by_id() -> Mapping[str, Rule]:
    """Return the rules by what they are called."""
    return {rule_id(each): each for each in all_rules()}


@cache
def no_rule(name: str) -> tuple[str, str] | None:
    """Return what to say of a name that is no rule's, and which one is meant; else None."""
    if name in by_id():
        return None
    near = nearest(name, by_id(), _ALIKE)
    fix = f'write "{near}"' if near else f"there are: {', '.join(by_id())}"
    return f"there is no rule {quoted(name)}", fix


def page(rule: Rule) -> str:
    """Return what a rule's documentation says: the docstring of its module."""
    return (sys.modules[rule.__module__].__doc__ or "").strip()


def summary(rule: Rule) -> str:
    """Return what a rule demands, in a sentence."""
    return page(rule).partition("\n")[0]


def description(rule: Rule) -> str:
    """Return what a rule demands, and why."""
    return page(rule).partition("\n\nFix: ")[0]


def level(rule: Rule) -> str:
    """Return the highest severity that a rule tells of: that of the words which its module uses."""
    words = vars(sys.modules[rule.__module__])
    used = [each for each in ("error", "warning", "note") if each in words]
    return _LEVELS.get(rule_id(rule), (used or ["error"])[0])


def findings(scene: "Scene", rules: Iterable[Rule]) -> Iterator["Finding"]:
    """Yield what rules find, each with the rule's id.

    What lacks a field that is misspelt only the rule `field` tells of, where it is among them.
    """
    from sfsgen.findings.misspelt import is_told

    known: dict[int, frozenset[str]] = {}
    named = {rule_id(rule): rule for rule in rules}
    for name, rule in named.items():
        for found in rule(scene):
            finding = found._replace(rule=name)
            if name == "field" or "field" not in named or not is_told(scene, finding, known):
                yield finding
