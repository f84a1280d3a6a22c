"""sfsgen reads the objects and values that kubectl reads, or refuses: held against the real one."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sfsgen.kubernetes.manifests import read_manifests
from tests.program import sfsgen
from tests.reading_cases import ANCHORS, FRAGMENTS, SCALARS, TABLE

pytestmark = pytest.mark.without_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")

# What kubectl reads and sfsgen refuses, by what sfsgen says of it: a row of docs/reading.md each.
DIFFERENCES = {
    "once as a text and once not": 'a key that is once a text and once not: `"1"` and `1`',
    "knows no tag": "a scalar with a tag of another program, `!!binary` or `!!timestamp`",
    "cannot be a key": "a key that is a number with a point, an exponent or more than 64 bits",
    "the document has ended before this": "what follows a document without a line `---` between",
    "no document with a directive": "a directive",
    "for the end of a line": "U+0085, U+2028 and U+2029, raw",
    "U\\+FEFF, for text": "a byte order mark that begins a line, but not its document",
    "is half a character": "half a surrogate pair in JSON",
    "is not UTF-8|it is UTF-16": "bytes that are not UTF-8",
    "nested more than": "values that are nested more than 100 deep, aliases counted",
    "aliases stand for": "aliases that stand for more than 100,000 values",
    "it is empty": "a file with nothing in it",
}


class Read(NamedTuple):
    """What was read of a file: the values of its objects, and why not all of it."""

    values: list[Any]
    error: str


def test_the_table_has_hundreds_of_cases() -> None:
    assert len({text for texts in TABLE.values() for text in texts}) > 2000


@needs_kubectl
@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("name", TABLE)
def test_what_kubectl_reads_is_read_or_refused_for_a_reason(name: str) -> None:
    differences = list(unexplained(TABLE[name], by_kubectl_from_the_table(name)))
    assert differences == []


@cache
def of_the_table() -> dict[bytes, Read]:
    """Return what sfsgen reads of the table, but of scalars in one place only."""
    names = [name for name in TABLE if not name.startswith("scalars ")]
    return {data: by_sfsgen(data) for name in names for data in named(TABLE[name])}


def test_both_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = of_the_table()
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    for data, our in ours.items():
        their = by_sfsgen(data)
        assert (our.values, bool(our.error)) == (their.values, bool(their.error)), data


def test_every_reason_is_written_down_and_needed() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reading.md").read_text("utf-8")
    section = page.partition("## What kubectl reads and sfsgen refuses")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", section, re.MULTILINE)
    assert sorted(rows[2:]) == sorted(DIFFERENCES.values())
    said = "\n".join(each.error for each in of_the_table().values())
    assert [each for each in DIFFERENCES if not re.search(each, said)] == []


texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from([*SCALARS, "a: b", "- a", "a\n b\n", "\na", "a \n", "x" * 100, "a b " * 30]),
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts
)
structures = st.recursive(
    leaves,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(texts, each, max_size=3),
    max_leaves=12,
)


def by_pyyaml(value: Any, choice: int) -> str:
    style: Any = (None, '"', "'", "|", ">")[choice % 5]
    return yaml.dump(
        value,
        default_style=style,
        default_flow_style=(None, True, False)[choice % 3],
        allow_unicode=bool(choice % 2),
        width=(20, 80, 10_000)[choice % 3],
        indent=(2, 4)[choice % 2],
        Dumper=yaml.SafeDumper if choice % 7 else yaml.CSafeDumper,
    )


def by_ruamel(value: Any, choice: int) -> str:
    writer = YAML(typ="safe" if choice % 2 else "rt", pure=True)
    writer.default_flow_style = (None, True, False)[choice % 3]
    writer.width = (20, 80, 10_000)[choice % 3]
    writer.allow_unicode = bool(choice % 5)
    out = io.StringIO()
    writer.dump(value, out)
    return out.getvalue()


def written(value: Any, choice: int) -> str:
    """Return an object that holds a value, and the value again, in one of many styles."""
    thing: dict[str, Any] = {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "NAME"},
    }
    thing |= {"v": value, "w": [value, {"x": value}]}
    if choice % 4 == 0:
        return ("", "---\n")[choice % 8 // 4] + json.dumps(thing, indent=(None, 2)[choice % 3 % 2])
    return by_pyyaml(thing, choice) if choice % 4 < 3 else by_ruamel(thing, choice)


@needs_kubectl
@pytest.mark.usefixtures("parser")
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(structures, st.integers(0, 839)), min_size=40, max_size=80))
def test_what_others_write_is_read_as_kubectl_reads_it(values: list[tuple[Any, int]]) -> None:
    texts = [written(value, choice) for value, choice in values]
    assert list(unexplained(texts, by_kubectl(texts))) == []


@needs_kubectl
@pytest.mark.usefixtures("parser")
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["v: {}\n", "v:\n  {}\n", "v: [{}]\n", "v: {{{}}}\n", "{}\n"]),
            st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join),
        ),
        min_size=100,
        max_size=200,
    )
)
def test_any_text_is_read_as_kubectl_reads_it(pairs: list[tuple[str, str]]) -> None:
    texts = [ANCHORS + form.format(text) for form, text in pairs]
    assert list(unexplained(texts, by_kubectl(texts))) == []


def test_a_merge_in_an_own_template_changes_nothing_that_a_pair_is_bound_by(tmp_path: Path) -> None:
    built_in = Path(__file__).parents[1] / "templates" / "persistentvolume.yaml.j2"
    merge = "  <<: {claimRef: {namespace: default, name: evil}}\n"
    (tmp_path / built_in.name).write_text(built_in.read_text("utf-8") + merge, "utf-8")
    command = "render web -r 1 --nfs-server a --storage 1Gi --only pv --template-dir"
    done = sfsgen([*command.split(), str(tmp_path)])
    assert (done.status, done.out) == (2, "")
    assert "names pv-web-0, which is reserved for evil (claim-ref)" in done.err


# How both read


def named(texts: Sequence[str]) -> list[bytes]:
    """Return texts as the bytes of files, in each of which the objects have a name of its own."""
    return [
        text.replace("NAME", f"c{number:06}").encode("utf-8", "surrogateescape")
        for number, text in enumerate(texts)
    ]


def by_sfsgen(data: bytes) -> Read:
    manifests, problems = read_manifests(data, "f")
    return Read([each.value for each in manifests], problems[0].what if problems else "")


@cache
def by_kubectl_from_the_table(name: str) -> list[Read]:
    return by_kubectl(TABLE[name])


def by_kubectl(texts: Sequence[str]) -> list[Read]:
    """Return what kubectl reads of each text, in one run, which errors do not end."""
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(named(texts)):
            Path(folder, f"{number:06}.yaml").write_bytes(data)
        done = subprocess.run(
            ["kubectl", "annotate", "--local", "-f", folder, "x=y", "-o", "json"],
            env={**os.environ, "KUBECONFIG": "/dev/null"},
            capture_output=True,
            check=False,
        )
    found = [Read([], "") for _ in texts]
    for value in json_values(done.stdout.decode()):
        annotations = value["metadata"].pop("annotations")
        assert annotations == {"x": "y"}
        found[int(value["metadata"]["name"][1:])].values.append(value)
    for number, what in re.findall(r"/(\d{6})\.yaml\W+(.*)", done.stderr.decode()):
        found[int(number)] = found[int(number)]._replace(error=what or "an error")
    return found


def json_values(text: str) -> Iterator[Any]:
    """Yield JSON values, numbers as both sides spell them: 2.0 is 2, beyond 64 bits a float."""

    def number(digits: str) -> Any:
        value = float(digits)
        return int(value) if value.is_integer() else value

    def integer(digits: str) -> Any:
        return int(digits) if -(2**63) <= int(digits) < 2**63 else number(digits)

    decoder = json.JSONDecoder(parse_float=number, parse_int=integer)
    while text:
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].lstrip()


def unexplained(texts: Sequence[str], theirs: list[Read]) -> Iterator[tuple[str, Read, Read]]:
    """Yield what sfsgen reads otherwise than kubectl, and does not refuse for a known reason."""
    for text, data, their in zip(texts, named(texts), theirs, strict=True):
        our = by_sfsgen(data)
        if their.error:
            is_same = bool(our.error)
        elif our.error:
            is_same = any(re.search(reason, our.error) for reason in DIFFERENCES)
        else:
            is_same = spelled(our.values) == spelled(their.values)
        if not is_same:
            yield text, their, our


def spelled(values: Any) -> str:
    return json.dumps(values, sort_keys=True)  # 1 is not true, and not 1.0
