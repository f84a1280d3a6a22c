"""Whole sequences of kubernetes-facts.md, section 9, in the model: what they end in."""

import copy
import random
from collections.abc import Sequence

import pytest

from tests.cluster import Cluster
from tests.kinds import CLAIM, POD, STATEFUL_SET, VOLUME, Object, storage_class
from tests.test_cluster import born, claims, healthy, manifests, straight, volumes
from tests.typed import UID_AWAY, typed

pytestmark = pytest.mark.without_libraries

_SEEDS = [None, *range(6)]
_NO_FINALIZER = """-p '{"metadata":{"finalizers":null}}'"""


def _uids(cluster: Cluster) -> dict[str, str]:
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in cluster.of_kind(POD)}


def _crossed(seed: int | None) -> Cluster:
    """Return a set of two whose claims are bound to each other's volume, and whose pods run."""
    objects = manifests(2)
    for each in objects:
        if each["kind"] == VOLUME:
            name = each["spec"]["claimRef"]["name"]
            each["spec"]["claimRef"]["name"] = f"{name[:-1]}{1 - int(name[-1])}"
        elif each["kind"] == CLAIM:
            name = each["spec"]["volumeName"]
            each["spec"]["volumeName"] = f"{name[:-1]}{1 - int(name[-1])}"
    cluster = born(objects, seed)
    cluster.settle()
    assert cluster.ready("p", "w")
    assert straight(cluster) == 0
    return cluster


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize(
    "stop",
    [
        "scale sts/w --replicas=0 && settle",
        "delete sts/w --cascade=orphan && delete pod/w-0 pod/w-1",
    ],
)
def test_crossed_and_the_data_exchanged(stop: str, seed: int | None) -> None:
    cluster = _crossed(seed)
    typed(cluster, f"{stop} && delete pvc/pvc-w-0 pvc/pvc-w-1 && settle")
    assert not cluster.nfs.writers[("nfs", "/e/pv-w-0")]
    for number in "01":
        its = {"name": f"pvc-w-{number}", "uid": None, "resourceVersion": None}
        cluster.patch(VOLUME, "", f"pv-w-{number}", {"spec": {"claimRef": its}})
    cluster.nfs.exchange(("nfs", "/e/pv-w-0"), ("nfs", "/e/pv-w-1"))
    typed(cluster, "create pvc/pvc-w-0 pvc/pvc-w-1", manifests(2))
    if "orphan" in stop:
        typed(cluster, "create sts/w", manifests(2))
    cluster.scale("p", "w", 2)
    cluster.settle()
    assert cluster.ready("p", "w")
    assert straight(cluster) == 2
    # Nobody has written where another one's data is.
    assert cluster.nfs.directories == {("nfs", f"/e/pv-w-{n}"): {f"p/pvc-w-{n}"} for n in "01"}


@pytest.mark.parametrize("seed", _SEEDS)
def test_another_server_and_the_claims_kept(seed: int | None) -> None:
    cluster = healthy(2, seed)
    before = {each["metadata"]["uid"] for each in cluster.of_kind(CLAIM)}
    typed(cluster, "scale sts/w --replicas=0 && settle")
    for number in "01":
        cluster.nfs.copy(("nfs", f"/e/pv-w-{number}"), ("new", f"/e/pv-w-{number}"))
    both = "pv/pv-w-0 pv/pv-w-1"
    typed(cluster, f"delete {both} --wait=false && patch {both} {_NO_FINALIZER}")
    moved = manifests(2)
    for each in moved:
        if each["kind"] == VOLUME:
            each["spec"]["nfs"]["server"] = "new"
    typed(cluster, f"create {both} && annotate pvc/pvc-w-0 pvc/pvc-w-1", moved)
    typed(cluster, "scale sts/w --replicas=2 && settle")
    assert cluster.ready("p", "w")
    assert {each["metadata"]["uid"] for each in cluster.of_kind(CLAIM)} == before
    assert {place[0] for place in cluster.homes().values()} == {"new"}
    assert not cluster.nfs.lost


@pytest.mark.parametrize("seed", _SEEDS)
def test_another_claim_template_and_the_same_pods(seed: int | None) -> None:
    cluster = healthy(3, seed)
    before = _uids(cluster)
    objects = manifests(3)
    objects[-1]["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "other"
    typed(cluster, "delete sts/w --cascade=orphan && create sts/w && settle", objects)
    assert cluster.ready("p", "w")
    assert _uids(cluster) == before


@pytest.mark.parametrize("seed", _SEEDS)
def test_an_ordinal_at_a_time(seed: int | None) -> None:
    """All others go on running."""
    cluster = healthy(3, seed)
    before = _uids(cluster)
    for number in "012":
        typed(cluster, f"delete sts/w --cascade=orphan && delete pod/w-{number}")
        typed(cluster, f"delete pvc/pvc-w-{number} && settle")
        assert set(_uids(cluster)) == {"w-0", "w-1", "w-2"} - {f"w-{number}"}
        typed(cluster, f"patch pv/pv-w-{number} {UID_AWAY}")
        typed(cluster, f"create pvc/pvc-w-{number} sts/w && settle", manifests(3))
        assert cluster.ready("p", "w")
        others = {key: uid for key, uid in before.items() if key != f"w-{number}"}
        assert others.items() <= _uids(cluster).items()
        before = _uids(cluster)
    assert straight(cluster) == 3


@pytest.mark.parametrize(
    ("waits", "at_once"),
    [
        (False, "P"),
        # The scheduler itself looks for volumes of claims that wait for their pod.
        (True, "B"),
    ],
)
def test_a_controllers_claim_with_a_default_class(waits: bool, at_once: str) -> None:
    bare = manifests(1)[-1:]
    del bare[0]["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"]
    cluster = born([storage_class("fast", "nobody.example.com", waits=waits), *bare])
    cluster.settle()
    assert claims(cluster) == "P"
    cluster.create(manifests(1)[1])
    cluster.directories(make=True)
    cluster.at_once()
    assert claims(cluster) == at_once
    cluster.settle()
    assert cluster.ready("p", "w")
    (claim,) = cluster.of_kind(CLAIM)
    assert (claim["spec"]["storageClassName"], straight(cluster)) == ("fast", 1)


def _rebuilt(stripped: Sequence[str] = ()) -> Cluster:
    """Return a new cluster with what was dumped of another one, which is switched off."""
    old = healthy(2)
    for uids in old.nfs.writers.values():
        uids.clear()
    dumped = [copy.deepcopy(each) for each in old.objects.values() if each["kind"] != POD]
    for each in dumped:
        for field in stripped:
            each["spec"].get("claimRef", {}).pop(field, None)
    cluster = Cluster(dumped, random.Random(1), old.nfs)  # noqa: S311
    cluster.settle()
    assert claims(cluster) == "LL"
    return cluster


def test_created_unstripped_and_the_uids_written() -> None:
    cluster = _rebuilt()
    for number in "01":
        uid = cluster.uid_of((CLAIM, "p", f"pvc-w-{number}"))
        cluster.patch(VOLUME, "", f"pv-w-{number}", {"spec": {"claimRef": {"uid": uid}}})
    cluster.settle()
    assert cluster.ready("p", "w")
    assert (claims(cluster), volumes(cluster)) == ("BB", "BB")


def test_created_unstripped_and_the_uids_and_annotations_removed() -> None:
    cluster = _rebuilt()
    typed(cluster, f"patch pv/pv-w-0 pv/pv-w-1 {UID_AWAY}")
    typed(cluster, "annotate pvc/pvc-w-0 pvc/pvc-w-1 && settle")
    assert cluster.ready("p", "w")
    assert straight(cluster) == 2


def test_a_volume_that_is_replaced_by_force_hangs() -> None:
    """`kubectl replace --force` deletes, and waits for what pv-protection holds."""
    cluster = healthy(1)
    assert not cluster.delete(VOLUME, "", "pv-w-0")
    assert "deletionTimestamp" in cluster.objects[VOLUME, "", "pv-w-0"]["metadata"]


def _prefixed(each: Object) -> Object:
    """Return an object as kustomize's namePrefix makes it: claimRef and volumeName follow."""
    made = copy.deepcopy(each)
    made["metadata"]["name"] = f"prod-{made['metadata']['name']}"
    if made["kind"] == VOLUME:
        made["spec"]["claimRef"]["name"] = f"prod-{made['spec']['claimRef']['name']}"
    if made["kind"] == CLAIM:
        made["spec"]["volumeName"] = f"prod-{made['spec']['volumeName']}"
    return made


def test_a_name_prefix() -> None:
    cluster = born([_prefixed(each) for each in manifests(1)])
    cluster.settle()
    phases = {each["metadata"]["name"]: each["status"]["phase"] for each in cluster.of_kind(CLAIM)}
    assert phases == {"prod-pvc-w-0": "Bound", "pvc-prod-w-0": "Pending"}
    cluster.delete(CLAIM, "p", "prod-pvc-w-0")
    its = {"name": "pvc-prod-w-0", "uid": None}
    cluster.patch(VOLUME, "", "prod-pv-w-0", {"spec": {"claimRef": its}})
    cluster.settle()
    assert cluster.ready("p", "prod-w")


@pytest.mark.parametrize("propagation", ["Background", "Foreground", "Orphan"])
@pytest.mark.parametrize("seed", _SEEDS)
def test_how_a_set_is_deleted(propagation: str, seed: int | None) -> None:
    cluster = healthy(3, seed)
    assert cluster.delete(STATEFUL_SET, "p", "w", propagation)
    cluster.settle()
    assert len(cluster.of_kind(POD)) == (3 if propagation == "Orphan" else 0)
    assert (claims(cluster), volumes(cluster)) == ("BBB", "BBB")
