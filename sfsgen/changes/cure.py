"""What mends something: in words, and as data where that is all that it takes."""

from collections.abc import Sequence
from itertools import chain
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

    def then(self, *following: Step) -> "Cure":
        """Return a cure by steps with more of them behind it; without steps, the same."""
        return carried_out_by(*self.steps, *following) if self.steps else self


def all_of(cures: Sequence[Cure], between: str) -> Cure:
    """Return several cures as one; as data, where all of them are."""
    edits = [each.edits for each in cures]
    steps = [each.steps for each in cures]
    return Cure(
        between.join(each.words for each in cures),
        tuple(chain.from_iterable(edits)) if all(edits) else (),
        tuple(chain.from_iterable(steps)) if all(steps) else (),
        "" if all(edits) else next((each.left for each in cures if each.left), ""),
    )


def carried_out_by(*steps: Step) -> Cure:
    """Return a cure that is nothing but commands."""
    return Cure(commands(steps), steps=steps)
