"""Options laid over the values of a file; an option wins."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.kubernetes.quantities import meant, whole_number
from sfsgen.kubernetes.words import DEFAULT_CLAIM_TEMPLATE
from sfsgen.plain_text import quoted
from sfsgen.problems import Problem
from sfsgen.values.settings import SETTINGS, setting_at
from sfsgen.values.tree import Values


def overlay(values: Values, options: Mapping[str, Any]) -> None:
    """Lay options over values: `options` maps an option to what was given, None if it was not."""
    for setting in SETTINGS:
        path, option = setting.path, setting.option
        given: Any = options.get(option)
        if not is_given(given):
            continue
        if option in _WITH_A_SYNTAX:
            _WITH_A_SYNTAX[option](values, given)
        elif setting.kind == "integer":
            _set_number(values, path, option, given)
        elif setting.kind == "object":
            _add_pairs(values, path, option, given)
        elif path[0] == "claimTemplates":
            _set_in_the_template(values, path, option, given)
        else:
            _set(values, path, option, given)


def is_given(value: Any) -> bool:
    """Return whether an option was given: typer says None or an empty list where it was not."""
    return value not in (None, [], ())


def _refuse(values: Values, option: str, what: str, fix: str) -> None:
    values.problems.append(Problem(option, what, fix))


def _set(values: Values, path: Path, option: str, value: Any) -> None:
    parent = values.tree
    for part in path[:-1]:
        if not isinstance(parent.get(str(part)), dict):
            parent[str(part)] = {}
        parent = parent[str(part)]
    parent[str(path[-1])] = value
    values.say(path, option)
    if setting_at(path).is_inherited:
        of_templates = ((*at, *path) for at, _ in values.entries("claimTemplates"))
        _override(values, option, value, chain(of_templates, _of_ordinals(values, path)))


def _of_ordinals(values: Values, path: Path) -> Iterator[Path]:
    """Yield where single ordinals say for themselves what stands at a path for all."""
    if word := _WORDS_OF_ORDINALS.get(path):
        for at, _ in values.entries("claimTemplates"):
            for each, _ in values.entries(*at, "volumes"):
                yield (*each, *word)


def _override(values: Values, option: str, value: Any, paths: Iterable[Path]) -> None:
    """Remove what is said at some paths; where the file says it otherwise, note so."""
    differ = []
    for path in paths:
        found = values.get(*path)
        if found is not None:
            values.get(*path[:-1]).pop(path[-1])
            differ += [(path, found)] if found != value else []
    if differ and values.document:
        (path, first), *others = differ
        what = "it overrides what the file says of a single claim template or ordinal: "
        if others:
            what = f"it overrides {len(differ)} values of single claim templates or ordinals: "
        more = f" and {len(others)} more" if others else ""
        what += f"{_shown(first)} ({values.where(path)}){more}"
        fix = "leave it out, or take them out of the file"
        values.cautions.append(Problem(option, what, fix, "warning"))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(quoted, value)) if isinstance(value, list) else quoted(value)


def _set_number(values: Values, path: Path, option: str, given: str) -> None:
    try:
        _set(values, path, option, whole_number(given))
    except ValueError:
        values.say(path, option)
        what = f"{quoted(given)} is not a whole number"
        values.fault(path, what, f"give it as {option} {meant(given, 3)}")


def _set_in_the_template(values: Values, path: Path, option: str, given: str) -> None:
    templates = values.tree.setdefault("claimTemplates", [{}])
    if len(templates) > 1:
        what = "it could mean any of several claim templates"
        fix = "say it in the file, in the one that is meant" if values.document else "leave it out"
        _refuse(values, option, what, fix)
        return
    for at, template in values.entries("claimTemplates"):
        template[path[-1]] = given
        values.say((*at, path[-1]), option)
    _override(values, option, given, _of_ordinals(values, path))


def _split(values: Values, option: str, given: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            _refuse(
                values, option, f"{quoted(text)} is not KEY=VALUE", f"give it as {option} key=value"
            )
        elif key in pairs:
            _refuse(values, option, f"{quoted(key)} is given twice", "give it once")
        else:
            pairs[key] = value
    return pairs


def _add_pairs(values: Values, path: Path, option: str, given: Sequence[str]) -> None:
    pairs = _split(values, option, given)
    values.tree[str(path[0])] = {**(values.get(*path) or {}), **pairs}
    for key in pairs:
        values.say((*path, key), option)


def _add_env(values: Values, given: Sequence[str]) -> None:
    entries = values.tree.setdefault("env", [])
    places = {each["name"]: index for index, each in enumerate(entries) if each is not None}
    for name, value in _split(values, "--env", given).items():
        index = places.setdefault(name, len(entries))
        entries[index : index + 1] = [{"name": name, "value": value}]
        values.say(("env", index), "--env")


def _set_ports(values: Values, given: Sequence[str]) -> None:
    ports = []
    for text in given:
        name, equals, number = text.rpartition("=")
        if not re.fullmatch(r"[0-9]{1,9}", number) or (equals and not name):
            _refuse(
                values, "--port", f"{quoted(text)} is not [NAME=]PORT", "give it as --port http=80"
            )
        else:
            ports.append(({"name": name} if name else {}) | {"containerPort": int(number)})
    if ports:
        _set(values, ("ports",), "--port", ports)


def _add_volumes(values: Values, given: Sequence[str]) -> None:
    templates = values.tree.setdefault("claimTemplates", [])
    places: dict[str, int] = {}
    for index, each in enumerate(templates):
        if each is not None:
            places.setdefault(each.get("name", DEFAULT_CLAIM_TEMPLATE), index)
    for text in given:
        name, _, rest = text.partition("=")
        storage, _, mount_path = rest.partition(":")
        if not (name and storage and mount_path):
            _refuse(values, "--volume", *_incomplete(text))
        else:
            index = places.setdefault(name, len(templates))
            said = {"name": name, "storage": storage, "mountPath": mount_path}
            _add_volume(values, templates, index, said)


def _incomplete(text: str) -> tuple[str, str]:
    """Return which part of a volume is missing, and the whole with an example in its place."""
    name, equals, rest = text.partition("=")
    storage, _, mount_path = rest.partition(":")
    if not equals:  # what stands there may be any of the three
        name, storage, mount_path = "", "", ""
    parts = {"name": name, "size": storage, "mount path": mount_path}
    lacking = [key for key, value in parts.items() if not value]
    what = f"{quoted(text)} is not NAME=SIZE:MOUNTPATH"
    if equals:
        what = f"{what}: it lacks the {' and the '.join(lacking)}"
    whole = f"{name or 'data'}={storage or '10Gi'}:{mount_path or '/var/lib/data'}"
    return what, f"give it as {shlex.join(['--volume', whole])}"


def _add_volume(values: Values, templates: list[Any], index: int, said: dict[str, str]) -> None:
    path = ("claimTemplates", index)
    if values.is_said((*path, "storage")):
        what = f"the claim template {quoted(said['name'])} is given twice"
        _refuse(values, "--volume", what, "give each its own name")
        return
    there = templates[index] if index < len(templates) else {}
    templates[index : index + 1] = [there | said]
    for key in said:
        values.say((*path, key), "--volume")


_WORDS_OF_ORDINALS: Mapping[Path, Path] = {
    ("nfs", "server"): ("nfs", "server"),
    ("nfs", "path"): ("nfs", "path"),
    ("volumeName",): ("name",),
    ("claimTemplates", 0, "storage"): ("storage",),
}
"""What an entry of `volumes` calls that which is said for all."""
_WITH_A_SYNTAX = {"--env": _add_env, "--port": _set_ports, "--volume": _add_volumes}
