"""Values to model: the set that is wanted, checked once, each fault at its option or line."""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import limits, names
from sfsgen.kubernetes.words import DEFAULT_NAMESPACE, RECOMMENDED_LABELS
from sfsgen.plain_text import brief
from sfsgen.problems import InputError
from sfsgen.values.claim_templates import Owner, claim_templates
from sfsgen.values.metadata import annotations_at, in_order, labels_at, selector_at
from sfsgen.values.model import ClaimTemplate, Fields, Metadata, StatefulSet
from sfsgen.values.own_fields import OwnFields
from sfsgen.values.pods import container_of, pod_of, texts_at
from sfsgen.values.ports import ports_of
from sfsgen.values.services import ForAll, governing_name, services_of
from sfsgen.values.tree import Values

_LARGEST_INTEGER = 2**31 - 1
# Labels, annotations and mount options, each as often as it is rendered: about two seconds.
_MOST_RENDERED = 250_000
_PER_TEMPLATE = 3  # times: with the first ordinal, with the last, and with an open one
_PER_ENTRY = 200  # characters that take as long as a further entry


class _Labelled(NamedTuple):
    """How the pods of a set are chosen, and what its objects are labelled with."""

    selector: Fields
    pods: Metadata
    """Of the pods, the claims and the volumes."""
    others: Metadata


def build(values: Values) -> StatefulSet:
    """Return the set that the values describe. Raises InputError with all their faults."""
    ordinals = _ordinals(values)
    name = _name(values, ordinals)
    namespace = _namespace(values)
    labelled = _labelled(values, name)
    own = OwnFields(values, "statefulSet")
    for key in ("podManagementPolicy", "updateStrategy"):
        if values.get(key) is not None:
            own.refuse(key, key)
    ports = ports_of(values)
    owner = Owner(name, namespace, ordinals, labelled.pods)
    templates = claim_templates(values, owner)
    _check_metadata(values, labelled.pods, templates)
    container = container_of(values, name, ports, templates)
    pod = pod_of(values, container.name, labelled.pods, templates)
    _check_selected(values, labelled.selector, pod.metadata.labels)
    service_name = governing_name(values, name)
    chosen = labelled.selector.get("matchLabels") or pod.metadata.labels
    for_all = ForAll(labelled.others, chosen, ports)
    stateful_set = StatefulSet(
        name=name,
        namespace=namespace,
        replicas=len(ordinals),
        start_ordinal=ordinals.start,
        selector=labelled.selector,
        metadata=own.metadata(labelled.others),
        as_said=values.as_said("statefulset"),
        update_strategy=_update_strategy(values),
        fields=own.rest(),
        service_name=service_name,
        services=services_of(values, name, service_name, for_all),
        pod=pod,
        container=container,
        claim_templates=templates,
    )
    if any("{" in text for _, text in texts_at(values)):
        from sfsgen.values.placeholders import filled  # few containers have a brace

        stateful_set = filled(values, stateful_set)
    if values.problems:
        raise InputError(*values.problems)
    return stateful_set


def _namespace(values: Values) -> str:
    namespace = values.text(("namespace",))
    if fault := names.label_fault(namespace):
        values.check(("namespace",), namespace, fault, names.label_fix(namespace))
        return DEFAULT_NAMESPACE
    return namespace


def _labelled(values: Values, name: str) -> _Labelled:
    """Return the selector and the labels: ours, or only those of the user's own selector.

    The controller labels the claims that it makes as the selector says.
    """
    labels, annotations = labels_at(values, ("labels",)), annotations_at(values, ("annotations",))
    selector = values.get("selector")
    if selector is None:
        recommended = dict(zip(RECOMMENDED_LABELS, (name, name, "sfsgen"), strict=True))
        common = Metadata(in_order({**recommended, **labels}), annotations, {})
        # Only what never changes: a selector cannot be changed, and a pod must keep matching it.
        lasting = {key: common.labels[key] for key in RECOMMENDED_LABELS[:2]}
        return _Labelled({"matchLabels": lasting}, common, common)
    if not any(selector.values()) and not values.is_reported("selector"):
        what = "the selector is empty, and the API refuses it"
        values.fault(("selector",), what, "write matchLabels into it, or leave it out")
    chosen = selector_at(values, ("selector",))
    own: Mapping[str, str] = chosen.get("matchLabels") or {}
    pods = Metadata(in_order({**own, **labels}), annotations, {})
    return _Labelled(chosen, pods, Metadata(labels, annotations, {}))


def _meets(expressions: Fields, labels: Mapping[str, str]) -> bool:
    from sfsgen.kubernetes.selectors import is_met  # few selectors have expressions

    return is_met(expressions, labels)


def _check_selected(values: Values, selector: Fields, labels: Mapping[str, str]) -> None:
    """Note where the labels of the pods keep them out of their own set: the API refuses it."""
    wanted = selector.get("matchLabels") or {}
    for key, value in wanted.items():
        if labels[key] != value:
            what = f"the selector asks for {key}={value} of the pods, and they have {labels[key]}"
            paths: tuple[Path, ...] = (("pod", "metadata", "labels", key), ("labels", key))
            path = next((each for each in paths if values.get(*each) is not None), ("selector",))
            values.fault(
                path,
                what,
                "give both the same value, or write it in metadata.labels of statefulSet",
                key=True,
            )
    expressions = {key: each for key, each in selector.items() if key != "matchLabels"}
    if values.is_reported("selector"):
        return
    if expressions and not _meets(expressions, labels):
        what = "the labels of the pods do not meet the selector, and the API refuses it"
        values.fault(
            ("selector", "matchExpressions"), what, "give the pods the labels in pod.metadata"
        )
    elif not labels:
        what = "the pods have no labels, and no Service could choose them"
        values.fault(("selector",), what, "give them a label in pod.metadata", key=True)


def _count(values: Values, path: Path) -> int:
    number = values.get(*path) or 0
    if number < 0:
        values.fault(path, f"{brief(number)} is below 0", "write 0 or more")
    elif number > _LARGEST_INTEGER:
        what = f"{brief(number)} does not fit into Kubernetes' 32 bits"
        values.fault(path, what, f"stay below {_LARGEST_INTEGER + 1}")
    return min(max(0, int(number)), _LARGEST_INTEGER)


def _ordinals(values: Values) -> range:
    start = _count(values, ("ordinals", "start"))
    if start:
        values.require(("ordinals", "start"))
    values.needed(("replicas",), "the number of replicas", "3")
    replicas = _count(values, ("replicas",))
    is_reported = values.is_reported("ordinals", "start") or values.is_reported("replicas")
    if start + replicas > _LARGEST_INTEGER and not is_reported:
        what = f"ordinals up to {start + replicas - 1} do not fit into Kubernetes' 32 bits"
        values.fault(("replicas",), what, f"stay below {_LARGEST_INTEGER}")
        replicas = 0
    return range(start, start + replicas)


def _name(values: Values, ordinals: range) -> str:
    if values.needed(("name",), "the name of the StatefulSet", "web") is None:
        return ""
    name = values.text(("name",))
    fault, longest = limits.set_name_fault(name, max(ordinals.stop - 1, 0), values.target)
    values.check(("name",), name, fault, names.label_fix(name, longest))
    # What follows from a name is told of the one that is advised.
    return names.closest_label(name, longest) if fault else name


def _check_metadata(values: Values, common: Metadata, templates: Collection[ClaimTemplate]) -> None:
    """Note where all that the volumes and claims carry alike makes too much of a small file."""
    texts = [*common.labels.items(), *common.annotations.items()]
    carried = len(texts) + sum(map(len, chain.from_iterable(texts))) // _PER_ENTRY
    rendered = sum(
        (len(each.exceptions) + _PER_TEMPLATE) * (carried + len(each.volume.mount_options))
        for each in templates
    )
    if rendered > _MOST_RENDERED:
        path = max(
            ("labels",),
            ("annotations",),
            ("mountOptions",),
            key=lambda each: len(values.get(*each) or ()),
        )
        what = (
            f"each of the {len(templates)} claim templates has all labels, annotations and "
            "mount options: together they are too many to print"
        )
        values.fault(path, what, "give fewer, or spread the claim templates over several sets")


def _update_strategy(values: Values) -> Fields:
    strategy: dict[str, Any] = values.get("updateStrategy") or {}
    if not strategy:
        return {}
    values.require(("updateStrategy",))
    kind = values.choice(("updateStrategy", "type"))
    rolling = strategy.get("rollingUpdate")
    path = ("updateStrategy", "rollingUpdate")
    if rolling is not None and kind == "OnDelete":
        what = "a partition belongs to RollingUpdate; with OnDelete the API refuses it"
        values.fault((*path, "partition"), what, "leave out one of them")
    if rolling is not None:
        _count(values, (*path, "partition"))
    return {"type": kind, **({"rollingUpdate": rolling} if rolling is not None else {})}
