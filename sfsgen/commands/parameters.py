"""The options that several commands share: what each is called, and what its help says."""

from functools import partial
from typing import Annotated, Any

import typer

from sfsgen.kubernetes import versions
from sfsgen.values.vocabulary import (
    DEFAULT_EXPORT,
    DEFAULT_IMAGE,
    DEFAULT_MOUNT_PATH,
)


def _option(panel: str, *names: str, metavar: str | None = None, text: str) -> Any:
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel)


_of_set = partial(_option, "The set")
_of_input = partial(_option, "What exists")
_of_new = partial(_option, "New pairs (default: as those that exist)")
_of_storage = partial(_option, "Storage")
_of_output = partial(_option, "What to print")
_of_rules = partial(_option, "What to look for")

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="The StatefulSet's name.")]
Replicas = Annotated[
    str | None, _of_set("--replicas", "-r", metavar="N", text="The number of pods.")
]
Filename = Annotated[
    list[str] | None,
    _of_set(
        "--filename",
        "-f",
        metavar="FILE",
        text="A values file (see sfsgen init); - for stdin; repeatable.",
    ),
]
Namespace = Annotated[
    str | None, _of_set("--namespace", "-n", metavar="NAME", text="Default: default.")
]
Image = Annotated[
    str | None,
    _of_set("--image", metavar="IMAGE", text=f"Default: {DEFAULT_IMAGE}."),
]
Port = Annotated[
    list[str] | None,
    _of_set("--port", metavar="[NAME=]PORT", text="Repeatable. Default: http=80."),
]
Env = Annotated[
    list[str] | None,
    _of_set("--env", metavar="K=V", text="An environment variable; repeatable."),
]
Label = Annotated[
    list[str] | None,
    _of_set("--label", metavar="K=V", text="On all objects and pods; repeatable."),
]
Annotation = Annotated[
    list[str] | None,
    _of_set("--annotation", metavar="K=V", text="On all objects and pods; repeatable."),
]
ServiceName = Annotated[
    str | None,
    _of_set("--service-name", metavar="NAME", text="The headless Service. Default: NAME."),
]
PublishNotReadyAddresses = Annotated[
    bool | None,
    _of_set(
        "--publish-not-ready-addresses/--no-publish-not-ready-addresses",
        text="Give pods their DNS names before they are ready.",
    ),
]
PodManagementPolicy = Annotated[
    str | None,
    _of_set(
        "--pod-management-policy", metavar="POLICY", text="OrderedReady (default) or Parallel."
    ),
]
UpdateStrategy = Annotated[
    str | None,
    _of_set("--update-strategy", metavar="STRATEGY", text="RollingUpdate (default) or OnDelete."),
]
Partition = Annotated[
    str | None,
    _of_set("--partition", metavar="N", text="Update only the ordinals from N on."),
]
StartOrdinal = Annotated[
    str | None,
    _of_set("--start-ordinal", metavar="N", text="The first ordinal. Default: 0."),
]
NfsServer = Annotated[
    str | None,
    _of_storage("--nfs-server", metavar="HOST", text="A DNS name, IPv4 or IPv6 address."),
]
NfsPath = Annotated[
    str | None,
    _of_storage(
        "--nfs-path",
        metavar="PATH",
        text="The export, below which each volume has its directory, or a pattern of the "
        "directories with {namespace} {name} {ordinal} {claim} {volume} {template}. "
        f"Default: {DEFAULT_EXPORT}.",
    ),
]
Storage = Annotated[
    str | None,
    _of_storage("--storage", metavar="SIZE", text="Of each volume, such as 1Gi."),
]
SharedDirectory = Annotated[
    bool | None,
    _of_storage(
        "--shared-directory/--no-shared-directory",
        text="One directory for all ordinals: the path itself.",
    ),
]
AccessMode = Annotated[
    list[str] | None,
    _of_storage(
        "--access-mode",
        metavar="MODE",
        text="ReadWriteMany (RWX, default), ReadWriteOnce (RWO), ReadOnlyMany (ROX) or, with "
        "--driver csi, ReadWriteOncePod (RWOP); repeatable.",
    ),
]
ReclaimPolicy = Annotated[
    str | None,
    _of_storage("--reclaim-policy", metavar="POLICY", text="Retain (default), Delete or Recycle."),
]
MountOption = Annotated[
    list[str] | None,
    _of_storage("--mount-option", metavar="OPTION", text="Such as nfsvers=4.1; repeatable."),
]
ReadOnly = Annotated[
    bool | None,
    _of_storage("--read-only/--no-read-only", text="Mount the volumes read-only."),
]
MountPath = Annotated[
    str | None,
    _of_storage(
        "--mount-path",
        metavar="PATH",
        text=f"Where the container finds its data. Default: {DEFAULT_MOUNT_PATH}.",
    ),
]
ClaimTemplate = Annotated[
    str | None,
    _of_storage("--claim-template", metavar="NAME", text="Default: pvc."),
]
VolumeName = Annotated[
    str | None,
    _of_storage(
        "--volume-name",
        metavar="PATTERN",
        text="Default: pv-{name}-{ordinal}; for further claim templates pv-{claim}.",
    ),
]
Volume = Annotated[
    list[str] | None,
    _of_storage("--volume", metavar="NAME=SIZE:MOUNTPATH", text="A claim template; repeatable."),
]
Driver = Annotated[
    str | None,
    _of_storage("--driver", metavar="DRIVER", text="nfs (default), or csi: nfs.csi.k8s.io."),
]
Only = Annotated[
    list[str] | None,
    _of_output(
        "--only",
        metavar="KIND,...",
        text="Any of service, pv, pvc and statefulset, also by their full and plural names.",
    ),
]
FromOrdinal = Annotated[
    str | None,
    _of_output("--from-ordinal", metavar="N", text="Volumes and claims of the ordinals from N on."),
]
Output = Annotated[str, _of_output("--output", "-o", metavar="FORMAT", text="yaml, json or name.")]
OutputDir = Annotated[
    str | None,
    _of_output("--output-dir", metavar="DIR", text="Write a file for each object instead."),
]
Force = Annotated[bool, _of_output("--force", text="Overwrite files in the --output-dir.")]
TemplateDir = Annotated[
    str | None,
    _of_output("--template-dir", metavar="DIR", text="Templates of your own, by kind."),
]
KubeVersion = Annotated[
    str | None,
    _of_output(
        "--kube-version",
        metavar="1.N",
        text=f"What Kubernetes 1.N takes, from 1.{versions.OLDEST} to 1.{versions.NEWEST}. "
        "Default: what every maintained version takes.",
    ),
]
Strict = Annotated[bool, _of_output("--strict", text="Take warnings for errors.")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="The StatefulSets. Default: all.")
]
Filenames = Annotated[
    list[str] | None,
    _of_input(
        "--filename",
        "-f",
        metavar="FILE",
        text="Manifests, or a folder of them; - for stdin; repeatable. Default: the live cluster.",
    ),
]
InNamespace = Annotated[
    str | None,
    _of_input("--namespace", "-n", metavar="NAME", text="Of the sets. Default: kubectl's."),
]
Selector = Annotated[
    str | None,
    _of_input("--selector", "-l", metavar="K=V,...", text="Only sets with these labels."),
]
KubeContext = Annotated[
    str | None, _of_input("--context", metavar="NAME", text="kubectl's context.")
]
Kubeconfig = Annotated[
    str | None, _of_input("--kubeconfig", metavar="FILE", text="kubectl's configuration.")
]
NewReplicas = Annotated[
    str | None, _of_input("--replicas", "-r", metavar="N", text="The number of pods to come.")
]

# What new pairs have where the existing ones are not to be followed.
NewNfsServer = Annotated[
    str | None, _of_new("--nfs-server", metavar="HOST", text="A DNS name, IPv4 or IPv6 address.")
]
NewNfsPath = Annotated[
    str | None,
    _of_new("--nfs-path", metavar="PATH", text="The export or the pattern of the directories."),
]
NewStorage = Annotated[
    str | None, _of_new("--storage", metavar="SIZE", text="Of each volume, such as 1Gi.")
]
NewAccessMode = Annotated[
    list[str] | None,
    _of_new("--access-mode", metavar="MODE", text="RWX, RWO, ROX or RWOP; repeatable."),
]
NewReclaimPolicy = Annotated[
    str | None, _of_new("--reclaim-policy", metavar="POLICY", text="Retain, Delete or Recycle.")
]
NewMountOption = Annotated[
    list[str] | None,
    _of_new("--mount-option", metavar="OPTION", text="Such as nfsvers=4.1; repeatable."),
]
NewVolumeName = Annotated[
    str | None,
    _of_new("--volume-name", metavar="PATTERN", text="The pattern of the volumes' names."),
]
NewDriver = Annotated[str | None, _of_new("--driver", metavar="DRIVER", text="nfs or csi.")]
NewSharedDirectory = Annotated[
    bool | None,
    _of_new("--shared-directory/--no-shared-directory", text="One directory for all ordinals."),
]
NewReadOnly = Annotated[bool | None, _of_new("--read-only/--no-read-only", text="Mount read-only.")]
OnlyRules = Annotated[
    list[str] | None,
    _of_rules("--rule", metavar="RULE,...", text="Look with these rules only; repeatable."),
]
IgnoredRules = Annotated[
    list[str] | None, _of_rules("--ignore", metavar="RULE,...", text="Without these; repeatable.")
]
FindingsOutput = Annotated[
    str, _of_output("--output", "-o", metavar="FORMAT", text="text, json, github or sarif.")
]
StrictStatus = Annotated[bool, _of_output("--strict", text="Exit with 1 for warnings too.")]
Fix = Annotated[
    bool, _of_output("--fix", text="Mend in the files what edits of them can, and tell the rest.")
]
Diff = Annotated[
    bool, _of_output("--diff", text="Print what --fix would change, and write nothing.")
]
