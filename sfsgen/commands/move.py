"""`sfsgen move`: the steps by which a set gets another place, size or name, its data kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from sfsgen import console
from sfsgen.changes.cures import Cures
from sfsgen.commands import parameters, plans_output
from sfsgen.commands.access import access, named_in_failure, pinned
from sfsgen.kubernetes import cluster
from sfsgen.kubernetes.kubectl import Access, Kubectl, quoted
from sfsgen.kubernetes.limits import set_name_fault
from sfsgen.kubernetes.names import label_fault
from sfsgen.kubernetes.versions import Target
from sfsgen.moving.cloning import Double, cloned
from sfsgen.moving.handing_over import Identity, destination, handed_over
from sfsgen.moving.move import Ways, moved
from sfsgen.moving.wanted import wanted
from sfsgen.plain_text import quoted as word
from sfsgen.problems import InputError, Problem, wrong_format
from sfsgen.sets.found import FoundSet
from sfsgen.sets.ordinals import Pairing
from sfsgen.sets.reading import inventory, only
from sfsgen.values.options import is_given

_OF_PLACES = ("--nfs-server", "--nfs-path", "--driver")
_OF_IDENTITY = ("--to-name", "--to-namespace", "--to-context")
_OF_COPIES = ("--nfs-server", "--nfs-path")


def move(
    context: typer.Context,
    name: parameters.Name = None,
    filename: parameters.Filenames = None,
    kustomize: parameters.Kustomize = None,
    namespace: parameters.InNamespace = None,
    everywhere: parameters.Everywhere = False,
    selector: parameters.Selector = None,
    kube_context: parameters.KubeContext = None,
    kubeconfig: parameters.Kubeconfig = None,
    nfs_server: parameters.NfsServer = None,
    nfs_path: parameters.NfsPath = None,
    driver: parameters.Driver = None,
    storage: parameters.Storage = None,
    access_mode: parameters.AccessModes = None,
    reclaim_policy: parameters.ReclaimPolicy = None,
    mount_option: parameters.MountOptions = None,
    claim_template: parameters.OfClaimTemplate = None,
    to_name: parameters.ToName = None,
    to_namespace: parameters.ToNamespace = None,
    to_context: parameters.ToContext = None,
    to_kubeconfig: parameters.ToKubeconfig = None,
    to_filename: parameters.ToFilename = None,
    *,
    same_data: parameters.SameData = False,
    clone: parameters.Clone = False,
    all_at_once: parameters.AllAtOnce = False,
    output: parameters.PlanOutput = "words",
    kube_version: parameters.KubeVersion = None,
) -> None:
    """Say, or script, how a StatefulSet gets another place, size or name, and keeps its data.

    Nothing is changed: what is printed its owner runs. Where data must be copied, the plan asks
    for it, while nobody writes. Exits with 1, and prints no step, where the set is not whole.

    \b
    sfsgen move web --nfs-server nas2.example.com
    sfsgen move web --storage 2Gi -o sh > move.sh && sh move.sh --dry-run
    sfsgen move web --to-namespace shop
    """  # noqa: D301  # the help's marker for lines that are not to be wrapped
    style = {
        "--nfs-server": nfs_server,
        "--nfs-path": nfs_path,
        "--driver": driver,
        "--storage": storage,
        "--access-mode": access_mode,
        "--reclaim-policy": reclaim_policy,
        "--mount-option": mount_option,
    }
    # kubectl looks for a context in one configuration, unless it is given another one.
    its_config = kubeconfig if to_kubeconfig is None and to_context else to_kubeconfig
    identity = Identity(to_name, to_namespace, to_context, clone, its_config)
    ways = Ways(same_data=same_data, all_at_once=all_at_once)
    problems: list[Problem] = []
    looked = access(context.params, "move", problems)
    target = parameters.chosen_target(kube_version, problems)
    problems += wrong_format(output, plans_output.FORMATS)
    problems += _wrong_name(name, looked)
    problems += _wrong(style, claim_template, identity, ways)
    problems += _wrong_identity(identity, target)
    problems += _wrong_cluster(identity, to_filename, looked.kubectl)
    if problems:
        raise InputError(*problems)
    resources = cluster.ALL if identity.is_given else cluster.PAIRED
    with named_in_failure(looked):
        found = inventory(looked, [] if name is None else [name], resources=resources)
    looked, _ = pinned(looked)
    stateful_set = only(found, name, looked)
    pairing, cures = Pairing(found), Cures(found, looked)
    if identity.is_given:
        there = _there(looked, identity, stateful_set, to_filename or ())
        to = destination(cures, stateful_set, identity, there)
        if clone:
            copies = {each: style[each] for each in _OF_COPIES}
            double = Double(copies, target, is_stopped=all_at_once)
            plan = cloned(cures, pairing, stateful_set, to, double)
        else:
            plan = handed_over(cures, pairing, stateful_set, to)
        raise typer.Exit(plans_output.printed([plan], output, looked.kubectl))
    shall = wanted(pairing, stateful_set, style, claim_template, target)
    errors, cautions = console.split(shall.problems, strict=False)
    if errors:
        raise InputError(*errors, *cautions)
    plan = moved(cures, pairing, stateful_set, shall, ways)
    console.tell(*cautions)
    raise typer.Exit(plans_output.printed([plan], output, looked.kubectl))


def _there(
    access: Access, identity: Identity, stateful_set: FoundSet, filenames: Sequence[str]
) -> Cures | None:
    """Return what is where a set goes, None where that was read already, or cannot be read."""
    namespace, _ = identity.key(stateful_set)
    is_read = not access.is_live or namespace == stateful_set.namespace
    if is_read and not (identity.is_elsewhere and (access.is_live or filenames)):
        return None
    kubectl = identity.kubectl if identity.is_elsewhere else access.kubectl
    there = Access(tuple(filenames), namespace, kubectl, access.again)
    with named_in_failure(there):
        seen = inventory(there, resources=cluster.ALL, without_sets=True)
    there, _ = pinned(there)
    return Cures(seen, there._replace(filenames=()))


def _wrong_name(name: str | None, looked: Access) -> Iterator[Problem]:
    if name is None and looked.selector is None:
        fix = f"{quoted(['sfsgen', 'move', 'NAME'])}, with the StatefulSet's name for NAME"
        yield Problem("NAME", "the StatefulSet's name is missing", fix)


def _wrong(
    style: Mapping[str, Any],
    claim_template: str | None,
    identity: Identity,
    ways: Ways,
) -> Iterator[Problem]:
    """Yield what is wrong with options, whatever the set is."""
    if not identity.is_given and not any(map(is_given, style.values())):
        fix = f"give one of {', '.join((*style, *_OF_IDENTITY))}"
        yield Problem("move", "nothing says what shall differ", fix)
    if ways.same_data and not any(is_given(style[each]) for each in _OF_PLACES):
        what = "nothing says where the data is by then"
        yield Problem("--same-data", what, "give --nfs-server or --nfs-path, or leave it out")
    given = {**style, "--claim-template": claim_template, "--same-data": ways.same_data or None}
    for option in given if identity.is_given else ():
        if is_given(given[option]) and not (identity.clone and option in _OF_COPIES):
            what = "another name, namespace or cluster is a plan of its own"
            yield Problem(option, what, "leave it out, and move the set once more afterwards")


def _wrong_cluster(
    identity: Identity, filenames: Sequence[str] | None, here: Kubectl
) -> Iterator[Problem]:
    if filenames and not identity.is_elsewhere:
        yield Problem("--to-filename", "no other cluster is meant", "give --to-context too")
    if identity.is_elsewhere and here.context is not None and identity.kubectl == here:
        fix = "leave it out, or give that of another cluster"
        yield Problem("--to-context", "it is the cluster in which the set is", fix)


def _wrong_identity(identity: Identity, target: Target) -> Iterator[Problem]:
    name, namespace = identity.name, identity.namespace
    if name is not None and (fault := set_name_fault(name, 0, target)[0]):
        yield Problem("--to-name", f"{word(name)} {fault}", "write it as shop")
    if namespace is not None and (fault := label_fault(namespace)):
        yield Problem("--to-namespace", f"{word(namespace)} {fault}", "write it as shop")
    if identity.context == "":
        yield Problem(
            "--to-context", "it names no context", "`kubectl config get-contexts` lists them"
        )
    if identity.kubeconfig == "":
        fix = "give the file of the other cluster, or leave it out"
        yield Problem("--to-kubeconfig", "it names no file", fix)
    if identity.clone and not identity.is_another:
        what = "a clone has another name, namespace or cluster"
        yield Problem("--clone", what, "give --to-name, --to-namespace or --to-context too")
