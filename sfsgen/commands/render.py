"""`sfsgen render`: a whole set on stdout, or as files."""

from collections.abc import Iterable

import typer

from sfsgen import console
from sfsgen.commands import parameters
from sfsgen.kubernetes.quantities import whole_number
from sfsgen.kubernetes.resources import STATEFUL_SET, VOLUME
from sfsgen.plain_text import quoted
from sfsgen.printing.objects import (
    Printing,
    check,
    chosen_resources,
    chosen_target,
    parameter,
    print_documents,
)
from sfsgen.problems import InputError, Problem
from sfsgen.values.hazards import warnings
from sfsgen.values.request import Request, read_sets
from sfsgen.values.vocabulary import (
    DEFAULT_EXPORT,
    DEFAULT_IMAGE,
    DEFAULT_MOUNT_PATH,
    OPTIONS,
)

_SET_OPTIONS = (*OPTIONS.values(), "--volume")  # --volume last: it adds to what others say


def render(
    context: typer.Context,
    name: parameters.Name = None,
    replicas: parameters.Replicas = None,
    filename: parameters.Filename = None,
    namespace: parameters.Namespace = None,
    image: parameters.Image = None,
    port: parameters.Port = None,
    env: parameters.Env = None,
    label: parameters.Label = None,
    annotation: parameters.Annotation = None,
    service_name: parameters.ServiceName = None,
    publish_not_ready_addresses: parameters.PublishNotReadyAddresses = None,
    pod_management_policy: parameters.PodManagementPolicy = None,
    update_strategy: parameters.UpdateStrategy = None,
    partition: parameters.Partition = None,
    start_ordinal: parameters.StartOrdinal = None,
    nfs_server: parameters.NfsServer = None,
    nfs_path: parameters.NfsPath = None,
    storage: parameters.Storage = None,
    shared_directory: parameters.SharedDirectory = None,
    access_mode: parameters.AccessMode = None,
    reclaim_policy: parameters.ReclaimPolicy = None,
    mount_option: parameters.MountOption = None,
    read_only: parameters.ReadOnly = None,
    mount_path: parameters.MountPath = None,
    claim_template: parameters.ClaimTemplate = None,
    volume_name: parameters.VolumeName = None,
    volume: parameters.Volume = None,
    driver: parameters.Driver = None,
    only: parameters.Only = None,
    from_ordinal: parameters.FromOrdinal = None,
    output: parameters.Output = "yaml",
    output_dir: parameters.OutputDir = None,
    force: parameters.Force = False,
    template_dir: parameters.TemplateDir = None,
    kube_version: parameters.KubeVersion = None,
    strict: parameters.Strict = False,
) -> None:
    """Print a StatefulSet with its Service, and a PersistentVolume and claim for every ordinal.

    NAME, --replicas, --nfs-server and --storage are enough:

    \b
    sfsgen render web -r 3 --nfs-server nfs.example.com --storage 1Gi | kubectl create -f -
    """  # noqa: D301  # the help's marker for a line that is not to be wrapped
    options = {option: context.params[parameter(option)] for option in _SET_OPTIONS}
    problems: list[Problem] = []
    target = chosen_target(kube_version, problems)
    chosen = chosen_resources(only, problems)
    printing = Printing(target, chosen, output, output_dir, force, template_dir)
    check(printing, problems)
    try:
        requests, found = read_sets(options, filename or (), target)
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
    print_documents(
        lambda renderer: (
            document
            for each in requests
            for document in renderer.documents(
                each.stateful_set, printing.resources, _from(first, each.stateful_set.ordinals)
            )
        ),
        printing,
    )
    console.tell(*cautions)
    _note_defaults(requests, printing.resources)


def _from(first: int, ordinals: range) -> range:
    return range(max(first, ordinals.start), ordinals.stop)


def _first_ordinal(text: str | None, requests: Iterable[Request], problems: list[Problem]) -> int:
    if text is None:
        return 0
    try:
        first = whole_number(text)
    except ValueError:
        first = -1
    if first < 0:
        what = f"{quoted(text)} is not an ordinal"
        problems.append(Problem("--from-ordinal", what, "give it as --from-ordinal 2"))
        return 0
    for request in requests:
        ordinals = request.stateful_set.ordinals
        if first not in ordinals:
            name = request.stateful_set.name
            what = f"{name} has no ordinal {first}: with these replicas it has "
            what += f"{ordinals[0]} to {ordinals[-1]}" if ordinals else "none"
            problems.append(Problem("--from-ordinal", what, "raise --replicas, or lower this"))
    return first


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
