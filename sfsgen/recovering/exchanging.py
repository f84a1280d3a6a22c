"""Ordinals that have one another's volumes get those of their numbers, and the data with them."""

from collections.abc import Container, Iterator, Sequence
from hashlib import sha256

from sfsgen.changes.exchange import Crossing, is_free_for, new_owners
from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import mounted
from sfsgen.plans.actions import (
    CLAIM,
    actions,
    are_tied,
    is_another,
    is_kept_for,
    is_this,
    of_volume,
)
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import Doing
from sfsgen.plans.making import claim_again
from sfsgen.plans.outcomes import Mend, NotUnderstood, Outcome
from sfsgen.plans.plan import Action
from sfsgen.sets.inventory import Inventory
from sfsgen.values.pairs import Claim, Key, Volume

EXCHANGE = "sfsgen/exchange"
"""The annotation of a volume whose data is exchanged: `begun-` or `done-`, and for which claims."""


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
    ring = sorted(ring, key=lambda each: each.row.number)
    claims = tuple(each.row.claim for each in ring if each.row.claim)
    volumes = list({each.name: each for _, has, own in ring for each in (has, own)}.values())
    row, keys = ring[0].row, {each.key for each in claims}
    for each in volumes:
        if not is_free_for(doing.cures, each, keys):
            return NotUnderstood(row, doing.cures.leave(each))
    if why := _immovable(ring, volumes):
        return NotUnderstood(row, why)
    is_moved = tuple(_marks(ring, claims, "done"))
    made = (
        *(doing.deleted(each) for each in claims),
        *_moved(doing, ring, claims, is_moved),
        *_reserved(doing, ring, volumes),
        *(action for each in ring for action in _made(doing, each)),
    )
    return Mend(
        row,
        ", ".join(f"{each.row.claim_key[1]} has {each.has.name}" for each in ring),
        made,
        (*is_moved, *(condition for each in ring for condition in _goal(each))),
        claims,
        tuple(action for each in volumes for action in doing.keeping(each)),
        others=tuple(each.row.number for each in ring[1:]),
    )


def _made(doing: Doing, crossing: Crossing) -> Iterator[Action]:
    if claim := crossing.row.claim:
        own = crossing.own.manifest.value
        yield from doing.claim_made(claim_again(claim.manifest, claim.key, own))


def _goal(crossing: Crossing) -> Iterator[Condition]:
    if claim := crossing.row.claim:
        yield is_another(claim)
    yield from are_tied(crossing.row.claim_key, crossing.own.name)


def _reserved(
    doing: Doing, ring: Sequence[Crossing], volumes: Sequence[Volume]
) -> Iterator[Action]:
    having = {each.has.name: each.row.claim for each in ring}
    for volume, key in new_owners(ring, volumes):
        claim = having.get(volume.name)
        steps = [each for each in doing.cures.hand_over(volume, key) if each.verb != "wait"]
        must = [is_this(volume), *([is_another(claim)] if claim else [])]
        reason, done = f"reserve {volume.name} for {key[1]}", is_kept_for(volume, key)
        yield from actions(steps, reason, must=must, done=done)


def _moves(ring: Sequence[Crossing]) -> list[tuple[Volume, Volume]]:
    """Return whose data is to lie where that of another volume lies."""
    return [(has, own) for _, has, own in ring if has.place != own.place]


def _immovable(ring: Sequence[Crossing], volumes: Sequence[Volume]) -> str:
    """Return why the data of volumes cannot be exchanged by moving directories."""
    together = Inventory((each.manifest for each in volumes), "")
    for each in volumes:
        if not (each.server and each.path):
            return f"nothing shows where the data of {each.name} lies, which is to be exchanged"
        for other in together.overlaps(each):
            if other.place != each.place or each.place.path == "/":
                return f"{each.name} and {other.name} lie inside each other: no data is exchanged"
    for _, has, own in ring:
        if has.place == own.place and not (has.is_nfs and own.is_nfs):
            return f"nothing shows how the data of {has.name} and {own.name} is told apart"
    return ""


def _marks(ring: Sequence[Crossing], claims: Sequence[Claim], state: str) -> Iterator[Condition]:
    """Yield that data is being exchanged, or was, as the volumes say from then on.

    That claims are there again does not show it: they may be somebody else's.
    """
    mark = sha256("".join(each.uid for each in claims).encode()).hexdigest()[:16]
    for _, own in _moves(ring):
        value = f"{state}-{mark}"
        yield of_volume(own.name, "metadata", "annotations", EXCHANGE, value=value)


def is_being_exchanged(volume: Volume) -> bool:
    """Return whether somebody was asked to exchange data, and has not said that it is done."""
    return volume.manifest.annotations.get(EXCHANGE, "").startswith("begun-")


def _moved(
    doing: Doing, ring: Sequence[Crossing], claims: Sequence[Claim], done: tuple[Condition, ...]
) -> Iterator[Action]:
    """Yield what people do on the server: each directory gets the data of its number.

    Volumes are reserved anew only after it: until then nothing can be bound to them, whoever makes
    claims of these names meanwhile.
    """
    moves = _moves(ring)
    if not moves:
        return
    rows = [row for row, _, _ in ring]
    pods = (Condition("Pod", each.stateful_set.namespace, each.pod_name, "gone") for each in rows)
    made = (Condition(CLAIM, *each.key, "gone") for each in claims)
    must = (*pods, *made, *(is_this(own) for _, own in moves))
    begun = tuple(_marks(ring, claims, "begun"))
    for (_, own), mark, end in zip(moves, begun, done, strict=True):
        step = doing.cures.annotate(own, {EXCHANGE: mark.value})
        yield Action(
            f"write down that the data of {own.name} is being exchanged", step, must, (end,)
        )
    where, lines = _lines(moves)
    first, *others = zip(moves, done, strict=True)
    yield Action(
        f"exchange the data on {where}: nothing of the cluster does that",
        _marked(doing, *first),
        must=must,
        done=(first[1],),
        risk="whoever moves the directories twice has the data crosswise again",
        confirm=f"on {where}, once: {' && '.join(lines)}",
    )
    for (has, own), end in others:
        step = _marked(doing, (has, own), end)
        yield Action(f"write down that {own.name} has the data of its number", step, (), (end,))


def _marked(doing: Doing, move: tuple[Volume, Volume], mark: Condition) -> Step:
    return doing.cures.annotate(move[1], {EXCHANGE: mark.value})


def _lines(moves: Sequence[tuple[Volume, Volume]]) -> tuple[str, list[str]]:
    """Return on which servers data is moved, and how."""
    servers = dict.fromkeys(each.server for pair in moves for each in pair)
    where = " and ".join(servers)
    if len(servers) > 1:
        return where, [
            f"what lies in {mounted(has.server, has.path)} to {mounted(own.server, own.path)}"
            for has, own in moves
        ]
    paths = [(has.place.path, own.place.path) for has, own in moves]
    return where, [
        *(quoted(["mv", "-T", "--", has, f"{own}.moved"]) for has, own in paths),
        *(quoted(["mv", "-T", "--", f"{own}.moved", own]) for _, own in paths),
    ]
