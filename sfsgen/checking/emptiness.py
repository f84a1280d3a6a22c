"""What there is to say where no StatefulSet was looked at: where that was, and what is there."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.readable import NOT_FILLED_IN
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.plain_text import some
from sfsgen.problems import Problem, nearest
from sfsgen.values.pairs import Key

_MOST = 5  # files, kinds or sets that are named
_ALIKE, _ALIKE_KIND = 0.7, 0.85


def is_unread(scene: Scene, namespace: str | None) -> bool:
    """Return whether a StatefulSet is there that is broken, which is told of."""
    look = scene.look
    broken = {each.namespace for each in look.manifests if each.kind in STATEFUL_SET_KINDS}
    if any(each.severity == "error" for each in look.unreadable):
        broken |= {each for kind, each in look.unread if kind in STATEFUL_SET_KINDS}
    return bool(broken) and (namespace is None or not broken.isdisjoint(("", namespace)))


def emptiness(scene: Scene, read: Sequence[Manifest]) -> Problem:
    """Return what is wrong where no StatefulSet was looked at among all that was read."""
    access = scene.look.access
    sets = sorted(scene.inventory.sets)
    if access.namespace is not None and (sets or access.is_live):
        what = f'there is no StatefulSet in the namespace "{access.namespace}"'
        return Problem("--namespace", what, _allowed(_elsewhere(sets, access)))
    if access.is_live:
        what = "there is no StatefulSet in kubectl's namespace"
        return Problem("cluster", what, _allowed(_elsewhere(sets, access)))
    where = some(["stdin" if each == "-" else each for each in access.filenames], _MOST)
    return Problem(where, _holding(read), _allowed(_way(scene, read)))


def _way(scene: Scene, read: Sequence[Manifest]) -> str:
    """Return how to come to a StatefulSet in files."""
    beside = scene.look.unreadable
    made = [each.fix for each in beside if each.fix.endswith(f"{scene.look.access.again}`")]
    if made:
        return made[0]
    gaps = [each.fix for each in beside if each.what.endswith(NOT_FILLED_IN)]
    if gaps:
        return gaps[0]
    is_broken = any(each.severity == "error" for each in beside)
    return "mend what cannot be read" if is_broken else _near(read)


def _allowed(fix: str) -> str:
    return f"{fix}, or give --allow-empty where there is to be none"


def _elsewhere(sets: Iterable[Key], access: Access) -> str:
    """Return how to find the sets of other namespaces."""
    if access.is_live:
        command = access.kubectl.command("get", "statefulsets", "--all-namespaces")
        return f"give the namespace with -n: `{command}` lists all"
    there = some([f"{each} has {name}" for each, name in sets], _MOST)
    near = nearest(access.namespace or "", dict(sets), _ALIKE)
    return f"give {quoted(['-n', near])}: {there}" if near else f"name another: {there}"


def _holding(read: Iterable[Manifest]) -> str:
    """Return what there is, in place of a StatefulSet."""
    counted = Counter(map(_kind, read)).most_common()
    held = some([f"{count} {kind}" for kind, count in counted], _MOST)
    return f"there is no StatefulSet in it, but {held}" if held else "nothing in it is looked at"


def _kind(manifest: Manifest) -> str:
    is_like = manifest.kind in STATEFUL_SET_KINDS
    return f"{manifest.kind} of {manifest.api_version}" if is_like else manifest.kind


def _near(read: Iterable[Manifest]) -> str:
    """Return how to come to a StatefulSet: by a kind that is nearly one, or by more to read."""
    for kind, each in {each.kind: each for each in read}.items():
        if kind not in STATEFUL_SET_KINDS and nearest(kind, STATEFUL_SET_KINDS, _ALIKE_KIND):
            return f'write StatefulSet for "{kind}" at {each.where(("kind",))}'
    return "name a file with a StatefulSet, too"
