"""The ordinals whose volumes are not as the others: what each has of its own."""

from collections.abc import Mapping
from typing import Any

from sfsgen.describing.belongings import Belongings
from sfsgen.describing.claim_templates import Template, templates_of, volume_name
from sfsgen.describing.sheet import Origin, Sheet
from sfsgen.describing.sources import BY_SERVER
from sfsgen.documents.document import GONE, Path
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.sets.found import Ordinal
from sfsgen.values.model import ClaimTemplate, StatefulSet
from sfsgen.values.pairs import Volume


def say_deviations(
    sheet: Sheet, there: Belongings, described: StatefulSet, said: set[tuple[str, int, str]]
) -> bool:
    """Say in what ordinals differ from what is said; return whether there was more to say.

    Names come first: directories may follow from them. `said` holds what was said before.
    """
    before = len(said)
    by_name = {each.name: each for each in described.claim_templates}
    for template in templates_of(there):
        if wanted := by_name.get(template.found.name):  # it may have been refused as a whole
            _say_of(sheet, template, wanted, said)
    return len(said) > before


def _say_of(
    sheet: Sheet, template: Template, wanted: ClaimTemplate, said: set[tuple[str, int, str]]
) -> None:
    path: Path = ("claimTemplates", template.number, "volumes")
    entries = {each["ordinal"]: each for each in sheet.get(*path) or () if each is not GONE}
    for row in template.rows:
        for key, value in _deviation(row, wanted).items():
            if (wanted.name, row.number, key) not in said:
                said.add((wanted.name, row.number, key))
                entries.setdefault(row.number, {"ordinal": row.number})[key] = value
    if not entries:
        return
    sheet.put(path, [_in_order(entries[number]) for number in sorted(entries)])
    by_number = {row.number: row.volume or row.claim for row in template.rows}
    for index, number in enumerate(sorted(entries)):
        if found := by_number[number]:
            sheet.read_from((*path, index), Origin(found.manifest))


def _in_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("ordinal", "name", "storage", "nfs") if key in entry}


def _deviation(row: Ordinal, template: ClaimTemplate) -> dict[str, Any]:
    """Return what has to be said of an ordinal alone: of its place, once its name is right."""
    pair, own = template.pair(row.number), dict[str, Any]()
    asked = row.claim or row.volume
    size = asked.storage.storage if asked else ""
    if (name := volume_name(row)) not in ("", pair.volume.name):
        own["name"] = name
    if size and nano_units(size) != nano_units(pair.claim.storage.storage):
        own["storage"] = size
    if row.volume and "name" not in own:
        there = {"server": pair.volume.server, "path": pair.volume.path}
        where = _where(row.volume, template)
        if other := {key: each for key, each in where.items() if each != there[key]}:
            own["nfs"] = other
    return own


def _where(volume: Volume, template: ClaimTemplate) -> dict[str, str]:
    """Return where a volume lies, in the words of its claim template's driver."""
    driver = template.source.driver
    if volume.driver != driver.name:
        return {}
    if driver.is_known:
        return {"server": volume.server, "path": volume.path} if volume.server else {}
    if template.source.handle == BY_SERVER:
        return {"server": str(volume.manifest.at("spec", "csi", "volumeHandle"))}
    return {}
