"""How the volume of a claim that no set looks for is handed to the claim of a set."""

from collections.abc import Iterator, Sequence

from sfsgen.changes.cure import Cure, carried_out_by
from sfsgen.changes.cures import Cures
from sfsgen.changes.downtime import scaled_up, without_pods
from sfsgen.changes.steps import Step
from sfsgen.sets.renames import Renamed
from sfsgen.values.pairs import Volume


def handed_over(cures: Cures, renamed: Renamed) -> Cure:
    """Return how a set's claim gets the volume of one that bears another name.

    The claim itself the controller makes, or has made: it binds by the claimRef alone (measured).
    """
    claim = renamed.claim
    volume = cures.inventory.volumes.get(claim.volume_name)
    if volume is None:
        return Cure(f"read it too: {cures.read_all(claim.namespace)}")
    return carried_out_by(*_steps(cures, renamed, volume))


def handed_over_by(cures: Cures, renamed: Sequence[Renamed]) -> str:
    """Return the same, in one sequence, for a set whose pods run on other claims by now."""
    stateful_set = renamed[0].meant.stateful_set
    new = (cures.inventory.claims.get(each.meant.claim_key) for each in renamed)
    then = [step for each in renamed for step in handed_over(cures, each).steps]
    numbers = stateful_set.ordinals
    before = without_pods(cures, stateful_set, numbers, [each for each in new if each], then)
    return f"{before} && {scaled_up(cures, stateful_set)}"


def _steps(cures: Cures, renamed: Renamed, volume: Volume) -> Iterator[Step]:
    yield from cures.keep(volume)
    if renamed.claim.was_bound:
        yield cures.delete(renamed.claim)
        yield from cures.hand_over(volume, renamed.meant.claim_key)
    else:
        yield from cures.hand_over(volume, renamed.meant.claim_key)
        yield cures.delete(renamed.claim)
