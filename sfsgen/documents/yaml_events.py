"""YAML text as a parser's events: libyaml's where it is there, else ruamel.yaml's own."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

_ESCAPE = re.compile(r"\\(?:(/)|.)", re.DOTALL)
_DOCUMENT_END = re.compile(r"(?:^|(?<=\r))\.\.\.(?=[ \t\r\n])", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str) -> "Iterator[Event]":
    """Yield the events of libyaml's parser, or of ruamel.yaml's own where there is no libyaml.

    Raises YAMLError.
    """
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return parse_in_python(text)
    events = iter(CParser(text).get_event, None)
    return _without_slashes(events, text) if r"\/" in text else events


def parse_in_python(text: str) -> "Iterator[Event]":
    """Yield the events of ruamel.yaml's own parser. Raises YAMLError."""
    from sfsgen.documents.yaml_scanner import StrictYaml

    # It would look at what follows the document, too.
    if end := _DOCUMENT_END.search(text):
        text = text[: end.end()]
    # A tab there would indent what follows.
    text = re.sub(r"\A---[ \t]+", lambda marker: marker[0].replace("\t", " "), text)
    return _without_surrogates(StrictYaml().parse(text))


def is_libyaml_alone(error: Any, text: str) -> bool:
    """Return whether libyaml refuses what kubectl's parser takes.

    It is libyaml 0.1, of which ruamel.yaml's extra is made: `{image: nginx:1.29}` is too new.
    """
    is_escaped_quote = error.problem_mark and text.startswith("\\'", error.problem_mark.index)
    return bool(is_escaped_quote) or error.problem == "found unexpected ':'"


def _without_slashes(events: Iterator[Any], text: str) -> "Iterator[Event]":
    r"""Refuse `"\/"`, which libyaml takes as JSON does, and kubectl does not."""
    for event in events:
        if getattr(event, "style", None) == '"':
            for escape in _ESCAPE.finditer(text, event.start_mark.index, event.end_mark.index):
                if escape[1]:
                    raise _bad_escape("found unknown escape character /", event)
        yield event


def _without_surrogates(events: Iterator[Any]) -> "Iterator[Event]":
    """Refuse the one escape that libyaml refuses and ruamel.yaml's own parser lets through."""
    for event in events:
        if getattr(event, "style", None) == '"' and _SURROGATE.search(event.value):
            raise _bad_escape("found invalid Unicode character escape code", event)
        yield event


def _bad_escape(what: str, event: Any) -> Exception:
    from ruamel.yaml.scanner import ScannerError

    return ScannerError(None, None, what, event.start_mark)
