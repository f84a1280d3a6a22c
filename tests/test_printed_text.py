"""What is printed is data: no name says anything but itself, wherever it is printed."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.console import tell
from sfsgen.plain_text import as_json, brief, joined, listed, one_line, quoted, some
from sfsgen.problems import Problem, nearest
from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

ODD = "a\n::error::pwned\x1b[31m\u202e\x9b2J##[error]"
KINDS = ("StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Service")


def _manifest(name: str, namespace: str = "default", **spec: object) -> str:
    template = {"metadata": {"name": "pvc"}, "spec": {"resources": {"requests": {"storage": "1"}}}}
    value = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": 1, "volumeClaimTemplates": [template], **spec},
    }
    return json.dumps(value)


ODD_MANIFESTS = [
    _manifest(ODD),
    _manifest("web", ODD),
    _manifest("web", serviceName=ODD),
    *(
        json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": ODD}, "spec": {}})
        for kind in KINDS[1:]
    ),
    json.dumps({"apiVersion": ODD, "kind": ODD, "metadata": ODD}),
    json.dumps({ODD: 1}),
    f"a: '{ODD!r}'\nb: [",
    json.dumps(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {ODD: 1}}
    ),
]


def _assert_plain(text: str) -> None:
    for line in text.splitlines():
        assert line.isprintable(), line
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line, line


@pytest.mark.parametrize("text", ODD_MANIFESTS)
@pytest.mark.parametrize(
    "command",
    ["check", "check -o json", "check -o sarif", "volumes", "scale web -r 3", "render"],
)
def test_no_name_moves_a_terminal_or_commands_a_log(command: str, text: str) -> None:
    result = sfsgen(f"{command} -f -", text)
    assert "bug" not in result.err
    _assert_plain(result.err)
    if "-o" in command:
        assert not {*map(chr, (*range(10), *range(11, 32), *range(127, 160)))} & {*result.out}
    else:
        _assert_plain(result.out)


@pytest.mark.parametrize("text", ODD_MANIFESTS[:6])
def test_github_gets_our_commands_only(text: str) -> None:
    result = sfsgen("check -f - -o github", text)
    for line in result.out.splitlines():
        assert line.startswith(("::error title=sfsgen ", "::warning title=sfsgen ")), line
        assert line.isprintable()
    _assert_plain(result.err)


@pytest.mark.parametrize("name", ["::error::x.yaml", "a\nb.yaml", "\x1b[31m.yaml", "##[x].yaml"])
def test_the_names_of_files_are_data_too(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("a: [")
    for command in ("check", "volumes", "render"):
        result = sfsgen([command, "-f", name])
        _assert_plain(result.err + result.out)
    _assert_plain(sfsgen(["check", name]).err)
    _assert_plain(sfsgen(["render", name, "--template-dir", name]).err)


@given(st.text())
def test_a_line_is_one_and_says_nothing_else(text: str) -> None:
    _assert_plain(one_line(text))
    assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("as it is: é \\n 'x'", "as it is: é \\n 'x'"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m\x9b", "\\x1b[31m\\x9b"),
        ("\u202egnp", "\\u202egnp"),
        ("::error::x", "\\x3a:error::x"),
        ("a ##[error]", "a ##\\x5berror]"),
    ],
)
def test_what_is_odd_is_spelled_out(text: str, line: str) -> None:
    assert one_line(text) == line


def test_what_is_endless_is_cut() -> None:
    assert len(one_line("a" * 100_000)) < 5000


@pytest.mark.parametrize(
    ("shown_by", "value", "expected"),
    [
        (one_line, 4000 * "a", 4000 * "a"),
        (one_line, 4001 * "a", f"{2000 * 'a'} ... {2000 * 'a'}"),
        (brief, 120 * "a", 120 * "a"),
        (brief, 100 * "a" + 21 * "b", f"{97 * 'a'}...{20 * 'b'}"),
        (quoted, "a\n", '"a\\n"'),
        (listed, range(10), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        (listed, range(12), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
        (joined, [], ""),
        (joined, ["a"], "a"),
        (joined, ["a", "b", "c"], "a, b and c"),
        (partial(some, shown=2), ["a", "b"], "a and b"),
        (partial(some, shown=2), ["a", "b", "c"], "a, b and c"),
        (partial(some, shown=2), ["a", "b", "c", "d"], "a, b and 2 more"),
        (partial(some, shown=1), [], ""),
        (partial(as_json, indent=1), {"ü": "\x9b"}, '{\n "ü": "\\u009b"\n}'),
    ],
)
def test_a_text_for_people_is_short_and_plain(
    shown_by: Callable[[Any], str], value: object, expected: str
) -> None:
    assert shown_by(value) == expected


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("replica", ["Replicas", "selector"], "Replicas"),
        ("REPLICA", ["replicas"], "replicas"),
        ("image", ["replicas"], ""),
        # What is long, or has many beside it, is compared with nothing, which would take time.
        (100 * "a", [100 * "A"], 100 * "A"),
        (101 * "a", [101 * "A", 100 * "A"], ""),
        (100 * "a", [101 * "A"], ""),
        ("replica", ["replicas", *map(str, range(149))], "replicas"),
        ("replica", ["replicas", *map(str, range(150))], ""),
    ],
)
def test_the_word_that_was_meant(word: str, known: list[str], near: str) -> None:
    assert nearest(word, known, 0.8) == near


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("a:b.yaml:1:2", ("a:b.yaml", 1, 2)),
        ("b.yaml:1:x", None),
        ("b.yaml:x:1", None),
        ("--storage", None),
    ],
)
def test_a_problem_stands_in_a_file_or_in_none(where: str, place: object) -> None:
    assert Problem(where, "").place == place


@pytest.mark.parametrize(("warnings", "errors"), [(0, 200), (150, 50), (150, 100), (0, 300)])
def test_of_very_many_problems_the_errors_are_told_first(
    warnings: int, errors: int, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(
        *(Problem(f"a:{line}:1", "odd", severity="warning") for line in range(warnings)),
        *(Problem(f"b:{line}:1", "wrong") for line in range(errors)),
    )
    kept = min(errors, 200)
    expected = [f"a:{line}:1: warning: odd" for line in range(min(warnings, 200 - kept))]
    expected += [f"b:{line}:1: error: wrong" for line in range(kept)]
    if more := warnings + errors - 200:
        expected.append(f"sfsgen: and {more} more: mend these first")
    assert capsys.readouterr().err.splitlines() == expected


# Names that Kubernetes refuses are not printed as objects.


@pytest.mark.parametrize(
    ("name", "namespace", "what"),
    [
        ("a\npersistentvolume/victim-0", "default", 'would be named "pvc-a\\npersistent'),
        ("Web", "default", 'would be named "pvc-Web-0"'),
        ("a" * 250, "default", "characters; at most 253"),
        ("web", "Bad NS", '"Bad NS" is no name of a namespace'),
    ],
)
@pytest.mark.parametrize("output", ["name", "yaml", "json"])
def test_no_object_is_printed_whose_name_is_refused(
    name: str, namespace: str, what: str, output: str
) -> None:
    style = "--nfs-server nfs --nfs-path '/e/{ordinal}' --volume-name 'v-{ordinal}'"
    result = sfsgen(f"volumes -f - -o {output} {style}", _manifest(name, namespace))
    assert (result.status, result.out) == (2, "")
    assert what in result.err


def test_a_volume_that_a_claim_names_is_checked_too() -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "pvc-web-0", "namespace": "default"},
        "spec": {"volumeName": "x\ny", "resources": {"requests": {"storage": "1"}}},
    }
    text = f"{_manifest('web')}\n{json.dumps(claim)}"
    result = sfsgen("volumes -f - --nfs-server nfs --nfs-path /e", text)
    assert (result.status, result.out) == (2, "")
    assert 'a volume would be named "x\\ny"' in result.err


@pytest.mark.parametrize("name", ["a b", "$(id)", "a;b", "a'b", "`id`"])
def test_a_pasted_command_holds_the_name_as_one_word(name: str) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "x y", "uid": "u"},
        "spec": {"volumeName": "gone"},
        "status": {"phase": "Lost"},
    }
    (found,) = findings("-f", "-", "--rule", "lost", stdin=json.dumps(claim))
    command = found["fix"].partition("; then ")[2].strip("`").replace("kubectl", "printf '%s\\n'")
    done = subprocess.run(["sh", "-c", command], text=True, capture_output=True, check=True)
    assert done.stdout.splitlines() == [
        "annotate", "pvc", name, "pv.kubernetes.io/bind-completed-", "-n", "x y",
    ]  # fmt: skip


# Terminals.


def _on_a_terminal(arguments: list[str], **environment: str) -> str:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "sfsgen", *arguments],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
    )
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 10_000):
            shown += data
    except OSError:  # that is how a terminal ends
        pass
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("PYTHONIOENCODING", "ascii", '"w\\xe9b"'),
        ("COLUMNS", "0", '"wéb"'),
        ("COLUMNS", "1", '"wéb"'),
        ("COLUMNS", "wide", '"wéb"'),
    ],
)
def test_a_finding_is_shown_on_any_terminal(
    variable: str, value: str, shown: str, tmp_path: Path
) -> None:
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "wéb"}}
    (tmp_path / "v.json").write_text(json.dumps({**volume, "spec": {}}))
    text = _on_a_terminal(["check", "-f", str(tmp_path / "v.json")], **{variable: value})
    assert shown in text
    assert "(invalid-name)" in text


@pytest.mark.parametrize(("columns", "has_panels"), [("119", False), ("120", True)])
def test_help_has_panels_where_they_fit(columns: str, has_panels: bool) -> None:
    assert ("╭─" in _on_a_terminal(["--help"], COLUMNS=columns)) == has_panels


def test_a_panel_of_help_says_what_its_options_are_by_default() -> None:
    help_text = _on_a_terminal(["scale", "--help"], COLUMNS="120")
    assert "New pairs (default: as those that exist)" in help_text
