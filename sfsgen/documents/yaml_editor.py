"""Changes to values of a YAML or JSON text: only their own lines change, comments and layout stay.

Where each value begins and ends is ruamel.yaml's word. What comes out is read again, and has to
mean what was asked for.
"""

import copy
import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sfsgen.documents.document import GONE, Path, spelled
from sfsgen.documents.yaml_writer import block, flow


class Change(NamedTuple):
    """One value of a document that is set, added or taken out."""

    path: Path
    value: Any
    """Plain data, or GONE."""


class More(NamedTuple):
    """What a list gets behind what it holds, in place of a value."""

    values: Sequence[Any]


class NotEditableError(ValueError):
    """The text is written so that a change of its own lines alone would not do what is meant."""


class _Splice(NamedTuple):
    """A piece of text that gives way to another."""

    start: int
    end: int
    text: str


def changed(value: Any, changes: Sequence[Change]) -> Any:
    """Return a document's value with changes."""
    root = copy.deepcopy(value)
    for path, new in changes:
        inside = root
        for part in path[:-1]:
            if isinstance(inside, dict) and inside.get(part) is None:
                inside[part] = {}
            inside = inside[part]
        if isinstance(new, More):
            inside[path[-1]] = [*(inside.get(path[-1]) or []), *new.values]
        elif new is not GONE:
            inside[path[-1]] = new
        else:
            inside.pop(path[-1], None)
    return root


def edited(text: str, changes: Sequence[Change], *, is_json: bool) -> str:
    """Return the text of one document with changes; no two of them concern one value.

    Raises NotEditableError where values are shared by aliases or merges, or laid out oddly.
    """
    root = _composed(text)
    gone = {str(each.path[-1]) for each in changes if each.value is GONE}
    editor = _Editor(text, gone, is_json=is_json)
    splices = sorted(editor.splice(root, *each) for each in changes)
    for splice in reversed(splices):
        text = f"{text[: splice.start]}{splice.text}{text[splice.end :]}"
    return text


def relisted(text: str, key: str, gone: Collection[str], more: Sequence[str]) -> str:
    """Return the text of a mapping whose list of texts loses some entries and gets more at its end.

    Entries in lines of their own keep their comments. Raises NotEditableError as `edited` does.
    """
    root = _composed(text)
    inside = _inside(root, key) if root else None
    node: Any = inside[1] if inside else None
    entries = node.value if node and node.id == "sequence" else []
    kept = [each.value for each in entries if each.value not in gone]
    lines = [each.start_mark.line for each in entries]
    if inside and _is_nothing(node) and not root.flow_style:
        return _filled(text, *inside, more)
    is_plain = lines == [each.end_mark.line for each in entries] and len(set(lines)) == len(lines)
    if not kept or node.flow_style or not is_plain:
        return edited(text, [Change((key,), [*kept, *more])], is_json=_is_json(text))
    rows = text.splitlines(keepends=True)
    margin = rows[lines[0]][: entries[0].start_mark.column]
    rows[lines[-1]] = rows[lines[-1]].removesuffix("\n") + "\n"
    added = [f"{margin}{flow(each)}\n" for each in more]
    rows[lines[-1] + 1 : lines[-1] + 1] = added
    taken_out = {each.start_mark.line for each in entries if each.value in gone}
    return "".join(row for number, row in enumerate(rows) if number not in taken_out)


def _filled(text: str, key: Any, nothing: Any, entries: Sequence[str]) -> str:
    """Return a text in which a key gets a list for the nothing that it has; comments stay."""
    there = text[nothing.start_mark.index : nothing.end_mark.index]
    rest = text[key.end_mark.index :].removeprefix(":")
    line, _, below = rest.partition("\n")
    line = line.replace(f" {there}", "", 1) if there else line
    listed = "".join(f"- {flow(each)}\n" for each in entries)
    return f"{text[: key.end_mark.index]}:{line}\n{listed}{below}"


def _is_nothing(node: Any) -> bool:
    if node.id == "sequence":
        return not node.value and node.start_mark.line == node.end_mark.line
    return _is_empty(node)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{") and "'" not in text and "#" not in text


def _composed(text: str) -> Any:
    from ruamel.yaml.error import YAMLError

    from sfsgen.documents.yaml_nodes import composed

    try:
        return composed(text)
    except YAMLError as error:
        raise NotEditableError("it is no plain YAML") from error


class _Editor:
    """Finds, in one text, what has to give way to what."""

    def __init__(self, text: str, gone: Collection[str], *, is_json: bool) -> None:
        """`gone` are the last parts of the paths that are taken out."""
        self.text, self.gone, self.is_json = text, gone, is_json

    def splice(self, root: Any, path: Path, value: Any) -> _Splice:
        node = root
        for depth, part in enumerate(path):
            inside = _inside(node, part)
            if inside is None:
                if value is GONE:
                    return _Splice(0, 0, "")
                value = list(value.values) if isinstance(value, More) else value
                for missing in reversed(path[depth + 1 :]):
                    value = {missing: value}
                return self._added(node, str(part), value)
            parent, (key, node) = node, inside
        if value is GONE:
            return self._taken_out(parent, key, node)
        if isinstance(value, More):
            if node.id != "sequence" and not _is_empty(node):
                raise NotEditableError(f"{spelled(path)} is no list in its own place")
            return self._longer(node, value.values)
        start = node.start_mark.index
        if node.id == "sequence" and isinstance(value, list):
            return _Splice(start, self._end(node), self._list(node, value))
        is_of_many = node.id != "scalar" or isinstance(value, dict | list)
        if is_of_many and not _is_empty(node):
            raise NotEditableError(f"{spelled(path)} holds other values")
        end = node.end_mark.index
        return _Splice(start, end, f"{'' if end > start else ' '}{self._in_line(value)}")

    def _longer(self, node: Any, values: Sequence[Any]) -> _Splice:
        """Return what makes a list longer."""
        if node.id != "sequence" or not node.value:
            column, end = self._column(node), node.end_mark.index
            start = len(self.text[: node.start_mark.index].rstrip(" "))
            return _Splice(start, end, f"\n{block(list(values), column)}")
        if node.flow_style:
            at = self._end(node.value[-1])
            return _Splice(at, at, f", {self._in_line(list(values))[1:-1]}")
        end = self.text.find("\n", self._end(node))
        end = len(self.text) if end < 0 else end
        return _Splice(end, end, f"\n{block(list(values), node.start_mark.column)}")

    def _column(self, node: Any) -> int:
        """Return how far the line is indented in which a value stands."""
        start = self.text.rfind("\n", 0, node.start_mark.index) + 1
        line = self.text[start : node.start_mark.index]
        return len(line) - len(line.lstrip(" "))

    def _in_line(self, value: Any) -> str:
        return json.dumps(value) if self.is_json else flow(value)

    def _list(self, node: Any, value: list[Any]) -> str:
        """Return a list in the style of the one that it replaces."""
        if node.flow_style or not value:
            return self._in_line(value)
        return block(value, node.start_mark.column).lstrip()

    def _added(self, mapping: Any, key: str, value: Any) -> _Splice:
        if mapping.id != "mapping":
            raise NotEditableError("a mapping is missing where a value is to be added")
        if not mapping.flow_style:
            last = self._end(mapping)
            end = self.text.find("\n", last)
            end = len(self.text) if end < 0 else end
            indent = mapping.value[0][0].start_mark.column
            return _Splice(end, end, f"\n{block({key: value}, indent)}")
        entry = f"{self._in_line(key)}: {self._in_line(value)}"
        if not mapping.value:
            at = mapping.start_mark.index + 1
            return _Splice(at, at, entry)
        at, margin = self._end(mapping.value[-1][1]), self._margin(mapping.value[-1][0])
        return _Splice(at, at, f", {entry}" if margin is None else f",\n{margin}{entry}")

    def _taken_out(self, mapping: Any, key: Any, value: Any) -> _Splice:
        keys = [each for each, _ in mapping.value]
        number = keys.index(key)
        start, end = key.start_mark.index, self._end(value)
        if not mapping.flow_style:
            margin = self._margin(key)
            if margin is None or len(keys) == 1:
                raise NotEditableError(f"{key.value} does not stand in lines of its own")
            following = self.text.find("\n", end)
            end = len(self.text) if following < 0 else following + 1
            return _Splice(start - len(margin), end, "")
        if any(each.value not in self.gone for each in keys[number + 1 :]):
            return _Splice(start, keys[number + 1].start_mark.index, "")
        if number + 1 < len(keys):
            return _Splice(end, end, "")  # what follows goes too, and takes this along
        while number and keys[number - 1].value in self.gone:
            number -= 1
        start = keys[number].start_mark.index
        if number:
            start = self._end(mapping.value[number - 1][1])
        return _Splice(start, end, "")

    def _margin(self, key: Any) -> str | None:
        """Return the blanks before a key, or None where something else stands before it."""
        start = self.text.rfind("\n", 0, key.start_mark.index) + 1
        margin = self.text[start : key.start_mark.index]
        return None if margin.strip(" \t") else margin

    def _end(self, node: Any) -> int:
        """Return where the last character of a value stands, without what a parser takes along."""
        while node.id != "scalar" and not node.flow_style and node.value:
            last = node.value[-1]
            node = last[1] if node.id == "mapping" else last
        start: int = node.start_mark.index
        end: int = node.end_mark.index
        return start + len(self.text[start:end].rstrip())


def _is_empty(node: Any) -> bool:
    """Return whether a node is an empty mapping, or nothing."""
    is_null = node.id == "scalar" and node.value in ("", "~", "null") and not node.style
    return is_null or (node.id == "mapping" and not node.value)


def _inside(node: Any, part: str | int) -> tuple[Any, Any] | None:
    """Return what stands at a key, or an index, with the key."""
    if node.id == "mapping":
        # Of a key that stands twice the last one counts.
        return next((each for each in reversed(node.value) if each[0].value == part), None)
    if node.id == "sequence" and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
