"""What the dump of an old cluster holds of a set, as objects for a new one."""

from collections.abc import Iterator, Sequence

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.selectors import is_met
from sfsgen.kubernetes.server_filled import own
from sfsgen.plans.making import fitted, reserved, without_owners
from sfsgen.plans.outcomes import Lacking, Object
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing


def written(manifest: Manifest, namespace: str = "") -> Object:
    """Return an object as its owner would write it, without what its old server made of it."""
    value = without_owners(own(manifest.value))
    metadata = {key: each for key, each in value["metadata"].items() if key != "finalizers"}
    where = {"namespace": namespace} if namespace else {}
    return {**value, "metadata": {**metadata, **where}}


def of_old(pairing: Pairing, stateful_set: FoundSet) -> Lacking:
    """Return the claims and volumes that a set had, reserved for each other."""
    volumes, claims = {}, {}
    for row in _rows(pairing, stateful_set):
        if row.volume is None or row.is_guessed:
            continue
        key = row.claim_key
        volumes[key] = reserved(written(row.volume.manifest), key)
        if row.claim:
            claim = written(row.claim.manifest, stateful_set.namespace)
            claims[key] = fitted(claim, key, volumes[key])
    return Lacking(volumes, claims, known=volumes)


def _rows(pairing: Pairing, stateful_set: FoundSet) -> Iterator[Ordinal]:
    for template in stateful_set.templates:
        yield from pairing.of(template).by_number.values()


def beside(inventory: Inventory, stateful_set: FoundSet) -> Sequence[Object]:
    """Return the set itself, after the Services that its pods are reached by."""
    labels = stateful_set.manifest.at("spec", "template", "metadata", "labels") or {}
    services = [
        written(each.manifest, each.namespace)
        for each in inventory.services.values()
        if each.namespace == stateful_set.namespace
        and (
            each.name == stateful_set.service_name
            or (each.selector and is_met({"matchLabels": each.selector}, labels))
        )
    ]
    return [*services, written(stateful_set.manifest, stateful_set.namespace)]
