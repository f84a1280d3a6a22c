"""Values files: every word does what it says, an option overrides it, and `init` shows them all."""
# ruff: noqa: E501  # a case a line

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sfsgen.values.settings import OF_A_CLAIM_TEMPLATE, OPTIONS
from tests.program import Result, sfsgen

WEB = """\
name: web
replicas: 2
nfs: {server: nfs.example.com}
claimTemplates: [{storage: 1Gi}]
"""
# What `init` shows but does not say: a "#" that no blank and word follow.
OWN_FIELDS = (
    *("container", "pod", "statefulSet", "service", "clusterService"),
    *("persistentVolume", "persistentVolumeClaim"),
)
COMMENTED = re.compile(r"(?m)^( *)#(?! \S)")

Object = dict[str, Any]
Path_ = tuple[str | int, ...]


def render(text: str, options: str = "") -> Result:
    return sfsgen(f"render -f - {options}", text)


def objects(text: str, options: str = "") -> list[Object]:
    result = render(text, options)
    assert result.status == 0, result.err
    return list(yaml.load_all(result.out, yaml.CSafeLoader))


def with_values(text: str) -> str:
    """Return the plain file with some of its values replaced, or further ones added."""
    given = {line.split(":")[0] for line in text.splitlines()}
    kept = [line for line in WEB.splitlines() if line.split(":")[0] not in given]
    return "\n".join([*kept, text])


def at(documents: list[Object], kind: str, path: str) -> Any:
    """Return a value of the first object of a kind, None where there is none."""
    value: Any = next(each for each in documents if each["kind"] == kind)
    for part in path.replace("~", "\0").split("/"):
        part = part.replace("\0", "/")  # noqa: PLW2901
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = (value or {}).get(part)
    return value


SET, SERVICE, VOLUME, CLAIM = "StatefulSet", "Service", "PersistentVolume", "PersistentVolumeClaim"
POD = "spec/template/spec"
MAIN = f"{POD}/containers/0"
TEMPLATE = "spec/volumeClaimTemplates/0"

# The word, values that hold it, and where its value appears.
WORDS = [
    ("name", "name: db", SET, "metadata/name", "db"),
    ("name", "name: db", SERVICE, "metadata/name", "db"),
    ("name", "name: db", VOLUME, "metadata/name", "pv-db-0"),
    ("name", "name: db", CLAIM, "metadata/name", "pvc-db-0"),
    ("name", "name: 'on'", SET, "spec/template/spec/containers/0/name", "on"),
    ("namespace", "namespace: '1'", SET, "metadata/namespace", "1"),
    ("namespace", "namespace: shop", SERVICE, "metadata/namespace", "shop"),
    ("namespace", "namespace: shop", CLAIM, "metadata/namespace", "shop"),
    ("namespace", "namespace: shop", VOLUME, "spec/claimRef/namespace", "shop"),
    ("replicas", "replicas: 7", SET, "spec/replicas", 7),
    ("replicas", "replicas: 2.0", SET, "spec/replicas", 2),
    ("ordinals.start", "ordinals: {start: 5}", SET, "spec/ordinals/start", 5),
    ("ordinals.start", "ordinals: {start: 5}", VOLUME, "metadata/name", "pv-web-5"),
    ("image", "image: postgres:18", SET, f"{MAIN}/image", "postgres:18"),
    ("ports", "ports: [{containerPort: 5432}]", SET, f"{MAIN}/ports/0/containerPort", 5432),
    ("ports", "ports: [{containerPort: 5432}]", SET, f"{MAIN}/ports/0/name", "tcp-5432"),
    ("ports", "ports: [{name: a, containerPort: 1}]", SERVICE, "spec/ports", [{"name": "a", "port": 1}]),
    ("ports", "ports: [{containerPort: 1, protocol: UDP}]", SERVICE, "spec/ports/0/protocol", "UDP"),
    ("ports", "ports: [{containerPort: 1, protocol: UDP}]", SET, f"{MAIN}/ports/0/name", "udp-1"),
    ("ports", "ports: [{containerPort: 1, hostPort: 2}]", SET, f"{MAIN}/ports/0/hostPort", 2),
    ("env", "env: [{name: A, value: 'on'}]", SET, f"{MAIN}/env", [{"name": "A", "value": "on"}]),
    ("env", "env: [{name: A}]", SET, f"{MAIN}/env", [{"name": "A"}]),
    ("labels", "labels: {team: '1'}", SET, "metadata/labels/team", "1"),
    ("labels", "labels: {team: a}", SERVICE, "metadata/labels/team", "a"),
    ("labels", "labels: {team: a}", VOLUME, "metadata/labels/team", "a"),
    ("labels", "labels: {team: a}", CLAIM, "metadata/labels/team", "a"),
    ("labels", "labels: {team: a}", SET, "spec/template/metadata/labels/team", "a"),
    ("labels", "labels: {team: a}", SET, "spec/selector/matchLabels/team", None),
    ("annotations", "annotations: {a: 'yes'}", SET, "metadata/annotations/a", "yes"),
    ("annotations", "annotations: {a: b}", SERVICE, "metadata/annotations/a", "b"),
    ("annotations", "annotations: {a: b}", VOLUME, "metadata/annotations/a", "b"),
    ("annotations", "annotations: {a: b}", CLAIM, "metadata/annotations/a", "b"),
    ("annotations", "annotations: {a: b}", SET, "spec/template/metadata/annotations/a", "b"),
    ("serviceName", "serviceName: pods", SERVICE, "metadata/name", "pods"),
    ("serviceName", "serviceName: pods", SET, "spec/serviceName", "pods"),
    ("publishNotReadyAddresses", "publishNotReadyAddresses: true", SERVICE, "spec/publishNotReadyAddresses", True),
    ("publishNotReadyAddresses", "publishNotReadyAddresses: false", SERVICE, "spec/publishNotReadyAddresses", None),
    ("podManagementPolicy", "podManagementPolicy: Parallel", SET, "spec/podManagementPolicy", "Parallel"),
    ("updateStrategy", "updateStrategy: {type: OnDelete}", SET, "spec/updateStrategy", {"type": "OnDelete"}),
    (
        "updateStrategy",
        "updateStrategy: {rollingUpdate: {partition: 1}}",
        SET,
        "spec/updateStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
    ),
    ("nfs.server", "nfs: {server: other}", VOLUME, "spec/nfs/server", "other"),
    ("nfs.path", "nfs: {server: a, path: /srv}", VOLUME, "spec/nfs/path", "/srv/pv-web-0"),
    ("nfs.path", "nfs: {server: a, path: '/srv/{ordinal}'}", VOLUME, "spec/nfs/path", "/srv/0"),
    (
        "nfs.path",
        "nfs: {server: a, path: '/{namespace}/{name}/{template}/{claim}/{volume}'}",
        VOLUME,
        "spec/nfs/path",
        "/default/web/pvc/pvc-web-0/pv-web-0",
    ),
    ("nfs.readOnly", "nfs: {server: a, readOnly: true}", VOLUME, "spec/nfs/readOnly", True),
    ("nfs.readOnly", "nfs: {server: a, readOnly: true}", SET, f"{MAIN}/volumeMounts/0/readOnly", True),
    ("nfs.readOnly", "nfs: {server: a, readOnly: false}", VOLUME, "spec/nfs/readOnly", None),
    (
        "nfs.sharedDirectory",
        "nfs: {server: a, path: /srv, sharedDirectory: true}",
        VOLUME,
        "spec/nfs/path",
        "/srv",
    ),
    ("accessModes", "accessModes: [RWO, ReadOnlyMany]", VOLUME, "spec/accessModes", ["ReadWriteOnce", "ReadOnlyMany"]),
    ("accessModes", "accessModes: [RWO]", CLAIM, "spec/accessModes", ["ReadWriteOnce"]),
    ("accessModes", "accessModes: [ROX]", SET, f"{TEMPLATE}/spec/accessModes", ["ReadOnlyMany"]),
    (
        "persistentVolumeReclaimPolicy",
        "persistentVolumeReclaimPolicy: Delete",
        VOLUME,
        "spec/persistentVolumeReclaimPolicy",
        "Delete",
    ),
    ("mountOptions", "mountOptions: [hard, nfsvers=4.1]", VOLUME, "spec/mountOptions", ["hard", "nfsvers=4.1"]),
    ("driver", "driver: csi", VOLUME, "spec/csi/driver", "nfs.csi.k8s.io"),
    ("driver", "driver: csi", VOLUME, "spec/csi/volumeAttributes/subDir", "pv-web-0"),
    ("driver", "driver: nfs", VOLUME, "spec/csi", None),
    ("driver", "driver: nfs.csi.k8s.io", VOLUME, "spec/csi/driver", "nfs.csi.k8s.io"),
    ("csi", "driver: csi\ncsi: {volumeAttributes: {mountPermissions: '0770'}}", VOLUME, "spec/csi/volumeAttributes/mountPermissions", "0770"),
    ("csi", "driver: csi\ncsi: {volumeHandle: 'a-{name}-{ordinal}'}", VOLUME, "spec/csi/volumeHandle", "a-web-0"),
    ("csi", "driver: csi\ncsi: {nodePublishSecretRef: {name: s}}", VOLUME, "spec/csi/nodePublishSecretRef", {"name": "s", "namespace": "default"}),
    ("csi", "driver: a.example.com\ncsi: {volumeHandle: '{volume}', fsType: xfs}", VOLUME, "spec/csi/fsType", "xfs"),
    ("gitops", "gitops: helm", VOLUME, "metadata/annotations", {"helm.sh/resource-policy": "keep"}),
    ("nodes", "driver: local\nnodes: [a, b, c]", VOLUME, "spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/values", ["a"]),
    ("volumeName", "volumeName: '{ordinal}.{template}'", VOLUME, "metadata/name", "0.pvc"),
    ("volumeName", "volumeName: '{ordinal}.{template}'", CLAIM, "spec/volumeName", "0.pvc"),
    ("volumeName", "volumeName: '{ordinal}.{template}'", VOLUME, "spec/nfs/path", "/exports/0.pvc"),
    ("container", "container: {tty: true}", SET, f"{MAIN}/tty", True),
    ("container", "container: {args: ['on', '1']}", SET, f"{MAIN}/args", ["on", "1"]),
    ("container", "container: {env: [{name: B}]}\nenv: [{name: A}]", SET, f"{MAIN}/env", [{"name": "A"}, {"name": "B"}]),
    ("container", "container: {ports: [{containerPort: 1}]}", SET, f"{MAIN}/ports/1", {"containerPort": 1}),
    ("container", "container: {volumeMounts: [{name: pvc, mountPath: /a}]}", SET, f"{MAIN}/volumeMounts/1/name", "pvc"),
    ("container", "container: {livenessProbe: ~}", SET, f"{MAIN}/livenessProbe", None),
    ("pod", "pod: {nodeName: a}", SET, f"{POD}/nodeName", "a"),
    ("pod", "pod: {spec: {nodeName: a}}", SET, f"{POD}/nodeName", "a"),
    ("pod", "pod: {metadata: {labels: {a: b}}}", SET, "spec/template/metadata/labels/a", "b"),
    ("pod", "pod: {metadata: {labels: {a: b}}}", SET, "metadata/labels/a", None),
    ("pod", "pod: {metadata: {annotations: {a: b}}}", SET, "spec/template/metadata/annotations/a", "b"),
    ("pod", "pod: {containers: [{name: a, image: b}]}", SET, f"{POD}/containers/1", {"name": "a", "image": "b"}),
    ("pod", "pod: {volumes: [{name: a, emptyDir: {}}]}", SET, f"{POD}/volumes", [{"name": "a", "emptyDir": {}}]),
    ("statefulSet", "statefulSet: {minReadySeconds: 9}", SET, "spec/minReadySeconds", 9),
    ("statefulSet", "statefulSet: {spec: {minReadySeconds: 9}}", SET, "spec/minReadySeconds", 9),
    ("statefulSet", "statefulSet: {podManagementPolicy: Parallel}", SET, "spec/podManagementPolicy", "Parallel"),
    ("statefulSet", "statefulSet: {metadata: {labels: {a: b}}}", SET, "metadata/labels/a", "b"),
    ("statefulSet", "statefulSet: {metadata: {labels: {a: b}}}", SET, "spec/template/metadata/labels/a", None),
    ("selector", "selector: {matchLabels: {app: db}}", SET, "spec/selector", {"matchLabels": {"app": "db"}}),
    ("selector", "selector: {matchLabels: {app: db}}", SET, "spec/template/metadata/labels", {"app": "db"}),
    ("selector", "selector: {matchLabels: {app: db}}", SERVICE, "spec/selector", {"app": "db"}),
    ("selector", "selector: {matchLabels: {app: db}}", VOLUME, "metadata/labels", {"app": "db"}),
    ("selector", "selector: {matchLabels: {app: db}}", CLAIM, "metadata/labels", {"app": "db"}),
    ("selector", "selector: {matchLabels: {app: db}}", SET, "metadata/labels", None),
    ("selector", "labels: {a: b}\nselector: {matchLabels: {app: db}}", SET, "metadata/labels", {"a": "b"}),
    ("selector", "labels: {a: b}\nselector: {matchExpressions: [{key: a, operator: Exists}]}", SERVICE, "spec/selector", {"a": "b"}),
    ("labels", "labels: {app.kubernetes.io/managed-by: Helm}", SET, "metadata/labels/app.kubernetes.io~managed-by", "Helm"),
    ("labels", "labels: {app.kubernetes.io/name: db}", SET, "spec/selector/matchLabels/app.kubernetes.io~name", "db"),
    ("serviceName", "serviceName: ''", SET, "spec/serviceName", ""),
    ("ports", "ports: []", SET, f"{MAIN}/ports", None),
    ("ports", "ports: []", SERVICE, "spec/ports", None),
    ("ports", "ports: []\nservice: {ports: [{port: 1}]}", SERVICE, "spec/ports", [{"port": 1}]),
    ("storageClassName", "storageClassName: slow", VOLUME, "spec/storageClassName", "slow"),
    ("storageClassName", "storageClassName: slow", CLAIM, "spec/storageClassName", "slow"),
    ("storageClassName", "storageClassName: slow", SET, f"{TEMPLATE}/spec/storageClassName", "slow"),
    ("storageClassName", "storageClassName: null", SET, f"{TEMPLATE}/spec/storageClassName", None),
    ("storageClassName", "storageClassName: null", CLAIM, "spec/storageClassName", ""),
    ("storageClassName", "storageClassName: ''", SET, f"{TEMPLATE}/spec/storageClassName", ""),
    ("container", "container: {name: main}", SET, f"{MAIN}/name", "main"),
    ("pod", "pod: {metadata: {name: a, namespace: b}}", SET, "spec/template/metadata/namespace", "b"),
    ("service", "service: {selector: {app.kubernetes.io/name: web}}", SERVICE, "spec/selector", {"app.kubernetes.io/name": "web"}),
    ("service", "labels: {a: b}\nservice: {metadata: {labels: {a: c}}}", SERVICE, "metadata/labels/a", "c"),
    ("clusterService", "clusterService: {type: NodePort}\nserviceName: a", SERVICE, "spec/clusterIP", "None"),
    ("persistentVolume", "persistentVolume: {metadata: {annotations: {a: b}}}", VOLUME, "metadata/annotations", {"a": "b"}),
    ("persistentVolume", "persistentVolume: {metadata: {annotations: {a: b}}}", CLAIM, "metadata/annotations", None),
    ("persistentVolume", "persistentVolume: {nodeAffinity: {required: {nodeSelectorTerms: []}}}", VOLUME, "spec/nodeAffinity/required/nodeSelectorTerms", []),
    ("persistentVolume", "driver: csi\npersistentVolume: {csi: {volumeAttributes: {mountPermissions: '0770'}}}", VOLUME, "spec/csi/volumeAttributes/mountPermissions", "0770"),
    ("persistentVolumeClaim", "persistentVolumeClaim: {metadata: {labels: {a: b}}}", CLAIM, "metadata/labels/a", "b"),
    ("persistentVolumeClaim", "persistentVolumeClaim: {metadata: {labels: {a: b}}}", SET, f"{TEMPLATE}/metadata/labels", None),
    ("service", "service: {sessionAffinity: ClientIP}", SERVICE, "spec/sessionAffinity", "ClientIP"),
    ("service", "service: {publishNotReadyAddresses: true}", SERVICE, "spec/publishNotReadyAddresses", True),
    ("service", "service: {type: ClusterIP}", SERVICE, "spec/clusterIP", "None"),
    ("service", "service: {ports: [{name: a, port: 1}]}", SERVICE, "spec/ports/1", {"name": "a", "port": 1}),
    ("service", "service: {metadata: {annotations: {a: b}}}", SERVICE, "metadata/annotations/a", "b"),
]  # fmt: skip

# The same for a claim template; what its set says otherwise is `csi`, `/set` and so on.
TEMPLATE_WORDS = [
    ("name", "name: data", SET, f"{TEMPLATE}/metadata/name", "data"),
    ("name", "name: data", SET, f"{MAIN}/volumeMounts/0/name", "data"),
    ("name", "name: data", CLAIM, "metadata/name", "data-web-0"),
    ("storage", "storage: 1.5Gi", VOLUME, "spec/capacity/storage", "1.5Gi"),
    ("storage", "storage: 1.5Gi", CLAIM, "spec/resources/requests/storage", "1.5Gi"),
    ("storage", "storage: 1.5Gi", SET, f"{TEMPLATE}/spec/resources/requests/storage", "1.5Gi"),
    ("storage", "storage: 1000", VOLUME, "spec/capacity/storage", "1000"),
    ("storage", "storage: 1e3", VOLUME, "spec/capacity/storage", "1000"),
    ("mountPath", "mountPath: /var/lib/x", SET, f"{MAIN}/volumeMounts/0/mountPath", "/var/lib/x"),
    ("nfs.server", "nfs: {server: b}", VOLUME, "spec/csi/volumeAttributes/server", "b"),
    ("nfs.server", "nfs: {server: 'nas-{ordinal}.{template}'}", VOLUME, "spec/csi/volumeAttributes/server", "nas-0.pvc"),
    ("nfs.path", "nfs: {path: /own}", VOLUME, "spec/csi/volumeAttributes/share", "/own"),
    ("nfs.readOnly", "nfs: {readOnly: false}", VOLUME, "spec/csi/readOnly", None),
    ("nfs.sharedDirectory", "nfs: {path: /own, sharedDirectory: true}", VOLUME, "spec/csi/volumeAttributes/subDir", "own"),
    ("accessModes", "accessModes: [RWX]", VOLUME, "spec/accessModes", ["ReadWriteMany"]),
    ("persistentVolumeReclaimPolicy", "persistentVolumeReclaimPolicy: Retain", VOLUME, "spec/persistentVolumeReclaimPolicy", "Retain"),
    ("mountOptions", "mountOptions: [soft]", VOLUME, "spec/mountOptions", ["soft"]),
    ("mountOptions", "mountOptions: []", VOLUME, "spec/mountOptions", None),
    ("driver", "driver: nfs", VOLUME, "spec/nfs/server", "a"),
    ("subPath", "subPath: pg", SET, f"{MAIN}/volumeMounts/0", {"name": "pvc", "mountPath": "/data", "subPath": "pg", "readOnly": True}),
    ("mounts", "mounts: [{mountPath: /a, subPathExpr: $(X)}, {mountPath: /b}]", SET, f"{MAIN}/volumeMounts/0/subPathExpr", "$(X)"),
    ("mounts", "mounts: [{mountPath: /a}, {mountPath: /b}]", SET, f"{MAIN}/volumeMounts/1/mountPath", "/b"),
    ("mounts", "mounts: []", SET, f"{MAIN}/volumeMounts", None),
    ("metadata", "metadata: {labels: {a: b}, annotations: {c: d}}", SET, f"{TEMPLATE}/metadata", {"name": "pvc", "labels": {"a": "b"}, "annotations": {"c": "d"}}),
    ("metadata", "metadata: {labels: {a: b}}", CLAIM, "metadata/labels/a", "b"),
    ("metadata", "metadata: {labels: {a: b}}", VOLUME, "metadata/labels/a", None),
    ("metadata", "metadata: {annotations: {volume.beta.kubernetes.io/storage-class: a}}", SET, f"{TEMPLATE}/spec/storageClassName", None),
    ("metadata", "metadata: {annotations: {volume.beta.kubernetes.io/storage-class: a}}", CLAIM, "spec/storageClassName", "a"),
    ("metadata", "metadata: {annotations: {volume.beta.kubernetes.io/storage-class: a}}", CLAIM, "metadata/annotations", None),
    ("spec", "spec: {selector: {matchLabels: {a: b}}}", SET, f"{TEMPLATE}/spec/selector", {"matchLabels": {"a": "b"}}),
    ("spec", "spec: {selector: {matchLabels: {a: b}}}", CLAIM, "spec/selector", {"matchLabels": {"a": "b"}}),
    ("spec", "spec: {selector: {matchLabels: {a: b}}}", VOLUME, "metadata/labels/a", "b"),
    ("spec", "resources: {limits: {storage: 9Gi}}, spec: {}", SET, f"{TEMPLATE}/spec/resources/limits", {"storage": "9Gi"}),
    ("spec", "volumeMode: Filesystem, spec: {}", CLAIM, "spec/volumeMode", None),
    ("storageClassName", "storageClassName: own", CLAIM, "spec/storageClassName", "own"),
    ("storageClassName", "storageClassName: null", SET, f"{TEMPLATE}/spec/storageClassName", None),
    ("persistentVolume", "persistentVolume: {metadata: {labels: {a: b}}}", VOLUME, "metadata/labels/a", "b"),
    ("persistentVolumeClaim", "persistentVolumeClaim: {metadata: {finalizers: [a/b]}}", CLAIM, "metadata/finalizers", ["a/b"]),
    ("csi", "csi: {volumeAttributes: {mountPermissions: '0770'}}", VOLUME, "spec/csi/volumeAttributes/mountPermissions", "0770"),
    ("gitops", "gitops: helm", CLAIM, "metadata/annotations", {"helm.sh/resource-policy": "keep"}),
    ("nodes", "driver: local, nodes: [n0, n1]", VOLUME, "spec/local/path", "/set/set-0"),
    ("volumeName", "volumeName: 'own-{ordinal}'", VOLUME, "metadata/name", "own-0"),
    ("volumes.ordinal", "volumes: [{ordinal: 0}]", VOLUME, "spec/csi/volumeAttributes/subDir", "set-0"),
    ("volumes.name", "volumes: [{ordinal: 0, name: old}]", VOLUME, "metadata/name", "old"),
    ("volumes.name", "volumes: [{ordinal: 0, name: old}]", CLAIM, "spec/volumeName", "old"),
    ("volumes.name", "volumes: [{ordinal: 0, name: old}]", VOLUME, "spec/csi/volumeAttributes/subDir", "old"),
    ("volumes.name", "volumes: [{ordinal: 1, name: old}]", VOLUME, "metadata/name", "set-0"),
    ("volumes.storage", "volumes: [{ordinal: 0, storage: 2Gi}]", VOLUME, "spec/capacity/storage", "2Gi"),
    ("volumes.storage", "volumes: [{ordinal: 0, storage: 2Gi}]", CLAIM, "spec/resources/requests/storage", "2Gi"),
    ("volumes.storage", "volumes: [{ordinal: 0, storage: 2000}]", CLAIM, "spec/resources/requests/storage", "2000"),
    ("volumes.storage", "volumes: [{ordinal: 0, storage: 2Gi}]", SET, f"{TEMPLATE}/spec/resources/requests/storage", "1Gi"),
    ("volumes.storage", "volumes: [{ordinal: 1, storage: 2Gi}]", VOLUME, "spec/capacity/storage", "1Gi"),
    ("volumes.nfs.server", "volumes: [{ordinal: 0, nfs: {server: '{name}-{ordinal}'}}]", VOLUME, "spec/csi/volumeAttributes/server", "web-0"),
    ("volumes.nfs.server", "volumes: [{ordinal: 0, nfs: {server: b}}]", VOLUME, "spec/csi/volumeAttributes/server", "b"),
    ("volumes.nfs.server", "volumes: [{ordinal: 1, nfs: {server: b}}]", VOLUME, "spec/csi/volumeAttributes/server", "a"),
    ("volumes.nfs.path", "volumes: [{ordinal: 0, nfs: {path: /old/x}}]", VOLUME, "spec/csi/volumeAttributes/share", "/old"),
    ("volumes.nfs.path", "volumes: [{ordinal: 0, nfs: {path: '/{claim}'}}]", VOLUME, "spec/csi/volumeAttributes/subDir", "pvc-web-0"),
    ("volumes.csi.volumeHandle", "volumes: [{ordinal: 0, csi: {volumeHandle: '{claim}!'}}]", VOLUME, "spec/csi/volumeHandle", "pvc-web-0!"),
    ("volumes.csi.volumeHandle", "volumes: [{ordinal: 0, csi: {volumeHandle: h}}]", VOLUME, "spec/csi/volumeAttributes/subDir", "set-0"),
    ("volumes.csi.volumeHandle", "volumes: [{ordinal: 1, csi: {volumeHandle: h}}]", VOLUME, "spec/csi/volumeHandle", "a#set#set-0"),
    ("volumes.csi.volumeAttributes", "volumes: [{ordinal: 0, csi: {volumeAttributes: {a: '{ordinal}'}}}]", VOLUME, "spec/csi/volumeAttributes/a", "0"),
    ("volumes.csi.volumeAttributes", "csi: {volumeAttributes: {a: b, c: d}}, volumes: [{ordinal: 0, csi: {volumeAttributes: {a: e}}}]", VOLUME, "spec/csi/volumeAttributes/a", "e"),
    ("volumes.csi.volumeAttributes", "csi: {volumeAttributes: {a: b, c: d}}, volumes: [{ordinal: 0, csi: {volumeAttributes: {a: e}}}]", VOLUME, "spec/csi/volumeAttributes/c", "d"),
]  # fmt: skip
TEMPLATES_SET = """\
name: web
replicas: 2
nfs: {server: a, path: /set, readOnly: true}
accessModes: [RWO]
persistentVolumeReclaimPolicy: Delete
mountOptions: [hard]
driver: csi
volumeName: set-{ordinal}
"""

# The option, values that say otherwise, and where the option's value appears.
OVERRIDDEN = [
    ("db", "name: web", SET, "metadata/name", "db"),
    ("-r 5", "replicas: 2", SET, "spec/replicas", 5),
    ("--replicas 0", "replicas: 2", SET, "spec/replicas", 0),
    ("-n one", "namespace: two", SET, "metadata/namespace", "one"),
    ("--namespace one", "namespace: two", CLAIM, "metadata/namespace", "one"),
    ("--image b", "image: a", SET, f"{MAIN}/image", "b"),
    ("--port b=2", "ports: [{name: a, containerPort: 1}]", SERVICE, "spec/ports", [{"name": "b", "port": 2}]),
    ("--port 2 --port 3", "ports: [{containerPort: 1}]", SET, f"{MAIN}/ports/1/containerPort", 3),
    ("--env A=2", "env: [{name: A, value: '1'}]", SET, f"{MAIN}/env", [{"name": "A", "value": "2"}]),
    ("--env A=2", "env: [{name: A, valueFrom: {fieldRef: {fieldPath: a}}}]", SET, f"{MAIN}/env", [{"name": "A", "value": "2"}]),
    ("--env B=2", "env: [{name: A}]", SET, f"{MAIN}/env", [{"name": "A"}, {"name": "B", "value": "2"}]),
    ("--env A=b=c", "env: []", SET, f"{MAIN}/env/0/value", "b=c"),
    ("--label a=2", "labels: {a: '1', b: '1'}", VOLUME, "metadata/labels/a", "2"),
    ("--label a=2", "labels: {a: '1', b: '1'}", VOLUME, "metadata/labels/b", "1"),
    ("--annotation a=2", "annotations: {a: '1', b: '1'}", VOLUME, "metadata/annotations/a", "2"),
    ("--annotation a=2", "annotations: {a: '1', b: '1'}", VOLUME, "metadata/annotations/b", "1"),
    ("--service-name b", "serviceName: a", SET, "spec/serviceName", "b"),
    ("--publish-not-ready-addresses", "publishNotReadyAddresses: false", SERVICE, "spec/publishNotReadyAddresses", True),
    ("--no-publish-not-ready-addresses", "publishNotReadyAddresses: true", SERVICE, "spec/publishNotReadyAddresses", None),
    ("--pod-management-policy Parallel", "podManagementPolicy: OrderedReady", SET, "spec/podManagementPolicy", "Parallel"),
    ("--update-strategy OnDelete", "updateStrategy: {type: RollingUpdate}", SET, "spec/updateStrategy/type", "OnDelete"),
    ("--partition 2", "updateStrategy: {rollingUpdate: {partition: 1}}", SET, "spec/updateStrategy/rollingUpdate/partition", 2),
    ("--partition 0", "updateStrategy: {rollingUpdate: {partition: 1}}", SET, "spec/updateStrategy/rollingUpdate/partition", 0),
    ("--start-ordinal 3", "ordinals: {start: 1}", SET, "spec/ordinals/start", 3),
    ("--start-ordinal 0", "ordinals: {start: 1}", SET, "spec/ordinals", None),
    ("--nfs-server b", "nfs: {server: a}", VOLUME, "spec/nfs/server", "b"),
    ("--nfs-server b", "claimTemplates: [{storage: 1Gi, nfs: {server: c}}]", VOLUME, "spec/nfs/server", "b"),
    ("--nfs-server b", "claimTemplates: [{storage: 1Gi, volumes: [{ordinal: 0, nfs: {server: c}}]}]", VOLUME, "spec/nfs/server", "b"),
    ("--nfs-path /b", "nfs: {server: a, path: /a}", VOLUME, "spec/nfs/path", "/b/pv-web-0"),
    ("--nfs-path /b", "claimTemplates: [{storage: 1Gi, nfs: {path: /a}}]", VOLUME, "spec/nfs/path", "/b/pv-web-0"),
    ("--nfs-path /b", "claimTemplates: [{storage: 1Gi, volumes: [{ordinal: 0, nfs: {path: /a}}]}]", VOLUME, "spec/nfs/path", "/b/pv-web-0"),
    ("--read-only", "nfs: {server: a, readOnly: false}", VOLUME, "spec/nfs/readOnly", True),
    ("--no-read-only", "nfs: {server: a, readOnly: true}", VOLUME, "spec/nfs/readOnly", None),
    ("--no-read-only", "claimTemplates: [{storage: 1Gi, nfs: {readOnly: true}}]", VOLUME, "spec/nfs/readOnly", None),
    ("--shared-directory", "nfs: {server: a, sharedDirectory: false}", VOLUME, "spec/nfs/path", "/exports"),
    ("--no-shared-directory", "nfs: {server: a, sharedDirectory: true}", VOLUME, "spec/nfs/path", "/exports/pv-web-0"),
    ("--access-mode RWO", "accessModes: [ROX]", VOLUME, "spec/accessModes", ["ReadWriteOnce"]),
    ("--access-mode RWO", "claimTemplates: [{storage: 1Gi, accessModes: [ROX]}]", CLAIM, "spec/accessModes", ["ReadWriteOnce"]),
    ("--reclaim-policy Retain", "persistentVolumeReclaimPolicy: Delete", VOLUME, "spec/persistentVolumeReclaimPolicy", "Retain"),
    ("--mount-option hard", "mountOptions: [soft, a]", VOLUME, "spec/mountOptions", ["hard"]),
    ("--volume-name 'b-{ordinal}'", "volumeName: 'a-{ordinal}'", VOLUME, "metadata/name", "b-0"),
    ("--gitops helm", "gitops: flux", CLAIM, "metadata/annotations", {"helm.sh/resource-policy": "keep"}),
    ("--driver csi", "driver: nfs", VOLUME, "spec/csi/driver", "nfs.csi.k8s.io"),
    ("--driver nfs", "claimTemplates: [{storage: 1Gi, driver: csi}]", VOLUME, "spec/csi", None),
    ("--claim-template b", "claimTemplates: [{storage: 1Gi, name: a}]", CLAIM, "metadata/name", "b-web-0"),
    ("--storage 2Gi", "claimTemplates: [{storage: 1Gi}]", VOLUME, "spec/capacity/storage", "2Gi"),
    ("--mount-path /b", "claimTemplates: [{storage: 1Gi, mountPath: /a}]", SET, f"{MAIN}/volumeMounts/0/mountPath", "/b"),
    ("--volume a=2Gi:/b", "claimTemplates: [{storage: 1Gi, name: a}]", VOLUME, "spec/capacity/storage", "2Gi"),
    ("--volume a=2Gi:/b", "claimTemplates: [{storage: 1Gi, name: a}]", SET, f"{MAIN}/volumeMounts/0/mountPath", "/b"),
    ("--volume a=2Gi:/b", "claimTemplates: [{storage: 1Gi, name: a, accessModes: [RWO]}]", VOLUME, "spec/accessModes", ["ReadWriteOnce"]),
    ("--volume b=2Gi:/b", "claimTemplates: [{storage: 1Gi, name: a}]", SET, "spec/volumeClaimTemplates/1/metadata/name", "b"),
    ("--volume pvc=2Gi:/b", "claimTemplates: [{storage: 1Gi}]", VOLUME, "spec/capacity/storage", "2Gi"),
]  # fmt: skip


def schema() -> dict[str, Any]:
    result = sfsgen("schema")
    assert result.status == 0
    loaded: dict[str, Any] = json.loads(result.out)
    return loaded


def words(properties: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the words of a values file that are its own, not Kubernetes'."""
    for name, value in properties.items():
        inner = value.get("items", value)
        if prefix and name in OF_A_CLAIM_TEMPLATE:  # as the API spells them
            continue
        if name in OWN_FIELDS or "properties" not in inner:
            yield f"{prefix}{name}"
        else:
            yield from words(inner["properties"], f"{prefix}{name}.")


@pytest.mark.parametrize(("word", "text", "kind", "path", "value"), WORDS)
def test_a_word_does_what_it_says(word: str, text: str, kind: str, path: str, value: Any) -> None:
    assert word.rsplit(".", maxsplit=1)[-1] in text
    assert at(objects(with_values(text)), kind, path) == value


@pytest.mark.parametrize(("word", "text", "kind", "path", "value"), TEMPLATE_WORDS)
def test_a_claim_template_says_it_for_itself(
    word: str, text: str, kind: str, path: str, value: Any
) -> None:
    assert word.rsplit(".", maxsplit=1)[-1] in text
    size = "" if word == "storage" else "storage: 1Gi, "
    documents = objects(f"{TEMPLATES_SET}claimTemplates: [{{{size}{text}}}]\n")
    assert at(documents, kind, path) == value


def test_a_claim_template_leaves_the_rest_to_its_set() -> None:
    documents = objects(f"{TEMPLATES_SET}claimTemplates: [{{storage: 1Gi}}]\n")
    assert at(documents, VOLUME, "metadata/name") == "set-0"
    spec = at(documents, VOLUME, "spec")
    assert spec["csi"]["volumeAttributes"] == {"server": "a", "share": "/set", "subDir": "set-0"}
    assert spec["csi"]["readOnly"] is True
    assert spec["accessModes"] == ["ReadWriteOnce"]
    assert spec["persistentVolumeReclaimPolicy"] == "Delete"
    assert spec["mountOptions"] == ["hard"]


def test_every_word_of_the_schema_is_tested_here() -> None:
    tested = {word for word, *_ in WORDS}
    tested |= {f"claimTemplates.{word}" for word, *_ in TEMPLATE_WORDS}
    assert set(words(schema()["properties"])) == tested


@pytest.mark.parametrize(("options", "text", "kind", "path", "value"), OVERRIDDEN)
def test_an_option_overrides_the_file(
    options: str, text: str, kind: str, path: str, value: Any
) -> None:
    assert at(objects(with_values(text), options), kind, path) == value


def test_every_option_that_a_file_can_say_is_tested_here() -> None:
    tested = {part for options, *_ in OVERRIDDEN for part in options.split()}
    assert set(OPTIONS.values()) - {"NAME"} <= tested


@pytest.mark.parametrize("options", ["--storage 1Gi", "--mount-path /a", "--claim-template a"])
def test_an_option_for_one_claim_template_is_refused_where_the_file_has_several(
    options: str,
) -> None:
    templates = "claimTemplates: [{storage: 1Gi}, {name: b, storage: 1Gi, mountPath: /b}]"
    result = render(with_values(templates), options)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(options.split(maxsplit=1)[0])


def test_options_and_file_together_are_enough() -> None:
    assert render("name: web\nreplicas: 1\n", "--nfs-server a --storage 1Gi").status == 0
    assert render("nfs: {server: a}\n", "web -r 1 --storage 1Gi").status == 0


def test_the_file_says_what_options_say() -> None:
    by_options = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi")
    assert render(WEB) == by_options


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(WEB)
    assert sfsgen(["render", "-f", str(path)]) == render(WEB)


TWO_SETS = f"{WEB}---\n{WEB.replace('web', 'db')}"


def test_every_document_is_a_set() -> None:
    one, other = objects(WEB), objects(WEB.replace("web", "db"))
    assert objects(TWO_SETS) == [*one, *other]


def test_a_name_chooses_one_of_several_sets() -> None:
    assert render(TWO_SETS, "db") == render(WEB.replace("web", "db"))


def test_a_name_renames_the_only_set() -> None:
    assert render(WEB, "db") == render(WEB.replace("web", "db"))


def test_an_option_holds_for_all_sets() -> None:
    documents = objects(TWO_SETS, "-r 3 --image b")
    sets = [each for each in documents if each["kind"] == SET]
    assert [each["spec"]["replicas"] for each in sets] == [3, 3]
    images = {each["spec"]["template"]["spec"]["containers"][0]["image"] for each in sets}
    assert images == {"b"}


def test_sets_share_nothing() -> None:
    text = f"{WEB}labels: {{a: b}}\nenv: [{{name: A}}]\n---\n{WEB.replace('web', 'db')}"
    assert objects(text, "--label c=d")[-1]["metadata"]["labels"].get("a") is None
    assert "env" not in objects(text)[-1]["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{WEB}",
        f"---\n---\n{WEB}---\n",
        f"# a comment\n---\n{WEB}...\n",
        f"%YAML 1.1\n---\n{WEB}",
        f"\ufeff{WEB}",
        WEB.replace("\n", "\r\n"),
        WEB.replace("replicas: 2", "replicas: 0b10"),
        WEB.replace("replicas: 2", "replicas: +2 # two"),
        f"{WEB}image: ~\nlabels:\nenv: null\n",
        f"{WEB}image:\n",
        json.dumps(yaml.safe_load(WEB)),
        json.dumps(yaml.safe_load(WEB), indent=1),
        WEB.replace("name: web", "<<: &a {name: web}"),
        WEB.replace("name: web", "'name': \"w\\x65b\""),
        WEB.replace("{storage: 1Gi}", "{<<: {storage: 2Gi}, storage: 1Gi}"),
        WEB.rstrip("\n"),
    ],
)
def test_a_file_may_be_spelt_in_any_way_of_yaml(text: str) -> None:
    assert render(text) == render(WEB)


@pytest.mark.parametrize("word", ["yes", "on", "true", "True", "y"])
def test_a_boolean_is_read_as_kubernetes_reads_it(word: str) -> None:
    documents = objects(with_values(f"nfs: {{server: a, readOnly: {word}}}"))
    assert at(documents, VOLUME, "spec/nfs/readOnly") is True


def test_an_anchor_stands_for_its_value() -> None:
    documents = objects(f"{WEB}labels: &labels {{a: b}}\nannotations: *labels\n")
    assert at(documents, VOLUME, "metadata/annotations") == {"a": "b"}


AWKWARD = [
    "yes", "1", "1.10", "0x10", "1_000", "10:30", "2024-01-01", "null", "~", "", " a ", "a: b", "a #b",
    "- a", "'a'", '"a"', "{a}", "[a]", "*a", "&a", "!a", "%a", "@a", "`a", "a\nb", "a\n", "\na", "a\tb",
    "é\u2028x", "\U0001f600", "\x7f", "=", "<<", "{{ x }}", "{% x %}", "\\", "a\\nb", "#", "? a", ": a",
    "|", ">", "-", "---", "...", "1e3", ".5", ".inf", "0o7", "010", "on", "n",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    values = {
        **yaml.safe_load(WEB),
        "annotations": {"a": text},
        "env": [{"name": "A", "value": text}],
        "container": {"args": [text], "workingDir": text},
    }
    # A pair of escapes for one character beyond the BMP, as JSON writes it, is no YAML.
    documents = objects(json.dumps(values).replace(r"\ud83d\ude00", "\U0001f600"))
    for kind in (SET, SERVICE, VOLUME, CLAIM):
        assert at(documents, kind, "metadata/annotations/a") == text
    assert at(documents, SET, f"{MAIN}/env/0/value") == text
    assert at(documents, SET, f"{MAIN}/args") == [text]
    assert at(documents, SET, f"{MAIN}/workingDir") == text


@pytest.mark.parametrize("text", [text for text in AWKWARD if text])
def test_a_text_of_an_option_comes_out_as_it_went_in(text: str) -> None:
    result = sfsgen(["render", "-f", "-", "--annotation", f"a={text}", "--env", f"A={text}"], WEB)
    assert result.status == 0, result.err
    documents = list(yaml.load_all(result.out, yaml.CSafeLoader))
    assert at(documents, VOLUME, "metadata/annotations/a") == text
    assert at(documents, SET, f"{MAIN}/env/0/value") == text


def init_text() -> str:
    result = sfsgen("init")
    assert (result.status, result.err) == (0, "")
    return result.out


def test_init_renders_as_it_is() -> None:
    result = render(init_text(), "--strict")
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize(("driver", "its_own"), [("nfs", ""), ("csi", "csi"), ("local", "nodes")])
def test_init_renders_with_every_value_that_it_shows(driver: str, its_own: str) -> None:
    shown = yaml.safe_load(COMMENTED.sub(r"\1", init_text()))
    assert shown["driver"] == "nfs"
    for word in {"csi", "nodes"} - {its_own}:
        del shown[word]
    result = render(json.dumps({**shown, "driver": driver}), "--strict")
    assert (result.status, result.err) == (0, "")
    assert result.out != render(init_text()).out


def test_init_shows_every_word() -> None:
    shown = yaml.safe_load(COMMENTED.sub(r"\1", init_text()))
    for word in words(schema()["properties"]):
        value: Any = shown
        for part in word.split("."):
            value = value[0] if isinstance(value, list) else value
            if part == "mounts":  # in the place of mountPath, which is shown
                assert "mounts: [" in init_text()
                break
            if part == "csi" and "volumes" in word:  # of CSI drivers alone
                assert re.search(r"csi: {volumeHandle: .*, volumeAttributes: {", init_text())
                break
            if part not in value and "claimTemplates" in word:
                value = shown  # a claim template may say what its set says
            assert part in value, word
            value = value[part]


def test_init_shows_defaults_where_it_shows_no_example() -> None:
    defaults = [
        "namespace: default",
        "readOnly: false",
        "sharedDirectory: false",
        "- ReadWriteMany",
        "persistentVolumeReclaimPolicy: Retain",
        "driver: nfs",
        "volumeName: pv-{name}-{ordinal}",
        "publishNotReadyAddresses: false",
        "start: 0",
    ]
    lines = [line.strip() for line in COMMENTED.sub(r"\1", init_text()).splitlines()]
    assert [line for line in defaults if line not in lines] == []


def test_the_schema_is_valid() -> None:
    document = schema()
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("text", [WEB, *(with_values(text) for _, text, *_ in WORDS)])
def test_the_schema_accepts_what_is_rendered(text: str) -> None:
    validator = Draft202012Validator(schema())
    values = {key: each for key, each in yaml.safe_load(text).items() if each is not None}
    assert [error.message for error in validator.iter_errors(without_none(values))] == []


def test_the_schema_accepts_what_init_prints() -> None:
    validator = Draft202012Validator(schema())
    for text in (init_text(), COMMENTED.sub(r"\1", init_text())):
        assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    "text", ["replica: 3", "replicas: '3'", "driver: 1", "container: {x: 1}", "claimTemplates: []"]
)
def test_the_schema_refuses_what_render_refuses(text: str) -> None:
    assert not Draft202012Validator(schema()).is_valid(yaml.safe_load(with_values(text)))
    assert render(with_values(text)).status == 2


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items() if each is not None}
    return value


def test_several_files_are_several_sets(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = (
            f"name: {name}\nreplicas: 1\nnfs: {{server: nfs}}\nclaimTemplates: [{{storage: 1Gi}}]\n"
        )
        (tmp_path / f"{name}.yaml").write_text(text)
    files = f"-f {tmp_path}/a.yaml -f {tmp_path}/b.yaml"
    result = sfsgen(f"render {files} --only sts -o name")
    assert result.out.split() == ["statefulset.apps/a", "statefulset.apps/b"], result.err
    assert sfsgen(f"render b {files} --only sts -o name").out.split() == ["statefulset.apps/b"]


SHARED = """\
name: NAME
replicas: 1
serviceName: peers
nfs: {server: nfs.example.com}
selector: {matchLabels: {app: x, role: NAME}}
service: {selector: {app: x}}
claimTemplates: [{storage: 1Gi}]
"""


def test_sets_may_share_a_service_of_which_they_say_the_same() -> None:
    both = f"{SHARED.replace('NAME', 'a')}---\n{SHARED.replace('NAME', 'b')}"
    documents = objects(both)
    assert [each["metadata"]["name"] for each in documents if each["kind"] == SERVICE] == ["peers"]
    assert [each["spec"]["serviceName"] for each in documents if each["kind"] == SET] == 2 * [
        "peers"
    ]
    other = both.replace("{app: x}}\nclaim", "{role: b}}\nclaim", 1)
    assert "name one Service, peers" in render(other).err
