"""Makes docs/sfsgen.1, the manual page: what the help of every command says.

    python -m tools.man_page > docs/sfsgen.1

`pytest tests/test_man_page.py --update-examples` does the same, and holds that it is done.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import Any

import typer

import sfsgen
from sfsgen.cli import app
from sfsgen.commands.helping import sections

_DATE = "2026-11-27"  # on which what is said here by hand was looked at
_WIDTH = 76  # columns of a line of the source
_HEAD = """\
.\\" Made by tools/man_page.py: what it says is said by the program.
.TH SFSGEN 1 {date} "sfsgen {version}" "sfsgen"
.SH NAME
sfsgen \\- StatefulSets whose NFS volumes and claims are paired one to one by ordinal
.SH SYNOPSIS
.B sfsgen
.I COMMAND
.RI [ OPTIONS ]
.br
.B sfsgen help
.RI [ COMMAND ]
.SH DESCRIPTION
.B sfsgen
prints StatefulSets with a PersistentVolume and a PersistentVolumeClaim for
every ordinal, which are reserved for each other; it adds those that an existing
set lacks, says whether sets will bind and if not, why not, and how every
ordinal comes back to its own volume.
It changes nothing in a cluster: what it prints, its owner applies or runs.
.SH COMMANDS
"""
_TAIL = """\
.SH EXIT STATUS
.TP
.B 0
It is done; or nothing is wrong.
.TP
.B 1
.B check
found errors; files differ, with
.BR \\-\\-diff ;
or a plan is not printed, since not all is understood.
.TP
.B 2
It could not be done: the input is wrong, or there was nothing to look at.
.SH ENVIRONMENT
.TP
.B KUBECONFIG
As kubectl takes it, which is the only way to a cluster.
.TP
.B COLUMNS
How wide help and tables are.
.TP
.B NO_COLOR
Without colours, whatever it is set to.
.SH FILES
.TP
.I sfsgen.yaml
A values file, by the name that editors know:
.B sfsgen init
prints one.
.TP
.I sfsgen.toml
The settings of
.BR "sfsgen check" ,
in the working folder or above it.
.SH SEE ALSO
.BR kubectl (1),
.BR nfs (5),
.BR exports (5)
.PP
{home}
"""


def made() -> str:
    """Return the page."""
    root: Any = typer.main.get_command(app)
    context = root.make_context("sfsgen", [], resilient_parsing=True)
    commands = (root.get_command(context, each) for each in root.list_commands(context))
    parts = [_HEAD.format(date=_DATE, version=_escaped(sfsgen.__version__))]
    parts += [line for each in commands for line in _command(each, context)]
    parts.append(_TAIL.format(home=_escaped(sfsgen.HOME)))
    return "".join(parts)


def _command(command: Any, root: Any) -> Iterator[str]:
    context = command.make_context(command.name, [], parent=root, resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS sfsgen {command.name} {_escaped(usage)}\n"
    yield from _paragraphs(cleandoc(command.help).split("\n\n"))
    for heading, rows in sections(command, context):
        rest = [row for row in rows if not row[0].endswith("--help")]
        if rest:
            yield f".PP\n{_escaped(heading)}:\n"
        for left, text in rest:
            yield f".TP\n{_term(left)}\n{_text(text)}"


def _paragraphs(texts: Sequence[str]) -> Iterator[str]:
    for index, each in enumerate(texts):
        if index:
            yield ".PP\n"
        if each.startswith("\b"):
            lines = each.splitlines()[1:]
            yield f".nf\n.RS 4\n{''.join(map(_line, lines))}.RE\n.fi\n"
        else:
            yield _text(each)


def _term(text: str) -> str:
    """Return an option, or an argument: its words bold, what stands for something in italics."""
    parts = re.split(r"(--?[a-z][a-z-]*)", text)
    shown = (
        rf"\fB{_escaped(each)}\fR" if index % 2 else re.sub(r"(\S+)", _italic, each)
        for index, each in enumerate(parts)
    )
    return "".join(shown)


def _italic(found: re.Match[str]) -> str:
    word = found[0]
    return word if word in (",", "/") else rf"\fI{_escaped(word)}\fR"


def _text(text: str) -> str:
    """Return a paragraph, which a page fills anew, as lines of the source."""
    words = " ".join(text.split())
    lines = textwrap.wrap(words, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(map(_line, lines))


def _line(text: str) -> str:
    """Return a line of text, whose first character begins no request."""
    shown = _escaped(text)
    return rf"\&{shown}" + "\n" if shown.startswith((".", "'")) else f"{shown}\n"


def _escaped(text: str) -> str:
    """Return a text whose backslashes, hyphens and quotes come out as they are."""
    for character, name in (("\\", r"\e"), ("-", r"\-"), ("'", r"\(aq"), ("`", r"\(ga")):
        text = text.replace(character, name)
    return text.replace("^", r"\(ha").replace("~", r"\(ti").replace('"', r"\(dq")


if __name__ == "__main__":
    print(made(), end="")
