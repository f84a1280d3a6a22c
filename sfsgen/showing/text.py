"""Views as plain text: an aligned table for pipes, a tree, names, directories, lists of peers."""

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import east_asian_width

from sfsgen.plain_text import whole
from sfsgen.showing.columns import NOTHING, Sheet
from sfsgen.showing.stable_names import peers
from sfsgen.showing.view import ClaimRow, PodRow, SetView, rules

_GAP = "   "  # as kubectl has it
Branch = tuple[str, list["Branch"]]


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(1 + (east_asian_width(each) in "WF") for each in text)


def table(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of a table whose columns are aligned; each line has every value."""
    rows = [[each.title for each in sheet.columns]]
    rows += [[each or NOTHING for each in line.cells] for line in sheet.lines]
    if not sheet.lines:
        return
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            f"{each}{' ' * (most - width(each))}" for each, most in zip(row, widths, strict=True)
        )
        yield f"{_GAP.join(padded).rstrip()}\n"


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
    """Yield the list of each set's peers."""
    yield from (f"{whole(peers(each, style))}\n" for each in views)


def tree(views: Iterable[SetView]) -> Iterator[str]:
    """Yield sets as `kubectl tree` draws owners: what hangs on what, down to directories."""
    for view in views:
        said = [f"{view.kind.lower()}/{view.name}", f"namespace {view.namespace}", view.extent]
        yield f"{whole(_GAP.join([*said, *filter(None, [view.folder])]))}\n"
        yield from _drawn([*_service(view), *map(_pod, view.pods)], "")


def _service(view: SetView) -> Iterator[Branch]:
    if view.service:
        what = f"service/{view.service.name}{_GAP}{view.service.dns}"
        what += "" if view.service.is_there else f"{_GAP}not found"
        ports = (f"{each.name}{_GAP}{each.port}" for each in view.service.srv)
        yield what, [(f"srv/{each}", []) for each in ports]


def _pod(pod: PodRow) -> Branch:
    told = _told(pod.state, rules(pod.own_faults))
    said = _GAP.join(filter(None, (f"pod/{pod.pod}", pod.dns, told)))
    return said, [_claim(each) for each in pod.claims]


def _claim(claim: ClaimRow) -> Branch:
    told = _told(claim.state, rules(claim.faults))
    of_claim = (f"persistentvolumeclaim/{claim.claim}", claim.size, told)
    below: list[Branch] = []
    if claim.volume:
        place: list[Branch] = [(claim.directory, [])] if claim.directory else []
        below = [(f"persistentvolume/{claim.volume}", place)]
    return _GAP.join(filter(None, of_claim)), below


def _told(state: str, told: str) -> str:
    return f"{state} ({told})".strip() if told else state


def _drawn(branches: Sequence[Branch], before: str) -> Iterator[str]:
    for number, (text, below) in enumerate(branches, 1):
        is_last = number == len(branches)
        yield f"{before}{'└─' if is_last else '├─'} {whole(text)}\n"
        yield from _drawn(below, f"{before}{'   ' if is_last else '│  '}")
