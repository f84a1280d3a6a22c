"""What `adopt` plans makes every volume a set's own, over the same data, whoever made it.

`SFSGEN_SETS=5000 pytest tests/test_adopt_works.py` looks at so many sets.
"""

import json
import os
import random
from typing import Any

import pytest

from tests import provisioners
from tests.faults import NAME, SPACE, Shape
from tests.kinds import VOLUME, place_of
from tests.plans import Killed, Surprise, carry_out, dump, plans
from tests.program import Result, findings, sfsgen
from tests.provisioned_sets import MAKERS, Found, provisioned_set

pytestmark = pytest.mark.without_libraries
_SETS = int(os.environ.get("SFSGEN_SETS", "40"))
_A_TEST = 20
_HARMLESS = {"service", "crossed", "dump", "extra-pair", "run-as-user"}


def adopt(found: Found, *options: str) -> Result:
    """Run `adopt` on what a cluster holds."""
    return sfsgen(["adopt", NAME, "-n", SPACE, "-f", "-", *options], dump(found.cluster))


def planned(found: Found) -> list[dict[str, Any]]:
    """Return the plans for a set."""
    result = adopt(found, "-o", "json", *found.command)
    assert not result.status, result.err
    return plans(result)


def ends_well(found: Found) -> None:
    """Assert that all is well, and that it is ours."""
    found.cluster.settle()
    assert list(found.wrong()) == []
    assert list(found.not_ours()) == []
    again = adopt(found, *found.command)
    assert (again.status, again.out) == (0, "")
    told = findings(NAME, "-n", SPACE, "-f", "-", stdin=dump(found.cluster))
    told = [each for each in told if each["rule"] not in _HARMLESS]
    assert not told, [(each["rule"], each["what"]) for each in told]


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_adopt_ends_well(first: int) -> None:
    for seed in range(first, first + _A_TEST):
        found = provisioned_set(seed)
        try:
            for plan in planned(found):
                carry_out(found.cluster, plan)
            ends_well(found)
        except Exception as error:
            raise AssertionError((seed, found.shape, found.maker, found.command)) from error


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_a_script_that_is_killed_and_run_again_ends_well(first: int) -> None:
    chance = random.Random(first)  # noqa: S311
    for seed in range(first, first + _A_TEST):
        found = provisioned_set(seed)
        try:
            for plan in planned(found):
                _killed(found, plan, chance)
                found.cluster.at_once()
                carry_out(found.cluster, plan)
            ends_well(found)
        except Exception as error:
            raise AssertionError((seed, found.shape, found.maker, found.command)) from error


def _killed(found: Found, plan: dict[str, Any], chance: random.Random, times: int = 3) -> None:
    actions = sum(len(phase["actions"]) for phase in plan["phases"])
    for _ in range(times):
        try:
            carry_out(found.cluster, plan, kill_after=chance.randint(1, actions + 1))
        except (Killed, Surprise):  # a set that was just made has no revision yet
            if chance.random() < 0.5:
                found.cluster.settle()


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_another_plan_goes_on_where_one_stopped(first: int) -> None:
    """Or says what comes first, where a set or a claim is not there: then the script goes on."""
    chance, others = random.Random(first), 0  # noqa: S311
    for seed in range(first, first + _A_TEST):
        found = provisioned_set(seed)
        for plan in planned(found):
            _killed(found, plan, chance, times=1)
            found.cluster.settle()
            result = adopt(found, "-o", "json", *found.command)
            others += not result.status
            assert bool(result.status) == (
                "recover" in result.err or "no StatefulSet" in result.err
            )
            for other in plans(result) or [plan]:
                carry_out(found.cluster, other)
        # Of what is above its replicas, `scale` makes the claim that is lacking.
        if found.replicas == found.shape.replicas:
            ends_well(found)
    assert others


@pytest.mark.parametrize("maker", provisioners.SOURCES)
def test_recover_takes_nothing_from_what_is_being_adopted(maker: str) -> None:
    """The volume that waits lies where the claim has its data: there is nothing to be copied."""
    found = provisioned_set(40, maker, Shape(2))
    (plan,) = planned(found)
    first = next(index for index, each in enumerate(plan["phases"]) if "ordinal 0" in each["title"])
    before = sum(len(each["actions"]) for each in plan["phases"][:first])
    with pytest.raises(Killed):
        carry_out(found.cluster, plan, kill_after=before + 1)
    found.cluster.settle()
    waiting = [each for each in found.cluster.of_kind(VOLUME) if _waits(each)]
    assert len(waiting) == 1
    told = sfsgen(["recover", NAME, "-n", SPACE, "-f", "-"], dump(found.cluster))
    assert told.status == 0
    assert "stops: " not in told.out
    assert "copied" not in told.out
    assert "is missed" not in told.out
    for other in planned(found):
        carry_out(found.cluster, other)
    ends_well(found)


def _waits(volume: Any) -> bool:
    return volume["status"]["phase"] == "Available" and "claimRef" in volume["spec"]


@pytest.mark.parametrize("maker", MAKERS)
def test_an_adopted_set_scales(maker: str) -> None:
    """`scale` asks for no more than where new directories lie, and new pods have their own."""
    for seed in range(40, 44):
        found = provisioned_set(seed, maker)
        for plan in planned(found):
            carry_out(found.cluster, plan)
        ends_well(found)
        _scale_up(found)


@pytest.mark.parametrize("seed", range(3))
def test_one_directory_that_was_made_up_shows_no_other(seed: int) -> None:
    """Its name holds the uid of its claim: that of the next ordinal is asked for, not guessed."""
    found = provisioned_set(seed, provisioners.SUBDIR, Shape(1))
    for plan in planned(found):
        carry_out(found.cluster, plan)
    words = ["scale", NAME, "-n", SPACE, "--replicas", "2", "-f", "-"]
    asked = sfsgen(words, dump(found.cluster))
    path = next(place[1] for place in found.before.values())
    if "-pvc-" in path:
        assert (asked.status, asked.out) == (2, "")
        assert "--nfs-path: error:" in asked.err
    made = sfsgen([*words, "--nfs-path", "/new"], dump(found.cluster))
    assert not made.status, made.err


def _scale_up(found: Found) -> None:
    cluster, replicas = found.cluster, found.shape.replicas + 1
    words = ["scale", NAME, "-n", SPACE, "--replicas", str(replicas), "-o", "json", "-f", "-"]
    made = sfsgen([*words, "--nfs-path", "/new"], dump(cluster))
    assert not made.status, made.err
    for each in json.loads(made.out)["items"]:
        cluster.create(each)
        if each["kind"] == VOLUME:
            cluster.nfs.make(place_of(each))
    cluster.scale(SPACE, NAME, replicas)
    cluster.settle()
    assert list(found.wrong()) == []


def test_what_an_attacher_holds_back_is_waited_for() -> None:
    """Where it runs no more the object stays, and nothing else is missing."""
    found = provisioned_set(3, provisioners.DEMOCRATIC)
    cluster = found.cluster
    (plan,) = planned(found)
    cluster.dead_provisioners.add(provisioners.DEMOCRATIC)
    with pytest.raises(Surprise, match="the earlier volume"):
        carry_out(cluster, plan)
    assert list(found.wrong()) == []
    for volume in cluster.of_kind(VOLUME):
        if "deletionTimestamp" in volume["metadata"]:
            assert volume["metadata"]["name"].startswith("pvc-")
    for action in plan["phases"][-1]["actions"]:
        if "do that yourself: " in action["reason"]:
            command = action["reason"].partition("do that yourself: ")[2]
            name = command.split()[2].removeprefix("pv/")
            if (VOLUME, "", name) in cluster.objects:
                cluster.patch(VOLUME, "", name, {"metadata": {"finalizers": None}})
    cluster.settle()
    carry_out(cluster, plan)
    ends_well(found)


def test_nothing_was_proved_without_the_first_step() -> None:
    """The model's provisioners delete what a plan without Retain would let them delete."""
    lost = 0
    for seed in range(30):
        found = provisioned_set(seed)
        for plan in planned(found):
            for phase in plan["phases"]:
                phase["actions"] = [
                    each for each in phase["actions"] if "the files of " not in each["reason"]
                ]
                for action in phase["actions"]:
                    action["must"] = [each for each in action["must"] if each["value"] != "Retain"]
            plan["phases"] = [
                each for each in plan["phases"] if "files of all" not in each["title"]
            ]
            try:
                carry_out(found.cluster, plan)
                found.cluster.settle()
            except Surprise:
                pass
        lost += bool(found.cluster.nfs.lost)
    assert lost > 5
