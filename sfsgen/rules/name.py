"""A claim bears the name that its set looks for, letter by letter.

The controller finds a claim by its name alone, `<claim template>-<set>-<ordinal>`. kustomize's
`namePrefix: prod-` makes `prod-pvc-web-0` of the claim and `prod-web` of the set, which then looks
for `pvc-prod-web-0`; kustomize says nothing (measured). The controller makes that claim again; it
gets no volume, or any that is free, and the data stays behind.

Fix: Write the name that the set looks for into the claim and into the `claimRef` of its volume.
With kustomize leave out namePrefix and nameSuffix, and render the set under its full name. On a
live cluster names cannot be changed: create the set again under the name that its claims have.

Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene


def name(scene: Scene) -> Iterator[Finding]:
    for renamed in scene.renamed:
        claim = scene.existing.claims[renamed.namespace, renamed.claim]
        stateful_set = renamed.stateful_set
        what = (
            f'the claim "{renamed.claim}" is not looked for: the set {stateful_set.name} looks '
            f'for "{renamed.wanted}"'
        )
        if stateful_set.namespace != renamed.namespace:
            what += f" in the namespace {stateful_set.namespace}, and it is in {renamed.namespace}"
        fix = f'name it "{renamed.wanted}", also in the claimRef of its volume'
        if claim.manifest.is_stored:
            fix = (
                f'give the set its old name back, or create a claim "{renamed.wanted}" with '
                f"volumeName {claim.volume_name or 'of its volume'}, reserved for it"
            )
        path = NAME
        if renamed.claim == renamed.wanted:
            path = ("metadata", "namespace")
            fix = f"write `namespace: {stateful_set.namespace}`, also in the claimRef of its volume"
        yield error(claim.manifest, path, what, fix, stateful_set.manifest)
