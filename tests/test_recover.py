"""What `recover` plans for each state: the steps that were measured, and no others."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.faults import Shape, faults
from tests.plans import dump
from tests.program import findings, sfsgen

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
                *[_FORGET] * 2,
                "wait",
                *["create claim"] * 2,
                "create set",
            ],
        ),
        ("rebuilt-unstripped", [_FORGET] * 2),
        ("rebuilt", [*["create volume", "create claim"] * 2, "create service", "create set"]),
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
