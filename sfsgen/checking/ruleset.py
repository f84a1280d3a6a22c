"""Every rule that `sfsgen check` looks with, found in the folder `rules`, and what it is called."""

import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

import sfsgen.rules
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene

Rule = Callable[[Scene], Iterator[Finding]]


def _found() -> Iterator[Rule]:
    """Yield the rules by name: the function of each module that is called as the module is."""
    for name in sorted(each.name for each in pkgutil.iter_modules(sfsgen.rules.__path__)):
        rule: Rule = getattr(import_module(f"sfsgen.rules.{name}"), name)
        yield rule


RULES: tuple[Rule, ...] = tuple(_found())


def rule_id(rule: Rule) -> str:
    """Return what a rule is called: its function's name, with hyphens."""
    return rule.__name__.strip("_").replace("_", "-")


def page(rule: Rule) -> str:
    """Return what a rule's documentation says: the docstring of its module."""
    return (sys.modules[rule.__module__].__doc__ or "").strip()


def summary(rule: Rule) -> str:
    """Return what a rule demands, in a sentence."""
    return page(rule).partition("\n")[0]


def description(rule: Rule) -> str:
    """Return what a rule demands, and why."""
    return page(rule).partition("\n\nFix: ")[0]


def findings(scene: Scene, rules: Iterable[Rule] = RULES) -> Iterator[Finding]:
    """Yield what rules find, each with the rule's id."""
    for rule in rules:
        for finding in rule(scene):
            yield finding._replace(rule=rule_id(rule))
