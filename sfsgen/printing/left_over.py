"""Files of a folder that hold objects of a set, and that this set no longer prints."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern, label_fault
from sfsgen.kubernetes.readable import faults
from sfsgen.kubernetes.resources import CLAIM, SERVICE, VOLUME
from sfsgen.kubernetes.words import MANAGED_BY
from sfsgen.nfs import mounted
from sfsgen.printing.rendering import Documents
from sfsgen.printing.there import file_of, manifests_of, resource_of
from sfsgen.storage_drivers import place
from sfsgen.values.model import StatefulSet


class LeftOver(NamedTuple):
    """A file that is left over."""

    file: str
    set_name: str
    stays: str
    """What stays where the file goes: the data, or the object in another file; "" for neither."""


def left_over(
    folder: Path,
    sets: Sequence[StatefulSet],
    named: Sequence[tuple[Documents, Pattern]],
    unprinted: Iterable[str],
) -> Iterator[LeftOver]:
    """Yield the files of sets that are left over, of those that none of the sets prints."""
    for file in unprinted:
        manifests = manifests_of(folder, file)
        if len(manifests) != 1 or not _is_called_so(file, manifests[0]):
            continue
        (manifest,) = manifests
        if owner := next((each.name for each in sets if _belongs(manifest, each)), ""):
            yield LeftOver(file, owner, _stays(manifest, file_of(manifest, named)))


def _is_called_so(file: str, manifest: Manifest) -> bool:
    """Return whether a file is called as the one that is printed for an object."""
    resource, stem = resource_of(manifest), file.rpartition(".")[0]
    names = (manifest.name, f"{manifest.namespace}.{manifest.name}")
    return bool(resource) and stem in [f"{resource}-{each}" for each in names]


def _belongs(manifest: Manifest, made: StatefulSet) -> bool:
    """Return whether an object is a set's for certain: by its names and by its labels."""
    resource = resource_of(manifest)
    if faults(manifest):
        return False
    if resource == VOLUME:
        reference: Mapping[str, Any] = manifest.at("spec", "claimRef") or {}
        namespace, claim = reference.get("namespace"), reference.get("name") or ""
        return namespace == made.namespace and _is_claim(claim, made) and _is_alike(manifest, made)
    if manifest.namespace != made.namespace:
        return False
    if resource == CLAIM:
        return _is_claim(manifest.name, made) and _is_alike(manifest, made)
    if resource == SERVICE:
        labels = _labels(manifest)
        return labels.get(MANAGED_BY) == "sfsgen" and _is_alike(manifest, made)
    return manifest.name == made.name


def _is_claim(name: str, made: StatefulSet) -> bool:
    """Return whether a claim has a name that the set looks for, of whichever claim template."""
    found = re.fullmatch(rf"(.+)-{re.escape(made.name)}-(?:0|[1-9][0-9]*)", name)
    return bool(found) and not label_fault(found[1] if found else "")


def _is_alike(manifest: Manifest, made: StatefulSet) -> bool:
    """Return whether an object has the labels of the set's own: two names may read alike.

    The sets b, with a claim template a-x, and x-b, with one named a, both look for a-x-b-0.
    """
    own: Mapping[str, str] = made.selector.get("matchLabels") or {}
    return bool(own) and own.items() <= _labels(manifest).items()


def _labels(manifest: Manifest) -> Mapping[str, str]:
    labels: Mapping[str, str] = manifest.at("metadata", "labels") or {}
    return labels


def _stays(manifest: Manifest, file: str) -> str:
    if file:
        return f"{manifest.called} stands in {file} now"
    if resource_of(manifest) == CLAIM:
        volume = manifest.at("spec", "volumeName")
        of_volume = f" {volume}" if volume else ""
        stays = f"the data of {manifest.name} stays in its volume{of_volume}"
        return f"{stays}, if its reclaim policy is Retain"
    if resource_of(manifest) == VOLUME:
        spec = manifest.value["spec"]
        policy = spec.get("persistentVolumeReclaimPolicy") or "Retain"
        stays = "stays" if policy == "Retain" else f"stays while its claim does ({policy})"
        return f"the data of {manifest.name} {stays}: {_where(spec)}"
    return ""


def _where(spec: Mapping[str, Any]) -> str:
    found = place(spec)
    if found.server:
        return mounted(found.server, found.path)
    handle = (spec.get("csi") or {}).get("volumeHandle")
    return f"{found.driver} {handle}" if handle else "where its source says"
