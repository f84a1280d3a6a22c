"""Claim templates in the words of a values file: what each has for itself."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.describing.belongings import Belongings
from sfsgen.describing.mounts import in_words, split
from sfsgen.describing.sheet import Origin, Sheet
from sfsgen.documents.document import Path
from sfsgen.kubernetes.versions import CLASS_ANNOTATION, CLASS_FIELD, Target
from sfsgen.sets.found import FoundTemplate, Ordinal
from sfsgen.storage_drivers import driver_of
from sfsgen.values.pairs import Volume
from sfsgen.values.settings import OF_A_CLAIM_TEMPLATE

_MAIN: Path = ("spec", "template", "spec", "containers", 0)
CLASS: Path = ("storageClassName",)
_MOUNTS: Path = ("container", "volumeMounts")
_OF_TEMPLATE = ("accessModes", "resources", "storageClassName")


class Template(NamedTuple):
    """A claim template, and what is there for it."""

    number: int
    set_name: str
    found: FoundTemplate
    value: Mapping[str, Any]
    rows: Sequence[Ordinal]

    @property
    def is_read_only(self) -> bool:
        """Whether its volumes are only read."""
        return bool(self.volumes) and all(each.read_only for each in self.volumes.values())

    @property
    def driver(self) -> str:
        """The driver of most of its volumes, "" where there is none that can be said."""
        drivers = [each.driver for each in self._sayable.values()]
        return max(drivers, key=drivers.count, default="")

    @property
    def volumes(self) -> dict[int, Volume]:
        """Its volumes of that driver, by their ordinals."""
        driver = self.driver
        return {number: each for number, each in self._sayable.items() if each.driver == driver}

    @property
    def _sayable(self) -> dict[int, Volume]:
        """The volumes of which it is known where they lie, or whose handle says it."""
        found = ((row.number, row.volume) for row in self.rows)
        return {
            number: each
            for number, each in found
            if each and each.driver and (each.server or not driver_of(each.driver).is_known)
        }


def templates_of(there: Belongings) -> list[Template]:
    """Return the claim templates, each with the ordinals of its set that have anything."""
    found = there.stateful_set
    values = there.said(found.manifest)["spec"].get("volumeClaimTemplates") or []
    # A set that is scaled to 0 for a while still shows by its pairs where its volumes lie.
    is_stopped = not found.replicas
    return [
        Template(
            index, found.name, template, value, [row for row in rows if row.is_wanted or is_stopped]
        )
        for index, (template, value, rows) in enumerate(
            zip(found.templates, values, there.rows, strict=True)
        )
    ]


def say_templates(
    sheet: Sheet, there: Belongings, templates: Sequence[Template], target: Target
) -> None:
    """Say what each claim template has for itself: its name, its size and where it is mounted."""
    main = _main(there)
    mounts = main.get("volumeMounts") or []
    mounted = split(mounts, {each.found.name: each.is_read_only for each in templates})
    at_mounts = Origin(there.stateful_set.manifest, (*_MAIN, "volumeMounts"))
    for each in templates:
        path: Path = ("claimTemplates", each.number)
        at = Origin(there.stateful_set.manifest, each.found.path)
        sheet.read_from(path, at)
        sheet.put((*path, "name"), each.found.name, at.below("metadata", "name"))
        if size := each.found.storage.storage:
            place = at.below("spec", "resources", "requests", "storage")
            sheet.put((*path, "storage"), size, place)
        own = mounted.of_templates[each.found.name]
        said = in_words([mounts[i] for i in own], is_read_only=each.is_read_only)
        for key, value in said.items():
            sheet.put((*path, key), value, at_mounts.below(*own[:1]))
        _say_own_fields(sheet, path, at, each.value, target)
    if mounted.others:
        sheet.put(_MOUNTS, [mounts[i] for i in mounted.others])
    for index, of_container in enumerate(mounted.others):
        sheet.read_from((*_MOUNTS, index), at_mounts.below(of_container))


def _main(there: Belongings) -> Mapping[str, Any]:
    """Return the first container."""
    pod = there.said(there.stateful_set.manifest)["spec"].get("template") or {}
    containers: Sequence[Mapping[str, Any]] = (pod.get("spec") or {}).get("containers") or [{}]
    return containers[0]


def _say_own_fields(
    sheet: Sheet, path: Path, at: Origin, value: Mapping[str, Any], target: Target
) -> None:
    """Say the further fields of a claim template's metadata and spec."""
    metadata = dict(value.get("metadata") or {})
    metadata["annotations"] = _notes(value, target)
    for key, each in metadata.items():
        if key != "name" and each:
            sheet.put((*path, "metadata", key), each, at.below("metadata", key))
    spec = value.get("spec") or {}
    further = {key: each for key, each in spec.items() if key not in _OF_TEMPLATE}
    if resources := _without_storage(spec.get("resources") or {}):
        further["resources"] = resources
    for key, each in further.items():
        if (key, each) != ("volumeMode", "Filesystem"):
            around = () if key in OF_A_CLAIM_TEMPLATE else ("spec",)
            sheet.put((*path, *around, key), each, at.below("spec", key))


def _notes(value: Mapping[str, Any], target: Target) -> dict[str, str]:
    """Return a claim template's annotations without its class, where a word says it."""
    annotations = (value.get("metadata") or {}).get("annotations") or {}
    said = () if target.has(CLASS_FIELD) else (CLASS_ANNOTATION,)
    return {key: each for key, each in annotations.items() if key not in said}


def class_of(template: Template, target: Target) -> dict[Path, Any]:
    """Return the class of a claim template, null where it names none; "" is the default."""
    given = (template.value.get("spec") or {}).get("storageClassName")
    annotations = (template.value.get("metadata") or {}).get("annotations") or {}
    annotated = annotations.get(CLASS_ANNOTATION)
    is_annotated = annotated is not None and target.has(CLASS_FIELD)
    if not target.has(CLASS_FIELD):
        given = annotated
    if given is None:
        return {} if is_annotated else {CLASS: None}
    return {CLASS: given} if given or is_annotated else {}


def _without_storage(resources: Mapping[str, Any]) -> dict[str, Any]:
    requests = {
        key: each for key, each in (resources.get("requests") or {}).items() if key != "storage"
    }
    left = {key: each for key, each in resources.items() if key != "requests"}
    return {**left, "requests": requests} if requests else left


def volume_name(row: Ordinal) -> str:
    """Return the name of an ordinal's volume, which may not be there, or "" where none is known."""
    if row.volume:
        return row.volume.name
    return row.claim.volume_name if row.claim else ""
