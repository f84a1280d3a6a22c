"""What exists, from files, stdin or the live cluster, with all that is wrong in it told at once."""

import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from sfsgen import console
from sfsgen.documents.files import MARK, decoded
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access, Kubectl, quoted
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import (
    doubles,
    is_json,
    overridden,
    read_manifests,
    read_text,
    sources,
)
from sfsgen.kubernetes.names import label_fault
from sfsgen.kubernetes.readable import faults, unfilled
from sfsgen.kubernetes.versions import STATEFUL_SET_KINDS
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.plain_text import quoted as word
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import UNKNOWN_ELSEWHERE, ClaimsElsewhere, Inventory
from sfsgen.sets.left_behind import left_behind
from sfsgen.sets.passed_over import merged, nothing_in, short
from sfsgen.sets.recognised import Surroundings
from sfsgen.sets.variants import Variant, some_of, variants
from sfsgen.values.pairs import Key

if TYPE_CHECKING:
    from sfsgen.documents.comments import Comment

_CLAIM = "PersistentVolumeClaim"
_EMPTY_LIST = re.compile(rb'"items"\s*:\s*\[')


def wrong_scope(namespace: str | None) -> Iterator[Problem]:
    """Yield what is wrong with the name of a namespace that an option gives."""
    if namespace is not None and (fault := label_fault(namespace)):
        what = f'"{namespace}" is no name of a namespace: it {fault}'
        yield Problem("--namespace", what, "write it as shop")


class Read(NamedTuple):
    """What was read: objects, what is no object, and what is known of claims elsewhere."""

    manifests: Sequence[Manifest]
    problems: Sequence[Problem]
    elsewhere: ClaimsElsewhere = UNKNOWN_ELSEWHERE
    later_labels: Mapping[str, str] = {}
    """Those that kustomizations among the files give to pods and selectors."""
    comments: "Sequence[Comment]" = ()
    """Those that are meant for us."""


def inventory(
    access: Access,
    names: Iterable[str] = (),
    *,
    strict: bool = False,
    resources: Sequence[str] = cluster.PAIRED,
    without_sets: bool = False,
) -> Inventory:
    """Return what exists, and tell what is warned of in it; of variants, that of the named sets.

    Of a cluster, some resources are read.

    Raises InputError for what cannot be read, with every problem of it, where several variants
    could be meant, and where files hold no set, unless they may.
    """
    read = objects(access, resources)
    sound, problems = sound_of(read, access)
    errors, cautions = console.split(problems, strict=strict)
    if errors:
        raise InputError(*errors, *merged(cautions))
    console.tell(*merged(cautions))
    namespace = access.namespace or DEFAULT_NAMESPACE
    whole = Inventory(sound, namespace, read.elsewhere)
    if access.filenames and not (whole.sets or without_sets):
        raise InputError(nothing_in(read.manifests, problems, access))
    twice = [each for each in whole.twice if each[0].kind != "Service"]
    several = list(variants(twice, sound, access.filenames))
    if not several:
        return whole
    chosen_one = _variant(several, twice, {*names})
    return Inventory(chosen_one, namespace) if chosen_one else whole


def sound_of(read: Read, access: Access) -> tuple[list[Manifest], list[Problem]]:
    """Return the objects whose values are of the types of their kind, and what is wrong beside."""
    problems = list(read.problems)
    sound: list[Manifest] = []
    for manifest in read.manifests:
        if found := faults(manifest, access.again):
            problems += found
        else:
            sound.append(manifest)
            problems += unfilled(manifest, access.again)
    for manifest, double in doubles(read.manifests):
        what, fix = overridden(double, manifest)
        where = manifest.document.where(double.path, key=True)
        problems.append(Problem(where, what, fix, "warning"))
    return sound, once_a_file(problems)


def _variant(
    several: Sequence[Variant], twice: Sequence[tuple[Manifest, Manifest]], names: set[str]
) -> Sequence[Manifest] | None:
    """Return the objects of the one variant that holds named sets, if any does.

    Raises InputError where several do.
    """
    fitting = [
        each
        for each in several
        if not names or any(_is_named(one, names) for one in each.manifests)
    ]
    if len(fitting) > 1:
        what = "; ".join(_held(fitting, twice))
        words = [word for each in fitting[0].filenames for word in ("-f", each)]
        fix = f"choose one: {quoted(words)}"
        raise InputError(Problem("--filename", what, fix))
    return fitting[0].manifests if fitting else None


def _held(several: Sequence[Variant], twice: Iterable[tuple[Manifest, Manifest]]) -> Iterator[str]:
    """Yield which folders hold variants of which object, of each group of folders once."""
    copies: dict[int, list[Manifest]] = {}
    for first, second in twice:
        copies.setdefault(id(first), [first]).append(second)
    of_folders: dict[tuple[str, ...], Manifest] = {}
    inside = [(each.folder, {id(one) for one in each.manifests}) for each in several]
    # The sets name them best.
    groups = sorted(copies.values(), key=lambda each: each[0].kind not in STATEFUL_SET_KINDS)
    for group in groups:
        same = {id(each) for each in group}
        folders = tuple(folder for folder, own in inside if not own.isdisjoint(same))
        of_folders.setdefault(folders, group[0])
    for folders, each in of_folders.items():
        if len(folders) > 1:
            yield f"{some_of(folders)} hold variants of {each.kind} {each.name}"


def _is_named(manifest: Manifest, names: Container[str]) -> bool:
    return manifest.kind in STATEFUL_SET_KINDS and manifest.name in names


def once_a_file(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems, of notes with one cure the first of each file."""
    known: dict[object, Problem] = {}
    for each in problems:
        is_note = each.severity == "note" and each.place
        known.setdefault((each.place.file, each.fix) if is_note and each.place else each, each)
    return list(known.values())


def objects(access: Access, resources: Sequence[str] = cluster.PAIRED) -> Read:
    """Return the objects of files, or of some resources of a cluster, and what is no object.

    Raises InputError for a file or a cluster that cannot be read at all.
    """
    if access.is_live:
        everywhere = access.everywhere
        data = cluster.objects(resources, access.namespace, access.kubectl, everywhere=everywhere)
        manifests = _sent(data, access.kubectl)
        return Read(manifests, (), _claims_elsewhere(manifests, access.kubectl))
    return read_all(sources(access.filenames, access.excluded), access)


def pods_and_nodes(access: Access) -> tuple[list[Manifest], list[Problem]]:
    """Return a cluster's pods and nodes, and why not, where nobody may read them."""
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for resource, is_of_all in (("pods", access.everywhere), ("nodes", False)):
        namespace = access.namespace if resource == "pods" else None
        try:
            data = cluster.objects([resource], namespace, access.kubectl, everywhere=is_of_all)
        except InputError as error:
            problems += error.problems
        else:
            manifests += read_manifests(data, cluster.NAME)[0]
    return manifests, problems


def read_all(contents: Iterable[tuple[str, bytes]], access: Access) -> Read:
    """Return the objects of what files hold, and what is no object: a fault, or worth a note."""
    by_name = dict(contents)
    around = Surroundings(by_name, access)
    read = [
        around.sifted(read_text(data, file), file, data)
        for file, data in by_name.items()
        if not around.takes(file)
    ]
    problems = [each for found in read for each in found.problems]
    manifests = [each for found in read for each in found.manifests]
    all_problems = [*problems, *around.notes]
    marked = ((file, data) for file, data in by_name.items() if MARK in data)
    said = [one for each in marked if not around.takes(each[0]) for one in _comments(*each)]
    return Read(manifests, all_problems, later_labels=around.labels, comments=said)


def _comments(file: str, data: bytes) -> "Iterator[Comment]":
    from sfsgen.documents.comments import comments

    with suppress(InputError):  # which is told of already
        text = decoded(data, file)
        yield from () if is_json(text) else comments(text, file)


def beside_cluster(read: Read, access: Access) -> tuple[Read, Access]:
    """Return what was read with what the cluster has in the same namespaces, and where that is.

    Raises InputError for a cluster that cannot be read.
    """
    written = {each.namespace for each in read.manifests if each.kind != "PersistentVolume"}
    if access.namespace is None and not any(written):
        _, its_own = cluster.whereabouts(access.kubectl, None)
        access = access._replace(namespace=its_own or DEFAULT_NAMESPACE)
    default = access.namespace or DEFAULT_NAMESPACE
    namespaces: list[str | None] = [*sorted({each or default for each in written} or {default})]
    if access.everywhere:
        namespaces = [None]
    there: dict[tuple[str, str, str], Manifest] = {}
    for namespace in namespaces:
        data = cluster.objects(cluster.ALL, namespace, access.kubectl, everywhere=namespace is None)
        for each in _sent(data, access.kubectl):
            there.setdefault((each.kind, each.namespace, each.name), each)
    live = list(there.values())
    elsewhere = _claims_elsewhere(live, access.kubectl)
    return read._replace(manifests=[*read.manifests, *live], elsewhere=elsewhere), access


def _sent(data: bytes, kubectl: Kubectl) -> list[Manifest]:
    """Return the objects that kubectl printed, each of the types of its kind.

    Raises InputError where it printed anything else.
    """
    manifests, broken = read_manifests(data, cluster.NAME)
    is_list = data.lstrip().startswith(b"{") and (manifests or _EMPTY_LIST.search(data))
    if broken or not is_list or any(faults(each) for each in manifests):
        raise cluster.garbled(kubectl)
    return manifests


def _claims_elsewhere(manifests: Sequence[Manifest], kubectl: Kubectl) -> ClaimsElsewhere:
    """Return the claims of other namespaces, where a volume is for one that was not read.

    Who may not read them learns that it is not known.
    """
    here = {(*_key(each), each.uid) for each in _of_kind(_CLAIM, manifests)}
    if all(each in here for each in _references(manifests)):
        return ClaimsElsewhere({}, {}, is_complete=True)
    try:
        found = list(_of_kind(_CLAIM, _sent(cluster.all_claims(kubectl), kubectl)))
    except InputError:
        return UNKNOWN_ELSEWHERE
    by_uid = {each.uid: _key(each) for each in found}
    by_volume: dict[str, list[Key]] = {}
    for each in found:
        if volume := _volume_bound(each):
            by_volume.setdefault(volume, []).append(_key(each))
    return ClaimsElsewhere(by_uid, by_volume, is_complete=True)


def _volume_bound(claim: Manifest) -> str:
    """Return the volume that a claim was bound to once, or ""."""
    phase = claim.at("status", "phase")
    return claim.at("spec", "volumeName") or "" if phase in ("Bound", "Lost") else ""


def _references(manifests: Iterable[Manifest]) -> Iterator[tuple[str, str, str]]:
    """Yield namespace, name and uid of the claims that volumes are for, "" where they say none."""
    for volume in _of_kind("PersistentVolume", manifests):
        reference = volume.at("spec", "claimRef") or {}
        namespace, name, uid = (reference.get(key) or "" for key in ("namespace", "name", "uid"))
        yield namespace, name, uid


def _of_kind(kind: str, manifests: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield the objects of one of Kubernetes' own kinds, whose types are known to be right."""
    return (each for each in manifests if each.kind == kind and each.is_kubernetes_own)


def _key(manifest: Manifest) -> Key:
    return manifest.namespace, manifest.name


def chosen(found: Inventory, names: Iterable[str], access: Access) -> list[FoundSet]:
    """Return the sets that are named, in a namespace if one is given, with the selector's labels.

    Raises InputError where a name is of no set, or of sets in several namespaces that were not
    all asked for, or none is left.
    """
    namespace, selector = access.namespace, access.selector
    there_are = [each for each in found.stateful_sets if namespace in (None, each.namespace)]
    sets = [each for each in there_are if not selector or selector.is_met(_labels(each))]
    there = ", ".join(f"{each.namespace}/{each.name}" for each in found.stateful_sets)
    fix = f"there are: {there}" if there else "name its namespace with -n, or its file with -f"
    problems = []
    for name in names:
        count = len([each for each in sets if each.name == name])
        if count == 0 and (unselected := [each for each in there_are if each.name == name]):
            problems.append(_unselected(unselected, access))
        elif count == 0:
            problems.append(_no_set(name, found, access, fix))
        elif count > 1 and not access.everywhere:
            what = f'several namespaces hold a StatefulSet "{name}"'
            problems.append(Problem("NAME", what, f"choose one with --namespace; {fix}"))
    if not problems and not sets and there_are:
        problems.append(_unselected(there_are, access))
    elif not problems and not sets and namespace and there:
        what = f'there is no StatefulSet in the namespace "{namespace}"'
        problems.append(Problem("--namespace", what, fix))
    elif not problems and not sets:
        problems.append(Problem("NAME", "there is no StatefulSet to look at", fix))
    if problems:
        raise InputError(*problems)
    return [each for each in sets if not names or each.name in names]


def _no_set(name: str, found: Inventory, access: Access, fix: str) -> Problem:
    if access.is_live and any(left_behind(found, [name], access.namespace)):
        fix = f"see what sfsgen recover says of the claims that it has left; {fix}"
    if os.path.exists(name):  # noqa: PTH110  # a Path would raise for some names
        fix += f"; what lies in {name} is read with {quoted(['-f', name])}"
    return Problem("NAME", f'there is no StatefulSet "{name}"', fix)


def only(found: Inventory, name: str | None, access: Access) -> FoundSet:
    """Return the set that is named, or the only one with the selector's labels.

    Raises InputError as `chosen` does, and where several sets have them.
    """
    sets = chosen(found, [] if name is None else [name], access)
    if len(sets) > 1:
        what = f"{len(sets)} StatefulSets are meant, and one can be"
        there = short([f"{each.namespace}/{each.name}" for each in sets])
        fix = f"name one of them, and its namespace with -n: {there}"
        raise InputError(Problem("NAME", what, fix))
    return sets[0]


def _labels(stateful_set: FoundSet) -> Mapping[str, str]:
    return {key: value or "" for key, value in (stateful_set.labels or {}).items()}


def _unselected(sets: Sequence[FoundSet], access: Access) -> Problem:
    """Return that no set has the labels that are asked for, and which there are."""
    labels = (
        f"{each.name} has {', '.join(f'{key}={value}' for key, value in each.labels.items())}"
        if each.labels
        else f"{each.name} has none"
        for each in sets
    )
    selector = word(access.selector.text if access.selector else "")
    what = f"no StatefulSet has the labels {selector}"
    if len({each.name for each in sets}) == 1:
        what = f"the StatefulSet {sets[0].name} has not the labels {selector}"
    is_bare = not any(each.labels for each in sets)
    fix = "leave it out" if is_bare else f"give others: {short(list(labels))}"
    return Problem("--selector", what, fix)
