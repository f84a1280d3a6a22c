"""How the storage of a claim, of its volume and of its claim template agree and differ."""

from collections.abc import Iterator
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes.quantities import nano_units

SIZE: Path = ("spec", "resources", "requests", "storage")
MODES: Path = ("spec", "accessModes")
CLASS: Path = ("spec", "storageClassName")
VOLUME_MODE: Path = ("spec", "volumeMode")


class Storage(NamedTuple):
    """What the binder compares of a claim, a claim template or a volume."""

    storage: str
    access_modes: tuple[str, ...]
    storage_class: str | None
    volume_mode: str


class Difference(NamedTuple):
    """One thing in which two sides differ."""

    path: Path
    """Its field in a claim."""
    what: str
    is_short: bool
    """Whether the claim asks for more than there is."""


def fits(claim: Storage, volume: Storage) -> bool:
    """Return whether the binder could give a claim a volume."""
    return (
        is_large_enough(claim, volume)
        and not lacking_modes(claim, volume)
        and (claim.storage_class or "") == (volume.storage_class or "")
        and claim.volume_mode == volume.volume_mode
    )


def size(storage: Storage) -> int:
    """Return a size in billionths of bytes, 0 where it is not said."""
    return nano_units(storage.storage) if storage.storage else 0


def is_large_enough(claim: Storage, volume: Storage) -> bool:
    """Return whether a volume has what a claim asks for, or one of both does not say."""
    if not (claim.storage and volume.storage):
        return True
    return nano_units(claim.storage) <= nano_units(volume.storage)


def lacking_modes(claim: Storage, volume: Storage) -> list[str]:
    """Return the access modes that a claim asks for and a volume does not have."""
    return [mode for mode in claim.access_modes if mode not in volume.access_modes]


def shown_class(storage_class: str | None) -> str:
    """Return a class as messages write it."""
    return "no class" if storage_class is None else f'the class "{storage_class}"'


def differences(claim: Storage, other: Storage, name: str) -> Iterator[Difference]:
    """Yield in what a claim differs from its volume, or from its claim template, by its name.

    A server stores a volume's class "" as none at all, so "" and none are one.
    """
    sizes = [nano_units(each.storage) if each.storage else 0 for each in (claim, other)]
    if sizes[0] != sizes[1] and min(sizes) > 0:
        what = f"it asks for {claim.storage}, and {name} has {other.storage}"
        yield Difference(SIZE, what, sizes[0] > sizes[1])
    # One that lacks them altogether is refused, of which the rule required-field tells.
    has_modes = claim.access_modes and other.access_modes
    if has_modes and set(claim.access_modes) != set(other.access_modes):
        what = f"its access modes are {_modes(claim)}, and those of {name} {_modes(other)}"
        yield Difference(MODES, what, bool(lacking_modes(claim, other)))
    if (claim.storage_class or "") != (other.storage_class or ""):
        what = f"it has {shown_class(claim.storage_class)}, and {name} "
        what += shown_class(other.storage_class)
        yield Difference(CLASS, what, False)
    if claim.volume_mode != other.volume_mode:
        what = f"its volume mode is {claim.volume_mode}, and that of {name} {other.volume_mode}"
        yield Difference(VOLUME_MODE, what, True)


def departures(
    claim: Storage, template: Storage, name: str, *, is_live: bool
) -> Iterator[Difference]:
    """Yield in what a claim is not what its claim template, by its name, would make.

    A claim that is larger than a live set's template was expanded: the template is immutable.
    Where one of both names no class, the rule `class` tells of it.
    """
    for each in differences(claim, template, f"the claim template {name}"):
        is_expanded = each.path == SIZE and each.is_short and is_live
        is_classless = each.path == CLASS and None in (claim.storage_class, template.storage_class)
        if not (is_expanded or is_classless):
            yield each


def _modes(storage: Storage) -> str:
    return ", ".join(storage.access_modes) or "none"
