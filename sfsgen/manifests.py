"""Existing objects from YAML or JSON text, each with where it came from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.errors import Problem
from sfsgen.paths import Path
from sfsgen.request import read_text, shown
from sfsgen.yaml_documents import Document, read


class Manifest(NamedTuple):
    api_version: str
    kind: str
    namespace: str
    name: str
    value: Mapping[str, Any]
    document: Document
    inside: Path

    def where(self, path: Path = (), *, key: bool = False) -> str:
        return self.document.where((*self.inside, *path), key=key)


def sources(filenames: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for f in filenames:
        yield shown(f), read_text(f).encode()


def read_manifests(data: bytes, file: str) -> tuple[list[Manifest], list[Problem]]:
    found = []
    for document in read(data.decode(), file):
        items = document.value.get("items", [document.value])
        for i, v in enumerate(items):
            m = v["metadata"]
            found.append(
                Manifest(
                    v["apiVersion"],
                    v["kind"],
                    m.get("namespace", ""),
                    m["name"],
                    v,
                    document,
                    ("items", i) if "items" in document.value else (),
                )
            )
    return found, []
