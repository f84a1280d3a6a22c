"""Keys that a values file has in the wrong place: where each belongs."""

from collections.abc import Sequence
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.values import vocabulary
from sfsgen.values.settings import OPTIONS

_OF_METADATA = ("labels", "annotations", "finalizers", "name")
# What kubectl calls for short what has its whole name here.
_IN_FULL = {
    "pv": "persistentVolume",
    "pvc": "persistentVolumeClaim",
    "svc": "service",
    "sts": "statefulSet",
}
# Whose fields a key may be that stands at the root.
_WHOLE = ("pod", "container", "statefulSet", "service", "persistentVolume")
_SERVERS = (
    "write a pattern, as nas-{ordinal}.example.com, or the server of each ordinal in "
    "claimTemplates[].volumes"
)
# Where words stand that stand deeper in a values file, by their last part.
_ELSEWHERE = {str(path[-1]): path for path in OPTIONS if len(path) > 1}


def where_it_belongs(path: Path, known: Sequence[str], written: str) -> str:
    """Return how to write what an unknown key says, or "" where it is not known.

    `known` are the keys that may stand there, `written` is its value as YAML, "" if it has parts.
    """
    *around, key = path
    if key in _OF_METADATA and "metadata" in known:
        return "write it in metadata"
    if "matchLabels" in known:
        return f"write it in matchLabels: {{{key}: {written or 'VALUE'}}}"
    if around[-1:] == ["csi"] and key == "driver":
        return f"write driver: {written or 'NAME'} beside csi, not in it"
    if around[-1:] == ["nfs"] and key == "servers":
        return f"as server, {_SERVERS}"
    return "" if around else _at_the_root(str(key), written)


def _at_the_root(key: str, written: str) -> str:
    if key in _ELSEWHERE:
        return f"write it as {_nested(_ELSEWHERE[key], written or 'VALUE')}"
    if key in _IN_FULL:
        return f'write "{_IN_FULL[key]}"'
    properties = vocabulary.schema()["properties"]
    if key == "resources":  # which newer minors have for whole pods too
        return "write it in container"
    word = next((each for each in _WHOLE if key in properties[each]["properties"]), "")
    return f"write it in {word}" if word else ""


def in_its_place(path: Path, value: Any) -> str:
    """Return what to write in place of a value of a wrong type, where it shows what is meant."""
    return _SERVERS if path[-2:] == ("nfs", "server") and isinstance(value, list) else ""


def _nested(path: Path, text: str) -> str:
    """Return a value at a path, as a line of YAML that can be pasted."""
    for part in reversed(path[1:]):
        text = f"[{text}]" if isinstance(part, int) else f"{{{part}: {text}}}"
    return f"{path[0]}: {text}"
