"""What `scale` and `volumes` do in odd situations: a case a line, each once seen or thought of."""

import contextlib
import itertools
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.program import Result, sfsgen

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]
SET_OF_TWO_TEMPLATES = (
    "render db -r 2 --only sts --nfs-server nfs --volume a=1Gi:/a --volume b=1Gi:/b"
)


def _objects(command: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(sfsgen(f"render {command}").out) if each]


def _set(name: str = "web", more: str = "") -> Object:
    (found,) = _objects(f"{name} -r 2 --only sts --nfs-server nfs --storage 1Gi {more}")
    return found


def _pair(ordinal: int, name: str = "web") -> list[Object]:
    more = "--only pv,pvc --nfs-server nfs --storage 1Gi"
    return _objects(f"{name} -r {ordinal + 1} --from-ordinal {ordinal} {more}")


def _changed(found: Object, **changes: Any) -> Object:
    """Return an object with values changed, by path with `__` for the points; None removes."""
    for path, value in changes.items():
        *parents, key = path.split("__")
        parent = found
        for part in parents:
            parent = parent.setdefault(part, {})
        if value is None:
            parent.pop(key, None)
        else:
            parent[key] = value
    return found


def _run(command: str, *objects: Object | list[Object]) -> Result:
    items = [each for part in objects for each in (part if isinstance(part, list) else [part])]
    return sfsgen(
        f"{command} -f -", json.dumps({"kind": "List", "apiVersion": "v1", "items": items})
    )


def _refused(result: Result, *parts: str) -> None:
    assert (result.status, result.out) == (2, ""), result.err
    for part in parts:
        assert part in result.err
    assert "fix: " in result.err


def _noted(result: Result, *parts: str) -> None:
    assert result.status == 0, result.err
    for part in parts:
        assert part in result.err


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ("--nfs-path /srv/{ordinal}", "--nfs-path: error: "),
        ("--nfs-path /srv/{template}", "--nfs-path: error: "),
        ("--nfs-path /e --volume-name v-{ordinal}", "--volume-name: error: "),
        ("--nfs-path /e --volume-name v-{template}", "--volume-name: error: "),
    ],
)
def test_new_volumes_collide_with_each_other(options: str, where: str) -> None:
    result = sfsgen(f"volumes -f - --nfs-server nfs {options}", sfsgen(SET_OF_TWO_TEMPLATES).out)
    _refused(result, where)


def test_new_volumes_of_two_sets_collide() -> None:
    command = "volumes --nfs-server nfs --nfs-path /srv/{ordinal}"
    _refused(_run(command, _set("a"), _set("b")), "--nfs-path", "put {name} into the path")


@pytest.mark.parametrize(
    ("server", "path"),
    [
        ("NFS.", "/exports/pv-web-2/"),
        ("nfs", "/exports//pv-web-2"),
        ("nfs", "/exports/x/../pv-web-2"),
    ],
)
def test_a_directory_is_taken_however_it_is_spelt(server: str, path: str) -> None:
    other = _changed(_pair(7)[0], spec__nfs={"server": server, "path": path})
    result = _run("scale web -r 3", _set(), _pair(0), _pair(1), other)
    _refused(result, "--nfs-path", "lies already")


def test_the_volume_of_a_waiting_claim_takes_no_directory_of_another() -> None:
    other = _changed(_pair(7)[0], spec__nfs={"server": "nfs", "path": "/exports/pv-web-2"})
    claim = _changed(_pair(2)[1], spec__volumeName=None)
    _refused(_run("scale web -r 3", _set(), _pair(0), _pair(1), claim, other), "lies already")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ("--nfs-path /exports/pv-web-0/{ordinal}", "lies already (/exports/pv-web-0)"),
        ("--nfs-path /exports --shared-directory", "lies already (/exports/pv-web-"),
    ],
)
def test_no_directory_lies_above_or_below_another_volumes(options: str, part: str) -> None:
    _refused(_run(f"scale web -r 4 {options}", _set(), _pair(0), _pair(1)), part)


def test_a_dump_without_claims_makes_none_again() -> None:
    volumes = [_changed(_pair(ordinal)[0], status__phase="Bound") for ordinal in (0, 1)]
    result = _run("scale web -r 3 -o name", _set(), volumes)
    _noted(result, "pv-web-0 is Bound, and its claim pvc-web-0 is not in the input")
    assert result.out.split() == ["persistentvolume/pv-web-2", "persistentvolumeclaim/pvc-web-2"]


def test_a_claim_that_is_being_deleted_is_told() -> None:
    claim = _changed(_pair(1)[1], metadata__deletionTimestamp="2026-11-24T00:00:00Z")
    _noted(_run("scale web -r 2", _set(), _pair(0), _pair(1)[0], claim), "is being deleted")


@pytest.mark.parametrize("metadata", [{}, {"name": None}, {"name": ""}, None])
def test_a_claim_template_without_a_name_is_refused_at_its_line(metadata: object) -> None:
    found = _set()
    found["spec"]["volumeClaimTemplates"][0]["metadata"] = metadata
    _refused(_run("volumes", found), "stdin:1:", "no metadata.name")


def test_what_is_wrong_with_claim_templates_is_told_at_once_where_it_stands() -> None:
    found = _set()
    template = found["spec"]["volumeClaimTemplates"][0]
    odd = json.loads(json.dumps(template))
    odd["metadata"]["name"] = "Data"
    odd["spec"]["accessModes"] = ["ReadWriteFoo"]
    odd["spec"]["resources"]["requests"]["storage"] = "1GB"
    found["spec"]["volumeClaimTemplates"] += [template, odd]
    result = _run("volumes", found)
    _refused(result, 'two claim templates named "pvc"', 'write "data"', "ReadWriteFoo", "1GB")
    assert all(line.startswith(("stdin:1:", "  fix")) for line in result.err.splitlines())


def test_a_volume_of_another_kind_does_not_spoil_the_style() -> None:
    volume, claim = _pair(2)
    _changed(volume, metadata__name="pvc-123", spec__nfs=None, spec__hostPath={"path": "/x"})
    claim["spec"]["volumeName"] = "pvc-123"
    result = _run("scale web -r 4 -o name", _set(), _pair(0), _pair(1), volume, claim)
    assert result.out.split() == ["persistentvolume/pv-web-3", "persistentvolumeclaim/pvc-web-3"]


def test_what_an_option_brings_is_warned_of() -> None:
    options = "--reclaim-policy Delete --mount-option soft --nfs-server 10.0.0.1 --nfs-path /e"
    objects = _set(), _pair(0), _pair(1)
    _noted(
        _run(f"scale web -r 3 {options}", *objects),
        "Delete",
        "soft mount",
        "10.0.0.1 is an address",
    )
    _refused(_run(f"scale web -r 3 --strict {options}", *objects), "soft mount")


def test_very_many_ordinals_are_printed_where_they_are_asked_for() -> None:
    what = "error: web: the volumes and claims of 10,001 ordinals would be printed"
    pairs = _pair(0), _pair(1)
    _refused(_run("scale web -r 10003", _set(), *pairs), f"--replicas: {what}")
    found = _changed(_set(), spec__replicas=10_003)
    _refused(_run("volumes", found, *pairs), "stdin:1:", what)
    for command in (
        "scale web -r 10002",
        "scale web -r 10003 --allow-many",
        "volumes --allow-many",
    ):
        assert _run(f"{command} -o name", found, *pairs).status == 0


def test_a_size_that_is_hardly_meant_is_warned_of() -> None:
    result = _run("scale web -r 3 --storage 10", _set(), _pair(0), _pair(1))
    _noted(result, '--storage: warning: StatefulSet default/web: "10" is in bytes')


def test_two_servers_are_one_error() -> None:
    pairs = _pair(0), _pair(1)
    _changed(pairs[1][0], spec__nfs__server="other")
    result = _run("scale web -r 3", _set(), *pairs)
    _refused(result, "--nfs-server: error: ")
    assert result.err.count(": error: ") == 1


@pytest.mark.parametrize("text", ["kind: Kustomization\nresources: []\n", "kind: A\nmetadata: 3\n"])
def test_other_kinds_are_passed_over_whatever_they_hold(text: str) -> None:
    rendered = sfsgen("render web -r 2 --nfs-server nfs --storage 1Gi").out
    result = sfsgen("scale web -r 2 -f -", f"apiVersion: v1\n{text}{rendered}")
    assert (result.status, result.out) == (0, "")


def test_a_volume_reserved_for_two_claims_is_refused() -> None:
    rival = _changed(_pair(2)[0], metadata__name="rival")
    result = _run("scale web -r 3", _set(), _pair(0), _pair(1), _pair(2)[0], rival)
    _refused(result, "rival is reserved for the claim pvc-web-2, and so is pv-web-2 (two-volumes)")
    assert result.err.count(": error: ") == 1


def test_a_selector_that_does_not_lead_to_the_volume_is_told() -> None:
    volume, claim = _pair(1)
    _changed(volume, spec__claimRef=None)
    _changed(claim, spec__volumeName=None, spec__selector={"matchLabels": {"a": "b"}})
    _noted(_run("scale web -r 2", _set(), _pair(0), volume, claim), "(claim-selector)")


@pytest.mark.parametrize("command", ["volumes", "scale web -r 2"])
def test_what_is_not_asked_for_is_not_done(command: str, tmp_path: Path) -> None:
    command = f"{command} --nfs-server nfs --nfs-path /e --mount-option soft"
    result = _run(command, _set())
    _noted(result, "warning: ")  # and not --strict
    assert result.out.startswith("---\napiVersion: v1\nkind: PersistentVolume\n")
    assert _run(f"{command} --output-dir {tmp_path}", _set()).status == 0
    _noted(_run(f"{command} --output-dir {tmp_path}", _set()), "files unchanged")
    other = command.replace("soft", "hard")
    _refused(_run(f"{other} --output-dir {tmp_path}", _set()), "--force")


def test_where_something_is_told_not_all_is_said_to_be_there() -> None:
    volume, claim = _pair(1)
    _changed(volume, spec__claimRef=None)
    for command in ("scale web -r 2", "volumes"):
        result = _run(command, _set(), _pair(0), volume, claim)
        assert "(half-reserved)" in result.err
        assert "nothing is missing" not in result.err
        assert "nothing is missing" in _run(command, _set(), _pair(0), _pair(1)).err


def test_a_slip_of_the_finger_is_told_where_it_was_made() -> None:
    for replicas in (-1, 2**31, "x"):
        result = _run(f"scale web --replicas={replicas}", _set())
        _refused(result, f'--replicas: error: "{replicas}" is not a whole number from 0 to 214748')
        assert "2147483647\n" in result.err
    what = "replicas of web there are more than 100000 volumes and claims to look through"
    _refused(
        _run(f"scale web -r {2**31 - 1}", _set()), f"--replicas: error: with 2147483647 {what}"
    )
    found = _changed(_set(), spec__replicas=100_001)
    _refused(_run("volumes", found), "stdin:1:", f": error: with 100001 {what}")
    assert "--replicas" not in _run("volumes", found).err


def test_a_mode_that_only_csi_enforces_is_refused_where_it_stands_until_the_driver_is_said() -> (
    None
):
    volumes = "volumes --nfs-server nfs --nfs-path /exports"
    found = _set(more="--driver csi --access-mode RWOP")
    _refused(_run(volumes, found), "stdin:1:", "ReadWriteOncePod is enforced", "--driver csi")
    _refused(_run(f"{volumes} --access-mode RWOP", found), "--access-mode: error: ")
    assert _run(f"{volumes} --driver csi -o name", found).out.split()[0].endswith("/pv-web-0")


def test_block_devices_are_refused() -> None:
    claim = _changed(_pair(2)[1], spec__volumeName=None, spec__volumeMode="Block")
    _refused(_run("scale web -r 3", _set(), _pair(0), _pair(1), claim), "block device")
    template = _set()
    template["spec"]["volumeClaimTemplates"][0]["spec"]["volumeMode"] = "Block"
    _refused(_run("scale web -r 3", template, _pair(0), _pair(1)), "block devices")


@pytest.mark.parametrize(
    "command", ["scale prod-web -r 2", "volumes --nfs-server nfs --nfs-path /e"]
)
def test_a_renamed_set_is_named(command: str) -> None:
    result = _run(command, _set("prod-web"), _pair(0), _pair(1))
    _refused(result, '"pvc-web-0"', '"pvc-prod-web-0"')


def test_a_changed_namespace_is_named() -> None:
    volume, claim = _pair(0)
    _changed(volume, spec__claimRef__namespace="old")
    _refused(_run("scale web -r 2", _set(), volume, claim), "default/pvc-web-0", "old/pvc-web-0")


def test_sets_of_like_names_do_not_take_each_other_for_renamed() -> None:
    sets = _set("shard-0"), _set("shard-1")
    result = _run("volumes shard-1 --nfs-server nfs --nfs-path /e", *sets, _pair(0, "shard-0"))
    assert result.status == 0, result.err
    assert "pvc-shard-1-0" in result.out


def test_claims_of_other_sets_are_left_alone() -> None:
    result = _run("scale web -r 3", _set(), _pair(0), _pair(1), _pair(0, "other"))
    assert result.status == 0, result.err
    assert "pvc-web-2" in result.out


@pytest.mark.parametrize(
    ("volume", "claim", "part"),
    [
        (
            {"status__phase": "Released", "spec__claimRef__uid": "old"},
            None,
            "pv-web-1 is Released",
        ),
        ({"status__phase": "Failed"}, None, "pv-web-1 is Failed"),
        ({"spec__claimRef__uid": "old"}, None, "holds the uid of an earlier claim"),
        ({"spec__claimRef__uid": "old"}, {"metadata__uid": "new"}, "the uid of an earlier claim"),
        ({"spec__claimRef": None}, {}, "another claim can take it"),
        (
            {"spec__capacity__storage": "1Mi"},
            {"spec__volumeName": None},
            "it asks for 1Gi, and pv-web-1 has 1Mi",
        ),
        ({"spec__accessModes": ["ReadOnlyMany"]}, {"spec__volumeName": None}, "(access-modes)"),
        ({"spec__volumeMode": "Block"}, {"spec__volumeName": None}, "a block device"),
    ],
)
def test_what_will_not_bind_is_told(volume: Object, claim: Object | None, part: str) -> None:
    pair = _pair(1)
    _changed(pair[0], **volume)
    pair = [pair[0]] if claim is None else [pair[0], _changed(pair[1], **claim)]
    _noted(_run("scale web -r 2", _set(), _pair(0), pair), part)


def test_a_claim_whose_volume_is_not_in_the_input_is_told() -> None:
    claim = _changed(_pair(1)[1], status__phase="Bound")
    result = _run("scale web -r 2", _set(), _pair(0), claim)
    _noted(result, "Bound to pv-web-1, which is not in the input")
    assert result.out == ""


def test_labels_that_name_one_ordinal_are_not_handed_on() -> None:
    volume, claim = _pair(0)
    _changed(volume, metadata__labels={"pod": "web-0", "app": "web"})
    _changed(claim, metadata__labels={"claim": "pvc-web-0", "app": "web"})
    result = _run("scale web -r 2", _set(), volume, claim)
    assert [each["metadata"]["labels"] for each in yaml.safe_load_all(result.out)] == [
        {"app": "web"},
        {"app": "web"},
    ]


def test_mount_options_of_old_minors_are_handed_on() -> None:
    command = "render web --nfs-server nfs --storage 1Gi --mount-option hard --kube-version 1.6"
    result = sfsgen("scale web -r 3 -f - --kube-version 1.6", sfsgen(f"{command} -r 2").out)
    assert result.out == sfsgen(f"{command} -r 3 --from-ordinal 2 --only pv,pvc").out


def test_what_stays_behind_is_listed_over_gaps() -> None:
    result = _run("scale web -r 1", _set(), _pair(0), _pair(1), _pair(3), _pair(4)[0])
    _noted(result, "pvc/pvc-web-1 pv/pv-web-1", "pvc/pvc-web-3 pv/pv-web-3", "pv/pv-web-4")


def test_a_set_without_claim_templates_needs_no_volumes() -> None:
    found = _set()
    found["spec"]["volumeClaimTemplates"] = []
    _noted(_run("scale web -r 9", found), "needs no volumes")
    _noted(_run("volumes", found), "no set has claim templates, and none needs volumes")


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("app.kubernetes.io/name=a", "a"),
        ("app.kubernetes.io/name==b", "b"),
        ("app.kubernetes.io/name!=a", "b"),
        ("tier", "b"),
        ("!tier", "a"),
        ("'app.kubernetes.io/name = a'", "a"),
        ("'tier = x, app.kubernetes.io/name=b'", "b"),
    ],
)
def test_a_selector_chooses(selector: str, names: str) -> None:
    command = f"volumes --nfs-server nfs --nfs-path /e -o name --selector {selector}"
    result = _run(command, _set("a"), _set("b", "--label tier=x"))
    assert {line.rpartition("/")[2] for line in result.out.splitlines()} == {
        f"{kind}-{name}-{ordinal}" for kind in ("pv", "pvc") for name in names for ordinal in (0, 1)
    }


@pytest.mark.parametrize(
    ("command", "where"),
    [
        ("volumes --selector 'app in (a)'", "--selector"),
        ("volumes nowhere", "NAME"),
        ("volumes --selector app=none", "--selector"),
        ("volumes web --selector app=none", "--selector"),
        ("volumes -n nowhere", "--namespace"),
        ("volumes -r -1", "--replicas"),
        ("scale web -r 2147483648", "--replicas"),
        ("scale web -r 1e3", "--replicas"),
        ("scale web", "--replicas"),
        ("scale -r 3", "NAME"),
        ("scale web -r 3 --storage 1GB", "--storage"),
        ("scale web -r 3 --access-mode RWOP", "--access-mode"),
    ],
)
def test_wrong_options_are_refused_at_their_place(command: str, where: str) -> None:
    _refused(_run(command, _set(), _pair(0), _pair(1)), f"{where}: error: ")


def test_all_wrong_options_are_told_at_once() -> None:
    result = sfsgen("scale -r x -o foo --kube-version 9 --output-dir ''")
    for option in ("NAME", "--replicas", "--output", "--kube-version", "--output-dir"):
        assert f"{option}: error: " in result.err


def test_a_name_in_two_namespaces_wants_a_namespace() -> None:
    sets = _set(), _set(more="-n shop")
    _refused(_run("scale web -r 2 --nfs-server nfs --nfs-path /e", *sets), "--namespace")
    result = _run("scale web -r 2 -n shop --nfs-server nfs --nfs-path /e", *sets)
    assert "namespace: shop" in result.out


def test_volumes_of_a_complete_set_are_none() -> None:
    result = _run("volumes", _set(), _pair(0), _pair(1))
    _noted(result, "nothing is missing")
    assert result.out == ""


def test_volumes_takes_another_number_of_replicas() -> None:
    result = _run("volumes --replicas 4 -o name", _set(), _pair(0), _pair(1))
    assert result.out.split() == [
        "persistentvolume/pv-web-2",
        "persistentvolume/pv-web-3",
        "persistentvolumeclaim/pvc-web-2",
        "persistentvolumeclaim/pvc-web-3",
    ]


@pytest.mark.parametrize(
    ("more", "following"),
    [
        (
            "",
            [
                "sfsgen scale web -r 3 -f set.yaml | kubectl create -f -",
                "kubectl scale statefulset/web --replicas=3 -n default",
            ],
        ),
        (
            "--output-dir 'my out'",
            [
                "kubectl create -f 'my out'",
                "kubectl scale statefulset/web --replicas=3 -n default",
            ],
        ),
    ],
)
def test_on_a_terminal_the_next_commands_are_shown(
    tmp_path: Path, more: str, following: list[str]
) -> None:
    text = sfsgen("render web -r 2 --nfs-server nfs --storage 1Gi").out
    (tmp_path / "set.yaml").write_text(text)
    ours, theirs = pty.openpty()
    command = f"{sys.executable} -m sfsgen scale web -r 3 -f set.yaml {more}"
    subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=theirs, check=True
    )
    os.close(theirs)
    shown = ""
    with contextlib.suppress(OSError):  # that is how a terminal ends
        while data := os.read(ours, 10_000):
            shown += data.decode().replace("\r\n", "\n")
    os.close(ours)
    prepared = "sfsgen prepare web -r 3 -f set.yaml | ssh nfs sudo sh"
    lines = "".join(f"  {line}\n" for line in (prepared, *following))
    assert shown.endswith(f"next:\n{lines}")


# What new pairs take from the pairs that are there.


def _volumes(*changes: Object) -> list[Object]:
    """Return a set with pairs, of each the volume changed."""
    pairs = [_pair(ordinal) for ordinal in range(len(changes))]
    for (volume, _), change in zip(pairs, changes, strict=True):
        _changed(volume, **change)
    return [_set(), *itertools.chain(*pairs)]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        (
            [{"spec__persistentVolumeReclaimPolicy": each} for each in ("Retain", "Delete")],
            [
                "the volumes differ in their reclaim policy: 'Retain' (pv-web-0) and 'Delete'",
                "fix: give --reclaim-policy Retain or --reclaim-policy Delete\n",
            ],
        ),
        (
            [{"spec__nfs__server": each} for each in ("a", "b", "c")],
            [
                "the volumes differ in their server: 'a' (pv-web-0) and 'b' (pv-web-1)\n",
                "fix: give --nfs-server HOST, with the server of the new volume for HOST, for one ",
                "one new ordinal at a time, as each has its own; or --nfs-server a or --nfs-server",
            ],
        ),
        (
            [{"spec__nfs__server": each} for each in ("a", "b", "b")],
            ["with the server of the new volume for HOST; or --nfs-server a or --nfs-server b\n"],
        ),
        (
            [{"spec__nfs__path": f"/{each}"} for each in ("a", "b", "c", "d")],
            ["the volumes' directories (/a, /b, /c) follow no pattern\n"],
        ),
    ],
)
def test_where_the_volumes_differ_an_option_is_asked_for(
    changes: list[Object], parts: list[str]
) -> None:
    _refused(_run(f"scale web -r {len(changes) + 1}", *_volumes(*changes)), *parts)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([("nas-0", "/e/0"), ("nas-1", "/e/1")], ("nas-2", "/e/2")),
        ([("nas-0", "/e"), ("nas-1", "/e"), ("nas-2", "/e")], ("nas-3", "/e")),
        ([("10.0.0.0", "/e/web-0"), ("10.0.0.1", "/e/web-1")], ("10.0.0.2", "/e/web-2")),
        ([("a-0.b-0", "/e/0"), ("a-1.b-0", "/e/1")], ("a-2.b-0", "/e/2")),
        ([("nas-0", "/e/0"), ("nas-0", "/e/1")], ("nas-0", "/e/2")),
    ],
)
def test_new_volumes_lie_on_servers_that_follow_the_pattern_of_those_that_exist(
    places: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    changes = [{"spec__nfs__server": server, "spec__nfs__path": path} for server, path in places]
    result = _run(f"scale web -r {len(places) + 1}", *_volumes(*changes))
    assert result.status == 0, result.err
    (made,) = [each for each in yaml.safe_load_all(result.out) if each["kind"][-1] == "e"]
    assert (made["spec"]["nfs"]["server"], made["spec"]["nfs"]["path"]) == expected
    assert "share" not in result.err


NEW = "of claim template pvc"


@pytest.mark.parametrize(
    ("servers", "options", "told"),
    [
        ("aa", "-r 4", f"the new volumes {NEW} share the directory /all"),
        ("aa", "-r 3", f"the new volume {NEW} shares the directory /all with pv-web-0"),
        ("aa", "-r 4 --nfs-server A.", f"the new volumes {NEW} share the directory /all"),
        ("aa", "-r 3 --nfs-server A.", f"the new volume {NEW} shares the directory /all with pv"),
        ("aa", "-r 3 --nfs-server b", ""),
        ("ab", "-r 3 --nfs-server c", ""),
        ("ab", "-r 4 --nfs-server 'n-{ordinal}'", ""),
        ("ab", "-r 4 --nfs-server c", f"the new volumes {NEW} share the directory /all"),
        ("", "-r 1 --nfs-server a --nfs-path /all --shared-directory", ""),
        ("aa", "-r 2", ""),
    ],
)
def test_that_volumes_share_a_directory_is_told_where_two_do(
    servers: str, options: str, told: str
) -> None:
    changes = [{"spec__nfs__server": server, "spec__nfs__path": "/all"} for server in servers]
    result = _run(f"scale web {options}", *(_volumes(*changes) if changes else [_set()]))
    assert result.status == 0, result.err
    assert told in result.err
    assert ("the directory" in result.err) is bool(told)


def test_an_option_gives_new_volumes_servers_by_ordinal() -> None:
    result = _run("scale web -r 3 --nfs-server 'nas-{ordinal}'", _set(), _pair(0), _pair(1))
    assert "server: nas-2\n" in result.out


def test_of_volumes_bound_crosswise_names_and_directories_are_continued() -> None:
    (volume_0, claim_0), (volume_1, claim_1) = _pair(0), _pair(1)
    _changed(volume_0, spec__claimRef__name="pvc-web-1")
    _changed(volume_1, spec__claimRef__name="pvc-web-0")
    _changed(claim_0, spec__volumeName="pv-web-1")
    _changed(claim_1, spec__volumeName="pv-web-0")
    result = _run("scale web -r 3", _set(), volume_0, claim_0, volume_1, claim_1)
    assert result.status == 0, result.err
    (made,) = [each for each in yaml.safe_load_all(result.out) if each["kind"][-1] == "e"]
    assert (made["metadata"]["name"], made["spec"]["nfs"]["path"]) == (
        "pv-web-2",
        "/exports/pv-web-2",
    )


def test_a_number_in_a_namespace_is_none_of_an_ordinal() -> None:
    def moved(found: Object) -> Object:
        return _changed(found, metadata__namespace="shop-1")

    volume, claim = _pair(1)
    name = "pv-shop-1-web-1"
    _changed(volume, metadata__name=name, spec__claimRef__namespace="shop-1")
    _changed(volume, spec__nfs__path=f"/exports/{name}")
    _changed(claim, spec__volumeName=name)
    one = moved(_changed(_set(), spec__ordinals={"start": 1}, spec__replicas=1))
    result = _run("scale web -r 2", one, volume, moved(claim))
    assert result.status == 0, result.err
    assert "name: pv-shop-1-web-2" in result.out


@pytest.mark.parametrize(
    ("of_volumes", "of_claims", "new"),
    [
        (["", ""], ["", ""], ""),
        (["nfs", "nfs"], ["nfs", "nfs"], "nfs"),
        (["nfs", "slow"], ["nfs", "slow"], ""),
        (["nfs", "nfs"], ["", ""], ""),
    ],
)
def test_where_the_template_names_no_class_new_pairs_have_that_of_all_others(
    of_volumes: list[str], of_claims: list[str], new: str
) -> None:
    (stateful_set,) = [_set()]
    del stateful_set["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"]
    pairs = [_pair(0), _pair(1)]
    for (volume, claim), its, own in zip(pairs, of_volumes, of_claims, strict=True):
        _changed(volume, spec__storageClassName=its)
        _changed(claim, spec__storageClassName=own)
    result = _run("scale web -r 3", stateful_set, *pairs)
    assert result.status == 0, result.err
    made = [
        each
        for each in yaml.safe_load_all(result.out)
        if "Claim" in each["kind"] or each["kind"][-1] == "e"
    ]
    assert [each["spec"]["storageClassName"] for each in made] == [new, new]


def test_what_an_option_brings_is_not_said_to_be_as_with_the_others() -> None:
    changes = [{"spec__persistentVolumeReclaimPolicy": "Delete"}] * 2
    as_others = "the new volumes of claim template pvc are as the others"
    _noted(_run("scale web -r 3", *_volumes(*changes)), as_others)
    result = _run("scale web -r 3 --reclaim-policy Delete", *_volumes(*changes))
    assert as_others not in result.err
    assert "--reclaim-policy: warning: " in result.err


def test_of_a_claim_template_that_lacks_no_volume_nothing_is_said_of_new_ones() -> None:
    both = "db -r 2 --nfs-server nfs --volume a=1Gi:/a --volume b=1Gi:/b --reclaim-policy Delete"
    objects = [each for each in _objects(both) if each["kind"] != "Service"]
    lacking = [each for each in objects if each["metadata"]["name"] not in ("pv-db-1", "a-db-1")]
    result = _run("scale db -r 2", *lacking)
    _noted(result, "the new volumes of claim template a are as the others")
    assert "of claim template b" not in result.err


def test_a_block_device_is_refused_where_it_is_asked_for() -> None:
    stateful_set, claim = _set(), _pair(2)[1]
    _changed(claim, spec__volumeMode="Block", spec__volumeName=None)
    text = yaml.safe_dump_all([stateful_set, claim], sort_keys=False)
    line = 1 + text.splitlines().index("  volumeMode: Block")
    options = "--nfs-server nfs --nfs-path /exports"
    _refused(sfsgen(f"scale web -r 3 -f - {options}", text), f"stdin:{line}:15: error: ")
    (template,) = stateful_set["spec"]["volumeClaimTemplates"]
    _changed(template, spec__volumeMode="Block")
    _refused(
        _run(f"scale web -r 3 {options}", stateful_set),
        "claim template pvc wants block devices",
        "fix: use volumeMode Filesystem",
    )


def test_a_volume_that_is_reserved_for_a_claim_shows_the_style_as_well() -> None:
    pairs = [_pair(0), _pair(1)]
    for ordinal, (volume, claim) in enumerate(pairs):
        _changed(volume, metadata__name=f"disk-{ordinal}", spec__nfs__path=f"/srv/disk-{ordinal}")
        _changed(claim, spec__volumeName=None)
    result = _run("scale web -r 3", _set(), *pairs)
    assert result.status == 0, result.err
    assert "name: disk-2" in result.out
    assert "path: /srv/disk-2" in result.out
