"""A set is deleted or scaled only as it was seen, without harm, and comes back as it was."""

import re
from typing import Any

import pytest

from sfsgen.plans.conditions import Condition
from tests.cluster import Cluster
from tests.kinds import CLAIM, POD, STATEFUL_SET, VOLUME, Object, key_of
from tests.plans import Killed, Surprise, carry_out, plans, recover
from tests.test_cluster import born, healthy, manifests
from tests.typed import typed

pytestmark = pytest.mark.without_libraries

SET = (STATEFUL_SET, "p", "w")
ORDINALS = {"whenDeleted": "Delete", "whenScaled": "Retain"}


def changed_set(spec: Object, replicas: int = 3, **metadata: Any) -> Cluster:
    """Return a set that runs, with other fields."""
    objects = manifests(replicas)
    for each in objects:
        if each["kind"] == STATEFUL_SET:
            each["spec"] |= spec
            each["metadata"] |= metadata
    cluster = born(objects)
    cluster.settle()
    return cluster


def going(cluster: Cluster, *numbers: int) -> Cluster:
    """Let claims be deleted, which stay while their pods use them."""
    for each in numbers:
        cluster.delete(CLAIM, "p", f"pvc-w-{each}", wait=False)
    cluster.settle()
    return cluster


def planned(cluster: Cluster, *options: str) -> dict[str, Any]:
    """Return the plan for the set."""
    result = recover(cluster, "w", "-n", "p", *options)
    assert not result.status, result.err
    (plan,) = plans(result)
    return plan


def ends_well(cluster: Cluster) -> None:
    """Assert that all pods run, each with its own data."""
    cluster.settle()
    assert cluster.ready("p", "w")
    assert {each["status"]["phase"] for each in cluster.of_kind(CLAIM, "p")} == {"Bound"}
    assert not cluster.harms
    assert not cluster.nfs.lost


_PARTITION = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}
_TEMPLATE = {"template": {"spec": {"priorityClassName": "another"}}}
_SCALED_AWAY = {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}}


@pytest.mark.parametrize(
    ("options", "spec", "told"),
    [
        ([], {"replicas": 5}, "replicas 3"),
        ([], _PARTITION, "generation"),
        ([], _TEMPLATE, "revision"),
        ([], {"minReadySeconds": 5}, "generation"),
        ([], _SCALED_AWAY, "generation"),
        (["--all-at-once"], {"replicas": 5}, "replicas 3 or 0"),
        (["--all-at-once"], _SCALED_AWAY, "whenScaled Delete"),
    ],
)
def test_a_set_that_was_changed_since_is_left_as_it_is(
    options: list[str], spec: Object, told: str
) -> None:
    cluster = going(healthy(), 1)
    plan = planned(cluster, *options)
    cluster.patch(*SET, {"spec": spec})
    cluster.settle()
    uid, spec = cluster.uid_of(SET), cluster.objects[SET]["spec"]
    with pytest.raises(Surprise, match=told):
        carry_out(cluster, plan)
    assert (cluster.uid_of(SET), cluster.objects[SET]["spec"]) == (uid, spec)


def test_a_set_that_the_plan_made_again_may_be_changed_no_more_either() -> None:
    cluster = going(healthy(), 0, 2)
    plan = planned(cluster)
    with pytest.raises(Killed):  # the set is made again after the first ordinal
        carry_out(cluster, plan, kill_after=6)
    cluster.settle()
    assert cluster.ready("p", "w")
    cluster.patch(*SET, {"spec": _PARTITION})
    cluster.settle()
    with pytest.raises(Surprise, match=r"generation|partition"):
        carry_out(cluster, plan)
    assert cluster.get(*SET)


def job(claim: str, name: str = "backup", space: str = "p", node: str = "node-1") -> Object:
    """Return a pod that is none of the set's, and has a claim."""
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    spec: Object = {"volumes": volumes, **({"nodeName": node} if node else {})}
    return {
        "apiVersion": "v1",
        "kind": POD,
        "metadata": {"name": name, "namespace": space},
        "spec": spec,
    }


@pytest.mark.parametrize("options", [[], ["--all-at-once"]])
def test_nothing_stops_while_another_pod_keeps_the_claim(options: list[str]) -> None:
    cluster = going(healthy(), 1)
    plan = planned(cluster, *options)
    cluster.add(job("pvc-w-1"))
    pods = cluster.of_kind(POD)
    with pytest.raises(Surprise, match=r"no pod but w-.* uses the claim pvc-w-1"):
        carry_out(cluster, plan)
    assert cluster.of_kind(POD) == pods
    assert cluster.get(*SET)
    cluster.delete(POD, "p", "backup")
    carry_out(cluster, plan)
    ends_well(cluster)


@pytest.mark.parametrize(
    ("pod", "is_unused"),
    [
        (job("pvc-w-1"), False),
        (job("pvc-w-1", name="w-1"), True),
        (job("pvc-w-0"), True),
        (job("pvc-w-1", node=""), True),
    ],
)
def test_only_another_pod_on_a_node_keeps_a_claim(pod: Object, is_unused: bool) -> None:
    unused = Condition(CLAIM, "p", "pvc-w-1", "used by no other", value="w-0 w-1")
    assert unused.holds({key_of(pod): pod}) == is_unused


@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_what_was_stopped_runs_before_the_next_is_stopped(policy: str) -> None:
    """Also where not all pods were ready: one is ill, and waits for its claim."""
    cluster = going(changed_set({"podManagementPolicy": policy}, 4), 0, 1, 3)
    cluster.change(SET, lambda each: each["status"].update(readyReplicas=3))
    plan = planned(cluster)
    waits = [
        [str(each["words"]) for each in phase["actions"][-1]["wait"]] for phase in plan["phases"]
    ]
    runs = "Ready" if policy == "OrderedReady" else "Running"
    revision = cluster.objects[SET]["status"]["updateRevision"]
    looked = f"the StatefulSet w has the revision {revision}"
    numbers = [[0], [1], [3], [0, 1, 3]]
    assert waits == [[looked, *(f"the pod w-{n} is {runs}" for n in each)] for each in numbers]
    carry_out(cluster, plan)
    ends_well(cluster)


@pytest.mark.parametrize(
    ("metadata", "partition", "told"),
    [
        ({"finalizers": ["operator.example.com/x"]}, 0, "finalizer operator.example.com/x"),
        ({}, 2, "a rollout of w stands at its partition: .* with which w-0 and w-1 would"),
    ],
)
def test_a_set_that_would_not_come_back_is_not_deleted(
    metadata: Object, partition: int, told: str
) -> None:
    cluster = changed_set({}, **metadata)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}
    cluster.patch(*SET, {"spec": {"updateStrategy": strategy}})
    if partition:
        cluster.patch(*SET, {"spec": _TEMPLATE})
        cluster.settle()
    going(cluster, 1)
    result = recover(cluster, "w", "-n", "p")
    assert (result.status, result.out) == (1, "")
    assert re.search(told, result.err)
    carry_out(cluster, planned(cluster, "--all-at-once"))
    ends_well(cluster)


def test_a_rollout_that_is_through_is_no_hindrance() -> None:
    cluster = changed_set(_PARTITION)
    assert recover(going(cluster, 1), "w", "-n", "p").status == 0


@pytest.mark.parametrize("kill_after", range(1, 16))
def test_claims_that_go_with_their_set_stay_while_it_is_gone(kill_after: int) -> None:
    cluster = changed_set({"persistentVolumeClaimRetentionPolicy": ORDINALS})
    patch = {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}
    cluster.patch(VOLUME, "", "pv-w-2", patch)
    going(cluster, 0, 1)
    owners = [each["metadata"].get("ownerReferences") for each in cluster.of_kind(CLAIM, "p")]
    assert all(owners)
    plan = planned(cluster)
    if kill_after < 15:
        with pytest.raises(Killed):
            carry_out(cluster, plan, kill_after=kill_after)
    if SET not in cluster.objects:
        claims = cluster.of_kind(CLAIM, "p")
        assert not any(each["metadata"].get("ownerReferences") for each in claims)
        policy = cluster.objects[VOLUME, "", "pv-w-2"]["spec"]["persistentVolumeReclaimPolicy"]
        assert policy == "Retain"
    carry_out(cluster, plan)
    ends_well(cluster)
    spec = cluster.objects[SET]["spec"]
    assert spec["persistentVolumeClaimRetentionPolicy"] == ORDINALS
    assert carry_out(cluster, plan) == 0


# What the model knows of it


def test_the_model_lets_claims_go_as_policies_say() -> None:
    cluster = changed_set({"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}})
    typed(cluster, "scale sts/w --replicas=2 && settle")
    assert [each["metadata"]["name"] for each in cluster.of_kind(CLAIM)] == ["pvc-w-0", "pvc-w-1"]
    cluster = changed_set({"persistentVolumeClaimRetentionPolicy": ORDINALS})
    typed(cluster, "delete sts/w --cascade=orphan && settle")
    assert len(cluster.of_kind(CLAIM)) == len(cluster.of_kind(POD)) == 3
    cluster = changed_set({"persistentVolumeClaimRetentionPolicy": ORDINALS})
    typed(cluster, "delete sts/w && settle")
    assert not cluster.of_kind(CLAIM)


def test_the_model_forgets_the_earlier_template_with_the_set() -> None:
    def classes() -> list[str | None]:
        return [each["spec"].get("priorityClassName") for each in cluster.of_kind(POD)]

    cluster = changed_set(_PARTITION)
    cluster.patch(*SET, {"spec": _TEMPLATE})
    cluster.settle()
    assert classes() == [None, "another", "another"]
    typed(cluster, "delete pod/w-0 && settle")
    assert classes() == [None, "another", "another"]
    again = cluster.objects[SET]
    typed(cluster, "delete sts/w --cascade=orphan && settle")
    cluster.create(again)
    cluster.settle()
    typed(cluster, "delete pod/w-0 && settle")
    assert classes() == ["another"] * 3
