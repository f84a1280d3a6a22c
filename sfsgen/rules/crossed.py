"""Each ordinal has the volume of its own number.

The set runs, but pod 0 writes into the directory of volume 1: Kubernetes binds by size, modes and
class, not by name, and two replicas were bound straight in 5 of 12 runs (measured). When the set is
made again, chance decides again, or the claims are reserved by their numbers, and each pod finds
another's data. Volumes that count from 1 throughout are not told of.

Fix: In files, exchange `volumeName` and `claimRef`. In a cluster the choice that costs nothing is
to keep the pairs as they are, and to write them down: the claim's manifest names the volume that it
has, and the volume's manifest the claim. A set that is made again then finds its data.

To give each ordinal the volume of its own number instead, these steps in this order, for all
crossed claims of the set at once. Never patch a `claimRef` while the pods run: both claims turn
Lost (measured). Set `web` in the namespace `shop`, ordinals 0 and 1:

    set -e  # each step only after the one before
    zero=$(kubectl get pv pv-web-0 -o jsonpath={.spec.claimRef.uid})
    one=$(kubectl get pv pv-web-1 -o jsonpath={.spec.claimRef.uid})
    kubectl patch pv pv-web-0 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'
    kubectl patch pv pv-web-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'
    kubectl scale statefulset/web --replicas=0 -n shop
    kubectl wait --for=delete pod/web-0 pod/web-1 --timeout=10m -n shop
    kubectl delete pvc pvc-web-0 pvc-web-1 -n shop
    claim='"apiVersion":"v1","kind":"PersistentVolumeClaim","namespace":"shop"'
    kubectl patch pv pv-web-0 --type=json -p '[{"op":"test","path":"/spec/claimRef/uid","value":"'$zero'"},{"op":"replace","path":"/spec/claimRef","value":{'$claim',"name":"pvc-web-0"}}]'
    kubectl patch pv pv-web-1 --type=json -p '[{"op":"test","path":"/spec/claimRef/uid","value":"'$one'"},{"op":"replace","path":"/spec/claimRef","value":{'$claim',"name":"pvc-web-1"}}]'
    # exchange the data of the two directories on the NFS server
    sfsgen scale web --replicas 2 -n shop | kubectl create -f -
    kubectl scale statefulset/web --replicas=2 -n shop

Source: measured on Kubernetes 1.36.
"""  # noqa: E501 -- commands are copied whole

from collections.abc import Iterator, Sequence
from itertools import filterfalse

from sfsgen.changes.cure import WHICH_VOLUME, Cure
from sfsgen.changes.exchange import Crossing, crossings_of, exchanged, kept
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import CLAIM_REF, VOLUME_NAME
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import some
from sfsgen.values.pairs import Tie

_SHOWN = 5  # of the ordinals that have other volumes


def crossed(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        crossings = list(crossings_of(scene.pairing, rows))
        bound = list(filter(_is_its_data, crossings))
        written = []
        for each in filterfalse(_is_its_data, crossings):
            # It has none yet, and that of its number is left to another claim.
            if scene.inventory.is_anothers(each.own, each.row.claim_key):
                yield _told(each, [each], scene.cures.leave(each.own))
            else:
                written.append(each)
        if bound:
            ways = [f"keep the pairs, which costs nothing: {kept(bound)}"]
            ways += filter(None, [exchanged(scene.cures, rows.stateful_set, bound)])
            yield _told(bound[0], bound, "; ".join(ways), _if_made_again(bound))
        if written:
            yield _told(written[0], written, _straightened(scene, written))


def _is_its_data(crossing: Crossing) -> bool:
    """Return whether a claim is bound, or an earlier one of its name was, whose data lies there."""
    was_bound = crossing.has.claim == crossing.row.claim_key and crossing.has.claim_uid
    return crossing.row.tie is Tie.BOUND or bool(was_bound)


def _told(
    at: Crossing, crossings: Sequence[Crossing], fix: str | Cure, behind: str = ""
) -> Finding:
    """Return one finding about all of them: they are one cycle, or several."""
    shown = [f"{row.claim_key[1]} has {has.name}" for row, has, _ in crossings]
    is_one = len(crossings) == 1
    it = f", and {at.own.name} is there" if is_one else ""
    others = "" if is_one else "ordinals have one another's volumes: "
    what = f"{others}{some(shown, _SHOWN)}{it}{behind}"
    sides = [
        each.manifest
        for row, has, own_volume in crossings
        for each in (row.claim, has, own_volume)
        if each
    ]
    manifest = at.row.claim.manifest if at.row.claim else at.has.manifest
    path = VOLUME_NAME if at.row.claim else CLAIM_REF
    others_by_id = {id(each): each for each in sides if each is not manifest}
    return error(manifest, path, what, fix, *others_by_id.values())


def _if_made_again(bound: Sequence[Crossing]) -> str:
    if any(has.directory != own.directory for _, has, own in bound):
        return ": if the set is made again, their data are exchanged"
    return ": as long as all share one directory, each finds the same data"


def _straightened(scene: Scene, crossings: Sequence[Crossing]) -> Cure:
    """Return what to write so that each ordinal gets the volume of its own number."""
    lines = []
    for row, _, own in crossings:
        reserve = str(scene.cures.reserve(own, row.claim_key))
        if row.claim:
            reserve += (
                f", and {scene.cures.rename_volume(row.claim, own.name)} for {row.claim.name}"
            )
        lines.append(reserve)
    return Cure("; ".join(lines), left=WHICH_VOLUME)
