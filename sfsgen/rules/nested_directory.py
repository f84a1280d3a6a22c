"""No volume's directory lies inside another's: who writes into the outer one has both.

The volume above holds the files of the one below as a folder of its own: a program that cleans up
its directory, or a database that finds a folder it does not know, damages them, as in one shared
directory. `render`, `scale` and `volumes` refuse to print such volumes. Where one of both is
read-only, or no set has to do with them, nothing is said; nor of the root of a server, in which
everything lies.

Fix: Write a path outside of the other one, and move the files. In a live cluster the path cannot be
changed: keep the reclaim policy Retain, delete the claim and the volume, and create both again.

Source: pkg/volume/nfs, which mounts server:path as it stands; docs/drivers.md for other drivers.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.places import directory_of
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.names import numbered
from sfsgen.plain_text import listed
from sfsgen.values.pairs import Volume


def nested_directory(scene: Scene) -> Iterator[Finding]:
    by_outer: dict[str, list[Volume]] = {}
    for volume in scene.inventory.volumes.values():
        outer = scene.inventory.around(volume) if volume.server else None
        if outer and _is_written(scene, volume) and _is_written(scene, outer):
            by_outer.setdefault(outer.name, []).append(volume)
    for name, inner in by_outer.items():
        outer, first = scene.inventory.volumes[name], inner[0]
        named = listed([each.name for each in inner])
        what = f"{named}: its directory {first.path} lies inside {outer.path}, that of {name}"
        if len(inner) > 1:
            what = f"{named}: their directories, as {first.path}, lie inside {outer.path} of {name}"
        fix = f"give it a directory outside of {outer.path}, and move the files"
        cure = scene.cures.of_immutable(first.manifest, fix)
        related = (outer.manifest, *(each.manifest for each in inner[1:]))
        yield warning(first.manifest, directory_of(first), what, cure, *related)


def _is_written(scene: Scene, volume: Volume) -> bool:
    """Return whether an ordinal of a set, in sight or not, writes into a volume made by hand."""
    if not (volume.server and volume.path[:1] == "/" and volume.is_static) or volume.is_only_read:
        return False
    claim = volume.claim and numbered(volume.claim[1])[1] is not None
    return bool(claim) or volume.name in scene.pairing.by_volume
