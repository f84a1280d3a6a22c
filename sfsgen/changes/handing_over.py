"""The plan by which a set gets another name, namespace or cluster, its data handed over."""

from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.plan import Plan
from sfsgen.changes.wanted import Wanted
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import Pairing


class Identity(NamedTuple):
    """What a set shall be called, and where it shall be; None is what it is."""

    name: str | None = None
    namespace: str | None = None
    context: str | None = None
    clone: bool = False

    @property
    def is_given(self) -> bool:
        """Whether anything of it is asked for."""
        return bool(self.clone) or any(each is not None for each in self[:3])


def handed_over(  # noqa: PLR0913 - what is there, and what is asked
    cures: Cures,
    pairing: Pairing,
    stateful_set: FoundSet,
    wanted: Wanted,
    identity: Identity,
    *,
    all_at_once: bool,
) -> Plan:
    """Return the plan that gives a set another identity."""
    del cures, pairing, wanted, identity, all_at_once
    return Plan("move", stateful_set.key, unknown=("not built yet",))
