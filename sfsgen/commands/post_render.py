"""`sfsgen post-render`: what Helm has rendered, with the volumes of its StatefulSets behind it."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from sfsgen import console
from sfsgen.commands import parameters
from sfsgen.commands.beside import OF_STREAM, Beside, missing_beside, stream_on_stdin
from sfsgen.commands.missing import Asked, asked
from sfsgen.documents.files import STDIN
from sfsgen.functions.resource_list import with_documents
from sfsgen.kubernetes.manifests import read_manifests
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import FoundSet
from sfsgen.sets.reading import Read
from sfsgen.values.settings import PAIRS

_KEEP = "helm"
"""Helm would delete volumes and claims with the release, and data with them."""


@parameters.with_settings(PAIRS)
def post_render(
    context: typer.Context,
    name: parameters.Names = None,
    namespace: parameters.OfRelease = None,
    selector: parameters.Selector = None,
    replicas: parameters.NewReplicas = None,
    *,
    allow_many: parameters.AllowMany = False,
    template_dir: parameters.TemplateDir = None,
    kube_version: parameters.KubeVersion = None,
    strict: parameters.Strict = False,
    **_new_pairs: Any,
) -> None:
    """Print a chart's manifests as they come, and behind them the volumes of its StatefulSets.

    Helm runs it as a post-renderer, Helm 4 by a plugin; docs/helm.md has the command lines.

    \b
    helm template kafka ./chart -n shop | sfsgen post-render -n shop \\
      --nfs-server nfs.example.com --nfs-path /exports
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    of_helm = "" if namespace else os.environ.get("HELM_NAMESPACE")
    release = namespace or of_helm or None
    given = asked({**OF_STREAM, **context.params, "namespace": release}, problems, "post-render")
    given = given._replace(style={**given.style, "--gitops": given.style["--gitops"] or _KEEP})
    if problems:
        said = {"--namespace": "HELM_NAMESPACE"} if of_helm else {}
        raise InputError(
            *(each._replace(where=said.get(each.where, each.where)) for each in problems)
        )
    data = stream_on_stdin("post-render")
    homeless = _homeless if release is None else lambda _: ()
    read = Read(*read_manifests(data, STDIN))
    made = missing_beside(read, given, name or (), None, homeless)
    console.write_bytes(with_documents(data, made.documents))
    _tell(made, given)


def _homeless(sets: Sequence[FoundSet]) -> Iterator[Problem]:
    """Yield that sets are in a namespace that is not known: a volume is kept for one in it.

    Helm writes no namespace into manifests, and tells none to a post-renderer.
    """
    if names := [each.name for each in sets if not each.manifest.namespace]:
        what = f"neither the manifests nor Helm say the namespace of {', '.join(names)}, and a "
        what += "volume is reserved for a claim in one namespace"
        fix = "give that of the release: --post-renderer-args -n=NAMESPACE, or HELM_NAMESPACE"
        yield Problem("--namespace", what, fix)


def _tell(made: Beside, given: Asked) -> None:
    console.tell(*made.cautions)
    for each in made.notes:
        console.note(each)
    if not made.sets:
        console.note("there is no StatefulSet in it, and it is printed as it came")
    elif not made.documents:
        console.note("nothing is missing, and it is printed as it came")
    else:
        where = given.access.namespace or "their namespaces"
        console.note(f"{len(made.documents)} volumes and claims are printed behind it, of {where}")
