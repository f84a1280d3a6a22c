"""Server-side apply where it takes a volume's claimRef as one value, and with it the uid."""

from collections.abc import Mapping

from sfsgen.kubernetes.versions import Feature, Target

ATOMIC = Feature("a claimRef that server-side apply takes as one value", 22, 24)
# Annotations by which an applier leaves an object alone that is there, or merges it otherwise.
_SPARED = {
    "kustomize.toolkit.fluxcd.io/ssa": ("merge", "ifnotpresent", "ignore"),
    "kustomize.toolkit.fluxcd.io/reconcile": ("disabled",),
    "argocd.argoproj.io/sync-options": ("serversideapply=false",),
}
FIX = (
    "create the volumes with kubectl; or annotate them kustomize.toolkit.fluxcd.io/ssa: "
    "IfNotPresent for Flux, argocd.argoproj.io/sync-options: ServerSideApply=false for Argo CD; "
    "or go to Kubernetes 1.25 first"
)


def is_at_risk(annotations: Mapping[str, str], target: Target) -> bool:
    """Return whether some minor of a target takes the uid of a volume that is applied again."""
    if target.oldest > ATOMIC.until or target.newest < ATOMIC.since:
        return False
    return not any(
        each.strip().lower() in values
        for key, values in _SPARED.items()
        for each in annotations.get(key, "").split(",")
    )


def what(first: str, count: int) -> str:
    """Return what happens to so many volumes, of which one is named."""
    more = count - 1
    others = f" and {more} more {'volumes' if more > 1 else 'volume'}" if more else ""
    return (
        f"server-side apply (Flux, Argo CD) of {first}{others} takes the uid out of claimRef in "
        f"Kubernetes 1.{ATOMIC.since} to 1.{ATOMIC.until}: the claims of running pods go Lost"
    )
