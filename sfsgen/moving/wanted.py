"""What the pairs and claim templates of a set shall be, by options, in place of what they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.kubernetes.kubectl import quoted
from sfsgen.kubernetes.names import pattern
from sfsgen.kubernetes.quantities import nano_units, stored
from sfsgen.kubernetes.versions import Target
from sfsgen.moving.new_sources import source_at
from sfsgen.nfs import NfsDirectory, normalised
from sfsgen.plans.conditions import Condition
from sfsgen.plans.making import claim_again, volume_again
from sfsgen.plans.outcomes import Object
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate, Ordinal
from sfsgen.sets.inference import infer
from sfsgen.sets.inventory import parents
from sfsgen.sets.ordinals import Pairing
from sfsgen.storage_drivers import LOCAL, Place, place
from sfsgen.values.hazards import lies_by_handle
from sfsgen.values.model import ClaimTemplate
from sfsgen.values.options import is_given
from sfsgen.values.pairs import Claim, Volume

_SOURCES = ("nfs", "csi", "local", "nodeAffinity")
"""The fields of a volume's spec that say where its data lies: no patch changes them."""
_OF_PLACES = ("--nfs-server", "--nfs-path", "--driver")
_INFERRED = (
    "--driver",
    "--mount-option",
    "--nfs-path",
    "--nfs-server",
    "--read-only",
    "--reclaim-policy",
    "--volume-name",
)
"""What new pairs are asked for, and those that are there have."""


class Shall(NamedTuple):
    """An ordinal with a claim and a volume, and what the two shall be."""

    row: Ordinal
    claim: Claim
    volume: Volume
    new_claim: Object
    new_volume: Object

    @property
    def lies(self) -> Volume:
        """Its volume as it will lie."""
        found = place(self.new_volume["spec"])
        return self.volume._replace(
            driver=found.driver,
            server=found.server,
            path=found.path,
            read_only=found.read_only,
            realm=found.realm,
        )

    @property
    def is_elsewhere(self) -> bool:
        """Whether its volume has another source, which no patch can give it."""
        new = self.lies
        return (new.driver, new.place) != (self.volume.driver, self.volume.place)

    @property
    def has_another_claim(self) -> bool:
        """Whether its claim asks for another size or for other modes, which no patch can do."""
        return _asked(self.new_claim["spec"]) != _asked(self.claim.manifest.value["spec"])

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its volume's spec that differ, and that a patch can change."""
        old, new = self.volume.manifest.value["spec"], self.new_volume["spec"]
        found = {key: new[key] for key in _PATCHED if new.get(key) != old.get(key)}
        if _size(new["capacity"]) == _size(old.get("capacity") or {}):
            found.pop("capacity", None)
        return found


_PATCHED = ("capacity", "accessModes", "mountOptions", "persistentVolumeReclaimPolicy")


class Wanted(NamedTuple):
    """What a set shall be; with problems it is not to be used."""

    stateful_set: FoundSet
    """As it shall be: its manifest has other claim templates."""
    pairs: tuple[Shall, ...]
    problems: tuple[Problem, ...]


def wanted(
    pairing: Pairing,
    stateful_set: FoundSet,
    options: Mapping[str, Any],
    claim_template: str | None,
    target: Target,
) -> Wanted:
    """Return what a set shall be: `options` as `render` has them, of one claim template or all."""
    chosen = [each for each in stateful_set.templates if claim_template in (None, each.name)]
    problems: list[Problem] = list(_no_template(stateful_set, claim_template, chosen))
    pairs: list[Shall] = []
    changed = stateful_set.manifest.value
    for template in stateful_set.templates:
        given = options if template in chosen else {}
        made, its = _inferred(pairing, stateful_set, template, given, target)
        problems += its
        if any(each.severity == "error" for each in its):
            continue
        style = _Style(given, template, made)
        pairs += style.pairs(pairing)
        changed = style.changed(changed)
    if not problems:
        problems += _meetings(pairing, pairs, options)
    manifest = stateful_set.manifest._replace(value=changed)
    return Wanted(
        stateful_set._replace(manifest=manifest), tuple(pairs), tuple(dict.fromkeys(problems))
    )


def _meetings(
    pairing: Pairing, pairs: Sequence[Shall], options: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield which volumes would lie where others do, or shall, or inside one another."""
    new: dict[NfsDirectory, Shall] = {}
    where = next((each for each in ("--nfs-path", *_OF_PLACES) if is_given(options.get(each))), "")
    for each in pairs:
        lies, is_there = each.lies, each.lies.place == each.volume.place
        other = pairing.inventory.overlapping(lies, is_shared=False) or _below_all(pairing, lies)
        at_once = None if is_there else new.setdefault(lies.place, each)
        if not is_there and other:
            yield _meeting(where, lies, other)
        elif at_once and at_once.volume.place != each.volume.place:
            yield _meeting(where, lies, at_once.lies)
    for at, shall in new.items():
        if above := next((new[each] for each in parents(at) if each in new), None):
            yield _meeting(where, shall.lies, above.lies)


def _below_all(pairing: Pairing, lies: Volume) -> Volume | None:
    """Return a volume that lies on a server of which another one is to be the whole."""
    if lies.place.path != "/":
        return None
    directories = pairing.inventory.directories
    return next(
        (found[0] for at, found in directories.items() if at.server == lies.place.server), None
    )


def _meeting(where: str, lies: Volume, other: Volume) -> Problem:
    what = f"{lies.name} would lie in {lies.path}, where the volume {other.name} lies"
    if lies.place != other.place:
        what += f", or inside its directory or around it ({other.path})"
    return Problem(where, what, "give it another path, as /srv/{namespace}/{volume}")


def _no_template(
    stateful_set: FoundSet, claim_template: str | None, chosen: Sequence[FoundTemplate]
) -> Iterator[Problem]:
    if claim_template is None or chosen:
        return
    there = " or ".join(quoted([each.name]) for each in stateful_set.templates) or "no other"
    what = f"{stateful_set.name} has no claim template {quoted([claim_template])}"
    yield Problem("--claim-template", what, f"give {there}")


def _inferred(
    pairing: Pairing,
    stateful_set: FoundSet,
    template: FoundTemplate,
    options: Mapping[str, Any],
    target: Target,
) -> tuple[ClaimTemplate | None, list[Problem]]:
    """Return how new volumes of a claim template would be, and what is wrong with the options.

    What new pairs would have to be told, those that are there say each for itself.
    """
    given = {key for key, value in options.items() if is_given(value)}
    if not given:
        return None, []
    alone = stateful_set._replace(templates=(template,))
    made = infer(pairing, alone, stateful_set.ordinals, options, target)
    (found,) = made.templates
    # Of a driver that is not known, its handles have to show how others are made.
    is_strange = given.intersection(_OF_PLACES) and not found.source.driver.is_known
    needs = {*given, *(["--driver"] if is_strange else [])}
    problems = [
        each for each in made.problems if each.where not in _INFERRED or each.where in needs
    ]
    if given.intersection(_OF_PLACES) and not found.source.has_place:
        where = next(each for each in _OF_PLACES if each in given)
        what = f"it changes nothing: {lies_by_handle(found.source.driver.csi)}"
        problems.append(Problem(where, what, "leave it out"))
    return found, problems


class _Style(NamedTuple):
    """What is asked of the pairs of one claim template."""

    options: Mapping[str, Any]
    template: FoundTemplate
    made: ClaimTemplate | None
    """How new ones would be; None where nothing is asked."""

    def is_given(self, *options: str) -> bool:
        """Return whether any of some options is."""
        return any(is_given(self.options.get(each)) for each in options)

    def pairs(self, pairing: Pairing) -> Iterator[Shall]:
        """Yield the ordinals that have a claim and a volume."""
        rows = pairing.of(self.template).by_number
        for number in sorted(rows):
            row = rows[number]
            if row.claim and row.volume and row.volume.manifest.value.get("spec"):
                volume = self._volume(row, row.volume)
                claim = self._claim(row.claim, volume)
                yield Shall(row, row.claim, row.volume, claim, volume)

    def _claim(self, claim: Claim, volume: Object) -> Object:
        made = dict(claim_again(claim.manifest, claim.key, volume))
        asked = {"--access-mode": "accessModes", "--storage": "resources"}
        old = claim.manifest.value["spec"]
        kept = {
            key: old[key] for each, key in asked.items() if key in old and not self.is_given(each)
        }
        return {**made, "spec": {**made["spec"], **kept}}

    def _volume(self, row: Ordinal, volume: Volume) -> Object:
        value = volume_again(volume, row.claim_key)
        spec = {**value["spec"], "persistentVolumeReclaimPolicy": volume.reclaim_policy}
        if self.made is None:
            return {**value, "spec": spec}
        storage = self.made.storage
        if self.is_given("--storage"):
            spec["capacity"] = {**(spec.get("capacity") or {}), "storage": _stored(storage.storage)}
        if self.is_given("--access-mode"):
            spec["accessModes"] = list(storage.access_modes)
        if self.is_given("--mount-option"):
            spec["mountOptions"] = list(self.made.volume.mount_options)
        if self.is_given("--reclaim-policy"):
            spec["persistentVolumeReclaimPolicy"] = self.made.volume.reclaim_policy
        if self.is_given(*_OF_PLACES):
            kept = {key: each for key, each in spec.items() if key not in _SOURCES}
            # Where a volume may be used is a local disk's place, and of any other its own affair.
            affinity = {} if volume.driver == LOCAL else _of(spec, "nodeAffinity")
            spec = {**kept, **affinity, **self._place(row, volume, self.made)}
        return {**value, "spec": spec}

    def _place(self, row: Ordinal, volume: Volume, made: ClaimTemplate) -> Mapping[str, Any]:
        names = made.names_of(row.claim_key[1], volume.name)
        server, path = volume.server, volume.path
        if self.is_given("--nfs-server"):
            server = made.server.at(row.number)
        if self.is_given("--nfs-path"):
            text = str(self.options["--nfs-path"])
            below = "" if "{" in text or made.shared_directory else "/{volume}"
            path = pattern(normalised(text + below), names).at(row.number)
        where = Place(made.source.driver.name, server, path, volume.read_only)
        if not self.is_given("--driver") or volume.driver == where.driver:
            found = source_at(volume, where, names, row.number)
            if found is not None:
                return found
        return made.source_of(row.number).fields(where, names, row.number)  # type: ignore[no-any-return]

    def changed(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a set's object with the claim template as it shall be."""
        if self.made is None or not self.is_given("--storage", "--access-mode"):
            return value
        templates = list(value["spec"]["volumeClaimTemplates"])
        index = int(self.template.path[-1])
        spec = dict(templates[index]["spec"])
        if self.is_given("--storage"):
            resources = spec.get("resources") or {}
            requests = {**(resources.get("requests") or {}), "storage": self._requested()}
            spec["resources"] = {**resources, "requests": requests}
        if self.is_given("--access-mode"):
            spec["accessModes"] = list(self.made.storage.access_modes)
        templates[index] = {**templates[index], "spec": spec}
        return {**value, "spec": {**value["spec"], "volumeClaimTemplates": templates}}

    def _requested(self) -> str:
        """Return the size; where the claim template asks for as much, in its own words."""
        new = self.made.storage.storage if self.made else ""
        old = self.template.storage.storage
        is_same = bool(old and new) and nano_units(old) == nano_units(new)
        return old if is_same else _stored(new)


def _of(spec: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {key: spec[key]} if key in spec else {}


def _stored(size: str) -> str:
    """Return a size as the server writes it, "" where it is wrong, of which there is a problem."""
    return stored(size) if size else ""


def _size(amounts: Mapping[str, Any]) -> int:
    size = amounts.get("storage")
    return nano_units(str(size)) if size else 0


def _asked(spec: Mapping[str, Any]) -> tuple[int, frozenset[str]]:
    requests = (spec.get("resources") or {}).get("requests") or {}
    return _size(requests), frozenset(spec.get("accessModes") or ())


def of_templates(wanted: Wanted, stateful_set: FoundSet) -> Iterator[Condition]:
    """Yield what holds of a set's claim templates once they are as they shall be."""
    path = "spec", "volumeClaimTemplates"
    for old, new in zip(
        stateful_set.manifest.at(*path) or (),
        wanted.stateful_set.manifest.at(*path) or (),
        strict=True,
    ):
        if _asked(old["spec"]) != _asked(new["spec"]):
            at = (*path, f"[metadata.name={new['metadata']['name']}]", "spec")
            kind, (namespace, name) = stateful_set.manifest.kind, stateful_set.key
            size = new["spec"]["resources"]["requests"]["storage"]
            modes = " ".join(new["spec"]["accessModes"])
            for field, value in (
                (("resources", "requests", "storage"), size),
                (("accessModes", "[*]"), modes),
            ):
                yield Condition(kind, namespace, name, "is", (*at, *field), value)
