"""The volumes whose directories are prepared: of values, of manifests, of the live cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

from sfsgen.commands import parameters
from sfsgen.commands.inputs import DESCRIBING, Input, chosen
from sfsgen.kubernetes.resources import PAIRED
from sfsgen.kubernetes.versions import Target
from sfsgen.nfs import normalised
from sfsgen.plain_text import listed, quoted
from sfsgen.preparing.directories import Laid, lacked, wanted
from sfsgen.printing.objects import Printing, too_many
from sfsgen.problems import InputError, Problem
from sfsgen.values.model import StatefulSet
from sfsgen.values.settings import SETTINGS

_MOST_ORDINALS = 100_000


def laid_out(given: Mapping[str, Any], target: Target) -> list[Laid]:
    """Return the volumes that a command's parameters mean. Raises InputError where none are."""
    printing = Printing(
        target, frozenset(PAIRED), "yaml", None, False, None, given["strict"], given["allow_many"]
    )
    source = chosen(given)
    if source is Input.VALUES:
        return _of_values(given, printing)
    try:
        return _of_what_exists(given, printing)
    except InputError as error:
        if source is Input.MANIFESTS or given["nfs_server"] is None:
            raise
        what = "the live cluster was looked at, as no set is described"
        fix = f"describe one that is not there yet as for render, with {DESCRIBING}"
        raise InputError(*error.problems, Problem(DESCRIBING, what, fix, "note")) from error


def _of_values(given: Mapping[str, Any], printing: Printing) -> list[Laid]:
    from sfsgen.values.request import read_sets

    names: Sequence[str] = given["name"] or ()
    files: Sequence[str] = given["filename"] or ()
    if len(names) > 1 and not files:
        raise InputError(Problem("NAME", "options describe one set", "name one, or give -f FILE"))
    options = {each.option: given[each.parameter] for each in SETTINGS if each.option}
    options["NAME"] = names[0] if len(names) == 1 else None
    options["--image"] = None  # the Job's is meant
    requests, problems = read_sets(options, files, printing.target)
    if len(names) > 1:
        there = [each.stateful_set.name for each in requests]
        for each in names:
            if each not in there:
                what = f"no values file has a set named {quoted(each)}"
                problems.append(Problem("NAME", what, f"there are: {listed(there)}"))
        requests = [each for each in requests if each.stateful_set.name in names]
    sets = [each.stateful_set for each in requests]
    first = _first(given, [(each.name, each.ordinals) for each in sets], problems)
    for request in requests:
        made = request.stateful_set
        where, ordinals = request.values.where(("replicas",)), _from(made.ordinals, first)
        problems += _too_many(printing, where, made.name, len(ordinals))
    if problems:
        raise InputError(*problems)
    return [
        each
        for request in requests
        for each in wanted(
            request.stateful_set,
            _from(request.stateful_set.ordinals, first),
            _fixed(request.values, request.stateful_set),
        )
    ]


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
    fixed = normalised(head.rpartition("/")[0] if brace else head)
    return "" if fixed == "/" else fixed


def _of_what_exists(given: Mapping[str, Any], printing: Printing) -> list[Laid]:
    from sfsgen.commands.missing import asked, planned
    from sfsgen.sets.reading import chosen as chosen_sets
    from sfsgen.sets.reading import inventory

    problems: list[Problem] = []
    more = {"kube_version": None, "output": "yaml", "output_dir": None, "force": False}
    asked_for = asked({**given, **more, "template_dir": None}, problems, "prepare")
    if problems:
        raise InputError(*problems)
    asked_for = asked_for._replace(printing=printing)
    names = given["name"] or ()
    found = inventory(asked_for.access, names, strict=given["strict"])
    parameters.tell_where(asked_for.access)
    sets = chosen_sets(found, names, given["namespace"], given["selector"])
    count = asked_for.replicas
    counts = [(each, each.replicas if count is None else count) for each in sets]
    first = _first(given, [(each.name, each.ordinals_of(n)) for each, n in counts], problems)
    for each, number in counts:
        wanted_here = _from(each.ordinals_of(number), first)
        where = each.manifest.where(("spec", "replicas")) if count is None else "--replicas"
        problems += _too_many(printing, where, each.name, len(wanted_here))
    if problems:
        raise InputError(*problems)
    plans, _, _ = planned(found, counts, asked_for)
    path = given["nfs_path"]
    fixed = _before_placeholders(path) if path and not given["shared_directory"] else ""
    return [laid for plan in plans for laid in lacked(plan, first, fixed)]
