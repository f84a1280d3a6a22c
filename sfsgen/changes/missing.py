"""What is missing: the volumes and claims that a set's ordinals lack, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.binder import Storage, departures
from sfsgen.kubernetes.names import Pattern, label_fault, subdomain_fault
from sfsgen.kubernetes.resources import CLAIM, PAIRED, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.nfs import RECLAIM, SOFT_MOUNT, is_soft
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inference import infer
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.values.model import ClaimTemplate, Series
from sfsgen.values.options import is_given
from sfsgen.values.pairs import Claim, Key, Pair, Volume


class Plan(NamedTuple):
    """What a set lacks, and what its owner should know; with problems, it is not to be used."""

    stateful_set: FoundSet
    ordinals: range
    templates: tuple[ClaimTemplate, ...]
    series: Mapping[str, tuple[Series, ...]]
    """The missing volumes and claims, by resource."""
    rows: tuple[Ordinal, ...]
    """The ordinals that get no new volume: what is wrong with them is worth knowing."""
    blocked: tuple[Ordinal, ...]
    """Those of which nothing can be said before it is put right."""
    unread: tuple[Ordinal, ...]
    """Those whose volume is bound to a claim that was not read."""
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def new_ordinals(self) -> range:
        """The ordinals from the first to the last that get a volume."""
        runs = [series.ordinals for series in self.series[VOLUME]]
        if not runs:
            return range(0)
        return range(min(run.start for run in runs), max(run.stop for run in runs))


class _Lack(NamedTuple):
    """What one ordinal lacks, or why that cannot be said."""

    resources: tuple[str, ...] = ()
    pair: Pair | None = None
    """The pair of which they are, None for the one that the claim template makes."""
    problem: Problem | None = None
    is_unread: bool = False
    """Whether its volume is bound to a claim that was not read."""
    is_blocked: bool = False
    """Whether what is wrong with the ordinal, which the rules tell, comes first."""


_NOTHING, _NEW_PAIR, _BLOCKED = _Lack(), _Lack(PAIRED), _Lack(is_blocked=True)
ANOTHER_NAME = (
    "leave it, and give --volume-name another pattern, such as 'pv-{namespace}-{name}-{ordinal}'"
)


def plan(
    pairing: Pairing,
    stateful_set: FoundSet,
    replicas: int,
    options: Mapping[str, Any],
    target: Target,
) -> Plan:
    """Return what a set lacks for so many replicas; options override what is inferred."""
    ordinals = stateful_set.ordinals_of(replicas)
    inferred = infer(pairing, stateful_set, ordinals, options, target)
    series: dict[str, list[Series]] = {resource: [] for resource in PAIRED}
    notes: list[str] = []
    problems: list[Problem] = []
    rows: list[Ordinal] = []
    blocked: list[Ordinal] = []
    unread: list[Ordinal] = []
    for template, wanted in zip(stateful_set.templates, inferred.templates, strict=True):
        known = pairing.of(template)
        lacks = ((row, _lack(pairing, wanted, row)) for row in map(known.row, ordinals))
        for lack, found in groupby(lacks, lambda each: each[1]):
            run = [row for row, _ in found]
            rows += run if VOLUME not in lack.resources else ()
            blocked += run if lack.is_blocked else ()
            unread += run if lack.is_unread else ()
            problems += filter(None, [lack.problem])
            for resource in lack.resources:
                numbers = range(run[0].number, run[-1].number + 1)
                series[resource] += _series(wanted, numbers, lack.pair)
        problems += _block_mode(stateful_set, template)
        notes += _traits(stateful_set, template, wanted, options) if series[VOLUME] else ()
    problems += _refused_names(stateful_set, [each for kind in series.values() for each in kind])
    # What is not known matters only where a volume is made; a wrong option always does.
    problems += [
        each for each in inferred.problems if series[VOLUME] or is_given(options.get(each.where))
    ]
    return Plan(
        stateful_set,
        ordinals,
        inferred.templates,
        {resource: tuple(each) for resource, each in series.items()},
        tuple(rows),
        tuple(blocked),
        tuple(unread),
        tuple(notes),
        tuple(problems),
    )


def _traits(
    stateful_set: FoundSet,
    template: FoundTemplate,
    wanted: ClaimTemplate,
    options: Mapping[str, Any],
) -> Iterator[str]:
    """Yield what to know of new pairs, though it may be so with those that exist."""
    of_template = f"of claim template {wanted.name}"
    if wanted.shared_directory:
        yield f"the new volumes {of_template} share the directory {wanted.directory.at(0)}"
    # What an option brings is warned of as such.
    hazard = RECLAIM.get((wanted.volume.driver, wanted.volume.reclaim_policy))
    if hazard and not is_given(options.get("--reclaim-policy")):
        yield f"the new volumes {of_template} are as the others: {hazard}"
    if is_soft(wanted.volume.mount_options) and not is_given(options.get("--mount-option")):
        yield f"the new volumes {of_template} are as the others: {SOFT_MOUNT}"
    is_live = stateful_set.manifest.is_stored
    for each in departures(wanted.storage, template.storage, template.name, is_live=is_live):
        yield f"a new claim {of_template} is not what it would make: {each.what}"


def left_behind(cures: Cures, made: Plan) -> Iterator[str]:
    """Yield what to say of the claims, and their volumes, of ordinals above those of a plan."""
    existing, stateful_set = cures.existing, made.stateful_set
    namespace = stateful_set.namespace
    keys = sorted(
        {key for key in (*existing.claims, *existing.reservations) if key[0] == namespace}
    )
    for template in stateful_set.templates:
        pattern = template.claim_name
        for key in keys:
            ordinal = pattern.ordinal_of(key[1])
            others = (each.stateful_set is not stateful_set for each in existing.wanting(key))
            if ordinal is not None and ordinal >= made.ordinals.stop and not any(others):
                yield _left(cures, key, f"{stateful_set.name}-{ordinal}")


def _left(cures: Cures, key: Key, pod: str) -> str:
    """Return what stays of an ordinal, and how it is removed once its pod is gone."""
    existing = cures.existing
    claim, reserved = existing.claims.get(key), existing.reserved(key)
    volume = existing.volumes.get(claim.volume_name) if claim else reserved
    is_there = claim or (volume and volume.phase == "Bound")
    gone = [f"pvc/{key[1]}"] if is_there else []
    if volume and volume.claim == key and _is_its_alone(existing, claim, volume):
        gone.append(f"pv/{volume.name}")
    names = f"claim {key[1] if is_there else 'none'}, volume {volume.name if volume else 'none'}"
    text = f"stays behind with its data: {names}"
    if not gone:
        return text
    return f"{text}; once it is not needed, {cures.remove_after(pod, key[0], gone, volume)}"


def _is_its_alone(existing: Inventory, claim: Claim | None, volume: Volume) -> bool:
    """Return whether a volume that is reserved for a claim's name is nobody else's, for sure."""
    if not volume.claim_uid:
        return True
    if claim:
        return volume.claim_uid == claim.uid
    return existing.elsewhere.is_complete and not existing.holder(volume)


def _series(wanted: ClaimTemplate, ordinals: range, pair: Pair | None) -> list[Series]:
    if pair is None:
        return list(wanted.series(ordinals))
    names = Pattern((pair.volume.name,)), Pattern((pair.claim.name,))
    return [Series(lambda _: pair, ordinals, *names, pair.claim.namespace, wanted.as_said)]


def _lack(pairing: Pairing, wanted: ClaimTemplate, row: Ordinal) -> _Lack:
    existing = pairing.existing
    key, claim, volume = row.claim_key, row.claim, row.volume
    if claim and claim.volume_name:
        return _of_claim_with_volume(existing, wanted, row.number, claim)
    if len(existing.reservations.get(key, ())) > 1:
        return _BLOCKED
    namesake = existing.volumes.get(wanted.volume_name.at(row.number))
    takers = [each.key for each in existing.takers.get(namesake.name, ())] if namesake else []
    if volume is None and namesake and (takers or _is_left_to_another(existing, namesake, key)):
        owner = "/".join(existing.owner(namesake) or namesake.claim or next(iter(takers), key))
        what = f"the claim {'/'.join(key)} needs a volume, and {namesake.name} is that of {owner}"
        where = namesake.manifest.where(("spec", "claimRef"))
        return _Lack(problem=Problem(where, what, ANOTHER_NAME))
    volume = volume or namesake
    if volume is None:
        return _new(existing, wanted, row.number, claim)
    if _is_left_to_another(existing, volume, key):
        return _BLOCKED
    return _NOTHING if claim else _of_volume(wanted, row.number, volume)


def _is_left_to_another(existing: Inventory, volume: Volume, key: Key) -> bool:
    return existing.is_anothers(volume, key) or volume.claim not in (None, key)


def _of_volume(wanted: ClaimTemplate, ordinal: int, volume: Volume) -> _Lack:
    """Return the claim that fits a volume which is there, and is nobody else's."""
    if volume.phase == "Bound":
        return _Lack(is_unread=True)
    return _Lack((CLAIM,), _fitted(wanted.pair(ordinal), volume.name, volume.storage))


def _of_claim_with_volume(
    existing: Inventory, wanted: ClaimTemplate, ordinal: int, claim: Claim
) -> _Lack:
    volume = existing.volumes.get(claim.volume_name)
    if volume is None:
        is_bound = claim.phase in ("Bound", "Lost")
        return _NOTHING if is_bound else _new(existing, wanted, ordinal, claim)
    if existing.holder(volume) == claim.key:
        return _NOTHING
    owner = existing.owner(volume) or volume.claim or claim.key
    # What a changed namespace has done to one pair it has done to all.
    is_moved = owner != claim.key and owner[1] == claim.name
    return _BLOCKED if is_moved else _NOTHING


def _new(existing: Inventory, wanted: ClaimTemplate, ordinal: int, claim: Claim | None) -> _Lack:
    """Return a new pair, or the volume that fits a claim which is there."""
    pair = wanted.pair(ordinal)
    if other := existing.overlapping(pair.volume.directory, is_shared=wanted.shared_directory):
        what = f"{pair.volume.name} would lie in {pair.volume.path}, where the volume "
        what += f"{other.name} lies already ({other.path})"
        return _Lack(problem=Problem("--nfs-path", what, "give it another pattern"))
    if claim is None:
        return _NEW_PAIR
    if claim.storage.volume_mode == "Block":
        where = claim.manifest.where(("spec", "volumeMode"))
        what = f"the claim {claim.name} wants a block device, which NFS does not have"
        return _Lack(
            problem=Problem(where, what, "make the claim again, with volumeMode Filesystem")
        )
    return _Lack((VOLUME,), _fitted(pair, claim.volume_name or pair.volume.name, claim.storage))


def _fitted(pair: Pair, volume_name: str, storage: Storage) -> Pair:
    """Return a pair as the side of it that is there has it: the volume's name, and the storage."""
    storage = storage._replace(storage_class=storage.storage_class or "")
    return Pair(
        pair.claim._replace(volume_name=volume_name, storage=storage),
        pair.volume._replace(name=volume_name, storage=storage),
    )


def _refused_names(stateful_set: FoundSet, made: Sequence[Series]) -> Iterator[Problem]:
    """Yield why names of what would be made are refused by the API server, each once."""
    where = stateful_set.manifest.where
    if made and (fault := label_fault(stateful_set.namespace)):
        what = f'"{stateful_set.namespace}" is no name of a namespace: it {fault}'
        yield Problem(where(("metadata", "namespace")), what, "write it as shop")
    names = [
        (kind, pattern.at(ordinal))
        for series in made
        for kind, pattern in (("volume", series.volume_name), ("claim", series.claim_name))
        for ordinal in (series.ordinals[0], series.ordinals[-1])
    ]
    for kind, name in dict.fromkeys(names):
        if fault := subdomain_fault(name):
            what = f'a {kind} would be named "{name}", which {fault}'
            yield Problem(where(("metadata", "name")), what, "give it a name that Kubernetes takes")


def _block_mode(stateful_set: FoundSet, template: FoundTemplate) -> Iterator[Problem]:
    if template.storage.volume_mode == "Block":
        where = stateful_set.manifest.where((*template.path, "spec", "volumeMode"))
        what = f"claim template {template.name} wants block devices, which NFS does not have"
        yield Problem(where, what, "use volumeMode Filesystem")
