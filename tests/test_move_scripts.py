"""The scripts of `move` run with a real kubectl: people copy when asked, and nothing else stops."""

import contextlib
import random
import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults import NAME, SPACE, Broken, Shape
from tests.living_server import LivingServer
from tests.owner import Owner
from tests.plans import dump, plans
from tests.program import sfsgen
from tests.test_move_works import MOVES, a_set, alias, ends_well, move

pytestmark = pytest.mark.without_libraries
SHELLS = [each for each in ("dash", "bash") if shutil.which(each)]
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
needs_shellcheck = pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")


def scripted(broken: Broken, *options: str) -> str:
    """Return the script that moves a set."""
    words = ["move", NAME, "-n", SPACE, "-o", "sh", "-f", "-", *options]
    made = sfsgen(words, dump(broken.cluster))
    assert not made.status, made.err
    return made.out


class Person:
    """Runs a script, and does what it asks for, until it is done."""

    def __init__(self, broken: Broken, *options: str) -> None:
        alias(broken.cluster, list(options))
        self.broken, self.owner = broken, Owner(broken.cluster.nfs)
        (self.plan,) = plans(move(broken.cluster, *options))
        self.text = scripted(broken, *options)
        self.confirmed: list[str] = []

    def run(self, server: LivingServer, shell: str = SHELLS[0], timeout: float = 60) -> str:
        """Run it once, and do what it asks for at its end; return what it has said."""
        done = server.run_script(self.text, shell, *self.confirmed, timeout=timeout)
        if not done.returncode:
            return "done"
        if asked := re.search(r"--confirmed=(\d+)(?:\.(\d+)-\w+)?$", done.stderr, re.MULTILINE):
            if asked[2]:  # else it is asked whether this is the cluster
                with server.lock:
                    self.owner(self._action(int(asked[1]), int(asked[2])))
            self.confirmed.append(asked[0])
            return "asked"
        return done.stderr

    def _action(self, phase: int, number: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.plan["phases"][phase - 1]["actions"][number - 1]
        return found

    def finish(self, server: LivingServer, shell: str = SHELLS[0]) -> None:
        """Run it until it is done; a confirmation that counts is not asked for again."""
        while (said := self.run(server, shell)) == "asked":
            assert len(self.confirmed) < 3 + len({*self.confirmed})
        assert said == "done", said


@needs_kubectl
@pytest.mark.parametrize(
    ("shell", "name", "how"),
    [
        (SHELLS[0], "driver and server", []),
        (SHELLS[-1], "modes", ["--all-at-once"]),
    ],
)
def test_a_script_ends_well(name: str, shell: str, how: list[str]) -> None:
    broken = a_set(1, Shape(2, 1))
    person = Person(broken, *MOVES[name], *how)
    with LivingServer(broken.cluster, resync=0.3) as server:
        person.finish(server, shell)
        person.confirmed = ["--confirmed=0"]
        assert person.run(server, shell) == "done"  # of data nothing is asked again
    ends_well(broken, *MOVES[name])


@needs_kubectl
@pytest.mark.parametrize("name", ["mount options", "alias"])
def test_a_script_that_needs_no_copy(name: str) -> None:
    broken = a_set(1, Shape(2, 1))
    person = Person(broken, *MOVES[name], "--all-at-once")
    with LivingServer(broken.cluster, resync=0.3) as server:
        person.finish(server)
    assert not person.owner.asked
    ends_well(broken, *MOVES[name])


@needs_kubectl
def test_a_script_that_is_killed_goes_on_where_it_stopped() -> None:
    chance = random.Random(7)  # noqa: S311
    broken = a_set(1, Shape(1, 1))
    person = Person(broken, *MOVES["all"])
    with LivingServer(broken.cluster, resync=0.3) as server:
        for _ in range(6):
            with contextlib.suppress(subprocess.TimeoutExpired):
                person.run(server, timeout=chance.uniform(0.3, 2))
        person.finish(server)
    ends_well(broken, *MOVES["all"])


@needs_kubectl
def test_what_was_copied_before_pods_ran_again_is_copied_again() -> None:
    """Somebody makes the set again meanwhile: `--confirmed` is of before, and means nothing."""
    broken = a_set(1, Shape(1, 1))
    stateful_set = broken.manifests[-1]
    person = Person(broken, *MOVES["server"])
    with LivingServer(broken.cluster, resync=0.3) as server:
        assert person.run(server) == "asked"  # the rough copy
        assert person.run(server) == "asked"
        with server.lock:
            assert not broken.cluster.get("StatefulSet", SPACE, NAME)
            broken.cluster.create(stateful_set)
        server.settle()
        assert person.run(server) == "asked"
        assert person.owner.asked[-1] == person.owner.asked[-2]
        person.finish(server)
    ends_well(broken, *MOVES["server"])


@needs_kubectl
def test_a_dry_run_changes_nothing() -> None:
    broken = a_set(1, Shape(2, 1))
    text, before = scripted(broken, *MOVES["all"]), dump(broken.cluster)
    with LivingServer(broken.cluster) as server:
        done = server.run_script(text, SHELLS[0], "--dry-run")
    assert not done.returncode, done.stderr
    assert "would ask whether that is done" in done.stderr
    assert dump(broken.cluster) == before


@needs_shellcheck
@pytest.mark.parametrize("name", MOVES)
def test_scripts_are_clean(name: str) -> None:
    text = scripted(a_set(2), *MOVES[name])
    for shell in ("sh", "bash"):
        words = ["shellcheck", "-s", shell, "-"]
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stdout
