"""Carries out in files what findings advise, until nothing is left that edits can mend."""

import difflib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.changes.edits import Edit
from sfsgen.changes.files import LINE, apply
from sfsgen.findings.located import Located, Subject, subject
from sfsgen.problems import Problem

_MOST_ROUNDS = 10  # what one cure uncovers another one mends; more than a few would be a quarrel


class Mended(NamedTuple):
    """What has become of files, and what could not be done to them."""

    contents: Mapping[str, bytes]
    """Those that change."""
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]
    left: Sequence[Located]
    """What is still found."""


def mend(
    contents: Mapping[str, bytes],
    before: Sequence[Located],
    look: Callable[[Mapping[str, bytes]], Sequence[Located]],
) -> Mended:
    """Return what files hold once the findings `before`, as far as edits can, are mended in them.

    `look` finds what is wrong in other contents, by file.
    """
    found, now = before, dict(contents)
    seen = [now]
    done: list[Edit] = []
    problems: dict[str, Problem] = {}
    for _ in range(_MOST_ROUNDS):
        made = apply(_chosen(found, problems), now)
        if made.problems:  # a finding that would edit such a file is left as a whole
            problems |= {each.where: each for each in made.problems}
            continue
        later = {**now, **made.contents}
        if later == now:
            break
        if later in seen:
            return _nothing("its edits undo one another", before)
        now = later
        seen.append(now)
        done += made.done
        found = look(now)
    if brought := _errors(found) - _errors(before):
        rule, about, _ = min(brought, key=str)
        named = f"{rule}{f' of {about.kind} {about.name}' if about else ''}"
        return _nothing(f"its edits would bring errors that were not there: {named}", before)
    changed = {file: data for file, data in now.items() if data != contents[file]}
    return Mended(changed, tuple(done), tuple(problems.values()), found)


def _chosen(found: Iterable[Located], refused: Container[str]) -> list[Edit]:
    """Return the edits of findings, each finding's all or none: no two set one value."""
    chosen: dict[object, Edit] = {}
    for each in found:
        own = {(id(edit.manifest.document), edit.in_document): edit for edit in each.cure.edits}
        is_free = all(chosen.get(key, edit).value == edit.value for key, edit in own.items())
        if is_free and not any(edit.file in refused for edit in each.cure.edits):
            chosen |= {key: edit for key, edit in own.items() if key not in chosen}
    return list(chosen.values())


def _errors(found: Iterable[Located]) -> set[tuple[str, Subject | None, str]]:
    return {
        (each.rule, about, each.field)
        for each in found
        if each.severity == "error"
        for about in _subjects(each)
    }


def _subjects(found: Located) -> set[Subject | None]:
    """Return what a finding is about; where it is told of several ordinals, of all of them."""
    kind = found.subject and found.subject.kind
    return {found.subject, *(each for each in map(subject, found.related) if each.kind == kind)}


def _nothing(what: str, found: Sequence[Located]) -> Mended:
    """Return that no file changes, and why."""
    problem = Problem("--fix", f"nothing is written: {what}", "mend it by hand", "warning")
    return Mended({}, (), (problem,), found)


def untouched(left: Iterable[Located]) -> Sequence[str]:
    """Return why findings that edits could mend are not mended, each reason once."""
    return list(dict.fromkeys(each.cure.left for each in left if each.cure.left))


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a unified diff of files that change, as `patch -p0` takes it."""
    for file, data in after.items():
        old, new = (LINE.findall(text.decode()) for text in (before[file], data))
        name = f"{file}\t" if " " in file else file  # so that patch knows where it ends
        for line in difflib.unified_diff(old, new, name, name):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
