"""The source of a volume that is to lie elsewhere: as it was, but for its server and directory."""

from collections.abc import Mapping
from typing import Any

from sfsgen.kubernetes.names import Pattern
from sfsgen.storage_drivers import LOCAL, Driver, Place, Source, affinity, driver_of
from sfsgen.values.pairs import Volume

Names = Mapping[str, str | Pattern]
Fields = Mapping[str, Any]


def source_at(volume: Volume, where: Place, names: Names, number: int) -> Fields | None:
    """Return the fields of a volume's spec by which its driver finds it at another place.

    None where nothing is known of the driver. Secrets, mount flags and further attributes stay.
    """
    spec, driver = volume.manifest.value["spec"], driver_of(volume.driver)
    if not driver.is_known:
        return None
    if driver.name == LOCAL:
        local = {**spec["local"], "path": where.path}
        return {"local": local, "nodeAffinity": affinity(where.server)}
    if not driver.csi:
        return {"nfs": {**spec["nfs"], "server": where.server, "path": where.path}}
    return {"csi": _csi(driver, spec["csi"], where, names, number, old_path=volume.path)}


def _csi(  # noqa: PLR0913 - what it was, what it is called, and where it shall be
    driver: Driver, old: Fields, where: Place, names: Names, number: int, *, old_path: str
) -> Fields:
    patterns = dict(driver.attributes)
    if where.path == old_path:
        # How the path is split into what is exported and what lies below it, the server decides.
        patterns = {key: text for key, text in patterns.items() if "{server}" in text}
    made = Source(driver, driver.handle, patterns, {}).fields(where, names, number)["csi"]
    given = made.get("volumeAttributes") or {}
    replaced = {each.lower() for each in patterns}
    kept = {
        key: each
        for key, each in (old.get("volumeAttributes") or {}).items()
        if key.lower() not in replaced
    }
    attributes = {**kept, **given}
    new = {**old, **made}
    return {**new, "volumeAttributes": attributes} if attributes else new
