"""The table of drivers: what is written for a place is read as that place again."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsgen.kubernetes.names import Pattern
from sfsgen.nfs import mounted, normalised
from sfsgen.storage_drivers import (
    DRIVERS,
    Driver,
    Place,
    Source,
    driver_of,
    place,
    server_fault,
)

pytestmark = pytest.mark.without_libraries

NAMES = {"namespace": "shop", "name": "web", "template": "pvc", "claim": Pattern(("pvc-web-", ""))}
SERVERS = {"efs.csi.aws.com": "fs-0a1b", "local": "node-1"}
PART = st.text(string.ascii_lowercase + string.digits + "-_.", min_size=1, max_size=8).filter(
    lambda each: each not in (".", "..")
)


def _source(driver: Driver) -> Source:
    return Source(driver, driver.handle, driver.attributes, {})


def _fields(driver: Driver, where: Place, volume: str = "pv-web-{}") -> Any:
    names: dict[str, Any] = {**NAMES, "volume": Pattern(tuple(volume.split("{}")))}
    return _source(driver).fields(where, names, 0)


@pytest.mark.parametrize("name", DRIVERS)
@given(st.lists(PART, min_size=2, max_size=4), st.booleans())
def test_what_is_written_for_a_place_is_read_as_that_place(
    name: str, path: list[str], read_only: bool
) -> None:
    driver = DRIVERS[name]
    where = Place(name, SERVERS.get(name, "a.example.com"), normalised("/".join(path)), read_only)
    found = place(_fields(driver, where))
    assert found[:3] == where[:3]
    assert found.read_only == (read_only and name != "local")


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("csi", "/exports/pv-web-0", "a#exports#pv-web-0"),
        ("csi", "/exports/x", "a#exports#x#pv-web-0"),
        ("csi", "/", "a###pv-web-0"),
        ("smb.csi.k8s.io", "/exports/sub/x", "a/exports#sub/x#pv-web-0"),
        ("smb.csi.k8s.io", "/exports", "a/exports##pv-web-0"),
        ("cephfs.csi.ceph.com", "/volumes/x", "pv-web-0"),
        ("efs.csi.aws.com", "/x", "a:/x"),
        ("org.democratic-csi.node-manual", "/x", "pv-web-0"),
    ],
)
def test_handles(name: str, path: str, expected: str) -> None:
    assert _fields(DRIVERS[name], Place(name, "a", path))["csi"]["volumeHandle"] == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, Place()),
        ({"hostPath": {"path": "/a"}}, Place()),
        ({"nfs": {"server": "a", "path": "/b", "readOnly": True}}, Place("nfs", "a", "/b", True)),
        ({"csi": {"driver": "disk.example.com", "volumeHandle": "x"}}, Place("disk.example.com")),
        ({"local": {"path": "/a"}}, Place("local", realm="local")),
    ],
)
def test_places_that_are_read(spec: dict[str, Any], expected: Place) -> None:
    assert place(spec) == expected


@pytest.mark.parametrize(
    ("handle", "path", "options", "expected"),
    [
        ("fs-1", "", [], ("fs-1", "/")),
        ("fs-1:", "/a", [], ("fs-1", "/a")),
        ("fs-1:/a", "/b", [], ("fs-1", "/a")),
        ("fs-1:a/", "", [], ("fs-1", "/a")),
        # Where an access point begins, nobody knows.
        ("fs-1::fsap-1", "", [], ("", "")),
        ("fs-1", "", ["tls", "accesspoint=fsap-1"], ("", "")),
    ],
)
def test_the_handle_of_efs_is_an_address(
    handle: str, path: str, options: list[str], expected: tuple[str, str]
) -> None:
    csi = {"driver": "efs.csi.aws.com", "volumeHandle": handle, "volumeAttributes": {"path": path}}
    found = place({"csi": csi, "mountOptions": options})
    assert (found.driver, found.server, found.path) == ("efs.csi.aws.com", *expected)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"source": "//a/share", "subDir": "x/y"}, ("a", "/share/x/y")),
        ({"Source": "//a/share/x"}, ("a", "/share/x")),
        ({"source": r"\\a\share"}, ("a", "/share")),
        ({"source": "//a"}, ("a", "")),
        ({}, ("", "")),
    ],
)
def test_the_source_of_smb_is_a_server_and_a_share(
    attributes: dict[str, str], expected: tuple[str, str]
) -> None:
    csi = {"driver": "smb.csi.k8s.io", "volumeHandle": "x", "volumeAttributes": attributes}
    assert place({"csi": csi})[1:3] == expected


def _terms(*expressions: dict[str, Any]) -> dict[str, Any]:
    terms = [{"matchExpressions": list(expressions)}]
    return {"local": {"path": "/a"}, "nodeAffinity": {"required": {"nodeSelectorTerms": terms}}}


HOST = {"key": "kubernetes.io/hostname", "operator": "In"}


@pytest.mark.parametrize(
    ("spec", "node"),
    [
        (_terms({**HOST, "values": ["b"]}), "b"),
        (_terms({"key": "zone", "operator": "Exists"}, {**HOST, "values": ["b"]}), "b"),
        (_terms({**HOST, "values": ["b", "c"]}), ""),
        (_terms({**HOST, "operator": "NotIn", "values": ["b"]}), ""),
        (_terms({"key": "zone", "operator": "In", "values": ["b"]}), ""),
    ],
)
def test_a_local_volume_lies_on_the_one_node_that_is_named(spec: dict[str, Any], node: str) -> None:
    assert place(spec)[:3] == ("local", node, "/a" if node else "")


def test_a_file_system_of_ceph_is_a_realm_of_its_own() -> None:
    given = {"clusterID": "c", "rootPath": "/a", "staticVolume": "true"}
    realms = set()
    for name in ("x", "y"):
        attributes = {**given, "fsName": name}
        csi = {"driver": "cephfs.csi.ceph.com", "volumeHandle": "h", "volumeAttributes": attributes}
        realms.add(place({"csi": csi}).realm)
    assert len(realms) == 2


@pytest.mark.parametrize(
    ("name", "server", "is_sound"),
    [
        ("nfs", "nas.example.com", True),
        ("nfs", "nas:/a", False),
        ("smb.csi.k8s.io", "nas", True),
        ("smb.csi.k8s.io", "//nas/share", False),
        ("efs.csi.aws.com", "fs-1", True),
        ("efs.csi.aws.com", "nas", False),
        ("efs.csi.aws.com", "fs-1:/a", False),
        ("cephfs.csi.ceph.com", "rook-ceph", True),
        ("cephfs.csi.ceph.com", "a b", False),
        ("local", "node_1.example.com", True),
        ("local", "-node", False),
        ("disk.example.com", "anything", True),
    ],
)
def test_servers(name: str, server: str, is_sound: bool) -> None:
    fault, fix = server_fault(driver_of(name), server)
    assert (not fault) == is_sound
    assert bool(fix) == bool(fault)


@pytest.mark.parametrize(
    ("server", "path", "shown"),
    [
        ("nfs.example.com", "/data", "nfs.example.com:/data"),
        ("2001:db8::1", "/data", "[2001:db8::1]:/data"),
        ("", "/data", "/data"),
        ("fs-0123", "", "fs-0123"),
        ("", "", ""),
    ],
)
def test_a_directory_is_shown_as_mount_takes_it(server: str, path: str, shown: str) -> None:
    assert mounted(server, path) == shown
