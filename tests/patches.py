"""Patches of objects, as an API server carries them out: strategic, merge and JSON patches."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Object = dict[str, Any]
_MERGED_BY = {"ownerReferences": "uid", "containers": "name", "volumes": "name", "env": "name"}
"""Lists of mappings that a strategic patch merges, and by which field; finalizers are a set."""
REJECTED = "the server rejected our request due to an error in our request"


class PatchRefused(Exception):  # noqa: N818
    """A patch that cannot be carried out: nothing of it is."""


def patched(value: Object, patch: Any, kind: str = "strategic") -> Object:
    """Return an object with a patch: `strategic`, `merge` or `json`; raise PatchRefused."""
    if kind == "json":
        return _json_patched(value, patch)
    if not isinstance(patch, Mapping):
        raise PatchRefused("a patch of this kind is a mapping")
    made: Object = _merged(value, patch, strategic=kind == "strategic")
    return made


def _merged(value: Any, patch: Any, *, strategic: bool) -> Any:
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    made = dict(value) if isinstance(value, Mapping) else {}
    for key, each in patch.items():
        if key.startswith("$"):
            raise PatchRefused(f"this model knows no directive {key}")
        if each is None:
            made.pop(key, None)
        elif strategic and isinstance(each, list):
            made[key] = _merged_list(key, made.get(key) or [], each)
        else:
            made[key] = _merged(made.get(key), each, strategic=strategic)
    return made


def _merged_list(key: str, value: list[Any], patch: list[Any]) -> list[Any]:
    if key == "finalizers":
        return [*value, *(each for each in patch if each not in value)]
    field = _MERGED_BY.get(key)
    if not field:
        return copy.deepcopy(patch)
    made = {each[field]: each for each in value}
    for each in patch:
        made[each[field]] = _merged(made.get(each[field]), each, strategic=True)
    return list(made.values())


def _json_patched(value: Object, patch: Any) -> Object:
    made = copy.deepcopy(value)
    for each in patch:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in each["path"].split("/")[1:]]
        _operate(made, parts, each)
    return made


def _operate(value: Any, parts: Sequence[str], operation: Mapping[str, Any]) -> None:
    *path, last = parts
    for part in path:
        value = _inside(value, part)
    verb, is_list = operation["op"], isinstance(value, list)
    there = _has(value, last)
    if verb == "test":
        # What is absent equals null, as the library that the API server uses has it.
        found = _inside(value, last) if there else None
        if found != operation["value"]:
            raise PatchRefused(REJECTED)
    elif verb == "add" and is_list:
        value.insert(len(value) if last == "-" else int(last), copy.deepcopy(operation["value"]))
    elif verb == "remove" and there:
        del value[int(last) if is_list else last]
    elif verb == "add" or (verb == "replace" and there):
        value[int(last) if is_list else last] = copy.deepcopy(operation["value"])
    else:
        raise PatchRefused(REJECTED)


def _has(value: Any, part: str) -> bool:
    if isinstance(value, list):
        return part.isdigit() and int(part) < len(value)
    return part in value


def _inside(value: Any, part: str) -> Any:
    if not isinstance(value, Mapping | list) or not _has(value, part):
        raise PatchRefused(REJECTED)
    return value[int(part)] if isinstance(value, list) else value[part]
