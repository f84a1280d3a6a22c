"""Every name that Kubernetes or the convention derives, and what each may look like."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sfsgen.plain_text import brief, quoted

_LABEL_LENGTH = 63
LONGEST_NAME = 253
"""Characters of a DNS subdomain, as which most objects are named."""
_LONGEST_FILLED = 10_000  # characters: more than any name or path may have
_LONGESTHOLE = 10  # digits: ordinals are 32 bits
HOLE = "\0"  # stands for the ordinal in a Pattern's text: no name or path can hold it
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_NUMBER = re.compile("0|[1-9][0-9]{0,17}")  # as it is printed, and as 64 bits can hold it
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class Pattern(NamedTuple):
    """A name or path of one claim template in which only the ordinal is still open."""

    pieces: tuple[str, ...]

    def at(self, ordinal: int | str) -> str:
        """Return the text for one ordinal."""
        return str(ordinal).join(self.pieces)

    def followed_by(self, other: "Pattern") -> "Pattern":
        """Return the pattern of this one's text with the other's behind it."""
        *first, last = self.pieces
        return Pattern((*first, last + other.pieces[0], *other.pieces[1:]))

    @property
    def is_open(self) -> bool:
        """Whether different ordinals give different texts."""
        return len(self.pieces) > 1

    def ordinal_of(self, text: str) -> int | None:
        """Return the ordinal that gives this text, or None."""
        if not self.is_open:
            return None
        length, rest = divmod(len(text) - sum(map(len, self.pieces)), len(self.pieces) - 1)
        start = len(self.pieces[0])
        number = text[start : start + length]
        if rest or not _NUMBER.fullmatch(number) or self.at(number) != text:
            return None
        return int(number)


def pattern(text: str, values: Mapping[str, str | Pattern]) -> Pattern:
    """Fill the placeholders of `text`, leaving the ordinal open.

    `values` has a text or another Pattern for each placeholder but `ordinal`. Raises ValueError
    with a sentence for a placeholder that does not exist or a brace that is not one.
    """
    length = len(text)

    def fill(match: re.Match[str]) -> str:
        nonlocal length
        name = match[1]
        if name == "ordinal":
            return HOLE
        if name is None or name not in values:
            known = " ".join(f"{{{each}}}" for each in (*values, "ordinal"))
            raise ValueError(f"{brief(match[0])} is not a placeholder; there are {known}")
        value = values[name]
        filled = value.at(HOLE) if isinstance(value, Pattern) else value
        length += len(filled)
        if length > _LONGEST_FILLED:
            raise ValueError(f"with its placeholders it has more than {_LONGEST_FILLED} characters")
        return filled

    if not text.isprintable():
        raise ValueError("it holds a control character")
    return Pattern(tuple(re.sub(r"\{([^{}]*)\}|[{}]", fill, text).split(HOLE)))


def numbered(name: str) -> tuple[str, int | None]:
    """Return what stands before the digits at the end of a name, and their number.

    The number is None where there is none, or one of more than 32 bits.
    """
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    return head, int(digits) if 0 < len(digits) <= _LONGESTHOLE else None


def server_id(ordinal: int, start: int) -> int:
    """Return the number from 1 on of a pod: its ordinal, one more where ordinals start with 0."""
    return ordinal if start else ordinal + 1


def claim_name(template: str, stateful_set: str) -> Pattern:
    """Return the names under which the StatefulSet controller looks for a template's claims.

    Source: kubernetes/pkg/controller/statefulset, getPersistentVolumeClaimName.
    """
    return Pattern((f"{template}-{stateful_set}-", ""))


def label_fault(text: str, longest: int = _LABEL_LENGTH, *, first_a_letter: bool = False) -> str:
    """Return why a text is no DNS label (RFC 1123; with first_a_letter, RFC 1035), or ""."""
    if not re.fullmatch(_LABEL, text) or (first_a_letter and text[0].isdigit()):
        start = "a letter" if first_a_letter else "a letter or digit"
        return f'may hold a-z, 0-9 and "-" only, {start} first and a letter or digit last'
    if len(text) > longest:
        return f"has {len(text)} characters; at most {longest} are possible"
    return ""


def subdomain_fault(text: str) -> str:
    """Return why a text is no DNS subdomain (RFC 1123), or ""."""
    if not _SUBDOMAIN.fullmatch(text):
        return 'may hold a-z, 0-9, "-" and "." only, a letter or digit at both ends of each part'
    if len(text) > LONGEST_NAME:
        return f"has {len(text)} characters; at most {LONGEST_NAME} are possible"
    return ""


def label_key_fault(text: str) -> str:
    """Return why a text is no label or annotation key, or ""."""
    prefix, slash, name = text.rpartition("/")
    if slash and (fault := subdomain_fault(prefix)):
        return f'has a prefix before its "/" that is no DNS subdomain: {fault}'
    return label_value_fault(name) if name else "has no name"


def label_value_fault(text: str) -> str:
    """Return why a text is no label value, or ""."""
    if not re.fullmatch(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?", text):
        return 'may hold letters, digits, "-", "_" and "." only, a letter or digit at both ends'
    if len(text) > _LABEL_LENGTH:
        return f"has {len(text)} characters; at most {_LABEL_LENGTH} are possible"
    return ""


def port_name_fault(text: str) -> str:
    """Return why a text is no port name (RFC 6335), or ""."""
    longest = 15
    if len(text) > longest:
        return f"has {len(text)} characters; at most {longest} are possible"
    has_letter = any(character.isalpha() for character in text)
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text) or not has_letter:
        return 'may hold a-z, 0-9 and single "-" between them only, with at least one letter'
    return ""


def closest_label(text: str, longest: int = _LABEL_LENGTH) -> str:
    """Return the DNS label nearest to what was meant, or "" where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:longest].strip("-")


def label_fix(text: str, longest: int = _LABEL_LENGTH) -> str:
    """Return how to mend a text that is to be a DNS label."""
    return f"write {quoted(closest_label(text, longest) or 'web')}"
