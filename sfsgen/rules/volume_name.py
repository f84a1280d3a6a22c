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

from collections.abc import Iterator

from sfsgen.findings.duplicates import is_another_volume, reserved_claim
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest


def volume_name(scene: Scene) -> Iterator[Finding]:
    for first, second in scene.inventory.duplicates:
        if is_another_volume(first, second):
            claims = [reserved_claim(each) for each in (first, second)]
            what = f"two volumes are named {second.name}, one for {claims[0]} and one for "
            what += claims[1]
            fix = (
                "put the namespace into the name, also in the claim's volumeName: sfsgen render "
                "--volume-name 'pv-{namespace}-{name}-{ordinal}'"
            )
            named = _named_by_claim(scene, second)
            if named not in scene.inventory.volumes:
                fix = f'name it "{named}", as its claim does'
            elif claims[0].split("/")[0] == claims[1].split("/")[0]:
                fix = "give each its own name, also in the volumeName of its claim"
            yield error(second, NAME, what, fix, first)


def _named_by_claim(scene: Scene, volume: Manifest) -> str:
    """Return the volume that the claim names for which a volume is reserved, or its own name."""
    namespace, _, its_name = reserved_claim(volume).partition("/")
    claim = scene.inventory.claims.get((namespace, its_name))
    return claim.volume_name if claim and claim.volume_name else volume.name
