"""`sfsgen volumes`: the volumes and claims that any StatefulSets in any manifests lack."""

from typing import Any

import typer

from sfsgen import console
from sfsgen.commands import folder_parameters, parameters
from sfsgen.commands.access import telling_where
from sfsgen.commands.missing import asked, print_missing, tell_next, tell_unused
from sfsgen.problems import InputError, Problem
from sfsgen.sets.reading import chosen, inventory
from sfsgen.values.settings import PAIRS


@parameters.with_settings(PAIRS)
def volumes(
    context: typer.Context,
    name: parameters.Names = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    replicas: parameters.NewReplicas = None,
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
    """Print the volumes and claims that StatefulSets lack, for a chart's as for one's own.

    \b
    helm template kafka bitnami/kafka \\
      | sfsgen volumes -f - --nfs-server nfs.example.com --nfs-path /exports \\
      | kubectl create -f -
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    given = asked(context.params, problems, "volumes")
    if problems:
        raise InputError(*problems)
    with telling_where(given.access):
        found = inventory(given.access, name or (), strict=given.printing.strict)
    sets = chosen(found, name or (), given.access)
    wanted = [(each, each.replicas if given.replicas is None else given.replicas) for each in sets]
    printed = print_missing(found, wanted, given)
    if not any(each.templates for each in sets):
        console.note("no set has claim templates, and none needs volumes")
    elif not (printed.is_missing or printed.is_told):
        console.note("nothing is missing: every ordinal has a volume and a claim")
    tell_unused(printed.plans, given)
    tell_next(given, printed)
    folder_parameters.end(differs=printed.differs)
