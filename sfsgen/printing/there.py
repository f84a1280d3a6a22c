"""The manifests that a folder holds already, beside the files that a run prints into it."""

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from sfsgen.documents.files import KUSTOMIZATIONS, MANIFESTS
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import ORDER
from sfsgen.printing.rendering import Documents

_OURS = re.compile(rf"(?:{'|'.join(ORDER)})-.+\.(?:yaml|json)")
_LARGEST = 2**20  # bytes: an API server stores no more in an object


def unprinted(folder: Path, printed: Collection[str]) -> list[str]:
    """Return the files of a folder that are named as those that runs print, and are not printed."""
    return [each for each in files_in(folder) if each not in printed and is_named_as_ours(each)]


def is_named_as_ours(file: str) -> bool:
    """Return whether a file is named as those that runs print."""
    return _OURS.fullmatch(file) is not None


def files_in(folder: Path) -> list[str]:
    """Return the files of a folder that kubectl would read, in the order of their names."""
    if not folder.is_dir():
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith(MANIFESTS))  # noqa: PTH208


def kustomization_of(folder: Path) -> str:
    """Return what the kustomization of a folder is called, or "" where there is none."""
    return next((each for each in KUSTOMIZATIONS if (folder / each).is_file()), "")


def manifests_of(folder: Path, file: str) -> list[Manifest]:
    """Return the objects of a file; none where it holds anything else, or cannot be read."""
    from sfsgen.kubernetes.manifests import read_text  # few folders hold what is not printed

    place = folder / file
    try:
        status = place.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            return []
        found = read_text(place.read_bytes(), str(place))
    except OSError:
        return []
    return [] if found.problems or found.strays else found.manifests


def resource_of(manifest: Manifest) -> str:
    """Return which of the resources that are printed an object is, or ""."""
    kind = manifest.kind.lower().replace("petset", "statefulset")
    return kind if manifest.is_kubernetes_own and kind in ORDER else ""


def file_of(manifest: Manifest, named: Iterable[tuple[Documents, Pattern]]) -> str:
    """Return the file in which a run prints an object, or ""."""
    return next(_files_of(manifest, named), "")


def _files_of(manifest: Manifest, named: Iterable[tuple[Documents, Pattern]]) -> Iterator[str]:
    resource = resource_of(manifest)
    for documents, file in named:
        if documents.resource != resource or documents.namespace != manifest.namespace:
            continue
        if documents.name.is_open:
            ordinal = documents.name.ordinal_of(manifest.name)
            if ordinal is not None and ordinal in documents.ordinals:
                yield file.at(ordinal)
        elif documents.ordinals and documents.name.at("") == manifest.name:
            yield file.at("")
