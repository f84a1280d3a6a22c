"""Documents as text for stdout or files: YAML, JSON or names."""

from collections.abc import Callable, Iterable, Iterator

from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.resources import STATEFUL_SET
from sfsgen.plain_text import as_json
from sfsgen.printing.rendering import Documents, fill_in

_PER_WRITE = 256  # documents


def stream(documents: Iterable[Documents], output_format: str, set_kind: str) -> Iterator[str]:
    """Yield the text for stdout, in pieces of many documents."""
    if output_format == "name":
        for each in documents:
            yield from _batches(_names(each, set_kind), each.ordinals)
    elif output_format == "json":
        yield from _json_list(documents)
    else:
        for each in documents:
            yield from _batches(_with_marker(each), each.ordinals)


def _batches(text: Callable[[int], str], ordinals: range) -> Iterator[str]:
    for start in range(0, len(ordinals), _PER_WRITE):
        yield "".join(map(text, ordinals[start : start + _PER_WRITE]))


def _with_marker(documents: Documents) -> Callable[[int], str]:
    """Return the documents' text with a marker before each, so that streams can be joined."""
    if documents.fill:
        head, *rest = documents.fill.pieces
        return Pattern((f"---\n{head}", *rest)).at
    return lambda ordinal: f"---\n{documents.render(ordinal)}"


def _names(documents: Documents, set_kind: str) -> Callable[[int], str]:
    """Return the names as `kubectl -o name` prints them."""
    kind = f"{set_kind.lower()}.apps" if documents.resource == STATEFUL_SET else documents.resource
    head, *rest = documents.name.pieces
    pieces = [f"{kind}/{head}", *rest]
    return Pattern((*pieces[:-1], f"{pieces[-1]}\n")).at


def _json_list(documents: Iterable[Documents]) -> Iterator[str]:
    yield '{\n    "apiVersion": "v1",\n    "kind": "List",\n    "items": ['
    separator = "\n"
    for each in documents:
        as_json = _as_json(each)
        for batch in _batches(lambda ordinal: f",\n{as_json(ordinal)}", each.ordinals):  # noqa: B023
            yield separator + batch.removeprefix(",\n") if separator == "\n" else batch
            separator = ""
    yield "\n    ]\n}\n" if not separator else "]\n}\n"


def _as_json(documents: Documents, margin: str = "        ") -> Callable[[int], str]:
    def convert(ordinal: int) -> str:
        from sfsgen.documents.yaml_reader import read

        (document,) = read(documents.text(ordinal), documents.resource)
        text = as_json(document.value, 4)
        return margin + text.replace("\n", f"\n{margin}")

    fill = fill_in(convert, documents.ordinals) if documents.fill else None
    return fill.at if fill else convert


def file_names(
    documents: Iterable[Documents], output_format: str
) -> list[tuple[Documents, Pattern]]:
    """Return documents with the names of their files: each named after its kind and its name.

    Where the sets have several namespaces, the namespace stands before a namespaced name.
    """
    documents = list(documents)
    several = len({each.namespace for each in documents if each.namespace}) > 1
    named = []
    for each in documents:
        prefix = f"{each.namespace}." if several and each.namespace else ""
        name = Pattern((f"{each.resource}-{prefix}",)).followed_by(each.name)
        named.append((each, name.followed_by(Pattern((f".{output_format}",)))))
    return named


def files(
    named: Iterable[tuple[Documents, Pattern]], output_format: str
) -> Iterator[tuple[str, str]]:
    """Yield a file's name and text for every object."""
    for each, name in named:
        text = _as_json(each, "") if output_format == "json" else each.text
        end = "\n" if output_format == "json" else ""
        for ordinal in each.ordinals:
            yield name.at(ordinal), text(ordinal) + end
