"""Values to model: the set that is wanted, checked once, each fault at its option or line."""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.kubernetes import limits, names, versions
from sfsgen.kubernetes.words import (
    DEFAULT_NAMESPACE,
    RECOMMENDED_LABELS,
)
from sfsgen.plain_text import brief, listed, quoted
from sfsgen.problems import InputError
from sfsgen.values.claim_templates import Owner, claim_templates
from sfsgen.values.model import (
    ClaimTemplate,
    Container,
    Fields,
    Metadata,
    Pod,
    Service,
    StatefulSet,
)
from sfsgen.values.own_fields import OwnFields
from sfsgen.values.tree import Values

DEFAULT_PORT = {"name": "http", "containerPort": 80}
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_ANNOTATIONS = 262_144  # bytes, keys and values together
_LARGEST_PORT = 65_535
# Labels, annotations and mount options, each as often as it is rendered: about two seconds.
_MOST_RENDERED = 250_000
_PER_TEMPLATE = 3  # times: with the first ordinal, with the last, and with an open one
_PER_ENTRY = 200  # characters that take as long as a further entry
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def build(values: Values) -> StatefulSet:
    """Return the set that the values describe. Raises InputError with all their faults."""
    ordinals = _ordinals(values)
    name = _name(values, ordinals)
    namespace = values.text(("namespace",))
    if fault := names.label_fault(namespace):
        values.check(("namespace",), namespace, fault, _label_fix(namespace))
        namespace = DEFAULT_NAMESPACE
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
    _check_metadata(values, common, templates)
    stateful_set = StatefulSet(
        name=name,
        namespace=namespace,
        replicas=len(ordinals),
        start_ordinal=ordinals.start,
        # Only what never changes: a selector cannot be changed, and a pod must keep matching it.
        selector={key: common.labels[key] for key in RECOMMENDED_LABELS[:2]},
        metadata=own["statefulSet"].metadata(common),
        as_said=values.as_said("statefulset"),
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
    _labels(values, (key, "metadata", "labels"))
    _annotations(values, (key, "metadata", "annotations"))
    return OwnFields(values, key)


def _label_fix(text: str, longest: int = 63) -> str:
    return f"write {quoted(names.closest_label(text, longest) or 'web')}"


def _count(values: Values, path: Path) -> int:
    number = values.get(*path) or 0
    if number < 0:
        values.fault(path, f"{brief(number)} is below 0", "write 0 or more")
    elif number > _LARGEST_INTEGER:
        what = f"{brief(number)} does not fit into Kubernetes' 32 bits"
        values.fault(path, what, f"stay below {_LARGEST_INTEGER + 1}")
    return min(max(0, int(number)), _LARGEST_INTEGER)


def _ordinals(values: Values) -> range:
    start = _count(values, ("ordinals", "start"))
    if start:
        values.require(("ordinals", "start"))
    values.needed(("replicas",), "the number of replicas", "3")
    replicas = _count(values, ("replicas",))
    is_reported = values.is_reported("ordinals", "start") or values.is_reported("replicas")
    if start + replicas > _LARGEST_INTEGER and not is_reported:
        what = f"ordinals up to {start + replicas - 1} do not fit into Kubernetes' 32 bits"
        values.fault(("replicas",), what, f"stay below {_LARGEST_INTEGER}")
        replicas = 0
    return range(start, start + replicas)


def _name(values: Values, ordinals: range) -> str:
    if values.needed(("name",), "the name of the StatefulSet", "web") is None:
        return ""
    name = values.text(("name",))
    fault, longest = limits.set_name_fault(name, max(ordinals.stop - 1, 0), values.target)
    values.check(("name",), name, fault, _label_fix(name, longest))
    # What follows from a name is told of the one that is advised.
    return names.closest_label(name, longest) if fault else name


def _labels(values: Values, path: Path) -> dict[str, str]:
    labels: Mapping[str, str] = values.get(*path) or {}
    for key, value in labels.items():
        if fault := names.label_key_fault(key):
            what = f"the label key {quoted(key)} {fault}"
            values.fault((*path, key), what, "write it as app or example.com/app", key=True)
        if fault := names.label_value_fault(value):
            what = f"the value {quoted(value)} of the label {brief(key)} {fault}"
            values.fault((*path, key), what, _value_fix(value))
    return dict(sorted(labels.items()))


def _value_fix(value: str) -> str:
    near = re.sub(r"[^A-Za-z0-9_.-]+", "-", value)[:63].strip("-_.")
    return f"write {quoted(near)}, or make it an annotation" if near else "make it an annotation"


def _annotations(values: Values, path: Path) -> dict[str, str]:
    annotations: Mapping[str, str] = values.get(*path) or {}
    for key in annotations:
        if key.startswith(versions.KUBERNETES_OWN_ANNOTATIONS):
            what = f"{quoted(key)} is by what Kubernetes binds volumes, and keeps its own notes"
            values.fault((*path, key), what, "leave it out", key=True)
        # The API compares an annotation's key in lower case.
        if fault := names.label_key_fault(key.lower()):
            what = f"the annotation key {quoted(key)} {fault}"
            values.fault((*path, key), what, "write it as example.com/team", key=True)
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > _LARGEST_ANNOTATIONS:
        what = f"the annotations have {size} bytes; at most {_LARGEST_ANNOTATIONS} are possible"
        values.fault(path, what, "make them shorter")
    return dict(sorted(annotations.items()))


def _check_metadata(values: Values, common: Metadata, templates: Collection[ClaimTemplate]) -> None:
    """Note where all that the volumes and claims carry alike makes too much of a small file."""
    texts = [*common.labels.items(), *common.annotations.items()]
    carried = len(texts) + sum(map(len, chain.from_iterable(texts))) // _PER_ENTRY
    rendered = sum(
        (len(each.exceptions) + _PER_TEMPLATE) * (carried + len(each.volume.mount_options))
        for each in templates
    )
    if rendered > _MOST_RENDERED:
        path = max(
            ("labels",),
            ("annotations",),
            ("mountOptions",),
            key=lambda each: len(values.get(*each) or ()),
        )
        what = (
            f"each of the {len(templates)} claim templates has all labels, annotations and "
            "mount options: together they are too many to print"
        )
        values.fault(path, what, "give fewer, or spread the claim templates over several sets")


def _ports(values: Values) -> list[Fields]:
    if values.get("ports") is None:
        return [DEFAULT_PORT]
    ports: list[Fields] = []
    numbers, taken = set(), set()
    for path, given in values.whole_entries("ports"):
        number, protocol = given["containerPort"], given.get("protocol", "TCP")
        _check_port(values, (*path, "containerPort"), number)
        values.choice((*path, "protocol"), _PROTOCOLS)
        name = given.get("name", f"{protocol.lower()}-{number}")
        fault = names.port_name_fault(name)
        values.check((*path, "name"), name, fault, _label_fix(name, 15))
        if (number, protocol) in numbers:
            what = f"port {brief(number)} is given twice"
            values.fault((*path, "containerPort"), what, "give it once")
        elif name in taken:
            what = f"two ports are named {quoted(name)}"
            values.fault((*path, "name"), what, "give each its own name")
        numbers.add((number, protocol))
        taken.add(name)
        ports.append({"name": name, **given})
    return ports


def _check_port(values: Values, path: Path, number: int) -> None:
    if not 1 <= number <= _LARGEST_PORT:
        values.fault(path, f"{brief(number)} is no port", "write 1 to 65535")


def _env(values: Values) -> list[Fields]:
    seen = set()
    for path, entry in values.entries("env"):
        name = entry["name"]
        if name in seen:
            values.fault((*path, "name"), f"{quoted(name)} is set twice", "set it once")
        seen.add(name)
    for path, entry in (*values.entries("env"), *values.entries("container", "env")):
        _check_env_name(values, (*path, "name"), entry["name"])
        if "\0" in entry.get("value", ""):
            values.fault((*path, "value"), "no environment variable can hold a NUL", "take it out")
    return [entry for _, entry in values.entries("env")]


def _check_env_name(values: Values, path: Path, name: str) -> None:
    named = f"the environment variable {quoted(name)}"
    if not name or "=" in name or not (name.isascii() and name.isprintable()):
        fault = 'is no environment variable: printable ASCII without "=" is possible'
        values.check(path, name, fault, "write it as LOG_LEVEL")
    elif not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", name):
        values.require(path, versions.ENV_PRINTABLE, named)
    elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        values.require(path, versions.ENV_PUNCTUATION, named)


def _update_strategy(values: Values) -> Fields:
    strategy: dict[str, Any] = values.get("updateStrategy") or {}
    if not strategy:
        return {}
    values.require(("updateStrategy",))
    kind = values.choice(("updateStrategy", "type"))
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
        what = (
            f"a Service of type {brief(kind)} is not headless, and the pods get no DNS names "
            "from it"
        )
        values.fault(path, what, "leave it out, and add a second Service of your own")
    if values.get("publishNotReadyAddresses") is not None:
        own.refuse("publishNotReadyAddresses", "publishNotReadyAddresses")
    not_ready, _ = own.take("publishNotReadyAddresses")
    ours: list[Fields] = []
    for port in ports:
        protocol = {"protocol": port["protocol"]} if "protocol" in port else {}
        ours.append({"name": port["name"], "port": port["containerPort"], **protocol})
    all_ports = own.append("ports", ours, "name", "port")
    for path, port in values.whole_entries(*own.path("ports")):
        if "name" not in port:
            values.fault(path, "a port without a name stands beside others", "name it")
        elif fault := names.label_fault(port["name"]):
            values.check((*path, "name"), port["name"], fault, _label_fix(port["name"]))
        _check_port(values, (*path, "port"), port["port"])
    return Service(
        name=_service_name(values, name),
        metadata=own.metadata(common),
        ports=all_ports,
        publish_not_ready_addresses=bool(values.get("publishNotReadyAddresses") or not_ready),
        fields=own.rest(),
    )


def _service_name(values: Values, set_name: str) -> str:
    path = ("serviceName",) if values.get("serviceName") is not None else ("name",)
    name = values.text(("serviceName",), set_name)
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
    mountable = {template.name for template in templates}
    mountable |= _own_volumes(values, path, mountable)
    sidecars_path, init_path = own.path("containers"), own.path("initContainers")
    sidecars = own.append("containers", [{"name": name}], "name")[1:]
    fields = own.rest()
    _check_container_names(values, sidecars_path, init_path, name)
    if not _is_in_doubt(values):
        containers = (*values.entries(*sidecars_path), *values.entries(*init_path))
        _check_mounts(values, [("container",), *(each for each, _ in containers)], mountable)
    return Pod(
        metadata=own.metadata(common),
        sidecars=sidecars,
        fields={**fields, "volumes": volumes} if volumes else fields,
    )


def _own_volumes(values: Values, path: Path, templates: Collection[str]) -> set[str]:
    """Return the names of the volumes that the user adds to the pods."""
    seen: set[str] = set()
    for at, volume in values.entries(*path):
        name = volume["name"]
        values.check((*at, "name"), name, names.label_fault(name), _label_fix(name))
        if name in seen:
            what = f"two volumes are named {quoted(name)}"
            values.fault((*at, "name"), what, "give each its own name")
        elif name in templates:
            what = (
                f"the volume {quoted(name)} has the name of a claim template, which "
                "takes its place in every pod"
            )
            values.fault((*at, "name"), what, "give it another name")
        seen.add(name)
    return seen


def _is_in_doubt(values: Values) -> bool:
    """Return whether a name that a container mounts may be one that could not be read."""
    count = max(1, len(values.get("claimTemplates") or ()))
    paths: list[Path] = [("claimTemplates", index, "name") for index in range(count)]
    paths += [("pod", "volumes"), ("pod", "spec", "volumes")]
    return any(values.is_reported(*each) for each in paths)


def _check_container_names(values: Values, sidecars: Path, first: Path, main: str) -> None:
    # Sidecars of one name are told of where they are merged with the main container.
    seen = {main, *(container["name"] for _, container in values.entries(*sidecars))}
    for path, container in (*values.entries(*sidecars), *values.entries(*first)):
        name = container["name"]
        values.check((*path, "name"), name, names.label_fault(name), _label_fix(name))
    for path, container in values.entries(*first):
        name = container["name"]
        if name in seen:
            what = f"{quoted(name)} is taken"
            values.fault((*path, "name"), what, "give it a name of its own")
        seen.add(name)


def _check_mounts(values: Values, containers: Iterable[Path], mountable: Collection[str]) -> None:
    fix = f"add it to pod.volumes, or mount one of {listed(sorted(mountable))}"
    for container in containers:
        for path, mount in values.entries(*container, "volumeMounts"):
            if mount["name"] not in mountable:
                what = f"there is no volume {quoted(mount['name'])} to mount"
                values.fault((*path, "name"), what, fix)


def _container(
    values: Values, own: OwnFields, ports: list[Fields], templates: Iterable[ClaimTemplate]
) -> Container:
    for path, port in values.whole_entries(*own.path("ports")):
        _check_port(values, (*path, "containerPort"), port["containerPort"])
        if fault := names.port_name_fault(port.get("name", "http")):
            values.check((*path, "name"), port["name"], fault, _label_fix(port["name"], 15))
    mounts: list[Fields] = []
    for template in templates:
        read_only = {"readOnly": True} if template.volume.read_only else {}
        mounts.append({"name": template.name, "mountPath": template.mount_path, **read_only})
    return Container(
        image=_image(values),
        ports=own.append("ports", ports, "name"),
        env=own.append("env", _env(values), "name"),
        volume_mounts=own.append("volumeMounts", mounts, "mountPath"),
        fields=own.rest(),
    )


def _image(values: Values) -> str:
    image = values.text(("image",))
    if not image or not image.isprintable() or " " in image:
        values.fault(("image",), f"{quoted(image)} is not an image", "write it as nginx:1.29")
    return image
