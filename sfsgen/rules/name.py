"""A claim bears the name that its set looks for, letter by letter.

The controller finds a claim by its name alone, `<claim template>-<set>-<ordinal>`. kustomize's
`namePrefix: prod-` makes `prod-pvc-web-0` of the claim and `prod-web` of the set, which then looks
for `pvc-prod-web-0`; kustomize says nothing (measured). The controller makes that claim again; it
gets no volume, or any that is free, and the data stays behind.

Fix: Write the name that the set looks for into the claim and into the `claimRef` of its volume.
With kustomize leave out namePrefix and nameSuffix, and render the set under its full name. In a
cluster names cannot be changed: hand the volume over, by the finding's commands, to the name that
the set looks for; the claim of that name, which the controller makes, binds to it (measured). Where
the set was renamed by mistake, create it again under its old name.

Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
"""

from collections.abc import Hashable, Iterator

from sfsgen.changes.cure import Cure
from sfsgen.changes.hand_over import handed_over
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of
from sfsgen.findings.together import one_for_each
from sfsgen.sets.renames import Renamed


def name(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for claim, meant in scene.renamed:
        stateful_set, (namespace, wanted) = meant.stateful_set, meant.claim_key
        what = (
            f'the claim "{claim.name}" is not looked for: the set {stateful_set.name} looks '
            f'for "{wanted}"'
        )
        if namespace != claim.namespace:
            what += f" in the namespace {namespace}, and it is in {claim.namespace}"
        its = claim.volume_name
        volume = scene.inventory.volumes.get(its)
        also = f", and write `name: {wanted}` into the claimRef of {its}"
        is_reserved_otherwise = volume is not None and volume.claim != meant.claim_key
        fix: str | Cure = f'name {claim.name} "{wanted}"{also * is_reserved_otherwise}'
        if claim.manifest.is_stored:
            if (namespace, wanted) in scene.inventory.claims:
                what += ", which the controller has made, and which waits"
            fix = handed_over(scene.cures, Renamed(claim, meant))
            # Its volume holds data, which was written under the old name.
            if claim.was_bound or claim.volume_name not in scene.inventory.volumes:
                fix = Cure(f"give the set its old name back, or hand the volume over: {fix}")
        path = NAME
        if claim.name == wanted:
            path = ("metadata", "namespace")
            fix = f"write `namespace: {namespace}`, also into the claimRef of {its or 'its volume'}"
        cause = set_of(scene, meant.claim_key), path
        yield cause, error(claim.manifest, path, what, fix, stateful_set.manifest)
