"""`sfsgen show`: which pod has which name, claim, volume and directory, and what is wrong."""

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from sfsgen import console
from sfsgen.checking.inspection import inspect, of_sets
from sfsgen.checking.ruleset import all_rules, rule_id
from sfsgen.commands import parameters
from sfsgen.commands.access import access
from sfsgen.commands.looked_at import Asked, Sight, looked_at
from sfsgen.kubernetes.kubectl import quoted
from sfsgen.plain_text import joined
from sfsgen.problems import InputError, Problem, wrong_format
from sfsgen.showing import stable_names
from sfsgen.showing.looking import Shown, by_side, view
from sfsgen.showing.view import WORST_FIRST, SetView
from sfsgen.values.settings import RENDER, SETTINGS

_TABLES = ("table", "wide")
_FORMATS = (*_TABLES, "json", "yaml", "name", "paths", "svg", "html")
_WITHOUT_STATE = ("name", "paths")
# That a dump is one says nothing of its sets.
_NOT_OF_SETS = ("dump", "unreadable")


@parameters.with_settings(RENDER, own=("name", "namespace"))
def show(
    context: typer.Context,
    name: parameters.Names = None,
    filename: parameters.Shown = None,
    namespace: parameters.InNamespace = None,
    kustomize: parameters.Kustomize = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    replicas: str | None = None,
    *,
    output: parameters.ViewOutput = "table",
    tree: parameters.AsTree = False,
    peers: parameters.Peers = None,
    cluster_domain: parameters.ClusterDomain = stable_names.DOMAIN,
    allow_many: parameters.AllowMany = False,
    kube_version: parameters.KubeVersion = None,
    **_settings: Any,
) -> None:
    """Show which pod of a StatefulSet has which name, claim, volume and directory.

    Of a live cluster, of manifests or a dump, or of a set that values or options ask for. What is
    wrong is marked with the rule of `sfsgen check` that tells of it.

    \b
    sfsgen show web
    sfsgen show -f manifests/ -o html > sets.html
    sfsgen show web -r 3 --nfs-server nfs.example.com --storage 1Gi --tree
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    problems: list[Problem] = []
    looked = access(context.params, "show", problems)
    target = parameters.chosen_target(kube_version, problems)
    problems += _wrong(output, peers, cluster_domain, is_tree=tree)
    if problems:
        raise InputError(*problems)
    own = ("NAME", "--namespace")
    settings = {
        each.option: context.params[each.parameter]
        for each in SETTINGS
        if each.option and each.option not in own
    }
    minors = target if kube_version else None
    with_state = peers is None and output not in _WITHOUT_STATE
    asked = Asked(name or (), looked, settings, minors, allow_many, with_state)
    sights = looked_at(asked)
    views = _views(sights, cluster_domain, with_state=with_state)
    if peers is not None and (faults := list(stable_names.wrong_peers(views, peers))):
        raise InputError(*faults)
    for each in views:
        if not each.replicas:
            console.note(f"{each.title} has no replicas")
    _print(views, output, peers, is_tree=tree, with_namespace=everywhere)
    if with_state and output in _TABLES:
        _tell_cures(views, sights, asked)


def _wrong(output: str, peers: str | None, domain: str, *, is_tree: bool) -> Iterator[Problem]:
    """Yield what is wrong with the options of the output."""
    yield from stable_names.wrong_domain(domain)
    yield from wrong_format(output, _FORMATS)
    if peers is not None:
        yield from stable_names.wrong_style(peers)
    others = [("--peers", peers is not None), ("--tree", is_tree)]
    given = [option for option, is_given in others if is_given]
    if given and output != "table":
        yield Problem(given[0], f"-o {output} is another view", "leave out one of both")
    elif len(given) > 1:
        yield Problem("--tree", "--peers is another view", "leave out one of both")


def _views(sights: Sequence[Sight], domain: str, *, with_state: bool) -> list[SetView]:
    """Return what is shown of all sets, with what the rules tell of them."""
    rules = [each for each in all_rules() if rule_id(each) not in _NOT_OF_SETS]
    views = []
    for each in sights:
        concerned = of_sets(each.scene, each.sets)
        found = by_side(each.scene, inspect(each.scene, rules, concerned) if with_state else ())
        shown = Shown(domain, each.pods, each.folder)
        views += [view(each.scene, one, found, shown) for one in each.sets]
    return views


def _tell_cures(views: Sequence[SetView], sights: Sequence[Sight], asked: Asked) -> None:
    """Tell how many errors and warnings are shown, and what says how they are mended.

    Of pods no rule of `check` tells: how theirs are mended is shown with them.
    """
    lost = {fault for each in views for pod in each.pods for fault in pod.own_faults}
    of_rules = {fault for each in views for fault in each.faults} - lost
    severities = [each.severity for each in of_rules]
    counts = [
        f"{count} {each}{'s' * (count != 1)}"
        for each in WORST_FIRST[:2]
        if (count := severities.count(each))
    ]
    if counts:
        selector = asked.access.selector
        chosen = [*asked.names, *(["-l", selector.text] if selector else [])]
        check = f"`{quoted(['sfsgen', 'check', *chosen, *asked.access.options])}`"
        if "-" in asked.access.filenames:  # which would wait for what is typed
            check = "`sfsgen check` of the same input"
        is_alone = any(each.is_wanted for each in sights)  # `check` takes no values
        ways = "-o html" if is_alone else f"-o html or {check}"
        console.note(f"{joined(counts)}: {ways} says how to mend them")


def _print(
    views: Sequence[SetView],
    output: str,
    peers: str | None,
    *,
    is_tree: bool,
    with_namespace: bool,
) -> None:
    from sfsgen.showing import terminal, text

    several = len({each.namespace for each in views}) > 1
    if peers is not None:
        console.write_stdout(text.all_peers(views, peers))
    elif is_tree:
        paint = terminal.painted if terminal.is_colourful() else text.bare
        console.write_words([*text.tree(views, paint), *text.told(views, paint)])
    elif output in _TABLES and terminal.is_rich():
        terminal.print_views(views, is_wide=output == "wide")
    elif output in _TABLES:
        from sfsgen.showing.columns import sheet

        paint = terminal.painted if terminal.is_colourful() else text.bare
        table = sheet(views, is_wide=output == "wide", with_namespace=with_namespace or several)
        console.write_words([*text.table(table, paint), *text.told(views, paint)])
    else:
        console.write_stdout(_other(views, output))


def _other(views: Sequence[SetView], output: str) -> Iterator[str]:
    """Yield views in a format that is no table."""
    from sfsgen.showing import data, text

    if output in ("svg", "html"):
        from sfsgen.showing import markup  # the template engine is loaded for it

        return markup.svg(views) if output == "svg" else markup.page(views)
    formats = {"json": data.as_json, "yaml": data.as_yaml, "name": text.names, "paths": text.paths}
    return formats[output](views)
