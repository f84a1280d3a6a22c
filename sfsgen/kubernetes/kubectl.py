"""Where to look: files, or a cluster as kubectl reaches it, by the options of every command."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sfsgen.documents.exclusions import Exclusion
from sfsgen.documents.files import Kustomized

if TYPE_CHECKING:
    from sfsgen.kubernetes.label_query import LabelQuery

AGAIN = "sfsgen check -f -"
"""The command that looks at what is piped into it."""


class Kubectl(NamedTuple):
    """The kubectl of one context and configuration; None is kubectl's own choice."""

    context: str | None = None
    kubeconfig: str | None = None

    @property
    def options(self) -> tuple[tuple[str, str | None], ...]:
        """The options that choose the cluster, and what was given for each."""
        return ("--context", self.context), ("--kubeconfig", self.kubeconfig)

    def words(self, *words: str, namespace: str | None = None) -> list[str]:
        """Return a command as a list of arguments, for a namespace where one is given."""
        options = [f"{option}={value}" for option, value in self.options if value is not None]
        of_namespace = [] if namespace is None else ["-n", namespace]
        return ["kubectl", *options, *words, *of_namespace]

    def command(self, *words: str, namespace: str | None = None) -> str:
        """Return the same, quoted, to be pasted into a shell."""
        return quoted(self.words(*words, namespace=namespace))


class Access(NamedTuple):
    """Where to look: files, or a cluster as kubectl reaches it."""

    filenames: Sequence[str] = ()
    namespace: str | None = None
    kubectl: Kubectl = Kubectl()
    again: str = AGAIN
    """The command line that does the same with what is piped into it."""
    excluded: Sequence[Exclusion] = ()
    """The files and folders that are not read."""
    everywhere: bool = False
    """Whether a cluster is looked at in all its namespaces."""
    selector: "LabelQuery | None" = None
    """What the labels of sets have to meet."""

    @property
    def is_live(self) -> bool:
        """Whether a cluster is looked at."""
        return not self.filenames

    @property
    def options(self) -> list[str]:
        """The options by which another command looks at the same."""
        given = [("-n", self.namespace), *self.kubectl.options]
        given += map(_option, self.filenames)
        everywhere = ["-A"] if self.everywhere and self.namespace is None else []
        words = (word for option, value in given if value is not None for word in (option, value))
        return [*everywhere, *words]


def _option(filename: str) -> tuple[str, str]:
    """Return the option by which a file is read, or a kustomization built."""
    if isinstance(filename, Kustomized):
        return "-k", filename.folder
    return "-f", filename


def quoted(words: Sequence[str]) -> str:
    """Return the words of a command, quoted, to be pasted into a shell."""
    return shlex.join(words)
