"""The settings: each option, the word of a values file that says the same, and what it may be."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import versions
from sfsgen.kubernetes.gitops import KEEPING
from sfsgen.kubernetes.resources import STATEFUL_SET, VOLUME
from sfsgen.kubernetes.versions import Feature
from sfsgen.kubernetes.words import (
    ACCESS_MODES,
    DEFAULT_CLAIM_TEMPLATE,
    DEFAULT_NAMESPACE,
    POD_MANAGEMENT_POLICIES,
    RECLAIM_POLICIES,
    UPDATE_STRATEGIES,
)

_EXPORT = "/exports"
_PLACEHOLDERS = "{namespace} {name} {ordinal} {claim} {volume} {template}"
_OF_SERVERS = "{namespace} {name} {ordinal} {claim} {template}"
# Kubernetes' own image for its StatefulSet tutorial: it serves HTTP on port 80.
_IMAGE = "registry.k8s.io/nginx-slim:0.24"
_MOUNT_PATH = "/data"

_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_MAP = {"type": "object", "additionalProperties": _STRING}
_ACCESS_MODE = {"enum": [*ACCESS_MODES.values(), *ACCESS_MODES]}
_BOOLEAN = {"type": "boolean"}
OF_A_CLAIM_TEMPLATE = (
    "dataSource",
    "dataSourceRef",
    "resources",
    "selector",
    "volumeAttributesClassName",
    "volumeMode",
)
"""The fields of a claim template's spec that stand beside our words for it."""
COUNT = {"type": "integer", "minimum": 0}
# A VolumeMount without the name of the volume, which is the claim template's.
_MOUNT = {"$ref": "#/$defs/Mount"}


class Setting(NamedTuple):
    """One thing that a user can say of a set: a row of the table."""

    panel: str
    """Under which heading of its help `render` has the option."""
    path: Path
    """Where a values file says it; () where no single word does."""
    usage: str
    """The option that says the same, with what follows it; "" where only a file can say it."""
    schema: Mapping[str, Any]
    """What it may be, as JSON Schema."""
    word_help: str = ""
    """What the schema says of the word."""
    option_help: str = ""
    """What `render --help` says of the option."""
    pair_help: str = ""
    """What `scale` and `volumes` say of it: there it overrides what the existing pairs show."""
    short: str = ""
    default: str = ""
    guess_in: str = ""
    """The resource that shows a default which may well not fit: its use is told."""
    variable: str = ""
    """The variable of the templates that shows it as it was said: `volume.reclaim_policy`."""
    feature: Feature | None = None
    """What the target's minors must have, whatever the value is."""
    before: Mapping[str, str] = {}
    """The option before which it is listed, where it is not listed as in this table."""

    @property
    def option(self) -> str:
        """The option, as it is typed."""
        return self.usage.partition(" ")[0]

    @property
    def parameter(self) -> str:
        """The name under which a command's parameters hold it."""
        return self.option.strip("-").replace("-", "_").lower()

    @property
    def kind(self) -> str:
        """The type that JSON has for it, or "string" where it may have several."""
        kind = self.schema.get("type")
        return kind if isinstance(kind, str) else "string"

    @property
    def is_inherited(self) -> bool:
        """Whether a claim template may say it for itself or leave it to the set."""
        return self.panel == _STORAGE and self.path[:1] not in ((), ("claimTemplates",))


_STORAGE = "Storage"
_of_set = partial(Setting, "The set")
_of_storage = partial(Setting, _STORAGE)

# What lists settings: the schema, the command that renders sets, and those that add pairs to them.
SCHEMA, RENDER, PAIRS = "schema", "render", "pairs"
# In the order in which the help of `render` has them, and in which they are laid over a file's
# values. Each row: path, option, what it may be; what the schema says of it; what `render` says;
# what `scale` and `volumes` say; and what is more.
SETTINGS = (
    _of_set(("name",), "NAME", _STRING,
        "The StatefulSet's name.",
        "The StatefulSet's name."),
    _of_set(("replicas",), "--replicas N", COUNT,
        "The number of pods.",
        "The number of pods.",
        short="-r"),
    _of_set(("namespace",), "--namespace NAME", _STRING,
        f"Default: {DEFAULT_NAMESPACE}.",
        f"Default: {DEFAULT_NAMESPACE}.",
        short="-n", default=DEFAULT_NAMESPACE, before={SCHEMA: "--replicas"}),
    _of_set(("image",), "--image IMAGE", _STRING,
        "The main container's image.",
        f"Default: {_IMAGE}.",
        default=_IMAGE, guess_in=STATEFUL_SET),
    _of_set(("ports",), "--port [NAME=]PORT",
        {"type": "array", "items": {"$ref": "#/$defs/ContainerPort"} },
        "The main container's ports, which the Service names too; default 80, named http.",
        "Repeatable. Default: http=80.",
        default="http=80", guess_in=STATEFUL_SET),
    _of_set(("env",), "--env K=V", {"type": "array", "items": {"$ref": "#/$defs/EnvVar"}},
        "Environment variables of the main container; {peers}, {ordinal}, {pod} are filled in.",
        "An environment variable; repeatable. {peers}, {ordinal}, {pod} are filled in."),
    _of_set(("labels",), "--label K=V", _MAP,
        "Labels of all objects and the pods.",
        "On all objects and pods; repeatable."),
    _of_set(("annotations",), "--annotation K=V", _MAP,
        "Annotations of all objects and the pods.",
        "On all objects and pods; repeatable."),
    _of_set(("serviceName",), "--service-name NAME", _STRING,
        "The headless Service's name; default: the set's. An empty one: no Service.",
        "The headless Service. Default: NAME."),
    _of_set(("publishNotReadyAddresses",), "--publish-not-ready-addresses", _BOOLEAN,
        "Give pods a DNS name before ready.",
        "Give pods their DNS names before they are ready."),
    _of_set(("podManagementPolicy",), "--pod-management-policy POLICY",
        {"enum": list(POD_MANAGEMENT_POLICIES)},
        "",
        "OrderedReady (default) or Parallel.",
        variable="statefulset.pod_management_policy", feature=versions.POD_MANAGEMENT_POLICY),
    _of_set(("selector",), "", {"$ref": "#/$defs/LabelSelector"},
        "Which pods are the set's, which can never be changed; with one of your own, sfsgen adds "
        "no labels of its own. Default: app.kubernetes.io/name and /instance."),
    _of_set(("updateStrategy",), "", {"$ref": "#/$defs/StatefulSetUpdateStrategy"},
        feature=versions.UPDATE_STRATEGY),
    _of_set(("updateStrategy", "type"), "--update-strategy STRATEGY",
        {"enum": list(UPDATE_STRATEGIES)},
        "",
        "RollingUpdate (default) or OnDelete.",
        default="RollingUpdate"),
    _of_set(("updateStrategy", "rollingUpdate", "partition"), "--partition N", COUNT,
        "",
        "Update only the ordinals from N on."),
    _of_set(("ordinals", "start"), "--start-ordinal N", COUNT,
        "The first ordinal; default 0.",
        "The first ordinal. Default: 0.",
        default="0", feature=versions.ORDINALS_START, before={SCHEMA: "--image"}),
    _of_storage(("nfs", "server"), "--nfs-server HOST", _STRING,
        "The NFS server: a DNS name, IPv4 or IPv6 address, or a pattern of the servers with "
        f"{_OF_SERVERS}.",
        "A DNS name, IPv4 or IPv6 address, or a pattern of the servers with "
        f"{_OF_SERVERS}.",
        "A DNS name, IPv4 or IPv6 address, or a pattern of the servers."),
    _of_storage(("nfs", "path"), "--nfs-path PATH", _STRING,
        "The export below which each volume has its directory, or a pattern of the directories "
        f"with {_PLACEHOLDERS}; default {_EXPORT}.",
        "The export, below which each volume has its directory, or a pattern of the directories "
        f"with {_PLACEHOLDERS}. Default: {_EXPORT}.",
        "The export or the pattern of the directories.",
        default=_EXPORT, guess_in=VOLUME),
    _of_storage(("claimTemplates", 0, "storage"), "--storage SIZE", {"type": ["string", "number"]},
        "The size of each volume: a Kubernetes quantity.",
        "Of each volume, such as 1Gi.",
        "Of each volume, such as 1Gi."),
    _of_storage(("nfs", "sharedDirectory"), "--shared-directory", _BOOLEAN,
        "Give all ordinals one directory: the path itself.",
        "One directory for all ordinals: the path itself.",
        "One directory for all ordinals.",
        before={PAIRS: "--storage"}),
    _of_storage(("accessModes",), "--access-mode MODE",
        {"type": "array", "items": _ACCESS_MODE, "minItems": 1},
        "Of the volumes and the claims alike; default ReadWriteMany.",
        "ReadWriteMany (RWX, default), ReadWriteOnce (RWO), ReadOnlyMany (ROX) or, with "
        "--driver csi, ReadWriteOncePod (RWOP); repeatable.",
        "RWX, RWO, ROX or RWOP; repeatable.",
        default="ReadWriteMany"),
    _of_storage(("persistentVolumeReclaimPolicy",), "--reclaim-policy POLICY",
        {"enum": list(RECLAIM_POLICIES)},
        "What becomes of a volume whose claim is deleted; default Retain, which keeps the data.",
        "Retain (default), Delete or Recycle.",
        "Retain, Delete or Recycle.",
        default="Retain", variable="volume.reclaim_policy"),
    _of_storage(("mountOptions",), "--mount-option OPTION", _STRINGS,
        "NFS mount options, such as nfsvers=4.1.",
        "Such as nfsvers=4.1; repeatable.",
        "Such as nfsvers=4.1; repeatable.",
        feature=versions.MOUNT_OPTIONS),
    _of_storage(("nfs", "readOnly"), "--read-only", _BOOLEAN,
        "Mount the volumes read-only.",
        "Mount the volumes read-only.",
        "Mount read-only.",
        before={SCHEMA: "--shared-directory"}),
    _of_storage(("claimTemplates", 0, "mountPath"), "--mount-path PATH", _STRING,
        f"Where the container finds the data; default {_MOUNT_PATH}.",
        f"Where the container finds its data. Default: {_MOUNT_PATH}.",
        default=_MOUNT_PATH, guess_in=STATEFUL_SET),
    _of_storage(("claimTemplates", 0, "name"), "--claim-template NAME", _STRING,
        f"The claim template's name; default {DEFAULT_CLAIM_TEMPLATE}.",
        f"Default: {DEFAULT_CLAIM_TEMPLATE}.",
        default=DEFAULT_CLAIM_TEMPLATE, before={SCHEMA: "--storage"}),
    _of_storage(("volumeName",), "--volume-name PATTERN", _STRING,
        "The volumes' names, with placeholders; default pv-{name}-{ordinal} for the first claim "
        "template and pv-{claim} for the others.",
        "Default: pv-{name}-{ordinal}; for further claim templates pv-{claim}.",
        "The pattern of the volumes' names.",
        default="pv-{name}-{ordinal}"),
    _of_storage(("claimTemplates", 0, "subPath"), "", _STRING,
        "The directory within the volume that is mounted at mountPath; default: its root."),
    _of_storage(("claimTemplates", 0, "mounts"), "", {"type": "array", "items": _MOUNT},
        "Where the main container mounts it, in place of mountPath: several times, or never."),
    _of_storage(("storageClassName",), "", {"type": ["string", "null"]},
        'The class of the claim templates, the claims and the volumes; default "", which keeps '
        "every default class out. null leaves it out of the claim templates, so one gets in."),
    # Below the options for one claim template: it adds to what they say.
    _of_storage((), "--volume NAME=SIZE:MOUNTPATH", _STRINGS,
        "",
        "A claim template; repeatable."),
    _of_storage(("driver",), "--driver DRIVER", _STRING,
        "nfs, which the kubelet mounts itself (default), csi (nfs.csi.k8s.io), local, or the name "
        "of another CSI driver, as smb.csi.k8s.io.",
        "nfs (default), csi (nfs.csi.k8s.io), local, or another CSI driver's name, as "
        "smb.csi.k8s.io.",
        "nfs, csi, local, or another CSI driver's name.",
        default="nfs", before={SCHEMA: "--volume-name"}),
    _of_storage(("csi",), "", {"$ref": "#/$defs/CSISource"},
        "What a volume of a CSI driver has beside its place; the handle and the attributes are "
        "patterns with {namespace} {name} {ordinal} {claim} {volume} {template} {server} {path} "
        "{share} {sub_dir}."),
    _of_storage(("gitops",), "--gitops TOOL", {"enum": list(KEEPING)},
        "Annotate the volumes and claims so that argocd, flux or helm neither prunes, deletes nor "
        "unbinds them.",
        "argocd, flux or helm: annotate volumes and claims so that it neither prunes, deletes nor "
        "unbinds them.",
        "argocd, flux or helm: annotate them so that it neither prunes, deletes nor unbinds them."),
    _of_storage(("nodes",), "", {**_STRINGS, "minItems": 1},
        "The nodes of local volumes: the first is that of the first ordinal, and so on."),
)  # fmt: skip
OPTIONS = {each.path: each.option for each in SETTINGS if each.path and each.option}
"""Where an option's value stands in a values file."""
_BY_PATH = {each.path: each for each in SETTINGS if each.path}


def setting_at(path: Path) -> Setting:
    """Return the setting that a path leads to, of whichever claim template; else an empty one."""
    if path[:1] == ("claimTemplates",):
        path = ("claimTemplates", 0, *path[2:])
        path = path if path in _BY_PATH else path[2:]
    return _BY_PATH.get(path) or Setting("", path, "", {})


def listed(listing: str) -> list[Setting]:
    """Return the settings of a list, in its order."""
    found = [each for each in SETTINGS if each.pair_help or listing != PAIRS]
    for each in [each for each in found if listing in each.before]:
        found.remove(each)
        options = [other.option for other in found]
        found.insert(options.index(each.before[listing]), each)
    return found
