"""What `move` plans brings each ordinal to its new place with its data, killed anywhere or not.

`SFSGEN_SETS=5000 pytest tests/test_move_works.py -k not_whole` looks at so many broken sets.
"""

import contextlib
import json
import os
import random
from typing import Any

import pytest

from sfsgen.kubernetes.server_filled import own
from tests.cluster import Cluster, Refused
from tests.faults import (
    NAME,
    SPACE,
    Broken,
    Shape,
    add_rivals,
    any_shape,
    broken_set,
    healthy_set,
)
from tests.kinds import CLAIM, POD, STATEFUL_SET, VOLUME
from tests.owner import Owner
from tests.plans import Killed, Surprise, carry_out, dump, plans
from tests.program import Result, findings, sfsgen

_SETS = int(os.environ.get("SFSGEN_SETS", "40"))
pytestmark = pytest.mark.without_libraries

MOVES = {
    "server": ["--nfs-server", "nas2"],
    "server of each ordinal": ["--nfs-server", "nas-{ordinal}"],
    "path": ["--nfs-path", "/srv/{namespace}/{volume}"],
    "path by ordinal": ["--nfs-path", "/srv/{template}/{ordinal}"],
    "server and path": ["--nfs-server", "nas2", "--nfs-path", "/srv/{claim}"],
    "alias": ["--nfs-server", "nfs.example.com", "--same-data"],
    "driver": ["--driver", "csi"],
    "driver and server": ["--driver", "csi", "--nfs-server", "nas2"],
    "size": ["--storage", "5Gi"],
    "smaller": ["--storage", "512Mi"],
    "modes": ["--access-mode", "RWO", "--access-mode", "ROX"],
    "mount options": ["--mount-option", "nfsvers=4.1", "--mount-option", "hard"],
    "policy": ["--reclaim-policy", "Delete"],
    "all": ["--nfs-server", "nas2", "--storage", "5Gi", "--access-mode", "RWO"],
    "much": ["--nfs-path", "/srv", "--storage", "5Gi", "--mount-option", "hard"],
}


def move(cluster: Cluster, *options: str) -> Result:
    """Run `move -o json` on what a cluster holds."""
    words = ["move", NAME, "-n", SPACE, "-o", "json", "-f", "-", *options]
    return sfsgen(words, dump(cluster))


def plan_of(cluster: Cluster, *options: str) -> dict[str, Any]:
    """Return the plan of a move."""
    result = move(cluster, *options)
    assert not result.status, result.err
    (plan,) = plans(result)
    return plan


def a_set(seed: int, shape: Shape | None = None) -> Broken:
    """Return a healthy set of any shape."""
    chance = random.Random(seed)  # noqa: S311
    shape = shape or any_shape(chance)
    cluster, manifests = healthy_set(shape, chance if seed % 3 else None)
    cluster.excuse()
    return Broken(cluster, shape, (), manifests, frozenset())


def alias(cluster: Cluster, options: list[str]) -> None:
    """Let the data be found by another name of its server, too."""
    if "--same-data" in options:
        for (server, path), marks in list(cluster.nfs.directories.items()):
            assert server == "nfs"
            cluster.nfs.directories["nfs.example.com", path] = marks


def ends_well(broken: Broken, *options: str) -> None:
    """Assert that all is as it was asked for, and nothing is to be done any more."""
    cluster = broken.cluster
    cluster.settle()
    assert list(broken.wrong()) == []
    again = move(cluster, *options)
    assert (again.status, again.out) == (0, ""), again.out
    told = findings(NAME, "-n", SPACE, "-f", "-", stdin=dump(cluster))
    assert not [each for each in told if each["severity"] == "error"], told
    recovered = sfsgen(["recover", NAME, "-n", SPACE, "-f", "-"], dump(cluster))
    assert (recovered.status, recovered.out) == (0, "")


def carry_on(cluster: Cluster, plan: dict[str, Any], owner: Owner) -> None:
    """Carry out a plan; others act meanwhile, so that what stopped is run again."""
    try:
        carry_out(cluster, plan, owner)
    except Surprise:
        carry_out(cluster, plan, owner)


@pytest.mark.parametrize("how", [[], ["--all-at-once"]], ids=["one by one", "all at once"])
@pytest.mark.parametrize("name", MOVES)
def test_a_move_ends_well(name: str, how: list[str]) -> None:
    options = [*MOVES[name], *how]
    for seed in range(3):
        broken = a_set(seed)
        alias(broken.cluster, options)
        owner = Owner(broken.cluster.nfs)
        if broken.cluster.chance:
            add_rivals(broken.cluster, seed % 3)
        carry_on(broken.cluster, plan_of(broken.cluster, *options), owner)
        ends_well(broken, *options)


@pytest.mark.parametrize("how", [[], ["--all-at-once"]], ids=["one by one", "all at once"])
@pytest.mark.parametrize("name", MOVES)
def test_a_move_that_is_killed_and_run_again_ends_well(name: str, how: list[str]) -> None:
    options = [*MOVES[name], *how]
    chance = random.Random(name)  # noqa: S311
    for seed in range(10, 13):
        broken = a_set(seed)
        alias(broken.cluster, options)
        owner = Owner(broken.cluster.nfs)
        plan = plan_of(broken.cluster, *options)
        actions = sum(len(phase["actions"]) for phase in plan["phases"])
        for _ in range(4):
            try:
                carry_out(broken.cluster, plan, owner, chance.randint(1, actions + 1))
            except Killed:
                if chance.random() < 0.5:
                    broken.cluster.settle()
            except Surprise:
                broken.cluster.settle()
        carry_on(broken.cluster, plan, owner)
        ends_well(broken, *options)


@pytest.mark.parametrize("how", [[], ["--all-at-once"]], ids=["one by one", "all at once"])
@pytest.mark.parametrize("name", ["server", "path", "driver", "size", "all"])
def test_a_move_that_is_killed_after_any_action_ends_well(name: str, how: list[str]) -> None:
    options = [*MOVES[name], *how]
    actions = 0
    while True:
        actions += 1
        broken = a_set(0, Shape(2, 2))
        owner = Owner(broken.cluster.nfs)
        plan = plan_of(broken.cluster, *options)
        try:
            carry_out(broken.cluster, plan, owner, actions)
        except Killed:
            if actions % 2:
                broken.cluster.settle()
            carry_out(broken.cluster, plan, owner)
        else:
            break
        ends_well(broken, *options)
        # Twice is only asked for what is not in use yet: the first copy, and one last copy.
        assert len(owner.asked) <= len({*owner.asked}) + 2
    assert actions > 8


def pairs(cluster: Cluster) -> dict[tuple[str, str], Any]:
    """Return the claims, volumes and the set as their owner would write them."""
    kinds = (VOLUME, CLAIM, STATEFUL_SET)
    return {
        (kind, each["metadata"]["name"]): json.loads(json.dumps(own(each)))
        for kind in kinds
        for each in cluster.of_kind(kind)
    }


THERE_AND_BACK = {
    "server": ["--nfs-server", "nfs"],
    "path": ["--nfs-path", "/e"],
    "server and path": ["--nfs-server", "nfs", "--nfs-path", "/e"],
    "driver": ["--driver", "nfs"],
    "modes": ["--access-mode", "RWX"],
    "policy": ["--reclaim-policy", "Retain"],
}


@pytest.mark.parametrize("name", THERE_AND_BACK)
def test_there_and_back_is_the_identity(name: str) -> None:
    for seed in range(20, 23):
        broken = a_set(seed)
        owner = Owner(broken.cluster.nfs)
        before, homes = pairs(broken.cluster), broken.cluster.homes()
        carry_on(broken.cluster, plan_of(broken.cluster, *MOVES[name]), owner)
        broken.cluster.settle()
        assert name in ("driver", "modes", "policy") or broken.cluster.homes() != homes
        for place in [each for each in broken.cluster.nfs.directories if each[0] == "nfs"]:
            if MOVES[name][:2] == ["--nfs-server", "nas2"]:  # the owner has tidied up
                del broken.cluster.nfs.directories[place]
        carry_on(broken.cluster, plan_of(broken.cluster, *THERE_AND_BACK[name]), owner)
        broken.cluster.settle()
        assert pairs(broken.cluster) == before
        assert broken.cluster.homes() == homes
        assert list(broken.wrong()) == []


@pytest.mark.parametrize("name", ["server", "path", "path by ordinal", "size", "all"])
def test_scale_goes_on_as_it_was_moved(name: str) -> None:
    broken = a_set(0, Shape(2, 2))
    owner = Owner(broken.cluster.nfs)
    carry_on(broken.cluster, plan_of(broken.cluster, *MOVES[name]), owner)
    broken.cluster.settle()
    words = ["scale", NAME, "-r", "3", "-n", SPACE, "-f", "-", "-o", "json"]
    result = sfsgen(words, dump(broken.cluster))
    assert not result.status, result.err
    made = [each for each in json.loads(result.out)["items"] if each["kind"] == VOLUME]
    places = {(each["spec"]["nfs"]["server"], each["spec"]["nfs"]["path"]): each for each in made}
    homes = [broken.cluster.homes()[SPACE, f"{each}-{NAME}-1"] for each in ("data", "log")]
    expected = {(server, path.replace("1", "2")) for server, path in homes}
    assert set(places) == expected
    if "--storage" in MOVES[name]:
        assert {each["spec"]["capacity"]["storage"] for each in made} == {"5Gi"}


def test_ordinals_beyond_the_replicas_move_too() -> None:
    broken = a_set(0, Shape(3, 2))
    cluster, owner = broken.cluster, Owner(broken.cluster.nfs)
    cluster.scale(SPACE, NAME, 1)
    cluster.settle()
    carry_out(cluster, plan_of(cluster, *MOVES["all"]), owner)
    assert {server for server, _ in cluster.homes().values()} == {"nas2"}
    cluster.scale(SPACE, NAME, 3)
    ends_well(broken, *MOVES["all"])


def test_a_set_without_pods_moves() -> None:
    broken = a_set(0, Shape(2, 1))
    cluster, owner = broken.cluster, Owner(broken.cluster.nfs)
    cluster.scale(SPACE, NAME, 0)
    cluster.settle()
    plan = plan_of(cluster, *MOVES["all"])
    assert plan["stops"] == []
    carry_out(cluster, plan, owner)
    cluster.scale(SPACE, NAME, 2)
    ends_well(broken, *MOVES["all"])


def test_one_claim_template_of_two() -> None:
    broken = a_set(0, Shape(2, 2))
    options = [*MOVES["all"], "--claim-template", "log"]
    before = broken.cluster.homes()
    carry_out(broken.cluster, plan_of(broken.cluster, *options), Owner(broken.cluster.nfs))
    ends_well(broken, *options)
    for key, place in broken.cluster.homes().items():
        assert (place == before[key]) == key[1].startswith("data-")


def test_a_path_for_a_claim_template_each() -> None:
    """What a plan moves of one claim template leaves the pods of the others' data alone."""
    broken = a_set(1, Shape(3, 2))
    for template, server in (("data", "fast"), ("log", "slow")):
        options = ["--claim-template", template, "--nfs-server", server]
        owner = Owner(broken.cluster.nfs)
        carry_on(broken.cluster, plan_of(broken.cluster, *options), owner)
        ends_well(broken, *options)
    homes = broken.cluster.homes()
    for (_, claim), (server, _) in homes.items():
        assert server == {"data": "fast", "log": "slow"}[claim.split("-")[0]]


@pytest.mark.parametrize("first", range(0, _SETS, 20))
def test_of_a_set_that_is_not_whole_nothing_moves(first: int) -> None:
    """Whatever went wrong with a set: no step is printed, or all ends well."""
    for seed in range(first, first + 20):
        broken = broken_set(seed)
        with contextlib.suppress(Refused):  # a fault has left it at 0
            broken.cluster.scale(SPACE, NAME, broken.shape.replicas)
        broken.cluster.settle()
        if (STATEFUL_SET, SPACE, NAME) not in broken.cluster.objects:
            continue
        options = MOVES[["server", "path", "all", "modes"][seed % 4]]
        result = move(broken.cluster, *options)
        assert "bug" not in result.err
        if result.status:
            assert result.status == 1, result.err
            assert not result.out
            continue
        for plan in plans(result):
            owner = Owner(broken.cluster.nfs)
            try:
                carry_on(broken.cluster, plan, owner)
            except Exception as error:
                raise AssertionError((seed, broken.shape, broken.faults)) from error
        broken.cluster.settle()
        wrong = list(broken.wrong())
        assert not wrong, (seed, broken.shape, broken.faults, wrong)


def _in_one_directory(broken: Broken, paths: dict[int, str]) -> dict[str, set[str]]:
    """Let ordinals lie elsewhere; return what is in the directory of each claim then."""
    cluster = broken.cluster
    for each in cluster.of_kind(VOLUME):
        number = int(each["metadata"]["name"].rpartition("-")[2])
        cluster.change(
            (VOLUME, "", each["metadata"]["name"]),
            lambda it, number=number: it["spec"]["nfs"].update(path=paths[number]),  # type: ignore[misc]
        )
    for place in cluster.directories(make=True):
        cluster.nfs.make(place, f"data of {place[1]}")
    return {
        claim: set(cluster.nfs.directories[place]) for (_, claim), place in cluster.homes().items()
    }


@pytest.mark.parametrize(
    "options", [["--nfs-path", "/srv"], ["--nfs-server", "nas2", "--nfs-path", "/srv"]]
)
@pytest.mark.parametrize("running", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "paths", [dict.fromkeys(range(3), "/one"), {0: "/one", 1: "/one/1", 2: "/one/1/2"}]
)
def test_ordinals_that_share_a_directory(
    options: list[str], running: int, paths: dict[int, str]
) -> None:
    """Nothing is moved from under pods, nor from those that have the same directory."""
    broken = a_set(0, Shape(3))
    cluster = broken.cluster
    cluster.scale(SPACE, NAME, 0)
    cluster.settle()
    before = _in_one_directory(broken, paths)
    cluster.nfs.is_strict = False
    cluster.scale(SPACE, NAME, running)
    cluster.settle()
    carry_out(cluster, plan_of(cluster, *options), Owner(cluster.nfs))
    cluster.settle()
    for (_, claim), place in cluster.homes().items():
        assert place == (options[1] if len(options) > 2 else "nfs", f"/srv/pv-{claim[4:]}")
        assert before[claim] <= cluster.nfs.directories[place]
    assert move(cluster, *options).out == ""


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (["--storage", "12Gi"], ["--storage", "1Gi"]),
        (["--access-mode", "RWX"], ["--access-mode", "RWO"]),
        (["--to-name", "api"], ["--to-name", NAME]),
    ],
)
def test_a_claim_that_asked_for_less_than_its_volume_has_stays_so(
    there: list[str], back: list[str]
) -> None:
    broken = a_set(0, Shape(1))
    cluster = broken.cluster
    spec = {"capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce", "ReadWriteMany"]}
    cluster.patch(VOLUME, "", "pv-web-0", {"spec": spec})
    for key in [key for key in cluster.objects if key[0] in (CLAIM, STATEFUL_SET)]:
        cluster.change(key, lambda it: _ask_for(it, ["ReadWriteOnce"]))
    (claim,) = cluster.of_kind(CLAIM, SPACE)
    before = own(claim)
    for name, options in ((NAME, there), ("api" if there[0] == "--to-name" else NAME, back)):
        words = ["move", name, "-n", SPACE, "-o", "json", "-f", "-", *options]
        (plan,) = plans(sfsgen(words, dump(cluster)))
        carry_out(cluster, plan)
        cluster.settle()
        (claim,) = cluster.of_kind(CLAIM, SPACE)
        size = "12Gi" if options == there and there[0] == "--storage" else "1Gi"
        assert claim["spec"]["resources"]["requests"]["storage"] == size
    assert own(claim) == before


def _ask_for(each: Any, modes: list[str]) -> None:
    specs = [each["spec"]]
    if each["kind"] == STATEFUL_SET:
        specs = [template["spec"] for template in each["spec"]["volumeClaimTemplates"]]
    for spec in specs:
        spec["accessModes"] = modes


@pytest.mark.parametrize(
    "options",
    [
        ["--nfs-server", "nas2", "--all-at-once"],
        ["--to-name", "api"],
        ["--to-namespace", "q"],
        ["--to-name", "api", "--clone", "--all-at-once"],
    ],
)
@pytest.mark.parametrize("idle", [0, 1])
def test_a_set_that_has_grown_since_is_not_stopped(options: list[str], idle: int) -> None:
    """Nobody would wait for its further pods, nor bring their data along."""
    broken = a_set(0, Shape(3))
    cluster = broken.cluster
    if not idle:
        for kind in (POD, CLAIM, VOLUME):
            cluster.scale(SPACE, NAME, 2)
            cluster.settle()
            for key in [key for key in cluster.objects if key[0] == kind and key[2][-1] == "2"]:
                cluster.delete(*key)
    cluster.settle()
    replicas = 2 + idle
    plan = plan_of(cluster, *options)
    more = [each for each in a_set(0, Shape(5)).manifests if each["metadata"]["name"][-1] in "234"]
    for each in more:
        with contextlib.suppress(Refused):
            cluster.create(each)
    cluster.directories(make=True)
    cluster.scale(SPACE, NAME, replicas + 1)
    cluster.settle()
    with pytest.raises(Surprise, match=f"has the replicas {replicas} or 0"):
        carry_out(cluster, plan, Owner(cluster.nfs))
    assert cluster.ready(SPACE, NAME)
    assert len(cluster.of_kind(POD)) == replicas + 1


def test_a_script_of_an_earlier_day_changes_no_volume() -> None:
    broken = a_set(0, Shape(2))
    cluster, owner = broken.cluster, Owner(broken.cluster.nfs)
    larger = plan_of(cluster, "--storage", "5Gi")
    carry_out(cluster, larger, owner)
    cluster.settle()
    before = [each["spec"]["capacity"] for each in cluster.of_kind(VOLUME)]
    carry_out(cluster, plan_of(cluster, "--storage", "3Gi"), owner)
    cluster.settle()
    assert [each["spec"]["capacity"] for each in cluster.of_kind(VOLUME)] != before
    with pytest.raises(Surprise, match="has no uid in its claimRef"):
        carry_out(cluster, larger, owner)
    assert {each["spec"]["capacity"]["storage"] for each in cluster.of_kind(VOLUME)} == {"3Gi"}
