"""The server is a DNS name or an address; the API takes anything, and the mount fails.

The API server takes any text but an empty one: `host name`, 192.168.20.999 and `host:2049` pass
(measured). The mistake shows only when a pod starts: the claim is Bound, the mount fails, and the
pod waits in ContainerCreating.

Fix: Write the server's DNS name or address alone, as `nfs.example.com` or `2001:db8::1`: a path
belongs into `path`, a port into `mountOptions` as `port=2049`. In a live cluster the server cannot
be changed: delete the volume, and create it again.

Source: pkg/apis/core/validation/validation.go, validateNFSVolumeSource (measured).
"""

from collections.abc import Hashable, Iterator

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.scene import Scene
from sfsgen.findings.series import set_of_source
from sfsgen.findings.together import one_for_each
from sfsgen.kubernetes.readable import placeholder_in
from sfsgen.nfs import server_fault


def nfs_server(scene: Scene) -> Iterator[Finding]:
    return one_for_each(_found(scene))


def _found(scene: Scene) -> Iterator[tuple[Hashable, Finding]]:
    faults: dict[str, tuple[str, str]] = {}
    for each in scene.nfs_sources:
        server = each.server
        if server not in faults:
            faults[server] = server_fault(server)
        fault, fix = faults[server]
        if fault and (each.manifest.is_stored or not placeholder_in(server)):
            what = f'"{server}", the server of {each.name}, {fault}'
            what = what if server else f"{each.name} names no server"
            found = error(each.manifest, each.at_server, what, each.cure(scene.cures, fix))
            yield (set_of_source(scene, each), server), found
