"""What `recover` leaves to the owner of a set, because any step might cost data."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import sfsgen
from tests.stored_objects import (
    EARLIER,
    annotated,
    claim,
    dumped,
    labelled,
    pair,
    stateful_set,
    terminating,
    volume,
)

pytestmark = pytest.mark.without_libraries


def _released(name: str, reserved: str = "pvc-web-1", **given: Any) -> dict[str, Any]:
    return volume(name, reserved, "Released", EARLIER, **given)


def _crossed(**sources: Any) -> list[dict[str, Any]]:
    """Return two bound ordinals that have one another's volumes."""
    return [
        *(claim(f"pvc-web-{each}", f"pv-web-{1 - each}") for each in (0, 1)),
        *(
            volume(
                f"pv-web-{each}",
                f"pvc-web-{1 - each}",
                **{key: value(each) for key, value in sources.items()},
            )
            for each in (0, 1)
        ),
    ]


_SELECTS: dict[str, Any] = {"selector": {"matchLabels": {"app": "web"}}}

REFUSED: dict[str, tuple[list[Any], str]] = {
    "a path that was copied": (
        [
            stateful_set(),
            pair(0),
            claim("pvc-web-1", "pv-web-1", "Lost"),
            volume("pv-web-1", "pvc-web-1", "Available", "", "/exports/pv-web-0"),
        ],
        "two would write there",
    ),
    "a Released volume with a path that was copied": (
        [
            stateful_set(),
            pair(0),
            claim("pvc-web-1", phase="Pending"),
            _released("pv-web-1", path="/exports/pv-web-0"),
        ],
        "two would write there",
    ),
    "two claims that are made again in one directory": (
        [
            stateful_set(replicas=3),
            pair(2),
            *(
                claim(
                    f"pvc-web-{each}",
                    phase="Pending",
                    resources={"requests": {"storage": "5Gi"}},
                )
                for each in (0, 1)
            ),
            *(
                volume(f"pv-web-{each}", f"pvc-web-{each}", "Available", "", "/exports/one")
                for each in (0, 1)
            ),
        ],
        "two would write there",
    ),
    "a Lost claim of another set, whose pods may write": (
        [
            stateful_set(replicas=1),
            claim("pvc-web-0", "pv-web-0", "Lost"),
            claim("q/pvc-web-0", "pv-web-0", "Lost"),
            volume("pv-web-0", "pvc-web-0", "Available", ""),
        ],
        "the claim q/pvc-web-0 has or had pv-web-0, too",
    ),
    "one disk of two volumes": (
        [
            stateful_set(),
            pair(0, csi={"driver": "d.example.com", "volumeHandle": "one"}),
            claim("pvc-web-1", phase="Pending"),
            _released("pv-web-1", csi={"driver": "d.example.com", "volumeHandle": "one"}),
        ],
        "pv-web-1 is on what pv-web-0 is on",
    ),
    "a volume of another set, which a copied claim names": (
        [
            stateful_set("api", 1),
            claim("pvc-api-0", "pv-web-0", "Pending"),
            stateful_set("web", 0),
            volume("pv-web-0", "pvc-web-0", "Available", ""),
        ],
        "pv-web-0 is reserved for shop/pvc-web-0",
    ),
    "the same of a Lost claim": (
        [
            stateful_set("api", 1),
            claim("pvc-api-0", "pv-web-0", "Lost"),
            stateful_set("web", 0),
            volume("pv-web-0", "pvc-web-0", "Available", ""),
        ],
        "pv-web-0 is reserved for shop/pvc-web-0",
    ),
    "several volumes of earlier claims": (
        [
            stateful_set(),
            pair(0),
            claim("pvc-web-1", phase="Pending"),
            _released("old", path="/exports/old"),
            _released("older", path="/exports/older"),
        ],
        "several volumes are reserved for pvc-web-1: old (Released, nfs.example.com:/exports/old, ",
    ),
    "a selector that fits several": (
        [
            stateful_set(replicas=1, template=_SELECTS),
            claim("pvc-web-0", phase="Pending", **_SELECTS),
            *(labelled(volume(each, phase="Available"), app="web") for each in ("a", "b")),
        ],
        "the selector of pvc-web-0 fits several volumes: a (",
    ),
    "a device and a directory": (
        [
            stateful_set(replicas=1, template={"volumeMode": "Block"}),
            claim("pvc-web-0", phase="Pending", volumeMode="Block"),
            volume("pv-web-0", "pvc-web-0", "Available", ""),
        ],
        "pvc-web-0 asks for the volumeMode Block, and pv-web-0 has Filesystem",
    ),
    "a claim of two sets": (
        [
            stateful_set("b", 1, ("a-x",)),
            stateful_set("x-b", 1, ("a",)),
            terminating(claim("a-x-b-0", "pv-0")),
            volume("pv-0", "a-x-b-0"),
        ],
        "the sets b and x-b look for a-x-b-0",
    ),
    "data that is being exchanged": (
        [
            stateful_set(),
            pair(0),
            annotated(_released("pv-web-1"), sfsgen__exchange="begun-0123456789abcdef"),
        ],
        "the data of pv-web-1 was being exchanged: run that script again",
    ),
}


@pytest.mark.parametrize("state", REFUSED)
def test_what_only_the_owner_can_say(state: str) -> None:
    found, why = REFUSED[state]
    name = found[0]["metadata"]["name"]
    result = sfsgen(["recover", name, "-n", "shop", "-f", "-"], dumped(*found))
    assert (result.status, result.out) == (1, "")
    assert why in result.err


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        (
            {"csi": lambda each: {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{each}"}},
            "nothing shows where the data of pv-web-1 lies",
        ),
        (
            {"hostPath": lambda each: {"path": f"/data/{each}"}},
            "nothing shows where the data of pv-web-1 lies",
        ),
        ({"path": lambda each: f"/e{'/below' * each}"}, "lie inside each other"),
        ({"path": lambda each: f"/{'below' * each}"}, "lie inside each other"),
    ],
)
def test_data_that_nobody_can_move_is_not_exchanged(sources: dict[str, Any], why: str) -> None:
    text = dumped(stateful_set(), _crossed(**sources))
    result = sfsgen("recover web --exchange -f -", text)
    assert (result.status, result.out) == (1, "")
    assert why in result.err


def test_paths_that_end_in_a_slash_are_moved_all_the_same() -> None:
    text = dumped(stateful_set(), _crossed(path=lambda each: f"/e/{each}/"))
    result = sfsgen("recover web --exchange -f -", text)
    assert "mv -T -- /e/1 /e/0.moved && mv -T -- /e/0 /e/1.moved" in result.out


def _with_old(now: str, before: str, folder: Path) -> tuple[int, list[Any], str]:
    old = folder / "old.yaml"
    old.write_text(before)
    result = sfsgen(["recover", "-f", "-", "--old", str(old), "-o", "json"], now)
    return result.status, json.loads(result.out)["plans"] if result.out else [], result.err


def test_a_dump_of_before_says_which_of_several_volumes_it_was(tmp_path: Path) -> None:
    volumes = [_released("old", path="/exports/old"), _released("older", path="/exports/older")]
    now = dumped(stateful_set(), pair(0), claim("pvc-web-1", phase="Pending"), volumes)
    before = dumped(
        stateful_set(), pair(0), claim("pvc-web-1", "older"), volume("older", "pvc-web-1")
    )
    status, (plan,), _ = _with_old(now, before, tmp_path)
    assert status == 0
    steps = [action["step"]["name"] for phase in plan["phases"] for action in phase["actions"]]
    assert steps == ["older"]


def test_a_dump_of_before_outweighs_names(tmp_path: Path) -> None:
    """Volumes that nobody reserved say nothing; what they were bound to does."""
    claims = [claim(f"pvc-web-{each}", phase="Pending") for each in (0, 1)]
    free = [volume(f"pv-web-{each}", phase="Available") for each in (0, 1)]
    status, (plan,), _ = _with_old(
        dumped(stateful_set(), claims, free), dumped(stateful_set(), _crossed()), tmp_path
    )
    assert status == 0
    reserved = {
        action["step"]["name"]: action["step"]["value"]["spec"]["claimRef"]["name"]
        for phase in plan["phases"]
        for action in phase["actions"]
    }
    assert reserved == {"pv-web-0": "pvc-web-1", "pv-web-1": "pvc-web-0"}


def test_two_sets_of_one_dump_meet_in_no_directory(tmp_path: Path) -> None:
    before = dumped(
        stateful_set("web", 1),
        stateful_set("api", 1),
        pair(0),
        pair(0, "api", path="/exports/pv-web-0"),
    )
    status, plans, err = _with_old(dumped(), before, tmp_path)
    assert (status, plans) == (1, [])
    assert "two would write there" in err


@pytest.mark.parametrize("name", ["pv-web-1", "other"])
def test_data_that_an_earlier_claim_left_is_named(name: str) -> None:
    """The claim is bound to a new, empty volume, and nothing is wrong with that."""
    found = [claim("pvc-web-1", "new"), volume("new", "pvc-web-1"), _released(name)]
    result = sfsgen("recover web -f -", dumped(stateful_set(), pair(0), *found))
    assert result.status == 0
    assert f"note: {name}, on nfs.example.com:/exports/{name}, is Released" in result.out


def test_a_claim_that_is_larger_than_its_new_volume_is_made_for_it(tmp_path: Path) -> None:
    larger: dict[str, Any] = {"resources": {"requests": {"storage": "5Gi"}}}
    now = dumped(stateful_set(), pair(0), claim("pvc-web-1", phase="Pending", **larger))
    status, (plan,), _ = _with_old(now, dumped(stateful_set(), pair(0), pair(1)), tmp_path)
    assert status == 0
    verbs = [
        action["step"] and f"{action['step']['verb']} {action['step']['kind']}"
        for phase in plan["phases"]
        for action in phase["actions"]
    ]
    assert verbs[-4:] == [
        "delete PersistentVolumeClaim",
        "create PersistentVolume",
        "create PersistentVolumeClaim",
        "create StatefulSet",
    ]


def test_a_recycled_volume_is_at_risk() -> None:
    recycled = _released("pv-web-1", persistentVolumeReclaimPolicy="Recycle")
    found: list[Any] = [stateful_set(), pair(0), claim("pvc-web-1", phase="Pending"), recycled]
    result = sfsgen("recover web -f -", dumped(*found))
    assert "at risk: pv-web-1 is Released with the policy Recycle: its files may be going now" in (
        result.out
    )


def test_check_knows_what_a_half_done_adoption_is() -> None:
    """Its volumes lie in one directory on purpose, until the older ones go."""
    older = volume("pvc-0001", "pvc-web-0", path="/exports/a")
    newer = volume("pv-web-0", "pvc-web-0", "Available", "", "/exports/a")
    found = [stateful_set(replicas=1), claim("pvc-web-0", "pvc-0001"), older, newer]
    result = sfsgen("check -f - -o json", dumped(*found))
    told = {each["rule"]: each["fix"] for each in json.loads(result.out)["findings"]}
    for rule in ("two-volumes", "shared-directory"):
        assert told[rule] == "see whether `sfsgen adopt web` was stopped halfway: it goes on", told
