"""Every field exists at the target minor; kubectl refuses others, or the server drops them.

kubectl refuses a field that it does not know. With `--validate=false`, and on servers that are too
old for strict validation, the field is dropped without a word: here the volume would be mounted
without its options. The same holds for a field that is newer than the cluster.

Fix: Write the field's right name, here `mountOptions`; a right name at a wrong place is to be moved
to where it belongs. For another cluster than the maintained minors give `--kube-version`.

Source: the API's schemas of every minor, sfsgen/kubernetes/fields.json.
"""

from collections.abc import Hashable, Iterator

from sfsgen.documents.document import Path, spelled
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.misspelt import is_judged, near_field
from sfsgen.findings.scene import Scene
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import KINDS
from sfsgen.kubernetes.schemas import Fault
from sfsgen.kubernetes.versions import ANNOTATIONS, CSI_NFS, FIELDS

_FARTHEST = 2  # levels between where a field stands and where it belongs
_EITHER = 2  # places where it may belong
_RARE = frozenset(("initContainers", "ephemeralContainers", "ephemeral", "volumes", "status"))
"""What fields are hardly meant for, beside `containers`, say."""


def field(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    for manifest in scene.look.manifests:
        if manifest.kind in KINDS and is_judged(scene, manifest):
            for fault in scene.fields.faults(manifest.kind, manifest.value):
                found = _refused(scene, manifest, fault)
                yield (manifest.namespace, fault.path, str(found.cure)), found
    for volume in scene.inventory.volumes.values():
        if volume.driver == "csi" and not scene.target.has(CSI_NFS):
            what = f"the driver of {volume.name} exists from 1.{CSI_NFS.since} on; the target is "
            what += str(scene.target)
            fix = "write nfs, with server and path, instead of csi"
            yield "driver", error(volume.manifest, ("spec", "csi", "driver"), what, fix)


def _refused(scene: Scene, manifest: Manifest, fault: Fault) -> Finding:
    path, minor = fault.path, fault.wanted
    fix = "remove it"
    if fault.word == "x-since":
        what = f"{spelled(path)} exists from Kubernetes 1.{minor} on; the target is {scene.target}"
        earlier = [key for key, each in FIELDS.items() if each.endswith(spelled(path[-2:]))]
        heeded = [key for key in earlier if scene.target.has(ANNOTATIONS[key])]
        if heeded:
            fix = f"write the annotation {heeded[-1]} in its place"
    elif fault.word == "x-until":
        what = f"{spelled(path)} exists up to Kubernetes 1.{minor}; the target is {scene.target}"
    else:
        what = f"{manifest.kind} {manifest.name} has no field {spelled(path)}"
        if belongs := _belongs(scene, manifest, fault):
            fix = belongs
        elif near := near_field(fault):
            fix = f"write {near}, or remove it"
    return error(manifest, path, what, fix, is_key=True)


def _belongs(scene: Scene, manifest: Manifest, fault: Fault) -> str:
    """Return where a field belongs that stands some levels too high or too low, or ""."""
    *parent, key = fault.path
    if "matchLabels" in fault.wanted and isinstance(manifest.at(*fault.path), str):
        return f"move it to {spelled((*parent, 'matchLabels', key))}"
    around = tuple("*" if isinstance(each, int) else each for each in parent)
    places = {
        each: _steps(around, each[:-1])
        for each in scene.fields.places(manifest.kind, str(key))
        if not _RARE.intersection(each[len(around) :])
    }
    least = min(places.values(), default=_FARTHEST + 1)
    nearest_ones = [each for each, steps in places.items() if steps == least]
    shortest = min(map(len, nearest_ones), default=0)
    nearest_ones = [each for each in nearest_ones if len(each) == shortest]
    if least > _FARTHEST or len(nearest_ones) > _EITHER:
        return ""
    found = [_with_indexes(each, fault.path, manifest) for each in nearest_ones]
    for each in found:
        if "*" not in each and manifest.at(*each) is not None:
            return f"remove it: {spelled(each)} is there"
    return f"move it to {' or '.join(spelled(each).replace('.*', '[*]') for each in found)}"


def _steps(one: Path, other: Path) -> int:
    """Return how many levels lie between two places."""
    pairs = enumerate(zip(one, other, strict=False))
    alike = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    levels = [[each for each in path[alike:] if each != "*"] for path in (one, other)]
    return sum(map(len, levels))


def _with_indexes(place: Path, path: Path, manifest: Manifest) -> Path:
    """Return a place with the indexes of a path beside it, and of lists that have one entry."""
    made: list[str | int] = []
    for index, each in enumerate(place):
        beside = path[index] if index < len(path) else None
        if each != "*":
            made.append(each)
        elif isinstance(beside, int) and tuple(made) == path[:index]:
            made.append(beside)
        else:
            there = manifest.at(*made) if "*" not in made else None
            made.append(0 if isinstance(there, list) and len(there) == 1 else "*")
    return tuple(made)
