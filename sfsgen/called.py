"""What the program is called: sfsgen, or kubectl sfsgen where kubectl runs it as its plugin."""

import re
import sys

PROGRAM = "sfsgen"
PLUGIN, COMPLETER = "kubectl-sfsgen", "kubectl_complete-sfsgen"
"""The files that kubectl looks for on the PATH: the plugin, and what completes its arguments."""
_ENDS = (".exe", ".pyz", ".py")
# What stands behind the name where a text means the program to be run.
COMMANDS = (
    *("render", "scale", "volumes", "prepare", "show", "recover", "adopt", "move", "check"),
    *("fn", "post-render", "init", "schema", "completion", "help"),
)
_LOOKED_AT = 40  # characters before it


def file_name() -> str:
    """Return the name of the file that was run, without what says of which kind it is."""
    name = sys.argv[0].replace("\\", "/").rpartition("/")[2] if sys.argv else ""
    return next((name.removesuffix(each) for each in _ENDS if name.endswith(each)), name)


def name() -> str:
    """Return how a user calls the program."""
    return f"kubectl {PROGRAM}" if file_name() == PLUGIN else PROGRAM


def as_called(text: str) -> str:
    """Return a text for people with the commands in it as this user types them.

    For what is told, never for what is written: objects, scripts and data are the same for all.
    """
    called = name()
    if called == PROGRAM or PROGRAM not in text:
        return text

    def run(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - _LOOKED_AT) : found.start()]
        word = (before.split() or [""])[-1] if before[-1:].isspace() else ""
        # The value of an option, and what was said so already.
        return PROGRAM if word.endswith("kubectl") or word.startswith("-") else called

    names = "|".join(COMMANDS)
    own = rf"(?<![\w./=@:'\"-]){PROGRAM}(?= (?:{names}|--help|--version)\b)"
    return re.sub(own, run, text)
