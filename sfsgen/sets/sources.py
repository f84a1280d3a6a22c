"""What CSI volumes that exist have beside where they lie, as a values file says it of new ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.names import Pattern
from sfsgen.sets.patterns import as_values, patterns
from sfsgen.storage_drivers import SECRETS, Driver, Place, Source, driver_of
from sfsgen.values.pairs import Volume

_SHOWN = 2  # handles and values of attributes


class Shown(NamedTuple):
    """The words below `csi`, and what of the volumes keeps a new one from following them."""

    words: dict[str, Any]
    faults: list[str]


def shown_source(
    volumes: Mapping[int, Volume], intact: Iterable[str], *, is_elsewhere: bool
) -> Shown:
    """Return what the CSI volumes of some ordinals have alike, or by a pattern.

    Handles that say where volumes lie are those of the table, where new ones lie elsewhere.
    """
    found = Shown({}, [])
    driver = driver_of(next(iter(volumes.values())).driver)
    sources = {number: each.manifest.at("spec", "csi") or {} for number, each in volumes.items()}
    for key in ("fsType", *SECRETS):
        first, *others = (each.get(key) for each in sources.values())
        if any(each != first for each in others):
            found.faults.append(f"differ in {key}")
        elif first is not None and first != (driver.fs_type if key == "fsType" else None):
            found.words[key] = first
    intact = tuple(intact)
    _add_handle(found, driver, volumes, intact, is_elsewhere=is_elsewhere)
    _add_attributes(found, driver, volumes, intact)
    return found


def _add_handle(
    found: Shown,
    driver: Driver,
    volumes: Mapping[int, Volume],
    intact: tuple[str, ...],
    *,
    is_elsewhere: bool,
) -> None:
    handles = {
        number: str(each.manifest.at("spec", "csi", "volumeHandle") or "")
        for number, each in volumes.items()
    }
    if driver.is_known and (
        is_elsewhere
        or driver.is_address
        or all(handles[number] == _of_table(driver, each) for number, each in volumes.items())
    ):
        return
    open_ones = [each for each in patterns(handles, intact) if each.is_open]
    if len(open_ones) == 1 and not _has_braces(handles.values()):
        found.words["volumeHandle"] = as_values(open_ones[0])
    elif not driver.is_known:
        found.faults.append(_handles_fault([*handles.values()], len(open_ones)))


def _handles_fault(handles: Sequence[str], count: int) -> str:
    by = f"{count} patterns" if count else "no pattern"
    if len(handles) == 1:
        return f"has the handle {handles[0]}, which alone shows {by}"
    return f"differ in their handles ({', '.join(handles[:_SHOWN])}), which follow {by}"


def _of_table(driver: Driver, volume: Volume) -> str:
    place = Place(volume.driver, volume.server, volume.path)
    return Source(driver, driver.handle, {}, {}).handle_at(place, {"volume": volume.name}, "")


def _add_attributes(
    found: Shown, driver: Driver, volumes: Mapping[int, Volume], intact: tuple[str, ...]
) -> None:
    given = {
        number: each.manifest.at("spec", "csi", "volumeAttributes") or {}
        for number, each in volumes.items()
    }
    of_table = {key.lower(): each for key, each in driver.attributes.items()}
    words: dict[str, str] = {}
    for key in dict.fromkeys(key for each in given.values() for key in each):
        texts = {number: each[key] for number, each in given.items() if key in each}
        if key.lower() in of_table:
            if "{" not in of_table[key.lower()] and {*texts.values()} != {of_table[key.lower()]}:
                differ = "differs" if len(volumes) == 1 else "differ"
                found.faults.append(f"{differ} from those that are made here in {key}")
            continue
        pattern = _pattern(texts, volumes, intact)
        if len(volumes) == 1 and pattern is None:
            (text,) = texts.values()
            found.faults.append(f"has the attribute {key} ({text}), which alone shows no pattern")
        elif pattern is None or len(texts) < len(volumes):
            found.faults.append(f"differ in the attribute {key}")
        else:
            words[key] = as_values(pattern)
    if words:
        found.words["volumeAttributes"] = words


def _pattern(
    texts: Mapping[int, str], volumes: Mapping[int, Volume], intact: tuple[str, ...]
) -> Pattern | None:
    """Return the one pattern that the values of an attribute follow: if they are one, that one."""
    if _has_braces(texts.values()):
        return None
    distinct = {*texts.values()}
    # Of a single volume, only its name shows that a number in it is the ordinal.
    is_named = any(volumes[number].name in text for number, text in texts.items())
    if len(distinct) == 1 and not (len(texts) == 1 and is_named):
        return Pattern((distinct.pop(),))
    found = patterns(texts, (*intact, *(each.name for each in volumes.values() if is_named)))
    return found[0] if len(found) == 1 else None


def _has_braces(texts: Iterable[str]) -> bool:
    return any(brace in text for text in texts for brace in "{}")
