"""Where that which several rules tell of stands in an object."""

from sfsgen.documents.document import Path
from sfsgen.sets.found import csi_attributes
from sfsgen.values.pairs import Volume

NAME: Path = ("metadata", "name")
REPLICAS: Path = ("spec", "replicas")
SELECTOR: Path = ("spec", "selector")
CLAIM_REF: Path = ("spec", "claimRef")
VOLUME_NAME: Path = ("spec", "volumeName")
CSI_ATTRIBUTES: Path = ("spec", "csi", "volumeAttributes")
PHASE: Path = ("status", "phase")


def directory_of(volume: Volume) -> Path:
    """Return where the directory of a volume is given, or what else says where its data lies."""
    if volume.driver in ("nfs", "local"):
        return ("spec", volume.driver, "path")
    if volume.is_nfs:
        return attribute_of(volume, "subdir") or attribute_of(volume, "share")
    found = (attribute_of(volume, each) for each in ("subdir", "source", "rootpath", "share"))
    return next(filter(None, found), ("spec", "csi", "volumeHandle"))


def attribute_of(volume: Volume, name: str) -> Path:
    """Return where an attribute of a CSI volume stands, or ()."""
    key, _ = csi_attributes(volume.manifest.value["spec"]).get(name, ("", ""))
    return (*CSI_ATTRIBUTES, key) if key else ()
