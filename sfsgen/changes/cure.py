"""What mends something: in words, and as data where that is all that it takes."""

from typing import NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.changes.steps import Step, commands

WHICH_VOLUME = "which volume is whose only you know"
WHICH_CLASS = "which class is meant only you know"
WHICH_SERVICE = "which Service is meant only you know"


class Cure(NamedTuple):
    """What mends something: in words, and as data where that is all that is needed.

    The data are edits of files, or the steps in a cluster that holds the objects.
    """

    words: str
    edits: tuple[Edit, ...] = ()
    steps: tuple[Step, ...] = ()
    left: str = ""
    """Why edits that could mend it are left to its owner."""

    def __str__(self) -> str:
        return self.words

    def by_hand(self, why: str) -> "Cure":
        """Return the same without edits: `--fix` leaves it to its owner, and says why."""
        return self._replace(edits=(), left=why if self.edits or self.left else "")

    def said(self, words: str) -> "Cure":
        """Return the same in other words."""
        return self._replace(words=words)

    def joined(self, between: str, other: "Cure") -> "Cure":
        """Return this cure and another one as one; as data, where both are."""
        edits = (*self.edits, *other.edits) if self.edits and other.edits else ()
        steps = (*self.steps, *other.steps) if self.steps and other.steps else ()
        left = "" if edits else self.left or other.left
        return Cure(f"{self}{between}{other}", edits, steps, left)

    def then(self, *following: Step) -> "Cure":
        """Return a cure by steps with more of them behind it; without steps, the same."""
        return carried_out_by(*self.steps, *following) if self.steps else self


def carried_out_by(*steps: Step) -> Cure:
    """Return a cure that is nothing but commands."""
    return Cure(commands(steps), steps=steps)
