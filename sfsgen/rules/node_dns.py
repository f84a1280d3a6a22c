"""The server of in-tree NFS is named as nodes know it: they do not resolve the cluster's DNS.

The kubelet mounts in-tree NFS on the node, whose resolver does not know Services: the pod waits in
ContainerCreating, "Failed to resolve server" or "Name or service not known". The driver
nfs.csi.k8s.io does know them, since its pods on the nodes ask the cluster's DNS.

Fix: Write the Service's clusterIP, which nodes reach, and write it into the Service too, so that it
stays; or a name in a DNS that the nodes ask; or use the driver nfs.csi.k8s.io. In a live cluster
the server of a volume cannot be changed: delete the volume, and create it again.

Source: pkg/volume/nfs; csi-driver-nfs, deploy/csi-nfs-node.yaml: ClusterFirstWithHostNet.
"""

from collections.abc import Iterator

from sfsgen.findings.finding import Finding, warning
from sfsgen.findings.nfs_sources import NfsSource
from sfsgen.findings.scene import Scene
from sfsgen.nfs import NODE_DNS, host, is_address, is_cluster_name
from sfsgen.plain_text import some
from sfsgen.sets.found import FoundService


def node_dns(scene: Scene) -> Iterator[Finding]:
    by_server: dict[str, list[NfsSource]] = {}
    for each in scene.nfs_sources:
        if each.driver == "nfs":
            by_server.setdefault(host(each.server), []).append(each)
    for server, sources in by_server.items():
        first, *others = sources
        service = _service(scene, server)
        if (service or is_cluster_name(server)) and not is_address(server):
            named = some([each.name for each in sources], 1)
            what = f"{named}: {NODE_DNS} {first.server}"
            what += f", the Service {service.namespace}/{service.name}" if service else ""
            cure = first.cure(scene.cures, _fix(service))
            related = (each.manifest for each in others)
            yield warning(first.manifest, first.at_server, what, cure, *related)


def _service(scene: Scene, server: str) -> FoundService | None:
    """Return the Service that a name means within the cluster, as far as it was read."""
    name, _, rest = server.partition(".")
    namespace, _, rest = rest.partition(".")
    if rest and not is_cluster_name(server):
        return None
    services = scene.inventory.services
    if namespace:
        return services.get((namespace, name))
    return next((each for (_, its), each in services.items() if its == name), None)


def _fix(service: FoundService | None) -> str:
    address = service.manifest.at("spec", "clusterIP") if service else ""
    if address and is_address(address):
        return f"write {address}, its clusterIP, or use the driver nfs.csi.k8s.io"
    if service and service.is_headless:
        return "write a name that the nodes resolve, or use the driver nfs.csi.k8s.io"
    return (
        "write the Service's clusterIP, or a name that the nodes resolve, or use the driver "
        "nfs.csi.k8s.io"
    )
