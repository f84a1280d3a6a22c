"""Conditions and steps as the words and lines of a shell script."""

from collections.abc import Iterable

from sfsgen.changes.steps import Step
from sfsgen.documents.yaml_writer import block
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.plain_text import one_line
from sfsgen.plans.conditions import Condition, FieldPath

MARGIN = "    "
_SHORT = {
    "PersistentVolume": "pv",
    "PersistentVolumeClaim": "pvc",
    "Pod": "pod",
    "Service": "svc",
    "StatefulSet": "sts",
}
_OPERATORS = {
    "is not": "is-not",
    "is if there": "is-if-there",
    "one of": "one-of",
    "held by nobody": "unheld",
    "used by no other": "unused",
}
_OTHER = "to:"  # before the kind of an object of the other cluster


def created(step: Step) -> str:
    """Return the line that makes an object; within quotes its text is not indented."""
    text = block(step.value, 0).rstrip("\n")
    words = quoted([_short(step.kind, step.cluster), step.namespace, step.name, text])
    return f"create {words} \\\n{MARGIN}{step.command}\n"


def say(text: str) -> str:
    """Return the line that tells people something."""
    return f"say {quoted([one_line(text)])}\n"


def holds_all(conditions: Iterable[Condition]) -> str:
    """Return a test that conditions hold, all of them."""
    return " && ".join(f"holds {words_of(each)}" for each in conditions) or "false"


def shown(condition: Condition, home: str) -> str:
    """Return a condition in words, and as the arguments of `holds`."""
    return f"{quoted([one_line(condition.told(home))])} {words_of(condition)}"


def words_of(condition: Condition) -> str:
    """Return a condition as the arguments of `holds`."""
    operator = _OPERATORS.get(condition.operator, condition.operator)
    kind = _short(condition.kind, condition.cluster)
    where = condition.namespace, condition.name, _jsonpath(condition.path), condition.value
    return quoted([operator, kind, *where])


def _short(kind: str, cluster: str) -> str:
    return f"{_OTHER if cluster else ''}{_SHORT.get(kind, kind)}"


def _jsonpath(path: FieldPath) -> str:
    """Return where a value stands, as kubectl's jsonpath spells it."""
    return f"{{{''.join(map(_part, path))}}}" if path else ""


def _part(part: str) -> str:
    if part == "[*]":
        return part
    if part.startswith("["):
        key, _, value = part.strip("[]").partition("=")
        return f'[?(@.{key}=="{value}")]'
    return "." + part.replace(".", r"\.")
