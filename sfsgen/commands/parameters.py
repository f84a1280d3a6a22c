"""The parameters of commands: those that several share, and the options of the settings."""

import inspect
import re
import sys
from collections.abc import Callable, Container, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfsgen import plain_text
from sfsgen.kubernetes import versions
from sfsgen.problems import Problem

if TYPE_CHECKING:
    from sfsgen.values.settings import Setting


def option(
    panel: str, *names: str, metavar: str | None = None, text: str, hidden: bool = False
) -> Any:
    """Return an option, whose help stands below a heading."""
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel, hidden=hidden)


_of_set = partial(option, "The set")
_of_input = partial(option, "What exists")
_of_output = partial(option, "What to print")
_of_move = partial(option, "What shall differ")
_of_new_set = partial(option, "Another set")


def with_settings(
    listing: str, own: Container[str] = (), without_use: Container[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the settings in a list, above its keyword-only parameters.

    A setting that is among its own parameters takes its place there, unless it is of its `own`
    kind. Options `without_use` it takes, and its help does not show them.
    """
    from sfsgen.values.settings import listed  # `check` does without

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        settings = {
            each.parameter: each
            for each in listed(listing)
            if each.option and each.parameter not in own
        }

        def made(setting: "Setting") -> inspect.Parameter:
            return _parameter(setting, listing, hidden=setting.option in without_use)

        above: list[inspect.Parameter] = []
        below: list[inspect.Parameter] = []
        for each in inspect.signature(command).parameters.values():
            if setting := settings.pop(each.name, None):
                above.append(made(setting))
            elif each.kind is not each.VAR_KEYWORD:
                (below if each.kind is each.KEYWORD_ONLY else above).append(each)
        above += map(made, settings.values())
        command.__signature__ = inspect.Signature([*above, *below])  # type: ignore[attr-defined]
        return command

    return decorate


def _parameter(setting: "Setting", listing: str, *, hidden: bool) -> inspect.Parameter:
    """Return the parameter by which typer takes a setting."""
    from sfsgen.values.settings import PAIRS

    long, _, metavar = setting.usage.partition(" ")
    panel, text = setting.panel, setting.option_help
    if listing == PAIRS:
        panel, text = "New pairs (default: as those that exist)", setting.pair_help
    name = f"{long}/--no-{long[2:]}" if setting.kind == "boolean" else long
    names = [name, setting.short] if setting.short else [name]
    info = option(panel, *names, metavar=metavar or None, text=text, hidden=hidden)
    if long == "NAME":
        info = typer.Argument(metavar=long, help=text)
    taken_as: Any = {"boolean": bool, "array": list[str], "object": list[str]}.get(
        setting.kind, str
    )
    return inspect.Parameter(
        setting.parameter,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[taken_as | None, info],
    )


Name = Annotated[str | None, typer.Argument(metavar="NAME", help="The StatefulSet's name.")]
Filename = Annotated[
    list[str] | None,
    _of_set(
        "--filename",
        "-f",
        metavar="FILE",
        text="A values file (see sfsgen init); - for stdin; repeatable.",
    ),
]
Only = Annotated[
    list[str] | None,
    _of_output(
        "--only",
        metavar="KIND,...",
        text="Any of service, pv, pvc and statefulset, also by their full and plural names.",
    ),
]
FromOrdinal = Annotated[
    str | None,
    _of_output("--from-ordinal", metavar="N", text="Volumes and claims of the ordinals from N on."),
]
Output = Annotated[str, _of_output("--output", "-o", metavar="FORMAT", text="yaml, json or name.")]
AllowMany = Annotated[bool, _of_output("--allow-many", text="Print more than 10,000 ordinals.")]
OutputDir = Annotated[
    str | None,
    _of_output("--output-dir", metavar="DIR", text="Write a file for each object instead."),
]
Force = Annotated[bool, _of_output("--force", text="Overwrite files that differ.")]
TemplateDir = Annotated[
    str | None,
    _of_output("--template-dir", metavar="DIR", text="Templates of your own, by kind."),
]
KubeVersion = Annotated[
    str | None,
    _of_output(
        "--kube-version",
        metavar="1.N",
        text=f"What Kubernetes 1.N takes, from 1.{versions.OLDEST} to 1.{versions.NEWEST}, or each "
        "of 1.N-1.M. Default: what every maintained version takes.",
    ),
]
Strict = Annotated[bool, _of_output("--strict", text="Take warnings for errors.")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="The StatefulSets. Default: all.")
]
Filenames = Annotated[
    list[str] | None,
    _of_input(
        "--filename",
        "-f",
        metavar="FILE",
        text="Manifests, or a folder of them; - for stdin; repeatable. Default: the live cluster.",
    ),
]
Kustomize = Annotated[
    list[str] | None,
    _of_input(
        "--kustomize",
        "-k",
        metavar="DIR",
        text="What `kubectl kustomize DIR` makes; repeatable.",
    ),
]
From = Annotated[
    list[str] | None,
    _of_input(
        "--from",
        metavar="FILE",
        text="Manifests of sets that exist, or a folder of them; - for stdin; live for the live "
        "cluster; repeatable.",
    ),
]
InNamespace = Annotated[
    str | None,
    _of_input("--namespace", "-n", metavar="NAME", text="Of the sets. Default: kubectl's."),
]
OfRelease = Annotated[
    str | None,
    _of_input(
        "--namespace",
        "-n",
        metavar="NAME",
        text="The release's. Default: what HELM_NAMESPACE says.",
    ),
]
Everywhere = Annotated[
    bool, _of_input("--all-namespaces", "-A", text="The sets of all namespaces.")
]
Selector = Annotated[
    str | None,
    _of_input(
        "--selector",
        "-l",
        metavar="SELECTOR",
        text="Only sets with such labels, as kubectl takes it: app=web, 'app in (web,api),!old'.",
    ),
]
KubeContext = Annotated[
    str | None, _of_input("--context", metavar="NAME", text="kubectl's context.")
]
Kubeconfig = Annotated[
    str | None, _of_input("--kubeconfig", metavar="FILE", text="kubectl's configuration.")
]
NewReplicas = Annotated[
    str | None, _of_input("--replicas", "-r", metavar="N", text="The number of pods to come.")
]
Old = Annotated[
    list[str] | None,
    _of_input(
        "--old",
        metavar="FILE",
        text="A dump of when all was well, such as of a cluster that is gone; repeatable.",
    ),
]
PlanOutput = Annotated[
    str, _of_output("--output", "-o", metavar="FORMAT", text="words, sh, yaml or json.")
]
Shown = Annotated[
    list[str] | None,
    _of_input(
        "--filename",
        "-f",
        metavar="FILE",
        text="A values file, or manifests or a folder of them; - for stdin; repeatable. Default: "
        "the live cluster, or what the options ask for.",
    ),
]
ClusterDomain = Annotated[
    str, _of_output("--cluster-domain", metavar="DOMAIN", text="The domain of the cluster's DNS.")
]
ViewOutput = Annotated[
    str,
    _of_output(
        "--output",
        "-o",
        metavar="FORMAT",
        text="table, wide, json, yaml, name, paths, svg or html.",
    ),
]
AsTree = Annotated[bool, _of_output("--tree", text="Draw what hangs on what, down to directories.")]
Peers = Annotated[
    str | None,
    _of_output(
        "--peers",
        metavar="STYLE",
        text="Print the list of pods that a program wants: dns, zookeeper, etcd, kafka, "
        "elasticsearch, or a pattern such as {pod}={dns}.",
    ),
]
AllAtOnce = Annotated[
    bool,
    _of_output("--all-at-once", text="Stop all pods together, where else one after another is."),
]
Exchange = Annotated[
    bool,
    _of_output(
        "--exchange",
        text="Give ordinals that have one another's volumes those of their numbers. You move the "
        "data.",
    ),
]
NfsServer = Annotated[
    str | None,
    _of_move("--nfs-server", metavar="SERVER", text="The server of the volumes; may be a pattern."),
]
NfsPath = Annotated[
    str | None,
    _of_move("--nfs-path", metavar="PATTERN", text="The path of the volumes, as in render."),
]
Driver = Annotated[
    str | None,
    _of_move("--driver", metavar="DRIVER", text="nfs, csi, local, or another CSI driver's name."),
]
SameData = Annotated[
    bool,
    _of_move(
        "--same-data",
        text="The new place is the old one under another name, or has the data: nothing is copied.",
    ),
]
Storage = Annotated[
    str | None, _of_move("--storage", metavar="SIZE", text="Of each volume and claim, such as 2Gi.")
]
AccessModes = Annotated[
    list[str] | None,
    _of_move("--access-mode", metavar="MODE", text="RWX, RWO, ROX or RWOP; repeatable."),
]
ReclaimPolicy = Annotated[
    str | None,
    _of_move("--reclaim-policy", metavar="POLICY", text="Retain, Delete or Recycle."),
]
MountOptions = Annotated[
    list[str] | None,
    _of_move("--mount-option", metavar="OPTION", text="Such as nfsvers=4.1; repeatable."),
]
OfClaimTemplate = Annotated[
    str | None,
    _of_move("--claim-template", metavar="NAME", text="Only of this claim template. Default: all."),
]
ToName = Annotated[
    str | None, _of_new_set("--to-name", metavar="NAME", text="What the set is called then.")
]
ToNamespace = Annotated[
    str | None,
    _of_new_set("--to-namespace", metavar="NAME", text="The namespace that it is in then."),
]
ToContext = Annotated[
    str | None,
    _of_new_set(
        "--to-context", metavar="NAME", text="kubectl's context of the cluster it goes to."
    ),
]
ToKubeconfig = Annotated[
    str | None,
    _of_new_set(
        "--to-kubeconfig", metavar="FILE", text="kubectl's configuration for that cluster."
    ),
]
ToFilename = Annotated[
    list[str] | None,
    _of_new_set(
        "--to-filename",
        metavar="FILE",
        text="Manifests of what is in that cluster; repeatable. Default: it is looked at.",
    ),
]
Clone = Annotated[
    bool,
    _of_new_set("--clone", text="Leave the old set as it is, and give the new one copies."),
]
VolumeName = Annotated[
    str | None,
    _of_set(
        "--volume-name",
        metavar="PATTERN",
        text="The names of the volumes, as render's. Default: pv-{name}-{ordinal}.",
    ),
]
MountedBy = Annotated[
    str | None,
    _of_set(
        "--driver",
        metavar="DRIVER",
        text="What mounts the new volumes: nfs, or csi for nfs.csi.k8s.io. Default: nfs.",
    ),
]
OneTemplate = Annotated[
    str | None,
    _of_set("--claim-template", metavar="NAME", text="Only of this claim template. Default: all."),
]
Rename = Annotated[
    bool,
    _of_set("--rename", text="Give volumes that were made by hand these names, too."),
]


_FILES_BY = ("-f", "--filename", "--from", "-k", "--kustomize")
_FILES = r"--(?:filename|from|kustomize)=|-[fk].|--(?:fix|diff)$"


def piped(command: str, *, is_old: bool = False) -> str:
    """Return the command line that was typed, but with -f -; that of a command where none was.

    It leaves out what edits files: there are none in a pipe. `is_old` is of --old in place of -f.
    """
    words, left = sys.argv[1:], list[str]()
    if "--changed" in words:  # its arguments are files
        words = [command]
    while words:
        word = words.pop(0)
        if word in (("--old",) if is_old else _FILES_BY):
            words[:1] = []
        elif not re.match("--old=" if is_old else _FILES, word):
            left.append(word)
    its_option = "--old" if is_old else "--from" if command == "init" else "-f"
    from sfsgen.kubernetes.kubectl import quoted

    return quoted(["sfsgen", *(left if left[:1] == [command] else [command]), its_option, "-"])


def chosen_target(kube_version: str | None, problems: list[Problem]) -> versions.Target:
    """Return what --kube-version means, noting a problem where it means nothing."""
    try:
        return versions.parse(kube_version) if kube_version is not None else versions.Target()
    except ValueError:
        what = (
            f"{plain_text.quoted(kube_version)} is no minor that sfsgen knows, and no range of such"
        )
        fix = f"give 1.{versions.OLDEST} to 1.{versions.NEWEST}, or a range as 1.22-1.24 in "
        fix += "which sets have one apiVersion"
        problems.append(Problem("--kube-version", what, fix))
        return versions.Target()


def first_ordinal(
    text: str | None, sets: Iterable[tuple[str, range]], problems: list[Problem]
) -> int:
    """Return what --from-ordinal means for sets and their ordinals, noting where it means none."""
    if text is None:
        return 0
    from sfsgen.kubernetes.quantities import meant, whole_number

    try:
        first = whole_number(text)
    except ValueError:
        first = -1
    if first < 0:
        what = f"{plain_text.quoted(text)} is not an ordinal"
        fix = f"give it as --from-ordinal {meant(text, 2)}"
        problems.append(Problem("--from-ordinal", what, fix))
        return 0
    for name, ordinals in sets:
        if first not in ordinals:
            what = f"{name} has no ordinal {first}: with these replicas it has "
            what += f"{ordinals[0]} to {ordinals[-1]}" if ordinals else "none"
            problems.append(Problem("--from-ordinal", what, "raise --replicas, or lower this"))
    return first
