"""What exists: the StatefulSets, claims, volumes and Services among manifests, by name."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import numbered
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.nfs import NfsDirectory
from sfsgen.sets.found import (
    FoundService,
    FoundSet,
    FoundTemplate,
    Ordinal,
    found_claim,
    found_service,
    found_set,
    found_volume,
)
from sfsgen.sets.pod_volumes import claims_used
from sfsgen.values.pairs import Claim, Key, Volume


class ClaimsElsewhere(NamedTuple):
    """The claims beside those that were read: of other namespaces."""

    by_uid: Mapping[str, Key]
    by_volume: Mapping[str, Sequence[Key]]
    """Those that were bound once, by the volumes that they name."""
    is_complete: bool
    """Whether these, and those that were read, are all that the cluster has."""


UNKNOWN_ELSEWHERE = ClaimsElsewhere({}, {}, is_complete=False)
"""What files show: nobody knows what they leave out."""


class Inventory:
    """What exists, by name; of two objects that share one, the first."""

    def __init__(
        self,
        manifests: Iterable[Manifest],
        default_namespace: str,
        elsewhere: ClaimsElsewhere = UNKNOWN_ELSEWHERE,
    ) -> None:
        """Take what exists from manifests without faults; other kinds are passed over.

        An object without a namespace is in the default one, as kubectl would put it.
        """
        self.elsewhere = elsewhere
        self.sets: dict[Key, FoundSet] = {}
        self.claims: dict[Key, Claim] = {}
        self.volumes: dict[str, Volume] = {}
        self.services: dict[Key, FoundService] = {}
        self.duplicates: list[tuple[Manifest, Manifest]] = []
        """Manifests with a kind, namespace and name that another had before."""
        self.namesakes: list[tuple[Volume, Volume]] = []
        """The same of volumes, where both are reserved, for two claims."""
        self._wanting: dict[Key, Sequence[Ordinal]] = {}
        for manifest in manifests:
            # A name that the server is to make up nothing can refer to.
            if manifest.name and manifest.is_kubernetes_own:
                self._add(manifest, manifest.namespace or default_namespace)

    def _add(self, manifest: Manifest, namespace: str) -> None:
        key, kind = (namespace, manifest.name), manifest.kind
        before: FoundSet | FoundService | Claim | Volume
        if kind == "PersistentVolumeClaim":
            before = self.claims.setdefault(key, found_claim(manifest, namespace))
        elif kind == "PersistentVolume":
            volume = found_volume(manifest)
            before = first = self.volumes.setdefault(manifest.name, volume)
            if first.claim and volume.claim and first.claim != volume.claim:
                self.namesakes.append((first, volume))
                return
        elif kind == "Service":
            before = self.services.setdefault(key, found_service(manifest, namespace))
        elif kind in STATEFUL_SET_KINDS and manifest.api_version.startswith("apps/"):
            before = self.sets.setdefault(key, found_set(manifest, namespace))
        else:
            return
        if before.manifest is not manifest:
            self.duplicates.append((before.manifest, manifest))

    @property
    def twice(self) -> Iterator[tuple[Manifest, Manifest]]:
        """The manifests with one kind, namespace and name: the first of them, and each other."""
        yield from self.duplicates
        yield from ((first.manifest, second.manifest) for first, second in self.namesakes)

    @property
    def manifests(self) -> Iterator[Manifest]:
        """The manifests of all, also of those that stand there twice."""
        kinds = (self.sets, self.services, self.claims, self.volumes)
        yield from (each.manifest for kind in kinds for each in kind.values())
        yield from (second for _, second in self.duplicates)
        yield from (second.manifest for _, second in self.namesakes)

    @property
    def stateful_sets(self) -> tuple[FoundSet, ...]:
        """The sets."""
        return tuple(self.sets.values())

    @cached_property
    def set_names(self) -> Mapping[str, int]:
        """How many sets, in all namespaces, bear a name."""
        return Counter(each.name for each in self.sets.values())

    @cached_property
    def reservations(self) -> Mapping[Key, list[Volume]]:
        """The volumes by the claims that they are reserved for."""
        found: dict[Key, list[Volume]] = {}
        for volume in self.volumes.values():
            if volume.claim and not self.is_taken_over(volume):
                found.setdefault(volume.claim, []).append(volume)
        for volumes in found.values():
            volumes.sort(key=lambda each: each.is_left)  # one that is Released may be an older one
        return found

    @cached_property
    def takers(self) -> Mapping[str, list[Claim]]:
        """The claims by the volume that they name."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims.values():
            if claim.volume_name:
                found.setdefault(claim.volume_name, []).append(claim)
        return found

    def reserved(self, key: Key) -> Volume | None:
        """Return the first volume that is reserved for a claim."""
        return next(iter(self.reservations.get(key, ())), None)

    @cached_property
    def _holders(self) -> Mapping[str, Key]:
        """The claims of all namespaces, as far as they are known, by their uids."""
        read = {each.uid: each.key for each in self.claims.values() if each.uid}
        return {**self.elsewhere.by_uid, **read}

    def holder(self, volume: Volume) -> Key | None:
        """Return the claim whose uid a volume holds, of whatever namespace, if it is there.

        The volume is that claim's, whatever else its claimRef says: a bound claim and its volume
        find each other by the uid (pv_controller.go, syncBoundClaim; measured).
        """
        return self._holders.get(volume.claim_uid) if volume.manifest.is_stored else None

    def is_taken_over(self, volume: Volume) -> bool:
        """Return whether a claimRef names another claim than the one whose uid it holds."""
        return self.holder(volume) not in (None, volume.claim)

    def owner(self, volume: Volume) -> Key | None:
        """Return the claim that a stored volume is left to, or None where nobody has it.

        It is the claim whose uid the volume holds; else the one that it is reserved for, if that
        is there; else the one that was bound to it once, and names it.
        """
        if not volume.manifest.is_stored:
            return None
        if holder := self.holder(volume):
            return holder
        if volume.claim and (volume.claim in self.claims or self.is_foreign(volume)):
            return volume.claim
        return self._bound_once.get(volume.name) or next(
            iter(self.elsewhere.by_volume.get(volume.name, ())), None
        )

    def users(self, volume: Volume) -> Iterator[Key]:
        """Yield the claims whose pods may have a volume mounted: its owner, and the Lost ones."""
        bound = (each.key for each in self.takers.get(volume.name, ()) if each.was_bound)
        known = (*bound, *self.elsewhere.by_volume.get(volume.name, ()))
        owner = self.owner(volume)
        yield from dict.fromkeys((*((owner,) if owner else ()), *known))

    def is_anothers(self, volume: Volume, key: Key) -> bool:
        """Return whether a stored volume is left to another claim."""
        return self.owner(volume) not in (None, key)

    @cached_property
    def _bound_once(self) -> Mapping[str, Key]:
        """The claims that were bound, by their volumes: those that are Bound before the Lost."""
        bound_last = sorted(self.claims.values(), key=lambda each: each.phase == "Bound")
        return {each.volume_name: each.key for each in bound_last if each.was_bound}

    def is_foreign(self, volume: Volume) -> bool:
        """Return whether a stored volume is for a claim that was not read: of another namespace."""
        if not volume.manifest.is_stored or volume.claim is None or volume.claim in self.claims:
            return False
        if volume.phase == "Bound" or self.holder(volume):
            return True
        if self.elsewhere.is_complete:
            return volume.claim in self._claims_elsewhere
        if volume.is_left and (volume.claim_uid or volume.claim[0] in self._namespaces):
            return False  # its claim is gone; whoever takes it looks for the uid first
        return bool(volume.claim_uid) or volume.claim[0] not in self._namespaces

    @cached_property
    def _claims_elsewhere(self) -> frozenset[Key]:
        return frozenset(self.elsewhere.by_uid.values())

    @cached_property
    def _namespaces(self) -> set[str]:
        """The namespaces of what was read."""
        return {key[0] for kind in (self.sets, self.claims, self.services) for key in kind}

    @cached_property
    def directories(self) -> Mapping[NfsDirectory, list[Volume]]:
        """The volumes by the directory that they lie in."""
        found: dict[NfsDirectory, list[Volume]] = {}
        for volume in self.volumes.values():
            if volume.server:
                found.setdefault(volume.place, []).append(volume)
        return found

    @cached_property
    def _in_order(self) -> Sequence[NfsDirectory]:
        """The directories; those below another one stand together, though not right behind it."""
        return sorted(self.directories)

    def _below(self, directory: NfsDirectory) -> Iterator[NfsDirectory]:
        """Yield the directories of volumes below another directory."""
        if directory.path == "/":
            return  # all lie below it, which says nothing
        first = NfsDirectory(directory.server, f"{directory.path}/")
        for index in range(bisect_left(self._in_order, first), len(self._in_order)):
            next_one = self._in_order[index]
            if next_one.server != first.server or not next_one.path.startswith(first.path):
                return
            yield next_one

    def overlapping(self, wanted: Volume, *, is_shared: bool) -> Volume | None:
        """Return a volume whose data lies in the directory of one that is wanted, above or below.

        In a directory that is shared by intent others may lie, but not above or below it.
        """
        here = None if is_shared else self._volume_in(wanted.place)
        below = next(self._below(wanted.place), None)
        return here or (below and self.directories[below][-1]) or self.around(wanted)

    def overlaps(self, volume: Volume) -> Iterator[Volume]:
        """Yield the volumes whose data lies in the directory of a volume, below it or above it."""
        if not volume.server:
            return
        place = volume.place
        for each in (place, *self._below(place), *parents(place)):
            yield from self.directories.get(each, ())

    def around(self, volume: Volume) -> Volume | None:
        """Return a volume whose directory lies above that of another one, the nearest."""
        return next(filter(None, map(self._volume_in, parents(volume.place))), None)

    def _volume_in(self, directory: NfsDirectory) -> Volume | None:
        volumes = self.directories.get(directory)
        return volumes[-1] if volumes else None

    @cached_property
    def _templates(self) -> Mapping[Key, list[tuple[FoundSet, FoundTemplate]]]:
        """The claim templates by the namespace of their claims, and what stands before ordinals."""
        found: dict[Key, list[tuple[FoundSet, FoundTemplate]]] = {}
        for each in self.sets.values():
            for template in each.templates:
                head = each.namespace, template.claim_name.pieces[0]
                found.setdefault(head, []).append((each, template))
        return found

    def wanting(self, claim: Key) -> Sequence[Ordinal]:
        """Return the ordinals whose sets look for a claim of this name."""
        known = self._wanting.get(claim)
        if known is None:
            known = self._wanting[claim] = self._ordinals_of(*claim)
        return known

    def _ordinals_of(self, namespace: str, name: str) -> Sequence[Ordinal]:
        head, number = numbered(name)
        templates = self._templates.get((namespace, head))
        # The controller writes no leading zeros.
        if templates and number is not None and name == f"{head}{number}":
            return [Ordinal(stateful_set, template, number) for stateful_set, template in templates]
        return ()

    @cached_property
    def orphans(self) -> Sequence[Key]:
        """The claims that no set looks for, whatever its replicas, and no pod template names."""
        used = {
            (each.namespace, name)
            for each in self.sets.values()
            for name in claims_used(each.manifest)
        }
        return [key for key in self.claims if key not in used and not self.wanting(key)]


def parents(directory: NfsDirectory) -> Iterator[NfsDirectory]:
    """Yield the directories that a directory lies below, but for the root of the server."""
    path = directory.path.rpartition("/")[0]
    while path:
        yield NfsDirectory(directory.server, path)
        path = path.rpartition("/")[0]
