"""The scripts of `move --to-name` and its like run with a real kubectl, killed anywhere or not."""

import contextlib
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults import NAME, OTHER, SPACE, Shape, healthy_set
from tests.living_server import LivingServer
from tests.plans import dump
from tests.program import sfsgen
from tests.test_cloning import both_run
from tests.test_handing_over import elsewhere, ends_well, new_key, wrong

pytestmark = pytest.mark.without_libraries
SHELLS = [each for each in ("dash", "bash") if shutil.which(each)]
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
needs_shellcheck = pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")
_WAYS = ("--to-name api", f"--to-namespace {OTHER}", f"--to-name api --to-namespace {OTHER}")
_CONFIRMED = "--confirmed=0"
"""For in these clusters nothing else is that would show which one it is."""


@needs_kubectl
def test_a_script_hands_a_set_over() -> None:
    way, shell = _WAYS[-1], SHELLS[0]
    cluster, manifests = healthy_set(Shape(1, 2))
    made = sfsgen(f"move {NAME} -n {SPACE} -f - -o sh {way}", dump(cluster))
    with LivingServer(cluster, resync=0.3) as server:
        done = server.run_script(made.out, shell, _CONFIRMED)
        assert not done.returncode, done.stderr
        again = server.run_script(made.out, shell, _CONFIRMED)
        assert not again.returncode, again.stderr
    assert again.stderr.count("it is so already") == 2
    ends_well(cluster, new_key(way), manifests)


@needs_kubectl
def test_a_script_that_is_killed_goes_on() -> None:
    chance = random.Random(1)  # noqa: S311
    cluster, manifests = healthy_set(Shape(2))
    way = "--to-name api"
    made = sfsgen(f"move {NAME} -n {SPACE} -f - -o sh {way}", dump(cluster))
    with LivingServer(cluster, resync=0.3) as server:
        for _ in range(2):
            with contextlib.suppress(subprocess.TimeoutExpired):
                patience = chance.uniform(0.3, 1.5)
                server.run_script(made.out, SHELLS[0], _CONFIRMED, timeout=patience)
        done = server.run_script(made.out, SHELLS[0], _CONFIRMED)
    assert not done.returncode, done.stderr
    ends_well(cluster, new_key(way), manifests)


@needs_kubectl
def test_a_script_goes_to_another_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    here, manifests = healthy_set(Shape(1))
    there = elsewhere(here)
    with LivingServer(here, resync=0.3) as old, LivingServer(there, resync=0.3) as new:
        for name, value in old.environment.items():
            monkeypatch.setenv(name, value)
        config = str(Path(new.environment["KUBECONFIG"]))
        made = sfsgen(["move", NAME, "-n", SPACE, "--to-kubeconfig", config, "-o", "sh"])
        assert not made.status, made.err
        # Whatever is the current context of that file when the script runs.
        assert f"kubectl --context=test --kubeconfig={config} " in made.out
        dry = old.run_script(made.out, SHELLS[0], "--dry-run")
        assert not dry.returncode, dry.stderr
        assert there.of_kind("StatefulSet") == []
        done = old.run_script(made.out, SHELLS[-1])
        assert not done.returncode, done.stderr
        again = old.run_script(made.out, SHELLS[-1])
        assert "it is so already" in again.stderr
        clash = sfsgen(["move", NAME, "-n", SPACE, "--to-kubeconfig", config])
    assert list(wrong(there, (SPACE, NAME), manifests)) == []
    assert here.of_kind("Pod") == []
    # What was made there is this plan's own, and so it may be asked for again.
    assert not clash.status, clash.err


@needs_kubectl
def test_what_is_in_another_namespace_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, _ = healthy_set(Shape(2))
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    metadata = {"name": "pvc-web-1", "namespace": OTHER}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
    cluster.create({**claim, "spec": spec})
    with LivingServer(cluster) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        result = sfsgen(f"move {NAME} -n {SPACE} --to-namespace {OTHER}")
    assert (result.status, result.out) == (1, "")
    assert "the claim q/pvc-web-1 is there already" in result.err


@needs_shellcheck
@pytest.mark.parametrize(
    "way",
    [*_WAYS, "--to-context new", "--to-name api --clone", "--to-name api --clone --all-at-once"],
)
def test_scripts_are_clean(way: str) -> None:
    cluster, _ = healthy_set(Shape(2, 2))
    made = sfsgen(f"move {NAME} -n {SPACE} -f - -o sh {way}", dump(cluster))
    assert made.out
    for shell in ("sh", "bash"):
        words = ["shellcheck", "-s", shell, "-"]
        done = subprocess.run(
            words, input=made.out, capture_output=True, text=True, check=False, env=os.environ
        )
        assert not done.returncode, done.stdout


def _asked(stopped: subprocess.CompletedProcess[str]) -> str:
    """Return the option by which a script goes on that has stopped at a question."""
    assert stopped.returncode == 1
    return re.search(r"--confirmed=\S+", stopped.stderr)[0]  # type: ignore[index]


@needs_kubectl
def test_a_copy_is_confirmed_where_nobody_sits_at_a_terminal() -> None:
    cluster, manifests = healthy_set(Shape(1))
    words = "--clone --to-name api --all-at-once"
    made = sfsgen(f"move {NAME} -n {SPACE} -f - -o sh {words}", dump(cluster))
    with LivingServer(cluster, resync=0.3) as server:
        roughly = _asked(server.run_script(made.out, SHELLS[-1]))
        last = _asked(server.run_script(made.out, SHELLS[-1], roughly))
        with server.lock:
            assert cluster.of_kind("Pod") == []
            cluster.nfs.make(("nfs", "/e/pv-api-0"))
            cluster.nfs.copy(("nfs", "/e/pv-web-0"), ("nfs", "/e/pv-api-0"))
        done = server.run_script(made.out, SHELLS[-1], roughly, last)
    assert not done.returncode, done.stderr
    both_run(cluster, (SPACE, "api"), manifests)


@needs_kubectl
@pytest.mark.parametrize("how", [[], ["--clone", "--nfs-path", "/copies/{volume}"]])
def test_another_context_of_the_same_cluster_is_noticed(how: list[str]) -> None:
    """Nobody has looked there: two volumes would lie in each directory."""
    cluster, _ = healthy_set(Shape(1))
    words = ["move", NAME, "-n", SPACE, "-f", "-", "-o", "sh", "--to-name", "api", *how]
    with LivingServer(cluster, resync=0.3) as server:
        config = server.environment["KUBECONFIG"]
        made = sfsgen([*words, "--to-kubeconfig", config], dump(cluster))
        assert not made.status, made.err
        done = server.run_script(made.out, SHELLS[0])
    assert done.returncode == 1
    assert "the earlier volume pv-web-0 is gone in the other cluster" in done.stderr
    assert cluster.ready(SPACE, NAME)
