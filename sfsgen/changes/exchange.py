"""Ordinals that have one another's volumes: how they keep them, and how they get their own."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures, claim_ref_of
from sfsgen.changes.downtime import with_pods_again, without_pods
from sfsgen.kubernetes.names import numbered
from sfsgen.nfs import mounted
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import Pairing, TemplateOrdinals
from sfsgen.values.pairs import Key, Volume

_MOST_SPELLED_OUT = 20  # ordinals; of more the steps are in the documentation


class Crossing(NamedTuple):
    """An ordinal that has the volume of another number."""

    row: Ordinal
    has: Volume
    own: Volume
    """The volume of its number."""


def crossings_of(pairing: Pairing, rows: TemplateOrdinals) -> Iterator[Crossing]:
    """Yield the ordinals that have the volume of another number, while that of theirs is there."""
    found = [
        (row, *numbered(row.volume.name), row.volume)
        for row in rows.by_number.values()
        if row.volume and row.tie.is_reserved
    ]
    # Volumes that count from 1 are all shifted alike, and meant so.
    shifts = {number - row.number for row, _, number, _ in found if number is not None}
    is_regular = len(shifts) == 1
    conventional = rows.template.volume_name
    for row, head, number, volume in found if shifts != {0} else ():
        if number in (None, row.number):
            continue
        if is_regular and conventional.ordinal_of(volume.name) is None:
            continue
        own = pairing.inventory.volumes.get(f"{head}{row.number}")
        # Where all are shifted alike, the next one has it.
        if own and not (is_regular and _is_taken(pairing, own)):
            yield Crossing(row, volume, own)


def _is_taken(pairing: Pairing, volume: Volume) -> bool:
    return volume.name in pairing.inventory.takers or volume.claim is not None


def kept(crossings: Sequence[Crossing]) -> str:
    """Return what to write down, so that a set that is made again finds its data."""
    lines = [
        f"`volumeName: {has.name}` into the manifest of {row.claim_key[1]}, and "
        f"`{claim_ref_of(row.claim_key)}` into that of {has.name}"
        for row, has, _ in crossings[:_MOST_SPELLED_OUT]
    ]
    more = "; and so on for the others" * (len(crossings) > _MOST_SPELLED_OUT)
    return f"write {'; '.join(lines)}{more}"


def exchanged(cures: Cures, stateful_set: FoundSet, crossings: Sequence[Crossing]) -> str:
    """Return the steps, in their order, by which bound ordinals get the volumes of their numbers.

    Never a step of them alone: a claimRef that is changed while pods run makes both claims Lost
    (measured). "" where a volume of theirs is left to a claim that has no part in it.
    """
    claims = {each.row.claim_key for each in crossings}
    volumes = {each.name: each for crossing in crossings for each in crossing[1:]}
    if not all(is_free_for(cures, each, claims) for each in volumes.values()):
        return ""
    if len(crossings) > _MOST_SPELLED_OUT:
        return "the steps that exchange the volumes instead are in docs/rules.md, crossed"
    owners = new_owners(crossings, volumes.values())
    new = [step for each in owners for step in cures.hand_over(*each)]
    numbers = [each.row.number for each in crossings]
    there = [each.row.claim for each in crossings if each.row.claim]
    before = without_pods(cures, stateful_set, numbers, there, new)
    return (
        "to give each the volume of its own number instead, all of this in this order: "
        f"`{before}`; then {_moved(crossings)}`{with_pods_again(cures, stateful_set)}`"
    )


def is_free_for(cures: Cures, volume: Volume, claims: Container[Key]) -> bool:
    """Return whether a volume is nobody's, or that of one of some claims, whose uid it holds."""
    takers = cures.inventory.takers.get(volume.name, ())
    holder = cures.inventory.holder(volume)
    is_nobodys = not (takers or volume.claim_uid) and cures.inventory.owner(volume) is None
    return is_nobodys or (holder in claims and all(each.key == holder for each in takers))


def new_owners(
    crossings: Sequence[Crossing], volumes: Iterable[Volume]
) -> Iterator[tuple[Volume, Key]]:
    """Yield the claims that volumes are to be reserved for."""
    owners = {own.name: row.claim_key for row, _, own in crossings}
    template = crossings[0].row
    for each in volumes:
        number = numbered(each.name)[1]
        its = template._replace(number=number or 0).claim_key
        yield each, owners.get(each.name, its)


def _moved(crossings: Sequence[Crossing]) -> str:
    """Return which data is to be moved where."""
    moves = [
        f"what lies in {mounted(has.server, has.path)} to {own.path}"
        for _, has, own in crossings
        if has.directory != own.directory
    ]
    return f"move the data on the server, {', '.join(moves)}; then " if moves else ""
