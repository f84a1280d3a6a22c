"""The output: its formats, a choice of it, and the same bytes however many ordinals there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import Result, sfsgen

PLAIN = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
MANY = "render web -r 10000 --nfs-server nfs.example.com --storage 1Gi"
PAIRS = "--only pv,pvc"
TWO_SETS = """\
name: web
replicas: 2
nfs: {server: a}
claimTemplates: [{storage: 1Gi}, {name: log, storage: 1Gi, mountPath: /log}]
---
name: db
namespace: shop
replicas: 1
nfs: {server: a}
claimTemplates: [{storage: 1Gi}]
ordinals: {start: 3}
"""
ELSEWHERE = """\
claimTemplates:
- storage: 1Gi
  volumes:
  - {ordinal: 0, nfs: {path: /old/first}}
  - {ordinal: 4999, nfs: {server: old.example.com}}
  - {ordinal: 5000, nfs: {path: '/old/{ordinal}'}}
  - {ordinal: 9999, nfs: {path: /old/last}}
"""
SAMPLED = (0, 1, 9, 10, 99, 100, 4998, 4999, 5000, 5001, 9998, 9999)

KINDS = {
    "service": "Service",
    "persistentvolume": "PersistentVolume",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "statefulset": "StatefulSet",
}


def done(result: Result) -> str:
    assert result.status == 0, result.err
    return result.out


def documents(text: str) -> list[str]:
    """Return the documents of a stream as text, each without the marker before it."""
    first, *rest = text.split("---\n")
    assert first == ""
    return rest


def objects(text: str) -> list[Any]:
    return list(yaml.load_all(text, yaml.CSafeLoader))


def kinds(command: str) -> list[str]:
    return [each["kind"] for each in objects(done(sfsgen(command)))]


@pytest.mark.parametrize(
    "command",
    [
        PLAIN,
        f"{PLAIN} --driver csi --read-only --mount-option hard --label a=1 --annotation b=on",
        f"{PLAIN} --volume log=2Gi:/log --env 'A=a: b' --port 1 --port u=2",
        f"{PLAIN} --kube-version 1.3",
        f"{PLAIN} -r 0",
        f"{PLAIN} --only sts",
        f"{PLAIN} {PAIRS} --from-ordinal 2",
        f"{PLAIN} -r 0 {PAIRS}",
        "render -f -",
        "render -f - db",
    ],
)
def test_json_is_one_list_of_the_objects_that_yaml_holds(command: str) -> None:
    whole = json.loads(done(sfsgen(f"{command} -o json", TWO_SETS)))
    assert whole == {
        "apiVersion": "v1",
        "kind": "List",
        "items": objects(done(sfsgen(command, TWO_SETS))),
    }


def test_json_of_many_ordinals_holds_the_objects_that_yaml_holds() -> None:
    options = "-r 400 --only pv --storage 1Gi -f -"
    command = f"render web --nfs-server nfs.example.com {options}"
    whole = json.loads(done(sfsgen(f"{command} -o json", ELSEWHERE)))
    assert whole["items"] == objects(done(sfsgen(command, ELSEWHERE)))


@pytest.mark.parametrize("text", ["é", "\u2028", "\U0001f600", "a\nb\n", '"', "\\"])
def test_json_holds_any_text(text: str) -> None:
    out = done(sfsgen([*PLAIN.split(), "-o", "json", "--annotation", f"a={text}"]))
    assert {each["metadata"]["annotations"]["a"] for each in json.loads(out)["items"]} == {text}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (
            "-r 2",
            """service/web persistentvolume/pv-web-0 persistentvolume/pv-web-1
            persistentvolumeclaim/pvc-web-0 persistentvolumeclaim/pvc-web-1 statefulset.apps/web""",
        ),
        ("-r 0", "service/web statefulset.apps/web"),
        ("-r 0 --service-name pods", "service/pods statefulset.apps/web"),
        ("--only pv --from-ordinal 2", "persistentvolume/pv-web-2"),
        ("--only pvc --from-ordinal 2 --claim-template a", "persistentvolumeclaim/a-web-2"),
        (
            "--only pv -r 1 --volume log=1Gi:/log",
            "persistentvolume/pv-web-0 persistentvolume/pv-log-web-0",
        ),
        ("--only pv -r 1 --volume-name '{ordinal}.v'", "persistentvolume/0.v"),
        ("--only sts --kube-version 1.4", "petset.apps/web"),
        ("--only sts --kube-version 1.5", "statefulset.apps/web"),
        ("--only pv -r 0", ""),
    ],
)
def test_names_are_those_of_kubectl(options: str, names: str) -> None:
    assert done(sfsgen(f"{PLAIN} {options} -o name")).split() == names.split()


@pytest.mark.parametrize("command", [PLAIN, "render -f -", f"{PLAIN} -r 300 --volume a=1Gi:/a"])
def test_names_are_those_of_the_objects(command: str) -> None:
    resource_of = {kind: resource for resource, kind in KINDS.items()}
    names = []
    for each in objects(done(sfsgen(command, TWO_SETS))):
        group = ".apps" if each["kind"] == "StatefulSet" else ""
        names.append(f"{resource_of[each['kind']]}{group}/{each['metadata']['name']}")
    assert done(sfsgen(f"{command} -o name", TWO_SETS)) == "".join(f"{name}\n" for name in names)


@pytest.mark.parametrize(
    ("spellings", "resource"),
    [
        ("service services svc Service SVC Services", "service"),
        (
            "pv persistentvolume persistentvolumes PV PersistentVolume PersistentVolumes",
            "persistentvolume",
        ),
        (
            "pvc persistentvolumeclaim persistentvolumeclaims PVC PersistentVolumeClaim",
            "persistentvolumeclaim",
        ),
        (
            "sts statefulset statefulsets StatefulSet STS statefulset.apps statefulsets.apps",
            "statefulset",
        ),
    ],
)
def test_only_takes_every_name_that_kubectl_takes(spellings: str, resource: str) -> None:
    for spelling in spellings.split():
        assert set(kinds(f"{PLAIN} --only {spelling}")) == {KINDS[resource]}


@pytest.mark.parametrize(
    "only",
    ["pv,sts", "sts,pv", "pv --only sts", "sts --only pv", "pv,pv,sts", "' pv , sts '"],
)
def test_only_takes_several_and_keeps_the_order_of_the_stream(only: str) -> None:
    assert kinds(f"{PLAIN} --only {only}") == [*["PersistentVolume"] * 3, "StatefulSet"]


def test_the_parts_that_only_prints_make_the_whole() -> None:
    parts = [done(sfsgen(f"{PLAIN} --only {resource}")) for resource in KINDS]
    assert "".join(parts) == done(sfsgen(PLAIN))


def test_from_ordinal_leaves_out_the_pairs_before_it() -> None:
    whole = documents(done(sfsgen(PLAIN)))
    later = documents(done(sfsgen(f"{PLAIN} --from-ordinal 1")))
    assert later == [whole[0], *whole[2:4], *whole[5:]]


def test_from_ordinal_counts_from_the_start_ordinal() -> None:
    command = f"{PLAIN} --start-ordinal 5 --only pv -o name"
    assert done(sfsgen(f"{command} --from-ordinal 6")).split() == [
        "persistentvolume/pv-web-6",
        "persistentvolume/pv-web-7",
    ]


def test_from_the_first_ordinal_is_the_whole() -> None:
    assert sfsgen(f"{PLAIN} --from-ordinal 0") == sfsgen(PLAIN)


@pytest.mark.parametrize("options", ["", "--driver csi", "--volume log=1Gi:/log", "--label a=1"])
def test_what_a_scale_up_adds_is_what_the_larger_set_has_more(options: str) -> None:
    small = documents(done(sfsgen(f"{PLAIN} {options} {PAIRS}")))
    added = documents(done(sfsgen(f"{PLAIN} {options} {PAIRS} -r 5 --from-ordinal 3")))
    large = documents(done(sfsgen(f"{PLAIN} {options} {PAIRS} -r 5")))
    assert sorted([*small, *added]) == sorted(large)


@pytest.mark.parametrize(
    "options", ["", "--driver csi", "--volume-name '{ordinal}.a.{ordinal}'", "--start-ordinal 7"]
)
@pytest.mark.parametrize("resource", ["pv", "pvc"])
def test_ten_thousand_ordinals_are_what_each_of_them_is_alone(resource: str, options: str) -> None:
    whole = documents(done(sfsgen(f"{MANY} {options} --only {resource}")))
    assert len(whole) == 10_000
    start = 7 if "start" in options else 0
    for index in SAMPLED:
        window = f"-r {index + 1} --from-ordinal {start + index}"
        alone = done(sfsgen(f"{MANY} {options} --only {resource} {window}"))
        assert documents(alone) == [whole[index]]


def test_ten_thousand_ordinals_are_the_windows_joined() -> None:
    whole = done(sfsgen(f"{MANY} --only pv"))
    parts = []
    for start in range(0, 10_000, 2500):
        window = f"-r {start + 2500} --from-ordinal {start} --only pv"
        parts.append(done(sfsgen(f"{MANY} {window}")))
    assert "".join(parts) == whole


def test_ordinals_that_lie_elsewhere_change_their_own_volumes_only() -> None:
    plain = documents(done(sfsgen(f"{MANY} {PAIRS}")))
    changed = documents(done(sfsgen(f"{MANY} {PAIRS} -f -", without_storage(ELSEWHERE))))
    different = [index for index, text in enumerate(changed) if text != plain[index]]
    # The server of 4999 gives way to --nfs-server.
    assert different == [0, 5000, 9999]


def without_storage(text: str) -> str:
    return text.replace("- storage: 1Gi\n  volumes", "- volumes")


@pytest.mark.parametrize(
    ("ordinal", "directory"),
    [
        (0, ("nfs.example.com", "/old/first")),
        (1, ("nfs.example.com", "/exports/pv-web-1")),
        (4998, ("nfs.example.com", "/exports/pv-web-4998")),
        (4999, ("old.example.com", "/exports/pv-web-4999")),
        (5000, ("nfs.example.com", "/old/5000")),
        (5001, ("nfs.example.com", "/exports/pv-web-5001")),
        (9999, ("nfs.example.com", "/old/last")),
    ],
)
def test_an_ordinal_that_lies_elsewhere_lies_there(
    ordinal: int, directory: tuple[str, str]
) -> None:
    text = f"name: web\nreplicas: {ordinal + 1}\nnfs: {{server: nfs.example.com}}\n{ELSEWHERE}"
    (volume,) = objects(done(sfsgen(f"render -f - --only pv --from-ordinal {ordinal}", text)))
    assert (volume["spec"]["nfs"]["server"], volume["spec"]["nfs"]["path"]) == directory
    whole = f"name: web\nreplicas: 10000\nnfs: {{server: nfs.example.com}}\n{ELSEWHERE}"
    names = documents(done(sfsgen("render -f - --only pv", whole)))
    assert yaml.load(names[ordinal], yaml.CSafeLoader) == volume


@pytest.mark.parametrize("output", ["yaml", "json", "name"])
def test_the_same_input_gives_the_same_bytes(output: str) -> None:
    command = f"{PLAIN} --label b=1 --label a=2 --volume log=1Gi:/log -o {output}"
    assert sfsgen(command) == sfsgen(command)


@pytest.mark.parametrize("command", [PLAIN, f"{PLAIN} -r 600", "render -f -"])
def test_every_document_begins_with_a_marker_and_ends_with_its_line(command: str) -> None:
    text = done(sfsgen(command, TWO_SETS))
    assert text.startswith("---\n")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for each in documents(text):
        (one,) = objects(each)
        assert list(one)[:3] == ["apiVersion", "kind", "metadata"]


def test_no_line_ends_in_a_blank() -> None:
    text = done(sfsgen("render -f -", TWO_SETS))
    assert re.findall(r"(?m)[ \t]+$", text) == []


def test_outputs_can_be_joined() -> None:
    one = done(sfsgen(PLAIN))
    other = done(sfsgen(PLAIN.replace("web", "db")))
    assert objects(one + other) == [*objects(one), *objects(other)]


def test_nothing_to_print_is_empty() -> None:
    assert done(sfsgen(f"{PLAIN} -r 0 --only pv")) == ""


def test_notes_go_to_stderr_and_name_the_defaults_by_option() -> None:
    result = sfsgen(PLAIN)
    assert result.err.startswith("sfsgen: defaults used")
    for option in ("--image", "--port", "--mount-path", "--nfs-path"):
        assert f"{option} " in result.err


def test_nothing_is_noted_where_all_is_said() -> None:
    said = "--image a --port 1 --mount-path /a --nfs-path /b"
    assert sfsgen(f"{PLAIN} {said}").err == ""


# --output-dir


def test_a_folder_gets_a_file_for_each_object(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "manifests"
    result = sfsgen([*PLAIN.split(), "--output-dir", str(folder)])
    assert (result.status, result.out) == (0, "")
    assert f"sfsgen: {folder}: 8 files created\n" in result.err
    assert sorted(each.name for each in folder.iterdir()) == [
        "persistentvolume-pv-web-0.yaml",
        "persistentvolume-pv-web-1.yaml",
        "persistentvolume-pv-web-2.yaml",
        "persistentvolumeclaim-pvc-web-0.yaml",
        "persistentvolumeclaim-pvc-web-1.yaml",
        "persistentvolumeclaim-pvc-web-2.yaml",
        "service-web.yaml",
        "statefulset-web.yaml",
    ]


def test_the_files_hold_what_stdout_would(tmp_path: Path) -> None:
    done(sfsgen([*PLAIN.split(), "--output-dir", str(tmp_path)]))
    files = sorted(each.read_text().removeprefix("---\n") for each in tmp_path.iterdir())
    assert files == sorted(documents(done(sfsgen(PLAIN))))


def test_the_files_may_be_json(tmp_path: Path) -> None:
    done(sfsgen([*PLAIN.split(), "-o", "json", "--output-dir", str(tmp_path)]))
    found = [json.loads(each.read_text()) for each in tmp_path.glob("*.json")]
    expected = objects(done(sfsgen(PLAIN)))
    assert sorted(found, key=json.dumps) == sorted(expected, key=json.dumps)


def test_files_of_several_namespaces_say_theirs(tmp_path: Path) -> None:
    done(sfsgen(["render", "-f", "-", "--only", "svc,pv", "--output-dir", str(tmp_path)], TWO_SETS))
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "persistentvolume-pv-db-3.yaml",
        "persistentvolume-pv-log-web-0.yaml",
        "persistentvolume-pv-log-web-1.yaml",
        "persistentvolume-pv-web-0.yaml",
        "persistentvolume-pv-web-1.yaml",
        "service-default.web.yaml",
        "service-shop.db.yaml",
    ]


@pytest.mark.parametrize("command", ["--version", "--help", "render --help", "init", "schema"])
def test_what_is_asked_for_goes_to_stdout(command: str) -> None:
    result = sfsgen(command)
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("\n")


@pytest.mark.parametrize("command", ["", "render ", "check "])
def test_help_has_two_spellings(command: str) -> None:
    assert sfsgen(f"{command}-h") == sfsgen(f"{command}--help")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("render", "-f, --filename FILE A values file (see sfsgen init); - for stdin; repeatable."),
        ("render", "--storage SIZE Of each volume, such as 1Gi."),
        ("scale", "--shared-directory / --no-shared-directory One directory for all ordinals."),
        ("scale", "-n, --namespace NAME Of the sets. Default: kubectl's."),
        ("check", "-f, --filename FILE Manifests, or a folder of them; - for stdin; repeatable."),
        ("check", "--kubeconfig FILE kubectl's configuration."),
    ],
)
def test_help_says_what_an_option_takes(command: str, line: str) -> None:
    assert line in " ".join(sfsgen(f"{command} --help").out.split())


def test_help_lists_every_command() -> None:
    commands = ["render", "scale", "volumes", "prepare", "show", "recover", "adopt", "move"]
    commands += ["check", "fn", "post-render", "init", "schema", "completion", "help"]
    listed = sfsgen("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line[2:3].strip()] == commands


def test_every_word_of_a_values_file_that_is_ours_is_described() -> None:
    words = json.loads(sfsgen("schema").out)["properties"]
    of_kubernetes = {"podManagementPolicy", "updateStrategy"}
    for properties in (words, words["claimTemplates"]["items"]["properties"]):
        nameless = {key for key, each in properties.items() if not each.get("description")}
        assert {key for key in nameless if "properties" not in properties[key]} <= of_kubernetes
