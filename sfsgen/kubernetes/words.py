"""Words that Kubernetes fixes: access modes, policies, recommended labels, the first namespace."""

DEFAULT_NAMESPACE = "default"
CLUSTER = "cluster"  # our word too: how messages name what was read from one
DEFAULT_CLAIM_TEMPLATE = "pvc"  # our word: Kubernetes has none
# Labels that Kubernetes recommends, in its own order; the first two never change.
RECOMMENDED_LABELS = tuple(
    f"app.kubernetes.io/{name}" for name in ("name", "instance", "managed-by")
)
ACCESS_MODES = {
    "RWO": "ReadWriteOnce",
    "ROX": "ReadOnlyMany",
    "RWX": "ReadWriteMany",
    "RWOP": "ReadWriteOncePod",
}
RECLAIM_POLICIES = ("Retain", "Delete", "Recycle")
POD_MANAGEMENT_POLICIES = ("OrderedReady", "Parallel")
UPDATE_STRATEGIES = ("RollingUpdate", "OnDelete")
