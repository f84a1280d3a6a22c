"""Mount options: what mount takes as it stands passes, and the rest is told by what it does."""

import pytest

from sfsgen.mount_faults import Fault, faults
from sfsgen.mount_options import KINDS, LONGEST, NUMBER, TEXT, is_soft, local_locks, words

pytestmark = pytest.mark.without_libraries

SOUND = [
    "",
    "defaults",
    "hard,nfsvers=4.1,rsize=1048576,wsize=1048576,timeo=600,retrans=2,noresvport",
    "vers=4.2,nconnect=16,max_connect=4,noatime,nodiratime,_netdev",
    "v4.1,minorversion=1,sec=krb5p,xprtsec=tls",
    "nfsvers=3,mountport=20048,mountproto=tcp,nolock,lookupcache=pos",
    "rdirplus,fsc=cache,x-systemd.automount,X-made=up,local_lock=none,actimeo=0",
    'rsize=0x100000,timeo=+600,context="system_u:object_r:x:s0:c1,c2"',
    "tcp,proto=tcp,proto=tcp6",
]
FAULTY = [  # options, how severe, a part of what is said
    ("rsize", "error", "needs a value"),
    ("rsize=", "error", "needs a value"),
    ("sec", "error", "sec=sys"),
    ("vers", "error", "vers=4.1"),
    ("addr", "error", "write its value"),
    ("rsize=1M", "error", "rsize=1048576"),
    ("wsize=64k", "error", "wsize=65536"),
    ("timeo=60s", "error", "timeo=60, in tenths"),
    ("timeo=0", "error", "from 1 to"),
    ("retrans=-1", "error", "whole number"),
    ("port=70000", "error", "from 0 to 65535"),
    ("nconnect=17", "error", "nconnect=16"),
    ("retry=soon", "warning", "whole number"),
    ("hard=yes", "error", "write hard"),
    ("nfsvers=5", "error", "there is no NFS version"),
    ("nfsvers=4.3", "error", "there is no NFS version"),
    ("v5", "error", "there is no NFS version"),
    ("vers=2", "warning", "NFSv2 is gone"),
    ("proto=sctp", "error", "udp6"),
    ("proto=tpc", "error", "write one of"),
    ("sec=krb5:foo", "error", '"foo"'),
    ("lookupcache=positiv", "error", "lookupcache=positive"),
    ("nfsver=4.1", "warning", "write nfsvers=4.1"),
    ("timeo 600", "error", 'write "timeo=600"'),
    ("nfsvers: 4.1", "error", 'write "nfsvers=4.1"'),
    ("proto tcp hard", "error", ': "proto=tcp", "hard"'),
    ("timeo hard", "error", ': "timeo", "hard"'),
    ("HARD", "warning", "write hard"),
    ("multipath", "warning", "unless the nodes' kernel"),
    ("uid=0", "error", "no option of NFS"),
    ("hard nfsvers=4.1", "error", '"hard", "nfsvers=4.1"'),
    ("hard, noatime", "error", 'write "noatime"'),
    ("-o hard", "error", 'write "hard"'),
    ("-ohard", "error", 'write "hard"'),
    ("--options=hard", "error", 'write "hard"'),
    ("vers=3,nfsvers=4.1", "error", "keep vers=3 alone"),
    ("v4.1,vers=4.1", "error", "more than one"),
    ("vers=4.1,udp", "error", "write tcp"),
    ("vers=3,proto=udp", "warning", "write proto=tcp"),
    ("vers=3,migration", "error", "NFSv4"),
    ("vers=4.2,nolock", "note", "NFSv4 ignores it"),
    ("vers=3,clientaddr=192.0.2.1", "note", "NFSv3 ignores it"),
    ("intr", "note", "2.6.25"),
    ("bg", "warning", "node's disk"),
    ("softerr,hard", "warning", "contradict"),
    ("timeo=600,timeo=60", "warning", "contradict"),
    ("noac,ac", "warning", "contradict"),
    ("tcp,rdma", "warning", "contradict"),
    ("a" * (LONGEST + 1), "error", "bytes"),
]


@pytest.mark.parametrize("text", SOUND)
@pytest.mark.parametrize("driver", ["nfs", "csi"])
def test_what_mount_takes_passes(text: str, driver: str) -> None:
    apart = tuple(text.split(",")) if '"' not in text else (text,)
    assert faults(apart, driver) == ()
    assert faults((text,), driver) == ()


@pytest.mark.parametrize(("text", "severity", "part"), FAULTY)
def test_what_is_wrong_is_told_once(text: str, severity: str, part: str) -> None:
    (fault,) = faults((text,), "nfs")
    assert fault.severity == severity
    assert part in f"{fault.what}\n{fault.fix}"


MISSPELT = [  # options, how the misspelt one is mended
    ("sofft", "write hard"),
    ("softer", "write hard"),
    ("hard,sofft", "remove it"),
    ("nolok", "remove it"),
    ("local_lok=all", "remove it"),
    ("local_lok=none", "write local_lock=none"),
    ("bgg", "remove it"),
    ("intrr", "remove it"),
    ("vers=4.1,udpp", "remove it"),
    ("vers=4.1,nfsver=4.2", "remove it"),
    ("noatime,atimee", "remove it"),
    ("rsiz", "write rsize=1048576"),
    ("rsiz=1M", "write rsize=1048576"),
    ("nconect=99", "write nconnect=16, or another of these"),
    ("hardd=1", "write hard"),
    ("noatme", "write noatime"),
]


@pytest.mark.parametrize(("text", "fix"), MISSPELT)
def test_a_misspelt_option_is_mended_so_that_nothing_more_is_told(text: str, fix: str) -> None:
    (fault,) = faults((text,), "nfs")
    assert (fault.severity, fault.fix) == ("warning", fix)
    *others, _ = (each.text for each in words([text]))
    mended = [*others, *fix.removeprefix("write ").split(",")[:1] * fix.startswith("write ")]
    assert not list(faults(tuple(mended), "nfs"))
    assert not is_soft(mended)
    assert not local_locks(mended)


def test_of_contradictions_the_last_wins_and_in_tree_they_are_sorted() -> None:
    wins = {driver: next(iter(faults(("rw", "ro"), driver))).what for driver in ("nfs", "csi")}
    assert wins == {
        "nfs": "rw and ro contradict each other, and rw wins, since Kubernetes sorts them",
        "csi": "rw and ro contradict each other, and ro wins",
    }


def test_a_fault_names_its_entry() -> None:
    assert [each.entry for each in faults(("hard,vers=4.1", "rsize", "bg"), "nfs")] == [1, 2]


def test_each_option_is_known_by_one_kind_and_taken_as_such() -> None:
    of_value = {key for key, kind in KINDS.items() if kind in (NUMBER, TEXT)}
    refused = {key for key in KINDS if any(each.what.endswith("without") for each in _of(key))}
    assert refused == of_value


def _of(option: str) -> list[Fault]:
    return list(faults((option,), "nfs"))


def test_soft_and_local_locks_are_seen_wherever_they_stand() -> None:
    assert is_soft(["ro,soft"])
    assert not is_soft(["softerr", "softreval"])
    assert local_locks(["hard,local_lock=flock"]) == "local_lock=flock"
    assert local_locks(["vers=4", "nolock"]) == ""
