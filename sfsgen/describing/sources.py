"""What the sources of volumes say beside where these lie: nodes, handles, attributes, Secrets."""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.describing.claim_templates import Template
from sfsgen.describing.common import agreed
from sfsgen.describing.layouts import usual
from sfsgen.documents.document import Path
from sfsgen.kubernetes import names
from sfsgen.sets.patterns import as_values
from sfsgen.storage_drivers import (
    LOCAL,
    SECRETS,
    Driver,
    Place,
    Source,
    driver_of,
    parts,
    says_place,
)
from sfsgen.values.pairs import Volume

HANDLE: Path = ("csi", "volumeHandle")
BY_SERVER = "{server}"
"""The pattern of handles that follow none: the server of each ordinal is its handle."""
_TRIED = 3  # volumes whose texts show what the others' may follow
_SHORTEST = 3  # characters of a text that is recognised within another one
# What a text may hold, in the order in which it is looked for: of two, the one that is longer.
_PLACEHOLDERS = (("volume",), ("claim",), ("path", "server"), ("server", "sub_dir", "share"))


def sources(template: Template, ordinals: range) -> dict[Path, Any]:
    """Return the words of a claim template for what its volumes have as their source."""
    driver = driver_of(template.driver)
    if driver.name == LOCAL:
        return _nodes(template, ordinals)
    return dict(_csi(template, driver)) if driver.csi else {}


def _nodes(template: Template, ordinals: range) -> dict[Path, Any]:
    """Return the nodes of local volumes where each ordinal has one, and they follow no pattern."""
    servers = {number: each.server for number, each in template.volumes.items()}
    is_listed = [*servers] == [*ordinals] and len({*servers.values()}) > 1
    if is_listed and usual(servers) is None:
        return {("nodes",): [*servers.values()]}
    return {}


def _csi(template: Template, driver: Driver) -> Iterator[tuple[Path, Any]]:
    volumes = template.volumes
    sources = {number: each.manifest.at("spec", "csi") or {} for number, each in volumes.items()}
    handles = {number: str(each.get("volumeHandle")) for number, each in sources.items()}
    if any(handles[number] != _of_table(driver, each) for number, each in volumes.items()):
        handle = _explained(handles, template, driver)
        if handle or not driver.is_known:
            yield HANDLE, handle or BY_SERVER
    for key in ("fsType", *SECRETS):
        first, *others = (each.get(key) for each in sources.values())
        is_default = first == (driver.fs_type or None) if key == "fsType" else first is None
        if not is_default and all(each == first for each in others):
            yield ("csi", key), first
    patterns, texts = _attributes(template, driver, sources)
    if patterns:
        yield ("csi", "volumeAttributes"), patterns
    if texts:
        yield ("persistentVolume", "csi", "volumeAttributes"), texts


def _of_table(driver: Driver, volume: Volume) -> str:
    """Return the handle that a volume has where nothing is said of it."""
    if not driver.is_known:
        return ""
    place = Place(volume.driver, volume.server, volume.path)
    return Source(driver, driver.handle, {}, {}).handle_at(place, {"volume": volume.name}, "")


def _attributes(
    template: Template, driver: Driver, sources: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the attributes that do not say where a volume lies, and are not as the table says.

    First come patterns, then texts in which braces are no placeholders.
    """
    of_table = {key.lower(): each for key, each in driver.attributes.items()}
    given = [each.get("volumeAttributes") or {} for each in sources.values()]
    patterns, texts = dict[str, str](), dict[str, str]()
    for key in agreed([dict.fromkeys(each) for each in given]):
        known = of_table.get(key.lower(), "")
        own = dict(zip(sources, (str(each[key]) for each in given), strict=True))
        first, *others = {*own.values()}
        if says_place(known) or (first == known and not others):
            continue
        if others:
            first = _explained(own, template, driver)
        if first and not others and _has_braces(first):
            texts[key] = first
        elif first or not others:
            patterns[key] = first
    return patterns, texts


def _has_braces(text: str) -> bool:
    return "{" in text or "}" in text


def _explained(texts: Mapping[int, str], template: Template, driver: Driver) -> str:
    """Return a pattern that gives each of some texts of volumes, "" where there is none."""
    if any(map(_has_braces, texts.values())):
        return ""
    for number in [*texts][:_TRIED]:
        known = _meanings(template, driver, number)
        for placeholders in _PLACEHOLDERS:
            text = texts[number]
            for each in placeholders:
                if len(known[each]) >= _SHORTEST:
                    text = text.replace(known[each], f"{{{each}}}")
            if _has_braces(text) and _gives(text, texts, template, driver):
                return text
    found = usual(texts, (), template.set_name)
    return as_values(found) if found and all(found.at(n) == texts[n] for n in texts) else ""


def _gives(text: str, texts: Mapping[int, str], template: Template, driver: Driver) -> bool:
    """Return whether a pattern gives each of some texts."""
    try:
        return all(
            names.pattern(text, _meanings(template, driver, number)).at(number) == each
            for number, each in texts.items()
        )
    except ValueError:  # a name in braces
        return False


def _meanings(template: Template, driver: Driver, number: int) -> dict[str, str]:
    """Return what placeholders stand for at an ordinal."""
    volume = template.volumes[number]
    where = parts(driver, volume.server, volume.path, volume.name)
    claim = template.found.claim_name.at(number)
    return {**where._asdict(), "volume": volume.name, "claim": claim}
