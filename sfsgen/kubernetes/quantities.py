"""Numbers: Kubernetes quantities, their value and what a server makes of them; whole numbers."""

import re
from functools import lru_cache
from math import ceil

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
_NANO_PER_MILLI = 6
# Within these a server keeps a text: so many digits, and nothing finer than thousandths.
_FAST_DIGITS, _FINEST_KEPT = 18, -3
_BINARY = 1024


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


def stored(text: str) -> str:
    """Return a quantity as the API server writes it down, which may be another text of its value.

    That is `resource.Quantity` of apimachinery: `ParseQuantity` keeps some texts as they are,
    defaults round up to thousandths, and `CanonicalizeBytes` writes what is not kept: 1024Mi as
    1Gi, 1.5Gi as 1536Mi. Raises ValueError for what is not a quantity.
    """
    value = -(-nano_units(text) // 10**_NANO_PER_MILLI)
    match = _SYNTAX.fullmatch(text)
    if match is None or value <= 0 or _is_kept(match):
        return text
    suffix = match["suffix"] or ""
    if suffix not in _BINARY_EXPONENT:
        # What is above the cap of `nano_units` is more than any volume has.
        is_capped = nano_units(text) == _LARGEST
        return text if is_capped else _decimal(value, "e" if match["exponent"] else "")
    whole, rest = divmod(value, 1000)
    if rest or whole < _BINARY:
        return _decimal(value, "")
    whole, times = _without_factors(whole, _BINARY)
    return f"{whole}{('', *_BINARY_EXPONENT)[times]}"


def _is_kept(match: re.Match[str]) -> bool:
    """Return whether the server keeps a text: it takes the most usual ones for canonical."""
    number = (match["whole"] or "").lstrip("0") or "0"
    fraction, suffix = match["fraction"] or "", match["suffix"] or ""
    if binary := _BINARY_EXPONENT.get(suffix):
        is_short = 15 - len(number) - binary * 3 // 10 - 1 >= 0
        return is_short and not fraction and int(number) % 8 != 0
    digits = number + fraction
    exponent = int(match["exponent"] or 0) + _DECIMAL_EXPONENT.get(suffix, 0) - len(fraction)
    is_short = len(digits) <= _FAST_DIGITS and exponent >= _FINEST_KEPT
    return is_short and exponent % 3 == 0 and digits[0] != "0" and not digits.endswith("000")


def _decimal(thousandths: int, mark: str) -> str:
    """Return a number as few digits and a power of a thousand, by its letter or by a mark."""
    digits, tens = _without_factors(thousandths, 10)
    exponent = tens - 3
    digits *= 10 ** (exponent % 3)
    exponent -= exponent % 3
    letters = {power: letter for letter, power in _DECIMAL_EXPONENT.items()}
    if not exponent:
        return str(digits)
    is_letter = not mark and exponent in letters
    return f"{digits}{letters[exponent]}" if is_letter else f"{digits}e{exponent}"


def _without_factors(number: int, factor: int) -> tuple[int, int]:
    """Return a number divided by a factor as often as it can be, and how often that is."""
    times = 0
    while number % factor == 0:
        number, times = number // factor, times + 1
    return number, times


def closest(text: str) -> str:
    """Return the quantity nearest to what was meant, the text itself where none is near."""
    return re.sub(r"^([0-9.]+) ?([kKmMgGtTpPeE])(i?)[bB]?$", _as_suffix, text)


def _as_suffix(match: re.Match[str]) -> str:
    letter = match[2].upper()
    return f"{match[1]}{letter}{'i' if match[3] or letter == 'K' else ''}"


def whole_number(text: str) -> int:
    """Return a number that is written with digits only. Raises ValueError for any other text."""
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def meant(text: str, example: int) -> str:
    """Return the whole number that somebody means who writes `+2`, ` 2 `, `2.0`, `1.5` or `1e3`.

    It is an example where none can be meant.
    """
    bare = text.strip().removeprefix("+").replace("_", "")
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?([eE]\+?[0-9])?", bare):
        return str(ceil(float(bare)))  # of 2.5, one that is near
    return str(example)


def _scaled(digits: str, exponent: int, factor: int) -> int:
    """Return digits * 10^exponent * factor, rounded up, in bounded time."""
    if len(digits) + exponent > _ENOUGH_DIGITS:
        return _LARGEST
    if len(digits) + exponent < -_ENOUGH_DIGITS:
        return 1
    numerator: int = 10 ** max(exponent, 0)
    denominator: int = 10 ** max(-exponent, 0)
    return -(-int(digits) * factor * numerator // denominator)
