"""`sfsgen schema`: the JSON Schema of values files."""

import json
from typing import Annotated

import typer

import sfsgen
from sfsgen.console import write_stdout
from sfsgen.plain_text import quoted
from sfsgen.problems import InputError, Problem

_DRAFTS = ("2020-12", "7")
_RAW = sfsgen.HOME.replace("github.com", "raw.githubusercontent.com")
ADDRESS = f"{_RAW}/main/schemastore/sfsgen.json"
"""Where the schema in draft-07 is published."""

Draft = Annotated[str, typer.Option(metavar="DRAFT", help="2020-12 or 7, which more editors read.")]


def schema(draft: Draft = _DRAFTS[0]) -> None:
    """Print the JSON Schema of values files, for editors and other tools.

    \b
    sfsgen schema --draft 7 > sfsgen.schema.json
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    from sfsgen.values import vocabulary
    from sfsgen.values.draft_07 import draft_07

    wanted = draft.removeprefix("draft-").lstrip("0")
    if wanted not in _DRAFTS:
        raise InputError(
            Problem("--draft", f"{quoted(draft)} is no draft", f"give one of {', '.join(_DRAFTS)}")
        )
    made = vocabulary.schema()
    if wanted != _DRAFTS[0]:
        made = draft_07(made, ADDRESS)
    write_stdout([f"{json.dumps(made, indent=1)}\n"])
