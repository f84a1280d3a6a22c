"""The built-in templates print ordinals and do no more with them: what is filled in is the same."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sfsgen.printing.rendering import OPEN_ORDINALS
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

OPEN = [str(each) for each in OPEN_ORDINALS]
# Texts that YAML reads otherwise for some ordinals, and those that look like one.
HEADS = ["pv-", "", "0o", "0b", "0x", "0", "00", "1", "10", "1e", "2001-01-", "1-2-", "1.", "-"]
HEADS += ["1_", "0b0", "0o1", "10:3", "n", "pv-web-1000000-", "1111110", "y.{ordinal}."]
TAILS = ["", "-a", "0", "1", "t", "e3", ".{ordinal}", "x0", ":0", " #", ": "]
ORDINALS = st.sampled_from([0, 1, 2, 6, 7, 8, 9, 95, 999_998, 1_000_000, 1_111_109, 9_999_999])


@st.composite
def commands(draw: st.DrawFn) -> list[str]:
    """Return the options of a set, valid or not."""

    def pattern() -> str:
        return f"{draw(st.sampled_from(HEADS))}{{ordinal}}{draw(st.sampled_from(TAILS))}"

    text = draw(st.lists(st.sampled_from([*OPEN, *HEADS, "'", "\n"]), max_size=7))
    first, count = draw(ORDINALS), draw(st.integers(3, 14))
    options = [f"-r{count}", f"--start-ordinal={first}", f"--annotation=a={''.join(text)}"]
    options += [f"--nfs-path=/{pattern()}"] if draw(st.booleans()) else []
    options += [f"--volume-name={pattern()}"] if draw(st.booleans()) else []
    options += [f"--nfs-server={pattern()}"] if draw(st.booleans()) else []
    options += [f"--label=b={draw(st.sampled_from(OPEN))}"] if draw(st.booleans()) else []
    extra = ["--driver=csi", "--read-only", "--mount-option=hard", "--kube-version=1.27"]
    options += draw(st.lists(st.sampled_from([*extra, "--volume=log=1Gi:/log"]), unique=True))
    return [*options, draw(st.sampled_from(["-oyaml", "-ojson"]))]


@settings(max_examples=60)
@given(commands())
@example(["-r11", "--start-ordinal=2", "--volume-name=0b{ordinal}", "--label=b=1000000"])
@example(["-r10", "--volume-name=0o{ordinal}"])
def test_what_is_filled_in_is_what_each_ordinal_is_by_itself(options: list[str]) -> None:
    command = ["render", "web", "--nfs-server=nfs.example.com", "--storage=1Gi", *options]
    filled_in = sfsgen(command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sfsgen.printing.rendering._WORTH_IT", 1_000_000)
        assert filled_in == sfsgen(command)


def test_a_number_that_stands_for_ordinals_is_found_whatever_stands_beside_it() -> None:
    for each in OPEN:
        assert set(each) == {"0", "1"}
        assert not any(each.endswith(each[:length]) for length in range(1, len(each)))
