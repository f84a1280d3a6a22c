"""What NFS is to a volume: servers, directories, one spelling of each, and what NFS cannot do."""

import posixpath
import re
from functools import lru_cache
from typing import NamedTuple

from sfsgen.kubernetes import names
from sfsgen.plain_text import brief, quoted

SOFT_MOUNT = "a soft mount gives up when the server is slow, and writes can be lost silently"
NODE_DNS = "nodes mount in-tree NFS, and do not resolve"
FS_GROUP = "in-tree NFS ignores fsGroup: the files keep their owner on the server"
FS_GROUP_CSI = (
    "fsGroup: the kubelet gives the files to the group as root, which an export must let it do"
)


_LONGEST_DNS_LABEL = 63
_LONGEST_PATH, _LONGEST_PATH_PART = 4095, 255  # bytes: Linux' PATH_MAX and NAME_MAX


class NfsDirectory(NamedTuple):
    """A directory on an NFS server."""

    server: str
    path: str


def location(directory: NfsDirectory) -> NfsDirectory:
    """Return a directory in the one spelling by which two are compared."""
    path = directory.path
    if ".." in path:
        path = posixpath.normpath(path)
    return NfsDirectory(host(directory.server), normalised(path))


@lru_cache
def host(server: str) -> str:
    """Return a server in the one spelling by which two are compared."""
    if is_address(server):
        from ipaddress import ip_address

        return ip_address(server).compressed
    return server.lower().removesuffix(".")


def is_address(server: str) -> bool:
    """Return whether an NFS server is given as an IP address."""
    if ":" not in server and server.strip("0123456789."):
        return False  # as nearly all are: what reads addresses need not be loaded for them
    from ipaddress import ip_address

    try:
        return not getattr(ip_address(server), "scope_id", None)
    except ValueError:
        return False


def is_cluster_name(server: str) -> bool:
    """Return whether a server is named as Services and pods are in a cluster's DNS."""
    # name.namespace.svc and pod.name.namespace.svc, with or without the cluster's domain.
    parts = server.lower().removesuffix(".").split(".")
    is_short = parts[-1] == "svc" and len(parts) > 1
    return is_short or "svc" in parts[2:4] or parts[-3:] == ["svc", "cluster", "local"]


def normalised(path: str) -> str:
    """Return a path without empty, `.` or trailing parts: the same directory, one spelling."""
    if path[:1] == "/" and "//" not in path and "/." not in path and path[-1] != "/":
        return path  # as nearly all are
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def mounted(server: str, path: str) -> str:
    """Return a directory as mount takes it: an IPv6 address stands in brackets.

    Of a place that has a server or a path only, that one is returned.
    """
    if not (server and path):
        return server or path
    return f"[{server}]:{path}" if ":" in server and is_address(server) else f"{server}:{path}"


def path_fault(text: str) -> str:
    """Return why a text is no path of a directory within an export, or ""."""
    parts = text.split("/")
    if not text.startswith("/"):
        return f"{quoted(text)} is not an absolute path"
    if ".." in parts:
        return f'{quoted(text)} leads out of the export with ".."'
    if not text.isprintable():
        return "the path holds a control character"
    if len(text.encode()) > _LONGEST_PATH or any(
        len(part.encode()) > _LONGEST_PATH_PART for part in parts
    ):
        what = f"the path is longer than {_LONGEST_PATH} bytes, or a part of it than "
        return f"{what}{_LONGEST_PATH_PART}"
    return ""


def server_fault(text: str) -> tuple[str, str]:
    """Return why a text is no DNS name, IPv4 or IPv6 address, and what to write."""
    if is_address(text):
        return "", ""
    if "," in text:
        fix = "write one; a server for each ordinal is a pattern, as nas-{ordinal}.example.com"
        return "is several servers", fix
    if ":" in text:
        return _colon_fault(text)
    if re.fullmatch(r"[0-9.]+", text):
        return "is no IPv4 address", "write four numbers from 0 to 255"
    fault = names.subdomain_fault(text.lower().removesuffix("."))
    if any(len(part) > _LONGEST_DNS_LABEL for part in text.split(".")):
        fault = fault or f"has a part of more than {_LONGEST_DNS_LABEL} characters"
    if fault:
        return f"is no DNS name: it {fault}", "write it as nfs.example.com"
    return "", ""


def _colon_fault(text: str) -> tuple[str, str]:
    if bare_url := re.fullmatch(r"[a-z]+://([^/:]+)(/.*)?", text):
        path = f", and the path as {brief(bare_url[2])}" if bare_url[2] else ""
        return "is a URL", f"write {quoted(bare_url[1])}{path}"
    host, _, rest = text.rpartition(":")
    if is_address(text.strip("[]")):
        return "has brackets, which the mount adds itself", f"write {quoted(text.strip('[]'))}"
    if rest.startswith("/"):
        return "holds a path", f"write {quoted(host)}, and the path as {brief(rest)}"
    if rest.isdecimal() and ":" not in host.strip("[]"):
        return "holds a port", f"write {quoted(host)}, and the mount option port={brief(rest)}"
    return "is no IPv6 address", "write it as 2001:db8::1"
