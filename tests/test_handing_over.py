"""`move --to-name`, `--to-namespace`, `--to-context` carried out: each ordinal has its data then.

`SFSGEN_SETS=2000 pytest tests/test_handing_over.py` looks at so many sets.
"""

import copy
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfsgen.plans.conditions import Condition
from tests.cluster import Cluster
from tests.faults import (
    NAME,
    OTHER,
    SPACE,
    Shape,
    add_rivals,
    any_shape,
    broken_set,
    healthy_set,
    origin,
)
from tests.kinds import CLAIM, NAMESPACE, STATEFUL_SET, VOLUME, Key, Object, place_of, storage_class
from tests.nfs_data import Place
from tests.plans import Killed, carry_out, dump, plans
from tests.program import Result, findings, rendered, sfsgen

pytestmark = pytest.mark.without_libraries
_SETS = int(os.environ.get("SFSGEN_SETS", "30"))
_KINDS = ("StatefulSet", "Service", CLAIM, VOLUME)
_WAYS = (
    "--to-name api",
    f"--to-namespace {OTHER}",
    f"--to-name api --to-namespace {OTHER}",
    f"--to-name {NAME}-2",
    "--to-name data",
)


def move(cluster: Cluster, name: str, namespace: str, *words: str) -> Result:
    """Run `move -o json` on what a cluster holds."""
    command = ["move", name, "-n", namespace, "-o", "json", "-f", "-", *words]
    return sfsgen(command, dump(cluster))


def planned(cluster: Cluster, name: str, namespace: str, *words: str) -> dict[str, Any]:
    """Return the one plan."""
    result = move(cluster, name, namespace, *words)
    assert not result.status, result.err
    (plan,) = plans(result)
    return plan


def new_key(words: str) -> tuple[str, str]:
    """Return the namespace and name that options give."""
    options = dict(zip(words.split()[::2], words.split()[1::2], strict=True))
    return options.get("--to-namespace", SPACE), options.get("--to-name", NAME)


def wrong(cluster: Cluster, key: tuple[str, str], manifests: list[Object]) -> Iterator[str]:
    """Yield what is not as it should be once a set has another name."""
    space, name = key
    if not cluster.ready(space, name):
        yield f"the pods of {name} do not all run"
    homes = cluster.homes()
    for each in manifests:
        if each["kind"] != CLAIM:
            continue
        old = each["metadata"]["name"]
        claim = space, old.replace(f"-{NAME}-", f"-{name}-")
        place = homes.get(claim)
        marks = cluster.nfs.directories.get(place, set()) if place else set()
        if origin(old) not in marks:
            yield f"{claim} is on {place}, where is {sorted(marks)}"
    yield from cluster.harms
    yield from (f"lost: {each}" for each in cluster.nfs.lost)
    writers = cluster.nfs.writers.items()
    yield from (f"{place} has two writers" for place, uids in writers if len(uids) > 1)


def ends_well(cluster: Cluster, key: tuple[str, str], manifests: list[Object]) -> None:
    """Assert that a set is what it shall be, and nothing of its old name is left."""
    cluster.settle()
    assert list(wrong(cluster, key, manifests)) == []
    left = [
        each["metadata"]["name"]
        for kind in ("StatefulSet", "Service", CLAIM, "Pod")
        for each in cluster.of_kind(kind, SPACE)
        if key != (SPACE, NAME) and _is_old(each, key)
    ]
    assert left == []
    told = findings(key[1], "-n", key[0], "-f", "-", stdin=dump(cluster))
    assert [(each["rule"], each["what"]) for each in told if each["rule"] != "dump"] == []


def _is_old(each: Object, key: tuple[str, str]) -> bool:
    name = each["metadata"]["name"]
    is_its_new = key[0] == SPACE and f"{key[1]}" in name
    return NAME in name and not is_its_new


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("seed", range(max(1, _SETS // 15)))
def test_a_set_goes_with_its_data(seed: int, way: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    cluster, manifests = healthy_set(any_shape(chance), chance if seed % 2 else None)
    add_rivals(cluster, seed % 3)
    plan = planned(cluster, NAME, SPACE, *way.split())
    carry_out(cluster, plan)
    ends_well(cluster, new_key(way), manifests)
    assert carry_out(cluster, plan) == 0


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("seed", range(max(1, _SETS // 15)))
def test_it_may_be_killed_anywhere(seed: int, way: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    cluster, manifests = healthy_set(any_shape(chance))
    plan = planned(cluster, NAME, SPACE, *way.split())
    actions = sum(len(phase["actions"]) for phase in plan["phases"])
    for _ in range(4):
        try:
            carry_out(cluster, plan, kill_after=chance.randint(1, actions))
        except Killed:
            if chance.random() < 0.5:
                cluster.settle()
    carry_out(cluster, plan)
    ends_well(cluster, new_key(way), manifests)


@pytest.mark.parametrize("way", _WAYS)
def test_it_may_be_killed_after_each_action(way: str) -> None:
    whole, manifests = healthy_set(Shape(2, 2))
    plan = planned(whole, NAME, SPACE, *way.split())
    actions = sum(len(phase["actions"]) for phase in plan["phases"])
    for number in range(1, actions):
        cluster = copy.deepcopy(whole)
        with pytest.raises(Killed):
            carry_out(cluster, plan, kill_after=number)
        cluster.settle()
        carry_out(cluster, plan)
        ends_well(cluster, new_key(way), manifests)


@pytest.mark.parametrize("way", _WAYS)
def test_it_may_be_planned_anew_wherever_it_was_killed(way: str) -> None:
    """The number of pods is known no more; the data is."""
    whole, manifests = healthy_set(Shape(2, 2))
    plan = planned(whole, NAME, SPACE, *way.split())
    space, name = new_key(way)
    for number in range(1, sum(len(phase["actions"]) for phase in plan["phases"])):
        cluster = copy.deepcopy(whole)
        with pytest.raises(Killed):
            carry_out(cluster, plan, kill_after=number)
        cluster.settle()
        if (STATEFUL_SET, SPACE, NAME) not in cluster.objects:
            continue
        carry_out(cluster, planned(cluster, NAME, SPACE, *way.split()))
        cluster.settle()
        cluster.scale(space, name, 2)
        ends_well(cluster, (space, name), manifests)


@pytest.mark.parametrize("way", _WAYS[:3])
def test_whoever_starts_the_old_set_meanwhile_gets_no_data(way: str) -> None:
    """A GitOps tool does, say: its claims are empty then, and the plan stops it once more."""
    whole, manifests = healthy_set(Shape(2, 2))
    plan = planned(whole, NAME, SPACE, *way.split())
    for number in range(1, len(plan["phases"][0]["actions"])):
        cluster = copy.deepcopy(whole)
        with pytest.raises(Killed):
            carry_out(cluster, plan, kill_after=number)
        cluster.scale(SPACE, NAME, 2)
        cluster.settle()
        carry_out(cluster, plan)
        cluster.settle()
        assert list(wrong(cluster, new_key(way), manifests)) == []


def pairs(cluster: Cluster) -> dict[tuple[str, str], tuple[str, Place]]:
    """Return the volumes of claims, and where they lie."""
    return {
        (each["metadata"]["namespace"], each["metadata"]["name"]): (
            each["spec"]["volumeName"],
            place_of(cluster.objects[VOLUME, "", each["spec"]["volumeName"]]),
        )
        for each in cluster.of_kind(CLAIM)
    }


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("seed", range(max(1, _SETS // 20)))
def test_there_and_back_is_as_before(seed: int, way: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    cluster, manifests = healthy_set(any_shape(chance))
    before, specs = pairs(cluster), _specs(cluster)
    space, name = new_key(way)
    carry_out(cluster, planned(cluster, NAME, SPACE, *way.split()))
    back = ["--to-name", NAME, "--to-namespace", SPACE]
    carry_out(cluster, planned(cluster, name, space, *back))
    ends_well(cluster, (SPACE, NAME), manifests)
    assert pairs(cluster) == before
    assert _specs(cluster) == specs


def _specs(cluster: Cluster) -> dict[Key, Object]:
    """Return what objects say of themselves, without what a server writes."""
    found = {}
    for key, each in cluster.objects.items():
        if key[0] in _KINDS:
            spec = copy.deepcopy(each["spec"])
            for field in ("uid", "resourceVersion"):
                spec.get("claimRef", {}).pop(field, None)
            found[key] = {"labels": each["metadata"].get("labels"), "spec": spec}
    return found


@pytest.mark.parametrize("first", range(0, _SETS * 2, 20))
def test_a_broken_set_stays_where_it_is_or_goes_well(first: int) -> None:
    for seed in range(first, first + 20):
        broken, way = broken_set(seed), _WAYS[seed % len(_WAYS)]
        result = move(broken.cluster, NAME, SPACE, *way.split())
        assert "bug" not in result.err
        if result.status:
            assert not result.out
            continue
        (plan,) = plans(result)
        carry_out(broken.cluster, plan)
        broken.cluster.settle()
        assert list(wrong(broken.cluster, new_key(way), broken.manifests)) == [], (
            seed,
            broken[1:3],
        )


def test_what_a_provisioner_made_goes_too() -> None:
    """It keeps its name, and its files: the provisioner removes them only where it is asked to."""
    made = rendered(f"{NAME} -r 2 -n {SPACE} --nfs-server nfs --storage 1Gi")
    manifests = [each for each in made if each["kind"] in ("Service", STATEFUL_SET)]
    (claim,) = manifests[-1]["spec"]["volumeClaimTemplates"]
    claim["spec"]["storageClassName"] = "nfs"
    cluster = Cluster([storage_class("nfs"), *manifests])
    cluster.settle()
    assert cluster.ready(SPACE, NAME)
    before = pairs(cluster)
    carry_out(cluster, planned(cluster, NAME, SPACE, "--to-name", "api"))
    cluster.settle()
    assert cluster.ready(SPACE, "api")
    assert not cluster.nfs.lost
    assert not cluster.harms
    assert {each.replace("web", "api"): its for (_, each), its in before.items()} == {
        each: its for (_, each), its in pairs(cluster).items()
    }


@pytest.mark.parametrize("when", ["whenScaled", "whenDeleted"])
@pytest.mark.parametrize("words", ["--to-name api", "--to-context new"])
def test_claims_that_go_with_their_set_take_no_data_with_them(when: str, words: str) -> None:
    cluster, manifests = healthy_set(Shape(2))
    other = elsewhere(cluster)
    policy = {"whenScaled": "Retain", "whenDeleted": "Retain", when: "Delete"}
    spec = {"spec": {"persistentVolumeClaimRetentionPolicy": policy}}
    cluster.patch(STATEFUL_SET, SPACE, NAME, spec)
    for each in cluster.of_kind(VOLUME):
        its = {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}
        cluster.patch(VOLUME, "", each["metadata"]["name"], its)
    cluster.settle()
    carry_out(cluster, planned(cluster, NAME, SPACE, *words.split()), other=other)
    there = other if "context" in words else cluster
    there.settle()
    assert list(wrong(there, (SPACE, "api" if there is cluster else NAME), manifests)) == []
    assert not cluster.nfs.lost


# Another cluster


def elsewhere(here: Cluster) -> Cluster:
    """Return another cluster that mounts from the same servers."""
    spaces = [{"apiVersion": "v1", "kind": NAMESPACE, "metadata": {"name": n}} for n in ("p", "q")]
    return Cluster(spaces, here.chance, here.nfs)


@pytest.mark.parametrize("way", ["", *_WAYS])
@pytest.mark.parametrize("seed", range(max(1, _SETS // 20)))
def test_a_set_goes_to_another_cluster(seed: int, way: str, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    here, manifests = healthy_set(any_shape(chance))
    there = elsewhere(here)
    (tmp_path / "new.json").write_text(there.dump())
    words = ["--to-context", "new", "--to-filename", str(tmp_path / "new.json"), *way.split()]
    plan = planned(here, NAME, SPACE, *words)
    actions = sum(len(phase["actions"]) for phase in plan["phases"])
    for _ in range(seed % 4):
        try:
            carry_out(here, plan, kill_after=chance.randint(1, actions), other=there)
        except Killed:
            here.settle()
            there.settle()
    carry_out(here, plan, other=there)
    here.settle()
    there.settle()
    key = new_key(way)
    assert list(wrong(there, key, manifests)) == []
    assert not here.harms
    told = findings(key[1], "-n", key[0], "-f", "-", stdin=dump(there))
    assert [(each["rule"], each["what"]) for each in told if each["rule"] != "dump"] == []
    assert not here.of_kind("Pod")
    for each in here.of_kind(VOLUME):
        assert each["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert carry_out(here, plan, other=there) == 0


def test_it_may_be_killed_between_the_clusters_and_planned_anew(tmp_path: Path) -> None:
    whole, manifests = healthy_set(Shape(2, 2))
    beside = elsewhere(whole)
    plan = planned(whole, NAME, SPACE, "--to-context", "new")
    for number in range(1, len(plan["phases"][0]["actions"])):
        for is_anew in (False, True):
            here, there = copy.deepcopy((whole, beside))
            with pytest.raises(Killed):
                carry_out(here, plan, kill_after=number, other=there)
            here.settle()
            there.settle()
            (tmp_path / "new.json").write_text(dump(there))
            words = ["--to-context", "new", "--to-filename", str(tmp_path / "new.json")]
            again = planned(here, NAME, SPACE, *words) if is_anew else plan
            carry_out(here, again, other=there)
            there.settle()
            there.scale(SPACE, NAME, 2)
            there.settle()
            assert list(wrong(there, (SPACE, NAME), manifests)) == []
            assert not here.harms


def test_the_old_cluster_is_stopped_again_by_the_script() -> None:
    """Whoever has scaled the old set up again has two clusters on one directory."""
    here, manifests = healthy_set(Shape(2))
    there = elsewhere(here)
    plan = planned(here, NAME, SPACE, "--to-context", "new")
    carry_out(here, plan, other=there)
    here.nfs.is_strict = False
    here.scale(SPACE, NAME, 2)
    here.settle()
    here.excuse()
    carry_out(here, plan, other=there)
    here.nfs.is_strict = True
    here.nfs.check()
    there.settle()
    assert list(wrong(there, (SPACE, NAME), manifests)) == []


def test_nothing_is_made_elsewhere_before_the_old_pods_are_gone() -> None:
    here, _ = healthy_set(Shape(2))
    plan = planned(here, NAME, SPACE, "--to-context", "new")
    (made,) = [
        action
        for phase in plan["phases"]
        for action in phase["actions"]
        if action["step"] and (action["step"]["verb"], action["step"]["kind"]) == _A_SET_MADE
    ]
    words = [each["words"] for each in made["must"] if not each["cluster"]]
    assert words == [
        "the StatefulSet web, if it is there, has the replicas 0",
        "the pod web-0 is gone",
        "the pod web-1 is gone",
    ]


_A_SET_MADE = ("create", STATEFUL_SET)


@pytest.mark.parametrize(
    ("objects", "holds"),
    [
        ({}, True),
        ({("StatefulSet", "p", "web"): {"spec": {"replicas": 0}}}, True),
        ({("StatefulSet", "p", "web"): {"spec": {"replicas": 1}}}, False),
    ],
)
def test_a_condition_may_hold_of_what_is_gone(objects: dict[Key, Object], holds: bool) -> None:
    condition = Condition("StatefulSet", "p", "web", "is if there", ("spec", "replicas"), "0", "b")
    assert condition.holds(objects) is holds
    words = "the StatefulSet web, if it is there, has the replicas 0 in b"
    assert condition.told("p") == words
    assert condition.told("q") == f"{words} in the namespace p"


def test_claims_above_the_replicas_go_too() -> None:
    cluster, manifests = healthy_set(Shape(3))
    cluster.scale(SPACE, NAME, 1)
    cluster.settle()
    carry_out(cluster, planned(cluster, NAME, SPACE, "--to-name", "api"))
    cluster.scale(SPACE, "api", 3)
    ends_well(cluster, (SPACE, "api"), manifests)


@pytest.mark.parametrize("way", [*_WAYS, "--to-context new"])
def test_a_set_at_0_goes_with_its_data(way: str) -> None:
    cluster, manifests = healthy_set(Shape(2))
    other = elsewhere(cluster)
    cluster.scale(SPACE, NAME, 0)
    cluster.settle()
    carry_out(cluster, planned(cluster, NAME, SPACE, *way.split()), other=other)
    there, (space, name) = (other, (SPACE, NAME)) if "context" in way else (cluster, new_key(way))
    there.settle()
    there.scale(space, name, 2)
    there.settle()
    assert list(wrong(there, (space, name), manifests)) == []


def test_a_set_without_claim_templates_goes_as_well() -> None:
    cluster, _ = healthy_set(Shape(2))
    made = copy.deepcopy(cluster.objects[STATEFUL_SET, SPACE, NAME])
    for key in [each for each in cluster.objects if each[0] in (CLAIM, VOLUME)]:
        cluster.objects.pop(key)
    made["spec"].pop("volumeClaimTemplates")
    made["metadata"] = {"name": "bare", "namespace": SPACE}
    made.pop("status")
    cluster.create(made)
    cluster.settle()
    plan = planned(cluster, "bare", SPACE, "--to-name", "api")
    carry_out(cluster, plan)
    cluster.settle()
    assert cluster.ready(SPACE, "api")
    assert (STATEFUL_SET, SPACE, "bare") not in cluster.objects
    assert carry_out(cluster, plan) == 0


@pytest.mark.parametrize("way", ["--to-name api", "--to-name api --clone", "--to-context new"])
@pytest.mark.parametrize("is_gone", [False, True])
def test_data_beyond_the_replicas_is_not_left_behind(way: str, is_gone: bool) -> None:
    """With whenDeleted: Delete its claim would go with the old set."""
    cluster, _ = healthy_set(Shape(3))
    cluster.scale(SPACE, NAME, 2)
    cluster.settle()
    if is_gone:
        cluster.change(
            (VOLUME, "", "pv-web-2"), lambda each: each["metadata"].update(finalizers=[])
        )
    cluster.delete(VOLUME, "", "pv-web-2", wait=False)
    cluster.settle()
    result = move(cluster, NAME, SPACE, *way.split())
    assert (result.status, result.out) == (1, "")
    assert "ordinal 2: " in result.err
    assert f"sfsgen recover {NAME}" in result.err
