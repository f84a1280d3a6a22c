"""How the volume of a claim that no set looks for is handed to the claim of a set."""

from collections.abc import Iterator, Sequence

from sfsgen.changes.cure import Cure, carried_out_by
from sfsgen.changes.cures import Cures
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
    command, namespace = cures.access.kubectl.command, stateful_set.namespace
    scale = ["scale", f"statefulset/{stateful_set.name}"]
    pods = [f"pod/{stateful_set.name}-{number}" for number in stateful_set.ordinals]
    keys = [each.meant.claim_key for each in renamed]
    there = [each for each in map(cures.inventory.claims.get, keys) if each]
    names = [each.name for each in there]
    steps = [
        *(str(step) for each in there for step in cures.keep_of(each)),
        command(*scale, "--replicas=0", namespace=namespace),
        command("wait", "--for=delete", *pods, "--timeout=10m", namespace=namespace),
        *([command("delete", "pvc", *names, namespace=namespace)] if there else []),
        *(str(handed_over(cures, each)) for each in renamed),
        command(*scale, f"--replicas={stateful_set.replicas}", namespace=namespace),
    ]
    return " && ".join(steps)


def _steps(cures: Cures, renamed: Renamed, volume: Volume) -> Iterator[Step]:
    yield from cures.keep(volume)
    if renamed.claim.was_bound:
        yield cures.delete(renamed.claim)
        yield cures.hand_over(volume, renamed.meant.claim_key)
    else:
        yield cures.hand_over(volume, renamed.meant.claim_key)
        yield cures.delete(renamed.claim)
