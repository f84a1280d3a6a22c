"""What real control planes were dumped at rest is at rest in the model, too."""

from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.kinds import CLAIM, VOLUME, Key
from tests.restored import dumped, restored

pytestmark = pytest.mark.without_libraries

EXAMPLES = Path(__file__).parent.parent / "examples"
_TAKEN_OVER = "check-taken-over"
"""Dumped within the 15 s in which a hijacked volume is Released: it heals."""
_DUMPS = sorted(
    each
    for each in EXAMPLES.glob("*/dump.yaml")
    if each.parent.name.startswith(("check-", "scale-"))
)


def _phases(cluster: Cluster) -> dict[Key, str]:
    return {
        key: each["status"]["phase"]
        for key, each in cluster.objects.items()
        if key[0] in (CLAIM, VOLUME)
    }


def _names(file: Path) -> str:
    return file.parent.name


@pytest.mark.parametrize("file", _DUMPS, ids=_names)
def test_a_dump_is_at_rest(file: Path) -> None:
    cluster = restored(dumped(file))
    before, specs = _phases(cluster), {key: each["spec"] for key, each in cluster.objects.items()}
    cluster.settle()
    if _names(file) == _TAKEN_OVER:
        assert set(before.values()) == {"Bound", "Pending", "Released"}
        assert set(_phases(cluster).values()) == {"Bound", "Pending"}
        return
    assert _phases(cluster) == before
    for key in before:
        assert cluster.objects[key]["spec"] == specs[key]
    assert not cluster.nfs.lost
