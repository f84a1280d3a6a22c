"""Makes docs/rules.md: what the modules of the rules say, each with a part of its bad example.

    python -m tools.rules_page > docs/rules.md

`pytest tests/test_rules.py --update-examples` does the same, and holds that it is done.
"""

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from pathlib import Path

from sfsgen.checking.ruleset import Rule, all_rules, page, rule_id

EXAMPLES = Path(__file__).parents[1] / "examples" / "rules"
_HEAD = """\
# The rules of sfsgen check

What each rule of [check](check.md) looks for, why, and how to mend it. An error keeps a set from
coming up as it is meant, a warning works but hurts, a note changes no exit status. Every rule has a
bad example, in which it alone finds something, and in which nothing does once it is mended.
"Measured" means seen on a real control plane.
"""
_OBJECT = re.compile("(- )?apiVersion:")
_BEFORE, _AFTER = 4, 2  # lines that are shown around the one of a finding
_MANY = 2  # lines, which are then left out


def made() -> str:
    """Return the page as its sources have it."""
    return "\n".join([_HEAD, *map(_section, all_rules())])


def _section(rule: Rule) -> str:
    name = rule_id(rule)
    why, _, fix = page(rule).partition("\n\nFix: ")
    told, diff = expected(name)
    _, line, _, finding = told.partition("\n")[0].split(":", 3)
    bad = (EXAMPLES / name / "bad.yaml").read_text()
    mended = "and what mends it" if diff else "which `sfsgen check --fix` mends"
    return f"""\
## {name}

{why}

```yaml
{chr(10).join(_excerpt(bad, int(line)))}
```

    {finding.strip()}

Fix: {fix}

[bad example](../examples/rules/{name}/bad.yaml);
[its finding, {mended}](../examples/rules/{name}/expected.txt)
"""


def options(name: str) -> list[str]:
    """Return with which options a bad example is checked: its first line may say them."""
    first, _, _ = (EXAMPLES / name / "bad.yaml").read_text().partition("\n")
    words = shlex.split(first.removeprefix("# sfsgen check ")) if first.startswith("# sf") else []
    return words[: words.index("-f")] if words else []


def expected(name: str) -> tuple[str, str]:
    """Return what is found in a bad example, and the diff that mends it where no edit does."""
    file = EXAMPLES / name / "expected.txt"
    told, mark, diff = (file.read_text() if file.exists() else "").partition("--- bad.yaml\n")
    return told, mark + diff


def _excerpt(text: str, number: int) -> Iterator[str]:
    """Yield the lines around one, and those that say in which object and fields they are."""
    lines, at = _object(text.splitlines(), number - 1)
    name = next(index for index, line in enumerate(lines) if line.startswith("  name:"))
    around = range(max(0, at - _BEFORE), min(len(lines), at + _AFTER + 1))
    shown = {0, 1}.union(*(_above(lines, index) for index in (name, *around)))
    for earlier, index in pairwise([-1, *sorted(shown)]):
        hidden = lines[earlier + 1 : index]
        yield from hidden if len(hidden) < _MANY else [f"{'':{_depth(lines[index]) // 2}}# ..."]
        yield lines[index]


def _object(lines: Sequence[str], at: int) -> tuple[Sequence[str], int]:
    """Return the lines of the object that a line is in, and which of them that is."""
    first = max(index for index in range(at + 1) if _OBJECT.match(lines[index]))
    margin = 2 if lines[first].startswith("-") else 0
    ends = re.compile("[^ ]" if margin else "[^ a-z]")
    inside = takewhile(lambda line: not ends.match(line), lines[first + 1 :])
    return [line[margin:] for line in (lines[first], *inside)], at - first


def _above(lines: Sequence[str], index: int) -> Iterator[int]:
    """Yield a line, and each one that it is inside of."""
    depth = sys.maxsize
    for each in range(index, -1, -1):
        if _depth(lines[each]) < depth:
            depth = _depth(lines[each])
            yield each


def _depth(line: str) -> int:
    """Return twice the column of a line; an item is deeper than the key above it."""
    bare = line.lstrip(" ")
    return 2 * (len(line) - len(bare)) + bare.startswith("- ")


if __name__ == "__main__":
    print(made(), end="")
