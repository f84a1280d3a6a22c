"""Sizes: which texts are quantities, and what they are worth in billionths of a byte."""

import contextlib
import time
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.kubernetes.quantities import nano_units

NANO = 10**9
LARGEST = (2**63 - 1) * NANO
UNITS = {
    "": Fraction(1),
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 10**3),
    **{suffix: Fraction(1000**power) for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Fraction(1024**power) for power, suffix in enumerate("KMGTPE", 1)},
    **{f"e{power}": Fraction(10) ** power for power in range(-9, 19)},
    **{f"E+{power}": Fraction(10) ** power for power in range(19)},
}

suffixes = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", NANO),
        ("+1", NANO),
        ("-1", -NANO),
        ("0010", 10 * NANO),
        (".5", NANO // 2),
        ("5.", 5 * NANO),
        ("1n", 1),
        ("1u", 1000),
        ("500m", NANO // 2),
        ("1k", 10**3 * NANO),
        ("1Ki", 1024 * NANO),
        ("1Gi", 2**30 * NANO),
        ("1.5Ti", 3 * 2**39 * NANO),
        ("1E", 10**18 * NANO),
        ("1Ei", 2**60 * NANO),
        ("1e3", 1000 * NANO),
        ("1E3", 1000 * NANO),
        ("1e+3", 1000 * NANO),
        ("1e-3", 10**6),
        ("-.5Ki", -512 * NANO),
    ],
)
def test_a_quantity_has_its_value(text: str, value: int) -> None:
    assert nano_units(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("1GB", "1gi", "1K", "1ki", "1KI", "1B", "1i", "1g", "1\N{MICRO SIGN}", "1iG", "1GiGi"),
        *("Gi", ".", "+", "-", "+.", ".Gi", "e3", "Infinity", "nan"),
        *("1e", "1e+", "1e1.5", "1e3Gi", "1Gie3", "1eGi"),
        *("--1", "+-1", "1-1", "1.2.3", "1,5", "1_000", "0x10"),
        *("\N{ARABIC-INDIC DIGIT ONE}", "\N{FULLWIDTH DIGIT ONE}Gi"),
        *("", " ", "1 Gi", " 1Gi", "1Gi ", "1Gi\n", "\n1", "1\0", "- 1"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        nano_units(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1Gi", "1073741824"),
        ("1Gi", "1.0Gi"),
        ("1G", "1e9"),
        ("1000m", "1"),
        ("0.5k", "500"),
        ("1E", "1000P"),
    ],
)
def test_sizes_are_compared_by_value(one: str, other: str) -> None:
    assert nano_units(one) == nano_units(other)


@pytest.mark.parametrize(("smaller", "larger"), [("1G", "1Gi"), ("999M", "1G"), ("1m", "1")])
def test_decimal_and_binary_units_differ(smaller: str, larger: str) -> None:
    assert nano_units(smaller) < nano_units(larger)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1n", 1),
        ("1.1n", 2),
        ("-0.1n", -1),
        ("1e-10", 1),
        ("1e-1000", 1),
        ("0.0000000001", 1),
        ("1.0000000001", NANO + 1),
        ("0e-1000", 0),
    ],
)
def test_what_is_finer_than_a_billionth_is_rounded_up(text: str, value: int) -> None:
    assert nano_units(text) == value


@pytest.mark.parametrize(
    "text", ["9223372036854775807", "9223372036854775808", "8Ei", "9.3E", "1e19", "1e100", "1e9999"]
)
def test_nothing_is_larger_than_63_bits(text: str) -> None:
    assert nano_units(text) == LARGEST
    assert nano_units(f"-{text}") == -LARGEST


def test_what_fits_into_63_bits_is_not_cut_down() -> None:
    assert nano_units("9223372036854775806") == LARGEST - NANO
    assert nano_units("9223372036854775806.9") == LARGEST - NANO // 10


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1" * 100_000, LARGEST),
        ("1" * 100_000 + "Gi", LARGEST),
        ("0" * 100_000 + "1", NANO),
        ("1." + "0" * 100_000, NANO),
        ("0.5" + "0" * 100_000 + "Ki", 512 * NANO),
        ("0." + "1" * 100_000, 111_111_112),
        ("0." + "0" * 100_000 + "1", 1),
        ("1e999999999", LARGEST),
        ("1e-999999999", 1),
        ("0e999999999", 0),
    ],
    ids=lambda each: str(each)[:8],
)
def test_many_digits_and_absurd_exponents_take_no_time(text: str, value: int) -> None:
    start = time.perf_counter()
    assert nano_units(text) == value
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("text", ["1e" + "9" * 100_000, "1e-" + "9" * 100_000, "1" * 100_000 + "x"])
def test_an_exponent_beyond_all_bounds_ends_soon(text: str) -> None:
    start = time.perf_counter()
    with contextlib.suppress(ValueError):
        nano_units(text)
    assert time.perf_counter() - start < 1


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), suffixes)))
def test_sums_of_quantities_are_exact(parts: list[tuple[int, str]]) -> None:
    fitting = [(number, unit) for number, unit in parts if number * UNITS[unit] <= 2**63 - 1]
    total = sum((number * UNITS[unit] for number, unit in fitting), Fraction(0))
    assert sum(nano_units(f"{number}{unit}") for number, unit in fitting) == total * NANO


@given(st.from_regex(r"[0-9]{1,6}\.[0-9]{0,20}|\.[0-9]{1,20}", fullmatch=True), suffixes)
def test_fractions_are_exact_up_to_rounding(number: str, unit: str) -> None:
    value = ceil(Fraction(f"0{number}" if number[0] == "." else f"{number}0") * UNITS[unit] * NANO)
    assert nano_units(f"{number}{unit}") == min(value, LARGEST)


@given(st.one_of(st.text(), st.text("0123456789.+-eEkKMGi")))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert -LARGEST <= nano_units(text) <= LARGEST
