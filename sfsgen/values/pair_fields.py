"""What claim templates, claims and volumes have beside what pairs them: the user's own fields."""

from collections.abc import Mapping
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names, versions
from sfsgen.plain_text import quoted
from sfsgen.storage_drivers import LOCAL, MOUNTED_AS_NFS, Driver, says_place
from sfsgen.values.metadata import selector_at
from sfsgen.values.model import Extras, Fields, Metadata
from sfsgen.values.own_fields import OwnFields
from sfsgen.values.tree import Values

_NOTHING = Metadata({}, {}, {})
_CSI_OWNED = {"driver": "driver", "volumeHandle": "csi.volumeHandle", "readOnly": "nfs.readOnly"}
_VOLUME_MODES = ("Filesystem", "Block")


class OwnParts(NamedTuple):
    """The user's own parts of a claim template, of its claims and of its volumes."""

    template: Metadata
    fields: Fields
    """Of the claim template's spec, and so of its claims'."""
    limits: Fields
    volume_mode: str
    class_of_template: str | None
    class_of_pairs: str
    claim: Metadata
    claim_fields: Fields
    volume: Metadata
    volume_fields: Fields
    csi: Fields
    """Of the CSI source of volumes."""

    @property
    def own_claim(self) -> Extras:
        """What claims have beside their labels and annotations."""
        fields = {key: each for key, each in self.fields.items() if key != "volumeName"}
        return Extras(self.claim.fields, {**fields, **self.claim_fields})

    @property
    def own_volume(self) -> Extras:
        """What volumes have beside their labels and annotations."""
        return Extras(self.volume.fields, self.volume_fields)


def own_parts(values: Values, path: Path, common: Metadata, driver: Driver) -> OwnParts:
    """Return what the user adds to a claim template at a path, noting faults in it.

    The common metadata is what claims and volumes have anyway.
    """
    own = OwnFields(values, "claimTemplates", path)
    own_claim = OwnFields(values, "persistentVolumeClaim", *_places(path, "persistentVolumeClaim"))
    own_volume = OwnFields(values, "persistentVolume", *_places(path, "persistentVolume"))
    template = own.metadata(_NOTHING)
    of_template, of_pairs = _classes(values, path, template.annotations)
    of_pairs = _own_class(values, own_claim, of_template) or of_pairs
    limits = dict(own.fields_of("resources", {"requests": "storage"})).get("limits") or {}
    volume_mode = _volume_mode(values, own, driver)
    _check_volume_name(values, own)
    if path_of_selector := own.path("selector"):
        selector_at(values, path_of_selector)
    fields = own.rest()
    selected = (fields.get("selector") or {}).get("matchLabels") or {}
    return OwnParts(
        template=template,
        fields=fields,
        limits=limits,
        volume_mode=volume_mode,
        class_of_template=of_template,
        class_of_pairs=of_pairs,
        # The controller gives a claim the labels and annotations of its template.
        claim=own_claim.metadata(_beside(common, template)),
        claim_fields=own_claim.rest(),
        # The labels that the claims ask for, as nothing but these reservations bypasses them.
        volume=own_volume.metadata(_beside(common, Metadata(selected, {}, {}))),
        csi=_csi_fields(own_volume, driver),
        volume_fields=_volume_fields(own_volume, driver),
    )


def _places(template: Path, word: str) -> tuple[Path, Path]:
    return (word,), (*template, word)


def _beside(common: Metadata, more: Metadata) -> Metadata:
    """Return metadata with more labels and annotations, but for Kubernetes' own notes."""
    annotations = {
        key: value
        for key, value in more.annotations.items()
        if not key.startswith(versions.KUBERNETES_OWN_ANNOTATIONS)
    }
    return Metadata(
        {**common.labels, **more.labels}, {**common.annotations, **annotations}, common.fields
    )


def _classes(
    values: Values, template: Path, annotations: Mapping[str, str]
) -> tuple[str | None, str]:
    """Return the class of a claim template, and that of its claims and volumes.

    Where a claim template says it in both ways, Kubernetes takes the annotation.
    """
    path = values.inherited(template, "storageClassName")
    given = values.get(*path)
    annotated = annotations.get(versions.CLASS_ANNOTATION)
    if given is None:
        is_left_out = values.is_null(path) or annotated is not None
        return None if is_left_out else "", annotated or ""
    if given:
        values.require(path)
        if fault := names.subdomain_fault(given):
            near = quoted(names.closest_label(given) or "nfs")
            values.check(path, given, fault, f'write {near}, or ""')
    if annotated is None:
        return given, given
    if given != annotated:
        what = f"Kubernetes takes the class {quoted(annotated)} of the annotation, and not this one"
        values.caution(path, what, "say one of both, unless the set exists")
    return given, annotated


def _own_class(values: Values, own: OwnFields, of_template: str | None) -> str:
    """Return the class that claims have of their own: they got one where their template has none.

    A claim's class can never be changed; the volume of a pair has the same.
    """
    given, path = own.take("storageClassName")
    if given is None:
        return ""
    if of_template is not None:
        own.clash(path, "say it with storageClassName")
    elif given and (fault := names.subdomain_fault(given)):
        values.check(path, given, fault, "write it as nfs")
    return str(given)


def _check_volume_name(values: Values, own: OwnFields) -> None:
    """Warn of a volume that all claims of a template would want: ours name their own."""
    if path := own.path("volumeName"):
        what = f"{values.get(*path)} can be the volume of only one of the claims that are made"
        values.caution(path, what, "leave it out, unless the set exists")


def _volume_mode(values: Values, own: OwnFields, driver: Driver) -> str:
    given, path = own.take("volumeMode")
    if given is None:
        return "Filesystem"
    mode = values.choice(path, _VOLUME_MODES)
    if mode == "Block" and not driver.has_blocks:
        of_whom = "an NFS volume" if driver.name in MOUNTED_AS_NFS else f"a volume of {driver.name}"
        values.fault(path, f"{of_whom} is no block device", "leave it out")
    return str(given)


def _csi_fields(own: OwnFields, driver: Driver) -> Fields:
    """Return the volumes' own fields of a CSI source, which are merged with ours."""
    path = own.path("csi")
    if path and not driver.csi:
        own.refuse("csi", "driver: csi beside it")
    csi = dict(own.fields_of("csi", _CSI_OWNED))
    placed = {key.lower() for key, each in driver.attributes.items() if says_place(each)}
    for key in csi.get("volumeAttributes") or {}:
        if key.lower() in placed:
            own.clash((*path, "volumeAttributes", key), "say it with nfs.server and nfs.path")
    return csi


def _volume_fields(own: OwnFields, driver: Driver) -> Fields:
    """Return the volumes' own fields beside their source."""
    if driver.name == LOCAL:
        own.refuse("nodeAffinity", "nodes")
    return own.rest()
