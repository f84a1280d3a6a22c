"""Two objects of one name: one that stands there twice, or volumes of two claims."""

from sfsgen.kubernetes.manifest import Manifest


def is_another_volume(first: Manifest, second: Manifest) -> bool:
    """Return whether two of one name are volumes, reserved for two claims."""
    claims = reserved_claim(first), reserved_claim(second)
    return first.kind == "PersistentVolume" and "" not in claims and claims[0] != claims[1]


def reserved_claim(volume: Manifest) -> str:
    """Return the claim that a volume is reserved for, or ""."""
    given = volume.value["spec"].get("claimRef") or {}
    namespace, its_name = given.get("namespace"), given.get("name")
    return f"{namespace}/{its_name}" if namespace and its_name else ""
