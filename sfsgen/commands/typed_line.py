"""What a shell sends and wants of a completion: the line up to the cursor, and what may follow."""

import contextlib
import re
from collections.abc import Callable, Sequence
from typing import Any

from sfsgen.commands.completing import Offer, brief, offered
from sfsgen.console import write_stdout

# A word of a line, which may end within quotes.
_PART = re.compile(
    r"""'(?P<single>[^']*)(?:'|$)|"(?P<double>(?:[^"\\]|\\.)*\\?)(?:"|$)|\\(?P<escaped>.?)"""
    r"""|(?P<plain>[^\s'"\\]+)|(?P<space>\s+)""",
    re.DOTALL,
)
# As bash has it: `?` lists what there is, after a second Tab.
_LISTED = "63"
_UNQUOTED = re.compile(r"[^\w@%+=:,./-]")
_IN_DOUBLE = re.compile(r'["\\$`]')


def complete(program: Any, arguments: Sequence[str]) -> None:
    """Print what may stand at the cursor, as the script of a shell has asked for it.

    The first line is the kind; nothing is told on stderr, where the user is typing.
    """
    with contextlib.suppress(Exception):
        lines = _SHELLS[arguments[0]](program, arguments[1:])
        write_stdout(f"{line}\n" for line in lines)


def _bash(program: Any, arguments: Sequence[str]) -> list[str]:
    breaks, kind, columns, text = arguments
    words, current, quote, unbroken = _split(text, breaks)
    offer = offered(program, "sfsgen", words[1:], current)
    # Readline has taken what stands before a break, or an open quote, for another word.
    there = [f"{offer.before}{each.value}"[len(current) - len(unbroken) :] for each in offer.items]
    quoted = [_as_typed(each, quote) for each in there]
    if kind == _LISTED and len(quoted) > 1:
        quoted = _with_help(quoted, [brief(each) for each in offer.items], int(columns))
    return [offer.kind, *quoted]


def _with_help(words: Sequence[str], texts: Sequence[str], columns: int) -> list[str]:
    """Return words to be looked at, each with its text behind it."""
    width = max(map(len, words))
    room = columns - width - 8
    return [
        f"{word:{width}}  ({text[:room]})" if text and room > len("...") else word
        for word, text in zip(words, texts, strict=True)
    ]


def _as_typed(word: str, quote: str) -> str:
    """Return a word as bash reads it at the cursor, where a quote may be open."""
    if quote == "'":
        return word.replace("'", "'\\''")
    if quote:
        return _IN_DOUBLE.sub(r"\\\g<0>", word)
    return _UNQUOTED.sub(r"\\\g<0>", word)


def _zsh(program: Any, arguments: Sequence[str]) -> list[str]:
    """Return bare values: the script has put aside what stands before them."""
    current, *words = arguments
    offer = offered(program, "sfsgen", words, current.removeprefix("="))
    return [offer.kind, *_tabbed([str(each.value) for each in offer.items], offer)]


def _fish(program: Any, arguments: Sequence[str]) -> list[str]:
    words, current, _, _ = _split(arguments[0])
    offer = offered(program, "sfsgen", words[1:], current)
    return [offer.kind, *_tabbed([f"{offer.before}{each.value}" for each in offer.items], offer)]


def _powershell(program: Any, arguments: Sequence[str]) -> list[str]:
    current, *words = arguments
    offer = offered(program, "sfsgen", words, current.removeprefix("="))
    typed = [_in_powershell(f"{offer.before}{each.value}") for each in offer.items]
    shown = [
        f"{word}\t{each.value}\t{brief(each) or each.value}"
        for word, each in zip(typed, offer.items, strict=True)
    ]
    return [offer.kind, *shown]


def _in_powershell(word: str) -> str:
    """Return a word as PowerShell reads it: it splits at commas, and takes @ and $ for its own."""
    if re.fullmatch(r"[\w.:/+=-]+", word):
        return word
    return f"'{word.replace(chr(39), chr(39) * 2)}'"


def _tabbed(words: Sequence[str], offer: Offer) -> list[str]:
    """Return words, each with what it means behind a tab where that is known."""
    pairs = zip(words, map(brief, offer.items), strict=True)
    return [f"{word}\t{text}" if text else word for word, text in pairs]


_SHELLS: dict[str, Callable[[Any, Sequence[str]], list[str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}


def _split(text: str, breaks: str = "") -> tuple[list[str], str, str, str]:
    """Return the words of a line, its last one, which quote is open, and what bash has of the last.

    Bash takes a word up behind an open quote, and behind the last break that is not quoted.
    """
    words: list[str] = []
    current, unbroken, quote, is_word = "", "", "", False
    for part in _PART.finditer(text):
        kind, found = str(part.lastgroup), part[str(part.lastgroup)]
        if kind == "space":
            words += [current] * is_word
            current, unbroken, quote, is_word = "", "", "", False
            continue
        is_word = True
        if kind == "double":
            found = re.sub(r'\\(["\\$`])', r"\1", found)
        current += found
        quote = {"single": "'", "double": '"'}.get(kind, "") if part.end() == len(text) else ""
        if quote and len(part[0]) > 1 and part[0].endswith(quote):
            quote = ""  # it is closed
        behind = _behind_break(found, breaks) if kind == "plain" else found
        unbroken = behind if quote or behind != found else unbroken + found
    return words, current, quote, unbroken


def _behind_break(word: str, breaks: str) -> str:
    """Return what readline takes for a word: it begins behind a break, but with an `@`."""
    at = max((index for index, each in enumerate(word) if each in breaks), default=-1)
    return word[at:] if word[at : at + 1] == "@" else word[at + 1 :]
