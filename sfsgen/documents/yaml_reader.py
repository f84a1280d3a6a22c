"""YAML text as plain data, read as Kubernetes reads it, each value with its line and column."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

from sfsgen.documents import yaml_events
from sfsgen.documents.document import Document, Double, Path, beginnings
from sfsgen.documents.lines import Lines
from sfsgen.documents.yaml_values import Fault, Place, Reader, shown
from sfsgen.problems import InputError, Problem

_MEND = "mend the text there, or just before"
# On the line that YAML does not understand: a placeholder, for which a brace begins a mapping.
_BRACED = re.compile(r"[\s\[,]\{[a-z]+(?:\}|:\S)")
# kubectl splits a file at these lines before it reads YAML.
_MARKER = re.compile(
    r"^---[\t\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*+(?:#.*|(.+))?",
    re.MULTILINE,
)
_EMPTY = re.compile(r"(?:---(?=[ \n]))?(?: *(?:#[ -~]*)?\n)*+")
_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\n\r]*)?[\n\r])*+%")
_BYTE_ORDER_MARK = "\ufeff"
# Line ends to kubectl, and to hardly any editor.
_HIDDEN_LINE_ENDS = {"\x85": r"\N", "\u2028": r"\L", "\u2029": r"\P"}
# YAML has neither control characters nor surrogates, which stand for none.
_ODD = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LATE_BYTE_ORDER_MARK = re.compile(f"(?:^|(?<=\r)){_BYTE_ORDER_MARK}", re.MULTILINE)


def read(text: str, file: str) -> list[Document]:
    """Return the documents of a YAML stream, without the empty ones.

    Raises InputError with all that cannot be read, and for keys that stand twice in a mapping.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for found in read_each(text, file):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            documents.append(found)
            where = found.where
            problems += [
                Problem(where(each.path, key=True), each.what, "remove one")
                for each in found.doubles
            ]
    if problems:
        raise InputError(*problems)
    return documents


def read_each(text: str, file: str) -> Iterator[Document | Problem]:
    """Yield each document of a YAML stream, or why it cannot be read, without the empty ones.

    Not read are what is no YAML, what kubectl would pass over in silence, and nesting or aliases
    that would take unbounded memory.
    """
    for piece in _pieces(text.replace("\r\n", "\n"), file):
        if isinstance(piece, Problem):
            yield piece
            continue
        try:
            value = piece.value()
        except InputError as error:
            yield from error.problems
        else:
            if value is not None:
                yield Document(value, file, piece.locate, piece.doubles)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the documents of a text with plain line ends begin and end."""
    for piece in _pieces(text, ""):
        if isinstance(piece, _Piece):
            yield piece.start, piece.end


def scalars(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the scalars of a text with plain line ends begin and end, as far as it is YAML.

    In them, what looks like a comment is none.
    """
    from ruamel.yaml.error import YAMLError

    for piece in _pieces(text, ""):
        if isinstance(piece, _Piece):
            with suppress(YAMLError, Fault):
                yield from piece.scalars()


def _pieces(text: str, file: str) -> "Iterator[_Piece | Problem]":
    """Yield what stands between the lines ---, each of which kubectl reads by itself."""
    lines, start = Lines(text), 0
    for marker in _MARKER.finditer(text):
        # A marker with nothing before it stays where it is, and is YAML's.
        if marker.start() > start:
            if not _EMPTY.fullmatch(text, start, marker.start()):
                yield _Piece(lines, file, start, marker.start())
            start = marker.end() + 1
        if marker[1]:
            start = marker.end() + 1
            line, column = lines.place(marker.start(1))
            what = "kubectl takes nothing behind --- but a comment"
            yield Problem(f"{file}:{line}:{column}", what, "begin a new line before it")
    if start < len(text):
        yield _Piece(lines, file, start, len(text))


class _Piece:
    """The text of one document, and the places of its values once somebody has asked for one."""

    def __init__(self, lines: Lines, file: str, start: int, end: int) -> None:
        self.lines, self.file, self.start, self.end = lines, file, start, end
        if lines.text.startswith(_BYTE_ORDER_MARK, start):
            self.start += 1
        self.parse = yaml_events.parse
        self.root: Place | None = None
        self.doubles: Sequence[Double] = ()

    def value(self) -> Any:
        """Return the value of the document, or None. Raises InputError."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        text = self._text()
        try:
            _refuse_what_yaml_would_take(text)
            try:
                return self._read(text)
            except MarkedYAMLError as error:
                if not yaml_events.is_libyaml_alone(error, text):
                    raise
                self.parse = yaml_events.parse_in_python
                return self._read(text)
        except Fault as fault:
            raise self._error(fault) from fault
        except MarkedYAMLError as error:
            raise self._not_yaml(error) from error
        except YAMLError as error:
            raise self._error(Fault(0, f"this is not YAML: {error}", _MEND)) from error

    def _read(self, text: str) -> Any:
        reader = Reader()
        value = reader.read(self._events(text), text)
        if reader.doubles:
            self.doubles = list(self._doubles(reader.doubles.values()))
        return value

    def _doubles(self, found: Collection[tuple[Path, Sequence[int]]]) -> Iterator[Double]:
        """Yield the keys that stand several times, but for those in what another one overrides."""
        last = {path: indexes[-1] for path, indexes in found}
        for path, indexes in found:
            if not any(last.get(each, -1) > indexes[-1] for each in beginnings(path)):
                yield Double(path, tuple(self._place(each)[0] for each in indexes[:-1]))

    def locate(self, path: Path, key: bool) -> tuple[int, int]:
        """Return the line and column of a value, or of its key."""
        if self.root is None:
            reader, text = Reader(is_placing=True), self._text()
            reader.read(self._events(text), text)
            self.root = reader.top.inside[0]
        place = self.root
        for part in path:
            if part not in place.inside:
                return self._place(place.at)
            place = place.inside[part]
        return self._place(place.key_at if key else place.at)

    def scalars(self) -> Iterator[tuple[int, int]]:
        """Yield where its scalars begin and end. Raises YAMLError and Fault."""
        for event in self._events(self._text()):
            if hasattr(event, "value"):
                yield self.start + event.start_mark.index, self.start + event.end_mark.index

    def _text(self) -> str:
        """Return what is to be read: kubectl ends the last line, too."""
        return self.lines.text[self.start : self.end].removesuffix("\n") + "\n"

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from self.parse(text)
        except (ValueError, OverflowError) as error:  # an escape that names no character
            index = 0
            with suppress(ValueError, OverflowError):
                for event in self.parse(text):
                    index = event.end_mark.index
            raise Fault(index, f"this is not YAML: {error}", _MEND) from error

    def _place(self, index: int) -> tuple[int, int]:
        return self.lines.place(min(self.start + index, self.end))

    def _error(self, fault: Fault) -> InputError:
        line, column = self._place(fault.index)
        return InputError(Problem(f"{self.file}:{line}:{column}", fault.what, fault.fix))

    def _not_yaml(self, error: Any) -> InputError:
        mark = error.problem_mark or error.context_mark
        index = mark.index if mark else 0
        if self.lines.text.startswith("\t", self.start + index, self.end):
            return self._error(Fault(index, "this is not YAML: a tab cannot indent", "use blanks"))
        what = shown(" ".join(filter(None, (error.context, error.problem))), 200)
        near = self.lines.text[: self.start + index].rstrip().rpartition("\n")[2]
        near += self.lines.text[self.start + index : self.end].partition("\n")[0]
        fix = (
            f"put a text that begins with {{ in quotes, or {_MEND}" if _BRACED.search(near) else ""
        )
        return self._error(Fault(index, f"this is not YAML: {what}", fix or _MEND))


def _refuse_what_yaml_would_take(text: str) -> None:
    """Raise Fault for characters and lines that mean something else to kubectl."""
    if odd := _ODD.search(text):
        what = f"this is not YAML: U+{ord(odd[0]):04X} may not stand in it"
        fix = "remove the character, or write its escape in double quotes"
        if escape := _HIDDEN_LINE_ENDS.get(odd[0]):
            what = f"kubectl takes U+{ord(odd[0]):04X} for the end of a line, and few others do"
            fix = f"end the line, or write {escape} in double quotes"
        raise Fault(odd.start(), what, fix)
    if _BYTE_ORDER_MARK in text and (mark := _LATE_BYTE_ORDER_MARK.search(text)):
        what = "kubectl takes the byte order mark, U+FEFF, for text"
        raise Fault(mark.start(), what, "remove it")
    if directive := _DIRECTIVE.match(text):
        what = "kubectl reads no document with a directive"
        raise Fault(directive.end() - 1, what, "remove the line")
