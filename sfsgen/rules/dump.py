"""What was printed from one cluster is not created in another as it stands.

`kubectl create` takes all that `kubectl get -o yaml` printed. But a volume's `claimRef` holds the
uid of a claim that the other cluster does not have, and a claim the annotation that it is bound:
the volumes end Released, the claims Lost (measured). Both bound within 0.2 seconds once these two
were gone, and no other field mattered (measured). To look at a dump is no fault, so this is a note.

Fix: Remove the uids and these annotations, by the finding's command, before it is created
elsewhere. Where it was created already, check that cluster: the rule [lost](#lost) says what brings
the claims back.

Source: pkg/controller/volume/persistentvolume/pv_controller.go (measured).
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, note
from sfsgen.findings.places import CLAIM_REF
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.values.pairs import Volume

_OWNERS = ("metadata", "ownerReferences")
_WRITTEN_BY_SERVER = r"/^ +(uid|resourceVersion): |pv\.kubernetes\.io\/(bind|bound)-/d"


def dump(scene: Scene) -> Iterator[Finding]:
    if scene.look.access.is_live:
        return
    rows = [row for each in scene.pairing.ordinals for row in each.by_number.values()]
    # What has something wrong is looked at to mend it, not to make it again.
    if len(rows) < max(len(scene.inventory.claims), len(scene.inventory.volumes)):
        return
    sets = [each.manifest for each in scene.inventory.stateful_sets]
    # What is wanted, beside a dump or a cluster, is what will be created.
    if any(each.is_terminating or not each.is_stored for each in sets):
        return
    if all(row.is_sound and row.volume and row.volume.claim_uid for row in rows):
        by_file = {row.volume.manifest.document.file: row.volume for row in rows if row.volume}
        owned = any(row.claim and row.claim.manifest.at(*_OWNERS) for row in rows)
        yield from (_told(volume, file, is_owned=owned) for file, volume in by_file.items())


def _told(volume: Volume, file: str, *, is_owned: bool) -> Finding:
    manifest = volume.manifest
    what = (
        f"{file} is a dump: created in another cluster as it stands, its volumes end Released and "
        "its claims Lost, for they hold the uids of this one"
    )
    fix = "remove uid and resourceVersion from the claimRefs, and the annotations "
    fix += "pv.kubernetes.io/bind-completed and bound-by-controller from the claims"
    lines = {manifest.place((*CLAIM_REF, key)).line for key in ("uid", "name")}
    if is_owned:  # by a set, whose uid is another one there: the claims would be collected
        fix += "; from these the ownerReferences, too"
    elif file.endswith((".yaml", ".yml")) and len(lines) > 1:  # as kubectl prints it
        fix = f"for that, print it without them: {quoted(['sed', '-E', _WRITTEN_BY_SERVER, file])}"
    return note(manifest, (*CLAIM_REF, "uid"), what, fix)
