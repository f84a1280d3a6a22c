"""The StatefulSet controller, the scheduler and kubelets, and the collector of dependents.

After kubernetes-facts.md sections 2 and 9; where these are silent, after stateful_set_control.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.binder import claims_of, reference_of, reserve_for_pod, volume_of
from tests.kinds import CLAIM, POD, STATEFUL_SET, Key, Object, key_of, place_of
from tests.storing import revision

if TYPE_CHECKING:
    from tests.cluster import Cluster
    from tests.nfs_data import Place

_REVISION = "controller-revision-hash"


def sync(cluster: Cluster, key: Key) -> None:
    """Do the next thing that a set asks for: a claim, a pod, an end of one."""
    found = cluster.objects.get(key)
    if not found or key[0] != STATEFUL_SET or "deletionTimestamp" in found["metadata"]:
        return
    template = found["spec"]["template"]
    cluster.revisions[_revision(found)] = template
    _adopt(cluster, found)
    _own_claims(cluster, found)
    _step(cluster, found)
    _tell_status(cluster, key)


def is_ready(cluster: Cluster, stateful_set: Object) -> bool:
    """Return whether exactly the pods that a set asks for are there, and all of them run."""
    pods = _pods(cluster, stateful_set)
    names = {f"{stateful_set['metadata']['name']}-{each}" for each in ordinals(stateful_set)}
    return set(pods) == names and all(map(is_running, pods.values()))


def ordinals(stateful_set: Object) -> range:
    """Return the ordinals that a set asks for."""
    spec = stateful_set["spec"]
    start = (spec.get("ordinals") or {}).get("start", 0)
    return range(start, start + spec.get("replicas", 1))


def is_running(pod: Object) -> bool:
    """Return whether a pod runs, and is not about to end."""
    return pod["status"]["phase"] == "Running" and "deletionTimestamp" not in pod["metadata"]


def _adopt(cluster: Cluster, stateful_set: Object) -> None:
    """Take the pods that are nobody's, of the set's own naming and labels."""
    metadata = stateful_set["metadata"]
    labels = stateful_set["spec"]["selector"].get("matchLabels", {})
    owned = {"ownerReferences": [_owner(stateful_set)]}
    for pod in cluster.of_kind(POD, metadata["namespace"]):
        its = pod["metadata"]
        has_labels = its.get("labels", {}).items() >= labels.items()
        has_name = re.fullmatch(re.escape(metadata["name"]) + r"-\d+", its["name"])
        is_free = not its.get("ownerReferences") and "deletionTimestamp" not in its
        if has_labels and has_name and is_free:
            cluster.change(key_of(pod), lambda each: each["metadata"].update(owned))


def _step(cluster: Cluster, stateful_set: Object) -> None:
    in_order = stateful_set["spec"].get("podManagementPolicy") != "Parallel"
    pods = _pods(cluster, stateful_set)
    for each in ordinals(stateful_set):
        is_done = _replica(cluster, stateful_set, each, pods)
        if in_order and not is_done:
            return
    names = {f"{stateful_set['metadata']['name']}-{each}" for each in ordinals(stateful_set)}
    extra = sorted((name for name in pods if name not in names), key=_ordinal, reverse=True)
    ill = [name for name in sorted(pods, key=_ordinal) if not is_running(pods[name])]
    for name in extra:
        is_ending = "deletionTimestamp" in pods[name]["metadata"]
        if in_order and (is_ending or (name in ill and name != ill[0])):
            return
        if not is_ending:
            end(cluster, key_of(pods[name]))
        if in_order:
            return
    if not extra:
        _update(cluster, stateful_set, pods)


def _replica(cluster: Cluster, stateful_set: Object, ordinal: int, pods: dict[str, Object]) -> bool:
    """See to one pod; return whether it runs."""
    pod = pods.get(f"{stateful_set['metadata']['name']}-{ordinal}")
    if pod is None:
        if _make_claims(cluster, stateful_set, ordinal):
            cluster.add(_pod(cluster, stateful_set, ordinal))
        return False
    if pod["status"]["phase"] == "Pending" and "deletionTimestamp" not in pod["metadata"]:
        _make_claims(cluster, stateful_set, ordinal)
    return is_running(pod)


def _make_claims(cluster: Cluster, stateful_set: Object, ordinal: int) -> bool:
    """Make the claims that are missing; return False where one is being deleted."""
    metadata = stateful_set["metadata"]
    labels = stateful_set["spec"]["selector"].get("matchLabels", {})
    for each in stateful_set["spec"].get("volumeClaimTemplates", ()):
        its = each["metadata"]
        name = f"{its['name']}-{metadata['name']}-{ordinal}"
        found = cluster.objects.get((CLAIM, metadata["namespace"], name))
        if found and "deletionTimestamp" in found["metadata"]:
            return False
        made = {"name": name, "namespace": metadata["namespace"]}
        made["labels"] = {**its.get("labels", {}), **labels}
        if "annotations" in its:
            made["annotations"] = its["annotations"]
        claim = {"apiVersion": "v1", "kind": CLAIM, "metadata": made, "spec": each["spec"]}
        cluster.add(claim)
    return True


def _own_claims(cluster: Cluster, stateful_set: Object) -> None:
    """Write who owns claims: the set where they go with it, a pod that goes where they go then."""
    policy = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    wanted = {f"{stateful_set['metadata']['name']}-{each}" for each in ordinals(stateful_set)}
    for name, pod in _pods(cluster, stateful_set).items():
        owners = [_owner(stateful_set)] if policy.get("whenDeleted") == "Delete" else []
        if name not in wanted and policy.get("whenScaled") == "Delete":
            owners = [
                {"apiVersion": "v1", "kind": POD, "name": name, "uid": pod["metadata"]["uid"]}
            ]
        for each in stateful_set["spec"].get("volumeClaimTemplates", ()):
            key = CLAIM, pod["metadata"]["namespace"], f"{each['metadata']['name']}-{name}"
            claim = cluster.objects.get(key)
            if claim and (claim["metadata"].get("ownerReferences") or []) != owners:
                cluster.change(key, lambda it: _set_owners(it, owners))  # noqa: B023


def _set_owners(claim: Object, owners: list[Object]) -> None:
    claim["metadata"].pop("ownerReferences", None)
    if owners:
        claim["metadata"]["ownerReferences"] = owners


def _revision(stateful_set: Object) -> str:
    return f"{stateful_set['metadata']['name']}-{revision(stateful_set['spec']['template'])}"


def _revision_of(cluster: Cluster, stateful_set: Object, ordinal: int) -> tuple[str, Object]:
    """Return of which revision a pod is made, and its template: below the partition the current."""
    spec, newest = stateful_set["spec"], _revision(stateful_set)
    current = stateful_set["status"].get("currentRevision", newest)
    strategy = spec.get("updateStrategy", {})
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    if strategy.get("type") == "OnDelete" or ordinal >= ordinals(stateful_set).start + partition:
        current = newest
    return (
        (current, cluster.revisions[current])
        if current in cluster.revisions
        else (
            newest,
            spec["template"],
        )
    )


def _pod(cluster: Cluster, stateful_set: Object, ordinal: int) -> Object:
    metadata = stateful_set["metadata"]
    its_revision, template = _revision_of(cluster, stateful_set, ordinal)
    name, spec = f"{metadata['name']}-{ordinal}", template.get("spec", {})
    templates = [
        each["metadata"]["name"] for each in stateful_set["spec"].get("volumeClaimTemplates", ())
    ]
    volumes = [
        {"name": each, "persistentVolumeClaim": {"claimName": f"{each}-{name}"}}
        for each in templates
    ]
    volumes += [each for each in spec.get("volumes", ()) if each["name"] not in templates]
    labels = {
        **template.get("metadata", {}).get("labels", {}),
        _REVISION: its_revision,
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(ordinal),
    }
    return {
        "apiVersion": "v1",
        "kind": POD,
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": labels,
            "ownerReferences": [_owner(stateful_set)],
        },
        "spec": {**spec, "hostname": name, "volumes": volumes},
    }


def _update(cluster: Cluster, stateful_set: Object, pods: dict[str, Object]) -> None:
    """Let the last pod of another template end, once those above it run."""
    spec, name = stateful_set["spec"], stateful_set["metadata"]["name"]
    strategy = spec.get("updateStrategy", {})
    if strategy.get("type") == "OnDelete":
        return
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    wanted = f"{name}-{revision(spec['template'])}"
    for each in reversed(ordinals(stateful_set)[partition:]):
        pod = pods.get(f"{name}-{each}")
        if pod is None or "deletionTimestamp" in pod["metadata"]:
            return
        if pod["metadata"].get("labels", {}).get(_REVISION) != wanted:
            end(cluster, key_of(pod))
            return
        if not is_running(pod):
            return


def _tell_status(cluster: Cluster, key: Key) -> None:
    stateful_set = cluster.objects[key]
    pods = _pods(cluster, stateful_set).values()
    wanted = _revision(stateful_set)
    current = stateful_set["status"].get("currentRevision", wanted)
    new = [each for each in pods if each["metadata"]["labels"].get(_REVISION) == wanted]
    running = len([each for each in pods if is_running(each)])
    old = [each for each in pods if each["metadata"]["labels"].get(_REVISION) == current]
    is_rolling = stateful_set["spec"].get("updateStrategy", {}).get("type") != "OnDelete"
    if is_rolling and len(new) == running == stateful_set["spec"].get("replicas", 1):
        current, old = wanted, new
    status = {
        "observedGeneration": stateful_set["metadata"].get("generation", 1),
        "replicas": len(pods),
        "availableReplicas": running,
        "readyReplicas": running,
        "currentReplicas": len(old),
        "updatedReplicas": len(new),
        "currentRevision": current,
        "updateRevision": wanted,
    }
    # Of these an API server prints none that are 0.
    for each in ("readyReplicas", "currentReplicas", "updatedReplicas"):
        if not status[each]:
            del status[each]
    if stateful_set["status"] != status:
        cluster.change(key, lambda each: each.update(status=status))


def _pods(cluster: Cluster, stateful_set: Object) -> dict[str, Object]:
    uid = stateful_set["metadata"]["uid"]
    return {
        each["metadata"]["name"]: each
        for each in cluster.of_kind(POD, stateful_set["metadata"]["namespace"])
        if uid in _owners(each)
    }


def _owner(stateful_set: Object) -> Object:
    its = stateful_set["metadata"]
    kind = {"apiVersion": "apps/v1", "kind": STATEFUL_SET}
    flags = {"controller": True, "blockOwnerDeletion": True}
    return {**kind, "name": its["name"], "uid": its["uid"], **flags}


def _owners(each: Object) -> list[str]:
    return [owner["uid"] for owner in each["metadata"].get("ownerReferences") or ()]


def _ordinal(name: str) -> int:
    return int(name.rsplit("-", 1)[1])


# Scheduler and kubelets


def end(cluster: Cluster, key: Key) -> None:
    """Let a pod end: one that has no node is gone at once."""
    cluster.mark_deleted(key)
    if "nodeName" not in cluster.objects[key]["spec"]:
        cluster.remove(key)


def schedule(cluster: Cluster, key: Key) -> None:
    """Give a node to a pod whose claims are all Bound, and not being deleted."""
    pod = cluster.objects.get(key)
    if not pod or key[0] != POD or "nodeName" in pod["spec"]:
        return
    if "deletionTimestamp" in pod["metadata"]:
        return
    if _places(cluster, pod) is not None:
        cluster.change(key, lambda each: each["spec"].update(nodeName="node-1"))
        return
    keys = [(CLAIM, key[1], each) for each in claims_of(pod)]
    found = [cluster.objects[each] for each in keys if each in cluster.objects]
    if len(found) == len(keys) and not any(
        "deletionTimestamp" in each["metadata"] for each in found
    ):
        reserve_for_pod(cluster, found)


def run(cluster: Cluster, key: Key) -> None:
    """Start a pod that has a node, or end it."""
    pod = cluster.objects.get(key)
    if not pod or key[0] != POD or "nodeName" not in pod["spec"]:
        return
    if pod["spec"]["nodeName"] in cluster.down:
        return
    uid = pod["metadata"]["uid"]
    if "deletionTimestamp" in pod["metadata"]:
        cluster.nfs.unmount(uid)
        cluster.remove(key)
    elif pod["status"]["phase"] == "Pending":
        places = _places(cluster, pod)
        if places is not None and cluster.nfs.mount(uid, places):
            cluster.started[uid] = key
            ready = [{"type": "Ready", "status": "True"}]
            running = {"phase": "Running", "conditions": ready}
            cluster.change(key, lambda each: each.update(status=running))


def stop_orphaned_writers(cluster: Cluster, _: Key) -> None:
    """Stop what runs on though its pod was removed by force."""
    for uid, key in list(cluster.started.items()):
        if cluster.uid_of(key) != uid:
            cluster.nfs.unmount(uid)
            del cluster.started[uid]


def _places(cluster: Cluster, pod: Object) -> dict[Place, str] | None:
    """Return what a pod writes where, or None where a claim of its is not to be had."""
    namespace, found = pod["metadata"]["namespace"], {}
    for name in claims_of(pod):
        claim = cluster.objects.get((CLAIM, namespace, name))
        if not claim or "deletionTimestamp" in claim["metadata"]:
            return None
        volume = volume_of(cluster, claim)
        its = volume and reference_of(volume).get("uid") == claim["metadata"]["uid"]
        if not volume or not its or claim["status"]["phase"] != "Bound":
            return None
        found[place_of(volume)] = f"{namespace}/{name}"
    return found


def run_what_is_ready(cluster: Cluster, stateful_set: Object) -> None:
    """Let those pods run of which a set's status says so, whatever has become of their claims."""
    ready = (stateful_set.get("status") or {}).get("readyReplicas", 0)
    for ordinal in ordinals(stateful_set)[:ready]:
        pod = _pod(cluster, stateful_set, ordinal)
        cluster.add(pod)
        key = key_of(pod)
        cluster.change(key, lambda each: each["spec"].update(nodeName="node-1"))
        uid = cluster.uid_of(key) or ""
        cluster.nfs.mount(uid, _places_of_running(cluster, cluster.objects[key]))
        cluster.started[uid] = key
        running = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        cluster.change(key, lambda each: each.update(status=running))  # noqa: B023


def _places_of_running(cluster: Cluster, pod: Object) -> dict[Place, str]:
    namespace, found = pod["metadata"]["namespace"], {}
    for name in claims_of(pod):
        claim = cluster.objects.get((CLAIM, namespace, name))
        if claim and (volume := volume_of(cluster, claim)):
            found[place_of(volume)] = f"{namespace}/{name}"
    return found


# Owners and dependents


def collect(cluster: Cluster, key: Key) -> None:
    """Delete what is owned by nobody that is there; let sets go whose deletion asked for it."""
    each = cluster.objects.get(key)
    if not each:
        return
    if key[0] == STATEFUL_SET and "deletionTimestamp" in each["metadata"]:
        _finish(cluster, each)
        return
    owners = _owners(each)
    every = [*cluster.of_kind(STATEFUL_SET, key[1]), *cluster.of_kind(POD, key[1])]
    alive = {other["metadata"]["uid"] for other in every}
    if owners and not alive.intersection(owners) and "deletionTimestamp" not in each["metadata"]:
        if key[0] == POD:
            end(cluster, key)
        else:
            cluster.mark_deleted(key)


def _finish(cluster: Cluster, stateful_set: Object) -> None:
    """End what a deletion of a set has begun: orphan its pods, or wait for their end."""
    key, metadata = key_of(stateful_set), stateful_set["metadata"]
    finalizers = metadata.get("finalizers", [])
    pods = list(_pods(cluster, stateful_set).values())
    if "orphan" in finalizers:
        uid = metadata["uid"]
        claims = [each for each in cluster.of_kind(CLAIM, key[1]) if uid in _owners(each)]
        for each in (*pods, *claims):
            cluster.change(key_of(each), lambda it: it["metadata"].pop("ownerReferences", None))
        left = [each for each in finalizers if each != "orphan"]
        cluster.change(key, lambda each: each["metadata"].update(finalizers=left))
    elif "foregroundDeletion" in finalizers:
        for pod in pods:
            if "deletionTimestamp" not in pod["metadata"]:
                end(cluster, key_of(pod))
        if not pods:
            left = [each for each in finalizers if each != "foregroundDeletion"]
            cluster.change(key, lambda each: each["metadata"].update(finalizers=left))
