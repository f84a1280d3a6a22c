"""What rules look at: which claim and volume are meant for each other, and which set wants them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sfsgen.comparison import fits
from sfsgen.errors import Problem
from sfsgen.existing import (
    Existing,
    ExistingClaim,
    ExistingService,
    ExistingSet,
    ExistingTemplate,
    ExistingVolume,
    Key,
    Storage,
)
from sfsgen.manifests import Manifest
from sfsgen.names import Pattern, claim_name
from sfsgen.renames import Renamed, renamed_claims
from sfsgen.selectors import is_met
from sfsgen.versions import Target

DIGITS = "0123456789"
_TOLD_ONE_BY_ONE = 10
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"


class Pair(NamedTuple):
    """A claim, and the volume that one of both names, or that is meant by its own name."""

    claim: ExistingClaim
    volume: ExistingVolume
    is_named: bool
    """Whether the claim's volumeName names the volume."""
    is_reserved: bool
    """Whether the volume's claimRef names the claim."""

    @property
    def is_pinned(self) -> bool:
        """Whether each names the other, which bypasses every check of the binder (measured)."""
        return self.is_named and self.is_reserved

    @property
    def is_bound(self) -> bool:
        """Whether Kubernetes has bound them."""
        return self.is_named and self.claim.phase == "Bound"


class Seats(NamedTuple):
    """The claims and volumes of one claim template, by ordinal."""

    stateful_set: ExistingSet
    template: ExistingTemplate
    claims: dict[int, ExistingClaim]
    volumes: dict[int, ExistingVolume]
    """Those that belong to a claim, or are reserved for one that is not there."""
    unreserved: dict[int, ExistingVolume]
    """Those that are named after a claim which is not there, and reserved for none."""


class Look(NamedTuple):
    """What was read, and how it is to be judged."""

    manifests: Sequence[Manifest]
    unreadable: Sequence[Problem]
    unread: Mapping[tuple[str, str], set[str]]
    """The names of objects that are there but broken, by kind and namespace."""
    target: Target | None
    """The minors to judge by, None where none is asked for."""
    source: Sequence[str]
    """The options by which the other commands read the same objects."""


class Scene:
    """Everything that is looked at, as the rules need it; nothing in it changes."""

    def __init__(self, existing: Existing, look: "Look") -> None:
        self.existing = existing
        self.look = look
        self.target = look.target or Target()

    def is_unread(self, kind: str, name: str, namespace: str = "") -> bool:
        """Return whether an object is there, but so that it cannot be read."""
        return name in self.look.unread.get((kind, namespace), ())

    @cached_property
    def pairs(self) -> Mapping[Key, Pair]:
        """The pairs by their claims; a claim for which no volume is meant is in none."""
        found = {}
        volumes, reservations = self.existing.volumes, self.existing.reservations
        for key, claim in self.existing.claims.items():
            pair = None
            if claim.volume_name:
                if volume := volumes.get(claim.volume_name):
                    pair = Pair(claim, volume, True, volume.claim == key)
            elif key in reservations:
                pair = Pair(claim, reservations[key][0], False, True)
            elif meant := self._meant_for(claim):
                pair = Pair(claim, meant, False, False)
            if pair:
                found[key] = pair
        return found

    @cached_property
    def waiting(self) -> Sequence[Pair]:
        """The pairs that the binder has still to judge: not bound, and not both pinned."""
        return [each for each in self.pairs.values() if not (each.is_bound or each.is_pinned)]

    @cached_property
    def renamed(self) -> Sequence[Renamed]:
        """The claims whose names were changed away from their set."""
        return list(renamed_claims(self.existing))

    def lasting_name(self, claim: ExistingClaim) -> str:
        """Return the name that a claim has once the rule `name` is followed."""
        return self._lasting_names.get(claim.key, claim.name)

    @cached_property
    def _lasting_names(self) -> Mapping[Key, str]:
        return {(each.namespace, each.claim): each.wanted for each in self.renamed}

    @cached_property
    def takers(self) -> Mapping[str, list[ExistingClaim]]:
        """The claims by the volume that they name."""
        found: dict[str, list[ExistingClaim]] = {}
        for claim in self.existing.claims.values():
            if claim.volume_name:
                found.setdefault(claim.volume_name, []).append(claim)
        return found

    @cached_property
    def seats(self) -> Sequence[Seats]:
        """The claims and volumes of every claim template of every set."""
        found = {
            (each.namespace, each.name, template.name): Seats(each, template, {}, {}, {})
            for each in self.existing.stateful_sets
            for template in each.templates
        }
        for key, claim in self.existing.claims.items():
            for stateful_set, template, ordinal in self.existing.wanting(key):
                seats = found[stateful_set.namespace, stateful_set.name, template.name]
                seats.claims[ordinal] = claim
                if pair := self.pairs.get(key):
                    seats.volumes[ordinal] = pair.volume
        for key, volumes in self.existing.reservations.items():
            for stateful_set, template, ordinal in self.existing.wanting(key):
                seats = found[stateful_set.namespace, stateful_set.name, template.name]
                seats.volumes.setdefault(ordinal, volumes[0])
        for name, volume in self._idle.items():
            number, owner = number_of(name), self._by_volume_name.get(name.rstrip(DIGITS))
            if owner and number is not None and volume.claim is None:
                seats = found[owner]
                is_taken = number in seats.claims or number in seats.volumes
                if number in seats.stateful_set.ordinals and not is_taken:
                    seats.unreserved[number] = volume
        return list(found.values())

    @cached_property
    def _by_volume_name(self) -> Mapping[str, tuple[str, str, str]]:
        """Namespace, set and claim template by that which stands before volumes' ordinals."""
        return {
            pattern.pieces[0]: (each.namespace, each.name, template.name)
            for each in self.existing.stateful_sets
            for template in each.templates
            for pattern in _volume_names(each, template)
        }

    def claim_by_name(self, volume: ExistingVolume) -> Key | None:
        """Return the claim that a volume is named after."""
        number = number_of(volume.name)
        found = self._by_volume_name.get(volume.name.rstrip(DIGITS))
        if found is None or number is None:
            return None
        namespace, stateful_set, template = found
        return namespace, claim_name(template, stateful_set).at(number)

    def volume_by_name(self, claim: ExistingClaim) -> ExistingVolume | None:
        """Return the volume that is named after a set's claim."""
        for stateful_set, template, ordinal in self.existing.wanting(claim.key):
            for pattern in _volume_names(stateful_set, template):
                if volume := self.existing.volumes.get(pattern.at(ordinal)):
                    return volume
        return None

    def is_wanted(self, claim: Key) -> bool:
        """Return whether an ordinal of a set needs a claim."""
        return any(number in each.ordinals for each, _, number in self.existing.wanting(claim))

    def is_provisioned(self, seats: Seats) -> bool:
        """Return whether a provisioner makes a template's volumes, which then need not be there."""
        if seats.volumes:
            return not any(map(is_static, seats.volumes.values()))
        return bool(seats.template.storage.storage_class) and not self.has_static(
            seats.template.storage.storage_class
        )

    def has_static(self, storage_class: str | None) -> bool:
        """Return whether there is a volume of a class that no provisioner made."""
        return (storage_class or "") in self._static_classes

    @cached_property
    def _static_classes(self) -> set[str]:
        return {
            each.storage.storage_class or ""
            for each in self.existing.volumes.values()
            if is_static(each)
        }

    def service_of(self, stateful_set: ExistingSet) -> ExistingService | None:
        """Return the governing Service of a set."""
        return self.existing.services.get((stateful_set.namespace, stateful_set.service_name))

    @cached_property
    def _idle(self) -> Mapping[str, ExistingVolume]:
        """The volumes that nobody has and names, and that are reserved for nobody who is there."""
        found = {}
        for name, volume in self.existing.volumes.items():
            is_free = volume.phase in ("", "Pending", "Available") and name not in self.takers
            if is_free and is_static(volume) and not self._is_spoken_for(volume):
                found[name] = volume
        return found

    def _is_spoken_for(self, volume: ExistingVolume) -> bool:
        key = volume.claim
        return key is not None and (key in self.existing.claims or bool(self.existing.wanting(key)))

    @cached_property
    def _idle_by_number(self) -> Mapping[int, list[ExistingVolume]]:
        found: dict[int, list[ExistingVolume]] = {}
        for name, volume in self._idle.items():
            if (number := number_of(name)) is not None:
                found.setdefault(number, []).append(volume)
        return found

    @cached_property
    def _idle_by_storage(self) -> Mapping[Storage, ExistingVolume]:
        return {
            each.storage: each for each in reversed(list(self._idle.values())) if each.claim is None
        }

    def _meant_for(self, claim: ExistingClaim) -> ExistingVolume | None:
        """Return the volume that is meant for a claim, though neither names the other."""
        if selector := selector_of(claim):
            return next(iter(self.selected(selector)), None)
        for stateful_set, template, ordinal in self.existing.wanting(claim.key):
            for pattern in _volume_names(stateful_set, template):
                if pattern.at(ordinal) in self._idle:
                    return self._idle[pattern.at(ordinal)]
            for volume in self._idle_by_number.get(ordinal, ()):
                if stateful_set.name in volume.name:
                    return volume
            if free := self.idle_for(claim.storage):
                return free
        return None

    def selected(self, selector: Mapping[str, Any]) -> Sequence[ExistingVolume]:
        """Return the volumes that nobody has and that a selector leads to."""
        wanted = next(iter((selector.get("matchLabels") or {}).items()), None)
        if wanted is None:
            found: Iterable[ExistingVolume] = self._idle.values()
        else:
            found = self._idle_by_label.get(wanted, ())
        return [each for each in found if is_met(selector, each.labels)]

    @cached_property
    def _idle_by_label(self) -> Mapping[tuple[str, str], list[ExistingVolume]]:
        found: dict[tuple[str, str], list[ExistingVolume]] = {}
        for volume in self._idle.values():
            for each in volume.labels.items():
                found.setdefault(each, []).append(volume)
        return found

    def idle_for(self, wanted: Storage) -> ExistingVolume | None:
        """Return a volume that is free for whoever comes first, and fits."""
        for storage, volume in self._idle_by_storage.items():
            if fits(wanted, storage):
                return volume
        return None


def _volume_names(stateful_set: ExistingSet, template: ExistingTemplate) -> Iterator[Pattern]:
    """Yield the names that say for which claim of a template a volume is meant."""
    yield stateful_set.conventional_volume_name(template)
    claim = stateful_set.claim_name(template)
    yield Pattern((f"pv-{claim.pieces[0]}", ""))
    yield claim


def is_static(volume: ExistingVolume) -> bool:
    """Return whether a volume was made by hand, not by a provisioner."""
    annotations = volume.manifest.value["metadata"].get("annotations")
    return not annotations or _PROVISIONED_BY not in annotations


def is_chosen_by_binder(pair: Pair) -> bool:
    """Return whether a bound pair was brought together by the binder, not by its owner."""
    return any(
        _BOUND_BY_CONTROLLER in (each.value["metadata"].get("annotations") or {})
        for each in (pair.claim.manifest, pair.volume.manifest)
    )


def selector_of(claim: ExistingClaim) -> Mapping[str, Any]:
    """Return the selector of a claim."""
    return claim.manifest.value["spec"].get("selector") or {}


def is_selected(pair: Pair) -> bool:
    """Return whether a volume has the labels that its claim's selector asks for."""
    selector = selector_of(pair.claim)
    return not selector or is_met(selector, pair.volume.labels)


def number_of(name: str) -> int | None:
    """Return the number at the end of a name."""
    digits = name[len(name.rstrip(DIGITS)) :]
    return int(digits) if 0 < len(digits) <= 10 else None  # noqa: PLR2004  # 32 bits


def runs(ordinals: Iterable[int]) -> Iterator[range]:
    """Yield ordinals one by one, or, where more than ten follow one another, together."""
    run = range(0)
    for ordinal in ordinals:
        if ordinal == run.stop and run:
            run = range(run.start, ordinal + 1)
        else:
            yield from _split(run)
            run = range(ordinal, ordinal + 1)
    yield from _split(run)


def gaps(wanted: range, there: Collection[int]) -> Iterator[range]:
    """Yield the ordinals of a range that are not there, as `runs` does: there may be billions."""
    if all(map(there.__contains__, wanted)):
        return
    start = wanted.start
    for ordinal in sorted(each for each in there if each in wanted):
        if ordinal > start:
            yield from _split(range(start, ordinal))
        start = ordinal + 1
    if start < wanted.stop:
        yield from _split(range(start, wanted.stop))


def _split(run: range) -> Iterator[range]:
    if len(run) > _TOLD_ONE_BY_ONE:
        yield run
    else:
        yield from (range(each, each + 1) for each in run)
