"""The resources that are printed, in the order in which a cluster should get them."""

SERVICE, VOLUME, CLAIM, STATEFUL_SET = (
    "service",
    "persistentvolume",
    "persistentvolumeclaim",
    "statefulset",
)
# A claim whose volume is there binds at once instead of at the next resync (measured), and a pod
# finds its claims.
ORDER = (SERVICE, VOLUME, CLAIM, STATEFUL_SET)
PAIRED = (VOLUME, CLAIM)
SHORT_NAMES = {"svc": SERVICE, "pv": VOLUME, "pvc": CLAIM, "sts": STATEFUL_SET}


def parse(text: str) -> str:
    """Return the resource of a name as kubectl takes it: short, full or plural, in any case.

    Raises ValueError for any other text.
    """
    name = text.lower().removesuffix(".apps")
    singular = name if name in (*ORDER, *SHORT_NAMES) else name.removesuffix("s")
    resource = SHORT_NAMES.get(singular, singular)
    if resource not in ORDER:
        raise ValueError(text)
    return resource
