"""Sets in which something has gone wrong: a healthy one, and up to two faults.

    broken = broken_set(seed)                  # any shape, any one or two faults
    broken = faults(Shape(3, 2), chance, ("claim deleted", "policy Delete"))
    broken.cluster                             # a Cluster; its harms, losses, writers are excused
    broken.wrong()                             # sentences: what is not yet as it should be
    add_rivals(broken.cluster, 2)              # claims that take any volume that is ever open
    FAULTS, PAIRS                              # their names, and each one or two of them

Each directory has a mark from the beginning, `origin of NAMESPACE/CLAIM`: that is the data of an
ordinal, wherever it lies. `broken.lost` are the marks that the faults themselves have destroyed: no
plan brings those back. Where pods of another namespace took a directory, both may write there at
the end of the faults (that is excused: a plan must not make a further pair of writers).
"""

import copy
import functools
import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from tests.cluster import Cluster, Refused
from tests.kinds import CLAIM, NAMESPACE, POD, STATEFUL_SET, VOLUME, Object, place_of, storage_class
from tests.program import rendered

SPACE, NAME, OTHER = "p", "web", "q"
_COMPLETED = "pv.kubernetes.io/bind-completed"
_SILENT = "nobody.example.com"


class Shape(NamedTuple):
    """What a set is like."""

    replicas: int
    templates: int = 1
    start: int = 0
    parallel: bool = False


class Broken(NamedTuple):
    """A set in which something has gone wrong."""

    cluster: Cluster
    shape: Shape
    faults: tuple[str, ...]
    manifests: list[Object]
    """As the owner has them in a file."""
    lost: frozenset[str]
    """Marks of data that the faults have destroyed."""

    @property
    def claims(self) -> list[str]:
        """Return the names of the claims that the set is to have."""
        return [each["metadata"]["name"] for each in self.manifests if each["kind"] == CLAIM]

    def wrong(self) -> Iterator[str]:
        """Yield what is not as it should be: pods that do not run, data that is not theirs."""
        if not self.cluster.ready(SPACE, NAME):
            yield f"the pods of {NAME} do not all run"
        homes = self.cluster.homes()
        for claim in self.claims:
            place, mark = homes.get((SPACE, claim)), origin(claim)
            marks = self.cluster.nfs.directories.get(place, set()) if place else set()
            if mark not in marks and mark not in self.lost:
                yield f"{claim} is on {place}, where is {sorted(marks)}"
        writers = self.cluster.nfs.writers.items()
        yield from (f"{place} has two writers" for place, uids in writers if len(uids) > 1)
        uses = [place for (space, _), place in homes.items() if space == SPACE]
        yield from (f"{each} is of two claims" for each in set(uses) if uses.count(each) > 1)
        yield from self.cluster.harms
        yield from (f"lost: {each}" for each in self.cluster.nfs.lost)


class _Set(NamedTuple):
    cluster: Cluster
    shape: Shape
    chance: random.Random
    manifests: list[Object]

    def any_ordinal(self) -> str:
        start, replicas = self.shape.start, self.shape.replicas
        return f"{NAME}-{self.chance.randrange(start, start + replicas)}"

    def any_claim(self) -> Object | None:
        return self._any(self.cluster.of_kind(CLAIM, SPACE))

    def any_volume(self) -> Object | None:
        return self._any(self.cluster.of_kind(VOLUME))

    def _any(self, found: list[Object]) -> Object | None:
        return self.chance.choice(found) if found else None

    def create(self, *kinds: str) -> None:
        """Create what the owner has in a file, and is not there."""
        for each in self.manifests:
            if each["kind"] in kinds:
                self.tried(lambda each=each: self.cluster.create(each))  # type: ignore[misc]

    def tried(self, do: Callable[[], object]) -> bool:
        """Do something that may be refused, or hang."""
        try:
            do()
        except Refused:
            return False
        return True

    def delete(self, kind: str, name: str, propagation: str = "Background") -> None:
        namespace = "" if kind == VOLUME else SPACE
        self.tried(lambda: self.cluster.delete(kind, namespace, name, propagation, wait=False))

    def patch_volume(self, volume: Object, spec: Object) -> None:
        name = volume["metadata"]["name"]
        self.tried(lambda: self.cluster.patch(VOLUME, "", name, {"spec": spec}))


Fault = Callable[[_Set], Cluster | None]


def origin(claim: str) -> str:
    """Return the mark of the data of a claim."""
    return f"origin of {SPACE}/{claim}"


@functools.cache
def _rendered(shape: Shape) -> list[Object]:
    volumes = ["--volume data=1Gi:/data --volume log=2Gi:/log", "--storage 1Gi"][
        shape.templates == 1
    ]
    options = f"-n {SPACE} --nfs-server nfs --nfs-path /e {volumes}"
    policy = "Parallel" if shape.parallel else "OrderedReady"
    options += f" --start-ordinal {shape.start} --pod-management-policy {policy}"
    return rendered(f"{NAME} -r {shape.replicas} {options}")


def any_shape(chance: random.Random) -> Shape:
    """Return a set of 1 to 5 replicas and 1 or 2 claim templates."""
    start, parallel = chance.choice([0, 0, 0, 3]), chance.random() < 0.3
    return Shape(chance.randint(1, 5), chance.randint(1, 2), start, parallel)


def healthy_set(shape: Shape, chance: random.Random | None = None) -> tuple[Cluster, list[Object]]:
    """Return a cluster with a set that runs, its data marked, and its objects as in a file."""
    manifests = copy.deepcopy(_rendered(shape))
    spaces = [{"kind": NAMESPACE, "metadata": {"name": each}} for each in (SPACE, OTHER)]
    cluster = Cluster([*({"apiVersion": "v1", **each} for each in spaces), *manifests], chance)
    for each in cluster.of_kind(VOLUME):
        cluster.nfs.make(place_of(each), origin(each["spec"]["claimRef"]["name"]))
    cluster.settle()
    assert cluster.ready(SPACE, NAME)
    return cluster, manifests


def faults(shape: Shape, chance: random.Random, names: tuple[str, ...]) -> Broken:
    """Return a set in which some things have gone wrong, one after the other."""
    cluster, manifests = healthy_set(shape, chance)
    cluster.nfs.is_strict = False
    for name in names:
        found = _Set(cluster, shape, chance, manifests)
        cluster = FAULTS[name](found) or cluster
        if chance.random() < 0.7:
            cluster.settle()
    if chance.random() < 0.8 or _comes_to_harm(cluster):
        cluster.settle()
    lost = frozenset(mark for each in cluster.nfs.lost for mark in each.marks)
    cluster.nfs.is_strict = True
    cluster.excuse()
    return Broken(cluster, shape, names, manifests, lost)


def _comes_to_harm(cluster: Cluster) -> bool:
    """Return whether data is lost, or written twice, where nobody does anything more."""
    later = copy.deepcopy(cluster)
    later.settle()
    has_two = any(len(each) > 1 for each in later.nfs.writers.values())
    return has_two or len(later.nfs.lost) > len(cluster.nfs.lost)


def broken_set(seed: int) -> Broken:
    """Return any set with one or two faults."""
    chance = random.Random(seed)  # noqa: S311
    return faults(any_shape(chance), chance, chance.choice(PAIRS))


def add_rivals(cluster: Cluster, number: int, mode: str = "ReadWriteMany") -> None:
    """Create claims of another namespace that take any open volume."""
    spec = {
        "accessModes": [mode],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "",
    }
    for each in range(number):
        metadata = {"name": f"rival-{each}", "namespace": OTHER}
        cluster.create({"apiVersion": "v1", "kind": CLAIM, "metadata": metadata, "spec": spec})


# The faults


def _claim_deleted(found: _Set) -> None:
    if claim := found.any_claim():
        found.delete(CLAIM, claim["metadata"]["name"])


def _claim_made_anew(found: _Set) -> None:
    """By the controller: the claim deleted, and its pod."""
    pod = found.any_ordinal()
    for each in found.cluster.of_kind(CLAIM, SPACE):
        if each["metadata"]["name"].endswith(f"-{pod}"):
            found.delete(CLAIM, each["metadata"]["name"])
            if found.chance.random() < 0.5:
                break
    found.delete(POD, pod)
    found.cluster.settle()


def _claim_made_anew_by_hand(found: _Set) -> None:
    found.tried(lambda: found.cluster.scale(SPACE, NAME, 0))
    found.cluster.settle()
    _claim_deleted(found)
    found.cluster.settle()
    found.create(CLAIM)
    found.tried(lambda: found.cluster.scale(SPACE, NAME, found.shape.replicas))


def _volume_deleted(found: _Set) -> None:
    if volume := found.any_volume():
        found.delete(VOLUME, volume["metadata"]["name"])


def _volume_gone(found: _Set) -> None:
    if volume := found.any_volume():
        key = VOLUME, "", volume["metadata"]["name"]
        found.delete(VOLUME, key[2])
        none = {"metadata": {"finalizers": None}}
        found.tried(lambda: found.cluster.patch(*key, none))


def _volume_made_anew(found: _Set) -> None:
    _volume_gone(found)
    found.cluster.settle()
    found.create(VOLUME)


def _set_deleted(found: _Set) -> None:
    found.delete(STATEFUL_SET, NAME, found.chance.choice(["Background", "Foreground", "Orphan"]))


def _all_deleted(found: _Set) -> None:
    found.delete(STATEFUL_SET, NAME)
    found.cluster.settle()
    for each in found.cluster.of_kind(CLAIM, SPACE):
        found.delete(CLAIM, each["metadata"]["name"])


def _all_made_again(found: _Set) -> None:
    _all_deleted(found)
    found.cluster.settle()
    found.create(VOLUME, CLAIM, STATEFUL_SET)


def _policy_delete(found: _Set) -> None:
    if volume := found.any_volume():
        found.patch_volume(volume, {"persistentVolumeReclaimPolicy": "Delete"})


def _failed(found: _Set) -> None:
    """Policy Delete on NFS, and the claim gone."""
    for each in found.cluster.of_kind(VOLUME):
        if "nfs" in each["spec"]:
            found.patch_volume(each, {"persistentVolumeReclaimPolicy": "Delete"})
    _claim_made_anew(found)


def _reference(uid_goes: bool, **fields: str | None) -> Fault:
    def fault(found: _Set) -> None:
        if volume := found.any_volume():
            uid = {"uid": None, "resourceVersion": None} if uid_goes else {}
            found.patch_volume(volume, {"claimRef": {**fields, **uid}})

    return fault


def _reference_of_another_ordinal(found: _Set) -> None:
    volumes, claims = found.cluster.of_kind(VOLUME), found.cluster.of_kind(CLAIM, SPACE)
    if volumes and claims:
        name = found.chance.choice(claims)["metadata"]["name"]
        given = {"name": name, **found.chance.choice([{}, {"uid": None}])}
        found.patch_volume(found.chance.choice(volumes), {"claimRef": given})


def _swapped(found: _Set) -> None:
    """Two ordinals bound crosswise from their birth: each one's data is where it is bound."""
    cluster, name = found.cluster, found.chance.choice(found.manifests)["metadata"]["name"]
    head = "log-" if found.shape.templates == 2 and len(name) % 2 else ""
    claims = [each for each in cluster.of_kind(CLAIM, SPACE) if _is_bound(each)]
    claims = [each for each in claims if each["metadata"]["name"].startswith(head)]
    kind = claims[0]["metadata"]["name"].split("-")[0] if claims else ""
    claims = [each for each in claims if each["metadata"]["name"].split("-")[0] == kind]
    if len(claims) < 2:
        return
    pair = [copy.deepcopy(each) for each in found.chance.sample(claims, 2)]
    found.tried(lambda: cluster.scale(SPACE, NAME, 0))
    cluster.settle()
    names = [each["metadata"]["name"] for each in pair]
    for each in names:
        found.delete(CLAIM, each)
    cluster.settle()
    volumes = [each["spec"]["volumeName"] for each in pair]
    stored = [cluster.objects.get((VOLUME, "", each)) for each in volumes]
    if None in stored or any((CLAIM, SPACE, each) in cluster.objects for each in names):
        return
    places = [place_of(each) for each in stored if each]
    if all(each in cluster.nfs.directories for each in places):
        cluster.nfs.exchange(places[0], places[1])
    for name, volume, claim in zip(names, reversed(volumes), pair, strict=True):
        its = {"namespace": SPACE, "name": name, "uid": None, "resourceVersion": None}
        cluster.patch(VOLUME, "", volume, {"spec": {"claimRef": its}})
        metadata = {key: claim["metadata"].get(key, {}) for key in ("labels", "namespace", "name")}
        claim["spec"]["volumeName"] = volume
        cluster.create({**claim, "metadata": metadata})
    cluster.settle()
    found.tried(lambda: cluster.scale(SPACE, NAME, found.shape.replicas))


def _is_bound(claim: Object) -> bool:
    return bool(claim["status"]["phase"] == "Bound")


def _default_class(*, answers: bool) -> Fault:
    """A claim template without class: the controller's next claim gets the default one."""

    def fault(found: _Set) -> None:
        cluster = found.cluster
        waits, policy = found.chance.random() < 0.3, found.chance.choice(["Delete", "Retain"])
        given = storage_class("fast", waits=waits, policy=policy)
        if not answers:
            given["provisioner"] = _SILENT
        found.tried(lambda: cluster.create(given))
        found.delete(STATEFUL_SET, NAME, "Orphan")
        cluster.settle()
        bare = copy.deepcopy(found.manifests[-1])
        for each in bare["spec"]["volumeClaimTemplates"]:
            each["spec"].pop("storageClassName", None)
        found.tried(lambda: cluster.create(bare))
        _claim_made_anew(found)

    return fault


def _new_cluster(found: _Set) -> Cluster:
    """All objects but pods, dumped and created in a new cluster; the old one is switched off."""
    old = found.cluster
    for places in old.nfs.writers.values():
        places.clear()
    kinds, level = [NAMESPACE, VOLUME, CLAIM, STATEFUL_SET, "Service"], found.chance.randrange(4)
    dumped = [copy.deepcopy(each) for kind in kinds for each in old.of_kind(kind)]
    dumped += list(map(copy.deepcopy, old.of_kind("StorageClass")))
    if level == 0:  # volumes alone
        dumped = [each for each in dumped if each["kind"] in (NAMESPACE, VOLUME)]
    for each in dumped:
        if each["kind"] == VOLUME and level >= 2:
            (each["spec"].get("claimRef") or {}).pop("uid", None)
        if each["kind"] == CLAIM and level >= 3:
            each["metadata"].get("annotations", {}).pop(_COMPLETED, None)
    new = Cluster(dumped, found.chance, old.nfs)
    new.nfs.is_strict = False
    return new


def _hijacked(*, for_good: bool) -> Fault:
    """The set of another namespace applied over this one's volumes."""

    def fault(found: _Set) -> None:
        cluster = found.cluster
        for each in copy.deepcopy(found.manifests):
            if each["kind"] in (CLAIM, STATEFUL_SET):
                each["metadata"]["namespace"] = OTHER
                found.tried(lambda each=each: cluster.create(each))  # type: ignore[misc]
        for each in list(cluster.of_kind(VOLUME)):
            given = {"namespace": OTHER, **({"uid": None} if for_good else {})}
            if "claimRef" in each["spec"]:
                found.patch_volume(each, {"claimRef": given})

    return fault


FAULTS: dict[str, Fault] = {
    "claim deleted": _claim_deleted,
    "claim deleted and made anew": _claim_made_anew,
    "claim deleted and made anew by hand": _claim_made_anew_by_hand,
    "volume deleted": _volume_deleted,
    "volume gone": _volume_gone,
    "volume gone and made anew": _volume_made_anew,
    "set deleted": _set_deleted,
    "set and claims deleted": _all_deleted,
    "set and claims deleted and made anew": _all_made_again,
    "policy Delete": _policy_delete,
    "Failed": _failed,
    "claimRef of another ordinal": _reference_of_another_ordinal,
    "claimRef of another name": _reference(False, name="pvc-other-0"),
    "claimRef of another name, without uid": _reference(True, name="pvc-other-0"),
    "uid of nobody": _reference(False, uid="an-earlier-one"),
    "uid gone": _reference(True),
    "swapped pair": _swapped,
    "default class": _default_class(answers=False),
    "disk of a provisioner": _default_class(answers=True),
    "new cluster": _new_cluster,
    "hijacked": _hijacked(for_good=False),
    "hijacked for good": _hijacked(for_good=True),
}
PAIRS: list[tuple[str, ...]] = [
    *((each,) for each in FAULTS),
    *(product(FAULTS, FAULTS)),
]
