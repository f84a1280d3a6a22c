"""Claims whose names a prefix, a suffix or a rename has taken away from their set."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sfsgen.existing import Existing, ExistingSet


class Renamed(NamedTuple):
    """A claim that was meant for a set, and the name that the set looks for."""

    claim: str
    wanted: str


def renamed_claims(existing: Existing, stateful_set: ExistingSet) -> Iterator[Renamed]:
    """Yield the claims that nobody looks for, and that were this set's before a name changed.

    kustomize's namePrefix goes before a claim's whole name, `prod-pvc-web-0`, while the set, now
    `prod-web`, looks for `pvc-prod-web-0`; a nameSuffix goes behind the ordinal (measured).
    """
    for namespace, claim in existing.orphans:
        if namespace == stateful_set.namespace:
            for template in stateful_set.templates:
                for ordinal in _ordinals(claim, template.name, stateful_set.name):
                    wanted = stateful_set.claim_name(template).at(ordinal)
                    if (namespace, wanted) not in existing.claims:
                        yield Renamed(claim, wanted)


def _ordinals(claim: str, template: str, name: str) -> Iterator[str]:
    """Yield the ordinal that a claim was of, if it was of this claim template and set."""
    if prefixed := re.fullmatch(rf"(.*){re.escape(template)}-(.*)-([0-9]+)", claim):
        before, old_name, ordinal = prefixed.groups()
        # With nothing before it, the set alone was renamed.
        if before + old_name == name if before else _is_renamed(old_name, name):
            yield ordinal
    if suffixed := re.fullmatch(rf"{re.escape(template)}-(.*)-([0-9]+)([^0-9].*)", claim):
        old_name, ordinal, behind = suffixed.groups()
        if old_name + behind == name:
            yield ordinal


def _is_renamed(old_name: str, name: str) -> bool:
    """Return whether a set's name is another one with a part before or behind it."""
    return name.endswith(f"-{old_name}") or name.startswith(f"{old_name}-")
