"""The user's own fields, merged with ours without touching what pairing depends on."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sfsgen.documents.document import Path, spelled
from sfsgen.kubernetes.versions import CLASS_ANNOTATION
from sfsgen.plain_text import brief
from sfsgen.values.metadata import annotations_at, in_order, labels_at
from sfsgen.values.model import Fields, Metadata
from sfsgen.values.settings import OF_A_CLAIM_TEMPLATE
from sfsgen.values.tree import Values

# What a volume may be made of in place of what its driver says.
_SOURCES = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume"),
    *("flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "photonPersistentDisk"),
    *("portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
)
# What a pair's names, its reservation or the pods' DNS names depend on, and the word of ours
# that says it, or "" where nothing may.
_OWNED_BY_CLAIMS = {
    "accessModes": "accessModes",
    "storageClassName": "storageClassName",
}
OWNED: Mapping[str, Mapping[str, str]] = {
    "container": {"image": "image"},
    "pod": {},
    "statefulSet": {
        "replicas": "replicas",
        "ordinals": "ordinals",
        "serviceName": "serviceName",
        "selector": "selector",
        "template": "pod and container",
        "volumeClaimTemplates": "claimTemplates",
    },
    "service": {"clusterIP": "", "clusterIPs": "", "externalName": ""},
    "clusterService": {"externalName": ""},
    "claimTemplates": _OWNED_BY_CLAIMS,
    "persistentVolumeClaim": {
        "accessModes": "accessModes",
        "volumeName": "volumeName, as a pattern for all ordinals",
        "resources": "storage, or claimTemplates[].resources",
        "selector": "claimTemplates[].selector",
        "volumeMode": "claimTemplates[].volumeMode",
    },
    "persistentVolume": {
        "accessModes": "accessModes",
        "capacity": "storage",
        "claimRef": "",
        "mountOptions": "mountOptions",
        "nfs": "nfs",
        "local": "driver: local",
        "persistentVolumeReclaimPolicy": "persistentVolumeReclaimPolicy",
        "storageClassName": "storageClassName",
        "volumeMode": "claimTemplates[].volumeMode",
        **dict.fromkeys(_SOURCES, ""),
    },
}
# Sets that exist may say the class of a claim template in the way of the oldest minors.
_CLASS_ANNOTATIONS = (
    CLASS_ANNOTATION,
    "volume.alpha.kubernetes.io/storage-class",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/storage-provisioner",
)
_OWNED_METADATA = {"name": "name", "namespace": "namespace", "generateName": ""}
# What a server writes: with it, a copy of an object that exists is refused, or deleted.
_WRITTEN_BY_SERVER = dict.fromkeys(("uid", "resourceVersion", "deletionTimestamp", "selfLink"), "")
_NAMES = {
    "persistentVolume": "volumeName, a pattern",
    "persistentVolumeClaim": "claimTemplates[].name, with which it begins",
}
# Of these the API takes names, or does not look at them.
_NAMED_BY_USERS = {
    "pod": (),
    "clusterService": ("namespace", "generateName"),
    "claimTemplates": ("name", "generateName"),
}


class OwnFields:
    """The user's own fields of one object; what is merged with ours is taken out one by one."""

    def __init__(self, values: Values, word: str, *paths: Path) -> None:
        """Read the fields at some paths of the values, by default at the word's own.

        They stand there as the API nests them or without `spec`; of two paths the later one wins.
        """
        self._word = word
        self._values = values
        self._metadata: dict[str, tuple[Any, Path]] = {}
        self._fields: dict[str, tuple[Any, Path]] = {}
        for path in paths or ((word,),):
            self._read(path)
        self._paths = {name: path for name, (_, path) in self._fields.items()}
        owned = {key: _OWNED_METADATA[key] for key in _NAMED_BY_USERS.get(word, _OWNED_METADATA)}
        owned |= {"name": _NAMES[word]} if word in _NAMES else {}
        owned |= _WRITTEN_BY_SERVER if word in _NAMES else {}
        self._refuse(self._metadata, owned)
        self._refuse(self._fields, OWNED[word])

    def _read(self, at: Path) -> None:
        own = dict(self._values.get(*at) or {})
        if self._word == "claimTemplates":
            own = {
                key: own[key] for key in own if key in ("metadata", "spec", *OF_A_CLAIM_TEMPLATE)
            }
        fields: dict[str, tuple[Any, Path]] = {}
        if self._word != "container":
            self._read_metadata(own.pop("metadata", {}), (*at, "metadata"))
            fields = _entries(own.pop("spec", {}), (*at, "spec"))
        for name, (value, path) in _entries(own, at).items():
            if name in fields:
                self.clash(path, f"it stands in {spelled((*at, 'spec'))} as well: remove one")
            fields[name] = value, path
        self._fields |= fields

    def _read_metadata(self, own: Mapping[str, Any], at: Path) -> None:
        taken = _CLASS_ANNOTATIONS if self._word == "claimTemplates" else ()
        checked: dict[str, Callable[[Values, Path], dict[str, str]]] = {
            "labels": labels_at,
            "annotations": partial(annotations_at, taken=taken),
        }
        for name, (value, path) in _entries(own, at).items():
            if name in checked:
                before, _ = self._metadata.get(name, ({}, ()))
                self._metadata[name] = {**before, **checked[name](self._values, path)}, path
            else:
                self._metadata[name] = value, path

    def refuse(self, name: str, said_by: str) -> None:
        """Report a field that the values say already, with a word of their own."""
        self._refuse(self._fields, {name: said_by})

    def take(self, name: str) -> tuple[Any, Path]:
        """Remove a field and return its value, None where it is not there, and its path."""
        return self._fields.pop(name, (None, ()))

    def take_metadata(self, name: str) -> tuple[Any, Path]:
        """Remove a field of the metadata and return its value, None where it is not there."""
        return self._metadata.pop(name, (None, ()))

    def path(self, name: str) -> Path:
        """Return where a field stands, or stood before it was taken."""
        return self._paths.get(name, ())

    def append(self, name: str, ours: list[Fields], *identity: str) -> tuple[Fields, ...]:
        """Return our entries of a list with the user's own behind them.

        Two entries may not agree in a field of `identity`; two ports may in number, if not in
        protocol.
        """
        self.take(name)
        path = self.path(name)
        taken = {field: {_key(each, field) for each in ours} for field in identity}
        for at, entry in self._values.whole_entries(*path):
            for field in filter(entry.__contains__, identity):
                key = _key(entry, field)
                if key in taken[field]:
                    fix = f"{brief(entry[field])} is taken: give it another, or leave it out"
                    self.clash((*at, field), fix)
                taken[field].add(key)
        return (*ours, *(entry for _, entry in self._values.entries(*path)))

    def metadata(self, common: Metadata) -> Metadata:
        """Return our labels and annotations with the user's own metadata, which wins."""
        labels, _ = self.take_metadata("labels")
        annotations, _ = self.take_metadata("annotations")
        return Metadata(
            in_order({**common.labels, **(labels or {})}),
            dict(sorted({**common.annotations, **(annotations or {})}.items())),
            {name: value for name, (value, _) in self._metadata.items()},
        )

    def fields_of(self, name: str, owned: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """Take a field that is a mapping, and yield its own fields but for those that we write."""
        value, path = self.take(name)
        fields = _entries(value or {}, path)
        self._refuse(fields, owned)
        return ((key, each) for key, (each, _) in fields.items())

    def rest(self) -> Fields:
        """Return the fields that were not taken."""
        return {name: value for name, (value, _) in self._fields.items()}

    def clash(self, path: Path, fix: str) -> None:
        """Report a field of the user's own that stands in the place of one of ours."""
        what = f"{spelled(path)} clashes with what sfsgen writes itself"
        self._values.fault(path, what, fix, key=True)

    def _refuse(self, fields: dict[str, tuple[Any, Path]], owned: Mapping[str, str]) -> None:
        for name, said_by in owned.items():
            if name in fields:
                _, path = fields.pop(name)
                self.clash(path, f"say it with {said_by}" if said_by else "leave it out")


def _key(entry: Fields, field: str) -> Any:
    return (entry.get(field), entry.get("protocol", "TCP")) if field == "port" else entry.get(field)


def _entries(fields: Mapping[str, Any], path: Path) -> dict[str, tuple[Any, Path]]:
    return {name: (value, (*path, name)) for name, value in fields.items()}
