"""A set as a values file: said, rendered again, and compared with what is there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.describing.absences import absences, volumes_not_read
from sfsgen.describing.acceptance import accepted
from sfsgen.describing.belongings import Belongings
from sfsgen.describing.claim_templates import templates_of
from sfsgen.describing.deviations import say_deviations
from sfsgen.describing.losses import SET, Objects, losses
from sfsgen.describing.sheet import Sheet
from sfsgen.describing.storage import say_storage
from sfsgen.describing.text import paragraphs
from sfsgen.describing.words import say_services, say_set
from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.resources import ORDER, PAIRED
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS, Target
from sfsgen.printing.rendering import Renderer
from sfsgen.printing.templates import Templates
from sfsgen.problems import InputError, Problem
from sfsgen.values.collisions import claimant, collisions
from sfsgen.values.model import StatefulSet

_WITH_PORTS = ("container", "service")


class Description(NamedTuple):
    """A set as values, and what these do not say."""

    there: Belongings
    text: str
    stateful_set: StatefulSet
    problems: list[Problem]


def describe(there: Belongings, target: Target) -> Description:
    """Return a set as a values file. Raises InputError where it cannot be said at all."""
    if not there.stateful_set.templates:
        manifest = there.stateful_set.manifest
        what = f"the StatefulSet {manifest.name} has no volumeClaimTemplates"
        fix = "sfsgen renders sets with volumes of their own; name others"
        raise InputError(Problem(manifest.where(("spec",)), what, fix))
    sheet = Sheet(there.stateful_set.manifest)
    shared = say_set(sheet, there, target)
    say_services(sheet, there, shared, target)
    say_storage(sheet, there, shared, target)
    stateful_set, refusals = accepted(sheet, target, is_whole=False)
    said: set[tuple[str, int, str]] = set()
    while say_deviations(sheet, there, stateful_set, said):
        stateful_set, more = accepted(sheet, target, is_whole=False)
        refusals += more
    stateful_set, more = accepted(sheet, target)
    refusals += more
    problems = [*losses(there, _rendered(stateful_set, there, target), refusals)]
    problems += absences(there)
    remarks = dict(_remarks(there, sheet.tree()))
    if not any(each.volumes for each in templates_of(there)) and not volumes_not_read(there):
        problems.append(_no_server(there, str(sheet.get("nfs", "server"))))
        remarks["nfs"] = ["No volume of the set was found that shows the server: write your own."]
    return Description(there, paragraphs(sheet.tree(), remarks), stateful_set, problems)


def _remarks(there: Belongings, tree: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield what to know of words by who carries the file on, each above its word."""
    if any(each.volumes for each in templates_of(there)):
        yield "nfs", ["Of volumes that exist neither server nor path can be changed."]
    if tree.get("ports") == [] and any("ports" in tree.get(each, ()) for each in _WITH_PORTS):
        yield "ports", ["All of them are said in container.ports and service.ports."]
    if "storageClassName" in tree and tree["storageClassName"] is None:
        what = "None, as the set was made: a default StorageClass gets into claims that the"
        yield "storageClassName", [what, "controller makes. It can never be changed."]


def _no_server(there: Belongings, example: str) -> Problem:
    found = there.stateful_set
    what = f"no volume that is known to be of {found.name} shows a server: {example} stands for it"
    fix = "write your own server, and the export, below nfs"
    where = found.manifest.where(found.templates[0].path)
    return Problem(where, what, fix, "warning")


def _rendered(stateful_set: StatefulSet, there: Belongings, target: Target) -> Objects:
    """Return what `render` prints of a set, for the ordinals that have anything."""
    renderer = Renderer(target, Templates())
    numbers = {row.number for rows in there.rows for row in rows}
    found = {}
    for documents in renderer.documents(stateful_set, ORDER, stateful_set.ordinals):
        asked = numbers if documents.resource in PAIRED else documents.ordinals
        for ordinal in filter(documents.ordinals.__contains__, asked):
            (document,) = read(documents.text(ordinal), documents.resource)
            value = document.value
            metadata = value["metadata"]
            kind = SET if value["kind"] in STATEFUL_SET_KINDS else value["kind"]
            key = kind, metadata.get("namespace", ""), metadata["name"]
            found[key] = value
    return found


def clashes(described: Iterable[Description]) -> Iterator[Problem]:
    """Yield why sets could not be in one values file."""
    all_of_them = list(described)
    for each in collisions(claimant(one.stateful_set) for one in all_of_them):
        manifest = all_of_them[each.set_index].there.stateful_set.manifest
        fix = "describe one of them alone: give its NAME, and its namespace with -n"
        yield Problem(manifest.where(), each.what, fix)
