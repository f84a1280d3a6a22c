"""What is read are manifests; what others have to fill in, render or put together is not looked at.

A folder holds more than manifests: a chart, whose templates Helm renders; a kustomization, and the
patches that it lists; a Template, whose objects OpenShift makes; a values file of `sfsgen render`;
files with `${X}`, `<X>` or `{{ }}` where something is to be filled in; files of other programs.
Each is passed over, and told of once; where it is but the server or the path of an NFS volume that
is to be filled in, the rest is looked at. What a cluster will get is known only once they are
rendered, and `check` can look at that: it reads stdin.

Fix: Run the command that is named, which renders them and looks at what comes out. Files of other
programs may stay where they are.

Source: kubectl kustomize; helm template; oc process.
"""

import posixpath
from collections.abc import Iterator, Sequence

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene
from sfsgen.findings.vacancies import joined
from sfsgen.problems import Place, Problem

_SHOWN = 3  # files of a folder, beside the first


def no_manifest(scene: Scene) -> Iterator[Finding]:
    by_cure: dict[tuple[str, str], list[tuple[Place, Problem]]] = {}
    for problem in scene.look.unreadable:
        if problem.severity == "note" and problem.place:
            file = problem.place.file
            key = posixpath.dirname(file), problem.fix.replace(file, "FILE")
            by_cure.setdefault(key, []).append((problem.place, problem))
    yield from map(_told, by_cure.values())


def _told(found: Sequence[tuple[Place, Problem]]) -> Finding:
    """Return one note for what is so of several files of a folder."""
    (place, first), *_ = found
    names = [posixpath.basename(each.file) for each, _ in found]
    others = list(dict.fromkeys(names[1:]))
    if names[0] in others:
        others.remove(names[0])
    more = len(others) - _SHOWN
    shown = [*others[:_SHOWN], f"{more} more"] if more > 1 else others
    what = f"{first.what}; so it is in {joined(shown)}" if shown else first.what
    return Finding("note", what, Cure(first.fix), None, unread=place)
