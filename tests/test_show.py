"""`sfsgen show` prints which pod has which name, claim, volume and directory, from every input."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import rendered, sfsgen, written

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
WEB = "web -r 3 --nfs-server nfs.example.com --storage 1Gi"
VALUES = """
name: web
replicas: 3
nfs: {server: nfs.example.com}
claimTemplates: [{storage: 1Gi}]
"""
DUMP = EXAMPLES / "show-dump/dump.yaml"


def shown(arguments: str, stdin: str = "") -> list[dict[str, Any]]:
    """Return the sets that `show` shows, as data."""
    result = sfsgen(f"show {arguments} -o json", stdin)
    assert result.status == 0, result.err
    sets: list[dict[str, Any]] = json.loads(result.out)["sets"]
    return sets


def lines(out: str) -> list[str]:
    """Return the lines of a table or a tree, without the sentences below it."""
    return out.partition("\n\n")[0].splitlines()


def _claims(arguments: str, stdin: str = "") -> list[dict[str, Any]]:
    (one,) = shown(arguments, stdin)
    return [claim for pod in one["pods"] for claim in pod["claims"]]


def test_all_inputs_give_one_view(tmp_path: Path) -> None:
    made = sfsgen(f"render {WEB}").out
    as_json = sfsgen(f"render {WEB} -o json").out
    values = {"values.yaml": VALUES, "values.json": json.dumps(yaml.safe_load(VALUES))}
    written({"web.yaml": made, "folder/web.yaml": made, **values}, tmp_path)
    by_options = sfsgen(f"show {WEB} -o json").out
    inputs = [f"-f {tmp_path}/{each}" for each in ("web.yaml", "folder", *values)]
    for each in inputs:
        assert sfsgen(f"show {each} -o json").out == by_options
    for stdin in (made, as_json, VALUES):
        assert sfsgen("show -f - -o json", stdin).out == by_options


@pytest.mark.parametrize(
    ("options", "ordinals", "names"),
    [
        ("-r 1", [0], ["pvc"]),
        ("-r 0", [], []),
        ("-r 3 --start-ordinal 7", [7, 8, 9], ["pvc"] * 3),
        ("-r 2 --volume data=1Gi:/a --volume log=1Gi:/b", [0, 1], ["data", "log"] * 2),
        ("-r 1000", list(range(1000)), ["pvc"] * 1000),
    ],
)
def test_every_ordinal_is_shown(options: str, ordinals: list[int], names: list[str]) -> None:
    size = "" if "--volume" in options else "--storage 1Gi"
    command = f"web --nfs-server nfs.example.com {size} {options}"
    (one,) = shown(command)
    assert [each["ordinal"] for each in one["pods"]] == ordinals
    found = [claim for pod in one["pods"] for claim in pod["claims"]]
    assert [each["template"] for each in found] == names
    table = sfsgen(f"show {command}").out.splitlines()
    assert len(table) == len(names) + 1


def test_values_are_those_of_what_is_rendered() -> None:
    objects = rendered(f"{WEB} -n shop --nfs-path /srv --access-mode RWO --mount-option hard")
    volumes = {each["metadata"]["name"]: each for each in objects if "capacity" in each["spec"]}
    for each in _claims(f"{WEB} -n shop --nfs-path /srv --access-mode RWO --mount-option hard"):
        spec = volumes[each["volume"]]["spec"]
        assert each["size"] == spec["capacity"]["storage"]
        assert (each["server"], each["path"]) == (spec["nfs"]["server"], spec["nfs"]["path"])
        assert each["accessModes"] == spec["accessModes"]
        assert each["mountOptions"] == spec["mountOptions"]
        assert each["claim"] == spec["claimRef"]["name"]


def test_a_tree_holds_what_the_table_holds() -> None:
    tree = sfsgen(f"show -f {DUMP} --tree").out
    for each in _claims(f"-f {DUMP}"):
        for word in ("claim", "volume", "size", "path", "state"):
            assert each[word] in tree


NO_CLAIMS = """
kind: StatefulSet
apiVersion: apps/v1
metadata: {name: a}
spec:
  replicas: 2
  serviceName: a
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: d}]}}
"""


def test_a_set_without_claim_templates_has_pods() -> None:
    assert lines(sfsgen("show -f -", NO_CLAIMS).out) == [
        "POD   DNS NAME",
        "a-0   a-0.a.default.svc.cluster.local",
        "a-1   a-1.a.default.svc.cluster.local",
    ]
    assert lines(sfsgen("show -f - --tree", NO_CLAIMS).out) == [
        "statefulset/a   namespace default   2 replicas",
        "├─ service/a   a.default.svc.cluster.local   not found",
        "├─ pod/a-0   a-0.a.default.svc.cluster.local",
        "└─ pod/a-1   a-1.a.default.svc.cluster.local",
    ]
    for output in ("json", "svg"):
        assert "a-1.a.default.svc.cluster.local" in sfsgen(f"show -f - -o {output}", NO_CLAIMS).out
    assert sfsgen("show -f - -o paths", NO_CLAIMS).out == ""


def test_names_are_those_that_render_prints() -> None:
    assert sfsgen(f"show {WEB} -o name").out == sfsgen(f"render {WEB} -o name").out


def test_yaml_says_what_json_says() -> None:
    assert yaml.safe_load(sfsgen(f"show -f {DUMP} -o yaml").out) == json.loads(
        sfsgen(f"show -f {DUMP} -o json").out
    )


def test_an_address_of_a_server_stands_in_brackets() -> None:
    shown = sfsgen("show web -r 1 --nfs-server fd00::1 --storage 1Gi -o paths")
    assert shown.out == "[fd00::1]:/exports/pv-web-0\n"


def test_directories_are_shown_once() -> None:
    command = f"show {WEB} --shared-directory -o paths"
    assert sfsgen(command).out == "nfs.example.com:/exports\n"


_RELEASED = [("Bound", []), ("Pending, volume Released", ["released"]), ("Bound", [])]


@pytest.mark.parametrize(
    ("example", "found"),
    [
        ("show-dump/dump.yaml", _RELEASED),
        (
            "recover-lost-volume-gone/dump.yaml",
            [("Bound", []), ("Lost", ["lost"])],
        ),
        ("recover-claim-terminating/dump.yaml", [("Bound", []), ("Terminating", ["terminating"])]),
        (
            "recover-released-claim-gone/dump.yaml",
            [("Bound", []), ("no claim, volume Released", ["released"])],
        ),
        (
            "recover-crossed-exchanged/dump.yaml",
            [("Bound", ["crossed"]), ("Bound", ["crossed"])],
        ),
    ],
)
def test_states_and_rules(example: str, found: list[tuple[str, list[str]]]) -> None:
    claims = _claims(f"-f {EXAMPLES / example}")
    assert [(each["state"], each["rules"]) for each in claims] == found


def test_what_is_found_is_what_check_finds() -> None:
    (one,) = shown(f"-f {DUMP}")
    found = json.loads(sfsgen(f"check -f {DUMP} -o json").out)["findings"]
    expected = {(each["rule"], each["fix"]) for each in found} - {
        (each["rule"], each["fix"]) for each in found if each["rule"] == "dump"
    }
    assert {(each["rule"], each["fix"]) for each in one["findings"]} == expected


@pytest.mark.parametrize("view", ["", "--tree", "-o wide"])
def test_what_is_wrong_stands_below_in_a_pipe(view: str) -> None:
    """All that `check` counts, of ordinals and of whole sets, each once."""
    made = sfsgen(f"render {WEB} --only sts").out
    for arguments, stdin in ((f"-f {DUMP}", ""), ("-f -", made)):
        result = sfsgen(f"show {arguments} {view}", stdin)
        below = result.out.partition("\n\n")[2].splitlines()
        found = json.loads(sfsgen(f"check {arguments} -o json", stdin).out)["findings"]
        assert sorted(below) == sorted(
            f"{each['severity']}: {each['what']} ({each['rule']})"
            for each in found
            if each["rule"] != "dump"
        )


def _crossing_namespaces() -> str:
    """Return two sets, of which q's claims name the volumes that are p's, as kustomize does it."""
    p = list(yaml.safe_load_all(sfsgen(f"render {WEB} -n p").out))
    q = list(yaml.safe_load_all(sfsgen(f"render {WEB} -n q").out))
    objects = p + [each for each in q if each["kind"] != "PersistentVolume"]
    return yaml.safe_dump_all(objects)


def test_a_finding_belongs_to_the_set_that_it_is_about() -> None:
    made = _crossing_namespaces()
    sets = {each["namespace"]: each for each in shown("-f -", made)}
    assert [each["findings"] for each in sets.values()] == [[], sets["q"]["findings"]]
    rules = [
        claim["rules"] for one in sets.values() for pod in one["pods"] for claim in pod["claims"]
    ]
    assert rules == [[]] * 3 + [["claim-ref"]] * 3
    result = sfsgen("show -f -", made)
    assert "sfsgen: 1 error: " in result.err
    assert "error: q/web: the claim q/pvc-web-0 names pv-web-0" in result.out
    assert sfsgen("check -f -", made).err.startswith("sfsgen: 1 error in ")
    assert sfsgen("show -f - -n p", made).err == ""


def test_what_is_wrong_with_two_sets_is_counted_once() -> None:
    options = "--volume-name {namespace}-{ordinal} --nfs-path /a/{ordinal}"
    made = "".join(f"---\n{sfsgen(f'render {WEB} -n {each} {options}').out}" for each in "pq")
    counted = sfsgen("check -f -", made).err.partition(" in ")[0]
    assert sfsgen("show -f -", made).err.startswith(f"{counted}: ")


def test_stdin_is_not_read_again() -> None:
    advice = sfsgen("show -f -", sfsgen(f"render {WEB} --only sts").out).err
    assert "-o html or `sfsgen check` of the same input says" in advice


def test_an_ordinal_without_a_volume_bears_the_rule_of_its_set() -> None:
    made = list(yaml.safe_load_all(sfsgen(f"render {WEB}").out))
    gone = [each for each in made if each["metadata"]["name"] not in ("pv-web-1", "pvc-web-1")]
    claims = _claims("-f -", yaml.safe_dump_all(gone))
    assert [each["rules"] for each in claims] == [[], ["missing-volume"], []]
    assert [each["state"] for each in claims] == ["", "no claim", ""]


def test_claims_of_former_replicas_are_shown() -> None:
    made = sfsgen(f"render {WEB}").out.replace("replicas: 3", "replicas: 1")
    (one,) = shown("-f -", made)
    assert [(each["name"], each["isReplica"]) for each in one["pods"]] == [
        ("web-0", True),
        ("web-1", False),
        ("web-2", False),
    ]
    # Who wants peers does not want those.
    assert sfsgen("show -f - --peers {pod}", made).out == "web-0\n"


# What is wrong with a command line.


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (f"{WEB} -o xml", '"xml" is no format'),
        (f"{WEB} --peers raft", "no list of peers"),
        (f"{WEB} --peers '{{podname}}'", "{podname} is not a placeholder; there are {namespace}"),
        (f"{WEB} --peers '{{port:peer}}'", "{port:peer} is not a placeholder"),
        (f"{WEB} --peers '{{pod'", "{ is not a placeholder"),
        (f"a b {WEB.partition(' ')[2]}", "options ask for one set, and 2 names"),
        (WEB.partition(" ")[2], "name it: sfsgen show web"),
        (f"{WEB.partition(' ')[2]} -- ../x", "--storage 1Gi -f ../x"),
        (f"{WEB} --cluster-domain a_b", "is no domain"),
        (f"{WEB} --tree -o json", "-o json is another view"),
        (f"{WEB} --tree --peers dns", "--peers is another view"),
        (f"{WEB} -A -n shop", "cannot both be meant"),
        (f"{WEB} -A", "it is for a live cluster"),
        ("web -r 3 --nfs-server nfs.example.com", "the storage size is missing"),
        (f"-f {DUMP} --storage 1Gi", "what exists is shown as it is"),
        (f"-f {DUMP} -f -", "it holds values, and others hold manifests"),
        (f"other -f {DUMP}", 'there is no StatefulSet "other"'),
        (f"-f {DUMP} -n other", 'no StatefulSet in the namespace "other"'),
        ("-f /nowhere.yaml", "No such file"),
        ("web -r 20000 --nfs-server nfs --storage 1Gi", "20,000 ordinals would be shown"),
    ],
)
def test_what_cannot_be_shown_is_told(command: str, told: str) -> None:
    result = sfsgen(f"show {command}", VALUES)
    assert (result.status, result.out) == (2, "")
    assert told in result.err


def test_very_many_ordinals_of_what_exists_are_refused_before_they_are_looked_at() -> None:
    made = sfsgen(f"render {WEB}").out.replace("replicas: 3", "replicas: 2000000000")
    result = sfsgen("show -f -", made)
    assert (result.status, result.out) == (2, "")
    assert "2,000,000,000 ordinals would be shown" in result.err


def test_what_cannot_be_read_is_told_at_once() -> None:
    broken = sfsgen(f"render {WEB}").out + "---\nkind: Service\napiVersion: v1\nmetadata: []\n"
    result = sfsgen("show -f -", broken)
    assert (result.status, result.out) == (2, "")
    assert "metadata is a list" in result.err


def test_sets_of_several_namespaces_are_told_apart(tmp_path: Path) -> None:
    for each in ("a", "b"):
        (tmp_path / f"{each}.yaml").write_text(sfsgen(f"render {WEB} -n {each}").out)
    head, *rows = lines(sfsgen(f"show -f {tmp_path}").out)
    assert head.startswith("NAMESPACE   POD ")
    assert [each.split()[:2] for each in rows] == [
        [namespace, f"web-{number}"] for namespace in "ab" for number in range(3)
    ]
    assert {each["namespace"] for each in shown(f"-f {tmp_path} -n b")} == {"b"}


def test_variants_are_shown_each_with_its_folder(tmp_path: Path) -> None:
    for each in ("dev", "prod"):
        (tmp_path / each).mkdir()
        (tmp_path / each / "web.yaml").write_text(sfsgen(f"render {WEB} --nfs-path /{each}").out)
    sets = shown(f"-f {tmp_path}")
    folders = [Path(each["folder"]).name for each in sets]
    assert folders == ["dev", "prod"]
    places = [each["pods"][0]["claims"][0]["path"] for each in sets]
    assert places == ["/dev/pv-web-0", "/prod/pv-web-0"]
