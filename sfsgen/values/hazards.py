"""What works but hurts: warnings about a set that is valid."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sfsgen.documents.document import Path
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.versions import CLASS_ANNOTATION
from sfsgen.nfs import FS_GROUP, NODE_DNS, SOFT_MOUNT, is_address, is_cluster_name
from sfsgen.plain_text import brief, quoted
from sfsgen.problems import Problem
from sfsgen.storage_drivers import LOCAL, reclaimed
from sfsgen.values.pods import containers_at, texts_at

if TYPE_CHECKING:
    from sfsgen.values.model import ClaimTemplate, StatefulSet
    from sfsgen.values.pairs import Volume
    from sfsgen.values.tree import Values

RETENTION = (
    "Delete deletes the claims that were made beforehand too; their volumes stay Released, and the "
    "next pods stay Pending"
)
_ONE_MI = nano_units("1Mi")
# Who writes them means what they are in a name or path; in `$(...)` and `{{...}}` another fills in.
_OF_PAIRS = r"(?<![{$])\{(claim|volume|template)\}(?!\})"
_PLACEHOLDER = (
    r"(?<![{$])\{(?:(?:ordinal|pod|host|claim|volume|name|namespace|template|service|peers|replicas"
    r"|port)\}|peers:[^{}]*(?:\{[^{}]*\}[^{}]*)+\}|port:[a-z0-9-]+\})"
)
# What the kubelet runs in a container: it replaces nothing in it.
_HANDLERS = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)
_VARIABLE = "set a variable to it in env, and run sh -c with $NAME"
_EXPRESSION = (
    "write subPathExpr: $(POD_NAME), and set that variable by valueFrom: {fieldRef: {fieldPath: "
    "metadata.name}}"
)


def warnings(values: "Values", stateful_set: "StatefulSet") -> Iterator[Problem]:
    """Yield what the set's owner should know, each at the option or line that asked for it."""
    yield from values.cautions
    yield from of_storage(values, stateful_set.claim_templates, stateful_set.ordinals)
    yield from _without_use(values, stateful_set)
    for path, what, fix in _fields(values, stateful_set):
        yield Problem(values.where(path), what, fix, "warning")


def lies_by_handle(driver: str) -> str:
    """Return why no server and no directory says where volumes of a CSI driver lie."""
    return f"where a volume of {driver} lies its handle says"


def _without_use(values: "Values", stateful_set: "StatefulSet") -> Iterator[Problem]:
    """Yield what says where volumes lie, and none of the claim templates depends on it."""
    templates, ordinals = stateful_set.claim_templates, stateful_set.ordinals
    if not templates or any(each.is_placed(ordinals) for each in templates):
        return
    what = f"it changes nothing: {lies_by_handle(templates[0].source.driver.csi)}"
    fix = "leave it out, or put {server} and {path} into the handle or an attribute"
    of_templates = [("claimTemplates", index) for index in range(len(templates))]
    for around in ((), *of_templates):
        for key in ("server", "path", "sharedDirectory"):
            path: Path = (*around, "nfs", key)
            if values.get(*path) is not None:
                yield Problem(values.where(path), what, fix, "warning")


def of_storage(
    values: "Values", templates: Iterable["ClaimTemplate"], ordinals: range
) -> Iterator[Problem]:
    """Yield what to know of claim templates that the values describe."""
    for path, what, fix in _storage(values, templates, ordinals):
        yield Problem(values.where(path), what, fix, "warning")


def _storage(
    values: "Values", templates: Iterable["ClaimTemplate"], ordinals: range
) -> Iterator[tuple[Path, str, str]]:
    for index, template in enumerate(templates):
        driver = template.volume.driver
        for key, what, fix in (
            (("storage",), *_size(template.storage.storage)),
            (("persistentVolumeReclaimPolicy",), *_reclaim_policy(template)),
            *((("mountOptions",), *each) for each in _mount_options(template.volume)),
            (("nfs", "server"), *_server(template.server.at(ordinals.start), driver)),
            (("nfs", "sharedDirectory"), *_shared(template.shared_directory)),
            (_class_word(template), *_class(template)),
            (("accessModes",), *_modes(template)),
        ):
            if what:
                yield values.inherited(("claimTemplates", index), *key), what, fix
        path: Path = ("claimTemplates", index)
        if what := _unmet_selector(template):
            said = ((*path, "selector"), (*path, "spec", "selector"))
            at = next(each for each in said if values.get(*each) is not None)
            yield at, what, "give the volumes these labels in persistentVolume.metadata"
        yield from _elsewhere(values, path, ordinals, template)


def _elsewhere(
    values: "Values", at: Path, ordinals: range, template: "ClaimTemplate"
) -> Iterator[tuple[Path, str, str]]:
    for path, volume in values.entries(*at, "volumes"):
        ordinal = volume["ordinal"]
        if ordinal not in ordinals:
            what = f"there is no ordinal {brief(ordinal)}"
            what += f": there are {ordinals[0]} to {ordinals[-1]}" if ordinals else ""
            yield (*path, "ordinal"), what, "see whether another is meant"
        own = template.exceptions[ordinal]
        what, fix = _size(own.storage)
        if what:
            yield (*path, "storage"), what, fix
        what, fix = _server(own.server, template.volume.driver)
        if what:
            yield (*path, "nfs", "server"), what, fix


def _size(text: str) -> tuple[str, str]:
    if not text or nano_units(text) >= _ONE_MI:
        return "", ""
    if re.fullmatch(r"[0-9.]+m?", text):
        unit, meant = ("thousandths of bytes", "Mi") if text[-1] == "m" else ("bytes", "Gi")
        return f"{quoted(text)} is in {unit}, and less than 1Mi", f"write {text.rstrip('m')}{meant}"
    return f"{quoted(text)} is less than 1Mi", "write it as 10Gi"


def _reclaim_policy(template: "ClaimTemplate") -> tuple[str, str]:
    policy, driver = template.volume.reclaim_policy, template.volume.driver
    is_data_gone = (driver, policy) in (("csi", "Delete"), ("nfs", "Recycle"))
    fix = "use Retain, unless the data may go" if is_data_gone else "use Retain"
    return reclaimed(driver, policy), fix


def _mount_options(volume: "Volume") -> Iterator[tuple[str, str]]:
    options = volume.mount_options
    if not options or not volume.is_nfs:
        return
    from sfsgen import mount_faults, mount_options

    if mount_options.is_soft(options):
        yield SOFT_MOUNT, "use hard"
    word = "" if volume.is_only_read else mount_options.local_locks(options)
    if word:
        old = " and ".join(filter(None, (mount_options.version_option(options), word)))
        fix = f"use nfsvers=4.1 in place of {old}, or leave {word} out and start rpc-statd on nodes"
        yield f"{word}: {mount_options.LOCAL_LOCKS}", fix
    # What mount refuses for certain is an error already, and what does nothing hurts nobody.
    for fault in mount_faults.faults(options, volume.driver):
        if fault.severity == "warning":
            yield fault.what, fault.fix


def _server(server: str, driver: str) -> tuple[str, str]:
    if driver == "nfs" and is_cluster_name(server):
        what = f"{NODE_DNS} {server}"
        return what, "use the Service's clusterIP, a name that the nodes resolve, or --driver csi"
    if is_address(server) and driver != LOCAL:
        what = f"{server} is an address, and a volume's server can never be changed"
        return what, "use a DNS name: it can move to another server"
    return "", ""


def _modes(template: "ClaimTemplate") -> tuple[str, str]:
    driver, first = template.source.driver, template.storage.access_modes[0]
    if first in driver.refused_modes:
        # The kubelet asks a driver for the first of the modes alone.
        what = f"{driver.name} refuses to mount a volume whose first access mode is {first}"
        return what, "write ReadWriteMany, and nfs.readOnly"
    return "", ""


def _shared(is_shared: bool) -> tuple[str, str]:
    if is_shared:
        what = "all ordinals share one directory: each replica can overwrite the others' files"
        return what, "leave it out, unless the program is made for it"
    return "", ""


def _unmet_selector(template: "ClaimTemplate") -> str:
    selector = template.fields.get("selector")
    if not selector:
        return ""
    from sfsgen.kubernetes.selectors import is_met  # few claim templates have one

    if is_met(selector, template.volume.labels):
        return ""
    return "the labels of the volumes do not meet it: they bind only as they are reserved"


def _class_word(template: "ClaimTemplate") -> tuple[str, ...]:
    """Return where the class of a claim template is said: an annotation wins."""
    is_annotated = CLASS_ANNOTATION in template.metadata.annotations
    return ("metadata", "annotations", CLASS_ANNOTATION) if is_annotated else ("storageClassName",)


def _class(template: "ClaimTemplate") -> tuple[str, str]:
    """Return what the class of a claim template lets into its claims, and what to write."""
    name = template.name
    which = template.metadata.annotations.get(CLASS_ANNOTATION, template.storage_class)
    if which == "":
        return "", ""
    what = f"the claim template {name} names no class: a default StorageClass gets into"
    if which:
        what = f"the class {which} lets its provisioner, and any volume of it, into"
    return f"{what} the claims that the controller makes", 'write "", unless the set exists'


def _fields(values: "Values", stateful_set: "StatefulSet") -> Iterator[tuple[Path, str, str]]:
    retention = stateful_set.fields.get("persistentVolumeClaimRetentionPolicy", {})
    for event in ("whenDeleted", "whenScaled"):
        if retention.get(event) == "Delete":
            what = f"{event}: {RETENTION}"
            path = ("statefulSet", "persistentVolumeClaimRetentionPolicy", event)
            yield values.nested(path), what, "use Retain"
    in_tree = any(template.volume.driver == "nfs" for template in stateful_set.claim_templates)
    if in_tree and "fsGroup" in stateful_set.pod.fields.get("securityContext", {}):
        path = ("pod", "securityContext", "fsGroup")
        yield values.nested(path), FS_GROUP, "set the owner on the NFS server"
    yield from _services(values, stateful_set)
    yield from _placeholders(values)
    if what := _discovery(stateful_set):
        fix = "give --publish-not-ready-addresses, publishNotReadyAddresses: true"
        yield ("publishNotReadyAddresses",), what, fix


def _services(values: "Values", stateful_set: "StatefulSet") -> Iterator[tuple[Path, str, str]]:
    governing = stateful_set.governing
    if governing and not governing.is_headless:
        what = f"the Service {governing.name} is not headless: the pods get no DNS names from it"
        yield ("clusterService",), what, "give it another name, unless the set exists"
    for each in stateful_set.services:
        word = "service" if each.is_headless else "clusterService"
        if not each.selector:
            what = f"the Service {each.name} chooses no pods: its selector is empty"
            yield values.nested((word, "selector")), what, "leave it out"
        elif not each.selector.items() <= stateful_set.pod.metadata.labels.items():
            what = f"the Service {each.name} does not choose the pods: they lack its labels"
            yield values.nested((word, "selector")), what, "leave its selector out"


def _placeholders(values: "Values") -> Iterator[tuple[Path, str, str]]:
    """Yield the placeholders that nothing fills in, in what all pods have alike."""
    for path, text in texts_at(values):
        # In commands they stand in many a program's own texts.
        if "{" in text and path[-1] == "value" and (found := re.search(_OF_PAIRS, text)):
            what = f"{found[0]} is printed as it stands: Kubernetes has no environment by ordinal"
            yield path, what, "write it out, with {ordinal} or {pod} in it"
    for path, text in _texts_of_all_pods(values):
        if found := re.search(_PLACEHOLDER, text) if "{" in text else None:
            what = f"{found[0]} is printed as it stands: all pods have one template"
            fix = _EXPRESSION if path[-1] == "subPath" else "write it out"
            yield path, what, _VARIABLE if "command" in path else fix


def _texts_of_all_pods(values: "Values") -> Iterator[tuple[Path, str]]:
    """Yield images, where volumes are mounted, and what the kubelet runs in containers."""
    for each in ((), *containers_at(values)):
        yield (*each, "image"), values.get(*each, "image") or ""
        yield (*each, "workingDir"), values.get(*each, "workingDir") or ""
        for key in _HANDLERS if each else ():
            yield from values.entries(*each, *key, "exec", "command")
        for mount, _ in values.entries(*each, "volumeMounts"):
            yield from _of_mount(values, mount)
    for at, _ in values.entries("claimTemplates"):
        for mount in (at, *(each for each, _ in values.entries(*at, "mounts"))):
            yield from _of_mount(values, mount)


def _of_mount(values: "Values", mount: Path) -> Iterator[tuple[Path, str]]:
    for key in ("mountPath", "subPath"):
        yield (*mount, key), values.get(*mount, key) or ""


def _discovery(stateful_set: "StatefulSet") -> str:
    """Return what keeps pods from finding each other before they are ready, or ""."""
    service, container = stateful_set.headless, stateful_set.container
    if (
        service is None
        or service.publish_not_ready_addresses
        or not (container.fields or stateful_set.pod.sidecars)
    ):
        return ""
    from sfsgen.kubernetes.discovery import sought

    containers = ({**container.fields, "env": list(container.env)}, *stateful_set.pod.sidecars)
    found = sought(containers, stateful_set.name, service.name, stateful_set.ordinals)
    policy = stateful_set.fields.get("podManagementPolicy") or "OrderedReady"
    return found.told(service.name, policy)
