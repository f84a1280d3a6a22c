"""Label selectors in words, as kubectl takes them by -l: `app in (web,api),!old`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sfsgen.kubernetes.names import label_key_fault, label_value_fault
from sfsgen.plain_text import quoted

_TOKEN = re.compile(r"[ \t\r\n]*(?:(?P<sign>==|!=|[=!(),<>])|(?P<word>[^ \t\r\n=!(),<>]+)|$)")
_WORDS, _SIGNS = ("in", "notin"), ("=", "==", "!=", "<", ">")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_MOST = 2**63  # what a number of 64 bits can hold
_HELP = "write it as app=web,tier!=db, or 'app in (web,api),tier notin (db),old,!new'"


class Requirement(NamedTuple):
    """What one part of a selector asks of labels."""

    key: str
    operator: str
    """One of = != in notin < >, `exists` or `!`; == is =."""
    values: frozenset[str] = frozenset()

    def is_met(self, labels: Mapping[str, str]) -> bool:
        """Return whether labels have what is asked for.

        Source: apimachinery/pkg/labels, Requirement.Matches.
        """
        value = labels.get(self.key)
        match self.operator:
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "=" | "in":
                return value is not None and value in self.values
            case "!=" | "notin":
                return value is None or value not in self.values
        (limit,) = map(int, self.values)
        if value is None or not _is_number(value):
            return False
        return int(value) < limit if self.operator == "<" else int(value) > limit


class LabelQuery(NamedTuple):
    """A selector as it was typed, and what it asks for."""

    text: str
    requirements: tuple[Requirement, ...]

    def is_met(self, labels: Mapping[str, str]) -> bool:
        """Return whether labels meet all that is asked for."""
        return all(each.is_met(labels) for each in self.requirements)


class NotUnderstoodError(ValueError):
    """A selector that kubectl would refuse: what is wrong, and how it is written."""

    def __init__(self, what: str, fix: str = _HELP) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


def parsed(text: str) -> LabelQuery:
    """Return what a selector asks for. Raises NotUnderstoodError.

    Source: apimachinery/pkg/labels, Parse.
    """
    tokens = _Tokens(text)
    found: list[Requirement] = []
    while tokens.next != "":
        found.append(_requirement(tokens))
        if tokens.next == ",":
            tokens.take()
            if not (tokens.is_word or tokens.next == "!"):
                raise NotUnderstoodError(
                    f"{_at(tokens)} stands where a label is to follow the comma"
                )
        elif tokens.next != "":
            raise NotUnderstoodError(f"{_at(tokens)} stands where a comma or the end is to be")
    return LabelQuery(text, tuple(found))


class _Tokens:
    """The words and signs of a text, one after the other; "" at its end."""

    def __init__(self, text: str) -> None:
        self._left: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.next, self.is_word = "", False
        self.take()

    def take(self) -> str:
        """Return the next one, and go on."""
        before, match = self.next, next(self._left, None)
        self.next = (match["sign"] or match["word"] or "") if match else ""
        self.is_word = bool(match and match["word"])
        return before


def _requirement(tokens: _Tokens) -> Requirement:
    is_absent = tokens.next == "!"
    if is_absent:
        tokens.take()
    if not tokens.is_word:
        raise NotUnderstoodError(f"{_at(tokens)} stands where a label is to be")
    key = tokens.take()
    if fault := label_key_fault(key):
        raise NotUnderstoodError(f"{quoted(key)} is no label: it {fault}", "write the label's name")
    if tokens.next in ("", ","):
        return Requirement(key, "!" if is_absent else "exists")
    operator = tokens.take()
    if is_absent:
        raise NotUnderstoodError(f"!{key} asks that there is none, and {quoted(operator)} follows")
    if operator in _WORDS:
        values = frozenset(_listed(tokens, operator))
    elif operator in _SIGNS:
        values = frozenset([_value(tokens)])
    else:
        what = f"{quoted(operator)} stands behind {key}, where = != in or notin can be"
        raise NotUnderstoodError(what)
    _check(key, operator, values)
    return Requirement(key, operator.replace("==", "="), values)


def _check(key: str, operator: str, values: Iterable[str]) -> None:
    for each in values:
        if fault := label_value_fault(each):
            what = f"{quoted(each)} is no value of {key}: it {fault}"
            raise NotUnderstoodError(what, "write the label's value")
        if operator in ("<", ">") and not _is_number(each):
            raise NotUnderstoodError(
                f"{quoted(each)} is no whole number", f"write {key}{operator}5"
            )


def _is_number(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) and -_MOST <= int(text) < _MOST


def _value(tokens: _Tokens) -> str:
    if tokens.next in ("", ","):
        return ""
    if not tokens.is_word:
        raise NotUnderstoodError(f"{_at(tokens)} stands where a value is to be")
    return tokens.take()


def _listed(tokens: _Tokens, operator: str) -> Iterator[str]:
    """Yield the values of a list, of which some may be empty: `()`, `(,a)`, `(a,,b)`, `(a,)`.

    Source: apimachinery/pkg/labels, parseIdentifiersList, with what it refuses, as `(a,,)`.
    """
    if tokens.next != "(":
        raise NotUnderstoodError(f"{_at(tokens)} stands behind {operator}, where ( is to be")
    tokens.take()
    is_first = True
    while tokens.next != ")" or is_first:
        if tokens.is_word:
            yield tokens.take()
            if tokens.next not in (",", ")"):
                raise NotUnderstoodError(f"{_at(tokens)} stands where a comma or ) is to be")
        elif tokens.next == ",":
            tokens.take()
            if is_first or tokens.next in (",", ")"):
                yield ""
            if tokens.next == "," and tokens.take() and tokens.next == ")":
                raise NotUnderstoodError('")" stands where a value is to be')
        elif is_first and tokens.next == ")":
            yield ""
        else:
            raise NotUnderstoodError(f"{_at(tokens)} stands where a value or ) is to be")
        is_first = False
    tokens.take()


def _at(tokens: _Tokens) -> str:
    return quoted(tokens.next) if tokens.next else "the end"
