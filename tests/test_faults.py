"""Sets with faults are made of what a cluster does, and each kind of state is among them."""

import random
from pathlib import Path

import pytest

from tests.faults import (
    FAULTS,
    NAME,
    OTHER,
    SPACE,
    Broken,
    Shape,
    add_rivals,
    any_shape,
    broken_set,
    faults,
    healthy_set,
)
from tests.kinds import CLAIM, VOLUME
from tests.program import findings

pytestmark = pytest.mark.without_libraries


def _faulty(name: str, seed: int) -> Broken:
    return faults(Shape(3), random.Random(seed), (name,))  # noqa: S311


def _states(broken: Broken) -> set[str]:
    cluster = broken.cluster
    found = set()
    for kind in (CLAIM, VOLUME):
        for each in cluster.of_kind(kind):
            word = "claim" if kind == CLAIM else "volume"
            found.add(f"{word} {each['status']['phase']}")
            if "deletionTimestamp" in each["metadata"]:
                found.add(f"{word} Terminating")
    return found


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("claim deleted", "claim Terminating"),
        ("claim deleted and made anew", "claim Pending"),
        ("claim deleted and made anew", "volume Released"),
        ("claim deleted and made anew by hand", "volume Released"),
        ("volume deleted", "volume Terminating"),
        ("volume gone", "claim Lost"),
        ("volume gone and made anew", "claim Lost"),
        ("set and claims deleted", "volume Released"),
        ("set and claims deleted and made anew", "claim Pending"),
        ("Failed", "volume Failed"),
        ("claimRef of another name, without uid", "claim Lost"),
        ("uid of nobody", "claim Lost"),
        ("uid gone", "claim Lost"),
        ("default class", "claim Pending"),
        ("new cluster", "claim Lost"),
        ("hijacked for good", "claim Lost"),
    ],
)
def test_each_state_is_reached(name: str, state: str) -> None:
    assert any(state in _states(_faulty(name, seed)) for seed in range(12))


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_by_a_fault_but_by_a_provisioner(name: str) -> None:
    for seed in range(6):
        broken = _faulty(name, seed)
        assert not broken.lost
        assert not broken.cluster.harms


@pytest.mark.parametrize("name", ["policy Delete", "hijacked", "claimRef of another name"])
def test_what_heals_by_itself(name: str) -> None:
    for seed in range(6):
        broken = _faulty(name, seed)
        broken.cluster.settle()
        assert not list(broken.wrong())


def test_a_swapped_pair_runs_on_its_data() -> None:
    for seed in range(6):
        broken = _faulty("swapped pair", seed)
        broken.cluster.settle()
        assert not list(broken.wrong())
        pairs = [each["spec"]["volumeName"] for each in broken.cluster.of_kind(CLAIM, SPACE)]
        assert pairs != sorted(pairs)


def test_a_disk_stands_beside_the_volume_that_was_meant() -> None:
    found = set()
    for seed in range(8):
        broken = _faulty("disk of a provisioner", seed)
        broken.cluster.settle()
        found |= {place[0] for place in broken.cluster.homes().values()}
        assert list(broken.wrong())
    assert found == {"nfs", "provisioner.example.com"}


@pytest.mark.parametrize("shape", [Shape(1), Shape(5, 2), Shape(2, 2, 3), Shape(4, 1, 0, True)])
def test_shapes(shape: Shape) -> None:
    broken = faults(shape, random.Random(1), ())  # noqa: S311
    assert not list(broken.wrong())
    assert len(broken.claims) == shape.replicas * shape.templates


@pytest.mark.parametrize("first", FAULTS)
def test_any_two_faults(first: str) -> None:
    for number, second in enumerate(FAULTS):
        chance = random.Random(number)  # noqa: S311
        broken = faults(any_shape(chance), chance, (first, second))
        broken.cluster.settle()
        assert not broken.cluster.nfs.lost


def test_a_rival_takes_what_is_open() -> None:
    cluster, _ = healthy_set(Shape(2), random.Random(1))  # noqa: S311
    add_rivals(cluster, 2)
    cluster.scale(SPACE, NAME, 0)
    cluster.settle()
    cluster.delete(CLAIM, SPACE, f"pvc-{NAME}-1")
    cluster.settle()
    assert {space for space, _ in cluster.homes()} == {SPACE}
    cluster.patch(VOLUME, "", f"pv-{NAME}-1", {"spec": {"claimRef": None}})
    cluster.settle()
    assert {space for space, _ in cluster.homes()} == {SPACE, OTHER}
    assert len(cluster.harms) == 1


@pytest.mark.parametrize("shape", [Shape(1), Shape(5, 2), Shape(2, 2, 3), Shape(4, 1, 0, True)])
def test_a_healthy_set_passes_check(shape: Shape, tmp_path: Path) -> None:
    cluster, _ = healthy_set(shape)
    file = tmp_path / "dump.json"
    file.write_text(cluster.dump())
    found = [each for each in findings("-f", str(file)) if each["severity"] != "note"]
    assert not found


def test_the_same_seed_makes_the_same_set() -> None:
    assert broken_set(5).cluster.dump() == broken_set(5).cluster.dump()
