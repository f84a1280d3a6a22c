"""What the pods of a set need beside their volumes, and which Services are the set's alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.selectors import is_met
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.storage_drivers import SECRETS
from sfsgen.values.pairs import Key, Volume

Need = tuple[str, str]
"""The kind and the name of an object in the namespace of a set."""
_SOURCES = (("configMapRef", "ConfigMap"), ("secretRef", "Secret"))
_KEYS = (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))


def needed(manifest: Manifest) -> list[Need]:
    """Return what has to be in the namespace of a set before its pods start, each once.

    What is optional they start without.
    """
    pod = manifest.at("spec", "template", "spec") or {}
    return list(dict.fromkeys(_of_pod(pod)))


def _of_pod(pod: Mapping[str, Any]) -> Iterator[Need]:
    account = pod.get("serviceAccountName") or ""
    if account not in ("", "default"):  # each namespace has the default one
        yield "ServiceAccount", account
    yield from (("Secret", each["name"]) for each in pod.get("imagePullSecrets") or ())
    for kind in ("initContainers", "containers"):
        for container in pod.get(kind) or ():
            yield from _of_container(container)
    for volume in pod.get("volumes") or ():
        yield from _of_volume(volume)


def _of_container(container: Mapping[str, Any]) -> Iterator[Need]:
    for each in container.get("envFrom") or ():
        yield from _named(each, _SOURCES)
    for each in container.get("env") or ():
        yield from _named(each.get("valueFrom") or {}, _KEYS)


def _of_volume(volume: Mapping[str, Any]) -> Iterator[Need]:
    for source in [volume, *((volume.get("projected") or {}).get("sources") or ())]:
        yield from _named(source, (("configMap", "ConfigMap"), ("secret", "Secret")))
    if claim := volume.get("persistentVolumeClaim"):
        yield "PersistentVolumeClaim", claim["claimName"]


def _named(source: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> Iterator[Need]:
    for field, kind in fields:
        found = source.get(field) or {}
        name = found.get("name") or found.get("secretName")
        if name and not found.get("optional"):
            yield kind, name


def services_of(inventory: Inventory, stateful_set: FoundSet) -> list[FoundService]:
    """Return the Services of a set and of no other: its governing one first."""
    shared = shared_services(inventory, stateful_set)
    alone = [each for each in _services_for(inventory, stateful_set) if each not in shared]
    return sorted(alone, key=lambda each: each.name != stateful_set.service_name)


def shared_services(inventory: Inventory, stateful_set: FoundSet) -> list[FoundService]:
    """Return the Services of a set that are those of other sets, too."""
    others = [
        each
        for each in inventory.stateful_sets
        if each.namespace == stateful_set.namespace and each.key != stateful_set.key
    ]
    mine = _services_for(inventory, stateful_set)
    return [each for each in mine if any(_is_for(each, other) for other in others)]


def _services_for(inventory: Inventory, stateful_set: FoundSet) -> list[FoundService]:
    there = [
        each for each in inventory.services.values() if each.namespace == stateful_set.namespace
    ]
    return [each for each in there if _is_for(each, stateful_set)]


def _is_for(service: FoundService, stateful_set: FoundSet) -> bool:
    labels = stateful_set.manifest.at("spec", "template", "metadata", "labels") or {}
    selects = bool(service.selector) and is_met({"matchLabels": service.selector}, labels)
    return selects or service.name == stateful_set.service_name


def secrets_of(volumes: Iterable[Volume | None]) -> list[Key]:
    """Return the namespaces and names of the Secrets that CSI volumes are mounted with."""
    found: dict[Key, None] = {}
    for each in volumes:
        csi = (each.manifest.at("spec", "csi") if each else None) or {}
        for field in SECRETS:
            if secret := csi.get(field):
                found[secret.get("namespace") or "", secret.get("name") or ""] = None
    return list(found)
