"""A scene as views of its sets: each ordinal's row, and on it what the rules tell of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sfsgen.findings.located import Located, called
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.sets.found import FoundSet, Ordinal
from sfsgen.showing.pods import Pods, lost_with_node
from sfsgen.showing.stable_names import service_of
from sfsgen.showing.view import ClaimRow, Fault, PodRow, PodSeen, SetView, gravest_first
from sfsgen.values.pairs import Claim, Volume

_OF_VACANT = {"missing-volume": "volume", "missing-claim": "claim"}
"""Rules that tell a set which ordinals lack something, and what that is."""


class Shown(NamedTuple):
    """What is asked of views."""

    domain: str
    """The cluster's."""
    pods: Pods
    folder: str = ""


def view(scene: Scene, stateful_set: FoundSet, found: Iterable[Located], shown: Shown) -> SetView:
    """Return what is shown of a set, with what rules have found of it."""
    rows = list(_rows(scene, stateful_set))
    of_set, by_manifest = _attributed(scene, stateful_set, rows, found)
    service = service_of(stateful_set, scene.service_of(stateful_set), shown.domain)
    by_number: dict[int, list[Ordinal]] = {each: [] for each in stateful_set.ordinals}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    pods = []
    for number in sorted(by_number):
        name = f"{stateful_set.name}-{number}"
        is_wanted = number in stateful_set.ordinals
        pod = (shown.pods.by_key or {}).get((stateful_set.namespace, name))
        lost = pod and pod.is_on_lost_node
        own = (lost_with_node(name, pod, scene.look.access.kubectl),) if pod and lost else ()
        claims = tuple(_claim(row, by_manifest) for row in by_number[number])
        dns = f"{name}.{service.dns}" if service else ""
        state = _pod_state(pod, shown.pods, is_wanted=is_wanted)
        node = pod.node if pod else ""
        pods.append(PodRow(number, name, dns, is_wanted, state, node, claims, own))
    every = (*of_set, *(fault for pod in pods for fault in pod.own_faults))
    return SetView(
        stateful_set.manifest.kind,
        stateful_set.namespace,
        stateful_set.name,
        shown.folder,
        stateful_set.replicas,
        stateful_set.start_ordinal,
        service,
        tuple(pods),
        gravest_first(every),
    )


def _pod_state(pod: PodSeen | None, pods: Pods, *, is_wanted: bool) -> str:
    if pod:
        return pod.state
    if not is_wanted:
        return "not a replica"
    return "" if pods.by_key is None else "no pod"


def _rows(scene: Scene, stateful_set: FoundSet) -> Iterator[Ordinal]:
    """Yield the rows of a set's ordinals, and of those that have a claim from before."""
    for template in stateful_set.templates:
        ordinals = scene.pairing.of(template)
        yield from map(ordinals.row, stateful_set.ordinals)
        for number, row in ordinals.by_number.items():
            if row.claim and number not in stateful_set.ordinals:
                yield row


_ByManifest = Mapping[int | tuple[str, int], Sequence[Fault]]


def _attributed(
    scene: Scene, stateful_set: FoundSet, rows: Sequence[Ordinal], found: Iterable[Located]
) -> tuple[tuple[Fault, ...], _ByManifest]:
    """Return the faults of a set, and those of its rows by the identity of a claim or a volume.

    What a row lacks has no identity: it has the name of the template, and its number.
    """
    own = {id(stateful_set.manifest)}
    if service := scene.service_of(stateful_set):
        own.add(id(service.manifest))
    of_rows = {id(each) for row in rows for each in _sides(row)}
    every: list[Fault] = []
    by_manifest: dict[int | tuple[str, int], list[Fault]] = {}
    for each in found:
        sides = {id(one) for one in each.sides}
        if sides.isdisjoint(own | of_rows):
            continue
        fault = _fault(each)
        every.append(fault)
        for one in sides & of_rows:
            by_manifest.setdefault(one, []).append(fault)
        if id(stateful_set.manifest) in sides and (lack := _OF_VACANT.get(each.rule)):
            for row in rows:
                if row.is_wanted and getattr(row, lack) is None:
                    by_manifest.setdefault((row.template.name, row.number), []).append(fault)
    return tuple(dict.fromkeys(every)), by_manifest


def _fault(found: Located) -> Fault:
    about = called(found.subject) if found.subject else ""
    return Fault(found.rule, found.severity, about, found.what, found.cure.words)


def _sides(row: Ordinal) -> Iterator[Manifest]:
    if row.claim:
        yield row.claim.manifest
    if row.volume:
        yield row.volume.manifest


def _claim(row: Ordinal, by_manifest: _ByManifest) -> ClaimRow:
    claim, volume = row.claim, row.volume
    keys: list[int | tuple[str, int]] = [*map(id, _sides(row)), (row.template.name, row.number)]
    faults = dict.fromkeys(fault for key in keys for fault in by_manifest.get(key, ()))
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
    if volume and volume.manifest.is_terminating:
        return f"{claim.phase or 'claimed'}, volume Terminating"
    return claim.phase or ("" if volume else "no volume")
