"""`sfsgen adopt`: a provisioner's or a hand's volumes become a set's own, over the same data."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import typer

from sfsgen.adopting.adopt import adopted
from sfsgen.adopting.adopting import Adopting
from sfsgen.changes.cures import Cures
from sfsgen.commands import parameters, plans_output
from sfsgen.commands.access import access, named_in_failure, pinned
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.resources import VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.plans.doing import Doing
from sfsgen.plans.finished import apart
from sfsgen.plans.outcomes import Lacking, Object
from sfsgen.plans.plan import Plan, key_of
from sfsgen.problems import InputError, Problem, wrong_format
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.origins import Origin, with_group
from sfsgen.sets.reading import chosen, inventory
from sfsgen.sets.styles import Styles, styles
from sfsgen.storage_drivers import CSI_NFS, LOCAL, NFS


def adopt(
    context: typer.Context,
    name: parameters.Names = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    volume_name: parameters.VolumeName = None,
    driver: parameters.MountedBy = None,
    claim_template: parameters.OneTemplate = None,
    *,
    rename: parameters.Rename = False,
    all_at_once: parameters.AllAtOnce = False,
    output: parameters.PlanOutput = "words",
    kube_version: parameters.KubeVersion = None,
) -> None:
    """Say, or script, how the volumes of StatefulSets become named, reserved, static pairs.

    Volumes of nfs-subdir-external-provisioner, csi-driver-nfs, democratic-csi (NFS), local-path
    or a hand stay over the same directories; no byte moves. Nothing is changed: what is printed
    its owner runs. Exits with 1, and prints no step, where an ordinal cannot be adopted.

    \b
    sfsgen adopt web
    sfsgen adopt web -o sh > adopt.sh && sh adopt.sh --dry-run
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    looked = access(context.params, "adopt", problems)
    target = parameters.chosen_target(kube_version, problems)
    problems += wrong_format(output, plans_output.FORMATS)
    if driver not in (None, NFS, CSI_NFS):
        problems.append(Problem("--driver", f'"{driver}" mounts none of them', "give nfs or csi"))
    if problems:
        raise InputError(*problems)
    with named_in_failure(looked):
        found = inventory(looked, name or ())
    looked, _ = pinned(looked)
    sets = [_of(each, claim_template) for each in chosen(found, name or (), looked)]
    doing = Doing(Cures(found, looked), Pairing(found), Lacking({}, {}))
    given = {"--volume-name": volume_name, "--driver": driver}

    def plan(stateful_set: FoundSet) -> Plan:
        style = _styles(doing, stateful_set, given, target)
        make = _maker(style, target)
        ways = Adopting(doing, style.name, make, driver or "", rename)
        return adopted(ways, stateful_set, together=all_at_once)

    plans = apart(list(map(plan, sets)), found, doing.pairing)
    _refuse_twice(plans)
    raise typer.Exit(plans_output.printed(plans, output, looked.kubectl))


def _of(stateful_set: FoundSet, claim_template: str | None) -> FoundSet:
    """Return a set with one of its claim templates, or all. Raises InputError for one it lacks."""
    templates = stateful_set.templates
    chosen = tuple(each for each in templates if claim_template in (None, each.name))
    if claim_template is not None and not chosen:
        what = f"{stateful_set.name} has no claim template {quoted([claim_template])}"
        fix = (
            f"give {' or '.join(each.name for each in templates)}" if templates else "leave it out"
        )
        raise InputError(Problem("--claim-template", what, fix))
    return stateful_set._replace(templates=chosen)


def _refuse_twice(plans: Sequence[Plan]) -> None:
    """Raise InputError where two sets would have a volume of one name."""
    made = [key_of(value) for each in plans for value in each.created]
    for (kind, _, name), count in Counter(made).items():
        if kind == "PersistentVolume" and count > 1:
            what = f"two sets would have a volume named {name}"
            fix = "adopt one at a time, with another pattern, such as pv-{namespace}-{claim}"
            raise InputError(Problem("--volume-name", what, fix))


def _styles(
    doing: Doing, stateful_set: FoundSet, given: Mapping[str, Any], target: Target
) -> Styles:
    """Return how the volumes of a set are made. Raises InputError where an option is wrong."""
    rows = list(_rows(doing, stateful_set))
    numbers = {stateful_set.start_ordinal, *(each.number for each in rows)}
    made = styles(stateful_set, range(min(numbers), max(numbers) + 1), given, target)
    problems = [*made.problems]
    names = Counter(map(made.name, rows))
    if not problems and (twice := next((each for each in names if names[each] > 1), "")):
        what = f"it names several volumes of {stateful_set.name} {twice}"
        problems.append(Problem("--volume-name", what, "put {claim} into it, as pv-{claim}"))
    if problems:
        raise InputError(*problems)
    return made


def _rows(doing: Doing, stateful_set: FoundSet) -> Iterator[Ordinal]:
    for template in stateful_set.templates:
        rows = doing.pairing.of(template)
        yield from map(rows.row, sorted({*stateful_set.ordinals, *rows.claims}))


def _maker(style: Styles, target: Target) -> Callable[[Ordinal, Origin], Object]:
    """Return what makes the volume of an ordinal, as `sfsgen render` prints it."""

    def make(row: Ordinal, origin: Origin) -> Object:
        from sfsgen.documents.yaml_reader import read
        from sfsgen.printing.rendering import Renderer
        from sfsgen.printing.templates import Templates

        documents = Renderer(target, Templates()).pairs(VOLUME, style.series(row, origin))
        (document,) = read(documents.text(row.number), VOLUME)
        value: Object = with_group(document.value, origin.volume)
        affinity = origin.volume.manifest.at("spec", "nodeAffinity")
        if affinity is None or origin.place.driver == LOCAL:
            return value
        return {**value, "spec": {**value["spec"], "nodeAffinity": affinity}}

    return make
