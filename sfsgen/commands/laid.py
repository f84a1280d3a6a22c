"""The volumes whose directories are prepared: of values, of manifests, of the live cluster."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sfsgen.commands import parameters
from sfsgen.commands.access import telling_where
from sfsgen.commands.inputs import DESCRIBING, Input, chosen
from sfsgen.documents.files import forget
from sfsgen.kubernetes.resources import PAIRED
from sfsgen.kubernetes.versions import Target
from sfsgen.nfs import normalised
from sfsgen.plain_text import listed, quoted
from sfsgen.preparing.directories import Laid, lacked, wanted
from sfsgen.printing.objects import Printing, too_many
from sfsgen.problems import InputError, Problem
from sfsgen.values.model import StatefulSet
from sfsgen.values.settings import SETTINGS

if TYPE_CHECKING:
    from sfsgen.commands.missing import Asked
    from sfsgen.values.request import Request

_MOST_ORDINALS = 100_000
_OF_RENDER = ("name it: sfsgen render ", "name it: sfsgen prepare ")


def laid_out(given: Mapping[str, Any], target: Target) -> list[Laid]:
    """Return the volumes that a command's parameters mean. Raises InputError where none are."""
    printing = Printing(
        target, frozenset(PAIRED), "yaml", None, False, None, given["strict"], given["allow_many"]
    )
    try:
        source = chosen(given)
        return (_of_values if source is Input.VALUES else _of_what_exists)(given, printing)
    except InputError as error:
        raise InputError(*error.problems, *_of_the_job(given)) from error
    finally:
        forget()


def _of_the_job(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield how the Job's image is said, where somebody may have meant to."""
    if given["job"] and given["image"] is not None:
        fix = "for the Job's image give --job-image"
        yield Problem("--image", "it says something of the set, as for render", fix, "note")


def _of_values(given: Mapping[str, Any], printing: Printing) -> list[Laid]:
    problems: list[Problem] = []
    requests = _requests(given, printing.target, problems)
    sets = [(each.values, each.stateful_set) for each in requests]
    first = _first(given, [(made.name, made.ordinals) for _, made in sets], problems)
    found: list[Laid] = []
    for values, made in sets:
        ordinals = _from(made.ordinals, first)
        if refused := _too_many(printing, values.where(("replicas",)), made.name, len(ordinals)):
            problems += refused
        else:
            found += wanted(made, ordinals, _fixed(values, made))
    if problems:
        raise InputError(*problems)
    return found


def _requests(
    given: Mapping[str, Any], target: Target, problems: list[Problem]
) -> Sequence["Request"]:
    """Return the sets that values files and options describe, those that are named."""
    from sfsgen.values.request import read_sets

    names: Sequence[str] = given["name"] or ()
    files: Sequence[str] = given["filename"] or ()
    if len(names) > 1 and not files:
        raise InputError(Problem("NAME", "options describe one set", "name one, or give -f FILE"))
    options = {each.option: given[each.parameter] for each in SETTINGS if each.option}
    options["NAME"] = names[0] if len(names) == 1 else None
    requests, found = read_sets(options, files, target)
    problems += [each._replace(fix=each.fix.replace(*_OF_RENDER)) for each in found]
    there = [each.stateful_set.name for each in requests]
    for each in names:
        if each not in there and not found:
            what = f"no values file has a set named {quoted(each)}"
            problems.append(Problem("NAME", what, f"there are: {listed(there)}"))
    return [each for each in requests if not names or each.stateful_set.name in names]


def _too_many(printing: Printing, where: str, name: str, count: int) -> list[Problem]:
    """Return why so many directories are not made by one script."""
    if count <= _MOST_ORDINALS:
        return too_many(printing, where, name, count, "directories")
    what = f"{name}: one script would make the directories of {count:,} ordinals"
    return [Problem(where, what, f"make {_MOST_ORDINALS:,} at a time, with --from-ordinal")]


def _from(ordinals: range, first: int) -> range:
    return range(max(first, ordinals.start), ordinals.stop)


def _first(
    given: Mapping[str, Any], sets: Sequence[tuple[str, range]], problems: list[Problem]
) -> int:
    return parameters.first_ordinal(given["from_ordinal"], sets, problems)


def _fixed(values: Any, stateful_set: StatefulSet) -> list[str]:
    """Return the part of each claim template's paths that stands before any placeholder."""
    from sfsgen.values.places import directory_of_all

    return [
        # Of one directory for all, what it lies in is exported, or itself.
        ""
        if template.shared_directory
        else _before_placeholders(directory_of_all(values, ("claimTemplates", index))[1])
        for index, template in enumerate(stateful_set.claim_templates)
    ]


def _before_placeholders(path: str) -> str:
    head, brace, _ = path.partition("{")
    return normalised(head.rpartition("/")[0] if brace else head)


def _of_what_exists(given: Mapping[str, Any], printing: Printing) -> list[Laid]:
    from sfsgen.commands.missing import planned
    from sfsgen.sets.reading import chosen as chosen_sets
    from sfsgen.sets.reading import inventory

    asked = _asked(given, printing)
    names = given["name"] or ()
    try:
        with telling_where(asked.access):
            found = inventory(asked.access, names, strict=given["strict"])
        sets = chosen_sets(found, names, asked.access)
    except InputError as error:
        raise InputError(*error.problems, *_undescribed(given)) from error
    count = asked.replicas
    wanted_of = [(each, each.replicas if count is None else count) for each in sets]
    problems: list[Problem] = []
    ordinals = [(each.name, each.ordinals_of(number)) for each, number in wanted_of]
    first = _first(given, ordinals, problems)
    for each, number in wanted_of:
        where = each.manifest.where(("spec", "replicas")) if count is None else "--replicas"
        here = _from(each.ordinals_of(number), first)
        problems += _too_many(printing, where, each.name, len(here))
    if problems:
        raise InputError(*problems)
    plans, _, _ = planned(found, wanted_of, asked)
    path = given["nfs_path"]
    fixed = _before_placeholders(path) if path and not given["shared_directory"] else ""
    return [laid for plan in plans for laid in lacked(plan, first, fixed)]


def _undescribed(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield how a set is described, where somebody seems to have meant to."""
    if given["nfs_server"] is not None and not (given["filename"] or given["kustomize"]):
        what = "the live cluster was looked at, as no set is described"
        fix = f"describe one that is not there yet as for render, with {DESCRIBING}"
        yield Problem(DESCRIBING, what, fix, "note")


def _asked(given: Mapping[str, Any], printing: Printing) -> "Asked":
    """Return what `volumes` would be asked for. Raises InputError where that is wrong."""
    from sfsgen.commands.missing import asked

    of_printing = {"output": printing.output, "output_dir": None, "force": False}
    problems: list[Problem] = []
    made = asked({**given, **of_printing, "template_dir": None}, problems, "prepare")
    if problems:
        raise InputError(*problems)
    return made._replace(printing=printing)
