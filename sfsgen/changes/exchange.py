"""Ordinals that have one another's volumes: how they keep them, and how they get their own."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures, claim_ref_of
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.values.pairs import Key, Volume

_MOST_SPELLED_OUT = 20  # ordinals; of more the steps are in the documentation


class Crossing(NamedTuple):
    """An ordinal that has the volume of another number."""

    row: Ordinal
    has: Volume
    own: Volume
    """The volume of its number."""


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
    if any(cures.inventory.owner(each) not in (None, *claims) for each in volumes.values()):
        return ""
    if len(crossings) > _MOST_SPELLED_OUT:
        return "the steps that exchange the volumes instead are in docs/rules.md, crossed"
    command, namespace = cures.access.kubectl.command, stateful_set.namespace
    scale = ["scale", f"statefulset/{stateful_set.name}"]
    pods = [f"pod/{stateful_set.name}-{each.row.number}" for each in crossings]
    names = [each.row.claim_key[1] for each in crossings]
    before = [
        *(str(cures.retain(each)) for each in volumes.values() if each.reclaim_policy != "Retain"),
        command(*scale, "--replicas=0", namespace=namespace),
        command("wait", "--for=delete", *pods, "--timeout=10m", namespace=namespace),
        command("delete", "pvc", *names, namespace=namespace),
        *(str(cures.hand_over(*each)) for each in _new_owners(crossings, volumes.values())),
    ]
    count = len(stateful_set.ordinals)
    live = cures.access._replace(filenames=(), namespace=namespace).options
    printed = quoted(["sfsgen", "scale", stateful_set.name, "--replicas", str(count), *live])
    after = [
        f"{printed} | {cures.create()}",
        command(*scale, f"--replicas={count}", namespace=namespace),
    ]
    return (
        "to give each the volume of its own number instead, all of this in this order: "
        f"`{' && '.join(before)}`; then {_moved(crossings)}`{' && '.join(after)}`"
    )


def _new_owners(
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
        f"what lies in {has.server}:{has.path} to {own.path}"
        for _, has, own in crossings
        if has.directory != own.directory
    ]
    return f"move the data on the server, {', '.join(moves)}; then " if moves else ""
