"""The Job of `prepare`: valid for every minor, and it makes what the script makes."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import sfsgen
from tests.test_prepare import OWN, owned, prepared, run, values
from tests.test_prepare_arguments import work
from tests.test_schemas import BUNDLED_MINORS, bundled_faults

pytestmark = pytest.mark.without_libraries


def jobs(command: str, stdin: str = "") -> list[Any]:
    return list(yaml.safe_load_all(prepared(f"{command} --job", stdin)))


def job(command: str, stdin: str = "") -> Any:
    (found,) = jobs(command, stdin)
    return found


def container(made: Any) -> Any:
    (found,) = made["spec"]["template"]["spec"]["containers"]
    return found


def expanded(text: str) -> str:
    """Return a command as the kubelet expands it, where there are no variables.

    As third_party/forked/golang/expansion/expand.go does.
    """
    found, at = "", 0
    while at < len(text):
        if text[at] != "$" or at + 1 == len(text):
            found, at = found + text[at], at + 1
        elif text[at + 1] == "(" and ")" in text[at:]:
            end = text.index(")", at) + 1
            found, at = found + f"<{text[at:end]} expanded>", end
        else:
            found, at = found + ("$" if text[at + 1] == "$" else text[at : at + 2]), at + 2
    return found


def script(made: Any) -> str:
    *shell, text = container(made)["command"]
    assert shell == ["sh", "-c"]
    return expanded(text)


PATHS = ["/exports", "/srv/{namespace}/{name}/{ordinal}", "/a b/$(HOME)/$$/'{ordinal}"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("minor", BUNDLED_MINORS)
def test_it_is_valid(path: str, minor: int) -> None:
    made = jobs(f"-f - --kube-version 1.{minor} {OWN}", values(path))
    assert list(bundled_faults(made, minor)) == []


def test_the_oldest_minors_have_no_backoff_limit() -> None:
    assert "backoffLimit" not in job("-f - --kube-version 1.7", values("/exports"))["spec"]
    assert job("-f - --kube-version 1.8", values("/exports"))["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize("path", PATHS)
def test_its_script_does_what_that_for_the_server_does(path: str, tmp_path: Path) -> None:
    made = job(f"-f - {OWN}", values(path))
    text = script(made)
    (volume,) = made["spec"]["template"]["spec"]["volumes"]
    (mount,) = container(made)["volumeMounts"]
    assert mount["name"] == volume["name"]
    server = work(prepared(f"-f - {OWN}", values(path)))
    own = work(text)
    assert own[1:] == server[1:]
    export = volume["nfs"]["path"]
    here = tmp_path / "mounted"
    here.mkdir()
    done = run(text.replace(f"exported {mount['mountPath']} ", f"exported {here} "))
    assert (done.status, done.err) == (0, "")
    directories = [each for each in here.rglob("*") if not list(each.iterdir())]
    assert len(directories) == 2
    assert {owned(each)[0] for each in directories} == {"2770"}
    assert f"made nfs.example.com:{export}/" in done.out


def test_it_mounts_each_export_of_each_server() -> None:
    made = job("web -r 3 --nfs-server n-{ordinal} --storage 1Gi --owner 1")
    volumes = made["spec"]["template"]["spec"]["volumes"]
    assert [each["nfs"]["server"] for each in volumes] == ["n-0", "n-1", "n-2"]
    assert [each["mountPath"] for each in container(made)["volumeMounts"]] == [
        "/exports/0",
        "/exports/1",
        "/exports/2",
    ]
    assert work(script(made))[:2] == [
        "exported /exports/0 n-0:/exports",
        "directory pv-web-0 1 '' 0750",
    ]
    chosen = job("web -r 3 --nfs-server n-{ordinal} --storage 1Gi --owner 1 --for n-1")
    assert len(chosen["spec"]["template"]["spec"]["volumes"]) == 1


def test_what_the_driver_mounts_the_driver_mounts_here_too() -> None:
    options = "--driver csi --mount-option nfsvers=4.1 --mount-option hard"
    made = job(f"web -r 1 --nfs-server n --storage 1Gi {options}")
    (volume,) = made["spec"]["template"]["spec"]["volumes"]
    assert volume["csi"] == {
        "driver": "nfs.csi.k8s.io",
        "volumeAttributes": {
            "server": "n",
            "share": "/exports",
            "mountOptions": "nfsvers=4.1,hard",
        },
    }
    assert list(bundled_faults([made], BUNDLED_MINORS[-1])) == []


def test_whoever_means_the_jobs_image_is_told_how() -> None:
    told = "--image: note: it says something of the set, as for render\n  fix: for the Job's image"
    manifests = sfsgen("render web -r 1 --nfs-server n --storage 1Gi").out
    assert told in sfsgen("prepare -f - --job --image alpine:3", manifests).err
    assert told in sfsgen("prepare web --job --image alpine:3").err
    assert told not in sfsgen("prepare -f - --image alpine:3", manifests).err


def test_an_address_of_a_server_stands_in_brackets() -> None:
    made = job("web -r 1 --nfs-server fd00::1 --storage 1Gi")
    assert work(script(made))[0] == "exported /exports/0 '[fd00::1]:/exports'"
    assert made["spec"]["template"]["spec"]["volumes"][0]["nfs"]["server"] == "fd00::1"


def test_what_is_longer_than_an_argument_may_be_is_made_by_several() -> None:
    made = jobs("web -r 5000 --nfs-server n --storage 1Gi --owner 1")
    texts = [container(each)["command"][-1] for each in made]
    assert all(len(each.encode()) <= 131_071 for each in texts)
    assert 1 < len(made) < 6
    assert len({each["metadata"]["name"] for each in made}) == len(made)
    lines = [line for each in made for line in work(script(each))[1:]]
    assert lines == [f"directory pv-web-{each} 1 '' 0750" for each in range(5000)]
    subprocess.run(["sh", "-n", "-c", script(made[0])], check=True)


def test_it_is_named_by_what_it_does() -> None:
    command = "web -r {} --nfs-server n --storage 1Gi -n shop"
    first, again, grown = (job(command.format(each))["metadata"] for each in (1, 1, 2))
    assert first == again
    assert first["name"] != grown["name"]
    assert re.fullmatch("prepare-web-[0-9a-f]{8}", first["name"])
    assert first["namespace"] == "shop"
    longest = job(f"{'w' * 52} -r 1 --nfs-server n --storage 1Gi")["metadata"]["name"]
    assert len(longest) == 63


def test_each_namespace_has_its_own() -> None:
    text = "\n---\n".join(
        values(f"/e/{each}", name=each, namespace=each[0]) for each in ("a", "b", "b1")
    )
    assert [each["metadata"]["namespace"] for each in jobs("-f -", text)] == ["a", "b"]


def test_the_image_is_the_jobs() -> None:
    command = "web -r 1 --nfs-server n --storage 1Gi"
    assert container(job(command))["image"] == "busybox:1.37"
    of_set = f"{command} --image postgres:18"
    assert container(job(of_set))["image"] == "busybox:1.37"
    assert container(job(f"{of_set} --job-image alpine:3"))["image"] == "alpine:3"
    for wrong in ("--job --job-image 'a b'", "--job-image alpine:3"):
        result = sfsgen(f"prepare {command} {wrong}")
        assert (result.status, result.out) == (2, "")
        assert "--job-image: error: " in result.err


@pytest.mark.skipif(not shutil.which("busybox"), reason="no busybox here")
def test_it_runs_in_an_image_that_has_nothing_but_busybox(tmp_path: Path) -> None:
    busybox = shutil.which("busybox")
    (tmp_path / "bin").mkdir()
    for applet in ("sh", "mkdir", "find", "chown", "chgrp", "chmod"):
        (tmp_path / "bin" / applet).symlink_to(str(busybox))
    (tmp_path / "mounted").mkdir()
    text = script(job(f"-f - {OWN}", values("/exports/{name}/{ordinal}")))
    text = text.replace("exported /exports/0 ", f"exported {tmp_path}/mounted ")
    for _ in range(2):
        done = subprocess.run(
            [tmp_path / "bin/sh", "-c", text],
            env={"PATH": str(tmp_path / "bin")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert owned(tmp_path / "mounted/db/1")[0] == "2770"
    assert done.stdout.endswith("made 0, there already: 2\n")
