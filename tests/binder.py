"""The binder of claims and volumes, their protection, a recycler and a provisioner.

After kubernetes-facts.md sections 1, 3 and 9; where these are silent, after pv_controller.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfsgen.kubernetes.quantities import nano_units
from tests import provisioners
from tests.kinds import CLAIM, CLASS, POD, VOLUME, Key, Object, key_of, place_of

if TYPE_CHECKING:
    from tests.cluster import Cluster

COMPLETED = "pv.kubernetes.io/bind-completed"
BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


def sync(cluster: Cluster, key: Key) -> None:
    """Look at one claim or volume, as the binder does when it is told of it."""
    each = cluster.objects.get(key)
    if each is None:
        return
    if key[0] == VOLUME:
        _sync_volume(cluster, each)
    elif COMPLETED in _annotations(each):
        _sync_bound_claim(cluster, each)
    elif each["spec"].get("volumeName"):
        _sync_claim_with_volume(cluster, each)
    else:
        _sync_unbound_claim(cluster, each)


def told_of_end(cluster: Cluster, gone: Object) -> list[Key]:
    """Return what the binder looks at at once when a claim or volume is gone."""
    if gone["kind"] == CLAIM:
        return [(VOLUME, "", gone["spec"].get("volumeName", ""))]
    reference = reference_of(gone) if gone["kind"] == VOLUME else {}
    key = CLAIM, reference.get("namespace", ""), reference.get("name", "")
    return [key] if key in cluster.objects else []


def volume_of(cluster: Cluster, claim: Object) -> Object | None:
    """Return the volume that a claim names, if there is one."""
    return cluster.objects.get((VOLUME, "", claim["spec"].get("volumeName", "")))


def reference_of(volume: Object) -> Object:
    """Return the claimRef of a volume, or nothing."""
    return volume["spec"].get("claimRef") or {}


def is_reserved(volume: Object, claim: Object) -> bool:
    """Return whether a claimRef is a claim's: by namespace and name, and its uid or none."""
    reference, metadata = reference_of(volume), claim["metadata"]
    its = reference.get("namespace") == metadata["namespace"]
    its = its and reference.get("name") == metadata["name"]
    return bool(its and reference.get("uid", metadata["uid"]) == metadata["uid"])


def best_match(cluster: Cluster, claim: Object, *, waits: bool = False) -> Object | None:
    """Return the volume that a claim gets which names none: its own, else the smallest."""
    found = [
        each
        for each in cluster.of_kind(VOLUME)
        if "deletionTimestamp" not in each["metadata"] and _holds(each, claim)
    ]
    for each in found:
        if is_reserved(each, claim):
            return each
    is_open = [
        each
        for each in found
        if not waits and each["spec"].get("claimRef") is None and _is_like(each, claim)
        if each["status"]["phase"] == "Available"
    ]
    if cluster.chance:
        cluster.chance.shuffle(is_open)
    return min(is_open, key=_capacity, default=None)


def reserve_for_pod(cluster: Cluster, found: list[Object]) -> None:
    """Reserve volumes for claims of a pod that wait for it, as the scheduler does.

    Only where each of its claims is Bound, or waits.
    """
    if any(each["status"]["phase"] == "Lost" for each in found):
        return
    waiting = [each for each in found if COMPLETED not in _annotations(each)]
    if any(each["spec"].get("volumeName") or not _waits(cluster, each) for each in waiting):
        return
    for claim in waiting:
        volume = best_match(cluster, claim)
        if volume and not reference_of(volume).get("uid"):
            metadata = claim["metadata"]
            names = {each: metadata[each] for each in ("namespace", "name", "uid")}
            kind = {"apiVersion": "v1", "kind": CLAIM}
            is_open = not is_reserved(volume, claim)
            cluster.change(key_of(volume), lambda each: _reserve(each, kind | names, is_open))  # noqa: B023


def _reserve(volume: Object, reference: Object, is_open: bool) -> None:
    volume["spec"]["claimRef"] = reference
    if is_open:
        volume["metadata"].setdefault("annotations", {})[BY_CONTROLLER] = "yes"


def _sync_bound_claim(cluster: Cluster, claim: Object) -> None:
    volume = volume_of(cluster, claim)
    its = volume and reference_of(volume).get("uid") == claim["metadata"]["uid"]
    if volume and (its or volume["spec"].get("claimRef") is None):
        _bind(cluster, claim, volume)
    else:
        _say(cluster, claim, "Lost")


def _sync_claim_with_volume(cluster: Cluster, claim: Object) -> None:
    volume = volume_of(cluster, claim)
    if volume and is_reserved(volume, claim):
        _bind(cluster, claim, volume)  # without any check
    elif volume and volume["spec"].get("claimRef") is None and _satisfies(volume, claim):
        _bind(cluster, claim, volume)
    elif not volume or BY_CONTROLLER not in _annotations(claim):
        _say(cluster, claim, "Pending")


def _sync_unbound_claim(cluster: Cluster, claim: Object) -> None:
    volume = best_match(cluster, claim, waits=_waits(cluster, claim))
    default = cluster.default_class()
    if volume:
        _bind(cluster, claim, volume)
    elif "storageClassName" not in claim["spec"] and default:
        cluster.change(key_of(claim), lambda each: each["spec"].update(storageClassName=default))
    else:
        _say(cluster, claim, "Pending")


def _sync_volume(cluster: Cluster, volume: Object) -> None:
    reference = reference_of(volume)
    if not reference.get("uid"):
        _judge(cluster, volume, "Available")
        return
    key = CLAIM, reference.get("namespace", ""), reference.get("name", "")
    claim = cluster.objects.get(key)
    if claim is None or claim["metadata"]["uid"] != reference["uid"]:
        _release(cluster, volume)
    elif not claim["spec"].get("volumeName"):
        cluster.queue.append(key)
    elif claim["spec"]["volumeName"] == volume["metadata"]["name"]:
        _judge(cluster, volume, "Bound")
    elif PROVISIONED_BY in _annotations(volume) and _policy(volume) == "Delete":
        _release(cluster, volume)  # the provisioner deletes it: its claim has another one
    else:
        cluster.change(key_of(volume), _unbind)


def _release(cluster: Cluster, volume: Object) -> None:
    is_dynamic = PROVISIONED_BY in _annotations(volume) or provisioners.of_csi(volume)
    if _policy(volume) == "Delete" and not is_dynamic:
        _judge(cluster, volume, "Failed")  # nothing can delete a directory of a static NFS volume
    elif volume["status"]["phase"] != "Failed":
        _judge(cluster, volume, "Released")


def _unbind(volume: Object) -> None:
    annotations = _annotations(volume)
    if BY_CONTROLLER in annotations:
        del volume["spec"]["claimRef"], annotations[BY_CONTROLLER]
    else:
        volume["spec"]["claimRef"].pop("uid", None)
    volume["status"] = {"phase": "Available"}


def _bind(cluster: Cluster, claim: Object, volume: Object) -> None:
    was_reserved = is_reserved(volume, claim)

    def change_volume(each: Object) -> None:
        metadata = claim["metadata"]
        names = {"namespace": metadata["namespace"], "name": metadata["name"]}
        old = reference_of(each)
        if old.get("uid") != metadata["uid"] or not is_reserved(each, claim):
            version = {"resourceVersion": metadata["resourceVersion"]}
            kind = {"apiVersion": "v1", "kind": CLAIM}
            each["spec"]["claimRef"] = {**kind, **names, "uid": metadata["uid"], **version}
        if not was_reserved:
            each["metadata"].setdefault("annotations", {})[BY_CONTROLLER] = "yes"
        each["status"] = {"phase": "Bound"}

    def change_claim(each: Object) -> None:
        annotations = each["metadata"].setdefault("annotations", {})
        if each["spec"].get("volumeName") != volume["metadata"]["name"]:
            each["spec"]["volumeName"] = volume["metadata"]["name"]
            annotations[BY_CONTROLLER] = "yes"
        annotations[COMPLETED] = "yes"
        modes, capacity = volume["spec"]["accessModes"], volume["spec"]["capacity"]
        if each["status"]["phase"] != "Bound":
            each["status"] = {"phase": "Bound", "accessModes": modes, "capacity": capacity}

    cluster.change(key_of(volume), change_volume)
    cluster.change(key_of(claim), change_claim)


def _say(cluster: Cluster, claim: Object, phase: str) -> None:
    if claim["status"] != {"phase": phase}:
        cluster.change(key_of(claim), lambda each: each.update(status={"phase": phase}))


def _judge(cluster: Cluster, volume: Object, phase: str) -> None:
    if volume["status"]["phase"] != phase:
        cluster.change(key_of(volume), lambda each: each.update(status={"phase": phase}))


def _holds(volume: Object, claim: Object) -> bool:
    """Return whether a volume has the size, the modes and the volumeMode that a claim asks for."""
    asked, given = claim["spec"], volume["spec"]
    is_enough = _capacity(volume) >= nano_units(str(asked["resources"]["requests"]["storage"]))
    has_modes = set(asked["accessModes"]) <= set(given["accessModes"])
    modes = [each.get("volumeMode", "Filesystem") for each in (asked, given)]
    return is_enough and has_modes and modes[0] == modes[1]


def _is_like(volume: Object, claim: Object) -> bool:
    """Return whether a volume has the class and the labels that a claim asks for."""
    selector = claim["spec"].get("selector") or {}
    labels = volume["metadata"].get("labels", {})
    assert not selector.get("matchExpressions"), "this model knows no expressions"
    has_labels = all(labels.get(k) == v for k, v in selector.get("matchLabels", {}).items())
    return has_labels and _class(volume) == _class(claim)


def _satisfies(volume: Object, claim: Object) -> bool:
    return _holds(volume, claim) and _class(volume) == _class(claim)


def _class(each: Object) -> str:
    return str(each["spec"].get("storageClassName") or "")


def _policy(volume: Object) -> str:
    return str(volume["spec"].get("persistentVolumeReclaimPolicy", "Retain"))


def _capacity(volume: Object) -> int:
    return nano_units(str(volume["spec"]["capacity"]["storage"]))


def _annotations(each: Object) -> Object:
    return each["metadata"].get("annotations") or {}


# Protection


def protect_claim(cluster: Cluster, key: Key) -> None:
    """Let a deleted claim go, unless a pod that was given a node uses it."""
    claim = cluster.objects.get(key)
    if not claim or key[0] != CLAIM or "deletionTimestamp" not in claim["metadata"]:
        return
    if not any(key[2] in claims_of(each) for each in _placed(cluster, key[1])):
        _let_go(cluster, key, "kubernetes.io/pvc-protection")


def protect_volume(cluster: Cluster, key: Key) -> None:
    """Let a deleted volume go, unless it is Bound."""
    volume = cluster.objects.get(key)
    if not volume or key[0] != VOLUME or "deletionTimestamp" not in volume["metadata"]:
        return
    if volume["status"]["phase"] != "Bound":
        _let_go(cluster, key, "kubernetes.io/pv-protection")


def claims_of(pod: Object) -> list[str]:
    """Return the names of the claims that a pod uses."""
    volumes = pod["spec"].get("volumes") or ()
    return [each["persistentVolumeClaim"]["claimName"] for each in volumes if _is_claim(each)]


def _is_claim(volume: Object) -> bool:
    return "persistentVolumeClaim" in volume


def _placed(cluster: Cluster, namespace: str) -> list[Object]:
    return [each for each in cluster.of_kind(POD, namespace) if "nodeName" in each["spec"]]


def _let_go(cluster: Cluster, key: Key, finalizer: str) -> None:
    found = cluster.objects[key]["metadata"].get("finalizers", [])
    if finalizer in found:
        left = [each for each in found if each != finalizer]
        cluster.change(key, lambda each: each["metadata"].update(finalizers=left))


# A provisioner, and what removes data


def provision(cluster: Cluster, key: Key) -> None:
    """Make a disk for a claim whose class is the provisioner's and which finds no volume."""
    claim = cluster.objects.get(key)
    if not claim or key[0] != CLAIM or COMPLETED in _annotations(claim):
        return
    class_ = cluster.objects.get((CLASS, "", _class(claim)))
    if claim["spec"].get("volumeName") or not (class_ and provisioners.answers(cluster, class_)):
        return
    is_wanted = any(key[2] in claims_of(each) for each in cluster.of_kind(POD, key[1]))
    waits = _waits(cluster, claim)
    if (waits and not is_wanted) or best_match(cluster, claim, waits=waits):
        return
    disk = provisioners.made(claim, class_)
    if cluster.add(disk):
        cluster.nfs.make(place_of(disk))


def reclaim(cluster: Cluster, key: Key) -> None:
    """Remove the data of a Released volume, as its policy says."""
    volume = cluster.objects.get(key)
    if not volume or key[0] != VOLUME or volume["status"]["phase"] != "Released":
        return
    place = place_of(volume)
    if _policy(volume) == "Delete" and provisioners.delete(cluster, key):
        for finalizer in ("kubernetes.io/pv-protection", provisioners.FINALIZER):
            _let_go(cluster, key, finalizer)
        cluster.mark_deleted(key)
    elif _policy(volume) == "Recycle" and "nfs" in volume["spec"]:
        cluster.nfs.wipe(place, f"the recycler of {key[2]}")
        cluster.change(key, _recycled)


def _recycled(volume: Object) -> None:
    _annotations(volume).pop(BY_CONTROLLER, None)
    volume["spec"].pop("claimRef", None)
    volume["status"] = {"phase": "Available"}


def _waits(cluster: Cluster, claim: Object) -> bool:
    class_ = cluster.objects.get((CLASS, "", _class(claim)), {})
    return class_.get("volumeBindingMode") == "WaitForFirstConsumer"
