"""The claims that a pod template names are there: no controller makes them.

The controller makes the claims of claim templates only. A pod whose template names a claim that is
not there stays Pending: "persistentvolumeclaim not found". In files, nothing is said where no other
claim lies beside the set: the claim may be made elsewhere.

Fix: Create the claim in the set's namespace, or write the name of the one that is there. A change
to the pod template restarts the pods.

Source: pkg/scheduler/framework/plugins/volumebinding, PreFilter.
"""

import posixpath
from collections.abc import Iterator

from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import quoted
from sfsgen.problems import nearest
from sfsgen.sets.found import FoundSet

_ALIKE = 0.8  # a name and what it is misspelt as


def pod_claim(scene: Scene) -> Iterator[Finding]:
    for stateful_set in scene.inventory.stateful_sets:
        for each in scene.pod_volumes(stateful_set):
            if each.claim_name and _is_missing(scene, stateful_set, each.claim_name):
                namespace = stateful_set.namespace
                what = f"there is no claim {quoted(each.claim_name)} in the namespace {namespace}, "
                what += f"and the pods of {stateful_set.name} need it"
                near = nearest(each.claim_name, _unused(scene, namespace), _ALIKE)
                fix = f"write {near}" if near else f"create it in the namespace {namespace}"
                path = (*each.path, "persistentVolumeClaim", "claimName")
                tell = error if near or scene.look.access.is_live else warning
                yield tell(stateful_set.manifest, path, what, fix)


def _is_missing(scene: Scene, stateful_set: FoundSet, name: str) -> bool:
    """Return whether a claim ought to be there, and is not."""
    key = stateful_set.namespace, name
    if key in scene.inventory.claims or scene.inventory.wanting(key):
        return False
    if scene.is_unread("PersistentVolumeClaim", name, stateful_set.namespace):
        return False
    if scene.look.access.is_live:
        return True
    folder = posixpath.dirname(stateful_set.manifest.document.file)
    return any(
        namespace == stateful_set.namespace
        and posixpath.dirname(claim.manifest.document.file) == folder
        for (namespace, _), claim in scene.inventory.claims.items()
    )


def _unused(scene: Scene, namespace: str) -> list[str]:
    """Return the claims of a namespace that nobody is seen to use."""
    return [name for space, name in scene.inventory.orphans if space == namespace]
