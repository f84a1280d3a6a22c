"""A claim and its volume, read or wanted alike, and what ties them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.nfs import NfsDirectory, location
from sfsgen.storage_drivers import LOCAL, MOUNTED_AS_NFS

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
"""The annotation by which a provisioner knows the volumes that it made."""
_PROVISIONERS = (
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
)

Key = tuple[str, str]
"""A namespace and a name."""


class Claim(NamedTuple):
    """A PersistentVolumeClaim; the manifest of one that is wanted is NOT_READ."""

    manifest: Manifest
    name: str
    namespace: str
    storage: Storage
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    volume_name: str = ""
    uid: str = ""
    phase: str = ""

    @property
    def key(self) -> Key:
        """Its namespace and name."""
        return self.namespace, self.name

    @property
    def was_bound(self) -> bool:
        """Whether Kubernetes has bound it once: a bound one whose volume is gone is Lost."""
        return self.phase in ("Bound", "Lost")

    @property
    def names_static(self) -> bool:
        """Whether it names a volume that no provisioner made for it, as far as it shows.

        A claim that is Bound got its volume's name from the binder, unless its owner wrote it.
        """
        is_named = bool(self.volume_name) and self.phase != "Bound"
        return is_named and not self.is_provisioned

    @property
    def is_provisioned(self) -> bool:
        """Whether a provisioner was asked for its volume."""
        return any(map(self.manifest.annotations.get, _PROVISIONERS))

    @property
    def selector(self) -> Mapping[str, Any]:
        """The labels that it asks of its volume."""
        return self.manifest.at("spec", "selector") or {}


class Volume(NamedTuple):
    """A PersistentVolume; the server is empty where nobody knows where its data lies.

    The manifest of one that is wanted is NOT_READ.
    """

    manifest: Manifest
    name: str
    storage: Storage
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    reclaim_policy: str
    mount_options: tuple[str, ...]
    driver: str
    """"nfs", "csi" for nfs.csi.k8s.io, "local", the name of another CSI driver, or ""."""
    server: str
    path: str
    read_only: bool
    claim: Key | None = None
    claim_uid: str = ""
    phase: str = ""
    realm: str = ""
    """What its server's name is one of, where that is not NFS."""

    @property
    def is_nfs(self) -> bool:
        """Whether the rules about NFS hold for it."""
        return self.driver in MOUNTED_AS_NFS

    @property
    def is_exported(self) -> bool:
        """Whether its data lies on an NFS server, by whichever driver it is mounted."""
        return bool(self.server) and not self.realm and self.driver != LOCAL

    @property
    def is_remote(self) -> bool:
        """Whether its data lies on a server. Those of nodes are often alike on purpose."""
        return bool(self.server) and self.driver != LOCAL

    @property
    def place(self) -> NfsDirectory:
        """Where its data lies, in the one spelling by which two are compared."""
        server, path = location(self.directory)
        return NfsDirectory(f"{self.realm}//{server}" if self.realm else server, path)

    @property
    def is_static(self) -> bool:
        """Whether it was made by hand, not by a provisioner."""
        return PROVISIONED_BY not in self.manifest.annotations

    @property
    def is_left(self) -> bool:
        """Whether its claim is gone, and nobody can have it as it is."""
        return self.phase in ("Released", "Failed")

    @property
    def is_only_read(self) -> bool:
        """Whether nobody writes to it: by itself, its access modes or its mount options."""
        if self.read_only or set(self.storage.access_modes) == {"ReadOnlyMany"}:
            return True
        if not self.mount_options:
            return False
        from sfsgen.mount_options import is_read_only  # most volumes say it by none

        return is_read_only(self.mount_options)

    @property
    def directory(self) -> NfsDirectory:
        """Where its data lies."""
        return NfsDirectory(self.server, self.path)

    @property
    def csi_share(self) -> str:
        """The exported part of its directory: all but the last component."""
        return self.path.rpartition("/")[0] or "/"

    @property
    def csi_sub_dir(self) -> str:
        """The directory below the share, or "" where the root itself is mounted."""
        return self.path.rpartition("/")[2]


class Tie(Enum):
    """What holds an ordinal's claim and volume together, the firmest first."""

    BOUND = "bound"
    BOTH_SIDES = "both sides"
    CLAIM_REF = "claimRef alone"
    VOLUME_NAME = "volumeName alone"
    SELECTOR = "by selector"
    NAME = "by name"
    CHANCE = "by chance"
    NONE = "none"

    @property
    def is_reserved(self) -> bool:
        """Whether no other claim gets the volume: its claimRef names the claim, or it is bound."""
        return self in (Tie.BOUND, Tie.BOTH_SIDES, Tie.CLAIM_REF)


class Pair(NamedTuple):
    """A claim, and the volume that one of both names, or that is meant for it.

    Those of a pair that is wanted name each other, and have one storage: then the binder checks
    neither size nor modes nor class (measured), so their equality is ours to guarantee.
    """

    claim: Claim
    volume: Volume
    tie: Tie = Tie.BOTH_SIDES

    @property
    def is_named(self) -> bool:
        """Whether the claim's volumeName names the volume."""
        return self.claim.volume_name == self.volume.name

    @property
    def is_reserved(self) -> bool:
        """Whether the volume's claimRef names the claim."""
        return self.volume.claim == self.claim.key

    @property
    def is_pinned(self) -> bool:
        """Whether each names the other, which bypasses every check of the binder (measured)."""
        return self.is_named and self.is_reserved

    @property
    def is_bound(self) -> bool:
        """Whether Kubernetes has bound them."""
        return self.tie is Tie.BOUND
