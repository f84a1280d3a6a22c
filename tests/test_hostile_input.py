"""Small inputs made to cost time and memory end soon, with findings or a clear error."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]
CPU_SECONDS, MEMORY = 20, 600 * 2**20  # beyond both, what should take one second runs away


def _metadata(kind: str, name: str, namespace: str = "default") -> Object:
    api_version = "apps/v1" if kind == "StatefulSet" else "v1"
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _set(name: str = "web", templates: tuple[str, ...] = ("pvc",), **spec: Any) -> Object:
    claims = [{"metadata": {"name": each}, "spec": _claim_spec()} for each in templates]
    return {
        **_metadata("StatefulSet", name),
        "spec": {"replicas": 2, "serviceName": name, "volumeClaimTemplates": claims, **spec},
    }


def _claim_spec(**more: Any) -> Object:
    requests = {"requests": {"storage": "1Gi"}}
    return {"accessModes": ["ReadWriteMany"], "resources": requests, **more}


def _claim(name: str, **more: Any) -> Object:
    return {**_metadata("PersistentVolumeClaim", name), "spec": _claim_spec(**more)}


def _volume(name: str, path: str = "/x", **more: Any) -> Object:
    volume = _metadata("PersistentVolume", name)
    del volume["metadata"]["namespace"]
    nfs = {"server": "nfs", "path": path}
    storage = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"]}
    return {**volume, "spec": {**storage, "nfs": nfs, **more}}


def _reserved(name: str, path: str, claim: str) -> Object:
    return _volume(name, path, claimRef={"namespace": "default", "name": claim})


def _pod(**spec: Any) -> Object:
    return {"template": {"metadata": {}, "spec": spec}}


LONG = "a-" * 45_000 + "a"
ZEROS = "v" + "-0" * 100
ONES = "v" + "1" * 5000
TWOS = "v" + "2" * 5000
HOSTILE: dict[str, list[Object]] = {
    "a set's long name": [_set(LONG), _claim("pvc-web-0")],
    "a claim template's long name": [_set(templates=(LONG,))],
    "a long serviceName": [_set(serviceName=LONG)],
    "claims of many parts": [_set(), *(_claim(f"x{'-1a' * 80}-{i}") for i in range(300))],
    "a deep path": [_set(), _volume("v", "/a" * 45_000)],
    "deep paths": [_set(), *(_volume(f"v{i}", f"{'/a' * 2000}/{i}") for i in range(25))],
    "a path up and down": [_set(), _volume("v", "/a/.." * 20_000)],
    "one directory": [_set(), *(_volume(f"v-{i}") for i in range(450))],
    "one claimRef": [_set(), *(_reserved(f"v-{i}", f"/{i}", "pvc-web-0") for i in range(350))],
    "one volumeName": [_set(), *(_claim(f"pvc-web-{i}", volumeName="v") for i in range(380))],
    "many sets": [_set(f"s{i}") for i in range(400)],
    "many claim templates": [_set(templates=tuple(f"a{i}" for i in range(600)))],
    "equal claim templates": [_set(templates=("a",) * 600)],
    "many unknown mounts": [
        _set(
            **_pod(
                containers=[
                    {"name": "c", "volumeMounts": [{"name": f"x{i}"} for i in range(2500)]}
                ],
                volumes=[{"name": f"y{i}"} for i in range(1500)],
            )
        )
    ],
    "renames": [
        *(_set(f"w-{i}") for i in range(150)),
        *(_claim(f"pvc-x-{i}-0") for i in range(150)),
    ],
    "2^31 replicas": [
        _set(replicas=2**31 - 1),
        *(_claim(f"pvc-web-{i * 7}") for i in range(300)),
    ],
    "2^31 replicas from 2^31 on": [_set(replicas=2**31 - 1, ordinals={"start": 2**31 - 1})],
    "unknown fields": [_set() | {"spec": {f"x{i}": 1 for i in range(6000)}}],
    "selectors": [
        _set(),
        *(_claim(f"pvc-web-{i}", selector={"matchLabels": {"a": f"{i}"}}) for i in range(200)),
        *(_volume(f"v{i}") for i in range(200)),
    ],
    "long numbers": [
        _set(),
        *(_claim(f"pvc-web-{i}", volumeName=name) for i, name in enumerate((ONES, TWOS))),
        *map(_volume, (ONES, TWOS)),
    ],
    "a number many times": [
        _set(replicas=3),
        _claim("pvc-web-0", volumeName=ZEROS),
        _reserved(ZEROS, "/x" + "/0" * 1500, "pvc-web-0"),
    ],
}
COMMANDS = {
    "check": ["check", "-f", "-"],
    "volumes": ["volumes", "-f", "-", "--nfs-server", "nfs", "--nfs-path", "/e"],
    "show": ["show", "-f", "-", "-o", "html"],
    "prepare": ["prepare", "-f", "-", "--nfs-server", "nfs", "--nfs-path", "/e", "--owner", "1"],
    "scale": ["scale", "web", "-r", "3", "-f", "-", "--nfs-server", "nfs", "--nfs-path", "/e"],
}


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends(name: str, command: str, tmp_path: Path) -> None:
    dump = {"apiVersion": "v1", "kind": "List", "items": HOSTILE[name]}
    status, size = _run_to_its_end(COMMANDS[command], json.dumps(dump), tmp_path)
    assert status != 2 or not size


MANY = 200_000  # characters, which a pattern that looks at all of them from each does not get over
TEXTS = {
    "blank lines": "a: [\n" + "\n" * MANY,
    "lines without a word": "a: [\n" + "-\n" * MANY,
    "blank lines behind a kind": "kind:\n" * 3 + "\n" * MANY + "a: [",
    "one line without a word": "a: [\n" + "-" * MANY,
    "braces that open": "a: [\n" + "{" * MANY,
    "braces that open, one by one": "a: [\n" + "{{ " * MANY,
}
VALUES = {
    "braces": "{" * MANY,
    "pairs of braces": "{{ " * MANY,
    "dollars": "${" * MANY,
    "underlines": "__A" + "_A" * MANY,
    "commas": "," * MANY,
    "commas beside a quote": '"' + "," * MANY,
    "commas beside quotes": '"",' * MANY,
    "blanks": "a" + " " * MANY + "b",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_soon_known_to_be_no_manifest(name: str, tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(TEXTS[name])
    for each in (tmp_path, tmp_path / "set.yaml"):  # what is named is looked at more closely
        _run_to_its_end(["check", "-f", str(each)], "", tmp_path)
    _run_to_its_end(["render", "-f", str(tmp_path / "set.yaml")], "", tmp_path)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_soon_looked_at(name: str, tmp_path: Path) -> None:
    value = VALUES[name]
    objects = [
        _set(serviceName=value),
        _volume("v", value, mountOptions=[value], capacity={"storage": value}),
        _volume("w", mountOptions=[value]),
    ]
    dump = {"apiVersion": "v1", "kind": "List", "items": objects}
    _run_to_its_end(["check", "-f", "-"], json.dumps(dump), tmp_path)
    _run_to_its_end(["render", "-f", "-"], json.dumps(dump), tmp_path)  # says what is meant


def _run_to_its_end(arguments: list[str], given: str, folder: Path) -> tuple[int, int]:
    """Return the exit status, and how much is on stdout."""
    out = folder / "out"
    with out.open("wb") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "sfsgen", *arguments],
            input=given.encode(),
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=_bounded,  # nothing else runs in this process
            check=False,
        )
    assert done.returncode in (0, 1, 2), done.stderr[-500:]
    assert b"bug" not in done.stderr
    assert out.stat().st_size < 2**24
    return done.returncode, out.stat().st_size
