"""What a scalar of a YAML text means to Kubernetes: nothing, a boolean, a number or a text."""

import math
import re
from typing import Any

TAG = "tag:yaml.org,2002:"
"""What `!!` stands for."""
# What go-yaml, which kubectl reads with, takes a plain scalar for: YAML 1.1 without its base 60.
_CONSTANTS = {
    word: value
    for words, value in (
        ("y Y yes Yes YES true True TRUE on On ON", True),
        ("n N no No NO false False FALSE off Off OFF", False),
        ("~ null Null NULL", None),
        (".nan .NaN .NAN", math.nan),
        (".inf .Inf .INF +.inf +.Inf +.INF", math.inf),
        ("-.inf -.Inf -.INF", -math.inf),
    )
    for word in words.split()
} | {"": None}
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_SIGN_BEHIND_BASE = re.compile(r"0b([+-][01]+)")
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_BETWEEN_DIGITS = re.compile("(?<=[0-9])_(?=[0-9])")
_SIGNED = range(-(2**63), 2**63)
_UNSIGNED = range(2**64)
_LONGEST_INTEGER = 20  # decimal digits of 64 bits
_OF_TAG: dict[str, Any] = {
    "bool": bool,
    "int": int,
    "float": (int, float),
    "null": type(None),
}


def resolve(text: str) -> Any:
    """Return what a plain scalar means: None, a boolean, an int, a float or the text itself."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    # What begins with a point is read by other code there, which is stricter.
    digits = _BETWEEN_DIGITS.sub("", text) if text[0] == "." else text.replace("_", "")
    integer = _integer(digits)
    if integer is not None:
        return integer
    if _FLOAT.fullmatch(digits) and math.isfinite(number := float(digits)):
        return number
    return text


def as_json(value: Any) -> Any:
    """Return a value as it is after JSON, through which kubectl sends it.

    There, 2.0 is 2, and a whole number beyond 64 bits is the floating-point number next to it.
    """
    if value.__class__ is int and value not in _SIGNED:
        value = float(value)
    if value.__class__ is float and value.is_integer():
        shortest = _shortest(value)
        return shortest if shortest in _SIGNED else int(value)
    return value


def _shortest(number: float) -> int:
    """Return the whole number that Go writes for a floating-point one: with zeros at its end."""
    mantissa, _, exponent = repr(number).partition("e")
    if not exponent:
        return int(number)
    digits, _, fraction = mantissa.partition(".")
    zeros = int(exponent) - len(fraction)
    return int(f"{digits}{fraction}{'0' * zeros}")


def tagged(text: str, tag: str) -> Any:
    """Return what a scalar with a tag means. Raises KeyError for a tag that is not Kubernetes'.

    Raises ValueError where the text is not of the kind that the tag says.
    """
    kind = tag.removeprefix(TAG)
    if tag == "!" or (kind != tag and kind in ("str", "merge")):
        return text
    classes = _OF_TAG[kind if kind != tag else ""]
    value = resolve(text)
    is_odd = isinstance(value, int) and (
        isinstance(value, bool) != (kind == "bool") or (kind == "float" and value not in _SIGNED)
    )
    if is_odd or not isinstance(value, classes):
        raise ValueError(text)
    return float(value) if kind == "float" else value


def spelled(key: Any) -> str:
    """Return the text that a key becomes in JSON, where keys are texts.

    Raises ValueError for what cannot become one, and for what nobody would find again.
    """
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, str):
        return key
    # kubectl writes floating-point keys again, with six digits or with an exponent.
    if not isinstance(key, int) or key not in _SIGNED:
        raise ValueError(key)
    return str(key)


def _integer(digits: str) -> int | None:
    """Return a whole number that 64 bits can hold: signed, or without a sign unsigned."""
    if match := _SIGN_BEHIND_BASE.fullmatch(digits):
        value = int(match[1], 2)
        return value if value in _SIGNED else None
    match = _INTEGER.fullmatch(digits)
    if not match or len(match[5] or "") > _LONGEST_INTEGER:
        return None
    bases = zip((16, 2, 8, 10), match.groups()[1:], strict=True)
    value = next(int(number, base) for base, number in bases if number)
    value = -value if match[1] == "-" else value
    return value if value in (_SIGNED if match[1] else _UNSIGNED) else None
