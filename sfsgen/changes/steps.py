"""Steps that mend objects in a cluster: each as data, and as the command that carries it out."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.kubernetes.manifest import WRITTEN_BY_SERVER, Manifest
from sfsgen.kubernetes.versions import is_note

Verb = Literal["look", "patch", "json-patch", "label", "annotate", "delete", "wait", "create"]
_NOT_KEPT = (*WRITTEN_BY_SERVER, "finalizers")  # which hold an object back that is used


class Step(NamedTuple):
    """One thing to do to one object of a cluster.

    `look` fails where a claim of any namespace has the uid that is its value. `wait` waits until an
    object is gone. `create` makes the object that is its value; where that is None, the command
    prints and makes what a set lacks. After a step that fails none is to be taken.
    """

    verb: Verb
    kind: str
    namespace: str
    """Empty for a volume, and where none was written."""
    name: str
    value: Any
    """The patch, the labels or annotations (None removes one), the object, or how to delete it."""
    command: str
    cluster: str = ""
    """What another cluster is called in which it is taken, as conditions have it."""

    def __str__(self) -> str:
        return self.command


def commands(steps: Sequence[Step]) -> str:
    """Return what is to be typed to carry steps out; none is done where one before it fails."""
    return " && ".join(each.command for each in steps)


def made_again(manifest: Manifest, edits: Sequence[Edit]) -> Mapping[str, Any]:
    """Return a stored object with edits, as a server takes it once the object is deleted."""
    from sfsgen.documents.yaml_editor import Change, changed

    value = changed(manifest.value, [Change(each.path, each.value) for each in edits])
    metadata = {key: each for key, each in value["metadata"].items() if key not in _NOT_KEPT}
    if annotations := metadata.get("annotations"):
        metadata["annotations"] = {
            key: each for key, each in annotations.items() if not is_note(key)
        }
    kept = {key: each for key, each in value.items() if key != "status"}
    return {**kept, "metadata": metadata}
