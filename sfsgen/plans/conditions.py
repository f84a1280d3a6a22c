"""Conditions of objects in a cluster: said in words, tested on an object, and as data."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Operator = Literal[
    "is",
    "is not",
    "is if there",
    "one of",
    "absent",
    "exists",
    "gone",
    "held by nobody",
    "used by no other",
]
_CALLED = {"PersistentVolume": "volume", "PersistentVolumeClaim": "claim", "Pod": "pod"}
_OF_OBJECTS = {
    "held by nobody": "no claim of any namespace has the uid {value}",
    "used by no other": "no pod but {value} uses {called}",
    "exists": "{called} is there",
    "gone": "{called} is gone",
}
_RETENTION = ("spec", "persistentVolumeClaimRetentionPolicy")
# How a field is told, its value for the braces, and how that it no longer has that value.
_WORDS = {
    ("metadata", "uid"): ("uid {}", ""),
    ("metadata", "ownerReferences"): ("owner {}", ""),
    ("spec", "claimRef", "uid"): ("uid {} in its claimRef", "holds the uid {}"),
    ("spec", "claimRef", "name"): ("name {} in its claimRef", ""),
    ("spec", "claimRef", "namespace"): ("namespace {} in its claimRef", ""),
    ("spec", "persistentVolumeReclaimPolicy"): ("policy {}", ""),
    ("spec", "volumeName"): ("volumeName {}", ""),
    ("spec", "replicas"): ("replicas {}", ""),
    ("spec", "ordinals", "start"): ("first ordinal {}", ""),
    ("spec", "updateStrategy", "rollingUpdate", "partition"): ("partition {}", ""),
    (*_RETENTION, "whenDeleted"): ("policy whenDeleted {}", ""),
    (*_RETENTION, "whenScaled"): ("policy whenScaled {}", ""),
    ("spec", "accessModes", "[*]"): ("access modes {}", ""),
    ("spec", "capacity", "storage"): ("capacity {}", ""),
    ("spec", "mountOptions", "[*]"): ("mount options {}", ""),
    ("status", "phase"): ("{}", ""),
    ("status", "updateRevision"): ("revision {}", ""),
}

ObjectKey = tuple[str, str, str]
"""The kind, namespace and name of an object; the namespace of a volume is empty."""
FieldPath = tuple[str, ...]
"""Where a value stands.

`[type=Ready]` is the entry of a list whose type is Ready; `[*]` are all of a list of texts, with
spaces between them.
"""


class Condition(NamedTuple):
    """What is to be so of one object.

    `is` and `absent` are of an object that is there; `is not` and `is if there` hold where it is
    gone, too; of `one of` the values have spaces between them. Of the claims of all namespaces none
    has the uid that is `held by nobody`. Pods on a node keep a claim from going: those that have
    one that is `used by no other` are the value, with spaces between them.
    """

    kind: str
    namespace: str
    """Empty for a volume."""
    name: str
    operator: Operator
    path: FieldPath = ()
    value: str = ""
    """As text: that is how kubectl prints a field."""
    cluster: str = ""
    """What another cluster is called that it is about; "" is the one that was looked at."""

    @property
    def lags(self) -> bool:
        """Whether a controller writes it, a moment after what it depends on."""
        return self.path[:1] == ("status",)

    @property
    def key(self) -> ObjectKey:
        """The object that it is about."""
        return self.kind, self.namespace, self.name

    def told(self, home: str) -> str:
        """Return it in words, among those of a namespace: another one is named."""
        is_away = self.namespace not in ("", home)
        return f"{self}{f' in the namespace {self.namespace}' if is_away else ''}"

    def __str__(self) -> str:
        return f"{self._words()}{f' in {self.cluster}' if self.cluster else ''}"

    def _words(self) -> str:
        kind = _CALLED.get(self.kind, self.kind)
        called = f"the {kind} {self.name}"
        if self.operator in _OF_OBJECTS:
            value = " or ".join(self.value.split())
            return _OF_OBJECTS[self.operator].format(called=called, value=value)
        if told := self._told(called):
            return told
        is_so, is_no_more = _WORDS.get(self.path, (f"{'.'.join(self.path)} {{}}", ""))
        if self.operator == "absent":
            return f"{called} has no {' '.join(is_so.format('').split())}"
        if self.operator in ("is", "is if there", "one of"):
            called += ", if it is there," * (self.operator == "is if there")
            verb = "is" if self.path == ("status", "phase") else "has the"
            either = " or ".join(self.value.split()) if self.operator == "one of" else self.value
            return f"{called} {verb} {is_so}".format(either)
        if self.path == ("metadata", "uid"):
            return f"the earlier {kind} {self.name} is gone"
        return f"{called} no longer {is_no_more or f'has the {is_so}'}".format(self.value)

    def _told(self, called: str) -> str:
        """Return what is said in words of its own, or ""."""
        if self.path[:2] == ("status", "conditions"):
            return f"{called} is Ready"
        if self.path == ("metadata", "deletionTimestamp"):
            return f"{called} is {'being' if self.operator == 'is not' else 'not being'} deleted"
        if self.path[:2] == ("spec", "volumeClaimTemplates"):
            template = self.path[2].strip("[]").partition("=")[2]
            return f"the claim template {template} of {self.name} asks for {self.value}"
        return ""

    def holds(self, objects: Mapping[ObjectKey, Mapping[str, Any]]) -> bool:
        """Return whether it is so among the objects of a cluster."""
        if self.operator == "held by nobody":
            claims = (each for (kind, *_), each in objects.items() if kind == self.kind)
            return all(each["metadata"].get("uid") != self.value for each in claims)
        if self.operator == "used by no other":
            return self._users(objects) <= {*self.value.split()}
        value = objects.get(self.key)
        if value is None or self.operator in ("exists", "gone"):
            return (value is not None) == (self.operator not in ("gone", "is not", "is if there"))
        found = _text(_at(value, self.path))
        if self.operator == "absent":
            return not found
        if self.operator == "one of":
            return found in self.value.split()
        return (found == self.value) == (self.operator != "is not")

    def _users(self, objects: Mapping[ObjectKey, Mapping[str, Any]]) -> set[str]:
        """Return the pods that have a claim, and a node: these keep it from going.

        kubernetes, pkg/controller/volume/pvcprotection, podUsesPVC: pods that have ended, too.
        """
        pods = [each for key, each in objects.items() if key[:2] == ("Pod", self.namespace)]
        return {
            each["metadata"]["name"]
            for each in pods
            if _at(each, ("spec", "nodeName"))
            and any(
                _at(volume, ("persistentVolumeClaim", "claimName")) == self.name
                for volume in each["spec"].get("volumes") or ()
            )
        }


def _at(value: Any, path: FieldPath) -> Any:
    for part in path:
        if part == "[*]":
            value = " ".join(map(_text, value or ()))
        elif isinstance(value, list):
            key, _, wanted = part.strip("[]").partition("=")
            fields = tuple(key.split("."))
            value = next((each for each in value if _at(each, fields) == wanted), None)
        else:
            value = value.get(part) if value else None
    return value


def _text(value: Any) -> str:
    """Return a value as kubectl's jsonpath prints it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
