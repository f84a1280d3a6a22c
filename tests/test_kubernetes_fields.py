"""The shipped fields.json: what its generator makes, true to history, a valid schema."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT.parent / "shared" / "schemas"
SHIPPED = ROOT / "sfsgen/kubernetes/fields.json"
DOCUMENT = json.loads(SHIPPED.read_text())
DEFS = DOCUMENT["$defs"]
MERGED = ("Container", "ObjectMeta", "PodSpec", "PodTemplateSpec", "ServiceSpec", "StatefulSetSpec")

SINCE = [
    ("StatefulSetSpec", "replicas", 3),
    ("StatefulSetSpec", "updateStrategy", 7),
    ("StatefulSetSpec", "podManagementPolicy", 7),
    ("StatefulSetSpec", "revisionHistoryLimit", 7),
    ("StatefulSetSpec", "minReadySeconds", 23),
    ("StatefulSetSpec", "persistentVolumeClaimRetentionPolicy", 27),
    ("StatefulSetSpec", "ordinals", 27),
    ("RollingUpdateStatefulSetStrategy", "partition", 7),
    ("RollingUpdateStatefulSetStrategy", "maxUnavailable", 37),
    ("ServiceSpec", "clusterIP", 3),
    ("ServiceSpec", "externalName", 4),
    ("ServiceSpec", "publishNotReadyAddresses", 11),
    ("ServiceSpec", "ipFamilyPolicy", 21),
    ("ServiceSpec", "internalTrafficPolicy", 22),
    ("ServicePort", "appProtocol", 19),
    ("PodSpec", "nodeSelector", 3),
    ("PodSpec", "affinity", 6),
    ("PodSpec", "initContainers", 6),
    ("PodSpec", "tolerations", 6),
    ("PodSpec", "hostAliases", 7),
    ("PodSpec", "priorityClassName", 11),
    ("PodSpec", "runtimeClassName", 14),
    ("PodSpec", "topologySpreadConstraints", 18),
    ("PodSpec", "schedulingGates", 27),
    ("PodSpec", "hostUsers", 33),
    ("PodSpec", "resourceClaims", 34),
    ("Container", "lifecycle", 3),
    ("Container", "envFrom", 6),
    ("Container", "volumeDevices", 13),
    ("Container", "startupProbe", 18),
    ("Container", "restartPolicy", 29),
    ("Container", "resizePolicy", 33),
    ("SecurityContext", "seccompProfile", 19),
    ("Probe", "grpc", 24),
    ("LifecycleHandler", "exec", 3),  # called Handler up to 1.22
    ("VolumeResourceRequirements", "requests", 3),  # called ResourceRequirements up to 1.28
    ("PersistentVolumeClaimSpec", "storageClassName", 6),
    ("PersistentVolumeClaimSpec", "volumeMode", 13),
    ("PersistentVolumeSpec", "claimRef", 3),
    ("PersistentVolumeSpec", "storageClassName", 6),
    ("PersistentVolumeSpec", "mountOptions", 8),
    ("PersistentVolumeSpec", "csi", 10),
    ("PersistentVolumeSpec", "volumeMode", 13),
]

UNTIL = [
    ("ServiceSpec", "deprecatedPublicIPs", 6),
    ("ServiceSpec", "topologyKeys", 21),
    ("ObjectMeta", "initializers", 15),
    ("ObjectMeta", "clusterName", 24),
    ("PodResourceClaim", "source", 30),
    ("PodSpec", "containers", 37),
]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for inner in value.values():
            yield from references(inner)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(DOCUMENT | {"$ref": f"#/$defs/{name}"})


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas are not part of the package")
def test_the_generator_makes_the_shipped_bytes() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "kubernetes_fields.py"))
    assert tool["generate"](SCHEMAS).encode() == SHIPPED.read_bytes()


@pytest.mark.parametrize(("kind", "field", "minor"), SINCE)
def test_a_field_begins_at_the_minor_that_takes_it_by_default(
    kind: str, field: str, minor: int
) -> None:
    assert DEFS[kind]["properties"][field].get("x-since", 3) == minor


@pytest.mark.parametrize(("kind", "field", "minor"), UNTIL)
def test_a_field_ends_at_the_last_minor_that_has_it(kind: str, field: str, minor: int) -> None:
    assert DEFS[kind]["properties"][field].get("x-until", 37) == minor


def test_the_document_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(DOCUMENT)


def test_every_reference_resolves_and_every_type_is_reachable() -> None:
    roots = {
        f"#/$defs/{kind}Spec"
        for kind in ("StatefulSet", "Service", "PersistentVolume", "PersistentVolumeClaim")
    }
    assert roots | set(references(DEFS)) == {f"#/$defs/{name}" for name in DEFS}


@pytest.mark.parametrize("name", MERGED)
def test_a_merged_type_may_be_partial_but_not_misspelt(name: str) -> None:
    assert validator(name).is_valid({})
    assert not validator(name).is_valid({"misspelt": 1})


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("ServicePort", {"port": 80, "targetPort": "http"}, True),
        ("ServicePort", {"targetPort": 80}, False),
        ("EnvVar", {"name": "A", "value": 1}, False),
        ("ObjectMeta", {"labels": {"app": "x"}}, True),
        ("ObjectMeta", {"labels": {"app": 1}}, False),
        ("ResourceRequirements", {"limits": {"cpu": 1.5, "memory": "1Gi"}}, True),
        ("PodSpec", {"containers": [{"livenessProbe": {"periodSeconds": "5"}}]}, False),
    ],
)
def test_values_are_checked(name: str, value: dict[str, Any], valid: bool) -> None:
    assert validator(name).is_valid(value) is valid
