"""Every document can be read, and every object that is looked at has the types of its kind.

kubectl refuses a document that is not YAML, or in which a field has another type than the API's:
here YAML reads the label's value as a number, and labels are strings. Other documents of the same
file may be created all the same, so that a set comes up in part. What cannot be read is not looked
at by the other rules; the rest of the input is.

Fix: Mend the value at the line that is named; a number, `true`, `yes` or `on` that is meant as text
goes in quotes. Then look again: what was hidden behind it is told only now.

Source: sigs.k8s.io/yaml, apimachinery/pkg/runtime/serializer/json.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene


def unreadable(scene: Scene) -> Iterator[Finding]:
    for problem in scene.look.unreadable:
        if problem.severity == "error":
            yield Finding("error", problem.what, Cure(problem.fix), None, unread=problem.place)
