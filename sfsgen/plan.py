"""What is missing: the volumes and claims that a set's ordinals lack, and nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from sfsgen.errors import Problem
from sfsgen.existing import Existing, ExistingClaim, ExistingSet, ExistingTemplate, ExistingVolume
from sfsgen.inference import infer
from sfsgen.model import ClaimTemplate, Series, VolumePair
from sfsgen.names import Pattern
from sfsgen.resources import CLAIM, VOLUME
from sfsgen.versions import Target

_Key = tuple[str, str]


class Plan:
    """What a set lacks, and what its owner should know; with problems, it is not to be used."""

    def __init__(self, stateful_set: ExistingSet, ordinals: range) -> None:
        self.stateful_set = stateful_set
        self.ordinals = ordinals
        self.series: dict[str, list[Series]] = {VOLUME: [], CLAIM: []}
        self.notes: list[str] = []
        self.problems: list[Problem] = []


def plan(
    existing: Existing,
    stateful_set: ExistingSet,
    replicas: int,
    options: Mapping[str, Any],
    target: Target,
) -> Plan:
    """Return what a set lacks for so many replicas; options override what is inferred."""
    start = stateful_set.start_ordinal
    made = Plan(stateful_set, range(start, start + replicas))
    inferred = infer(existing, stateful_set, made.ordinals, options, target)
    for template, wanted in zip(stateful_set.templates, inferred.templates, strict=True):
        _Search(existing, made, template, wanted).run()
    # A pair's style matters only where a volume is made.
    if made.series[VOLUME]:
        made.problems += inferred.problems
        made.notes += [
            f"all volumes of claim template {each.name} share the directory {each.directory.at(0)}"
            for each in inferred.templates
            if each.shared_directory
        ]
    return made


class _Search:
    """Goes through the ordinals of one claim template."""

    def __init__(
        self, existing: Existing, made: Plan, template: ExistingTemplate, wanted: ClaimTemplate
    ) -> None:
        self.existing = existing
        self.made = made
        self.template = template
        self.wanted = wanted
        self.new_from: int | None = None

    def run(self) -> None:
        """Add what is missing to the plan, successive new pairs as one series."""
        for ordinal in self.made.ordinals:
            if self._is_new(ordinal):
                self.new_from = ordinal if self.new_from is None else self.new_from
            else:
                self._end_series(ordinal)
                self._complete(ordinal)
        self._end_series(self.made.ordinals.stop)

    def _end_series(self, stop: int) -> None:
        if self.new_from is not None:
            for series in self.wanted.series(range(self.new_from, stop)):
                self._check_directories(series)
                self.made.series[VOLUME].append(series)
                self.made.series[CLAIM].append(series)
            self.new_from = None

    def _check_directories(self, series: Series) -> None:
        """Refuse a directory in which the data of another volume lies."""
        if self.wanted.shared_directory:
            return
        for ordinal in series.ordinals:
            directory = series.pair(ordinal).directory
            if volume := self.existing.directories.get(directory):
                what = f"{series.volume_name.at(ordinal)} would lie in {directory.path}, where the "
                what += f"volume {volume.name} lies already"
                self.made.problems.append(Problem("--nfs-path", what, "give it another pattern"))
                return

    def _key(self, ordinal: int) -> _Key:
        return self.made.stateful_set.namespace, self.wanted.claim_name.at(ordinal)

    def _is_new(self, ordinal: int) -> bool:
        key = self._key(ordinal)
        return (
            key not in self.existing.claims
            and key not in self.existing.reserved
            and self.wanted.volume_name.at(ordinal) not in self.existing.volumes
        )

    def _complete(self, ordinal: int) -> None:
        """Add the half of a pair that is missing, where one is."""
        key = self._key(ordinal)
        claim = self.existing.claims.get(key)
        if claim and claim.volume_name:
            self._check_named_volume(ordinal, claim)
            return
        reserved = self.existing.reserved.get(key)
        named = self.existing.volumes.get(self.wanted.volume_name.at(ordinal))
        volume = reserved or named
        if volume is None and claim:
            # The scale-up came first, and the controller made the claim.
            self._add_volume(ordinal, claim, self.wanted.volume_name.at(ordinal))
            return
        if volume is None:
            return
        if volume.claim not in (None, key):
            what = f"claim {key[1]} needs a volume, and {volume.name} is there for another claim"
            where = f"PersistentVolume {volume.name}"
            self.made.problems.append(Problem(where, what, "give --volume-name another pattern"))
        elif volume.claim is None:
            self._note_unreserved(volume, key)
        elif _is_released(volume, claim):
            self._note_released(volume, key)
        if claim is None and volume.claim in (None, key):
            self._add_claim(ordinal, volume)

    def _check_named_volume(self, ordinal: int, claim: ExistingClaim) -> None:
        key = claim.namespace, claim.name
        volume = self.existing.volumes.get(claim.volume_name)
        if volume is None and claim.phase in ("Bound", "Lost"):
            self.made.notes.append(
                f"claim {claim.name} is {claim.phase}, and its volume {claim.volume_name} is not "
                "in the input"
            )
        elif volume is None:
            self._add_volume(ordinal, claim, claim.volume_name)
        elif volume.claim not in (None, key):
            self.made.notes.append(
                f"claim {claim.name} names the volume {volume.name}, which is there for claim "
                f"{(volume.claim or key)[1]}"
            )
        elif _is_released(volume, claim):
            self._note_released(volume, key)

    def _add_volume(self, ordinal: int, claim: ExistingClaim, name: str) -> None:
        """Add the volume that fits a claim which is there: its size, modes and class."""
        storage = claim.storage
        pair = self.wanted.pair(ordinal)._replace(
            volume_name=name,
            storage=storage.storage,
            access_modes=storage.access_modes,
            storage_class=storage.storage_class or "",
        )
        self.made.series[VOLUME].append(_alone(pair))

    def _add_claim(self, ordinal: int, volume: ExistingVolume) -> None:
        """Add the claim that fits a volume which is there."""
        pair = self.wanted.pair(ordinal)._replace(
            volume_name=volume.name,
            storage=volume.storage.storage,
            access_modes=volume.storage.access_modes,
            storage_class=volume.storage.storage_class or "",
        )
        self.made.series[CLAIM].append(_alone(pair))

    def _note_unreserved(self, volume: ExistingVolume, key: _Key) -> None:
        reference = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": key[0],
            "name": key[1],
        }
        patch = json.dumps({"spec": {"claimRef": reference}}, separators=(",", ":"))
        self.made.notes.append(
            f"volume {volume.name} is there for claim {key[1]}, but not reserved: any claim can "
            f"take it. Reserve it: kubectl patch pv {volume.name} -p '{patch}'"
        )

    def _note_released(self, volume: ExistingVolume, key: _Key) -> None:
        patch = '[{"op":"remove","path":"/spec/claimRef/uid"}]'
        self.made.notes.append(
            f"volume {volume.name} is Released and holds on to an earlier claim {key[1]}; the "
            f"data is kept. Free it for the new one: kubectl patch pv {volume.name} --type=json "
            f"-p '{patch}'"
        )


def _alone(pair: VolumePair) -> Series:
    return Series(
        lambda _: pair,
        range(pair.ordinal, pair.ordinal + 1),
        Pattern((pair.volume_name,)),
        Pattern((pair.claim_name,)),
        pair.namespace,
    )


def _is_released(volume: ExistingVolume, claim: ExistingClaim | None) -> bool:
    """Return whether a volume is bound to a claim that is gone: its uid is another's (measured)."""
    if volume.phase == "Released":
        return True
    return bool(volume.claim_uid and claim and claim.uid and claim.uid != volume.claim_uid)


def left_behind(existing: Existing, made: Plan) -> list[tuple[str, str]]:
    """Return the claims, and their volumes, of ordinals above those of a plan."""
    found = []
    for template in made.stateful_set.templates:
        pattern = made.stateful_set.claim_name(template)
        ordinal = made.ordinals.stop
        while claim := existing.claims.get((made.stateful_set.namespace, pattern.at(ordinal))):
            reserved = existing.reserved.get((claim.namespace, claim.name))
            found.append((claim.name, claim.volume_name or (reserved.name if reserved else "")))
            ordinal += 1
    return found
