"""Scripts that stop before they do harm, go on later, or are given up, with a real kubectl."""

import shutil
from pathlib import Path

import pytest

from tests.faults import NAME, SPACE
from tests.living_server import LivingServer
from tests.test_recover_scripts import SHELLS, needs_kubectl, scripted
from tests.test_recover_works import ends_well
from tests.test_scripts_stop import GONE, SET, claim_of, going
from tests.test_sets_stopped import job

pytestmark = pytest.mark.without_libraries
_RETENTION = "persistentVolumeClaimRetentionPolicy"


@needs_kubectl
def test_who_gives_it_up_has_the_set_again(tmp_path: Path) -> None:
    broken, text = going(tmp_path / "old.json")
    uid = broken.cluster.uid_of((SET, SPACE, NAME))
    with LivingServer(broken.cluster, resync=0.3) as server:
        server.refuse.append(("delete", "pods"))
        assert GONE in server.run_script(text).stderr
        dry = server.run_script(text, "sh", "--give-up", "--dry-run")
        assert "would create, by kubectl create -f -" in dry.stderr
        assert not broken.cluster.get(SET, SPACE, NAME)
        done = server.run_script(text, "sh", "--give-up")
        assert not done.returncode, done.stderr
        assert "given up" in done.stderr
        assert broken.cluster.uid_of((SET, SPACE, NAME)) not in (uid, None)
        again = server.run_script(text, "sh", "--give-up")
        assert not again.returncode
        # And later it goes on, from there.
        done = server.run_script(text)
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
def test_it_is_not_given_up_where_a_claim_would_be_made_of_nothing(tmp_path: Path) -> None:
    broken, text = going(tmp_path / "old.json")
    claim = claim_of(broken)
    with LivingServer(broken.cluster, resync=0.3) as server:
        server.refuse.append(("create", "persistentvolumeclaims"))
        assert GONE in server.run_script(text).stderr
        done = server.run_script(text, "sh", "--give-up")
        assert done.returncode == 1
        assert f"it is not so that the claim {claim} is there" in done.stderr
        assert not broken.cluster.get(SET, SPACE, NAME)
        done = server.run_script(text)
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
def test_what_was_scaled_is_scaled_back(tmp_path: Path) -> None:
    broken, text = going(tmp_path / "old.json", "--all-at-once")
    with LivingServer(broken.cluster, resync=0.3) as server:
        server.refuse.append(("patch", "persistentvolumes"))
        stopped = server.run_script(text)
        assert "The set web has no pods now: this script starts them again." in stopped.stderr
        done = server.run_script(text)
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
@pytest.mark.parametrize(("options", "shell"), [([], SHELLS[0]), (["--all-at-once"], SHELLS[-1])])
def test_nothing_is_deleted_while_another_pod_uses_the_claim(
    options: list[str], shell: str, tmp_path: Path
) -> None:
    broken, text = going(tmp_path / "old.json", *options)
    claim = claim_of(broken)
    uid = broken.cluster.uid_of((SET, SPACE, NAME))
    with LivingServer(broken.cluster, resync=0.3) as server:
        with server.lock:
            for name, its in (("a-job", "another"), ("backup", claim)):
                broken.cluster.add(job(its, name, SPACE))
        done = server.run_script(text, shell)
        assert done.returncode == 1
        assert f"the pod backup uses the claim {claim}" in done.stderr
        assert "a-job" not in done.stderr
        assert broken.cluster.uid_of((SET, SPACE, NAME)) == uid
        assert GONE not in done.stderr
        with server.lock:
            broken.cluster.remove(("Pod", SPACE, "backup"))
        done = server.run_script(text, shell)
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
@pytest.mark.parametrize("shell", SHELLS)
def test_a_set_that_was_scaled_since_is_not_scaled_back(shell: str, tmp_path: Path) -> None:
    broken, text = going(tmp_path / "old.json", "--all-at-once")
    broken.cluster.scale(SPACE, NAME, 3)
    with LivingServer(broken.cluster, resync=0.3) as server:
        done = server.run_script(text, shell)
    assert done.returncode == 1
    assert "it is not so that the StatefulSet web has the replicas 2 or 0" in done.stderr
    assert broken.cluster.objects[SET, SPACE, NAME]["spec"]["replicas"] == 3


_DEADLY = """#!/bin/sh
calls=$(($(cat {count}) - 1))
echo "$calls" >{count}
{kubectl} "$@"
status=$?
[ "$calls" -ne 0 ] || kill -9 0
exit "$status"
"""


@needs_kubectl
@pytest.mark.parametrize(("shell", "step"), [(SHELLS[-1], 17)])
def test_it_is_killed_after_any_call_and_goes_on(shell: str, step: int, tmp_path: Path) -> None:
    """Of a set whose claims would go with it: killed after more and more calls of kubectl."""
    broken, _ = going(tmp_path / "old.json")
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    broken.cluster.patch(SET, SPACE, NAME, {"spec": {_RETENTION: policy}})
    broken.cluster.settle()
    text = scripted(broken, tmp_path / "old.json")
    count, kubectl = tmp_path / "count", tmp_path / "bin" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(_DEADLY.format(count=count, kubectl=shutil.which("kubectl")))
    kubectl.chmod(0o755)
    with LivingServer(broken.cluster, resync=0.3) as server:
        path = server.environment["PATH"]
        server.environment["PATH"] = f"{kubectl.parent}:{path}"
        for calls in range(5, 60, step):
            count.write_text(str(calls))
            done = server.run_script(text, shell)
            assert done.returncode in (0, -9), done.stderr
        server.environment["PATH"] = path
        done = server.run_script(text, shell)
        assert not done.returncode, done.stderr
    ends_well(broken)
    assert broken.cluster.objects[SET, SPACE, NAME]["spec"][_RETENTION] == policy
