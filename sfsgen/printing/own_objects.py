"""What a user's own templates print: an object each, judged by the rules as anybody's are."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from sfsgen.checking.inspection import Located, inspect, scene
from sfsgen.checking.ruleset import all_rules
from sfsgen.documents.paths import Path, spelled
from sfsgen.documents.yaml_reader import Document, read
from sfsgen.findings.scene import Look, Scene
from sfsgen.kubernetes.manifests import Manifest
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import CLAIM, SERVICE, VOLUME
from sfsgen.kubernetes.versions import ANNOTATIONS, KUBERNETES_OWN_ANNOTATIONS, Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.plain_text import brief
from sfsgen.printing.own_templates import within_bounds
from sfsgen.printing.rendering import Documents, Renderer
from sfsgen.printing.templates import Templates
from sfsgen.problems import InputError, Problem
from sfsgen.sets.existing import UNKNOWN_ELSEWHERE, Existing
from sfsgen.sets.inventory import Access, Read

_MOST_KEPT = 64_000_000  # characters of objects that a user's template makes one by one
_MOST_JUDGED = 250_000  # objects; these take a minute, and more than a gigabyte
_AS_RENDERED = ", as rendered"
_KINDS = {
    SERVICE: ("v1", "Service"),
    VOLUME: ("v1", "PersistentVolume"),
    CLAIM: ("v1", "PersistentVolumeClaim"),
}
# What a server writes, and by what it deletes: a copy of a stored object holds it.
_OF_THE_SERVER: tuple[Path, ...] = (
    *(
        ("metadata", name)
        for name in (
            "generateName",
            "ownerReferences",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "managedFields",
            "selfLink",
        )
    ),
    ("spec", "claimRef", "resourceVersion"),
    ("status",),
)
# Kubernetes does not look at these, and so no rule does.
_OF_A_CLAIM_REF: tuple[Path, ...] = (
    ("spec", "claimRef", "apiVersion"),
    ("spec", "claimRef", "kind"),
)
# One document may have one marker, before it. kubectl takes a text apart at lines that begin with
# `---` and reads each part up to `...`, and a directive needs the part before it.
_MARKERS = re.compile(
    r"\A(?:[ \t]*(?:#.*)?\n)*---[ \t]*(?:#.*)?\n|^(---|\.\.\.|%|\ufeff)", re.MULTILINE
)
# Of these a rule may say less than an error, for somebody can mean them. A template is told what
# is meant: pairs that are equal and reserved on both sides, one for each replica.
_NEVER_MEANT = frozenset(("claim-template", "class", "extra-pair", "half-reserved", "unequal-pair"))
_TAKE_OVER = "take this over from the built-in template"

Kept = dict[int, Pattern]
"""The texts of ordinals; those that differ in the ordinal only are one pattern."""


def own_documents(
    render: Callable[[Renderer], Iterable[Documents]],
    target: Target,
    folder: FilePath,
    seen: Scene | None,
) -> tuple[list[Documents], list[Problem]]:
    """Return what `render` gives with the templates of a folder, and what is wrong with it.

    That is what rules find there, beside what exists, and do not find where the built-in templates
    print it. Raises InputError for templates that fail, or print other objects.
    """
    seen = seen or Scene(Existing(UNKNOWN_ELSEWHERE), Look((), (), {}, None, Access(("-",))))
    templates, built_in = Templates(folder), Templates()
    ours = list(render(Renderer(target, built_in)))
    if sum(len(each.ordinals) for each in ours) > _MOST_JUDGED:
        what = f"more than {_MOST_JUDGED:,} objects are too many to judge what templates print"
        fix = "render fewer at a time, with --replicas and --from-ordinal"
        raise InputError(Problem("--template-dir", what, fix))
    documents = _kept(list(render(Renderer(target, templates))), templates, folder)
    found = _found(_checked(documents, ours, templates, target), target, seen)
    known: set[object] = set()
    if found:
        printed = (each for some in ours for each in _manifests(some, built_in, target))
        known = {_key(each) for each in _found(printed, target, seen)}
    new = [each for each in found if _key(each) not in known]
    return documents, _problems(new, [str(each) for each in templates.own.values()])


def _kept(
    documents: Sequence[Documents], templates: Templates, folder: FilePath
) -> list[Documents]:
    """Return documents of which those of the user's templates are rendered, for good."""

    def render_all() -> list[Kept]:
        templates.compile_own()
        own = (each for each in documents if each.resource in templates.own)
        return [_keep(each, templates.path(each.resource)) for each in own]

    kept = iter(within_bounds(folder, render_all))
    return [
        each._replace(render=partial(_text, next(kept))) if each.resource in templates.own else each
        for each in documents
    ]


def _keep(documents: Documents, template: FilePath) -> Kept:
    """Render each ordinal. Raises InputError where that is too much to remember."""
    kept: Kept = {}
    known: dict[Pattern, Pattern] = {}
    size = 0
    for ordinal in documents.ordinals:
        pattern = Pattern(tuple(documents.render(ordinal).split(str(ordinal))))
        size += 0 if pattern in known else sum(map(len, pattern.pieces))
        kept[ordinal] = known.setdefault(pattern, pattern)
        if size > _MOST_KEPT:
            what = f"its objects differ, and have more than {_MOST_KEPT:,} characters together"
            fix = "let it print the ordinal and do no more with it, or render fewer at a time"
            raise InputError(Problem(str(template), what, fix))
    return kept


def _text(kept: Kept, ordinal: int) -> str:
    return kept[ordinal].at(ordinal)


def _checked(
    documents: Sequence[Documents],
    ours: Sequence[Documents],
    templates: Templates,
    target: Target,
) -> list[Manifest]:
    """Return the objects of documents. Raises InputError for others than are asked for.

    `ours` are those of the built-in templates. Of ordinals that are wrong the first one is told.
    """
    found: list[Manifest] = []
    problems: list[Problem] = []
    for each, our in zip(documents, ours, strict=True):
        model = read(our.text(our.ordinals[0]), "")[0].value
        try:
            for manifest in _manifests(each, templates, target):
                if each.resource in templates.own and (odd := list(_oddities(manifest, model))):
                    raise InputError(*odd)  # noqa: TRY301
                found.append(manifest)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return found


def _manifests(documents: Documents, templates: Templates, target: Target) -> Iterator[Manifest]:
    """Yield each ordinal's object, called as it is to be. Raises InputError for what is none."""
    template = str(templates.path(documents.resource))
    type_ = _KINDS.get(documents.resource) or target.stateful_set_api
    for ordinal in documents.ordinals:
        document = _only_object(template, documents.text(ordinal))
        name = documents.name.at(ordinal)
        yield Manifest(*type_, documents.namespace, name, document.value, document, ())


def _only_object(template: str, text: str) -> Document:
    for marker in _MARKERS.finditer(text):
        if marker[1]:
            line = text.count("\n", 0, marker.start()) + 1
            what = f"line {line} of what it renders begins with {marker[1]!a}"
            what += "; a template renders one object, after one --- at most"
            raise InputError(Problem(template, what, "remove that line, or what belongs to it"))
    try:
        documents = read(text, f"{template}{_AS_RENDERED}")
    except InputError as error:
        told = (each._replace(what=brief(each.what)) for each in error.problems)
        raise InputError(*told) from error
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        what = f"it renders {len(documents)} documents; a template renders one object"
        fix = "move the others into templates or files of their own"
        raise InputError(Problem(template, what, fix))
    return documents[0]


def _oddities(manifest: Manifest, model: Any) -> Iterator[Problem]:
    """Yield in what an object is not the one that it is called, or a copy of a stored one.

    What the model has, of the built-in template, the user has asked for.
    """
    value, template = manifest.value, manifest.document.file.removesuffix(_AS_RENDERED)
    called: dict[Path, str | None] = {
        ("apiVersion",): manifest.api_version,
        ("kind",): manifest.kind,
        ("metadata", "name"): manifest.name,
        ("metadata", "namespace"): manifest.namespace or None,
    }
    for path, wanted in called.items():
        if not _is_same(their := _at(value, path), wanted):
            what = f"{spelled(path)} is {_shown(their)}, and is to be {_shown(wanted)}"
            yield Problem(template, what, _TAKE_OVER)
    for path in (*_OF_THE_SERVER, *_OF_A_CLAIM_REF, *_own_annotations(value)):
        their = _at(value, path)
        if their is not None and not _is_same(their, _at(model, path)):
            yield Problem(template, f"{spelled(path)} is {_shown(their)}", "leave this field out")


def _own_annotations(value: Any) -> Iterator[Path]:
    """Yield the annotations in which Kubernetes keeps its own notes, of which no rule knows."""
    path: Path = ("metadata", "annotations")
    annotations = _at(value, path)
    for key in annotations if isinstance(annotations, dict) else ():
        if key.startswith(KUBERNETES_OWN_ANNOTATIONS) and key not in ANNOTATIONS:
            yield (*path, key)


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _is_same(one: Any, other: Any) -> bool:
    """Compare as JSON does, in which true is not 1."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _shown(value: Any) -> str:
    return "absent" if value is None else brief(repr(value))


def _found(printed: Iterable[Manifest], target: Target, seen: Scene) -> list[Located]:
    """Return what rules find in what is printed and in what was seen beside it, but for notes."""
    there, access = seen.existing, seen.look.access
    kinds = (there.sets, there.services, there.claims, there.volumes)
    manifests = [each.manifest for kind in kinds for each in kind.values()]
    manifests += [second for _, second in there.duplicates]
    everything = Read([*manifests, *printed], (), there.elsewhere)
    whole = scene(everything, access.namespace or DEFAULT_NAMESPACE, target, access)
    found = inspect(whole, all_rules())
    return [each for each in found if each.severity != "note" or each.rule in _NEVER_MEANT]


def _key(found: Located) -> object:
    """Return what a finding says of which object: with the same key it is the same, wherever."""
    return found.rule, found.subject, found.rule in _NEVER_MEANT or found.severity


def _problems(found: Iterable[Located], templates: Sequence[str]) -> list[Problem]:
    """Return findings as problems of templates, of each rule and template the first.

    What is wrong with a template is so for many ordinals.
    """
    problems: dict[tuple[str, str], Problem] = {}
    for each in found:
        where = _blamed(each, [f"{template}{_AS_RENDERED}" for template in templates])
        is_said = where and each.severity != "note"
        problem = Problem(
            where or ", ".join(templates),
            f"{each.what} ({each.rule})",
            each.fix if is_said else _TAKE_OVER,
            "warning" if each.severity == "warning" and each.rule not in _NEVER_MEANT else "error",
        )
        problems.setdefault((each.rule, where.partition(_AS_RENDERED)[0]), problem)
    return list(problems.values())


def _blamed(found: Located, files: Sequence[str]) -> str:
    """Return where a finding stands in what own templates print, "" where it is about others."""
    if found.place.file in files:
        return found.where
    own = (each for each in found.related if each.document.file in files)
    return next((each.where() for each in own), "")
