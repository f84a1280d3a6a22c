"""Volumes that are kept for claims which nobody looks for, where a set lacks just so many."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from sfsgen.changes.cure import Cure
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.names import numbered
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Key, Volume

_MOST = 100  # ordinals of a set: of more nothing is guessed
_ALIKE = 0.8  # the names of two claims, of which one may be misspelt


def misdirected(scene: Scene, rows: TemplateOrdinals) -> Sequence[tuple[Key, Volume]]:
    """Return, for ordinals that lack a volume, those that were kept for another name of theirs.

    The set, its claim template or its namespace had another name, or one of both is misspelt.
    Nothing where several could be meant, or not all ordinals have one.
    """
    lacking = (number for number in rows.wanted if rows.row(number).volume is None)
    numbers = list(islice(lacking, _MOST + 1))
    if not 0 < len(numbers) <= _MOST:
        return ()
    found = [
        [each[number] for number in numbers]
        for head, each in _for_nobody(scene).items()
        if each.keys() >= set(numbers) and _is_alike(head, rows)
    ]
    if len(found) != 1:
        return ()
    keys = [rows.row(number).claim_key for number in numbers]
    return list(zip(keys, found[0], strict=True))


def redirected(scene: Scene, found: Sequence[tuple[Key, Volume]]) -> Cure:
    """Return how such volumes are kept for the claims that a set looks for."""
    stored = [each for each in found if each[1].manifest.is_stored]
    steps = [step for key, volume in stored for step in scene.cures.hand_over(volume, key)]
    texts = [str(scene.cures.redirect(volume, key)) for key, volume in found if not stored]
    commands = " && ".join(map(str, steps))
    return Cure("; ".join(filter(None, [*texts, commands])), steps=tuple(steps))


def _for_nobody(scene: Scene) -> Mapping[Key, Mapping[int, Volume]]:
    """Return the volumes whose claims are not there, and that no set looks for, by ordinal.

    By the namespace of these claims, and what stands before their ordinals.
    """
    found: dict[Key, dict[int, Volume]] = {}
    for volume in _kept(scene):
        namespace, name = volume.claim or ("", "")
        head, number = numbered(name)
        if number is not None:
            found.setdefault((namespace, head), {})[number] = volume
    return found


def _kept(scene: Scene) -> Iterator[Volume]:
    for key, volumes in scene.inventory.reservations.items():
        if scene.is_needed(key) or scene.inventory.wanting(key):
            continue
        for volume in volumes:
            is_free = volume.is_left or not scene.inventory.is_foreign(volume)
            is_its = volume.phase != "Bound" and scene.inventory.holder(volume) is None
            if (
                volume.is_static
                and is_free
                and is_its
                and volume.name not in scene.inventory.takers
            ):
                yield volume


def _is_alike(head: Key, rows: TemplateOrdinals) -> bool:
    namespace, name = head
    wanted, stateful_set = rows.template.claim_name.pieces[0], rows.stateful_set
    if namespace != stateful_set.namespace:
        return name == wanted
    is_its = name.startswith(f"{rows.template.name}-") or name.endswith(f"-{stateful_set.name}-")
    return is_its or difflib.SequenceMatcher(None, name, wanted).ratio() >= _ALIKE
