"""The plan by which a set gets another place, size or mode, and keeps its name and its data."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.versions import MOUNT_OPTIONS_ANNOTATION
from sfsgen.moving.copying import Copy, copied, copied_roughly, is_moved, moved_of, needed
from sfsgen.moving.move_notes import beside, is_shared, notes_of, shared_places
from sfsgen.moving.replacing import FIELDS, at_its_place, kept, patched, reached, replaced
from sfsgen.moving.wanted import Shall, Wanted, of_templates
from sfsgen.moving.whole import held_back, not_whole
from sfsgen.plans.conditions import Condition
from sfsgen.plans.doing import Doing, place
from sfsgen.plans.finished import finished
from sfsgen.plans.outcomes import Lacking, Mend
from sfsgen.plans.plan import Action, Phase, Plan
from sfsgen.plans.stopping import (
    all_at_once,
    one_by_one,
    scaling_deletes,
    set_made_again,
)
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import Pairing

_MOST_TOLD = 2  # changes, in the title of a phase


class Ways(NamedTuple):
    """What the owner of a set chooses where there are several ways."""

    same_data: bool = False
    """Whether the new place has the data already, for it is the old one under another name."""
    all_at_once: bool = False
    """Whether all pods are stopped together."""


def moved(
    cures: Cures, pairing: Pairing, stateful_set: FoundSet, wanted: Wanted, ways: Ways
) -> Plan:
    """Return the plan for a set; where it is as it shall be, it has no phases."""
    plan = Plan("move", stateful_set.key)
    moving = [each for each in wanted.pairs if each.is_elsewhere or each.has_another_claim]
    others = [each for each in wanted.pairs if each not in moving and each.fields]
    templates = tuple(of_templates(wanted, stateful_set))
    rows = [each.row for each in (*moving, *others)]
    unknown = [
        *not_whole(cures, pairing, stateful_set, rows),
        *_unreadable(moving, ways),
        *_moved_from_under(pairing, moving, ways),
        *_annotated(wanted.pairs),
        *held_back(each.claim for each in moving if each.has_another_claim),
        *held_back(each.volume for each in moving if each.is_elsewhere),
    ]
    if unknown:
        return plan._replace(unknown=tuple(dict.fromkeys(unknown)))
    if not (moving or others or templates):
        return plan
    ways = ways._replace(all_at_once=ways.all_at_once or is_shared(moving))
    doing = Doing(cures, pairing, Lacking({}, {}))
    stops = _Stops(doing, wanted.stateful_set, templates, ways)
    phases = (*_patching(doing, others), *stops.phases(moving))
    notes = tuple(notes_of(doing, wanted, same_data=ways.same_data, is_set_new=bool(templates)))
    return finished(plan._replace(phases=phases, notes=notes), cures, pairing)


def _unreadable(moving: Sequence[Shall], ways: Ways) -> Iterator[str]:
    """Yield which data cannot be told to people: where it lies is not known, or not readable."""
    for each in moving:
        volume = each.volume
        if not each.is_elsewhere or ways.same_data:
            continue
        if not (volume.server and volume.path):
            yield f"ordinal {each.row.number}: {volume.name} does not say where its data lies"
        elif fault := Copy(volume, each.lies).fault:
            yield f"ordinal {each.row.number}: {fault}"
        elif len({*Copy(volume, each.lies).directories}) == 1 and volume.realm != each.lies.realm:
            yield (
                f"ordinal {each.row.number}: where {volume.name} lies for another driver is not "
                "known: give --nfs-server or --nfs-path, or --same-data where it is called alike"
            )


def _moved_from_under(pairing: Pairing, moving: Sequence[Shall], ways: Ways) -> Iterator[str]:
    """Yield which volumes of others lie in directories that would be moved away from them."""
    if ways.same_data:
        return
    for each in moving:
        if is_moved(Copy(each.volume, each.lies)):
            for other in beside(pairing, moving, each):
                yield (
                    f"ordinal {each.row.number}: {other.name} has its data in {other.path}, which "
                    f"would be moved with that of {each.volume.name}"
                )


def _annotated(pairs: Sequence[Shall]) -> Iterator[str]:
    """Yield which volumes say their mount options in an annotation, which wins over the field.

    pkg/volume/util, MountOptionFromSpec.
    """
    for each in pairs:
        annotations = each.volume.manifest.annotations
        if "mountOptions" in each.fields and MOUNT_OPTIONS_ANNOTATION in annotations:
            yield (
                f"ordinal {each.row.number}: {each.volume.name} has its mount options in the "
                f"annotation {MOUNT_OPTIONS_ANNOTATION}, and others would count for nothing: "
                "remove that first"
            )


def _patching(doing: Doing, others: Sequence[Shall]) -> Iterator[Phase]:
    """Yield the phase that changes volumes in place: no pod stops for that."""
    if not others:
        return
    made = tuple(action for each in others for action in patched(doing, each, each.fields))
    goal = tuple(condition for each in others for condition in reached(each))
    keys = dict.fromkeys(key for each in others for key in each.fields)
    whats = " and ".join(FIELDS[key] for key in keys)
    yield Phase(f"volumes: {whats}", goal, made)


class _Stops(NamedTuple):
    """What is done to pairs that are in use: their pods are stopped for it."""

    doing: Doing
    stateful_set: FoundSet
    """As it shall be."""
    templates: tuple[Condition, ...]
    """What holds of its claim templates then, where they are others than now."""
    ways: Ways

    def phases(self, moving: Sequence[Shall]) -> Iterator[Phase]:
        """Yield first the ordinals that have no pod, then those that have one."""
        shared, has_pods = shared_places(moving), any(each.row.is_wanted for each in moving)
        met = {each.row.number for each in moving if each.volume.place in shared}
        # What pods write to goes for those that have none, too, once these pods are stopped.
        with_them = met if has_pods else set()
        busy = [each for each in moving if each.row.is_wanted or each.row.number in with_them]
        idle = [
            each for each in moving if not each.row.is_wanted and each.row.number not in with_them
        ]
        together = [each for each in idle if each.row.number in met]
        alone = _by_ordinal(each for each in idle if each.row.number not in met)
        for group in [*([together] if together else []), *alone]:
            found = self._mend(group)
            made = (*found.first, *found.actions)
            numbers = sorted({each.row.number for each in group})
            title = f"ordinal {', '.join(map(str, numbers))}: {found.what}"
            yield Phase(title, found.goal, made)
        if busy:
            yield from self._stopping(busy)
        elif self.templates:
            yield set_made_again(self.doing.cures, self.stateful_set, self.templates)

    def _stopping(self, busy: Sequence[Shall]) -> Iterator[Phase]:
        groups = [busy] if self.ways.all_at_once else _by_ordinal(busy)
        mends = [self._mend(each) for each in groups]
        copies = self._copies(busy)
        moves = moved_of(copies)
        if copies := [each for each in copies if each not in moves]:
            index = next(index for index, each in enumerate(groups) if self._copies(each))
            done = next(map(tuple, _replaced(groups[index])))
            first = (*mends[index].first, copied_roughly(copies, done))
            mends[index] = mends[index]._replace(first=first)
        cures, stateful_set = self.doing.cures, self.stateful_set
        if self.ways.all_at_once:
            is_orphaned = not self._is_scaled
            found = list(all_at_once(cures, stateful_set, mends, is_orphaned=is_orphaned))
        else:
            found = list(one_by_one(cures, stateful_set, mends))
        also = " and the last copy" if self._copies(busy) else ""
        *others, last = (each._replace(also=also) for each in found)
        yield from others
        yield last._replace(goal=(*last.goal, *self.templates))

    def _copies(self, group: Sequence[Shall]) -> list[Copy]:
        if self.ways.same_data:
            return []
        return needed([Copy(each.volume, each.lies) for each in group if each.is_elsewhere])

    def _mend(self, group: Sequence[Shall]) -> Mend:
        """Return what is done for ordinals whose pods are stopped together."""
        doing, numbers = self.doing, sorted({each.row.number for each in group})
        stopped = (
            *(self._is_stopped(each) for each in numbers),
            self._stays_stopped(is_idle=not any(each.row.is_wanted for each in group)),
        )
        made: list[Action] = []
        fresh = list(map(tuple, _replaced(group)))
        if copies := self._copies(group):
            # Volumes are made again after the copy: once the first is, it is not asked for.
            made.append(copied(copies, must=stopped, done=fresh[0], moved=True))
        made += [action for each in group for action in replaced(doing, each, stopped)]
        return Mend(
            group[0].row,
            _told(group),
            tuple(made),
            tuple(condition for each in group for condition in reached(each)),
            tuple(each.claim for each in group if each.has_another_claim),
            tuple(action for each in group for action in kept(doing, each)),
            others=tuple(each for each in numbers if each != group[0].row.number),
            stopped=tuple(chain(*fresh)),
        )

    def _is_stopped(self, number: int) -> Condition:
        namespace, name = self.stateful_set.key
        return Condition("Pod", namespace, f"{name}-{number}", "gone")

    def _stays_stopped(self, *, is_idle: bool) -> Condition:
        """Return that nothing starts pods that are stopped, or that there never were."""
        about = self.stateful_set.about
        if not is_idle and not self._is_scaled:
            return Condition(*about, "gone")
        count = self.stateful_set.replicas if is_idle else 0
        return Condition(*about, "is", ("spec", "replicas"), str(count))

    @property
    def _is_scaled(self) -> bool:
        """Whether pods are stopped by scaling: else the set is deleted without its pods."""
        is_kept = not self.templates and not scaling_deletes(self.stateful_set)
        return self.ways.all_at_once and is_kept


def _by_ordinal(moving: Iterable[Shall]) -> list[list[Shall]]:
    groups: dict[int, list[Shall]] = {}
    for each in moving:
        groups.setdefault(each.row.number, []).append(each)
    return [groups[number] for number in sorted(groups)]


def _replaced(group: Sequence[Shall]) -> Iterator[Iterator[Condition]]:
    """Yield, of the volumes that are made again, in that order, that each lies where it shall."""
    yield from (at_its_place(each) for each in group if each.is_elsewhere)


def _told(group: Sequence[Shall]) -> str:
    """Return what becomes of pairs, in a few words."""
    told = []
    for each in group:
        if each.is_elsewhere:
            old, new = place(each.volume.manifest.value), place(each.new_volume)
            how = f"from {old} to {new}" if old != new else f"to the driver {each.lies.driver}"
            told.append(f"{each.volume.name} goes {how}")
        elif each.has_another_claim:
            spec = each.new_claim["spec"]
            size, modes = spec["resources"]["requests"]["storage"], ", ".join(spec["accessModes"])
            told.append(f"{each.claim.name} is made again, for {size} and {modes}")
    more = [f"and {len(told) - _MOST_TOLD} more"] * (len(told) > _MOST_TOLD)
    return ", ".join([*told[:_MOST_TOLD], *more])
