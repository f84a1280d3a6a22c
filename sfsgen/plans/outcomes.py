"""What is found of an ordinal: nothing, what mends it, or that only its owner can say."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.plans.conditions import Condition
from sfsgen.plans.plan import Action
from sfsgen.sets.found import Ordinal
from sfsgen.values.pairs import Claim, Key

Object = Mapping[str, Any]


class Lacking(NamedTuple):
    """Objects that ordinals lack, by the keys of their claims: as they were, or as others are."""

    volumes: Mapping[Key, Object]
    claims: Mapping[Key, Object]
    why_not: str = ""
    """Why there are not more of them."""
    known: Mapping[Key, Object] = {}
    """The volumes that a dump of when all was well has for them, whether they are there or not."""
    beside: Sequence[Object] = ()
    """The set, and its Services, where it is not in the cluster."""


class Mend(NamedTuple):
    """What is done for an ordinal, for one claim template, and what is so then.

    What takes claims away stops their pods first; once these claims are gone, they are stopped.
    """

    row: Ordinal
    what: str
    actions: tuple[Action, ...] = ()
    goal: tuple[Condition, ...] = ()
    takes: tuple[Claim, ...] = ()
    first: tuple[Action, ...] = ()
    """What is done before pods are stopped."""
    notes: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    """Ordinals whose pods stop with that of its own."""
    stopped: tuple[Condition, ...] = ()
    """What else holds once its pods are stopped, beside that the claims are gone which it takes."""


class NotUnderstood(NamedTuple):
    """An ordinal of which nobody but its owner can say what is to be done, and why."""

    row: Ordinal
    why: str


Outcome = Mend | NotUnderstood | None
