"""Volumes of a set's pod template: claims and directories that all its pods mount."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.mount_options import is_read_only
from sfsgen.storage_drivers import MOUNTED_AS_NFS, Place, place

# Images whose programs as a rule only read what they mount.
_READERS = re.compile(r"(^|/)(nginx|httpd|caddy|busybox|pause|alpine)[\w.-]*(:|@|$)")
POD: Path = ("spec", "template", "spec")
_VARIABLE = re.compile(r"\$\(([^()]+)\)")
# What the downward API gives that is the same for all pods of a set.
_SHARED_FIELDS = ("metadata.namespace", "spec.serviceAccountName")


class Mounted(NamedTuple):
    """Where a container mounts a volume."""

    path: Path
    mount_path: str
    sub_path: str
    read_only: bool
    is_own: bool
    """Whether the part of the volume that it mounts is another one for each pod."""
    is_before: bool
    """Whether the container ends before the others start, as init containers do."""


class PodVolume(NamedTuple):
    """A volume of a pod template on a server, or with a claim; the others are passed over."""

    name: str
    path: Path
    claim_name: str
    driver: str
    server: str
    directory: str
    read_only: bool
    mount_options: tuple[str, ...]
    mounts: tuple[Mounted, ...]

    @property
    def is_nfs(self) -> bool:
        """Whether the rules about NFS hold for it."""
        return self.driver in MOUNTED_AS_NFS

    @property
    def is_only_read(self) -> bool:
        """Whether nobody writes to it, as it or its mount options say."""
        return self.read_only or is_read_only(self.mount_options)

    @property
    def written(self) -> Sequence[Mounted]:
        """The mounts through which all pods write into the same files."""
        if self.is_only_read:
            return ()
        return [each for each in self.mounts if not (each.read_only or each.is_own)]


def pod_volumes(stateful_set: Manifest) -> list[PodVolume]:
    """Return the volumes of a set's pod template that hold its data outside of the pod.

    What the API server would refuse there is passed over: it is not for us to judge.
    """
    found = []
    for index, each in _volumes(stateful_set):
        claim = _mapping(each.get("persistentVolumeClaim"))
        driver, server, directory, read_only, _ = _place(each)
        claim_name = _text(claim.get("claimName"))
        if server or driver in MOUNTED_AS_NFS or claim_name:
            name, path = _text(each.get("name")), (*POD, "volumes", index)
            attributes = _mapping(_mapping(each.get("csi")).get("volumeAttributes"))
            options = tuple(
                _text(value) for key, value in attributes.items() if key.lower() == "mountoptions"
            )
            mounts = tuple(_mounts(stateful_set, name))
            is_read_only = read_only or claim.get("readOnly") is True
            found.append(
                PodVolume(
                    name, path, claim_name, driver, server, directory, is_read_only, options, mounts
                )
            )
    return found


def _volumes(stateful_set: Manifest) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the volumes of the pods; in place of some, a claim template is mounted (measured)."""
    templates = _entries(stateful_set.at("spec", "volumeClaimTemplates"))
    replaced = {_text(_mapping(each.get("metadata")).get("name")) for each in templates}
    for index, each in enumerate(_entries(stateful_set.at(*POD, "volumes"))):
        if _text(each.get("name")) not in replaced:
            yield index, each


def is_mounted(stateful_set: Manifest, name: str) -> bool:
    """Return whether a container that stays mounts a volume or claim template of a name."""
    return any(not each.is_before for each in _mounts(stateful_set, name))


def claims_used(stateful_set: Manifest) -> Iterator[str]:
    """Yield the claims that a pod template names."""
    for _, each in _volumes(stateful_set):
        if name := _text(_mapping(each.get("persistentVolumeClaim")).get("claimName")):
            yield name


def containers(stateful_set: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the containers of a set's pods, but not those that end before the others start."""
    for index, each in enumerate(_entries(stateful_set.at(*POD, "containers"))):
        yield (*POD, "containers", index), each


def every_container(stateful_set: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the containers of a set's pods, in the order in which they start."""
    for index, each in enumerate(_entries(stateful_set.at(*POD, "initContainers"))):
        yield (*POD, "initContainers", index), each
    yield from containers(stateful_set)


def only_reads(container: Mapping[str, Any]) -> bool:
    """Return whether an image as a rule only reads what it mounts, or nothing is known of it."""
    image = container.get("image")
    return not (isinstance(image, str) and image) or _READERS.search(image) is not None


def _mounts(stateful_set: Manifest, name: str) -> Iterator[Mounted]:
    for path, container in every_container(stateful_set):
        for index, each in enumerate(_entries(container.get("volumeMounts"))):
            if each.get("name") == name:
                yield Mounted(
                    (*path, "volumeMounts", index),
                    _text(each.get("mountPath")),
                    _text(each.get("subPath")) or _text(each.get("subPathExpr")),
                    each.get("readOnly") is True,
                    _is_own(_text(each.get("subPathExpr")), container),
                    "initContainers" in path and container.get("restartPolicy") != "Always",
                )


def _is_own(expression: str, container: Mapping[str, Any]) -> bool:
    """Return whether a subPathExpr gives each pod a directory of its own."""
    variables = {_text(each.get("name")): each for each in _entries(container.get("env"))}
    return any(_differs(name, variables) for name in _VARIABLE.findall(expression))


def _differs(name: str, variables: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a variable may have another value in each pod."""
    given = variables.get(name)
    if given is None:
        return True  # it comes from elsewhere, as by envFrom: nothing is known of it
    field = _mapping(_mapping(given.get("valueFrom")).get("fieldRef")).get("fieldPath")
    if field:
        return field not in _SHARED_FIELDS
    # It may be made of others, which stand before it.
    return bool(_VARIABLE.search(_text(given.get("value"))))


def _place(volume: Mapping[str, Any]) -> Place:
    """Return where the data of a pod's volume lies."""
    nfs, csi = _mapping(volume.get("nfs")), _mapping(volume.get("csi"))
    attributes = _mapping(csi.get("volumeAttributes"))
    given = {key: each for key, each in attributes.items() if isinstance(each, str)}
    texts = {key: each for key, each in nfs.items() if isinstance(each, str | bool)}
    name = _text(csi.get("driver"))
    read_only = csi.get("readOnly") is True
    of_csi = {"driver": name, "readOnly": read_only, "volumeAttributes": given}
    return place({"nfs": texts} if nfs else {"csi": of_csi})


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [_mapping(each) for each in value] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
