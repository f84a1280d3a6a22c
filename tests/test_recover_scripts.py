"""The scripts of `recover` run with a real kubectl under dash and bash, killed anywhere or not."""

import contextlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsgen.changes.steps import Step
from sfsgen.kubernetes.kubectl import Kubectl
from sfsgen.plans.actions import of_claim, of_volume
from sfsgen.plans.plan import Action, Phase, Plan, Wait
from sfsgen.plans.script import script
from tests.faults import NAME, SPACE, Broken, Shape, broken_set, faults
from tests.living_server import LivingServer
from tests.plans import dump, plans, recover
from tests.program import sfsgen
from tests.test_recover_works import ends_well, prepare

pytestmark = pytest.mark.without_libraries

SHELLS = [each for each in ("dash", "bash") if shutil.which(each)]
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here")
needs_shellcheck = pytest.mark.skipif(not shutil.which("shellcheck"), reason="no shellcheck here")


def scripted(broken: Broken, old: Path, *options: str) -> str:
    """Return the script for a set, for which directories of new volumes are made; "" for none."""
    old.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": broken.manifests}))
    words = [NAME, "-n", SPACE, "--old", str(old), *options]
    for plan in plans(recover(broken.cluster, *words)):
        prepare(broken.cluster, plan)
    made = sfsgen(["recover", "-o", "sh", "-f", "-", *words], dump(broken.cluster))
    return made.out


@needs_kubectl
@pytest.mark.parametrize("shell", SHELLS[-1:])
def test_a_script_ends_well(shell: str, tmp_path: Path) -> None:
    broken = broken_set(100)
    text = scripted(broken, tmp_path / "old.json")
    if not text:
        return
    with LivingServer(broken.cluster, resync=0.3) as server:
        done = server.run_script(text, shell)
        assert not done.returncode, done.stderr
        again = server.run_script(text, shell)
    assert not again.returncode
    ends_well(broken)


@needs_kubectl
@pytest.mark.parametrize("seed", [1])
def test_a_script_that_is_killed_goes_on_where_it_stopped(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    names = [("claim deleted", "uid gone"), ("volume deleted", "claim deleted")][seed % 2]
    broken = faults(Shape(3), chance, names)
    text = scripted(broken, tmp_path / "old.json")
    assert text
    with LivingServer(broken.cluster, resync=0.3) as server:
        for _ in range(4):
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.run_script(text, SHELLS[0], timeout=chance.uniform(0.1, 1.5))
        done = server.run_script(text, SHELLS[0])
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
def test_a_script_that_is_refused_stops_and_goes_on_later(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    with LivingServer(broken.cluster, resync=0.3) as server:
        for verb in (("delete", "pods"), ("patch", "persistentvolumes")):
            server.refuse.append(verb)
            done = server.run_script(text, SHELLS[0])
            assert done.returncode == 1
            assert "stopped: " in done.stderr
        done = server.run_script(text, SHELLS[0])
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
def test_a_live_cluster_is_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The context that was looked at stands in every command."""
    broken = faults(Shape(3), random.Random(1), ("claim deleted", "uid gone"))  # noqa: S311
    with LivingServer(broken.cluster, resync=0.3) as server:
        monkeypatch.setenv("KUBECONFIG", server.environment["KUBECONFIG"])
        made = sfsgen("recover web -n p --context test -o sh")
        assert not made.status, made.err
        lines = [each for each in made.out.splitlines() if "kubectl " in each]
        commands = [each for each in lines if "kubectl cannot" not in each]
        assert len(commands) > 3
        assert all("kubectl --context=test " in each for each in commands), commands
        done = server.run_script(made.out, SHELLS[0])
        assert not done.returncode, done.stderr
        again = sfsgen("recover web -n p --context test")
    assert (again.status, again.out) == (0, "")
    ends_well(broken)


@needs_kubectl
def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    before = dump(broken.cluster)
    with LivingServer(broken.cluster) as server:
        done = server.run_script(text, SHELLS[0], "--dry-run")
    assert not done.returncode, done.stderr
    assert "would run: kubectl delete sts web" in done.stderr
    assert dump(broken.cluster) == before


@needs_kubectl
def test_what_changed_meanwhile_stops_it(tmp_path: Path) -> None:
    """A volume that came to be another claim's is not touched."""
    broken = faults(Shape(2), random.Random(3), ("set and claims deleted",))  # noqa: S311
    broken.cluster.settle()
    text = scripted(broken, tmp_path / "old.json")
    spec = {"claimRef": {"namespace": "q", "name": "other", "uid": "another"}}
    broken.cluster.patch("PersistentVolume", "", "pv-web-1", {"spec": spec})
    with LivingServer(broken.cluster) as server:
        done = server.run_script(text, SHELLS[0])
    assert done.returncode == 1
    assert broken.cluster.objects["PersistentVolume", "", "pv-web-1"]["spec"]["claimRef"][
        "uid"
    ] == ("another")


@needs_kubectl
def test_data_are_exchanged_by_people_only(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(5), ("swapped pair",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json", "--exchange")
    places = [("nfs", f"/e/pv-web-{number}") for number in (0, 1)]
    with LivingServer(broken.cluster, resync=0.3) as server:
        done = server.run_script(text, SHELLS[0])
        assert done.returncode == 1
        (number,) = {word for word in done.stderr.split() if word.startswith("--confirmed=")}
        with server.lock:
            broken.cluster.nfs.exchange(*places)
        done = server.run_script(text, SHELLS[0], number)
    assert not done.returncode, done.stderr
    ends_well(broken)


@needs_kubectl
def test_data_that_was_not_yet_moved_is_not_taken_for_moved(tmp_path: Path) -> None:
    """While claims or pods are there, `--confirmed` means nothing; then it is asked once."""
    broken = faults(Shape(2), random.Random(5), ("swapped pair",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json", "--exchange")
    with LivingServer(broken.cluster, resync=0.3) as server:
        stopped = server.run_script(text, SHELLS[0])
        (number,) = {word for word in stopped.stderr.split() if word.startswith("--confirmed=")}
        with server.lock:
            again = [
                each
                for each in broken.manifests
                if each["kind"] in ("StatefulSet", "PersistentVolumeClaim")
            ]
            for each in again:  # somebody else makes the set again meanwhile
                broken.cluster.create(each)
        done = server.run_script(text, SHELLS[0], number)
    assert done.returncode == 1
    assert "it is not so that " in done.stderr
    assert " is gone" in done.stderr


@needs_kubectl
def test_another_cluster_is_left_alone(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    other = faults(Shape(2), random.Random(2), ())  # noqa: S311
    for each in other.cluster.of_kind("PersistentVolume"):
        each["metadata"]["uid"] = f"another {each['metadata']['uid']}"
    before = dump(other.cluster)
    with LivingServer(other.cluster) as server:
        done = server.run_script(text, SHELLS[0])
    assert done.returncode == 1
    assert "cluster: context test, server http" in done.stderr
    assert "stopped: it is not so that the volume pv-web-" in done.stderr
    assert dump(other.cluster) == before


@needs_kubectl
def test_a_set_that_changed_meanwhile_is_not_made_again_as_it_was(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    revision = broken.cluster.objects["StatefulSet", SPACE, NAME]["status"]["updateRevision"]
    with LivingServer(broken.cluster, resync=0.3) as server:
        done = server.run_script(text.replace(f"}}' {revision}", "}' web-of-before"), SHELLS[0])
    assert done.returncode == 1
    assert f"it is not so that the StatefulSet web has the revision {revision}" in done.stderr
    assert broken.cluster.get("StatefulSet", SPACE, NAME)


@needs_kubectl
def test_what_stands_nowhere_else_is_saved_first(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    with LivingServer(broken.cluster) as server:
        for words in ([SHELLS[0]], [SHELLS[0], "-s", "--"]):
            done = subprocess.run(
                words,
                input=text,
                env=server.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 1
            assert "save this script first" in done.stderr


@needs_kubectl
def test_who_stops_halfway_learns_that_the_set_is_gone(tmp_path: Path) -> None:
    broken = faults(Shape(2), random.Random(1), ("claim deleted",))  # noqa: S311
    text = scripted(broken, tmp_path / "old.json")
    with LivingServer(broken.cluster, resync=0.3) as server:
        server.refuse.append(("delete", "pods"))
        done = server.run_script(text, SHELLS[0])
    assert "The set web is not in the cluster now: this script makes it again." in done.stderr


@needs_shellcheck
@pytest.mark.parametrize("seed", range(100, 104))
def test_scripts_are_clean(seed: int, tmp_path: Path) -> None:
    text = scripted(broken_set(seed), tmp_path / "old.json", "--exchange")
    for shell in ("sh", "bash"):
        words = ["shellcheck", "-s", shell, "-"]
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert not (text and done.returncode), done.stdout


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20
) | st.sampled_from(["-n", "--all", "$(touch x)", "`id`", "a b", "'", '"', "\\", "a\nb", "$HOME"])


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=15, deadline=None)
@given(name=NAMES, namespace=NAMES, value=NAMES)
def test_names_reach_a_shell_as_they_are(shell: str, name: str, namespace: str, value: str) -> None:
    """A kubectl that only prints what it was given, NUL between the words, sees each of them."""
    words = ["kubectl", "--context=c", "patch", f"pv/{name}", "-p", value]
    step = Step("patch", "PersistentVolume", "", name, None, Kubectl("c").command(*words[2:]))
    made = {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": namespace}}
    create = Step("create", made["kind"], namespace, name, made, "kubectl create -f -")  # type: ignore[arg-type]
    condition = of_claim((namespace, name), "status", "phase", value=value)
    goal = (of_volume(name, "status", "phase", value=value),)
    actions = (
        Action(f"why {value}", step, must=(condition,), wait=(Wait(condition, 0),)),
        Action(f"why {name}", create, confirm=f"do {value}"),
    )
    plan = Plan("recover", (namespace, name), (Phase(f"title {value}", goal, actions),))
    text = "".join(script([plan], Kubectl("c")))
    fake = "kubectl() { printf '%s\\0' \"$@\"; printf '\\0'; }\n"
    begins, _, rest = text.partition("\nset -eu")
    done = subprocess.run(
        [shell, "-s", "--", "--dry-run"],
        input=f"{begins}\n{fake}set -eu{rest}".encode(),
        capture_output=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    assert not done.stdout
    # What is run is the words themselves: the same text, with the shell taking it apart.
    told = subprocess.run(
        [shell, "-c", f"{fake}{step.command}"], capture_output=True, check=False
    ).stdout
    assert told.decode().split("\0")[:-2] == words[1:]
