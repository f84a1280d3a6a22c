"""Claims whose names a prefix, a suffix or a rename has taken away from their set."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sfsgen.kubernetes.names import LONGEST_NAME
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inventory import Inventory
from sfsgen.values.pairs import Claim, Key


class Renamed(NamedTuple):
    """A claim that no set looks for, and the ordinal for which it was meant."""

    claim: Claim
    meant: Ordinal


_MOST_RENAMES = 8  # of one name; with more, one could only guess


def renamed_claims(inventory: Inventory) -> Iterator[Renamed]:
    """Yield the claims that nobody looks for, and that were a set's before a name changed.

    kustomize's namePrefix goes before a claim's whole name, `prod-pvc-web-0`, while the set, now
    `prod-web`, looks for `pvc-prod-web-0`; a nameSuffix goes behind the ordinal (measured).
    """
    sets = {
        template.key: (each, template)
        for each in inventory.stateful_sets
        for template in each.templates
    }
    names = {(namespace, template) for namespace, _, template in sets}
    lengths = {len(template) for _, template in names}
    renames = _renames(inventory)
    told = {each.claim.key: each for each in _misnamed(inventory)}
    for namespace, claim in _orphans(inventory):
        for template, name, number in _meanings(claim, namespace, names, lengths, renames):
            if found := sets.get((namespace, name, template)):
                meant = Ordinal(*found, number)
                if _is_vacant(inventory, meant.claim_key):
                    renamed = Renamed(inventory.claims[namespace, claim], meant)
                    told.setdefault((namespace, claim), renamed)
    for renamed in _alone(inventory):
        told.setdefault(renamed.claim.key, renamed)
    yield from told.values()


class Stranded(NamedTuple):
    """Claims of no set that have the claim template and the ordinals of one."""

    old_name: str
    """Of the set whose claims they were."""
    claims: tuple[Renamed, ...]


def stranded_claims(inventory: Inventory) -> Iterator[Stranded]:
    """Yield the claims in a cluster that a set may have left behind when it was renamed.

    Not those that `renamed_claims` knows to be a set's.
    """
    known = {each.claim.key for each in renamed_claims(inventory)}
    templates: dict[Key, list[tuple[FoundSet, FoundTemplate]]] = {}
    for each in inventory.stateful_sets:
        for template in each.templates:
            templates.setdefault((each.namespace, template.name), []).append((each, template))
    numbers: dict[tuple[str, str, str], set[int]] = {}
    for namespace, name in _orphans(inventory):
        parts = re.fullmatch(r"(.*)-(0|[1-9][0-9]{0,9})", name)
        claim = inventory.claims[namespace, name]
        if parts is None or not claim.uid or not claim.was_bound or claim.key in known:
            continue
        for hyphen in (each.start() for each in re.finditer("-", parts[1])):
            template_name, old_name = parts[1][:hyphen], parts[1][hyphen + 1 :]
            if (namespace, template_name) in templates:
                numbers.setdefault((namespace, template_name, old_name), set()).add(int(parts[2]))
    for (namespace, template_name, old_name), found in numbers.items():
        candidates = templates[namespace, template_name]
        ordinals = candidates[0][0].ordinals
        if len(candidates) == 1 and ordinals and found.issuperset(ordinals):
            (meant,) = candidates
            old = (f"{template_name}-{old_name}-{number}" for number in meant[0].ordinals)
            pairs = zip(old, meant[0].ordinals, strict=True)
            yield Stranded(
                old_name,
                tuple(
                    Renamed(inventory.claims[namespace, name], Ordinal(*meant, number))
                    for name, number in pairs
                ),
            )


def _is_vacant(inventory: Inventory, key: Key) -> bool:
    """Return whether there is no claim of a name, or one that the controller has just made.

    It waits, and no volume is meant for it.
    """
    claim = inventory.claims.get(key)
    if claim is None:
        return True
    is_waiting = bool(claim.uid) and not (claim.was_bound or claim.volume_name)
    return is_waiting and inventory.reserved(key) is None


def _orphans(inventory: Inventory) -> Iterator[Key]:
    """Yield the claims that no set looks for, and that the API server could hold."""
    return (key for key in inventory.orphans if len(key[1]) <= LONGEST_NAME)


def _alone(inventory: Inventory) -> Iterator[Renamed]:
    """Yield the claims in files whose set, claim template or namespace was renamed.

    Set and claim template may have changed places, too, `web-pvc-0` for `pvc-web-0`. There is one
    set only that lacks a claim of this ordinal and could have had this one. On a cluster such
    claims may as well be those of a set that was deleted.
    """
    by_template: dict[Key, list[tuple[FoundSet, FoundTemplate]]] = {}
    by_name: dict[Key, list[tuple[FoundSet, FoundTemplate]]] = {}
    by_claims: dict[str, list[tuple[FoundSet, FoundTemplate]]] = {}
    for each in inventory.stateful_sets:
        for template in each.templates:
            by_name.setdefault(each.key, []).append((each, template))
            by_template.setdefault((each.namespace, template.name), []).append((each, template))
            by_claims.setdefault(template.claim_name.pieces[0], []).append((each, template))
    for namespace, name in _orphans(inventory):
        parts = re.fullmatch(r"(.*)-([0-9]{1,10})", name)
        claim = inventory.claims[namespace, name]
        if parts is None or claim.uid:
            continue
        stem, number = parts[1], int(parts[2])
        found = list(by_claims.get(f"{stem}-", ()))
        for hyphen in (each.start() for each in re.finditer("-", stem)):
            before, behind = (namespace, stem[:hyphen]), (namespace, stem[hyphen + 1 :])
            found += by_template.get(before, ())
            found += by_name.get(behind, ())
            found += (each for each in by_name.get(before, ()) if each[1].name == behind[1])
        meant = [Ordinal(*each, number) for each in found[:_MOST_RENAMES]]
        wanted = {each.claim_key: each for each in meant if each.is_wanted}
        lacking = [each for key, each in wanted.items() if key not in inventory.claims]
        if len(lacking) == 1:
            yield Renamed(claim, lacking[0])


def _misnamed(inventory: Inventory) -> Iterator[Renamed]:
    """Yield the claims that name a volume which is reserved for one that a set lacks."""
    for key, claim in inventory.claims.items():
        if any(row.is_wanted for row in inventory.wanting(key)):
            continue
        volume = inventory.volumes.get(claim.volume_name)
        wanted = volume.claim if volume else None
        if wanted and wanted[0] == key[0] and _is_vacant(inventory, wanted):
            yield from (Renamed(claim, row) for row in inventory.wanting(wanted) if row.is_wanted)


def _meanings(
    claim: str,
    namespace: str,
    templates: Collection[tuple[str, str]],
    lengths: Collection[int],
    renames: Mapping[tuple[str, str], set[str]],
) -> Iterator[tuple[str, str, int]]:
    """Yield the claim templates, sets and ordinals that a claim's name may have been made of."""
    parts = re.fullmatch(r"(.*)-([0-9]{1,10})([^0-9].*)?", claim)
    if parts is None:
        return
    stem, ordinal, behind = parts.groups(default="")
    for hyphen in (each.start() for each in re.finditer("-", stem)):
        left, old_name = stem[:hyphen], stem[hyphen + 1 :]
        for length in lengths:
            start = len(left) - length
            template, before = left[start:], left[:start]
            if start < 0 or (namespace, template) not in templates:
                continue
            if before or behind:
                yield template, before + old_name + behind, int(ordinal)
            # With nothing added, the set alone was renamed, or the ordinal has leading zeros.
            elif len(names := renames.get((namespace, old_name), set())) <= _MOST_RENAMES:
                for name in (*sorted(names), old_name):
                    yield template, name, int(ordinal)


def _renames(inventory: Inventory) -> Mapping[tuple[str, str], set[str]]:
    """Return the sets' names by each name that makes one of them with a part before or behind."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in inventory.stateful_sets:
        # Of a name that is longer than any can be, the parts would fill the memory.
        parts = each.name.split("-") if len(each.name) <= LONGEST_NAME else []
        for cut in range(1, len(parts)):
            for old_name in ("-".join(parts[:cut]), "-".join(parts[cut:])):
                found.setdefault((each.namespace, old_name), set()).add(each.name)
    return found
