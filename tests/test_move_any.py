"""Sets of any kind that get anything else at once, killed anywhere, end well.

`SFSGEN_SETS=5000 pytest tests/test_move_any.py` looks at so many sets.
"""

import os
import random

import pytest

from tests.cluster import Cluster
from tests.faults import NAME, SPACE, Broken, Shape, add_rivals
from tests.kinds import STATEFUL_SET, VOLUME
from tests.owner import Owner
from tests.plans import Killed, Surprise, carry_out, plans
from tests.test_move_works import a_set, carry_on, ends_well, move

pytestmark = pytest.mark.without_libraries
_SETS = int(os.environ.get("SFSGEN_SETS", "40"))
_A_TEST = 20
_OPTIONS = [
    ["--nfs-server", "nas2"],
    ["--nfs-server", "nas-{ordinal}"],
    ["--nfs-path", "/srv/{volume}"],
    ["--nfs-path", "/x/{claim}"],
    ["--nfs-path", "/e2"],
    ["--storage", "5Gi"],
    ["--storage", "700Mi"],
    ["--access-mode", "RWO"],
    ["--mount-option", "hard"],
    ["--reclaim-policy", "Delete"],
    ["--driver", "csi"],
    ["--claim-template", "log"],
    ["--claim-template", "data"],
]


def any_options(chance: random.Random, shape: Shape) -> list[str]:
    """Return what a set is asked to become; nothing where that is only of a claim template."""
    given = {each[0]: each for each in chance.sample(_OPTIONS, chance.randint(1, 4))}
    if shape.templates == 1:
        given.pop("--claim-template", None)
    if not given.keys() - {"--claim-template"}:
        return []
    words = [word for each in given.values() for word in each]
    return [*words, "--all-at-once"] if chance.random() < 0.3 else words


def make_special(broken: Broken, chance: random.Random) -> None:
    """Let a set be as few are: its claims deleted with it, its volumes not kept, scaled down."""
    cluster = broken.cluster
    if chance.random() < 0.3:
        spec = {"persistentVolumeReclaimPolicy": "Delete"}
        for each in cluster.of_kind(VOLUME):
            cluster.patch(VOLUME, "", each["metadata"]["name"], {"spec": spec})
    if chance.random() < 0.2:
        _retain(cluster, {chance.choice(["whenScaled", "whenDeleted"]): "Delete"})
    if chance.random() < 0.2:
        _retain(cluster, {"whenScaled": "Retain"})
        cluster.scale(SPACE, NAME, chance.randint(0, broken.shape.replicas))
    cluster.settle()


def _retain(cluster: Cluster, policy: dict[str, str]) -> None:
    patch = {"spec": {"persistentVolumeClaimRetentionPolicy": policy}}
    cluster.patch(STATEFUL_SET, SPACE, NAME, patch, "merge")


def check(seed: int) -> None:
    """Move a set of any kind, killed now and then."""
    chance, broken = random.Random(seed), a_set(seed)  # noqa: S311
    options, cluster = any_options(chance, broken.shape), broken.cluster
    make_special(broken, chance)
    if not options:
        return
    if cluster.chance:
        add_rivals(cluster, seed % 3)
    result = move(cluster, *options)
    assert not result.status, result.err
    for plan in plans(result):
        owner, actions = Owner(cluster.nfs), sum(len(each["actions"]) for each in plan["phases"])
        for _ in range(chance.randint(0, 5)):
            try:
                carry_out(cluster, plan, owner, chance.randint(1, actions + 1))
            except (Killed, Surprise):
                if chance.random() < 0.5:
                    cluster.settle()
        carry_on(cluster, plan, owner)
        cluster.settle()
        cluster.scale(SPACE, NAME, broken.shape.replicas)
        ends_well(broken, *options)


@pytest.mark.parametrize("first", range(0, _SETS, _A_TEST))
def test_any_move_of_any_set_ends_well(first: int) -> None:
    for seed in range(first, first + _A_TEST):
        try:
            check(seed)
        except Exception as error:
            raise AssertionError(seed) from error
