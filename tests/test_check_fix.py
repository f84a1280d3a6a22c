"""`check --fix`: what it mends in files, that nothing else changes, and what it leaves alone."""

import copy
import difflib
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program import sfsgen
from tests.test_check_mutations import GOOD, MUTATIONS, mutated

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
# The rules whose bad example edits mend: what is left of it is clean.
MENDED = [
    "claim-ref",
    "claim-selector",
    "class",
    "half-reserved",
    "incomplete-claim-ref",
    "missing-claim",
    "not-ready-addresses",
    "reclaim-policy",
    "stale-uid",
    "unequal-pair",
    "unreserved",
]
BAD = sorted(ROOT.glob("examples/rules/*/bad.yaml"))


def found(file: Path) -> dict[str, Any]:
    """Return what `check -o json` says of a file."""
    answer: dict[str, Any] = json.loads(sfsgen(["check", "-f", str(file), "-o", "json"]).out)
    return answer


def commented(text: str) -> str:
    """Return YAML with a comment in every line that can bear one."""
    lines = text.splitlines()
    return "".join(
        f"{line}  # {number}\n" if line and line != "---" else f"{line}\n"
        for number, line in enumerate(lines)
    )


@pytest.mark.parametrize("bad", BAD, ids=lambda each: each.parent.name)
def test_a_bad_example_is_mended_and_all_else_stays(bad: Path, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    before = commented(bad.read_text())
    file.write_text(before)
    edits = [edit for each in found(file)["findings"] for edit in each["edits"]]
    preview = sfsgen(["check", "--allow-empty", "--diff", "-f", str(file)])
    assert file.read_text() == before
    result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    after = file.read_text()
    assert (bad.parent.name in MENDED) == (after != before) == bool(edits)
    if edits:
        assert result.status == 0, result.out
        assert not result.out
        assert not any(found(file)["summary"].values())
    diff = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), str(file), str(file)
    )
    assert preview.out == "".join(diff)
    # What goes, goes with its comment; all other comments stay.
    gone = [line for line in before.splitlines() if line not in after.splitlines()]
    assert len(gone) <= len(edits)
    again = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert file.read_text() == after
    assert again.out == result.out


@pytest.mark.parametrize(("name", "path", "value"), [each[:3] for each in MUTATIONS])
def test_mending_a_changed_set_brings_no_new_error(
    name: str, path: str, value: Any, tmp_path: Path
) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(yaml.safe_dump_all(mutated(GOOD, name, path, value).values()))
    before = found(file)
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    after = found(file)
    assert after["summary"]["errors"] <= before["summary"]["errors"]
    assert not [each for each in after["findings"] if each["edits"]]
    if all(each["edits"] for each in before["findings"]):
        assert not after["findings"]


def with_replacements(text: str, fixes: list[Any]) -> str:
    """Return a text with what SARIF's fixes replace in it, from the end on."""
    starts = [0, *(index + 1 for index, each in enumerate(text) if each == "\n")]
    replaced = [
        (
            starts[each["deletedRegion"]["startLine"] - 1] + each["deletedRegion"]["startColumn"],
            starts[each["deletedRegion"]["endLine"] - 1] + each["deletedRegion"]["endColumn"],
            each["insertedContent"]["text"],
        )
        for fix in fixes
        for change in fix["artifactChanges"]
        for each in change["replacements"]
    ]
    for start, end, new in sorted(replaced, reverse=True):
        text = f"{text[: start - 1]}{new}{text[end - 1 :]}"
    return text


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    "rule", [each for each in MENDED if each != "claim-selector"]
)  # whose edit uncovers another
def test_the_fixes_of_sarif_do_what_fix_does(rule: str, line_end: str, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    before = commented((ROOT / "examples/rules" / rule / "bad.yaml").read_text())
    before = before.removesuffix("\n").replace("\n", line_end)
    file.write_bytes(before.encode())
    log = json.loads(sfsgen(["check", "-f", str(file), "-o", "sarif"]).out)
    fixes = [fix for each in log["runs"][0]["results"] for fix in each.get("fixes", ())]
    assert fixes[0]["artifactChanges"][0]["artifactLocation"]["uri"] == file.as_uri()
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert with_replacements(before, fixes) == file.read_bytes().decode()


_CHANGES = st.lists(st.sampled_from(MUTATIONS), min_size=2, max_size=4)


@settings(max_examples=60)
@given(_CHANGES, st.randoms(use_true_random=False))
def test_mending_a_set_with_several_faults_brings_no_new_error(
    changes: list[tuple[str, str, Any, str]], chance: random.Random
) -> None:
    documents = copy.deepcopy(GOOD)
    for name, path, value, _ in changes:
        try:
            documents = mutated(documents, name, path, value)
        except (KeyError, TypeError, AttributeError, IndexError, AssertionError):
            continue  # what it would change another change has taken out
    shuffled = list(documents.values())
    chance.shuffle(shuffled)
    with (
        pytest.MonkeyPatch.context() as patch,
        __import__("tempfile").TemporaryDirectory() as folder,
    ):
        patch.chdir(folder)
        file = Path("set.yaml")
        file.write_text(yaml.safe_dump_all(shuffled))
        before = found(file)
        result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
        assert "bug" not in result.err
        after = found(file)
        assert after["summary"]["errors"] <= before["summary"]["errors"]
        once = file.read_text()
        sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
        assert file.read_text() == once


@pytest.mark.parametrize(
    ("name", "first", "extra"),
    [
        ("nfs-web-{}", 0, 0),
        ("nfs-web-{}", 1, 0),
        ("web-pv-{}", 1, 2),
        ("pv-default-web-{}", 0, 1),
        ("pv-web-{}", 0, 0),
        ("pv000{}", 1, 1),
        ("web-{}", 1, 0),
    ],
)
def test_volumes_prints_claims_for_the_volumes_that_check_finds_for_them(
    name: str, first: int, extra: int, tmp_path: Path
) -> None:
    numbers = range(first, first + 3 + extra)
    file = tmp_path / "set.yaml"
    command = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
    volumes = [copy.deepcopy(GOOD["volume 0"]) for _ in numbers]
    for number, volume in zip(numbers, volumes, strict=True):
        volume["metadata"]["name"] = name.format(number)
        del volume["spec"]["claimRef"]
        volume["spec"]["nfs"]["path"] = f"/exports/{number}"
    text = sfsgen(f"{command} --only svc,sts").out + "".join(
        f"---\n{yaml.safe_dump(each)}" for each in volumes
    )
    file.write_text(text)
    advice = {each["what"] for each in found(file)["findings"] if each["rule"] == "unreserved"}
    result = sfsgen(["volumes", "web", "-f", str(file)])
    assert result.status == 0, result.err
    claims = list(yaml.safe_load_all(result.out))
    assert [(each["kind"], each["metadata"]["name"]) for each in claims] == [
        ("PersistentVolumeClaim", f"pvc-web-{ordinal}") for ordinal in range(3)
    ]
    assert [each["spec"]["volumeName"] for each in claims] == [
        name.format(first + ordinal) for ordinal in range(3)
    ]
    assert all(f"warning: {what} (unreserved)" in result.err for what in advice)
    file.write_text(text + result.out)
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert not [each for each in found(file)["findings"] if each["severity"] != "note"]
    assert sfsgen(["volumes", "web", "-f", str(file)]).out == ""


def test_fixes_in_one_line_do_not_overlap(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    objects = [copy.deepcopy(GOOD[each]) for each in ("claim 0", "claim 1", "volume 0", "volume 1")]
    for each in objects:
        each["spec"].pop("storageClassName", None)
    before = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    file.write_text(before)
    log = json.loads(sfsgen(["check", "-f", str(file), "-o", "sarif"]).out)
    fixes = [fix for each in log["runs"][0]["results"] for fix in each.get("fixes", ())]
    assert len(fixes) == 2
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert with_replacements(before, fixes) == file.read_text()


@pytest.mark.parametrize("command", ["scale web", "volumes web"])
def test_a_volume_that_is_for_one_claim_is_given_to_no_other(command: str, tmp_path: Path) -> None:
    """Where volumes count from 1, the next name by another pattern is that of the last ordinal."""
    file = tmp_path / "set.yaml"
    volumes = [copy.deepcopy(GOOD["volume 0"]) for _ in range(2)]
    for number, volume in enumerate(volumes, 1):
        volume["metadata"]["name"] = f"nfs-web-{number}"
        del volume["spec"]["claimRef"]
        volume["spec"]["nfs"]["path"] = f"/exports/{number}"
    file.write_text(yaml.safe_dump_all([GOOD["Service"], GOOD["StatefulSet"], *volumes]))
    named = "--volume-name nfs-web-{ordinal} --nfs-path /exports/{ordinal}"
    result = sfsgen([*f"{command} -r 4 {named} -f".split(), str(file)])
    assert (result.status, result.out) == (2, "")
    assert "pvc-web-2 needs a volume, and nfs-web-2 is that of default/pvc-web-1" in result.err


CLASSLESS = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: &here
  name: pvc-web-0
  namespace: default
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: 1Gi}}
  volumeName: pv-web-0
"""
MENDED_CLASS = CLASSLESS + '  storageClassName: ""\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLASSLESS, MENDED_CLASS),
        (CLASSLESS.replace("\n", "\r\n"), MENDED_CLASS.replace("\n", "\r\n")),
        ("\ufeff" + CLASSLESS, "\ufeff" + MENDED_CLASS),
        (f"---\n{CLASSLESS}---\nkind: Other\n", f"---\n{MENDED_CLASS}---\nkind: Other\n"),
        (CLASSLESS.removesuffix("\n"), MENDED_CLASS.removesuffix("\n")),
    ],
    ids=["plain", "CRLF", "byte-order-mark", "several", "no-last-line-end"],
)
def test_the_file_stays_as_it_is_written(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "claim.yaml"
    file.write_bytes(before.encode())
    file.chmod(0o640)
    result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert file.read_bytes() == after.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert 'wrote spec.storageClassName: "" of PersistentVolumeClaim pvc-web-0' in result.err
    assert [each.name for each in tmp_path.iterdir()] == ["claim.yaml"]


def test_json_and_lists_are_mended_too(tmp_path: Path) -> None:
    file = tmp_path / "claim.json"
    value = {"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(CLASSLESS)]}
    file.write_text(json.dumps(value, indent=2))
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    value["items"][0]["spec"]["storageClassName"] = ""
    assert json.loads(file.read_text()) == value


def test_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "claim.yaml", tmp_path / "link.yaml"
    file.write_text(CLASSLESS)
    link.symlink_to(file.name)
    sfsgen(["check", "--fix", "-f", str(link)])
    assert link.is_symlink()
    assert file.read_text() == MENDED_CLASS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"# Source: web/templates/pvc.yaml\n{CLASSLESS}", "Helm has printed it"),
        (CLASSLESS.replace("\n", "\r\n", 2), "some of its lines end with CRLF"),
        (
            CLASSLESS.replace("spec:", "spec: &spec")
            + "---\n"
            + CLASSLESS.replace("pvc-web-0", "pvc-web-1").replace("spec:", "spec: !!map"),
            "",
        ),
    ],
)
def test_what_is_not_edited(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "claim.yaml"
    file.write_bytes(text.encode())
    result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    if why:
        assert file.read_bytes() == text.encode()
        assert f"{file}: warning: it is not edited: {why}" in result.err
        assert "(class)" in result.out
        assert (
            result.err.splitlines()[0]
            in sfsgen(["check", "--allow-empty", "--diff", "-f", str(file)]).err
        )
    else:
        assert not [each for each in found(file)["findings"] if each["rule"] == "class"]


def test_what_one_file_refuses_is_not_done_in_another_by_half(tmp_path: Path) -> None:
    objects = copy.deepcopy(GOOD)
    volume = _volume("pv-web-0", claimRef=None)
    for key in ("volumeName", "storageClassName"):
        del objects["claim 0"]["spec"][key]
    del objects["volume 0"], objects["claim 1"]["spec"]["storageClassName"]
    texts = {
        "chart.yaml": f"# Source: web/templates/pv.yaml\n{yaml.safe_dump(volume)}",
        "own.yaml": yaml.safe_dump_all(objects.values()),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    result = sfsgen(["check", "--fix", "-f", str(tmp_path)])
    assert f"{tmp_path}/chart.yaml: warning: it is not edited: Helm" in result.err
    assert (tmp_path / "chart.yaml").read_text() == texts["chart.yaml"]
    left = yaml.safe_load_all((tmp_path / "own.yaml").read_text())
    claims = [each for each in left if each["kind"] == "PersistentVolumeClaim"]
    assert [each["spec"].get("storageClassName") for each in claims] == ["", ""]
    assert [each["spec"].get("volumeName") for each in claims] == [None, "pv-web-1"]


def test_all_that_was_done_is_told(tmp_path: Path) -> None:
    """Also what could be seen only once something else was done."""
    file = tmp_path / "set.yaml"
    changes = [("spec.capacity.storage", "1Mi"), ("spec.claimRef.name", "pvc-web-0")]
    objects = GOOD
    for path, value in changes:
        objects = mutated(objects, "volume 1", path, value)
    file.write_text(yaml.safe_dump_all(objects.values()))
    err = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)]).err
    for told in ("spec.claimRef.name: pvc-web-1", "spec.capacity.storage: 1Gi"):
        assert f"{file}: wrote {told} of PersistentVolume pv-web-1\n" in err
    assert yaml.safe_dump_all(GOOD.values()) == file.read_text()


def test_a_file_with_a_space_in_its_name_is_patched(tmp_path: Path) -> None:
    """`patch` reads a name up to the tab."""
    file = tmp_path / "a claim.yaml"
    file.write_text(CLASSLESS)
    result = sfsgen(["check", "--allow-empty", "--diff", "--strict", "-f", str(file)])
    assert (result.status, result.err) == (1, "sfsgen: 1 warning in 1 PersistentVolumeClaim\n")
    assert result.out.startswith(f"--- {file}\t\n+++ {file}\t\n@@ ")


def test_values_that_aliases_share_are_not_edited(tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    spec = CLASSLESS.partition("spec:\n")[2]
    items = (
        "- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata: {name: a-web-0}\n  spec: &s\n"
    )
    items += "".join(f"  {line}\n" for line in spec.splitlines())
    items += (
        "- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata: {name: b-web-0}\n  spec: *s\n"
    )
    file.write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    before = file.read_text()
    result = sfsgen(["check", "--fix", "-f", str(file), "--rule", "class,two-claims"])
    # Both claims lack the class at the one place where it is written; it mends both or neither.
    assert file.read_text() == before or not found(file)["summary"]["errors"]
    assert "bug" not in result.err


@pytest.mark.parametrize("option", ["--fix", "--diff"])
@pytest.mark.parametrize("where", [[], ["-f", "-"]])
def test_only_files_are_edited(option: str, where: list[str]) -> None:
    result = sfsgen(["check", option, *where], CLASSLESS)
    assert result.status == 2
    assert result.err.startswith(f"{option}: error: there is no file to edit")
    assert not result.out


def test_what_a_server_holds_is_not_edited(tmp_path: Path) -> None:
    file = tmp_path / "dump.yaml"
    dump = CLASSLESS.replace("  name: pvc", "  uid: 1-2\n  name: pvc")
    file.write_text(dump)
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert file.read_text() == dump


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    file = tmp_path / "claim.yaml"
    file.write_text(CLASSLESS)
    file.chmod(0o400)
    result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert result.status == 2
    assert f"{file}: error: it cannot be written" in result.err
    assert file.read_text() == CLASSLESS


def _volume(name: str, **spec: Any) -> dict[str, Any]:
    volume: dict[str, Any] = copy.deepcopy(GOOD["volume 0"])
    volume["metadata"]["name"] = name
    volume["spec"] |= spec
    return {**volume, "spec": {key: each for key, each in volume["spec"].items() if each}}


def _without_namespaces(objects: list[Any]) -> list[Any]:
    made = copy.deepcopy(objects)
    for each in made:
        each["metadata"].pop("namespace", None)
    return made


_OF_SHOP = {**GOOD["volume 0"]["spec"]["claimRef"], "namespace": "shop"}
_SET = [GOOD["Service"], GOOD["StatefulSet"]]
LEFT_ALONE = {
    # kubectl may be given a namespace, and then what is written is right
    "no namespace is written": _without_namespaces(
        [*_SET, GOOD["claim 0"], _volume("pv-web-0", claimRef=_OF_SHOP)]
    ),
    # nobody knows whose files lie in it
    "it fits by chance": [*_SET, _volume("pv-db-7", claimRef=None)],
    "it is another's by its claimRef": [*_SET, _volume("pv-web-0", claimRef=_OF_SHOP)],
    "it is reserved for another name": [
        *_SET,
        GOOD["claim 0"],
        _volume("pv-web-0", claimRef={"name": "data-db-0"}),
    ],
}


@pytest.mark.parametrize("objects", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_volume_is_not_given_away_by_a_guess(objects: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    assert found(file)["findings"]
    before = file.read_text()
    told = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)]).err
    assert "sfsgen: not edited: " in told
    volume = next(each for each in yaml.safe_load_all(before) if each["kind"] == "PersistentVolume")
    assert volume in list(yaml.safe_load_all(file.read_text()))


@pytest.mark.parametrize("option", ["--fix", "--diff"])
@pytest.mark.parametrize(
    ("changed", "options", "why"),
    [
        ({"claimRef": {"name": "pvc-web-0"}}, "", "the namespace of web is written nowhere; give"),
        ({"claimRef": None}, "", "the namespace of web is written nowhere; give -n"),
        ({"claimRef": None}, "-n default", ""),
        ({"claimRef": {"name": "pvc-web-0"}}, "-n default", ""),
        (
            {"claimRef": {"namespace": "default", "name": "a"}},
            "",
            "which volume is whose",
        ),
    ],
)
def test_what_is_left_is_told_once_with_its_reason(
    changed: dict[str, Any], options: str, why: str, option: str, tmp_path: Path
) -> None:
    objects = [*_SET, *(_volume(f"pv-web-{each}", **copy.deepcopy(changed)) for each in (0, 1))]
    for number, each in enumerate(objects[2:]):
        each["spec"]["nfs"]["path"] = f"/exports/{number}"
        if name := (each["spec"].get("claimRef") or {}).get("name"):
            each["spec"]["claimRef"]["name"] = name.replace("0", str(number))
    file = tmp_path / "set.yaml"
    file.write_text(yaml.safe_dump_all(_without_namespaces(objects)))
    told = sfsgen(["check", "-f", str(file), *options.split(), option]).err
    assert told.count("not edited: ") == bool(why), told
    assert why in told


def test_cures_that_undo_one_another_write_nothing(tmp_path: Path) -> None:
    claims = [
        mutated({"claim": GOOD["claim 0"]}, "claim", "metadata.namespace", each)["claim"]
        for each in ("a", "b")
    ]
    sets = [
        mutated({"set": GOOD["StatefulSet"]}, "set", "metadata.namespace", each)["set"]
        for each in ("a", "b")
    ]
    file = tmp_path / "set.yaml"
    volume = _volume("pv-web-0", claimRef={**_OF_SHOP, "name": "x"})
    file.write_text(yaml.safe_dump_all([*sets, *claims, volume]))
    for _ in range(2):
        before = file.read_text()
        sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert file.read_text() == before


def test_edits_that_would_bring_errors_are_not_made(tmp_path: Path) -> None:
    claims = [
        mutated({"it": GOOD[each]}, "it", "metadata.namespace", "b")["it"]
        for each in ("claim 0", "claim 1")
    ]
    objects = copy.deepcopy(GOOD)
    del objects["volume 1"]["spec"]["claimRef"]["name"]
    file = tmp_path / "set.yaml"
    file.write_text(yaml.safe_dump_all([*objects.values(), *claims]))
    before = file.read_text()
    result = sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert "nothing is written: its edits would bring errors that were not there" in result.err
    assert file.read_text() == before


def test_a_file_that_lies_beside_is_not_written_to(tmp_path: Path) -> None:
    file, victim = tmp_path / "claim.yaml", tmp_path / "victim"
    file.write_text(CLASSLESS)
    victim.write_text("mine")
    (tmp_path / ".claim.yaml.sfsgen").symlink_to(victim)
    sfsgen(["check", "--allow-empty", "--fix", "-f", str(file)])
    assert victim.read_text() == "mine"
    assert file.read_text() == MENDED_CLASS
