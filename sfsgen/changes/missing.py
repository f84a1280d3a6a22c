"""What is missing: the volumes and claims that a set's ordinals lack, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple

from sfsgen.changes.cures import Cures
from sfsgen.kubernetes.binder import departures, is_large_enough, lacking_modes
from sfsgen.kubernetes.names import label_fault, numbered, subdomain_fault
from sfsgen.kubernetes.resources import CLAIM, PAIRED, VOLUME
from sfsgen.kubernetes.versions import Target
from sfsgen.nfs import SOFT_MOUNT, NfsDirectory
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inference import infer
from sfsgen.sets.inventory import Inventory
from sfsgen.sets.ordinals import Pairing
from sfsgen.storage_drivers import reclaimed
from sfsgen.values.model import ClaimTemplate, Series
from sfsgen.values.options import is_given
from sfsgen.values.pairs import Claim, Key, Volume


class Lack(Enum):
    """What an ordinal lacks, or why that cannot be said."""

    NOTHING = "nothing"
    PAIR = "a volume and a claim"
    VOLUME = "a volume for the claim that is there"
    CLAIM = "a claim for the volume that is there"
    UNREAD = "unknown: its volume is bound to a claim that was not read"
    BLOCKED = "unknown: what is wrong with it, which the rules tell, comes first"
    REFUSED = "unknown: what would be made cannot be"


_RESOURCES = {Lack.PAIR: PAIRED, Lack.VOLUME: (VOLUME,), Lack.CLAIM: (CLAIM,)}


class Need(NamedTuple):
    """What an ordinal needs."""

    lack: Lack
    template: ClaimTemplate | None = None
    """What it is made by, where that is not the claim template of all."""
    problem: Problem | None = None
    """Why it is refused."""


class Run(NamedTuple):
    """Successive ordinals of a claim template that need the same."""

    template: ClaimTemplate
    rows: Sequence[Ordinal]
    lack: Lack
    problem: Problem | None

    @property
    def resources(self) -> tuple[str, ...]:
        """What is made for them."""
        return _RESOURCES.get(self.lack, ())

    @property
    def series(self) -> Iterator[Series]:
        """The pairs of which it is made."""
        return self.template.series(range(self.rows[0].number, self.rows[-1].number + 1))


class Plan(NamedTuple):
    """What a set lacks, and what its owner should know; with problems, it is not to be used."""

    stateful_set: FoundSet
    ordinals: range
    templates: tuple[ClaimTemplate, ...]
    runs: tuple[Run, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]

    def series(self, resource: str) -> Iterator[Series]:
        """Yield the pairs whose volumes or claims are missing."""
        return (each for run in self.runs if resource in run.resources for each in run.series)

    def rows(self, *lacks: Lack) -> Iterator[Ordinal]:
        """Yield the ordinals that lack one of some things."""
        return (row for run in self.runs if run.lack in lacks for row in run.rows)

    @property
    def new_ordinals(self) -> range:
        """The ordinals from the first to the last that get a volume."""
        numbers = [row.number for row in self.rows(Lack.PAIR, Lack.VOLUME)]
        return range(min(numbers), max(numbers) + 1) if numbers else range(0)


ANOTHER_NAME = (
    "leave it, and give --volume-name another pattern, such as 'pv-{namespace}-{name}-{ordinal}'"
)


def plan_for(
    pairing: Pairing,
    stateful_set: FoundSet,
    replicas: int,
    options: Mapping[str, Any],
    target: Target,
) -> Plan:
    """Return what a set lacks for so many replicas; options override what is inferred."""
    ordinals = stateful_set.ordinals_of(replicas)
    inferred = infer(pairing, stateful_set, ordinals, options, target)
    runs: list[Run] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for template, wanted, lost in zip(
        stateful_set.templates, inferred.templates, inferred.lost, strict=True
    ):
        found = list(_runs(pairing, wanted, map(pairing.of(template).row, ordinals)))
        runs += found
        problems += [run.problem for run in found if run.problem]
        if not wanted.source.driver.has_blocks:
            problems += _block_mode(stateful_set, template)
        resources = {resource for run in found for resource in run.resources}
        problems += [each for key in PAIRED if key in resources for each in lost[key]]
        if VOLUME in resources:
            notes += _shared(wanted, found)
            notes += _traits(stateful_set, template, wanted, options)
    made = Plan(stateful_set, ordinals, inferred.templates, tuple(runs), tuple(notes), ())
    problems += _refused_names(made)
    # What is not known matters only where a volume is made; a wrong option always does.
    problems += [
        each for each in inferred.problems if made.new_ordinals or is_given(options.get(each.where))
    ]
    return made._replace(problems=tuple(problems))


def _runs(pairing: Pairing, wanted: ClaimTemplate, rows: Iterable[Ordinal]) -> Iterator[Run]:
    for need, run in groupby(rows, lambda row: _need(pairing, wanted, row)):
        yield Run(need.template or wanted, tuple(run), need.lack, need.problem)


def _shared(wanted: ClaimTemplate, runs: Sequence[Run]) -> Iterator[str]:
    """Yield which new volumes lie in one directory, or in that of a volume which is there."""
    if not wanted.shared_directory:
        return
    new: dict[NfsDirectory, list[str]] = {}
    for run in (run for run in runs if VOLUME in run.resources and run.template.source.has_place):
        for row in run.rows:
            volume = run.template.pair(row.number).volume
            new.setdefault(volume.place, []).append(volume.path)
    volumes = [row.volume for run in runs for row in run.rows if row.volume]
    there = {each.place: each.name for each in reversed(volumes)}
    for place, (path, *others) in new.items():
        if others:
            yield f"the new volumes of claim template {wanted.name} share the directory {path}"
        elif place in there:
            whose = f"{path} with {there[place]}"
            yield f"the new volume of claim template {wanted.name} shares the directory {whose}"


def _traits(
    stateful_set: FoundSet,
    template: FoundTemplate,
    wanted: ClaimTemplate,
    options: Mapping[str, Any],
) -> Iterator[str]:
    """Yield what to know of new pairs, though it may be so with those that exist."""
    of_template = f"of claim template {wanted.name}"
    # What an option brings is warned of as such.
    hazard = reclaimed(wanted.volume.driver, wanted.volume.reclaim_policy)
    if hazard and not is_given(options.get("--reclaim-policy")):
        yield f"the new volumes {of_template} are as the others: {hazard}"
    if wanted.volume.mount_options and not is_given(options.get("--mount-option")):
        from sfsgen.mount_options import is_soft

        if is_soft(wanted.volume.mount_options):
            yield f"the new volumes {of_template} are as the others: {SOFT_MOUNT}"
    is_live = stateful_set.manifest.is_stored
    for each in departures(wanted.storage, template.storage, template.name, is_live=is_live):
        yield f"a new claim {of_template} is not what it would make: {each.what}"


def is_made(pairing: Pairing, row: Ordinal, target: Target) -> bool:
    """Return whether a volume of an ordinal is among what its set is found to lack."""
    made = plan_for(pairing, row.stateful_set, row.stateful_set.replicas, {}, target)
    is_whole = not any(each.severity == "error" for each in made.problems)
    return is_whole and row.claim_key in [each.claim_key for each in made.rows(Lack.VOLUME)]


def left_behind(cures: Cures, made: Plan) -> Iterator[str]:
    """Yield what to say of the claims, and their volumes, of ordinals above those of a plan."""
    inventory, stateful_set = cures.inventory, made.stateful_set
    namespace = stateful_set.namespace
    keys = sorted(
        {key for key in (*inventory.claims, *inventory.reservations) if key[0] == namespace}
    )
    for template in stateful_set.templates:
        pattern = template.claim_name
        for key in keys:
            ordinal = pattern.ordinal_of(key[1])
            others = (each.stateful_set is not stateful_set for each in inventory.wanting(key))
            if ordinal is not None and ordinal >= made.ordinals.stop and not any(others):
                yield _left(cures, key, stateful_set.pod_name(ordinal))


def _left(cures: Cures, key: Key, pod: str) -> str:
    """Return what stays of an ordinal, and how it is removed once its pod is gone."""
    inventory = cures.inventory
    claim, reserved = inventory.claims.get(key), inventory.reserved(key)
    volume = inventory.volumes.get(claim.volume_name) if claim else reserved
    is_there = claim or (volume and volume.phase == "Bound")
    gone = [f"pvc/{key[1]}"] if is_there else []
    if volume and volume.claim == key and _is_its_alone(inventory, claim, volume):
        gone.append(f"pv/{volume.name}")
    names = f"claim {key[1] if is_there else 'none'}, volume {volume.name if volume else 'none'}"
    text = f"stays behind with its data: {names}"
    if not gone:
        return text
    return f"{text}; once it is not needed, {cures.remove_after(pod, key[0], gone, volume)}"


def _is_its_alone(inventory: Inventory, claim: Claim | None, volume: Volume) -> bool:
    """Return whether a volume that is reserved for a claim's name is nobody else's, for sure."""
    if not volume.claim_uid:
        return True
    if claim:
        return volume.claim_uid == claim.uid
    return inventory.elsewhere.is_complete and not inventory.holder(volume)


def _need(pairing: Pairing, wanted: ClaimTemplate, row: Ordinal) -> Need:
    inventory, key = pairing.inventory, row.claim_key
    if row.claim and row.claim.volume_name:
        return _of_claim_with_volume(inventory, wanted, row.number, row.claim)
    if sum(not each.is_left for each in inventory.reservations.get(key, ())) > 1:
        return Need(Lack.BLOCKED)
    volume = row.volume or inventory.volumes.get(wanted.volume_name.at(row.number))
    if volume is None:
        return _new(inventory, wanted, row.number, row.claim)
    takers = [each.key for each in inventory.takers.get(volume.name, ())]
    if (other := pairing.by_volume.get(volume.name)) and other.claim_key != key:
        takers.append(other.claim_key)
    is_anothers = inventory.is_anothers(volume, key) or volume.claim not in (None, key)
    if row.volume is None and (takers or is_anothers):
        owner = "/".join(inventory.owner(volume) or volume.claim or next(iter(takers), key))
        what = f"the claim {'/'.join(key)} needs a volume, and {volume.name} is that of {owner}"
        return _refused(volume.manifest.where(("spec", "claimRef")), what, ANOTHER_NAME)
    if is_anothers:
        return Need(Lack.BLOCKED)
    return Need(Lack.NOTHING) if row.claim else _of_free(inventory, wanted, row, volume)


def _of_free(inventory: Inventory, wanted: ClaimTemplate, row: Ordinal, volume: Volume) -> Need:
    """Return the claim for a volume, or a new pair beside one that is free and does not fit."""
    asked, its = row.template.storage, volume.storage
    is_enough = is_large_enough(asked, its) and not lacking_modes(asked, its)
    if is_enough or not (row.volume is None or row.is_guessed):
        return _of_volume(wanted, volume)
    if wanted.volume_name.at(row.number) != volume.name:
        return _new(inventory, wanted, row.number, None)
    what = f"{volume.name} is there, is nobody's, and has less than {row.claim_key[1]} asks for"
    fix = "enlarge it, or give another pattern, such as 'pv-{name}-{ordinal}'"
    return _refused("--volume-name", what, fix)


def _of_volume(wanted: ClaimTemplate, volume: Volume) -> Need:
    """Return the claim that fits a volume which is there, and is nobody else's."""
    if volume.phase == "Bound":
        return Need(Lack.UNREAD)
    # The claim is what its claim template makes, as long as the volume has that much.
    storage, its = wanted.storage, volume.storage
    size = storage.storage if is_large_enough(storage, its) else its.storage
    modes = its.access_modes if lacking_modes(storage, its) else storage.access_modes
    made = its._replace(storage=size or its.storage, access_modes=modes or its.access_modes)
    return Need(Lack.CLAIM, wanted.fitted(volume.name, made))


def _of_claim_with_volume(
    inventory: Inventory, wanted: ClaimTemplate, ordinal: int, claim: Claim
) -> Need:
    volume = inventory.volumes.get(claim.volume_name)
    if volume is None:
        # A Bound one's was not read. Where that of a Lost one lay, its name alone can say.
        is_known = claim.phase == "Lost" and wanted.volume_name.at(ordinal) == claim.volume_name
        is_missing = is_known or not claim.was_bound
        return _new(inventory, wanted, ordinal, claim) if is_missing else Need(Lack.NOTHING)
    if inventory.holder(volume) == claim.key:
        return Need(Lack.NOTHING)
    owner = inventory.owner(volume) or volume.claim or claim.key
    # What a changed namespace has done to one pair it has done to all.
    is_moved = owner != claim.key and owner[1] == claim.name
    return Need(Lack.BLOCKED if is_moved else Lack.NOTHING)


def _is_of_a_provisioner(inventory: Inventory, volume: Volume, other: Volume) -> bool:
    """Return whether a directory lies in one whose volume no ordinal of a set writes to.

    As the one that nfs-subdir-external-provisioner itself mounts, above all that it makes.
    """
    if other is not inventory.around(volume):
        return False
    return not (other.claim and numbered(other.claim[1])[1] is not None)


def _new(inventory: Inventory, wanted: ClaimTemplate, ordinal: int, claim: Claim | None) -> Need:
    """Return a new pair, or the volume that fits a claim which is there."""
    volume = wanted.pair(ordinal).volume
    other = inventory.overlapping(volume, is_shared=wanted.shared_directory)
    if other and not _is_of_a_provisioner(inventory, volume, other):
        what = (
            f"{volume.name} would lie in {volume.path}, where the volume {other.name} lies already "
            f"({other.path})"
        )
        return _refused("--nfs-path", what, "give it another pattern")
    if claim is None:
        return Need(Lack.PAIR)
    if claim.storage.volume_mode == "Block" and not wanted.source.driver.has_blocks:
        where = claim.manifest.where(("spec", "volumeMode"))
        what = f"the claim {claim.name} wants a block device, which NFS does not have"
        return _refused(where, what, "make the claim again, with volumeMode Filesystem")
    return Need(Lack.VOLUME, wanted.fitted(claim.volume_name or volume.name, claim.storage))


def _refused(where: str, what: str, fix: str) -> Need:
    return Need(Lack.REFUSED, problem=Problem(where, what, fix))


def _refused_names(made: Plan) -> Iterator[Problem]:
    """Yield why names of what would be made are refused by the API server, each once."""
    where, namespace = made.stateful_set.manifest.where, made.stateful_set.namespace
    every = [each for resource in PAIRED for each in made.series(resource)]
    if every and (fault := label_fault(namespace)):
        what = f'"{namespace}" is no name of a namespace: it {fault}'
        yield Problem(where(("metadata", "namespace")), what, "write it as shop")
    names = [
        (kind, pattern.at(ordinal))
        for series in every
        for kind, pattern in (
            ("volume", series.volume_name),
            ("claim", series.template.claim_name),
        )
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
