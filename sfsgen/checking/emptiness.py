"""What there is to say where no StatefulSet was looked at: where that was, and what is there."""

from collections.abc import Iterable, Sequence

from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.problems import Problem, nearest
from sfsgen.sets.passed_over import nothing_in, short
from sfsgen.values.pairs import Key

_ALIKE = 0.7


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
    if access.is_live and access.everywhere:
        fix = "see whether it is the cluster that you mean: --context names another"
        return Problem("cluster", "there is no StatefulSet in any namespace", _allowed(fix))
    if access.is_live:
        what = "there is no StatefulSet in kubectl's namespace"
        return Problem("cluster", what, _allowed(_elsewhere(sets, access)))
    empty = nothing_in(read, scene.look.unreadable, access)
    return empty._replace(fix=_allowed(empty.fix))


def _allowed(fix: str) -> str:
    return f"{fix}, or give --allow-empty where there is to be none"


def _elsewhere(sets: Iterable[Key], access: Access) -> str:
    """Return how to find the sets of other namespaces."""
    if access.is_live:
        command = access.kubectl.command("get", "statefulsets", "--all-namespaces")
        return f"give the namespace with -n, or -A for all: `{command}` lists all"
    there = short([f"{each} has {name}" for each, name in sets])
    near = nearest(access.namespace or "", dict(sets), _ALIKE)
    return f"give {quoted(['-n', near])}: {there}" if near else f"name another: {there}"
