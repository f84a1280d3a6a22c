"""What the rules find in what own templates print, and not in what the built-in ones print."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sfsgen.checking.inspection import inspect, scene
from sfsgen.checking.ruleset import all_rules
from sfsgen.findings.finding import Finding, error
from sfsgen.findings.located import Located, located
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes.binder import differences
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.problems import Problem
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.reading import Read

AS_RENDERED = ", as rendered"
"""What stands behind a template's name where a place in what it prints is told."""
# Of these a rule may say less than an error, for somebody can mean them. A template is told what
# is meant: pairs that are equal and reserved on both sides, one for each replica.
_NEVER_MEANT = frozenset(
    (
        "claim-template",
        "class",
        "extra-pair",
        "half-reserved",
        "missing-claim",
        "missing-volume",
        "service",
        "unequal-pair",
    )
)
_NOTHING = Scene(Inventory((), DEFAULT_NAMESPACE), Look((), (), {}, None, Access(("-",))))


def judge(
    theirs: Iterable[Manifest],
    ours: Callable[[], Iterable[Manifest]],
    target: Target,
    seen: Scene | None,
    templates: Sequence[str],
) -> list[Problem]:
    """Return what is wrong with what own templates print, beside what was seen.

    Of each rule and template the first: what is wrong with a template is so for many ordinals.
    `ours` is asked for what the built-in templates print.
    """
    found = _found(theirs, target, seen or _NOTHING)
    known = {_key(each) for each in _found(ours(), target, seen or _NOTHING)} if found else ()
    problems: dict[tuple[str, str], Problem] = {}
    for each in found:
        if _key(each) not in known:
            problem = _problem(each, templates)
            problems.setdefault((each.rule, problem.where.partition(AS_RENDERED)[0]), problem)
    # What stands elsewhere follows from it.
    told = [each for each in problems.values() if AS_RENDERED in each.where]
    return told or list(problems.values())


def _found(printed: Iterable[Manifest], target: Target, seen: Scene) -> list[Located]:
    """Return what rules find in what is printed and in what was seen, but for notes."""
    there, access = seen.inventory, seen.look.access
    everything = Read([*there.manifests, *printed], (), there.elsewhere)
    whole = scene(everything, access.namespace or DEFAULT_NAMESPACE, target, access)
    found = [*inspect(whole, all_rules()), *map(located, _unequal(whole))]
    return [each for each in found if each.severity != "note" or each.rule in _NEVER_MEANT]


def _unequal(whole: Scene) -> Iterator[Finding]:
    """Yield the pairs whose volume has more than is asked for: those that we print are equal."""
    for pair in whole.pairing.pairs.values():
        claim, volume = pair.claim, pair.volume
        found = list(differences(claim.storage, volume.storage, volume.name))
        if pair.is_pinned and found and not any(each.is_short for each in found):
            what = f"the claim {claim.name} and {volume.name} are not equal: {found[0].what}"
            fix = "take this over from the built-in template"
            yield error(volume.manifest, ("spec",), what, fix, claim.manifest)._replace(
                rule="unequal-pair"
            )


def _key(found: Located) -> object:
    """Return what is the same of a finding wherever its object stands."""
    return found.rule, found.severity, found.subject, found.what


def _problem(found: Located, templates: Sequence[str]) -> Problem:
    """Return a finding at what an own template has printed, be it only related to it."""
    files = [f"{each}{AS_RENDERED}" for each in templates]
    own = (each.where() for each in found.related if each.document.file in files)
    where = found.where if found.place.file in files else next(own, "")
    is_told = where and found.severity != "note"
    return Problem(
        where or ", ".join(templates),
        f"{found.what} ({found.rule})",
        found.cure.words if is_told else "take this over from the built-in template",
        "warning" if found.severity == "warning" and found.rule not in _NEVER_MEANT else "error",
    )
