"""What may stand at the cursor of a command line: words, and what a cluster has, asked briefly."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from typer._click.shell_completion import (
    CompletionItem,
    _resolve_context,
    _resolve_incomplete,
)

from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Kubectl

_PATIENCE = 2  # seconds: who waits for a completion has pressed a key
_MOST_READ, _MOST_FILES = 2**20, 200  # bytes and files, in which names of sets are looked up
_OF_SET = re.compile(r"(?:sts|statefulsets?)(?:\.v1)?(?:\.apps)?/", re.IGNORECASE)
_LONGEST_HELP = 72  # characters
# The values that an option's help lists: "yaml, json or name.", "Retain (default) or Delete."
_WORD = r"[\w-]+(?: \(default\))?"
_LIST = re.compile(rf"(?P<words>{_WORD}(?:, {_WORD})* or {_WORD})(?:[.;:,]|$)")
_KINDS = ("service", "pv", "pvc", "statefulset")
_WITHOUT_SETS = ("render", "post-render")  # what they name is new, or comes from stdin
_FROM_CLUSTER = "live", "The live cluster"  # what `init --from` has in a file's place
_FILES, _FOLDERS = ("FILE", "CONFIG"), ("DIR",)


class Offer(NamedTuple):
    """What may stand at the cursor."""

    kind: str
    """`words`, or the shell's own `files` or `folders`."""
    items: Sequence[CompletionItem] = ()
    before: str = ""
    """What stands before them in the same word: `--namespace=`."""


def offered(program: Any, name: str, words: Sequence[str], incomplete: str) -> Offer:
    """Return what may stand in the place of an incomplete word, after the words before it.

    Raises InputError where there is no such command.
    """
    arguments = list(words)
    context = _resolve_context(program, {}, name, list(words))
    if context.command is program and not all(each.startswith("-") for each in words):
        return Offer("words")  # behind a command that there is not
    parameter, rest = _resolve_incomplete(context, arguments, incomplete)
    before = incomplete[: len(incomplete) - len(rest)]
    items = list(parameter.shell_complete(context, rest))
    if items and items[0].type in ("file", "dir"):
        return Offer("files" if items[0].type == "file" else "folders", (), before)
    return Offer("words", [each for each in items if str(each.value).isprintable()], before)


def commands(known: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    """Return the commands that begin as a word, each with what it does."""
    return _starting(incomplete, known.items())


def attach(parameters: Iterable[Any]) -> None:
    """Give the parameters of a command what completes their values."""
    for each in parameters:
        each._custom_shell_complete = _values  # noqa: SLF001  # typer has no other place for it


def brief(item: CompletionItem) -> str:
    """Return what is said of a candidate beside it, in a few words."""
    text = " ".join((item.help or "").split())
    sentence = re.split(r"[.;] ", text, maxsplit=1)[0].rstrip(".")
    return sentence if len(sentence) <= _LONGEST_HELP else f"{sentence[: _LONGEST_HELP - 3]}..."


def set_names(context: Any, incomplete: str) -> list[CompletionItem]:
    """Return the names of StatefulSets: those of -f FILE, else of the cluster."""
    given = context.params
    kind = _OF_SET.match(incomplete)
    before = kind[0] if kind else ""
    files = given.get("filename") or given.get("source")
    if files and list(files) != [_FROM_CLUSTER[0]]:
        names = _in_files(files)
    elif (
        context.info_name in _WITHOUT_SETS
        or given.get("kustomize")
        or ("source" in given and not files)
    ):
        names = []
    else:
        names = _of_cluster(context, "statefulsets", *_scope(given))
    there = given.get("name") or ()
    taken = {_OF_SET.sub("", each) for each in ([there] if isinstance(there, str) else there)}
    return _starting(incomplete, [before + each for each in names if each not in taken])


def namespaces(context: Any, incomplete: str) -> list[CompletionItem]:
    """Return the namespaces of the cluster."""
    return _starting(incomplete, _of_cluster(context, "namespaces"))


def contexts(context: Any, incomplete: str) -> list[CompletionItem]:
    """Return the contexts that kubectl knows; no cluster is asked."""
    kubectl = Kubectl(None, context.params.get("kubeconfig"))
    # Google Cloud's kubectl asks the cluster first which version it is, for 5 seconds.
    command = kubectl.words("config", "get-contexts", "-o", "name", "--request-timeout=1s")
    return _starting(incomplete, cluster.lines(command, _PATIENCE))


def _values(context: Any, parameter: Any, incomplete: str) -> list[CompletionItem]:
    """Return what a parameter may be; click asks for it."""
    metavar = (parameter.metavar or "").strip("[].")
    option = max(parameter.opts, key=len)
    if metavar in (*_FILES, *_FOLDERS):
        live = option == "--from" and incomplete and _starting(incomplete, [_FROM_CLUSTER])
        return live or [CompletionItem(incomplete, type="file" if metavar in _FILES else "dir")]
    if metavar == "COMMAND":
        root = context.find_root()
        return list(root.command.shell_complete(root, incomplete))
    if parameter.name == "name":
        return set_names(context, incomplete)
    if ask := _LIVE.get(option):
        return ask(context, incomplete)
    words = _WORDS.get(metavar.removesuffix(",")) or _WORDS.get(option) or _listed
    found = words(parameter)
    if metavar.endswith(","):
        return _in_row(incomplete, list(found))
    return _starting(incomplete, found)


def _to_namespaces(context: Any, incomplete: str) -> list[CompletionItem]:
    """Return the namespaces of the cluster that a set goes to."""
    given = context.params
    kubectl = Kubectl(
        given.get("to_context") or given.get("kube_context"),
        given.get("to_kubeconfig") or given.get("kubeconfig"),
    )
    return _starting(incomplete, _asked(kubectl, "namespaces"))


def _starting(incomplete: str, found: Iterable[Any]) -> list[CompletionItem]:
    """Return those that begin as the word that is typed; pairs are a word and what it means."""
    pairs = (each if isinstance(each, tuple) else (each, None) for each in found)
    return [
        CompletionItem(word, help=help_) for word, help_ in pairs if word.startswith(incomplete)
    ]


def _in_row(incomplete: str, found: Iterable[Any]) -> list[CompletionItem]:
    """Return the words that may follow in a row with commas, each with what stands before it."""
    before, comma, word = incomplete.rpartition(",")
    taken = before.split(",")
    left = [each for each in found if (each[0] if isinstance(each, tuple) else each) not in taken]
    return [
        CompletionItem(f"{before}{comma}{each.value}", help=each.help)
        for each in _starting(word, left)
    ]


def _listed(parameter: Any) -> Iterator[str]:
    """Yield the values that an option's help lists: there they are read, and held by tests."""
    if not getattr(parameter, "is_flag", False) and (found := _LIST.match(parameter.help or "")):
        yield from re.split(r", | or ", found["words"].replace(" (default)", ""))


def _rules(_: Any) -> Iterator[tuple[str, str]]:
    from sfsgen.checking.ruleset import by_id, summary

    yield from ((name, summary(each)) for name, each in by_id().items())


def _access_modes(_: Any) -> Iterator[tuple[str, str]]:
    from sfsgen.kubernetes.words import ACCESS_MODES

    yield from ((short, mode) for short, mode in ACCESS_MODES.items())
    yield from ((mode, short) for short, mode in ACCESS_MODES.items())


def _minors(_: Any) -> Iterator[str]:
    from sfsgen.kubernetes.versions import NEWEST, OLDEST

    yield from (f"1.{minor}" for minor in range(NEWEST, OLDEST - 1, -1))


def _drivers(parameter: Any) -> Iterator[str]:
    from sfsgen.storage_drivers import DRIVERS

    own = "another" in (parameter.help or "")
    yield from DRIVERS if own else ("nfs", "csi")


def _peers(_: Any) -> Iterator[str]:
    from sfsgen.showing.stable_names import STYLES

    yield from STYLES


def _shells(_: Any) -> Iterator[str]:
    from sfsgen.commands.completion import SCRIPTS

    yield from SCRIPTS


_LIVE: dict[str, Callable[[Any, str], list[CompletionItem]]] = {
    "--namespace": namespaces,
    "--to-namespace": _to_namespaces,
    "--context": contexts,
    "--to-context": contexts,
}
# By what the help calls their value, or by the option.
_WORDS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "RULE": _rules,
    "KIND": lambda _: iter(_KINDS),
    "1.N": _minors,
    "SHELL": _shells,
    "--access-mode": _access_modes,
    "--driver": _drivers,
    "--peers": _peers,
}


def _scope(given: Any) -> list[str]:
    """Return kubectl's options for the sets that are meant."""
    words = ["--all-namespaces"] if given.get("everywhere") else []
    selector = given.get("selector")
    return [*words, *(["--selector", selector] if selector else [])]


def _of_cluster(context: Any, resource: str, *options: str) -> list[str]:
    given = context.params
    kubectl = Kubectl(given.get("kube_context"), given.get("kubeconfig"))
    namespace = given.get("namespace") if resource != "namespaces" else None
    return _asked(kubectl, resource, *options, namespace=namespace)


def _asked(kubectl: Kubectl, *what: str, namespace: str | None = None) -> list[str]:
    """Return the names of a resource's objects, which kubectl prints behind their kind."""
    patience = f"--request-timeout={_PATIENCE}s"
    command = kubectl.words("get", *what, "-o", "name", patience, namespace=namespace)
    names = cluster.lines(command, _PATIENCE)
    return list(dict.fromkeys(each.rpartition("/")[2] for each in names))


def _in_files(files: Sequence[str]) -> list[str]:
    """Return the names of the sets in files that are quickly read; none where one is not."""
    from sfsgen.kubernetes.kubectl import Access
    from sfsgen.problems import InputError
    from sfsgen.sets.reading import objects

    found = [path for each in files for path in _below(each)]
    try:
        is_quick = len(found) <= _MOST_FILES and sum(map(os.path.getsize, found)) <= _MOST_READ
        if "-" in files or not is_quick:
            return []
        read = objects(Access(files))
    except (InputError, OSError):
        return []
    return list(dict.fromkeys(each.name for each in read.manifests if each.kind == "StatefulSet"))


def _below(path: str) -> Iterator[str]:
    """Yield a file, or the files of a folder, up to one more than are read."""
    if not os.path.isdir(path):  # noqa: PTH112
        yield path
        return
    count = 0
    for folder, _, files in os.walk(path):
        for each in files:
            yield os.path.join(folder, each)  # noqa: PTH118
            count += 1
            if count > _MOST_FILES:
                return
