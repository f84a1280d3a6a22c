"""Who made a volume, where its files lie, and with which options they are mounted."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sfsgen.nfs import NfsDirectory, location
from sfsgen.storage_drivers import (
    HOSTNAME,
    LOCAL,
    NFS,
    Place,
    attributes,
    node_of,
    place,
)
from sfsgen.values.pairs import PROVISIONED_BY, Claim, Volume

# A provisioner makes names up of the claim's uid: sig-storage-lib-external-provisioner, v10,
# controller.go, getProvisionedVolumeNameForClaim; the external-provisioner may shorten it.
_MADE_UP = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_SOURCES = (
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
)
"""The fields of a volume that do not say where its data lies."""
_OPENEBS_NFS = "openebs.io/nfsrwx"
_GROUP = "pv.beta.kubernetes.io/gid"
_STATIC_LOCAL = "local-volume-provisioner"
# csi-driver-nfs, pkg/nfs/nfs.go: what its node fills into a subDir that still has them.
_FILLED = {
    "${pvc.metadata.name}": "csi.storage.k8s.io/pvc/name",
    "${pvc.metadata.namespace}": "csi.storage.k8s.io/pvc/namespace",
    "${pv.metadata.name}": "csi.storage.k8s.io/pv/name",
}


class Origin(NamedTuple):
    """Where a volume comes from, and where its files are."""

    volume: Volume
    labels: Mapping[str, str]
    """Those of its claim, where that is known."""
    maker: str
    """The provisioner that made it, as it calls itself; "" for a hand."""
    place: Place
    mount_options: tuple[str, ...]
    why_not: str = ""
    """Why nobody can say where its files lie, or they do not last without their provisioner."""
    csi: str = ""
    """The CSI driver that mounts it."""

    @property
    def directory(self) -> NfsDirectory:
        """Where its files lie, in the one spelling by which two are compared."""
        _, server, path, _, realm = self.place
        server, path = location(NfsDirectory(server, path))
        return NfsDirectory(f"{realm}//{server}" if realm else server, path)


def maker_of(volume: Volume, claim: Claim | None = None) -> str:
    """Return the provisioner that made a volume, "" for one that was made by hand.

    The example of csi-driver-nfs for a volume of one's own bears the annotation of provisioned
    ones (deploy/example/pv-nfs-csi.yaml), and so do many that were made after it.
    """
    name = volume.manifest.annotations.get(PROVISIONED_BY, "")
    is_made_up = _MADE_UP.search(volume.name) or (claim and claim.is_provisioned)
    return name if is_made_up else ""


def is_found_again(volume: Volume) -> bool:
    """Return whether a provisioner makes a volume for its directory again wherever it is gone.

    sig-storage-local-static-provisioner, discovery.go, discoverVolumesAtPath: for each that has
    none which bears its mark. It deletes the files of those that are Released (deleter.go).
    """
    return volume.manifest.annotations.get(PROVISIONED_BY, "").startswith(_STATIC_LOCAL)


def with_group(value: Mapping[str, Any], volume: Volume) -> Mapping[str, Any]:
    """Return the object of a volume whose files are those of a group, if another one says so.

    The kubelet puts the processes of its pods into that group, without which they may do nothing in
    a directory of mode 0770 (pkg/volume/util, VolumeGidAnnotationKey). The efs-provisioner of
    kubernetes-incubator/external-storage gives each volume a group of its own.
    """
    group = volume.manifest.annotations.get(_GROUP)
    if group is None:
        return value
    metadata = value["metadata"]
    annotations = {**metadata.get("annotations", {}), _GROUP: group}
    return {**value, "metadata": {**metadata, "annotations": annotations}}


def origin(volume: Volume, claim: Claim | None = None) -> Origin:
    """Return where a volume comes from."""
    spec = volume.manifest.value["spec"]
    csi = spec.get("csi") or {}
    found = Origin(
        volume,
        (claim or volume).labels,
        maker_of(volume, claim),
        _place(spec),
        _mount_options(volume, csi),
        csi=csi.get("driver") or "",
    )
    return found._replace(why_not=_unstable(found) or _unreadable(found, spec))


def lie_together(one: Volume, other: Volume) -> bool:
    """Return whether two volumes lie in one directory, whatever mounts them."""
    found = origin(one)
    return bool(found.place.server) and found.directory == origin(other).directory


def _mount_options(volume: Volume, csi: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options of a volume, and those that csi-driver-nfs adds to them.

    They stand in an attribute (nodeserver.go, NodePublishVolume).
    """
    own = volume.mount_options
    given = {key: each for key, (_, each) in attributes(csi).items()}
    more = filter(None, given.get("mountoptions", "").split(","))
    return (*own, *(each for each in more if each not in own))


def _place(spec: Mapping[str, Any]) -> Place:
    """Return where files lie, also where only the provisioner's own fields say it."""
    found = place(spec)
    if found.driver == "csi" and "${" in found.path:
        return found._replace(path=_filled(found.path, spec["csi"]))
    if (csi := spec.get("csi")) and not found.server:
        return _of_democratic_csi(csi) or found
    if (path := (spec.get("hostPath") or {}).get("path")) and (node := node_of(spec)):
        return Place(LOCAL, node, path, realm=LOCAL)
    return found


def _filled(path: str, csi: Mapping[str, Any]) -> str:
    """Return the directory of a volume whose subDir csi-driver-nfs fills in at each mount."""
    given = csi.get("volumeAttributes") or {}
    for placeholder, key in _FILLED.items():
        if name := given.get(key):
            path = path.replace(placeholder, name)
    return path


def _of_democratic_csi(csi: Mapping[str, Any]) -> Place | None:
    """Return where a volume of democratic-csi lies, however its driver is called.

    Its node mounts server:share of the attributes (src/driver/index.js, NodeStageVolume).
    """
    given = csi.get("volumeAttributes") or {}
    server, share = given.get("server"), given.get("share")
    if given.get("node_attach_driver") != "nfs" or not (server and share):
        return None
    return Place(NFS, server, share, bool(csi.get("readOnly")))


def _unstable(found: Origin) -> str:
    """Return why a directory does not last without the claim that it was made for."""
    name = found.volume.name
    if found.maker == _OPENEBS_NFS:
        # openebs-archive/dynamic-nfs-provisioner, garbage_collector.go: each 5 minutes it removes
        # the servers whose claim, by its uid, and volume are gone, with the disks behind them.
        return (
            f"the server of {name} is a pod of {_OPENEBS_NFS}, which deletes it with its disk "
            "minutes after claim and volume are gone"
        )
    if is_found_again(found.volume):
        return (
            f"the local static provisioner has found {name}, and would make it again for anybody, "
            "over the same directory: let it have a name of its own, without --rename"
        )
    if (found.volume.manifest.at("spec", "local") or {}).get("fsType"):
        return f"{name} is a disk with a file system (local.fsType), and no directory"
    is_block = found.volume.storage.volume_mode == "Block"
    return f"{name} is a block device, and no directory" if is_block else ""


def _unreadable(found: Origin, spec: Mapping[str, Any]) -> str:
    """Return why nobody can say where a volume lies."""
    name = found.volume.name
    if "${" in found.place.path:
        return f"the directory of {name} is {found.place.path}, which nothing fills in"
    if found.place.realm not in ("", LOCAL):
        return f"{name} is a volume of {found.csi}, and lies on no NFS server"
    if found.place.server and found.place.path:
        return ""
    if found.csi:
        return f"{name} is a volume of {found.csi}, of which nothing says a server and a directory"
    if "hostPath" in spec or "local" in spec:
        return f"{name} lies on a node, and its nodeAffinity does not name one by {HOSTNAME}"
    kinds = [each for each in spec if each not in NO_SOURCES]
    return f"{name} is a disk ({', '.join(kinds) or 'of no kind'}), and no directory on a server"
