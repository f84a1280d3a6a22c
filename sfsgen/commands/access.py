"""Where a command looks: in files, in what kustomize makes, or in a cluster, by options alike."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sfsgen.commands.parameters import piped
from sfsgen.console import note
from sfsgen.documents.files import Kustomized
from sfsgen.kubernetes.cluster import whereabouts
from sfsgen.kubernetes.kubectl import Access, Kubectl
from sfsgen.kubernetes.label_query import LabelQuery, NotUnderstoodError, parsed
from sfsgen.problems import InputError, Problem
from sfsgen.sets.reading import wrong_scope


def inputs(given: Mapping[str, Any]) -> Sequence[str]:
    """Return the files and kustomizations that a command's parameters name."""
    return [*(given["filename"] or ()), *map(Kustomized.of, given.get("kustomize") or ())]


def access(given: Mapping[str, Any], command: str, problems: list[Problem]) -> Access:
    """Return where a command's parameters say to look, noting what is wrong with them.

    What reads a stream has some of them only.
    """
    problems += _wrong(given)
    return Access(
        inputs(given),
        given["namespace"],
        Kubectl(given["kube_context"], given["kubeconfig"]),
        piped(command),
        everywhere=given.get("everywhere", False),
        selector=selector(given.get("selector"), problems),
    )


def _wrong(given: Mapping[str, Any]) -> Iterator[Problem]:
    yield from wrong_scope(given["namespace"])
    if given.get("everywhere") and given["namespace"] is not None:
        what = "one namespace and all of them cannot both be meant"
        yield Problem("--all-namespaces", what, "leave out one of both")
    if "" in (given.get("kustomize") or ()):
        yield Problem(
            "--kustomize", "it names no folder", "name one with a kustomization.yaml: -k ."
        )


def selector(text: str | None, problems: list[Problem]) -> LabelQuery | None:
    """Return what a selector asks for, None for everything, noting what is wrong with it."""
    if text is None:
        return None
    try:
        query = parsed(text)
    except NotUnderstoodError as error:
        problems.append(Problem("--selector", error.what, error.fix))
        return None
    return query if query.requirements else None


def pinned(access: Access) -> tuple[Access, str]:
    """Tell where it is looked; return it by the context that was found, and the namespace.

    What runs later may find another context chosen by then. The namespace is "" where all are
    meant.
    """
    context, namespace = tell_where(access)
    kubectl = access.kubectl._replace(context=context or access.kubectl.context)
    return access._replace(kubectl=kubectl), "" if access.everywhere else namespace


def tell_where(access: Access) -> tuple[str, str]:
    """Tell which context and namespace of a live cluster are looked at, and return both.

    "" where there is no context, as in a pod, or where files are read.
    """
    if not access.is_live:
        return "", ""
    context, namespace = whereabouts(access.kubectl, access.namespace)
    _tell(access, context, namespace)
    return context, namespace


@contextmanager
def named_in_failure(access: Access) -> Iterator[None]:
    """Tell where it was looked, too, where reading a cluster fails in the block."""
    try:
        yield
    except InputError:
        if access.is_live:
            context, namespace = whereabouts(access.kubectl, access.namespace)
            if context:
                _tell(access, context, namespace)
        raise


@contextmanager
def telling_where(access: Access) -> Iterator[None]:
    """Tell where it was looked, whether reading in the block succeeds or fails."""
    with named_in_failure(access):
        yield
    tell_where(access)


def _tell(access: Access, context: str, namespace: str) -> None:
    of_context = f"context {context}" if context else "the cluster that kubectl finds"
    of_namespace = f"namespace {namespace}" if namespace else "its own namespace"
    note(f"looked at {of_context}, {'all namespaces' if access.everywhere else of_namespace}")
