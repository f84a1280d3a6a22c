"""Comments by which findings are ignored: which findings each is about, and which do nothing."""

import re
from collections.abc import Container, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from sfsgen.checking.ruleset import no_rule
from sfsgen.documents.comments import Comment
from sfsgen.findings.finding import Finding
from sfsgen.findings.together import some_of
from sfsgen.problems import Place, Problem

_WORD = re.compile(r"([\w-]+)[ \t]*(=?)[ \t]*")
_NAMES = re.compile(r"[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*")
_SHAPE = "write # sfsgen: ignore=RULE, with commas between several"


class _Name(NamedTuple):
    """A rule that a comment names, and where."""

    comment: Comment
    rule: str
    column: int

    @property
    def where(self) -> str:
        return f"{self.comment.file}:{self.comment.line}:{self.column}"


class Ignores:
    """The comments of what was read, and which of them have been about a finding."""

    def __init__(self, comments: Iterable[Comment]) -> None:
        self._by_line: dict[tuple[str, int], list[_Name]] = {}
        self._malformed: list[Problem] = []
        self._used: set[_Name] = set()
        self._files: set[str] = set()
        self.found: set[tuple[str, Place]] = set()
        """The findings that were ignored: their rules, and where they stand."""
        for each in comments:
            names, problems = _understood(each)
            self._malformed += problems
            self._by_line.setdefault((each.file, each.of_line), []).extend(names)
            self._files.add(each.file)

    def left(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings that no comment is about; of those told as one, what is left."""
        for each in found:
            if left := some_of(each, partial(self._is_left, each.rule)):
                yield left

    def _is_left(self, rule: str, found: Finding) -> bool:
        if not self._files or _file(found) not in self._files:
            return True
        place = found.place
        lines = {place.line, *_heads(found)}
        names = [each for line in lines for each in self._by_line.get((place.file, line), ())]
        about = [each for each in names if each.rule == rule]
        self._used.update(about)
        if about:
            self.found.add((rule, place))
        return not about

    def problems(self, judged: Container[str]) -> Iterator[Problem]:
        """Yield what is wrong with comments: not understood, no such rule, or nothing to ignore.

        The last can be said of rules that have looked at everything, and is of those `judged`.
        """
        yield from self._malformed
        for each in (name for names in self._by_line.values() for name in names):
            if fault := no_rule(each.rule):
                yield Problem(each.where, *fault, "warning")
            elif each not in self._used and each.rule in judged:
                what = f"the rule {each.rule} finds nothing here that could be ignored"
                fix = "take it out, or to the line that a finding names"
                yield Problem(each.where, what, fix, "note")


def _file(found: Finding) -> str:
    return found.manifest.document.file if found.manifest else found.place.file


def _heads(found: Finding) -> Iterator[int]:
    """Yield the first lines of the object that a finding is in, and of the list that it is in."""
    if manifest := found.manifest:
        yield manifest.place().line
        if manifest.inside:
            yield manifest.document.locate((), False)[0]


def _understood(comment: Comment) -> tuple[list[_Name], list[Problem]]:
    """Return the rules that a comment names; one that only looks like one of ours names none."""
    word = _WORD.match(comment.text)
    if not word or not (word[2] or word[1] == "ignore"):
        return [], []
    where = f"{comment.file}:{comment.line}:{comment.column}"
    if word[1] != "ignore":
        what = f'"{word[1]}" says nothing to sfsgen: it knows "ignore" alone'
        return [], [Problem(where, what, _SHAPE, "warning")]
    names = _NAMES.match(comment.text, word.end()) if word[2] else None
    if not names:
        return [], [Problem(where, "it names no rule, and nothing is ignored", _SHAPE, "warning")]
    return [
        _Name(comment, each[0], comment.column + each.start())
        for each in re.compile(r"[\w-]+").finditer(comment.text, names.start(), names.end())
    ], []
