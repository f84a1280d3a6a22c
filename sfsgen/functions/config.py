"""What the configuration of a function asks for: a command of sfsgen, with its options."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sfsgen.documents.document import Document, Path
from sfsgen.functions.resource_list import part_of
from sfsgen.kubernetes.schemas import Schema, Terms
from sfsgen.kubernetes.versions import Target
from sfsgen.plain_text import quoted
from sfsgen.problems import InputError, Problem, nearest
from sfsgen.values.settings import PAIRS, RENDER, listed

API_VERSION = "sfsgen.github.io/v1alpha1"
COMMANDS = {"Render": "render", "Volumes": "volumes", "Check": "check"}
"""What each kind of configuration does, as the command of that name."""
_KINDS = {each: kind for kind, each in COMMANDS.items()}
_ALIKE = 0.7
# A command line has these; a configuration has its own words.
_OR_OPTION = re.compile(r",? or (?:give --|name it: sfsgen).*")
_OR_FLAG = re.compile(r",? or give (--\S+)$")
_GIVE = re.compile(r"(?:give --\S+|name it: sfsgen render) (\S+)")
_BOOLEANS = {"true": True, "false": False}
_STRING = {"type": "string"}
_TEXTS = {"type": "array", "items": _STRING}
_FLAG = {"type": "boolean"}
_NUMBER = {"type": ["string", "integer"]}
_META = {
    "type": "object",
    "properties": {"name": _STRING, "namespace": _STRING},
}


class Word(NamedTuple):
    """A word of a configuration, and the option that says the same."""

    path: Path
    option: str
    schema: Mapping[str, Any]


def _words(around: str, *rows: tuple[str, str, Mapping[str, Any]]) -> tuple[Word, ...]:
    return tuple(Word((around, key), option, schema) for key, option, schema in rows)


_OF_SETS = _words(
    "spec",
    ("names", "NAME", _TEXTS),
    ("namespace", "--namespace", _STRING),
    ("selector", "--selector", _STRING),
)
_OF_ALL = _words(
    "options", ("kubeVersion", "--kube-version", _STRING), ("strict", "--strict", _FLAG)
)
_OF_OBJECTS = (
    *_OF_ALL,
    *_words(
        "options",
        ("allowMany", "--allow-many", _FLAG),
        ("templateDir", "--template-dir", _STRING),
    ),
)


def words(kind: str) -> Sequence[Word]:
    """Return the words of a kind of configuration."""
    if kind == "Check":
        own = ("rule", "--rule", _TEXTS), ("ignore", "--ignore", _TEXTS)
        empty = ("allowEmpty", "--allow-empty", _FLAG)
        return *_OF_SETS, *_OF_ALL, *_words("options", *own, empty)
    if kind == "Render":
        only, first = ("only", "--only", _TEXTS), ("fromOrdinal", "--from-ordinal", _NUMBER)
        return *_OF_OBJECTS, *_words("options", only, first)
    of_pairs = (Word(_in_spec(each.path), each.option, each.schema) for each in listed(PAIRS))
    replicas = _words("spec", ("replicas", "--replicas", _NUMBER))
    return *_OF_SETS, *replicas, *of_pairs, *_OF_OBJECTS


def _in_spec(path: Path) -> Path:
    """Return where the word of a values file stands that is said of all claim templates."""
    return ("spec", *(part for part in path if part not in ("claimTemplates", 0)))


class Config(NamedTuple):
    """What is asked for."""

    command: str
    options: Mapping[str, Any]
    """What is given for each option, as on a command line."""
    values: Document | None = None
    """What stands for a values file."""
    document: Document | None = None
    places: Mapping[str, Path] = {}
    """Where it says each option, or would say it."""

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return problems where the configuration says what they are about, without options."""
        return [each._replace(where=self._where(each), fix=self._fix(each)) for each in problems]

    def _where(self, problem: Problem) -> str:
        path = self.places.get(problem.where)
        if path is None:
            return problem.where
        return self.document.where(path) if self.document else "functionConfig"

    def _fix(self, problem: Problem) -> str:
        """Return what mends a problem, in the words of the configuration."""
        if (flag := _OR_FLAG.search(problem.fix)) and (path := self.places.get(flag[1])):
            return f"{problem.fix[: flag.start()]} or {_written(path, 'true')}"
        fix = _OR_OPTION.sub("", problem.fix)
        path = self.places.get(problem.where)
        if not path or not (given := _GIVE.fullmatch(fix)):
            return fix
        around = "" if self.document else f" of a configuration of kind: {_KINDS[self.command]}"
        return f"write {_written(path, given[1])}{around}"


def _written(path: Path, value: str) -> str:
    """Return how a configuration says something."""
    around, *inner, last = path
    written = f"{last}: {value}"
    for each in reversed(inner):
        written = f"{each}: {{{written}}}"
    return f"{written} in {around}"


def config(document: Document | None, text: str = "") -> Config:
    """Return what a configuration asks for; where there is none, volumes as those that exist.

    The text is the one in which it stands. Raises InputError for one that is not understood.
    """
    if document is None:
        return Config("volumes", {}, places=_places("Volumes"))
    value = document.value
    if not isinstance(value, dict):
        fix = f"write a mapping with apiVersion: {API_VERSION} and kind: Volumes"
        raise InputError(Problem(document.where(), "the configuration is no mapping", fix))
    if value.get("kind") == "ConfigMap" and value.get("apiVersion") == "v1":
        return _of_config_map(document)
    kind = value.get("kind")
    if value.get("apiVersion") != API_VERSION or kind not in COMMANDS:
        raise InputError(_unknown(document))
    _refuse_faults(document, kind, text)
    given = {each.option: _at(value, each.path) for each in words(kind)}
    options = {each: _given(found) for each, found in given.items() if found is not None}
    values = _values(document) if kind == "Render" else None
    return Config(COMMANDS[kind], options, values, document, _places(kind))


def _places(kind: str) -> Mapping[str, Path]:
    return {each.option: each.path for each in words(kind)}


def _values(document: Document) -> Document:
    """Return what stands for a values file: names that it lacks are the configuration's own."""
    spec = part_of(document, "spec") or Document({}, document.file, document.locate)
    metadata = document.value.get("metadata") or {}
    own = {key: metadata[key] for key in ("name", "namespace") if metadata.get(key)}
    return spec._replace(value={**own, **spec.value})


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _given(value: Any) -> Any:
    """Return a value as a command line gives it: numbers as text."""
    if isinstance(value, bool | list):
        return value
    return str(value)


def _unknown(document: Document) -> Problem:
    """Return what there is to say of a configuration of another kind."""
    lacking = [each for each in ("apiVersion", "kind") if not document.value.get(each)]
    if lacking:
        what = f"the configuration has no {', no '.join(lacking)}"
        fix = f"write apiVersion: {API_VERSION} and one of kind: {', '.join(COMMANDS)}"
        return Problem(document.where(), what, fix)
    kind, version = document.value["kind"], document.value["apiVersion"]
    there_are = f"there are {', '.join(COMMANDS)} of {API_VERSION}, and ConfigMap of v1"
    if isinstance(kind, str) and (near := nearest(kind, COMMANDS, _ALIKE)):
        there_are = f"write apiVersion: {API_VERSION} and kind: {near}"
    what = f"{quoted(kind)} of {quoted(version)} is no configuration of sfsgen fn"
    return Problem(document.where(("kind",)), what, there_are)


@cache
def _schema(kind: str) -> Schema:
    """Return the schema of a kind of configuration; a values file in it is read as such."""
    properties: dict[str, Any] = {
        "apiVersion": _STRING,
        "kind": _STRING,
        "metadata": _META,
        "spec": _object({}),
        "options": _object({}),
    }
    for each in words(kind):
        inner = properties
        for part in each.path[:-1]:
            inner = inner.setdefault(str(part), _object({}))["properties"]
        inner[str(each.path[-1])] = each.schema
    if kind == "Render":
        properties["spec"] = {"type": "object"}
    return Schema(_object(properties), Terms())


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _refuse_faults(document: Document, kind: str, text: str) -> None:
    from sfsgen.values.shape import told

    wrong = [
        each
        for each in _schema(kind).faults(document.value)
        if not _is_minor(each.path, _at(document.value, each.path))
    ]
    if found := list(told(wrong, document, Target(), text)):
        raise InputError(*found)


def _is_minor(path: Path, value: Any) -> bool:
    """Return whether a number can only be one minor: of 1.30 a number is 1.3."""
    return path[-1:] == ("kubeVersion",) and bool(re.fullmatch(r"1\.[0-9]{2}", str(value)))


def _of_config_map(document: Document) -> Config:
    """Return what the data of a ConfigMap asks for: options by their names, as texts."""
    data = document.value.get("data")
    data = {} if data is None else data
    if not isinstance(data, dict):
        fix = "write options by their names, such as nfs-server: nfs.example.com"
        raise InputError(Problem(document.where(("data",)), "data is no mapping", fix))
    command = str(data.get("command", "volumes"))
    if command not in _KINDS:
        what = f"there is no command {quoted(command)} for a function"
        fix = f"write one of {', '.join(_KINDS)}"
        raise InputError(Problem(document.where(("data", "command")), what, fix))
    known = _options(_KINDS[command])
    options: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in data.items():
        if key != "command":
            where = document.where(("data", key))
            option = "NAME" if key == "name" else f"--{key}"
            if option in known:
                options[option] = _parsed(known[option], value, where, problems)
            else:
                problems.append(_unknown_key(key, known, where, command))
    if problems:
        raise InputError(*problems)
    places = {each: ("data", "name" if each == "NAME" else each[2:]) for each in known}
    return Config(command, options, None, document, places)


def _options(kind: str) -> Mapping[str, str]:
    """Return the options that a ConfigMap can give, and the JSON type that each takes."""
    found = {each.option: _type_of(each.schema) for each in words(kind)}
    if kind == "Render":
        found |= {each.option: each.kind for each in listed(RENDER) if each.option}
        found["NAME"] = "string"
    return found


def _type_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    return kind if isinstance(kind, str) else "string"


def _parsed(kind: str, value: Any, where: str, problems: list[Problem]) -> Any:
    """Return a text as the type that an option takes: of several, one a line."""
    is_text = isinstance(value, str | int) and (kind == "boolean" or not isinstance(value, bool))
    if not is_text:
        problems.append(Problem(where, "it is no text", "put it in quotes"))
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if kind in ("array", "object"):
        return [each.strip() for each in text.splitlines() if each.strip()]
    if kind == "boolean":
        if text not in _BOOLEANS:
            problems.append(Problem(where, f"{quoted(text)} is neither", 'write "true" or "false"'))
        return _BOOLEANS.get(text)
    return text


def _unknown_key(key: Any, known: Iterable[str], where: str, command: str) -> Problem:
    bare = [each.lstrip("-") for each in known if each != "NAME"]
    near = nearest(str(key), bare, _ALIKE)
    fix = f"write {near}" if near else f"there are: {', '.join(['name', *sorted(bare)])}"
    return Problem(where, f"`sfsgen {command}` has no option {quoted(f'--{key}')}", fix)
