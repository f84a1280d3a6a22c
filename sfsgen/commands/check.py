"""`sfsgen check`: whether sets will bind, and if not, why not."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from sfsgen import console
from sfsgen.checking.looking import Asked, Seen, look
from sfsgen.checking.report import FORMATS, print_in_colour
from sfsgen.checking.ruleset import Rule, by_id, no_rule, rule_id
from sfsgen.commands import check_parameters, parameters
from sfsgen.commands.access import access, named_in_failure, tell_where, telling_where
from sfsgen.commands.check_settings import Settings, settings
from sfsgen.documents.exclusions import Exclusion
from sfsgen.documents.files import Kustomized, replace
from sfsgen.findings.finding import Severity
from sfsgen.findings.located import Located, counted
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access
from sfsgen.kubernetes.manifests import sources
from sfsgen.plain_text import quoted
from sfsgen.problems import EXIT_STATUS, InputError, Problem, wrong_format
from sfsgen.rules.unreadable import unreadable
from sfsgen.sets.reading import beside_cluster, objects, read_all
from sfsgen.sets.variants import some_of

_MOST_REASONS = 5  # that are told of one run
_SELDOM_MEANT = (".[!.]*/", "node_modules/")  # folders of a repository
_FOUND = 1  # looked, and found problems
_RECOVERED = {"lost", "released", "terminating", "crossed", "bound-elsewhere", "stranded"}
"""Rules about what several steps mend, in an order."""


def check(
    context: typer.Context,
    name: parameters.Names = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    live: check_parameters.Live = False,
    exclude: check_parameters.Exclude = None,
    changed: check_parameters.Changed = False,
    rule: check_parameters.OnlyRules = None,
    ignore: check_parameters.IgnoredRules = None,
    config: check_parameters.Config = None,
    explain: check_parameters.Explain = None,
    output: check_parameters.FindingsOutput = "text",
    kube_version: parameters.KubeVersion = None,
    strict: check_parameters.StrictStatus = False,
    allow_empty: check_parameters.AllowEmpty = False,
    fix: check_parameters.Fix = False,
    diff: check_parameters.Diff = False,
) -> None:
    """Say whether StatefulSets will find their volumes and bind, and if not, why not.

    Looks at any manifests, or at the live cluster, without -f. Exits with 1 for errors, with
    --strict for warnings too, and with 2 where there is no StatefulSet, without --allow-empty.

    \b
    sfsgen check -f manifests/
    kubectl get sts,svc,pvc,pv -o yaml | sfsgen check -f -
    sfsgen check -f web.yaml --live
    sfsgen check --explain soft-mount
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    if explain is not None:
        _explain(explain, output)
        return
    wanted, asked = _asked(context.params)
    is_edited = fix or diff
    looked = asked.access
    with_contents = is_edited or (output == "sarif" and not looked.is_live)
    contents = dict(sources(looked.filenames, looked.excluded)) if with_contents else {}
    seen = _compared(asked, contents) if live else _seen(asked, contents)
    if is_edited:
        seen, contents = _mend(contents, seen, asked, is_diff=diff)
    if not diff:
        _print(seen.found, output, contents)
    raise typer.Exit(_summed_up(seen, strict=wanted.strict, allow_empty=wanted.allow_empty))


def _asked(given: Mapping[str, Any]) -> tuple[Settings, Asked]:
    """Return what is looked for, and where: by options, and by sfsgen.toml.

    Raises InputError for what cannot be asked for, and Exit where nothing that changed counts.
    """
    problems: list[Problem] = []
    wanted = _settings(given, problems)
    target = parameters.chosen_target(wanted.kube_version, problems)
    rules = chosen_rules(wanted.rule, wanted.ignore, problems)
    problems += wrong_format(given["output"], FORMATS)
    # What an option says goes before what is so for a whole repository.
    namespace = given["namespace"] if given["everywhere"] else wanted.namespace
    filename = ["."] if _is_of_repository(given) else given["filename"]
    params = {**given, "filename": filename, "namespace": namespace}
    looked = access(params, "check", problems)._replace(excluded=wanted.exclude)
    problems += _out_of_place(looked, given)
    if problems:
        raise InputError(*problems)
    minors = target if wanted.kube_version else None
    names = given["name"] or ()
    if given["changed"]:
        folders = _changed(names, wanted.exclude, given["output"])
        return wanted, Asked(looked, minors, (), rules, folders)
    return wanted, Asked(looked, minors, names, rules)


def _settings(given: Mapping[str, Any], problems: list[Problem]) -> Settings:
    """Return options laid over sfsgen.toml, noting what is wrong with either."""
    patterns = [*(given["exclude"] or ()), *(_SELDOM_MEANT if _is_of_repository(given) else ())]
    own = Settings(
        given["rule"] or (),
        given["ignore"] or (),
        [Exclusion(each, ".") for each in patterns],
        given["kube_version"],
        given["namespace"],
        strict=given["strict"],
        allow_empty=given["allow_empty"] or given["changed"],
    )
    return settings(given["config"], own, problems)


def _is_of_repository(given: Mapping[str, Any]) -> bool:
    """Return whether files that changed are looked at among all of the working folder."""
    return given["changed"] and not (given["filename"] or given["kustomize"])


def _seen(asked: Asked, contents: Mapping[str, bytes]) -> Seen:
    """Return what is found in files, whose contents may be known, or in a cluster."""
    looked = asked.access
    with telling_where(looked):
        read = read_all(contents.items(), looked) if contents else objects(looked, cluster.ALL)
    return look(asked, read)


def _compared(asked: Asked, contents: Mapping[str, bytes]) -> Seen:
    """Return what is found in files beside a cluster."""
    looked = asked.access
    read = read_all(contents.items(), looked) if contents else objects(looked)
    with named_in_failure(looked._replace(filenames=())):
        whole, where = beside_cluster(read, looked)
    tell_where(where._replace(filenames=()))
    return look(asked._replace(access=where), whole)


def _explain(given: Sequence[str], output: str) -> None:
    """Print what rules are for. Raises InputError for names that are no rule's."""
    from sfsgen.checking import explaining

    problems: list[Problem] = []
    names = _known("--explain", given, problems)
    if output not in explaining.FORMATS:
        fix = f"give one of {', '.join(explaining.FORMATS)}"
        problems.append(Problem("--output", f"a rule is not explained as {quoted(output)}", fix))
    if problems:
        raise InputError(*problems)
    console.write_stdout(explaining.FORMATS[output]([by_id()[each] for each in names]))


def _changed(files: Sequence[str], excluded: Sequence[Exclusion], output: str) -> frozenset[str]:
    """Return the folders in which something changed. Raises Exit where nothing is looked at."""
    from sfsgen.commands.changed_files import changed_folders

    if folders := changed_folders(files, excluded):
        return folders
    _print((), output, {})
    console.note("nothing that changed is looked at")
    raise typer.Exit


def _summed_up(seen: Seen, *, strict: bool, allow_empty: bool) -> int:
    """Say on stderr what was looked at, and return the exit status."""
    counts = counted(seen.found)
    if seen.variants:
        folders = some_of(seen.variants)
        console.note(f"variants of one object are looked at by themselves: {folders}")
    if seen.found or not seen.emptiness or allow_empty:
        console.note(_summary(counts, seen))
    if any(each.rule in _RECOVERED and _is_stored(each) for each in seen.found):
        console.note("sfsgen recover says what mends it as one plan, and prints it as a script")
    if seen.emptiness and not allow_empty:
        console.tell(seen.emptiness)
        return EXIT_STATUS
    return _FOUND if counts["error"] or (strict and counts["warning"]) else 0


def _is_stored(found: Located) -> bool:
    return bool(found.manifest and found.manifest.is_stored)


def _out_of_place(access: Access, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield options that have no meaning for what is looked at."""
    is_edited = given["fix"] or given["diff"]
    what = "without -f the live cluster is what is looked at"
    if access.is_live and given["exclude"]:
        yield Problem("--exclude", what, "leave it out, or name the files: -f .")
    if access.is_live and given["live"]:
        yield Problem("--live", what, "leave it out, or name the files: -f manifests/")
    if given["live"] and is_edited:
        yield Problem("--live", "--fix and --diff look at files alone", "leave out one of both")
    if is_edited:
        yield from _unwritable(access, given["output"], is_diff=given["diff"])


def _unwritable(access: Access, output: str, *, is_diff: bool) -> Iterator[Problem]:
    """Yield why what is wrong cannot be mended in files."""
    option = "--diff" if is_diff else "--fix"
    if access.is_live or "-" in access.filenames:
        what = "there is no file to edit: " + "a cluster is looked at" * access.is_live
        what += "stdin may be what a tool has generated" * (not access.is_live)
        yield Problem(option, what, "name the files: -f manifests/")
    for each in access.filenames:
        if isinstance(each, Kustomized):
            what = "what kustomize makes is in no file that can be edited"
            yield Problem(option, what, "name the files that it is made of: -f manifests/")
            continue
        path = Path(each)
        if path.exists() and not (path.is_file() or path.is_dir()):
            yield Problem(option, f"{each} is no file that can be edited", "name the files")
    if is_diff and output != "text":
        yield Problem(option, f"a diff is no {output}", "leave out --output, or take --fix")


def _mend(
    contents: dict[str, bytes], before: Seen, asked: Asked, *, is_diff: bool
) -> tuple[Seen, dict[str, bytes]]:
    """Mend files, or print what that would change.

    Return what is found after it, or before, and what the files hold.
    """
    from sfsgen.checking.mending import differences, mend, untouched

    def found_in(now: Mapping[str, bytes]) -> Sequence[Located]:
        return look(asked, read_all(now.items(), asked.access)).found

    made = mend(contents, before.found, found_in)
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
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if output == "github" and summary:
        _summarise(found, Path(summary))


def _summarise(found: Sequence[Located], file: Path) -> None:
    """Add to the summary of a step of GitHub Actions what it has no annotations for."""
    from sfsgen.checking.github import step_summary

    try:
        written = file.stat().st_size if file.exists() else 0
        with file.open("ab") as summary:
            summary.write(step_summary(found, written).encode())
    except OSError as error:
        what = f"it cannot be written: {error.strerror}; the log has all"
        console.tell(Problem("GITHUB_STEP_SUMMARY", what, "name a file there", "warning"))


def chosen_rules(
    only: Sequence[str], ignored: Sequence[str], problems: list[Problem]
) -> list[Rule]:
    """Return the rules to look with, noting a problem for each that is not known."""
    wanted = _known("--rule", only, problems)
    unwanted = _known("--ignore", ignored, problems)
    # What cannot be read cannot be looked at by any rule.
    wanted = [*wanted, rule_id(unreadable)] if wanted else list(by_id())
    return [each for key, each in by_id().items() if key in wanted and key not in unwanted]


def _known(option: str, given: Sequence[str], problems: list[Problem]) -> list[str]:
    names = [each.strip() for each in ",".join(given).split(",")] if given else []
    problems += (Problem(option, *fault) for each in names if (fault := no_rule(each)))
    return names


def _summary(counts: Mapping[Severity, int], seen: Seen) -> str:
    shown = ", ".join(_number(count, kind) for kind, count in seen.numbers.items() if count)
    found = ", ".join(_number(count, each) for each, count in counts.items() if count)
    ignored = f", {seen.ignored} more ignored by comments" if seen.ignored else ""
    return f"{found or 'nothing wrong'} in {shown or 'no object that it looks at'}{ignored}"


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'s' * (count != 1)}"
