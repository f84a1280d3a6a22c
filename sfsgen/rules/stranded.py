"""No claims with data are left behind by a set that was renamed.

The controller finds claims by its set's name: a set that bears another name, after the upgrade of a
chart, say, gets new claims, which are empty, and the data stays with the old ones. Claims that no
set looks for, with the claim template and the ordinals of a set in the same namespace, are such.
They may as well be those of another set, which was deleted: then there is nothing to do.

Fix: Give the set its old name back, which costs nothing. Or hand the volumes over to the claims of
the new name, by the finding's commands, in their order: what was written under the new name stays
in the volumes that the new claims have had.

Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
"""

from collections.abc import Iterator

from sfsgen.changes.hand_over import handed_over_by
from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import some
from sfsgen.sets.renames import Stranded, stranded_claims

_SHOWN = 3  # of the claims that are left behind


def stranded(scene: Scene) -> Iterator[Finding]:
    for each in stranded_claims(scene.inventory):
        first, stateful_set = each.claims[0].claim, each.claims[0].meant.stateful_set
        named = [f"{claim.name} ({claim.phase}, {claim.volume_name})" for claim, _ in each.claims]
        what = (
            f"{some(named, _SHOWN)}: of no set here, with the claim template and the ordinals of "
            f"{stateful_set.name}; if that was {each.old_name} before, its data is there"
        )
        fix = "leave them, or delete them once nobody needs their data"
        is_alike = _is_alike(each)
        if is_alike or not _are_bound(scene, each):
            hand_over = handed_over_by(scene.cures, each.claims)
            fix = f"give {stateful_set.name} its old name back, or hand the volumes over: "
            fix += f"{hand_over}; else leave them"
        sides = [claim.manifest for claim, _ in each.claims[1:]]
        tell = warning if is_alike else note
        yield tell(first.manifest, NAME, what, fix, stateful_set.manifest, *sides)


def _are_bound(scene: Scene, each: Stranded) -> bool:
    """Return whether the set's own claims have volumes: then it may never have had another name."""
    claims = (scene.inventory.claims.get(renamed.meant.claim_key) for renamed in each.claims)
    return all(claim is not None and claim.phase == "Bound" for claim in claims)


def _is_alike(each: Stranded) -> bool:
    """Return whether names share a word, or the claims the labels of the set's pods."""
    stateful_set = each.claims[0].meant.stateful_set
    words = set(each.old_name.split("-")) & set(stateful_set.name.split("-"))
    labels = stateful_set.selector.items()
    return bool(words) or (
        bool(labels) and all(labels <= claim.labels.items() for claim, _ in each.claims)
    )
