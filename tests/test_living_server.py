"""Scripts with the real kubectl, under dash and bash, against a cluster that lives."""

import json
import random
import shutil

import pytest

from tests.cluster import Cluster
from tests.kinds import CLAIM, POD, VOLUME
from tests.living_server import LivingServer
from tests.nfs_data import TwoWriters
from tests.test_cluster import claims, healthy, manifests, straight, volumes

pytestmark = pytest.mark.without_libraries

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
_SHELLS = [each for each in ("dash", "bash") if shutil.which(each)]
_WAIT = "kubectl wait --timeout=20s -n p"
_UID_AWAY = """--type=json -p '[{"op":"remove","path":"/spec/claimRef/uid"}]'"""
_READY = f"{_WAIT} --for=jsonpath='{{.status.readyReplicas}}'=3 sts/w"

# Each after kubernetes-facts.md, section 9. SET stands for the manifests.
_ORPHANED = f"""
kubectl delete pvc pvc-w-1 -n p --wait=false
kubectl delete sts w -n p --cascade=orphan
kubectl delete pod w-1 -n p
{_WAIT} --for=delete pvc/pvc-w-1
{_WAIT} --for=jsonpath='{{.status.phase}}'=Released pv/pv-w-1
kubectl patch pv pv-w-1 {_UID_AWAY}
kubectl create -f SET || true
{_READY}
"""
_VOLUME_DELETED = f"""
kubectl delete pv pv-w-1 --wait=false
kubectl patch pv pv-w-1 -p '{{"metadata":{{"finalizers":null}}}}'
{_WAIT} --for=delete pv/pv-w-1
{_WAIT} --for=jsonpath='{{.status.phase}}'=Lost pvc/pvc-w-1
kubectl create -f SET || true
kubectl annotate pvc pvc-w-1 -n p pv.kubernetes.io/bind-completed-
{_WAIT} --for=jsonpath='{{.status.phase}}'=Bound pvc/pvc-w-1
{_READY}
"""
_BY_UID = f"""
kubectl patch pv pv-w-1 {_UID_AWAY}
{_WAIT} --for=jsonpath='{{.status.phase}}'=Lost pvc/pvc-w-1
uid=$(kubectl get pvc pvc-w-1 -n p -o jsonpath='{{.metadata.uid}}')
kubectl patch pv pv-w-1 -p '{{"spec":{{"claimRef":{{"uid":"'"$uid"'"}}}}}}'
{_WAIT} --for=jsonpath='{{.status.phase}}'=Bound pvc/pvc-w-1
"""
_SCALED = f"""
kubectl scale sts w -n p --replicas=0
{_WAIT} --for=delete pod/w-0 pod/w-1 pod/w-2
kubectl get pod -n p -o name | grep . && exit 3
kubectl scale sts w -n p --replicas=3
kubectl rollout status sts/w -n p --timeout=20s
{_READY}
"""
_HIJACKED = f"""
kubectl patch pv pv-w-1 -p '{{"spec":{{"claimRef":{{"namespace":"q"}}}}}}'
{_WAIT} --for=jsonpath='{{.spec.claimRef.namespace}}'=p pv/pv-w-1
{_WAIT} --for=jsonpath='{{.status.phase}}'=Bound pv/pv-w-1
"""


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize("script", [_ORPHANED, _VOLUME_DELETED, _BY_UID, _SCALED, _HIJACKED])
@pytest.mark.parametrize("seed", [None, 1])
def test_scripts(script: str, shell: str, seed: int | None, tmp_path: object) -> None:
    file = f"{tmp_path}/set.json"
    with open(file, "w") as opened:  # noqa: PTH123
        json.dump({"apiVersion": "v1", "kind": "List", "items": manifests(3)}, opened)
    cluster = healthy(3, seed)
    homes = cluster.homes()
    with LivingServer(cluster) as server:
        done = server.run_script("set -eu" + script.replace("SET", file), shell)
        assert done.returncode == 0, done.stdout + done.stderr
        server.settle()
    assert cluster.ready("p", "w")
    assert cluster.homes() == homes
    assert (straight(cluster), claims(cluster), volumes(cluster)) == (3, "BBB", "BBB")
    assert not cluster.nfs.lost
    assert not cluster.harms


def test_a_patch_that_tests_a_uid_is_refused() -> None:
    cluster = healthy(1)
    patch = [
        {"op": "test", "path": "/spec/claimRef/uid", "value": "another"},
        {"op": "remove", "path": "/spec/claimRef/uid"},
    ]
    with LivingServer(cluster) as server:
        done = server.kubectl("patch", "pv", "pv-w-0", "--type=json", "-p", json.dumps(patch))
    assert done.returncode == 1
    assert "the server rejected our request" in done.stderr


def test_what_is_wanted_is_refused_once() -> None:
    with LivingServer(healthy(1)) as server:
        server.refuse.append(("patch", "persistentvolumes"))
        command = ["label", "pv", "pv-w-0", "a=b"]
        assert [server.kubectl(*command).returncode for _ in range(2)] == [1, 0]


def test_a_wait_that_is_in_vain_ends() -> None:
    with LivingServer(healthy(1)) as server:
        done = server.kubectl("wait", "--for=delete", "pod/w-0", "-n", "p", "--timeout=1s")
    assert done.returncode == 1
    assert "timed out" in done.stderr


def test_a_dry_run_changes_nothing() -> None:
    cluster = healthy(1)
    with LivingServer(cluster) as server:
        version = cluster.version
        assert server.kubectl("delete", "pv", "pv-w-0", "--dry-run=server").returncode == 0
        scale = ["scale", "sts/w", "-n", "p", "--replicas=0", "--dry-run=server"]
        assert server.kubectl(*scale).returncode == 0
        assert cluster.version == version


def test_apply_of_what_is_there_ends_no_pod() -> None:
    cluster = healthy(3)
    before = {each["metadata"]["uid"] for each in cluster.of_kind(POD)}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests(3)})
    with LivingServer(cluster) as server:
        for _ in range(2):
            done = server.kubectl("apply", "-f", "-", input=text)
            assert done.returncode == 0, done.stderr
        server.settle()
    assert {each["metadata"]["uid"] for each in cluster.of_kind(POD)} == before
    assert (claims(cluster), volumes(cluster)) == ("BBB", "BBB")


def test_two_writers_are_told_at_the_end() -> None:
    with pytest.raises(TwoWriters):
        _start_the_thief()


def _start_the_thief() -> None:
    with LivingServer(_stolen()) as server:
        assert server.kubectl("scale", "sts/w", "-n", "q", "--replicas=2").returncode == 0
        for _ in range(200):
            if server.trouble or server.closing.wait(0.05):
                break


def _stolen() -> Cluster:
    """Return a cluster in which another set is about to get a directory that is written."""
    cluster = healthy(2)
    for each in manifests(2):
        if each["kind"] not in (VOLUME, CLAIM):
            each["metadata"]["namespace"] = "q"
            each["spec"] |= {"replicas": 0} if each["kind"] == "StatefulSet" else {}
            cluster.create(each)
    its = {"namespace": "q", "uid": None, "resourceVersion": None}
    cluster.patch(VOLUME, "", "pv-w-0", {"spec": {"claimRef": its}})
    cluster.chance = random.Random(1)  # noqa: S311
    return cluster
