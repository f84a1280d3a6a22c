"""A name is one that the API server takes, and that pods can be given.

The API server refuses such a name: a volume's and a claim's are DNS subdomains of at most 253
characters, a Service's is a DNS label of at most 63. A set's name it takes up to 63 characters, but
beyond 52 no pod comes up from 1.7 on (measured): a label of the pods holds the name and a hash.

Fix: Give it a valid name, and write that name wherever the old one stands: a volume's in the
`volumeName` of its claim, a claim's in the `claimRef` of its volume, a Service's in the
`serviceName` of its set. With a set's name those of its claims change too.

Source: apimachinery/pkg/util/validation, apimachinery/pkg/api/validation.
"""

from collections.abc import Iterator
from itertools import chain

from sfsgen.findings.finding import Finding, error
from sfsgen.findings.places import NAME
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.limits import service_name_fault, set_name_fault
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import closest_label, subdomain_fault


def invalid_name(scene: Scene) -> Iterator[Finding]:
    found = scene.inventory
    for stateful_set in found.stateful_sets:
        last = max(stateful_set.ordinals.stop - 1, 0)
        fault, longest = set_name_fault(stateful_set.name, last, scene.target)
        yield from _if_faulty(stateful_set.manifest, fault, longest)
    for service in found.services.values():
        yield from _if_faulty(service.manifest, service_name_fault(service.name, scene.target))
    for manifest in chain(
        (each.manifest for each in found.claims.values()),
        (each.manifest for each in found.volumes.values()),
    ):
        if fault := subdomain_fault(manifest.name):
            yield from _if_faulty(manifest, fault)


def _if_faulty(manifest: Manifest, fault: str, longest: int = 63) -> Iterator[Finding]:
    if manifest.name and fault:
        what = f'the name "{manifest.name}" of a {manifest.kind} {fault}'
        near = closest_label(manifest.name, longest)
        fix = f'write "{near}"' if near != manifest.name else "give it another name"
        yield error(manifest, NAME, what, f"{fix}, here and wherever it is named")
