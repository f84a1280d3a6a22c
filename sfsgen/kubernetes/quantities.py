"""Numbers: Kubernetes quantities, compared by value and kept as typed, and whole numbers."""

import re
from functools import lru_cache

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_SYNTAX = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<fraction>\d*))?"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exponent>[+-]?\d+))?",
    re.ASCII,
)
_DECIMAL_EXPONENT = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_EXPONENT = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = 9
_LARGEST: int = (2**63 - 1) * 10**_NANO
# More digits than this before or after the point make no difference once capped or rounded.
_ENOUGH_DIGITS = 64
_SIGNIFICANT = 256


@lru_cache
def nano_units(text: str) -> int:
    """Return the value of a quantity in billionths of a byte, as the API server compares it.

    Anything finer is rounded up, anything above 2^63 - 1 bytes is cut down to it, both as
    apimachinery's `resource.ParseQuantity` does. Raises ValueError for what is not a quantity.
    """
    match = _SYNTAX.fullmatch(text)
    if not match or not (match["whole"] or match["fraction"]):
        raise ValueError(text)
    whole, fraction = match["whole"] or "", match["fraction"] or ""
    suffix = match["suffix"] or ""
    exponent = int(match["exponent"] or 0) + _DECIMAL_EXPONENT.get(suffix, 0)
    exponent += _NANO - len(fraction)
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return 0
    if dropped := digits[_SIGNIFICANT:]:
        # Digits this far behind only say whether there is something to round up.
        digits = digits[:_SIGNIFICANT] + ("1" if dropped.strip("0") else "0")
        exponent += len(dropped) - 1
    value = min(_scaled(digits, exponent, 1 << _BINARY_EXPONENT.get(suffix, 0)), _LARGEST)
    return -value if match["sign"] == "-" else value


def closest(text: str) -> str:
    """Return the quantity nearest to what was meant, the text itself where none is near."""
    return re.sub(r"^([0-9.]+) ?([kKmMgGtTpPeE])(i?)[bB]?$", _as_suffix, text)


def _as_suffix(match: re.Match[str]) -> str:
    letter = match[2].upper()
    return f"{match[1]}{letter}{'i' if match[3] or letter == 'K' else ''}"


def whole_number(text: str) -> int:
    """Return a number that is written with digits only. Raises ValueError for any other text."""
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def _scaled(digits: str, exponent: int, factor: int) -> int:
    """Return digits * 10^exponent * factor, rounded up, in bounded time."""
    if len(digits) + exponent > _ENOUGH_DIGITS:
        return _LARGEST
    if len(digits) + exponent < -_ENOUGH_DIGITS:
        return 1
    numerator: int = 10 ** max(exponent, 0)
    denominator: int = 10 ** max(-exponent, 0)
    return -(-int(digits) * factor * numerator // denominator)
