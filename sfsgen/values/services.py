"""The Services of a set: the headless one that gives pods their names, and one beside it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sfsgen.kubernetes import names, versions
from sfsgen.kubernetes.limits import service_name_fault
from sfsgen.kubernetes.names import closest_label, label_fix
from sfsgen.plain_text import brief, quoted
from sfsgen.values.metadata import labels_at
from sfsgen.values.model import Fields, Metadata, Service
from sfsgen.values.own_fields import OwnFields
from sfsgen.values.ports import check_port
from sfsgen.values.tree import Values

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
"""Of a Service that chooses pods: ExternalName does not."""


class ForAll(NamedTuple):
    """What the Services of a set have in common, unless they say otherwise."""

    metadata: Metadata
    selector: Mapping[str, str]
    ports: Sequence[Fields]
    """The main container's."""


def governing_name(values: Values, set_name: str) -> str:
    """Return the governing Service's name, "" for none, noting its faults."""
    path = ("serviceName",) if values.get("serviceName") is not None else ("name",)
    name = str(values.get(*path) if path == ("serviceName",) else set_name)
    is_none = not name and not values.is_said(path)  # an option that is empty is a slip
    if is_none or values.is_reported(*path):
        return name
    fix = _name_fix(values, name)
    if path == ("name",):
        fix = "name the Service with --service-name"
        fix += " or serviceName in the file" if values.document else ""
    values.check(path, name, service_name_fault(name, values.target), fix)
    return name


def _name_fix(values: Values, name: str) -> str:
    """Return how to mend the name of a Service."""
    near = closest_label(name) or "web"
    return f"write {quoted(f'svc-{near}' if service_name_fault(near, values.target) else near)}"


def services_of(
    values: Values, set_name: str, governing: str, for_all: ForAll
) -> tuple[Service, ...]:
    """Return the Services of a set: none, the headless one, one beside it, or that one alone."""
    found = []
    beside = _name_beside(values, set_name, governing)
    if governing and beside != governing:
        found.append(_headless(values, governing, for_all))
    else:
        _refuse_headless(values, "clusterService is the governing one" if governing else "")
    if beside:
        ports = found[0].ports if found else _ports(for_all)
        found.append(_beside(values, beside, for_all, list(ports)))
    return tuple(found)


def _name_beside(values: Values, set_name: str, governing: str) -> str:
    """Return the name of the Service beside the headless one, or in its place, "" for none."""
    if values.get("clusterService") is None:
        return ""
    name = values.get("clusterService", "metadata", "name")
    return name or (set_name if governing != set_name else f"{set_name}-cluster")


def _refuse_headless(values: Values, why: str) -> None:
    """Note what is said of a headless Service that there is not."""
    for word in ("service", "publishNotReadyAddresses"):
        if values.get(word):
            what = f"there is no headless Service: {why or 'serviceName is empty'}"
            fix = "write it in clusterService" if why else "leave it out, or give serviceName"
            values.fault((word,), what, fix, key=True)


def _headless(values: Values, name: str, for_all: ForAll) -> Service:
    own = OwnFields(values, "service")
    kind, path = own.take("type")
    if kind not in (None, "ClusterIP"):
        what = (
            f"a Service of type {brief(kind)} is not headless, and the pods get no DNS names "
            "from it"
        )
        values.fault(path, what, "leave it out, and say a second Service with clusterService")
    if values.get("publishNotReadyAddresses") is not None:
        own.refuse("publishNotReadyAddresses", "publishNotReadyAddresses")
    not_ready, _ = own.take("publishNotReadyAddresses")
    ports = own.append("ports", _ports(for_all), "name", "port")
    return _service(values, own, name, for_all, ports)._replace(
        is_headless=True,
        publish_not_ready_addresses=bool(values.get("publishNotReadyAddresses") or not_ready),
    )


def _beside(values: Values, name: str, for_all: ForAll, ports: list[Fields]) -> Service:
    """Return the Service that the user wants beside the headless one, or in its place.

    By default it has the ports of that one.
    """
    own = OwnFields(values, "clusterService")
    given, path = own.take_metadata("name")
    fix = _name_fix(values, given or "")
    if given is None:
        given, path, fix = name, ("clusterService",), "name it in its metadata"
    values.check(path, given, service_name_fault(given, values.target), fix)
    cluster_ip, path = own.take("clusterIP")
    for at in (path, *(each for each, _ in values.entries(*own.path("clusterIPs")))):
        if at and values.get(*at) == "None":
            what = "a Service without a cluster IP is headless, and the set has that one already"
            values.fault(at, what, "leave it out, or say it with service")
    if own.path("type"):
        values.choice(own.path("type"), _TYPES)
    # Unlike a headless one, it needs ports: those of the container, or its own.
    all_ports = own.append("ports", [] if own.path("ports") else ports, "name", "port")
    if not all_ports:
        what = "the Service needs a port: only a headless one can be without"
        values.fault(("clusterService",), what, "write clusterService.ports", key=True)
    made = _service(values, own, name, for_all, all_ports)
    address = {"clusterIP": cluster_ip} if cluster_ip not in (None, "None") else {}
    return made._replace(fields={**address, **made.fields})


def _ports(for_all: ForAll) -> list[Fields]:
    return [
        {"name": each["name"], "port": each["containerPort"]}
        | ({"protocol": each["protocol"]} if "protocol" in each else {})
        for each in for_all.ports
    ]


def _service(
    values: Values, own: OwnFields, name: str, for_all: ForAll, ports: Iterable[Fields]
) -> Service:
    """Return a Service with the user's own fields, noting faults in its ports and selector."""
    ports = tuple(ports)
    for path, port in values.whole_entries(*own.path("ports")):
        if "name" not in port and len(ports) > 1:
            values.fault(path, "a port without a name stands beside others", "name it")
        elif fault := names.label_fault(port.get("name", "port")):
            values.check((*path, "name"), port["name"], fault, label_fix(port["name"]))
        check_port(values, (*path, "port"), port["port"])
    if not ports:
        values.require(("ports",), versions.PORTLESS_SERVICE)
    selector, path = own.take("selector")
    if selector is not None:
        selector = labels_at(values, path)
    metadata = own.metadata(for_all.metadata)
    chosen = for_all.selector if selector is None else selector
    return Service(name, metadata, False, chosen, ports, False, own.rest())
