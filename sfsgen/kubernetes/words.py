"""Words that Kubernetes fixes: access modes, policies, recommended labels, the first namespace."""

DEFAULT_NAMESPACE = "default"
CLUSTER = "cluster"  # our word too: how messages name what was read from one
DEFAULT_CLAIM_TEMPLATE = "pvc"  # our word: Kubernetes has none
MANAGED_BY = "app.kubernetes.io/managed-by"
# Labels that Kubernetes recommends, in its own order; the first two never change.
RECOMMENDED_LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/instance", MANAGED_BY)
ACCESS_MODES = {
    "RWO": "ReadWriteOnce",
    "ROX": "ReadOnlyMany",
    "RWX": "ReadWriteMany",
    "RWOP": "ReadWriteOncePod",
}
RECLAIM_POLICIES = ("Retain", "Delete", "Recycle")
POD_MANAGEMENT_POLICIES = ("OrderedReady", "Parallel")
UPDATE_STRATEGIES = ("RollingUpdate", "OnDelete")
