"""The stable names of a set: its Service's, each pod's, SRV records, and lists of its peers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import subdomain_fault
from sfsgen.plain_text import quoted
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.showing import unchecked
from sfsgen.showing.view import ServiceView, SetView, SrvRecord

DOMAIN = "cluster.local"
_WORDS = ("pod", "ordinal", "id", "dns", "service", "namespace")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Style(NamedTuple):
    """How a program wants its peers listed."""

    pattern: str
    between: str = ","


STYLES: Mapping[str, Style] = {
    "dns": Style("{dns}"),
    "zookeeper": Style("server.{id}={dns}:2888:3888;2181", " "),
    "etcd": Style("{pod}=http://{dns}:2380"),
    "kafka": Style("{ordinal}@{dns}:9093"),
    "elasticsearch": Style("{dns}:9300"),
}
"""What each program's own documentation shows, with the ports that it has by default.

ZooKeeper's servers are numbered from 1 (zookeeperAdmin, myid): `{id}` is the ordinal and one.
"""


def wrong_domain(domain: str) -> Iterator[Problem]:
    """Yield what is wrong with a cluster's domain."""
    if fault := subdomain_fault(domain.removesuffix(".")):
        what = f"{quoted(domain)} is no domain: it {fault}"
        yield Problem("--cluster-domain", what, f"write it as {DOMAIN}")


def wrong_style(text: str) -> Iterator[Problem]:
    """Yield what is wrong with a pattern of peers."""
    if text in STYLES:
        return
    unknown = [each for each in _PLACEHOLDER.findall(text) if each not in _WORDS]
    there_are = ", ".join(f"{{{each}}}" for each in _WORDS)
    if unknown:
        what = f"{quoted(text)} holds {{{unknown[0]}}}, which is nothing of a pod"
        yield Problem("--peers", what, f"there are: {there_are}")
    elif not _PLACEHOLDER.search(text):
        what = f"{quoted(text)} is no list of peers, and no pattern"
        fix = f"give one of {', '.join(STYLES)}, or a pattern of {there_are}"
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
    pod = unchecked.at(stateful_set.value, "spec", "template", "spec", "containers")
    ports = (
        port for each in unchecked.mappings(pod) for port in unchecked.mappings(each.get("ports"))
    )
    named = (port for port in ports if target and port.get("name") == target)
    return next((unchecked.number(each.get("containerPort")) for each in named), None)


def peers(view: SetView, style: str) -> str:
    """Return the list of a set's pods that a program wants."""
    pattern, between = STYLES.get(style) or Style(style)
    names = []
    for each in view.pods:
        if each.is_wanted:
            values = {
                "pod": each.pod,
                "ordinal": each.ordinal,
                "id": each.ordinal + 1,
                "dns": each.dns,
                "service": view.service.name if view.service else "",
                "namespace": view.namespace,
            }
            names.append(_PLACEHOLDER.sub(lambda found: str(values[found[1]]), pattern))  # noqa: B023
    return between.join(names)
