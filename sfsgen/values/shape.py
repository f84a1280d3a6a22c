"""Whether a values file has the shape that its schema asks for: keys, types and minors."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, reduce
from itertools import islice
from operator import getitem
from typing import Any

from sfsgen.documents.document import Document, Path, spelled
from sfsgen.kubernetes.schemas import Fault, Schema, Terms, called, listed
from sfsgen.kubernetes.versions import Target
from sfsgen.plain_text import brief, quoted
from sfsgen.problems import InputError, Problem, nearest
from sfsgen.values import misplaced, vocabulary

_AS = {
    "array": "write it as a list, each entry behind a -",
    "boolean": "write true or false, without quotes",
    "integer": "write it in digits, without quotes",
    "object": "write it as a mapping, key: value",
    "string": "write a text",
}
# Word: what is wrong where it is not kept, and how to mend it.
_SAID = {
    "enum": ("{name} cannot be {shown}", "write one of {}"),
    "minItems": ("{name} is empty", "give at least one, or leave the key out"),
    "minimum": ("{name} is {shown}", "write {} or more"),
    "required": ("{name} lacks {wanted}", "add it"),
    "x-quantity": ("{name}: {shown} is not a Kubernetes quantity", "write it as 500m or 1Gi"),
    "x-since": (
        "{name} exists from Kubernetes 1.{wanted} on; the target is {target}",
        "give --kube-version 1.{} or later, or leave it out",
    ),
    "x-until": (
        "{name} exists up to Kubernetes 1.{wanted} only; the target is {target}",
        "leave it out, or give --kube-version 1.{} or earlier",
    ),
}
_MOST_FAULTS = 100  # of a document
_MOST_VALUES = 100_000  # of a file
_WORD = re.compile(r"[^\s,#\[\]{}&*!|>'\"%@`][^\s,\[\]{}]*")
_BRACED = re.compile(r"\{[^\s{}\[\],\"']+\}")
_LONGEST_JSON = 40  # characters
_ALIKE = 0.8  # of two keys: "server" is not meant by "service"


def faults(document: Document, target: Target, text: str = "") -> Iterator[tuple[Path, Problem]]:
    """Yield what is wrong with a document, each with the path of what cannot be used without it.

    The text is the one in which the document stands.

    That is the value itself, or what must have it: an entry without its name is none. After many
    faults the document is given up.
    """
    schema = _schema(target)
    found = schema.faults(document.value)
    problems = told(found[:_MOST_FAULTS], document, target, text)
    for fault, problem in zip(found, problems, strict=False):
        yield schema.unusable(fault.path), problem
    if len(found) > _MOST_FAULTS:
        what = f"this is not all: the first {_MOST_FAULTS} faults in keys and types are told"
        yield (), Problem(document.where(()), what, "mend them first")


def told(
    found: Sequence[Fault], document: Document, target: Target, text: str = ""
) -> Iterator[Problem]:
    """Yield what is wrong with a document, as a schema has found it."""
    lines = text.replace("\r\n", "\n").split("\n") if found else []
    for fault in found:
        is_of_key = fault.word in ("additionalProperties", "x-since", "x-until")
        where = document.where(fault.path, key=is_of_key)
        written = _written(fault, document, lines)
        yield Problem(where, *_explained(fault, target, written))


def refuse_too_many(documents: Iterable[Document]) -> None:
    """Raise InputError where documents hold more values than anyone writes: aliases multiply."""
    todo: list[Any] = []
    found = 0
    for document in documents:
        todo.append(document.value)
        while todo:
            found += 1
            if found > _MOST_VALUES:
                what = f"it holds more than {_MOST_VALUES} values, with its aliases written out"
                raise InputError(Problem(document.where(()), what, "say it with fewer"))
            value = todo.pop()
            if isinstance(value, dict | list):
                todo += value.values() if isinstance(value, dict) else value


@cache
def _schema(target: Target) -> Schema:
    source = vocabulary.schema()
    return Schema(source, Terms(source["$defs"], target))


def _written(fault: Fault, document: Document, lines: Sequence[str]) -> str:
    """Return the word that stands in a text for a number, or for true or false: NO, 0123.

    Of a word that there is not, it is the value. For a mapping it may be a placeholder: {pod}.
    """
    if fault.word == "additionalProperties":
        return _flow(reduce(getitem, fault.path, document.value))
    if not isinstance(fault.value, bool | int | float | dict):
        return ""
    line, column = document.locate(fault.path, False)  # as its type has it
    word = _BRACED if isinstance(fault.value, dict) else _WORD
    found = word.match(lines[line - 1], column - 1) if line <= len(lines) else None
    return brief(found[0]) if found else ""


def _flow(value: object) -> str:
    """Return a scalar as YAML, or "" for any other value."""
    from sfsgen.documents.yaml_writer import flow

    return flow(value) if isinstance(value, str | int | float) else ""


def _explained(fault: Fault, target: Target, written: str) -> tuple[str, str]:
    """Return what is wrong, and how to mend it."""
    name, wanted = spelled(fault.path), fault.wanted
    shown = "nothing" if fault.value is None else _as_json(fault.value)
    if fault.word == "additionalProperties":
        return _unknown_key(fault.path, wanted, written)
    if fault.word == "type":
        what, fix = _wrong_type(name, wanted, fault.value, shown, written)
        return what, misplaced.in_its_place(fault.path, fault.value) or fix
    if fault.word == "required":
        wanted = [key for key in wanted if key not in fault.value]
    words = ", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted
    what, fix = _SAID[fault.word]
    return what.format(name=name, shown=shown, wanted=words, target=target), fix.format(words)


def _unknown_key(path: Path, known: Sequence[str], written: str) -> tuple[str, str]:
    *around, key = path
    near = nearest(str(key), known, _ALIKE)
    fix = f'write "{near}"' if near else f"there are: {', '.join(known)}"
    fix = misplaced.where_it_belongs(path, known, written) or fix
    return f"there is no {quoted(str(key))} in {spelled(tuple(around))}", fix


def _wrong_type(name: str, wanted: Any, value: object, shown: str, written: str) -> tuple[str, str]:
    read_as = f", which YAML takes for {shown}" if written not in ("", shown) else ""
    what = f"{name} must be {called(wanted)}, not {written or shown}{read_as}"
    is_text = isinstance(value, int | float | bool) or bool(written)
    if is_text and "string" in listed(wanted):
        return what, f'put it in quotes: "{written}"' if written else "put it in quotes"
    return what, _AS[listed(wanted)[0]]


def _as_json(value: object) -> str:
    """Return the beginning of a value's JSON, without making more of it."""
    pieces = json.JSONEncoder(ensure_ascii=False).iterencode(value)
    text = "".join(islice(pieces, _LONGEST_JSON))  # a piece has one character at least
    return brief(text if len(text) <= _LONGEST_JSON else f"{text[: _LONGEST_JSON - 3]}...")
