"""Claims and volumes are for an ordinal of their set; others wait for a scale-up, or are left.

Nothing is wrong: the pair waits for the set to be scaled up, or was left by a scale-down, for the
controller keeps claims unless the set's retention policy says Delete (measured). It is told because
a set that is scaled up again goes on with the data that lies there, and because a claim that was
made for another number of replicas may be a mistake.

Fix: Scale the set up, or leave it. If the data is not needed, delete the claim, then the volume;
with the policy Retain the files stay on the server.

Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, limitations.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, note
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import claims_of
from sfsgen.sets.runs import runs
from sfsgen.values.pairs import Claim, Volume


def extra_pair(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        stateful_set = rows.stateful_set
        objects: dict[int, Claim | Volume] = {**rows.volumes, **rows.claims}
        extra = sorted(
            number
            for number, each in objects.items()
            if number not in stateful_set.ordinals and not _is_told(scene, each)
        )
        for ordinals in runs(extra):
            first = objects[ordinals[0]]
            what = claims_of(rows, ordinals)
            if isinstance(first, Volume):
                what = f"{first.name} is reserved for {claims_of(rows, ordinals, verb=False)},"
            is_before = ordinals[0] < stateful_set.start_ordinal
            where = "before the first ordinal" if is_before else "beyond the replicas"
            what += f" {where} of {stateful_set.name}"
            fix = (
                "delete it once its data is not needed" if is_before else "leave it for a scale-up"
            )
            manifest, name = first.manifest, ("metadata", "name")
            yield note(manifest, name, what, fix, stateful_set.manifest)


def _is_told(scene: Scene, found: Claim | Volume) -> bool:
    """Return whether another rule tells of it: a misnamed claim, a volume Released or in use."""
    if isinstance(found, Claim):
        return scene.lasting_key(found) != found.key
    return found.is_left or found.name in scene.inventory.takers
