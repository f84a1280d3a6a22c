"""What `scale` and `volumes` share: plans are told, checked and printed."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sfsgen import console
from sfsgen.errors import InputError, Problem
from sfsgen.plan import Plan
from sfsgen.printing import Printing, check, chosen_target, print_documents
from sfsgen.quantity import whole_number
from sfsgen.renames import renamed_claims
from sfsgen.resources import PAIRED, VOLUME

if TYPE_CHECKING:
    from sfsgen.existing import Existing, ExistingSet
    from sfsgen.render import Documents, Renderer

# What an option may override of what is inferred.
STYLE_OPTIONS = (
    "--nfs-server",
    "--nfs-path",
    "--shared-directory",
    "--storage",
    "--access-mode",
    "--reclaim-policy",
    "--mount-option",
    "--read-only",
    "--volume-name",
    "--driver",
)


def style_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options, out of a command's parameters, that override the style."""
    return {each: parameters[each.strip("-").replace("-", "_")] for each in STYLE_OPTIONS}


def printing_of(parameters: Mapping[str, Any]) -> Printing:
    """Return what to print and where. Raises InputError with all that is wrong with it."""
    problems: list[Problem] = []
    target = chosen_target(parameters["kube_version"], problems)
    printing = Printing(
        target,
        frozenset(PAIRED),
        parameters["output"],
        parameters["output_dir"],
        parameters["force"],
        parameters["template_dir"],
    )
    check(printing, problems)
    if problems:
        raise InputError(*problems)
    return printing


def count(option: str, text: str | None) -> int | None:
    """Return a number of replicas, None where none is given. Raises InputError for other text."""
    if text is None:
        return None
    try:
        number = whole_number(text)
    except ValueError:
        number = -1
    if number < 0:
        what = f'"{text}" is not a whole number of 0 or more'
        raise InputError(Problem(option, what, f"give it as {option} 5"))
    return number


def refuse_renamed(existing: "Existing", stateful_sets: Iterable["ExistingSet"]) -> None:
    """Raise InputError where a set's claims were renamed away from it: that is not guessed at."""
    problems = []
    for stateful_set in stateful_sets:
        for renamed in renamed_claims(existing, stateful_set):
            what = (
                f'the claim "{renamed.claim}" is not what the set "{stateful_set.name}" looks for'
            )
            fix = f'name it "{renamed.wanted}": a namePrefix or a rename has changed one of them'
            problems.append(Problem(stateful_set.manifest.where(("metadata", "name")), what, fix))
    if problems:
        raise InputError(*problems)


def print_missing(plans: Sequence[Plan], printing: Printing) -> bool:
    """Print what plans lack and tell their notes; return whether anything was missing.

    Raises InputError where a plan has problems.
    """
    problems = [problem for plan in plans for problem in plan.problems]
    problems += _twice(plans)
    if problems:
        raise InputError(*problems)
    is_missing = any(series for plan in plans for series in plan.series.values())
    if is_missing:
        print_documents(lambda renderer: _documents(plans, renderer), printing)
    for plan in plans:
        for note in plan.notes:
            console.note(note)
        for template in plan.stateful_set.templates:
            if template.storage.storage_class is None:
                console.note(
                    f"claim template {template.name} of {plan.stateful_set.name} names no class: "
                    "claims that the controller makes from it take a default StorageClass "
                    '(storageClassName: "" keeps it out)'
                )
    return is_missing


def _twice(plans: Iterable[Plan]) -> Iterator[Problem]:
    """Yield a problem for every two sets that want volumes of one name."""
    owners: dict[str, str] = {}
    for plan in plans:
        owner = f"{plan.stateful_set.namespace}/{plan.stateful_set.name}"
        names = (
            series.volume_name.at(ordinal)
            for series in plan.series[VOLUME]
            for ordinal in series.ordinals
        )
        if twice := next((name for name in names if owners.setdefault(name, owner) != owner), None):
            what = f'{owners[twice]} and {owner} want one volume "{twice}"'
            fix = "give --volume-name pv-{namespace}-{name}-{ordinal}"
            yield Problem("--volume-name", what, fix)


def _documents(plans: Iterable[Plan], renderer: "Renderer") -> Iterator["Documents"]:
    for plan in plans:
        for resource in PAIRED:
            for series in plan.series[resource]:
                yield renderer.pairs(resource, series)


def tell_next(*commands: str) -> None:
    """Show, on a terminal, the commands that come next."""
    if sys.stderr.isatty():
        pipe = f"{shlex.join(['sfsgen', *sys.argv[1:]])} | kubectl create -f -"
        print("next:", *(f"  {each}" for each in (pipe, *commands)), sep="\n", file=sys.stderr)
