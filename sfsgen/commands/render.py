"""`sfsgen render`: a whole set on stdout, or as files."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from sfsgen import console, versions
from sfsgen.errors import InputError, Problem
from sfsgen.hazards import warnings
from sfsgen.model import StatefulSet
from sfsgen.request import Request, read_sets
from sfsgen.resources import ORDER, STATEFUL_SET, VOLUME, parse
from sfsgen.storage import DEFAULT_EXPORT, DEFAULT_MOUNT_PATH
from sfsgen.versions import Target
from sfsgen.vocabulary import OPTIONS
from sfsgen.wanted import DEFAULT_IMAGE

FORMATS = ("yaml", "json", "name")
_SET_OPTIONS = (*OPTIONS.values(), "--volume")  # --volume last: it adds to what others say


class Printing(NamedTuple):
    """What to print, and where."""

    target: Target
    resources: frozenset[str]
    output: str
    output_dir: str | None
    force: bool
    template_dir: str | None


def _option(panel: str, *names: str, metavar: str | None = None, text: str) -> Any:
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel)


def _of_set(*names: str, metavar: str | None = None, text: str) -> Any:
    return _option("The set", *names, metavar=metavar, text=text)


def _of_storage(*names: str, metavar: str | None = None, text: str) -> Any:
    return _option("Storage", *names, metavar=metavar, text=text)


def _of_output(*names: str, metavar: str | None = None, text: str) -> Any:
    return _option("What to print", *names, metavar=metavar, text=text)


def render(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The StatefulSet's name.")
    ] = None,
    replicas: Annotated[
        str | None, _of_set("--replicas", "-r", metavar="N", text="The number of pods.")
    ] = None,
    filename: Annotated[
        str | None,
        _of_set(
            "--filename", "-f", metavar="FILE", text="A values file (see sfsgen init); - for stdin."
        ),
    ] = None,
    namespace: Annotated[
        str | None, _of_set("--namespace", "-n", metavar="NAME", text="Default: default.")
    ] = None,
    image: Annotated[
        str | None,
        _of_set("--image", metavar="IMAGE", text=f"Default: {DEFAULT_IMAGE}."),
    ] = None,
    port: Annotated[
        list[str] | None,
        _of_set("--port", metavar="[NAME=]PORT", text="Repeatable. Default: http=80."),
    ] = None,
    env: Annotated[
        list[str] | None,
        _of_set("--env", metavar="K=V", text="An environment variable; repeatable."),
    ] = None,
    label: Annotated[
        list[str] | None,
        _of_set("--label", metavar="K=V", text="On all objects and pods; repeatable."),
    ] = None,
    annotation: Annotated[
        list[str] | None,
        _of_set("--annotation", metavar="K=V", text="On all objects and pods; repeatable."),
    ] = None,
    service_name: Annotated[
        str | None,
        _of_set("--service-name", metavar="NAME", text="The headless Service. Default: NAME."),
    ] = None,
    publish_not_ready_addresses: Annotated[
        bool | None,
        _of_set(
            "--publish-not-ready-addresses/--no-publish-not-ready-addresses",
            text="Give pods their DNS names before they are ready.",
        ),
    ] = None,
    pod_management_policy: Annotated[
        str | None,
        _of_set(
            "--pod-management-policy", metavar="POLICY", text="OrderedReady (default) or Parallel."
        ),
    ] = None,
    update_strategy: Annotated[
        str | None,
        _of_set(
            "--update-strategy", metavar="STRATEGY", text="RollingUpdate (default) or OnDelete."
        ),
    ] = None,
    partition: Annotated[
        str | None,
        _of_set("--partition", metavar="N", text="Update only the ordinals from N on."),
    ] = None,
    start_ordinal: Annotated[
        str | None,
        _of_set("--start-ordinal", metavar="N", text="The first ordinal. Default: 0."),
    ] = None,
    nfs_server: Annotated[
        str | None,
        _of_storage("--nfs-server", metavar="HOST", text="A DNS name, IPv4 or IPv6 address."),
    ] = None,
    nfs_path: Annotated[
        str | None,
        _of_storage(
            "--nfs-path",
            metavar="PATH",
            text="The export, below which each volume has its directory, or a pattern of the "
            "directories with {namespace} {name} {ordinal} {claim} {volume} {template}. "
            f"Default: {DEFAULT_EXPORT}.",
        ),
    ] = None,
    storage: Annotated[
        str | None,
        _of_storage("--storage", metavar="SIZE", text="Of each volume, such as 1Gi."),
    ] = None,
    shared_directory: Annotated[
        bool | None,
        _of_storage(
            "--shared-directory/--no-shared-directory",
            text="One directory for all ordinals: the path itself.",
        ),
    ] = None,
    access_mode: Annotated[
        list[str] | None,
        _of_storage(
            "--access-mode",
            metavar="MODE",
            text="ReadWriteMany (RWX, default), ReadWriteOnce (RWO), ReadOnlyMany (ROX) or, with "
            "--driver csi, ReadWriteOncePod (RWOP); repeatable.",
        ),
    ] = None,
    reclaim_policy: Annotated[
        str | None,
        _of_storage(
            "--reclaim-policy", metavar="POLICY", text="Retain (default), Delete or Recycle."
        ),
    ] = None,
    mount_option: Annotated[
        list[str] | None,
        _of_storage("--mount-option", metavar="OPTION", text="Such as nfsvers=4.1; repeatable."),
    ] = None,
    read_only: Annotated[
        bool | None,
        _of_storage("--read-only/--no-read-only", text="Mount the volumes read-only."),
    ] = None,
    mount_path: Annotated[
        str | None,
        _of_storage(
            "--mount-path",
            metavar="PATH",
            text=f"Where the container finds its data. Default: {DEFAULT_MOUNT_PATH}.",
        ),
    ] = None,
    claim_template: Annotated[
        str | None,
        _of_storage("--claim-template", metavar="NAME", text="Default: pvc."),
    ] = None,
    volume_name: Annotated[
        str | None,
        _of_storage(
            "--volume-name",
            metavar="PATTERN",
            text="Default: pv-{name}-{ordinal}; for further claim templates pv-{claim}.",
        ),
    ] = None,
    volume: Annotated[
        list[str] | None,
        _of_storage(
            "--volume", metavar="NAME=SIZE:MOUNTPATH", text="A claim template; repeatable."
        ),
    ] = None,
    driver: Annotated[
        str | None,
        _of_storage("--driver", metavar="DRIVER", text="nfs (default), or csi: nfs.csi.k8s.io."),
    ] = None,
    only: Annotated[
        list[str] | None,
        _of_output(
            "--only",
            metavar="KIND,...",
            text="Any of service, pv, pvc and statefulset, also by their full and plural names.",
        ),
    ] = None,
    from_ordinal: Annotated[
        str | None,
        _of_output(
            "--from-ordinal", metavar="N", text="Volumes and claims of the ordinals from N on."
        ),
    ] = None,
    output: Annotated[
        str, _of_output("--output", "-o", metavar="FORMAT", text="yaml, json or name.")
    ] = "yaml",
    output_dir: Annotated[
        str | None,
        _of_output("--output-dir", metavar="DIR", text="Write a file for each object instead."),
    ] = None,
    force: Annotated[
        bool, _of_output("--force", text="Overwrite files in the --output-dir.")
    ] = False,
    template_dir: Annotated[
        str | None,
        _of_output("--template-dir", metavar="DIR", text="Templates of your own, by kind."),
    ] = None,
    kube_version: Annotated[
        str | None,
        _of_output(
            "--kube-version",
            metavar="1.N",
            text=f"What Kubernetes 1.N takes, from 1.{versions.OLDEST} to 1.{versions.NEWEST}. "
            "Default: what every maintained version takes.",
        ),
    ] = None,
    strict: Annotated[bool, _of_output("--strict", text="Take warnings for errors.")] = False,
) -> None:
    """Print a StatefulSet with its Service, and a PersistentVolume and claim for every ordinal.

    NAME, --replicas, --nfs-server and --storage are enough:

    sfsgen render web -r 3 --nfs-server nfs.example.com --storage 1Gi | kubectl create -f -
    """
    options = {option: context.params[_parameter(option)] for option in _SET_OPTIONS}
    problems: list[Problem] = []
    target = _target(kube_version, problems)
    printing = Printing(target, _resources(only, problems), output, output_dir, force, template_dir)
    _check(printing, problems)
    try:
        requests, found = read_sets(options, filename, target)
        problems += found
    except InputError as error:
        requests = []
        problems += error.problems
    first = _first_ordinal(from_ordinal, requests, problems)
    for request in requests:
        problems += warnings(request.values, request.stateful_set)
    errors, cautions = console.split(problems, strict=strict)
    if errors:
        raise InputError(*errors, *cautions)
    _print([request.stateful_set for request in requests], first, printing)
    console.tell(*cautions)
    _note_defaults(requests, printing.resources)


def _parameter(option: str) -> str:
    return option.strip("-").replace("-", "_").lower()


def _target(kube_version: str | None, problems: list[Problem]) -> Target:
    try:
        return versions.parse(kube_version) if kube_version is not None else Target()
    except ValueError:
        what = f'"{kube_version}" is no minor that sfsgen knows'
        fix = f"give 1.{versions.OLDEST} to 1.{versions.NEWEST}"
        problems.append(Problem("--kube-version", what, fix))
        return Target()


def _resources(only: Sequence[str] | None, problems: list[Problem]) -> frozenset[str]:
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


def _check(printing: Printing, problems: list[Problem]) -> None:
    output, folder = printing.output, printing.output_dir
    if output not in FORMATS:
        what = f'"{output}" is no format'
        problems.append(Problem("--output", what, f"give one of {', '.join(FORMATS)}"))
    elif output == "name" and folder:
        problems.append(Problem("--output-dir", "-o name prints no objects", "leave out one"))
    if printing.force and not folder:
        problems.append(Problem("--force", "nothing is overwritten on stdout", "leave it out"))
    if folder and Path(folder).exists() and not Path(folder).is_dir():
        problems.append(Problem("--output-dir", f"{folder} is no folder", "name a folder"))
    templates = [f"{resource}.yaml.j2" for resource in ORDER]
    if printing.template_dir is not None and not any(
        (Path(printing.template_dir) / name).is_file() for name in templates
    ):
        what = f"{printing.template_dir} holds no template"
        problems.append(Problem("--template-dir", what, f"name them {', '.join(templates)}"))


def _first_ordinal(text: str | None, requests: Iterable[Request], problems: list[Problem]) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdecimal()):
        what = f'"{text}" is not an ordinal'
        problems.append(Problem("--from-ordinal", what, "give it as --from-ordinal 2"))
        return 0
    for request in requests:
        ordinals = request.stateful_set.ordinals
        if int(text) not in ordinals:
            name = request.stateful_set.name
            what = f"{name} has no ordinal {int(text)}: with these replicas it has "
            what += f"{ordinals[0]} to {ordinals[-1]}" if ordinals else "none"
            problems.append(Problem("--from-ordinal", what, "raise --replicas, or lower this"))
    return int(text)


def _print(stateful_sets: Sequence[StatefulSet], first: int, printing: Printing) -> None:
    # Only now, when there is something to render: the template engine is a third of a start.
    from sfsgen.output import files, stream, write_files, write_stdout
    from sfsgen.render import Documents, Renderer
    from sfsgen.templates import Templates

    folder = Path(printing.template_dir) if printing.template_dir else None
    renderer = Renderer(printing.target, Templates(folder))
    documents: list[Documents] = []
    for stateful_set in stateful_sets:
        ordinals = stateful_set.ordinals
        ordinals = range(max(first, ordinals.start), ordinals.stop)
        documents += renderer.documents(stateful_set, printing.resources, ordinals)
    if printing.output_dir:
        contents = files(documents, printing.output)
        count = write_files(Path(printing.output_dir), contents, force=printing.force)
        console.note(f"wrote {count} files to {printing.output_dir}")
    else:
        kind = printing.target.stateful_set_api[1]
        write_stdout(stream(documents, printing.output, kind))


def _note_defaults(requests: Iterable[Request], printed: frozenset[str]) -> None:
    defaults: dict[str, None] = {}
    for request in requests:
        get = request.values.get
        if STATEFUL_SET in printed:
            if get("image") is None:
                defaults[f"--image {DEFAULT_IMAGE}"] = None
            if get("ports") is None:
                defaults["--port http=80"] = None
            if any(each.get("mountPath") is None for each in get("claimTemplates")):
                defaults[f"--mount-path {DEFAULT_MOUNT_PATH}"] = None
        if VOLUME in printed and any(
            get(*request.values.inherited(("claimTemplates", index), "nfs", "path")) is None
            for index in range(len(get("claimTemplates")))
        ):
            defaults[f"--nfs-path {DEFAULT_EXPORT}"] = None
    if defaults:
        console.note(f"defaults used, to change where they do not fit: {', '.join(defaults)}")
