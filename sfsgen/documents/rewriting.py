"""A text whose value has changed: its own lines and comments stay wherever that can be done."""

from collections.abc import Iterator
from typing import Any

from sfsgen.documents.document import GONE, Document, Path
from sfsgen.documents.yaml_editor import Change, More, NotEditableError, edited
from sfsgen.documents.yaml_reader import read_each
from sfsgen.documents.yaml_writer import block
from sfsgen.plain_text import as_json

_INDENT = 2


def rewritten(text: str, before: Any, after: Any, *, is_json: bool, list_at: Path = ()) -> str:
    """Return the text of one document whose value was `before`, and is `after` now.

    The list at a path has kept its entries in their order, and may have got more. Where the text
    is laid out so that an edit would do something else, all of it is written anew.
    """
    if is_json:
        return f"{as_json(after, _INDENT)}\n"
    text = text.replace("\r\n", "\n")
    wanted = list(changes(before, after, list_at))
    if not wanted:
        return text
    try:
        made = edited(text, wanted, is_json=False)
    except NotEditableError:
        made = ""
    # A key that stands twice is told, and stays.
    if [each.value for each in read_each(made, "") if isinstance(each, Document)] == [after]:
        return made
    return f"{block(after, 0)}\n"


def changes(before: Any, after: Any, list_at: Path, path: Path = ()) -> Iterator[Change]:
    """Yield what makes a value another one, each change as far down as it can be."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from (Change((*path, key), GONE) for key in before if key not in after)
        for key, value in after.items():
            if key in before:
                yield from changes(before[key], value, list_at, (*path, key))
            else:
                yield Change((*path, key), value)
    elif path == list_at and path and isinstance(after, list):
        old = before or []
        for index, value in enumerate(old):
            yield from changes(value, after[index], list_at, (*path, index))
        if after[len(old) :]:
            yield Change(path, More(after[len(old) :]))
    elif before != after:
        yield Change(path, after)
