"""The layout of a picture of sets: boxes for pods, claims, volumes, directories, and their links.

It is one column of ordinals, narrow enough to be read on a phone; the widest text sets its width,
up to one at which long names are broken into lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from sfsgen.plain_text import whole
from sfsgen.showing.text import width
from sfsgen.showing.view import ClaimRow, Fault, PodRow, SetView, worst

CHARACTER = 8  # units that a character takes at most, of the monospaced letters of 13
_LINE = 18  # from one line to the next
_PAD = 10  # between a box and its text
_GAP = 16  # between boxes: where the links are
_MARGIN = 16
_NARROWEST = 320
_DIRECTORY = "directory"
_MOST = 80  # characters in a line
_MOST_BESIDE = 40  # in a line of two boxes that stand beside each other
_LONGEST_CURE = 600  # characters; beyond, the command that says it


class Text(NamedTuple):
    """A line of text at a place, of a class that the style sheet knows."""

    x: int
    y: int
    words: str
    style: str
    further: tuple["Text", ...] = ()
    """Its other lines, which are copied with it as one text."""

    def moved(self, by: int) -> "Text":
        """Return it further to the right."""
        return self._replace(x=self.x + by, further=tuple(each.moved(by) for each in self.further))


class Box(NamedTuple):
    """A box with lines of text."""

    x: int
    y: int
    width: int
    height: int
    style: str
    title: str
    """What it is, for those who hear it."""
    texts: tuple[Text, ...]

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Where it ends below."""
        return self.y + self.height


class Picture(NamedTuple):
    """What is drawn, in the order in which it is read."""

    width: int
    height: int
    title: str
    description: str
    boxes: tuple[Box, ...]
    links: tuple[str, ...]
    """Paths of lines from box to box."""
    texts: tuple[Text, ...]
    paragraphs: tuple[tuple[Text, ...], ...]
    """Sentences and commands in lines, which are copied as one text."""


class _Part(NamedTuple):
    """What one ordinal, or the head of a set, adds to a picture, and where it ends."""

    boxes: Sequence[Box]
    links: Sequence[str]
    texts: Sequence[Text]
    bottom: int
    paragraphs: Sequence[tuple[Text, ...]] = ()


def drawn(views: Sequence[SetView]) -> Picture:
    """Return a picture of sets, below one another."""
    inner = max([_NARROWEST, *(each for view in views for each in _widths(view))])
    parts: list[_Part] = []
    bottom = 0
    for view in views:
        for part in _parts(view, inner, bottom):
            parts.append(part)
            bottom = part.bottom
    titles = ", ".join(view.title for view in views)
    return Picture(
        inner + 2 * _MARGIN,
        bottom + _MARGIN,
        f"StatefulSet {titles}",
        "; ".join(f"{view.title}: {view.extent}" for view in views),
        tuple(each for part in parts for each in part.boxes),
        tuple(each for part in parts for each in part.links),
        tuple(each for part in parts for each in part.texts),
        tuple(each for part in parts for each in part.paragraphs),
    )


def _parts(view: SetView, inner: int, top: int) -> Iterator[_Part]:
    part = _head(view, top)
    yield part
    for pod in view.pods:
        part = _ordinal(pod, inner, part.bottom + _GAP)
        yield part
    if view.faults:
        yield _faults(view.faults, inner, part.bottom + _GAP)


def _long(text: str) -> int:
    """Return how wide a text is drawn at most."""
    return width(whole(text)) * CHARACTER


def _widths(view: SetView) -> Iterator[int]:
    """Yield how wide each line of a set must be."""
    for label, value in _said(view):
        yield from (_long(f"{label} {line}") for line in _broken_name(value, _MOST))
    for pod in view.pods:
        yield _box_width("pod", _pod_lines(pod))
        for claim in pod.claims:
            of_volume = _box_width("volume", _volume_lines(claim))
            yield _box_width("claim", _claim_lines(claim)) + 2 * _GAP + of_volume
            yield _box_width(_DIRECTORY, [claim.directory]) + _GAP


def _box_width(kind: str, lines: Sequence[str]) -> int:
    """Return how wide a box must be for its lines, the first of which has its kind before it."""
    name, *others = _in_lines(kind, lines)
    behind = [f"{kind} {each}" for each in name]
    return max(map(_long, (*behind, *(line for each in others for line in each)))) + 2 * _PAD


def _in_lines(kind: str, values: Sequence[str]) -> list[list[str]]:
    """Return the lines of each value in a box, the first of which has its kind before it."""
    most = _MOST_BESIDE if kind in ("claim", "volume") else _MOST
    name, *others = values
    first = list(_broken_name(name, most - len(kind) - 1))
    return [first, *(list(_broken_name(each, most)) for each in others)]


def _broken_name(text: str, most: int) -> Iterator[str]:
    """Yield a name in lines, broken behind what separates its parts: joined, they are it again."""
    text = whole(text)
    most = most if text.isascii() else most // 2
    while len(text) > most:
        cut = max(text.rfind(each, 0, most) for each in " /.") + 1
        cut = cut or text.rfind("-", most // 2, most) + 1 or most
        yield text[:cut]
        text = text[cut:]
    yield text


def _text(x: int, y: int, lines: Sequence[str], style: str) -> Text:
    """Return lines as one text."""
    first, *others = (Text(x, y + number * _LINE, each, style) for number, each in enumerate(lines))
    return first._replace(further=tuple(others))


def _labelled(x: int, y: int, label: str, value: Sequence[str], style: str) -> Iterator[Text]:
    """Yield a value in lines behind what it is; it is a text of its own, to be copied."""
    yield Text(x, y, label, "label")
    yield _text(x + _long(f"{label} "), y, value, style)


def _said(view: SetView) -> Iterator[tuple[str, str]]:
    """Yield what is said of a set above its ordinals, each behind what it is."""
    yield view.kind, view.title
    yield "pods", f"{view.extent}{f', of {view.folder}' if view.folder else ''}"
    if view.service:
        is_there = view.service.is_there
        yield "service", view.service.dns if is_there else f"{view.service.dns} (not found)"
        yield from (("srv", f"{each.name} {each.port}") for each in view.service.srv)


def _head(view: SetView, top: int) -> _Part:
    texts: list[Text] = []
    y = top + _MARGIN
    for label, value in _said(view):
        lines = list(_broken_name(value, _MOST))
        style = "strong" if label == view.kind else ""
        texts += _labelled(_MARGIN, y + _LINE, label, lines, style)
        y += len(lines) * _LINE
    return _Part((), (), texts, y)


def _pod_lines(pod: PodRow) -> list[str]:
    return [*filter(None, (pod.pod, pod.dns, pod.state)), *_told(pod.own_faults)]


def _claim_lines(claim: ClaimRow) -> list[str]:
    return [claim.claim, f"{claim.size} {claim.state}".strip(), *_told(claim.of_claim)]


def _told(faults: Sequence[Fault]) -> list[str]:
    """Return a line for each fault."""
    return list(dict.fromkeys(f"{each.severity}: {each.rule}" for each in faults))


def _volume_lines(claim: ClaimRow) -> list[str]:
    said = (claim.volume, claim.reclaim_policy) if claim.volume else ("none",)
    return [*filter(None, said), *_told(claim.of_volume)]


def _box(x: int, y: int, kind: str, lines: Sequence[str], style: str) -> Box:
    """Return a box around lines, the first of which is its name."""
    top = y + _PAD + 11
    name, *others = _in_lines(kind, lines)
    texts = [*_labelled(x + _PAD, top, kind, name, "strong")]
    count = len(name)
    for each in others:
        texts.append(_text(x + _PAD, top + count * _LINE, each, ""))
        count += len(each)
    height = count * _LINE + 2 * _PAD - 4
    return Box(
        x,
        y,
        _box_width(kind, lines),
        height,
        f"box {kind} {style}".strip(),
        f"{kind} {lines[0]}",
        tuple(texts),
    )


def _ordinal(pod: PodRow, inner: int, top: int) -> _Part:
    mark = worst(pod.own_faults) or ""
    boxes = [_box(_MARGIN, top, "pod", _pod_lines(pod), mark)._replace(width=inner)]
    links: list[str] = []
    bottom = boxes[0].bottom
    for claim in pod.claims:
        of_claim = _of_claim(claim, bottom + _GAP, boxes[0].right)
        chain = [boxes[0], *of_claim]
        links += [_link(first, second) for first, second in pairwise(chain)]
        boxes += of_claim
        bottom = max(each.bottom for each in of_claim)
    return _Part(boxes, links, (), bottom)


def _of_claim(claim: ClaimRow, y: int, right: int) -> list[Box]:
    """Return the boxes of a claim, of its volume to the right of it, and of the directory below."""
    mark = worst(claim.of_claim) or ""
    style = mark if claim.has_claim else f"{mark} none"
    boxes = [_box(_MARGIN + _GAP, y, "claim", _claim_lines(claim), style)]
    mark = worst(claim.of_volume) or ""
    style = mark if claim.volume else f"{mark} none"
    boxes.append(_to_right(_box(0, y, "volume", _volume_lines(claim), style), right))
    if claim.directory:
        below = max(each.bottom for each in boxes) + _GAP
        boxes.append(_to_right(_box(0, below, _DIRECTORY, [claim.directory], ""), right))
    return boxes


def _to_right(box: Box, right: int) -> Box:
    """Return a box that stands at the left, so that it ends at the right."""
    by = right - box.width
    return box._replace(x=by, texts=tuple(each.moved(by) for each in box.texts))


def _link(first: Box, second: Box) -> str:
    """Return the line from one box to another: to the right, or down along its left side."""
    if first.y == second.y:
        y = first.y + min(first.height, second.height) // 2
        return f"M{first.right} {y}H{second.x}"
    if "pod" in first.style:
        y = second.y + second.height // 2
        return f"M{first.x + _GAP // 2} {first.bottom}V{y}H{second.x}"
    x = max(first.x, second.x) + _GAP
    return f"M{x} {first.bottom}V{second.y}"


def _faults(faults: Iterable[Fault], inner: int, top: int) -> _Part:
    """Return what is wrong in words, with its cure, broken into lines of the picture's width."""
    paragraphs = []
    y = top
    for each in faults:
        cure = each.cure
        if len(cure) > _LONGEST_CURE:
            cure = f"it has {len(cure):,} characters: -o html shows it"
        said = (f"{each.severity}: {each.what} ({each.rule})", f"fix: {cure}")
        for style, words in zip((each.severity, "cure"), said, strict=True):
            lines = list(_broken(whole(words), inner // CHARACTER))
            found = (Text(_MARGIN, y + at * _LINE, line, style) for at, line in enumerate(lines, 1))
            paragraphs.append(tuple(found))
            y += len(lines) * _LINE
        y += _LINE // 2
    return _Part((), (), (), y, paragraphs)


def _broken(text: str, most: int) -> Iterator[str]:
    """Yield a text in lines, between words where it can be: joined, they are the text again."""
    most = most if text.isascii() else most // 2  # there may be letters of twice the width
    while len(text) > most:
        cut = text.rfind(" ", 0, most) + 1 or most
        yield text[:cut]
        text = text[cut:]
    yield text
