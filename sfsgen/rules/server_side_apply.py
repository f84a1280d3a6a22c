"""In 1.22 to 1.24, volumes are not applied server-side again once their claims are bound.

There, server-side apply takes `spec.claimRef` as one value: what is applied takes the place of the
whole, and the uid that the controller wrote is gone. The claim of a running pod turns Lost. Flux
applies so always, Argo CD with `ServerSideApply=true`; so does `kubectl apply --server-side`. From
1.25 on each field of claimRef is its own. This is looked for where `--kube-version` asks for one of
these versions; it is a warning where a volume shows that Flux or server-side apply has it.

Fix: Create the volumes with kubectl, and keep them out of what is applied; or annotate them, for
Flux with `kustomize.toolkit.fluxcd.io/ssa: IfNotPresent`, for Argo CD with
`argocd.argoproj.io/sync-options: ServerSideApply=false`. Or go to Kubernetes 1.25 first. What is
Lost already is mended as the rule `lost` says.

Source: kubernetes/kubernetes#110495, fluxcd/flux2#2827.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes import server_side
from sfsgen.values.pairs import Volume

_OF_FLUX = "kustomize.toolkit.fluxcd.io/name"


def server_side_apply(scene: Scene) -> Iterator[Finding]:
    if scene.look.target is None:
        return
    found = [
        each
        for each in scene.inventory.volumes.values()
        if each.claim and server_side.is_at_risk(each.annotations, scene.target)
    ]
    if found:
        what = server_side.what(found[0].name, len(found))
        first, *others = (each.manifest for each in found)
        tell = warning if any(map(_is_applied, found)) else note
        yield tell(first, ("spec", "claimRef"), what, server_side.FIX, *others)


def _is_applied(volume: Volume) -> bool:
    """Return whether a volume shows that it is applied server-side, and its claimRef with it."""
    managers = volume.manifest.at("metadata", "managedFields")
    return _OF_FLUX in volume.labels or any(
        each.get("operation") == "Apply" and "f:claimRef" in str(each.get("fieldsV1"))
        for each in (managers if isinstance(managers, list) else ())
        if isinstance(each, dict)
    )
