"""`sfsgen scale`: the volumes and claims that a set needs before it is scaled up."""

import typer

from sfsgen import console
from sfsgen.commands import parameters
from sfsgen.commands.missing import (
    count,
    print_missing,
    printing_of,
    refuse_renamed,
    style_options,
    tell_next,
)
from sfsgen.errors import InputError, Problem
from sfsgen.inventory import Access, chosen, inventory
from sfsgen.plan import left_behind, plan


def scale(
    context: typer.Context,
    name: parameters.Name = None,
    replicas: parameters.NewReplicas = None,
    filename: parameters.Filenames = None,
    namespace: parameters.InNamespace = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    nfs_server: parameters.NfsServer = None,
    nfs_path: parameters.NfsPath = None,
    shared_directory: parameters.SharedDirectory = None,
    storage: parameters.Storage = None,
    access_mode: parameters.AccessMode = None,
    reclaim_policy: parameters.ReclaimPolicy = None,
    mount_option: parameters.MountOption = None,
    read_only: parameters.ReadOnly = None,
    volume_name: parameters.VolumeName = None,
    driver: parameters.Driver = None,
    output: parameters.Output = "yaml",
    output_dir: parameters.OutputDir = None,
    force: parameters.Force = False,
    template_dir: parameters.TemplateDir = None,
    kube_version: parameters.KubeVersion = None,
) -> None:
    """Print the volumes and claims that a StatefulSet lacks for N replicas, and nothing else.

    Sizes, modes, names, servers and directories are those of the pairs that exist; what they do
    not show is asked for by option, and an option always wins.

    \b
    sfsgen scale web --replicas 5 | kubectl create -f -
    kubectl scale statefulset/web --replicas=5
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    printing = printing_of(context.params)
    wanted = count("--replicas", replicas)
    missing = [
        Problem(option, f"{what} is missing", f"sfsgen scale web {given}")
        for option, what, given, value in (
            ("NAME", "the StatefulSet's name", "--replicas 5", name),
            ("--replicas", "the number of replicas to come", "--replicas 5", wanted),
        )
        if value is None
    ]
    if name is None or wanted is None:
        raise InputError(*missing)
    found = inventory(Access(filename or (), namespace, kube_context, kubeconfig))
    (stateful_set,) = chosen(found, [name], namespace, None)
    refuse_renamed(found, [stateful_set])
    made = plan(found, stateful_set, wanted, style_options(context.params), printing.target)
    is_missing = print_missing([made], printing)
    kubectl = "kubectl" if kube_context is None else f"kubectl --context={kube_context}"
    here = f"-n {stateful_set.namespace}"
    if wanted < stateful_set.replicas:
        for claim, volume in left_behind(found, made):
            console.note(
                f"stays behind with its data: claim {claim}, volume {volume or 'none'}; remove it "
                f"with {kubectl} delete {here} pvc/{claim}" + (f" pv/{volume}" if volume else "")
            )
    elif not is_missing and not made.notes:
        console.note(f"nothing is missing: {name} has a volume and a claim for every ordinal")
    tell_next(f"{kubectl} scale {here} statefulset/{name} --replicas={wanted}")
