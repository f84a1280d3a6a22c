"""The user's own fields, merged with ours without touching what pairing depends on."""

from collections.abc import Mapping
from typing import Any

from sfsgen.documents.document import Path, spelled
from sfsgen.plain_text import brief, quoted
from sfsgen.values.model import Fields, Metadata
from sfsgen.values.tree import Values

# What a pair's names, its reservation or the pods' DNS names depend on, and the word of ours
# that says it, or "" where nothing may.
_OWNED = {
    "container": {"name": "name", "image": "image"},
    "pod": {},
    "statefulSet": {
        "replicas": "replicas",
        "ordinals": "ordinals",
        "serviceName": "serviceName",
        "selector": "",
        "template": "pod and container",
        "volumeClaimTemplates": "claimTemplates",
    },
    "service": {"clusterIP": "", "clusterIPs": "", "selector": "", "externalName": ""},
}
_OWNED_METADATA = {"name": "name", "namespace": "namespace", "generateName": ""}


class OwnFields:
    """The user's own fields of one object; what is merged with ours is taken out one by one."""

    def __init__(self, values: Values, key: str) -> None:
        """Read the fields under a key of the values, as the API nests them or without `spec`."""
        own = dict(values.get(key) or {})
        self._values = values
        self._metadata = {}
        self._fields: dict[str, tuple[Any, Path]] = {}
        if key != "container":
            self._metadata = _entries(own.pop("metadata", {}), (key, "metadata"))
            self._fields = _entries(own.pop("spec", {}), (key, "spec"))
            self._refuse(self._metadata, _OWNED_METADATA)
        for name, (value, path) in _entries(own, (key,)).items():
            if name in self._fields:
                self._clash(path, f"it stands in {key}.spec as well: remove one")
            self._fields[name] = value, path
        self._paths = {name: path for name, (_, path) in self._fields.items()}
        self._refuse(self._fields, _OWNED[key])

    def refuse(self, name: str, said_by: str) -> None:
        """Report a field that the values say already, with a word of their own."""
        self._refuse(self._fields, {name: said_by})

    def take(self, name: str) -> tuple[Any, Path]:
        """Remove a field and return its value, None where it is not there, and its path."""
        return self._fields.pop(name, (None, ()))

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
                    self._clash((*at, field), fix)
                taken[field].add(key)
        return (*ours, *(entry for _, entry in self._values.entries(*path)))

    def metadata(self, common: Metadata) -> Metadata:
        """Return our labels and annotations with the user's own metadata added."""
        parts = []
        for name, ours in (("labels", common.labels), ("annotations", common.annotations)):
            own, path = self._metadata.pop(name, ({}, ()))
            for key, value in own.items():
                if ours.get(key, value) != value:
                    self._clash((*path, key), f"leave it out, or write {quoted(ours[key])}")
            parts.append({**ours, **own})
        rest = {name: value for name, (value, _) in self._metadata.items()}
        return Metadata(parts[0], parts[1], rest)

    def rest(self) -> Fields:
        """Return the fields that were not taken."""
        return {name: value for name, (value, _) in self._fields.items()}

    def _clash(self, path: Path, fix: str) -> None:
        what = f"{spelled(path)} clashes with what sfsgen writes itself"
        self._values.fault(path, what, fix, key=True)

    def _refuse(self, fields: dict[str, tuple[Any, Path]], owned: Mapping[str, str]) -> None:
        for name, said_by in owned.items():
            if name in fields:
                _, path = fields.pop(name)
                self._clash(path, f"say it with {said_by}" if said_by else "leave it out")


def _key(entry: Fields, field: str) -> Any:
    return (entry.get(field), entry.get("protocol", "TCP")) if field == "port" else entry.get(field)


def _entries(fields: Mapping[str, Any], path: Path) -> dict[str, tuple[Any, Path]]:
    return {name: (value, (*path, name)) for name, value in fields.items()}
