"""What rules look at: which claim and volume are meant for each other, and which set wants them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.documents.document import Double
from sfsgen.findings.nfs_sources import NfsSource, nfs_sources
from sfsgen.findings.spare import Spare, spare_volumes
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import numbered
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundService, FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.pod_volumes import PodVolume, pod_volumes
from sfsgen.sets.renames import Renamed, renamed_claims
from sfsgen.values.pairs import Claim, Key, Pair, Volume

if TYPE_CHECKING:
    from sfsgen.kubernetes.fields import Fields

_MANY = 100  # claims; among more, likeness says nothing
_BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"


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
    doubles: Sequence[tuple[Manifest, Double]] = ()
    """The keys that stand several times in objects."""
    later_labels: Mapping[str, str] = {}
    """Those that a kustomization gives to pods and selectors."""
    comments: Sequence[Problem] = ()
    """What is wrong with the comments by which findings are ignored."""


class Scene:
    """Everything that is looked at, as the rules need it; nothing in it changes."""

    def __init__(self, inventory: Inventory, look: Look, pairing: Pairing | None = None) -> None:
        self.inventory = inventory
        self.look = look
        self.target = look.target or Target()
        self.cures = Cures(inventory, look.access)
        self.pairing = pairing or Pairing(inventory)

    @cached_property
    def fields(self) -> "Fields":
        """The fields that the target takes."""
        from sfsgen.kubernetes.fields import Fields

        return Fields(self.target)

    def is_unread(self, kind: str, name: str, namespace: str = "") -> bool:
        """Return whether an object is there, but so that it cannot be read."""
        return name in self.look.unread.get((kind, namespace), ())

    @cached_property
    def waiting(self) -> Sequence[Pair]:
        """The pairs that the binder has still to judge: not bound, and not both pinned.

        Not those with a volume that is left to another claim: the rule claim-ref tells of them.
        """
        return [
            each
            for each in self.pairing.pairs.values()
            if not (each.is_bound or each.is_pinned)
            and not self.inventory.is_anothers(each.volume, each.claim.key)
        ]

    @cached_property
    def renamed(self) -> Sequence[Renamed]:
        """The claims whose names were changed away from their set."""
        return [each for each in renamed_claims(self.inventory) if each.meant.is_wanted]

    @cached_property
    def accounted(self) -> Mapping[Key, set[int]]:
        """The ordinals whose claims are there, but broken or under another name.

        By namespace and that which stands before the ordinal.
        """
        found: dict[Key, set[int]] = {}
        names = [each.meant.claim_key for each in self.renamed]
        for (kind, namespace), broken in self.look.unread.items():
            if kind == "PersistentVolumeClaim":
                names += [(namespace, name) for name in broken]
        for namespace, name in names:
            head, number = numbered(name)
            if number is not None:
                found.setdefault((namespace, head), set()).add(number)
        return found

    def lasting_key(self, claim: Claim) -> Key:
        """Return namespace and name that a claim has once the rule `name` is followed."""
        return self._lasting_keys.get(claim.key, claim.key)

    @cached_property
    def _lasting_keys(self) -> Mapping[Key, Key]:
        return {each.claim.key: each.meant.claim_key for each in self.renamed}

    @cached_property
    def namespaces_of(self) -> Mapping[str, list[str]]:
        """The namespaces that hold a claim of a name."""
        found: dict[str, list[str]] = {}
        for namespace, name in self.inventory.claims:
            found.setdefault(name, []).append(namespace)
        return found

    def lonely(self, namespace: str) -> Sequence[str]:
        """Return the claims of a namespace that no set looks for; where there are many, none."""
        found = self._lonely.get(namespace, ())
        return found if len(found) <= _MANY else ()

    @cached_property
    def _lonely(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for namespace, name in self.inventory.orphans:
            found.setdefault(namespace, []).append(name)
        return found

    @cached_property
    def unfit(self) -> Sequence[Volume]:
        """The volumes made by hand that nobody has, in the order of their numbers."""
        found = (
            each
            for each in self.pairing.free.left_over()
            if each.claim is None and each.is_static and each.phase in ("", "Available")
        )
        unpaired = [each for each in found if each.name not in self.pairing.by_volume]
        return sorted(unpaired, key=lambda each: (numbered(each.name)[1] or 0, each.name))

    @cached_property
    def spare(self) -> Spare:
        """Which vacant ordinals get one of the volumes that are free, though for nobody."""
        return spare_volumes(self.pairing, self.accounted)

    def is_needed(self, claim: Key) -> bool:
        """Return whether a claim is there, or an ordinal of a set needs it."""
        return claim in self.inventory.claims or self.is_wanted(claim)

    def is_wanted(self, claim: Key) -> bool:
        """Return whether an ordinal of a set needs a claim."""
        return any(row.is_wanted for row in self.inventory.wanting(claim))

    @cached_property
    def without_free_names(self) -> set[Key]:
        """The sets of which a volume would be named as one is that is another claim's."""
        found: set[Key] = set()
        by_head: dict[str, list[tuple[FoundSet, FoundTemplate]]] = {}
        for each in self.inventory.stateful_sets:
            for template in each.templates:
                by_head.setdefault(template.volume_name.pieces[0], []).append((each, template))
        for name, volume in self.inventory.volumes.items():
            head, number = numbered(name)
            if number is not None and (volume.claim or name in self.inventory.takers):
                rows = (Ordinal(*each, number) for each in by_head.get(head, ()))
                found |= {row.stateful_set.key for row in rows if self._is_left_without(row)}
        return found

    def _is_left_without(self, row: Ordinal) -> bool:
        """Return whether an ordinal is wanted, and neither has a volume nor names one."""
        claim = self.inventory.claims.get(row.claim_key)
        is_reserved = row.claim_key in self.inventory.reservations
        return row.is_wanted and not (is_reserved or (claim and claim.volume_name))

    @cached_property
    def on_nfs(self) -> set[Key]:
        """The sets of which a volume lies on an NFS server, which shows where others may lie."""
        return {
            each.stateful_set.key
            for each in self.pairing.ordinals
            if any(row.volume and row.volume.server for row in each.by_number.values())
        }

    def pod_volumes(self, stateful_set: FoundSet) -> Sequence[PodVolume]:
        """Return the volumes of a set's pod template that hold data outside of its pods."""
        return self._pod_volumes[stateful_set.key]

    @cached_property
    def nfs_sources(self) -> Sequence[NfsSource]:
        """What is mounted from NFS servers: volumes, and volumes of pod templates."""
        return list(nfs_sources(self.inventory, self._pod_volumes))

    @cached_property
    def _pod_volumes(self) -> Mapping[Key, Sequence[PodVolume]]:
        return {each.key: pod_volumes(each.manifest) for each in self.inventory.stateful_sets}

    def service_of(self, stateful_set: FoundSet) -> FoundService | None:
        """Return the governing Service of a set."""
        return self.inventory.services.get((stateful_set.namespace, stateful_set.service_name))


def is_chosen_by_binder(pair: Pair) -> bool:
    """Return whether a bound pair was brought together by the binder, not by its owner."""
    return any(
        _BOUND_BY_CONTROLLER in each.annotations
        for each in (pair.claim.manifest, pair.volume.manifest)
    )


def is_selected(pair: Pair) -> bool:
    """Return whether a volume has the labels that its claim's selector asks for."""
    return is_met(pair.claim.selector, pair.volume.labels)
