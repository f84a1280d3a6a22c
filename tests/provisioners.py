"""Provisioners of a model of a cluster: the volumes that each makes, and what it does to data.

After sig-storage-lib-external-provisioner v10 (controller.go: syncVolume, shouldDelete,
handleProtectionFinalizer), nfs-subdir-external-provisioner (provisioner.go: Provision, Delete),
csi-driver-nfs (controllerserver.go: CreateVolume, DeleteVolume), democratic-csi
(controller-zfs/index.js: DeleteVolume) and local-path-provisioner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kinds import CLASS, PROVISIONER, VOLUME, Key, Object, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster import Cluster

SUBDIR = "k8s-sigs.io/nfs-subdir-external-provisioner"
CSI, DEMOCRATIC = "nfs.csi.k8s.io", "org.democratic-csi.nfs"
LOCAL_PATH = "rancher.io/local-path"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"
ATTACHED = "external-attacher/org-democratic-csi-nfs"
SERVER = "provisioner.example.com"
_OF_CSI = (CSI, DEMOCRATIC)


def _subdir(claim: Object, name: str, class_: Object) -> Object:
    metadata = claim["metadata"]
    path = f"{metadata['namespace']}-{metadata['name']}-{name}"
    if pattern := class_.get("parameters", {}).get("pathPattern"):
        path = pattern.replace("${.PVC.namespace}", metadata["namespace"])
        path = path.replace("${.PVC.name}", metadata["name"])
    return {"nfs": {"server": SERVER, "path": f"/dynamic/{path}"}}


def _csi(claim: Object, name: str, class_: Object) -> Object:
    given, metadata = class_.get("parameters", {}), claim["metadata"]
    attributes = {
        "csi.storage.k8s.io/pv/name": name,
        "csi.storage.k8s.io/pvc/name": metadata["name"],
        "csi.storage.k8s.io/pvc/namespace": metadata["namespace"],
        "server": SERVER,
        "share": "/dynamic",
        "storage.kubernetes.io/csiProvisionerIdentity": f"1740906000000-8081-{CSI}",
        "subDir": name,
    }
    handle = f"{SERVER}#dynamic#{name}##{given.get('onDelete', '')}"
    return {"csi": {"driver": CSI, "volumeHandle": handle, "volumeAttributes": attributes}}


def _democratic(_claim: Object, name: str, _class: Object) -> Object:
    attributes = {
        "node_attach_driver": "nfs",
        "provisioner_driver": "freenas-api-nfs",
        "server": SERVER,
        "share": f"/mnt/tank/v/{name}",
    }
    return {
        "csi": {
            "driver": DEMOCRATIC,
            "fsType": "nfs",
            "volumeHandle": name,
            "volumeAttributes": attributes,
        }
    }


def _local_path(claim: Object, name: str, _class: Object) -> Object:
    metadata = claim["metadata"]
    node = f"node-{metadata['name'].rpartition('-')[2]}"
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    path = f"/opt/local-path-provisioner/{name}_{metadata['namespace']}_{metadata['name']}"
    return {
        "hostPath": {"path": path, "type": "DirectoryOrCreate"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}},
    }


SOURCES: dict[str, Callable[[Object, str, Object], Object]] = {
    PROVISIONER: _subdir,
    SUBDIR: _subdir,
    CSI: _csi,
    DEMOCRATIC: _democratic,
    LOCAL_PATH: _local_path,
}


def answers(cluster: Cluster, class_: Object | None) -> bool:
    """Return whether a provisioner makes the volumes of a class."""
    return bool(class_) and is_alive(cluster, (class_ or {})["provisioner"])


def is_alive(cluster: Cluster, provisioner: str) -> bool:
    """Return whether a provisioner runs."""
    return provisioner in SOURCES and provisioner not in cluster.dead_provisioners


def made(claim: Object, class_: Object) -> Object:
    """Return the volume that a provisioner makes for a claim."""
    spec, metadata, provisioner = claim["spec"], claim["metadata"], class_["provisioner"]
    names = {key: metadata[key] for key in ("namespace", "name", "uid")}
    name = f"pvc-{metadata['uid']}"
    options = {"mountOptions": class_["mountOptions"]} if "mountOptions" in class_ else {}
    return {
        "apiVersion": "v1",
        "kind": VOLUME,
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: provisioner}},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", **names},
            "persistentVolumeReclaimPolicy": class_.get("reclaimPolicy", "Delete"),
            "storageClassName": spec["storageClassName"],
            **options,
            **SOURCES[provisioner](claim, name, class_),
        },
    }


def of_csi(volume: Object) -> str:
    """Return the CSI provisioner that a volume belongs to, whoever made it, or ""."""
    driver = volume["spec"].get("csi", {}).get("driver", "")
    return driver if driver in _OF_CSI else ""


def _owner(volume: Object) -> str:
    """Return which provisioner is responsible for a volume (isProvisionerForVolume)."""
    annotations = volume["metadata"].get("annotations") or {}
    return str(annotations.get(PROVISIONED_BY) or of_csi(volume))


def protect(cluster: Cluster, key: Key) -> None:
    """Hold back what is to be deleted with its data, and let go of what is kept."""
    volume = cluster.objects.get(key)
    if not volume or key[0] != VOLUME or not is_alive(cluster, of_csi(volume)):
        return
    metadata, policy = volume["metadata"], volume["spec"]["persistentVolumeReclaimPolicy"]
    held = metadata.get("finalizers", [])
    is_going = "deletionTimestamp" in metadata
    if policy == "Delete" and volume["status"]["phase"] == "Bound" and not is_going:
        _hold(cluster, key, held, FINALIZER, wanted=True)
    elif policy != "Delete":
        _hold(cluster, key, held, FINALIZER, wanted=False)


def attach(cluster: Cluster, key: Key) -> None:
    """Hold back a volume that a node has attached."""
    volume = cluster.objects.get(key)
    if volume and of_csi(volume) == DEMOCRATIC and is_alive(cluster, DEMOCRATIC):
        held = volume["metadata"].get("finalizers", [])
        is_used = bool(cluster.nfs.writers.get(place_of(volume)))
        is_its = volume["status"]["phase"] == "Bound"
        if not (is_used and is_its and "deletionTimestamp" in volume["metadata"]):
            _hold(cluster, key, held, ATTACHED, wanted=is_used and is_its)


def _hold(cluster: Cluster, key: Key, held: list[str], finalizer: str, *, wanted: bool) -> None:
    if (finalizer in held) != wanted:
        others = [each for each in held if each != finalizer]
        found = [*others, finalizer] if wanted else others
        cluster.change(key, lambda each: each["metadata"].update(finalizers=found))


def delete(cluster: Cluster, key: Key) -> bool:
    """Let a provisioner do to the data of a Released volume what it does; return if it is done."""
    volume = cluster.objects[key]
    owner, metadata = _owner(volume), volume["metadata"]
    is_going = "deletionTimestamp" in metadata
    if not is_alive(cluster, owner):
        return False
    # Without the finalizer it leaves alone what somebody else deletes (shouldDelete).
    if is_going and FINALIZER not in metadata.get("finalizers", []):
        return False
    place = place_of(volume)
    how = _how(cluster, volume, owner)
    if how == "delete":
        cluster.nfs.remove(place, f"{owner}, with {key[2]}")
    elif how == "archive" and place in cluster.nfs.directories:
        head, _, base = place[1].rpartition("/")
        marks = set(cluster.nfs.directories[place])
        cluster.nfs.remove(place, f"{owner}, which archives it, with {key[2]}")
        cluster.nfs.make((place[0], f"{head}/archived-{base}"), *marks)
    return how != ""


def _how(cluster: Cluster, volume: Object, owner: str) -> str:
    """Return what becomes of a directory; "" where its provisioner fails."""
    if owner == CSI:
        parts = str(volume["spec"]["csi"]["volumeHandle"]).split("#")
        return (parts[4] if len(parts) > 4 else "") or "delete"
    if owner != SUBDIR:
        return "delete"
    class_ = cluster.objects.get((CLASS, "", volume["spec"].get("storageClassName", "")))
    if class_ is None:
        return ""
    given = class_.get("parameters", {})
    if given.get("onDelete") in ("delete", "retain"):
        return str(given["onDelete"])
    return "delete" if given.get("archiveOnDelete") == "false" else "archive"
