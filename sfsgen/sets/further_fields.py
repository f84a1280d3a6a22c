"""Further fields of volumes and claims that exist, which new ones get where all agree on them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sfsgen.documents.document import Path, spelled
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.resources import CLAIM, VOLUME
from sfsgen.problems import Problem
from sfsgen.sets.found import FoundSet, FoundTemplate
from sfsgen.storage_drivers import LOCAL, affinity
from sfsgen.values.model import Extras
from sfsgen.values.own_fields import OWNED
from sfsgen.values.pairs import Claim, Volume

Fields = Mapping[Path, Any]
"""Fields of an object by their paths."""

_OF_VOLUMES = frozenset(OWNED["persistentVolume"]) | {"csi"}
_OF_CLAIMS = frozenset(OWNED["persistentVolumeClaim"]) - {"selector"} | {"storageClassName"}
_AFFINITY: Path = ("spec", "nodeAffinity")
_LIMITS: Path = ("spec", "resources", "limits")
_FINALIZERS: Path = ("metadata", "finalizers")
_FIX = "write it into the new ones, if they need it"


class Further(NamedTuple):
    """What new volumes or claims have beside what pairs them, and what of others they lack."""

    fields: Fields
    lost: tuple[Problem, ...]

    @property
    def extras(self) -> Extras:
        """The fields without the limits of claims, which stand beside what they ask for."""
        said: dict[str, dict[str, Any]] = {"metadata": {}, "spec": {}}
        for path, each in self.fields.items():
            if path != _LIMITS:
                said[str(path[0])][str(path[1])] = each
        return Extras(said["metadata"], said["spec"])

    @property
    def limits(self) -> Mapping[str, Any]:
        """The most that claims may ask for."""
        limits: Mapping[str, Any] = self.fields.get(_LIMITS) or {}
        return limits

    @property
    def selected(self) -> Mapping[str, str]:
        """The labels that claims ask of their volumes."""
        selector: Mapping[str, Any] = self.fields.get(("spec", "selector")) or {}
        return selector.get("matchLabels") or {}


def of_volumes(
    stateful_set: FoundSet, template: FoundTemplate, volumes: Mapping[int, Volume], driver: str
) -> Further:
    """Return what new volumes, of a driver, have of those that exist at some ordinals."""
    found = {number: _left(each.manifest, _OF_VOLUMES) for number, each in volumes.items()}
    new = _Made(stateful_set, template, VOLUME)
    for number, each in volumes.items():
        if LOCAL in (each.driver, driver):  # whose node is the server
            found[number].pop(_AFFINITY, None)
    agreed, lost = new.agreed(volumes, found)
    if driver == LOCAL:
        lost = (*lost, *new.unsaid(volumes))
    return Further(agreed, lost)


def of_claims(
    stateful_set: FoundSet, template: FoundTemplate, claims: Mapping[int, Claim]
) -> Further:
    """Return what new claims have of those that exist; without any, what their template says."""
    if not claims:
        return Further(_of_template(stateful_set.manifest, template.path), ())
    found = {number: _left(each.manifest, _OF_CLAIMS) for number, each in claims.items()}
    return Further(*_Made(stateful_set, template, CLAIM).agreed(claims, found))


class _Made(NamedTuple):
    """The volumes or claims that are made of one claim template."""

    stateful_set: FoundSet
    template: FoundTemplate
    resource: str

    def agreed(
        self, shown: Mapping[int, Volume] | Mapping[int, Claim], found: Mapping[int, Fields]
    ) -> tuple[Fields, tuple[Problem, ...]]:
        """Return the fields that all have alike, and the problems of those that differ."""
        agreed: dict[Path, Any] = {}
        lost = []
        for path in dict.fromkeys(path for fields in found.values() for path in fields):
            number = next(number for number, fields in found.items() if path in fields)
            value, manifest = found[number][path], shown[number].manifest
            if any(fields.get(path) != value for fields in found.values()):
                lost.append(self._lost(manifest, path, ", in which those that exist differ"))
            elif len(found) == 1 and self._is_of_ordinal(value, shown[number], number):
                lost.append(self._lost(manifest, path, ", which names one ordinal"))
            else:
                agreed[path] = value
        return agreed, tuple(lost)

    def unsaid(self, volumes: Mapping[int, Volume]) -> Iterator[Problem]:
        """Yield what local volumes have that no word of ours says."""
        why = "only a template of your own can say it"
        for each in (each for each in volumes.values() if each.driver == LOCAL):
            for key in (each.manifest.at("spec", "local") or {}).keys() - {"path"}:
                yield self._lost(each.manifest, ("spec", "local", key), f": {why}")
                return
            if each.server and each.manifest.at(*_AFFINITY) != affinity(each.server):
                yield self._lost(each.manifest, _AFFINITY, f" as {each.name} has it: {why}")
                return

    def _is_of_ordinal(self, value: Any, shown: Volume | Claim, ordinal: int) -> bool:
        claim, pod = self.template.claim_name.at(ordinal), f"{self.stateful_set.name}-{ordinal}"
        names = {shown.name, claim, pod}
        if isinstance(shown, Claim):
            names.add(shown.volume_name)
        return not names.isdisjoint(_texts(value))

    def _lost(self, manifest: Manifest, path: Path, why: str) -> Problem:
        """Return the warning that new objects lack a field, and why."""
        name = f"{self.stateful_set.namespace}/{self.stateful_set.name}"
        kind = "volumes" if self.resource == VOLUME else "claims"
        what = f"StatefulSet {name}: new {kind} of claim template {self.template.name} do not have "
        return Problem(manifest.where(path), f"{what}{spelled(path)}{why}", _FIX, "warning")


def _left(manifest: Manifest, ours: frozenset[str]) -> dict[Path, Any]:
    """Return the fields of an object that are neither ours nor a server's."""
    if not _beside(manifest.value, ours):
        return {}
    from sfsgen.kubernetes.server_filled import own  # most pairs have nothing of the kind

    return _beside(own(manifest.value), ours)


def _of_template(stateful_set: Manifest, path: Path) -> Fields:
    if not _beside(stateful_set.at(*path), _OF_CLAIMS):
        return {}
    from sfsgen.kubernetes.server_filled import own

    value: Any = own(stateful_set.value)
    for part in path:
        value = value[part]
    return _beside(value, _OF_CLAIMS)


def _beside(value: Mapping[str, Any], ours: frozenset[str]) -> dict[Path, Any]:
    spec, metadata = value.get("spec") or {}, value.get("metadata") or {}
    found: dict[Path, Any] = {("spec", key): each for key, each in spec.items() if key not in ours}
    found[_LIMITS] = (spec.get("resources") or {}).get("limits")
    if finalizers := metadata.get("finalizers"):
        from sfsgen.kubernetes.server_filled import is_of_kubernetes

        found[_FINALIZERS] = [each for each in finalizers if not is_of_kubernetes(str(each))]
    return {path: each for path, each in found.items() if each}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)
