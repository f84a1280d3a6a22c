"""The columns of the tables, and the lines that are shown of a set: what is in them, for all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sfsgen.findings.finding import Severity
from sfsgen.plain_text import whole
from sfsgen.showing.view import ClaimRow, Fault, PodRow, SetView, lines, rules, worst

NOTHING = "-"


class Column(NamedTuple):
    """A column: its heading, what a line has there, and whether it is of the pod alone."""

    title: str
    cell: Callable[[SetView, PodRow, ClaimRow | None], str]
    is_of_pod: bool = False


def _of_claim(title: str, cell: Callable[[ClaimRow], str]) -> Column:
    return Column(title, lambda _, __, claim: cell(claim) if claim else "")


_NAMESPACE = Column("NAMESPACE", lambda view, _, __: view.namespace, is_of_pod=True)
_FOLDER = Column("FOLDER", lambda view, _, __: view.folder, is_of_pod=True)
_SHOWN = (
    Column("POD", lambda _, pod, __: pod.pod, is_of_pod=True),
    Column("DNS NAME", lambda _, pod, __: pod.dns, is_of_pod=True),
    _of_claim("CLAIM", lambda each: each.claim),
    _of_claim("VOLUME", lambda each: each.volume),
    _of_claim("SIZE", lambda each: each.size),
    _of_claim("DIRECTORY", lambda each: each.directory),
)
_WIDE = (
    Column("NODE", lambda _, pod, __: pod.node, is_of_pod=True),
    _of_claim("MODES", lambda each: ",".join(each.access_modes)),
    _of_claim("CLASS", lambda each: each.storage_class or ""),
    _of_claim("RECLAIM", lambda each: each.reclaim_policy),
    _of_claim("DRIVER", lambda each: each.driver),
    _of_claim("MOUNT OPTIONS", lambda each: ",".join(each.mount_options)),
    _of_claim("TIE", lambda each: each.tie),
)
_STATES = (
    Column("POD STATE", lambda _, pod, __: pod.state, is_of_pod=True),
    _of_claim("CLAIM STATE", lambda each: each.state),
)
STATES = tuple(each.title for each in _STATES)
HEALTHY = ("", "Bound", "Running", "Succeeded")
"""States that are as they should be, whatever else is wrong."""
_A_CLAIM = "persistentvolumeclaim/"
RULE = Column("RULE", lambda _, pod, claim: rules(faults(pod, claim)))


class Line(NamedTuple):
    """One line of a table, whose cells are spelled out."""

    cells: tuple[str, ...]
    severity: Severity | None
    is_first: bool
    """Whether it is the first of its pod."""
    wrong: Mapping[str, Severity | None]
    """By title, how grave it is what a cell tells; of what is not named nothing is wrong."""


class Sheet(NamedTuple):
    """A table before it is drawn."""

    columns: Sequence[Column]
    lines: Sequence[Line]


def faults(pod: PodRow, claim: ClaimRow | None) -> tuple[Fault, ...]:
    """Return the faults of a line."""
    return (*pod.own_faults, *(claim.faults if claim else ()))


def _wrong(pod: PodRow, claim: ClaimRow | None) -> Mapping[str, Severity | None]:
    """Return which cells tell what is wrong: a volume's fault is none of its claim's state."""
    found = {RULE.title: worst(faults(pod, claim))}
    found |= dict.fromkeys(("POD", "POD STATE"), worst(pod.own_faults))
    if claim:
        of_claims = [each for each in claim.faults if each.about.startswith(_A_CLAIM)]
        found |= {"CLAIM": worst(of_claims), "VOLUME": worst(claim.of_volume)}
        if claim.state not in HEALTHY:
            found["CLAIM STATE"] = worst(claim.faults)
    return found


def sheet(views: Iterable[SetView], *, is_wide: bool, with_namespace: bool) -> Sheet:
    """Return the table of sets; a column in which nothing stands is left out.

    Without any ordinal, it has the heads of what is always shown.
    """
    columns = (_NAMESPACE,) * with_namespace + (_FOLDER,)
    columns += _SHOWN + _WIDE * is_wide + (*_STATES, RULE)
    found = []
    for view in views:
        before = None
        for pod, claim in lines(view):
            cells = tuple(whole(each.cell(view, pod, claim)) for each in columns)
            severity = worst(faults(pod, claim))
            found.append(Line(cells, severity, pod is not before, _wrong(pod, claim)))
            before = pod
    used = [
        index
        for index, column in enumerate(columns)
        if any(line.cells[index] for line in found) or (not found and column in _SHOWN)
    ]
    kept = [line._replace(cells=tuple(line.cells[each] for each in used)) for line in found]
    return Sheet([columns[each] for each in used], kept)
