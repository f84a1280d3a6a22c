"""The section [check] of sfsgen.toml: found, checked, and laid under the options of `check`."""

import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sfsgen import console
from sfsgen.checking.ruleset import no_rule
from sfsgen.documents.exclusions import Exclusion, wrong
from sfsgen.documents.files import SETTINGS
from sfsgen.plain_text import quoted
from sfsgen.problems import InputError, Problem, nearest

if TYPE_CHECKING:
    from sfsgen.documents.document import Path

_SECTION = "check"
_ALIKE = 0.6
_PATTERN = "write it as .gitignore has it: charts/, *.enc.yaml, deploy/old/**"
_LISTS = ("rule", "ignore", "exclude")
_TEXTS = ("kube-version", "namespace")
_FLAGS = ("strict", "allow-empty")
_KEYS = (*_LISTS, *_TEXTS, *_FLAGS)
# What is said where the program is called, for it is another thing each time.
_OF_CALLS = (
    *("filename", "kustomize", "all-namespaces", "selector", "context", "kubeconfig", "live"),
    *("changed", "output", "fix", "diff", "config", "explain"),
)


class Settings(NamedTuple):
    """What is looked for, and how, by options and by sfsgen.toml together."""

    rule: Sequence[str] = ()
    ignore: Sequence[str] = ()
    exclude: Sequence[Exclusion] = ()
    kube_version: str | None = None
    namespace: str | None = None
    strict: bool = False
    allow_empty: bool = False


def settings(config: str | None, given: Settings, problems: list[Problem]) -> Settings:
    """Return options laid over sfsgen.toml, noting what is wrong with either.

    An option wins, but for --ignore and --exclude, which are added.
    """
    problems += _wrong_patterns(given.exclude)
    file = config or _found()
    if file is None:
        return given
    try:
        section = _section(file)
    except InputError as error:
        problems += error.problems
        return given
    if section:
        console.note(f"looked with the settings of {file}")
    folder = os.path.dirname(file) or "."  # noqa: PTH120  # as it was typed
    return Settings(
        given.rule or section.get("rule", ()),
        [*section.get("ignore", ()), *given.ignore],
        [*(Exclusion(each, folder) for each in section.get("exclude", ())), *given.exclude],
        given.kube_version or section.get("kube-version"),
        given.namespace or section.get("namespace"),
        strict=given.strict or section.get("strict", False),
        allow_empty=given.allow_empty or section.get("allow-empty", False),
    )


def _wrong_patterns(patterns: Iterable[Exclusion]) -> Iterator[Problem]:
    for each in patterns:
        if what := wrong(each.pattern):
            yield Problem("--exclude", f"{quoted(each.pattern)}: {what}", _PATTERN)


def _found() -> str | None:
    """Return the nearest sfsgen.toml, in the working folder or above it."""
    try:
        depth = os.getcwd().count(os.sep)  # noqa: PTH109
    except OSError:  # the folder is gone
        return None
    ways = ("../" * each + SETTINGS for each in range(depth + 1))
    return next(filter(os.path.isfile, ways), None)


def _section(file: str) -> Mapping[str, Any]:
    """Return the section of a settings file. Raises InputError."""
    from sfsgen.documents import toml_reader
    from sfsgen.documents.files import content

    document = toml_reader.read(content(file), file)
    faults = [Problem(document.where(path), *words) for path, words in _faults(document.value)]
    if faults:
        raise InputError(*faults)
    section: Mapping[str, Any] = document.value.get(_SECTION, {})
    return section


def _faults(sections: Mapping[str, Any]) -> "Iterator[tuple[Path, tuple[str, str]]]":
    """Yield what is wrong with a settings file: where, what, and how to mend it."""
    for each, value in sections.items():
        if each != _SECTION:
            fix = f"write [{_SECTION}]: what it holds is laid under the options of sfsgen check"
            yield (each,), (f"there is no section {quoted(each)}", fix)
        elif not isinstance(value, dict):
            yield (each,), (f"{_SECTION} is no section", f"write [{_SECTION}]")
        else:
            yield from _faults_within(value)


def _faults_within(section: Mapping[str, Any]) -> "Iterator[tuple[Path, tuple[str, str]]]":
    for key, value in section.items():
        path: Path = (_SECTION, key)
        if key not in _KEYS:
            yield path, _unknown(key)
        elif key in _FLAGS:
            if not isinstance(value, bool):
                yield path, (f"{key} is neither true nor false", f"write {key} = true")
        elif key in _TEXTS:
            if not isinstance(value, str):
                yield path, (f"{key} is no text", f'write it in quotes: {key} = "{value}"')
            elif fault := _wrong_text(key, value):
                yield path, fault
        elif not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield path, (f"{key} is no list of texts", f'write {key} = ["..."]')
        else:
            check = _wrong_pattern if key == "exclude" else no_rule
            yield from (((*path, each), fault) for each in value if (fault := check(each)))


def _unknown(key: str) -> tuple[str, str]:
    what = f"[{_SECTION}] has no {quoted(key)}"
    if key in _OF_CALLS:
        return what, f"give it as an option, where sfsgen check is called: --{key}"
    near = nearest(key, _KEYS, _ALIKE)
    return what, f"write {near}" if near else f"there are: {', '.join(_KEYS)}"


def _wrong_text(key: str, value: str) -> tuple[str, str] | None:
    from sfsgen.commands.parameters import chosen_target
    from sfsgen.sets.reading import wrong_scope

    problems: list[Problem] = []
    if key == "namespace":
        problems += wrong_scope(value)
    else:
        chosen_target(value, problems)
    return next(((each.what, each.fix) for each in problems), None)


def _wrong_pattern(pattern: str) -> tuple[str, str] | None:
    what = wrong(pattern)
    return (f"{quoted(pattern)}: {what}", _PATTERN) if what else None
