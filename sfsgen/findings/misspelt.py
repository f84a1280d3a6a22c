"""Fields that do not exist, and which ones are meant by them: what these lack is told already."""

from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.schemas import Fault
from sfsgen.problems import nearest

_PERHAPS = 0.6  # how alike two words are
_OF_ANOTHER_MINOR = ("x-since", "x-until")


def is_judged(scene: Scene, manifest: Manifest) -> bool:
    """Return whether an object's fields are looked at.

    What a server holds it has taken; it is judged where another minor is asked for.
    """
    return scene.look.target is not None or not manifest.is_stored


def near_field(fault: Fault) -> str:
    """Return the field that is meant by one that does not exist where it stands, or ""."""
    return nearest(str(fault.path[-1]), fault.wanted, _PERHAPS)


def are_meant(scene: Scene, manifest: Manifest, *names: str) -> bool:
    """Return whether one of some fields is in an object, but misspelt or at a wrong place."""
    return not _meant(scene, manifest).isdisjoint(names)


def _meant(scene: Scene, manifest: Manifest) -> frozenset[str]:
    if not is_judged(scene, manifest):
        return frozenset()
    faults = [
        each
        for each in scene.fields.faults(manifest.kind, manifest.value)
        if each.word not in _OF_ANOTHER_MINOR
    ]
    return frozenset(name for each in faults for name in (str(each.path[-1]), near_field(each)))
