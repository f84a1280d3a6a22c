"""What a user's own template may not change: that which a pair is bound by."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sfsgen.documents.document import Document
from sfsgen.documents.paths import Path, spelled
from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import CLAIM, SERVICE, STATEFUL_SET, VOLUME
from sfsgen.kubernetes.versions import KUBERNETES_OWN_ANNOTATIONS
from sfsgen.plain_text import brief
from sfsgen.problems import InputError, Problem

_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)
# What a server writes, and by what it deletes: a copy of a stored object holds it.
_OF_THE_SERVER: tuple[Path, ...] = (
    *(
        ("metadata", name)
        for name in (
            "generateName",
            "ownerReferences",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "managedFields",
            "selfLink",
        )
    ),
    ("status",),
)
# The source of a volume, and whatever else a template adds, are the user's to change.
_BINDING: dict[str, tuple[Path, ...]] = {
    SERVICE: (("spec", "clusterIP"), ("spec", "selector")),
    VOLUME: (
        ("spec", "capacity", "storage"),
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "claimRef", "namespace"),
        ("spec", "claimRef", "name"),
        ("spec", "claimRef", "uid"),
        ("spec", "claimRef", "resourceVersion"),
    ),
    CLAIM: (
        ("spec", "resources", "requests", "storage"),
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "volumeName"),
        ("spec", "selector"),
    ),
    STATEFUL_SET: (
        ("spec", "replicas"),
        ("spec", "ordinals"),
        ("spec", "serviceName"),
        ("spec", "selector"),
        ("spec", "volumeClaimTemplates"),
    ),
}
# May be left out, as Kubernetes does not look at it.
_IF_THERE: tuple[Path, ...] = (("spec", "claimRef", "apiVersion"), ("spec", "claimRef", "kind"))
# One document may have one marker, before it. kubectl takes a text apart at lines that begin with
# `---` and reads each part up to `...`, and a directive needs the part before it.
_MARKERS = re.compile(
    r"\A(?:[ \t]*(?:#.*)?\n)*---[ \t]*(?:#.*)?\n|^(---|\.\.\.|%|\ufeff)", re.MULTILINE
)
# After these, digits may be something else than text: a part of an anchor, a tag, a directive, of
# the head of a block, or of an escape.
_BEFORE_WHAT_IS_NO_TEXT = re.compile(r"[&*!%|>\\]")
_ANY_ORDINAL = 1_000_000  # no set has it. Texts that end in it are numbers where any are: 0b1, 0o1


def check(resource: str, template: str, text: str, built_in_text: str) -> None:
    """Compare an object from a user's template with the one from ours.

    Raises InputError, naming the template, where they differ in what a pair is bound by, or where
    the text is not one object in YAML.
    """
    (ours,) = read(built_in_text, template)
    theirs = _only_object(template, text)
    problems = list(_differences(resource, template, theirs.value, ours.value))
    if problems:
        raise InputError(*problems)


def is_alike(pattern: Pattern, check_one: Callable[[int], None]) -> bool:
    r"""Return whether a text is the same object for all ordinals, but for the ordinal.

    It is where the ordinal stands in texts only, and in no key: `*a{ordinal}`, `"\x3{ordinal}"`
    and `|{ordinal}` are read otherwise for some. `check_one` checks the text of one ordinal.
    """
    lines = (piece.rpartition("\n")[2] for piece in pattern.pieces[:-1])
    if any(map(_BEFORE_WHAT_IS_NO_TEXT.search, lines)):
        return False
    try:
        check_one(_ANY_ORDINAL)
    except InputError:
        return False  # what is wrong, ordinals of the set will tell
    (document,) = read(pattern.at(_ANY_ORDINAL), "")
    return not any(str(_ANY_ORDINAL) in key for key in _keys(document.value))


def _only_object(template: str, text: str) -> Document:
    for marker in _MARKERS.finditer(text):
        if marker[1]:
            line = text.count("\n", 0, marker.start()) + 1
            what = (
                f"line {line} of what it renders begins with {marker[1]!a}"
                "; a template renders one object, after one --- at most"
            )
            raise InputError(Problem(template, what, "remove that line, or what belongs to it"))
    try:
        documents = read(text, f"{template}, as rendered")
    except InputError as error:
        told = (each._replace(what=brief(each.what)) for each in error.problems)
        raise InputError(*told) from error
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        what = f"it renders {len(documents)} documents; a template renders one object"
        fix = "move the others into templates or files of their own"
        raise InputError(Problem(template, what, fix))
    return documents[0]


def _differences(
    resource: str, template: str, theirs: dict[str, Any], ours: dict[str, Any]
) -> Iterator[Problem]:
    for path in (*_IDENTITY, *_BINDING[resource], *_annotations(resource, theirs, ours)):
        their, our = _at(theirs, path), _at(ours, path)
        if not _is_same(their, our):
            what = f"{spelled(path)} is {_shown(their)}; volumes and claims pair by {_shown(our)}"
            yield Problem(template, what, "take this field over from the built-in template")
    for path in (*_OF_THE_SERVER, *_IF_THERE):
        their, our = _at(theirs, path), _at(ours, path)
        if their is not None and not _is_same(their, our):
            yield Problem(template, f"{spelled(path)} is {_shown(their)}", "leave this field out")


def _annotations(resource: str, *objects: dict[str, Any]) -> Iterator[Path]:
    """Yield where annotations stand by which Kubernetes binds, and gives a volume its class."""
    if resource in (VOLUME, CLAIM):
        every = [_at(each, ("metadata", "annotations")) for each in objects]
        keys = {key for each in every if isinstance(each, dict) for key in each}
        for key in sorted(keys):
            if key.startswith(KUBERNETES_OWN_ANNOTATIONS):
                yield ("metadata", "annotations", key)


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _is_same(one: Any, other: Any) -> bool:
    """Compare as JSON does, in which true is not 1."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _shown(value: Any) -> str:
    return "absent" if value is None else brief(repr(value))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _keys(each)
