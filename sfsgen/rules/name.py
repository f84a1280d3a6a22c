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
    for claim, meant in scene.renamed:
        stateful_set, (namespace, wanted) = meant.stateful_set, meant.claim_key
        what = (
            f'the claim "{claim.name}" is not looked for: the set {stateful_set.name} looks '
            f'for "{wanted}"'
        )
        if namespace != claim.namespace:
            what += f" in the namespace {namespace}, and it is in {claim.namespace}"
        fix = f'name it "{wanted}", also in the claimRef of its volume'
        if claim.manifest.is_stored:
            fix = (
                f'give the set its old name back, or create a claim "{wanted}" with '
                f"volumeName {claim.volume_name or 'of its volume'}, reserved for it"
            )
        path = NAME
        if claim.name == wanted:
            path = ("metadata", "namespace")
            fix = f"write `namespace: {namespace}`, also in the claimRef of its volume"
        yield error(claim.manifest, path, what, fix, stateful_set.manifest)
