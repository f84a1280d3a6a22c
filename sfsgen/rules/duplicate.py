"""An object stands in the input once; `kubectl create` refuses a second one.

`kubectl create` answers AlreadyExists for the second, and exits with 1; `kubectl apply` lets the
last one win. Where both differ, what the cluster holds depends on the command and on the order of
the files. The other rules look at the first one only. Folders that lie beside one another, in one
that is named, may hold variants of one object: each is looked at by itself.

Fix: Keep the one that is meant, and remove the other. Where an older output was joined to a newer
one, look which of both has the volumes' right sizes and directories.

Source: apiserver/pkg/registry/generic/registry/store.go, Create.
"""

from collections.abc import Iterator

from sfsgen.findings.applying import wanted_and_live
from sfsgen.findings.finding import Finding, error, warning
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene


def duplicate(scene: Scene) -> Iterator[Finding]:
    for first, second in scene.inventory.duplicates:
        if wanted_and_live(first, second):
            continue  # what is wanted, beside what there is: the rule `applied` compares them
        place = first.place(NAME)
        kind = "an equal" if first.value == second.value else "a different"
        what = (
            f"{kind} {second.kind} {second.name} stands in {place.file}, line {place.line}; "
            "only that one is looked at"
        )
        # What is wanted may be read beside what there is.
        # An equal one kubectl takes too, and nothing changes.
        tell = warning if first.value == second.value else error
        yield tell(second, NAME, what, "keep one of them", first)
