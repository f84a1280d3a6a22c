"""What a function gets on stdin: a list of objects, or a stream of them, and what it gives back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.changes.files import apply
from sfsgen.documents.document import Document, Path
from sfsgen.documents.files import STDIN, decoded
from sfsgen.documents.rewriting import changes, rewritten
from sfsgen.documents.yaml_reader import read
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.manifests import documents, is_json, read_manifests
from sfsgen.problems import InputError, Problem

KIND = "ResourceList"
_CONFIG = "functionConfig"
_ITEMS = "items"
_FIX = "kustomize and kpt write one; `sfsgen fn CONFIG` takes manifests as they are"


class Input(NamedTuple):
    """What was read from stdin."""

    data: bytes
    text: str
    document: Document | None
    """The list; None for a stream of manifests."""
    manifests: Sequence[Manifest]
    problems: Sequence[Problem]
    """Why not all of it can be read."""
    is_whole: bool = True
    """Whether it is a list at all, from which something can be made."""

    @property
    def config(self) -> Document | None:
        """The configuration of the function, seen as a document of its own."""
        return part_of(self.document, _CONFIG) if self.document else None

    def refuse_odd(self) -> None:
        """Raise InputError for a list whose items are none, which can only be given back."""
        if not self.is_whole:
            raise InputError(*self.problems)


def part_of(document: Document, key: str) -> Document | None:
    """Return a value of a document as a document of its own, or None where there is none."""
    value = document.value.get(key)
    if value is None:
        return None

    def locate(path: Path, is_key: bool) -> tuple[int, int]:
        return document.locate((key, *path), is_key)

    return Document(value, document.file, locate)


def read_list(data: bytes) -> Input:
    """Return a list of objects. Raises InputError where it is none, and cannot be given back."""
    text = decoded(data, STDIN)
    found = list(documents(text, STDIN))
    faults = [each for each in found if isinstance(each, Problem)]
    if faults:
        raise InputError(*faults)
    read = [each for each in found if isinstance(each, Document)]
    if not read:
        raise InputError(Problem(f"{STDIN}:1:1", "it holds nothing", _FIX))
    document, *others = read
    value = document.value
    if not others and isinstance(value, dict) and value.get("kind") == KIND and not is_list(value):
        what = f"the items of a {KIND} are a list, and these are none"
        problem = Problem(document.where((_ITEMS,)), what, "write each behind a -, or items: []")
        return Input(data, text, document, (), (problem,), is_whole=False)
    if others or not is_list(value):
        where = others[0].where() if others else document.where()
        what = f"it is a stream of manifests, and no {KIND}" if others else f"it is no {KIND}"
        raise InputError(Problem(where, what, _FIX))
    return Input(data, text, document, *read_manifests(data, STDIN))


def read_stream(data: bytes) -> Input:
    """Return a stream of manifests, or none at all."""
    if not data.strip():
        return Input(data, "", None, (), ())
    return Input(data, decoded(data, STDIN), None, *read_manifests(data, STDIN))


def is_list(value: Any) -> bool:
    """Return whether a value is a list as the contract of functions has it."""
    if not isinstance(value, Mapping) or not isinstance(value.get(_ITEMS, []), list | None):
        return False
    kind = value.get("kind")
    return kind == KIND or (isinstance(kind, str) and kind.endswith("List") and _ITEMS in value)


def is_resource_list(data: bytes) -> bool:
    """Return whether a text is a ResourceList, for whoever takes a stream as well."""
    try:
        found = next(iter(documents(decoded(data, STDIN), STDIN)), None)
    except InputError:
        return False
    is_one = isinstance(found, Document) and isinstance(found.value, Mapping)
    return is_one and found.value.get("kind") == KIND  # type: ignore[union-attr]


class Output(NamedTuple):
    """What becomes of it."""

    added: Sequence[str] = ()
    """Objects, each as YAML."""
    replaced: Sequence[tuple[Manifest, Mapping[str, Any]]] = ()
    """Objects, and what they are now."""
    results: Sequence[Mapping[str, Any]] = ()


def list_with(given: Input, output: Output) -> str:
    """Return the list as text: what it held stays as it was written, with its comments."""
    before = given.document.value if given.document else {}
    after = {key: each for key, each in before.items() if key != "results"}  # of another function
    if output.added or output.replaced:
        items = list(before.get(_ITEMS) or ())
        for manifest, value in output.replaced:
            items[int(manifest.inside[-1])] = value
        after[_ITEMS] = [*items, *map(_value, output.added)]
    if output.results:
        after["results"] = list(output.results)
    in_json = is_json(given.text)
    if after == before:
        return given.text
    return rewritten(given.text, before, after, is_json=in_json, list_at=(_ITEMS,))


def _value(text: str) -> Any:
    (document,) = read(text, STDIN)
    return document.value


def stream_with(given: Input, output: Output) -> bytes:
    """Return the stream, with what is added behind it.

    Raises InputError where it is laid out so that an object in it cannot be replaced.
    """
    data = given.data
    if output.replaced:
        edits = [
            Edit(manifest, each.path, each.value)
            for manifest, value in output.replaced
            for each in changes(manifest.value, value, ())
        ]
        made = apply(edits, {STDIN: data})
        if made.problems:
            raise InputError(*made.problems)
        data = made.contents[STDIN]
    return b"".join(with_documents(data, output.added))


def with_documents(data: bytes, documents: Iterable[str]) -> Iterator[bytes]:
    """Yield a stream as it came, and documents behind it."""
    yield data
    # A line without an end would go on in the marker of the next document.
    end = "" if data.endswith(b"\n") or not data else "\n"
    for each in documents:
        yield f"{end}---\n{each}".encode()
        end = ""
