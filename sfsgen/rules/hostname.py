"""Pods are called as set and ordinal say: `hostname` and `subdomain` in the template do nothing.

The controller writes the pod's name over `hostname`, and the set's `serviceName` over `subdomain`,
in every pod that it makes. Who asks DNS for another name gets no answer.

Fix: Remove the field. For another subdomain write the headless Service's name as the set's
`serviceName`; in a live cluster that takes the set to be made again (`kubectl delete statefulset
--cascade=orphan`). A change to the pod template restarts the pods.

Source: pkg/controller/statefulset/stateful_set_utils.go, initIdentity.
"""

from collections.abc import Iterator

from sfsgen.changes.cure import Cure
from sfsgen.findings.finding import Finding, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.plain_text import quoted
from sfsgen.sets.pod_volumes import POD


def hostname(scene: Scene) -> Iterator[Finding]:
    for each in scene.inventory.stateful_sets:
        manifest, first = each.manifest, each.ordinals.start
        name, subdomain = manifest.at(*POD, "hostname"), manifest.at(*POD, "subdomain")
        if isinstance(name, str) and name:
            what = f"hostname {quoted(name)} does nothing: pods are called {each.name}-{first} ..."
            yield note(manifest, (*POD, "hostname"), what, "remove it")
        if isinstance(subdomain, str) and subdomain not in ("", each.service_name):
            service = scene.inventory.services.get((each.namespace, subdomain))
            what = f"subdomain {quoted(subdomain)} does nothing: serviceName takes its place"
            cure = Cure("remove it")
            if service:
                what += ", and its pods have no DNS names in that Service"
                fix = f"remove it, and write serviceName: {subdomain}"
                cure = scene.cures.of_immutable(manifest, fix)
            tell = warning if service else note
            yield tell(manifest, (*POD, "subdomain"), what, cure)
