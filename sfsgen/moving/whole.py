"""Whether every ordinal of a set has its own claim and volume, bound to each other, and why not."""

from collections.abc import Iterable, Iterator, Sequence

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.server_filled import is_of_kubernetes
from sfsgen.plans.doing import Doing
from sfsgen.plans.outcomes import Lacking, Mend
from sfsgen.recovering.mends import mend
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.renames import renamed_claims
from sfsgen.values.pairs import Claim, Tie, Volume


def not_whole(
    cures: Cures,
    pairing: Pairing,
    stateful_set: FoundSet,
    others: Sequence[Ordinal] = (),
    *,
    takes_any: bool = False,
) -> Iterator[str]:
    """Yield what is wrong with a set, or with ordinals beyond its replicas, which comes first.

    A provisioner's volumes are wrong unless it `takes_any`, for it makes none of them again.
    """
    if not stateful_set.manifest.is_stored:
        yield (
            f"{stateful_set.name} stands in a file, and not in the cluster that is looked at: "
            "change it there"
        )
        return
    if stateful_set.manifest.is_terminating:
        yield f"the set {stateful_set.name} is being deleted"
        return
    again = quoted(["sfsgen", "recover", stateful_set.name, *cures.access.options])
    for claim, meant in renamed_claims(pairing.inventory):
        if meant.stateful_set.key == stateful_set.key:
            what = f"it looks for {meant.claim_key[1]}, and {claim.name} is there"
            yield f"ordinal {meant.number}: {what}: `sfsgen check` says how that is mended"
            return
    doing = Doing(cures, pairing, Lacking({}, {}))
    for row in _rows(pairing, stateful_set, others):
        if what := _broken(doing, row):
            yield f"ordinal {row.number}: {what}: `{again}` comes first"
        elif not takes_any and (what := _foreign(row)):
            yield f"ordinal {row.number}: {what}"


def held_back(goes: Iterable[Claim | Volume]) -> Iterator[str]:
    """Yield what of a set a finalizer of others holds back, once its pods are stopped for it."""
    for each in goes:
        finalizers = each.manifest.at("metadata", "finalizers") or ()
        others = [name for name in finalizers if not is_of_kubernetes(name)]
        if others:
            yield (
                f"{each.name} is held back by the finalizer {', '.join(others)}, which waits for "
                "somebody: see whose it is, and have it removed first"
            )


def _rows(pairing: Pairing, stateful_set: FoundSet, others: Sequence[Ordinal]) -> Iterator[Ordinal]:
    for template in stateful_set.templates:
        yield from map(pairing.of(template).row, stateful_set.ordinals)
    yield from (each for each in others if not each.is_wanted)


def _broken(doing: Doing, row: Ordinal) -> str:
    """Return what is to be mended of an ordinal first, or ""."""
    claim, volume = row.claim, row.volume
    if claim is None:
        return f"the claim {row.claim_key[1]} is not there"
    if volume is None and claim.was_bound:
        return f"{claim.name} is {claim.phase}, and its volume {claim.volume_name} is not there"
    if found := mend(doing, row):
        return found.what if isinstance(found, Mend) else found.why
    if volume is None:
        return f"{claim.name} is {claim.phase}, and has no volume"
    is_whole = (
        row.tie is Tie.BOUND
        and volume.claim == claim.key
        and doing.inventory.holder(volume) == claim.key
    )
    return "" if is_whole else f"{claim.name} is not bound to {volume.name}"


def _foreign(row: Ordinal) -> str:
    """Return why the volume of an ordinal is not one that is made again, or ""."""
    claim, volume = row.claim, row.volume
    if claim and volume and not (volume.is_static or volume.driver):
        return f"{volume.name} is the disk of a provisioner, which alone knows where its data lies"
    if claim and volume and not volume.is_static:
        return (
            f"{volume.name} is a provisioner's, for {claim.name}: `sfsgen adopt` makes it a "
            "volume of the set's own first"
        )
    return ""
