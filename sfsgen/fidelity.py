"""What a user's own template may not change: that which a pair is bound by."""

from collections.abc import Iterator
from typing import Any

from sfsgen.errors import InputError, Problem
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
    return "absent" if value is None else f"{value!r}"
