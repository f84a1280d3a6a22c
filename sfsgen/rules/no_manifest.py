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

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene
from sfsgen.sets.passed_over import merged


def no_manifest(scene: Scene) -> Iterator[Finding]:
    notes = (each for each in scene.look.unreadable if each.severity == "note")
    for each in merged(notes):
        if each.place:
            yield Finding("note", each.what, Cure(each.fix), None, unread=each.place)
