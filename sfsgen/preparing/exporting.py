"""The lines of exports(5) for the exports of directories, with the options that their sets need."""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network
from itertools import groupby

from sfsgen.plain_text import quoted, some
from sfsgen.preparing.directories import Directory, Laid
from sfsgen.preparing.script import on_server
from sfsgen.problems import Problem
from sfsgen.storage_drivers import CSI_NFS

_MOST_NAMES = 5  # of sets, in a sentence


def wrong_clients(clients: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong with the networks of clients."""
    for each in clients:
        try:
            ip_network(each)
        except ValueError:
            yield Problem("--exports", f"{quoted(each)} is no network", f"write {_network(each)}")


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return "the one of the nodes, as 10.0.0.0/16 or 2001:db8::/64"


def exports(
    directories: Iterable[Directory], clients: Sequence[str], root: str
) -> Iterator[tuple[str, str]]:
    """Yield the names of files in exports.d, each with the line that exports a directory."""
    for export, several in groupby(directories, lambda each: each.export):
        path = on_server(export, root)
        # What clients mount as / is so by this alone (exports(5)).
        of_root = ["fsid=0"] if export == "/" else []
        options = ",".join([*_options(list(several)), *of_root])
        hosts = " ".join(f"{each}({options})" for each in clients)
        yield f"sfsgen{_as_name(path)}.exports", f"{_escaped(path)} {hosts}"


def _options(directories: Sequence[Directory]) -> Iterator[str]:
    yield "ro" if all(each.is_only_read for each in directories) else "rw"
    # What the server has said to have written is on the disk.
    yield "sync"
    yield "no_subtree_check"
    yield "no_root_squash" if any(map(reason_for_root, _laid(directories))) else "root_squash"


def _laid(directories: Iterable[Directory]) -> Sequence[Laid]:
    """Return what directories are of, each once."""
    return list({id(each.laid): each.laid for each in directories}.values())


def reason_for_root(laid: Laid) -> str:
    """Return why root on the nodes has to be root in an export, or ""."""
    by = laid.writers
    if by.is_root:
        return f"the pods of {laid.set_name} run as root"
    is_csi = any(each.driver == CSI_NFS for each in laid.on_nfs)
    if by.has_fs_group and is_csi and not by.is_left_alone:
        return (
            f"the kubelet gives the files of {laid.set_name} to its fsGroup as root "
            "(fsGroupChangePolicy: OnRootMismatch spares that)"
        )
    return ""


def notes(directories: Iterable[Directory]) -> Iterator[str]:
    """Yield what root_squash, or its absence, means for the owners of directories."""
    laid = _laid(directories)
    for reason in dict.fromkeys(filter(None, map(reason_for_root, laid))):
        yield f"no_root_squash: {reason}; whoever is root on a client is root in the export"
    squashed = [each for each in laid if not reason_for_root(each)]
    if known := _names(each for each in squashed if not each.writers.is_unknown):
        yield (
            f"root_squash: root on a client is nobody in the export; the pods of {known} write as "
            "the directories' owner or group"
        )
    if unknown := _names(each for each in squashed if each.writers.is_unknown):
        yield (
            f"root_squash: where the pods of {unknown} run as root, they are nobody in the export, "
            "and cannot write into what is another's"
        )
    if parted := _names(each for each in squashed if each.writers.by_sub_path):
        yield (
            f"the pods of {parted} mount by subPath: the kubelet makes that directory as root, "
            "which root_squash refuses; make it beforehand"
        )


def _names(laid: Iterable[Laid]) -> str:
    return some(list(dict.fromkeys(each.set_name for each in laid)), _MOST_NAMES)


def _as_name(path: str) -> str:
    """Return a path as a part of a file's name, by which no two paths are one."""
    safe = re.sub(r"[^A-Za-z0-9/.]", lambda each: f"_{ord(each[0]):x}_", path)
    return safe.rstrip("/").replace("/", "-")


def _escaped(path: str) -> str:
    """Return a path as exports(5) takes it: what has a meaning there in octal."""
    return re.sub(
        r'[\s"\\#]', lambda each: "".join(f"\\{one:03o}" for one in each[0].encode()), path
    )
