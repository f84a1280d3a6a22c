"""The plan that brings every ordinal of a set back to its own volume, its data kept."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.changes.exchange import Crossing, crossings_of
from sfsgen.nfs import mounted
from sfsgen.plain_text import listed
from sfsgen.plans.actions import CLAIM, actions
from sfsgen.plans.doing import Doing
from sfsgen.plans.finished import finished
from sfsgen.plans.making import claim_again, make, volume_again
from sfsgen.plans.outcomes import Lacking, Mend, NotUnderstood, Object, Outcome
from sfsgen.plans.plan import Action, Phase, Plan
from sfsgen.plans.stopping import all_at_once, one_by_one, without_set
from sfsgen.recovering.exchanging import exchanges
from sfsgen.recovering.mends import mend
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.origins import lie_together
from sfsgen.sets.renames import renamed_claims


class Ways(NamedTuple):
    """What the owner of a set chooses where there are several ways."""

    exchange: bool = False
    """Whether ordinals that have one another's volumes get those of their numbers."""
    all_at_once: bool = False
    """Whether all pods are stopped together."""


def recovered(
    cures: Cures, pairing: Pairing, stateful_set: FoundSet, lacking: Lacking, ways: Ways
) -> Plan:
    """Return the plan for a set; where nothing is wrong it has no phases."""
    plan = Plan("recover", stateful_set.key)
    if stateful_set.manifest.is_terminating:
        why = f"the set {stateful_set.name} is being deleted: look again once it is gone, with "
        return plan._replace(unknown=(f"{why}--old FILE, a dump that has it",))
    if renamed := list(_renamed(pairing, stateful_set)):
        return plan._replace(unknown=tuple(renamed))
    doing = Doing(cures, pairing, lacking)
    outcomes = [
        found for row in _rows(pairing, stateful_set, lacking) if (found := mend(doing, row))
    ]
    crossed = list(_crossed(pairing, stateful_set))
    if ways.exchange:
        broken = {each.row.claim_key for each in outcomes}
        outcomes += [each for each in exchanges(doing, crossed, broken) if each]
    outcomes += _disputed(outcomes)
    unknown = [_said(each) for each in outcomes if isinstance(each, NotUnderstood)]
    if unknown:
        return plan._replace(unknown=tuple(unknown))
    mends = [each for each in outcomes if isinstance(each, Mend)]
    notes = [note for each in mends for note in each.notes]
    notes += _left_behind(pairing, stateful_set)
    objects: Sequence[Object] = ()
    if crossed and not ways.exchange:
        notes.append(_kept(crossed))
        objects = [value for each in crossed for value in _written(each)]
    of_set = _of_set(cures, stateful_set, lacking.beside)
    phases = (*_phases(cures, stateful_set, mends, ways), *of_set)
    plan = plan._replace(phases=phases, objects=tuple(objects), notes=tuple(notes))
    return finished(plan, cures, pairing)


def _renamed(pairing: Pairing, stateful_set: FoundSet) -> Iterator[str]:
    """Yield which claims hold a set's data, though it looks for others."""
    for claim, meant in renamed_claims(pairing.inventory):
        if meant.stateful_set.key == stateful_set.key:
            yield (
                f"ordinal {meant.number}: it looks for {meant.claim_key[1]}, and {claim.name} is "
                "there: `sfsgen check` says how its volume is handed over"
            )


def _left_behind(pairing: Pairing, stateful_set: FoundSet) -> Iterator[str]:
    """Yield which claims are bound, while a volume is there that an earlier one of theirs had."""
    for template in stateful_set.templates:
        for row in pairing.of(template).by_number.values():
            for volume in pairing.inventory.reservations.get(row.claim_key, ()):
                is_older = row.claim and row.claim.phase == "Bound" and volume.is_left
                if is_older and row.volume and lie_together(volume, row.volume):
                    yield (
                        f"{volume.name} is {volume.phase}, and lies where {row.volume.name} does, "
                        "which has its files: `sfsgen adopt` takes the object away"
                    )
                elif is_older and row.volume is not volume:
                    where = mounted(*volume.directory)
                    yield (
                        f"{volume.name}{where and f', on {where}'}, is {volume.phase} and was that "
                        f"of an earlier {row.claim_key[1]}, which has another one by now: see "
                        "whether its data is missed"
                    )


def _rows(pairing: Pairing, stateful_set: FoundSet, lacking: Lacking) -> Iterator[Ordinal]:
    """Yield the ordinals of a set, and those above or below them that have something."""
    for template in stateful_set.templates:
        rows = pairing.of(template)
        lacked = (template.claim_name.ordinal_of(name) for _, name in lacking.volumes)
        numbers = {*stateful_set.ordinals, *rows.by_number, *(n for n in lacked if n is not None)}
        yield from (rows.row(number) for number in sorted(numbers))


def _disputed(outcomes: Sequence[Outcome]) -> list[NotUnderstood]:
    """Return the ordinals that would get a volume which another one would get, too."""
    wanted: dict[str, list[Mend]] = {}
    for found in outcomes:
        if isinstance(found, Mend):
            names = {each.value for each in found.goal if each.path == ("spec", "volumeName")}
            for name in names:
                wanted.setdefault(name, []).append(found)
    return [
        NotUnderstood(each.row, f"{each.what}, and {name} would be that of another ordinal, too")
        for name, mends in wanted.items()
        for each in mends
        if len(mends) > 1
    ]


def _said(found: NotUnderstood) -> str:
    return f"ordinal {found.row.number}: {found.why}"


def _crossed(pairing: Pairing, stateful_set: FoundSet) -> Iterator[Crossing]:
    for template in stateful_set.templates:
        for each in crossings_of(pairing, pairing.of(template)):
            if each.row.claim and each.row.claim.phase == "Bound":
                yield each


def _kept(crossed: Sequence[Crossing]) -> str:
    pairs = listed([f"{each.row.claim_key[1]} has {each.has.name}" for each in crossed])
    return (
        f"ordinals have one another's volumes, and keep them, for that costs nothing: {pairs}; "
        "create no manifest that says otherwise: -o yaml prints those that say it so; --exchange "
        "gives each the volume of its number instead"
    )


def _written(crossing: Crossing) -> Iterator[Object]:
    """Yield the manifests by which an ordinal keeps the volume that it has."""
    row, has, _ = crossing
    yield volume_again(has, row.claim_key)
    if row.claim:
        yield claim_again(row.claim.manifest, row.claim_key, has.manifest.value)


def _phases(
    cures: Cures, stateful_set: FoundSet, mends: Sequence[Mend], ways: Ways
) -> Iterator[Phase]:
    """Yield first what stops nothing, then what stops pods."""
    busy = [each for each in mends if each.actions]
    stopping = [each for each in busy if each.takes and each.row.is_wanted]
    yield from _stopping_nothing([each for each in busy if each not in stopping])
    if not stopping:
        return
    stop = all_at_once if ways.all_at_once else one_by_one
    if stateful_set.manifest.is_stored:
        yield from stop(cures, stateful_set, stopping)
    else:
        yield from without_set(cures, stateful_set, stopping)


def _stopping_nothing(mends: Sequence[Mend]) -> Iterator[Phase]:
    """Yield what is done while pods run; claims are made once all volumes wait for theirs.

    A pod that starts lets the controller go on to the next ordinal, and make claims of it, which a
    provisioner would answer: volumes of claims that are there already come last.
    """
    parted = [(each, *_parted((*each.first, *each.actions))) for each in mends]
    is_parted = len(parted) > 1 and any(then for _, _, then in parted)
    in_turn = sorted(parted, key=lambda each: (each[0].row.claim is not None, -each[0].row.number))
    first = [action for _, before, _ in in_turn for action in before] if is_parted else []
    goal = [condition for action in first for condition in action.done]
    if goal:
        yield Phase("volumes wait for their claims", tuple(dict.fromkeys(goal)), tuple(first))
    for each, before, then in parted:
        made = then if goal else [*before, *then]
        yield Phase(f"ordinal {each.row.number}: {each.what}", each.goal, tuple(made))


def _parted(made: Sequence[Action]) -> tuple[Sequence[Action], Sequence[Action]]:
    """Return the actions before the first one that makes or deletes a claim, and the others."""
    for index, action in enumerate(made):
        if action.step is None or action.step.kind == CLAIM:
            return made[:index], made[index:]
    return made, ()


def _of_set(cures: Cures, stateful_set: FoundSet, beside: Sequence[Object]) -> Iterator[Phase]:
    """Yield how a set is made that is not in the cluster, and the Services of its pods."""
    if not beside:
        return
    made = [
        action
        for each in beside
        for action in actions(
            [make(cures, each)], f"make {each['kind']} {each['metadata']['name']}"
        )
    ]
    risk = "what still runs in the old cluster writes there, too: see that its pods are gone"
    made = [each._replace(risk=risk) for each in made]
    goal = tuple(condition for each in made for condition in each.done)
    yield Phase(f"the set {stateful_set.name} is not in the cluster", goal, tuple(made))
