"""Changes to a fuzzer's cases: to the tree that a file holds, to its bytes, to the command line."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import typer
import yaml

from sfsgen.checking.ruleset import all_rules, rule_id
from sfsgen.cli import app
from tests.fuzzing import Case

_COMMANDS = ("render", "scale", "volumes", "check", "prepare")
_LONGEST = 200_000  # bytes of a file
_MOST_PARTS = 3_000  # that the pool keeps of each kind
_DEEPEST = 60
_OF_TREES, _MOSTLY, _RARELY, _SELDOM = 0.75, 0.7, 0.08, 0.05
_GIVEN = json.loads(Path(__file__).with_name("fuzz-texts.json").read_text())
# What is read otherwise by others, refused by Kubernetes, or obeyed by a shell or a terminal.
_ODD_TEXTS = (
    *_GIVEN["texts"],
    *("a" * length for length in (52, 53, 63, 64, 253, 254, 5000)),
    *("9" * length for length in (10, 19, 25, 5000)),
    *(f"/{'x' * 5000}", "/a" * 500),
)
_PIECES = (
    *(each.encode() for each in _GIVEN["pieces"]),
    *(each * 200 for each in (b"[", b"{a: ", b"- ", b"&a [*a, ", b"1" * 25, b"a" * 25)),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xfe\xff", b"\xf0\x9f\x98"),
)
_NAMING = re.compile(r"(name|namespace|uid|claimName|volumeName|serviceName|app|storageClassName)$")

Tree = Any
"""A document: mappings, lists, and texts with how they are written."""


class Text(NamedTuple):
    """A scalar: what it says, and whether it stands in quotes."""

    said: str
    is_quoted: bool


class Map(list[tuple[Tree, Tree]]):
    """A mapping, in which a key may stand twice."""


class Pool:
    """What cases lend each other: keys, parts of documents, names, and the values of options."""

    def __init__(self) -> None:
        self.keys: list[Text] = []
        self.parts: list[Tree] = []
        self.names: list[Text] = []
        self.values: dict[str, list[str]] = {
            "-o": ["yaml", "json", "name", "text", "github", "sarif"],
            "--rule": [rule_id(each) for each in all_rules()],
        }

    def take(self, case: Case) -> None:
        """Take from a case what others may use."""
        for before, word in zip(case.words, case.words[1:], strict=False):
            if before.startswith("-") and word not in self.values.setdefault(before, []):
                self.values[before].append(word)
        for _, content in case.files:
            for document in trees(content):
                for slot in slots([document]):
                    self._take(slot)

    def _take(self, slot: "Slot") -> None:
        value = slot.value
        if len(self.parts) < _MOST_PARTS:
            self.parts.append(value)
        if isinstance(slot.parent, Map):
            key = slot.parent[slot.position][0]
            if key not in self.keys and len(self.keys) < _MOST_PARTS:
                self.keys.append(key)
            is_name = isinstance(key, Text) and _NAMING.search(key.said)
            if is_name and isinstance(value, Text) and value not in self.names[-_MOST_PARTS:]:
                self.names.append(value)


class Slot(NamedTuple):
    """A place in a tree: an entry of a list, or the value of an entry of a mapping."""

    parent: list[Any]
    position: int

    @property
    def value(self) -> Tree:
        """What stands there."""
        found = self.parent[self.position]
        return found[1] if isinstance(self.parent, Map) else found

    def put(self, value: Tree) -> None:
        """Write another value there."""
        if isinstance(self.parent, Map):
            value = (self.parent[self.position][0], value)
        self.parent[self.position] = value


def trees(data: bytes) -> list[Tree]:
    """Return the documents of a file, none where it cannot be read."""
    try:
        nodes = list(yaml.compose_all(data, yaml.CSafeLoader))
    except (yaml.YAMLError, RecursionError, UnicodeError):
        return []
    return [_tree(node, _DEEPEST) for node in nodes]


def _tree(node: Any, depth: int) -> Tree:
    if depth == 0:  # aliases may lead in circles
        return Text("deep", is_quoted=False)
    if isinstance(node, yaml.MappingNode):
        return Map((_tree(key, depth - 1), _tree(value, depth - 1)) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_tree(each, depth - 1) for each in node.value]
    return Text(node.value, node.style in ("'", '"'))


def slots(tree: Tree) -> Iterator[Slot]:
    """Yield every place in a tree, from the outside in."""
    for position in range(len(tree)):
        slot = Slot(tree, position)
        yield slot
        if isinstance(slot.value, list):
            yield from slots(slot.value)


def text_of(documents: Iterable[Tree], *, as_json: bool) -> bytes:
    """Return a file that holds documents, as JSON or as YAML."""
    write = _flow if as_json else _block
    return "---\n".join(f"{write(each)}\n" for each in documents).encode(errors="replace")


def _flow(tree: Tree) -> str:
    if isinstance(tree, Map):
        pairs = (f"{_flow(_quoted(key))}: {_flow(value)}" for key, value in tree)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(_flow, tree)) + "]"
    is_plain = re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?|true|false|null", tree.said)
    return tree.said if is_plain and not tree.is_quoted else json.dumps(tree.said)


def _quoted(key: Tree) -> Tree:
    return key._replace(is_quoted=True) if isinstance(key, Text) else key


def _block(tree: Tree, indent: str = "") -> str:
    """Return YAML in block style; a text that breaks it is as good as any other."""
    if isinstance(tree, Map) and tree:
        return "\n".join(f"{indent}{_scalar(key)}:{_below(value, indent)}" for key, value in tree)
    if isinstance(tree, list) and tree:
        return "\n".join(f"{indent}-{_below(value, indent)}" for value in tree)
    return indent + (_flow(tree) if isinstance(tree, list) else _scalar(tree))


def _below(value: Tree, indent: str) -> str:
    if isinstance(value, list) and value:
        return f"\n{_block(value, indent + '  ')}"
    return f" {_block(value)}"


def _scalar(tree: Tree) -> str:
    if isinstance(tree, Text):
        return json.dumps(tree.said) if tree.is_quoted else tree.said
    return _flow(tree)


def changed(case: Case, pool: Pool, chance: Random) -> Case:
    """Return a case with one thing or a few changed."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        kinds = [_with_other_words] + [_with_another_file] * 4 * bool(case.files)
        case = chance.choice(kinds)(case, pool, chance)
    return case


def _with_another_file(case: Case, pool: Pool, chance: Random) -> Case:
    number = chance.randrange(len(case.files))
    name, content = case.files[number]
    documents = trees(content) if chance.random() < _OF_TREES else []
    if documents and not name.endswith(".j2"):
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            if documents:
                _change_tree(documents, pool, chance)
        was_json = content.lstrip()[:1] == b"{"
        as_json = was_json ^ (chance.random() < _RARELY)
        content = text_of(documents, as_json=as_json)
    else:
        content = _changed_bytes(content, pool, chance)
    files = list(case.files)
    files[number] = (name, content[:_LONGEST])
    return case._replace(files=tuple(files))


def _change_tree(documents: list[Tree], pool: Pool, chance: Random) -> None:
    found = list(slots(documents))
    slot = chance.choice(found)
    change = chance.choice(_CHANGES)
    change(slot, found, pool, chance)


def _delete(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    del slot.parent[slot.position]


def _duplicate(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    count = chance.choice((1, 1, 1, 1, 2, 12)) if chance.random() > _SELDOM else 500
    slot.parent[slot.position : slot.position] = [slot.parent[slot.position]] * count


def _swap(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    other = chance.choice(found)
    # Of texts only: one that lies within the other would make a circle.
    if isinstance(slot.value, Text) and isinstance(other.value, Text):
        mine = slot.value
        slot.put(other.value)
        other.put(mine)


def _splice(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    slot.put(chance.choice(pool.parts))


def _rename(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:
    """Give an object the name of another, or one from elsewhere."""
    named = [each for each in found if _is_name(each)]
    if named:
        names = [each.value for each in named] if chance.random() < _MOSTLY else pool.names
        chance.choice(named).put(chance.choice(names))
    else:
        _oddify(slot, found, pool, chance)


def _is_name(slot: Slot) -> bool:
    if not (isinstance(slot.parent, Map) and isinstance(slot.value, Text)):
        return False
    key = slot.parent[slot.position][0]
    return isinstance(key, Text) and bool(_NAMING.search(key.said))


def _oddify(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    slot.put(Text(chance.choice(_ODD_TEXTS), chance.random() < _MOSTLY))


def _alter(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    """Change a text a little: a number in it, a character, its quotes, its length."""
    value = slot.value
    if not isinstance(value, Text):
        return
    said = value.said
    at = chance.randrange(len(said) + 1)
    choices = [
        re.sub(r"[0-9]+", lambda each: str(int(each[0][:20]) + chance.choice((-1, 1, 9))), said),
        said[:at] + chance.choice(_ODD_TEXTS)[:40] + said[at:],
        said[:at] + said[at + 1 :],
        said.swapcase(),
        said * chance.choice((2, 30)),
        said,
    ]
    slot.put(Text(chance.choice(choices), value.is_quoted ^ (chance.random() < _RARELY)))


def _retype(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    value = slot.value
    choices: list[Tree] = [
        [value],
        [],
        Map(),
        Map([(chance.choice(pool.keys), value)]),
        Text("", is_quoted=chance.random() < _MOSTLY),
        Text("null", is_quoted=False),
        Text(chance.choice(("0", "1", "true", "1.5", "-1")), is_quoted=False),
    ]
    if isinstance(value, Map):
        choices.append([each for _, each in value])
    elif isinstance(value, list) and value:
        choices.append(value[0])
    slot.put(chance.choice(choices))


def _nest(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    value, key = slot.value, chance.choice(pool.keys)
    for _ in range(chance.choice((3, 20, 45))):
        value = [value] if chance.random() < _MOSTLY else Map([(key, value)])
    slot.put(value)


def _add(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:
    """Add a key to a mapping, or an entry to a list."""
    inside = [each.value for each in found if isinstance(each.value, list)]
    parent = chance.choice(inside) if inside else slot.parent
    part = chance.choice(pool.parts)
    parent.append((chance.choice(pool.keys), part) if isinstance(parent, Map) else part)


def _rekey(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:
    """Give a key another name, or one that is nearly the same."""
    inside = [each for each in found if isinstance(each.parent, Map)]
    if not inside:
        _retype(slot, found, pool, chance)
        return
    parent, position = chance.choice(inside)
    key, value = parent[position]
    if isinstance(key, Text) and chance.random() < _MOSTLY:
        at = chance.randrange(len(key.said) + 1)
        near = (key.said.lower(), key.said + "s", key.said[:at] + key.said[at + 1 :])
        key = key._replace(said=chance.choice(near))
    else:
        odd = Text(chance.choice(_ODD_TEXTS), is_quoted=True)
        key = chance.choice((chance.choice(pool.keys), odd))
    parent[position] = (key, value)


def _wrap(slot: Slot, found: list[Slot], pool: Pool, chance: Random) -> None:  # noqa: ARG001
    """Put the documents into a List, or take those of one out."""
    documents = found[0].parent
    kind = chance.choice(("List", "List", "PersistentVolumeList", "StatefulSetList"))
    written: dict[str, Tree] = {
        "apiVersion": Text("v1", is_quoted=False),
        "kind": Text(kind, is_quoted=False),
    }
    written["items"] = list(documents)
    documents[:] = [Map((Text(key, is_quoted=False), each) for key, each in written.items())]


_CHANGES = (
    *(_delete, _delete, _duplicate, _swap, _splice, _rename, _rename, _rename, _oddify, _oddify),
    *(_alter, _alter, _retype, _nest, _add, _rekey, _wrap),
)


def _changed_bytes(content: bytes, pool: Pool, chance: Random) -> bytes:  # noqa: ARG001
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.choice((1, 1, 2, 8, 80)))
    lines = content.splitlines(keepends=True) or [b""]
    line = chance.randrange(len(lines))
    another = chance.choice(lines)
    token = chance.choice(_PIECES)
    choices = (
        content[:start] + content[end:],
        content[:start] + token + content[start:],
        content[:start] + token + content[end:],
        content[:start] + chance.randbytes(1) + content[start + 1 :],
        content[:end] + content[start:],
        b"".join(lines[:line] + lines[line + 1 :]),
        b"".join([*lines[:line], another, *lines[line:]]),
        b"".join([*lines[:line], token, *lines[line:]]),
        b"".join(lines[:line] + [b"  " + each for each in lines[line:]]),
        content.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n"))),
        content[:start],
    )
    return chance.choice(choices)


class _Option(NamedTuple):
    names: tuple[str, ...]
    is_flag: bool


def _options() -> dict[str, list[_Option]]:
    """Return the options of every command."""
    group: Any = typer.main.get_command(app)
    found = {}
    for command in _COMMANDS:
        parameters = group.get_command(None, command).params
        found[command] = [
            _Option((*each.opts, *each.secondary_opts), bool(each.is_flag))
            for each in parameters
            if each.opts[0].startswith("-")
        ]
    return found


_OPTIONS = _options()


def _with_other_words(case: Case, pool: Pool, chance: Random) -> Case:
    words = list(case.words)
    change = chance.random()
    if change < _RARELY:
        words[:1] = [chance.choice((*_COMMANDS, "init", "schema", "nope"))]
    elif change < _OF_TREES and case.command in _OPTIONS:
        at = chance.randint(1, len(words))
        words[at:at] = _option(chance.choice(_OPTIONS[case.command]), pool, chance)
    elif len(words) > 1:
        at = chance.randrange(1, len(words))
        before = words[at - 1]
        values = pool.values.get(before) or pool.values.setdefault(before, [""])
        odd = chance.choice(_ODD_TEXTS)
        words[at : at + 1] = chance.choice(([], [chance.choice(values)], [odd], [words[at] + odd]))
    return case._replace(words=tuple(each.replace("\0", "") for each in words))


def _option(option: _Option, pool: Pool, chance: Random) -> list[str]:
    name = chance.choice(option.names)
    if option.is_flag:
        return [name]
    known = [each for other in option.names for each in pool.values.get(other, ())]
    is_odd = not known or chance.random() < _OF_TREES / 3
    return [name, chance.choice(_ODD_TEXTS if is_odd else known)]
