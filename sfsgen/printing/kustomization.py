"""The kustomization of a folder: it lists the manifests there, and what else it says stays."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from sfsgen.documents.document import Document
from sfsgen.documents.files import decoded
from sfsgen.documents.yaml_editor import NotEditableError, relisted
from sfsgen.documents.yaml_reader import read
from sfsgen.documents.yaml_writer import flow
from sfsgen.kubernetes.foreign import is_of_kustomize
from sfsgen.kubernetes.names import Pattern
from sfsgen.printing.rendering import Documents
from sfsgen.printing.there import (
    file_of,
    files_in,
    is_named_as_ours,
    kustomization_of,
    manifests_of,
)
from sfsgen.problems import InputError, Problem

_HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def kustomization(
    folder: Path,
    printed: Sequence[str],
    removed: Collection[str],
    named: Sequence[tuple[Documents, Pattern]],
) -> str:
    """Return the text of a folder's kustomization, where some files are printed and some go.

    Raises InputError where the one that is there cannot be edited.
    """
    if there := kustomization_of(folder):
        return _edited(folder / there, printed, removed)
    resources = [*printed, *_others(folder, {*printed, *removed}, named)]
    listed = "".join(f"- {flow(each)}\n" for each in resources)
    return f"{_HEAD}resources:\n{listed}" if resources else f"{_HEAD}resources: []\n"


def is_stale(place: Path, printed: Sequence[str], removed: Collection[str]) -> bool:
    """Return whether the kustomization that is there, as far as it can be read, lists others."""
    try:
        return _edited(place, printed, removed) != decoded(place.read_bytes(), str(place))
    except InputError:
        return False


def _others(
    folder: Path, known: Collection[str], named: Sequence[tuple[Documents, Pattern]]
) -> Iterator[str]:
    """Yield the other files of a folder with manifests in them.

    Of an object that stands in several files, kustomize takes one only.
    """
    taken: set[tuple[str, str, str, str]] = set()
    for file in files_in(folder):
        manifests = [] if file in known else manifests_of(folder, file)
        keys = [(each.api_version, each.kind, each.namespace, each.name) for each in manifests]
        is_new = taken.isdisjoint(keys) and not any(file_of(each, named) for each in manifests)
        if manifests and is_new and not any(is_of_kustomize(each.value) for each in manifests):
            taken.update(keys)
            yield file


def _edited(place: Path, printed: Sequence[str], removed: Collection[str]) -> str:
    """Return a kustomization with what is printed, and without what is gone."""
    text = decoded(place.read_bytes(), str(place))
    resources = _resources(place, text)
    there = [each for each in resources if not _is_gone(place.parent, each, printed, removed)]
    known = {_plain(each) for each in there}
    more = [each for each in printed if each not in known]
    gone = set(resources) - set(there)
    if not (more or gone):
        return text
    try:
        made = _relisted(text, gone, more)
        if _resources(place, made) == [*there, *more]:
            return made
        what = "its list of resources is written so that it cannot be edited"
    except NotEditableError as error:
        what = f"it cannot be edited: {error}"
    raise InputError(Problem(str(place), what, "write resources as a list, an entry a line"))


def _relisted(text: str, gone: Collection[str], more: Sequence[str]) -> str:
    """Return the text with other resources, and with the line ends that it has."""
    made = relisted(text.replace("\r\n", "\n"), "resources", gone, more)
    made += "\n" * (not made.endswith("\n"))
    return made.replace("\n", "\r\n") if "\r\n" in text else made


def _is_gone(folder: Path, entry: str, printed: Sequence[str], removed: Collection[str]) -> bool:
    """Return whether an entry names a file that goes, or one named as ours that is not there."""
    name = _plain(entry)
    if name in removed:
        return True
    return is_named_as_ours(name) and name not in printed and not (folder / name).exists()


def _plain(entry: str) -> str:
    return entry.removeprefix("./")


def _resources(place: Path, text: str) -> list[str]:
    documents = read(text, str(place))
    value: Any = documents[0].value if len(documents) == 1 else None
    resources = (value.get("resources") or []) if isinstance(value, dict) else None
    is_list = isinstance(resources, list) and all(isinstance(each, str) for each in resources)
    if not (is_list and is_of_kustomize(value)):
        raise InputError(_strange(documents, place))
    found: list[str] = resources or []
    return found


def _strange(documents: Sequence[Document], place: Path) -> Problem:
    where = documents[0].where() if documents else str(place)
    what = "it is no kustomization with a list of files as its resources"
    return Problem(where, what, "mend it, or move it away: --kustomization writes a new one")
