"""Ordinals that have one another's volumes get those of their numbers, and the data with them."""

from collections.abc import Container, Iterator, Sequence

from sfsgen.changes.actions import CLAIM, actions, are_tied, is_another, is_this
from sfsgen.changes.actions import is_free_for as is_free
from sfsgen.changes.conditions import Condition
from sfsgen.changes.doing import Doing
from sfsgen.changes.exchange import Crossing, is_free_for, new_owners
from sfsgen.changes.making import claim_again
from sfsgen.changes.outcomes import Mend, NotUnderstood, Outcome
from sfsgen.changes.plan import Action
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.values.pairs import Claim, Key, Volume


def exchanges(
    doing: Doing, crossed: Sequence[Crossing], broken: Container[Key]
) -> Iterator[Outcome]:
    """Yield what exchanges volumes, of those ordinals at a time that hang together."""
    for ring in _rings(crossed):
        if worse := [each.row for each in ring if each.row.claim_key in broken]:
            yield NotUnderstood(worse[0], "more is wrong with it: recover it without --exchange")
        else:
            yield _exchanged(doing, ring)


def _rings(crossed: Sequence[Crossing]) -> list[list[Crossing]]:
    """Return the ordinals that hang together by the volumes that they have and get."""
    rings: list[list[Crossing]] = []
    for each in crossed:
        names = {each.has.name, each.own.name}
        joined = [ring for ring in rings if not names.isdisjoint(_names(ring))]
        rest = [ring for ring in rings if ring not in joined]
        rings = [*rest, [*(one for ring in joined for one in ring), each]]
    return rings


def _names(ring: Sequence[Crossing]) -> set[str]:
    return {volume.name for _, has, own in ring for volume in (has, own)}


def _exchanged(doing: Doing, ring: Sequence[Crossing]) -> Outcome:
    cures = doing.cures
    ring = sorted(ring, key=lambda each: each.row.number)
    claims = {each.row.claim_key: each.row.claim for each in ring if each.row.claim}
    volumes = {each.name: each for _, has, own in ring for each in (has, own)}
    row = ring[0].row
    for each in volumes.values():
        if not is_free_for(cures, each, claims):
            return NotUnderstood(row, cures.leave(each))
    first = [action for each in volumes.values() for action in doing.keeping(each)]
    having = {has.name: row.claim for row, has, _ in ring if row.claim}
    first_made = ring[0].row.claim_key
    # Claims are made again only after it.
    is_past = (
        *(is_another(each) for each in claims.values()),
        Condition(CLAIM, *first_made, "exists"),
    )
    made = [
        *(doing.deleted(each) for each in claims.values()),
        *(
            action
            for volume, key in new_owners(ring, volumes.values())
            for action in _reserved(doing, volume, key, having.get(volume.name))
        ),
        *_moved(ring, is_past),
    ]
    goal = []
    for crossing in ring:
        claim = claims[crossing.row.claim_key]
        new = claim_again(claim.manifest, claim.key, crossing.own.manifest.value)
        made += doing.claim_made(new)
        goal += [is_another(claim), *are_tied(claim.key, crossing.own.name)]
    shown = ", ".join(f"{each.row.claim_key[1]} has {each.has.name}" for each in ring)
    others = tuple(each.row.number for each in ring[1:])
    takes = tuple(claims.values())
    return Mend(row, shown, tuple(made), tuple(goal), takes, tuple(first), (), others)


def _reserved(doing: Doing, volume: Volume, key: Key, claim: Claim | None) -> Iterator[Action]:
    steps = [each for each in doing.cures.hand_over(volume, key) if each.verb != "wait"]
    must = [is_this(volume), *([is_another(claim)] if claim else [])]
    return actions(
        steps, f"reserve {volume.name} for {key[1]}", must=must, done=is_free(volume, key)
    )


def _moved(ring: Sequence[Crossing], done: tuple[Condition, ...]) -> Iterator[Action]:
    """Yield what people do on the server: each directory gets the data of its number."""
    moves = [(has, own) for _, has, own in ring if has.directory != own.directory]
    if not moves:
        return
    servers = dict.fromkeys(each.server for pair in moves for each in pair)
    if len(servers) == 1:
        lines = [
            *(quoted(["mv", "-T", "--", has.path, f"{own.path}.moved"]) for has, own in moves),
            *(quoted(["mv", "-T", "--", f"{own.path}.moved", own.path]) for _, own in moves),
        ]
    else:
        lines = [
            f"what lies in {has.server}:{has.path} to {own.server}:{own.path}" for has, own in moves
        ]
    where = " and ".join(servers)
    yield Action(
        f"exchange the data on {where}: nothing of the cluster does that",
        done=done,
        risk="whoever moves the directories twice has the data crosswise again",
        confirm=f"on {where}, once: {' && '.join(lines)}",
    )
