"""A good set in which any one field of the pairing is changed: `check` finds each."""

import copy
import json
import re
from typing import Any

import pytest
import yaml

from tests.program import findings, sfsgen

pytestmark = pytest.mark.without_libraries

_COMMAND = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"
_SET = yaml.safe_load_all(sfsgen(_COMMAND).out)
_CSI = yaml.safe_load_all(sfsgen(f"{_COMMAND} --driver csi").out)
_GONE = object()
_TEMPLATE = "spec.volumeClaimTemplates.0"


def _by_name(documents: Any) -> dict[str, Any]:
    names = {"PersistentVolume": "volume", "PersistentVolumeClaim": "claim"}
    found = {}
    for each in documents:
        ordinal = each["metadata"]["name"].rpartition("-")[2]
        name = names.get(each["kind"])
        found[f"{name} {ordinal}" if name else each["kind"]] = each
    return found


GOOD = _by_name(_SET)
GOOD_CSI = _by_name(_CSI)

# What is changed, where, to what, and the rule that tells of it.
MUTATIONS: list[tuple[str, str, Any, str]] = [
    # names
    ("claim 1", "metadata.name", "pvc-web-01", "name"),
    ("claim 1", "metadata.name", "pvc-web-7", "name"),
    ("claim 1", "metadata.name", "pcv-web-1", "name"),
    ("claim 1", "metadata.name", "prod-pvc-web-1", "name"),
    ("claim 1", "metadata.name", "pvc-web-1-v2", "name"),
    ("claim 1", "metadata.name", "pvc-web-0", "duplicate"),
    ("volume 1", "metadata.name", "pv-web-7", "missing-volume"),
    ("volume 1", "metadata.name", "pv-web-0", "volume-name"),
    ("volume 1", "metadata.name", "PV-web-1", "invalid-name"),
    ("StatefulSet", "metadata.name", "prod-web", "name"),
    ("StatefulSet", "metadata.name", "web2", "name"),
    ("StatefulSet", f"{_TEMPLATE}.metadata.name", "data", "name"),
    ("StatefulSet", "spec.replicas", 3, "missing-volume"),
    ("StatefulSet", "spec.replicas", 1, "extra-pair"),
    ("StatefulSet", "spec.ordinals", {"start": 1}, "missing-volume"),
    ("Service", "metadata.name", "www", "service"),
    # references
    ("claim 1", "spec.volumeName", _GONE, "half-reserved"),
    ("claim 1", "spec.volumeName", "pv-web-0", "claim-ref"),
    ("claim 1", "spec.volumeName", "pv-web-7", "missing-volume"),
    ("volume 1", "spec.claimRef", _GONE, "half-reserved"),
    ("volume 1", "spec.claimRef", {}, "incomplete-claim-ref"),
    ("volume 1", "spec.claimRef.name", _GONE, "incomplete-claim-ref"),
    ("volume 1", "spec.claimRef.namespace", _GONE, "incomplete-claim-ref"),
    ("volume 1", "spec.claimRef.name", "pvc-web-0", "claim-ref"),
    ("volume 1", "spec.claimRef.name", "pvc-web-7", "claim-ref"),
    ("volume 1", "spec.claimRef.uid", "4dc1fcb0-9a3c-4d1c", "stale-uid"),
    ("StatefulSet", "spec.serviceName", "www", "service"),
    # namespaces
    ("claim 1", "metadata.namespace", "shop", "name"),
    ("volume 1", "spec.claimRef.namespace", "shop", "claim-ref"),
    ("StatefulSet", "metadata.namespace", "shop", "name"),
    ("Service", "metadata.namespace", "shop", "service"),
    # sizes
    ("claim 1", "spec.resources.requests.storage", "5Gi", "unequal-pair"),
    ("volume 1", "spec.capacity.storage", "1Mi", "unequal-pair"),
    ("StatefulSet", f"{_TEMPLATE}.spec.resources.requests.storage", "5Gi", "claim-template"),
    ("claim 1", "spec.resources", _GONE, "required-field"),
    ("volume 1", "spec.capacity", _GONE, "required-field"),
    ("volume 1", "spec.capacity.storage", "0", "required-field"),
    ("StatefulSet", f"{_TEMPLATE}.spec.resources", _GONE, "required-field"),
    # access modes
    ("claim 1", "spec.accessModes", _GONE, "required-field"),
    ("volume 1", "spec.accessModes", [], "required-field"),
    ("volume 1", "spec.accessModes", ["RWX"], "unreadable"),
    ("claim 1", "spec.accessModes", ["ReadWriteOnce"], "unequal-pair"),
    ("volume 1", "spec.accessModes", ["ReadWriteOnce"], "unequal-pair"),
    ("StatefulSet", f"{_TEMPLATE}.spec.accessModes", ["ReadWriteOnce"], "claim-template"),
    # classes
    ("claim 1", "spec.storageClassName", "fast", "unequal-pair"),
    ("claim 1", "spec.storageClassName", _GONE, "class"),
    ("volume 1", "spec.storageClassName", "fast", "unequal-pair"),
    ("StatefulSet", f"{_TEMPLATE}.spec.storageClassName", "fast", "claim-template"),
    ("StatefulSet", f"{_TEMPLATE}.spec.storageClassName", _GONE, "class"),
    # volume modes
    ("claim 1", "spec.volumeMode", "Block", "unequal-pair"),
    ("volume 1", "spec.volumeMode", "Block", "volume-mode"),
    ("StatefulSet", f"{_TEMPLATE}.spec.volumeMode", "Block", "claim-template"),
    ("StatefulSet", f"{_TEMPLATE}.spec.volumeName", "pv-web-0", "claim-template"),
    # selectors
    ("StatefulSet", f"{_TEMPLATE}.spec.selector", {"matchLabels": {"a": "b"}}, "claim-template"),
    ("claim 1", "spec.selector", {"matchLabels": {"disk": "fast"}}, "unequal-pair"),
    ("Service", "spec.selector", {"app": "www"}, "service"),
    ("Service", "spec.clusterIP", _GONE, "service"),
    ("StatefulSet", "spec.selector.matchLabels", {"app": "www"}, "selector"),
    ("StatefulSet", "spec.template.metadata.labels", {"app": "www"}, "selector"),
    # paths and servers
    ("volume 1", "spec.nfs.path", "/exports/pv-web-0", "shared-directory"),
    ("volume 1", "spec.nfs.path", "//exports/./pv-web-0/", "shared-directory"),
    ("volume 1", "spec.nfs.path", "/exports/x/../pv-web-0", "shared-directory"),
    ("volume 1", "spec.nfs.path", "exports/pv-web-1", "nfs-path"),
    ("volume 1", "spec.nfs.path", "/exports/../pv-web-1", "nfs-path"),
    ("volume 1", "spec.nfs.server", "nfs.example.com:2049", "nfs-server"),
    ("volume 1", "spec.nfs.server", "192.168.20.999", "nfs-server"),
    ("volume 1", "spec.nfs", _GONE, "required-field"),
    ("volume 1", "spec.hostPath", {"path": "/data"}, "required-field"),
    ("volume 1", "kind", "Persistentvolume", "api-version"),
    ("claim 1", "kind", "PVC", "api-version"),
    # what else makes or breaks a pair
    ("volume 1", "spec.persistentVolumeReclaimPolicy", "Recycle", "reclaim-policy"),
    ("volume 1", "spec.persistentVolumeReclaimPolicy", "Delete", "reclaim-policy"),
    (
        "StatefulSet",
        "spec.persistentVolumeClaimRetentionPolicy",
        {"whenScaled": "Delete"},
        "retention-policy",
    ),
    ("StatefulSet", "apiVersion", "apps/v1beta1", "api-version"),
    ("StatefulSet", "spec.template.spec.containers.0.volumeMounts.0.name", "data", "mounts"),
]
# Where the volume has all that the claim and its claim template ask for, nothing is wrong.
HARMLESS: list[tuple[str, str, Any]] = [
    ("claim 1", "spec.resources.requests.storage", "1Mi"),
    ("volume 1", "spec.capacity.storage", "5Gi"),
    ("StatefulSet", f"{_TEMPLATE}.spec.resources.requests.storage", "1Mi"),
    ("volume 1", "spec.accessModes", ["ReadWriteMany", "ReadOnlyMany"]),
]
CSI_MUTATIONS: list[tuple[str, str, Any, str]] = [
    (
        "volume 1",
        "spec.csi.volumeHandle",
        GOOD_CSI["volume 0"]["spec"]["csi"]["volumeHandle"],
        "volume-handle",
    ),
    ("volume 1", "spec.csi.volumeHandle", _GONE, "required-field"),
    ("volume 1", "spec.csi.volumeAttributes.share", "exports", "nfs-path"),
    ("volume 1", "spec.csi.volumeAttributes.share", _GONE, "required-field"),
    ("volume 1", "spec.csi.volumeAttributes.subDir", "pv-web-0", "shared-directory"),
    ("volume 1", "spec.csi.volumeAttributes.server", "host name", "nfs-server"),
]


def _findings(objects: dict[str, Any]) -> list[dict[str, Any]]:
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects.values())})
    return findings("-f", "-", stdin=given)


def mutated(good: dict[str, Any], kind: str, path: str, value: Any) -> dict[str, Any]:
    """Return objects of which one has another value at a path."""
    objects = copy.deepcopy(good)
    *parents, last = path.split(".")
    inside = objects[kind]
    for part in parents:
        inside = inside[int(part) if isinstance(inside, list) else part]
    if value is _GONE:
        del inside[last]
    else:
        assert inside.get(last) != value
        inside[last] = value
    return objects


def _ids(rows: list[tuple[str, str, Any, str]]) -> list[str]:
    return [f"{kind}-{path}-{'gone' if value is _GONE else value}" for kind, path, value, _ in rows]


def test_the_good_sets_are_good() -> None:
    assert _findings(GOOD) == []
    assert _findings(GOOD_CSI) == []


@pytest.mark.parametrize(("kind", "path", "value", "rule"), MUTATIONS, ids=_ids(MUTATIONS))
def test_a_changed_field_is_found(kind: str, path: str, value: Any, rule: str) -> None:
    found = _findings(mutated(GOOD, kind, path, value))
    assert rule in [each["rule"] for each in found], found


@pytest.mark.parametrize(("kind", "path", "value"), HARMLESS)
def test_a_change_that_does_no_harm_is_not_told(kind: str, path: str, value: Any) -> None:
    assert _findings(mutated(GOOD, kind, path, value)) == []


@pytest.mark.parametrize(("kind", "path", "value", "rule"), CSI_MUTATIONS, ids=_ids(CSI_MUTATIONS))
def test_a_changed_field_of_a_csi_volume_is_found(
    kind: str, path: str, value: Any, rule: str
) -> None:
    found = _findings(mutated(GOOD_CSI, kind, path, value))
    assert rule in [each["rule"] for each in found], found


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_an_object_that_is_not_there_is_found(missing: str) -> None:
    """Not a claim: the controller makes it, and it gets the volume reserved for it (measured)."""
    found = _findings({key: each for key, each in GOOD.items() if key != missing})
    # Without the set nobody wants the rest.
    assert bool(found) == (missing in ("Service", "volume 0", "volume 1"))


# Where another place than the changed field is the one to mend, such as the other side's name.
_ELSEWHERE = ("metadata.name", "spec.replicas", "spec.ordinals", "spec.template.metadata.labels")


@pytest.mark.parametrize(("kind", "path", "value", "rule"), MUTATIONS, ids=_ids(MUTATIONS))
def test_a_finding_stands_at_the_field_that_was_changed(
    kind: str, path: str, value: Any, rule: str
) -> None:
    found = [
        re.sub(r"\[(\d+)\]", r".\1", each["field"])
        for each in _findings(mutated(GOOD, kind, path, value))
        if each["rule"] == rule
    ]
    if not path.endswith(_ELSEWHERE) and rule != "unreadable":
        assert any(each.startswith(path) or path.startswith(each) for each in found), found
