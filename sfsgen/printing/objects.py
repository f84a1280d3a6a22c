"""Objects go out: the options that say which, how and where, checked first, then obeyed."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfsgen import console
from sfsgen.kubernetes.resources import ORDER, parse
from sfsgen.kubernetes.versions import Target
from sfsgen.problems import InputError, Problem, wrong_format

if TYPE_CHECKING:
    from sfsgen.findings.scene import Scene
    from sfsgen.printing.rendering import Documents, Renderer
    from sfsgen.values.model import StatefulSet

FORMATS = ("yaml", "json", "name")
DIFFERENT = 1
"""The exit status of a run with --diff that has found a difference, as that of `diff`."""
_OF_FOLDERS = ("diff", "prune", "kustomization")
MOST_ORDINALS = 10_000
"""Of a set: those of more are printed where that is asked for."""


class Printing(NamedTuple):
    """What to print, and where."""

    target: Target
    resources: frozenset[str]
    output: str
    output_dir: str | None
    force: bool
    template_dir: str | None
    strict: bool
    allow_many: bool
    diff: bool = False
    """Print in what files of the folder would differ, in place of writing them."""
    prune: bool = False
    """Remove files of the folder that are left over."""
    kustomization: bool = False
    """Write one that lists the manifests of the folder."""

    @property
    def rendered(self) -> Collection[str]:
        """The resources to render: all of a set where what a template prints is to be judged."""
        return self.resources if self.template_dir is None else ORDER


def chosen_resources(only: Sequence[str] | None, problems: list[Problem]) -> frozenset[str]:
    """Return the resources that --only names, noting a problem for each that it cannot."""
    if not only:
        return frozenset(ORDER)
    found = set()
    for text in ",".join(only).split(","):
        try:
            found.add(parse(text.strip()))
        except ValueError:
            what = f'"{text}" is not printed by render'
            problems.append(Problem("--only", what, "give any of service, pv, pvc, statefulset"))
    return frozenset(found)


def check(printing: Printing, problems: list[Problem]) -> None:
    """Note what is wrong with the options, before anything is rendered."""
    output, folder = printing.output, printing.output_dir
    problems += wrong_format(output, FORMATS)
    if output == "name" and folder is not None:
        problems.append(Problem("--output-dir", "-o name prints no objects", "leave out one"))
    if printing.force and folder is None:
        problems.append(Problem("--force", "nothing is overwritten on stdout", "leave it out"))
    for word in _OF_FOLDERS if folder is None else ():
        if getattr(printing, word):
            what = "it is about the files of a folder, and stdout is none"
            problems.append(Problem(f"--{word}", what, "name an --output-dir, or leave it out"))
    if folder == "":
        problems.append(Problem("--output-dir", "it is empty", "name a folder"))
    elif folder is not None:
        _check_folder(Path(folder), problems, is_written=not printing.diff)
    if printing.template_dir is not None:
        _check_templates(printing.template_dir, problems)


def too_many(
    printing: Printing, where: str, name: str, count: int, made: str = "volumes and claims"
) -> list[Problem]:
    """Return why so many ordinals of a set are not printed: a digit too many fills a disk."""
    if count <= MOST_ORDINALS or printing.allow_many:
        return []
    what = f"{name}: the {made} of {count:,} ordinals would be printed"
    fix = "write the number that is meant, or give --allow-many"
    return [Problem(where, what, fix)]


def _check_folder(folder: Path, problems: list[Problem], *, is_written: bool) -> None:
    if folder.is_dir():
        from sfsgen.printing.folder import put_right, refuse_half_written

        try:
            (put_right if is_written else refuse_half_written)(folder)
        except InputError as error:
            problems += error.problems
    elif os.path.lexists(folder):
        problems.append(Problem("--output-dir", f"{folder} is no folder", "name a folder"))


def _check_templates(folder: str, problems: list[Problem]) -> None:
    names = [f"{resource}.yaml.j2" for resource in ORDER]
    fix = f"name them {', '.join(names)}"
    try:
        found = [each.name for each in Path(folder).iterdir()] if folder else []
    except OSError as error:
        what = f"{folder} holds no template that can be read: {error.strerror}"
        problems.append(Problem("--template-dir", what, fix))
        return
    if not set(found) & set(names):
        problems.append(Problem("--template-dir", f"{folder or 'it'} holds no template", fix))
    for name in sorted(name for name in found if name.endswith(".j2") and name not in names):
        with contextlib.suppress(ValueError):  # it may be a part that templates include
            parse(name.split(".")[0])
            problems.append(Problem("--template-dir", f"{name!r} is no name of a template", fix))
    for name in sorted(set(found) & set(names)):
        problems += _unusable(Path(folder, name))


def _unusable(template: Path) -> tuple[Problem, ...]:
    from sfsgen.printing.own_templates import source

    try:
        source(template)
    except InputError as error:
        return error.problems
    return ()


def print_documents(
    render: Callable[["Renderer"], Iterable["Documents"]],
    printing: Printing,
    seen: "Scene | None" = None,
    sets: Sequence["StatefulSet"] = (),
) -> bool:
    """Print what `render` gives. Nothing is written before all of it is rendered.

    What a user's templates print is judged beside what was seen. Of `sets` all is printed, and
    what a folder has beside that is left over. Returns whether files would differ, where that is
    asked for. Raises InputError for a template that fails or prints what it may not, and OSError
    as the system does.
    """
    # Only now, when there is something to render: the template engine is a third of a start.
    from sfsgen.printing.output import stream

    documents, cautions = rendered(render, printing, seen)
    documents = [each for each in documents if each.resource in printing.resources]
    is_different = False
    if printing.output_dir:
        from sfsgen.printing.into_folder import Way, into_folder

        options = printing.force, printing.diff, printing.prune, printing.kustomization
        way = Way(printing.output, *options)
        is_different = into_folder(Path(printing.output_dir), documents, sets, way)
    else:
        kind = printing.target.stateful_set_api[1]
        console.write_stdout(stream(documents, printing.output, kind))
    console.tell(*cautions)
    return is_different


def rendered(
    render: Callable[["Renderer"], Iterable["Documents"]],
    printing: Printing,
    seen: "Scene | None",
) -> tuple[list["Documents"], list[Problem]]:
    """Return what `render` gives, and what to warn of. Raises InputError as the above does."""
    from sfsgen.printing.templates import Templates

    if printing.template_dir is None:
        from sfsgen.printing.rendering import Renderer

        return list(render(Renderer(printing.target, Templates()))), []
    from sfsgen.printing.own_objects import own_documents

    templates = Templates(Path(printing.template_dir))
    documents, problems = own_documents(render, printing.target, templates, seen)
    errors, cautions = console.split(problems, strict=printing.strict)
    if errors:
        raise InputError(*errors, *cautions)
    return documents, cautions
