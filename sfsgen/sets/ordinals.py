"""Which claim and which volume belong to which ordinal, and what ties them: decided once, here."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from sfsgen.kubernetes.binder import size
from sfsgen.kubernetes.names import Pattern, claim_name, numbered
from sfsgen.sets.existing import Existing, ExistingSet, ExistingTemplate
from sfsgen.sets.free_volumes import FreeVolumes
from sfsgen.sets.runs import gaps
from sfsgen.values.pairs import Claim, Key, Pair, Tie, Volume

_GUESSED = frozenset((Tie.SELECTOR, Tie.NAME, Tie.CHANCE))


class Ordinal(NamedTuple):
    """One ordinal of a set: what it has for one of the claim templates."""

    stateful_set: ExistingSet
    template: ExistingTemplate
    number: int
    claim: Claim | None = None
    volume: Volume | None = None
    """Its claim's, or the one that is there for a claim which is missing."""
    tie: Tie = Tie.NONE

    @property
    def claim_key(self) -> Key:
        """The namespace and name of its claim."""
        name = self.stateful_set.claim_name(self.template).at(self.number)
        return self.stateful_set.namespace, name

    @property
    def is_guessed(self) -> bool:
        """Whether neither side says that they belong together."""
        return self.tie in _GUESSED


class TemplateOrdinals:
    """The ordinals of one claim template; those are kept that have a claim or a volume."""

    def __init__(self, stateful_set: ExistingSet, template: ExistingTemplate) -> None:
        self.stateful_set = stateful_set
        self.template = template
        self.rows: dict[int, Ordinal] = {}

    def row(self, number: int) -> Ordinal:
        """Return an ordinal; there may be billions that have nothing."""
        return self.rows.get(number) or Ordinal(self.stateful_set, self.template, number)

    @cached_property
    def claims(self) -> Mapping[int, Claim]:
        """The claims that are there."""
        return {number: each.claim for number, each in self.rows.items() if each.claim}

    @cached_property
    def volumes(self) -> Mapping[int, Volume]:
        """The volumes that belong to a claim, or are reserved for one that is missing."""
        return {
            number: each.volume
            for number, each in self.rows.items()
            if each.volume and (each.claim or not each.is_guessed)
        }

    @cached_property
    def unreserved(self) -> Mapping[int, Volume]:
        """The volumes that are there for a missing claim, which they do not name."""
        return {
            number: each.volume
            for number, each in self.rows.items()
            if each.volume and each.is_guessed and not each.claim
        }

    @property
    def claim_name(self) -> Pattern:
        """The names of its claims."""
        return self.stateful_set.claim_name(self.template)

    def claim_key(self, number: int) -> Key:
        """Return namespace and name of an ordinal's claim."""
        return self.row(number).claim_key


_Owner = tuple[str, str, str]
"""The namespace and name of a set, and one of its claim templates."""


class Pairing:
    """The claims and volumes of everything that exists, put together once; nothing in it changes.

    First comes what objects say, then what selectors and names say, then what the binder would do.
    """

    def __init__(self, existing: Existing, asked: Mapping[Key, range] | None = None) -> None:
        """`asked` gives ordinals to look at beside those of a set's replicas."""
        self.existing = existing
        self._asked = asked or {}
        self._first_numbers: dict[tuple[str, range], int] = {}

    @cached_property
    def pairs(self) -> Mapping[Key, Pair]:
        """The pairs by their claims; a claim for which no volume is meant is in none."""
        found, left = {}, []
        for key, claim in self.existing.claims.items():
            if pair := self._tied(claim):
                found[key] = pair
            elif not (claim.volume_name or claim.selector) and self.existing.wanting(key):
                left.append(claim)
        # What is left over goes to whoever comes first, as the binder would have it.
        for claim in left:
            _, template, number = self.existing.wanting(claim.key)[0]
            volume = self.unnamed.take_like(claim.storage, template.name, number)
            if volume := volume or self.unnamed.take_fitting(claim.storage):
                found[claim.key] = Pair(claim, volume, Tie.CHANCE)
        return found

    def _tied(self, claim: Claim) -> Pair | None:
        """Return a claim with the volume that either of them, a selector or a name leads to."""
        volume: Volume | None
        if claim.volume_name:
            volume = self.existing.volumes.get(claim.volume_name)
            tie = Tie.BOTH_SIDES if volume and volume.claim == claim.key else Tie.VOLUME_NAME
            tie = Tie.BOUND if claim.phase == "Bound" else tie
        elif volume := self.existing.reserved(claim.key):
            tie = Tie.CLAIM_REF
        elif claim.selector:
            volume, tie = self.free.take_selected(claim.selector), Tie.SELECTOR
        else:
            volume, tie = self._take_named(claim.key), Tie.NAME
        return Pair(claim, volume, tie) if volume else None

    @property
    def ordinals(self) -> Sequence[TemplateOrdinals]:
        """The ordinals of every claim template of every set."""
        return list(self._by_owner.values())

    @cached_property
    def _by_owner(self) -> Mapping[_Owner, TemplateOrdinals]:
        found = {
            _owner(each, template): TemplateOrdinals(each, template)
            for each in self.existing.stateful_sets
            for template in each.templates
        }
        for key, claim in self.existing.claims.items():
            pair = self.pairs.get(key)
            for stateful_set, template, number in self.existing.wanting(key):
                row = Ordinal(stateful_set, template, number, claim)
                if pair:
                    row = row._replace(volume=pair.volume, tie=pair.tie)
                found[_owner(stateful_set, template)].rows[number] = row
        for key, volumes in self.existing.reservations.items():
            for stateful_set, template, number in self.existing.wanting(key):
                ordinals = found[_owner(stateful_set, template)]
                row = ordinals.row(number)
                if row.volume is None:
                    row = row._replace(volume=volumes[0], tie=Tie.CLAIM_REF)
                    ordinals.rows[number] = row
        self._add_named(found)
        for ordinals in found.values():
            self._add_fitting(ordinals)
        return found

    def _add_named(self, found: Mapping[_Owner, TemplateOrdinals]) -> None:
        """Give the ordinals without claim and volume those volumes that are named after them."""
        for volume in self.free.left_over():
            # Sets of one name in several namespaces have an equal right to it.
            vacant = [
                (owner, number)
                for owner, number, _ in self._named_after(volume)
                if number in self._wanted[owner] and number not in found[owner].rows
            ]
            if len(vacant) == 1:
                ((owner, number),) = vacant
                row = found[owner].row(number)._replace(volume=volume, tie=Tie.NAME)
                found[owner].rows[number] = row
                self.free.take(volume.name)

    def _add_fitting(self, ordinals: TemplateOrdinals) -> None:
        """Give the ordinals without claim and volume those that their claims might get.

        Only such as were made for it, by their size. Not where others have volumes of their own:
        these show how the missing ones are made.
        """
        pool = self._pools.get(size(ordinals.template.storage))
        if pool is None:
            return
        template = ordinals.template
        has_its_own = any(each.volume and not each.is_guessed for each in ordinals.rows.values())
        if has_its_own or self.is_provisioned(ordinals):
            return
        wanted = self._wanted[_owner(ordinals.stateful_set, template)]
        for number in (number for run in gaps(wanted, ordinals.rows.keys()) for number in run):
            volume = pool.take_like(template.storage, template.name, number)
            volume = volume or pool.take_fitting(template.storage)
            if volume is None:
                return
            row = ordinals.row(number)._replace(volume=volume, tie=Tie.CHANCE)
            ordinals.rows[number] = row

    @cached_property
    def by_set(self) -> Sequence[tuple[ExistingSet, Sequence[TemplateOrdinals]]]:
        """The sets that have claim templates, each with the ordinals of all of them."""
        found: dict[Key, list[TemplateOrdinals]] = {}
        for each in self.ordinals:
            found.setdefault(each.stateful_set.key, []).append(each)
        return [(each[0].stateful_set, each) for each in found.values()]

    def of(self, stateful_set: ExistingSet, template: ExistingTemplate) -> TemplateOrdinals:
        """Return the ordinals of a set's claim template."""
        return self._by_owner[_owner(stateful_set, template)]

    @cached_property
    def _wanted(self) -> Mapping[_Owner, range]:
        """The ordinals of a claim template that are looked at."""
        return {
            _owner(each, template): self._asked.get(each.key, each.ordinals)
            for each in self.existing.stateful_sets
            for template in each.templates
        }

    def is_provisioned(self, ordinals: TemplateOrdinals) -> bool:
        """Return whether a provisioner makes a template's volumes, which then need not be there."""
        rows = ordinals.rows.values()
        if any(each.volume for each in rows):
            return not any(
                each.volume.is_static or (each.is_guessed and not each.claim)
                for each in rows
                if each.volume
            )
        classes = {each.claim.storage.storage_class for each in rows if each.claim}
        classes.add(ordinals.template.storage.storage_class)
        named = [each for each in classes if each]
        return bool(named) and not any(map(self.free.has_class, named))

    @cached_property
    def takers(self) -> Mapping[str, list[Claim]]:
        """The claims by the volume that they name."""
        found: dict[str, list[Claim]] = {}
        for claim in self.existing.claims.values():
            if claim.volume_name:
                found.setdefault(claim.volume_name, []).append(claim)
        return found

    @cached_property
    def free(self) -> FreeVolumes:
        """The volumes that nobody has."""
        return FreeVolumes(each for each in self.existing.volumes.values() if self._is_free(each))

    @cached_property
    def unnamed(self) -> FreeVolumes:
        """Those of them that are named after no claim of a set."""
        return FreeVolumes(
            each for each in self.free.left_over() if not any(self._named_after(each))
        )

    @cached_property
    def _pools(self) -> Mapping[int, FreeVolumes]:
        """The volumes on NFS servers that are named after no claim, by their sizes."""
        found: dict[int, list[Volume]] = {}
        for each in self.unnamed.left_over():
            if each.server:
                found.setdefault(size(each.storage), []).append(each)
        return {each: FreeVolumes(volumes) for each, volumes in found.items()}

    def _is_free(self, volume: Volume) -> bool:
        if volume.phase not in ("", "Pending", "Available") or volume.name in self.takers:
            return False
        key = volume.claim
        # What a server holds may be reserved for a claim of a namespace that was not read.
        is_there = key and (
            key in self.existing.claims or self.existing.wanting(key) or volume.manifest.is_stored
        )
        return volume.is_static and not is_there

    def _take_named(self, claim: Key) -> Volume | None:
        """Return the free volume that is named after a set's claim, which is then taken."""
        for name in self._names_for(claim):
            volume = self.existing.volumes.get(name)
            if volume and self.claim_by_name(volume) == claim and self.free.take(name):
                return volume
        return None

    def volume_by_name(self, claim: Claim) -> Volume | None:
        """Return the volume that is named after a set's claim."""
        names = self._names_for(claim.key)
        return next(filter(None, map(self.existing.volumes.get, names)), None)

    def claim_by_name(self, volume: Volume) -> Key | None:
        """Return the claim that a volume is named after."""
        found = list(self._named_after(volume))
        if len(found) > 1:  # what our convention says counts more than a name that is like it
            found = [each for each in found if each[2]]
        if len(found) != 1:
            return None
        (((namespace, stateful_set, template), number, _),) = found
        return namespace, claim_name(template, stateful_set).at(number)

    def _names_for(self, claim: Key) -> Iterator[str]:
        """Yield the names of volumes that would be meant for a claim of a set."""
        for stateful_set, template, number in self.existing.wanting(claim):
            for pattern in volume_names(stateful_set, template):
                yield pattern.at(number + self._counts_from(stateful_set, template, pattern))

    def _named_after(self, volume: Volume) -> Iterator[tuple[_Owner, int, bool]]:
        """Yield the claim templates, and their ordinals, that a volume's name says it is for.

        The last is whether it is our own convention that says so.
        """
        head, number = numbered(volume.name)
        for stateful_set, template, pattern in self._by_volume_name.get(head, ()):
            if number is not None:
                first = self._counts_from(stateful_set, template, pattern)
                is_ours = pattern == stateful_set.conventional_volume_name(template)
                yield _owner(stateful_set, template), number - first, is_ours

    @cached_property
    def _by_volume_name(
        self,
    ) -> Mapping[str, list[tuple[ExistingSet, ExistingTemplate, Pattern]]]:
        """Sets, claim templates and names of volumes, by that which stands before the ordinal."""
        found: dict[str, dict[_Owner, tuple[ExistingSet, ExistingTemplate, Pattern]]] = {}
        for each in self.existing.stateful_sets:
            for template in each.templates:
                for pattern in volume_names(each, template):
                    owners = found.setdefault(pattern.pieces[0], {})
                    owners.setdefault(_owner(each, template), (each, template, pattern))
        return {head: list(owners.values()) for head, owners in found.items()}

    def _counts_from(
        self, stateful_set: ExistingSet, template: ExistingTemplate, pattern: Pattern
    ) -> int:
        """Return 1 where the volumes of a name count from 1, and are meant in order; else 0."""
        head, ordinals = pattern.pieces[0], stateful_set.ordinals
        is_ours = pattern == stateful_set.conventional_volume_name(template)
        if is_ours and head in self._held:
            return 0  # where 0 is missing, it is missing
        if shifts := self._shifts.get((_owner(stateful_set, template), head)):
            return int(shifts == {1})
        numbers = self._numbers.get(head, set())
        if not ordinals or ordinals.start in numbers or len(numbers) < len(ordinals):
            return 0
        known = self._first_numbers.get((head, ordinals))
        if known is None:
            known = int(all(number + 1 in numbers for number in ordinals))
            self._first_numbers[head, ordinals] = known
        return known

    @cached_property
    def _shifts(self) -> Mapping[tuple[_Owner, str], set[int]]:
        """By how much volumes count higher than the ordinals of the claims that have them."""
        found: dict[tuple[_Owner, str], set[int]] = {}
        for key, claim in self.existing.claims.items():
            head, number = numbered(claim.volume_name)
            if number is not None and claim.volume_name in self.existing.volumes:
                for stateful_set, template, ordinal in self.existing.wanting(key):
                    owner = _owner(stateful_set, template)
                    found.setdefault((owner, head), set()).add(number - ordinal)
        return found

    @cached_property
    def _held(self) -> set[str]:
        """What stands before the numbers of volumes that are reserved, or that a claim names."""
        return {
            numbered(name)[0]
            for name, each in self.existing.volumes.items()
            if each.claim or name in self.takers
        }

    @cached_property
    def _numbers(self) -> Mapping[str, set[int]]:
        """The numbers of the volumes, by that which stands before them in their names."""
        found: dict[str, set[int]] = {}
        for name in self.existing.volumes:
            head, number = numbered(name)
            if number is not None:
                found.setdefault(head, set()).add(number)
        return found


def volume_names(stateful_set: ExistingSet, template: ExistingTemplate) -> Iterator[Pattern]:
    """Yield the names that say for which claim of a template a volume is meant."""
    name, claim = stateful_set.name, stateful_set.claim_name(template).pieces[0]
    yield stateful_set.conventional_volume_name(template)
    for head in (f"pv-{claim}", claim):
        yield Pattern((head, ""))
    if template is stateful_set.templates[0]:
        for head in (
            f"{name}-",
            f"{name}-pv-",
            f"nfs-{name}-",
            f"pv-{stateful_set.namespace}-{name}-",
        ):
            yield Pattern((head, ""))


def _owner(stateful_set: ExistingSet, template: ExistingTemplate) -> _Owner:
    return stateful_set.namespace, stateful_set.name, template.name
