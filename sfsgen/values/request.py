"""What a command is asked for: sets, from options and values files."""

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sfsgen.documents.files import MANIFESTS, content, decoded, shown
from sfsgen.kubernetes.versions import Target
from sfsgen.plain_text import listed, quoted
from sfsgen.problems import InputError, Problem
from sfsgen.values.collisions import claimant, collisions
from sfsgen.values.model import StatefulSet
from sfsgen.values.options import overlay
from sfsgen.values.stateful_set import build
from sfsgen.values.tree import Values

if TYPE_CHECKING:
    from sfsgen.documents.document import Document
    from sfsgen.kubernetes.foreign import Kind


_DESTINATION = "ARGOCD_APP_NAMESPACE"  # set by Argo CD: where an Application's objects go
_NOT_READ: Mapping[str, str] = {}
_VERSION = r"\A((?:[ \t]*(?:#.*)?\n)*+)%YAML 1\.[0-9][ \t]*(?:#.*)?\n(?=---)"


class Request(NamedTuple):
    """A set that is asked for, and the values that say so."""

    values: Values
    stateful_set: StatefulSet


def read_text(filename: str) -> str:
    """Return the text of a file, or of stdin for `-`. Raises InputError where there is none."""
    if not filename:
        raise InputError(Problem("--filename", "it is empty", "name a file, or - for stdin"))
    if os.path.isdir(filename):  # noqa: PTH112  # a Path would raise for some names
        raise InputError(_folder(filename))
    data = content(filename)
    if not data.strip():
        fix = "`sfsgen init` prints one to start from"
        raise InputError(Problem(shown(filename), "it is empty", fix))
    return decoded(data, shown(filename))


def read_sets(
    options: Mapping[str, Any],
    filenames: Sequence[str],
    target: Target,
    texts: Mapping[str, str] = _NOT_READ,
) -> tuple[list[Request], list[Problem]]:
    """Return the sets that options and values files ask for, and every problem found on the way.

    `texts` are those of files that were read already. Where there is a problem, the sets are not to
    be used.
    """
    return made_of(_values(options, filenames, target, texts))


def made_of(all_values: Iterable[Values]) -> tuple[list[Request], list[Problem]]:
    """Return the sets that values ask for, and every problem with them."""
    requests: list[Request] = []
    problems: list[Problem] = []
    for values in all_values:
        try:
            requests.append(Request(values, build(values)))
        except InputError as error:
            problems += error.problems
    for collision in collisions(claimant(each.stateful_set) for each in requests):
        values = requests[collision.set_index].values
        where = values.where(values.said_at(collision.path))
        problems.append(Problem(where, collision.what, collision.fix))
    return requests, problems


def _values(
    options: Mapping[str, Any],
    filenames: Sequence[str],
    target: Target,
    texts: Mapping[str, str],
) -> list[Values]:
    all_values: list[Values] = []
    problems: list[Problem] = []
    for filename in filenames:
        try:
            all_values += _from_file(filename, target, texts)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    if filenames:
        all_values = _chosen(all_values, options.get("NAME"), filenames)
    else:
        all_values = [Values(target)]
    for values in all_values:
        overlay(values, options)
        _take_destination(values)
    return all_values


def _take_destination(values: Values) -> None:
    """Let Argo CD, where it runs this, say the namespace of a set for which nobody says one."""
    namespace = os.environ.get(_DESTINATION)
    if namespace and values.get("namespace") is None:
        values.tree["namespace"] = namespace
        values.say(("namespace",), _DESTINATION)


def _from_file(filename: str, target: Target, texts: Mapping[str, str]) -> list[Values]:
    from sfsgen.kubernetes import foreign
    from sfsgen.values.shape import refuse_too_many

    text = texts[filename] if filename in texts else read_text(filename)
    try:
        documents = _documents(text, shown(filename))
    except InputError as error:
        kind = foreign.of_text(text)
        if kind is foreign.Kind.UNKNOWN:
            raise
        raise InputError(_other(filename, f"{shown(filename)}:1:1", kind)) from error
    _refuse_others(documents, text, filename)
    if not documents:
        what = "it holds no values"
        fix = "`sfsgen init` prints a file to start from"
        raise InputError(Problem(f"{shown(filename)}:1:1", what, fix))
    refuse_too_many(documents)
    return [from_document(each, target, text) for each in documents]


def from_document(document: "Document", target: Target, text: str) -> Values:
    """Return the values of a document of a text, without those that are of no use."""
    # Most runs have no values file: the libraries that read and check one are loaded for it.
    from sfsgen.values.shape import faults

    values = Values(target, document)
    for path, problem in list(faults(document._replace(value=values.tree), target, text)):
        values.drop(path, problem)
    return values


def _refuse_others(documents: "Iterable[Document]", text: str, filename: str) -> None:
    """Raise InputError for what is no values file, but is known: that alone, whatever it holds."""
    from sfsgen.kubernetes import foreign

    for document in documents:
        kind = foreign.of_value(document.value, text, filename)
        if kind is not foreign.Kind.UNKNOWN:
            raise InputError(_other(filename, document.where(), kind))


def _other(filename: str, where: str, kind: "Kind") -> Problem:
    from sfsgen.kubernetes import foreign

    what = f"it is {kind.value}, and render takes values files (`sfsgen init` prints one)"
    return Problem(where, what, foreign.commands(kind, filename))


def _folder(filename: str) -> Problem:
    """Return why a folder is no values file, and what was meant by it."""
    from sfsgen.kubernetes import foreign

    kind = foreign.of_folder(filename)
    if kind is not foreign.Kind.UNKNOWN:
        what = f"it is a folder with {kind.value}, and render takes values files"
        return Problem(filename, what, foreign.commands(kind, filename))
    names = sorted(each for each in os.listdir(filename) if each.endswith(MANIFESTS))  # noqa: PTH208
    files = [word for each in names for word in ("-f", os.path.join(filename, each))]  # noqa: PTH118
    fix = shlex.join(["sfsgen", "render", *files]) if files else "`sfsgen init` prints one"
    return Problem(filename, "it is a folder, and render takes values files", fix)


def _documents(text: str, file: str) -> "list[Document]":
    """Return the documents of JSON, or of YAML, which may begin with a brace or its version, too.

    Nobody but sfsgen reads a values file; a manifest has to begin as kubectl takes it.
    """
    from sfsgen.documents import json_reader
    from sfsgen.documents.yaml_reader import read

    if text.lstrip().startswith("{"):
        with suppress(json_reader.NotJsonError):
            return list(json_reader.documents(text, file, unique_keys=True))
    return read(re.sub(_VERSION, r"\1\n", text), file)


def _chosen(all_values: list[Values], name: str | None, filenames: Sequence[str]) -> list[Values]:
    """Return the sets that NAME chooses among several; to a single set it gives a new name."""
    if name is None or len(all_values) == 1:
        return all_values
    chosen = [values for values in all_values if values.get("name") == name]
    if not chosen:
        names = listed([values.get("name") for values in all_values])
        what = f"{listed([*map(shown, filenames)])} has no set named {quoted(name)}"
        raise InputError(Problem("NAME", what, f"there are: {names}"))
    return chosen
