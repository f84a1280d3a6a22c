"""Values to model: the set that is wanted, checked once, each fault at its option or line."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sfsgen import limits, names, versions
from sfsgen.errors import InputError
from sfsgen.model import ClaimTemplate, Container, Fields, Metadata, Pod, Service, StatefulSet
from sfsgen.passthrough import OwnFields
from sfsgen.paths import Path, spelled
from sfsgen.storage import Owner, claim_templates
from sfsgen.values import Values
from sfsgen.vocabulary import (
    DEFAULT_IMAGE,
    DEFAULT_NAMESPACE,
    POD_MANAGEMENT_POLICIES,
    RECOMMENDED_LABELS,
    UPDATE_STRATEGIES,
)

DEFAULT_PORT = {"name": "http", "containerPort": 80}
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_ANNOTATIONS = 262_144  # bytes, keys and values together
_LARGEST_PORT = 65_535
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def build(values: Values) -> StatefulSet:
    """Return the set that the values describe. Raises InputError with all their faults."""
    ordinals = _ordinals(values)
    name = _name(values, ordinals)
    namespace = values.get_or(("namespace",), DEFAULT_NAMESPACE)
    values.check(("namespace",), namespace, names.label_fault(namespace), _label_fix(namespace))
    own = {key: _own_fields(values, key) for key in ("container", "pod", "statefulSet", "service")}
    for key in ("podManagementPolicy", "updateStrategy"):
        if values.get(key) is not None:
            own["statefulSet"].refuse(key, key)
    recommended = dict(zip(RECOMMENDED_LABELS, (name, name, "sfsgen"), strict=True))
    common = Metadata(
        {**recommended, **_labels(values, ("labels",))},
        _annotations(values, ("annotations",)),
        {},
    )
    ports = _ports(values)
    owner = Owner(name, namespace, ordinals, common, common)
    templates = claim_templates(values, owner)
    stateful_set = StatefulSet(
        name=name,
        namespace=namespace,
        replicas=len(ordinals),
        start_ordinal=ordinals.start,
        # Only what never changes: a selector cannot be changed, and a pod must keep matching it.
        selector={key: common.labels[key] for key in RECOMMENDED_LABELS[:2]},
        metadata=own["statefulSet"].metadata(common),
        pod_management_policy=_pod_management_policy(values),
        update_strategy=_update_strategy(values),
        fields=own["statefulSet"].rest(),
        service=_service(values, own["service"], name, common, ports),
        pod=_pod(values, own["pod"], name, common, templates),
        container=_container(values, own["container"], ports, templates),
        claim_templates=templates,
    )
    if values.problems:
        raise InputError(*values.problems)
    return stateful_set


def _own_fields(values: Values, key: str) -> OwnFields:
    def clash(path: Path, fix: str) -> None:
        what = f"{spelled(path)} clashes with what sfsgen writes itself"
        values.fault(path, what, fix, key=True)

    _labels(values, (key, "metadata", "labels"))
    _annotations(values, (key, "metadata", "annotations"))
    return OwnFields(values.tree, key, clash)


def _label_fix(text: str, longest: int = 63) -> str:
    return f'write "{names.closest_label(text, longest) or "web"}"'


def _count(values: Values, path: Path) -> int:
    number = values.get(*path) or 0
    if number < 0:
        values.fault(path, f"{number} is below 0", "write 0 or more")
    return max(0, int(number))


def _ordinals(values: Values) -> range:
    start = _count(values, ("ordinals", "start"))
    if start:
        values.require(("ordinals", "start"), versions.ORDINALS_START)
    values.needed(("replicas",), "the number of replicas", "3")
    replicas = _count(values, ("replicas",))
    if start + replicas > _LARGEST_INTEGER:
        what = f"ordinals up to {start + replicas - 1} do not fit into Kubernetes' 32 bits"
        values.fault(("replicas",), what, f"stay below {_LARGEST_INTEGER}")
        replicas = 0
    return range(start, start + replicas)


def _name(values: Values, ordinals: range) -> str:
    if values.needed(("name",), "the name of the StatefulSet", "web") is None:
        return ""
    name = values.get_or(("name",), "")
    fault, longest = limits.set_name_fault(name, max(ordinals.stop - 1, 0), values.target)
    values.check(("name",), name, fault, _label_fix(name, longest))
    return name


def _labels(values: Values, path: Path) -> dict[str, str]:
    labels: Mapping[str, str] = values.get(*path) or {}
    for key, value in labels.items():
        if fault := names.label_key_fault(key):
            what = f'the label key "{key}" {fault}'
            values.fault((*path, key), what, "write it as app or example.com/app", key=True)
        if fault := names.label_value_fault(value):
            what = f'the value "{value}" of the label {key} {fault}'
            values.fault((*path, key), what, _value_fix(value))
    return dict(sorted(labels.items()))


def _value_fix(value: str) -> str:
    near = re.sub(r"[^A-Za-z0-9_.-]+", "-", value)[:63].strip("-_.")
    return f'write "{near}", or make it an annotation' if near else "make it an annotation"


def _annotations(values: Values, path: Path) -> dict[str, str]:
    annotations: Mapping[str, str] = values.get(*path) or {}
    for key in annotations:
        if key.startswith(versions.KUBERNETES_OWN_ANNOTATIONS):
            what = f'"{key}" is by what Kubernetes binds volumes, and keeps its own notes'
            values.fault((*path, key), what, "leave it out", key=True)
        # The API compares an annotation's key in lower case.
        if fault := names.label_key_fault(key.lower()):
            what = f'the annotation key "{key}" {fault}'
            values.fault((*path, key), what, "write it as example.com/team", key=True)
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > _LARGEST_ANNOTATIONS:
        what = f"the annotations have {size} bytes; at most {_LARGEST_ANNOTATIONS} are possible"
        values.fault(path, what, "make them shorter")
    return dict(sorted(annotations.items()))


def _ports(values: Values) -> list[Fields]:
    ports: list[Fields] = []
    for index, given in enumerate(values.get("ports") or [DEFAULT_PORT]):
        path = ("ports", index)
        number, protocol = given.get("containerPort"), given.get("protocol", "TCP")
        if number is None:
            continue  # its shape is reported
        if not 1 <= number <= _LARGEST_PORT:
            values.fault((*path, "containerPort"), f"{number} is no port", "write 1 to 65535")
        values.choice((*path, "protocol"), _PROTOCOLS)
        name = given.get("name", f"{protocol.lower()}-{number}")
        fault = names.port_name_fault(name)
        values.check((*path, "name"), name, fault, _label_fix(name, 15))
        key = number, protocol
        if key in [(each["containerPort"], each.get("protocol", "TCP")) for each in ports]:
            values.fault((*path, "containerPort"), f"port {number} is given twice", "give it once")
        elif name in [each["name"] for each in ports]:
            values.fault((*path, "name"), f'two ports are named "{name}"', "give each its own name")
        ports.append({"name": name, **given})
    return ports


def _env(values: Values) -> list[Fields]:
    entries: list[Fields] = values.get("env") or []
    seen = set()
    for index, entry in enumerate(entries):
        path = ("env", index)
        name = entry.get("name", "")
        if name in seen:
            values.fault((*path, "name"), f'"{name}" is set twice', "set it once")
        seen.add(name)
        _check_env_name(values, (*path, "name"), name)
        if "\0" in str(entry.get("value", "")):
            values.fault((*path, "value"), "no environment variable can hold a NUL", "take it out")
    return entries


def _check_env_name(values: Values, path: Path, name: str) -> None:
    if not name or "=" in name or not (name.isascii() and name.isprintable()):
        fault = 'is no environment variable: printable ASCII without "=" is possible'
        values.check(path, name, fault, "write it as LOG_LEVEL")
    elif not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", name):
        values.require(path, versions.ENV_PRINTABLE, f'the environment variable "{name}"')
    elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        values.require(path, versions.ENV_PUNCTUATION, f'the environment variable "{name}"')


def _pod_management_policy(values: Values) -> str:
    path = ("podManagementPolicy",)
    if values.get(*path) is not None:
        values.require(path, versions.POD_MANAGEMENT_POLICY)
    return values.choice(path, POD_MANAGEMENT_POLICIES)


def _update_strategy(values: Values) -> Fields:
    strategy: dict[str, Any] = values.get("updateStrategy") or {}
    if not strategy:
        return {}
    values.require(("updateStrategy",), versions.UPDATE_STRATEGY)
    kind = values.choice(("updateStrategy", "type"), UPDATE_STRATEGIES, "RollingUpdate")
    rolling = strategy.get("rollingUpdate")
    path = ("updateStrategy", "rollingUpdate")
    if rolling is not None and kind == "OnDelete":
        what = "a partition belongs to RollingUpdate; with OnDelete the API refuses it"
        values.fault((*path, "partition"), what, "leave out one of them")
    if rolling is not None:
        _count(values, (*path, "partition"))
    return {"type": kind, **({"rollingUpdate": rolling} if rolling is not None else {})}


def _service(
    values: Values,
    own: OwnFields,
    name: str,
    common: Metadata,
    ports: Iterable[Fields],
) -> Service:
    kind, path = own.take("type")
    if kind not in (None, "ClusterIP"):
        what = f"a Service of type {kind} is not headless, and the pods get no DNS names from it"
        values.fault(path, what, "leave it out, and add a second Service of your own")
    if values.get("publishNotReadyAddresses") is not None:
        own.refuse("publishNotReadyAddresses", "publishNotReadyAddresses")
    not_ready, _ = own.take("publishNotReadyAddresses")
    ours: list[Fields] = []
    for port in ports:
        protocol = {"protocol": port["protocol"]} if "protocol" in port else {}
        ours.append({"name": port["name"], "port": port["containerPort"], **protocol})
    all_ports = own.append("ports", ours, "name", "port")
    for index, port in enumerate(all_ports[len(ours) :]):
        path = (*own.path("ports"), index)
        if "name" not in port:
            values.fault(path, "a port without a name stands beside others", "name it")
        elif fault := names.label_fault(port["name"]):
            values.check((*path, "name"), port["name"], fault, _label_fix(port["name"]))
        if not 1 <= port["port"] <= _LARGEST_PORT:
            values.fault((*path, "port"), f"{port['port']} is no port", "write 1 to 65535")
    return Service(
        name=_service_name(values, name),
        metadata=own.metadata(common),
        ports=all_ports,
        publish_not_ready_addresses=bool(values.get("publishNotReadyAddresses") or not_ready),
        fields=own.rest(),
    )


def _service_name(values: Values, set_name: str) -> str:
    path = ("serviceName",) if values.get("serviceName") is not None else ("name",)
    name = values.get_or(("serviceName",), set_name)
    if values.is_reported(*path):
        return name
    fix = _label_fix(name)
    if path == ("name",):
        fix = "name the Service with --service-name"
        fix += " or serviceName in the file" if values.document else ""
    values.check(path, name, limits.service_name_fault(name, values.target), fix)
    return name


def _pod(
    values: Values,
    own: OwnFields,
    name: str,
    common: Metadata,
    templates: Iterable[ClaimTemplate],
) -> Pod:
    volumes, path = own.take("volumes")
    seen: set[str] = set()
    for index, volume in enumerate(volumes or ()):
        if volume.get("name") in seen:
            what = f'two volumes are named "{volume["name"]}"'
            values.fault((*path, index, "name"), what, "give each its own name")
        seen.add(volume.get("name", ""))
        if volume.get("name") in [template.name for template in templates]:
            what = f'the volume "{volume["name"]}" has the name of a claim template, which '
            what += "takes its place in every pod"
            values.fault((*path, index, "name"), what, "give it another name")
    init_path = own.path("initContainers")
    sidecars = own.append("containers", [{"name": name}], "name")[1:]
    fields = own.rest()
    first = fields.get("initContainers", ())
    _check_container_names(values, own.path("containers"), sidecars)
    _check_container_names(values, init_path, first, name, *(each["name"] for each in sidecars))
    mountable = {*seen, *(template.name for template in templates)}
    for path, containers in ((own.path("containers"), sidecars), (init_path, first)):
        for index, container in enumerate(containers):
            mounts = container.get("volumeMounts") or ()
            _check_mounts(values, (*path, index, "volumeMounts"), mounts, mountable)
    mounts = values.get("container", "volumeMounts") or ()
    _check_mounts(values, ("container", "volumeMounts"), mounts, mountable)
    return Pod(
        metadata=own.metadata(common),
        sidecars=sidecars,
        fields={**fields, "volumes": volumes} if volumes else fields,
    )


def _check_container_names(
    values: Values, path: Path, containers: Iterable[Fields], *taken: str
) -> None:
    seen = set(taken)
    for index, container in enumerate(containers):
        name = container["name"]
        if name in seen:
            values.fault((*path, index, "name"), f'"{name}" is taken', "give it a name of its own")
        seen.add(name)
        fault = names.label_fault(name)
        values.check((*path, index, "name"), name, fault, _label_fix(name))


def _check_mounts(
    values: Values, path: Path, mounts: Iterable[Fields], mountable: Collection[str]
) -> None:
    for index, mount in enumerate(mounts if not values.is_reported("pod") else ()):
        name = mount.get("name")
        if name not in mountable:
            what = f'there is no volume "{name}" to mount'
            fix = f"add it to pod.volumes, or mount one of {', '.join(sorted(mountable))}"
            values.fault((*path, index, "name"), what, fix)


def _container(
    values: Values, own: OwnFields, ports: list[Fields], templates: Iterable[ClaimTemplate]
) -> Container:
    mounts: list[Fields] = []
    for template in templates:
        read_only = {"readOnly": True} if template.read_only else {}
        mounts.append({"name": template.name, "mountPath": template.mount_path, **read_only})
    return Container(
        image=_image(values),
        ports=own.append("ports", ports, "name"),
        env=own.append("env", _env(values), "name"),
        volume_mounts=own.append("volumeMounts", mounts, "mountPath"),
        fields=own.rest(),
    )


def _image(values: Values) -> str:
    image = values.get_or(("image",), DEFAULT_IMAGE)
    if not image or not image.isprintable() or " " in image:
        values.fault(("image",), f'"{image}" is not an image', "write it as nginx:1.29")
    return image
