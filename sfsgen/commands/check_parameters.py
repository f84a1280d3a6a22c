"""The parameters of `check` alone: what is looked at, with which rules, and what becomes of it."""

from functools import partial
from typing import Annotated

from sfsgen.commands.parameters import option

_of_input = partial(option, "What exists")
_of_rules = partial(option, "What to look for")
_of_output = partial(option, "What to print")

Live = Annotated[
    bool,
    _of_input(
        "--live",
        text="Compare the files with the live cluster: what it would refuse, and what change.",
    ),
]
OnlyRules = Annotated[
    list[str] | None,
    _of_rules("--rule", metavar="RULE,...", text="Look with these rules only; repeatable."),
]
IgnoredRules = Annotated[
    list[str] | None, _of_rules("--ignore", metavar="RULE,...", text="Without these; repeatable.")
]
Exclude = Annotated[
    list[str] | None,
    _of_input(
        "--exclude",
        metavar="PATTERN",
        text="Leave out such files and folders, as .gitignore does; repeatable.",
    ),
]
Changed = Annotated[
    bool,
    _of_input(
        "--changed",
        text="Take the arguments for files that changed, and tell what is found in their folders. "
        "-f is the working folder by default.",
    ),
]
Config = Annotated[
    str | None,
    _of_rules(
        "--config",
        metavar="FILE",
        text="Settings. Default: the nearest sfsgen.toml, here or above, if there is one.",
    ),
]
Explain = Annotated[
    list[str] | None,
    _of_rules(
        "--explain",
        metavar="RULE,...",
        text="Look at nothing, and say what rules are for: what, why, and how to mend it.",
    ),
]
FindingsOutput = Annotated[
    str, _of_output("--output", "-o", metavar="FORMAT", text="text, json, github or sarif.")
]
StrictStatus = Annotated[bool, _of_output("--strict", text="Exit with 1 for warnings too.")]
AllowEmpty = Annotated[
    bool, _of_output("--allow-empty", text="Take an input without a StatefulSet.")
]
Fix = Annotated[
    bool, _of_output("--fix", text="Mend in the files what edits of them can, and tell the rest.")
]
Diff = Annotated[
    bool, _of_output("--diff", text="Print what --fix would change, and write nothing.")
]
