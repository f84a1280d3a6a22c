"""Rules about what lies on an NFS server: directories, policies, and what NFS cannot do."""

from collections.abc import Iterator

from sfsgen.cures import is_stored, set_field
from sfsgen.existing import ExistingVolume
from sfsgen.findings import Finding, error, warning
from sfsgen.hazards import FS_GROUP, RECLAIM, SOFT_MOUNT, is_soft
from sfsgen.model import NfsDirectory
from sfsgen.paths import Path
from sfsgen.scene import Scene, is_static
from sfsgen.storage import location, server_fault

_ONCE = "ReadWriteOncePod"
_MODES: Path = ("spec", "accessModes")
_SHOWN = 3  # of the volumes that share a directory


def shared_directory(scene: Scene) -> Iterator[Finding]:
    """Each volume has a directory of its own; in a shared one each replica overwrites the others.

    Source: pkg/volume/nfs, which mounts server:path as it stands.
    """
    by_directory: dict[NfsDirectory, list[ExistingVolume]] = {}
    for volume in scene.existing.volumes.values():
        if volume.server and volume.path:
            directory = location(NfsDirectory(volume.server, volume.path))
            by_directory.setdefault(directory, []).append(volume)
    for directory, volumes in by_directory.items():
        if len(volumes) > 1 and any(map(is_static, volumes)):
            names = ", ".join(each.name for each in volumes[:_SHOWN])
            names += f" and {len(volumes) - _SHOWN} more" * (len(volumes) > _SHOWN)
            what = f"{len(volumes)} volumes share the directory {directory.server}:"
            what += f"{directory.path}: {names}"
            fix = "give each a directory of its own"
            if any(is_stored(each.manifest) for each in volumes):
                fix += "; a volume's directory is immutable: delete it, and create it anew"
            first, second, *more = (each.manifest for each in volumes)
            yield warning(second, _path_of(volumes[1]), what, fix, first, *more)


def nfs_path(scene: Scene) -> Iterator[Finding]:
    """The path on the server is absolute, and does not lead out of the export.

    Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource.
    """
    for volume in scene.existing.volumes.values():
        if volume.driver == "nfs" and not volume.path.startswith("/"):
            what = f'the path "{volume.path}" of {volume.name} is not absolute'
            fix = f"write path: /{volume.path}"
            yield error(volume.manifest, _path_of(volume), what, fix)
        elif volume.driver and ".." in volume.path.split("/"):
            what = f'the path "{volume.path}" of {volume.name} leads upwards with ".."'
            yield warning(volume.manifest, _path_of(volume), what, "write the path without it")


def nfs_server(scene: Scene) -> Iterator[Finding]:
    """The server is a DNS name or an address; the API takes anything, and the mount fails.

    Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource (measured).
    """
    faults: dict[str, tuple[str, str]] = {}
    for volume in scene.existing.volumes.values():
        if volume.driver:
            server = volume.server
            if server not in faults:
                empty = "is no server", "write it as nfs.example.com"
                faults[server] = server_fault(server) if server else empty
            fault, fix = faults[server]
            if fault:
                what = f'"{server}", the server of {volume.name}, {fault}'
                yield error(volume.manifest, (*_source_of(volume), "server"), what, fix)


def reclaim_policy(scene: Scene) -> Iterator[Finding]:
    """The data of a volume stays when its claim is deleted: its reclaim policy is Retain.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, reclaimVolume (measured).
    """
    for volume in scene.existing.volumes.values():
        hazard = RECLAIM.get((volume.driver, volume.reclaim_policy))
        if hazard and is_static(volume):
            path = ("spec", "persistentVolumeReclaimPolicy")
            fix = set_field(volume, path[1], "Retain")
            yield warning(volume.manifest, path, f"{volume.name}: {hazard}", fix)


def read_write_once_pod(scene: Scene) -> Iterator[Finding]:
    """ReadWriteOncePod is enforced for CSI volumes only: in-tree NFS lets every pod in.

    Source: kubernetes.io/docs/concepts/storage/persistent-volumes, access modes.
    """
    for volume in scene.existing.volumes.values():
        if volume.driver == "nfs" and _ONCE in volume.storage.access_modes:
            what = f"{volume.name} is in-tree NFS, where nothing enforces {_ONCE}"
            fix = "write ReadWriteOnce on the volume, the claim and the claim template, or use the "
            fix += "CSI driver"
            yield warning(volume.manifest, _MODES, what, fix)


def soft_mount(scene: Scene) -> Iterator[Finding]:
    """A mount is hard: a soft one gives up when the server is slow, and loses writes.

    Source: nfs(5), soft/hard.
    """
    for volume in scene.existing.volumes.values():
        if volume.driver and is_soft(volume.mount_options):
            what = f"{volume.name}: {SOFT_MOUNT}"
            path = ("spec", "mountOptions")
            yield warning(volume.manifest, path, what, "write hard instead of soft")


def fs_group(scene: Scene) -> Iterator[Finding]:
    """Who may write is set on the server: in-tree NFS ignores a pod's fsGroup.

    Source: pkg/volume/nfs, which has no SetVolumeOwnership.
    """
    told = set()
    for seats in scene.seats:
        stateful_set = seats.stateful_set
        pod = stateful_set.manifest.value["spec"].get("template") or {}
        context = (pod.get("spec") or {}).get("securityContext") or {}
        is_in_tree = any(each.driver == "nfs" for each in seats.volumes.values())
        if "fsGroup" in context and is_in_tree and stateful_set.name not in told:
            told.add(stateful_set.name)
            path = ("spec", "template", "spec", "securityContext", "fsGroup")
            fix = "set the owner on the NFS server, and remove it"
            yield warning(stateful_set.manifest, path, FS_GROUP, fix)


def volume_handle(scene: Scene) -> Iterator[Finding]:
    """A CSI volume's handle is its own: volumes with one handle are one volume to the node.

    Source: pkg/apis/core/types.go, CSIPersistentVolumeSource.VolumeHandle.
    """
    first_with: dict[tuple[str, str], ExistingVolume] = {}
    for volume in scene.existing.volumes.values():
        if csi := volume.manifest.value["spec"].get("csi"):
            handle = csi.get("volumeHandle") or ""
            first = first_with.setdefault((csi.get("driver") or "", handle), volume)
            if handle and first is not volume:
                what = f'{first.name} and {volume.name} have one volumeHandle, "{handle}"'
                fix = "write the server, the directory and the volume's name: "
                fix += f"{volume.server}#{volume.path.strip('/')}#{volume.name}"
                path = ("spec", "csi", "volumeHandle")
                yield error(volume.manifest, path, what, fix, first.manifest)


def _source_of(volume: ExistingVolume) -> Path:
    csi: Path = ("spec", "csi", "volumeAttributes")
    return ("spec", "nfs") if volume.driver == "nfs" else csi


def _path_of(volume: ExistingVolume) -> Path:
    source = _source_of(volume)
    if volume.driver == "nfs":
        return (*source, "path")
    attributes = volume.manifest.value["spec"]["csi"].get("volumeAttributes") or {}
    return (*source, "subDir" if "subDir" in attributes else "share")
