"""The scripts of `adopt` run with a real kubectl under dash and bash, killed anywhere or not."""

import contextlib
import random
import subprocess

import pytest

from tests import provisioners
from tests.faults import NAME, SPACE, Shape
from tests.kinds import VOLUME, Object
from tests.living_server import LivingServer
from tests.plans import Killed, carry_out, dump
from tests.program import sfsgen
from tests.provisioned_sets import Found, provisioned_set
from tests.test_adopt_works import ends_well, planned
from tests.test_recover_scripts import SHELLS, needs_kubectl, needs_shellcheck

pytestmark = pytest.mark.without_libraries
_SURE = "--confirmed=0"  # where nothing in the cluster stays as it is, the script asks which it is


def scripted(found: Found) -> str:
    """Return the script that adopts a set."""
    words = ["adopt", NAME, "-n", SPACE, "-f", "-", "-o", "sh", *found.command]
    made = sfsgen(words, dump(found.cluster))
    assert not made.status, made.err
    return made.out


@needs_kubectl
@pytest.mark.parametrize("maker", [provisioners.CSI, "a hand"])
def test_a_script_ends_well(maker: str) -> None:
    found = provisioned_set(4, maker, Shape(1))
    shell = SHELLS[len(maker) % len(SHELLS)]
    text = scripted(found)
    with LivingServer(found.cluster, resync=0.2) as server:
        done = server.run_script(text, shell, _SURE)
        assert not done.returncode, done.stderr
        again = server.run_script(text, shell, _SURE)
    assert not again.returncode, again.stderr
    assert "would run" not in again.stderr
    ends_well(found)


@needs_kubectl
@pytest.mark.parametrize("maker", [provisioners.SUBDIR])
def test_a_script_that_is_killed_goes_on_where_it_stopped(maker: str) -> None:
    chance = random.Random(maker)  # noqa: S311
    found = provisioned_set(7, maker, Shape(1))
    text = scripted(found)
    with LivingServer(found.cluster, resync=0.2) as server:
        for _ in range(4):
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.run_script(text, SHELLS[0], _SURE, timeout=chance.uniform(0.1, 1.5))
        done = server.run_script(text, SHELLS[0], _SURE)
        assert not done.returncode, done.stderr
    ends_well(found)


@needs_kubectl
def test_a_script_that_is_refused_stops_and_goes_on_later() -> None:
    found = provisioned_set(4, provisioners.CSI, Shape(1))
    text = scripted(found)
    with LivingServer(found.cluster, resync=0.2) as server:
        for verb in (
            ("patch", "persistentvolumes"),
            ("delete", "persistentvolumes"),
        ):
            server.refuse.append(verb)
            done = server.run_script(text, SHELLS[0], _SURE)
            assert done.returncode == 1, done.stderr
            assert "stopped: " in done.stderr
        done = server.run_script(text, SHELLS[0], _SURE)
        assert not done.returncode, done.stderr
    ends_well(found)


@needs_kubectl
def test_a_script_goes_on_though_a_stranger_has_deleted_what_showed_the_cluster() -> None:
    found = provisioned_set(4, provisioners.SUBDIR, Shape(2))
    for number in range(2):
        found.cluster.create(_stranger(number))
    found.cluster.settle()
    text = scripted(found)
    (plan,) = planned(found)
    first = plan["where"][0]
    before = sum(len(each["actions"]) for each in plan["phases"][:2]) - 1
    with contextlib.suppress(Killed):
        carry_out(found.cluster, plan, kill_after=before)
    found.cluster.objects.pop((first["kind"], first["namespace"], first["name"]))
    with LivingServer(found.cluster, resync=0.2) as server:
        done = server.run_script(text, SHELLS[0])
    assert not done.returncode, done.stderr
    assert list(found.wrong()) == []


@needs_kubectl
@pytest.mark.parametrize("step", ["without its pods", "stop web-0"])
def test_a_script_can_be_given_up_while_the_later_volumes_are_not_made(step: str) -> None:
    """Their pods have the claims, and the volumes, that they had."""
    found = provisioned_set(4, provisioners.SUBDIR, Shape(2))
    text = scripted(found)
    (plan,) = planned(found)
    reasons = [each["reason"] for phase in plan["phases"] for each in phase["actions"]]
    number = next(index for index, each in enumerate(reasons, 1) if step in each)
    with pytest.raises(Killed):
        carry_out(found.cluster, plan, kill_after=number)
    with LivingServer(found.cluster, resync=0.2) as server:
        done = server.run_script(text, SHELLS[0], "--give-up", _SURE)
    assert not done.returncode, done.stderr
    found.cluster.settle()
    assert list(found.wrong()) == []


def _stranger(number: int) -> Object:
    return {
        "apiVersion": "v1",
        "kind": VOLUME,
        "metadata": {"name": f"a-stranger-{number}"},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "capacity": {"storage": "1Ti"},
            "persistentVolumeReclaimPolicy": "Retain",
            "nfs": {"server": "elsewhere", "path": f"/{number}"},
        },
    }


@needs_kubectl
def test_a_live_cluster_is_adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The context that was looked at stands in every command, also in that of the next scale-up."""
    found = provisioned_set(1, provisioners.SUBDIR, Shape(1))
    with LivingServer(found.cluster, resync=0.2) as server:
        monkeypatch.setenv("KUBECONFIG", server.environment["KUBECONFIG"])
        made = sfsgen("adopt web -n p --context test -o sh")
        assert not made.status, made.err
        assert "--nfs-path /dynamic -n p --context test | kubectl --context=test" in made.err
        done = server.run_script(made.out, SHELLS[0], _SURE)
        assert not done.returncode, done.stderr
        again = sfsgen("adopt web -n p --context test")
    assert (again.status, again.out) == (0, "")
    ends_well(found)


@needs_kubectl
def test_a_dry_run_changes_nothing() -> None:
    found = provisioned_set(4, provisioners.SUBDIR, Shape(1))
    text = scripted(found)
    before = dump(found.cluster)
    with LivingServer(found.cluster) as server:
        done = server.run_script(text, SHELLS[0], "--dry-run")
    assert not done.returncode, done.stderr
    assert dump(found.cluster) == before


@needs_shellcheck
@pytest.mark.parametrize("seed", range(3))
def test_scripts_are_clean(seed: int) -> None:
    text = scripted(provisioned_set(seed))
    for shell in ("sh", "bash"):
        words = ["shellcheck", "-s", shell, "-"]
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert not (text and done.returncode), done.stdout
