"""Looks at what was read: at each variant by itself, and at what is asked for alone."""

import os.path
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from sfsgen.checking.emptiness import emptiness, is_unread
from sfsgen.checking.ignoring import Ignores
from sfsgen.checking.inspection import (
    in_order,
    inspect,
    objects_by_kind,
    of_namespace,
    of_sets,
    scene,
)
from sfsgen.checking.ruleset import Rule, rule_id
from sfsgen.findings.located import Located
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifests import EMPTY
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.problems import InputError, Problem
from sfsgen.rules.applied import applied
from sfsgen.rules.ignore_comment import ignore_comment
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.reading import Read, chosen
from sfsgen.sets.variants import Variant, variants
from sfsgen.values.pairs import Key

_MOST_OF_COMMENTS = 1000  # nobody reads more


class Asked(NamedTuple):
    """What is asked for: all but what was read."""

    access: Access
    target: Target | None
    names: Sequence[str]
    rules: Sequence[Rule]
    folders: frozenset[str] | None = None
    """Those in which something has changed, where only that counts."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that was read is looked at."""
        return not (self.names or self.access.selector or self.access.namespace)


class Seen(NamedTuple):
    """What rules found, and how many objects they looked at."""

    found: Sequence[Located]
    numbers: Mapping[str, int]
    emptiness: Problem | None
    """Why that says little: no StatefulSet is among them."""
    variants: Sequence[str]
    """The folders that were looked at one by one."""
    ignored: int = 0
    """How many findings comments are about, which are not told."""


def look(asked: Asked, read: Read) -> Seen:
    """Return what rules find in what was read, of what is asked for: in each variant by itself.

    Raises InputError where there is nothing at all, and for names of sets that there are not.
    """
    access, ignores = asked.access, Ignores(read.comments)
    whole = _scene(access, asked.target, read)
    seen: dict[str, set[int]] = {}
    inspected = partial(_inspected, asked.rules, _keys(asked, whole), seen, ignores)
    found: list[Located] = []
    folders: list[str] = []
    # One after another: together they would fill the memory.
    for variant in variants(whole.inventory.twice, read.manifests, access.filenames):
        # What could not be read is told with the first.
        one = _variant(whole, variant, read._replace(problems=()) if folders else read)
        folders.append(variant.folder)
        found += inspected(one)
    if not folders:
        found = inspected(whole)
    found = in_order([*found, *_of_comments(asked, read, ignores)], read.manifests)
    counts = {kind: len(each) for kind, each in seen.items()}
    is_looked_at = counts["StatefulSet"] or is_unread(whole, access.namespace)
    why = None if is_looked_at else emptiness(whole, read.manifests)
    told = found if asked.folders is None else list(_of_folders(found, asked.folders))
    return Seen(told, counts, why, folders, len(ignores.found))


def _keys(asked: Asked, whole: Scene) -> set[Key] | None:
    """Return which sets are asked for, None for all. Raises InputError where there are none."""
    if not (asked.names or asked.access.selector):
        return None
    sets = chosen(whole.inventory, asked.names, asked.access)
    return {each.key for each in sets}


def _of_comments(asked: Asked, read: Read, ignores: Ignores) -> Sequence[Located]:
    """Return what is wrong with comments by which findings are ignored."""
    if not read.comments or ignore_comment not in asked.rules:
        return ()
    judged = {rule_id(each) for each in asked.rules} if asked.is_whole else set()
    if all(each.document.file != cluster.NAME for each in read.manifests):
        judged.discard(rule_id(applied))
    problems = ignores.problems(judged)
    told = list(islice(problems, _MOST_OF_COMMENTS))
    of_them = Look((), (), {}, None, asked.access, comments=told)
    return inspect(Scene(Inventory((), DEFAULT_NAMESPACE), of_them), [ignore_comment])


def _of_folders(found: Sequence[Located], folders: frozenset[str]) -> Iterator[Located]:
    """Yield the findings that have to do with what lies in some folders."""
    for each in found:
        files = {each.place.file, *(side.document.file for side in each.related)}
        if not folders.isdisjoint(map(folder_of, files)):
            yield each


def folder_of(file: str) -> str:
    """Return the folder that a file lies in, whichever way it is named."""
    return os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120


def _inspected(
    rules: Sequence[Rule],
    keys: Container[Key] | None,
    seen: dict[str, set[int]],
    ignores: Ignores,
    one: Scene,
) -> list[Located]:
    """Return what rules find in a scene, and note which objects of each kind were looked at."""
    concerned = _concerned(one, keys)
    for kind, each in objects_by_kind(one, concerned).items():
        seen.setdefault(kind, set()).update(each)
    return inspect(one, rules, concerned, ignores)


def _variant(whole: Scene, variant: Variant, read: Read) -> Scene:
    """Return the scene of a variant, whose cures are for it alone."""
    access = whole.look.access._replace(filenames=variant.filenames)
    return _scene(access, whole.look.target, read._replace(manifests=variant.manifests))


def _concerned(scene: Scene, keys: Container[Key] | None) -> set[int] | None:
    """Return the identities of what is asked for: of some sets, or of a namespace; else all."""
    namespace, access = scene.look.access.namespace, scene.look.access
    own = {id(each) for each in scene.look.manifests if each.document.file != cluster.NAME}
    if access.filenames and len(own) < len(scene.look.manifests):  # the rest is there beside them
        sets = [each for each in scene.inventory.stateful_sets if id(each.manifest) in own]
        wanted = [each for each in sets if keys is None or each.key in keys]
        return of_sets(scene, wanted) | (own if keys is None else set())
    if keys is not None:
        return of_sets(scene, [each for each in scene.inventory.stateful_sets if each.key in keys])
    return None if namespace is None else of_namespace(scene, namespace)


def _scene(access: Access, target: Target | None, read: Read) -> Scene:
    """Return what there is to look at. Raises InputError where there is nothing at all."""
    # An empty file hides nothing where others are read.
    full = [each for each in read.problems if each.what != EMPTY]
    if read.problems and not (read.manifests or full):
        raise InputError(*read.problems)
    namespace = access.namespace or DEFAULT_NAMESPACE
    return scene(read._replace(problems=full), namespace, target, access)
