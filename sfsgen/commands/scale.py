"""`sfsgen scale`: the volumes and claims that a set needs before it is scaled up."""

from collections.abc import Mapping
from typing import Any

import typer

from sfsgen import console
from sfsgen.changes.missing import left_behind
from sfsgen.commands import folder_parameters, parameters
from sfsgen.commands.access import telling_where
from sfsgen.commands.missing import Asked, asked, print_missing, tell_next, tell_unused
from sfsgen.kubernetes.discovery import lists_all
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import every_container
from sfsgen.sets.reading import inventory, only
from sfsgen.values.settings import PAIRS

_LISTED = "the containers of {} list its pods, and the new ones are not among them"
_LONGER = "apply the set with the longer list, as `sfsgen render` makes it of {peers}"


@parameters.with_settings(PAIRS)
def scale(
    context: typer.Context,
    name: parameters.Name = None,
    replicas: parameters.NewReplicas = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    *,
    allow_many: parameters.AllowMany = False,
    output: parameters.Output = "yaml",
    output_dir: parameters.OutputDir = None,
    force: parameters.Force = False,
    diff: folder_parameters.Diff = False,
    kustomization: folder_parameters.Kustomization = False,
    template_dir: parameters.TemplateDir = None,
    kube_version: parameters.KubeVersion = None,
    strict: parameters.Strict = False,
    **_new_pairs: Any,
) -> None:
    """Print the volumes and claims that a StatefulSet lacks for N replicas, and nothing else.

    Sizes, modes, names, servers and directories are those of the pairs that exist; what they do
    not show is asked for by option, and an option wins.

    \b
    sfsgen scale web --replicas 5 | kubectl create -f -
    kubectl scale statefulset/web --replicas=5
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    given = _asked(context.params)
    names = [] if name is None else [name]
    with telling_where(given.access):
        found = inventory(given.access, names, strict=given.printing.strict)
    stateful_set = only(found, name, given.access)
    name = stateful_set.name
    count = given.replicas or 0
    printed = print_missing(found, [(stateful_set, count)], given)
    if count < stateful_set.replicas:
        for left in left_behind(printed.seen.cures, printed.plans[0]):
            console.note(left)
    elif not stateful_set.templates:
        console.note(f"{name} has no claim templates, and needs no volumes")
    elif not (printed.is_missing or printed.is_told):
        console.note(f"nothing is missing: {name} has a volume and a claim for every ordinal")
    if count > stateful_set.replicas and _lists_its_pods(stateful_set):
        console.note(f"{_LISTED.format(name)}; {_LONGER}")
    tell_unused(printed.plans, given)
    then = ["scale", f"statefulset/{name}", f"--replicas={count}"]
    scaled = given.access.kubectl.command(*then, namespace=stateful_set.namespace)
    is_another = count != stateful_set.replicas
    tell_next(given, printed, scaled if is_another else "")
    folder_parameters.end(differs=printed.differs)


def _lists_its_pods(stateful_set: FoundSet) -> bool:
    """Return whether containers of a set, or those that start first, name all of its pods."""
    own = (container for _, container in every_container(stateful_set.manifest))
    ordinals = stateful_set.ordinals
    return lists_all(own, stateful_set.name, stateful_set.service_name, ordinals)


def _asked(parameters: Mapping[str, Any]) -> Asked:
    """Return what is asked for. Raises InputError where it lacks what `scale` cannot do without."""
    problems: list[Problem] = []
    given = asked(parameters, problems, "scale")
    name, replicas = parameters["name"], given.replicas
    shown = ["NAME" if name is None else name, "--replicas", "N" if replicas is None else replicas]
    command = quoted(["sfsgen", "scale", *map(str, shown), *given.access.options])
    for option, what, value, placeholder in (
        ("NAME", "the StatefulSet's name", name, "NAME"),
        ("--replicas", "the number of replicas to come", parameters["replicas"], "N"),
    ):
        is_selected = option == "NAME" and given.access.selector is not None
        if value is None and not is_selected:
            fix = f"{command}, with {what} for {placeholder}"
            problems.append(Problem(option, f"{what} is missing", fix))
    if problems:
        raise InputError(*problems)
    return given
