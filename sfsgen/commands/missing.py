"""What `scale` and `volumes` share: checks what is asked, prints and tells what is missing."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sfsgen import console
from sfsgen.changes.cures import RESYNC
from sfsgen.changes.missing import ANOTHER_NAME, Lack, Plan, plan_for
from sfsgen.commands.access import access
from sfsgen.commands.parameters import chosen_target
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes.kubectl import Access, quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.quantities import meant, whole_number
from sfsgen.kubernetes.resources import PAIRED, VOLUME
from sfsgen.plain_text import quoted as word
from sfsgen.printing.objects import Printing, check, print_documents, too_many
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import Ordinal
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.renames import renamed_claims
from sfsgen.values.collisions import Claimant, collisions
from sfsgen.values.hazards import lies_by_handle
from sfsgen.values.options import is_given
from sfsgen.values.settings import PAIRS, listed
from sfsgen.values.tree import option_for

if TYPE_CHECKING:
    from sfsgen.printing.rendering import Documents, Renderer
    from sfsgen.sets.found import FoundSet
    from sfsgen.sets.inventory import Inventory
    from sfsgen.values.pairs import Key, Volume

ABOUT_ROWS = (
    "access-modes",
    "claim-ref",
    "claim-selector",
    "half-reserved",
    "incomplete-claim-ref",
    "lost",
    "missing-volume",
    "pending",
    "released",
    "size",
    "stale-uid",
    "terminating",
    "two-claims",
    "two-volumes",
    "unequal-pair",
    "unreserved",
    "volume-mode",
)
"""The rules about a claim and its volume, which new pairs do not mend."""
_OF_PAIRS = ("--storage", "--access-mode")
"""The options that say what a claim and its volume have alike."""
_OF_PLACES = ("--nfs-server", "--nfs-path", "--shared-directory")
"""The options that say where a volume lies."""
_NEVER_CHANGED = {
    "--nfs-server": "server",
    "--nfs-path": "directory",
    "--shared-directory": "directory",
    "--read-only": "source",
    "--driver": "driver",
}
"""What options say that no patch of a volume can change."""
_MOST_REPLICAS = 2**31 - 1
_MOST_PAIRS = 100_000  # to look through in a run; a set of more is a slip of the finger


class Asked(NamedTuple):
    """What a command line asks for."""

    access: Access
    replicas: int | None
    style: Mapping[str, Any]
    printing: Printing


def asked(parameters: Mapping[str, Any], problems: list[Problem], command: str) -> Asked:
    """Return what a command's parameters ask for, noting what is wrong with them."""
    printing = Printing(
        chosen_target(parameters["kube_version"], problems),
        frozenset(PAIRED),
        parameters["output"],
        parameters["output_dir"],
        parameters["force"],
        parameters["template_dir"],
        parameters["strict"],
        parameters["allow_many"],
        diff=parameters.get("diff", False),  # `prepare` has none
        kustomization=parameters.get("kustomization", False),
    )
    check(printing, problems)
    looked = access(parameters, command, problems)
    style = {each.option: parameters[each.parameter] for each in listed(PAIRS)}
    return Asked(looked, _replicas(parameters["replicas"], problems), style, printing)


def _replicas(text: str | None, problems: list[Problem]) -> int | None:
    if text is None:
        return None
    try:
        number = whole_number(text)
    except ValueError:
        number = -1
    if not 0 <= number <= _MOST_REPLICAS:
        what = f"{word(text)} is not a whole number from 0 to {_MOST_REPLICAS}"
        problems.append(Problem("--replicas", what, f"give it as --replicas {meant(text, 5)}"))
    return number


def _refuse_renamed(inventory: "Inventory", stateful_sets: Iterable["FoundSet"]) -> None:
    """Raise InputError where a set's claims were renamed away from it: that is not guessed at."""
    manifests = [each.manifest for each in stateful_sets]
    problems = []
    for claim, row in renamed_claims(inventory):
        manifest = row.stateful_set.manifest
        if manifest in manifests:
            what = f'the set "{manifest.name}" does not look for the claim "{claim.name}"'
            fix = f'name it "{row.claim_key[1]}": a namePrefix or a rename has changed one of them'
            if claim.manifest.is_stored:
                fix = "`sfsgen check` of the same input says how its volume is handed over"
            problems.append(Problem(manifest.where(("metadata", "name")), what, fix))
    if problems:
        raise InputError(*problems)


def _refuse_too_many(wanted: Iterable[tuple["FoundSet", int]], asked_for: Asked) -> None:
    """Raise InputError where sets have more ordinals, in all, than can be looked through."""
    left = _MOST_PAIRS
    for stateful_set, replicas in wanted:
        most = max(replicas, stateful_set.replicas)  # new pairs follow those that there are
        left -= most * max(1, len(stateful_set.templates))
        if left < 0:
            is_asked = most == asked_for.replicas
            where = stateful_set.manifest.where(("spec", "replicas"))
            what = (
                f"with {most} replicas of {stateful_set.name} there are more than "
                f"{_MOST_PAIRS} volumes and claims to look through"
            )
            fix = "write the number that is meant, or name fewer sets"
            raise InputError(Problem("--replicas" if is_asked else where, what, fix))


def _too_many(plan: Plan, given: Asked) -> list[Problem]:
    stateful_set = plan.stateful_set
    ordinals = {row.number for run in plan.runs if run.resources for row in run.rows}
    where = "--replicas"
    if given.replicas is None:
        where = stateful_set.manifest.where(("spec", "replicas"))
    return too_many(given.printing, where, stateful_set.name, len(ordinals))


class Printed(NamedTuple):
    """What was printed of what sets lack, and whether anything was."""

    plans: Sequence[Plan]
    seen: Scene
    is_missing: bool
    is_told: bool
    """Whether there was anything to say of what is there."""
    differs: bool
    """Whether files would differ, where that was asked for."""


def planned(
    inventory: "Inventory", wanted: Sequence[tuple["FoundSet", int]], given: Asked
) -> tuple[Sequence[Plan], Scene, Sequence[Problem]]:
    """Return what sets lack for so many replicas, what was seen, and what is to be warned of.

    Raises InputError where that cannot be said, or two volumes could not both be.
    """
    _refuse_renamed(inventory, [each for each, _ in wanted])
    _refuse_too_many(wanted, given)
    ordinals = {each.key: each.ordinals_of(replicas) for each, replicas in wanted}
    look = Look((), (), {}, None, given.access)
    seen = Scene(inventory, look, Pairing(inventory, ordinals))
    target = given.printing.target
    plans = [plan_for(seen.pairing, each, count, given.style, target) for each, count in wanted]
    problems = [*(problem for plan in plans for problem in plan.problems), *_collisions(plans)]
    problems += _of_rows(plans, seen)
    problems += [problem for plan in plans for problem in _too_many(plan, given)]
    errors, cautions = console.split(problems, strict=given.printing.strict)
    if errors:
        raise InputError(*errors, *cautions)
    return plans, seen, cautions


def print_missing(
    inventory: "Inventory", wanted: Sequence[tuple["FoundSet", int]], given: Asked
) -> Printed:
    """Print what sets lack for so many replicas, and tell what is wrong beside it.

    Raises InputError where that cannot be said, or two volumes could not both be.
    """
    plans, seen, cautions = planned(inventory, wanted, given)
    is_missing = any(any(plan.series(each)) for plan in plans for each in PAIRED)
    differs = False
    if is_missing or given.printing.kustomization:
        differs = print_documents(
            lambda renderer: missing_documents(plans, renderer), given.printing, seen
        )
    console.tell(*cautions)
    notes = [note for plan in plans for note in notes_on(plan, seen, is_missing=is_missing)]
    for note in notes:
        console.note(note)
    return Printed(plans, seen, is_missing, bool(cautions or notes), differs)


def notes_on(plan: Plan, seen: Scene, *, is_missing: bool) -> Iterator[str]:
    """Yield what is worth knowing, and nobody's fault."""
    for row in plan.rows(Lack.UNREAD):
        namespace, claim = row.claim_key
        volume = row.volume.name if row.volume else ""
        # Who has read claims, or looks at a cluster, is not told to read them.
        if seen.look.access.is_live or any(key[0] == namespace for key in seen.inventory.claims):
            yield (
                f"volume {volume} is Bound, and its claim {claim} is gone: look again in "
                f"{RESYNC}, when it is Released ({seen.cures.look_at(volume)})"
            )
        else:
            yield (
                f"volume {volume} is Bound, and its claim {claim} is not in the input: read the "
                f"claims too ({seen.cures.read_all(namespace)})"
            )
    yield from plan.notes
    for template in plan.stateful_set.templates if is_missing else ():
        if template.storage.storage_class is None:
            yield (
                f"claim template {template.name} of {plan.stateful_set.namespace}/"
                f"{plan.stateful_set.name} names no class: "
                "claims that the controller makes from it take a default StorageClass "
                '(storageClassName: "" keeps it out)'
            )


def _of_rows(plans: Sequence[Plan], seen: Scene) -> Iterator[Problem]:
    """Yield what rules find about the ordinals that get no new volume.

    It is an error where nothing can be printed for an ordinal before it is put right.
    """
    without_volume = set(Lack) - {Lack.PAIR, Lack.VOLUME}
    every = [row for plan in plans for row in plan.rows(*without_volume)]
    # Of sound ones no rule tells; to load the rules takes a tenth of a run.
    rows = [row for row in every if not (row.is_sound and is_alone(row, seen))]
    if not rows:
        return
    from sfsgen.checking.inspection import inspect
    from sfsgen.checking.ruleset import some_rules

    held = [row for plan in plans for row in plan.rows(Lack.BLOCKED)]
    blocked = {id(each): row for row in held for each in sides_of(row)}
    concerned = {id(each) for row in rows for each in sides_of(row)}
    told: set[Key] = set()
    for found in inspect(seen, some_rules(ABOUT_ROWS), concerned):
        its_rows = [blocked[id(each)] for each in found.sides if id(each) in blocked]
        is_error = bool(its_rows) and found.severity == "error"
        told |= {row.claim_key for row in its_rows if is_error}
        severity: Literal["error", "warning"] = "error" if is_error else "warning"
        if found.severity != "note":
            yield Problem(found.where, f"{found.what} ({found.rule})", found.cure.words, severity)
    for row in (row for row in held if row.claim_key not in told):
        volume = row.volume
        what = f"the volume {volume.name if volume else ''} is not that of {row.claim_key[1]}"
        where = volume.manifest.where(("spec", "claimRef")) if volume else "--volume-name"
        yield Problem(where, what, ANOTHER_NAME)


def is_alone(row: Ordinal, seen: Scene) -> bool:
    """Return whether no other claim names an ordinal's volume, and no other volume its claim."""
    inventory = seen.inventory
    takers = inventory.takers.get(row.volume.name if row.volume else "", ())
    return len(takers) == 1 and len(inventory.reservations.get(row.claim_key, ())) == 1


def sides_of(row: Ordinal) -> Iterator[Manifest]:
    """Yield the manifests of an ordinal's claim and volume."""
    yield from (each.manifest for each in (row.claim, row.volume) if each)


def _collisions(plans: Iterable[Plan]) -> Iterator[Problem]:
    claimants = [
        Claimant(
            plan.stateful_set.name,
            plan.stateful_set.namespace,
            (),
            plan.new_ordinals,
            plan.templates,
        )
        for plan in plans
    ]
    for collision in collisions(claimants):
        where = option_for(collision.path) or f"StatefulSet {claimants[collision.set_index].name}"
        yield Problem(where, collision.what, collision.fix)


def missing_documents(plans: Iterable[Plan], renderer: "Renderer") -> Iterator["Documents"]:
    """Yield the documents of what sets lack."""
    for plan in plans:
        for resource in PAIRED:
            for series in plan.series(resource):
                yield renderer.pairs(resource, series)


def tell_unused(plans: Sequence[Plan], given: Asked) -> None:
    """Tell which options changed nothing, since what they are for is not printed."""
    made = [run for plan in plans for run in plan.runs if run.resources]
    lacks = {run.lack for run in made}
    options = [option for option, value in given.style.items() if is_given(value)]
    of_pairs = [each for each in options if each in _OF_PAIRS]
    of_volumes = [each for each in options if each not in _OF_PAIRS]
    if not lacks and options:
        console.note(f"nothing is printed, so {_and(options)} changed nothing; {_why(options)}")
    elif Lack.PAIR not in lacks and of_pairs:
        why = "a claim and its volume have one size and the same modes, and one of the two is there"
        console.note(f"{_and(of_pairs)} changed nothing: {why}")
    if lacks == {Lack.CLAIM} and of_volumes:
        why = _why(of_volumes)
        console.note(f"no volume is printed, so {_and(of_volumes)} changed nothing; {why}")
    new = [run.template.source for run in made if VOLUME in run.resources]
    of_places = [each for each in options if each in _OF_PLACES]
    if new and of_places and not any(each.has_place for each in new):
        driver = new[0].driver.csi
        console.note(f"{_and(of_places)} changed nothing: {lies_by_handle(driver)}")
    if not (lacks or given.printing.kustomization) and given.printing.output_dir:
        console.note(f"nothing was written to {given.printing.output_dir}")


def _why(options: Iterable[str]) -> str:
    fixed = dict.fromkeys(_NEVER_CHANGED[each] for each in options if each in _NEVER_CHANGED)
    if fixed:
        return f"a volume's {_and(fixed)} can never be changed"
    return "what exists keeps its own"


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def tell_next(asked_for: Asked, printed: Printed, then: str = "") -> None:
    """Show, on a terminal, the commands that come next: make directories, create what is missing.

    And another.
    """
    from sfsgen.commands import next_steps

    if asked_for.printing.diff or not next_steps.is_heard():
        return
    printing, command = asked_for.printing, asked_for.access.kubectl.command
    lines: list[str] = []
    can_read_again = "-" not in asked_for.access.filenames
    if printed.is_missing and can_read_again:
        volumes = _new_volumes(printed.plans)
        lines += next_steps.to_prepare(volumes, is_live=asked_for.access.is_live)
    if printed.is_missing and printing.output_dir:
        lines.append(command("create", *next_steps.all_of(printing.output_dir)))
    elif printed.is_missing and printing.output != "name" and can_read_again:
        lines.append(f"{quoted(['sfsgen', *sys.argv[1:]])} | {command('create', '-f', '-')}")
    next_steps.tell([*lines, *([then] if then else [])])


def _new_volumes(plans: Iterable[Plan]) -> Iterator["Volume"]:
    for plan in plans:
        for series in plan.series(VOLUME):
            yield from (series.template.pair(ordinal).volume for ordinal in series.ordinals)
