"""What exists, from files, stdin or the live cluster, with all that is wrong in it told at once."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sfsgen import cluster
from sfsgen.errors import InputError, Problem
from sfsgen.existing import Existing, ExistingSet, existing
from sfsgen.manifests import Manifest, read_manifests, sources
from sfsgen.shapes import faults
from sfsgen.vocabulary import DEFAULT_NAMESPACE


class Access(NamedTuple):
    """Where to look: files, or a cluster as kubectl reaches it."""

    filenames: Sequence[str]
    namespace: str | None
    context: str | None
    kubeconfig: str | None


def inventory(access: Access) -> Existing:
    """Return what exists. Raises InputError for what cannot be read, with every problem of it."""
    manifests, problems = objects(access)
    for manifest in manifests:
        problems += faults(manifest)
    if problems:
        raise InputError(*problems)
    return existing(manifests, access.namespace or DEFAULT_NAMESPACE)


def objects(
    access: Access, resources: Sequence[str] = cluster.PAIRED
) -> tuple[list[Manifest], list[Problem]]:
    """Return the objects of files, or of some resources of a cluster, and what is no object.

    Raises InputError for a file or a cluster that cannot be read at all.
    """
    if access.filenames:
        read = [read_manifests(data, file) for file, data in sources(access.filenames)]
    else:
        live = cluster.objects(resources, access.namespace, access.context, access.kubeconfig)
        read = [read_manifests(live, cluster.NAME)]
    manifests = [each for found, _ in read for each in found]
    return manifests, [each for _, broken in read for each in broken]


def chosen(
    found: Existing, names: Iterable[str], namespace: str | None, selector: str | None
) -> list[ExistingSet]:
    """Return the sets that are named, in a namespace if one is given, with the selector's labels.

    Raises InputError where a name is of no set, or of sets in several namespaces, or none is left.
    """
    sets = [each for each in found.stateful_sets if namespace in (None, each.namespace)]
    sets = [each for each in sets if _matches(each, selector)]
    there = ", ".join(f"{each.namespace}/{each.name}" for each in found.stateful_sets)
    fix = f"there are: {there}" if there else "name its namespace with -n, or its file with -f"
    problems = []
    for name in names:
        count = len([each for each in sets if each.name == name])
        if count == 0:
            problems.append(Problem("NAME", f'there is no StatefulSet "{name}"', fix))
        elif count > 1:
            what = f'several namespaces hold a StatefulSet "{name}"'
            problems.append(Problem("NAME", what, f"choose one with --namespace; {fix}"))
    if not problems and not sets:
        problems.append(Problem("NAME", "there is no StatefulSet to look at", fix))
    if problems:
        raise InputError(*problems)
    return [each for each in sets if not names or each.name in names]


def _matches(stateful_set: ExistingSet, selector: str | None) -> bool:
    """Return whether a set has the labels of a selector of equalities."""
    for part in filter(None, map(str.strip, (selector or "").split(","))):
        equality = re.fullmatch(r"([^=!\s]+)\s*(==?|!=)\s*([^=!\s]*)", part)
        existence = re.fullmatch(r"(!?)\s*([^=!\s]+)", part)
        if equality:
            key, operator, value = equality.groups()
            is_met = (stateful_set.labels.get(key) == value) == (operator != "!=")
        elif existence:
            is_met = (existence[2] in stateful_set.labels) == (not existence[1])
        else:
            fix = "write it as key=value, key!=value, key or !key, with commas between"
            raise InputError(Problem("--selector", f'"{part}" is not understood', fix))
        if not is_met:
            return False
    return True
