"""Build fields.json: every field of the objects of a set, with its minors.

    python tools/kubernetes_fields.py SCHEMAS_DIR > sfsgen/kubernetes/fields.json

A field has the shape of the newest minor that knows it. `x-since` and `x-until` are the first and
the last minor that take it, each left out where it is the first or the last of the schemas.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

FIELD_DEPTH = len(("$defs", "PodSpec", "properties", "affinity"))
ROOTS = {
    "StatefulSet": "StatefulSetSpec",
    "PetSet": "StatefulSetSpec",
    "Service": "ServiceSpec",
    "PersistentVolume": "PersistentVolumeSpec",
    "PersistentVolumeClaim": "PersistentVolumeClaimSpec",
}

# What users write for these is merged into a generated object, so any part may be left out.
MERGED = "Container ObjectMeta PodSpec PodTemplateSpec ServiceSpec StatefulSetSpec"

# The first minor whose API server takes a field by default, and the feature gate behind it. The
# schemas show such a field from its alpha on, when the server drops or refuses it. Not here, since
# their gates are off by default in all that could be looked up (most of it up to 1.35):
# ServiceSpec.ipFamily and topologyKeys, PodSpec.workloadRef and schedulingGroup,
# Lifecycle.stopSignal, VolumeProjection.clusterTrustBundle and podCertificate,
# TypedObjectReference.namespace, user and defaultUser of volumes.
ON_BY_DEFAULT = {
    "Container.resizePolicy": 33,  # InPlacePodVerticalScaling
    "Container.restartPolicy": 29,  # SidecarContainers: init containers only; others with the rules
    "Container.restartPolicyRules": 35,  # ContainerRestartRules
    "Container.startupProbe": 18,  # StartupProbe
    "Container.volumeDevices": 13,  # BlockVolume
    "EmptyDirVolumeSource.sizeLimit": 10,  # LocalStorageCapacityIsolation
    "EnvVarSource.fileKeyRef": 35,  # EnvFiles
    "LifecycleHandler.sleep": 30,  # PodLifecycleSleepAction
    "PersistentVolumeClaimSpec.dataSource": 16,  # VolumePVCDataSource; snapshots a minor later
    "PersistentVolumeClaimSpec.dataSourceRef": 24,  # AnyVolumeDataSource
    "PersistentVolumeClaimSpec.volumeAttributesClassName": 34,  # VolumeAttributesClass
    "PersistentVolumeClaimSpec.volumeMode": 13,  # BlockVolume
    "PersistentVolumeSpec.csi": 10,  # CSIPersistentVolume
    "PersistentVolumeSpec.local": 10,  # PersistentLocalVolumes
    "PersistentVolumeSpec.volumeAttributesClassName": 34,  # VolumeAttributesClass
    "PersistentVolumeSpec.volumeMode": 13,  # BlockVolume
    "PodAffinityTerm.matchLabelKeys": 31,  # MatchLabelKeysInPodAffinity
    "PodAffinityTerm.mismatchLabelKeys": 31,  # MatchLabelKeysInPodAffinity
    "PodAffinityTerm.namespaceSelector": 22,  # PodAffinityNamespaceSelector
    "PodSecurityContext.fsGroupChangePolicy": 20,  # ConfigurableFSGroupPolicy
    "PodSecurityContext.runAsGroup": 14,  # RunAsGroup
    "PodSecurityContext.seLinuxChangePolicy": 33,  # SELinuxChangePolicy
    "PodSecurityContext.supplementalGroupsPolicy": 33,  # SupplementalGroupsPolicy
    "PodSpec.dnsConfig": 10,  # CustomPodDNS
    "PodSpec.ephemeralContainers": 23,  # EphemeralContainers; in running pods, never in a template
    "PodSpec.hostUsers": 33,  # UserNamespacesSupport
    "PodSpec.hostnameOverride": 35,  # HostnameOverride
    "PodSpec.os": 24,  # IdentifyPodOS
    "PodSpec.overhead": 18,  # PodOverhead
    "PodSpec.preemptionPolicy": 19,  # NonPreemptingPriority
    "PodSpec.priority": 11,  # PodPriority
    "PodSpec.priorityClassName": 11,  # PodPriority
    "PodSpec.readinessGates": 12,  # PodReadinessGates
    "PodSpec.resourceClaims": 34,  # DynamicResourceAllocation
    "PodSpec.resources": 34,  # PodLevelResources
    "PodSpec.runtimeClassName": 14,  # RuntimeClass
    "PodSpec.schedulingGates": 27,  # PodSchedulingReadiness
    "PodSpec.setHostnameAsFQDN": 20,  # SetHostnameAsFQDN
    "PodSpec.shareProcessNamespace": 12,  # PodShareProcessNamespace
    "PodSpec.topologySpreadConstraints": 18,  # EvenPodsSpread
    "Probe.grpc": 24,  # GRPCContainerProbe
    "Probe.terminationGracePeriodSeconds": 25,  # ProbeTerminationGracePeriod
    "ResourceRequirements.claims": 34,  # DynamicResourceAllocation
    "RollingUpdateStatefulSetStrategy.maxUnavailable": 37,  # MaxUnavailableStatefulSet
    "SecurityContext.procMount": 33,  # ProcMountType
    "SecurityContext.runAsGroup": 14,  # RunAsGroup
    "ServicePort.appProtocol": 19,  # ServiceAppProtocol
    "ServiceSpec.allocateLoadBalancerNodePorts": 22,  # ServiceLBNodePortControl
    "ServiceSpec.internalTrafficPolicy": 22,  # ServiceInternalTrafficPolicy
    "ServiceSpec.ipFamilies": 21,  # IPv6DualStack
    "ServiceSpec.ipFamilyPolicy": 21,  # IPv6DualStack
    "ServiceSpec.loadBalancerClass": 22,  # ServiceLoadBalancerClass
    "ServiceSpec.publishNotReadyAddresses": 11,  # no gate: heeded from 1.11 on
    "ServiceSpec.trafficDistribution": 31,  # ServiceTrafficDistribution
    "StatefulSetSpec.minReadySeconds": 23,  # StatefulSetMinReadySeconds
    "StatefulSetSpec.ordinals": 27,  # StatefulSetStartOrdinal
    "StatefulSetSpec.persistentVolumeClaimRetentionPolicy": 27,  # StatefulSetAutoDeletePVC
    "TopologySpreadConstraint.matchLabelKeys": 27,  # MatchLabelKeysInPodTopologySpread
    "TopologySpreadConstraint.minDomains": 27,  # MinDomainsInPodTopologySpread
    "TopologySpreadConstraint.nodeAffinityPolicy": 26,  # NodeInclusionPolicyInPodTopologySpread
    "TopologySpreadConstraint.nodeTaintsPolicy": 26,  # NodeInclusionPolicyInPodTopologySpread
    "Volume.csi": 16,  # CSIInlineVolume
    "Volume.ephemeral": 21,  # GenericEphemeralVolume
    "Volume.image": 35,  # ImageVolume
    "VolumeMount.mountPropagation": 10,  # MountPropagation
    "VolumeMount.recursiveReadOnly": 31,  # RecursiveReadOnlyMounts
    "VolumeMount.subPathExpr": 15,  # VolumeSubpathEnvExpansion
    "VolumeProjection.serviceAccountToken": 12,  # TokenRequestProjection
    "WindowsSecurityContextOptions.gmsaCredentialSpec": 16,  # WindowsGMSA
    "WindowsSecurityContextOptions.gmsaCredentialSpecName": 16,  # WindowsGMSA
    "WindowsSecurityContextOptions.hostProcess": 23,  # WindowsHostProcessContainers
    "WindowsSecurityContextOptions.runAsUserName": 17,  # WindowsRunAsUserName
}


def documents(schemas: Path) -> Iterator[tuple[int, str, Schema]]:
    """Yield the minor, root type and schema of each workload and service, newest minor first."""
    index = json.loads((schemas / "index.json").read_text())
    for minor in sorted((int(version.removeprefix("1.")) for version in index), reverse=True):
        for resource, path in index[f"1.{minor}"].items():
            if root := ROOTS.get(resource.split()[-1]):
                yield minor, root, json.loads((schemas / path).read_text())


def target(schema: Schema) -> str:
    """Return the definition that a field, its items or its map values refer to, or nothing."""
    inner: Schema = schema.get("items") or schema.get("additionalProperties") or schema
    return str(inner.get("$ref", "")).rpartition("/")[2]


def short_name(definition: str) -> str:
    """Return PodSpec for v1.PodSpec, and for V1PodSpec, as 1.5 and 1.6 have it."""
    return re.sub(r"^(unversioned|v\d+((alpha|beta)\d+)?)\.?", "", definition, flags=re.IGNORECASE)


def adapted(schema: Schema) -> Schema:
    """Return the schema with short references and without the widths of integers."""
    result: Schema = {}
    for key, value in schema.items():
        if isinstance(value, dict):
            result[key] = adapted(value)
        elif key == "$ref":
            result[key] = f"#/$defs/{short_name(target(schema))}"
        elif value not in ("int32", "int64"):
            result[key] = value
    return result


def outline(definition: Schema) -> Schema:
    """Return the definition without its fields, which come in one by one with their minors."""
    result = adapted(definition)
    if "properties" in result:
        result["properties"] = {}
    return result


def widen(merged: Schema, definition: Schema, minor: int) -> Iterator[tuple[str, str]]:
    """Add the fields of an older definition; yield the types they refer to, ours and theirs.

    Taking both sides from the same field follows a type through its renames, such as Handler to
    LifecycleHandler.
    """
    for field, schema in definition.get("properties", {}).items():
        known = merged["properties"].setdefault(field, adapted(schema) | {"x-until": minor})
        known["x-since"] = minor
        if (ours := target(known)) and (theirs := target(schema)):
            yield ours, theirs


def merge(defs: Schema, minor: int, root: str, document: Schema) -> None:
    """Widen the types by all that a document of an older minor has below its spec."""
    pairs = [(root, target(document["properties"]["spec"]))]
    for name, source in pairs:  # grows as it goes
        definition = document["definitions"][source]
        merged = defs.setdefault(name, outline(definition))
        found = dict.fromkeys(widen(merged, definition, minor))
        pairs.extend(pair for pair in found if pair not in pairs)


def delay(defs: Schema) -> None:
    """Move the fields that were alpha first to the minor that takes them by default."""
    for path, minor in ON_BY_DEFAULT.items():
        name, field = path.split(".")
        schema = defs[name]["properties"][field]
        if not schema["x-since"] < minor <= schema["x-until"]:
            raise ValueError(f"{path}: 1.{minor} does not shorten what the schemas say: {schema}")
        schema["x-since"] = minor


def drop_edges(defs: Schema) -> None:
    """Leave out the first and the last minor where they are those of the schemas."""
    fields = [field for kind in defs.values() for field in kind.get("properties", {}).values()]
    oldest = min(field["x-since"] for field in fields)
    newest = max(field["x-until"] for field in fields)
    for field in fields:
        if field["x-since"] == oldest:
            del field["x-since"]
        if field["x-until"] == newest:
            del field["x-until"]


def render(value: object, depth: int = 0) -> str:
    """Return JSON with a line for each field: small, and a change is a line."""
    if depth == FIELD_DEPTH or not isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    indent = "\n" + " " * depth
    lines = (f'{indent} "{key}": {render(value[key], depth + 1)}' for key in sorted(value))
    return "{" + ",".join(lines) + indent + "}"


def generate(schemas: Path) -> str:
    """Return the text of fields.json."""
    defs: Schema = {}
    for minor, root, document in documents(schemas):
        merge(defs, minor, root, document)
    delay(defs)
    drop_edges(defs)
    for name in MERGED.split():
        defs[name].pop("required", None)
    head = {
        "$comment": "Made by tools/kubernetes_fields.py, which explains it. Do not edit.",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
    }
    return render(head | {"$defs": defs}) + "\n"


if __name__ == "__main__":
    sys.stdout.write(generate(Path(sys.argv[1])))
