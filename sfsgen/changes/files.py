"""What files hold after edits: each changes by all of its edits, or not at all."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.documents.document import Document
from sfsgen.documents.files import decoded
from sfsgen.documents.lines import Lines
from sfsgen.documents.yaml_editor import Change, NotEditableError, changed, edited
from sfsgen.documents.yaml_reader import spans
from sfsgen.kubernetes.manifests import documents, is_json
from sfsgen.problems import Problem

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Helm writes it above each object that it prints.
_BY_HELM = re.compile(r"^# Source: \S+/templates/", re.MULTILINE)


class Edited(NamedTuple):
    """What edits make of files: those that change, and why others cannot be edited."""

    contents: Mapping[str, bytes]
    done: tuple[Edit, ...]
    problems: tuple[Problem, ...]


def apply(edits: Iterable[Edit], contents: Mapping[str, bytes]) -> Edited:
    """Return what files hold after edits; a file changes by all of its edits, or not at all.

    No two edits are of one value.
    """
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    found: dict[str, bytes] = {}
    done: list[Edit] = []
    problems: list[Problem] = []
    for file, chosen in by_file.items():
        try:
            found[file] = _edited(contents[file], file, chosen)
            done += chosen
        except NotEditableError as error:
            fix = "mend it by hand, as check says"
            problems.append(Problem(file, f"it is not edited: {error}", fix, "warning"))
    return Edited(found, tuple(done), tuple(problems))


def _edited(data: bytes, file: str, edits: list[Edit]) -> bytes:
    """Return what a file holds after edits. Raises NotEditableError, and changes nothing then."""
    text = decoded(data, file)
    if _BY_HELM.search(text):
        raise NotEditableError("Helm has printed it, and its chart is to be mended")
    is_crlf = "\r\n" in text
    if is_crlf and text.count("\r\n") != text.count("\n"):
        raise NotEditableError("some of its lines end with CRLF and others do not")
    text = text.replace("\r\n", "\n")
    by_place: dict[tuple[int, int], list[Change]] = {}
    for edit in edits:
        by_place.setdefault(edit.manifest.document.locate((), False), []).append(
            Change(edit.in_document, edit.value)
        )
    made = _spliced(text, by_place)
    _compare(text, made, file, by_place)
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
    return mark + (made.replace("\n", "\r\n") if is_crlf else made).encode()


def _spliced(text: str, by_place: Mapping[tuple[int, int], list[Change]]) -> str:
    """Return a text with changes to its documents, by the places where their values begin."""
    lines, in_json = Lines(text), is_json(text)
    pieces = [(0, len(text))] if in_json else list(spans(text))
    starts = [lines.place(start) for start, _ in pieces]
    for place, changes in sorted(by_place.items(), reverse=True):
        number = max((each for each, start in enumerate(starts) if start <= place), default=0)
        start, end = pieces[number]
        piece = edited(text[start:end], changes, is_json=in_json)
        text = f"{text[:start]}{piece}{text[end:]}"
    return text


def _compare(
    before: str, after: str, file: str, by_place: Mapping[tuple[int, int], list[Change]]
) -> None:
    """Raise NotEditableError where the changes, and no others, are not what has become of it."""
    wanted = [
        changed(each.value, by_place.get(each.locate((), False), ()))
        for each in documents(before, file)
        if isinstance(each, Document)
    ]
    found = [each.value for each in documents(after, file) if isinstance(each, Document)]
    if found != wanted:
        raise NotEditableError("its values are shared by aliases, or are laid out oddly")
