"""Sizes: which texts are quantities, and what they are worth in billionths of a byte."""

import contextlib
import json
import random
import shutil
import subprocess
import time
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.kubernetes.quantities import meant, nano_units, stored, whole_number

pytestmark = pytest.mark.without_libraries

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


# What a server makes of a size, as kubectl's own apimachinery printed it.
STORED = {
    "1Gi": "1Gi",
    "1024Mi": "1Gi",
    "1.5Gi": "1536Mi",
    "0.5Gi": "512Mi",
    ".5Gi": "512Mi",
    "1.0Gi": "1Gi",
    "1048576Ki": "1Gi",
    "1000Mi": "1000Mi",
    "8Gi": "8Gi",
    "+8Gi": "8Gi",
    "100Ti": "100Ti",
    "1000000000": "1G",
    "1000000001": "1000000001",
    "1073741824": "1073741824",
    "1500000": "1500k",
    "1000M": "1G",
    "1024M": "1024M",
    "1.5G": "1500M",
    "1.500G": "1.500G",
    "1e9": "1e9",
    "1E9": "1E9",
    "1e10": "10e9",
    "10e9": "10e9",
    "1000m": "1",
    "1500m": "1500m",
    "1.5Ki": "1536",
    "0.1Ki": "102400m",
    "+1Gi": "+1Gi",
    "01Gi": "01Gi",
    "16Ei": "9223372036854775807",
    "1.0001": "1001m",
    "1n": "1m",
}


@pytest.mark.parametrize(("text", "kept"), STORED.items())
def test_a_server_writes_a_size_down(text: str, kept: str) -> None:
    assert stored(text) == kept


_WRITTEN = st.from_regex(r"[+]?[0-9]{0,3}[1-9][0-9]{0,12}(\.[0-9]{0,3})?", fullmatch=True)


@given(_WRITTEN, st.sampled_from([each for each in sorted(UNITS) if each not in ("n", "u")]))
def test_what_a_server_writes_down_is_worth_the_same_and_stays(number: str, unit: str) -> None:
    thousandths = -(-nano_units(f"{number}{unit}") // 10**6)
    kept = stored(f"{number}{unit}")
    if thousandths * 10**6 < LARGEST:
        assert nano_units(kept) == thousandths * 10**6
    assert stored(kept) == kept


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
def test_kubectl_writes_sizes_down_so() -> None:
    """In kubectl is the very code; only its defaults, which round to thousandths, are not."""
    chance = random.Random(10)  # noqa: S311  # sizes are no secrets
    numbers = [
        f"{sign}{chance.randrange(10 ** chance.randrange(1, 19))}" for sign in ("", "+", "0")
    ]
    numbers += [str(1000 * each) for each in range(1, 9)] + [str(2**each) for each in range(1, 40)]
    numbers += ["1.5", "0.5", "2.50", "1.500", "3.", ".25"]
    units = [each for each in UNITS if each not in ("n", "u")]
    texts = [*STORED, *(f"{number}{unit}" for number in numbers for unit in units)]
    texts = [
        each for each in texts if 0 < nano_units(each) < LARGEST and not nano_units(each) % 10**6
    ]
    container = {
        "name": "web",
        "image": "web:1",
        "resources": {"requests": {f"q{index}": each for index, each in enumerate(texts)}},
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    done = subprocess.run(
        ["kubectl", "set", "image", "--local", "-f", "-", "web=web:2", "-o", "json"],
        input=json.dumps({**pod, "spec": {"containers": [container]}}),
        capture_output=True,
        text=True,
        check=True,
    )
    (container,) = json.loads(done.stdout)["spec"]["containers"]
    written = container["resources"]["requests"]
    assert [stored(each) for each in texts] == [written[f"q{index}"] for index in range(len(texts))]
    assert len(texts) > 1000


@given(st.one_of(st.text(), st.text("0123456789.+-eEkKMGi")))
def test_any_text_is_stored_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert stored(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+2", "2"),
        (" 2 ", "2"),
        ("2.0", "2"),
        ("2.", "2"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1_000", "1000"),
        *((each, "5") for each in ("", "-1", "two", "0x2", "1e99", "1e-3", "2 3", "nan")),
        ("2.5", "3"),
    ],
)
def test_no_whole_number_but_what_is_written_with_digits(text: str, number: str) -> None:
    assert meant(text, 5) == number
    if text != "-1":
        with pytest.raises(ValueError, match=r".*"):
            whole_number(text)
