"""Findings as a SARIF 2.1.0 log, the format of code scanning."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sfsgen
from sfsgen import plain_text
from sfsgen.checking.explaining import address
from sfsgen.checking.ruleset import Rule, by_id, description, level, page, summary
from sfsgen.findings.located import Located, Subject, called, is_file, subject
from sfsgen.problems import Place

if TYPE_CHECKING:
    from sfsgen.changes.files import Replacement, Replacements

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(found: Sequence[Located], contents: Mapping[str, bytes]) -> Iterator[str]:
    """Yield findings as a SARIF 2.1.0 log, the format of code scanning.

    `contents` are those of the files, in which edits are told as fixes.
    """
    from sfsgen.changes.files import Replacements

    replacements = Replacements(contents)
    ids = list(by_id())
    described = [_described(each, rule) for each, rule in by_id().items()]
    named = {"name": "sfsgen", "version": sfsgen.__version__, "informationUri": sfsgen.HOME}
    driver = {**named, "rules": described}
    results = [_result(each, ids.index(each.rule), replacements) for each in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield plain_text.as_json(log, 2) + "\n"


def _described(name: str, rule: Rule) -> dict[str, Any]:
    """Return a rule as code scanning shows it, beside each of its findings."""
    text = page(rule)
    uri = address(rule)
    marked = re.sub(r"^(Fix|Source):", r"**\1:**", text, flags=re.MULTILINE)
    return {
        "id": name,
        "shortDescription": {"text": summary(rule)},
        "fullDescription": {"text": description(rule)},
        "help": {"text": text, "markdown": f"{marked}\n\n[The rule with an example]({uri})"},
        "helpUri": uri,
        "defaultConfiguration": {"level": level(rule)},
        "properties": {"tags": ["kubernetes", "storage"]},
    }


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
    in_files = all(is_file(each.file) for each in cure.edits)
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
    if is_file(place.file):
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
    quoted = quote(os.fsencode(path))
    return f"file://{quoted}" if os.path.isabs(path) else quoted  # noqa: PTH117
