"""What the sets of a stream lack, for who prints it beside the stream, and not by itself."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sfsgen import console
from sfsgen.commands.missing import Asked, missing_documents, notes_on, planned
from sfsgen.documents.files import STDIN, content
from sfsgen.kubernetes.manifests import EMPTY
from sfsgen.kubernetes.resources import PAIRED
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.printing.objects import rendered
from sfsgen.problems import InputError, Problem
from sfsgen.sets.found import FoundSet
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.reading import Read, chosen, sound_of

OF_STREAM = {
    "filename": ["-"],
    "output": "yaml",
    "output_dir": None,
    "force": False,
    "kube_context": None,
    "kubeconfig": None,
}
"""What `volumes` is asked for by options, and there is no choice in beside a stream."""


class Beside(NamedTuple):
    """What a stream gets."""

    documents: Sequence[str]
    """Volumes and claims, each as YAML."""
    sets: Sequence[FoundSet]
    """The sets that were looked at."""
    cautions: Sequence[Problem]
    notes: Sequence[str]


def stream_on_stdin(command: str) -> bytes:
    """Return what stands on stdin. Raises InputError where nothing does, or nobody writes there."""
    if sys.stdin and sys.stdin.isatty():
        what = "it is a terminal, and manifests are read from it"
        raise InputError(Problem(STDIN, what, f"pipe them into `sfsgen {command}`"))
    data = content("-")
    if not data.strip():
        fix = "see whether the command that should write it failed"
        raise InputError(Problem(f"{STDIN}:1:1", EMPTY, fix))
    return data


def missing_beside(
    read: Read,
    given: Asked,
    names: Sequence[str] = (),
    namespace: str | None = None,
    homeless: Callable[[Sequence[FoundSet]], Iterable[Problem]] = lambda _: (),
) -> Beside:
    """Return the volumes and claims that the sets of a stream lack: all, or those that are chosen.

    An object without a namespace is in that of `given.access`; what is wrong with that is what
    `homeless` says of sets that lack something. Raises InputError with all that is wrong in the
    stream, or with what is asked for.
    """
    sound, problems = sound_of(read, given.access)
    errors, cautions = console.split(problems, strict=given.printing.strict)
    if errors:
        raise InputError(*errors, *cautions)
    found = Inventory(sound, given.access.namespace or DEFAULT_NAMESPACE, read.elsewhere)
    if not (found.sets or names or given.access.selector or namespace):
        return Beside((), (), cautions, ())
    sets = chosen(found, names, given.access._replace(namespace=namespace))
    wanted = [(each, each.replicas if given.replicas is None else given.replicas) for each in sets]
    try:
        plans, seen, more = planned(found, wanted, given)
    except InputError as error:
        raise InputError(*error.problems, *homeless(sets)) from error
    is_missing = any(any(plan.series(each)) for plan in plans for each in PAIRED)
    notes = [note for plan in plans for note in notes_on(plan, seen, is_missing=is_missing)]
    if not is_missing:
        return Beside((), sets, [*cautions, *more], notes)
    if wrong := list(homeless(sets)):
        raise InputError(*wrong)
    made, own = rendered(lambda each: missing_documents(plans, each), given.printing, seen)
    texts = [each.text(number) for each in made for number in each.ordinals]
    return Beside(texts, sets, [*cautions, *more, *own], notes)
