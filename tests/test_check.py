"""`check` on the command line: what it reads, what it prints, how it ends."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sfsgen.checking.ruleset import all_rules, rule_id
from tests.api_server import ApiServer
from tests.program import findings, sfsgen
from tools import rules_page

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
RELEASED = EXAMPLES / "check-released" / "dump.yaml"
CROSSED = EXAMPLES / "check-crossed" / "dump.yaml"
DEFAULT_CLASS = EXAMPLES / "check-default-class" / "dump.yaml"
CONFIG_MAP = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n"
GOOD = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")


def _rules(*arguments: str, stdin: str = "") -> list[str]:
    return sorted({each["rule"] for each in findings(*arguments, stdin=stdin)})


# How it ends.


@pytest.mark.parametrize(
    ("command", "stdin", "status"),
    [
        ("check -f -", GOOD, 0),
        ("check -f - --strict", GOOD, 0),
        (f"check -f {RELEASED}", "", 2),
        (f"check -f {RELEASED} --allow-empty", "", 1),
        (f"check -f {CROSSED} --rule reclaim-policy", "", 0),
        (f"check -f {CROSSED} --rule reclaim-policy --strict", "", 1),
        (f"check -f {RELEASED} --ignore released --strict --allow-empty", "", 0),
        ("check -f - --strict", GOOD.replace("replicas: 2", "replicas: 1"), 0),  # a note
        ("check -f /nowhere.yaml", "", 2),
        ("check -f -", "", 2),
        ("check www -f -", GOOD, 2),
        ("check -f - --rule siz", GOOD, 2),
        ("check -f - --ignore siz", GOOD, 2),
        ("check -f - -o xml", GOOD, 2),
        ("check -f - --kube-version 2", GOOD, 2),
        ("check -f - --nonsense", GOOD, 2),
        ("check -f - -l a=b", GOOD, 2),
        ("check -f -", "a: [", 2),
        ("check -f - --allow-empty", "a: [", 1),
        ("check -f -", GOOD.replace("replicas: 2", "replicas: two"), 1),
        ("check -f -", GOOD.replace("apps/v1", "v1"), 1),
        ("check -f -", CONFIG_MAP, 2),
        ("check -f - --allow-empty", CONFIG_MAP, 0),
        ("check -f - -n shop", GOOD, 2),
    ],
)
def test_the_exit_status(command: str, stdin: str, status: int) -> None:
    result = sfsgen(command, stdin)
    assert result.status == status, result
    if status == 2:
        assert "fix: " in result.err
        assert not result.out or "there is no StatefulSet in it" in result.err or stdin == "a: ["


@pytest.mark.parametrize(
    ("options", "stdin", "what", "fix"),
    [
        ("-n shpo", GOOD.replace(": default", ": shop"), 'namespace "shpo"', "give -n shop: shop"),
        (
            "-n b",
            GOOD.replace(": default", ": shop"),
            'namespace "b"',
            "name another: shop has web",
        ),
        ("", GOOD[: GOOD.index("apiVersion: apps/")], "but 2 PersistentVolume, 2 Persis", "name a"),
        ("", CONFIG_MAP, "there is no StatefulSet in it, but 1 ConfigMap", "name a file with a"),
        ("", CONFIG_MAP.replace("ConfigMap", "Statefulset"), "1 Statefulset", "write StatefulSet"),
        ("", '{"kind": "List", "items": []}', "nothing in it is looked at", "name a file with a"),
    ],
)
def test_an_input_without_a_set_is_not_called_right(
    options: str, stdin: str, what: str, fix: str
) -> None:
    result = sfsgen(f"check -f - {options}", stdin)
    assert (result.status, "nothing wrong" in result.err) == (2, False)
    assert what in result.err
    assert f"fix: {fix}" in result.err
    assert "or give --allow-empty where there is to be none" in result.err
    assert sfsgen(f"check -f - {options} --allow-empty", stdin).status == 0 or not options


def test_what_is_found_without_a_set_is_told_all_the_same() -> None:
    result = sfsgen(f"check -f {RELEASED}")
    assert "is Released" in result.out
    assert result.err.startswith("sfsgen: 1 error in 2 Services, 3 PersistentVolumeClaims")


def test_a_misspelt_rule_is_answered_with_the_nearest() -> None:
    assert 'write "size"' in sfsgen("check -f - --rule siz", GOOD).err
    assert "there are: access-modes, " in sfsgen("check -f - --ignore qqq", GOOD).err


def test_all_that_is_wrong_with_the_options_is_told_at_once() -> None:
    result = sfsgen("check -f - --rule siz --ignore qqq -o xml --kube-version 9", GOOD)
    assert result.err.count(": error: ") == 4


def test_a_summary_tells_what_was_looked_at() -> None:
    looked_at = "1 StatefulSet, 1 Service, 2 PersistentVolumeClaims, 2 PersistentVolumes"
    assert sfsgen("check -f -", GOOD).err == f"sfsgen: nothing wrong in {looked_at}\n"
    result = sfsgen(f"check --allow-empty -f {RELEASED}")
    assert result.err.startswith("sfsgen: 1 error in ")
    assert sfsgen(
        "check --allow-empty -f -", "kind: A\nmetadata: {name: a}\napiVersion: v1"
    ).err == ("sfsgen: nothing wrong in no object that it looks at\n")


def test_crossed_pairs_are_kept_too_when_their_claims_were_deleted() -> None:
    dump = yaml.safe_load(CROSSED.read_text())
    items = [each for each in dump["items"] if each["kind"] not in ("PersistentVolumeClaim", "Pod")]
    for each in items:
        if each["kind"] == "PersistentVolume":
            each["status"]["phase"] = "Released"
    text = yaml.safe_dump({**dump, "items": items})
    (found,) = json.loads(sfsgen("check -f - --rule crossed -o json", text).out)["findings"]
    assert found["fix"].startswith("keep the pairs, which costs nothing: write `volumeName: ")


# What is chosen.


def test_rules_are_chosen_and_left_out() -> None:
    found = _rules("-f", str(CROSSED))
    assert found == ["class", "crossed", "dump", "reclaim-policy", "shared-directory"]
    assert _rules("-f", str(CROSSED), "--rule", "class,crossed") == ["class", "crossed"]
    assert _rules("-f", str(CROSSED), "--rule", "class", "--rule", "crossed") == found[:2]
    assert _rules("-f", str(CROSSED), "--ignore", "class, crossed") == found[2:]
    assert _rules("-f", str(CROSSED), "--rule", "class", "--ignore", "class") == []


def test_what_cannot_be_read_is_told_whatever_the_rule() -> None:
    assert _rules("-f", "-", "--rule", "size", stdin=f"{GOOD}\n---\na: [\n") == ["unreadable"]
    assert _rules("-f", "-", "--ignore", "unreadable", stdin=f"{GOOD}\n---\na: [\n") == []


def test_a_named_set_is_looked_at_alone(tmp_path: Path) -> None:
    other = GOOD.replace("web", "www").replace("    path: /exports/pv-www-1", "    path: exports")
    Path(tmp_path, "both.yaml").write_text(GOOD.replace('storageClassName: ""', "") + other)
    file = str(tmp_path / "both.yaml")
    assert _rules("-f", file) == ["class", "nfs-path"]
    assert _rules("web", "-f", file) == ["class"]
    assert _rules("www", "-f", file) == ["nfs-path"]
    assert _rules("web", "www", "-f", file) == ["class", "nfs-path"]
    assert _rules("-l", "app.kubernetes.io/name=www", "-f", file) == ["nfs-path"]


def test_a_finding_between_two_sets_is_told_of_both() -> None:
    other = GOOD.replace("web", "www").replace("/exports/pv-www-1", "/exports/pv-web-1")
    for name in ("web", "www"):
        assert _rules(name, "-f", "-", stdin=GOOD + other) == ["shared-directory"]


def test_objects_without_a_namespace_are_in_the_one_that_is_given() -> None:
    bare = re.sub(r"\n  namespace: default", "", GOOD)
    assert _rules("-f", "-", stdin=bare) == []
    assert _rules("-f", "-", "-n", "shop", stdin=bare) == ["claim-ref"]
    moved = bare.replace("    namespace: default", "    namespace: shop")
    assert _rules("-f", "-", "-n", "shop", stdin=moved) == []


@pytest.mark.parametrize(
    ("reference", "is_looked_at"),
    [
        (None, True),  # it is free
        ({}, True),
        ({"name": "pvc-web-0"}, True),
        ({"name": "pvc-www-0"}, False),  # only the set of another namespace looks for it
        ({"name": "of-nobody"}, True),
        ({"namespace": "shop"}, True),
        ({"namespace": "other"}, False),
        ({"namespace": "shop", "name": "pvc-web-9"}, True),
        ({"namespace": "other", "name": "pvc-www-9"}, False),
    ],
)
def test_volumes_that_could_be_those_of_a_namespace_are_looked_at_with_it(
    reference: dict[str, str] | None, is_looked_at: bool
) -> None:
    style = "--nfs-server nfs.example.com --storage 1Gi --only statefulset,service"
    sets = [sfsgen(f"render {each} -r 1 {style}").out for each in ("web -n shop", "www -n other")]
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteMany"],
        "nfs": {"server": "nfs.example.com", "path": "exports/spare"},
        **({} if reference is None else {"claimRef": reference}),
    }
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "spare"}}
    text = "".join(sets) + f"---\n{json.dumps({**volume, 'spec': spec})}\n"
    assert "nfs-path" in _rules("-f", "-", stdin=text)
    assert ("nfs-path" in _rules("-f", "-", "-n", "shop", stdin=text)) == is_looked_at
    told = sfsgen("check -f - -n shop", text).err
    assert ("1 PersistentVolume" in told) == is_looked_at


@pytest.mark.parametrize("options", ["-n default", "web", "web -n default"])
@pytest.mark.parametrize("field", ["namespace: default", "name: pvc-web-[0-9]"])
def test_a_volume_reserved_by_half_is_told_of_with_a_namespace_or_a_name(
    options: str, field: str
) -> None:
    volumes = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
    reference = re.compile(rf"(?<=PersistentVolumeClaim\n)((?:    .*\n)*?)    {field}\n")
    text = reference.sub(r"\1", volumes)
    assert text != volumes
    rules = _rules("-f", "-", *options.split(), stdin=text)
    assert "incomplete-claim-ref" in rules


def test_the_minor_is_that_which_is_given() -> None:
    old = GOOD.replace("apps/v1", "apps/v1beta1")
    assert _rules("-f", "-", stdin=old) == ["api-version"]
    assert _rules("-f", "-", "--kube-version", "1.15", stdin=old) == []
    assert _rules("-f", "-", "--kube-version", "1.5", stdin=old) == ["field"]
    # What a server holds, it has taken.
    dump = str(EXAMPLES / "check-healthy" / "dump.yaml")
    assert _rules("-f", dump) == ["dump"]
    assert _rules("-f", dump, "--kube-version", "1.26") == ["dump", "field"]


# What is read.


def test_one_broken_document_does_not_hide_what_is_wrong_with_the_others() -> None:
    broken = GOOD.replace("kind: Service", "kind: [Service").replace(
        "path: /exports", "path: exports"
    )
    assert _rules("-f", "-", stdin=broken) == ["nfs-path", "service", "unreadable"]


def test_an_object_that_is_broken_is_not_taken_for_missing() -> None:
    for old, new in (
        (
            'storage: 1Gi\n  storageClassName: ""\n  volumeName: pv-web-1',
            "storage: 1GB\n  volumeName: pv-web-1",
        ),
        ("    path: /exports/pv-web-1", "    path: [1]"),
        ("clusterIP: None", "clusterIP: 1"),
    ):
        assert old in GOOD
        assert _rules("-f", "-", stdin=GOOD.replace(old, new)) == ["unreadable"]


@pytest.mark.parametrize(
    ("kind", "rest", "told"),
    [
        ("PersistentVolumeClaim", "", "1:1: PersistentVolumeClaim a has no spec"),
        (
            "PersistentVolumeClaim",
            "spec: {volumeMode: 1}",
            "4:20: spec.volumeMode must be one of Block, Filesystem, not 1",
        ),
        (
            "PersistentVolumeClaim",
            "spec: {}\nstatus: {phase: 1}",
            "5:17: status.phase must be a string, not 1",
        ),
        ("PersistentVolume", "spec: {}\nstatus: []", "5:9: status must be a mapping, not []"),
        (
            "StatefulSet",
            "spec: {volumeClaimTemplates: [{}]}",
            "4:31: the claim template has no metadata.name",
        ),
        (
            "StatefulSet",
            "spec: {volumeClaimTemplates: [{metadata: }]}",
            "4:42: the claim template has no metadata.name",
        ),
    ],
)
def test_what_keeps_an_object_from_being_read_is_told_with_its_place(
    kind: str, rest: str, told: str
) -> None:
    group = "apps/v1" if kind == "StatefulSet" else "v1"
    text = f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}\n"
    result = sfsgen("check -f -", text)
    place, _, what = result.out.partition(": error: ")
    assert f"{place}: {what}".startswith(f"stdin:{told} (unreadable)\n")


def test_another_object_of_the_same_name_is_told_with_the_line_of_its_name() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata:\n  name:\n    a\nspec: {}\n"
    found = findings("-f", "-", stdin=f"{text}---\n{text}")
    (what,) = [each["what"] for each in found if each["rule"] == "duplicate"]
    assert "an equal Service a stands in stdin, line 5;" in what


def test_json_and_folders_are_read_as_well(tmp_path: Path) -> None:
    objects = [each for each in yaml.safe_load_all(GOOD) if each]
    for number, each in enumerate(objects):
        (tmp_path / f"{number}.json").write_text(json.dumps(each))
    assert _rules("-f", str(tmp_path)) == []
    (tmp_path / "1.json").unlink()
    assert _rules("-f", str(tmp_path)) == ["missing-volume"]


def test_places_are_those_of_the_field_to_mend() -> None:
    text = GOOD.replace(
        "persistentVolumeReclaimPolicy: Retain", "persistentVolumeReclaimPolicy: Delete", 1
    )
    (line,) = [
        number for number, each in enumerate(text.splitlines(), 1) if "Policy: Delete" in each
    ]
    head = sfsgen("check -f -", text).out.split(" warning:")[0]
    assert head == f"stdin:{line}:34:"
    as_json = json.dumps([each for each in yaml.safe_load_all(text) if each][1], indent=2)
    (line,) = [n for n, each in enumerate(as_json.splitlines(), 1) if '"Delete"' in each]
    assert f"stdin:{line}:38: warning" in sfsgen("check -f -", as_json).out


def test_findings_stand_in_the_order_of_the_files(tmp_path: Path) -> None:
    bad = GOOD.replace("path: /exports", "path: exports")
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text(bad.replace("web", name[0] * 3))
    result = sfsgen(["check", "-f", str(tmp_path / "b.yaml"), "-f", str(tmp_path / "a.yaml")])
    files = [Path(each.split(":")[0]).name for each in result.out.splitlines()[::2]]
    assert files == ["b.yaml", "a.yaml"]


def test_a_hundred_thousand_ordinals_are_told_in_a_line() -> None:
    text = GOOD.replace("replicas: 2", "replicas: 2000000000")
    result = sfsgen("check -f -", text)
    assert "no volume for the 1999999998 claims pvc-web-2 to pvc-web-1999999999, " in result.out
    assert result.out.count("\n") == 2


# What is printed.


def test_text_names_the_place_the_severity_the_rule_and_the_fix() -> None:
    lines = sfsgen(f"check -f {RELEASED}").out.splitlines()
    assert re.fullmatch(rf"{RELEASED}:197:12: error: .* \(released\)", lines[0])
    assert lines[1].startswith("  fix: kubectl get pvc -A ")
    assert " && kubectl patch pv pv-web-1 " in lines[1]


def test_json_says_everything() -> None:
    (finding,) = findings("-f", str(RELEASED))
    assert finding["object"] == {"kind": "PersistentVolume", "namespace": "", "name": "pv-web-1"}
    assert (finding["file"], finding["line"], finding["column"]) == (str(RELEASED), 197, 12)
    assert finding["field"] == "spec.claimRef.uid"
    (related,) = finding["related"]
    assert (related["kind"], related["name"]) == ("PersistentVolumeClaim", "pvc-web-1")
    summary = json.loads(sfsgen("check -f - -o json", GOOD).out)
    assert summary == {"findings": [], "summary": {"errors": 0, "warnings": 0, "notes": 0}}


def _parsed_command(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as the runner does (actions/runner, ActionCommand.cs)."""
    command, message = line.removeprefix("::").split("::", 1)
    name, _, given = command.partition(" ")
    properties = dict(each.split("=", 1) for each in given.split(",") if each)

    def plain(text: str) -> str:
        for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")):
            text = text.replace(code, character)
        return text.replace("%25", "%")

    return name, {key: plain(each) for key, each in properties.items()}, plain(message)


def test_github_shows_findings_as_annotations(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    text = GOOD.replace("replicas: 2", "replicas: 1").replace(
        "path: /exports/pv-web-0", "path: 100%"
    )
    Path("a,b:c.yaml").write_text(text)
    result = sfsgen(["check", "-f", "./a,b:c.yaml", "-o", "github"])
    found = [_parsed_command(line) for line in result.out.splitlines()]
    assert [each[0] for each in found] == ["error", "notice"]
    assert found[0][1]["file"] == "a,b:c.yaml"
    assert int(found[0][1]["line"]) > 1
    assert found[0][1]["title"] == "sfsgen nfs-path"
    assert '"100%"' in found[0][2]
    assert "\nfix: " in found[0][2]
    unplaced = _parsed_command(sfsgen("check -f - -o github", text).out.splitlines()[0])
    assert set(unplaced[1]) == {"title"}
    assert unplaced[2].startswith("stdin:")


def _of(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_MESSAGE = _of("text", text=_TEXT)
_LOCATION = _of(
    "",
    physicalLocation=_of(
        "artifactLocation region",
        artifactLocation=_of("uri", uri={"type": "string", "pattern": r"^[!-~]+$"}),
        region=_of("startLine startColumn", startLine=_COUNT, startColumn=_COUNT),
    ),
    logicalLocations={
        "type": "array",
        "items": _of("", name=_TEXT, kind=_TEXT, fullyQualifiedName=_TEXT),
    },
    message=_MESSAGE,
)
_NUMBER = {"type": "integer", "minimum": 1}
_REGION = _of(
    "startLine startColumn endLine endColumn",
    startLine=_NUMBER,
    startColumn=_NUMBER,
    endLine=_NUMBER,
    endColumn=_NUMBER,
)
_REPLACEMENT = _of(
    "deletedRegion insertedContent",
    deletedRegion=_REGION,
    insertedContent=_of("text", text={"type": "string"}),
)
_CHANGE = _of(
    "artifactLocation replacements",
    artifactLocation=_of("uri", uri=_TEXT),
    replacements={"type": "array", "items": _REPLACEMENT, "minItems": 1},
)
_FIX = _of(
    "description artifactChanges",
    description=_MESSAGE,
    artifactChanges={"type": "array", "items": _CHANGE, "minItems": 1},
)
_ADDRESS = {"type": "string", "pattern": "^https://[!-~]+$"}
_LEVEL = {"enum": ["error", "warning", "note"]}
# The part of SARIF 2.1.0 (OASIS) that is used, stricter than its schema.
SARIF = _of(
    "$schema version runs",
    **{"$schema": _TEXT},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": _of(
            "tool results",
            tool=_of(
                "driver",
                driver=_of(
                    "name version informationUri rules",
                    name={"const": "sfsgen"},
                    version=_TEXT,
                    informationUri=_ADDRESS,
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": _of(
                            "id shortDescription help helpUri defaultConfiguration",
                            id=_TEXT,
                            shortDescription=_MESSAGE,
                            fullDescription=_MESSAGE,
                            help=_of("text markdown", text=_TEXT, markdown=_TEXT),
                            helpUri=_ADDRESS,
                            defaultConfiguration=_of("level", level=_LEVEL),
                            properties=_of("tags", tags={"type": "array", "maxItems": 20}),
                        ),
                    },
                ),
            ),
            columnKind={"const": "unicodeCodePoints"},
            results={
                "type": "array",
                "items": _of(
                    "ruleId ruleIndex level message locations",
                    ruleId=_TEXT,
                    ruleIndex={"type": "integer", "minimum": 0, "maximum": len(all_rules()) - 1},
                    level=_LEVEL,
                    message=_MESSAGE,
                    locations={"type": "array", "items": _LOCATION, "minItems": 1},
                    relatedLocations={"type": "array", "items": _LOCATION, "minItems": 1},
                    fixes={"type": "array", "items": _FIX, "minItems": 1},
                    properties=_of("steps", steps={"type": "array", "minItems": 1}),
                ),
            },
        ),
    },
)


@pytest.mark.parametrize("name", [rule_id(rule) for rule in all_rules()])
def test_sarif_is_what_the_standard_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / "rules" / name)
    options = rules_page.options(name)
    for command in ("check -f bad.yaml -o sarif", "check -f - -o sarif"):
        log = json.loads(sfsgen([*command.split(), *options], Path("bad.yaml").read_bytes()).out)
        Draft202012Validator(SARIF).validate(log)
        (run,) = log["runs"]
        (result,) = run["results"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == name
        place = result["locations"][0].get("physicalLocation")
        assert bool(place) == ("bad.yaml" in command)
        # What cannot be read as an object has no name.
        assert ("logicalLocations" in result["locations"][0]) == (
            name not in ("ignore-comment", "no-manifest", "unreadable")
        )


@pytest.mark.without_libraries
@pytest.mark.parametrize(
    ("output", "named"),
    [
        ("text", r"{0}/b\udcff.yaml:"),
        ("json", r'"file": "{0}/b\udcff.yaml"'),
        ("github", r"file={0}/b\udcff.yaml,"),
        ("sarif", r'"uri": "file://{0}/b%FF.yaml"'),
    ],
)
def test_a_name_that_is_not_utf8_is_spelled_out(output: str, named: str, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"b\xff.yaml")
    file.write_text(GOOD.replace("path: /exports", "path: exports"))
    result = sfsgen(["check", "-f", str(tmp_path), "-o", output])
    assert result.status == 1
    assert named.format(tmp_path) in result.out


@pytest.mark.skipif(not shutil.which("sarif-multitool"), reason="no sarif-multitool here")
def test_sarif_is_valid_to_the_tool_of_its_makers(tmp_path: Path) -> None:
    path = tmp_path / "log.sarif"
    path.write_text(sfsgen(f"check -f {CROSSED} -o sarif").out)
    done = subprocess.run(
        ["sarif-multitool", "validate", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert ": error " not in done.stdout


def test_a_file_is_named_as_a_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a b ü.yaml").write_text(GOOD.replace("path: /exports", "path: exports"))

    def uri(file: str) -> Any:
        log = json.loads(sfsgen(["check", "-f", file, "-o", "sarif"]).out)
        location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        return location["artifactLocation"]["uri"]

    assert uri("./a b ü.yaml") == "a%20b%20%C3%BC.yaml"
    assert uri(f"{tmp_path}/a b ü.yaml") == f"file://{tmp_path}/a%20b%20%C3%BC.yaml"


def test_no_value_of_an_input_begins_a_line_or_a_command() -> None:
    text = GOOD.replace("path: /exports/pv-web-0", 'path: "x\\n::error::\\e[31m%0A"')
    result = sfsgen("check -f -", text)
    assert result.out.count("\n") == 2
    assert "\x1b" not in result.out
    lines = sfsgen("check -f - -o github", text).out.splitlines()
    assert len(lines) == 1


def _on_a_terminal(arguments: list[str], **environment: str) -> str:
    """Return what the installed program prints on a terminal of 60 columns."""
    program = Path(sys.executable).with_name("sfsgen")
    inherited = {key: each for key, each in os.environ.items() if key not in ("NO_COLOR", "CI")}
    main, terminal = pty.openpty()
    given = {**inherited, "TERM": "xterm-256color", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        [program, *arguments], stdout=terminal, stderr=subprocess.DEVNULL, env=given
    ) as process:
        os.close(terminal)
        printed = b""
        while True:
            try:
                piece = os.read(main, 4096)
            except OSError:  # the program has closed its end
                break
            if not piece:
                break
            printed += piece
        process.wait()
    os.close(main)
    return printed.decode().replace("\r\n", "\n")


def test_colours_and_width_are_a_terminals() -> None:
    arguments = ["check", "-f", str(RELEASED)]
    coloured = _on_a_terminal(arguments)
    assert "\x1b[1;31merror\x1b[0m" in coloured
    plain = _on_a_terminal(arguments, NO_COLOR="1")
    assert "\x1b[3" not in plain
    *head, fix = re.sub(r"\x1b\[[0-9;]*m", "", plain).splitlines()
    assert len(head) > 1
    assert max(map(len, head)) <= 60
    # What is to be copied is not broken.
    assert fix.startswith("  fix: kubectl get pvc -A")
    assert fix.endswith("]'")


# The live cluster.


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    with ApiServer() as running:
        for key, each in running.environment.items():
            monkeypatch.setenv(key, each)
        yield running


def _load(server: ApiServer, path: Path) -> None:
    """Put the objects of a dump into the server as they are."""
    plural = {
        "StatefulSet": "statefulsets",
        "Service": "services",
        "PersistentVolumeClaim": "persistentvolumeclaims",
        "PersistentVolume": "persistentvolumes",
    }
    for each in yaml.safe_load(path.read_text())["items"]:
        metadata = each["metadata"]
        key = plural[each["kind"]], metadata.get("namespace"), metadata["name"]
        server.stored[key] = json.loads(json.dumps(each, default=str))


def _bind(server: ApiServer) -> None:
    """Do what the binder does with claims for which a volume is reserved."""
    for volume in server.stored.values():
        reference = volume.get("spec", {}).get("claimRef", {})
        key = "persistentvolumeclaims", reference.get("namespace"), reference.get("name", "")
        claim = server.stored.get(key)
        if claim and reference.get("uid") in (None, claim["metadata"]["uid"]):
            reference["uid"] = claim["metadata"]["uid"]
            if "volumeName" not in claim["spec"]:
                chosen = {"pv.kubernetes.io/bound-by-controller": "yes"}
                claim["metadata"].setdefault("annotations", {}).update(chosen)
            claim["spec"]["volumeName"] = volume["metadata"]["name"]
            claim["status"] = volume["status"] = {"phase": "Bound"}


@needs_kubectl
def test_a_live_set_is_looked_at_with_its_service(server: ApiServer) -> None:
    server.kubectl("create", "-f", "-", input=GOOD)
    result = sfsgen("check web")
    assert (result.status, result.out) == (0, ""), result
    server.kubectl("delete", "service", "web")
    result = sfsgen("check")
    assert result.status == 1
    assert result.out.startswith("cluster:statefulset/web:spec.serviceName: error: the governing")


@needs_kubectl
def test_a_cluster_that_cannot_be_read_is_no_finding(server: ApiServer) -> None:
    server.fault = 403
    result = sfsgen("check")
    assert (result.status, result.out) == (2, "")
    assert "the test refuses" in result.err


@needs_kubectl
@pytest.mark.parametrize(
    ("path", "rules"), [(RELEASED, ["released"]), (DEFAULT_CLASS, ["class", "unreserved"])]
)
def test_the_commands_of_fixes_mend_a_live_set(
    server: ApiServer, path: Path, rules: list[str]
) -> None:
    _load(server, path)
    assert _rules() == rules
    for _ in range(5):
        fixes = [each["fix"] for each in findings()]
        commands = [each for each in fixes if each.startswith("kubectl patch")]
        if not commands:
            break
        done = subprocess.run(
            ["bash", "-euc", commands[0]], env=server.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        _bind(server)
    # The claim template is the set's own, and immutable; nothing makes the pods ready.
    assert set(_rules()) <= {"class", "run-as-user"}
    assert sfsgen("check --allow-empty").status == 0


_KUSTOMIZE: list[tuple[str, str, list[str]]] = [
    ("prefix", "namePrefix: prod-", ["name"]),
    ("suffix", "nameSuffix: -v2", ["name"]),
    ("namespace", "namespace: shop", ["claim-ref"]),
    ("replicas", "replicas: [{name: web, count: 4}]", ["missing-volume"]),
    ("nothing", "commonAnnotations: {a: b}", []),
]


@needs_kubectl
@pytest.mark.parametrize(
    ("transformer", "rules"),
    [each[1:] for each in _KUSTOMIZE],
    ids=[each[0] for each in _KUSTOMIZE],
)
def test_what_kustomize_makes_of_our_output_is_found(
    transformer: str, rules: list[str], tmp_path: Path
) -> None:
    (tmp_path / "set.yaml").write_text(GOOD)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [set.yaml]\n{transformer}\n")
    built = subprocess.run(
        ["kubectl", "kustomize", tmp_path], capture_output=True, text=True, check=True
    )
    assert _rules("-f", "-", stdin=built.stdout) == rules


@needs_kubectl
def test_the_example_of_kustomize_is_what_it_prints() -> None:
    folder = EXAMPLES / "check-kustomize"
    assert (folder / "set.yaml").read_text() == GOOD
    built = subprocess.run(
        ["kubectl", "kustomize", folder], capture_output=True, text=True, check=True
    )
    assert built.stdout == (folder / "built.yaml").read_text()


# Following the fixes of files, one after another.


def _renamed(text: str) -> str:
    return text.replace("name: prod-pvc-web-", "name: pvc-prod-web-")


def _referred(text: str) -> str:
    return text.replace("    name: pvc-web-", "    name: pvc-prod-web-")


@pytest.mark.parametrize("order", [(_renamed, _referred), (_referred, _renamed)])
def test_the_fixes_of_a_prefix_end_in_a_clean_check(
    order: tuple[Callable[[str], str], ...],
) -> None:
    text = (EXAMPLES / "check-kustomize" / "built.yaml").read_text()
    fixes = " ".join(each["fix"] for each in findings("-f", "-", stdin=text))
    assert 'name prod-pvc-web-0 "pvc-prod-web-0"' in fixes
    assert "`name: pvc-prod-web-0` into the claimRef of prod-pv-web-0" in fixes
    for fix in order:
        text = fix(text)
    assert _rules("-f", "-", stdin=text) == []


def test_the_fix_of_what_is_missing_prints_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_text(GOOD.replace("replicas: 2", "replicas: 4"))
    (found,) = findings("-f", "web.yaml")
    command = re.findall("`sfsgen (.*?)`", found["fix"])[0]
    printed = sfsgen(command)
    assert printed.status == 0
    Path("more.yaml").write_text(printed.out)
    assert _rules("-f", "web.yaml", "-f", "more.yaml") == []


def test_what_a_scale_up_to_come_lacks_is_printed_by_the_command_that_is_named() -> None:
    many = sfsgen("render web -r 3 --nfs-server nfs.example.com --storage 1Gi").out
    lacking = "---\n".join(
        each
        for each in many.replace("replicas: 3", "replicas: 2").split("---\n")
        if "name: pv-web-2\n  labels" not in each
    )
    told = sfsgen("check -f -", lacking).out
    assert "the claim pvc-web-2 names the volume pv-web-2, which is missing" in told
    assert "`sfsgen volumes web -f - -r 3` prints" in told
    assert "name: pv-web-2\n" in sfsgen("volumes web -f - -r 3", lacking).out
