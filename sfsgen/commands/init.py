"""`sfsgen init`: a values file to start from, or one for a set that exists."""

import os
from collections.abc import Mapping, Sequence
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

import typer

from sfsgen import package_data
from sfsgen.commands import parameters
from sfsgen.console import tell, write_stdout
from sfsgen.plain_text import quoted as word
from sfsgen.problems import InputError, Problem

if TYPE_CHECKING:
    from sfsgen.describing.description import Description
    from sfsgen.kubernetes.kubectl import Access
    from sfsgen.kubernetes.versions import Target

_LIVE = "live"


def init(
    context: typer.Context,
    name: parameters.Names = None,
    source: parameters.From = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    kube_version: parameters.KubeVersion = None,
) -> None:
    """Print a commented values file, which renders as it is, or one of a set that exists.

    With --from, the StatefulSets of manifests or of the live cluster are said as values, with
    their Services, claims and volumes where these are there. What values cannot say is told.

    \b
    sfsgen init > web.sfsgen.yaml
    sfsgen init --from manifests/ > sfsgen.yaml
    sfsgen init --from live web -n shop > web.sfsgen.yaml
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    if source or kustomize:
        _describe(name or (), context.params)
        return
    given = {
        "NAME": name,
        "--namespace": namespace,
        "--all-namespaces": everywhere,
        "--selector": selector,
        "--context": kube_context,
        "--kubeconfig": kubeconfig,
        "--kube-version": kube_version,
    }
    if wrong := [_without_from(option) for option, value in given.items() if value]:
        raise InputError(*wrong)
    write_stdout([package_data.text("values/values.yaml")])


def _without_from(option: str) -> Problem:
    what = "without --from, init prints the same for all sets"
    return Problem(option, what, "say where the set is: --from FILE, or --from live")


def _may_be_file(source: str) -> bool:
    from sfsgen.kubernetes.names import label_fault

    return bool(label_fault(source)) or os.path.exists(source)  # noqa: PTH110


def _no_file(source: str) -> Problem:
    fix = f"name one; a set in the cluster is read with sfsgen init --from live {source}"
    return Problem("--from", f"there is no file {word(source)}", fix)


def _describe(names: Sequence[str], given: Mapping[str, Any]) -> None:
    """Print the values of sets that exist, and tell what these do not say."""
    from sfsgen.commands.access import access, inputs, named_in_failure, tell_where

    problems: list[Problem] = []
    sources = inputs({**given, "filename": given["source"]})
    is_live = _LIVE in sources
    if is_live and len({*sources}) > 1:
        what = "files and the live cluster are not read together"
        problems.append(Problem("--from", what, "give either"))
    problems += map(_no_file, filterfalse(_may_be_file, () if is_live else given["source"]))
    files = () if is_live else given["source"]
    looked = access({**given, "filename": files}, "init", problems)
    target = parameters.chosen_target(given["kube_version"], problems)
    if problems:
        raise InputError(*problems)
    with named_in_failure(looked):
        described = _described(names, looked, target)
    write_stdout([_text(described, sources)])
    tell(*(each for one in described for each in one.problems))
    tell_where(looked)


def _described(names: Sequence[str], access: "Access", target: "Target") -> list["Description"]:
    """Return the chosen sets as values. Raises InputError where one cannot be said."""
    from sfsgen.describing.belongings import belongings
    from sfsgen.describing.description import clashes, describe
    from sfsgen.kubernetes import cluster
    from sfsgen.sets.ordinals import Pairing
    from sfsgen.sets.reading import chosen, inventory

    found = inventory(access, names, resources=cluster.ALL)
    described: list[Description] = []
    problems: list[Problem] = []
    pairing = Pairing(found)
    sets = chosen(found, names, access)
    with_volumes = [each for each in sets if names or each.templates] or sets
    left_out = [each for each in sets if each not in with_volumes]
    for each in with_volumes:
        try:
            described.append(describe(belongings(pairing, each), target))
        except InputError as error:
            problems += error.problems
    problems = problems or list(clashes(described))
    if problems:
        raise InputError(*problems)
    for each in left_out:
        what = f"the StatefulSet {each.name} has no volumeClaimTemplates, and is left out"
        where = each.manifest.where(("spec",))
        described[0].problems.append(Problem(where, what, "keep it beside", "warning"))
    return described


def _text(described: Sequence["Description"], sources: Sequence[str]) -> str:
    """Return the values file: a document for each set."""
    from sfsgen.describing.text import heading

    return heading(sources) + "---\n".join(each.text for each in described)
