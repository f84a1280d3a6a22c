"""A comment that ignores a rule names one that finds something there.

`# sfsgen: ignore=soft-mount` takes out what that rule finds on the same line, on the next one, or,
at the head of an object, anywhere in it. A rule that does not exist ignores nothing, and one that
finds nothing any more would hide what it finds one day. That is told only of rules that have looked
at everything: not with NAME, `--selector` or `--namespace`.

Fix: Write the rule as the finding names it, in brackets at its end, or take the comment out.

Source: sfsgen check.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding
from sfsgen.findings.scene import Scene


def ignore_comment(scene: Scene) -> Iterator[Finding]:
    for each in scene.look.comments:
        yield Finding(each.severity, each.what, Cure(each.fix), None, unread=each.place)
