"""Volumes that are free, though for nobody: which vacant ordinals' claims would get them."""

from collections.abc import Collection, Iterator, Mapping

from sfsgen.sets.found import TemplateKey
from sfsgen.sets.free_volumes import BySize
from sfsgen.sets.ordinals import Pairing, TemplateOrdinals
from sfsgen.sets.runs import gaps
from sfsgen.values.pairs import Key, Volume

Spare = Mapping[TemplateKey, Mapping[int, Volume]]
"""The volumes that the claims of vacant ordinals would get, by claim template and ordinal."""
Accounted = Mapping[Key, Collection[int]]
"""The ordinals whose claims are there otherwise, by what stands before them."""


def spare_volumes(pairing: Pairing, accounted: Accounted) -> Spare:
    """Return which vacant ordinals get one of the volumes that are free, though for nobody.

    They are larger than what is asked for, or lie on no NFS server.
    """
    free = BySize(pairing.spare())
    found: dict[TemplateKey, dict[int, Volume]] = {}
    for rows in pairing.ordinals if free else ():
        if pairing.is_provisioned(rows):
            continue
        served = found.setdefault(rows.template.key, {})
        for number in (number for each in vacant(rows, accounted) for number in each):
            name = free.take(rows.template.storage)
            if name is None:
                break
            served[number] = pairing.inventory.volumes[name]
    return found


def vacant(
    rows: TemplateOrdinals, accounted: Accounted, served: Collection[int] = ()
) -> Iterator[range]:
    """Yield the ordinals without claim and volume, but those that are served otherwise."""
    known = rows.by_number.keys() | set(accounted.get(head(rows), ())) | set(served)
    return gaps(rows.stateful_set.ordinals, known)


def head(rows: TemplateOrdinals) -> Key:
    """Return the namespace of a template's claims, and what stands before their ordinals."""
    return rows.stateful_set.namespace, rows.template.claim_name.pieces[0]
