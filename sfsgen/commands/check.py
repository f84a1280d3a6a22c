"""`sfsgen check`: whether sets will bind, and if not, why not."""

import difflib
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import typer

from sfsgen import console
from sfsgen.checking.emptiness import emptiness, is_unread
from sfsgen.checking.inspection import (
    in_order,
    inspect,
    objects_by_kind,
    of_namespace,
    of_sets,
    scene,
)
from sfsgen.checking.report import FORMATS, print_in_colour
from sfsgen.checking.ruleset import Rule, all_rules, rule_id
from sfsgen.commands import parameters
from sfsgen.documents.files import replace
from sfsgen.findings.finding import Severity
from sfsgen.findings.located import Located, counted
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access, Kubectl
from sfsgen.kubernetes.manifests import EMPTY, sources
from sfsgen.kubernetes.versions import Target
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.problems import EXIT_STATUS, InputError, Problem
from sfsgen.rules.unreadable import unreadable
from sfsgen.sets.reading import (
    Read,
    beside_cluster,
    chosen,
    objects,
    read_all,
    wrong_scope,
)
from sfsgen.sets.variants import Variant, some_of, variants
from sfsgen.values.pairs import Key

_MOST_REASONS = 5  # that are told of one run
_FOUND = 1  # looked, and found problems
_RECOVERED = {"lost", "released", "terminating", "crossed", "bound-elsewhere", "stranded"}
"""Rules about what several steps mend, in an order."""


def check(
    name: parameters.Names = None,
    filename: parameters.Filenames = None,
    namespace: parameters.InNamespace = None,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    live: parameters.Live = False,
    rule: parameters.OnlyRules = None,
    ignore: parameters.IgnoredRules = None,
    output: parameters.FindingsOutput = "text",
    kube_version: parameters.KubeVersion = None,
    strict: parameters.StrictStatus = False,
    allow_empty: parameters.AllowEmpty = False,
    fix: parameters.Fix = False,
    diff: parameters.Diff = False,
) -> None:
    """Say whether StatefulSets will find their volumes and bind, and if not, why not.

    Looks at any manifests, or at the live cluster, without -f. Exits with 1 for errors, with
    --strict for warnings too, and with 2 where there is no StatefulSet, without --allow-empty.

    \b
    sfsgen check -f manifests/
    kubectl get sts,svc,pvc,pv -o yaml | sfsgen check -f -
    sfsgen check -f web.yaml --live
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    target = parameters.chosen_target(kube_version, problems)
    rules = _rules(rule, ignore, problems)
    problems += _wrong(namespace, output)
    kubectl, again = Kubectl(kube_context, kubeconfig), parameters.piped("check")
    access = Access(filename or (), namespace, kubectl, again)
    if live:
        problems += _not_live(access, is_edited=fix or diff)
    if fix or diff:
        problems += _unwritable(access, output, is_diff=diff)
    if problems:
        raise InputError(*problems)
    minors = target if kube_version else None
    look = partial(_look, access, minors, name or (), selector, rules)
    is_edited = fix or diff or (output == "sarif" and not access.is_live)
    contents = dict(sources(access.filenames)) if is_edited else {}

    def look_at(texts: Mapping[str, bytes]) -> _Seen:
        return look(read_all(texts.items(), access))

    if live:
        read = read_all(contents.items(), access) if is_edited else objects(access)
        whole, where = beside_cluster(read, access)
        parameters.tell_where(where._replace(filenames=()))
        seen = _look(where, minors, name or (), selector, rules, whole)
    else:
        seen = look_at(contents) if is_edited else look(objects(access, cluster.ALL))
        parameters.tell_where(access)
    if fix or diff:
        seen, contents = _mend(contents, seen, look_at, is_diff=diff)
    if not diff:
        _print(seen.found, output, contents)
    raise typer.Exit(_summed_up(seen, strict=strict, allow_empty=allow_empty))


def _summed_up(seen: "_Seen", *, strict: bool, allow_empty: bool) -> int:
    """Say on stderr what was looked at, and return the exit status."""
    counts = counted(seen.found)
    if seen.variants:
        folders = some_of(seen.variants)
        console.note(f"variants of one object are looked at by themselves: {folders}")
    if seen.found or not seen.emptiness or allow_empty:
        console.note(_summary(counts, seen.numbers))
    if any(each.rule in _RECOVERED and _is_stored(each) for each in seen.found):
        console.note("sfsgen recover says what mends it as one plan, and prints it as a script")
    if seen.emptiness and not allow_empty:
        console.tell(seen.emptiness)
        return EXIT_STATUS
    return _FOUND if counts["error"] or (strict and counts["warning"]) else 0


def _is_stored(found: Located) -> bool:
    return bool(found.manifest and found.manifest.is_stored)


def _wrong(namespace: str | None, output: str) -> Iterator[Problem]:
    """Yield what is wrong with options."""
    yield from wrong_scope(namespace)
    if output not in FORMATS:
        what = f'"{output}" is no format'
        yield Problem("--output", what, f"give one of {', '.join(FORMATS)}")


def _not_live(access: Access, *, is_edited: bool) -> Iterator[Problem]:
    """Yield why files and a cluster cannot be compared."""
    if not access.filenames:
        what = "without -f the live cluster is what is looked at"
        yield Problem("--live", what, "leave it out, or name the files: -f manifests/")
    if is_edited:
        yield Problem("--live", "--fix and --diff look at files alone", "leave out one of both")


def _unwritable(access: Access, output: str, *, is_diff: bool) -> Iterator[Problem]:
    """Yield why what is wrong cannot be mended in files."""
    option = "--diff" if is_diff else "--fix"
    if access.is_live or "-" in access.filenames:
        what = "there is no file to edit: " + "a cluster is looked at" * access.is_live
        what += "stdin may be what a tool has generated" * (not access.is_live)
        yield Problem(option, what, "name the files: -f manifests/")
    for each in access.filenames:
        path = Path(each)
        if path.exists() and not (path.is_file() or path.is_dir()):
            yield Problem(option, f"{each} is no file that can be edited", "name the files")
    if is_diff and output != "text":
        yield Problem(option, f"a diff is no {output}", "leave out --output, or take --fix")


class _Seen(NamedTuple):
    """What rules found, and how many objects they looked at."""

    found: Sequence[Located]
    numbers: Mapping[str, int]
    emptiness: Problem | None
    """Why that says little: no StatefulSet is among them."""
    variants: Sequence[str]
    """The folders that were looked at one by one."""


def _mend(
    contents: dict[str, bytes],
    before: _Seen,
    look: Callable[[Mapping[str, bytes]], _Seen],
    *,
    is_diff: bool,
) -> tuple[_Seen, dict[str, bytes]]:
    """Mend files, or print what that would change.

    Return what is found after it, or before, and what the files hold.
    """
    from sfsgen.checking.mending import differences, mend, untouched

    made = mend(contents, before.found, lambda now: look(now).found)
    if is_diff:
        console.write_stdout(differences(contents, made.contents))
        console.tell(*made.problems)
        _say_why(untouched(made.left))
        return before, contents
    for file, data in made.contents.items():
        replace(file, contents[file], data)
        for edit in made.edits:
            if edit.file == file:
                console.note(f"{file}: {edit.done}")
    console.tell(*made.problems)
    _say_why(untouched(made.left))
    return before._replace(found=made.left), {**contents, **made.contents}


def _say_why(reasons: Sequence[str]) -> None:
    """Say why what edits could mend is left as it is; of many reasons, the first ones."""
    for each in reasons[:_MOST_REASONS]:
        console.note(f"not edited: {each}")
    if len(reasons) > _MOST_REASONS:
        console.note(f"and {len(reasons) - _MOST_REASONS} more for such reasons")


def _print(found: Sequence[Located], output: str, contents: Mapping[str, bytes]) -> None:
    if output == "text" and sys.stdout and sys.stdout.isatty():
        print_in_colour(found)
    else:
        console.write_stdout(FORMATS[output](found, contents))


def _look(  # all but what was read stays the same
    access: Access,
    target: Target | None,
    names: Sequence[str],
    selector: str | None,
    rules: Sequence[Rule],
    read: Read,
) -> _Seen:
    """Return what rules find in what was read, of what is asked for: in each variant by itself."""
    whole = _scene(access, target, read)
    keys = None
    if names or selector:
        sets = chosen(whole.inventory, names, access.namespace, selector)
        keys = {each.key for each in sets}
    found: list[Located] = []
    seen: dict[str, set[int]] = {}
    folders: list[str] = []
    # One after another: together they would fill the memory.
    for variant in variants(whole.inventory.twice, read.manifests, access.filenames):
        # What could not be read is told with the first.
        one = _variant(whole, variant, read._replace(problems=()) if folders else read)
        folders.append(variant.folder)
        found += _inspected(one, keys, rules, seen)
    found = in_order(found, read.manifests) if folders else _inspected(whole, keys, rules, seen)
    counts = {kind: len(each) for kind, each in seen.items()}
    is_looked_at = counts["StatefulSet"] or is_unread(whole, access.namespace)
    why = None if is_looked_at else emptiness(whole, read.manifests)
    return _Seen(found, counts, why, folders)


def _inspected(
    one: Scene, keys: Container[Key] | None, rules: Sequence[Rule], seen: dict[str, set[int]]
) -> list[Located]:
    """Return what rules find in a scene, and note which objects of each kind were looked at."""
    concerned = _concerned(one, keys)
    for kind, each in objects_by_kind(one, concerned).items():
        seen.setdefault(kind, set()).update(each)
    return inspect(one, rules, concerned)


def _variant(whole: Scene, variant: Variant, read: Read) -> Scene:
    """Return the scene of a variant, whose cures are for it alone."""
    access = whole.look.access._replace(filenames=variant.filenames)
    return _scene(access, whole.look.target, read._replace(manifests=variant.manifests))


def _concerned(scene: Scene, keys: Container[Key] | None) -> set[int] | None:
    """Return the identities of what is asked for: of some sets, or of a namespace; else all."""
    namespace, access = scene.look.access.namespace, scene.look.access
    own = {id(each) for each in scene.look.manifests if each.document.file != cluster.NAME}
    if access.filenames and len(own) < len(scene.look.manifests):  # the rest is there beside them
        sets = [each for each in scene.inventory.stateful_sets if id(each.manifest) in own]
        wanted = [each for each in sets if keys is None or each.key in keys]
        return of_sets(scene, wanted) | (own if keys is None else set())
    if keys is not None:
        return of_sets(scene, [each for each in scene.inventory.stateful_sets if each.key in keys])
    return None if namespace is None else of_namespace(scene, namespace)


def _scene(access: Access, target: Target | None, read: Read) -> Scene:
    """Return what there is to look at. Raises InputError where there is nothing at all."""
    # An empty file hides nothing where others are read.
    full = [each for each in read.problems if each.what != EMPTY]
    if read.problems and not (read.manifests or full):
        raise InputError(*read.problems)
    namespace = access.namespace or DEFAULT_NAMESPACE
    return scene(read._replace(problems=full), namespace, target, access)


def _rules(
    only: Sequence[str] | None, ignored: Sequence[str] | None, problems: list[Problem]
) -> list[Rule]:
    """Return the rules to look with, noting a problem for each that is not known."""
    by_id = {rule_id(each): each for each in all_rules()}
    wanted = _known("--rule", only, by_id, problems)
    unwanted = _known("--ignore", ignored, by_id, problems)
    # What cannot be read cannot be looked at by any rule.
    wanted = [*wanted, rule_id(unreadable)] if wanted else list(by_id)
    return [each for key, each in by_id.items() if key in wanted and key not in unwanted]


def _known(
    option: str, given: Sequence[str] | None, by_id: Mapping[str, Rule], problems: list[Problem]
) -> list[str]:
    names = [each.strip() for each in ",".join(given).split(",")] if given else []
    for each in names:
        if each not in by_id:
            near = difflib.get_close_matches(each, by_id, 1)
            fix = f'write "{near[0]}"' if near else f"there are: {', '.join(by_id)}"
            problems.append(Problem(option, f'there is no rule "{each}"', fix))
    return names


def _summary(counts: Mapping[Severity, int], looked_at: Mapping[str, int]) -> str:
    shown = ", ".join(_number(count, kind) for kind, count in looked_at.items() if count)
    found = ", ".join(_number(count, each) for each, count in counts.items() if count)
    return f"{found or 'nothing wrong'} in {shown or 'no object that it looks at'}"


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'s' * (count != 1)}"
