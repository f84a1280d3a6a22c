"""A model of what a control plane makes of claims and volumes, as it was measured on a real one.

The StatefulSet controller makes the claims that are missing, the binder pairs claims with volumes.
There are no pods: an object that is deleted is gone at once.
"""

import copy
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sfsgen.kubernetes.quantities import nano_units

Object = dict[str, Any]
Key = tuple[str, str, str]
CLAIM, VOLUME, STATEFUL_SET = "PersistentVolumeClaim", "PersistentVolume", "StatefulSet"
_COMPLETED = "pv.kubernetes.io/bind-completed"
_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
_MOST_ROUNDS = 20


class ControlPlane:
    """Objects by kind, namespace and name, and what becomes of them."""

    def __init__(
        self,
        objects: Iterable[Object],
        default_class: str = "",
        chance: random.Random | None = None,
    ) -> None:
        """Begin with objects; claims that name no class get the default one, if there is one.

        Among volumes that are alike the binder takes the first, or any, where there is chance.
        """
        self.objects: dict[Key, Object] = {}
        self._default_class = default_class
        self._chance = chance
        self._made = 0
        for each in objects:
            self.create(each)

    def create(self, given: Object) -> None:
        """Store an object, or leave the one that bears its name."""
        made = copy.deepcopy(given)
        self._made += 1
        made["metadata"]["uid"] = f"uid-{self._made}"
        if made["kind"] == CLAIM and self._default_class:
            made["spec"].setdefault("storageClassName", self._default_class)
        self.objects.setdefault(key_of(made), made)

    def of_kind(self, kind: str) -> list[Object]:
        """Return the objects of a kind, in the order of their names."""
        return [each for key, each in sorted(self.objects.items()) if key[0] == kind]

    def dump(self) -> str:
        """Return everything, as `kubectl get -o json` prints it."""
        items = list(self.objects.values())
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})

    def settle(self) -> None:
        """Let the controllers work until nothing changes."""
        for _ in range(_MOST_ROUNDS):
            before = self.dump()
            for each in self.of_kind(STATEFUL_SET):
                self._make_claims(each)
            for claim in self.of_kind(CLAIM):
                self._bind(claim)
            for volume in self.of_kind(VOLUME):
                self._judge(volume)
            if self.dump() == before:
                return
        raise AssertionError("the controllers come to no end")

    def work_a_little(self) -> None:
        """Let a controller look at one object."""
        assert self._chance
        found = [*self.of_kind(CLAIM), *self.of_kind(STATEFUL_SET), *self.of_kind(VOLUME)]
        for each in self._chance.sample(found, k=min(1, len(found))):
            if each["kind"] == CLAIM:
                self._bind(each)
            elif each["kind"] == VOLUME:
                self._judge(each)
            else:
                self._make_claims(each)

    def carry_out(self, step: Mapping[str, Any]) -> bool:
        """Do what a step of a cure says; return whether the server took it."""
        key, value = (step["kind"], step["namespace"], step["name"]), step["value"]
        if step["verb"] == "create":
            self.create(value)
        elif step["verb"] == "look":
            return value not in [each["metadata"]["uid"] for each in self.of_kind(CLAIM)]
        elif step["verb"] == "wait":
            return key not in self.objects
        elif key not in self.objects:
            return False
        elif step["verb"] == "delete":
            del self.objects[key]
        elif step["verb"] in ("label", "annotate"):
            field = "labels" if step["verb"] == "label" else "annotations"
            _merge(self.objects[key]["metadata"].setdefault(field, {}), value)
        elif step["verb"] == "patch":
            _merge(self.objects[key], value)
        else:
            assert step["verb"] == "json-patch"
            return _apply(self.objects[key], value)
        return True

    def _make_claims(self, stateful_set: Object) -> None:
        spec, metadata = stateful_set["spec"], stateful_set["metadata"]
        labels = spec["selector"]["matchLabels"]
        for ordinal in range(spec.get("replicas", 1)):
            for template in spec.get("volumeClaimTemplates", ()):
                name = f"{template['metadata']['name']}-{metadata['name']}-{ordinal}"
                its = {"name": name, "namespace": metadata["namespace"], "labels": labels}
                claim = {"apiVersion": "v1", "kind": CLAIM, "metadata": its}
                self.create({**claim, "spec": copy.deepcopy(template["spec"])})

    def _bind(self, claim: Object) -> None:
        spec, metadata = claim["spec"], claim["metadata"]
        annotations = metadata.setdefault("annotations", {})
        volume = self.objects.get((VOLUME, "", spec.get("volumeName", "")))
        if _COMPLETED in annotations:
            holds = volume and _reference(volume).get("uid")
            is_open = volume and not volume["spec"].get("claimRef")
            claim["status"] = {"phase": "Bound" if holds == metadata["uid"] or is_open else "Lost"}
            if volume and claim["status"]["phase"] == "Bound":
                _refer(volume, claim)
            return
        claim["status"] = {"phase": "Pending"}
        if spec.get("volumeName"):
            is_its = volume and _is_reserved(volume, claim)
            is_free = volume and volume["spec"].get("claimRef") is None
            if volume and (is_its or (is_free and _fits(claim, volume))):
                self._pair(claim, volume)
            return
        chosen = next(self._candidates(claim), None)
        if chosen:
            annotations[_BY_CONTROLLER] = "yes"
            spec["volumeName"] = chosen["metadata"]["name"]
            self._pair(claim, chosen)

    def _candidates(self, claim: Object) -> Iterator[Object]:
        """Yield the volumes that the binder takes for a claim that names none, the best first."""
        volumes = self.of_kind(VOLUME)
        for each in volumes:
            if _is_reserved(each, claim) and _fits(claim, each, by_reservation=True):
                yield each
        free = [each for each in volumes if each["spec"].get("claimRef") is None]
        if self._chance:
            self._chance.shuffle(free)
        yield from sorted((each for each in free if _fits(claim, each)), key=_capacity)

    def _pair(self, claim: Object, volume: Object) -> None:
        claim["metadata"]["annotations"][_COMPLETED] = "yes"
        claim["status"] = {"phase": "Bound"}
        _refer(volume, claim)

    def _judge(self, volume: Object) -> None:
        """Say in what phase a volume is."""
        reference = _reference(volume)
        uid = reference.get("uid")
        by_uid = {each["metadata"]["uid"]: each for each in self.of_kind(CLAIM)}
        phase = "Available"
        if uid and uid in by_uid:
            claim = by_uid[uid]
            its = claim["spec"].get("volumeName") == volume["metadata"]["name"]
            if its and claim["status"]["phase"] == "Bound":
                _refer(volume, claim)
                phase = "Bound"
        elif uid:
            policy = volume["spec"].get("persistentVolumeReclaimPolicy", "Retain")
            phase = "Released" if policy == "Retain" else "Failed"
        volume["status"] = {"phase": phase}


def key_of(each: Object) -> Key:
    """Return the kind, namespace and name of an object."""
    return each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]


def _reference(volume: Object) -> Object:
    return volume["spec"].get("claimRef") or {}


def _refer(volume: Object, claim: Object) -> None:
    metadata = claim["metadata"]
    names = {"namespace": metadata["namespace"], "name": metadata["name"]}
    kind = {"apiVersion": "v1", "kind": CLAIM}
    volume["spec"]["claimRef"] = {**kind, **names, "uid": metadata["uid"]}


def _is_reserved(volume: Object, claim: Object) -> bool:
    reference, metadata = _reference(volume), claim["metadata"]
    key = reference.get("namespace"), reference.get("name")
    is_named = key == (metadata["namespace"], metadata["name"])
    return is_named and reference.get("uid") in (None, "", metadata["uid"])


def _fits(claim: Object, volume: Object, *, by_reservation: bool = False) -> bool:
    asked, given = claim["spec"], volume["spec"]
    wanted = nano_units(asked["resources"]["requests"]["storage"])
    is_enough = _capacity(volume) >= wanted and set(asked["accessModes"]) <= set(
        given["accessModes"]
    )
    if by_reservation or not is_enough:
        return is_enough
    selector = asked.get("selector", {}).get("matchLabels", {})
    labels = volume["metadata"].get("labels", {})
    is_same_class = asked.get("storageClassName", "") == given.get("storageClassName", "")
    has_labels = all(labels.get(key) == each for key, each in selector.items())
    return is_same_class and has_labels


def _capacity(volume: Object) -> int:
    return nano_units(volume["spec"]["capacity"]["storage"])


def _merge(value: Object, patch: Mapping[str, Any]) -> None:
    """Carry out a merge patch (RFC 7386)."""
    for key, each in patch.items():
        if each is None:
            value.pop(key, None)
        elif isinstance(each, Mapping):
            _merge(value.setdefault(key, {}), each)
        else:
            value[key] = copy.deepcopy(each)


def _apply(value: Object, patch: Iterable[Mapping[str, Any]]) -> bool:
    """Carry out a JSON patch (RFC 6902) of mappings, or nothing of it."""
    made = copy.deepcopy(value)
    for each in patch:
        *path, last = each["path"].strip("/").split("/")
        inside = made
        for part in path:
            inside = inside.get(part, {})
        if each["op"] == "test" and inside.get(last) != each["value"]:
            return False
        if each["op"] == "remove":
            del inside[last]
        elif each["op"] in ("replace", "add"):
            inside[last] = each["value"]
    value.clear()
    value.update(made)
    return True
