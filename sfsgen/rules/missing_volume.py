"""Each ordinal's claim has a volume: nothing makes one on an NFS server.

Nothing makes a volume on an NFS server; the claim stays Pending, and the pod with it. A claim that
names a volume waits for just this one. One that names none takes any other volume that fits, as
soon as one is free.

Fix: Let `sfsgen volumes` print the volume, and create it; its directory must be there on the
server. Where the set has no other volume to go by, add `--nfs-server` and `--nfs-path`. Where the
volume does exist, read it too: `kubectl get sts,svc,pvc,pv -o yaml`.

Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncUnboundClaim.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import (
    claims_of,
    pods_of,
    to_print_missing,
    told_of_set,
    unless_provisioned,
    vacant_ordinals,
)
from sfsgen.kubernetes.binder import Storage, differences
from sfsgen.sets.ordinals import TemplateOrdinals
from sfsgen.values.pairs import Claim


def missing_volume(scene: Scene) -> Iterator[Finding]:
    for name, claims in scene.inventory.takers.items():
        if name not in scene.inventory.volumes and not scene.is_unread("PersistentVolume", name):
            for claim in claims:
                yield from _dangling(scene, claim)
    for rows in scene.pairing.ordinals:
        if not scene.pairing.is_provisioned(rows):
            yield from _without_volume(scene, rows)
    for rows, ordinals in vacant_ordinals(scene, without_volume=True):
        what = f"there is no volume for {claims_of(rows, ordinals, verb=False)}, which "
        what += pods_of(rows, ordinals)
        what += _misfit(scene, rows.template.storage)
        yield told_of_set(rows, f"{what}{unless_provisioned(rows)}", to_print_missing(scene, rows))


def _without_volume(scene: Scene, rows: TemplateOrdinals) -> Iterator[Finding]:
    """Yield the claims that no volume is meant for, and none that is free fits."""
    for ordinal, claim in rows.claims.items():
        if ordinal in rows.volumes or claim.volume_name or claim.selector:
            continue  # of the last two, _dangling and the rule claim-selector tell
        if ordinal in rows.stateful_set.ordinals:
            pending = " and is Pending" if claim.phase == "Pending" else ""
            what = (
                f"the claim {claim.name} has no volume{pending}: none is reserved for it, and "
                "none that is free fits it"
            )
            own, fix = scene.pairing.names.volume_of(claim), to_print_missing(scene, rows)
            if own and own.claim:
                what += f"; {own.name} is {own.phase or 'reserved'} for {'/'.join(own.claim)}"
                if not (scene.inventory.owner(own) or scene.is_needed(own.claim)):
                    what += ", which is missing"
                    fix = scene.cures.redirect(own, claim.key)
            else:
                what += _misfit(scene, claim.storage)
            sides = rows.stateful_set.manifest
            yield error(claim.manifest, ("metadata", "name"), what, fix, sides)


def _dangling(scene: Scene, claim: Claim) -> Iterator[Finding]:
    """Yield what to say of a claim that names a volume which is not in the input."""
    owners = [each.stateful_set for each in scene.inventory.wanting(claim.key)]
    sets = [each.manifest for each in owners]
    where = ("spec", "volumeName")
    if claim.phase == "Bound":
        what = f"the claim {claim.name} is Bound to {claim.volume_name}, which is not in the input"
        if owners:
            fix = f"read the volumes too: {scene.cures.read_all(claim.namespace)}"
            yield warning(claim.manifest, where, what, fix, *sets)
    elif claim.phase != "Lost" and (owners or scene.inventory.reserved(claim.key)):
        what = f"the claim {claim.name} names the volume {claim.volume_name}, which is missing"
        if other := scene.inventory.reserved(claim.key):
            what += f", and {other.name} is reserved for it"
            cure = scene.cures.rename_volume(claim, other.name)
            yield error(claim.manifest, where, what, cure, other.manifest, *sets)
            return
        fix = (
            f"create the volume {claim.volume_name}, which `{scene.cures.volumes(owners[0])}` "
            "prints, or name one that is there"
        )
        yield error(claim.manifest, where, what, fix, *sets)


def _misfit(scene: Scene, wanted: Storage) -> str:
    """Return why a volume that is free is not for a claim."""
    volume = scene.pairing.free.left
    if volume is None:
        return ""
    found = next(differences(wanted, volume.storage, volume.name), None)
    return f"; {volume.name} is free, but {found.what}" if found else ""
