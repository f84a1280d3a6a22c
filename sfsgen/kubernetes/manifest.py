"""An object as it was read: what it is called, what it says, and where it stands."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sfsgen.documents.document import Document, Path, spelled
from sfsgen.kubernetes.words import CLUSTER
from sfsgen.problems import Place

WRITTEN_BY_SERVER = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
)
"""The fields of metadata that a server writes, and nobody may give it."""


class Manifest(NamedTuple):
    """An object as it was read: what it is called, what it says, and where it stands.

    The namespace is empty where none is written, the name where the API server makes it up.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    value: Mapping[str, Any]
    document: Document
    inside: Path
    """Where it stands in its document: within a List, or within several."""

    @property
    def is_kubernetes_own(self) -> bool:
        """Whether its kind is Kubernetes' own: other projects' groups have a point in them."""
        group = self.api_version.partition("/")[0]
        return "." not in group or group.endswith(".k8s.io")

    @property
    def uid(self) -> str:
        """The uid that a server gave it, "" where none did."""
        return self.value["metadata"].get("uid") or ""

    @property
    def is_stored(self) -> bool:
        """Whether it was read from a server: only what a server holds has a uid."""
        return bool(self.uid)

    @property
    def is_terminating(self) -> bool:
        """Whether it is being deleted."""
        return self.value["metadata"].get("deletionTimestamp") is not None

    @property
    def called(self) -> str:
        """What `kubectl get -o name` calls it."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def annotations(self) -> Mapping[str, str]:
        """All its annotations, Kubernetes' own too."""
        return self.value["metadata"].get("annotations") or {}

    def at(self, *path: str | int) -> Any:
        """Return one of its values, or None where nothing is written there."""
        value: Any = self.value
        for part in path:
            if value is not None:
                value = value[part] if isinstance(part, int) else value.get(part)
        return value

    def where(self, path: Path = (), *, key: bool = False) -> str:
        """Return FILE:LINE:COLUMN of one of its values, or of the value's key.

        Nobody sees the text that kubectl printed of a cluster: the object and its field say it.
        """
        if self.document.file == CLUSTER:
            return f"{CLUSTER}:{self.called}:{spelled(path) if path else 'metadata'}"
        return self.document.where((*self.inside, *path), key=key)

    def place(self, path: Path = (), *, key: bool = False) -> Place:
        """Return the same as a Place."""
        return Place(self.document.file, *self.document.locate((*self.inside, *path), key))


NOT_READ = Manifest("", "", "", "", {"metadata": {}}, Document(None, "", lambda *_: (1, 1)), ())
"""The manifest of what is wanted, and was read nowhere: it says nothing, and no server holds it."""
