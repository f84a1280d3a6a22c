"""Objects that are made again: what is kept of each, and the steps that make room and make it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sfsgen.changes.cures import Cures, reference_of
from sfsgen.changes.steps import Step, made_again
from sfsgen.documents.document import GONE
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.versions import CLASS_ANNOTATION
from sfsgen.sets.found import FoundTemplate
from sfsgen.values.pairs import Key, Volume

Object = Mapping[str, Any]


def make(cures: Cures, value: Object) -> Step:
    """Return the step that creates an object."""
    metadata = value["metadata"]
    about = value["kind"], metadata.get("namespace", ""), metadata["name"]
    return Step("create", *about, value, cures.create())


def let_go(cures: Cures, volume: Volume) -> Step:
    """Return how a volume that is being deleted goes at once, though its claim is bound to it.

    With the policy Retain only the object goes; nothing calls it back (measured).
    """
    patch = {"metadata": {"finalizers": None}}
    words = ["patch", f"pv/{volume.name}", "-p", '{"metadata":{"finalizers":null}}']
    command = cures.access.kubectl.command(*words)
    return Step("patch", volume.manifest.kind, "", volume.name, patch, command)


def volume_again(volume: Volume, key: Key) -> Object:
    """Return a volume as it is created again, reserved for a claim, its files kept."""
    return reserved(without_owners(_bare(volume.manifest)), key)


def reserved(value: Object, key: Key) -> Object:
    """Return a volume's object that is reserved for a claim by name, and keeps its files."""
    spec = {**value["spec"], "claimRef": reference_of(key)}
    spec["persistentVolumeReclaimPolicy"] = "Retain"
    return {**value, "spec": spec}


def claim_again(manifest: Manifest, key: Key, volume: Object) -> Object:
    """Return a claim as it is created again for a volume, with whose storage it agrees.

    What names each other the binder does not compare: that they agree is ours to see to (measured).
    """
    return fitted(without_owners(_bare(manifest)), key, volume)


def fitted(value: Object, key: Key, volume: Object) -> Object:
    """Return a claim's object that names a volume and has its size, modes and class."""
    namespace, name = key
    its, given = volume["spec"], value["spec"]
    left = {each: given[each] for each in given if each not in _OF_BINDING}
    spec = {
        "accessModes": list(its["accessModes"]),
        "resources": {"requests": {"storage": its["capacity"]["storage"]}},
        "storageClassName": its.get("storageClassName", ""),
        "volumeName": volume["metadata"]["name"],
    }
    metadata = {**value["metadata"], "namespace": namespace, "name": name}
    return {**value, "metadata": metadata, "spec": {**left, **spec}}


def as_asked(value: Object, key: Key, volume: Object) -> Object:
    """Return the same, with the size and the modes that it asked for, where its volume has them.

    A volume may have more of both than its claim asked for.
    """
    made, its, asked = fitted(value, key, volume), volume["spec"], value["spec"]
    kept: dict[str, Any] = {}
    modes = asked.get("accessModes") or ()
    if modes and {*modes} <= {*its["accessModes"]}:
        kept["accessModes"] = list(modes)
    size = ((asked.get("resources") or {}).get("requests") or {}).get("storage")
    if size and nano_units(str(size)) <= nano_units(str(its["capacity"]["storage"])):
        kept["resources"] = {"requests": {"storage": size}}
    return {**made, "spec": {**made["spec"], **kept}}


_OF_BINDING = ("selector", "dataSource", "dataSourceRef")


def set_again(manifest: Manifest) -> Object:
    """Return a set as it is created again once it was deleted without its pods."""
    return _bare(manifest)


def with_class(
    manifest: Manifest, templates: Sequence[FoundTemplate], storage_class: str
) -> Manifest:
    """Return a set whose claim templates have another class; an annotation that says one goes."""
    from sfsgen.documents.yaml_editor import Change, changed

    at = ("metadata", "annotations", CLASS_ANNOTATION)
    changes = [
        *(Change((*each.path, "spec", "storageClassName"), storage_class) for each in templates),
        *(Change((*each.path, *at), GONE) for each in templates if manifest.at(*each.path, *at)),
    ]
    return manifest._replace(value=changed(manifest.value, changes))


def _bare(manifest: Manifest) -> Object:
    value = made_again(manifest, ())
    metadata = {
        key: each for key, each in value["metadata"].items() if each or key != "annotations"
    }
    return {**value, "metadata": metadata}


def without_owners(value: Object) -> Object:
    """Return an object that nobody owns.

    The garbage collector deletes what names an owner that is gone, and a set that is made again has
    another uid; who owns a claim the controller writes itself (whenDeleted, whenScaled).
    """
    metadata = {key: each for key, each in value["metadata"].items() if key != "ownerReferences"}
    return {**value, "metadata": metadata}
