"""What is mounted from NFS servers: volumes, and volumes that pod templates have themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.cure import Cure
from sfsgen.changes.cures import Cures
from sfsgen.documents.document import Path
from sfsgen.findings.places import CSI_ATTRIBUTES, attribute_of, directory_of
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import MOUNT_OPTIONS_ANNOTATION
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.pod_volumes import PodVolume
from sfsgen.values.pairs import Key, Volume


class NfsSource(NamedTuple):
    """A directory that is mounted, where that is written, and how."""

    manifest: Manifest
    name: str
    """What it is called in a sentence."""
    driver: str
    server: str
    path: str
    is_only_read: bool
    mount_options: tuple[str, ...]
    at_server: Path
    at_path: Path
    at_share: Path
    at_options: Path

    def cure(self, cures: Cures, fix: str) -> str | Cure:
        """Return how its server or path is changed; a pod template's can be, a volume's cannot."""
        is_volume = self.manifest.kind == "PersistentVolume"
        return cures.of_immutable(self.manifest, fix) if is_volume else fix


def nfs_sources(
    inventory: Inventory, of_pods: Mapping[Key, Sequence[PodVolume]]
) -> Iterator[NfsSource]:
    """Yield what is mounted from NFS servers; the volumes of pods are given by their sets."""
    for volume in inventory.volumes.values():
        if volume.is_nfs:
            yield _of_volume(volume)
    for key, volumes in of_pods.items():
        for each in volumes:
            if each.is_nfs:
                yield _of_pod(inventory.sets[key].manifest, each)


def _of_volume(volume: Volume) -> NfsSource:
    options: Path = ("spec", "mountOptions")
    if not volume.manifest.at(*options):
        options = ("metadata", "annotations", MOUNT_OPTIONS_ANNOTATION)
    is_in_tree = volume.driver == "nfs"
    return NfsSource(
        volume.manifest,
        volume.name,
        volume.driver,
        volume.server,
        volume.path,
        volume.is_only_read,
        volume.mount_options,
        (*(("spec", "nfs") if is_in_tree else CSI_ATTRIBUTES), "server"),
        directory_of(volume),
        directory_of(volume) if is_in_tree else attribute_of(volume, "share"),
        options,
    )


def _of_pod(manifest: Manifest, volume: PodVolume) -> NfsSource:
    attributes: Path = (*volume.path, "csi", "volumeAttributes")
    is_in_tree = volume.driver == "nfs"
    path = (*volume.path, "nfs", "path") if is_in_tree else (*attributes, "share")
    return NfsSource(
        manifest,
        f"the volume {volume.name} of the pods of {manifest.name}",
        volume.driver,
        volume.server,
        volume.directory,
        volume.is_only_read or all(each.read_only for each in volume.mounts),
        volume.mount_options,
        (*((*volume.path, "nfs") if is_in_tree else attributes), "server"),
        path,
        path,
        (*attributes, "mountOptions"),
    )
