"""`sfsgen scale`: the volumes and claims that a set needs before it is scaled up."""

from typing import Any

import typer

from sfsgen import console
from sfsgen.changes.missing import left_behind, plan
from sfsgen.commands import parameters
from sfsgen.commands.missing import (
    asked,
    print_missing,
    refuse_renamed,
    refuse_too_many,
    scene,
    tell_next,
)
from sfsgen.problems import InputError, Problem
from sfsgen.sets.reading import chosen, inventory
from sfsgen.values.settings import PAIRS


@parameters.with_settings(PAIRS)
def scale(
    context: typer.Context,
    name: parameters.Name = None,
    replicas: parameters.NewReplicas = None,
    filename: parameters.Filenames = None,
    namespace: parameters.InNamespace = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    *,
    output: parameters.Output = "yaml",
    output_dir: parameters.OutputDir = None,
    force: parameters.Force = False,
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
    problems: list[Problem] = []
    given = asked(context.params, problems)
    for option, what, value in (
        ("NAME", "the StatefulSet's name", name),
        ("--replicas", "the number of replicas to come", given.replicas),
    ):
        if value is None:
            problems.append(Problem(option, f"{what} is missing", "sfsgen scale web --replicas 5"))
    if problems or name is None or given.replicas is None:
        raise InputError(*problems)
    found = inventory(given.access)
    (stateful_set,) = chosen(found, [name], namespace, None)
    refuse_renamed(found, [stateful_set])
    refuse_too_many([(stateful_set, given.replicas)], given)
    seen = scene(found, given, {stateful_set.key: stateful_set.ordinals_of(given.replicas)})
    target = given.printing.target
    made = plan(seen.pairing, stateful_set, given.replicas, given.style, target)
    is_missing, is_told = print_missing([made], seen, given.printing)
    command = given.access.kubectl.command
    if given.replicas < stateful_set.replicas:
        for left in left_behind(seen.cures, made):
            console.note(left)
    elif not stateful_set.templates:
        console.note(f"{name} has no claim templates, and needs no volumes")
    elif not (is_missing or is_told):
        console.note(f"nothing is missing: {name} has a volume and a claim for every ordinal")
    then = ["scale", f"statefulset/{name}", f"--replicas={given.replicas}"]
    is_another = given.replicas != stateful_set.replicas
    scaled = command(*then, namespace=stateful_set.namespace) if is_another else ""
    tell_next(given, is_missing=is_missing, then=scaled)
