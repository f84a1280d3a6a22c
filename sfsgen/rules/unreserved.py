"""A claim and its volume name each other; else chance decides who gets which.

The binder pairs by size, access modes and class; among equal volumes it is chance. Of 30 claims
that nothing was reserved for, 0 to 3 were bound to the volume of their own ordinal, and beside 30
claims of another namespace none was (measured). A set that is made again can find its data
exchanged. Disks of nodes (`local`) are meant to be given out so, and are not told of.

Fix: Reserve both sides: `claimRef` with namespace and name into the volume, `volumeName` into the
claim. In a cluster the finding's `kubectl patch` is enough as long as the claim is Pending: the
binder finds the reserved volume.

Source: measured on Kubernetes 1.36.
"""

from collections.abc import Hashable, Iterator, Sequence

from sfsgen.changes.cure import WHICH_VOLUME, all_of
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.misfits import other_class
from sfsgen.findings.places import CLAIM_REF, VOLUME_NAME
from sfsgen.findings.reservations import is_incomplete
from sfsgen.findings.scene import Scene, is_selected
from sfsgen.findings.series import set_or_claim_of
from sfsgen.findings.spare import Spare
from sfsgen.findings.together import one_for_each_named
from sfsgen.plain_text import some
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Pair, Tie, Volume

_SHOWN = 4  # volumes, by their names


def unreserved(scene: Scene) -> Iterator[Finding]:
    yield from one_for_each_named(_by_chance(scene))
    for stateful_set, templates in scene.pairing.by_set:
        found = [
            (row, volume)
            for rows in templates
            for row, volume in (*rows.unreserved, *_on_nfs(rows, scene.spare))
            if not (is_incomplete(volume) or volume.claim or _is_a_nodes(volume))
        ]
        if found:
            yield _open(scene, stateful_set, found)


def _by_chance(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    """Yield the claims that get a volume by chance, each with its set."""
    for pair in scene.waiting:
        is_named = pair.is_named or pair.is_reserved or pair.volume.claim
        is_open = not (is_named or is_incomplete(pair.volume))
        if is_open and not pair.volume.manifest.at("spec", "local"):
            key = set_or_claim_of(scene, pair.claim.key), pair.tie
            yield key, pair.claim.name, _chance(scene, pair)


def _on_nfs(rows: TemplateOrdinals, spare: Spare) -> Iterator[tuple[Ordinal, Volume]]:
    """Yield the ordinals whose claims get one of the free volumes on an NFS server.

    Of others, such as a node's disks, each is as good as the other.
    """
    for number, volume in spare.get(rows.template.key, {}).items():
        if volume.is_remote:
            yield rows.row(number)._replace(volume=volume, tie=Tie.CHANCE), volume


def _is_a_nodes(volume: Volume) -> bool:
    """Return whether a volume is a disk or a directory of a node.

    Of such a pool the binder gives each claim one, on the node where its pod runs, as documented.
    """
    return any(volume.manifest.at("spec", each) for each in ("local", "hostPath"))


def _open(scene: Scene, stateful_set: FoundSet, found: Sequence[tuple[Ordinal, Volume]]) -> Finding:
    """Return that the volumes which are there for a set are reserved for none of its claims."""
    cures = [scene.cures.reserve(volume, row.claim_key) for row, volume in found]
    between = " && " if found[0][1].manifest.is_stored else "; "
    fix = all_of(cures, between)
    if any(row.tie is Tie.CHANCE for row, _ in found):
        fix = fix.by_hand(WHICH_VOLUME)
    (row, volume), *more = found
    what = f"the volume {volume.name} is not reserved for {row.claim_key[1]}: any claim can take it"
    if more:
        names = some([each.name for _, each in found], _SHOWN)
        what = (
            f"the {len(found)} volumes {names} are not reserved for the claims of "
            f"{stateful_set.name}: chance decides which of them gets which, and any other can take "
            "one"
        )
    sides = [*(each.manifest for _, each in more), stateful_set.manifest]
    return error(volume.manifest, CLAIM_REF, what, fix, *sides)


def _chance(scene: Scene, pair: Pair) -> Finding:
    claim, volume = pair.claim, pair.volume
    fix = scene.cures.reserve(volume, claim.key)
    if not claim.manifest.is_stored:
        named = scene.cures.name_volume(claim, volume.name).edits
        edits = (*fix.edits, *named) if fix.edits else ()
        words = f"{fix}, and `volumeName: {volume.name}` into that of {claim.name}"
        fix = fix._replace(words=words, edits=edits)
    if pair.tie is Tie.CHANCE:
        fix = fix.by_hand(WHICH_VOLUME)
    selector = claim.selector
    if selector and len(scene.pairing.free.selected(selector)) == 1 and is_selected(pair):
        what = (
            f"only its selector leads the claim {claim.name} to {volume.name}: another claim "
            "can take it"
        )
        return warning(claim.manifest, VOLUME_NAME, what, fix, volume.manifest)
    what = (
        f"neither the claim {claim.name} nor a volume such as {volume.name} names the other: "
        "chance decides which volume it gets"
    )
    if keeping := other_class(scene, pair):
        what = (
            f"the claim {claim.name} is Pending: {keeping}; reserved for it, it binds all the same"
        )
    return error(claim.manifest, VOLUME_NAME, what, fix, volume.manifest)
