"""Views as HTML and SVG: the one place where values become markup, escaped by the templates."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from sfsgen import package_data
from sfsgen.plain_text import fix_line, whole
from sfsgen.showing import picture
from sfsgen.showing.view import Fault, PodRow, SetView, worst

_MANY = 50  # ordinals, from which on there are links to every hundredth
_STEP = 100
_COMMAND = re.compile(r"(?<![^\s(])`([^`]+)`(?![^\s.,;:)])")
_NARROW = 24  # letters that fit into the innermost box on a phone
_SHORT = 240  # characters of a cure that is shown at once


def page(views: Sequence[SetView]) -> Iterator[str]:
    """Yield one HTML page, which needs nothing from elsewhere."""
    names = Counter(each.name for each in views)
    sets = [
        _of_set(number, view, is_alone=names[view.name] == 1)
        for number, view in enumerate(views, 1)
    ]
    yield _environment().get_template("page.html.j2").render(sets=sets) + "\n"


def svg(views: Sequence[SetView]) -> Iterator[str]:
    """Yield one SVG picture, which needs nothing from elsewhere."""
    drawn = picture.drawn(views)
    yield _environment().get_template("picture.svg.j2").render(picture=drawn) + "\n"


class _Set(NamedTuple):
    """A set, and how its faults and its ordinals refer to each other."""

    view: SetView
    refers: Mapping[Fault, str]
    concerned: Mapping[Fault, Sequence[PodRow]]
    before: str
    """What stands before the names of its pods, where another set has its name."""


def _of_set(number: int, view: SetView, *, is_alone: bool) -> _Set:
    refers = {fault: f"f-{number}-{index}" for index, fault in enumerate(view.faults, 1)}
    concerned: dict[Fault, list[PodRow]] = {each: [] for each in view.faults}
    for pod in view.pods:
        for fault in pod.faults:
            concerned[fault].append(pod)
    where = [f"{view.folder}: " if view.folder else "", f"{view.namespace}/"]
    return _Set(view, refers, concerned, "" if is_alone else "".join(where))


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: package_data.text(f"showing/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_said,
    )
    environment.globals |= {"worst": worst, "jumps": _jumps, "marks": MARKS, "wbr": Markup("<wbr>")}
    environment.filters |= {
        "cure": cure_parts,
        "parts": _parts,
        "is_kept": _is_kept,
        "is_short": _is_short,
    }
    return environment


MARKS = {"error": "✖", "warning": "⚠", "note": "ℹ"}  # noqa: RUF001  # a sign for a note
"""What says a severity to those who see no colour, beside its word."""


def _said(value: Any) -> Any:
    """Return a value without what XML cannot hold; what is markup stays."""
    return whole(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _jumps(view: SetView) -> list[tuple[int, int]]:
    """Return the first and the last ordinal of each hundred of them, where there are many."""
    numbers = [each.ordinal for each in view.pods]
    if len(numbers) < _MANY:
        return []
    parts = (numbers[start : start + _STEP] for start in range(0, len(numbers), _STEP))
    return [(part[0], part[-1]) for part in parts]


def _parts(text: str) -> list[str]:
    """Return what a name is broken into where it must be: behind dots and slashes."""
    return re.split(r"(?<=[./])(?=[^./])", text)


def _is_kept(part: str) -> bool:
    """Return whether a part of a name has hyphens, and is short enough for any screen."""
    return "-" in part and len(part) <= _NARROW


def cure_parts(text: str) -> list[tuple[bool, str]]:
    """Return the parts of a cure, and whether each is a command: those in backticks are.

    Where other backticks are among them, it stays whole: half a command is another one.
    """
    said = fix_line(text)
    parts = _COMMAND.split(said)
    if "`" in "".join(parts) or len(parts) == 1:
        return [(said.startswith(("kubectl ", "sfsgen ")), said)]
    return [(index % 2 == 1, each) for index, each in enumerate(parts) if each]


def _is_short(fault: Fault) -> bool:
    return len(fault.cure) <= _SHORT
