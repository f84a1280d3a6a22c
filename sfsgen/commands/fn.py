"""`sfsgen fn`: a KRM function, by which kustomize and kpt render sets, add volumes or check."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from sfsgen import console
from sfsgen.commands import parameters
from sfsgen.documents.files import STDIN, content, decoded, shown
from sfsgen.functions.config import Config
from sfsgen.functions.config import config as read_config
from sfsgen.functions.resource_list import (
    Input,
    Output,
    is_resource_list,
    list_with,
    read_list,
    read_stream,
    stream_with,
)
from sfsgen.kubernetes.kubectl import Access
from sfsgen.problems import InputError, Problem
from sfsgen.sets.reading import Read, read_all

if TYPE_CHECKING:
    from sfsgen.kubernetes.versions import Target
    from sfsgen.printing.objects import Printing
    from sfsgen.values.request import Request

_FAILED = 1  # the list is given back, and its results say why
_NO_LIST = 2  # there is nothing that could be given back
_OF_CONFIG = Annotated[
    str | None,
    typer.Argument(
        metavar="[CONFIG]",
        help="A file with the configuration; stdin is then a stream of manifests, or empty.",
    ),
]


class _Done(NamedTuple):
    """What a function has made of its input."""

    output: Output
    problems: Sequence[Problem] = ()
    """What is to be told on stderr."""
    has_failed: bool = False


def fn(config: _OF_CONFIG = None) -> None:
    """Do as the configuration in a ResourceList says, which kustomize and kpt write to stdin.

    Kinds of sfsgen.github.io/v1alpha1: Render prints a set beside the items, Volumes prints the
    volumes and claims that the StatefulSets among them lack, Check says in results what is wrong.

    \b
    kpt fn eval manifests --exec 'sfsgen fn' --fn-config volumes.yaml
    kubectl kustomize base | sfsgen fn volumes.yaml
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    data = _stdin(is_needed=config is None)
    is_list = config is None or is_resource_list(data)
    try:
        given = read_list(data) if is_list else read_stream(data)
    except InputError as error:
        _tell(error.problems)
        raise typer.Exit(_NO_LIST) from error
    try:
        given.refuse_odd()
        asked = _from_file(config) if config else read_config(given.config, given.text)
        done = _done(given, asked)
        text = None if is_list else stream_with(given, done.output)
    except InputError as error:
        done, text = _failed(given, error), b""
    _tell(done.problems)
    if is_list:
        console.write_stdout([list_with(given, done.output)])
    elif text and not done.has_failed:
        console.write_bytes([text])
    if done.has_failed:
        raise typer.Exit(_FAILED)


def _stdin(*, is_needed: bool) -> bytes:
    if sys.stdin and sys.stdin.isatty():
        if not is_needed:
            return b""
        fix = "kustomize and kpt write to it; `sfsgen fn CONFIG` takes manifests as they are"
        what = "it is a terminal, and a ResourceList is read from it"
        raise InputError(Problem(STDIN, what, fix))
    return content("-")


def _from_file(filename: str) -> Config:
    """Return what the configuration in a file asks for. Raises InputError where it is not one."""
    from sfsgen.documents.yaml_reader import read

    text = decoded(content(filename), shown(filename))
    found = read(text, shown(filename))
    if len(found) != 1:
        what = f"it holds {len(found)} documents, and a function has one configuration"
        raise InputError(Problem(shown(filename), what, "give each a file of its own"))
    return read_config(found[0], text)


def _failed(given: Input, error: InputError) -> _Done:
    """Return the list as it was, with what is wrong as results."""
    from sfsgen.functions.results import of_problems

    results = list(of_problems(error.problems, given))
    return _Done(Output(results=results), error.problems, has_failed=True)


def _tell(problems: Iterable[Problem]) -> None:
    """Say each problem on one line: whoever runs the function shows lines, and may sort them."""
    for each in dict.fromkeys(problems):
        fix = f"; fix: {each.fix}" if each.fix else ""
        console.say(f"{each.where}: {each.severity}: {each.what}{fix}")


def _done(given: Input, asked: Config) -> _Done:
    """Return what becomes of the input. Raises InputError where that cannot be said."""
    try:
        return _WORK[asked.command](given, asked)
    except InputError as error:
        raise InputError(*asked.placed(error.problems)) from error


def _with_cautions(
    given: Input, asked: Config, output: Output, cautions: Sequence[Problem]
) -> _Done:
    """Return an output with what is to be warned of: the work is done all the same."""
    if not cautions:
        return _Done(output)
    from sfsgen.functions.results import of_problems

    placed = asked.placed(cautions)
    return _Done(output._replace(results=list(of_problems(placed, given))), placed)


def _names(options: Mapping[str, Any]) -> list[str]:
    """Return the names of sets; a ConfigMap has them one a line, or as one."""
    from sfsgen.commands.meant import without_kind

    found = options.get("NAME") or []
    return [without_kind(each) for each in (found if isinstance(found, list) else [found])]


def _volumes(given: Input, asked: Config) -> _Done:
    from sfsgen.commands import missing
    from sfsgen.commands.beside import OF_STREAM, missing_beside
    from sfsgen.values.settings import PAIRS, listed

    options = asked.options
    common = {
        **OF_STREAM,
        "allow_many": options.get("--allow-many", False),
        "template_dir": options.get("--template-dir"),
        "kube_version": options.get("--kube-version"),
        "strict": options.get("--strict", False),
        "namespace": options.get("--namespace"),
        "selector": options.get("--selector"),
        "replicas": options.get("--replicas"),
    }
    style = {each.parameter: options.get(each.option) for each in listed(PAIRS)}
    problems: list[Problem] = []
    wanted = missing.asked({**common, **style}, problems, "volumes")
    if problems:
        raise InputError(*problems)
    read = Read(given.manifests, given.problems)
    made = missing_beside(read, wanted, _names(options), options.get("--namespace"))
    for each in made.notes:
        console.note(each)
    return _with_cautions(given, asked, Output(made.documents), made.cautions)


def _render(given: Input, asked: Config) -> _Done:
    from sfsgen.commands import render
    from sfsgen.functions.meeting import met
    from sfsgen.printing.objects import rendered

    problems: list[Problem] = []
    printing = _printing(asked.options, problems)
    requests, found = _requests(given, asked, printing.target)
    problems += found
    first, cautions = render.judged(
        requests, printing, asked.options.get("--from-ordinal"), problems
    )
    made, own = rendered(
        lambda each: render.documents_of(each, requests, printing, first), printing, None
    )
    wanted = [each for each in made if each.resource in printing.resources]
    texts = [each.text(number) for each in wanted for number in each.ordinals]
    meeting = met(texts, given.manifests)
    wrong, more = console.split(meeting.cautions, strict=printing.strict)
    if wrong:
        raise InputError(*wrong)
    output = Output(meeting.added, meeting.replaced)
    return _with_cautions(given, asked, output, [*cautions, *own, *more])


def _printing(options: Mapping[str, Any], problems: list[Problem]) -> "Printing":
    from sfsgen.printing.objects import Printing, check, chosen_resources

    target = parameters.chosen_target(options.get("--kube-version"), problems)
    chosen = chosen_resources(options.get("--only"), problems)
    templates = options.get("--template-dir")
    flags = (bool(options.get(each)) for each in ("--strict", "--allow-many"))
    printing = Printing(target, chosen, "yaml", None, False, templates, *flags)
    check(printing, problems)
    return printing


def _requests(
    given: Input, asked: Config, target: "Target"
) -> tuple[Sequence["Request"], Sequence[Problem]]:
    """Return the set that values or options ask for, and what is wrong with it."""
    from sfsgen.values.request import from_document, made_of, read_sets

    try:
        if asked.values is None:
            return read_sets(asked.options, (), target)
        return made_of([from_document(asked.values, target, given.text)])
    except InputError as error:
        return (), error.problems


def _check(given: Input, asked: Config) -> _Done:
    from sfsgen.checking.looking import Asked, look
    from sfsgen.commands.access import selector
    from sfsgen.commands.check import chosen_rules
    from sfsgen.functions.results import of_findings, of_problems

    options = asked.options
    problems: list[Problem] = []
    target = parameters.chosen_target(options.get("--kube-version"), problems)
    rules = chosen_rules(options.get("--rule") or (), options.get("--ignore") or (), problems)
    query = selector(options.get("--selector"), problems)
    if problems:
        raise InputError(*problems)
    access = Access(("-",), options.get("--namespace"), selector=query)
    minors = target if options.get("--kube-version") else None
    wanted = Asked(access, minors, _names(options), rules)
    seen = look(wanted, read_all([(STDIN, given.data)], access))
    told = [] if seen.emptiness is None or options.get("--allow-empty") else [seen.emptiness]
    results = [*of_findings(seen.found), *of_problems(told, given)]
    severities = [each["severity"] for each in results]
    grave = {"error", "warning"} if options.get("--strict") else {"error"}
    said = [
        Problem(each.where, f"{each.what} ({each.rule})", each.cure.words, each.severity)
        for each in seen.found
    ]
    return _Done(Output(results=results), [*said, *told], not grave.isdisjoint(severities))


_WORK = {"render": _render, "volumes": _volumes, "check": _check}
