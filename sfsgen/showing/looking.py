"""A scene as views of its sets: each ordinal's row, and on it what the rules tell of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.findings.located import Located, called
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.showing.pods import Pods, lost_with_node
from sfsgen.showing.stable_names import ports_of, service_of
from sfsgen.showing.view import (
    NOT_A_REPLICA,
    ClaimRow,
    Fault,
    PodRow,
    PodSeen,
    ServiceView,
    SetView,
    gravest_first,
)
from sfsgen.values.pairs import Claim, Volume

_VOLUME = "PersistentVolume"
_OF_VACANT = {"missing-volume": "volume", "missing-claim": "claim"}
"""Rules that tell a set which ordinals lack something, and what that is."""


class Shown(NamedTuple):
    """What is asked of views."""

    domain: str
    """The cluster's."""
    pods: Pods
    folder: str = ""


BySide = Mapping[int, Sequence[tuple[int, Located]]]
"""Findings, numbered, by the identity of each object that they are about."""


def by_side(scene: Scene, found: Iterable[Located]) -> BySide:
    """Return findings by what they are about: of many sets, each looks only at its own.

    That a set's claim names the volume of another one is no fault of the other.
    """
    owned = set(_owned(scene))
    by_identity: dict[int, list[tuple[int, Located]]] = {}
    for number, each in enumerate(found):
        is_owned = each.manifest is not None and id(each.manifest) in owned
        sides = (one for one in each.sides if not (is_owned and one.kind == _VOLUME))
        for side in {id(one) for one in sides}:
            by_identity.setdefault(side, []).append((number, each))
    return by_identity


def _owned(scene: Scene) -> Iterator[int]:
    """Yield the identities of sets and of their claims."""
    for stateful_set, templates in scene.pairing.by_set:
        yield id(stateful_set.manifest)
        rows = (row for each in templates for row in each.by_number.values())
        yield from (id(row.claim.manifest) for row in rows if row.claim)


def view(scene: Scene, stateful_set: FoundSet, found: BySide, shown: Shown) -> SetView:
    """Return what is shown of a set, with what rules have found of it."""
    rows = list(_rows(scene, stateful_set))
    of_set, by_row = _attributed(scene, stateful_set, rows, found)
    service = service_of(stateful_set, scene.service_of(stateful_set), shown.domain)
    claims: dict[int, list[ClaimRow]] = {each: [] for each in stateful_set.ordinals}
    for row in rows:
        claims.setdefault(row.number, []).append(_claim(row, by_row))
    kubectl = scene.look.access.kubectl
    pods = [
        _pod(stateful_set, number, service, shown.pods, kubectl)._replace(claims=tuple(its_claims))
        for number, its_claims in sorted(claims.items())
    ]
    every = (*of_set, *(fault for pod in pods for fault in pod.own_faults))
    return SetView(
        stateful_set.manifest.kind,
        stateful_set.namespace,
        stateful_set.name,
        shown.folder,
        stateful_set.replicas,
        stateful_set.start_ordinal,
        service,
        tuple(ports_of(stateful_set.manifest)),
        tuple(pods),
        gravest_first(every),
    )


def _pod(
    stateful_set: FoundSet, number: int, service: ServiceView | None, pods: Pods, kubectl: Kubectl
) -> PodRow:
    """Return a pod's names, and its state where it was seen."""
    name = stateful_set.pod_name(number)
    is_wanted = number in stateful_set.ordinals
    pod = (pods.by_key or {}).get((stateful_set.namespace, name))
    lost = (lost_with_node(name, pod, kubectl),) if pod and pod.is_on_lost_node else ()
    dns = f"{name}.{service.dns}" if service else ""
    state = _pod_state(pod, pods, is_wanted=is_wanted)
    return PodRow(number, name, dns, is_wanted, state, pod.node if pod else "", (), lost)


def _pod_state(pod: PodSeen | None, pods: Pods, *, is_wanted: bool) -> str:
    if pod:
        return pod.state
    if not is_wanted:
        return NOT_A_REPLICA
    return "" if pods.by_key is None else "no pod"


def _rows(scene: Scene, stateful_set: FoundSet) -> Iterator[Ordinal]:
    """Yield the rows of a set's ordinals, and of those that have a claim from before."""
    for template in stateful_set.templates:
        ordinals = scene.pairing.of(template)
        yield from map(ordinals.row, stateful_set.ordinals)
        for number, row in ordinals.by_number.items():
            if row.claim and number not in stateful_set.ordinals:
                yield row


_RowKey = int | tuple[str, int]
"""The identity of a claim or a volume; of what a row lacks, the template's name and its number."""
_ByRow = Mapping[_RowKey, Sequence[Fault]]


def _attributed(
    scene: Scene, stateful_set: FoundSet, rows: Sequence[Ordinal], found: BySide
) -> tuple[tuple[Fault, ...], _ByRow]:
    """Return the faults of a set, and those of its rows."""
    own = {id(stateful_set.manifest)}
    if service := scene.service_of(stateful_set):
        own.add(id(service.manifest))
    of_rows = {id(each) for row in rows for each in _sides(row)}
    told = dict(pair for side in (*own, *of_rows) for pair in found.get(side, ()))
    every: list[Fault] = []
    by_row: dict[_RowKey, list[Fault]] = {}
    for each in (told[number] for number in sorted(told)):
        fault = _fault(each)
        every.append(fault)
        sides = {id(one) for one in each.sides}
        lacking = _lacking(rows, each.rule) if id(stateful_set.manifest) in sides else ()
        for key in (*(sides & of_rows), *lacking):
            by_row.setdefault(key, []).append(fault)
    return tuple(dict.fromkeys(every)), by_row


def _lacking(rows: Sequence[Ordinal], rule: str) -> Iterator[_RowKey]:
    """Yield the rows that lack what a rule tells their set that some lack."""
    if what := _OF_VACANT.get(rule):
        for row in rows:
            if row.is_wanted and getattr(row, what) is None:
                yield row.template.name, row.number


def _fault(found: Located) -> Fault:
    about = called(found.subject) if found.subject else ""
    return Fault(found.rule, found.severity, about, found.what, found.cure.words, found.place)


def _sides(row: Ordinal) -> Iterator[Manifest]:
    if row.claim:
        yield row.claim.manifest
    if row.volume:
        yield row.volume.manifest


def _claim(row: Ordinal, by_row: _ByRow) -> ClaimRow:
    claim, volume = row.claim, row.volume
    keys: list[_RowKey] = [*map(id, _sides(row)), (row.template.name, row.number)]
    faults = dict.fromkeys(fault for key in keys for fault in by_row.get(key, ()))
    # What a pod has is what its volume has: a claim asks for no more.
    storage = volume.storage if volume else claim.storage if claim else row.template.storage
    return ClaimRow(
        row.template.name,
        row.claim_key[1],
        claim is not None,
        volume.name if volume else "",
        storage.storage,
        storage.access_modes,
        storage.storage_class,
        volume.reclaim_policy if volume else "",
        volume.mount_options if volume else (),
        volume.driver if volume else "",
        volume.server if volume else "",
        volume.path if volume else "",
        row.tie.value,
        _state(claim, volume),
        gravest_first(faults),
    )


def _state(claim: Claim | None, volume: Volume | None) -> str:
    """Return the state of a claim and its volume in words, "" where both are only written."""
    if claim is None:
        has_phase = volume and volume.phase
        return f"no claim, volume {volume.phase}" if volume and has_phase else "no claim"
    if claim.manifest.is_terminating:
        return "Terminating"
    phase = claim.phase or ("" if volume else "no volume")
    if volume and (volume.is_left or volume.manifest.is_terminating):
        of_volume = "Terminating" if volume.manifest.is_terminating else volume.phase
        return f"{phase or 'claimed'}, volume {of_volume}"
    return phase
