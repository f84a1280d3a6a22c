"""Looks at what exists with the rules: what they find, where it stands, for which sets."""

from collections.abc import Collection, Container, Iterable, Mapping
from typing import TYPE_CHECKING

from sfsgen.checking.ignoring import Ignores
from sfsgen.checking.ruleset import Rule, findings
from sfsgen.findings.finding import Finding
from sfsgen.findings.located import Located, located
from sfsgen.findings.reservations import is_incomplete
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifests import doubles
from sfsgen.kubernetes.names import numbered
from sfsgen.kubernetes.readable import faults, unfilled
from sfsgen.kubernetes.versions import Target
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.reading import Read, once_a_file
from sfsgen.values.pairs import Volume

if TYPE_CHECKING:
    from sfsgen.kubernetes.manifest import Manifest

# What an inventory calls the objects of each kind.
_KINDS = {
    "StatefulSet": "sets",
    "Service": "services",
    "PersistentVolumeClaim": "claims",
    "PersistentVolume": "volumes",
}


def scene(read: Read, namespace: str, target: Target | None, access: Access) -> Scene:
    """Return the scene of what was read, and of what could not be.

    Without a target, that of every maintained minor.
    """
    sound: list[Manifest] = []
    unreadable = list(read.problems)
    unread: dict[tuple[str, str], set[str]] = {}
    for manifest in read.manifests:
        if found := faults(manifest, access.again):
            unreadable += found
            is_global = manifest.kind == "PersistentVolume"
            key = manifest.kind, "" if is_global else manifest.namespace or namespace
            unread.setdefault(key, set()).add(manifest.name)
        elif manifest.is_kubernetes_own:
            sound.append(manifest)
            unreadable += unfilled(manifest, access.again)
    unreadable = once_a_file(unreadable)
    noted = list(doubles(read.manifests))
    found_there = Inventory(sound, namespace, read.elsewhere)
    later = read.later_labels
    return Scene(found_there, Look(sound, unreadable, unread, target, access, noted, later))


def inspect(
    looked_at: Scene,
    chosen: Iterable[Rule],
    concerned: Container[int] | None = None,
    ignores: Ignores | None = None,
) -> list[Located]:
    """Return what rules find, of everything or of the manifests with some identities.

    What comments ignore is not among it.
    They come in the order of the files, and from top to bottom of each.
    """
    told = (
        each
        for each in findings(looked_at, chosen)
        if concerned is None or _is_about(each, concerned)
    )
    found = map(located, ignores.left(told) if ignores else told)
    return in_order(found, looked_at.look.manifests)


def in_order(found: Iterable[Located], manifests: Iterable["Manifest"]) -> list[Located]:
    """Return findings in the order of the files, and from top to bottom of each, each once."""
    order = dict.fromkeys(each.document.file for each in manifests)
    files = {file: number for number, file in enumerate(order)}
    once = {(each.rule, each.place, each.what): each for each in found}.values()
    return sorted(once, key=lambda each: (files.get(each.place.file, -1), each.place))


def of_namespace(scene: Scene, namespace: str) -> set[int]:
    """Return the identities of the manifests in a namespace, and of volumes of its claims.

    Those that are nobody's yet could be meant for them, and are looked at as well.
    """
    found = scene.inventory
    own = [
        each.manifest
        for kind in (found.sets, found.services, found.claims)
        for key, each in kind.items()
        if key[0] == namespace
    ]
    homes = _Homes(scene)
    volumes = [each.volume for key, each in scene.pairing.pairs.items() if key[0] == namespace]
    volumes += [each for each in found.volumes.values() if homes.may_be_of(each, namespace)]
    return {id(each) for each in own} | {id(each.manifest) for each in volumes}


class _Homes:
    """The namespaces that volumes are of, as far as what was read shows it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._by_head: dict[str, set[str]] = {}
        """The namespaces of sets, by what stands before the ordinals of their claims."""
        self._by_volume: dict[str, set[str]] = {}
        """Those of the claims that name a volume, or after which it is named."""
        for (namespace, _), pair in scene.pairing.pairs.items():
            self._by_volume.setdefault(pair.volume.name, set()).add(namespace)
        for rows in scene.pairing.ordinals:
            namespace = rows.stateful_set.namespace
            head = rows.template.claim_name.pieces[0]
            self._by_head.setdefault(head, set()).add(namespace)
            for _, volume in rows.unreserved:
                self._by_volume.setdefault(volume.name, set()).add(namespace)

    def may_be_of(self, volume: Volume, namespace: str) -> bool:
        """Return whether a claim of a namespace has a volume, or could be meant to get it."""
        if owner := self._scene.inventory.owner(volume):
            return owner[0] == namespace
        reference = volume.manifest.at("spec", "claimRef") or {}
        if written := reference.get("namespace"):
            return bool(written == namespace)
        homes = self._by_volume.get(volume.name, set())
        if name := reference.get("name"):
            homes = {*self._by_head.get(numbered(name)[0], ())}
            homes |= {*self._scene.namespaces_of.get(name, ())}
        return not homes or namespace in homes


def of_sets(scene: Scene, sets: Collection[FoundSet]) -> set[int]:
    """Return the identities of the manifests that have to do with some sets."""
    chosen = {each.key for each in sets}
    concerned = {id(each.manifest) for each in sets}
    for stateful_set, templates in scene.pairing.by_set:
        if stateful_set.key in chosen:
            rows = [row for each in templates for row in each.by_number.values()]
            concerned |= {id(row.claim.manifest) for row in rows if row.claim}
            concerned |= {id(row.volume.manifest) for row in rows if row.volume}
            if service := scene.service_of(stateful_set):
                concerned.add(id(service.manifest))
            served = (scene.spare.get(each.template.key, {}) for each in templates)
            concerned |= {id(each.manifest) for one in served for each in one.values()}
    namespaces = {namespace for namespace, _ in chosen}
    for volume in filter(is_incomplete, scene.inventory.volumes.values()):
        keys = ((each, _half_name(volume)) for each in namespaces)
        if any(
            row.stateful_set.key in chosen for key in keys for row in scene.inventory.wanting(key)
        ):
            concerned.add(id(volume.manifest))
    return concerned


def _half_name(volume: Volume) -> str:
    """Return the name in a claimRef without a namespace."""
    reference = volume.manifest.at("spec", "claimRef")
    return "" if reference.get("namespace") else reference.get("name") or ""


def _is_about(finding: Finding, concerned: Container[int]) -> bool:
    sides = (finding.manifest, *finding.related)
    return any(each is None or id(each) in concerned for each in sides)


def objects_by_kind(scene: Scene, concerned: Container[int] | None) -> Mapping[str, set[int]]:
    """Return the identities of the objects of each kind that are looked at."""
    return {
        kind: {
            id(each.manifest)
            for each in getattr(scene.inventory, held).values()
            if concerned is None or id(each.manifest) in concerned
        }
        for kind, held in _KINDS.items()
    }
