"""The model of a cluster does what was measured on a real one (kubernetes-facts.md)."""

import contextlib
import copy
import functools
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster import Cluster, Refused
from tests.kinds import CLAIM, POD, STATEFUL_SET, VOLUME, Object, key_of, storage_class
from tests.nfs_data import TwoWriters
from tests.program import rendered
from tests.typed import UID_AWAY, typed

pytestmark = pytest.mark.without_libraries

_SEEDS = [None, *range(8)]
_FIRST = "-n p --nfs-server nfs --nfs-path /e --storage 1Gi"


@functools.cache
def _rendered(command: str) -> list[Object]:
    return rendered(command)


def manifests(replicas: int = 3, more: str = "") -> list[Object]:
    """Return the objects of a set `w`, each pair reserved on both sides."""
    return copy.deepcopy(_rendered(f"w -r {replicas} {_FIRST} {more}"))


def born(objects: list[Object], seed: int | None = None) -> Cluster:
    """Return a cluster with objects just made, and the directories that they name."""
    cluster = Cluster(objects, None if seed is None else random.Random(seed))  # noqa: S311
    cluster.directories(make=True)
    return cluster


def healthy(replicas: int = 3, seed: int | None = None) -> Cluster:
    """Return a cluster with a set `w` that runs."""
    cluster = born(manifests(replicas), seed)
    cluster.settle()
    assert cluster.ready("p", "w")
    return cluster


def claims(cluster: Cluster) -> str:
    """Return the phases of all claims, in the order of their names, as letters."""
    return "".join(each["status"]["phase"][0] for each in cluster.of_kind(CLAIM))


def volumes(cluster: Cluster) -> str:
    """Return the phases of all volumes likewise."""
    return "".join(each["status"]["phase"][0] for each in cluster.of_kind(VOLUME))


def straight(cluster: Cluster) -> int:
    """Return how many claims are on the volume of their ordinal."""
    return len(
        [
            each
            for each in cluster.of_kind(CLAIM, "p")
            if each["status"]["phase"] == "Bound"
            if each["spec"]["volumeName"] == each["metadata"]["name"].replace("pvc", "pv")
        ]
    )


def changed(objects: list[Object], kind: str, spec: Any) -> list[Object]:
    """Return objects with other specs of a kind; what is None goes."""
    for each in objects:
        if each["kind"] == kind:
            each["spec"].update(copy.deepcopy(spec))
            gone = [key for key, value in each["spec"].items() if value is None]
            for key in gone:
                del each["spec"][key]
    return objects


def pairs(volume: Any, claim: Any, replicas: int = 4) -> list[Object]:
    """Return volumes and claims alone, with other specs."""
    found = [each for each in manifests(replicas) if each["kind"] in (VOLUME, CLAIM)]
    return changed(changed(found, VOLUME, volume), CLAIM, claim)


# Section 1

_BARE, _NO_NAME, _CLASS = {"claimRef": None}, {"volumeName": None}, "standard"
_NONE = {"storageClassName": None}
_UNEQUAL = {
    "resources": {"requests": {"storage": "5Gi"}},
    "accessModes": ["ReadWriteOncePod"],
    "storageClassName": "other",
    "volumeMode": "Block",
    "selector": {"matchLabels": {"disk": "a"}},
}


def _only(field: str) -> dict[str, Any]:
    return {field: _UNEQUAL[field]}


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize(
    ("volume", "claim", "bound"),
    [
        ({}, {}, 4),
        (_BARE, {}, 4),
        ({}, _NO_NAME, 4),
        # Both pins bypass every check.
        *(({}, _only(field), 4) for field in _UNEQUAL),
        # claimRef alone checks size, modes, volumeMode, not class or selector.
        ({}, _NO_NAME | _only("resources"), 0),
        ({}, _NO_NAME | _only("accessModes"), 0),
        ({}, _NO_NAME | _only("volumeMode"), 0),
        ({}, _NO_NAME | _only("storageClassName"), 4),
        ({}, _NO_NAME | _only("selector"), 4),
        # volumeName alone reports VolumeMismatch for size, modes, class.
        (_BARE, _only("resources"), 0),
        (_BARE, _only("accessModes"), 0),
        (_BARE, _only("storageClassName"), 0),
        # Of an incomplete claimRef nobody gets the volume.
        ({"claimRef": {}}, {}, 0),
        ({"claimRef": {"name": "pvc-w-0"}}, {}, 0),
        ({"claimRef": {"namespace": "p"}}, {}, 0),
        ({"claimRef": {"name": "pvc-w-0"}}, _NO_NAME, 0),
    ],
)
def test_pins(volume: Any, claim: Any, bound: int, seed: int | None) -> None:
    cluster = born(pairs(volume, claim), seed)
    cluster.settle()
    assert claims(cluster) == "B" * bound + "P" * (4 - bound)
    assert straight(cluster) == bound


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize(
    ("volume", "claim", "bound"),
    [
        (_BARE | _NONE, _NO_NAME | _NONE, 0),
        (_BARE | _NONE, _NO_NAME, 4),
        (_BARE | _NONE, _NONE, 0),
        (_NONE, _NO_NAME | _NONE, 4),
        (_NONE, {}, 4),
    ],
)
@pytest.mark.parametrize("waits", [False, True])
def test_a_default_class(
    volume: Any, claim: Any, bound: int, waits: bool, seed: int | None
) -> None:
    silent = storage_class(_CLASS, "nobody.example.com", waits=waits)
    cluster = born([silent, *pairs(volume, claim)], seed)
    cluster.settle()
    assert claims(cluster) == "B" * bound + "P" * (4 - bound)
    foreign = [each["spec"].get("storageClassName") for each in cluster.of_kind(CLAIM)]
    assert foreign == [_CLASS if "storageClassName" in claim else ""] * 4


def test_a_default_class_that_appears_later_takes_what_is_pending() -> None:
    cluster = born(pairs(_BARE | _NONE, _NO_NAME | _NONE | _only("resources")))
    cluster.settle()
    cluster.create(storage_class(_CLASS, "nobody.example.com"))
    cluster.settle()
    assert {each["spec"]["storageClassName"] for each in cluster.of_kind(CLAIM)} == {_CLASS}


def _rivals(number: int) -> list[Object]:
    found = [each for each in pairs({}, _NO_NAME, number) if each["kind"] == CLAIM]
    for each in found:
        each["metadata"]["namespace"] = "rival"
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("volume", "claim", "is_safe"),
    [
        (_BARE, _NO_NAME, False),
        (_BARE, {}, False),
        ({}, _NO_NAME, True),
        ({}, {}, True),
        # Blocked: neither the rival nor the claim that names it gets it.
        ({"claimRef": {}}, {}, None),
    ],
)
def test_rivals(volume: Any, claim: Any, is_safe: bool | None, seed: int) -> None:
    objects = [*pairs(volume, claim, 12), *_rivals(12)]
    random.Random(seed).shuffle(objects)  # noqa: S311
    cluster = born(objects, seed)
    for _ in range(300):
        cluster.act()
    cluster.settle()
    taken = len([each for each in cluster.homes() if each[0] == "rival"])
    assert (straight(cluster) == 12) is (is_safe is True)
    assert (taken > 0) is (is_safe is False)


def test_what_is_not_reserved_is_paired_by_chance() -> None:
    found = []
    for seed in range(6):
        cluster = born(pairs(_BARE, _NO_NAME, 12), seed)
        cluster.settle()
        assert claims(cluster) == "B" * 12
        found.append(straight(cluster))
    assert sum(found) < 20


def test_the_smallest_volume_that_fits_wins() -> None:
    objects = pairs(_BARE, _NO_NAME, 3)
    for number, each in enumerate(each for each in objects if each["kind"] == VOLUME):
        each["spec"]["capacity"]["storage"] = f"{3 - number}Gi"
    cluster = born([each for each in objects if each["metadata"]["name"] != "pvc-w-1"])
    cluster.settle()
    assert cluster.objects[CLAIM, "p", "pvc-w-0"]["spec"]["volumeName"] == "pv-w-2"


@pytest.mark.parametrize("volumes_first", [True, False])
def test_claims_first_wait_for_the_resync(volumes_first: bool) -> None:
    objects = sorted(pairs({}, {}, 2), key=lambda each: str(each["kind"]), reverse=True)
    first, then = ([each for each in objects if each["kind"] == kind] for kind in (VOLUME, CLAIM))
    cluster = born(first if volumes_first else then)
    cluster.at_once()
    for each in then if volumes_first else first:
        cluster.create(each)
    cluster.at_once()
    assert claims(cluster) == ("BB" if volumes_first else "PP")
    cluster.settle()
    assert claims(cluster) == "BB"


def test_two_volumes_with_one_claim_ref_and_two_claims_with_one_volume_name() -> None:
    both = pairs({"claimRef": {"namespace": "p", "name": "pvc-w-0"}}, {"volumeName": "pv-w-0"}, 2)
    cluster = born(both)
    cluster.settle()
    assert (claims(cluster), volumes(cluster)) == ("BP", "BA")


# Section 2


@pytest.mark.parametrize("seed", _SEEDS)
def test_pairs_first_then_scale(seed: int | None) -> None:
    cluster = born([*manifests(2), *(pairs({}, {}, 5)[2:5] + pairs({}, {}, 5)[7:])], seed)
    cluster.settle()
    cluster.scale("p", "w", 5)
    cluster.settle()
    assert cluster.ready("p", "w")
    assert straight(cluster) == 5


@pytest.mark.parametrize("seed", _SEEDS)
def test_scaled_first(seed: int | None) -> None:
    cluster = healthy(2, seed)
    cluster.scale("p", "w", 4)
    cluster.settle()
    assert claims(cluster) == "BBP"  # in order: the next one comes when this one runs
    for each in pairs({}, {}, 4):
        if each["metadata"]["name"][-1] in "23":
            with contextlib.suppress(Refused):  # claim 2 is there
                cluster.create(each)
    cluster.directories(make=True)
    cluster.settle()
    assert cluster.ready("p", "w")
    assert straight(cluster) == 4


@pytest.mark.parametrize(
    ("spec", "names", "made"),
    [
        ({"replicas": 2, "ordinals": {"start": 3}}, "w-3 w-4", "w-3"),
        ({"replicas": 3, "podManagementPolicy": "Parallel"}, "w-0 w-1 w-2", "w-0 w-1 w-2"),
        ({"replicas": 3}, "w-0 w-1 w-2", "w-0"),
        ({"replicas": 0}, "", ""),
    ],
)
def test_pods_and_claims_of_a_set(spec: Any, names: str, made: str) -> None:
    alone = [each for each in manifests(1) if each["kind"] == STATEFUL_SET]
    cluster = born(changed(alone, STATEFUL_SET, spec))
    cluster.settle()
    pods = [each["metadata"]["name"] for each in cluster.of_kind(POD)]
    assert pods == made.split()
    found = [each["metadata"]["name"] for each in cluster.of_kind(CLAIM)]
    assert found == [f"pvc-{each}" for each in pods]
    for number in names.split():
        volume = pairs({}, {}, 1)[0]
        volume["metadata"]["name"] = f"pv-{number}"
        volume["spec"]["claimRef"]["name"] = f"pvc-{number}"
        volume["spec"]["nfs"]["path"] = f"/e/{number}"
        cluster.create(volume)
    cluster.directories(make=True)
    cluster.settle()
    assert [each["metadata"]["name"] for each in cluster.of_kind(POD)] == names.split()
    assert cluster.ready("p", "w")


@pytest.mark.parametrize("seed", _SEEDS)
def test_scale_down_keeps_claims_and_volumes(seed: int | None) -> None:
    cluster = healthy(3, seed)
    cluster.scale("p", "w", 1)
    cluster.settle()
    assert [each["metadata"]["name"] for each in cluster.of_kind(POD)] == ["w-0"]
    assert (claims(cluster), volumes(cluster)) == ("BBB", "BBB")


# Sections 3 and 9: each line is what is done to a healthy set of 3, what comes of it at once, and
# after the binder's resync: phases of claims, phases of volumes, and R where all pods run.

_NULLS = """-p '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'"""
_DOWN = "delete sts/w && settle && delete pvc/pvc-w-0 pvc/pvc-w-1 pvc/pvc-w-2 && settle"
_MADE = "create pvc/pvc-w-0 pvc/pvc-w-1 pvc/pvc-w-2 sts/w"
_ALL = "pv/pv-w-0 pv/pv-w-1 pv/pv-w-2"
_NO_FINALIZER = """-p '{"metadata":{"finalizers":null}}'"""
_VOLUME_GONE = f"delete pv/pv-w-1 --wait=false && patch pv/pv-w-1 {_NO_FINALIZER}"
_OTHER_NAME = """-p '{"spec":{"claimRef":{"name":"pvc-x-1"}}}'"""
_RETAIN = """-p '{"spec":{"persistentVolumeReclaimPolicy":"Retain","claimRef":{"uid":null}}}'"""
_DELETE = """-p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'"""
_FAILED = f"patch pv/pv-w-1 {_DELETE} && delete sts/w && settle && delete pvc/pvc-w-1 && settle"
_ORPHANED = "delete sts/w --cascade=orphan && delete pod/w-1 && delete pvc/pvc-w-1"
_LAST = "delete pvc/pvc-w-2 --wait=false && scale sts/w --replicas=2 && settle"
_LAST_DOWN = f"{_LAST} && patch pv/pv-w-2 {UID_AWAY}"
_ENDING = "delete pvc/pvc-w-1 --wait=false"


@pytest.mark.parametrize(
    ("line", "at_once", "later"),
    [
        (_DOWN, "- RRR", "- RRR"),
        # Released: the old manifest created again stays Pending, whatever is pinned.
        (f"{_DOWN} && {_MADE}", "PPP RRR", "PPP RRR"),
        # Patched first, then the claims: at once. Claims first: at the resync.
        (f"{_DOWN} && patch {_ALL} {UID_AWAY} && {_MADE}", "BBB BBB R", "BBB BBB R"),
        (f"{_DOWN} && patch {_ALL} {_NULLS} && {_MADE}", "BBB BBB R", "BBB BBB R"),
        (f"{_DOWN} && {_MADE} && settle && patch {_ALL} {UID_AWAY}", "PPP AAA", "BBB BBB R"),
        # A claim deleted while its pod runs.
        (_ENDING, "BBB BBB R", "BBB BBB R"),
        (f"{_ENDING} && delete pod/w-1", "BPB BRB", "BPB BRB"),
        (
            f"{_ENDING} && delete pod/w-1 && settle && patch pv/pv-w-1 {UID_AWAY}",
            "BPB BAB",
            "BBB BBB R",
        ),
        (_ORPHANED, "BB BRB", "BB BRB"),
        (
            f"{_ORPHANED} && settle && patch pv/pv-w-1 {UID_AWAY} && create pvc/pvc-w-1 sts/w",
            "BBB BBB R",
            "BBB BBB R",
        ),
        (
            f"{_LAST_DOWN} && create pvc/pvc-w-2 && scale sts/w --replicas=3",
            "BBB BBB R",
            "BBB BBB R",
        ),
        # A volume deleted stays as long as it is Bound; its object alone is let go.
        ("delete pv/pv-w-1 --wait=false", "BBB BBB R", "BBB BBB R"),
        (_VOLUME_GONE, "BLB BB R", "BLB BB R"),
        (f"{_VOLUME_GONE} && settle && create pv/pv-w-1", "BLB BAB R", "BLB BAB R"),
        (
            f"{_VOLUME_GONE} && settle && create pv/pv-w-1 && settle && annotate pvc/pvc-w-1",
            "BBB BBB R",
            "BBB BBB R",
        ),
        # A Lost claim: by name alone it is not enough, by the uid it is, at the resync.
        (f"patch pv/pv-w-1 {UID_AWAY}", "BBB BAB R", "BLB BAB R"),
        (
            f"patch pv/pv-w-1 {UID_AWAY} && settle && annotate pvc/pvc-w-1",
            "BBB BBB R",
            "BBB BBB R",
        ),
        # The uid of nobody: Lost, and the volume Released.
        (
            """patch pv/pv-w-1 -p '{"spec":{"claimRef":{"uid":"x"}}}'""",
            "BBB BRB R",
            "BLB BRB R",
        ),
        # The whole claimRef away: it heals, where no rival is.
        ("""patch pv/pv-w-1 -p '{"spec":{"claimRef":null}}'""", "BBB BAB R", "BBB BBB R"),
        # Hijacked: Released in the window, then it heals; without the uid it does not.
        (f"patch pv/pv-w-1 {_OTHER_NAME}", "BBB BRB R", "BBB BBB R"),
        (f"patch pv/pv-w-1 {_OTHER_NAME} && patch pv/pv-w-1 {UID_AWAY}", "BBB BAB R", "BLB BAB R"),
        # Policy Delete: Failed, since nothing deletes a directory of a static volume.
        (_FAILED, "BB BFB", "BB BFB"),
        (
            f"{_FAILED} && create sts/w && settle && patch pv/pv-w-1 {_RETAIN}",
            "BPB BAB",
            "BBB BBB R",
        ),
        # The set made again adopts its pods, and nothing ends.
        ("delete sts/w --cascade=orphan && settle", "BBB BBB", "BBB BBB"),
        ("delete sts/w --cascade=orphan && create sts/w", "BBB BBB R", "BBB BBB R"),
        ("delete sts/w && settle && create sts/w", "BBB BBB R", "BBB BBB R"),
        ("delete pod/w-1 && settle", "BBB BBB R", "BBB BBB R"),
    ],
)
def test_what_comes_of(line: str, at_once: str, later: str) -> None:
    cluster = healthy()
    typed(cluster, line, manifests())
    cluster.at_once()
    assert _story(cluster) == at_once
    cluster.settle()
    assert _story(cluster) == later
    assert not cluster.nfs.lost


def _story(cluster: Cluster) -> str:
    ready = ["R"] if cluster.ready("p", "w") else []
    return " ".join([claims(cluster) or "-", volumes(cluster) or "-", *ready])


@pytest.mark.parametrize(
    "line",
    [
        "delete sts/w --cascade=orphan && create sts/w",
        f"{_VOLUME_GONE} && settle && create pv/pv-w-1 && settle && annotate pvc/pvc-w-1",
        f"patch pv/pv-w-1 {_OTHER_NAME}",
    ],
)
@pytest.mark.parametrize("seed", _SEEDS)
def test_no_pod_ends(line: str, seed: int | None) -> None:
    cluster = healthy(3, seed)
    before = {key_of(each): each["metadata"]["uid"] for each in cluster.of_kind(POD)}
    typed(cluster, line, manifests())
    cluster.settle()
    assert {key_of(each): each["metadata"]["uid"] for each in cluster.of_kind(POD)} == before
    assert cluster.ready("p", "w")


def test_a_guarded_patch() -> None:
    cluster = healthy(1)
    test = {"op": "test", "path": "/spec/claimRef/uid"}
    remove = {"op": "remove", "path": "/spec/claimRef/uid"}
    with pytest.raises(Refused, match="the server rejected our request"):
        cluster.patch(VOLUME, "", "pv-w-0", [test | {"value": "another"}, remove], "json")
    uid = cluster.uid_of((CLAIM, "p", "pvc-w-0"))
    cluster.patch(VOLUME, "", "pv-w-0", [test | {"value": uid}, remove], "json")
    assert "uid" not in cluster.objects[VOLUME, "", "pv-w-0"]["spec"]["claimRef"]
    with pytest.raises(Refused):  # it is no more there
        cluster.patch(VOLUME, "", "pv-w-0", [remove], "json")


def test_the_uid_of_the_claim_brings_a_lost_claim_back() -> None:
    cluster = healthy()
    typed(cluster, f"{_VOLUME_GONE} && settle && create pv/pv-w-1 && settle", manifests())
    uid = cluster.uid_of((CLAIM, "p", "pvc-w-1"))
    cluster.patch(VOLUME, "", "pv-w-1", {"spec": {"claimRef": {"uid": uid}}})
    cluster.at_once()
    assert claims(cluster) == "BLB"
    cluster.settle()
    assert (claims(cluster), volumes(cluster)) == ("BBB", "BBB")


def test_crossed_by_patches_alone_is_harm() -> None:
    cluster = healthy(2)
    for here, there in ("01", "10"):
        its = {"name": f"pvc-w-{there}", "uid": None, "resourceVersion": None}
        cluster.patch(VOLUME, "", f"pv-w-{here}", {"spec": {"claimRef": its}})
    cluster.settle()
    assert claims(cluster) == "LL"
    assert cluster.ready("p", "w")


def test_a_theft_has_two_writers() -> None:
    """Whoever removes the uid of a hijacked volume makes the theft final."""
    cluster = healthy(2)
    other = [each for each in manifests(2) if each["kind"] not in (VOLUME, CLAIM)]
    for each in other:
        each["metadata"]["namespace"] = "q"
        cluster.create(each)
    its = {"namespace": "q", "uid": None, "resourceVersion": None}
    cluster.patch(VOLUME, "", "pv-w-0", {"spec": {"claimRef": its}})
    with pytest.raises(TwoWriters):
        cluster.settle()


def test_a_pod_removed_by_force_may_still_write() -> None:
    def two_writers(seed: int) -> bool:
        cluster = healthy(1, seed)
        try:
            typed(cluster, "delete pod/w-0 --force")
            for _ in range(100):
                cluster.act()
        except TwoWriters:
            return True
        return False

    assert {two_writers(seed) for seed in range(40)} == {True, False}


# What removes data


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize(("policy", "lost"), [("Retain", 0), ("Delete", 1)])
def test_a_provisioner(policy: str, lost: int, seed: int | None) -> None:
    alone = changed(manifests(1)[-1:], STATEFUL_SET, {})
    del alone[0]["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"]
    cluster = born([storage_class("fast", policy=policy), *alone], seed)
    cluster.settle()
    assert cluster.ready("p", "w")
    assert [each[0] for each in cluster.homes().values()] == ["provisioner.example.com"]
    typed(cluster, "delete sts/w && settle && delete pvc/pvc-w-0 && settle")
    assert [len(each.marks) for each in cluster.nfs.lost] == [1] * lost
    assert len(cluster.of_kind(VOLUME)) == 1 - lost
    assert len(cluster.harms) == lost


def test_a_recycler_wipes() -> None:
    cluster = born(changed(manifests(1), VOLUME, {"persistentVolumeReclaimPolicy": "Recycle"}))
    cluster.settle()
    typed(cluster, "delete sts/w && settle && delete pvc/pvc-w-0 && settle")
    assert [each.place for each in cluster.nfs.lost] == [("nfs", "/e/pv-w-0")]


def test_where_a_directory_is_missing_no_pod_runs() -> None:
    cluster = Cluster(manifests(1))
    cluster.settle()
    assert claims(cluster) == "B"
    assert not cluster.ready("p", "w")


# Rebuilt from a dump


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize(
    ("stripped", "story"),
    [
        ("", "LL RR"),
        ("uid", "LL AA"),
        ("uid resourceVersion", "LL AA"),
        ("uid resourceVersion annotations", "BB BB R"),
        ("uid annotations", "BB BB R"),
    ],
)
def test_rebuilt_from_a_dump(stripped: str, story: str, seed: int | None) -> None:
    old = healthy(2)
    nfs = old.nfs
    for uid in [each["metadata"]["uid"] for each in old.of_kind(POD)]:
        nfs.unmount(uid)
    dumped = [copy.deepcopy(each) for each in old.objects.values() if each["kind"] != POD]
    for each in dumped:
        for field in stripped.split():
            each["spec"].get("claimRef", {}).pop(field, None)
            if field == "annotations" and each["kind"] == CLAIM:
                del each["metadata"]["annotations"]
    chance = None if seed is None else random.Random(seed)  # noqa: S311
    cluster = Cluster(dumped, chance, nfs)
    cluster.settle()
    assert _story(cluster) == story


# Section 4: what is refused

_V, _C, _S = (VOLUME, "", "pv-w-0"), (CLAIM, "p", "pvc-w-0"), (STATEFUL_SET, "p", "w")


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        (lambda each: each.create(manifests(1)[1]), "AlreadyExists"),
        (lambda each: each.delete(POD, "p", "nobody"), "NotFound"),
        (lambda each: each.patch(*_V, {"spec": {"nfs": {"path": "/f"}}}), "Invalid"),
        (lambda each: each.patch(*_V, {"metadata": {"uid": "x"}}), "Conflict"),
        (lambda each: each.patch(*_V, {"spec": {"capacity": {"storage": "2Gi"}}}), ""),
        (lambda each: each.patch(*_V, {"spec": {"mountOptions": ["hard"]}}), ""),
        (lambda each: each.patch(*_C, {"spec": _only("resources")}), "Forbidden"),
        (lambda each: each.patch(*_C, {"spec": {"volumeName": "pv-w-1"}}), "Invalid"),
        (lambda each: each.patch(*_S, {"spec": {"volumeClaimTemplates": []}}), "Invalid"),
        (lambda each: each.patch(*_S, {"spec": {"serviceName": "x"}}), "Invalid"),
        (lambda each: each.patch(*_S, {"spec": {"replicas": 2}}), ""),
    ],
)
def test_what_is_refused(do: Callable[[Cluster], object], reason: str) -> None:
    cluster = healthy(1)
    if not reason:
        do(cluster)
        return
    with pytest.raises(Refused) as caught:
        do(cluster)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"template": {"metadata": {"annotations": {"a": "b"}}}}, True),
        ({"replicas": 3, "template": {"metadata": {"annotations": {}}}}, False),
    ],
)
def test_another_template_ends_pods_one_by_one(change: Any, ends: bool) -> None:
    cluster = healthy()
    before = {each["metadata"]["uid"] for each in cluster.of_kind(POD)}
    cluster.patch(*_S, {"spec": change}, "merge")
    if not ends:
        return
    cluster.settle()
    assert cluster.ready("p", "w")
    assert not before & {each["metadata"]["uid"] for each in cluster.of_kind(POD)}
