"""What a user's own templates print: rendered for each ordinal, and the object asked for."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from sfsgen.documents.document import Document, Path, spelled
from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.manifest import WRITTEN_BY_SERVER, Manifest
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import CLAIM, SERVICE, VOLUME
from sfsgen.kubernetes.versions import ANNOTATIONS, KUBERNETES_OWN_ANNOTATIONS, Target
from sfsgen.plain_text import brief
from sfsgen.printing.judgement import AS_RENDERED, judge
from sfsgen.printing.own_templates import within_bounds
from sfsgen.printing.rendering import Documents, Renderer
from sfsgen.printing.templates import Templates
from sfsgen.problems import InputError, Problem

if TYPE_CHECKING:
    from sfsgen.findings.scene import Scene

_MOST_KEPT = 64_000_000  # characters of objects that a user's template makes one by one
_MOST_JUDGED = 250_000  # objects; these take a minute, and more than a gigabyte
_KINDS = {
    SERVICE: ("v1", "Service"),
    VOLUME: ("v1", "PersistentVolume"),
    CLAIM: ("v1", "PersistentVolumeClaim"),
}
# What a server writes, and by what it deletes: a copy of a stored object holds it. And what
# Kubernetes does not look at, and so no rule does.
_ONLY_AS_OURS: tuple[Path, ...] = (
    ("metadata", "generateName"),
    ("metadata", "ownerReferences"),
    *(("metadata", field) for field in WRITTEN_BY_SERVER),
    ("spec", "claimRef", "apiVersion"),
    ("spec", "claimRef", "kind"),
    ("spec", "claimRef", "resourceVersion"),
    ("status",),
)
# One document may have one marker, before it. kubectl takes a text apart at lines that begin with
# `---` and reads each part up to `...`, and a directive needs the part before it.
_MARKERS = re.compile(
    r"\A(?:[ \t]*(?:#.*)?\n)*---[ \t]*(?:#.*)?\n|^(---|\.\.\.|%|\ufeff)", re.MULTILINE
)
Kept = dict[int, Pattern]
"""The texts of ordinals; those that differ in the ordinal only are one pattern."""


def own_documents(
    render: Callable[[Renderer], Iterable[Documents]],
    target: Target,
    templates: Templates,
    seen: "Scene | None",
) -> tuple[list[Documents], list[Problem]]:
    """Return what `render` gives with a user's templates, and what rules find wrong in it.

    Raises InputError for templates that fail, or print others than the objects asked for.
    """
    built_in = Templates()
    ours = list(render(Renderer(target, built_in)))
    if sum(len(each.ordinals) for each in ours) > _MOST_JUDGED:
        what = f"more than {_MOST_JUDGED:,} objects are too many to judge what templates print"
        fix = "render fewer at a time, with --replicas and --from-ordinal"
        raise InputError(Problem("--template-dir", what, fix))
    documents = _kept(list(render(Renderer(target, templates))), templates)
    problems = judge(
        _checked(documents, ours, templates, target),
        lambda: (manifest for each in ours for manifest in _manifests(each, built_in, target)),
        target,
        seen,
        [str(each) for each in templates.own.values()],
    )
    return documents, problems


def _kept(documents: Sequence[Documents], templates: Templates) -> list[Documents]:
    """Return documents of which those of the user's templates are rendered, for good."""

    def render_all() -> list[Kept]:
        templates.compile_own()
        own = (each for each in documents if each.resource in templates.own)
        return [_keep(each, str(templates.path(each.resource))) for each in own]

    kept = iter(within_bounds(templates.folder, render_all))
    return [
        each._replace(render=partial(_text, next(kept))) if each.resource in templates.own else each
        for each in documents
    ]


def _keep(documents: Documents, template: str) -> Kept:
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
            raise InputError(Problem(template, what, fix))
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
        manifests = _manifests(each, templates, target)
        if each.resource in templates.own:
            manifests = _as_asked_for(manifests, read(our.text(our.ordinals[0]), "")[0])
        try:
            found += manifests
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return found


def _as_asked_for(manifests: Iterable[Manifest], model: Document) -> Iterator[Manifest]:
    """Yield objects. Raises InputError for the first that is another one than it is called."""
    for each in manifests:
        if odd := list(_oddities(each, model.value)):
            raise InputError(*odd)
        yield each


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
        documents = read(text, f"{template}{AS_RENDERED}")
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
    value, template = manifest.value, manifest.document.file.removesuffix(AS_RENDERED)
    called: dict[Path, str | None] = {
        ("apiVersion",): manifest.api_version,
        ("kind",): manifest.kind,
        ("metadata", "name"): manifest.name,
        ("metadata", "namespace"): manifest.namespace or None,
    }
    for path, wanted in called.items():
        if (their := _at(value, path)) != wanted:
            what = f"{spelled(path)} is {_shown(their)}, and is to be {_shown(wanted)}"
            yield Problem(template, what, "take this over from the built-in template")
    for path in (*_ONLY_AS_OURS, *_own_annotations(value)):
        their = _at(value, path)
        if their is not None and their != _at(model, path):
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


def _shown(value: Any) -> str:
    return "absent" if value is None else brief(repr(value))
