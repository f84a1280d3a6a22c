"""A JSON Schema of draft 2020-12 as one of draft-07, which more editors and SchemaStore read."""

from collections.abc import Iterator, Mapping
from typing import Any

_VERSION = "http://json-schema.org/draft-07/schema#"
_NAMED = ("properties", "$defs")  # whose keys are names, and no words of JSON Schema


def draft_07(schema: Mapping[str, Any], address: str) -> dict[str, Any]:
    """Return a schema that takes the same, and where it is published.

    It holds no words of ours: the minors that have a field are told in its description. Ajv takes
    it in strict mode, as SchemaStore asks.
    """
    return {"$schema": _VERSION, "$id": address, **dict(_translated(schema))}


def _translated(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if text := _described(schema):
        yield "description", text
    # Beside a $ref, draft-07 heeds nothing.
    is_alone = not text and not {*schema} - {"$ref", "x-since", "x-until", "x-quantity"}
    for key, value in schema.items():
        if key in _NAMED:
            named = {name: dict(_translated(each)) for name, each in value.items()}
            yield ("definitions" if key == "$defs" else key), named
        elif key == "$ref":
            reference = {"$ref": value.replace("#/$defs/", "#/definitions/")}
            yield from reference.items() if is_alone else [("allOf", [reference])]
        elif key == "type" and isinstance(value, list):
            yield "anyOf", [{"type": each} for each in value]
        elif isinstance(value, dict):
            yield key, dict(_translated(value))
        elif key not in ("$schema", "description") and not key.startswith("x-"):
            yield key, value
    if "required" in schema and "properties" not in schema:
        # Ajv's strict mode wants to see what is required in the same place.
        yield from {
            "type": "object",
            "properties": {each: {} for each in schema["required"]},
        }.items()


def _described(schema: Mapping[str, Any]) -> str:
    """Return what a schema says of itself, and which minors have what it is of."""
    texts = [schema["description"]] if "description" in schema else []
    since, until = schema.get("x-since"), schema.get("x-until")
    if since or until:
        begin = f"from 1.{since} on" if since else ""
        end = f"up to 1.{until}" if until else ""
        texts.append(f"In Kubernetes {' '.join(filter(None, (begin, end)))}.".replace(" on up", ""))
    return " ".join(texts)
