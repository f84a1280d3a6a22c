"""A claimRef has a namespace and a name; with only one of them no claim gets the volume.

The binder compares namespace and name together. A volume whose `claimRef` has a name only, a
namespace only, or nothing (`{}`), stays Available, and a claim that names it Pending ("already
bound to a different claim"); the API server accepts it without a word (measured). `apiVersion` and
`kind` do not matter to the binder; GitOps tools compare them.

Fix: Write namespace and name of the claim. In a cluster `kubectl patch pv` does it in place. Never
write `uid` or `resourceVersion` into a manifest ([stale-uid](#stale-uid)).

Source: pkg/volume/util, IsVolumeBoundToClaim; the API server says nothing (measured).
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import CLAIM_REF
from sfsgen.findings.reservations import is_incomplete
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_volume
from sfsgen.findings.together import one_for_each
from sfsgen.values.pairs import Volume


def incomplete_claim_ref(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for volume in scene.inventory.volumes.values():
        if is_incomplete(volume) and not _is_lost(scene, volume):
            given = volume.manifest.at("spec", "claimRef")
            missing = [field for field in ("namespace", "name") if not given.get(field)]
            what = (
                f"the claimRef of {volume.name} has no {' and no '.join(missing)}, and so no "
                "claim gets the volume"
            )
            claims = scene.inventory.takers.get(volume.name, ())
            key = scene.inventory.owner(volume) or scene.pairing.names.claim_of(volume)
            key = key or (claims[0].key if claims else None)
            fix = scene.cures.reserve(volume, key) if key else f"add {' and '.join(missing)}"
            sides = [each.manifest for each in claims]
            # Where the claim has another one, this one is only lost to everybody.
            is_spare = key is None or not scene.is_needed(key) or scene.inventory.reserved(key)
            tell = warning if is_spare and not claims else error
            cause = set_of_volume(scene, volume), *missing
            yield cause, tell(volume.manifest, (*CLAIM_REF, missing[0]), what, fix, *sides)


def _is_lost(scene: Scene, volume: Volume) -> bool:
    """Return whether the rule lost has the same cure, and more."""
    owner = scene.inventory.owner(volume)
    return (
        any(
            each.phase == "Lost" and owner in (None, each.key)
            for each in scene.inventory.takers.get(volume.name, ())
        )
        and volume.manifest.is_stored
    )
