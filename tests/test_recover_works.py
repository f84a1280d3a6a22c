"""What `recover` plans brings each ordinal back to its own data, from every broken state.

`SFSGEN_SETS=5000 pytest tests/test_recover_works.py` looks at so many sets.
"""

import json
import os
import random
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import Cluster
from tests.faults import (
    NAME,
    OTHER,
    SPACE,
    Broken,
    add_rivals,
    any_shape,
    broken_set,
    faults,
)
from tests.kinds import STATEFUL_SET, VOLUME, place_of
from tests.plans import Killed, Surprise, carry_out, dump, plans, recover
from tests.program import findings

pytestmark = pytest.mark.without_libraries

_SETS = int(os.environ.get("SFSGEN_SETS", "100"))
_A_TEST = 20
_HARMLESS = {"crossed", "service", "two-volumes"}
"""Rules about what `recover` leaves: crossings, disks that are kept, the set of a neighbour."""


def planned(broken: Broken, old: Path) -> tuple[list[dict[str, Any]], str]:
    """Return what is planned, with the owner's file where nothing is without; or why nothing is."""
    if (STATEFUL_SET, SPACE, NAME) in broken.cluster.objects:  # which a fault has left at 0
        broken.cluster.scale(SPACE, NAME, broken.shape.replicas)
        broken.cluster.settle()
    result = recover(broken.cluster, NAME, "-n", SPACE)
    is_hidden = not result.out and list(broken.wrong())  # all looks well without what is gone
    if result.status or is_hidden or "--old FILE" in result.out:
        assert not (result.status and result.out)
        old.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": broken.manifests}))
        result = recover(broken.cluster, NAME, "-n", SPACE, "--old", str(old))
    assert "bug" not in result.err
    assert not (result.status and result.out)
    return plans(result), result.err if result.status else ""


def is_past_telling(broken: Broken) -> bool:
    """Return whether nothing shows whose data lies where: moved, and replaced by a disk."""
    return {"swapped pair", "disk of a provisioner"} <= {*broken.faults}


def prepare(cluster: Cluster, plan: Mapping[str, Any]) -> None:
    """Make the directories of volumes that are new, as their owner does."""
    for each in plan["objects"]:
        if each["kind"] == VOLUME:
            cluster.nfs.make(place_of(each))


def check(broken: Broken, old: Path) -> str:
    """Recover a set; return why that cannot be, or ""."""
    made, why_not = planned(broken, old)
    if why_not or is_past_telling(broken):
        return why_not or "nobody can tell"
    for plan in made:
        prepare(broken.cluster, plan)
        try:
            carry_out(broken.cluster, plan)
        except Surprise:  # others act meanwhile; what stopped is run again
            carry_out(broken.cluster, plan)
    ends_well(broken)
    return ""


def ends_well(broken: Broken) -> None:
    """Assert that all is well."""
    cluster = broken.cluster
    cluster.settle()
    assert list(broken.wrong()) == []
    again = recover(cluster, NAME, "-n", SPACE)
    assert not again.status, again.err
    assert not [phase for plan in plans(again) for phase in plan["phases"]]
    told = findings(NAME, "-n", SPACE, "-f", "-", stdin=dump(cluster))
    left = [each for each in told if each["severity"] == "error" and each["rule"] not in _HARMLESS]
    left = [each for each in left if each["object"].get("namespace") != OTHER]
    assert not left, [(each["rule"], each["what"]) for each in left]


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_recover_ends_well(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + _A_TEST):
        broken = broken_set(seed)
        if broken.cluster.chance:
            add_rivals(broken.cluster, seed % 3)
        try:
            check(broken, tmp_path / "old.json")
        except Exception as error:
            raise AssertionError((seed, broken.shape, broken.faults)) from error


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_a_script_that_is_killed_and_run_again_ends_well(first: int, tmp_path: Path) -> None:
    chance = random.Random(first)  # noqa: S311
    for seed in range(first, first + _A_TEST):
        broken = broken_set(seed)
        made, _ = planned(broken, tmp_path / "old.json")
        if is_past_telling(broken):
            continue
        for plan in made:
            prepare(broken.cluster, plan)
            actions = sum(len(phase["actions"]) for phase in plan["phases"])
            for _ in range(3):
                try:
                    carry_out(broken.cluster, plan, kill_after=chance.randint(1, actions + 1))
                except Killed:
                    if chance.random() < 0.5:
                        broken.cluster.settle()
            carry_out(broken.cluster, plan)
        if made:
            try:
                ends_well(broken)
            except Exception as error:
                raise AssertionError((seed, broken.shape, broken.faults)) from error


class _Owner:
    """Moves directories as a plan asks for it, once, whatever is asked again."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.told: set[str] = set()

    def __call__(self, action: Mapping[str, Any]) -> None:
        if action["confirm"] in self.told:
            return
        self.told.add(action["confirm"])
        directories = self.cluster.nfs.directories
        for command in action["confirm"].split(": ", 1)[1].split(" && "):
            *words, source, target = shlex.split(command)
            assert words == ["mv", "-T", "--"]
            for path in (source, target):
                assert not self.cluster.nfs.writers.get(("nfs", path))
            assert not directories.get(("nfs", target))
            directories["nfs", target] = directories.pop(("nfs", source))


@pytest.mark.parametrize("options", [[], ["--all-at-once"]])
@pytest.mark.parametrize("seed", range(20))
def test_exchanged_ordinals_take_their_data_with_them(seed: int, options: list[str]) -> None:
    chance = random.Random(seed)  # noqa: S311
    broken = faults(any_shape(chance), chance, ("swapped pair",) * chance.randint(1, 2))
    owner = _Owner(broken.cluster)
    for plan in plans(recover(broken.cluster, NAME, "-n", SPACE, "--exchange", *options)):
        for _ in range(3):
            try:
                carry_out(broken.cluster, plan, owner, chance.randint(1, 12))
            except Killed:
                if chance.random() < 0.5:
                    broken.cluster.settle()
        carry_out(broken.cluster, plan, owner)
    ends_well(broken)
    told = findings(NAME, "-n", SPACE, "-f", "-", stdin=dump(broken.cluster))
    assert "crossed" not in {each["rule"] for each in told}


@pytest.mark.parametrize("seed", range(1000, 1040))
def test_all_at_once_ends_well(seed: int) -> None:
    broken = broken_set(seed)
    result = recover(broken.cluster, NAME, "-n", SPACE, "--all-at-once")
    if result.status or "--old FILE" in result.out:
        return
    for plan in plans(result):
        prepare(broken.cluster, plan)
        carry_out(broken.cluster, plan)
    ends_well(broken)
