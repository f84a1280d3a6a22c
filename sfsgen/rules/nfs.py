"""Rules about what lies on an NFS server: directories, policies, and what NFS cannot do."""

import posixpath
from collections.abc import Iterator

from sfsgen.documents.paths import Path
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.versions import MOUNT_OPTIONS_ANNOTATION, READ_WRITE_ONCE_POD
from sfsgen.nfs import FS_GROUP, RECLAIM, SOFT_MOUNT, is_soft, server_fault
from sfsgen.sets.existing import ExistingVolume, csi_attributes

_ONCE = "ReadWriteOncePod"
_MODES: Path = ("spec", "accessModes")
_ATTRIBUTES: Path = ("spec", "csi", "volumeAttributes")
_SHOWN = 3  # of the volumes that share a directory


def shared_directory(scene: Scene) -> Iterator[Finding]:
    """Each volume has a directory of its own; in a shared one each replica overwrites the others.

    Source: pkg/volume/nfs, which mounts server:path as it stands.
    """
    for directory, found in scene.existing.directories.items():
        volumes = [each for each in found if each.path]
        if len(volumes) > 1 and any(each.is_static for each in volumes):
            names = ", ".join(each.name for each in volumes[:_SHOWN])
            names += f" and {len(volumes) - _SHOWN} more" * (len(volumes) > _SHOWN)
            what = f"{len(volumes)} volumes share the directory {directory.server}:"
            what += f"{directory.path}: {names}"
            first, second, *more = (each.manifest for each in volumes)
            fix = scene.cures.anew(second, "give each a directory of its own, and move the files")
            yield warning(second, _path_of(volumes[1]), what, fix, first, *more)


def nfs_path(scene: Scene) -> Iterator[Finding]:
    """The path on the server is absolute, and does not lead out of the export.

    Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource.
    """
    for volume in scene.existing.volumes.values():
        if volume.driver == "nfs" and not volume.path:
            what = f"{volume.name} has no path on the server"
            fix = f"write the path of its directory, such as path: /exports/{volume.name}"
            yield error(volume.manifest, _path_of(volume), what, fix)
        elif volume.driver == "nfs" and not volume.path.startswith("/"):
            what = f'the path "{volume.path}" of {volume.name} is not absolute'
            fix = f"write path: /{volume.path}"
            yield error(
                volume.manifest, _path_of(volume), what, scene.cures.anew(volume.manifest, fix)
            )
        elif volume.driver == "csi" and volume.path[:1] not in ("/", ""):
            what = f'the share "{volume.path}" of {volume.name} is not absolute'
            fix = scene.cures.anew(volume.manifest, "write its whole path, from / on")
            yield error(volume.manifest, _attribute(volume, "share"), what, fix)
        elif volume.driver and ".." in volume.path.split("/"):
            what = f'the path "{volume.path}" of {volume.name} leads upwards with ".."'
            fix = scene.cures.anew(volume.manifest, f"write {posixpath.normpath(volume.path)}")
            yield warning(volume.manifest, _path_of(volume), what, fix)


def nfs_server(scene: Scene) -> Iterator[Finding]:
    """The server is a DNS name or an address; the API takes anything, and the mount fails.

    Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource (measured).
    """
    faults: dict[str, tuple[str, str]] = {}
    for volume in scene.existing.volumes.values():
        if volume.driver:
            server = volume.server
            if server not in faults:
                faults[server] = server_fault(server)
            fault, fix = faults[server]
            if fault:
                what = f'"{server}", the server of {volume.name}, {fault}'
                what = what if server else f"{volume.name} names no server"
                path = (*_source_of(volume), "server")
                yield error(volume.manifest, path, what, scene.cures.anew(volume.manifest, fix))


def reclaim_policy(scene: Scene) -> Iterator[Finding]:
    """The data of a volume stays when its claim is deleted: its reclaim policy is Retain.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go, reclaimVolume (measured).
    """
    for volume in scene.existing.volumes.values():
        hazard = RECLAIM.get((volume.driver, volume.reclaim_policy))
        if hazard and volume.is_static:
            path = ("spec", "persistentVolumeReclaimPolicy")
            yield warning(
                volume.manifest, path, f"{volume.name}: {hazard}", scene.cures.retain(volume)
            )


def read_write_once_pod(scene: Scene) -> Iterator[Finding]:
    """ReadWriteOncePod is for CSI volumes only, and from Kubernetes 1.27 on.

    Source: kubernetes.io/docs/concepts/storage/persistent-volumes, access modes.
    """
    for volume in scene.existing.volumes.values():
        if _ONCE not in volume.storage.access_modes:
            continue
        if not scene.target.has(READ_WRITE_ONCE_POD):
            what = f"{volume.name}: {_ONCE} exists from 1.{READ_WRITE_ONCE_POD.since} on; the "
            what += f"target is {scene.target}"
            fix = "write ReadWriteOnce on the volume, the claim and the claim template"
            yield error(volume.manifest, _MODES, what, fix)
        elif volume.driver == "nfs":
            what = f"{volume.name} is in-tree NFS, and {_ONCE} is supported for CSI volumes only"
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
            path: Path = ("spec", "mountOptions")
            if not volume.manifest.value["spec"].get("mountOptions"):
                path = ("metadata", "annotations", MOUNT_OPTIONS_ANNOTATION)
            yield warning(volume.manifest, path, what, "write hard instead of soft")


def fs_group(scene: Scene) -> Iterator[Finding]:
    """Who may write is set on the server: in-tree NFS ignores a pod's fsGroup.

    Source: pkg/volume/nfs, which has no SetVolumeOwnership.
    """
    for stateful_set, seats in scene.seats_by_set:
        pod = stateful_set.manifest.value["spec"].get("template") or {}
        context = (pod.get("spec") or {}).get("securityContext") or {}
        volumes = (volume for each in seats for volume in each.volumes.values())
        if context.get("fsGroup") is not None and any(each.driver == "nfs" for each in volumes):
            path = ("spec", "template", "spec", "securityContext", "fsGroup")
            fix = "set the owner on the NFS server, and write supplementalGroups in its place"
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
                fix = scene.cures.anew(volume.manifest, f"write volumeHandle: {_handle(volume)}")
                path = ("spec", "csi", "volumeHandle")
                yield error(volume.manifest, path, what, fix, first.manifest)


def _handle(volume: ExistingVolume) -> str:
    """Return a handle of a volume's own, as the NFS driver forms it: server#share#directory."""
    if not volume.server:
        return f"{volume.name}, or the one that the volume has with its driver"
    _, share = csi_attributes(volume.manifest.value["spec"]).get("share", ("", ""))
    return f"{volume.server}#{share.strip('/')}#{volume.name}"


def _source_of(volume: ExistingVolume) -> Path:
    return ("spec", "nfs") if volume.driver == "nfs" else _ATTRIBUTES


def _path_of(volume: ExistingVolume) -> Path:
    if volume.driver == "nfs":
        return ("spec", "nfs", "path")
    return _attribute(volume, "subdir") or _attribute(volume, "share")


def _attribute(volume: ExistingVolume, name: str) -> Path:
    """Return where an attribute of a CSI volume stands, or ()."""
    key, _ = csi_attributes(volume.manifest.value["spec"]).get(name, ("", ""))
    return (*_ATTRIBUTES, key) if key else ()
