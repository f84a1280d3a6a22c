"""Rules explained where people work: what each demands, why, and how to mend what breaks it."""

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sfsgen
from sfsgen import plain_text
from sfsgen.checking.ruleset import Rule, level, page, rule_id

_WIDEST, _NARROWEST = 100, 20  # columns
_LINK = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")  # to another rule, on the page of all


def as_text(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield each rule's page as plain text, as wide as the terminal."""
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))
    for number, rule in enumerate(rules):
        yield "\n" * bool(number) + f"{rule_id(rule)}: {level(rule)}\n"
        for paragraph in _alone(rule).split("\n\n"):
            yield f"\n{_wrapped(paragraph, width)}\n"
        yield f"\n{address(rule)}\n"


def as_json(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the rules as one JSON object."""
    yield plain_text.as_json({"rules": [_as_values(each) for each in rules]}, 2) + "\n"


FORMATS: dict[str, Callable[[Sequence[Rule]], Iterator[str]]] = {"text": as_text, "json": as_json}


def address(rule: Rule) -> str:
    """Return where the rule's page is, with an example."""
    return f"{sfsgen.HOME}/blob/v{sfsgen.__version__}/docs/rules.md#{rule_id(rule)}"


def _alone(rule: Rule) -> str:
    """Return a rule's page without links to the others, which are not beside it here."""
    return _LINK.sub(r"\1", page(rule))


def _wrapped(paragraph: str, width: int) -> str:
    if re.search(r"^(?: |[-|`])", paragraph, re.MULTILINE):  # a list, a table, a block
        return paragraph
    text = " ".join(paragraph.split())
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _as_values(rule: Rule) -> dict[str, Any]:
    what, _, rest = _alone(rule).partition("\n\n")
    why, _, rest = f"\n\n{rest}".partition("\n\nFix: ")
    fix, _, source = rest.partition("\n\nSource: ")
    return {
        "rule": rule_id(rule),
        "severity": level(rule),
        "what": _on_lines(what),
        "why": _on_lines(why),
        "fix": _on_lines(fix),
        "source": _on_lines(source),
        "page": address(rule),
    }


def _on_lines(text: str) -> str:
    """Return a text with one line a paragraph."""
    return "\n\n".join(_wrapped(each, len(text) + 1) for each in text.strip().split("\n\n"))
