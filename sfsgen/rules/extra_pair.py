"""Claims and volumes are for an ordinal of their set; others wait for a scale-up, or are left.

Nothing is wrong: the pair waits for the set to be scaled up, or was left by a scale-down, for the
controller keeps claims unless the set's retention policy says Delete (measured). It is told because
a set that is scaled up again goes on with the data that lies there, and because a claim that was
made for another number of replicas may be a mistake.

Fix: Scale the set up, or leave it. If the data is not needed, delete the claim, then the volume;
with the policy Retain the files stay on the server.

Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, limitations.
"""

from collections.abc import Iterator, Sequence

from sfsgen.findings.finding import Finding, note
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import claims_of
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Claim, Volume

_Extra = tuple[TemplateOrdinals, int, Claim | Volume]


def extra_pair(scene: Scene) -> Iterator[Finding]:
    for stateful_set, templates in scene.pairing.by_set:
        start = stateful_set.start_ordinal
        extra = [
            each
            for rows in templates
            if not scene.pairing.is_provisioned(rows)
            for each in _of_template(rows)
            if not _is_told(scene, each[2])
        ]
        before = [each for each in extra if each[1] < start]
        beyond = [each for each in extra if each[1] >= start]
        if before:
            where = "before the first ordinal"
            yield _told(stateful_set, before, where, "delete {} once {} data is not needed")
        if beyond:
            yield _told(stateful_set, beyond, "beyond the replicas", "leave {} for a scale-up")


def _of_template(rows: TemplateOrdinals) -> Iterator[_Extra]:
    objects: dict[int, Claim | Volume] = {**rows.volumes, **rows.claims}
    for number in sorted(objects):
        if number not in rows.stateful_set.ordinals:
            yield rows, number, objects[number]


def _told(stateful_set: FoundSet, extra: Sequence[_Extra], where: str, fix: str) -> Finding:
    numbers: dict[int, tuple[TemplateOrdinals, list[range]]] = {}
    for rows, number, _ in extra:
        numbers.setdefault(id(rows), (rows, []))[1].append(range(number, number + 1))
    what = claims_of(list(numbers.values()))
    if any(isinstance(each, Volume) for _, _, each in extra):
        only = all(isinstance(each, Volume) for _, _, each in extra)
        what = f"what is reserved for {what}" if only else f"{what}, or what is reserved for them,"
    is_one = len(extra) == 1
    what += f" {'is' if is_one else 'are'} {where} of {stateful_set.name}"
    words = ("it", "its") if is_one else ("them", "their")
    first, *more = (each.manifest for _, _, each in extra)
    return note(first, NAME, what, fix.format(*words), *more, stateful_set.manifest)


def _is_told(scene: Scene, found: Claim | Volume) -> bool:
    """Return whether another rule tells of it: a misnamed claim, a volume Released or in use."""
    if isinstance(found, Claim):
        return scene.lasting_key(found) != found.key
    return found.is_left or found.name in scene.inventory.takers
