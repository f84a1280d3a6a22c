"""No two volumes bear one name: they belong to no namespace.

Sets of one name in two namespaces want volumes of one name, and a cluster has one volume of each
name. `kubectl create` refuses the second one; `kubectl apply` tries to turn the first one into it,
which is refused where their directories differ, and else takes the volume from the first set's
claim.

Fix: Put the namespace into the names: `sfsgen render` with
`--volume-name 'pv-{namespace}-{name}-{ordinal}'`. In manifests of your own change the volume's name
and the `volumeName` of its claim. Give each namespace directories of its own as well.

Source: pkg/apis/core/types.go, PersistentVolume is not namespaced.
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume
from sfsgen.findings.together import one_for_each


def volume_name(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for first, second in scene.inventory.namesakes:
        if first.manifest.is_stored != second.manifest.is_stored:
            continue  # the rule applied tells what the server makes of it
        one, other = first.claim or ("", ""), second.claim or ("", "")
        what = f"two volumes are named {second.name}, one for {'/'.join(one)} and one for "
        what += "/".join(other)
        fix = (
            "put the namespace into the name, also in the claim's volumeName: sfsgen render "
            "--volume-name 'pv-{namespace}-{name}-{ordinal}'"
        )
        claim = scene.inventory.claims.get(other)
        named = claim.volume_name if claim else ""
        if named and named not in scene.inventory.volumes:
            fix = f'name that for {"/".join(other)} "{named}", as its claim does'
        elif one[0] == other[0]:
            fix = "give each its own name, also in the volumeName of its claim"
        sets = set_of_volume(scene, first), set_of_volume(scene, second)
        yield (*sets, one[0] == other[0]), error(second.manifest, NAME, what, fix, first.manifest)
