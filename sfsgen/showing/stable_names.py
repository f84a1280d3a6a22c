"""The stable names of a set: its Service's, each pod's, SRV records, and lists of its peers."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import Pattern, pattern, server_id, subdomain_fault
from sfsgen.plain_text import quoted
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.showing import unchecked
from sfsgen.showing.view import PortSeen, ServiceView, SetView, SrvRecord
from sfsgen.values.placeholders import own_of_each, same_for_all, separated

DOMAIN = "cluster.local"
_OF_SERVICE = ("{dns}", "{host}", "{service}")


class Port(NamedTuple):
    """A port of a program: by what names sets have it, and its number where none has one."""

    names: tuple[str, ...]
    number: int


class Style(NamedTuple):
    """How a program wants its peers listed: a pattern, and the ports that it writes in it."""

    pattern: str
    ports: Mapping[str, Port] = {}


STYLES: Mapping[str, Style] = {
    "dns": Style("{dns}"),
    "zookeeper": Style(
        "server.{id}={dns}:{follower}:{election};{client} ...",
        {
            "follower": Port(("follower", "server", "peer", "quorum"), 2888),
            "election": Port(("election", "leader-election"), 3888),
            "client": Port(("client",), 2181),
        },
    ),
    "etcd": Style("{pod}=http://{dns}:{peer}", {"peer": Port(("peer", "server"), 2380)}),
    "kafka": Style("{ordinal}@{dns}:{controller}", {"controller": Port(("controller",), 9093)}),
    "elasticsearch": Style("{dns}:{transport}", {"transport": Port(("transport",), 9300)}),
}
"""What each program's own documentation shows, with the ports that it has by default.

ZooKeeper's servers are numbered from 1 (zookeeperAdmin, myid): `{id}` is the ordinal, and one more
where ordinals start with 0.
"""


def wrong_domain(domain: str) -> Iterator[Problem]:
    """Yield what is wrong with a cluster's domain."""
    if fault := subdomain_fault(domain.removesuffix(".")):
        what = f"{quoted(domain)} is no domain: it {fault}"
        yield Problem("--cluster-domain", what, f"write it as {DOMAIN}")


def wrong_style(text: str) -> Iterator[Problem]:
    """Yield what is wrong with a style, before a set is looked at."""
    if text not in STYLES and "{" not in text:
        what = f"{quoted(text)} is no list of peers, and no pattern"
        fix = f"give one of {', '.join(STYLES)}, or a pattern such as {{pod}}={{dns}}"
        yield Problem("--peers", what, fix)


def service_of(
    stateful_set: FoundSet, found: FoundService | None, domain: str
) -> ServiceView | None:
    """Return what is shown of a set's governing Service, None where it names none."""
    if not stateful_set.service_name:
        return None
    name = f"{stateful_set.service_name}.{stateful_set.namespace}.svc.{domain.removesuffix('.')}"
    return ServiceView(
        stateful_set.service_name,
        name,
        found is not None,
        bool(found and found.is_headless),
        tuple(_records(found, stateful_set.manifest, name)) if found else (),
    )


def _records(service: FoundService, stateful_set: Manifest, name: str) -> Iterator[SrvRecord]:
    """Yield the SRV records of a Service's named ports.

    Those of a headless one lead to the pods, and so to the port that the pods listen on.
    """
    for port in unchecked.mappings(unchecked.at(service.manifest.value, "spec", "ports")):
        if name_of_port := unchecked.text(port.get("name")):
            protocol = (unchecked.text(port.get("protocol")) or "TCP").lower()
            number = unchecked.number(port.get("port"))
            if service.is_headless:
                number = _target(port.get("targetPort"), stateful_set) or number
            yield SrvRecord(f"_{name_of_port}._{protocol}.{name}", number)


def _target(target: Any, stateful_set: Manifest) -> int | None:
    """Return the number of the port that a targetPort means."""
    if found := unchecked.number(target):
        return found
    named = (each for each in ports_of(stateful_set) if target and each.name == target)
    return next((each.number for each in named), None)


def ports_of(stateful_set: Manifest) -> Iterator[PortSeen]:
    """Yield the ports of the containers of a set's pods."""
    containers = unchecked.at(stateful_set.value, "spec", "template", "spec", "containers")
    for container in unchecked.mappings(containers):
        for each in unchecked.mappings(container.get("ports")):
            if number := unchecked.number(each.get("containerPort")):
                yield PortSeen(unchecked.text(each.get("name")), number)


def wrong_peers(views: Sequence[SetView], style: str) -> Iterator[Problem]:
    """Yield why there is no list of the peers of some sets."""
    text = STYLES[style].pattern if style in STYLES else style
    for view in views:
        of_set = f"{view.title}: " if len(views) > 1 else ""
        if view.service is None and any(each in text for each in _OF_SERVICE):
            what = f"{view.title} names no Service, and its pods have no DNS names"
            yield Problem("--peers", what, "give the set a serviceName, or leave the set out")
            continue
        try:
            peers(view, style)
        except ValueError as error:
            yield Problem("--peers", f"{of_set}{error}", "write one of them; a brace is {brace}")


def peers(view: SetView, style: str) -> str:
    """Return the list of a set's pods that a program wants.

    It is said by the words of `{peers:PATTERN}` in what `render` fills in, and `{dns}` and `{id}`.
    Raises ValueError with a sentence for a placeholder that does not exist.
    """
    known = STYLES.get(style) or Style(style)
    text, between = separated(known.pattern)
    values = {**_values(view), **{key: _number(view, each) for key, each in known.ports.items()}}
    ordinals = [each.ordinal for each in view.pods if each.is_wanted]
    whole = pattern(text, {**values, "id": ""})
    if "{id}" not in text:
        return between.join(map(whole.at, ordinals))
    return between.join(
        pattern(text, {**values, "id": str(server_id(each, view.start_ordinal))}).at(each)
        for each in ordinals
    )


def _values(view: SetView) -> dict[str, str | Pattern]:
    """Return what placeholders stand for in a set, of its pods as of all."""
    service = view.service.name if view.service else ""
    ports = [_as_field(each) for each in view.ports]
    alike = same_for_all(view.name, view.namespace, service, view.replicas, ports)
    for each in view.service.srv if view.service else ():
        if each.port:
            alike.setdefault(
                f"port:{each.name.partition('.')[0].removeprefix('_')}", str(each.port)
            )
    domain = f".{service}.{view.namespace}.svc" if service else ""
    found: dict[str, str | Pattern] = {**alike, **own_of_each(view.name, domain)}
    if view.service:
        found["dns"] = Pattern((f"{view.name}-", f".{view.service.dns}"))
    return found


def _as_field(port: PortSeen) -> Mapping[str, Any]:
    return {"containerPort": port.number, **({"name": port.name} if port.name else {})}


def _number(view: SetView, port: Port) -> str:
    """Return the number that a set gives a port by name, else what the program has by default."""
    ports = {key: each for key, each in _values(view).items() if key.startswith("port:")}
    named = (ports[key] for each in port.names if (key := f"port:{each}") in ports)
    # `etcd-peer` and `tcp-client` are called so as well.
    alike = (ports[key] for each in port.names for key in ports if key.endswith(f"-{each}"))
    return str(next(chain(named, alike), port.number))
