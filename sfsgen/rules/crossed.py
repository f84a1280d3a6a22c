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

from collections.abc import Iterator

from sfsgen.changes.cures import claim_ref_of
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import VOLUME_NAME
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.names import numbered
from sfsgen.values.pairs import Pair, Volume


def crossed(scene: Scene) -> Iterator[Finding]:
    for rows in scene.pairing.ordinals:
        found = (
            (ordinal, scene.pairing.pairs.get(each.key)) for ordinal, each in rows.claims.items()
        )
        pairs = [
            (ordinal, *numbered(pair.volume.name), pair)
            for ordinal, pair in found
            if pair and (pair.is_pinned or pair.is_bound)
        ]
        # Volumes that count from 1 are all shifted alike, and meant so.
        shifts = {number - ordinal for ordinal, _, number, _ in pairs if number is not None}
        is_regular = len(shifts) == 1
        conventional = rows.template.volume_name
        for ordinal, head, number, pair in pairs if shifts != {0} else ():
            is_another = number not in (None, ordinal)
            if is_another and not (
                is_regular and conventional.ordinal_of(pair.volume.name) is None
            ):
                own = scene.inventory.volumes.get(f"{head}{ordinal}")
                # Where all are shifted alike, the next one has it.
                if own and not (is_regular and own.name in scene.inventory.takers):
                    yield _crossing(scene, pair, own)


def _crossing(scene: Scene, pair: Pair, own: Volume) -> Finding:
    claim, volume = pair.claim, pair.volume
    what = f"the claim {claim.name} has the volume {volume.name}, and {own.name} is there"
    if scene.inventory.is_anothers(own, claim.key) and not pair.is_bound:
        fix = scene.cures.leave(own)
        return error(claim.manifest, VOLUME_NAME, what, fix, volume.manifest, own.manifest)
    if not pair.is_bound:
        reserve = scene.cures.reserve(own, claim.key)
        fix = (
            f"write `volumeName: {own.name}`, {reserve}, and reserve "
            f"{volume.name} for the claim of its own number"
        )
        return error(claim.manifest, VOLUME_NAME, what, fix, volume.manifest, own.manifest)
    what += ": if the set is made again, its data are exchanged"
    fix = (
        f"keep the pair, which costs nothing: write `volumeName: {volume.name}` into the manifest "
        f"of {claim.name}, and `{claim_ref_of(claim.key)}` into that of {volume.name}; the steps "
        "that exchange the volumes instead are in docs/rules.md, crossed"
    )
    return error(claim.manifest, VOLUME_NAME, what, fix, volume.manifest, own.manifest)
