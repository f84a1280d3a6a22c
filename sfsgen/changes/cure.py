"""What mends something: in words, and as data where that is all that it takes."""

from typing import NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.changes.steps import Step, commands


class Cure(NamedTuple):
    """What mends something: in words, and as data where that is all that is needed.

    The data are edits of files, or the steps in a cluster that holds the objects.
    """

    words: str
    edits: tuple[Edit, ...] = ()
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return self.words

    def by_hand(self) -> "Cure":
        """Return the same without edits: its owner is to see whether it is meant."""
        return self._replace(edits=())

    def said(self, words: str) -> "Cure":
        """Return the same in other words."""
        return self._replace(words=words)

    def then(self, *following: Step) -> "Cure":
        """Return a cure by steps with more of them behind it; without steps, the same."""
        return carried_out_by(*self.steps, *following) if self.steps else self


def carried_out_by(*steps: Step) -> Cure:
    """Return a cure that is nothing but commands."""
    return Cure(commands(steps), steps=steps)
