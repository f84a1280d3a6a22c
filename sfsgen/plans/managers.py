"""Who else writes a set: a GitOps tool or an operator that does not leave it as it was changed."""

from collections.abc import Iterator

from sfsgen.kubernetes.manifest import Manifest

_BY_MARK = {
    # argo-cd.readthedocs.io, Resource Tracking; the label may be an application of no Argo CD.
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    # fluxcd.io/flux/components: kustomize-controller and helm-controller label what they apply.
    "kustomize.toolkit.fluxcd.io/name": "Flux's Kustomization {}",
    "helm.toolkit.fluxcd.io/name": "Flux's HelmRelease {}",
}


def managers(manifest: Manifest) -> Iterator[str]:
    """Yield who manages an object, as its labels, annotations and owners say."""
    marks = {**(manifest.at("metadata", "labels") or {}), **manifest.annotations}
    yield from dict.fromkeys(
        words.format(marks[each]) for each, words in _BY_MARK.items() if each in marks
    )
    for owner in manifest.at("metadata", "ownerReferences") or ():
        if owner.get("controller"):
            yield f"the {owner.get('kind')} {owner.get('name')}"
