"""Which Kubernetes minor takes which API version, field or annotation: one table."""

import re
from typing import NamedTuple

OLDEST, NEWEST = 3, 37
# Every field of the objects of a set, with its minors, as JSON Schemas.
TABLE_OF_FIELDS = "kubernetes/fields.json"
# What Kubernetes itself still maintains: "without --kube-version, what every cluster takes".
_OLDEST_MAINTAINED = 35


class Feature(NamedTuple):
    """Something that exists from one minor on, up to another."""

    what: str
    since: int
    until: int = NEWEST


# Sources: the API types of each minor, measured where a field exists before it works.
BACKOFF_LIMIT = Feature("backoffLimit of a Job", 8)
CLASSES = Feature("storage classes", 4)
CLASS_FIELD = Feature("the field storageClassName", 6)
CSI = Feature("CSI volumes", 13)
CSI_NFS = Feature("the CSI driver nfs.csi.k8s.io", 21)
DIGIT_FIRST_SERVICE = Feature("a Service name that begins with a digit", 36)
ENV_PUNCTUATION = Feature("an environment variable's name with punctuation", 8)
ENV_PRINTABLE = Feature("an environment variable's name of any printable ASCII", 32)
LOCAL = Feature("local volumes with a nodeAffinity", 10)
LONG_SERVICE_NAME = Feature("a Service name of more than 24 characters", 4)
MOUNT_OPTIONS = Feature("mount options", 6)
MOUNT_OPTIONS_FIELD = Feature("the field mountOptions", 8)
NOT_READY_BY_ANNOTATION = Feature("the annotation tolerate-unready-endpoints", 3, 10)
NOT_READY_FIELD = Feature("the field publishNotReadyAddresses", 8)
ORDINALS_START = Feature("ordinals.start", 27)
POD_INDEX = "apps.kubernetes.io/pod-index"
POD_INDEX_LABEL = Feature(f"the label {POD_INDEX}", 28)
POD_MANAGEMENT_POLICY = Feature("podManagementPolicy", 7)
OPTIONAL_SERVICE_NAME = Feature("a set without serviceName", 33)
PORTLESS_SERVICE = Feature("a Service without ports", 6)
READ_WRITE_ONCE_POD = Feature("the access mode ReadWriteOncePod", 27)
REVISION_LABEL = Feature("the label controller-revision-hash", 7)
UPDATE_STRATEGY = Feature("updateStrategy", 7)
VOLUME_MODE = Feature("the field volumeMode", 13)

# How a minor without the field says it.
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
MOUNT_OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options"
NOT_READY_ANNOTATION = "service.alpha.kubernetes.io/tolerate-unready-endpoints"
PET_SET_ANNOTATION = "pod.alpha.kubernetes.io/initialized"
# By these Kubernetes binds volumes and keeps its own notes; they are nobody else's to write.
KUBERNETES_OWN_ANNOTATIONS = (
    "pv.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "volume.alpha.kubernetes.io/",
    "volume.kubernetes.io/",
)
NOTES = (*KUBERNETES_OWN_ANNOTATIONS, "kubectl.kubernetes.io/")
"""The beginnings of annotations in which Kubernetes and kubectl keep their own notes."""


def is_note(annotation: str) -> bool:
    """Return whether Kubernetes or kubectl says by an annotation what it has done."""
    is_theirs = annotation.startswith(NOTES)
    return is_theirs and annotation not in (CLASS_ANNOTATION, MOUNT_OPTIONS_ANNOTATION)


# The annotations that Kubernetes heeds from one minor on, up to another.
ANNOTATIONS = {
    CLASS_ANNOTATION: Feature("the annotation storage-class", 3),
    MOUNT_OPTIONS_ANNOTATION: Feature("the annotation mount-options", 6),
    NOT_READY_ANNOTATION: Feature("the annotation tolerate-unready-endpoints", 3, 23),
    PET_SET_ANNOTATION: Feature("the annotation initialized", 3, 7),
    "pod.alpha.kubernetes.io/init-containers": Feature("init containers by annotation", 3, 7),
    "pod.beta.kubernetes.io/init-containers": Feature("init containers by annotation", 4, 7),
    "scheduler.alpha.kubernetes.io/affinity": Feature("affinity by annotation", 3, 5),
}

# The fields that took the place of annotations.
FIELDS = {
    CLASS_ANNOTATION: "spec.storageClassName",
    MOUNT_OPTIONS_ANNOTATION: "spec.mountOptions",
    NOT_READY_ANNOTATION: "spec.publishNotReadyAddresses",
    "pod.alpha.kubernetes.io/init-containers": "spec.template.spec.initContainers",
    "pod.beta.kubernetes.io/init-containers": "spec.template.spec.initContainers",
    "scheduler.alpha.kubernetes.io/affinity": "spec.template.spec.affinity",
}

_STATEFUL_SET_APIS = (
    ("apps/v1alpha1", "PetSet", Feature("PetSet of apps/v1alpha1", 3, 4)),
    ("apps/v1beta1", "StatefulSet", Feature("StatefulSet of apps/v1beta1", 5, 15)),
    ("apps/v1beta2", "StatefulSet", Feature("StatefulSet of apps/v1beta2", 8, 15)),
    ("apps/v1", "StatefulSet", Feature("StatefulSet of apps/v1", 9)),
)


STATEFUL_SET_APIS = tuple(api for api, _, _ in _STATEFUL_SET_APIS)
STATEFUL_SET_KINDS = frozenset(kind for _, kind, _ in _STATEFUL_SET_APIS)


class Target(NamedTuple):
    """The minors (1.N, by N) that must all accept what is printed."""

    oldest: int = _OLDEST_MAINTAINED
    newest: int = NEWEST

    def has(self, feature: Feature) -> bool:
        """Return whether every minor meant has the feature."""
        return feature.since <= self.oldest and self.newest <= feature.until

    @property
    def stateful_set_api(self) -> tuple[str, str]:
        """The apiVersion and kind of the set itself: PetSet before 1.5."""
        return next(api[:2] for api in reversed(_STATEFUL_SET_APIS) if api[2].since <= self.oldest)

    def serves(self, api_version: str, kind: str) -> bool:
        """Return whether every minor meant serves a kind under an API version."""
        if kind in STATEFUL_SET_KINDS:
            return any(
                api[:2] == (api_version, kind) and self.has(api[2]) for api in _STATEFUL_SET_APIS
            )
        return api_version == "v1"

    def __str__(self) -> str:
        if self.oldest == self.newest:
            return f"Kubernetes 1.{self.oldest}"
        return f"Kubernetes 1.{self.oldest} to 1.{self.newest}"


def parse(text: str) -> Target:
    """Read a minor as kubectl prints it (`1.29`, `v1.29`, `1.29.3`), or a range (`1.22-1.24`).

    Raises ValueError for what is not a version from 1.3 to the newest that is known, or is a range
    in which no kind of set is served throughout.
    """
    if found := re.fullmatch(r"(v?1\.[0-9.]+)-(v?1\..*)", text):
        (oldest, _), (newest, *others) = map(parse, found.groups())
        made = Target(oldest, newest)
        if oldest > newest or others != [newest] or not made.serves(*made.stateful_set_api):
            raise ValueError(text)
        return made
    match = re.fullmatch(r"v?1\.([1-9][0-9]?)(?:\.[0-9]+)?(?:[-+].*)?", text)
    if not match or not OLDEST <= int(match[1]) <= NEWEST:
        raise ValueError(text)
    return Target(int(match[1]), int(match[1]))
