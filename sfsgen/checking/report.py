"""Findings as people and programs read them: text, JSON, GitHub annotations, SARIF."""

import os
import posixpath
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sfsgen
from sfsgen import plain_text
from sfsgen.changes.edits import Edit
from sfsgen.checking.ruleset import all_rules, description, rule_id, summary
from sfsgen.documents.document import GONE
from sfsgen.documents.files import STDIN
from sfsgen.findings.located import Located, Subject, called, counted, subject
from sfsgen.kubernetes import cluster
from sfsgen.plain_text import fix_line, one_line, readable
from sfsgen.problems import Place

if TYPE_CHECKING:
    from sfsgen.changes.files import Replacement, Replacements

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_NARROWEST = 20  # columns
_COLOURS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def text(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as `FILE:LINE:COLUMN: severity: what (rule)`, and how to mend each."""
    for each in found:
        where, what, fix = _spoken(each)
        yield f"{where}: {each.severity}: {what} ({each.rule})\n  fix: {fix}\n"


def print_in_colour(found: Sequence[Located]) -> None:
    """Print the same on a terminal: in its colours, unless NO_COLOR is set, and to its width."""
    from rich.console import Console
    from rich.text import Text

    # Beside rich's own measure: COLUMNS=0, which it takes at its word, hides all.
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    terminal = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)
    for each in found:
        where, what, fix = (readable(text, sys.stdout) for text in _spoken(each))
        head = Text(f"{where}: ")
        head.append(each.severity, _COLOURS[each.severity])
        head.append(f": {what} ")
        head.append(f"({each.rule})", "dim")
        terminal.print(head)
        # A command that is wrapped cannot be copied.
        terminal.print(Text("  fix: ", "green").append(fix, "default"), soft_wrap=True)


def as_json(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as one JSON object."""
    document = {
        "findings": [_as_values(each) for each in found],
        "summary": {f"{severity}s": count for severity, count in counted(found).items()},
    }
    yield plain_text.as_json(document, 2) + "\n"


def github(found: Sequence[Located], _: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as the workflow commands that GitHub Actions shows as annotations.

    Source: docs.github.com, Workflow commands for GitHub Actions; actions/toolkit, command.ts.
    """
    for each in found:
        properties: dict[str, Any] = {"title": f"sfsgen {each.rule}"}
        message = f"{one_line(each.what)}\nfix: {fix_line(each.cure.words)}"
        if _is_file(each.place.file):
            place = {"line": each.place.line, "col": each.place.column}
            properties = {"file": posixpath.normpath(each.place.file), **place, **properties}
        else:
            message = f"{each.where}: {message}"
        shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
        yield f"::{_GITHUB_LEVELS[each.severity]} {shown}::{_escaped(message)}\n"


def sarif(found: Sequence[Located], contents: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as a SARIF 2.1.0 log, the format of code scanning.

    `contents` are those of the files, in which edits are told as fixes.
    """
    from sfsgen.changes.files import Replacements

    replacements = Replacements(contents)
    ids = [rule_id(rule) for rule in all_rules()]
    described = [
        {
            "id": each,
            "shortDescription": {"text": summary(rule)},
            "fullDescription": {"text": description(rule)},
        }
        for each, rule in zip(ids, all_rules(), strict=True)
    ]
    driver = {"name": "sfsgen", "version": sfsgen.__version__, "rules": described}
    results = [_result(each, ids.index(each.rule), replacements) for each in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield plain_text.as_json(log, 2) + "\n"


FORMATS: dict[str, Callable[[Sequence[Located], Mapping[str, bytes]], Iterator[str]]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "sarif": sarif,
}


def _spoken(found: Located) -> tuple[str, str, str]:
    """Return place, finding and fix without what would begin a line or move a terminal's cursor."""
    return one_line(found.where), one_line(found.what), fix_line(found.cure.words)


def _is_file(name: str) -> bool:
    return name not in (cluster.NAME, STDIN)


def _as_values(found: Located) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "file": found.place.file,
        "line": found.place.line,
        "column": found.place.column,
        "object": found.subject and found.subject._asdict(),
        "field": found.field,
        "what": found.what,
        "fix": found.cure.words,
        "edits": [_edit(each) for each in found.cure.edits],
        "steps": [each._asdict() for each in found.cure.steps],
        "related": [
            {**subject(each)._asdict(), **each.place()._asdict()} for each in found.related
        ],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    """Return what --fix does, as data."""
    place = {"file": edit.file, "path": list(edit.in_document)}
    if edit.value is GONE:
        return {"op": "remove", **place}
    return {"op": "set", **place, "value": edit.value}


def _result(found: Located, index: int, replacements: "Replacements") -> dict[str, Any]:
    cure = found.cure
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": found.severity,
        "message": {"text": f"{found.what}\nfix: {cure.words}"},
        "locations": [_location(found.place, found.subject)],
    }
    if found.related:
        result["relatedLocations"] = [
            {**_location(each.place(), subject(each)), "message": {"text": called(subject(each))}}
            for each in found.related
        ]
    # What was read from stdin may be what a tool has generated.
    in_files = all(_is_file(each.file) for each in cure.edits)
    if in_files and (replaced := replacements.of(cure.edits)):
        changes = [_change(file, list(each)) for file, each in groupby(replaced, _file)]
        result["fixes"] = [{"description": {"text": cure.words}, "artifactChanges": changes}]
    if cure.steps:
        result["properties"] = {"steps": [each._asdict() for each in cure.steps]}
    return result


def _file(replacement: "Replacement") -> str:
    return replacement.start.file


def _change(file: str, replaced: Iterable["Replacement"]) -> dict[str, Any]:
    """Return what is replaced in a file, as SARIF says it."""
    replacements = []
    for start, end, text in replaced:
        region = {"startLine": start.line, "startColumn": start.column}
        region |= {"endLine": end.line, "endColumn": end.column}
        replacements.append({"deletedRegion": region, "insertedContent": {"text": text}})
    return {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}


def _location(place: Place, about: Subject | None) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if _is_file(place.file):
        region = {"startLine": place.line, "startColumn": place.column}
        artifact = {"uri": _uri(place.file)}
        location["physicalLocation"] = {"artifactLocation": artifact, "region": region}
    if about:
        path = f"{about.namespace}/{called(about)}".lstrip("/")
        named = {"name": about.name, "kind": "object", "fullyQualifiedName": path}
        location["logicalLocations"] = [named]
    return location


def _uri(file: str) -> str:
    from urllib.parse import quote

    path = posixpath.normpath(file)
    return f"file://{quote(path)}" if os.path.isabs(path) else quote(path)  # noqa: PTH117


def _escaped(text: str, more: str = "") -> str:
    """Return a text as a workflow command takes it."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
