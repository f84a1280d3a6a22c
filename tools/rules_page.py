"""Makes docs/rules.md: what each rule's module says, with a part of its bad example.

    python -m tools.rules_page > docs/rules.md

`pytest tests/test_rules.py --update-examples` does the same, and holds that it is done.
"""

import re
from pathlib import Path

from sfsgen.checking.ruleset import RULES, Rule, page, rule_id

EXAMPLES = Path(__file__).parents[1] / "examples" / "rules"
_HEAD = """\
# The rules of sfsgen check

What each rule of [check](check.md) looks for, why, and how to mend it. An error keeps a set from
coming up as it is meant, a warning works but hurts, a note changes no exit status. Every rule has a
bad example, in which it alone finds something, and a good one, in which nothing does; "measured"
means seen on a real control plane.
"""
_BEFORE, _AFTER = 8, 2  # lines that are shown around the one of a finding


def made() -> str:
    """Return the page as its sources have it."""
    return "\n".join([_HEAD, *map(_section, RULES)])


def _section(rule: Rule) -> str:
    name = rule_id(rule)
    why, fix, rest = re.split(r"\n\n(Fix: )", page(rule), maxsplit=1)
    finding = (EXAMPLES / name / "expected.txt").read_text().partition("\n")[0]
    _, line, _, told = finding.split(":", 3)
    bad = (EXAMPLES / name / "bad.yaml").read_text()
    links = [f"[{each}](../examples/rules/{name}/{each}.yaml)" for each in ("bad", "good")]
    return f"""\
## {name}

{why}

```yaml
{excerpt(bad, int(line))}
```

    {told.strip()}

{fix}{rest}

{", ".join(links)}
"""


def excerpt(text: str, number: int) -> str:
    """Return the lines around one of them, within its document."""
    lines = text.splitlines()
    first, last = max(0, number - 1 - _BEFORE), min(len(lines), number + _AFTER)
    ends = [index for index, line in enumerate(lines) if line == "---" or line.startswith("#")]
    first = max([first, *(each + 1 for each in ends if each < number - 1)])
    last = min([last, *(each for each in ends if each >= number)])
    return "\n".join(lines[first:last])


if __name__ == "__main__":
    print(made(), end="")
