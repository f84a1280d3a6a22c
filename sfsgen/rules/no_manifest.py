"""What is read are manifests; what others have to fill in, render or put together is not looked at.

A folder holds more than manifests: a chart, whose templates Helm renders; a kustomization, and the
patches that it lists; a Template, whose objects OpenShift makes; a values file of `sfsgen render`;
files with `${X}`, `<X>` or `{{ }}` where something is to be filled in; files of other programs.
Each is passed over, and told of once. What a cluster will get is known only once they are rendered,
and `check` can look at that: it reads stdin.

Fix: Run the command that is named, which renders them and looks at what comes out. Files of other
programs may stay where they are.

Source: kubectl kustomize; helm template; oc process.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene


def no_manifest(scene: Scene) -> Iterator[Finding]:
    for problem in scene.look.unreadable:
        if problem.severity == "note":
            yield Finding("note", problem.what, Cure(problem.fix), None, unread=problem.place)
