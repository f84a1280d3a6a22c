"""What was not measured, and the model has after the sources of Kubernetes' controllers."""

import pytest

from tests.binder import PROVISIONED_BY
from tests.cluster import Cluster, Refused
from tests.kinds import CLAIM, POD, PROVISIONER, STATEFUL_SET, VOLUME, Object
from tests.test_cluster import born, changed, claims, healthy, manifests, pairs, volumes
from tests.typed import typed

pytestmark = pytest.mark.without_libraries

_HELD = ["example.com/held"]
_RETAIN = """-p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'"""
_DELETE = """-p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'"""


def _pods(cluster: Cluster) -> dict[str, str]:
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in cluster.of_kind(POD)}


def _second_volume(cluster: Cluster, **metadata: object) -> Object:
    """Return another volume, with a claimRef of the claim that has one already."""
    volume = pairs({}, {}, 1)[0]
    uid = cluster.uid_of((CLAIM, "p", "pvc-w-0"))
    volume["metadata"] = {"name": "second", **metadata}
    volume["spec"]["claimRef"]["uid"] = uid
    volume["spec"]["nfs"]["path"] = "/e/second"
    cluster.nfs.make(("nfs", "/e/second"), "data")
    return volume


def test_failed_stays_failed_as_long_as_it_has_the_uid() -> None:
    cluster = healthy(1)
    typed(cluster, f"patch pv/pv-w-0 {_DELETE} && delete sts/w && settle")
    typed(cluster, f"delete pvc/pvc-w-0 && settle && patch pv/pv-w-0 {_RETAIN} && settle")
    assert volumes(cluster) == "F"


def test_a_disk_whose_claim_has_another_volume_is_deleted() -> None:
    cluster = healthy(1)
    disk = _second_volume(cluster, annotations={PROVISIONED_BY: PROVISIONER})
    disk["spec"]["persistentVolumeReclaimPolicy"] = "Delete"
    cluster.create(disk)
    cluster.settle()
    assert [each.place for each in cluster.nfs.lost] == [("nfs", "/e/second")]


def test_a_static_volume_whose_claim_has_another_one_stays_reserved() -> None:
    cluster = healthy(1)
    cluster.create(_second_volume(cluster))
    cluster.settle()
    second = cluster.objects[VOLUME, "", "second"]
    assert second["status"]["phase"] == "Available"
    assert second["spec"]["claimRef"]["name"] == "pvc-w-0"
    assert "uid" not in second["spec"]["claimRef"]


def test_a_volume_that_is_being_deleted_is_not_taken() -> None:
    volume, claim = pairs({"claimRef": None}, {"volumeName": None}, 1)
    volume["metadata"]["finalizers"] = list(_HELD)
    cluster = born([volume])
    cluster.settle()
    cluster.delete(VOLUME, "", "pv-w-0", wait=False)
    cluster.create(claim)
    cluster.settle()
    assert claims(cluster) == "P"


def _with_held_claim() -> Cluster:
    """Return a cluster with a set of one, and a claim that something holds when it is deleted."""
    objects = manifests(1)
    for each in objects:
        if each["kind"] == CLAIM:
            each["metadata"]["finalizers"] = list(_HELD)
    cluster = born(objects)
    cluster.settle()
    assert cluster.ready("p", "w")
    return cluster


def test_no_pod_is_made_while_its_claim_is_being_deleted() -> None:
    cluster = _with_held_claim()
    typed(cluster, "delete pvc/pvc-w-0 --wait=false && delete pod/w-0 && settle")
    assert not _pods(cluster)
    cluster.patch(CLAIM, "p", "pvc-w-0", {"metadata": {"finalizers": None}})
    cluster.settle()
    assert list(_pods(cluster)) == ["w-0"]


def test_a_pod_does_not_run_on_a_claim_that_is_being_deleted() -> None:
    objects = manifests(1)
    for each in objects:
        if each["kind"] == CLAIM:
            each["metadata"]["finalizers"] = list(_HELD)
    cluster = born([each for each in objects if each["kind"] != VOLUME])
    cluster.settle()
    typed(cluster, "delete pvc/pvc-w-0 --wait=false && create pv/pv-w-0", objects)
    cluster.directories(make=True)
    cluster.settle()
    assert claims(cluster) == "B"
    assert not cluster.ready("p", "w")


def test_a_pod_that_has_no_node_holds_no_claim_which_is_made_again() -> None:
    cluster = born([each for each in manifests(1) if each["kind"] != VOLUME])
    cluster.settle()
    (pod,), before = _pods(cluster), cluster.uid_of((CLAIM, "p", "pvc-w-0"))
    assert pod == "w-0"
    assert cluster.delete(CLAIM, "p", "pvc-w-0")
    cluster.settle()
    assert cluster.uid_of((CLAIM, "p", "pvc-w-0")) not in (None, before)


@pytest.mark.parametrize("seed", [None, *range(8)])
def test_a_set_made_again_at_once_takes_no_pod_of_the_earlier_one(seed: int | None) -> None:
    cluster = healthy(3, seed)
    before = set(_pods(cluster).values())
    typed(cluster, "delete sts/w && create sts/w && settle", manifests())
    assert cluster.ready("p", "w")
    assert not before & set(_pods(cluster).values())


def test_in_order_a_pod_ends_only_when_it_runs_or_is_the_first_that_does_not() -> None:
    """Three pods that wait for a directory, scaled down to none: the last one blocks."""
    objects = changed(manifests(3), STATEFUL_SET, {"podManagementPolicy": "Parallel"})
    cluster = Cluster(objects)
    cluster.settle()
    assert len(_pods(cluster)) == 3
    typed(cluster, "delete sts/w --cascade=orphan && settle")
    in_order = changed(manifests(3), STATEFUL_SET, {"replicas": 0})
    typed(cluster, "create sts/w && settle", in_order)
    assert len(_pods(cluster)) == 3
    cluster.directories(make=True)
    cluster.settle()
    assert not _pods(cluster)


def test_what_is_being_deleted_gets_no_more_finalizers() -> None:
    cluster = healthy(1)
    cluster.delete(CLAIM, "p", "pvc-w-0", wait=False)
    with pytest.raises(Refused):
        cluster.patch(CLAIM, "p", "pvc-w-0", {"metadata": {"finalizers": _HELD}})
