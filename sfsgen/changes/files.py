"""What files hold after edits: each changes by all of its edits, or not at all."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.documents.document import Document, Path
from sfsgen.documents.files import decoded
from sfsgen.documents.lines import Lines
from sfsgen.documents.yaml_editor import Change, NotEditableError, changed, edited
from sfsgen.documents.yaml_reader import read_each, spans
from sfsgen.kubernetes.manifests import documents, is_json
from sfsgen.problems import Place, Problem

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE = re.compile("[^\n]*\n|[^\n]+")
"""A line of a text, with its end if it has one."""
# Helm writes it above each object that it prints.
_BY_HELM = re.compile(r"^# Source: \S+/templates/", re.MULTILINE)


class Edited(NamedTuple):
    """What edits make of files: those that change, and why others cannot be edited."""

    contents: Mapping[str, bytes]
    done: tuple[Edit, ...]
    problems: tuple[Problem, ...]


class Replacement(NamedTuple):
    """A piece of a file that gives way to a text: from a place up to another, which stays."""

    start: Place
    end: Place
    text: str


def apply(edits: Iterable[Edit], contents: Mapping[str, bytes]) -> Edited:
    """Return what files hold after edits; a file changes by all of its edits, or not at all.

    No two edits are of one value.
    """
    found: dict[str, bytes] = {}
    done: list[Edit] = []
    problems: list[Problem] = []
    for file, chosen in _by_file(edits).items():
        try:
            found[file] = _File(file, contents[file]).after(chosen)
            done += chosen
        except NotEditableError as error:
            fix = "mend it by hand, as check says"
            problems.append(Problem(file, f"it is not edited: {error}", fix, "warning"))
    return Edited(found, tuple(done), tuple(problems))


class Replacements:
    """Finds what edits replace in files."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._files: dict[str, _File] = {}

    def of(self, edits: Iterable[Edit]) -> Sequence[Replacement]:
        """Return what edits replace; nothing where one of them cannot be made."""
        found: list[Replacement] = []
        for file, chosen in _by_file(edits).items():
            try:
                if file not in self._files:
                    self._files[file] = _File(file, self._contents[file])
                found += self._files[file].replacements(chosen)
            except NotEditableError:
                return ()
        return found


def _by_file(edits: Iterable[Edit]) -> Mapping[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.file, []).append(edit)
    return found


class _Piece(NamedTuple):
    """The text of one document, from an index on, and what it becomes."""

    start: int
    before: str
    after: str


class _File:
    """One file, as it is edited."""

    def __init__(self, file: str, data: bytes) -> None:
        """Read it. Raises NotEditableError where it must stay as it is."""
        text = decoded(data, file)
        if _BY_HELM.search(text):
            raise NotEditableError("Helm has printed it, and its chart is to be mended")
        self._is_crlf = "\r\n" in text
        if self._is_crlf and text.count("\r\n") != text.count("\n"):
            raise NotEditableError("some of its lines end with CRLF and others do not")
        self._mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
        self._name, self._text = file, text.replace("\r\n", "\n")
        self._is_json = is_json(self._text)
        whole = [(0, len(self._text))]
        self._spans = whole if self._is_json else list(spans(self._text))
        self._lines = Lines(self._text)
        self._starts = [self._lines.place(start) for start, _ in self._spans]

    def after(self, edits: Iterable[Edit]) -> bytes:
        """Return what it holds after edits. Raises NotEditableError, and changes nothing then."""
        made, end = [], 0
        for piece in self._edited(edits):
            made += [self._text[end : piece.start], piece.after]
            end = piece.start + len(piece.before)
        return self._mark + self._written("".join([*made, self._text[end:]])).encode()

    def replacements(self, edits: Iterable[Edit]) -> Iterator[Replacement]:
        """Yield what edits replace, a document at a time. Raises NotEditableError."""
        for piece in self._edited(edits):
            before, after = map(LINE.findall, (piece.before, piece.after))
            first = _alike(before, after)
            last = _alike(before[first:][::-1], after[first:][::-1])
            start = piece.start + len("".join(before[:first]))
            old = "".join(before[first : len(before) - last])
            new = "".join(after[first : len(after) - last])
            # In one line there may be several edits, which must not overlap.
            same = _alike(old, new)
            end = _alike(old[same:][::-1], new[same:][::-1])
            yield Replacement(
                self._place(start + same),
                self._place(start + len(old) - end),
                self._written(new[same : len(new) - end]),
            )

    def _place(self, index: int) -> Place:
        return Place(self._name, *self._lines.place(index))

    def _written(self, text: str) -> str:
        return text.replace("\n", "\r\n") if self._is_crlf else text

    def _edited(self, edits: Iterable[Edit]) -> Iterator[_Piece]:
        """Yield the documents that change, in their order."""
        changes: dict[int, list[Change]] = {}
        for edit in edits:
            place = edit.manifest.document.locate((), False)
            number = max(0, bisect_right(self._starts, place) - 1)
            changes.setdefault(number, []).append(Change(edit.in_document, edit.value))
        for number, chosen in sorted(changes.items()):
            start, end = self._spans[number]
            before = self._text[start:end]
            after = edited(before, chosen, is_json=self._is_json)
            # The changes, and no others, must be what has become of it.
            wanted = [(changed(each, chosen), twice) for each, twice in self._read(before)]
            if self._read(after) != wanted:
                raise NotEditableError("its values are shared by aliases, or are laid out oddly")
            yield _Piece(start, before, after)

    def _read(self, text: str) -> list[tuple[Any, list[Path]]]:
        """Return the value of each document of a text, and the keys that stand twice in it."""
        found = (documents if self._is_json else read_each)(text, self._name)
        return [
            (each.value, [twice.path for twice in each.doubles])
            for each in found
            if isinstance(each, Document)
        ]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines, or characters, at the beginning of two texts are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    differing = (number for number, (mine, its) in pairs if mine != its)
    return next(differing, min(len(one), len(other)))
