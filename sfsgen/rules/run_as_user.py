"""Who may write is said on both sides: on the NFS server, and as the containers' user.

The owner and mode of a directory on the server decide who writes into it, and nothing in Kubernetes
changes them. Where neither pod nor container says `runAsUser`, the image does, and what it does is
not seen here: one that runs as another user than the owner gets "Permission denied", and one that
starts as root to give its directory away (`chown`), as databases do, is refused by an export that
squashes root, the default.

Nothing is said of volumes that are only read, by `readOnly`, the mount option `ro` or the access
mode ReadOnlyMany alone, nor of those that a provisioner made, which gives their directories an
owner or opens them to all, nor of sets whose pods are ready or whose claims wait, nor of images
that as a rule only read what they mount, as nginx.

Fix: Find the user that the image runs its program as, write it as `runAsUser` and `runAsGroup`, and
give the directories that owner on the server. Where they have it already, there is nothing to do:
this is a note, and `--ignore run-as-user` silences it. A change to the pod template restarts the
pods.

Source: exports(5), root_squash; kubernetes#54601, docker-library/postgres#361.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.findings.finding import Finding, note
from sfsgen.findings.scene import Scene
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import POD, containers, only_reads
from sfsgen.values.pairs import Volume


def run_as_user(scene: Scene) -> Iterator[Finding]:
    for each in scene.inventory.stateful_sets:
        if _says_user(each.manifest.at(*POD)) or _runs(each) or _waits(scene, each):
            continue
        on_nfs = set(_on_nfs(scene, each))
        for path, container in containers(each.manifest) if on_nfs else ():
            mounts = container.get("volumeMounts") or ()
            is_written = any(
                mount.get("name") in on_nfs and mount.get("readOnly") is not True
                for mount in mounts
            )
            if is_written and not (_says_user(container) or only_reads(container)):
                what = (
                    f"the pods of {each.name} write to an NFS server, and nothing says as which "
                    "user: the image does, and the directories' owner must be that user"
                )
                fix = "write runAsUser and runAsGroup, and give the directories that owner there"
                yield note(each.manifest, (*path, "securityContext", "runAsUser"), what, fix)
                break


def _runs(stateful_set: FoundSet) -> bool:
    """Return whether its pods are seen to be ready: then they can write, as it seems."""
    status = stateful_set.manifest.at("status")
    ready = status.get("readyReplicas") if isinstance(status, dict) else None  # nobody checks it
    return isinstance(ready, int) and ready >= stateful_set.replicas > 0


def _waits(scene: Scene, stateful_set: FoundSet) -> bool:
    """Return whether claims are seen to wait: then no pod has come as far as to write."""
    rows = (
        row
        for template in stateful_set.templates
        for row in scene.pairing.of(template).by_number.values()
    )
    return any(row.claim and row.claim.phase in ("Pending", "Lost") for row in rows)


def _says_user(of: Mapping[str, Any] | None) -> bool:
    context = (of or {}).get("securityContext")
    return isinstance(context, dict) and context.get("runAsUser") is not None


def _on_nfs(scene: Scene, stateful_set: FoundSet) -> Iterator[str]:
    """Yield the names of a set's volumes that lie on NFS servers and can be written."""
    for template in stateful_set.templates:
        volumes = scene.pairing.of(template).volumes.values()
        if any(map(_is_written, volumes)):
            yield template.name
    for each in scene.pod_volumes(stateful_set):
        claim = scene.pairing.pairs.get((stateful_set.namespace, each.claim_name))
        is_on_nfs = bool(each.server) and each.is_nfs
        if not each.is_only_read and (is_on_nfs or (claim and _is_written(claim.volume))):
            yield each.name


def _is_written(volume: Volume) -> bool:
    return bool(volume.server) and volume.is_nfs and volume.is_static and not volume.is_only_read
