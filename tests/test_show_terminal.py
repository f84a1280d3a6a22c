"""`sfsgen show` loses no value at any width, and its colours are asked for."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.plain_text import whole
from tests.program import sfsgen
from tests.terminals import on_a_terminal, plain

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
DUMP = f"-f {EXAMPLES}/show-dump/dump.yaml"
WEB = "web -r 3 --nfs-server nfs.example.com --storage 1Gi"
CASES = {
    "one": "web -r 1 --nfs-server nfs.example.com --storage 1Gi",
    "thousand": "web -r 1000 --nfs-server nfs.example.com --storage 1Gi",
    "two-templates": "db -r 2 --nfs-server nfs --volume data=1Gi:/a --volume log=2Gi:/b",
    "start": f"{WEB} --start-ordinal 41",
    "faults": DUMP,
    "long": f"{'w' * 50} -r 2 --nfs-server {'n' * 60}.example.com --storage 1Gi "
    f"--nfs-path /{'deep/' * 40}end -n {'s' * 63}",
    "wide-letters": f"{WEB} --nfs-path /データ/ä --kube-version 1.36",
}
PLAIN_VALUES = ("name", "dns", "state")
CLAIM_VALUES = ("claim", "volume", "size", "server", "path", "state")


def _values(arguments: str) -> set[str]:
    """Return all that is shown of a set, as its data have it."""
    found: set[str] = set()
    for one in json.loads(sfsgen(f"show {arguments} -o json").out)["sets"]:
        found |= {one["name"], one["namespace"], one["service"]["dns"]}
        found |= {each["name"] for each in one["service"]["srv"]}
        for pod in one["pods"]:
            found |= {pod[each] for each in PLAIN_VALUES}
            found |= {claim[each] for claim in pod["claims"] for each in CLAIM_VALUES}
            found |= {f"{each['server']}:{each['path']}" for each in pod["claims"]}
    return found


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("case", CASES)
def test_no_value_is_cut_on_a_terminal(case: str, columns: int) -> None:
    printed = plain(on_a_terminal(["show", *CASES[case].split()], columns))
    assert [each for each in _values(CASES[case]) if each not in printed] == []


@pytest.mark.parametrize("columns", [1, 0, 20, 10_000])
def test_no_width_is_too_odd(columns: int) -> None:
    printed = plain(on_a_terminal(["show", *CASES["faults"].split()], columns))
    assert [each for each in _values(CASES["faults"]) if each not in printed] == []


@pytest.mark.parametrize("case", CASES)
def test_a_pipe_gets_aligned_lines_with_every_value(case: str) -> None:
    head, *lines = sfsgen(f"show {CASES[case]}").out.partition("\n\n")[0].splitlines()
    titles = head.split("   ")
    data = json.loads(sfsgen(f"show {CASES[case]} -o json").out)["sets"][0]
    rows = [(pod, claim) for pod in data["pods"] for claim in pod["claims"]]
    assert len(rows) == len(lines)
    for line, (pod, claim) in zip(lines, rows, strict=True):
        assert line.startswith(f"{pod['name']} ")
        for each in (pod["dns"], claim["claim"], claim["volume"], claim["size"]):
            assert f" {each} " in line
        assert f" {claim['server']}:{claim['path']}" in line
    if case != "wide-letters":
        at = [head.index(each.strip()) for each in titles if each.strip()]
        assert {line[each - 1] for line in lines for each in at if each} == {" "}


def test_a_table_is_drawn_where_it_fits_and_cards_where_not() -> None:
    wide = plain(on_a_terminal(["show", *WEB.split()], 200))
    assert any(each.split()[:3] == ["POD", "DNS", "NAME"] for each in wide.splitlines())
    for columns in (40, 80):
        cards = plain(on_a_terminal(["show", *WEB.split()], columns)).splitlines()
        assert "POD" not in " ".join(cards)
        assert [each for each in cards if each in ("web-0", "web-1", "web-2")]
        # A line that is longer than the terminal is one value alone.
        longer = [each for each in cards if len(each) > columns]
        assert longer == ["_http._tcp.web.default.svc.cluster.local (80)"] * (columns == 40)


def test_what_is_wrong_is_coloured_and_said() -> None:
    printed = on_a_terminal(["show", *DUMP.split()], 200)
    assert "\x1b[1;31mreleased\x1b[0m" in printed
    assert "error: the volume pv-web-1 is Released" in plain(printed)
    assert re.search(r"\x1b\[32mBound *\x1b\[0m", printed)
    without = on_a_terminal(["show", *DUMP.split()], 200, NO_COLOR="1")
    assert "\x1b[3" not in without
    assert ";31m" not in without
    assert plain(without) == plain(printed)


def test_a_state_is_coloured_by_what_it_tells() -> None:
    """That a claim is Bound is no fault, whatever else is wrong with it or with its volume."""
    crossed = f"-f {EXAMPLES}/check-crossed/dump.yaml"
    printed = on_a_terminal(["show", *crossed.split()], 300)
    assert "\x1b[1;31mcrossed" in printed
    assert len(re.findall(r"\x1b\[32mBound *\x1b\[0m", printed)) == 4
    assert not re.search(r"\x1b\[1;31mBound", printed)
    lost = f"-f {EXAMPLES}/show-node-down/dump.yaml"
    printed = on_a_terminal(["show", *lost.split()], 300)
    assert "\x1b[1;33mTerminating on node-2" in printed
    assert plain(printed).count("it still writes") == 1


def test_a_tree_is_coloured_and_drawn_for_the_terminal() -> None:
    tree = _piped("--tree")
    assert "\x1b" not in tree
    coloured = _piped("--tree", FORCE_COLOR="1")
    assert plain(coloured) == tree
    assert "\x1b[1;31mPending, volume Released\x1b[0m" in coloured
    on_terminal = on_a_terminal(["show", *DUMP.split(), "--tree"], 200)
    assert on_terminal == coloured
    assert on_a_terminal(["show", *DUMP.split(), "--tree"], 200, NO_COLOR="1") == tree
    assert "|- pod/web-0" in _piped("--tree", LC_ALL="C")
    assert _piped("--tree", LC_ALL="C").isascii()


def _piped(*arguments: str, **environment: str) -> str:
    inherited = {key: each for key, each in os.environ.items() if "COLOR" not in key}
    program = Path(sys.executable).with_name("sfsgen")
    return subprocess.run(
        [program, "show", *DUMP.split(), *arguments],
        env={**inherited, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        check=True,
    ).stdout.decode()


def test_colour_in_a_pipe_is_asked_for() -> None:
    bare = _piped()
    assert "\x1b" not in bare
    coloured = _piped(FORCE_COLOR="1")
    assert plain(coloured) == bare
    assert [each.count("\x1b[1;31m") for each in coloured.splitlines()] == [0, 0, 3, 0, 0, 1]
    assert _piped(FORCE_COLOR="1", NO_COLOR="1") == bare
    assert _piped(FORCE_COLOR="0") == bare


def test_the_wide_view_has_more_columns() -> None:
    printed = plain(on_a_terminal(["show", *WEB.split(), "-o", "wide"], 300))
    assert "ReadWriteMany" in printed
    assert "Retain" in printed
    assert "both sides" in printed


@settings(max_examples=25, deadline=None)
@given(
    path=st.text(
        st.characters(blacklist_categories=["Cs"], blacklist_characters="{}\0"), max_size=30
    )
)
def test_any_directory_is_shown_on_one_line(path: str) -> None:
    """As a dump may hold it: what moves a terminal is spelled out, and nothing is left out."""
    objects = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi -o json").out
    dump = json.loads(objects)
    (volume,) = [each for each in dump["items"] if each["kind"] == "PersistentVolume"]
    volume["spec"]["nfs"]["path"] = f"/{path}"
    text = json.dumps(dump)
    result = sfsgen("show -f -", text)
    assert result.status == 0, result.err
    assert len(result.out.splitlines()) == 2
    assert f"nfs.example.com:/{whole(path)}".rstrip() in result.out
    assert sfsgen("show -f - -o paths", text).out == f"nfs.example.com:/{whole(path)}\n"
    (one,) = json.loads(sfsgen("show -f - -o json", text).out)["sets"]
    assert one["pods"][0]["claims"][0]["path"] == f"/{path}"
