"""A StatefulSet and its Services in the words of a values file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sfsgen.describing.belongings import Belongings
from sfsgen.describing.common import Common, Texts, common
from sfsgen.describing.sheet import Origin, Sheet
from sfsgen.documents.document import Path
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.names import port_name_fault
from sfsgen.kubernetes.versions import (
    NOT_READY_ANNOTATION,
    NOT_READY_BY_ANNOTATION,
    PET_SET_ANNOTATION,
    Target,
)
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE
from sfsgen.values.model import Metadata
from sfsgen.values.placeholders import literal

_POD: Path = ("spec", "template", "spec")
_MAIN: Path = (*_POD, "containers", 0)
# Of other objects, words of the values say them.
_NAMES: Mapping[str, Sequence[str]] = {"pod": ()}
_OF_SET = (
    "replicas",
    "serviceName",
    "selector",
    "template",
    "volumeClaimTemplates",
    "ordinals",
    "podManagementPolicy",
    "updateStrategy",
)
_OF_CONTAINER = ("name", "image", "ports", "env", "volumeMounts")
_POLICIES = ("podManagementPolicy", "updateStrategy")
_PLAIN_STRATEGIES = (["type"], ["type", "rollingUpdate"])
_LAST = ["selector", "template", "volumeClaimTemplates"]


def say_set(sheet: Sheet, there: Belongings, target: Target) -> Common:
    """Say all of a set but its storage; return what its objects have in common."""
    found = there.stateful_set
    value = there.said(found.manifest)
    spec = value["spec"]
    pod = spec.get("template") or {}
    selector = spec.get("selector") or {"matchLabels": (pod.get("metadata") or {}).get("labels")}
    shared = common(found.name, selector, _metadata(there))
    _say_name(sheet, there, shared)
    _say_policies(sheet, found.manifest, spec)
    at = Origin(found.manifest, ("metadata",))
    borne = Metadata(shared.borne, shared.annotations, {})
    _say_metadata(sheet, "statefulSet", at, value["metadata"], borne)
    at = Origin(found.manifest, ("spec",))
    _say_rest(sheet, "statefulSet", at, _left(spec, _said_in(spec)))
    _say_pod(sheet, at.below("template"), pod, shared, target)
    _say_container(sheet, there, pod)
    return shared


def _metadata(there: Belongings) -> list[Mapping[str, Any]]:
    """Return the metadata of everything that bears what is said for all."""
    found = [there.said(each).get("metadata") or {} for each in there.manifests]
    template = there.said(there.stateful_set.manifest)["spec"].get("template") or {}
    return [*found, template.get("metadata") or {}]


def _say_name(sheet: Sheet, there: Belongings, shared: Common) -> None:
    found = there.stateful_set
    manifest = found.manifest
    sheet.put(("name",), found.name, Origin(manifest, ("metadata", "name")))
    if found.namespace != DEFAULT_NAMESPACE:
        at = Origin(manifest, ("metadata", "namespace"))
        sheet.put(("namespace",), found.namespace, at)
    sheet.put(("replicas",), found.replicas, Origin(manifest, ("spec", "replicas")))
    if found.start_ordinal:
        at = Origin(manifest, ("spec", "ordinals", "start"))
        sheet.put(("ordinals", "start"), found.start_ordinal, at)
    if found.service_name != found.name:
        at = Origin(manifest, ("spec", "serviceName"))
        sheet.put(("serviceName",), found.service_name, at)
    if shared.selector:
        sheet.put(("selector",), dict(shared.selector), Origin(manifest, ("spec", "selector")))
    for word in ("labels", "annotations"):
        if texts := getattr(shared, word):
            sheet.put((word,), dict(texts), Origin(manifest, ("metadata", word)))


def _say_policies(sheet: Sheet, manifest: Manifest, spec: Mapping[str, Any]) -> None:
    for word in _POLICIES:
        if word in _said_in(spec):
            sheet.put((word,), spec[word], Origin(manifest, ("spec", word)))


def _said_in(spec: Mapping[str, Any]) -> list[str]:
    """Return the fields of a set's spec that have words of their own.

    A policy is said as one of the other fields where it stands behind one of these in an object
    that we printed, or in a form that the word does not have.
    """
    words = [each for each in _OF_SET if each not in _POLICIES]
    for word in filter(spec.__contains__, _POLICIES):
        before = [*spec][: [*spec].index(word)]
        is_plain = word != "updateStrategy" or [*spec[word]] in _PLAIN_STRATEGIES
        if is_plain and not (_is_printed(spec) and {*before} - {*words}):
            words.append(word)
    return words


def _is_printed(spec: Mapping[str, Any]) -> bool:
    """Return whether a set's spec may be one that we printed, by the order of its fields."""
    templates = spec.get("volumeClaimTemplates") or [{}]
    is_in_order = [*spec][:1] == ["serviceName"] and [*spec][-3:] == _LAST
    return is_in_order and [*templates[0]] == ["apiVersion", "kind", "metadata", "spec"]


def _left(fields: Mapping[str, Any], said_before: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in said_before}


def _say_rest(sheet: Sheet, word: str, at: Origin, fields: Mapping[str, Any]) -> None:
    """Say fields that have no word of their own below the word for their object's."""
    for key, value in fields.items():
        sheet.put((word, key), value, at.below(key))


def _say_metadata(
    sheet: Sheet, word: str, at: Origin, metadata: Mapping[str, Any], borne: Metadata
) -> None:
    """Say the metadata of one object alone, beside what it bears anyway."""
    taken = ("labels", "annotations", *_NAMES.get(word, ("name", "namespace")))
    own = {
        "labels": _more(metadata.get("labels") or {}, borne.labels),
        "annotations": _more(metadata.get("annotations") or {}, borne.annotations),
        **_left(metadata, taken),
    }
    for key, value in own.items():
        if value:
            sheet.put((word, "metadata", key), value, at.below(key))


def _more(texts: Texts, borne: Texts) -> dict[str, str]:
    return {key: value for key, value in texts.items() if borne.get(key) != value}


def _say_pod(
    sheet: Sheet, at: Origin, pod: Mapping[str, Any], shared: Common, target: Target
) -> None:
    is_pet = target.stateful_set_api[1] == "PetSet"
    printed = {PET_SET_ANNOTATION: "true"} if is_pet else {}
    borne = Metadata(shared.on_pods, {**shared.annotations, **printed}, {})
    _say_metadata(sheet, "pod", at.below("metadata"), pod.get("metadata") or {}, borne)
    spec = pod.get("spec") or {}
    fields = _left(spec, ("containers",))
    if isinstance(fields.get("initContainers"), list):
        fields["initContainers"] = [*map(literal, fields["initContainers"])]
    _say_rest(sheet, "pod", at.below("spec"), fields)
    sidecars = [*map(literal, (spec.get("containers") or [])[1:])]
    if sidecars:
        sheet.put(("pod", "containers"), sidecars)
    for index in range(len(sidecars)):
        place = at.below("spec", "containers", index + 1)
        sheet.read_from(("pod", "containers", index), place)


def _say_container(sheet: Sheet, there: Belongings, pod: Mapping[str, Any]) -> None:
    manifest = there.stateful_set.manifest
    containers = (pod.get("spec") or {}).get("containers") or [{}]
    main = literal(containers[0])
    if main.get("name", "") != there.stateful_set.name:
        at = Origin(manifest, (*_MAIN, "name"))
        sheet.put(("container", "name"), main.get("name", ""), at)
    for word in ("image", "env"):
        if word in main:
            sheet.put((word,), main[word], Origin(manifest, (*_MAIN, word)))
    _say_ports(sheet, there, main.get("ports") or [])
    _say_rest(sheet, "container", Origin(manifest, _MAIN), _left(main, _OF_CONTAINER))


def _say_ports(sheet: Sheet, there: Belongings, ports: Sequence[Mapping[str, Any]]) -> None:
    """Say the main container's ports, and those of the Service as far as they follow from them."""
    at = Origin(there.stateful_set.manifest, (*_MAIN, "ports"))
    service = _headless(there)
    wanted = there.said(service)["spec"].get("ports") or [] if service else _for_service(ports)
    is_printed = _is_printed(there.said(there.stateful_set.manifest)["spec"])
    is_in_order = all([*each][:1] == ["name"] for each in ports) or not is_printed
    if ports and _are_alike(ports) and is_in_order and wanted == _for_service(ports):
        sheet.put(("ports",), list(ports), at)
        return
    sheet.put(("ports",), [])
    if ports:
        sheet.put(("container", "ports"), list(ports), at)
    if service and wanted:
        sheet.put(("service", "ports"), wanted, Origin(service, ("spec", "ports")))


def _are_alike(ports: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether all ports have names, and are what a Service can have, too."""
    names = [str(each.get("name", "")) for each in ports]
    numbers = {(each.get("containerPort"), each.get("protocol", "TCP")) for each in ports}
    return len({*names}) == len(numbers) == len(ports) and not any(map(port_name_fault, names))


def _for_service(ports: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the Service's ports that follow from a container's."""
    return [
        {
            "name": each.get("name"),
            "port": each.get("containerPort"),
            **({"protocol": each["protocol"]} if "protocol" in each else {}),
        }
        for each in ports
    ]


def _headless(there: Belongings) -> Manifest | None:
    """Return the headless Service that governs a set, where there is one."""
    governing = there.governing
    return governing.manifest if governing and governing.is_headless else None


def say_services(sheet: Sheet, there: Belongings, shared: Common, target: Target) -> None:
    """Say the headless Service's own fields, and a second Service."""
    if headless := _headless(there):
        _say_headless(sheet, headless, there, shared, target)
    others = [each for each in there.others if not each.is_headless]
    if there.governing and not headless:
        others.insert(0, there.governing)
    if others:
        _say_cluster_service(sheet, others[0].manifest, there, shared)


def _say_headless(
    sheet: Sheet, manifest: Manifest, there: Belongings, shared: Common, target: Target
) -> None:
    value = there.said(manifest)
    spec, metadata = value["spec"], value["metadata"]
    taken = ["clusterIP", "clusterIPs", "ports", "publishNotReadyAddresses"]
    if spec.get("selector") == _selected(there):
        taken.append("selector")
    if spec.get("type") == "ClusterIP":
        taken.append("type")
    by_annotation = (metadata.get("annotations") or {}).get(NOT_READY_ANNOTATION) == "true"
    is_annotated = by_annotation and target.has(NOT_READY_BY_ANNOTATION)
    at = Origin(manifest)
    if spec.get("publishNotReadyAddresses") or is_annotated:
        place = at.below("spec", "publishNotReadyAddresses")
        sheet.put(("publishNotReadyAddresses",), True, place)
    printed = {NOT_READY_ANNOTATION: "true"} if is_annotated else {}
    borne = Metadata(shared.borne, {**shared.annotations, **printed}, {})
    _say_metadata(sheet, "service", at.below("metadata"), metadata, borne)
    _say_rest(sheet, "service", at.below("spec"), _left(spec, taken))


def _say_cluster_service(
    sheet: Sheet, manifest: Manifest, there: Belongings, shared: Common
) -> None:
    found, at, word = there.stateful_set, Origin(manifest), "clusterService"
    default = f"{found.name}-cluster" if found.service_name == found.name else found.name
    sheet.put((word,), {}, at)
    if manifest.name != default:
        sheet.put((word, "metadata", "name"), manifest.name, at.below("metadata", "name"))
    value = there.said(manifest)
    borne = Metadata(shared.borne, shared.annotations, {})
    _say_metadata(sheet, word, at.below("metadata"), value["metadata"], borne)
    spec = value["spec"]
    taken = ["selector"] if spec.get("selector") == _selected(there) else []
    if spec.get("ports") == _for_service(sheet.get("ports") or []):
        taken.append("ports")
    _say_rest(sheet, word, at.below("spec"), _left(spec, taken))


def _selected(there: Belongings) -> Texts:
    """Return the labels by which a Service leads to all pods of a set, unless it says others."""
    pod = there.said(there.stateful_set.manifest)["spec"].get("template") or {}
    labels: Texts = (pod.get("metadata") or {}).get("labels") or {}
    return there.stateful_set.selector or labels
