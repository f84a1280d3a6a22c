"""Claims whose names a prefix, a suffix or a rename has taken away from their set."""

from collections.abc import Iterator
from typing import NamedTuple

from sfsgen.existing import Existing, ExistingSet


class Renamed(NamedTuple):
    """A claim that was meant for a set, and the name that the set looks for."""

    claim: str
    wanted: str


def renamed_claims(existing: Existing, stateful_set: ExistingSet) -> Iterator[Renamed]:
    """Yield a set's claims that were renamed with it, as kustomize's namePrefix does.

    A prefix goes before the claim's whole name, `prod-pvc-web-0`, while the set, now `prod-web`,
    looks for `pvc-prod-web-0`; a suffix goes behind the ordinal (measured with kustomize).
    """
    name = stateful_set.name
    for template in stateful_set.templates:
        for ordinal in stateful_set.ordinals:
            wanted = stateful_set.claim_name(template).at(ordinal)
            if (stateful_set.namespace, wanted) in existing.claims:
                continue
            for cut in range(1, len(name)):
                prefix, rest = name[:cut], name[cut:]
                for claim in (
                    f"{prefix}{template.name}-{rest}-{ordinal}",
                    f"{template.name}-{prefix}-{ordinal}{rest}",
                ):
                    if (stateful_set.namespace, claim) in existing.claims:
                        yield Renamed(claim, wanted)
