"""Values that no schema has looked at: one of another type than it must be counts as nothing."""

from collections.abc import Mapping
from typing import Any


def at(value: Any, *path: str) -> Any:
    """Return what stands at a path, or None where nothing does."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str:
    """Return a text, or "" for anything else."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """Return a whole number, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
