"""What a run tells beside what it prints: notes, each true, and only where there is something."""
# ruff: noqa: E501  # a case a line

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

RENDER = "render web -r 1 --nfs-server nfs.example.com"
Kubectl = Callable[[str], None]


def _notes(result: Result) -> list[str]:
    lines = result.err.splitlines()
    return [each for each in lines if not each.startswith("sfsgen: defaults used")]


# Sizes that a server writes down otherwise.


@pytest.mark.parametrize(
    ("size", "kept"), [("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("1000000000", "1G")]
)
def test_a_size_that_the_server_rewrites_is_told(size: str, kept: str) -> None:
    result = sfsgen(f"{RENDER} --storage {size}")
    told = f"the server stores {size} as {kept}: server-side apply after create conflicts"
    assert _notes(result) == [f"sfsgen: --storage: {told}; write {kept}"]
    assert f"storage: {size}\n" in result.out or f'storage: "{size}"\n' in result.out


@pytest.mark.parametrize(
    "more", ["--storage 1Gi", "--storage 1e9", "--storage 1024Mi --only service"]
)
def test_a_size_that_stays_is_not_told(more: str) -> None:
    assert _notes(sfsgen(f"{RENDER} {more}")) == []


def test_the_size_of_a_single_ordinal_is_told_where_it_stands() -> None:
    text = (
        "name: web\nreplicas: 2\nnfs: {server: nfs.example.com}\nclaimTemplates:\n"
        "- {storage: 1Gi, volumes: [{ordinal: 0}, {ordinal: 1, storage: 2048Mi}]}\n"
    )
    result = sfsgen("render -f -", text)
    assert result.err.count("the server stores") == 1
    assert "stdin:5:64: the server stores 2048Mi as 2Gi" in result.err


def test_each_size_is_told_once_where_it_stands() -> None:
    values = (
        "name: a\nreplicas: 1\nnfs: {server: nfs.example.com}\nclaimTemplates:\n"
        "- {name: a, storage: 1Gi, mountPath: /a}\n- {name: b, storage: 0.5Gi, mountPath: /b}\n"
    )
    (told,) = _notes(sfsgen("render -f -", values))
    assert told.startswith("sfsgen: stdin:6:22: the server stores 0.5Gi as 512Mi: ")


# What a live cluster holds is named as an object and its field: nobody sees the text.


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    """Put a program of that name first on the PATH."""

    def install(script: str) -> None:
        program = tmp_path / "bin/kubectl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    return install


def _live(*changes: tuple[str, str, tuple[str | int, ...], Any]) -> str:
    """Return a set of two as a cluster holds it, with changes: kind, name, path, value."""
    printed = sfsgen("render web -r 2 --nfs-server nfs.example.com --storage 1Gi").out
    items = list(yaml.safe_load_all(printed))
    for number, each in enumerate(items):
        each["metadata"]["uid"] = f"00000000-0000-4000-8000-{number:012}"
    for kind, name, path, value in changes:
        at = next(
            each for each in items if (each["kind"], each["metadata"]["name"]) == (kind, name)
        )
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


TEMPLATE = ("spec", "volumeClaimTemplates", 0)
OTHERS = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": "x", "name": "y"}


@pytest.mark.parametrize(
    ("changes", "command", "where"),
    [
        (
            [
                (
                    "StatefulSet",
                    "web",
                    ("spec", "volumeClaimTemplates", 0, "spec", "volumeMode"),
                    "Block",
                )
            ],
            "volumes",
            "cluster:statefulset/web:spec.volumeClaimTemplates[0].spec.volumeMode",
        ),
        (
            [("StatefulSet", "web", ("spec", "replicas"), 200_000)],
            "volumes",
            "cluster:statefulset/web:spec.replicas",
        ),
        (
            [("PersistentVolumeClaim", "pvc-web-0", ("metadata", "name"), "my-pvc-web-0")],
            "scale web -r 3",
            "cluster:statefulset/web:metadata.name",
        ),
        (
            [
                ("PersistentVolumeClaim", "pvc-web-1", ("spec", "volumeName"), None),
                ("PersistentVolume", "pv-web-1", ("spec", "claimRef"), OTHERS),
            ],
            "volumes",
            "cluster:persistentvolume/pv-web-1:spec.claimRef",
        ),
    ],
)
def test_a_live_problem_names_object_and_field(
    kubectl: Kubectl, tmp_path: Path, changes: list[Any], command: str, where: str
) -> None:
    (tmp_path / "live.json").write_text(_live(*changes))
    kubectl(f"[ $1 = get ] && cat {tmp_path}/live.json")
    result = sfsgen(command)
    assert (result.status, result.out) == (2, "")
    assert f"{where}: error: " in result.err
    assert "cluster:1" not in result.err


# Where a live cluster was looked at.

CONFIG = {
    "current-context": "prod",
    "contexts": [{"name": "prod", "context": {"cluster": "c", "namespace": "shop"}}],
}


def _plain(context: Mapping[str, str]) -> str:
    return json.dumps({**CONFIG, "contexts": [{"name": "prod", "context": context}]})


@pytest.mark.parametrize(
    "case",
    [
        ("", json.dumps(CONFIG), "context prod, namespace shop"),
        ("", _plain({"cluster": "c"}), "context prod, namespace default"),
        ("-n web", json.dumps(CONFIG), "context prod, namespace web"),
        ("--context test -n web", "", "context test, namespace web"),
        ("--context test", "", "context test, its own namespace"),
        ("", "", "the cluster that kubectl finds, its own namespace"),
        ("-n web", "no JSON", "the cluster that kubectl finds, namespace web"),
        ("", "[]", "the cluster that kubectl finds, its own namespace"),
    ],
)
@pytest.mark.parametrize("command", ["check", "volumes", "scale web -r 2"])
def test_what_was_looked_at_is_told(
    kubectl: Kubectl, tmp_path: Path, command: str, case: tuple[str, str, str]
) -> None:
    options, config, told = case
    live = _live().replace('"namespace": "default"', '"namespace": "web"')
    (tmp_path / "live.json").write_text(live)
    (tmp_path / "config.json").write_text(config)
    printed = f"[ -s {tmp_path}/config.json ] && exec cat {tmp_path}/config.json"
    kubectl(f'case "$*" in *get*) cat {tmp_path}/live.json;; *) {printed}; exit 1;; esac')
    result = sfsgen(f"{command} {options}")
    assert f"sfsgen: looked at {told}\n" in result.err


def test_a_namespace_that_is_not_there_is_told(kubectl: Kubectl) -> None:
    empty = json.dumps({"apiVersion": "v1", "kind": "List", "items": []})
    kubectl(f"case \"$*\" in *get*) echo '{empty}';; *) exit 1;; esac")
    result = sfsgen("volumes -n typo --context prod")
    assert result.status == 2
    assert result.err.startswith("sfsgen: looked at context prod, namespace typo\nNAME: error: ")


def test_kubectl_is_asked_no_more_than_is_needed(kubectl: Kubectl, tmp_path: Path) -> None:
    empty = json.dumps({"apiVersion": "v1", "kind": "List", "items": []})
    kubectl(f"echo \"$@\" >> {tmp_path}/asked; echo '{empty}'")
    sfsgen("check -n shop --context prod")
    assert len((tmp_path / "asked").read_text().splitlines()) == 1
    sfsgen("check -f -", "")
    assert len((tmp_path / "asked").read_text().splitlines()) == 1


# Server-side apply where it takes the uid of a volume's claimRef.

TOLD = "sfsgen: server-side apply (Flux, Argo CD) of pv-web-0"


@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        *((f"--kube-version 1.{minor}", minor in (22, 23, 24)) for minor in range(20, 27)),
        *(("--kube-version 1.20-1.22", True), ("--kube-version 1.25-1.30", False), ("", False)),
        *(("--kube-version 1.9-1.37", True), ("--kube-version 1.9-1.21", False)),
        ("--kube-version 1.23 --only pvc", False),
        ("--kube-version 1.23 -r 0", False),
        ("--kube-version 1.23 --annotation kustomize.toolkit.fluxcd.io/ssa=IfNotPresent", False),
        ("--kube-version 1.23 --strict", True),
    ],
)
def test_what_server_side_apply_does_is_told(options: str, is_told: bool) -> None:
    result = sfsgen(f"{RENDER} --storage 1Gi {options}")
    assert result.status == 0
    assert any(each.startswith(TOLD) for each in _notes(result)) is is_told


def test_check_notes_what_server_side_apply_does() -> None:
    printed = sfsgen(f"{RENDER} -r 3 --storage 1Gi --kube-version 1.23").out
    assert sfsgen("check -f -", printed).out == ""
    result = sfsgen("check -f - --kube-version 1.23 --strict", printed)
    assert result.status == 0
    assert "note: server-side apply (Flux, Argo CD) of pv-web-0 and 2 more volumes" in result.out
    assert result.out.count("note: ") == 1


# Options that change nothing.

PRINTED = "render web -r 2 --nfs-server nfs.example.com --storage 1Gi"
FIXED = "can never be changed"


@pytest.mark.parametrize(
    ("only", "options", "told"),
    [
        ("", "--nfs-server b", f"nothing is printed, so --nfs-server changed nothing; a volume's server {FIXED}"),
        ("", "--nfs-path /b --nfs-server b", f"nothing is printed, so --nfs-server and --nfs-path changed nothing; a volume's server and directory {FIXED}"),
        ("", "--storage 2Gi --reclaim-policy Retain", "nothing is printed, so --storage and --reclaim-policy changed nothing; what exists keeps its own"),
        ("", "--no-read-only", f"nothing is printed, so --read-only changed nothing; a volume's source {FIXED}"),
        ("", "--output-dir nowhere", "nothing was written to nowhere"),
        ("--only pv,sts", "--nfs-server b", f"no volume is printed, so --nfs-server changed nothing; a volume's server {FIXED}"),
        ("--only pv,sts", "--volume-name '{claim}'", "no volume is printed, so --volume-name changed nothing; what exists keeps its own"),
        ("--only pv,sts", "--storage 2Gi", "--storage changed nothing: a claim and its volume have one size and the same modes, and one of the two is there"),
        ("--only pvc,sts", "--storage 2Gi --access-mode RWX --nfs-server b --nfs-path /b", "--storage and --access-mode changed nothing: a claim and its volume have one size and the same modes, and one of the two is there"),
        ("--only pvc,sts", "--nfs-server b --nfs-path /b", ""),
        ("--only sts", "--storage 2Gi --nfs-server b --nfs-path /b", ""),
        ("--only sts -r 0", "--nfs-server b", f"nothing is printed, so --nfs-server changed nothing; a volume's server {FIXED}"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_an_option_that_changes_nothing_is_told(only: str, options: str, told: str) -> None:
    printed = sfsgen(f"{PRINTED} {only}").out
    for command in ("volumes", "scale web -r 2" if "-r 0" not in only else "scale web -r 0"):
        result = sfsgen(f"{command} -f - {options}", printed)
        assert result.status == 0, result.err
        lines = [each for each in _notes(result) if "changed nothing" in each or "written" in each]
        assert lines == [f"sfsgen: {told}"] * bool(told)


DISKS = {
    "name": "web",
    "replicas": 2,
    "driver": "disk.example.com",
    "accessModes": ["ReadWriteOnce"],
    "claimTemplates": [{"storage": "1Gi"}],
}
BY_HANDLE = "where a volume of disk.example.com lies its handle says"


@pytest.mark.parametrize(
    ("handle", "options", "told"),
    [
        ("d-{ordinal}", "--nfs-server x --nfs-path /y", "--nfs-server and --nfs-path changed"),
        ("d-{ordinal}", "--nfs-path /y", "--nfs-path changed"),
        ("d-{ordinal}", "--shared-directory", "--shared-directory changed"),
        ("d-{ordinal}", "", ""),
        ("{server}-{ordinal}", "--nfs-server x", ""),
    ],
)
def test_what_says_where_a_volume_lies_is_told_where_its_handle_says_it(
    handle: str, options: str, told: str
) -> None:
    values = json.dumps({**DISKS, "csi": {"volumeHandle": handle}})
    for_all = "--nfs-server x" if "{server}" in handle else ""
    printed = sfsgen(f"render -f - {for_all}", values)
    made = sfsgen(f"scale web -r 3 -f - {options if not for_all else ''}", printed.out)
    lines = [each for each in _notes(made) if "changed nothing" in each]
    assert lines == [f"sfsgen: {told} nothing: {BY_HANDLE}"] * bool(told)
    rendered = sfsgen(f"render -f - {options}", values)
    assert rendered.status == 0, rendered.err
    warned = rendered.err.count(f"warning: it changes nothing: {BY_HANDLE}")
    assert warned == (options.count("--") if told else 0)


def test_a_server_that_no_disk_lies_on_is_warned_of_in_the_file() -> None:
    values = {"nfs": {"server": "a"}, **DISKS, "csi": {"volumeHandle": "d-{ordinal}"}}
    result = sfsgen("render -f -", json.dumps(values))
    assert f"stdin:1:20: warning: it changes nothing: {BY_HANDLE}" in result.err


def test_an_option_that_changes_something_for_one_set_is_not_told() -> None:
    whole, bare = sfsgen(PRINTED).out, sfsgen(f"{PRINTED} --only sts".replace("web", "db")).out
    options = "--storage 2Gi --nfs-server b --nfs-path /b"
    assert "changed nothing" not in sfsgen(f"volumes -f - {options}", whole + bare).err


@pytest.mark.parametrize(
    ("only", "is_told"), [("svc,sts", True), ("svc,pvc", False), ("pv", False)]
)
def test_an_ordinal_that_nothing_begins_with_is_told(only: str, is_told: bool) -> None:
    result = sfsgen(f"{PRINTED} --from-ordinal 1 --only {only}")
    assert ("sfsgen: --from-ordinal changed nothing: " in result.err) is is_told
