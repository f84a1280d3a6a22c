"""Values as a person writes them: their words in the order of values.yaml, in its paragraphs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sfsgen import package_data
from sfsgen.documents.files import Kustomized
from sfsgen.documents.yaml_writer import block
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.plain_text import brief

_SCHEMA = "# yaml-language-server: $schema=sfsgen.schema.json"


def heading(sources: Sequence[str]) -> str:
    """Return what stands above the values that were read somewhere."""
    read = brief(quoted([word for each in sources for word in _option(each)]))
    return (
        f"{_SCHEMA}\n# (`sfsgen schema > sfsgen.schema.json` writes that schema.)\n"
        f"# Values for `sfsgen render -f FILE`, by `sfsgen init {read}`.\n\n"
    )


def _option(source: str) -> tuple[str, str]:
    if isinstance(source, Kustomized):
        return "-k", source.folder
    return "--from", source


def paragraphs(tree: Mapping[str, Any], remarks: Mapping[str, Sequence[str]]) -> str:
    """Return values as YAML; `remarks` are the lines of comment above a word."""
    groups = [*_groups(), [key for key in tree if not any(key in each for each in _groups())]]
    texts = ["".join(_words(tree, group, remarks)) for group in groups]
    return "\n".join(filter(None, texts))


def _words(
    tree: Mapping[str, Any], group: Sequence[str], remarks: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for word in group:
        if word in tree:
            yield from (f"# {line}\n" for line in remarks.get(word, ()))
            yield f"{block({word: _metadata_first(tree[word])}, 0)}\n"


def _metadata_first(value: Any) -> Any:
    """Return the fields of an object with its metadata in front, as objects are written."""
    if isinstance(value, Mapping) and "metadata" in value:
        return {"metadata": value["metadata"], **value}
    return value


def _groups() -> list[list[str]]:
    """Return the words as `sfsgen init` shows them, those of a paragraph together."""
    text = package_data.text("values/values.yaml")
    found = [re.findall(r"(?m)^#?([a-z]\w*):", each) for each in text.split("\n\n")]
    return [each for each in found if each]
