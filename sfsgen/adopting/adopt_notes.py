"""What the owner of an adopted set should know: what mounts it now, and how it is scaled."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from sfsgen.adopting.adopting import Adoptee, Adopting
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.nfs import FS_GROUP, FS_GROUP_CSI
from sfsgen.plain_text import listed
from sfsgen.sets.found import FoundSet
from sfsgen.sets.patterns import is_made_up, patterns
from sfsgen.storage_drivers import CSI_NFS, LOCAL
from sfsgen.values.pairs import Volume

_CSI_NFS = "nfs.csi.k8s.io"
_OF_GANESHA = "EXPORT_block"
"""The annotation of volumes whose server is the pod of their provisioner, as it writes it."""


def notes(
    adopting: Adopting,
    stateful_set: FoundSet,
    adoptees: Sequence[Adoptee],
    around: Sequence[Volume],
) -> Iterator[str]:
    """Yield what is worth knowing of volumes that are replaced."""
    if not adoptees:
        return
    yield from _started(stateful_set)
    yield from _mounted(adopting, stateful_set, adoptees)
    yield from _of_makers(adoptees)
    for each in around:
        yield (
            f"{each.name} lies above their directories ({each.path}): who has it sees, and may "
            "delete, what lies in them"
        )
    yield from _scaled(adopting, stateful_set, adoptees)


def _started(stateful_set: FoundSet) -> Iterator[str]:
    """Yield that pods are not waited for until they are ready, as not all were (as_seen.py)."""
    status = stateful_set.manifest.value.get("status") or {}
    ready, replicas = status.get("readyReplicas", 0), stateful_set.replicas
    is_parallel = stateful_set.manifest.at("spec", "podManagementPolicy") == "Parallel"
    if is_parallel and ready < replicas:
        yield (
            f"{ready} of {replicas} pods of {stateful_set.name} are ready, so the next one stops "
            "once the one before it runs, ready or not: have all of them ready first"
        )


def _mounted(
    adopting: Adopting, stateful_set: FoundSet, adoptees: Sequence[Adoptee]
) -> Iterator[str]:
    """Yield what changes for those that another one mounts from then on."""
    if adopting.driver == CSI_NFS and any(each.origin.csi != _CSI_NFS for each in adoptees):
        yield f"{_CSI_NFS} mounts them: it has to be installed, with its pods on every node"
    on_nodes = [each for each in adoptees if each.origin.csi and adopting.driver != CSI_NFS]
    if on_nodes:
        yield _on_nodes(on_nodes)
    if modes := dict.fromkeys(filter(None, map(_permissions, adoptees))):
        yield (
            f"nothing sets the permissions of their directories to {' or '.join(modes)} any more, "
            "as the driver does at each mount: they stay as they are"
        )
    security = stateful_set.manifest.at("spec", "template", "spec", "securityContext") or {}
    if "fsGroup" in security:
        yield from _of_group(adopting, adoptees, on_nodes)


def _of_group(
    adopting: Adopting, adoptees: Sequence[Adoptee], on_nodes: Sequence[Adoptee]
) -> Iterator[str]:
    """Yield what becomes of the owners of files where another one mounts them.

    The kubelet gives those of CSI and of local volumes to the group, and none of hostPath or NFS
    (kubernetes, pkg/volume/local and pkg/volume/csi, SetVolumeOwnership).
    """
    if on_nodes:
        yield FS_GROUP
    if adopting.driver == CSI_NFS and any(not each.origin.csi for each in adoptees):
        yield FS_GROUP_CSI
    if any("hostPath" in each.volume.manifest.value["spec"] for each in adoptees):
        yield (
            "fsGroup: the kubelet gives all files of local volumes to the group, which may write "
            "to them then; of those of before (hostPath) it gave none: what insists on modes of "
            "its own, as ssh, RabbitMQ and PostgreSQL do, may not start; take fsGroup out, or see "
            "to that first"
        )


def _on_nodes(adoptees: Sequence[Adoptee]) -> str:
    drivers = ", ".join(dict.fromkeys(each.origin.csi for each in adoptees))
    options = dict.fromkeys(",".join(each.origin.mount_options) for each in adoptees)
    shown = " or ".join(each or "none" for each in options)
    return (
        f"the nodes mount them themselves (nfs), and no longer {drivers}: each node needs "
        f"nfs-common or nfs-utils; mount options as they were: {shown}"
    )


def _permissions(each: Adoptee) -> str:
    """Return what csi-driver-nfs sets at each mount (nodeserver.go, mountPermissions)."""
    given = each.volume.manifest.at("spec", "csi", "volumeAttributes") or {}
    found = next((given[key] for key in given if key.lower() == "mountpermissions"), "")
    return found if found.strip("0") else ""


def _of_makers(adoptees: Sequence[Adoptee]) -> Iterator[str]:
    if any(_is_democratic(each) for each in adoptees):
        # bin/k8s-csi-cleaner compares the datasets with spec.csi.volumeHandle of all volumes.
        yield (
            "democratic-csi takes the datasets for its own still: never run its k8s-csi-cleaner, "
            "nor anything like it, which deletes each that no volume of the driver names"
        )
    for each in adoptees:
        if _OF_GANESHA in each.volume.manifest.annotations:
            yield (
                f"the server of {each.volume.name} is the pod of {each.origin.maker}: as long as "
                "the directories are on it, it has to run"
            )
            return


def _is_democratic(each: Adoptee) -> bool:
    given = each.volume.manifest.at("spec", "csi", "volumeAttributes") or {}
    return "node_attach_driver" in given


def _scaled(
    adopting: Adopting, stateful_set: FoundSet, adoptees: Sequence[Adoptee]
) -> Iterator[str]:
    """Yield how the set is scaled, whose directories no pattern gives."""
    every_template = stateful_set.manifest.at("spec", "volumeClaimTemplates") or ()
    if len(every_template) > len(stateful_set.templates):
        last = max(adoptees, key=lambda each: each.row.number)
        yield (
            "where other claim templates stay a provisioner's, sfsgen scale prints nothing: before "
            f"a scale-up make the next pair yourself, as -o yaml prints {last.name} and "
            f"{last.claim.name}"
        )
        return
    paths: dict[str, dict[int, str]] = {}
    for each in adoptees:
        paths.setdefault(each.row.template.name, {})[each.row.number] = each.origin.place.path
    is_local = any(each.origin.place.driver == LOCAL for each in adoptees)
    if not is_local and all(map(_is_shown, paths.values())):
        return
    every = (path for each in paths.values() for path in each.values())
    parents = dict.fromkeys(posixpath.dirname(each.rstrip("/")) or "/" for each in every)
    words = ["scale", stateful_set.name, "--replicas", str(stateful_set.replicas + 1)]
    words += ["--nfs-path", next(iter(parents)), *(["--nfs-server", "NODE"] if is_local else [])]
    access = adopting.cures.access._replace(filenames=(), namespace=stateful_set.namespace)
    command = quoted(["sfsgen", *words, *access.options])
    if len(parents) > 1:
        # What --nfs-path says holds for all claim templates.
        yield (
            f"their directories follow no pattern, and lie in {listed(list(parents))}: before the "
            f"next scale-up {command} > FILE, put right in it what lies elsewhere, make the "
            f"directories, and {adopting.cures.create()} < FILE"
        )
        return
    where = "on which node, and where there, new ones lie" if is_local else "where new ones lie"
    yield (
        f"their directories follow no pattern, so the next scale-up says {where}, which you make "
        f"first: {command} | {adopting.cures.create()}"
    )


def _is_shown(paths: Mapping[int, str]) -> bool:
    """Return whether directories show where the next one lies; what is made up does not."""
    made_up = any(map(is_made_up, paths.values()))
    return not made_up and len(paths) > 1 and len(patterns(paths)) == 1
