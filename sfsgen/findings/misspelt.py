"""Fields that do not exist, and which ones are meant by them: what these lack is told already."""

from collections.abc import Iterator, Mapping

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.schemas import Fault
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.problems import nearest

_PERHAPS = 0.6  # how alike two words are
_OF_ANOTHER_MINOR = ("x-since", "x-until")
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "extra-pair": ("replicas",),
    "mounts": ("volumeClaimTemplates", "volumes", "containers", "volumeMounts"),
    "required-field": ("nfs", "csi"),
    "unreserved": ("claimRef", "volumeName"),
}
"""The fields that other rules miss elsewhere than at the places that they name."""


def is_judged(scene: Scene, manifest: Manifest) -> bool:
    """Return whether an object's fields are looked at.

    What a server holds it has taken; it is judged where another minor is asked for.
    """
    return scene.look.target is not None or not manifest.is_stored


def near_field(fault: Fault) -> str:
    """Return the field that is meant by one that does not exist where it stands, or ""."""
    return nearest(str(fault.path[-1]), fault.wanted, _PERHAPS)


def is_told(scene: Scene, finding: Finding, known: dict[int, frozenset[str]]) -> bool:
    """Return whether a rule tells of what is missing, and is there, but misspelt or elsewhere.

    Where it tells of several ordinals, it has to be so of all of them. `known` keeps what was found
    out of objects, by their identities.
    """
    if finding.manifest is None:
        return False
    names = {*_missing(finding.manifest, finding.path), *_ABOUT.get(finding.rule, ())}
    if not names:
        return False
    sides = (finding.manifest, *finding.related)
    for each in sides:
        if id(each) not in known:
            known[id(each)] = _meant(scene, each)
    with_it = [each for each in sides if not names.isdisjoint(known[id(each)])]
    if any(each.kind in STATEFUL_SET_KINDS for each in with_it):
        return True  # of all that the set has
    return len(with_it) >= sum(each.kind == finding.manifest.kind for each in sides)


def _missing(manifest: Manifest, path: Path) -> Iterator[str]:
    """Yield the parts of a path that are not in an object."""
    for end, part in enumerate(path, 1):
        if manifest.at(*path[:end]) is None:
            yield str(part)


def _meant(scene: Scene, manifest: Manifest) -> frozenset[str]:
    if not is_judged(scene, manifest):
        return frozenset()
    faults = [
        each
        for each in scene.fields.faults(manifest.kind, manifest.value)
        if each.word not in _OF_ANOTHER_MINOR
    ]
    return frozenset(name for each in faults for name in (str(each.path[-1]), near_field(each)))
