"""Values files that are nearly good: good ones, of which some values are made into any others."""

import copy
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sfsgen.values import vocabulary
from tests.program import Result, sfsgen

ROOT = Path(__file__).parents[1]
Tree = dict[str, Any]


class Plain(str):
    """A scalar that is written without quotes, for the reader to say what it is."""

    __slots__ = ()


# What stands in the place of any value, or of a key. Numbers of replicas stay small or too large.
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7, 1.5, 10**30, -(10**30), 2**31, 65536,
    "", " ", "80", "a b", "A", "web", "pvc", "a.b", "-", "/", "..", "/a/../b", "/{ordinal}", "{",
    "{claim}{claim}", "{ordinal}{ordinal}", "pv-1{ordinal}", "1Gi", "1GB", "10.0.0.1", "::1", "é",
    "a\nb", "a\tb", "\x1b[31m", "\x85", "\u2028", "\U0001f600", "a" * 70, "a" * 5000,
    "{name}" * 999, "{peers:{host} ...}{pod}", "{host}{port:x}", "{peers:{", "{brace}",
    Plain("on"), Plain("No"), Plain("~"), Plain("0o17"), Plain("1e3"), Plain("1_000"), Plain(".5"),
    Plain("0x1F"), Plain("12:30"), Plain("2001-01-01"), Plain("9" * 900), Plain("="),
    Plain("1e30"),
    [], [[]], [None], ["a"], [1], [{}], {}, {"a": []}, {"a": None}, {"": ""}, {"name": "a"},
    {"name": 1}, {"ordinal": 0}, [{"name": "a"}, {"name": "a"}],
)  # fmt: skip
KEYS = ("", "on", "1", "null", "name", "ordinal", "spec", "metadata", "a" * 300, "a b", "é", "\x1b")
OPTIONS = (
    ("--image", ("", "a b", "nginx:1")),
    ("--namespace", ("", "A", "x" * 999, "shop")),
    ("--port", ("", "0", "80", "a=80", "A=80", "=1", "99999999999")),
    ("--env", ("", "A", "A=1", "=1", "A B=1", "é=1", "A=\n")),
    ("--label", ("", "a", "a=b", "a=b c", "a/b/c=d", "x" * 999)),
    ("--annotation", ("", "a=b", "a=\x1b[31m", "volume.kubernetes.io/x=y")),
    ("--replicas", ("", "2", "-1", "1e3", "9" * 5000, "99999999999")),
    ("--start-ordinal", ("0", "5", "x", "2147483647", "-1")),
    ("--partition", ("0", "x", "9999999999")),
    ("--nfs-server", ("", "nfs", "a:1", "[::1]", "1.2.3", "x" * 999)),
    ("--nfs-path", ("", "/", "/srv/{ordinal}", "a", "/{x}", "/" + "{claim}" * 99)),
    ("--storage", ("", "1Gi", "1GB", "-1", "x" * 999)),
    ("--volume", ("", "a", "a=1Gi:/a", "pvc=1Gi:/b", "=:", "A=1:b")),
    ("--volume-name", ("", "pv-{ordinal}", "{", "x" * 999)),
    ("--claim-template", ("", "a", "A")),
    ("--mount-path", ("", "/d", "d")),
    ("--mount-option", ("", "soft", "a b", "x" * 5000)),
    ("--access-mode", ("", "RWX", "RWOP", "x")),
    ("--driver", ("", "csi", "nfs")),
    ("--reclaim-policy", ("", "Delete", "x")),
    ("--service-name", ("", "a", "A", "1")),
    ("--update-strategy", ("", "OnDelete")),
    ("--pod-management-policy", ("", "Parallel")),
    ("--from-ordinal", ("", "1", "-1", "9" * 50)),
    ("--only", ("", "pv", "x")),
    ("--kube-version", ("", "1.3", "1.20", "1.36", "1.3-1.37", "x")),
    ("-o", ("json", "name", "x")),
)  # fmt: skip
FLAGS = ("--strict", "--shared-directory", "--read-only", "--publish-not-ready-addresses")
WHERE = re.compile(
    r"(?:stdin(?::[0-9]+:[0-9]+)?|--[a-z-]+|NAME|sfsgen(?: render)?): (?:error|warning): .+"
)
NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")


@cache
def good() -> tuple[Tree, ...]:
    """Return values files that are good: the examples, and what `init` shows."""
    init = (ROOT / "sfsgen/values/values.yaml").read_text()
    all_of_init = re.sub(r"(?m)^( *)#(?! \S)", r"\1", init)
    texts = [path.read_text() for path in sorted(ROOT.glob("examples/*/*.yaml"))]
    texts = [init, all_of_init, *(each for each in texts if "\nclaimTemplates:" in each)]
    return tuple(tree for text in texts for tree in yaml.load_all(text, yaml.CSafeLoader) if tree)


def of_the_schema(invent: random.Random) -> Tree:
    """Return values of the schema's words, each of the type that it asks for, at random."""
    schema = vocabulary.schema()
    tree: Tree = {
        "name": "web",
        "replicas": 2,
        "nfs": {"server": "nfs"},
        "claimTemplates": [{"storage": "1Gi"}],
    }
    for word in invent.sample(sorted(schema["properties"]), invent.randint(0, 3)):
        tree[word] = _sample(schema["properties"][word], schema["$defs"], invent, 0)
    return tree


def _sample(schema: Tree, types: Tree, invent: random.Random, depth: int) -> Any:
    schema = {**types.get(schema.get("$ref", "").rpartition("/")[2], {}), **schema}
    if "enum" in schema:
        return invent.choice(schema["enum"])
    match schema.get("type"):
        case "object":
            words = schema.get("properties", {})
            some = invent.sample(sorted(words), min(len(words), max(0, 4 - depth)))
            named = dict.fromkeys([*schema.get("required", ()), *some])
            return {key: _sample(words[key], types, invent, depth + 1) for key in named}
        case "array":
            count = invent.randrange(3)
            return [_sample(schema["items"], types, invent, depth + 1) for _ in range(count)]
        case "integer" | "number":
            return invent.choice((0, 1, 80, 8080))
        case "boolean":
            return invent.random() < 1 / 2
        case _:
            return invent.choice(("a", "web", "/a", "1Gi", "TCP", "b"))


def bad(invent: random.Random) -> Tree:
    """Return a good file of which one to four values are others, doubled, wrapped or gone."""
    tree = (
        copy.deepcopy(invent.choice(good())) if invent.random() < 2 / 3 else of_the_schema(invent)
    )
    for _ in range(invent.choice((0, 0, 1, 1, 1, 2, 4))):
        places = list(_places(tree))
        if places:
            _spoil(*invent.choice(places), invent)
    return tree


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every collection with each of its keys or indexes."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(items):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


def _spoil(around: Any, key: Any, invent: random.Random) -> None:
    odd = copy.deepcopy(invent.choice(ODD))
    match invent.randrange(8):
        case 0:
            del around[key]
        case 1:
            around[key] = [around[key]]
        case 2:
            around[key] = {invent.choice(KEYS): around[key]}
        case 3 if isinstance(around, list):
            around.append(copy.deepcopy(around[key]))
        case 3 | 4 if isinstance(around, dict):
            around[invent.choice(KEYS)] = copy.deepcopy(around[key])
        case _:
            around[key] = odd


def text(value: Any) -> str:
    """Return values as YAML in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text(key)}: {text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, Plain):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\x85", "\\x85")


def options(invent: random.Random) -> list[str]:
    """Return some options, most of which are wrong."""
    found = []
    for option, given in invent.sample(OPTIONS, invent.choice((0, 0, 0, 0, 0, 1, 2, 5))):
        found += [f"{option}={invent.choice(given)}" if option != "-o" else f"-o{given[0]}"]
    return found + [each for each in FLAGS if invent.random() < 1 / 20]


def render(seed: int) -> tuple[list[str], str, Result]:
    """Render what a seed gives, and return the command line, the file and the result."""
    invent = random.Random(seed)  # noqa: S311  # to be repeated, not to be kept secret
    documents = [bad(invent) for _ in range(invent.choice((1, 1, 1, 1, 1, 2, 3)))]
    given = "---\n".join(f"{text(each)}\n" for each in documents)
    command = ["render", "-f", "-", *options(invent)]
    if invent.random() < 1 / 10:
        given, command = "", ["render", "web", "-r", "2", *options(invent), *options(invent)]
    return command, given, sfsgen(command, given)


def faults(result: Result) -> Iterator[str]:
    """Yield what no run may show, whatever it was given."""
    if "this is a bug" in result.err:
        yield "a bug"
    if result.status not in (0, 2):
        yield f"status {result.status}"
    lines = result.err.split("\n")
    if any(len(line) > 1500 for line in lines):
        yield "a line of more than 1500 characters"
    if not all(line.isprintable() for line in lines):
        yield "a line with control characters"
    if result.status == 0:
        names = re.findall(r'(?m)^  name: "?([^"\n]*)"?$', result.out)
        yield from (f"the name {each!r}" for each in names if not NAME.fullmatch(each))
    else:
        problems = [line for line in lines[:-1] if not line.startswith(("  fix: ", "sfsgen: and "))]
        yield from (line for line in problems if not WHERE.fullmatch(line))
        if result.out:
            yield "output of what was refused"
