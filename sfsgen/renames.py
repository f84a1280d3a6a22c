"""Claims whose names a prefix, a suffix or a rename has taken away from their set."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from sfsgen.existing import Existing, ExistingSet


class Renamed(NamedTuple):
    """A claim that was meant for a set, and the name that the set looks for."""

    namespace: str
    claim: str
    wanted: str
    stateful_set: ExistingSet
    ordinal: int


_MOST_RENAMES = 8  # of one name; with more, one could only guess


def renamed_claims(existing: Existing) -> Iterator[Renamed]:
    """Yield the claims that nobody looks for, and that were a set's before a name changed.

    kustomize's namePrefix goes before a claim's whole name, `prod-pvc-web-0`, while the set, now
    `prod-web`, looks for `pvc-prod-web-0`; a nameSuffix goes behind the ordinal (measured).
    """
    sets = {
        (each.namespace, template.name, each.name): each
        for each in existing.stateful_sets
        for template in each.templates
    }
    names = {(namespace, template) for namespace, template, _ in sets}
    renames = _renames(existing)
    told = {(each.namespace, each.claim): each for each in _misnamed(existing)}
    for namespace, claim in existing.orphans:
        for template, name, ordinal in _meanings(claim, namespace, names, renames):
            stateful_set = sets.get((namespace, template, name))
            wanted = f"{template}-{name}-{ordinal}"
            if stateful_set and (namespace, wanted) not in existing.claims:
                renamed = Renamed(namespace, claim, wanted, stateful_set, ordinal)
                told.setdefault((namespace, claim), renamed)
    yield from told.values()


def _misnamed(existing: Existing) -> Iterator[Renamed]:
    """Yield the claims that name a volume which is reserved for one that a set lacks."""
    for key in existing.orphans:
        volume = existing.volumes.get(existing.claims[key].volume_name)
        wanted = volume.claim if volume else None
        if wanted and wanted[0] == key[0] and wanted not in existing.claims:
            for stateful_set, _, ordinal in existing.wanting(wanted):
                if ordinal in stateful_set.ordinals:
                    yield Renamed(*key, wanted[1], stateful_set, ordinal)


def _meanings(
    claim: str,
    namespace: str,
    templates: Container[tuple[str, str]],
    renames: Mapping[tuple[str, str], set[str]],
) -> Iterator[tuple[str, str, int]]:
    """Yield the claim templates, sets and ordinals that a claim's name may have been made of."""
    parts = re.fullmatch(r"(.*)-([0-9]{1,10})([^0-9].*)?", claim)
    if parts is None:
        return
    stem, ordinal, behind = parts.groups(default="")
    for hyphen in (each.start() for each in re.finditer("-", stem)):
        left, old_name = stem[:hyphen], stem[hyphen + 1 :]
        for start in range(len(left)):
            template, before = left[start:], left[:start]
            if (namespace, template) not in templates:
                continue
            if before or behind:
                yield template, before + old_name + behind, int(ordinal)
            # With nothing added, the set alone was renamed, or the ordinal has leading zeros.
            elif len(names := renames.get((namespace, old_name), set())) <= _MOST_RENAMES:
                for name in (*sorted(names), old_name):
                    yield template, name, int(ordinal)


def _renames(existing: Existing) -> Mapping[tuple[str, str], set[str]]:
    """Return the sets' names by each name that makes one of them with a part before or behind."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in existing.stateful_sets:
        parts = each.name.split("-")
        for cut in range(1, len(parts)):
            for old_name in ("-".join(parts[:cut]), "-".join(parts[cut:])):
                found.setdefault((each.namespace, old_name), set()).add(each.name)
    return found
