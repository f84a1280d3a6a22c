"""What `recover` plans brings each ordinal back to its own directory, from every broken state.

`SFSGEN_SETS=5000 pytest tests/test_recover_works.py` looks at so many sets.
"""

import copy
import os
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cluster import Cluster
from tests.kinds import VOLUME, place_of
from tests.plans import Killed, Surprise, carry_out, plans, recover
from tests.program import findings
from tests.recovery import DUMPED, FAULTS, break_, living

_SETS = int(os.environ.get("SFSGEN_SETS", "200"))
_A_TEST = 20
_COMMANDS = [
    "web -r 1 --nfs-server nfs --nfs-path /e --storage 1Gi",
    "web -r 3 -n shop --nfs-server nfs --nfs-path /e --storage 1Gi",
    "db -r 2 --claim-template data --nfs-server nfs --nfs-path /e --storage 2Gi",
    "web -r 5 --nfs-server nfs --nfs-path /e --storage 1Gi --access-mode ReadWriteOnce",
]


def broken(seed: int) -> tuple[Cluster, Cluster, list[str]]:
    """Return a set before and after two things have gone wrong."""
    chance = random.Random(seed)  # noqa: S311
    cluster = living(chance.choice(_COMMANDS), seed)
    before = copy.deepcopy(cluster)
    names = chance.choices(list(FAULTS), k=2)
    break_(cluster, names, chance)
    return before, cluster, names


def all_broken(first: int) -> Iterator[tuple[int, Cluster, Cluster, list[str]]]:
    for seed in range(first, first + _A_TEST):
        yield seed, *broken(seed)


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_recover_ends_well(first: int) -> None:
    for seed, before, cluster, names in all_broken(first):
        check(seed, before, cluster, names)


def prepare(cluster: Cluster, plan: Mapping[str, Any]) -> None:
    """Make the directories of volumes that are new, as their owner does."""
    for each in plan["objects"]:
        if each["kind"] == VOLUME:
            cluster.nfs.make(place_of(each))


def check(seed: int, before: Cluster, cluster: Cluster, names: list[str]) -> str:
    homes = cluster.homes()
    result = recover(cluster)
    assert result.status in (0, 1), (seed, names, result.err)
    if result.status:
        assert not result.out
        return "unknown"
    for plan in plans(result):
        prepare(cluster, plan)
        carry_out(cluster, plan)
    cluster.settle()
    story = seed, names, [each["reason"] for p in plans(result) for f in p["phases"] for each in f["actions"]]
    assert not cluster.harms, (story, cluster.harms)
    now, was = cluster.homes(), {**before.homes(), **homes}
    kept = {key for key in now if key in was}
    assert {key: now[key] for key in kept} == {key: was[key] for key in kept}, (story, was, now)
    (found,) = cluster.of_kind("StatefulSet")
    assert cluster.ready(found["metadata"]["namespace"], found["metadata"]["name"]), (story,"READY")
    again = recover(cluster)
    assert not again.status, (story, again.err, 'AGAIN')
    assert not any(plan["phases"] for plan in plans(again)), (story, plans(again))
    told = findings("-f", "-", stdin=cluster.dump(*DUMPED))
    left = [each for each in told if each["severity"] == "error" and each["rule"] != "crossed"]
    assert not left, (story, [(each["rule"], each["what"]) for each in left])
    return "well"


__all__ = ["Killed", "Surprise"]
