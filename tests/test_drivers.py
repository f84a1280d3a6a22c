"""Volumes of every driver are made, scaled and checked alike."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program import Result, findings, sfsgen

pytestmark = pytest.mark.without_libraries

Object = dict[str, Any]
EXAMPLES = Path(__file__).parents[1] / "examples"
BY_EXAMPLE = sorted(each.name for each in EXAMPLES.glob("driver-*"))
SECRET = {"nodeStageSecretRef": {"name": "creds"}}
# What each needs beside a set of two replicas.
VALUES: dict[str, Object] = {
    "nfs": {"nfs": {"server": "nas.example.com"}},
    "csi": {"nfs": {"server": "nas.example.com"}},
    "local": {"nodes": ["a", "b", "c", "d"]},
    "smb.csi.k8s.io": {"nfs": {"server": "nas.example.com"}, "csi": SECRET},
    "cephfs.csi.ceph.com": {
        "nfs": {"server": "c1"},
        "csi": {**SECRET, "volumeAttributes": {"fsName": "myfs"}},
    },
    "efs.csi.aws.com": {"nfs": {"server": "fs-1"}},
    "org.democratic-csi.node-manual": {"nfs": {"server": "nas.example.com"}},
    "disk.example.com": {
        "nfs": {"server": "pool-1"},
        "csi": {"volumeHandle": "{server}/{volume}", "volumeAttributes": {"dir": "{path}"}},
    },
}


def merged(one: Any, other: Any) -> Any:
    """Return two trees of values as one; the second wins."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return {**one, **{key: merged(one.get(key), each) for key, each in other.items()}}


def render(driver: str, options: str = "", **more: Any) -> Result:
    values = {
        "name": "web",
        "replicas": 2,
        "driver": driver,
        "claimTemplates": [{"storage": "1Gi"}],
    }
    return sfsgen(f"render -f - {options}", json.dumps(merged({**values, **VALUES[driver]}, more)))


def objects(result: Result) -> list[Object]:
    assert result.status == 0, result.err
    return list(yaml.safe_load_all(result.out))


def sources(documents: list[Object]) -> Iterator[Object]:
    """Yield of each volume what says where its data lies."""
    for each in documents:
        if each["kind"] == "PersistentVolume":
            kept = ("nfs", "csi", "local", "nodeAffinity")
            yield {key: each["spec"][key] for key in kept if key in each["spec"]}


def dumped(documents: list[Object]) -> str:
    return "\n".join(map(json.dumps, documents))


@pytest.mark.parametrize("name", BY_EXAMPLE)
def test_nothing_is_wrong_with_an_example(name: str) -> None:
    assert findings("-f", str(EXAMPLES / name / "expected.yaml")) == []


@pytest.mark.parametrize("driver", VALUES)
def test_a_set_is_scaled_as_it_was_rendered(driver: str) -> None:
    node = "--nfs-server c" if driver == "local" else ""
    found = objects(render(driver))
    scaled = objects(sfsgen(f"scale web -r 3 -f - {node}", dumped(found)))
    whole = objects(render(driver, replicas=3))
    assert [each for each in scaled if each in whole] == scaled
    assert len(scaled) == 2
    rules = {each["rule"] for each in findings("-f", "-", stdin=dumped([*found, *scaled]))}
    assert rules == {"extra-pair"}  # as long as the set is not scaled up


@pytest.mark.parametrize("driver", VALUES)
def test_volumes_makes_what_is_missing_of_any_ordinal(driver: str) -> None:
    if driver in ("smb.csi.k8s.io", "cephfs.csi.ceph.com"):
        return  # a Secret cannot be said without a volume to go by
    found = [
        each
        for each in objects(render(driver, replicas=3))
        if not each["metadata"]["name"].endswith("web-1")
    ]
    node = "--nfs-server b" if driver == "local" else ""
    made = objects(sfsgen(f"volumes -f - {node}", dumped(found)))
    assert made == [each for each in objects(render(driver, replicas=3)) if each not in found]


@pytest.mark.parametrize(
    ("driver", "key", "value"),
    [
        ("csi", "mountPermissions", "0770"),
        ("smb.csi.k8s.io", "x", "{volume}"),
        ("efs.csi.aws.com", "encryptInTransit", "false"),
        ("disk.example.com", "image", "img-{ordinal}"),
    ],
)
def test_further_attributes_of_new_volumes_follow_those_that_exist(
    driver: str, key: str, value: str
) -> None:
    found = objects(render(driver, csi={"volumeAttributes": {key: value}}))
    scaled = objects(sfsgen("scale web -r 3 -f -", dumped(found)))
    (source,) = sources(scaled)
    expected = value.format(volume="pv-web-2", ordinal="2")
    assert source["csi"]["volumeAttributes"][key] == expected


@pytest.mark.parametrize("driver", ["local", "disk.example.com"])
def test_block_devices_are_scaled_as_they_were_rendered(driver: str) -> None:
    more: Object = {
        "claimTemplates": [{"storage": "1Gi", "volumeMode": "Block", "mounts": []}],
        "container": {"volumeDevices": [{"name": "pvc", "devicePath": "/dev/data"}]},
    }
    found = objects(render(driver, **more))
    assert sfsgen("volumes -f -", dumped(found))[:2] == (0, "")
    node = "--nfs-server c" if driver == "local" else ""
    scaled = objects(sfsgen(f"scale web -r 3 -f - {node}", dumped(found)))
    assert scaled == [
        each for each in objects(render(driver, replicas=3, **more)) if each in scaled
    ]
    assert [each["spec"]["volumeMode"] for each in scaled] == ["Block", "Block"]


def _with_handles(driver: str, *handles: str) -> list[Object]:
    found = objects(render(driver))
    volumes = [each for each in found if each["kind"] == "PersistentVolume"]
    for volume, handle in zip(volumes, handles, strict=True):
        volume["spec"]["csi"]["volumeHandle"] = handle
    return found


@pytest.mark.parametrize(
    ("driver", "handles", "expected"),
    [
        ("csi", ("a-0", "a-1"), "a-2"),
        ("csi", ("one", "two"), "nas.example.com#exports#pv-web-2"),
        ("smb.csi.k8s.io", ("x0", "x1"), "x2"),
        ("disk.example.com", ("d-0-0", "d-0-1"), "d-0-2"),
    ],
)
def test_handles_of_new_volumes_follow_those_that_exist(
    driver: str, handles: tuple[str, str], expected: str
) -> None:
    scaled = objects(sfsgen("scale web -r 3 -f -", dumped(_with_handles(driver, *handles))))
    (source,) = sources(scaled)
    assert source["csi"]["volumeHandle"] == expected


def test_handles_that_follow_no_pattern_are_not_made_up() -> None:
    found = _with_handles("disk.example.com", "one", "two")
    result = sfsgen("scale web -r 3 -f -", dumped(found))
    assert (result.status, result.out) == (2, "")
    assert "in their handles (one, two), which follow no pattern" in result.err


def test_one_disk_alone_does_not_show_what_the_next_one_is_called() -> None:
    more: Object = {"csi": {"volumeHandle": "vol-{ordinal}a1b", "volumeAttributes": {"d": "e"}}}
    found = objects(render("disk.example.com", replicas=1, **more))
    result = sfsgen("scale web -r 2 -f -", dumped(found))
    assert (result.status, result.out) == (2, "")
    assert "has the handle vol-0a1b, which alone shows no pattern" in result.err
    assert "differ" not in result.err
    both = objects(render("disk.example.com", replicas=2, **more))
    (source,) = sources(objects(sfsgen("scale web -r 3 -f -", dumped(both))))
    assert source["csi"]["volumeHandle"] == "vol-2a1b"


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ("--nfs-path '/srv/{ordinal}a1b'", "--nfs-path"),
        ("--volume-name 'v-{ordinal}a1b' --nfs-path '/srv/{ordinal}'", "--volume-name"),
    ],
)
def test_one_volume_alone_shows_no_number_within_a_word(options: str, where: str) -> None:
    found = objects(render("nfs", options, replicas=1))
    result = sfsgen("scale web -r 2 -f -", dumped(found))
    assert (result.status, result.out) == (2, "")
    assert f"{where}: " in result.err
    assert "follow no pattern" in result.err


def test_an_attribute_of_one_volume_alone_shows_no_number_within_a_word() -> None:
    csi = {"volumeHandle": "{volume}", "volumeAttributes": {"image": "{volume}"}}
    found = objects(render("disk.example.com", "--volume-name 'v{ordinal}a'", replicas=1, csi=csi))
    result = sfsgen("scale web -r 2 -f - --volume-name 'v{ordinal}b'", dumped(found))
    assert (result.status, result.out) == (2, "")
    assert "has the attribute image (v0a), which alone shows no pattern" in result.err


def test_secrets_that_differ_are_not_made_up() -> None:
    found = objects(render("smb.csi.k8s.io"))
    volume = next(each for each in found if each["kind"] == "PersistentVolume")
    volume["spec"]["csi"]["nodeStageSecretRef"]["name"] = "other"
    result = sfsgen("scale web -r 3 -f -", dumped(found))
    assert (result.status, result.out) == (2, "")
    assert "differ in nodeStageSecretRef" in result.err


def test_a_new_server_moves_handles_of_the_customary_form() -> None:
    found = _with_handles("csi", "x-0", "x-1")
    scaled = objects(sfsgen("scale web -r 3 -f - --nfs-server new", dumped(found)))
    (source,) = sources(scaled)
    assert source["csi"]["volumeHandle"] == "new#exports#pv-web-2"


@pytest.mark.parametrize("driver", VALUES)
def test_two_volumes_of_one_directory_are_told(driver: str) -> None:
    found = objects(render(driver, nodes=["a", "a"] if driver == "local" else None))
    first, second = (each["spec"] for each in found if each["kind"] == "PersistentVolume")
    if driver == "disk.example.com":
        return  # where its volumes lie is known to its user alone
    for key in ("nfs", "local", "csi"):
        for part in ("path", "volumeAttributes"):
            if part in first.get(key, {}):
                second[key][part] = first[key][part]
    if driver == "efs.csi.aws.com":
        second["csi"] = first["csi"]
    rules = {each["rule"] for each in findings("-f", "-", stdin=dumped(found))}
    assert "shared-directory" in rules
    assert rules - {"shared-directory", "volume-handle"} == set()


@pytest.mark.parametrize("driver", sorted(set(VALUES) - {"disk.example.com"}))
def test_a_directory_inside_another_one_is_told(driver: str) -> None:
    more: Object = {"nodes": ["a"]} if driver == "local" else {}
    outer = objects(render(driver, "--nfs-path '/a/b{ordinal}'", replicas=1, **more))
    inner = objects(render(driver, "--nfs-path '/a/b0/c{ordinal}'", replicas=1, name="db", **more))
    rules = [each["rule"] for each in findings("-f", "-", stdin=dumped([*outer, *inner]))]
    assert rules == ["nested-directory"]


@pytest.mark.parametrize("driver", sorted(set(VALUES) - {"nfs", "csi"}))
def test_rules_about_nfs_do_not_look_at_other_drivers(driver: str) -> None:
    options = (
        "--mount-option soft --mount-option uid=1 --mount-option vers=3.0 --mount-option nolock "
        "--access-mode RWO"
    )
    result = render(driver, options, pod={"securityContext": {"fsGroup": 1, "runAsUser": 1}})
    assert "warning" not in result.err
    assert findings("-f", "-", stdin=dumped(objects(result))) == []


def test_servers_of_two_kinds_are_not_compared() -> None:
    documents = []
    for driver in ("nfs", "smb.csi.k8s.io", "local"):
        name = driver.partition(".")[0]
        path = "--nfs-path '/a/b{ordinal}'"
        more: Object = {"nodes": ["nas.example.com"]} if driver == "local" else {}
        documents += objects(render(driver, path, name=name, replicas=1, **more))
    assert findings("-f", "-", stdin=dumped(documents)) == []


def test_nfs_by_whatever_driver_is_one_server() -> None:
    documents = []
    for name, driver in (("a", "nfs"), ("b", "csi"), ("c", "org.democratic-csi.node-manual")):
        made = render(driver, "--nfs-path '/a/b{ordinal}'", name=name, replicas=1)
        documents += objects(made)
    (found,) = findings("-f", "-", stdin=dumped(documents))
    assert found["rule"] == "shared-directory"
    assert found["what"].startswith("3 volumes share the directory nas.example.com:/a/b0")


BY_SERVER: Object = {"nfs": {"server": None}, "csi": {"volumeHandle": "{server}"}}


def of_ordinals(*servers: str) -> Object:
    """Return a claim template with a server for each of the first ordinals."""
    volumes = [{"ordinal": at, "nfs": {"server": each}} for at, each in enumerate(servers)]
    return {"claimTemplates": [{"storage": "1Gi", "volumes": volumes}]}


REFUSED: list[tuple[str, Object, str, str]] = [
    ("smb.csi.k8s.io", {"csi": None}, "without a Secret with username and password", "name: NAME"),
    ("cephfs.csi.ceph.com", {"csi": None}, "without a Secret with userID", "nodeStageSecretRef"),
    ("cephfs.csi.ceph.com", {"csi": None}, "without the attribute fsName", "fsName: myfs"),
    (
        "smb.csi.k8s.io",
        {"nfs": {"server": "//nas/share"}},
        '"//nas/share" holds the share',
        "path as /share",
    ),
    (
        "smb.csi.k8s.io",
        {"nfs": {"path": "/", "sharedDirectory": True}},
        "begins with its share",
        "/share/directory",
    ),
    ("smb.csi.k8s.io", {"csi": {"nodeStageSecretRef": {"name": "A"}}}, '"A" may hold', "a Secret"),
    ("smb.csi.k8s.io", {"csi": {"nodeStageSecretRef": {"name": ""}}}, "names no Secret", "name:"),
    ("efs.csi.aws.com", {"nfs": {"server": "nas"}}, "is no file system ID of EFS", "fs-0123"),
    ("efs.csi.aws.com", {"nfs": {"server": None}}, "the file system ID is missing", "fs-0123"),
    ("efs.csi.aws.com", {"nfs": {"path": "/a:b"}}, "holds a colon", "without it"),
    ("efs.csi.aws.com", {"nfs": {"sharedDirectory": True}}, "is the address", "of its own"),
    ("efs.csi.aws.com", {"nodes": ["a"]}, "nodes is for the driver local", "leave nodes out"),
    ("local", {"nodes": ["a"]}, "there are 1 nodes for 2 ordinals", "name a node for ordinal 1"),
    ("local", {"nodes": ["a", "-"]}, '"-" may hold', "kubernetes.io/hostname"),
    ("local", {"nodes": None}, "the node is missing", "node-1"),
    (
        "nfs",
        {"claimTemplates": [{"storage": "1Gi", "csi": SECRET}]},
        "csi is for CSI drivers; the driver is nfs",
        "leave csi out",
    ),
    (
        "nfs",
        {"claimTemplates": [{"storage": "1Gi", "nodes": ["a"]}]},
        "nodes are for the driver local; this is nfs",
        "driver: local",
    ),
    (
        "csi",
        {"persistentVolume": {"csi": {"volumeAttributes": {"Server": "a"}}}},
        "clash",
        "nfs.path",
    ),
    ("local", {"persistentVolume": {"nodeAffinity": {}}}, "clash", "nodes"),
    ("local", {"csi": SECRET}, "csi is for CSI drivers; the driver is local", "leave csi out"),
    ("local", {"accessModes": ["RWOP"]}, "not for local volumes", "write ReadWriteOnce"),
    ("local", {"nodes": None, "nfs": {"server": "-{ordinal}"}}, "gives the node", "node-{ordinal}"),
    ("csi", {"csi": {"volumeAttributes": {"Share": "/x"}}}, "says where a volume lies", "nfs.path"),
    ("csi", {"csi": {"volumeAttributes": {"a": "{x}"}}}, "{x} is not a placeholder", "write {"),
    ("csi", {"csi": {"volumeHandle": "one"}}, 'volume handle "one"', "put {ordinal}"),
    ("csi", {"csi": {"volumeHandle": ""}}, "the volume handle is empty", "{name}-{ordinal}"),
    (
        "disk.example.com",
        BY_SERVER | of_ordinals("a", "a"),
        'web-1 and web-0 have the volume handle "a"',
        "its own",
    ),
    ("disk.example.com", BY_SERVER | of_ordinals("a"), "ordinal 1 has no server", "add an entry"),
    ("disk.example.com", {"csi": {"volumeHandle": "{ordinals}"}}, "is not a placeholder", "write"),
    ("disk.example.com", {"csi": None}, '"disk.example.com" is not possible', "csi.volumeHandle"),
    ("disk.example.com", {"nfs": {"server": None}}, "the server is missing", "--nfs-server"),
]


def test_handles_that_follow_no_pattern_are_each_the_server_of_its_ordinal() -> None:
    made = objects(render("disk.example.com", **BY_SERVER, **of_ordinals("vol-0a", "vol-0f")))
    assert [each["csi"]["volumeHandle"] for each in sources(made)] == ["vol-0a", "vol-0f"]


@pytest.mark.parametrize(("driver", "more", "what", "fix"), REFUSED)
def test_what_a_driver_cannot_do_is_refused(driver: str, more: Object, what: str, fix: str) -> None:
    result = render(driver, **more)
    assert (result.status, result.out) == (2, "")
    told = re.findall(r"error: (.*)\n  fix: (.*)", result.err)
    assert [each for each in told if what in each[0] and fix in each[1]], result.err


def _disks(handle: str, *volumes: Object, **more: Any) -> Result:
    template = {"storage": "1Gi", "volumes": list(volumes)}
    csi = {"volumeHandle": handle}
    return render("disk.example.com", claimTemplates=[template], csi=csi, **more)


@pytest.mark.parametrize(
    ("handle", "own", "handles"),
    [
        ("{server}", [{"server": "a"}, {"server": "b"}], ["a", "b"]),
        ("{server}", [{"server": "a"}, {}], ["a", "pool-1"]),
        ("{path}", [{"path": "/a"}, {"path": "/b"}], ["/a", "/b"]),
        ("{server}{path}", [{"path": "/a"}, {}], ["pool-1/a", "pool-1/exports/pv-web-1"]),
    ],
)
def test_handles_differ_where_servers_or_directories_of_single_ordinals_do(
    handle: str, own: list[Object], handles: list[str]
) -> None:
    made = _disks(handle, *({"ordinal": number, "nfs": each} for number, each in enumerate(own)))
    assert [each["csi"]["volumeHandle"] for each in sources(objects(made))] == handles


@pytest.mark.parametrize(
    ("handle", "own", "what"),
    [
        ("{server}", [{"server": "a"}, {"server": "a"}], "a"),
        ("{server}", [{"server": "pool-1"}], "pool-1"),
        ("disk", [{}], "disk"),
        ("{path}", [{"path": "/x"}, {"path": "/x"}], "/x"),
    ],
)
def test_one_handle_for_two_ordinals_is_refused(handle: str, own: list[Object], what: str) -> None:
    made = _disks(handle, *({"ordinal": number, "nfs": each} for number, each in enumerate(own)))
    assert (made.status, made.out) == (2, "")
    assert re.search(rf'web-[01] and web-[01] have the volume handle "{what}"', made.err)


def test_a_secret_among_own_fields_has_the_namespace_of_the_set_by_default() -> None:
    own = {"csi": {"nodeStageSecretRef": {"name": "a"}}}
    for source in sources(objects(render("csi", namespace="shop", persistentVolume=own))):
        assert source["csi"]["nodeStageSecretRef"] == {"name": "a", "namespace": "shop"}


EBS = ("vol-0aa1b2c3d4e5f6071", "vol-0f9e8d7c6b5a43210", "vol-0123456789abcdef0")


def _with_sources(driver: str, *own: Object, **more: Any) -> Result:
    """Render a set of two replicas of which some ordinals have a CSI source of their own."""
    volumes = [{"ordinal": number, "csi": each} for number, each in enumerate(own)]
    template = {"storage": "1Gi", "volumes": volumes}
    values = {"name": "web", "replicas": 2, "driver": driver, "accessModes": ["ReadWriteOnce"]}
    return sfsgen(
        "render -f - --strict", json.dumps({**values, "claimTemplates": [template], **more})
    )


@pytest.mark.parametrize(
    ("driver", "handles"),
    [
        ("ebs.csi.aws.com", EBS[:2]),
        ("efs.csi.aws.com", ("fs-1::fsap-a", "fs-1::fsap-b")),
        ("disk.example.com", ("{volume}", "vol-{ordinal}")),
    ],
)
def test_a_handle_for_each_ordinal_needs_neither_a_pattern_nor_a_server(
    driver: str, handles: tuple[str, str]
) -> None:
    made = objects(_with_sources(driver, *({"volumeHandle": each} for each in handles)))
    first, second = (each["csi"]["volumeHandle"] for each in sources(made))
    assert (first, second) == (handles[0].format(volume="pv-web-0"), handles[1].format(ordinal=1))
    assert findings("-f", "-", stdin=dumped(made)) == []


OWN = {"volumeHandle": EBS[0]}
OTHER = {"volumeHandle": EBS[1]}
NAS = {"nfs": {"server": "a"}}
CLASHING = {"csi": {"volumeHandle": f"{EBS[0][:-1]}{{ordinal}}"}}
WRONG: list[tuple[str, list[Object], Object, str]] = [
    ("ebs.csi.aws.com", [OWN], {}, "ordinal 1 has no volume handle"),
    ("ebs.csi.aws.com", [OWN], {"replicas": 4}, "ordinals 1 to 3 have no volume handle"),
    ("ebs.csi.aws.com", [OWN, {"volumeAttributes": {"a": "b"}}], {}, "ordinal 1 has no volume h"),
    ("ebs.csi.aws.com", [OWN, OWN], {}, f'web-1 and web-0 have the volume handle "{EBS[0]}"'),
    ("ebs.csi.aws.com", [OWN], CLASHING, f'web-0 and web-1 have the volume handle "{EBS[0]}"'),
    ("ebs.csi.aws.com", [OWN, {"volumeHandle": ""}], {}, "the volume handle is empty"),
    ("ebs.csi.aws.com", [OWN, {"volumeHandle": "{x}"}], {}, "{x} is not a placeholder"),
    ("ebs.csi.aws.com", [OWN, {"volumeHandle": "{server}"}], {}, "the server is missing"),
    ("ebs.csi.aws.com", [OWN, {**OTHER, "volumeAttributes": {"a": "{path}"}}], {}, "the server is"),
    ("efs.csi.aws.com", [OWN], {}, "the file system ID is missing"),
    ("csi", [OWN, {"volumeAttributes": {"share": "/x"}}], NAS, "share says where a volume lies"),
    ("nfs", [OWN], NAS, "csi is for CSI drivers; the driver is nfs"),
    ("ebs.csi.aws.com", [{}], NAS, '"ebs.csi.aws.com" is not possible'),
]


@pytest.mark.parametrize(("driver", "own", "more", "what"), WRONG)
def test_what_is_wrong_with_sources_of_single_ordinals_is_told(
    driver: str, own: list[Object], more: Object, what: str
) -> None:
    result = _with_sources(driver, *own, **more)
    assert (result.status, result.out) == (2, "")
    (told,) = re.findall(r"error: (.*)", result.err)
    assert what in told


def test_two_sets_with_one_disk_are_refused() -> None:
    def text(name: str, volumes: list[Object]) -> str:
        template = {"storage": "1Gi", "volumes": volumes}
        values = {"name": name, "replicas": 1, "driver": "ebs.csi.aws.com"}
        return json.dumps({**values, "claimTemplates": [template]})

    own = [{"ordinal": 0, "csi": OWN}]
    result = sfsgen("render -f -", f"{text('a', own)}\n---\n{text('b', own)}")
    assert f'b-0 and a-0 have the volume handle "{EBS[0]}"' in result.err
    assert "give each ordinal its own" in result.err


def test_directories_of_volumes_that_lie_where_their_handles_say_are_not_compared() -> None:
    nfs = {"server": "fs-1", "path": "/a"}
    volumes = [
        {"ordinal": 0, "csi": {"volumeHandle": "fs-1::fsap-a"}, "nfs": nfs},
        {"ordinal": 1, "nfs": nfs},
    ]
    template = {"storage": "1Gi", "volumes": volumes}
    made = render("efs.csi.aws.com", claimTemplates=[template])
    handles = [each["csi"]["volumeHandle"] for each in sources(objects(made))]
    assert handles == ["fs-1::fsap-a", "fs-1:/a"]


def test_an_ordinal_whose_handle_says_all_needs_no_server_of_its_own() -> None:
    volumes = [
        {"ordinal": 0, "csi": {"volumeHandle": "fs-1::fsap-a"}},
        {"ordinal": 1, "nfs": {"server": "fs-2"}},
    ]
    made = render(
        "efs.csi.aws.com", nfs=None, claimTemplates=[{"storage": "1Gi", "volumes": volumes}]
    )
    handles = [each["csi"]["volumeHandle"] for each in sources(objects(made))]
    assert handles == ["fs-1::fsap-a", "fs-2:/exports/pv-web-1"]


@pytest.mark.parametrize(
    ("driver", "fix"),
    [
        (
            "ebs.csi.aws.com",
            "write efs.csi.aws.com; of any other CSI driver say csi.volumeHandle in",
        ),
        ("smb.csi.k8s.i", "write smb.csi.k8s.io; of any other CSI driver say csi.volumeHandle in"),
        ("smb", "write smb.csi.k8s.io\n"),
        ("locall", "write local\n"),
        ("x.example.com", "write one of nfs, csi, local"),
    ],
)
def test_a_driver_that_there_is_not_may_be_another_one(driver: str, fix: str) -> None:
    result = sfsgen(f"render web -r 1 --nfs-server a --storage 1Gi --driver {driver}")
    assert result.status == 2
    assert f"fix: {fix}" in result.err


def test_own_fields_of_volumes_are_merged_with_the_words() -> None:
    own = {"csi": {"nodeStageSecretRef": {"name": "s"}, "volumeAttributes": {"fsName": "{x}"}}}
    made = render("cephfs.csi.ceph.com", csi=None, persistentVolume={"spec": own})
    source = next(sources(objects(made)))["csi"]
    assert source["volumeAttributes"]["fsName"] == "{x}"
    assert source["nodeStageSecretRef"] == {"name": "s", "namespace": "default"}


def test_sets_on_one_directory_are_refused_whatever_the_driver() -> None:
    values: Object = {
        "replicas": 1,
        "driver": "smb.csi.k8s.io",
        "mountOptions": ["guest"],
        "claimTemplates": [{"storage": "1Gi"}],
    }
    sets = [
        {**values, "name": name, "nfs": {"server": server, "path": "/tank/{ordinal}"}}
        for name, server in (("a", "nas"), ("b", "NAS."))
    ]
    result = sfsgen("render -f -", "\n---\n".join(map(json.dumps, sets)))
    assert (result.status, result.out) == (2, "")
    assert "b-0 and a-0 (pvc, pvc) share the directory /tank/0" in result.err


def _by_ordinal(*own: Object) -> Object:
    volumes = [{"ordinal": number, "nfs": each} for number, each in enumerate(own)]
    return {"claimTemplates": [{"storage": "1Gi", "volumes": volumes}]}


@pytest.mark.parametrize(
    ("driver", "more", "what"),
    [
        ("efs.csi.aws.com", _by_ordinal({"path": "/a:b"}), "holds a colon"),
        ("smb.csi.k8s.io", _by_ordinal({"path": "/"}), "begins with its share"),
        ("efs.csi.aws.com", {"nfs": {"server": "fs-{ordinal}"}}, ""),
        ("efs.csi.aws.com", _by_ordinal({"server": "fs-2"}, {"server": "fs-3"}), ""),
        ("efs.csi.aws.com", _by_ordinal({"server": "fs-2"}), ""),
        (
            "efs.csi.aws.com",
            _by_ordinal({"server": "fs-2"}, {"server": "fs-2"}),
            "ordinals 1 and 0 share the directory /a",
        ),
        ("efs.csi.aws.com", {}, "the handle of efs.csi.aws.com is the address"),
    ],
)
def test_every_ordinal_lies_where_its_driver_can_mount_it(
    driver: str, more: Object, what: str
) -> None:
    nfs = {"path": "/a", "sharedDirectory": True}
    result = render(driver, **merged({"nfs": nfs}, more))
    assert (result.status == 0) is (not what), result.err
    assert what in result.err


def test_two_sets_on_one_address_are_refused_where_it_is_the_handle() -> None:
    text = "name: {}\nreplicas: 1\ndriver: efs.csi.aws.com\nclaimTemplates: [{{storage: 1Gi}}]\n"
    text += "nfs: {{server: fs-1, path: /a, sharedDirectory: true}}\n"
    result = sfsgen("render -f -", f"{text.format('a')}---\n{text.format('b')}")
    assert "b-0 and a-0 (pvc, pvc) share the directory /a" in result.err


def test_two_sets_with_one_handle_are_refused() -> None:
    values = {"replicas": 1, "driver": "a.example.com", "csi": {"volumeHandle": "disk-{ordinal}"}}
    sets = [{**values, "name": name, "claimTemplates": [{"storage": "1Gi"}]} for name in "ab"]
    result = sfsgen("render -f -", "\n---\n".join(map(json.dumps, sets)))
    assert (result.status, result.out) == (2, "")
    assert 'b-0 and a-0 have the volume handle "disk-0"' in result.err
    assert "put {name} into it" in result.err


@pytest.mark.parametrize(
    ("handle", "nfs", "own", "what"),
    [
        ("x-{server}", {}, [{"server": "a"}, {"server": "b"}], ""),
        ("x-{server}", {"server": "a"}, [{}, {"server": "b"}], ""),
        ("x-{server}", {"server": "s{ordinal}"}, [{}, {"server": "s0"}], "x-s0"),
        ("x-{sub_dir}", {"server": "a", "path": "/a/d{ordinal}"}, [{}, {"path": "/b/d0"}], "x-d0"),
        ("x-{server}", {"server": "a"}, [{}, {}], "x-a"),
    ],
)
def test_handles_of_single_ordinals_are_looked_at(
    handle: str, nfs: Object, own: list[Object], what: str
) -> None:
    volumes = [{"ordinal": number, "nfs": each} for number, each in enumerate(own) if each]
    result = render(
        "disk.example.com",
        nfs={"server": None, "path": "/a/{ordinal}", **nfs},
        csi={"volumeHandle": handle},
        claimTemplates=[{"storage": "1Gi", "volumes": volumes}],
    )
    assert (result.status == 0) is (not what), result.err
    assert f'the volume handle "{what}"' in result.err or not what


@pytest.mark.parametrize(
    ("driver", "more", "what"),
    [
        ("efs.csi.aws.com", {"accessModes": ["ReadOnlyMany"]}, "refuses to mount a volume whose"),
        ("local", {"persistentVolumeReclaimPolicy": "Delete"}, "deletes nothing of a local volume"),
        ("efs.csi.aws.com", {"persistentVolumeReclaimPolicy": "Delete"}, "no provisioner made"),
        ("smb.csi.k8s.io", {"persistentVolumeReclaimPolicy": "Recycle"}, "cannot be recycled"),
        ("smb.csi.k8s.io", {"nfs": {"server": "192.0.2.1"}}, "192.0.2.1 is an address"),
    ],
)
def test_what_hurts_is_warned_of(driver: str, more: Object, what: str) -> None:
    result = render(driver, **more)
    assert result.status == 0
    assert re.search(f"warning: .*{re.escape(what)}", result.err)


def test_a_guest_needs_no_secret() -> None:
    options = "--driver smb.csi.k8s.io --nfs-server a --storage 1Gi --mount-option guest"
    (source,) = sources(objects(sfsgen(f"render web -r 1 {options}")))
    assert "nodeStageSecretRef" not in source["csi"]


def test_local_volumes_lie_on_the_nodes_in_turn() -> None:
    ordinals = {"start": 4}
    volumes = [{"ordinal": 5, "nfs": {"path": "/old"}}]
    template = {"storage": "1Gi", "volumes": volumes}
    made = objects(
        render("local", "--kube-version 1.36", ordinals=ordinals, claimTemplates=[template])
    )
    found = [
        (
            each["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0][
                "values"
            ],
            each["local"]["path"],
        )
        for each in sources(made)
    ]
    assert found == [(["a"], "/exports/pv-web-4"), (["b"], "/old")]


@pytest.mark.parametrize(
    ("more", "options", "where"),
    [
        ({"claimTemplates": [{"storage": "1Gi", "nfs": {"server": "d"}}]}, "", "stdin"),
        ({}, "--nfs-server d", "--nfs-server"),
    ],
)
def test_a_server_beside_nodes_is_no_server_in_silence(
    more: Object, options: str, where: str
) -> None:
    result = render("local", options, **more)
    assert result.err.startswith(where)
    assert "warning: no volume lies on d: nodes say where each one lies" in result.err


def test_a_server_beside_nodes_is_that_of_other_claim_templates() -> None:
    templates = [
        {"name": "a", "storage": "1Gi", "mountPath": "/a"},
        {"name": "b", "storage": "1Gi", "mountPath": "/b", "driver": "nfs"},
    ]
    made = objects(render("local", nfs={"server": "nas"}, claimTemplates=templates))
    assert {each["nfs"]["server"] for each in sources(made) if "nfs" in each} == {"nas"}


def test_a_node_that_is_no_text_is_told_and_no_server_missed() -> None:
    assert "missing" not in render("local", nodes=[1, 2]).err


def test_the_node_of_a_new_volume_is_asked_for() -> None:
    result = sfsgen("scale web -r 3 -f -", dumped(objects(render("local"))))
    assert (result.status, result.out) == (2, "")
    assert "give --nfs-server NODE, with the node of the new volume for NODE, for one" in result.err


def test_one_node_may_have_several_volumes() -> None:
    assert findings("-f", "-", stdin=dumped(objects(render("local", nodes=["a", "a"])))) == []


def test_the_name_of_a_driver_is_the_word_for_it() -> None:
    options = "render web -r 1 --nfs-server a --storage 1Gi --driver"
    assert sfsgen(f"{options} nfs.csi.k8s.io").out == sfsgen(f"{options} csi").out


def test_an_own_template_gets_the_source_of_any_driver(tmp_path: Path) -> None:
    built_in = (Path(__file__).parents[1] / "templates/persistentvolume.yaml.j2").read_text()
    (tmp_path / "persistentvolume.yaml.j2").write_text(built_in)
    for driver in VALUES:
        made = render(driver, f"--template-dir {tmp_path}")
        assert made.out == render(driver).out, made.err


NAME = st.from_regex(r"[a-z]([a-z0-9]{0,4}[a-z])?", fullmatch=True)


@settings(max_examples=50)
@given(
    st.sampled_from(sorted(set(VALUES) - {"local"})), NAME, st.lists(NAME, min_size=1, max_size=3)
)
def test_volumes_of_any_driver_and_path_are_apart_and_scale(
    driver: str, name: str, path: list[str]
) -> None:
    found = objects(render(driver, f"--nfs-path /{'/'.join(path)}", name=name))
    given_sources = list(map(json.dumps, sources(found)))
    assert len(set(given_sources)) == 2
    scaled = objects(sfsgen(f"scale sts/{name} -r 3 -f -", dumped(found)))
    whole = objects(render(driver, f"--nfs-path /{'/'.join(path)}", name=name, replicas=3))
    assert [each for each in scaled if each in whole] == scaled


def _of_volumes(driver: str, change: Callable[[Object], object]) -> set[tuple[str, str]]:
    """Return what is found of a set whose volumes' CSI sources were changed."""
    found = objects(render(driver))
    for each in found:
        if each["kind"] == "PersistentVolume":
            change(each["spec"]["csi"])
    told = findings("-f", "-", stdin=dumped(found))
    return {(each["rule"], each["field"].removeprefix("spec.csi.")) for each in told}


@pytest.mark.parametrize(
    ("driver", "key"),
    [
        ("smb.csi.k8s.io", "source"),
        ("cephfs.csi.ceph.com", "fsName"),
        ("cephfs.csi.ceph.com", "rootPath"),
    ],
)
def test_an_attribute_without_which_nothing_is_mounted_is_missed(driver: str, key: str) -> None:
    told = _of_volumes(driver, lambda csi: csi["volumeAttributes"].pop(key))
    assert told == {("required-field", f"volumeAttributes.{key}")}


@pytest.mark.parametrize("driver", ["smb.csi.k8s.io", "cephfs.csi.ceph.com"])
def test_a_secret_without_which_nothing_is_mounted_is_missed(driver: str) -> None:
    told = _of_volumes(driver, lambda csi: csi.pop("nodeStageSecretRef"))
    assert told == {("required-field", "nodeStageSecretRef")}


def test_what_a_driver_made_itself_lacks_nothing() -> None:
    def as_made(csi: Object) -> None:
        del csi["nodeStageSecretRef"]
        csi["volumeAttributes"] = {"clusterID": "c1", "fsName": "myfs"}

    assert _of_volumes("cephfs.csi.ceph.com", as_made) == set()
