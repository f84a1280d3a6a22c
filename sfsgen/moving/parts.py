"""What of a set goes elsewhere: the claim and the volume of each ordinal, and what they become."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.moving.renaming import Names, claim_from, claim_of
from sfsgen.plans.making import fitted
from sfsgen.plans.outcomes import Object
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.values.pairs import Claim, Key, Volume

Made = Callable[[Ordinal, Volume, Key], Object | None]
"""The volume that is made for a claim from the one that an ordinal has; None where that stays."""


class Destination(NamedTuple):
    """Where a set goes: what it is called there, and what is there already."""

    names: Names
    cures: Cures
    """Of the cluster where it is made; the inventory is of what was seen there."""
    cluster: str = ""
    """What that cluster is called; "" is the one in which the set is."""
    is_seen: bool = True
    """Whether somebody has looked at what is there."""

    @property
    def inventory(self) -> Inventory:
        """What is there."""
        return self.cures.inventory


class Part(NamedTuple):
    """One ordinal of one claim template."""

    row: Ordinal
    key: Key
    """The claim that it gets."""
    name: str
    """The volume that it gets."""
    claim: Claim | None
    """The claim that it has, None where that is gone by now."""
    volume: Volume | None
    """The volume that it has, None where it has gone over by now."""
    made: Object | None
    """The volume as it is made, None where the one that it has is reserved anew."""
    new_claim: Object | None
    """The claim as it is made, None for files that wait for a scale-up."""


class Parts(NamedTuple):
    """All parts of a set; and why not, where it has an ordinal that cannot go as it is."""

    found: Sequence[Part]
    why_not: Sequence[str] = ()
    left: Sequence[str] = ()
    """Claims that stay behind, for they never had a volume."""

    @property
    def claims(self) -> list[Claim]:
        """The claims that the set has."""
        return [each.claim for each in self.found if each.claim]


def parts_of(pairing: Pairing, stateful_set: FoundSet, to: Destination, make: Made) -> Parts:
    """Return what of a set goes elsewhere."""
    found: list[Part] = []
    why_not, left = [], []
    for template in stateful_set.templates:
        rows = pairing.of(template)
        gone_over = _gone_over(stateful_set, template, to)
        numbers = {*stateful_set.ordinals, *rows.by_number, *gone_over}
        for row in map(rows.row, sorted(numbers)):
            volume = gone_over.get(row.number)
            if part := _part(pairing, row, to, make, volume):
                found.append(part)
            elif row.is_wanted or (row.claim and row.claim.volume_name):
                why_not.append(f"ordinal {row.number}: {_why_not(pairing.inventory, row)}")
            elif row.claim:
                left.append(row.claim.name)
    return Parts(found, why_not, left)


def _gone_over(
    stateful_set: FoundSet, template: FoundTemplate, to: Destination
) -> dict[int, Volume]:
    """Return the volumes that an earlier run of a plan has reserved for the new claims."""
    if stateful_set.replicas or to.cluster:
        return {}
    claims = to.names.claims(template)
    return {
        number: volumes[0]
        for (namespace, name), volumes in to.inventory.reservations.items()
        if namespace == to.names.new[0] and (number := claims.ordinal_of(name)) is not None
    }


def _part(
    pairing: Pairing, row: Ordinal, to: Destination, make: Made, gone_over: Volume | None
) -> Part | None:
    """Return what becomes of an ordinal, None where it has nothing, or it is not as it should."""
    key = to.names.new[0], to.names.claims(row.template).at(row.number)
    volume = row.volume if row.tie.is_reserved else None
    if volume is None and gone_over:
        its_claim = fitted(_anew(to, row, key), key, gone_over.manifest.value)
        return Part(row, key, gone_over.name, None, None, None, its_claim)
    if volume is None or _why_not(pairing.inventory, row):
        return None
    made = make(row, volume, key)
    its = made or volume.manifest.value
    name = its["metadata"]["name"]
    claim = _claim(to, row, key, its)
    return Part(row, key, name, row.claim, volume, made, claim)


def _claim(to: Destination, row: Ordinal, key: Key, volume: Object) -> Object | None:
    if row.claim:
        return claim_of(to.names, row.claim.manifest, key, volume)
    # Of a set that was stopped nobody knows by now which pods it had.
    return None if row.stateful_set.replicas else fitted(_anew(to, row, key), key, volume)


def _anew(to: Destination, row: Ordinal, key: Key) -> Object:
    return claim_from(to.names, row.stateful_set, row.template, key)


def _why_not(inventory: Inventory, row: Ordinal) -> str:
    """Return why an ordinal cannot go as it is, or ""."""
    claim, volume = row.claim, row.volume
    first = f"bring it to its volume first: sfsgen recover {row.stateful_set.name}"
    if volume is None or not row.tie.is_reserved:
        return f"{row.claim_key[1]} has no volume: {first}"
    if inventory.is_anothers(volume, row.claim_key):
        return f"{volume.name} is another claim's: {first}"
    if claim:
        return _unsound(claim, volume, first)
    return f"{row.claim_key[1]} is gone: {first}" if row.is_wanted else ""


def _unsound(claim: Claim, volume: Volume, first: str) -> str:
    for side in (claim, volume):
        if not side.manifest.is_stored:
            return f"{side.name} stands in a file, and not in the cluster that is looked at"
        if side.manifest.is_terminating:
            return f"{side.name} is being deleted: {first}"
    if claim.phase != "Bound" or volume.claim_uid != claim.uid:
        return f"{claim.name} is {claim.phase or 'not bound'}: {first}"
    return ""


def named_apart(parts: Sequence[Part]) -> Iterator[str]:
    """Yield which volumes would get one name, or are two of one."""
    seen: dict[str, Part] = {}
    for each in parts:
        first = seen.setdefault(each.name, each)
        if first is not each:
            yield f"{first.key[1]} and {each.key[1]} would both have the volume {each.name}"
