"""What the volumes and claims of a claim template have in common, in the words of a values file."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sfsgen.describing.belongings import Belongings
from sfsgen.describing.claim_templates import CLASS, Template, volume_name
from sfsgen.describing.common import Common, Texts, agreed
from sfsgen.describing.layouts import usual
from sfsgen.documents.document import Path
from sfsgen.kubernetes.names import Pattern
from sfsgen.sets.patterns import as_values
from sfsgen.storage_drivers import LOCAL

SERVER: Path = ("nfs", "server")
PATH: Path = ("nfs", "path")
_OF_VOLUME = (
    "capacity",
    "accessModes",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeMode",
    "mountOptions",
    "claimRef",
    "nfs",
    "csi",
    "local",
)
_OF_CLAIM = ("accessModes", "resources", "storageClassName", "volumeMode", "volumeName")
_OF_METADATA = ("name", "namespace", "labels", "annotations")

Words = dict[Path, Any]
"""What a claim template says, or leaves to its set, by where it stands below one of both."""


def of_volumes(template: Template) -> Words:
    """Return what most volumes of a claim template have in common."""
    volumes = template.volumes
    return {
        ("nfs", "readOnly"): template.is_read_only,
        ("persistentVolumeReclaimPolicy",): most(each.reclaim_policy for each in volumes.values()),
        ("mountOptions",): list(most(each.mount_options for each in volumes.values())),
        ("driver",): template.driver,
    }


def places(there: Belongings, template: Template, name: Pattern) -> Words:
    """Return the servers and the directories of volumes, as far as these say where they lie."""
    servers = {number: each.server for number, each in template.volumes.items() if each.server}
    if not servers:
        return {}
    constant = Pattern((most(servers.values()),))
    server = usual(servers, [constant]) or constant
    return {SERVER: as_values(server), **_directories(there, template, name)}


def names_of(template: Template) -> dict[int, str]:
    """Return the names of volumes by their ordinals: of those that are there, or are asked for."""
    found = {}
    for row in template.rows:
        if name := volume_name(row):
            found[row.number] = name
    return found


def most(values: Iterable[Any]) -> Any:
    """Return the value that is there most often, of several the first."""
    return Counter(values).most_common(1)[0][0]


def _directories(there: Belongings, template: Template, name: Pattern) -> Words:
    """Return the export below which directories are named after volumes, or their pattern."""
    paths = {number: each.path for number, each in template.volumes.items()}
    ((shared, count),) = Counter(paths.values()).most_common(1)
    first = next(iter(template.volumes.values()))
    others = there.inventory.directories.get(first.place, ())
    servers = {each.server for each in template.volumes.values() if each.path == shared}
    if len(servers) == count > 1:
        whole = rf"(?<![a-z0-9-]){re.escape(template.set_name)}(?![a-z0-9-])"
        if (named := re.sub(whole, "{name}", shared)) != shared:
            return {PATH: named}  # each on a server of its own, and with a placeholder no export
    if count > 1 or (len(paths) == 1 and len(others) > 1):
        return {PATH: shared, ("nfs", "sharedDirectory"): True}
    exports = [
        path.removesuffix(name.at(number))
        for number, path in paths.items()
        if path.endswith(f"/{name.at(number)}")
    ]
    export = most(exports) if exports else ""
    below = [Pattern((export + name.pieces[0], *name.pieces[1:]))] if exports else []
    pattern = usual(paths, below, there.stateful_set.name)
    if pattern is None:
        return {}
    if pattern in below:
        return {PATH: export.rstrip("/") or "/"}
    return {PATH: as_values(pattern)}


def own_of_pairs(there: Belongings, template: Template, shared: Common) -> Words:
    """Return the fields of volumes and of claims that have no words of their own."""
    of_volume = [*_OF_VOLUME, *(["nodeAffinity"] if template.driver == LOCAL else [])]
    of_template: Texts = (template.value.get("metadata") or {}).get("labels") or {}
    notes: Texts = (template.value.get("metadata") or {}).get("annotations") or {}
    volumes = [there.said(row.volume.manifest) for row in template.rows if row.volume]
    claims = [there.said(row.claim.manifest) for row in template.rows if row.claim]
    labels = shared.on_pods
    spec = template.value.get("spec") or {}
    selected: Texts = (spec.get("selector") or {}).get("matchLabels") or {}
    own = {
        "persistentVolume": _own(volumes, of_volume, {**labels, **selected}, shared.annotations),
        "persistentVolumeClaim": _own(
            claims,
            [*_OF_CLAIM, *spec],
            {**labels, **of_template},
            {**shared.annotations, **notes},
        ),
    }
    if template.found.storage.storage_class is None:
        classes = {row.claim.storage.storage_class or "" for row in template.rows if row.claim}
        own["persistentVolumeClaim"][CLASS] = classes.pop() if len(classes) == 1 else ""
    return {
        (word, *path): value
        for word, fields in own.items()
        for path, value in fields.items()
        if value != ""
    }


def _own(
    values: Sequence[Mapping[str, Any]], taken: Collection[str], labels: Texts, notes: Texts
) -> Words:
    """Return the fields on which objects agree, beside those that are said anyway."""
    if not values:
        return {}
    found: Words = {}
    metadata = [each["metadata"] for each in values]
    for key, borne in (("labels", labels), ("annotations", notes)):
        texts = agreed([each.get(key) or {} for each in metadata])
        own = {name: text for name, text in texts.items() if borne.get(name) != text}
        found["metadata", key] = own
    for key, each in agreed(metadata).items():
        if key not in _OF_METADATA:
            found["metadata", key] = each
    for key, each in agreed([each["spec"] for each in values]).items():
        if key not in taken:
            found[key,] = each
    return found
