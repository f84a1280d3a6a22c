"""Names of volumes: for which ordinal of which claim template each says that it is meant."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from sfsgen.kubernetes.names import Pattern, numbered
from sfsgen.sets.found import FoundSet, FoundTemplate, TemplateKey
from sfsgen.sets.inventory import Inventory
from sfsgen.values.pairs import Claim, Key, Volume


class Meaning(NamedTuple):
    """What the name of a volume says."""

    template: FoundTemplate
    number: int

    is_ours: bool
    """Whether it is our own convention that says so."""

    @property
    def claim(self) -> Key:
        """The claim that the volume is meant for."""
        return self.template.key[0], self.template.claim_name.at(self.number)


class VolumeNames:
    """The names of the volumes that exist, as the sets that exist understand them."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._first_numbers: dict[tuple[str, range], int] = {}

    def volume_of(self, claim: Claim) -> Volume | None:
        """Return the volume that is named after a set's claim."""
        names = self.of_claim(claim.key)
        return next(filter(None, map(self._inventory.volumes.get, names)), None)

    def claim_of(self, volume: Volume) -> Key | None:
        """Return the claim that a volume is named after."""
        found = list(self.meanings(volume))
        if len(found) > 1:  # what our convention says counts more than a name that is like it
            found = [each for each in found if each.is_ours]
        return found[0].claim if len(found) == 1 else None

    def of_claim(self, claim: Key) -> Iterator[str]:
        """Yield the names of volumes that would be meant for a claim of a set."""
        for row in self._inventory.wanting(claim):
            for pattern in _patterns(row.template):
                first = self._first_number(row.stateful_set, row.template, pattern)
                yield pattern.at(row.number + first)

    def meanings(self, volume: Volume) -> Iterator[Meaning]:
        """Yield what a volume's name says: nothing, or more than one thing, too."""
        head, number = numbered(volume.name)
        if number is None:
            return
        for stateful_set, template, pattern in self._by_head.get(head, {}).values():
            first = self._first_number(stateful_set, template, pattern)
            yield Meaning(template, number - first, pattern == template.volume_name)

    @cached_property
    def _by_head(
        self,
    ) -> Mapping[str, Mapping[TemplateKey, tuple[FoundSet, FoundTemplate, Pattern]]]:
        """The claim templates, and their patterns, by that which stands before the ordinal."""
        found: dict[str, dict[TemplateKey, tuple[FoundSet, FoundTemplate, Pattern]]] = {}
        for each in self._inventory.stateful_sets:
            for template in each.templates:
                for pattern in _patterns(template):
                    of_head = found.setdefault(pattern.pieces[0], {})
                    of_head.setdefault(template.key, (each, template, pattern))
        return found

    def _first_number(
        self, stateful_set: FoundSet, template: FoundTemplate, pattern: Pattern
    ) -> int:
        """Return 1 where the volumes of a name count from 1, and are meant in order; else 0."""
        head, ordinals = pattern.pieces[0], stateful_set.ordinals
        if pattern == template.volume_name and head in self._held:
            return 0  # where 0 is missing, it is missing
        if shifts := self._shifts.get((template.key, head)):
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
    def _shifts(self) -> Mapping[tuple[TemplateKey, str], set[int]]:
        """By how much volumes count higher than the ordinals of the claims that have them."""
        found: dict[tuple[TemplateKey, str], set[int]] = {}
        for key, claim in self._inventory.claims.items():
            head, number = numbered(claim.volume_name)
            if number is not None and claim.volume_name in self._inventory.volumes:
                for row in self._inventory.wanting(key):
                    found.setdefault((row.template.key, head), set()).add(number - row.number)
        return found

    @cached_property
    def _held(self) -> set[str]:
        """What stands before the numbers of volumes that are reserved, or that a claim names."""
        return {
            numbered(name)[0]
            for name, each in self._inventory.volumes.items()
            if each.claim or name in self._inventory.takers
        }

    @cached_property
    def _numbers(self) -> Mapping[str, set[int]]:
        """The numbers of the volumes, by that which stands before them in their names."""
        found: dict[str, set[int]] = {}
        for name in self._inventory.volumes:
            head, number = numbered(name)
            if number is not None:
                found.setdefault(head, set()).add(number)
        return found


def _patterns(template: FoundTemplate) -> Iterator[Pattern]:
    """Yield the names that say for which claim of a template a volume is meant."""
    namespace, name, _ = template.key
    claim = template.claim_name.pieces[0]
    yield template.volume_name
    for head in (f"pv-{claim}", claim):
        yield Pattern((head, ""))
    if template.is_first:
        for head in (f"{name}-", f"{name}-pv-", f"nfs-{name}-", f"pv-{namespace}-{name}-"):
            yield Pattern((head, ""))
