"""`sfsgen completion`: the script that completes sfsgen's words in a shell."""

import os
from typing import Annotated

import typer

from sfsgen import package_data
from sfsgen.console import write_stdout
from sfsgen.plain_text import quoted
from sfsgen.problems import InputError, Problem, nearest

SCRIPTS = {
    "bash": "sfsgen.bash",
    "zsh": "sfsgen.zsh",
    "fish": "sfsgen.fish",
    "powershell": "sfsgen.ps1",
}
_ALIKE = 0.65

Shell = Annotated[
    str | None, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")
]


def completion(shell: Shell = None) -> None:
    """Print the script that completes sfsgen's commands, options and values in a shell.

    Names of StatefulSets, namespaces and contexts are those of the live cluster, which kubectl is
    asked for, and for two seconds at most. A line for the shell's start-up file:

    \b
    source <(sfsgen completion bash)                # ~/.bashrc
    source <(sfsgen completion zsh)                 # ~/.zshrc, below compinit
    sfsgen completion fish | source                 # ~/.config/fish/config.fish
    sfsgen completion powershell | Out-String | Invoke-Expression    # $PROFILE
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    if shell not in SCRIPTS:
        raise InputError(_no_shell(shell))
    write_stdout([package_data.text(f"completion/{SCRIPTS[shell]}")])


def _no_shell(shell: str | None) -> Problem:
    there = f"there are: {', '.join(SCRIPTS)}"
    if shell is None:
        own = os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119
        fix = f"write sfsgen completion {own}" if own in SCRIPTS else there
        return Problem("SHELL", "no shell is named", fix)
    near = "powershell" if shell == "pwsh" else nearest(shell, SCRIPTS, _ALIKE)
    fix = f"write sfsgen completion {near}" if near else there
    return Problem("SHELL", f"there is no script for {quoted(shell)}", fix)
