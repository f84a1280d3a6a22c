"""What `show` looks at: sets that values ask for, those of manifests, or those of a cluster."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen import console
from sfsgen.checking.inspection import scene
from sfsgen.commands.access import telling_where
from sfsgen.documents.files import decoded, shown
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import read_text, sources
from sfsgen.kubernetes.resources import ORDER
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.printing.objects import MOST_ORDINALS
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import FoundSet
from sfsgen.sets.passed_over import merged, nothing_in
from sfsgen.sets.reading import Read, chosen, objects, pods_and_nodes, read_all
from sfsgen.sets.variants import variants
from sfsgen.showing.pods import Pods, seen
from sfsgen.values.options import is_given

_VALUES = re.compile(r"^(?:name|replicas|nfs|claimTemplates)[ \t]*:", re.MULTILINE)
_OBJECT = re.compile(r"^(?:kind|apiVersion)[ \t]*:", re.MULTILINE)
_WORDS = {"name", "replicas", "nfs", "claimTemplates"}
_NO_PODS = Pods(None)
_OF_RENDER = ("name it: sfsgen render ", "name it: sfsgen show ")


class Asked(NamedTuple):
    """What a command line asks to see."""

    names: Sequence[str]
    access: Access
    settings: Mapping[str, Any]
    """The options of `render`, None where they were not given."""
    target: Target | None
    """The minors that were asked for."""
    allow_many: bool
    with_pods: bool


class Sight(NamedTuple):
    """A scene, and the sets in it that are to be shown."""

    scene: Scene
    sets: Sequence[FoundSet]
    folder: str
    pods: Pods
    is_wanted: bool = False
    """Whether it does not exist: values ask for it."""


def looked_at(asked: Asked) -> Sequence[Sight]:
    """Return what there is to see.

    Raises InputError for what cannot be read or said, and where there is no such set.
    """
    contents = _contents(asked.access.filenames)
    said = [option for option, value in asked.settings.items() if is_given(value)]
    values = [each for each, found in contents.items() if _are_values(each, found)]
    if contents and len(values) < len(contents):
        if problems := list(_mixed(values, said)):
            raise InputError(*problems)
        data = [each for found in contents.values() for each in found]
        return _found(asked, read_all(data, asked.access))
    if values or said:
        texts = {each: decoded(contents[each][0][1], shown(each)) for each in values}
        return _wanted(asked, texts)
    with telling_where(asked.access):
        read = objects(asked.access, cluster.ALL)
    return _found(asked, read)


def _contents(filenames: Iterable[str]) -> dict[str, list[tuple[str, bytes]]]:
    """Return what files and folders hold, each read once. Raises InputError for every one not."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    problems: list[Problem] = []
    for each in dict.fromkeys(filenames):
        try:
            found[each] = sources([each])
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return found


def _are_values(filename: str, found: Sequence[tuple[str, bytes]]) -> bool:
    """Return whether a file holds values, by its words: an object has a kind."""
    if os.path.isdir(filename):  # noqa: PTH112
        return False
    text = found[0][1].decode(errors="replace").lstrip("\ufeff")
    if not text.lstrip().startswith("{"):
        return bool(_VALUES.search(text)) and not _OBJECT.search(text)
    try:
        words = set(json.loads(text))
    except (ValueError, RecursionError):
        return False
    return not words.isdisjoint(_WORDS) and words.isdisjoint(("kind", "apiVersion"))


def _mixed(values: Sequence[str], said: Sequence[str]) -> Iterator[Problem]:
    """Yield why manifests, which are shown as they are, cannot stand beside what is wanted."""
    for each in values:
        yield Problem(shown(each), "it holds values, and others hold manifests", "show one of both")
    for each in said:
        what = "what exists is shown as it is: this is for a set that options or values ask for"
        yield Problem(each, what, "leave it out")


def _wanted(asked: Asked, texts: Mapping[str, str]) -> Sequence[Sight]:
    """Return the sets that options and values ask for, as a cluster would get them."""
    from sfsgen.values.hazards import warnings
    from sfsgen.values.request import read_sets

    problems = list(_only_of_what_exists(asked))
    if not texts and len(asked.names) > 1:
        what = f"options ask for one set, and {len(asked.names)} names are given"
        raise InputError(
            *problems, Problem("NAME", what, "name one, or write sets into a values file")
        )
    name = asked.names[0] if len(asked.names) == 1 else None
    options = {**asked.settings, "NAME": name, "--namespace": asked.access.namespace}
    requests, found = read_sets(options, list(texts), asked.target or Target(), texts)
    problems += (each._replace(fix=each.fix.replace(*_OF_RENDER)) for each in found)
    for request in requests:
        made = request.stateful_set
        problems += warnings(request.values, made)
        where = request.values.where(("replicas",))
        problems += _too_many(where, made.name, made.replicas, asked)
    errors, cautions = console.split(problems, strict=False)
    if errors:
        raise InputError(*errors, *cautions)
    console.tell(*cautions)
    made_sets = [each.stateful_set for each in requests]
    manifests = _as_manifests(made_sets, asked.target or Target())
    # Who mends what is wrong does so where it was said, and not in a cluster.
    files = tuple(texts) or ("-",)
    access = asked.access._replace(filenames=files, namespace=None, everywhere=False)
    whole = scene(Read(manifests, ()), DEFAULT_NAMESPACE, asked.target, access)
    names = asked.names if len(asked.names) > 1 else ()
    sets = chosen(whole.inventory, names, access)
    return [Sight(whole, sets, "", _NO_PODS, is_wanted=True)]


def _only_of_what_exists(asked: Asked) -> Iterator[Problem]:
    given = [("--all-namespaces", asked.access.everywhere), *asked.access.kubectl.options]
    for option, value in given:
        if value:
            what = "it is for a live cluster, and values are shown"
            yield Problem(option, what, "leave it out")


def _as_manifests(made: Iterable[Any], target: Target) -> list[Manifest]:
    """Return sets as the objects that `render` prints, read again: one way to one view."""
    from sfsgen.printing.rendering import Renderer
    from sfsgen.printing.templates import Templates

    renderer = Renderer(target, Templates())
    texts = [
        f"---\n{documents.text(ordinal)}"
        for each in made
        for documents in renderer.documents(each, ORDER, each.ordinals)
        for ordinal in documents.ordinals
    ]
    found: dict[tuple[str, str, str], Manifest] = {}
    for each in read_text("".join(texts).encode(), "values").manifests:
        found.setdefault((each.kind, each.namespace, each.name), each)  # a Service of several, once
    return list(found.values())


def _too_many(where: str, name: str, count: int, asked: Asked) -> Iterator[Problem]:
    if count > MOST_ORDINALS and not asked.allow_many:
        what = f"{name}: {count:,} ordinals would be shown"
        yield Problem(where, what, "write the number that is meant, or give --allow-many")


def _found(asked: Asked, read: Read) -> Sequence[Sight]:
    """Return the sets that exist, each in the scene of its variant."""
    access = asked.access
    namespace = access.namespace or DEFAULT_NAMESPACE
    whole = scene(read, namespace, asked.target, access)
    errors, cautions = console.split(whole.look.unreadable, strict=False)
    if errors:
        raise InputError(*errors, *merged(cautions))
    console.tell(*merged(cautions))
    if access.filenames and not whole.inventory.sets:
        raise InputError(nothing_in(read.manifests, cautions, access))
    sets = chosen(whole.inventory, asked.names, access)
    problems = [
        problem
        for each in sets
        for problem in _too_many(
            each.manifest.where(("spec", "replicas")), each.name, each.replicas, asked
        )
    ]
    if problems:
        raise InputError(*problems)
    pods = _pods(asked, read, namespace)
    keys = {each.key for each in sets}
    sights = []
    for each in variants(whole.inventory.twice, read.manifests, access.filenames):
        its_access = access._replace(filenames=each.filenames)
        part = read._replace(manifests=each.manifests, problems=())
        one = scene(part, namespace, asked.target, its_access)
        own = [found for found in one.inventory.stateful_sets if found.key in keys]
        sights.append(Sight(one, own, each.folder, pods))
    return sights or [Sight(whole, sets, "", pods)]


def _pods(asked: Asked, read: Read, namespace: str) -> Pods:
    """Return the pods that can be seen; that nobody may read them is told, and no more."""
    if not asked.with_pods:
        return _NO_PODS
    if not asked.access.is_live:
        return seen(read.manifests, namespace)
    manifests, problems = pods_and_nodes(asked.access)
    for each in problems:
        console.note(f"{each.where}: {each.what}; what it would say of pods is not shown")
    refused = any(each.where.endswith("pods") for each in problems)
    return _NO_PODS if refused else seen(manifests, namespace, is_live=True)
