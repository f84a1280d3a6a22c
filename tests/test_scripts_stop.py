"""What scripts say and do when they stop halfway, are interrupted, given up, or come by a pipe."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.plans.actions import of_claim
from sfsgen.plans.plan import Action, Phase, Plan
from sfsgen.plans.script import script
from tests.faults import NAME, SPACE, Broken, Shape, faults
from tests.living_server import LivingServer
from tests.test_recover_scripts import SHELLS, needs_kubectl, scripted

pytestmark = pytest.mark.without_libraries

SET, CLAIM = "StatefulSet", "PersistentVolumeClaim"
GONE = "The set web is not in the cluster now: this script makes it again."


def going(old: Path, *options: str, replicas: int = 2) -> tuple[Broken, str]:
    """Return a set of which a claim is being deleted, and the script for it."""
    broken = faults(Shape(replicas), random.Random(1), ("claim deleted",))  # noqa: S311
    return broken, scripted(broken, old, *options)


def claim_of(broken: Broken) -> str:
    """Return the name of the claim that is being deleted."""
    for each in broken.cluster.of_kind(CLAIM, SPACE):
        if "deletionTimestamp" in each["metadata"]:
            return str(each["metadata"]["name"])
    raise AssertionError("no claim is being deleted")


def until(server: LivingServer, holds: Callable[[], object]) -> None:
    """Wait until something holds in a cluster."""
    for _ in range(200):
        with server.lock:
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


@needs_kubectl
@pytest.mark.parametrize(
    ("words", "folder"),
    [
        (["sh"], "/tmp"),  # noqa: S108
        (["sh"], "/bin"),
        (["/bin/sh"], "/tmp"),  # noqa: S108
        (["/bin/bash"], "/tmp"),  # noqa: S108
        (["/bin/sh", "-s", "--"], "/tmp"),  # noqa: S108
    ],
)
def test_nothing_runs_from_a_pipe_that_deletes_a_set(
    words: list[str], folder: str, tmp_path: Path
) -> None:
    broken, text = going(tmp_path / "old.json")
    with LivingServer(broken.cluster) as server:
        done = subprocess.run(
            words,
            input=text,
            cwd=folder,
            env=server.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "save this script first" in done.stderr
    assert broken.cluster.get(SET, SPACE, NAME)


@needs_kubectl
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_interrupts_it_learns_that_the_set_is_gone(
    number: signal.Signals, shell: str, tmp_path: Path
) -> None:
    broken, text = going(tmp_path / "old.json")
    file = tmp_path / "recover.sh"
    with LivingServer(broken.cluster, resync=0.3) as server:
        broken.cluster.down.add("node-1")
        file.write_text(text)
        running = subprocess.Popen(
            [shell, str(file)],
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until(server, lambda: (SET, SPACE, NAME) not in broken.cluster.objects)
        time.sleep(0.3)
        running.send_signal(number)
        _, told = running.communicate(timeout=20)
    assert running.returncode == 1
    assert f"stopped: {number.name} came" in told
    assert GONE in told
    assert "--give-up" in told


@needs_kubectl
def test_who_has_no_cluster_any_more_learns_that_nothing_is_known(tmp_path: Path) -> None:
    broken, text = going(tmp_path / "old.json")
    file = tmp_path / "recover.sh"
    file.write_text(text)
    with LivingServer(broken.cluster) as server:
        environment = {**server.environment, "KUBECONFIG": str(tmp_path / "none")}
        words = [SHELLS[0], str(file)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("stopped: kubectl cannot read") == 2
    assert "it cannot tell which sets are stopped by now" in done.stderr


def test_a_confirmation_is_for_one_question() -> None:
    def number(question: str, uid: str) -> str:
        must = (of_claim(("p", "c"), "metadata", "uid", value=uid),)
        phase = Phase("title", (), (Action("why", must=must, confirm=question),))
        text = "".join(script([Plan("recover", ("p", "web"), (phase,))], Kubectl()))
        return text.partition("    confirm 1.1-")[2].partition("\n")[0]

    numbers = [number("one", "1"), number("another", "1"), number("one", "2")]
    assert len({*numbers}) == 3
    assert {len(each) for each in numbers} == {4}
    assert number("one", "1") == numbers[0]
