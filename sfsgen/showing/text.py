"""Views as plain text: an aligned table for pipes, a tree, names, directories, lists of peers."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from sfsgen.findings.finding import Severity
from sfsgen.plain_text import whole
from sfsgen.showing.columns import HEALTHY, NOTHING, Sheet
from sfsgen.showing.sentences import sentences
from sfsgen.showing.stable_names import peers
from sfsgen.showing.view import ClaimRow, Fault, PodRow, SetView, rules, worst

_GAP = "   "  # as kubectl has it
Branch = tuple[str, list["Branch"]]
Paint = Callable[[str, Severity | None], str]
"""Returns a text in the colour of how grave it is what it says."""


def bare(text: str, _: Severity | None) -> str:
    """Return a text as it is, without colours."""
    return text


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(1 + (east_asian_width(each) in "WF") for each in text)


def table(sheet: Sheet, paint: Paint = bare) -> Iterator[str]:
    """Yield the lines of a table whose columns are aligned; each line has every value."""
    titles = [each.title for each in sheet.columns]
    rows = [titles, *([each or NOTHING for each in line.cells] for line in sheet.lines)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    widths[-1:] = [0]  # no blanks at the end of a line
    wrong = [{}, *(each.wrong for each in sheet.lines)]
    for row, severities in zip(rows, wrong, strict=True):
        cells = zip(titles, row, widths, strict=True)
        padded = (
            paint(each, severities.get(title)) + " " * (most - width(each))
            for title, each, most in cells
        )
        yield f"{_GAP.join(padded)}\n"


def told(views: Sequence[SetView], paint: Paint = bare) -> Iterator[str]:
    """Yield below a view what is wrong, a sentence a line; of pods with what mends it."""
    for number, each in enumerate(sentences(views)):
        before = "" if number else "\n"
        yield f"{before}{paint(each.severity, each.severity)}: {each.what} ({each.rule})\n"
        if each.cure:
            yield f"  fix: {each.cure}\n"


def paths(views: Iterable[SetView]) -> Iterator[str]:
    """Yield the directories of all volumes, each once."""
    found = (claim.directory for each in views for pod in each.pods for claim in pod.claims)
    for each in dict.fromkeys(filter(None, found)):
        yield f"{whole(each)}\n"


def names(views: Iterable[SetView]) -> Iterator[str]:
    """Yield the objects that are there, as `kubectl get -o name` does."""
    found: list[str] = []
    for view in views:
        if view.service and view.service.is_there:
            found.append(f"service/{view.service.name}")
        every = [claim for pod in view.pods for claim in pod.claims]
        found += [f"persistentvolume/{each.volume}" for each in every if each.volume]
        found += [f"persistentvolumeclaim/{each.claim}" for each in every if each.has_claim]
        found.append(f"{view.kind.lower()}.apps/{view.name}")
    yield from (f"{whole(each)}\n" for each in dict.fromkeys(found))


def all_peers(views: Iterable[SetView], style: str) -> Iterator[str]:
    """Yield the list of each set's peers; those of a set without replicas are none."""
    for each in views:
        if each.replicas:
            yield from (f"{whole(line)}\n" for line in peers(each, style).split("\n"))


class Signs(NamedTuple):
    """What the branches of a tree are drawn with."""

    middle: str
    last: str
    past: str


_DRAWN = Signs("├─ ", "└─ ", "│  ")
_ASCII = Signs("|- ", "`- ", "|  ")


def signs() -> Signs:
    """Return those for the language of the user, as `tree` does: C has no letters but ASCII."""
    chosen = (os.environ.get(each) for each in ("LC_ALL", "LC_CTYPE", "LANG"))
    is_ascii = next(filter(None, chosen), "") in ("C", "POSIX")
    return _ASCII if is_ascii else _DRAWN


def tree(views: Iterable[SetView], paint: Paint = bare) -> Iterator[str]:
    """Yield sets as `kubectl tree` draws owners: what hangs on what, down to directories."""
    drawn_with = signs()
    for view in views:
        said = [f"{view.kind.lower()}/{view.name}", f"namespace {view.namespace}", view.extent]
        yield f"{whole(_GAP.join([*said, *filter(None, [view.folder])]))}\n"
        pods = (_pod(each, paint) for each in view.pods)
        yield from _drawn([*_service(view), *pods], "", drawn_with)


def _service(view: SetView) -> Iterator[Branch]:
    if view.service:
        what = f"service/{view.service.name}{_GAP}{view.service.dns}"
        what += "" if view.service.is_there else f"{_GAP}not found"
        ports = (f"{each.name}{_GAP}{each.port}" for each in view.service.srv)
        yield whole(what), [(whole(f"srv/{each}"), []) for each in ports]


def _pod(pod: PodRow, paint: Paint) -> Branch:
    parts = whole(f"pod/{pod.pod}"), whole(pod.dns), _state(pod.state, pod.own_faults, paint)
    return _GAP.join(filter(None, parts)), [_claim(each, paint) for each in pod.claims]


def _claim(claim: ClaimRow, paint: Paint) -> Branch:
    name = whole(f"persistentvolumeclaim/{claim.claim}")
    parts = name, whole(claim.size), _state(claim.state, claim.faults, paint)
    below: list[Branch] = []
    if claim.volume:
        place: list[Branch] = [(whole(claim.directory), [])] if claim.directory else []
        below = [(whole(f"persistentvolume/{claim.volume}"), place)]
    return _GAP.join(filter(None, parts)), below


def _state(state: str, faults: Sequence[Fault], paint: Paint) -> str:
    """Return a state with the rules that tell what is wrong, which alone is no fault of it."""
    severity = worst(faults)
    said = whole(state) if state in HEALTHY else paint(whole(state), severity)
    rule = f"({whole(rules(faults))})" if faults else ""
    return " ".join(filter(None, (said, paint(rule, severity) if rule else "")))


def _drawn(branches: Sequence[Branch], before: str, drawn_with: Signs) -> Iterator[str]:
    for number, (text, below) in enumerate(branches, 1):
        is_last = number == len(branches)
        yield f"{before}{drawn_with.last if is_last else drawn_with.middle}{text}\n"
        past = "   " if is_last else drawn_with.past
        yield from _drawn(below, f"{before}{past}", drawn_with)
