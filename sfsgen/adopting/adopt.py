"""The plan that makes the volumes of a set its own: named, reserved, over the same directories."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.adopting.adopt_notes import notes
from sfsgen.adopting.adopting import (
    Adoptee,
    Adopting,
    is_made,
    is_marked,
    kept,
    left_over,
    looked_at,
    not_removed,
    removed,
    replaced,
    unmarked,
)
from sfsgen.nfs import NfsDirectory
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import is_new
from sfsgen.plans.finished import finished
from sfsgen.plans.making import with_class
from sfsgen.plans.outcomes import NotUnderstood
from sfsgen.plans.plan import Phase, Plan
from sfsgen.plans.stopping import all_at_once, one_by_one, set_made_again
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.origins import origin
from sfsgen.values.pairs import Volume


class _Found(NamedTuple):
    """What is found of a set that can be adopted."""

    adoptees: Sequence[Adoptee]
    changed: Sequence[FoundTemplate]
    """The claim templates that ask for a class, and are to ask for none."""
    left: Sequence[tuple[Volume, Adoptee]]
    """Volumes over directories of the set that an earlier run has left, and who has these now."""

    @property
    def replaced(self) -> Sequence[Adoptee]:
        """Those whose volumes others take the place of."""
        return [each for each in self.adoptees if each.is_replaced]


def adopted(adopting: Adopting, stateful_set: FoundSet, *, together: bool) -> Plan:
    """Return the plan for a set; where all is its own it has no phases.

    `together` stops all pods at once.
    """
    plan = Plan("adopt", stateful_set.key)
    if why := _not_adoptable(stateful_set):
        return plan._replace(unknown=(why,))
    looks = [looked_at(adopting, row) for row in _rows(adopting, stateful_set)]
    adoptees = [each for each in looks if isinstance(each, Adoptee)]
    places = _places(adopting)
    unknown = [each for each in looks if isinstance(each, NotUnderstood)]
    unknown += _disputed(adopting, adoptees, places)
    if unknown:
        said = (f"ordinal {each.row.number}: {each.why}" for each in unknown)
        return plan._replace(unknown=tuple(dict.fromkeys(said)))
    left = [(each, one) for one in adoptees for each in left_over(adopting.cures, one, places)]
    found = _Found(adoptees, list(_changed(stateful_set, adoptees)), left)
    phases = tuple(_phases(adopting, stateful_set, found, together=together))
    around = _around(found.replaced, places)
    told = tuple(notes(adopting, stateful_set, found.replaced, around)) if phases else ()
    plan = plan._replace(phases=phases, notes=told)
    return finished(plan, adopting.cures, adopting.doing.pairing)


def _not_adoptable(stateful_set: FoundSet) -> str:
    name, manifest = stateful_set.name, stateful_set.manifest
    if not manifest.is_stored:
        return f"the set {name} stands in a file, and not in the cluster that is looked at"
    return f"the set {name} is being deleted" if manifest.is_terminating else ""


def _rows(adopting: Adopting, stateful_set: FoundSet) -> Iterator[Ordinal]:
    """Yield the ordinals that have pods, and those of an earlier scale that still have claims."""
    for template in stateful_set.templates:
        rows = adopting.doing.pairing.of(template)
        numbers = sorted({*stateful_set.ordinals, *rows.claims})
        yield from map(rows.row, numbers)


def _places(adopting: Adopting) -> Mapping[NfsDirectory, Sequence[Volume]]:
    """Return the volumes of all namespaces by their directories, whatever mounts them."""
    places: dict[NfsDirectory, list[Volume]] = {}
    for each in adopting.doing.inventory.volumes.values():
        found = origin(each)
        if found.place.server:
            places.setdefault(found.directory, []).append(each)
    return places


def _disputed(
    adopting: Adopting, adoptees: Sequence[Adoptee], places: Mapping[NfsDirectory, Sequence[Volume]]
) -> Iterator[NotUnderstood]:
    """Yield the ordinals whose directories others have, too."""
    own = {each.volume.name for each in adoptees}
    below = {above: each for each in places for above in _above(each)}
    for each in adoptees:
        if not each.is_replaced:
            continue
        directory, its = each.origin.directory, each.volume.name
        left = {one.name for one in left_over(adopting.cures, each, places)}
        for other in places.get(directory, ()):
            if other.name not in {its, *left} and not is_made(each, other):
                yield _shared(adopting, each, other)
        if inner := below.get(directory):
            why = f"{places[inner][0].name} lies in a directory below that of {its}"
            yield NotUnderstood(each.row, f"{why} ({inner.path})")
        for outer in _above(directory):
            if owned := [one.name for one in places.get(outer, ()) if one.name in own]:
                why = f"{its} lies in a directory below that of {owned[0]}"
                yield NotUnderstood(each.row, f"{why} ({outer.path})")


def _shared(adopting: Adopting, each: Adoptee, other: Volume) -> NotUnderstood:
    owner = adopting.doing.inventory.owner(other) or other.claim
    whose = f"{'/'.join(owner)} has" if owner else "nobody has"
    path = each.origin.place.path
    why = f"{each.volume.name} and {other.name}, which {whose}, lie in one directory, {path}"
    return NotUnderstood(each.row, why)


def _above(directory: NfsDirectory) -> Iterator[NfsDirectory]:
    """Yield the directories that a directory lies below, but for the root of the server."""
    path = directory.path.rpartition("/")[0]
    while path:
        yield NfsDirectory(directory.server, path)
        path = path.rpartition("/")[0]


def _around(
    adoptees: Sequence[Adoptee], places: Mapping[NfsDirectory, Sequence[Volume]]
) -> list[Volume]:
    """Return the volumes of others whose directories lie above those of a set."""
    above = dict.fromkeys(outer for each in adoptees for outer in _above(each.origin.directory))
    return [volume for outer in above for volume in places.get(outer, ())]


def _changed(stateful_set: FoundSet, adoptees: Sequence[Adoptee]) -> Iterator[FoundTemplate]:
    """Yield the claim templates from which the next claim would ask a provisioner."""
    for template in stateful_set.templates:
        its = [each for each in adoptees if each.row.template.key == template.key]
        is_replaced = any(each.is_replaced for each in its)
        has_none = its and all(not each.claim.storage.storage_class for each in its)
        if template.storage.storage_class != "" and (is_replaced or has_none):
            yield template


def _phases(
    adopting: Adopting, stateful_set: FoundSet, found: _Found, *, together: bool
) -> Iterator[Phase]:
    cures = adopting.cures
    yield from _kept(adopting, found)
    yield from _unmarked(adopting, found)
    mends = [replaced(adopting, each) for each in found.replaced]
    stopping = [each for each in mends if each.row.is_wanted]
    for each in mends:
        if each not in stopping:
            made = (*each.first, *each.actions)
            yield Phase(f"ordinal {each.row.number}: {each.what}", each.goal, made)
    again = stateful_set
    if found.changed:
        again = stateful_set._replace(manifest=with_class(stateful_set.manifest, found.changed, ""))
    phases: Iterable[Phase] = ()
    if stopping and together:
        is_orphaned = bool(found.changed)
        phases = all_at_once(
            cures, again, stopping, is_orphaned=is_orphaned, are_kept=_deletable(found)
        )
    elif stopping:
        phases = one_by_one(cures, again, stopping, are_kept=_deletable(found))
    elif found.changed:
        phases = [_asking_nobody(adopting, again, found)]
    for phase in phases:
        yield _until_new(stateful_set, phase) if found.changed else phase
    yield from _removed(adopting, found)


def _asking_nobody(adopting: Adopting, again: FoundSet, found: _Found) -> Phase:
    """Return how a set is made again for its claim templates alone."""
    kept = _deletable(found)
    phase = set_made_again(adopting.cures, again, [_is_new(again)], are_kept=kept)
    names = ", ".join(each.name for each in found.changed)
    return phase._replace(title=f"{phase.title}: the next claims of {names} ask no provisioner")


def _is_new(stateful_set: FoundSet) -> Condition:
    """Return that a set was made again."""
    about = stateful_set.about
    uid = stateful_set.manifest.uid
    return Condition(*about, "is not", ("metadata", "uid"), uid)


def _until_new(stateful_set: FoundSet, phase: Phase) -> Phase:
    """Return a phase that makes a set again, and is through only once the earlier one is gone."""
    new = _is_new(stateful_set)
    if new in phase.goal or all(each.key != new.key for each in phase.goal):
        return phase
    return phase._replace(goal=(new, *phase.goal))


def _deletable(found: _Found) -> dict[str, Volume]:
    """Return the volumes whose files would go with them."""
    volumes = [*(each.volume for each in found.adoptees), *(each for each, _ in found.left)]
    return {each.name: each for each in volumes if each.reclaim_policy != "Retain"}


def _kept(adopting: Adopting, found: _Found) -> Iterator[Phase]:
    """Yield what comes before all else: nothing deletes files any more."""
    if volumes := _deletable(found).values():
        made = tuple(action for each in volumes for action in kept(adopting.cures, each))
        title = "the files of all its volumes stay, whatever becomes of their claims"
        yield Phase(title, tuple(map(not_removed, volumes)), made)


def _unmarked(adopting: Adopting, found: _Found) -> Iterator[Phase]:
    """Yield how volumes stay that a hand made, and that a provisioner might take for its own."""
    made = [unmarked(adopting.cures, each.volume) for each in found.adoptees if is_marked(each)]
    if made:
        goal = tuple(condition for each in made for condition in each.done)
        yield Phase("volumes that were made by hand are no provisioner's", goal, tuple(made))


def _removed(adopting: Adopting, found: _Found) -> Iterator[Phase]:
    """Yield how the objects of the earlier volumes go, once all else is well."""
    old = [*((each.volume, each) for each in found.replaced), *found.left]
    if old:
        made = tuple(action for each in old for action in removed(adopting.cures, *each))
        goal = tuple(is_new(volume) for volume, _ in old)
        yield Phase("the objects of the earlier volumes go; their directories stay", goal, made)
