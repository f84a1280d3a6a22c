"""What `recover` plans for each state: the steps that were measured, and no others."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults import Shape, faults
from tests.plans import dump
from tests.program import findings, sfsgen, written

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parents[1] / "examples"
_FORGET, _RESERVE = "json-patch volume", "patch volume"
_KEEP, _BIND = "patch volume", "annotate claim"
_STOP = ["delete set", "delete pod"]
_SHORT = {
    "PersistentVolume": "volume",
    "PersistentVolumeClaim": "claim",
    "StatefulSet": "set",
    "Pod": "pod",
    "Service": "service",
}


def steps(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the verbs and kinds of the steps of the plans of a command."""
    monkeypatch.chdir(folder)
    words = [each for each in command.split()[1:] if each not in ("-o", "sh", "yaml", "json")]
    result = sfsgen([*words, "-o", "json"])
    found = json.loads(result.out)["plans"] if result.out else []
    return [
        f"{step['verb']} {_SHORT[step['kind']]}" if (step := action["step"]) else "wait"
        for plan in found
        for phase in plan["phases"]
        for action in phase["actions"]
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("healthy", []),
        ("not-understood", []),
        ("two-writers", []),
        ("set-gone", [_FORGET]),
        ("taken-over", ["wait"] * 2),
        ("released-claim-gone", [_FORGET, "create claim"]),
        ("released-claim-made-anew", [_FORGET]),
        ("failed", [_FORGET]),
        ("lost-reserved-by-name", [_BIND]),
        ("lost-other-uid", [_FORGET]),
        ("lost-volume-gone", ["create volume", _BIND]),
        ("lost-from-an-old-dump", ["create volume", _BIND]),
        ("volume-terminating", ["patch volume", "create volume", _BIND]),
        ("default-class", [_RESERVE] * 2),
        ("claim-terminating", [*_STOP, "wait", _FORGET, "create claim", "create set"]),
        (
            "claim-terminating-all-at-once",
            ["patch set", "wait", _FORGET, "create claim", "patch set"],
        ),
        (
            "disk-of-a-provisioner",
            [_KEEP, *_STOP, "delete claim", _FORGET, "create claim", "create set"],
        ),
        ("crossed-kept", []),
        (
            "crossed-exchanged",
            [
                *_STOP,
                "delete pod",
                *["delete claim"] * 2,
                *["annotate volume"] * 4,
                *[_FORGET] * 2,
                *["create claim"] * 2,
                "create set",
            ],
        ),
        ("rebuilt-unstripped", [_FORGET] * 2),
        (
            "rebuilt",
            [*["create volume"] * 2, *["create claim"] * 2, "create service", "create set"],
        ),
    ],
)
def test_the_steps_of_a_state(
    state: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = EXAMPLES / f"recover-{state}"
    assert steps((folder / "command").read_text(), folder, monkeypatch) == expected


def test_each_state_has_its_steps_here() -> None:
    text = Path(__file__).read_text()
    forms = {"released-script", "released-json", "released-objects", "claim-terminating-script"}
    states = {each.name.removeprefix("recover-") for each in EXAMPLES.glob("recover-*")}
    assert [each for each in sorted(states - forms) if f'"{each}"' not in text] == []


def test_what_is_rebuilt_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / "recover-rebuilt")
    made = sfsgen("recover w -f new.yaml --old old.yaml -o yaml")
    objects = list(yaml.safe_load_all(made.out))
    kinds = list(dict.fromkeys(each["kind"] for each in objects))
    assert kinds == ["Service", "PersistentVolume", "PersistentVolumeClaim", "StatefulSet"]
    for each in objects:
        assert not {"uid", "resourceVersion", "finalizers"} & each["metadata"].keys()
        assert "status" not in each
    assert not findings("-f", "-", stdin=made.out)


def test_a_healthy_set_says_so_on_stderr() -> None:
    result = sfsgen(f"recover web -f {EXAMPLES / 'recover-healthy/dump.yaml'}")
    assert (result.status, result.out) == (0, "")
    assert "nothing is to be done: default/web has its volumes" in result.err


@pytest.mark.parametrize("form", ["words", "sh", "yaml", "json"])
def test_what_is_not_understood_prints_nothing(form: str) -> None:
    dump_file = EXAMPLES / "recover-not-understood/dump.yaml"
    result = sfsgen(f"recover web -f {dump_file} -o {form}")
    assert (result.status, result.out) == (1, "")
    assert "ordinal 0: pvc-web-0 is Lost" in result.err


def test_another_form_is_refused() -> None:
    result = sfsgen(f"recover -f {EXAMPLES / 'recover-healthy/dump.yaml'} -o text")
    assert (result.status, result.out) == (2, "")
    assert '--output: error: "text" is no format' in result.err


def test_several_sets_have_a_plan_each() -> None:
    names = ["recover-released-claim-gone", "recover-claim-terminating"]
    files = [EXAMPLES / name / "dump.yaml" for name in names]
    words = [word for each in files for word in ("-f", str(each))]
    result = sfsgen(["recover", *words, "-o", "json"])
    sets = [each["set"]["name"] for each in json.loads(result.out)["plans"]]
    assert sorted(sets) == ["w", "web"]


def _volumes(change: Callable[[dict[str, object]], object]) -> str:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    for each in broken.cluster.of_kind("PersistentVolume"):
        change(each["spec"])
    return dump(broken.cluster)


@pytest.mark.parametrize("policy", ["Delete", "Recycle"])
def test_files_are_kept_before_anything_else(policy: str) -> None:
    text = _volumes(lambda spec: spec.update(persistentVolumeReclaimPolicy=policy))
    (plan,) = json.loads(sfsgen("recover -f - -o json", text).out)["plans"]
    first = plan["phases"][0]["actions"][0]["step"]
    assert first["value"] == {"spec": {"persistentVolumeReclaimPolicy": "Retain"}}
    deletions = [
        action
        for action in plan["phases"][0]["actions"]
        if action["step"] and action["step"]["kind"] == "PersistentVolumeClaim"
    ]
    for each in deletions:
        if each["step"]["verb"] == "delete":
            assert any(must["value"] == "Retain" for must in each["must"])


def objects_of(state: str, file: str = "dump.yaml") -> list[dict[str, Any]]:
    """Return the objects of an example's dump."""
    found = yaml.safe_load_all((EXAMPLES / f"recover-{state}" / file).read_text())
    return [each for one in found for each in one.get("items", [one])]


def _neighbour(
    claim: str, path: str, server: str = "nfs.example.com", **changes: object
) -> list[dict[str, object]]:
    """Return a pair of another namespace, bound, whose volume lies in a directory."""
    uid = "00000000-0000-4000-8000-0000000000bb"
    reference = {"kind": "PersistentVolumeClaim", "namespace": "z", "name": claim, "uid": uid}
    common = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    volume = {
        "capacity": {"storage": "1Gi"},
        "claimRef": reference,
        "nfs": {"server": server, "path": path},
        "persistentVolumeReclaimPolicy": "Retain",
        **common,
        **changes,
    }
    asked = {"volumeName": "other", "resources": {"requests": {"storage": "1Gi"}}, **common}
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "other", "uid": "00000000-0000-4000-8000-0000000000aa"},
            "spec": volume,
            "status": {"phase": "Bound"},
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"namespace": "z", "name": claim, "uid": uid},
            "spec": asked,
            "status": {"phase": "Bound"},
        },
    ]


@pytest.mark.parametrize(
    ("state", "options"),
    [
        ("released-claim-gone", ""),
        ("released-claim-made-anew", ""),
        ("lost-volume-gone", ""),
        ("lost-other-uid", ""),
        ("disk-of-a-provisioner", ""),
        ("lost-from-an-old-dump", "--old {folder}/old.yaml"),
    ],
)
@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}/below", "parent"])
def test_no_directory_gets_two_writers(state: str, options: str, spelling: str) -> None:
    folder = EXAMPLES / f"recover-{state}"
    (dump_file,) = [each for each in folder.glob("*.yaml") if each.name != "old.yaml"]
    found = objects_of(state, dump_file.name)
    words = ["recover", *options.format(folder=folder).split(), "-o", "json", "-f"]
    known = json.loads(sfsgen([*words, str(dump_file)]).out)["plans"][0]["phases"]
    name = next(
        each["value"]
        for phase in known
        for each in phase["goal"]
        if each["path"] == ["spec", "volumeName"]
    )
    server, top = ("nfs", "/e") if "disk" in state else ("nfs.example.com", "/exports")
    path = f"{top}/{name}"
    path = path.rpartition("/")[0] if spelling == "parent" else spelling.format(path)
    text = yaml.safe_dump_all([*found, *_neighbour("theirs", path, server)])
    result = sfsgen([*words, "-"], text)
    assert (result.status, result.out) == (1, ""), result.out
    assert "two would write there" in result.err or "would lie in " in result.err


def test_who_only_reads_may_have_the_directory_too() -> None:
    found = objects_of("released-claim-made-anew")
    pair = _neighbour("theirs", "/exports/pv-web-1", mountOptions=["ro"])
    result = sfsgen("recover web -f -", yaml.safe_dump_all([*found, *pair]))
    assert (result.status, result.out[:8]) == (0, "shop/web"), result.err


def test_what_is_made_again_has_no_owner_of_before() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "w", "uid": "gone"}
    for state, options in (("claim-terminating", ""), ("rebuilt", "old")):
        folder = EXAMPLES / f"recover-{state}"
        objects = objects_of(state, "old.yaml" if options else "dump.yaml")
        for each in objects:
            each["metadata"]["ownerReferences"] = [owner]
        text = yaml.safe_dump_all(objects)
        words = ["-f", str(folder / "new.yaml"), "--old", "-"] if options else ["-f", "-"]
        made = list(yaml.safe_load_all(sfsgen(["recover", "w", *words, "-o", "yaml"], text).out))
        owned = {each["kind"] for each in made if "ownerReferences" in each["metadata"]}
        assert owned == (set() if options else {"StatefulSet"})


@pytest.mark.parametrize(
    ("metadata", "who"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "a:apps/StatefulSet:p/w"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "Flux's Kustomization apps"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "w"}}, "Flux's HelmRelease w"),
        (
            {"ownerReferences": [{"kind": "Prometheus", "name": "k8s", "controller": True}]},
            "the Prometheus k8s",
        ),
    ],
)
def test_who_may_make_a_set_again_is_named(metadata: dict[str, object], who: str) -> None:
    found = objects_of("claim-terminating")
    (stateful_set,) = (each for each in found if each["kind"] == "StatefulSet")
    stateful_set["metadata"].update(metadata)
    result = sfsgen("recover w -f -", yaml.safe_dump_all(found))
    assert f"note: {who} manages the set w, and may make it again" in result.out


def test_one_set_that_is_not_understood_does_not_hold_others_back() -> None:
    files = [
        EXAMPLES / f"recover-{each}/dump.yaml" for each in ("not-understood", "claim-terminating")
    ]
    words = [word for each in files for word in ("-f", str(each))]
    result = sfsgen(["recover", *words, "-o", "json"])
    assert result.status == 1
    assert [each["set"]["name"] for each in json.loads(result.out)["plans"]] == ["w"]
    assert "no step is printed for shop/web" in result.err


@pytest.mark.parametrize("words", ["--old v.yaml -f now.yaml", "-f now.yaml --old=v.yaml"])
def test_a_values_file_is_rendered_in_the_place_of_the_old_dump(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = sfsgen("render web -r 1 --nfs-server nfs.example.com --storage 1Gi").out
    written({"now.yaml": manifests, "v.yaml": sfsgen("init").out}, tmp_path)
    monkeypatch.chdir(tmp_path)
    told = sfsgen(f"recover web {words}").err
    fix = "`sfsgen render -f v.yaml | sfsgen recover web -f now.yaml --old -`"
    assert told.count(f"fix: {fix}\n") == 2


def test_a_set_that_is_gone_is_known_by_its_claims() -> None:
    found = objects_of("released-claim-made-anew")
    text = yaml.safe_dump_all(each for each in found if each["kind"] != "StatefulSet")
    (plan,) = json.loads(sfsgen("recover web -f - -o json", text).out)["plans"]
    assert [each["step"]["verb"] for each in plan["phases"][0]["actions"]] == ["json-patch"]
    assert "the set web is not there" in plan["notes"][0]
    nobody = sfsgen("recover shop -f -", text)
    assert (nobody.status, nobody.out) == (2, "")
