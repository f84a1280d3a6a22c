"""`sfsgen recover`: the steps that bring every ordinal back to its own volume, its data kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from sfsgen import console
from sfsgen.changes.cures import Cures
from sfsgen.commands import parameters, plans_output
from sfsgen.commands.access import access, named_in_failure, pinned
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.resources import PAIRED
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.plans.finished import apart
from sfsgen.plans.outcomes import Lacking, Object
from sfsgen.plans.plan import Plan, key_of
from sfsgen.problems import InputError, Problem, wrong_format
from sfsgen.recovering.recover import Ways, recovered
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.left_behind import left_behind
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.reading import chosen, inventory

if TYPE_CHECKING:
    from sfsgen.changes.missing import Plan as Missing


def recover(
    context: typer.Context,
    name: parameters.Names = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    old: parameters.Old = None,
    *,
    exchange: parameters.Exchange = False,
    all_at_once: parameters.AllAtOnce = False,
    output: parameters.PlanOutput = "words",
    kube_version: parameters.KubeVersion = None,
) -> None:
    """Say, or script, how every ordinal of StatefulSets comes back to its own volume.

    Nothing is changed: what is printed its owner runs. Exits with 1, and prints no step, where an
    ordinal is not understood.

    \b
    sfsgen recover web
    sfsgen recover web -o sh > recover.sh && sh recover.sh --dry-run
    sfsgen recover web --old dump.yaml -o yaml | kubectl create -f -
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    looked = access(context.params, "recover", problems)
    target = parameters.chosen_target(kube_version, problems)
    problems += wrong_format(output, plans_output.FORMATS)
    if problems:
        raise InputError(*problems)
    before = inventory(_of_old(looked, old)) if old else None
    resources = cluster.ALL if old else cluster.PAIRED
    with named_in_failure(looked):
        found = inventory(looked, name or (), resources=resources, without_sets=bool(old or name))
    looked, its_namespace = pinned(looked)
    whole = _with_old(found, before, looked)
    gone = list(left_behind(whole, name or (), namespace or its_namespace or None))
    whole = _with(whole, gone, looked)
    sets = chosen(whole, name or (), looked)
    ways = Ways(exchange=exchange, all_at_once=all_at_once)
    pairing = Pairing(whole)
    cures = Cures(whole, looked)
    plans = [
        recovered(cures, pairing, each, _lacking(pairing, each, before, target), ways)
        for each in sets
    ]
    plans = [_with_note(each, gone) for each in apart(plans, whole, pairing)]
    raise typer.Exit(plans_output.printed(plans, output, looked.kubectl))


def _of_old(access: Access, old: Sequence[str]) -> Access:
    """Return where a dump is read: what says no namespace in it is in that of the live cluster."""
    namespace = access.namespace
    if access.is_live and namespace is None:
        namespace = cluster.whereabouts(access.kubectl, None)[1] or None
    again = parameters.piped("recover", is_old=True)
    return access._replace(filenames=tuple(old), namespace=namespace, again=again)


def _with_old(found: Inventory, before: Inventory | None, access: Access) -> Inventory:
    """Return what exists, with the sets of an old cluster that are not there."""
    if before is None:
        return found
    lost = [each for key, each in before.sets.items() if key not in found.sets]
    if not lost:
        return found
    from sfsgen.recovering.rebuilding import written

    again = [
        each.manifest._replace(
            value=written(each.manifest, each.namespace), namespace=each.namespace
        )
        for each in lost
    ]
    return _with(found, again, access)


def _with(found: Inventory, more: Sequence[Manifest], access: Access) -> Inventory:
    namespace = access.namespace or DEFAULT_NAMESPACE
    return Inventory([*found.manifests, *more], namespace, found.elsewhere) if more else found


def _with_note(plan: Plan, gone: Sequence[Manifest]) -> Plan:
    """Return a plan that says, of a set that is gone, what of it is not made again."""
    namespace, name = plan.stateful_set
    if plan.unknown or (namespace, name) not in {(each.namespace, each.name) for each in gone}:
        return plan
    note = (
        f"the set {name} is not there: its claims and volumes alone are looked at; make it again "
        "from your manifests afterwards, or give --old FILE, a dump that has it"
    )
    return plan._replace(notes=(*plan.notes, note))


def _lacking(
    pairing: Pairing, stateful_set: FoundSet, before: Inventory | None, target: Target
) -> Lacking:
    """Return what a set lacks: as it was, else as what is there shows it."""
    shown = _shown(pairing, stateful_set, target)
    its_old = before.sets.get(stateful_set.key) if before else None
    if before and not its_old:
        console.note(f"nothing of {'/'.join(stateful_set.key)} is in what --old names")
    if before is None or its_old is None:
        return shown
    from sfsgen.recovering.rebuilding import beside, of_old

    old = of_old(Pairing(before), its_old)
    there = pairing.inventory
    volumes = {
        key: each
        for key, each in old.volumes.items()
        if each["metadata"]["name"] not in there.volumes
    }
    is_there = stateful_set.manifest.is_stored
    if is_there:  # what was given up above its replicas stays so
        keys = {row.claim_key for row in _wanted(pairing, stateful_set)}
        volumes = {key: each for key, each in volumes.items() if key in keys}
    return Lacking(
        {**shown.volumes, **volumes},
        {**shown.claims, **old.claims},
        shown.why_not,
        old.volumes,
        () if is_there else beside(before, its_old),
    )


def _shown(pairing: Pairing, stateful_set: FoundSet, target: Target) -> Lacking:
    """Return what a set lacks, as `sfsgen volumes` prints it."""
    from sfsgen.changes.missing import plan_for

    if all(row.is_sound for row in _wanted(pairing, stateful_set)):
        return Lacking({}, {})
    kept = {"--reclaim-policy": "Retain"}
    made = plan_for(pairing, stateful_set, stateful_set.replicas, kept, target)
    errors, _ = console.split(made.problems, strict=False)
    if errors:
        whats = "; ".join(dict.fromkeys(each.what for each in errors))
        ways = f"`sfsgen volumes {stateful_set.name}` takes it by option"
        return Lacking({}, {}, f"{whats}; --old FILE, a dump of before, shows it, or {ways}")
    objects = list(_rendered(made, target))
    by_kind: dict[str, dict[tuple[str, str], Object]] = {"PersistentVolume": {}}
    for each in objects:
        kind, *key = key_of(each)
        if kind == "PersistentVolume":
            reference = each["spec"]["claimRef"]
            key = [reference["namespace"], reference["name"]]
        by_kind.setdefault(kind, {})[key[0], key[1]] = each
    return Lacking(by_kind["PersistentVolume"], by_kind.get("PersistentVolumeClaim", {}))


def _wanted(pairing: Pairing, stateful_set: FoundSet) -> Iterator[Any]:
    for template in stateful_set.templates:
        yield from map(pairing.of(template).row, stateful_set.ordinals)


def _rendered(made: "Missing", target: Target) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a set lacks."""
    every = [(each, series) for each in PAIRED for series in made.series(each)]
    if not every:
        return
    from sfsgen.documents.yaml_reader import read
    from sfsgen.printing.rendering import Renderer
    from sfsgen.printing.templates import Templates

    renderer = Renderer(target, Templates())
    for resource, series in every:
        documents = renderer.pairs(resource, series)
        for ordinal in documents.ordinals:
            (document,) = read(documents.text(ordinal), resource)
            yield document.value
