"""Storage that is paired alike: each driver's handle and attributes, and what is known of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen import nfs
from sfsgen.kubernetes import names, versions
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.versions import Feature
from sfsgen.plain_text import brief, quoted

NFS, CSI_NFS, LOCAL = "nfs", "csi", "local"
MOUNTED_AS_NFS = (NFS, CSI_NFS)
"""The drivers for which the rules about NFS hold: its servers, its mount options."""
HOSTNAME = "kubernetes.io/hostname"
SECRETS = (
    "controllerPublishSecretRef",
    "nodeStageSecretRef",
    "nodePublishSecretRef",
    "controllerExpandSecretRef",
    "nodeExpandSecretRef",
)
"""The fields of a CSI source that name a Secret."""
_NOTHING: Mapping[str, Any] = {}
_FAILS = "when its claim goes, the volume turns Failed"
_DELETES_NOTHING = f"Delete deletes nothing of a volume that no provisioner made: {_FAILS}"


class Parts(NamedTuple):
    """What the patterns of handles and attributes are filled with, beside names."""

    server: str
    path: str
    share: str
    """What is exported of the path."""
    sub_dir: str
    """What of the path lies below the share."""
    id: str
    """The sub directory and the volume's name: once where they are the same."""


class Driver(NamedTuple):
    """One kind of storage: a row of the table; docs/drivers.md has the sources of its facts."""

    name: str
    """What `driver` says, and a volume that was read is called."""
    csi: str = ""
    """What the field `csi.driver` says; "" for what Kubernetes mounts itself."""
    server: str = "NFS server"
    """What `nfs.server` says of it."""
    example: str = "nfs.example.com"
    handle: str = ""
    attributes: Mapping[str, str] = _NOTHING
    fs_type: str = ""
    required: Mapping[str, str] = _NOTHING
    """The attributes without which it mounts nothing, each with an example."""
    needed: Mapping[str, str] = _NOTHING
    """The attributes that only its user knows, each with an example."""
    credentials: str = ""
    """What the Secret holds without which it mounts nothing; "" where it needs none."""
    guest_option: str = ""
    """The mount option with which it needs none."""
    refused_modes: tuple[str, ...] = ()
    reclaim: Mapping[str, str] = _NOTHING
    """By reclaim policy, what becomes of a volume whose claim is deleted."""
    feature: Feature | None = None
    is_address: bool = False
    """Whether the handle says where the data lies: it cannot be made up."""

    @property
    def pattern(self) -> str:
        """An example of a server that depends on the ordinal."""
        return _PATTERNS.get(self.server, "nas-{ordinal}.example.com")

    @property
    def is_known(self) -> bool:
        """Whether it is in the table."""
        return self.name in DRIVERS

    @property
    def has_blocks(self) -> bool:
        """Whether its volumes may be block devices: those of the table are directories."""
        return self.name == LOCAL or not self.is_known


_PATTERNS = {"node": "node-{ordinal}", "file system ID": "fs-{ordinal}"}
_RECYCLE = f"a CSI volume cannot be recycled: {_FAILS.replace('the volume', 'it')}"
_CSI_RECLAIM = {"Recycle": _RECYCLE, "Delete": _DELETES_NOTHING}
_TABLE = (
    Driver(
        NFS,
        reclaim={
            "Recycle": "Recycle deletes all files in a volume's directory when its claim is "
            "deleted",
            "Delete": f"Delete cannot delete an NFS directory: {_FAILS}",
        },
    ),
    Driver(
        CSI_NFS,
        "nfs.csi.k8s.io",
        handle="{server}#{share}#{id}",
        attributes={"server": "{server}", "share": "/{share}", "subDir": "{sub_dir}"},
        reclaim={
            "Recycle": _RECYCLE,
            "Delete": "Delete lets the CSI driver delete the directory when a claim is deleted",
        },
        feature=versions.CSI_NFS,
    ),
    Driver(
        LOCAL,
        server="node",
        example="node-1",
        reclaim={
            "Recycle": f"a local volume cannot be recycled: {_FAILS.replace('the volume', 'it')}",
            "Delete": f"Delete deletes nothing of a local volume: {_FAILS}",
        },
        feature=versions.LOCAL,
    ),
    Driver(
        "smb.csi.k8s.io",
        "smb.csi.k8s.io",
        server="SMB server",
        example="smb.example.com",
        # As the driver makes it for its own volumes: server/share#subDir#volume.
        handle="{server}/{share}#{sub_dir}#{volume}",
        attributes={"source": "//{server}/{share}", "subDir": "{sub_dir}"},
        required={"source": "//smb.example.com/share"},
        credentials="username and password",
        guest_option="guest",
        reclaim=_CSI_RECLAIM,
        feature=versions.CSI,
    ),
    Driver(
        "cephfs.csi.ceph.com",
        "cephfs.csi.ceph.com",
        server="cluster ID",
        example="ba68226a-672f-4ba5-97bc-22840318b2ec",
        handle="{volume}",
        attributes={"clusterID": "{server}", "rootPath": "{path}", "staticVolume": "true"},
        required={"clusterID": "rook-ceph", "rootPath": "/volumes/apps/pv-web-0"},
        needed={"fsName": "myfs"},
        credentials="userID and userKey",
        reclaim=_CSI_RECLAIM,
        feature=versions.CSI,
    ),
    Driver(
        "efs.csi.aws.com",
        "efs.csi.aws.com",
        server="file system ID",
        example="fs-0123456789abcdef0",
        handle="{server}:{path}",
        refused_modes=("ReadOnlyMany",),
        reclaim=_CSI_RECLAIM,
        feature=versions.CSI,
        is_address=True,
    ),
    Driver(
        "org.democratic-csi.node-manual",
        "org.democratic-csi.node-manual",
        handle="{volume}",
        attributes={
            "node_attach_driver": "nfs",
            "provisioner_driver": "node-manual",
            "server": "{server}",
            "share": "{path}",
        },
        fs_type="nfs",
        reclaim=_CSI_RECLAIM,
        feature=versions.CSI,
    ),
)
DRIVERS: Mapping[str, Driver] = {each.name: each for each in _TABLE}
_BY_CSI = {each.csi: each for each in _TABLE if each.csi}


def driver_of(name: str) -> Driver:
    """Return the row of a driver; of a CSI driver that is not in the table, what holds for all."""
    known = DRIVERS.get(name) or _BY_CSI.get(name)
    return known or Driver(name, name, "server", "storage.example.com", feature=versions.CSI)


def reclaimed(driver: str, policy: str) -> str:
    """Return what becomes of a volume of a driver whose claim is deleted, where that hurts."""
    found = DRIVERS.get(driver)
    return found.reclaim.get(policy, "") if found else ""


def says_place(text: str | Pattern) -> bool:
    """Return whether the pattern of a handle or an attribute says where a volume lies."""
    return isinstance(text, str) and any(f"{{{each}}}" in text for each in Parts._fields)


class Source(NamedTuple):
    """What the volumes of a claim template have as their source, but for where each one lies."""

    driver: Driver
    handle: str
    attributes: Mapping[str, str | Pattern]
    more: Mapping[str, Any]
    """Further fields of a CSI source: Secrets, fsType."""
    names: Mapping[str, str] = _NOTHING
    """What is one name for all its volumes: the namespace, the set, the template."""

    def fields(self, place: "Place", names_of: Mapping[str, str | Pattern], at: int | str) -> Any:
        """Return the fields of a volume's spec that say where its data lies.

        `names_of` are what names may be filled in, `volume` among them, at an ordinal.
        """
        server, path, read_only = place.server, place.path, place.read_only
        only = {"readOnly": True} if read_only else {}
        if self.driver.name == LOCAL:
            return {"local": {"path": path}, "nodeAffinity": affinity(server)}
        if not self.driver.csi:
            return {"nfs": {"server": server, "path": path, **only}}
        known = {**names_of, **self._parts(place, names_of["volume"], at)._asdict()}
        filled = {key: _filled(each, known, at) for key, each in self.attributes.items()}
        given = {key: each for key, each in filled.items() if each}
        return {
            "csi": {
                "driver": self.driver.csi,
                "volumeHandle": self.handle_at(place, names_of, at),
                **only,
                **self.more,
                **({"volumeAttributes": given} if given else {}),
            }
        }

    @property
    def is_of_table(self) -> bool:
        """Whether its handles are as the table says: unique where names or directories are."""
        return self.handle == self.driver.handle

    @property
    def has_place(self) -> bool:
        """Whether what it says depends on a server and a path."""
        texts = (self.handle, *self.attributes.values())
        return not self.driver.csi or any(map(says_place, texts))

    def handle_at(
        self, place: "Place", names_of: Mapping[str, str | Pattern], at: int | str
    ) -> str:
        """Return the handle of the volume that lies at a place."""
        known = {**names_of, **self._parts(place, names_of["volume"], at)._asdict()}
        return _filled(self.handle, known, at)

    def _parts(self, place: "Place", volume: str | Pattern, at: int | str) -> Parts:
        name = volume.at(at) if isinstance(volume, Pattern) else volume
        return parts(self.driver, place.server, place.path, name)


def _filled(text: str | Pattern, known: Mapping[str, str | Pattern], at: int | str) -> str:
    found = names.pattern(text, known) if isinstance(text, str) else text
    return found.at(at)


def parts(driver: Driver, server: str, path: str, volume: str) -> Parts:
    """Return what the patterns of a volume's handle and attributes are filled with."""
    if driver.csi == "smb.csi.k8s.io":
        # A share is one name, whatever lies below it.
        share, _, sub_dir = path.strip("/").partition("/")
    else:
        share, _, sub_dir = path.rpartition("/")
    own = sub_dir if sub_dir == volume else f"{sub_dir}#{volume}"
    return Parts(server, path, share.strip("/"), sub_dir, own)


class Place(NamedTuple):
    """Where a volume that was read has its data, and by which driver it is mounted."""

    driver: str = ""
    server: str = ""
    path: str = ""
    read_only: bool = False
    realm: str = ""
    """What its server's name is one of, where that is not NFS: "" or "smb.csi.k8s.io", say."""


_NOWHERE = Place()


def place(spec: Mapping[str, Any]) -> Place:
    """Return where a volume's spec says that its data lies; of a driver unknown, its name alone."""
    if found := spec.get("nfs"):
        server, path = found.get("server") or "", found.get("path") or ""
        return Place(NFS, server, path, bool(found.get("readOnly")))
    if csi := spec.get("csi"):
        return _of_csi(csi, spec.get("mountOptions") or ())
    if local := spec.get("local"):
        node = node_of(spec)
        return Place(LOCAL, node, (local.get("path") or "") if node else "", realm=LOCAL)
    return _NOWHERE


def _of_csi(csi: Mapping[str, Any], options: Sequence[str]) -> Place:
    name = csi.get("driver") or ""
    row = _BY_CSI.get(name)
    read_only = bool(csi.get("readOnly"))
    # Below which directory an access point of EFS begins, only AWS knows.
    if row is None or any(each.startswith("accesspoint=") for each in options):
        return Place(row.name if row else name, read_only=read_only)
    given = {key: each for key, (_, each) in attributes(csi).items()}
    server, path, realm = _PLACES[name](csi, given)
    return Place(row.name, server, path, read_only, realm)


def attributes(csi: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the attributes of a CSI source: each name in lower case, as written, and its value.

    csi-driver-nfs, csi-driver-smb and the driver of EFS take them in any spelling.
    """
    given = csi.get("volumeAttributes") or _NOTHING
    return {key.lower(): (key, each or "") for key, each in given.items()}


def _of_nfs(_csi: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, str, str]:
    share, sub_dir = given.get("share", ""), given.get("subdir", "")
    path = f"{share.rstrip('/')}/{sub_dir.strip('/')}" if sub_dir else share
    return given.get("server", ""), path, ""


def _of_smb(_csi: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, str, str]:
    source = given.get("source", "").replace("\\", "/").strip("/")
    server, _, share = source.partition("/")
    path = "/".join(filter(None, ("", share, given.get("subdir", "").strip("/"))))
    return server, f"/{path}" if share else "", "smb.csi.k8s.io"


def _of_cephfs(_csi: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, str, str]:
    realm = f"cephfs.csi.ceph.com/{given.get('fsname', '')}"
    return given.get("clusterid", ""), given.get("rootpath", ""), realm


def _of_efs(csi: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, str, str]:
    server, _, rest = (csi.get("volumeHandle") or "").partition(":")
    path, _, access_point = rest.partition(":")
    if access_point:
        return "", "", ""
    path = (path or given.get("path", "") or "/").strip("/")
    return server, f"/{path}", "efs.csi.aws.com"


def _of_node_manual(_csi: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, str, str]:
    kind, share = given.get("node_attach_driver", ""), given.get("share", "")
    if kind == "smb":
        return given.get("server", ""), f"/{share.strip('/')}", "smb.csi.k8s.io"
    return (given.get("server", ""), share, "") if kind == "nfs" else ("", "", "")


_PLACES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, str]], tuple[str, str, str]]] = {
    "nfs.csi.k8s.io": _of_nfs,
    "smb.csi.k8s.io": _of_smb,
    "cephfs.csi.ceph.com": _of_cephfs,
    "efs.csi.aws.com": _of_efs,
    "org.democratic-csi.node-manual": _of_node_manual,
}


def node_of(spec: Mapping[str, Any]) -> str:
    """Return the one node that a volume can be used on, as its nodeAffinity says, or ""."""
    required: Any = (spec.get("nodeAffinity") or _NOTHING).get("required") or _NOTHING
    terms: list[Any] = required.get("nodeSelectorTerms") or []
    if len(terms) != 1 or not terms[0]:
        return ""
    for each in filter(None, terms[0].get("matchExpressions") or ()):
        values = each.get("values") or []
        if (each.get("key"), each.get("operator")) == (HOSTNAME, "In") and len(values) == 1:
            return str(values[0])
    return ""


def affinity(node: str) -> dict[str, Any]:
    """Return the nodeAffinity of a volume that can be used on one node."""
    expression = {"key": HOSTNAME, "operator": "In", "values": [node]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


_SHARE = r"(?:smb:)?[/\\]*([\w.-]+)[/\\]+(.+)"


def server_fault(driver: Driver, text: str) -> tuple[str, str]:
    """Return why a text is none of the servers of a driver, and what to write."""
    if driver.name == "efs.csi.aws.com" and not text.startswith("fs-"):
        return "is no file system ID of EFS, which begins with fs-", f"write it as {driver.example}"
    if driver.server in ("file system ID", "cluster ID"):
        bad = not text or not text.isprintable() or any(each in text for each in " /:#")
        return ("is no " + driver.server, f"write it as {driver.example}") if bad else ("", "")
    if driver.name == LOCAL:
        return _node_fault(text)
    if not driver.is_known:
        return "", ""  # what it means its user knows
    if driver.csi == "smb.csi.k8s.io" and (found := re.fullmatch(_SHARE, text)):
        fix = f"write {quoted(found[1])}, and the path as {brief('/' + found[2])}"
        return "holds the share", fix
    return nfs.server_fault(text)


def _node_fault(text: str) -> tuple[str, str]:
    fault = names.label_value_fault(text) if text else "is empty"
    return fault, f"write it as the label {HOSTNAME} of the node has it" if fault else ""
