"""What is applied over a live object is taken by the server, and changes what is meant.

Most of a StatefulSet and all of a claim is immutable; of a volume its source is. Who applies a set
with another size finds the volumes changed, the claims and the set refused: half of it is so, and
half is not (measured). A `claimRef` that names another claim takes the volume from the one that has
it. `check -f FILES --live` compares what is in the files with what is in the cluster, before
anybody applies it; a dump beside the files does as well.

Fix: Write what the live object has, or make it again as the finding says: a set is deleted with
`--cascade=orphan`, which leaves its pods and claims, and created again with another claim template
(0.9 seconds, measured). What is taken is a note.

Source: pkg/apis/apps/validation, pkg/apis/core/validation (measured).
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from sfsgen.changes.cure import Cure
from sfsgen.findings.applying import (
    ANOTHER_SELECTOR,
    Change,
    of_claim,
    of_service,
    of_set,
    of_volume,
    wanted_and_live,
)
from sfsgen.findings.finding import Finding, error, note
from sfsgen.findings.scene import Scene
from sfsgen.findings.together import one_for_each_named
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.sets.found import found_claim, found_service, found_set, found_volume


def applied(scene: Scene) -> Iterator[Finding]:
    return one_for_each_named(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, str, Finding]]:
    for first, second in scene.inventory.twice:
        if sides := wanted_and_live(first, second):
            wanted, live = sides
            changes = list(_changes(scene, wanted, live))
            for severity, tell in (("error", error), ("note", note)):
                found = [each for each in changes if each.severity == severity]
                if found:
                    told = list(dict.fromkeys(each.what for each in found))
                    what, fix = _SAYING[severity](scene, wanted, live, told)
                    what += "; ".join(told)
                    key = wanted.kind, live.namespace, tuple(each.path for each in found)
                    yield key, wanted.name, tell(wanted, found[0].path, what, fix, live)


def _changes(scene: Scene, wanted: Manifest, live: Manifest) -> Iterator[Change]:
    namespace = live.namespace
    if wanted.kind == "PersistentVolume":
        yield from of_volume(found_volume(wanted), found_volume(live))
    elif wanted.kind == "PersistentVolumeClaim":
        claim = found_claim(live, namespace)
        volume = scene.inventory.volumes.get(claim.volume_name)
        can_grow = bool(claim.volume_name) and not (volume and volume.is_static)
        yield from of_claim(found_claim(wanted, namespace), claim, can_grow=can_grow)
    elif wanted.kind == "Service":
        yield from of_service(found_service(wanted, namespace), found_service(live, namespace))
    else:
        yield from of_set(found_set(wanted, namespace), found_set(live, namespace))


def _refused(
    scene: Scene, wanted: Manifest, live: Manifest, told: Sequence[str]
) -> tuple[str, str | Cure]:
    as_live = "write it as the live one is"
    if wanted.kind == "PersistentVolume":
        fix = f"{as_live}; a volume elsewhere needs another name, or to be deleted and created "
        fix += "again, with the reclaim policy Retain"
        return f"the server does not give {live.name} this, or takes it from its claim: ", fix
    if wanted.kind not in ("PersistentVolumeClaim", "Service"):
        orphan = scene.cures.orphan(live)
        if ANOTHER_SELECTOR in told:
            as_live += "; a set with another selector does not take over the pods that run: to "
            as_live += "have it, delete the set, its pods too, and create this one; claims stay"
        else:
            as_live += f"; or `{orphan}`, which leaves pods and claims, and create this one"
    return f"the server refuses {live.name}: ", as_live


def _taken(
    _scene: Scene, _wanted: Manifest, live: Manifest, _told: Sequence[str]
) -> tuple[str, str | Cure]:
    return f"applied, {live.name} changes: ", "see whether that is meant"


_Said = Callable[[Scene, Manifest, Manifest, Sequence[str]], tuple[str, str | Cure]]
_SAYING: Mapping[str, _Said] = {
    "error": _refused,
    "note": _taken,
}
