"""Existing objects from YAML or JSON text, each with where it came from."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import Document, Double, Path, spelled
from sfsgen.documents.exclusions import Exclusion, is_excluded
from sfsgen.documents.files import (
    LARGEST,
    Kustomized,
    content,
    decoded,
    manifests_in,
    shown,
    too_large,
)
from sfsgen.documents.yaml_reader import read_each
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.problems import InputError, Problem

EMPTY = "it is empty"
"""What is wrong with a text that holds nothing at all."""
# How kubectl tells JSON from YAML: by what it finds in so many bytes.
_JSON = re.compile(r"\s*\{")
_LOOKED_AT = 4096
_MOST_PROBLEMS = 1000  # of a file: nobody reads more, and they would fill the memory
_TEMPLATE = "Template"
_NO_TYPE = ("", "")
# Where a Manifest's first fields stand, in their order.
_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "namespace"),
    ("metadata", "name"),
)
KINDS = (*sorted(STATEFUL_SET_KINDS), "PersistentVolumeClaim", "PersistentVolume", "Service")
"""The kinds that are looked at."""
_KINDS_READ = (*KINDS, "List")
_TYPES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "a mapping",
    type(None): "nothing",
}


def sources(
    filenames: Sequence[str], excluded: Sequence[Exclusion] = ()
) -> list[tuple[str, bytes]]:
    """Return what files hold, those of folders included, each with the name that messages use.

    What is excluded is not read, whether it is named or found.

    Raises InputError with every file that cannot be read.
    """
    found: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    size = 0
    for filename in dict.fromkeys(filenames):
        is_file = filename != "-" and not isinstance(filename, Kustomized)
        if is_file and is_excluded(filename, excluded):
            continue
        try:
            is_folder = is_file and os.path.isdir(filename)  # noqa: PTH112  # a Path would raise here
            names = manifests_in(filename, excluded) if is_folder else [filename]
        except InputError as error:
            problems += error.problems
            continue
        for name in names:
            try:
                found.append((shown(name), _content(name)))
            except InputError as error:
                problems += error.problems
                continue
            size += len(found[-1][1])
            if size > LARGEST:  # together they take as much memory as one
                raise too_large(shown(filename))
    if problems:
        raise InputError(*problems)
    return found


def _content(name: str) -> bytes:
    """Return what a file holds, or what kustomize makes. Raises InputError."""
    if isinstance(name, Kustomized):
        from sfsgen.kubernetes.cluster import kustomized

        return kustomized(name.folder)
    return content(name)


class Stray(NamedTuple):
    """A document, or an item of a list, that is not meant as an object: another program's."""

    document: Document
    inside: Path
    value: Any

    @property
    def problem(self) -> Problem:
        """What is wrong where it stands in an object's place."""
        where = self.document.where(self.inside)
        if isinstance(self.value, dict):
            fields = ("apiVersion", "kind", "metadata")
            lacking = [field for field in fields if field not in self.value]
            what = f"it is no Kubernetes object: it has no {', no '.join(lacking or ['kind'])}"
            return Problem(where, what, "add what is missing, or take it out of the input")
        what = f"{spelled(self.inside)} is {_TYPES[type(self.value)]}, not an object"
        return Problem(
            where, what, "give objects only: mappings with apiVersion, kind and metadata"
        )


class Found(NamedTuple):
    """What a text holds."""

    manifests: list[Manifest]
    problems: list[Problem]
    strays: list[Stray]


def read_manifests(data: bytes, file: str) -> tuple[list[Manifest], list[Problem]]:
    """Return the objects of YAML or JSON text, those of Lists one by one, and what is no object."""
    manifests, problems, strays = read_text(data, file)
    return manifests, [each.problem for each in strays] + problems


def read_text(data: bytes, file: str) -> Found:
    """Return the objects of YAML or JSON text, those of Lists one by one, and the rest."""
    found = Found([], [], [])
    try:
        text = decoded(data, file)
    except InputError as error:
        return found._replace(problems=list(error.problems))
    if not text or text.isspace():
        fix = "see whether the command that should write it failed"
        return found._replace(problems=[Problem(f"{file}:1:1", EMPTY, fix)])
    for each in _found(text, file):
        if isinstance(each, Manifest):
            found.manifests.append(each)
            continue
        if len(found.problems) + len(found.strays) == _MOST_PROBLEMS:
            problem = each.problem if isinstance(each, Stray) else each
            what, fix = "from here on more is wrong", "mend the others first"
            found.problems.append(Problem(problem.where, what, fix))
            break
        if isinstance(each, Stray):
            found.strays.append(each)
        else:
            found.problems.append(each)
    return found


def doubles(manifests: Iterable[Manifest]) -> Iterator[tuple[Manifest, Double]]:
    """Yield the keys that stand several times in objects that are looked at, each with its object.

    Where a second object begins without a ---, that is told once.
    """
    by_place = {
        (id(each.document), each.inside): each for each in manifests if each.document.doubles
    }
    joined: set[int] = set()
    for document in {id(each.document): each.document for each in by_place.values()}.values():
        for double in document.doubles:
            around = (by_place.get((id(document), double.path[:depth])) for depth in (0, 2))
            manifest = next(filter(None, around), None)
            if manifest and not (id(manifest) in joined and _is_of_root(double, manifest)):
                if is_type := double.path[len(manifest.inside) :] in (("apiVersion",), ("kind",)):
                    joined.add(id(manifest))
                if is_type or _is_looked_at(manifest):
                    yield manifest, double


def _is_of_root(double: Double, manifest: Manifest) -> bool:
    return double.path[:-1] == manifest.inside


def _is_looked_at(manifest: Manifest) -> bool:
    return manifest.kind in KINDS and manifest.is_kubernetes_own


def overridden(double: Double, manifest: Manifest) -> tuple[str, str]:
    """Return what is wrong with a key that stands several times in an object, and what mends it."""
    fix = "keep the one that is meant"
    if double.path in ((*manifest.inside, "apiVersion"), (*manifest.inside, "kind")):
        fix = "write --- before the second object, or keep one of the lines"
    return f"{double.what}, and kubectl takes this one, the last", fix


def _found(text: str, file: str) -> Iterator[Manifest | Problem | Stray]:
    """Yield the objects, and what is wrong with what is none."""
    for document in documents(text, file):
        if isinstance(document, Problem):
            yield document
        elif _is_list(document.value):
            yield from _listed(document)
        else:
            yield from _object(document, (), document.value, _NO_TYPE)


def _listed(document: Document) -> Iterator[Manifest | Problem | Stray]:
    """Yield the items of a list. Kubernetes knows no lists of lists, and no other lists."""
    kind, items = document.value["kind"], document.value.get("items")
    if kind in KINDS:
        what = f"kubectl takes the {kind} for a list, because of its items, and reads them only"
        yield Problem(document.where(("items",), key=True), what, "remove items")
        return
    if not isinstance(items, list | None):
        what = f"items is {_TYPES[type(items)]}, not a list"
        yield Problem(document.where(("items",)), what, "write a list")
        return
    of_items = kind.removesuffix("List")
    type_of_list = (document.value.get("apiVersion"), of_items) if of_items else _NO_TYPE
    for index, item in enumerate(items or ()):
        inside: Path = ("items", index)
        if _is_list(item):
            what = f"{spelled(inside)} is a list, and kubectl refuses lists of lists"
            yield Problem(document.where(inside), what, "give its items to the outer list")
        else:
            yield from _object(document, inside, item, type_of_list)


def _object(
    document: Document, inside: Path, value: Any, type_of_list: tuple[Any, str]
) -> Iterator[Manifest | Problem | Stray]:
    manifest = _manifest(document, inside, value, type_of_list)
    if manifest and manifest.kind != _TEMPLATE:
        yield manifest
    elif is_template(value) or not (manifest or _is_meant(value) or inside):
        yield Stray(document, inside, value)
    elif manifest:
        yield manifest
    elif not _is_passed_over(value, type_of_list):
        yield from _faults(document, inside, value, type_of_list)


def is_template(value: Any) -> bool:
    """Return whether a value is a Template of OpenShift, whose objects have still to be made."""
    return isinstance(value, dict) and value.get("kind") == _TEMPLATE and "objects" in value


def _is_meant(value: Any) -> bool:
    """Return whether a value is meant as an object, though something may keep it from being one."""
    if not isinstance(value, dict):
        return False
    kind, others = value.get("kind"), {"apiVersion", "metadata"} & set(value)
    return isinstance(kind, str) or len(others) + ("kind" in value) > 1


def is_json(text: str) -> bool:
    """Return whether kubectl reads a text as JSON, not as YAML."""
    return bool(_JSON.match(text, 0, _LOOKED_AT))


def documents(text: str, file: str) -> Iterator[Document | Problem]:
    """Yield the documents that can be read, and why others cannot."""
    if not is_json(text):
        yield from read_each(text, file)
        return
    from sfsgen.documents import json_reader

    try:
        yield from json_reader.documents(text, file)
    except InputError as error:
        yield from error.problems


def _is_list(value: Any) -> bool:
    """Return whether kubectl looks into a value for objects: what has items is a list to it."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str) or not value["kind"]:
        return False
    return "items" in value or value["kind"] == "List"


def _is_passed_over(value: Any, type_of_list: tuple[Any, str]) -> bool:
    """Return whether a value is of a kind that is not read, such as a Kustomization."""
    kind = _type(value, type_of_list)[1] if isinstance(value, dict) else None
    return isinstance(kind, str) and kind not in _KINDS_READ


def _manifest(
    document: Document, inside: Path, value: Any, type_of_list: tuple[Any, str]
) -> Manifest | None:
    """Return an object, or None where something keeps the value from being one."""
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return None
    api_version, kind, namespace, name = _identity(value, value["metadata"], type_of_list)
    for each in (api_version, kind, namespace, name):
        if not isinstance(each, str):
            return None
    return Manifest(api_version, kind, namespace, name, value, document, inside)


def _identity(
    value: dict[str, Any], metadata: dict[str, Any], type_of_list: tuple[Any, str]
) -> tuple[Any, Any, Any, Any]:
    """Return what stands at _IDENTITY, with None for what is missing."""
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if name in (None, ""):
        name = "" if "generateName" in metadata else None
    return (
        *_type(value, type_of_list),
        "" if namespace is None else namespace,
        name,
    )


def _type(value: dict[str, Any], type_of_list: tuple[Any, str]) -> tuple[Any, Any]:
    """Return an object's apiVersion and kind; those of its list only where it has neither."""
    own = [value.get(key) for key in ("apiVersion", "kind")]
    if all(each in (None, "") for each in own):
        own = list(type_of_list)
    api_version, kind = (None if each == "" else each for each in own)
    return api_version, kind


def _faults(
    document: Document, inside: Path, value: Any, type_of_list: tuple[Any, str]
) -> Iterator[Problem]:
    """Yield what keeps a value from being an object."""
    if not isinstance(value, dict):
        what = f"{spelled(inside)} is {_TYPES[type(value)]}, not an object"
        fix = "give objects only: mappings with apiVersion, kind and metadata"
        yield Problem(document.where(inside), what, fix)
        return
    metadata = value.get("metadata")
    is_odd = not isinstance(metadata, dict | None)
    if is_odd:
        what = f"metadata is {_TYPES[type(metadata)]}, not a mapping"
        yield Problem(document.where((*inside, "metadata")), what, "write a mapping")
    identity = _identity(value, {} if is_odd else metadata or {}, type_of_list)
    called = identity[1] if isinstance(identity[1], str) else "the object"
    for path, field in zip(_IDENTITY, identity, strict=True):
        if is_odd and path[0] == "metadata":
            continue
        where = document.where((*inside, *path))
        if field is None:
            yield Problem(where, f"{called} has no {spelled(path)}", "add it")
        elif not isinstance(field, str):
            fix = "write a text" if isinstance(field, dict | list) else "put it in quotes"
            yield Problem(where, f"{spelled(path)} is {_TYPES[type(field)]}, not a string", fix)
