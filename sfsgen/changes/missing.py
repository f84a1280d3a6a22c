"""What is missing: the volumes and claims that a set's ordinals lack, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.binder import Storage, departures, is_large_enough, lacking_modes
from sfsgen.kubernetes.names import Pattern, label_fault, subdomain_fault
from sfsgen.kubernetes.resources import CLAIM, PAIRED, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.nfs import RECLAIM, SOFT_MOUNT, is_soft
from sfsgen.problems import Problem
from sfsgen.sets.existing import (
    Existing,
    ExistingClaim,
    ExistingSet,
    ExistingTemplate,
    ExistingVolume,
    Key,
)
from sfsgen.sets.inference import infer
from sfsgen.sets.ordinals import Ordinal, Pairing
from sfsgen.values.model import ClaimTemplate, Series, VolumePair
from sfsgen.values.options import is_given


class Plan(NamedTuple):
    """What a set lacks, and what its owner should know; with problems, it is not to be used."""

    stateful_set: ExistingSet
    ordinals: range
    templates: tuple[ClaimTemplate, ...]
    series: Mapping[str, tuple[Series, ...]]
    """The missing volumes and claims, by resource."""
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
    pair: VolumePair | None = None
    """The pair of which they are, None for the one that the claim template makes."""
    note: str = ""
    problem: Problem | None = None


_NEW_PAIR = _Lack(PAIRED)


def plan(
    cures: Cures,
    pairing: Pairing,
    stateful_set: ExistingSet,
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
    for template, wanted in zip(stateful_set.templates, inferred.templates, strict=True):
        rows = pairing.of(stateful_set, template)
        lacks = ((ordinal, _lack(cures, wanted, rows.row(ordinal))) for ordinal in ordinals)
        for lack, found in groupby(lacks, lambda each: each[1]):
            run = [ordinal for ordinal, _ in found]
            notes += filter(None, [lack.note])
            problems += filter(None, [lack.problem])
            for resource in lack.resources:
                series[resource] += _series(wanted, range(run[0], run[-1] + 1), lack.pair)
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
        tuple(notes),
        tuple(problems),
    )


def _traits(
    stateful_set: ExistingSet,
    template: ExistingTemplate,
    wanted: ClaimTemplate,
    options: Mapping[str, Any],
) -> Iterator[str]:
    """Yield what to know of new pairs, though it may be so with those that exist."""
    of_template = f"of claim template {wanted.name}"
    if wanted.shared_directory:
        yield f"the new volumes {of_template} share the directory {wanted.directory.at(0)}"
    # What an option brings is warned of as such.
    hazard = RECLAIM.get((wanted.driver, wanted.reclaim_policy))
    if hazard and not is_given(options.get("--reclaim-policy")):
        yield f"the new volumes {of_template} are as the others: {hazard}"
    if is_soft(wanted.mount_options) and not is_given(options.get("--mount-option")):
        yield f"the new volumes {of_template} are as the others: {SOFT_MOUNT}"
    made = Storage(wanted.storage, wanted.access_modes, wanted.storage_class, "Filesystem")
    for each in departures(
        made, template.storage, template.name, is_live=stateful_set.manifest.is_stored
    ):
        yield f"a new claim {of_template} is not what it would make: {each.what}"


def left_behind(cures: Cures, made: Plan) -> Iterator[str]:
    """Yield what to say of the claims, and their volumes, of ordinals above those of a plan."""
    existing, stateful_set = cures.existing, made.stateful_set
    namespace = stateful_set.namespace
    keys = sorted(
        {key for key in (*existing.claims, *existing.reservations) if key[0] == namespace}
    )
    for template in stateful_set.templates:
        pattern = stateful_set.claim_name(template)
        for key in keys:
            ordinal = pattern.ordinal_of(key[1])
            others = (each for each, _, _ in existing.wanting(key) if each is not stateful_set)
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


def _is_its_alone(existing: Existing, claim: ExistingClaim | None, volume: ExistingVolume) -> bool:
    """Return whether a volume that is reserved for a claim's name is nobody else's, for sure."""
    if not volume.claim_uid:
        return True
    if claim:
        return volume.claim_uid == claim.uid
    return existing.elsewhere.is_complete and not existing.holder(volume)


def _series(wanted: ClaimTemplate, ordinals: range, pair: VolumePair | None) -> list[Series]:
    if pair is None:
        return list(wanted.series(ordinals))
    names = Pattern((pair.volume_name,)), Pattern((pair.claim_name,))
    return [Series(lambda _: pair, ordinals, *names, pair.namespace)]


def _lack(cures: Cures, wanted: ClaimTemplate, row: Ordinal) -> _Lack:
    existing = cures.existing
    ordinal, key, claim = row.number, row.claim_key, row.claim
    if claim and claim.volume_name:
        return _of_claim_with_volume(cures, wanted, ordinal, claim)
    if len(rivals := existing.reservations.get(key, [])) > 1:
        what = f"{rivals[0].name} and {rivals[1].name} are both reserved for the claim {key[1]}"
        fix = "reserve the one that is not meant for the claim that it is meant for"
        return _Lack(problem=Problem(rivals[1].manifest.where(("spec", "claimRef")), what, fix))
    volume = row.volume or existing.volumes.get(wanted.volume_name.at(ordinal))
    if volume is None:
        return _new(existing, wanted, ordinal, claim)
    if existing.is_anothers(volume, key):
        return _of_another(cures, volume, key, claim)
    if volume.claim not in (None, key):
        what = f"the claim {key[1]} needs a volume, and {volume.name} is there for another claim"
        fix = "give --volume-name another pattern"
        return _Lack(problem=Problem(volume.manifest.where(), what, fix))
    return _of_volume(cures, wanted, ordinal, volume)


def _of_volume(cures: Cures, wanted: ClaimTemplate, ordinal: int, volume: ExistingVolume) -> _Lack:
    """Return what is lacking of an ordinal whose volume is there, and is nobody else's."""
    key = wanted.namespace, wanted.claim_name.at(ordinal)
    claim = cures.existing.claims.get(key)
    note = _released(cures, volume, claim, key) or _unreserved(cures, volume, key)
    note = note or _unfit(volume, claim)
    is_unread = claim is None and volume.phase == "Bound"
    if is_unread:
        note = f"volume {volume.name} is Bound, and its claim {key[1]} is not in the input: read "
        note += f"the claims too ({cures.read_all(key[0])})"
    if claim or is_unread:
        return _Lack(note=note)
    # The claim that fits a volume which is there.
    storage = volume.storage
    pair = wanted.pair(ordinal)._replace(
        volume_name=volume.name,
        storage=storage.storage,
        access_modes=storage.access_modes,
        storage_class=storage.storage_class or "",
    )
    return _Lack((CLAIM,), pair, note)


def _of_claim_with_volume(
    cures: Cures, wanted: ClaimTemplate, ordinal: int, claim: ExistingClaim
) -> _Lack:
    key = claim.namespace, claim.name
    volume = cures.existing.volumes.get(claim.volume_name)
    if volume is None and claim.phase in ("Bound", "Lost"):
        named = f"its volume {claim.volume_name} is not in the input"
        return _Lack(note=f"the claim {claim.name} is {claim.phase}, and {named}")
    if volume is None:
        return _new(cures.existing, wanted, ordinal, claim)
    if cures.existing.holder(volume) == key:
        return _Lack(note=_being_deleted(claim))
    is_anothers = volume.claim and volume.claim != key
    if is_anothers or cures.existing.is_anothers(volume, key):
        return _of_another(cures, volume, key, claim)
    note = _being_deleted(claim)
    if not note and claim.phase != "Bound":
        note = _released(cures, volume, claim, key) or _unreserved(cures, volume, key)
    return _Lack(note=note)


def _being_deleted(claim: ExistingClaim) -> str:
    if not claim.manifest.is_terminating:
        return ""
    return f"the claim {claim.name} is being deleted; make it anew once it is gone"


def _of_another(
    cures: Cures, volume: ExistingVolume, key: Key, claim: ExistingClaim | None
) -> _Lack:
    """Return that a claim's volume is another claim's, to which it is left."""
    existing = cures.existing
    owner = existing.owner(volume) or volume.claim or key
    what = f"the claim {'/'.join(key)} {'names' if claim else 'needs'} the volume {volume.name}, "
    what += f"which is reserved for {'/'.join(owner)}"
    if owner[1] != key[1] and claim:
        return _Lack(note=what)
    is_moved = not volume.manifest.is_stored and owner not in existing.claims
    if is_moved:
        fix = f"write the namespace {key[0]} into its claimRef: a namespace was changed"
        where = volume.manifest.where(("spec", "claimRef", "namespace"))
        return _Lack(problem=Problem(where, what, fix))
    fix = "leave it, and give --volume-name another pattern, such as "
    fix += "'pv-{namespace}-{name}-{ordinal}'"
    if claim and claim.manifest.is_stored and claim.phase == "Pending":
        fix += f", once the claim, which names it, is gone: `{cures.delete(claim)}`"
    elif claim:
        fix += ", and let the claim name a volume of its own"
    return _Lack(problem=Problem(volume.manifest.where(("spec", "claimRef")), what, fix))


def _new(
    existing: Existing, wanted: ClaimTemplate, ordinal: int, claim: ExistingClaim | None
) -> _Lack:
    """Return a new pair, or the volume that fits a claim which is there."""
    pair = wanted.pair(ordinal)
    if other := existing.overlapping(pair.directory, is_shared=wanted.shared_directory):
        what = f"{pair.volume_name} would lie in {pair.directory.path}, where the volume "
        what += f"{other.name} lies already ({other.path})"
        return _Lack(problem=Problem("--nfs-path", what, "give it another pattern"))
    if claim is None:
        return _NEW_PAIR
    storage = claim.storage
    if storage.volume_mode == "Block":
        where = claim.manifest.where(("spec", "volumeMode"))
        what = f"the claim {claim.name} wants a block device, which NFS does not have"
        return _Lack(
            problem=Problem(where, what, "make the claim again, with volumeMode Filesystem")
        )
    pair = pair._replace(
        volume_name=claim.volume_name or pair.volume_name,
        storage=storage.storage,
        access_modes=storage.access_modes,
        storage_class=storage.storage_class or "",
    )
    return _Lack((VOLUME,), pair)


def _refused_names(stateful_set: ExistingSet, made: Sequence[Series]) -> Iterator[Problem]:
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


def _block_mode(stateful_set: ExistingSet, template: ExistingTemplate) -> Iterator[Problem]:
    if template.storage.volume_mode == "Block":
        where = stateful_set.manifest.where((*template.path, "spec", "volumeMode"))
        what = f"claim template {template.name} wants block devices, which NFS does not have"
        yield Problem(where, what, "use volumeMode Filesystem")


def _unreserved(cures: Cures, volume: ExistingVolume, key: Key) -> str:
    """Return what to say of a volume that any claim can take."""
    if volume.claim:
        return ""
    return (
        f"volume {volume.name} is there for claim {key[1]}, but not reserved: any claim can take "
        f"it. Reserve it: {cures.reserve(volume, key)}"
    )


def _released(cures: Cures, volume: ExistingVolume, claim: ExistingClaim | None, key: Key) -> str:
    """Return what to say of a volume that holds on to a claim that is gone (measured)."""
    uid = claim.uid if claim else ""
    is_another = volume.claim_uid and (claim is None or uid not in ("", volume.claim_uid))
    if volume.phase == "Failed":
        return f"volume {volume.name} is Failed; `{cures.describe(volume.manifest)}` says why"
    if volume.phase == "Released" and not volume.claim_uid:
        return f"volume {volume.name} is Released, and holds on to no claim: it is free at once"
    if volume.phase != "Released" and not is_another:
        return ""
    return (
        f"volume {volume.name} is Released and holds on to an earlier claim {key[1]}; the data is "
        f"kept{cures.doubt(volume)}. Free it for the new one: {cures.free(volume)}"
    )


def _unfit(volume: ExistingVolume, claim: ExistingClaim | None) -> str:
    """Return why a claim that waits does not bind to the volume that is reserved for it.

    claimRef alone leaves the binder's checks of size, modes and volume mode in force (measured).
    """
    if claim is None:
        return ""
    has, wants = volume.storage, claim.storage
    differs: Callable[[str], str] = (
        f"the claim {claim.name} will wait for ever: its volume {volume.name} has {{}}".format
    )
    if not is_large_enough(wants, has):
        return differs(f"{has.storage}, and it asks for {wants.storage}")
    if lacking_modes(wants, has):
        return differs("not all of its access modes")
    if has.volume_mode != wants.volume_mode:
        return differs(f"the volume mode {has.volume_mode}, and it asks for {wants.volume_mode}")
    return ""
