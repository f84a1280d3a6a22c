"""In a pair that is reserved on both sides the volume has what the claim asks for.

Where the volume's `claimRef` and the claim's `volumeName` name each other, the binder compares
nothing: a claim for 5Gi binds to a volume with 1Gi, and unequal access modes, classes, volume modes
and selectors pass as well (measured). The pod then has less than its claim says, and nothing
reports it. A volume that has more, in size or modes, is fine; another class is only noted.

Fix: Write the same size, access modes, class and volume mode into the volume, the claim and the
claim template. In a cluster those of a volume can be changed in place, but its volume mode. A claim
cannot: it is left as it is, and the volume is made equal to it.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim (measured).
"""

from collections.abc import Callable, Hashable, Iterator

from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.misfits import at_odd_side, is_nfs_block
from sfsgen.findings.places import SELECTOR
from sfsgen.findings.scene import Scene, is_chosen_by_binder, is_selected
from sfsgen.findings.series import template_of
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.binder import CLASS, VOLUME_MODE, Difference, differences


def unequal_pair(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for pair in scene.pairing.pairs.values():
        claim, volume = pair.claim, pair.volume
        if not pair.is_pinned or (claim.storage is volume.storage and is_selected(pair)):
            continue
        found = [
            each
            for each in differences(claim.storage, volume.storage, volume.name)
            # What has more than is asked for the binder takes.
            if (each.is_short or each.path == CLASS)
            and not (each.path == VOLUME_MODE and is_nfs_block(volume))
        ]
        if not is_selected(pair):
            what = f"the labels of {volume.name} do not meet its selector"
            found.append(Difference(SELECTOR, what, is_short=False))
        if found and not (pair.is_bound and is_chosen_by_binder(pair)):
            tell: Callable[..., Finding] = warning if not is_selected(pair) else note
            tell = error if any(each.is_short for each in found) else tell
            what = (
                f"the claim {claim.name} and {volume.name} are reserved for each other, and "
                f"bind unequal: {'; '.join(each.what for each in found)}"
            )
            paths = [each.path for each in found]
            told = at_odd_side(scene, pair, tell, paths, what)
            yield (template_of(scene, claim.key), *paths, told.path), told
