"""Pods and nodes as a cluster or a dump shows them; no schema has looked at them before."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.showing import unchecked
from sfsgen.showing.view import Fault, PodSeen
from sfsgen.values.pairs import Key

NODE_DOWN = "node-down"
_TAINT = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"


class Pods(NamedTuple):
    """The pods that were seen; `by_key` is None where pods were not among what was read."""

    by_key: Mapping[Key, PodSeen] | None


def seen(manifests: Iterable[Manifest], namespace: str, *, is_live: bool = False) -> Pods:
    """Return the pods among manifests; a cluster that has none was looked at as well."""
    kinds: dict[str, list[Manifest]] = {"Pod": [], "Node": []}
    for each in manifests:
        if each.kind in kinds and each.api_version == "v1":
            kinds[each.kind].append(each)
    if not (kinds["Pod"] or is_live):
        return Pods(None)
    nodes = {each.name: _is_true(each, "Ready") for each in kinds["Node"]}
    return Pods(
        {(each.namespace or namespace, each.name): _pod(each, nodes) for each in kinds["Pod"]}
    )


def _pod(manifest: Manifest, nodes: Mapping[str, bool]) -> PodSeen:
    node = unchecked.text(unchecked.at(manifest.value, "spec", "nodeName"))
    phase = unchecked.text(unchecked.at(manifest.value, "status", "phase"))
    is_ready = phase == "Succeeded" or _is_true(manifest, "Ready")
    is_node_ready = nodes.get(node)
    waiting = next(_waiting(manifest), "")
    return PodSeen(
        phase or "Pending", is_ready, manifest.is_terminating, node, is_node_ready, waiting
    )


def _waiting(manifest: Manifest) -> Iterator[str]:
    """Yield why containers of a pod do not run, those that run before the others first."""
    for key in ("initContainerStatuses", "containerStatuses"):
        for each in unchecked.mappings(unchecked.at(manifest.value, "status", key)):
            if reason := unchecked.text(unchecked.at(each, "state", "waiting", "reason")):
                yield reason


def _is_true(manifest: Manifest, condition: str) -> bool:
    """Return whether a condition of an object holds; what is not known does not."""
    every = unchecked.mappings(unchecked.at(manifest.value, "status", "conditions"))
    return any(each.get("type") == condition and each.get("status") == "True" for each in every)


def lost_with_node(name: str, pod: PodSeen, kubectl: Kubectl) -> Fault:
    """Return what is to be known of a pod that is being deleted on a node that is not Ready."""
    taint = kubectl.command("taint", "node", pod.node, _TAINT)
    what = (
        f"{name} is Terminating on {pod.node}, which is not Ready: as long as nobody knows whether "
        "it still writes, no other pod takes its place"
    )
    cure = (
        f"switch {pod.node} off, and see that it is; then `{taint}`, and once it is back "
        f"`{kubectl.command('taint', 'node', pod.node, f'{_TAINT}-')}`. To delete the pod by force "
        "while it may still run can put two writers on one directory"
    )
    return Fault(NODE_DOWN, "warning", f"pod/{name}", what, cure)
