"""A container mounts each volume at a path of its own: the API server refuses two at one path.

Before 1.34 the set is taken, and then no pod can be made: "must be unique". A claim template for
each server, all mounted at one path, is no way to give each replica another server: every pod has
a claim of every template. A path inside another one is fine. `/data` and `/data/` are taken as two,
and are one directory: one volume hides the other.

Fix: Give each its own `mountPath`. For data on several servers, write one claim template, and the
volumes of its ordinals on the servers (`volumes` in a values file of `sfsgen render`).

Source: pkg/apis/core/validation/validation.go, ValidateVolumeMounts, ValidateVolumeDevices.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import quoted
from sfsgen.sets.pod_volumes import every_container

_FIELDS = (("volumeMounts", "mountPath"), ("volumeDevices", "devicePath"))


def mount_paths(scene: Scene) -> Iterator[Finding]:
    for stateful_set in scene.inventory.stateful_sets:
        for place, container in every_container(stateful_set.manifest):
            for path, wheres, volumes in _shared(container):
                named = " and ".join(dict.fromkeys(map(quoted, volumes)))
                paths = " and ".join(dict.fromkeys(map(quoted, wheres)))
                is_refused = len(set(wheres)) < len(wheres)
                end = "no pod is made" if is_refused else "one hides the other"
                what = f"{len(volumes)} mounts at {paths}, of {named}: {end}"
                fix = "give each its own mountPath"
                yield error(stateful_set.manifest, (*place, *path), what, fix)


def _shared(container: Mapping[str, Any]) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield the second one's place, the paths and the volumes of mounts in one directory."""
    given: dict[str, list[tuple[Path, str, str]]] = {}
    for path, where, volume in _mounts(container):
        given.setdefault(where.rstrip("/") or "/", []).append((path, where, volume))
    for mounts in given.values():
        if len(mounts) > 1:
            places, wheres, volumes = zip(*mounts, strict=True)
            yield places[1], list(wheres), list(volumes)


def _mounts(container: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Yield where a container mounts what, each with its place in the container."""
    for field, key in _FIELDS:
        for index, each in enumerate(container.get(field) or ()):
            where = each.get(key)
            if isinstance(where, str) and where:
                yield (field, index, key), where, each.get("name") or ""
