"""Sets that are gone, as the claims and volumes that they left behind show them."""

import re
from collections.abc import Iterable, Iterator

from sfsgen.kubernetes.manifest import NOT_READ, Manifest
from sfsgen.sets.inventory import Inventory
from sfsgen.values.pairs import Key


def left_behind(
    inventory: Inventory, names: Iterable[str], namespace: str | None
) -> Iterator[Manifest]:
    """Yield a set without pods for each name that no set bears, but claims or volumes do.

    Nothing is known of such a set but the names of its claim templates: a claim is called
    `<claim template>-<StatefulSet>-<ordinal>`.
    """
    there = {each.name for each in inventory.stateful_sets if namespace in (None, each.namespace)}
    reserved = (each.claim for each in inventory.volumes.values() if each.claim)
    keys = dict.fromkeys((*inventory.claims, *reserved))
    for name in dict.fromkeys(names):
        if name not in there:
            nobodys = (each for each in keys if not inventory.wanting(each))
            yield from _sets(name, (each for each in nobodys if namespace in (None, each[0])))


def _sets(name: str, claims: Iterable[Key]) -> Iterator[Manifest]:
    templates: dict[str, dict[str, None]] = {}
    pattern = re.compile(rf"(.+)-{re.escape(name)}-(?:0|[1-9][0-9]*)")
    for namespace, claim in claims:
        if found := pattern.fullmatch(claim):
            templates.setdefault(namespace, {})[found[1]] = None
    for namespace, found_there in templates.items():
        value = {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "replicas": 0,
                "volumeClaimTemplates": [{"metadata": {"name": each}} for each in found_there],
            },
        }
        yield NOT_READ._replace(
            api_version="apps/v1",
            kind="StatefulSet",
            namespace=namespace,
            name=name,
            value=value,
        )
