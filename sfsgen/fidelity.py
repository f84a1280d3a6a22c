"""What a user's own template may not change: that which a pair is bound by."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sfsgen.errors import InputError, Problem
from sfsgen.names import Pattern
from sfsgen.paths import Path, spelled
from sfsgen.yaml_documents import Document, read

_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)
# The source of a volume, and whatever else a template adds, are the user's to change.
_BINDING: dict[str, tuple[Path, ...]] = {
    "service": (("spec", "clusterIP"), ("spec", "selector")),
    "persistentvolume": (
        ("spec", "capacity", "storage"),
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "claimRef", "namespace"),
        ("spec", "claimRef", "name"),
        ("spec", "claimRef", "uid"),
        ("spec", "claimRef", "resourceVersion"),
    ),
    "persistentvolumeclaim": (
        ("spec", "resources", "requests", "storage"),
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "volumeName"),
        ("spec", "selector"),
    ),
    "statefulset": (
        ("spec", "replicas"),
        ("spec", "ordinals"),
        ("spec", "serviceName"),
        ("spec", "selector"),
        ("spec", "volumeClaimTemplates"),
    ),
}

# After these, digits may be something else than text: a part of an anchor, a tag, a directive, of
# the head of a block, or of an escape.
_BEFORE_WHAT_IS_NO_TEXT = re.compile(r"[&*!%|>\\]")
_ANY_ORDINAL = 1_000_000  # no set has it. Texts that end in it are numbers where any are: 0b1, 0o1
_LONGEST_TOLD = 200  # characters


def check(resource: str, template: str, text: str, built_in_text: str) -> None:
    """Compare an object from a user's template with the one from ours.

    Raises InputError, naming the template, where they differ in what a pair is bound by, or where
    the text is not one object in YAML.
    """
    (ours,) = read(built_in_text, template)
    theirs = read(text, f"{template}, as rendered")
    if len(theirs) != 1 or not isinstance(theirs[0].value, dict):
        what = f"it renders {len(theirs)} documents; a template renders one object"
        raise InputError(
            Problem(template, what, "move the others into templates or files of their own")
        )
    problems = list(_differences(resource, template, theirs[0], ours.value))
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


def one_line(text: str) -> str:
    """Return a text as it can stand in a message: on one line, and not too long."""
    shown = text[:_LONGEST_TOLD] + "..." * (len(text) > _LONGEST_TOLD)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in shown)


def _differences(
    resource: str, template: str, theirs: Document, ours: dict[str, Any]
) -> Iterator[Problem]:
    for path in (*_IDENTITY, *_BINDING[resource]):
        their, our = _at(theirs.value, path), _at(ours, path)
        if their != our:
            what = f"{spelled(path)} is {_shown(their)}; volumes and claims pair by {_shown(our)}"
            yield Problem(template, what, "take this field over from the built-in template")


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _shown(value: Any) -> str:
    return "absent" if value is None else one_line(repr(value))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _keys(each)
