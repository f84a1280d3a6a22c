"""What is wrong with sets, and what of pods is to be known, in sentences below their views."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sfsgen.findings.finding import Severity
from sfsgen.plain_text import fix_line, one_line
from sfsgen.showing.view import SetView


class Sentence(NamedTuple):
    """One of them: how grave it is, what it says, and the rule that tells it."""

    severity: Severity
    what: str
    rule: str
    cure: str
    """Where nothing but `show` says it, else ""."""


def sentences(views: Sequence[SetView]) -> Iterator[Sentence]:
    """Yield what is wrong with sets, each once, with the set where there are several."""
    told = set()
    for view in views:
        of_pods = {fault for pod in view.pods for fault in pod.own_faults}
        of_set = f"{view.title}: " if len(views) > 1 else ""
        for each in view.faults:
            if each not in told:
                told.add(each)
                cure = fix_line(each.cure) if each in of_pods else ""
                yield Sentence(each.severity, one_line(of_set + each.what), each.rule, cure)
