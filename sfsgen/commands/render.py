"""`sfsgen render`: a whole set on stdout, or as files."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from sfsgen import console
from sfsgen.commands import folder_parameters, parameters
from sfsgen.kubernetes import server_side
from sfsgen.kubernetes.quantities import stored
from sfsgen.kubernetes.resources import CLAIM, ORDER, PAIRED, SERVICE, STATEFUL_SET, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.printing.objects import (
    Printing,
    check,
    chosen_resources,
    print_documents,
    too_many,
)
from sfsgen.problems import InputError, Problem
from sfsgen.values.hazards import warnings
from sfsgen.values.pods import texts_at
from sfsgen.values.request import Request, read_sets
from sfsgen.values.settings import RENDER, SETTINGS, Setting
from sfsgen.values.tree import Values

if TYPE_CHECKING:
    from sfsgen.printing.rendering import Documents, Renderer

_WITH_SIZES = {VOLUME, CLAIM, STATEFUL_SET}


@parameters.with_settings(RENDER)
def render(
    context: typer.Context,
    name: str | None = None,
    replicas: str | None = None,
    filename: parameters.Filename = None,
    *,
    only: parameters.Only = None,
    from_ordinal: parameters.FromOrdinal = None,
    allow_many: parameters.AllowMany = False,
    output: parameters.Output = "yaml",
    output_dir: parameters.OutputDir = None,
    force: parameters.Force = False,
    diff: folder_parameters.Diff = False,
    prune: folder_parameters.Prune = False,
    kustomization: folder_parameters.Kustomization = False,
    template_dir: parameters.TemplateDir = None,
    kube_version: parameters.KubeVersion = None,
    strict: parameters.Strict = False,
    **_settings: Any,
) -> None:
    """Print a StatefulSet with its Service, and a PersistentVolume and claim for every ordinal.

    NAME, --replicas, --nfs-server and --storage are enough:

    \b
    sfsgen render web -r 3 --nfs-server nfs.example.com --storage 1Gi \\
      | kubectl create -f -
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    options = {each.option: context.params[each.parameter] for each in SETTINGS if each.option}
    problems: list[Problem] = []
    target = parameters.chosen_target(kube_version, problems)
    chosen = chosen_resources(only, problems)
    style = output, output_dir, force, template_dir, strict, allow_many
    printing = Printing(target, chosen, *style, diff, prune, kustomization)
    check(printing, problems)
    is_whole = from_ordinal is None and chosen == frozenset(ORDER)
    folder_parameters.check_prune(printing, problems, is_whole=is_whole)
    requests = _requests(options, filename or (), target, problems)
    first, cautions = judged(requests, printing, from_ordinal, problems)
    sets = [each.stateful_set for each in requests] if is_whole else []
    differs = print_documents(
        lambda each: documents_of(each, requests, printing, first), printing, sets=sets
    )
    console.tell(*cautions)
    _note_defaults(requests, printing.resources)
    if STATEFUL_SET in printing.resources and (told := _filled_in(requests)):
        console.note(told)
    if from_ordinal is not None and not printing.resources & set(PAIRED):
        note = "--from-ordinal changed nothing: it is for volumes and claims, and --only names none"
        console.note(note)
    if VOLUME in printing.resources and (told := _applied(requests, target)):
        console.note(told)
    if printing.resources & _WITH_SIZES:
        for each in _rewritten(requests):
            console.note(each)
    if VOLUME in printing.resources and sys.stderr and sys.stderr.isatty():
        _tell_next(requests, printing, first, filename or ())
    folder_parameters.end(differs=differs)


def judged(
    requests: Sequence[Request],
    printing: Printing,
    from_ordinal: str | None,
    problems: list[Problem],
) -> tuple[int, list[Problem]]:
    """Return the first ordinal of the pairs of sets, and what is to be warned of.

    Raises InputError for these problems, and others of the sets, where they keep anything from
    being printed.
    """
    named = [(each.stateful_set.name, each.stateful_set.ordinals) for each in requests]
    first = parameters.first_ordinal(from_ordinal, named, problems)
    for request in requests:
        problems += _too_many(request, printing, first)
        problems += warnings(request.values, request.stateful_set)
    errors, cautions = console.split(problems, strict=printing.strict)
    if errors:
        raise InputError(*errors, *cautions)
    return first, cautions


def _requests(
    options: Mapping[str, Any], files: Sequence[str], target: Target, problems: list[Problem]
) -> Sequence[Request]:
    """Return the sets that are asked for, noting what is wrong; where they cannot be said, none."""
    try:
        requests, found = read_sets(options, files, target)
    except InputError as error:
        problems += error.problems
        return ()
    problems += found
    return requests


def _too_many(request: Request, printing: Printing, first: int) -> list[Problem]:
    if not set(printing.rendered) & set(PAIRED):
        return []
    where, made = request.values.where(("replicas",)), request.stateful_set
    return too_many(printing, where, made.name, len(_from(made.ordinals, first)))


def _from(ordinals: range, first: int) -> range:
    return range(max(first, ordinals.start), ordinals.stop)


def documents_of(
    renderer: "Renderer", requests: Iterable[Request], printing: Printing, first: int
) -> Iterator["Documents"]:
    """Yield the documents of sets, their pairs from an ordinal on; a Service of several once."""
    services = set()
    for each in requests:
        pairs = _from(each.stateful_set.ordinals, first)
        for documents in renderer.documents(each.stateful_set, printing.rendered, pairs):
            service = documents.namespace, documents.name
            if documents.resource != SERVICE or service not in services:
                yield documents
            services |= {service} if documents.resource == SERVICE else set()


def _note_defaults(requests: Iterable[Request], printed: frozenset[str]) -> None:
    guesses = [each for each in SETTINGS if each.guess_in in printed]
    defaults = {
        f"{setting.option} {setting.default}": None
        for request in requests
        for setting in sorted(guesses, key=lambda each: each.guess_in == VOLUME)
        if _is_left_out(request.values, setting) and _is_used(request, setting)
    }
    if defaults:
        console.note(f"defaults used, to change where they do not fit: {', '.join(defaults)}")


def _tell_next(
    requests: Iterable[Request], printing: Printing, first: int, files: Sequence[str]
) -> None:
    """Show the commands that come next, unless what describes the sets could be read but once."""
    from sfsgen.commands import next_steps
    from sfsgen.kubernetes.kubectl import quoted

    if "-" in files or printing.diff:
        return
    volumes = (
        template.pair(ordinal).volume
        for each in requests
        for template in each.stateful_set.claim_templates
        for ordinal in _from(each.stateful_set.ordinals, first)
    )
    lines = list(next_steps.to_prepare(volumes))
    if lines and printing.output_dir:
        lines.append(quoted(["kubectl", "create", *next_steps.all_of(printing.output_dir)]))
    elif lines and printing.output != "name":
        lines.append(f"{quoted(['sfsgen', *sys.argv[1:]])} | kubectl create -f -")
    next_steps.tell(lines)


def _is_used(request: Request, setting: Setting) -> bool:
    """Return whether what is said of directories says anything of a set's volumes."""
    templates = request.stateful_set.claim_templates
    ordinals = request.stateful_set.ordinals
    return setting.path != ("nfs", "path") or any(each.is_placed(ordinals) for each in templates)


def _applied(requests: Iterable[Request], target: Target) -> str:
    """Return what server-side apply does to the volumes in the target's minors, or ""."""
    found = [
        (template.pair(ordinals.start).volume.name, len(ordinals))
        for request in requests
        for template in request.stateful_set.claim_templates
        if (ordinals := request.stateful_set.ordinals)
        and server_side.is_at_risk(template.volume.annotations, target)
    ]
    if not found:
        return ""
    return f"{server_side.what(found[0][0], sum(count for _, count in found))}; {server_side.FIX}"


def _filled_in(requests: Iterable[Request]) -> str:
    """Return what was filled in in variables and commands, which may be meant for the program."""
    values = [each.values for each in requests]
    braced = [text for each in values for _, text in texts_at(each) if "{" in text]
    if not braced:
        return ""
    from sfsgen.values.placeholders import BRACE, words

    found = dict.fromkeys(word for text in braced for word in words(text) if word != BRACE)
    return f"filled in: {', '.join(found)}; a program's own brace is {BRACE}" if found else ""


def _rewritten(requests: Iterable[Request]) -> Iterator[str]:
    """Yield the sizes that a server writes down otherwise than they are said, each once."""
    told = set()
    for request in requests:
        values = request.values
        templates = [path for path, _ in values.entries("claimTemplates")]
        ordinals = [path for each in templates for path, _ in values.entries(*each, "volumes")]
        said = [each for each in ordinals if values.get(*each, "storage") is not None]
        for path in (*templates, *said):
            size = values.text((*path, "storage"))
            where = values.where((*path, "storage"))
            if (kept := stored(size)) != size and (where, size) not in told:
                told.add((where, size))
                yield (
                    f"{where}: the server stores {size} as {kept}: server-side apply after create "
                    f"conflicts; write {kept}"
                )


def _is_left_out(values: Values, setting: Setting) -> bool:
    """Return whether a setting is nowhere said for the set, or not for one of its templates."""
    paths = [setting.path]
    templates = [path for path, _ in values.entries("claimTemplates")]
    if setting.is_inherited:
        paths = [values.inherited(each, *map(str, setting.path)) for each in templates]
    elif setting.path[0] == "claimTemplates":
        key = setting.path[2]
        mounted = [each for each in templates if values.get(*each, "mounts") is None]
        paths = [(*each, key) for each in (mounted if key == "mountPath" else templates)]
    return any(values.get(*each) is None for each in paths)
