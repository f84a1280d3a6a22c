"""ruamel.yaml's own scanner, made to read as libyaml does, of which kubectl's is made."""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import TagToken

_LINE_END = "\0\r\n"
_BLANK = " \t"
# Of a block scalar, behind | or >.
_HEAD = re.compile("([+-])([1-9])?|([1-9])([+-])?")
_URI = r"[\w\-;/?:@&=+$.!~*'(),\[\]]"
_TAG = re.compile(
    rf"!(?:<({_URI}+)>|([\w-]*!)({_URI}+)|(?![\w-]*!)({_URI}*))(?=[ \t\r\n\0])", re.ASCII
)
_LETTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")


class StrictYaml(YAML):
    """Reads with the scanner below, by the rules of YAML 1.1, and looks for no plug-ins."""

    def __init__(self) -> None:
        super().__init__(typ="safe", pure=True)
        self.version = (1, 1)
        self.Scanner = StrictScanner

    def official_plug_ins(self) -> Any:
        """Return none: each time, they would be looked for on the disk."""
        return []


class StrictScanner(Scanner):
    """Differs in tabs between words, escapes, anchors, tags and the heads of block scalars."""

    ESCAPE_REPLACEMENTS = {  # noqa: RUF012
        **{key: value for key, value in Scanner.ESCAPE_REPLACEMENTS.items() if key != "/"},
        "'": "'",
    }

    def scan_to_next_token(self) -> Any:
        """Pass over blanks, comments and line ends; tabs indent nothing."""
        peek, forward = self.reader.peek, self.reader.forward
        while True:
            while peek() == " " or (
                peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                forward()
            if peek() == "#":
                while peek() not in _LINE_END:
                    forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:  # noqa: ARG002
        """Return what stands for the blanks or line ends within a text, or None at its end."""
        peek, forward = self.reader.peek, self.reader.forward
        length = 0
        while peek(length) in _BLANK:
            length += 1
        blanks = self.reader.prefix(length)
        forward(length)
        if not self.scan_line_break():
            return [blanks] if blanks else []
        self.allow_simple_key = True
        breaks = []
        while peek() in " \t\r\n":
            if self._is_at_document_end():
                return None
            if self.reader.column < indent:
                self._refuse_tab()
            if line_break := self.scan_line_break():
                breaks.append(line_break)
            else:
                forward()
        if self._is_at_document_end():
            return None
        return breaks or [" "]

    def _is_at_document_end(self) -> bool:
        return (
            self.reader.column == 0
            and self.reader.prefix(3) in ("---", "...")
            and self.reader.peek(3) in f"{_BLANK}{_LINE_END}"
        )

    def scan_anchor(self, token: Any) -> Any:
        """Return an anchor or alias, whose name is of letters, digits, - and _."""
        start_mark = self.reader.get_mark()
        self.reader.forward()
        length = 0
        while self.reader.peek(length) in _LETTERS:
            length += 1
        if not length or self.reader.peek(length) not in f"{_BLANK}{_LINE_END}?:,]}}%@`":
            what = "did not find expected alphabetic or numeric character"
            raise ScannerError(None, None, what, start_mark)
        name = self.reader.prefix(length)
        self.reader.forward(length)
        return token(name, start_mark, self.reader.get_mark())

    def scan_block_scalar_indicators(self, start_mark: Any) -> Any:  # noqa: ARG002
        """Return whether to keep line ends, or None, and the indentation, or None."""
        head = _HEAD.match(self.reader.prefix(2))
        if not head:
            return None, None
        self.reader.forward(head.end())
        indentation = head[2] or head[3]
        chomping = {"+": True, "-": False}.get(head[1] or head[4])
        return chomping, int(indentation) if indentation else None

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> Any:
        """Pass over the rest of the head: blanks and a comment."""
        while self.reader.peek() in _BLANK:
            self.reader.forward()
        return super().scan_block_scalar_ignored_line(start_mark)

    def scan_block_scalar_indentation(self) -> Any:
        """Return the line ends before the text, its indentation, and where they end."""
        breaks, indentation, end_mark = [], 0, self.reader.get_mark()
        while self.reader.peek() in " \r\n":
            if line_break := self.scan_line_break():
                breaks.append(line_break)
                end_mark = self.reader.get_mark()
            else:
                self.reader.forward()
                indentation = max(indentation, self.reader.column)
        self._refuse_tab()
        return breaks, indentation, end_mark

    def scan_block_scalar_breaks(self, indent: int) -> Any:
        """Return the line ends within the text, and where they end."""
        found = super().scan_block_scalar_breaks(indent)
        if self.reader.column < indent:
            self._refuse_tab()
        return found

    def scan_tag(self) -> Any:
        """Return a tag: `!`, `!local`, `!!int`, `!handle!name` or `!<verbatim>`."""
        start_mark = self.reader.get_mark()
        tag = _TAG.match(self.reader.buffer, self.reader.pointer)
        if not tag:
            what = "did not find expected whitespace or line break"
            raise ScannerError("while scanning a tag", None, what, start_mark)
        self.reader.forward(tag.end() - tag.start())
        verbatim, handle, suffix, local = tag.groups()
        value: tuple[str | None, str] = (None, verbatim or "!")
        if handle or local:
            value = (f"!{handle}", suffix) if handle else ("!", local)
        return TagToken(value, start_mark, self.reader.get_mark())

    def _refuse_tab(self) -> None:
        if self.reader.peek() == "\t":
            what = "found a tab where an indentation space is expected"
            raise ScannerError("while scanning a block scalar", None, what, self.reader.get_mark())
