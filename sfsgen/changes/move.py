"""The plan by which a set gets another place, size or mode, and keeps its name and its data."""

from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.plan import Plan
from sfsgen.changes.wanted import Wanted
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import Pairing


class Ways(NamedTuple):
    """What the owner of a set chooses where there are several ways."""

    same_data: bool = False
    """Whether the new place has the data already, for it is the old one under another name."""
    all_at_once: bool = False
    """Whether all pods are stopped together."""


def moved(
    cures: Cures, pairing: Pairing, stateful_set: FoundSet, wanted: Wanted, ways: Ways
) -> Plan:
    """Return the plan for a set; where it is as it shall be, it has no phases."""
    del cures, pairing, wanted, ways
    return Plan("move", stateful_set.key, unknown=("not built yet",))
