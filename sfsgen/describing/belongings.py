"""What belongs to a set among all that exists: its Services, and the pairs of its ordinals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.server_filled import own
from sfsgen.sets.found import FoundService, FoundSet, Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.values.tree import without_empty


class Belongings(NamedTuple):
    """A set, and what is there of its own."""

    inventory: Inventory
    """All that exists."""
    stateful_set: FoundSet
    governing: FoundService | None
    """The Service that gives its pods their names."""
    others: Sequence[FoundService]
    """Further Services that lead to its pods."""
    rows: Sequence[Sequence[Ordinal]]
    """For each claim template the ordinals that have a claim or a volume, in their order."""
    values: Mapping[int, Mapping[str, Any]]
    """What its owner says in each object, by the identity of its manifest."""

    def said(self, manifest: Manifest) -> Mapping[str, Any]:
        """Return what an object's owner says in it, without what a server fills in."""
        return self.values[id(manifest)]

    @property
    def manifests(self) -> Iterator[Manifest]:
        """What is there of a set: itself first."""
        yield self.stateful_set.manifest
        yield from (each.manifest for each in (self.governing, *self.others) if each)
        for rows in self.rows:
            for row in rows:
                yield from (each.manifest for each in (row.volume, row.claim) if each)


def belongings(pairing: Pairing, stateful_set: FoundSet) -> Belongings:
    """Return what belongs to a set."""
    services = pairing.inventory.services
    governing = services.get((stateful_set.namespace, stateful_set.service_name))
    metadata = stateful_set.manifest.at("spec", "template", "metadata") or {}
    labels = metadata.get("labels") or {}
    of_others = {
        (each.namespace, each.service_name)
        for each in pairing.inventory.stateful_sets
        if each is not stateful_set
    }
    others = [
        each
        for key, each in services.items()
        if each is not governing
        and key not in of_others
        and each.namespace == stateful_set.namespace
        and each.selector
        and each.selector.items() <= labels.items()
    ]
    rows = [
        [row for _, row in sorted(pairing.of(each).by_number.items())]
        for each in stateful_set.templates
    ]
    found = Belongings(pairing.inventory, stateful_set, governing, others, rows, {})
    return found._replace(values={id(each): _said(each) for each in found.manifests})


def _said(manifest: Manifest) -> Mapping[str, Any]:
    value: Mapping[str, Any] = without_empty(own(manifest.value))
    return value
