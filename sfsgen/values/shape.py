"""Whether a values file has the shape that its schema asks for: keys, types and minors."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from sfsgen.documents.document import Document
from sfsgen.documents.paths import Path, spelled
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.versions import Target
from sfsgen.plain_text import brief, quoted
from sfsgen.problems import InputError, Problem, nearest
from sfsgen.values import vocabulary
from sfsgen.values.settings import OPTIONS

_Check = Callable[[Any, int, object, object], Iterator[ValidationError]]
_AS = {
    "array": "write it as a list, each entry behind a -",
    "boolean": "write true or false, without quotes",
    "integer": "write it in digits, without quotes",
    "number": "write it in digits, without quotes",
    "object": "write it as a mapping, key: value",
    "string": "write a text",
}
_MOST_FAULTS = 100  # of a document
_MOST_VALUES = 100_000  # of a file
_LONGEST_JSON = 40  # characters
_ALIKE = 0.8  # of two keys: "server" is not meant by "service"
# Words that stand deeper in a values file, by their last part.
_ELSEWHERE = {
    str(path[-1]): spelled(path).replace("[0]", "[]") for path in OPTIONS if len(path) > 1
}
_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "empty",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}


def faults(document: Document, target: Target) -> Iterator[tuple[Path, Problem]]:
    """Yield what is wrong with a document, each with the path of what cannot be used without it.

    That is the value itself, or what must have it: an entry without its name is none. After many
    faults the document is given up.
    """
    found = 0
    for error in _validator(target).iter_errors(document.value):
        path = tuple(error.absolute_path)
        for at, problem in _problems(document, path, error):
            found += 1
            if found > _MOST_FAULTS:
                what = (
                    f"this is not all: the first {_MOST_FAULTS} faults in keys and types are told"
                )
                yield (), Problem(document.where(()), what, "mend them first")
                return
            yield _unusable(at), problem


def refuse_too_many(documents: Iterable[Document]) -> None:
    """Raise InputError where documents hold more values than anyone writes: aliases multiply."""
    todo: list[Any] = []
    found = 0
    for document in documents:
        todo.append(document.value)
        while todo:
            found += 1
            if found > _MOST_VALUES:
                what = f"it holds more than {_MOST_VALUES} values, with its aliases written out"
                raise InputError(Problem(document.where(()), what, "say it with fewer"))
            value = todo.pop()
            if isinstance(value, dict | list):
                todo += value.values() if isinstance(value, dict) else value


def _problems(
    document: Document, path: Path, error: ValidationError
) -> Iterator[tuple[Path, Problem]]:
    if error.validator == "additionalProperties":
        value, schema = cast("Any", error.instance), cast("Any", error.schema)
        yield from _unknown_keys(document, path, value, schema.get("properties", {}))
    elif error.validator in ("x-since", "x-until"):
        yield path, Problem(document.where(path, key=True), *_minor_fault(path, error))
    else:
        yield path, Problem(document.where(path), *_explained(path, error))


def _unusable(path: Path) -> Path:
    """Return the path of what cannot be used where the value at a path is missing."""
    needed: list[bool] = []  # for each part of the path: must what is around it have it?
    schema: Any = _schema()
    for part in path:
        named: Any = _schema()["$defs"].get(schema.get("$ref", "").rpartition("/")[2], {})
        needed.append(part in (*named.get("required", ()), *schema.get("required", ())))
        schema = {**named, **schema}
        of_key = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
        schema = (schema.get("items") if isinstance(part, int) else of_key) or {}
    while needed and needed.pop():
        path = path[:-1]
    return path


@cache
def _schema() -> dict[str, Any]:
    return vocabulary.schema()


@cache
def _validator(target: Target) -> Any:
    checks: dict[str, _Check] = {
        "additionalProperties": _other_keys,
        "x-since": _since(target),
        "x-until": _until(target),
        "x-quantity": _quantity,
    }
    return extend(Draft202012Validator, checks)(_schema())  # type: ignore[no-untyped-call]


def _other_keys(
    validator: Any, wanted: Any, value: object, schema: Any
) -> Iterator[ValidationError]:
    """Check the keys that no property names, in the order of the file."""
    if not isinstance(value, dict):
        return
    others = [key for key in value if key not in schema.get("properties", ())]
    if isinstance(wanted, dict):
        for key in others:
            yield from validator.descend(value[key], wanted, path=key)
    elif others and not wanted:
        yield ValidationError("there are unknown keys")


def _since(target: Target) -> _Check:
    def check(_v: object, since: int, _i: object, _s: object) -> Iterator[ValidationError]:
        if since > target.oldest:
            yield ValidationError(f"the target is {target}")

    return check


def _until(target: Target) -> _Check:
    def check(_v: object, until: int, _i: object, _s: object) -> Iterator[ValidationError]:
        if until < target.newest:
            yield ValidationError(f"the target is {target}")

    return check


def _quantity(_v: object, _is: object, value: object, _s: object) -> Iterator[ValidationError]:
    try:
        nano_units(str(value))
    except ValueError:
        yield ValidationError("is not a quantity")


def _minor_fault(path: Path, error: ValidationError) -> tuple[str, str]:
    minor = error.validator_value
    if error.validator == "x-since":
        what = f"{spelled(path)} exists from Kubernetes 1.{minor} on; {error.message}"
        return what, f"give --kube-version 1.{minor} or later, or leave it out"
    what = f"{spelled(path)} exists up to Kubernetes 1.{minor} only; {error.message}"
    return what, f"leave it out, or give --kube-version 1.{minor} or earlier"


def _unknown_keys(
    document: Document, path: Path, value: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[tuple[Path, Problem]]:
    for key in value:
        if key in known:
            continue
        near = nearest(key, known, _ALIKE)
        fix = f'write "{near}"' if near else f"there are: {', '.join(known)}"
        if not path and not near and key in _ELSEWHERE:
            fix = f"write it as {_ELSEWHERE[key]}"
        what = f"there is no {quoted(key)} in {spelled(path)}"
        yield (*path, key), Problem(document.where((*path, key), key=True), what, fix)


def _explained(path: Path, error: ValidationError) -> tuple[str, str]:
    name, wanted = spelled(path), cast("Any", error.validator_value)
    shown = "nothing" if error.instance is None else _as_json(error.instance)
    what, fix = f"{name} cannot be {shown}", "see `sfsgen schema`"
    match error.validator:
        case "type":
            what, fix = _wrong_type(name, wanted, error.instance, shown)
        case "enum":
            what, fix = f"{name} cannot be {shown}", f"write one of {', '.join(map(str, wanted))}"
        case "minimum":
            what, fix = f"{name} is {shown}", f"write {wanted} or more"
        case "minItems":
            what, fix = f"{name} is empty", "give at least one, or leave the key out"
        case "required":
            missing = [key for key in wanted if key not in cast("Any", error.instance)]
            what, fix = f"{name} lacks {', '.join(missing)}", "add it"
        case "x-quantity":
            what, fix = f"{name}: {shown} is not a Kubernetes quantity", "write it as 500m or 1Gi"
    return what, fix


def _wrong_type(name: str, wanted: Any, value: object, shown: str) -> tuple[str, str]:
    types = [wanted] if isinstance(wanted, str) else list(wanted)
    what = f"{name} must be {' or '.join(_TYPES[each] for each in types)}, not {shown}"
    is_scalar = isinstance(value, int | float | bool)
    return what, "put it in quotes" if "string" in types and is_scalar else _AS[types[0]]


def _as_json(value: object) -> str:
    """Return the beginning of a value's JSON, without making more of it."""
    pieces = json.JSONEncoder(ensure_ascii=False).iterencode(value)
    text = "".join(islice(pieces, _LONGEST_JSON))  # a piece has one character at least
    return brief(text if len(text) <= _LONGEST_JSON else f"{text[: _LONGEST_JSON - 3]}...")
