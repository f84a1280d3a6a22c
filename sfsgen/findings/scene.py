"""What rules look at: which claim and volume are meant for each other, and which set wants them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.fields import Fields
from sfsgen.kubernetes.manifests import Manifest
from sfsgen.kubernetes.names import Pattern, claim_name, numbered
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import Problem
from sfsgen.sets.existing import (
    Existing,
    ExistingClaim,
    ExistingService,
    ExistingSet,
    ExistingTemplate,
    ExistingVolume,
    Key,
)
from sfsgen.sets.idle import Idle, volume_names
from sfsgen.sets.inventory import Access
from sfsgen.sets.renames import Renamed, renamed_claims
from sfsgen.sets.runs import gaps

_MANY = 100  # claims; among more, likeness says nothing
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
    """Those that are there for a claim which is not, by their name or by chance."""

    @property
    def claim_name(self) -> Pattern:
        """The names of its claims."""
        return self.stateful_set.claim_name(self.template)

    def claim_key(self, ordinal: int) -> Key:
        """Return namespace and name of an ordinal's claim."""
        return self.stateful_set.namespace, self.claim_name.at(ordinal)

    def is_vacant(self, ordinal: int) -> bool:
        """Return whether an ordinal has neither a claim nor a volume."""
        is_taken = ordinal in self.claims or ordinal in self.volumes
        return ordinal in self.stateful_set.ordinals and not is_taken


class Look(NamedTuple):
    """What was read, and how it is to be judged."""

    manifests: Sequence[Manifest]
    unreadable: Sequence[Problem]
    unread: Mapping[tuple[str, str], set[str]]
    """The names of objects that are there but broken, by kind and namespace."""
    target: Target | None
    """The minors to judge by, None where none is asked for."""
    access: Access
    """Where it was read from."""


class Scene:
    """Everything that is looked at, as the rules need it; nothing in it changes."""

    def __init__(self, existing: Existing, look: Look) -> None:
        self.existing = existing
        self.look = look
        self.target = look.target or Target()
        self.cures = Cures(existing, look.access)

    @cached_property
    def fields(self) -> Fields:
        """The fields that the target takes."""
        return Fields(self.target)

    def is_unread(self, kind: str, name: str, namespace: str = "") -> bool:
        """Return whether an object is there, but so that it cannot be read."""
        return name in self.look.unread.get((kind, namespace), ())

    @cached_property
    def pairs(self) -> Mapping[Key, Pair]:
        """The pairs by their claims; a claim for which no volume is meant is in none."""
        found, left = {}, []
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
            elif self.existing.wanting(key) and not claim.selector:
                left.append(claim)
            if pair:
                found[key] = pair
        # What is left over goes to whoever comes first, as the binder would have it.
        for claim in left:
            _, template, ordinal = self.existing.wanting(claim.key)[0]
            volume = self.idle.take_like(claim.storage, template.name, ordinal)
            if volume := volume or self.idle.take_fitting(claim.storage):
                found[claim.key] = Pair(claim, volume, False, False)
        return found

    @cached_property
    def waiting(self) -> Sequence[Pair]:
        """The pairs that the binder has still to judge: not bound, and not both pinned.

        Not those with a volume that is left to another claim: the rule claim-ref tells of them.
        """
        return [
            each
            for each in self.pairs.values()
            if not (each.is_bound or each.is_pinned)
            and not self.existing.is_anothers(each.volume, each.claim.key)
        ]

    @cached_property
    def renamed(self) -> Sequence[Renamed]:
        """The claims whose names were changed away from their set."""
        return [
            each
            for each in renamed_claims(self.existing)
            if each.ordinal in each.stateful_set.ordinals
        ]

    @cached_property
    def accounted(self) -> Mapping[Key, set[int]]:
        """The ordinals whose claims are there, but broken or under another name.

        By namespace and that which stands before the ordinal.
        """
        found: dict[Key, set[int]] = {}
        names = [(each.stateful_set.namespace, each.wanted) for each in self.renamed]
        for (kind, namespace), broken in self.look.unread.items():
            if kind == "PersistentVolumeClaim":
                names += [(namespace, name) for name in broken]
        for namespace, name in names:
            head, number = numbered(name)
            if number is not None:
                found.setdefault((namespace, head), set()).add(number)
        return found

    def lasting_key(self, claim: ExistingClaim) -> Key:
        """Return namespace and name that a claim has once the rule `name` is followed."""
        return self._lasting_keys.get(claim.key, claim.key)

    @cached_property
    def _lasting_keys(self) -> Mapping[Key, Key]:
        return {
            (each.namespace, each.claim): (each.stateful_set.namespace, each.wanted)
            for each in self.renamed
        }

    @cached_property
    def namespaces_of(self) -> Mapping[str, list[str]]:
        """The namespaces that hold a claim of a name."""
        found: dict[str, list[str]] = {}
        for namespace, name in self.existing.claims:
            found.setdefault(name, []).append(namespace)
        return found

    def lonely(self, namespace: str) -> Sequence[str]:
        """Return the claims of a namespace that no set looks for; where there are many, none."""
        found = self._lonely.get(namespace, ())
        return found if len(found) <= _MANY else ()

    @cached_property
    def _lonely(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for namespace, name in self.existing.orphans:
            found.setdefault(namespace, []).append(name)
        return found

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
        self._seat_by_name(found)
        for seats in found.values():
            self._seat_by_chance(seats)
        return list(found.values())

    def _seat_by_name(self, found: Mapping[tuple[str, str, str], Seats]) -> None:
        """Give the ordinals without a claim the volumes that are named after them."""
        for volume in self.idle.left_over():
            head, number = numbered(volume.name)
            vacant = [
                found[owner]
                for owner in self._by_volume_name.get(head, ())
                if number is not None and found[owner].is_vacant(number)
            ]
            # Sets of one name in several namespaces have an equal right to it.
            if number is not None and len(vacant) == 1:
                vacant[0].unreserved[number] = volume
                self.idle.take(volume.name)

    def _seat_by_chance(self, seats: Seats) -> None:
        """Give the ordinals without a claim the volumes that their claims might get."""
        wanted = seats.template.storage
        if self.is_provisioned(seats):
            return
        there = seats.claims.keys() | seats.volumes.keys() | seats.unreserved.keys()
        for ordinal in (
            number for run in gaps(seats.stateful_set.ordinals, there) for number in run
        ):
            volume = self.idle.take_like(wanted, seats.template.name, ordinal)
            volume = volume or self.idle.take_fitting(wanted)
            if volume is None:
                return
            seats.unreserved[ordinal] = volume

    @cached_property
    def _by_volume_name(self) -> Mapping[str, list[tuple[str, str, str]]]:
        """Namespaces, sets and claim templates by that which stands before volumes' ordinals."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for each in self.existing.stateful_sets:
            for template in each.templates:
                for head in {pattern.pieces[0] for pattern in volume_names(each, template)}:
                    found.setdefault(head, []).append((each.namespace, each.name, template.name))
        return found

    def claim_by_name(self, volume: ExistingVolume) -> Key | None:
        """Return the claim that a volume is named after."""
        head, number = numbered(volume.name)
        found = self._by_volume_name.get(head, ())
        if len(found) != 1 or number is None:
            return None
        namespace, stateful_set, template = found[0]
        return namespace, claim_name(template, stateful_set).at(number)

    def volume_by_name(self, claim: ExistingClaim) -> ExistingVolume | None:
        """Return the volume that is named after a set's claim."""
        for stateful_set, template, ordinal in self.existing.wanting(claim.key):
            for pattern in volume_names(stateful_set, template):
                if volume := self.existing.volumes.get(pattern.at(ordinal)):
                    return volume
        return None

    def is_needed(self, claim: Key) -> bool:
        """Return whether a claim is there, or an ordinal of a set needs it."""
        return claim in self.existing.claims or self.is_wanted(claim)

    def is_wanted(self, claim: Key) -> bool:
        """Return whether an ordinal of a set needs a claim."""
        return any(number in each.ordinals for each, _, number in self.existing.wanting(claim))

    @cached_property
    def seats_by_set(self) -> Sequence[tuple[ExistingSet, Sequence[Seats]]]:
        """The sets that have claim templates, each with the seats of all of them."""
        found: dict[Key, list[Seats]] = {}
        for seats in self.seats:
            key = seats.stateful_set.namespace, seats.stateful_set.name
            found.setdefault(key, []).append(seats)
        return [(each[0].stateful_set, each) for each in found.values()]

    @cached_property
    def has_nfs(self) -> bool:
        """Whether there is any volume on an NFS server, which shows where others may lie."""
        return any(each.server for each in self.existing.volumes.values())

    def is_provisioned(self, seats: Seats) -> bool:
        """Return whether a provisioner makes a template's volumes, which then need not be there."""
        if seats.volumes or seats.unreserved:
            return not (seats.unreserved or any(each.is_static for each in seats.volumes.values()))
        classes = {each.storage.storage_class for each in seats.claims.values()}
        classes.add(seats.template.storage.storage_class)
        named = [each for each in classes if each]
        return bool(named) and not any(map(self.idle.has_class, named))

    def service_of(self, stateful_set: ExistingSet) -> ExistingService | None:
        """Return the governing Service of a set."""
        return self.existing.services.get((stateful_set.namespace, stateful_set.service_name))

    @cached_property
    def idle(self) -> Idle:
        """The volumes that nobody has."""
        return Idle(each for each in self.existing.volumes.values() if self._is_idle(each))

    def _is_idle(self, volume: ExistingVolume) -> bool:
        if volume.phase not in ("", "Pending", "Available") or volume.name in self.takers:
            return False
        key = volume.claim
        # What a server holds may be reserved for a claim of a namespace that was not read.
        is_there = key and (
            key in self.existing.claims or self.existing.wanting(key) or volume.manifest.is_stored
        )
        return volume.is_static and not is_there

    def _meant_for(self, claim: ExistingClaim) -> ExistingVolume | None:
        """Return the volume that a claim's selector or its own name says to be for the claim."""
        if selector := claim.selector:
            return self.idle.take_selected(selector)
        for stateful_set, template, ordinal in self.existing.wanting(claim.key):
            for pattern in volume_names(stateful_set, template):
                if volume := self.idle.take(pattern.at(ordinal)):
                    return volume
        return None


def is_chosen_by_binder(pair: Pair) -> bool:
    """Return whether a bound pair was brought together by the binder, not by its owner."""
    return any(
        _BOUND_BY_CONTROLLER in each.annotations
        for each in (pair.claim.manifest, pair.volume.manifest)
    )


def is_selected(pair: Pair) -> bool:
    """Return whether a volume has the labels that its claim's selector asks for."""
    return is_met(pair.claim.selector, pair.volume.labels)
