"""Values to claim templates: sizes, modes, names, and where each ordinal's data lies."""

import ipaddress
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from sfsgen import names, quantity, versions
from sfsgen.model import ClaimTemplate, Metadata, NfsDirectory
from sfsgen.names import Pattern
from sfsgen.paths import Path
from sfsgen.values import Values
from sfsgen.vocabulary import (
    ACCESS_MODES,
    DEFAULT_CLAIM_TEMPLATE,
    DEFAULT_EXPORT,
    DEFAULT_MOUNT_PATH,
    DRIVERS,
    RECLAIM_POLICIES,
)

_FIRST_VOLUME_NAME = "pv-{name}-{ordinal}"
_FURTHER_VOLUME_NAME = "pv-{claim}"
_LONGEST_DNS_LABEL = 63
_LONGEST_PATH, _LONGEST_PATH_PART = 4095, 255  # bytes: Linux' PATH_MAX and NAME_MAX


class Owner(NamedTuple):
    """The set that claim templates belong to, as far as they depend on it."""

    name: str
    namespace: str
    ordinals: range
    volume_metadata: Metadata
    claim_metadata: Metadata


def claim_templates(values: Values, owner: Owner) -> tuple[ClaimTemplate, ...]:
    """Return the claim templates of a set, noting faults in the values."""
    templates = tuple(
        _claim_template(values, ("claimTemplates", index), owner)
        for index in range(max(1, len(values.get("claimTemplates") or ())))
    )
    for index, template in enumerate(templates):
        path = ("claimTemplates", index)
        for other in templates[:index]:
            if other.name == template.name:
                what = f'there are two claim templates named "{template.name}"'
                values.fault((*path, "name"), what, "give each its own name")
            if _normalised(other.mount_path) == _normalised(template.mount_path):
                what = f'the claim templates "{other.name}" and "{template.name}" are both '
                what += f"mounted at {template.mount_path}"
                values.fault((*path, "mountPath"), what, "give each its own mount path")
    return templates


def _claim_template(values: Values, path: Path, owner: Owner) -> ClaimTemplate:
    template = values.get_or((*path, "name"), DEFAULT_CLAIM_TEMPLATE)
    fix = f'write "{names.closest_label(template) or DEFAULT_CLAIM_TEMPLATE}"'
    values.check((*path, "name"), template, names.label_fault(template), fix)
    claim = names.claim_name(template, owner.name)
    known: dict[str, str | Pattern] = {
        "namespace": owner.namespace,
        "name": owner.name,
        "template": template,
        "claim": claim,
    }
    volume_name = _volume_name(values, path, known, owner.ordinals)
    known["volume"] = volume_name
    directory = _directory(values, path, known)
    driver_path = values.inherited(path, "driver")
    driver = values.choice(driver_path, DRIVERS, "nfs")
    if driver == "csi":
        values.require(driver_path, versions.CSI_NFS)
    return ClaimTemplate(
        name=template,
        storage=_storage(values, (*path, "storage")),
        mount_path=_mount_path(values, (*path, "mountPath")),
        access_modes=_access_modes(values, values.inherited(path, "accessModes"), driver),
        reclaim_policy=values.choice(
            values.inherited(path, "persistentVolumeReclaimPolicy"), RECLAIM_POLICIES, "Retain"
        ),
        mount_options=_mount_options(values, values.inherited(path, "mountOptions")),
        storage_class="",
        namespace=owner.namespace,
        claim_name=claim,
        volume_metadata=owner.volume_metadata,
        claim_metadata=owner.claim_metadata,
        driver=driver,
        read_only=bool(values.get(*values.inherited(path, "nfs", "readOnly"))),
        server=_server(values, values.inherited(path, "nfs", "server"), needed=True),
        volume_name=volume_name,
        directory=directory,
        shared_directory=bool(values.get(*values.inherited(path, "nfs", "sharedDirectory"))),
        exceptions=_exceptions(values, path, known, directory),
    )


def _storage(values: Values, path: Path) -> str:
    value = values.needed(path, "the storage size", "1Gi")
    if value is None:
        return ""
    text = str(value)
    try:
        amount = quantity.nano_units(text)
    except ValueError:
        near = quantity.closest(text)
        fix = f'write "{near}"' if near != text else "write it as 500Mi, 1Gi, 1.5Ti or 10G"
        values.fault(path, f'"{text}" is not a Kubernetes quantity', fix)
        return ""
    if amount <= 0:
        values.fault(path, f'"{text}" is not above zero', "write it as 1Gi")
    return text


def _mount_path(values: Values, path: Path) -> str:
    text = values.get_or(path, DEFAULT_MOUNT_PATH)
    fault = ""
    if not text.startswith("/"):
        fault = "is not an absolute path"
    elif ":" in text or not text.isprintable():
        fault = 'holds a ":" or a control character, which a mount path cannot'
    values.check(path, text, fault, "write it as /var/lib/data")
    return text


def _access_modes(values: Values, path: Path, driver: str) -> tuple[str, ...]:
    modes: dict[str, None] = {}
    for mode in values.get(*path) or ["ReadWriteMany"]:
        long = ACCESS_MODES.get(mode, mode)
        if long not in ACCESS_MODES.values():
            choices = ", ".join(f"{long} ({short})" for short, long in ACCESS_MODES.items())
            values.fault(path, f'"{mode}" is no access mode', f"write one of {choices}")
        modes[long] = None
    if "ReadWriteOncePod" in modes:
        if driver == "nfs":
            what = "ReadWriteOncePod is enforced for CSI volumes only, not for in-tree NFS"
            values.fault(path, what, "write ReadWriteOnce, or use the CSI driver (--driver csi)")
        elif len(modes) > 1:
            what = "ReadWriteOncePod stands alone: the API refuses it beside another access mode"
            values.fault(path, what, "give only ReadWriteOncePod, or leave it out")
        values.require(path, versions.READ_WRITE_ONCE_POD)
    return tuple(modes)


def _mount_options(values: Values, path: Path) -> tuple[str, ...]:
    options = tuple(values.get(*path) or ())
    for option in options:
        if not option or not option.isprintable() or " " in option:
            fix = "give each as one word, such as nfsvers=4.1"
            values.fault(path, f'"{option}" is not a mount option', fix)
    if options:
        values.require(path, versions.MOUNT_OPTIONS)
    return options


def _server(values: Values, path: Path, *, needed: bool) -> str:
    if not needed and values.get(*path) is None:
        return ""
    text = values.needed(path, "the NFS server", "nfs.example.com")
    if text is None:
        return ""
    fault, fix = server_fault(text)
    values.check(path, text, fault, fix)
    return str(text)


def server_fault(text: str) -> tuple[str, str]:
    """Return why a text is no DNS name, IPv4 or IPv6 address, and what to write."""
    if is_address(text):
        return "", ""
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
        path = f", and the path as {bare_url[2]}" if bare_url[2] else ""
        return "is a URL", f'write "{bare_url[1]}"{path}'
    host, _, rest = text.rpartition(":")
    if is_address(text.strip("[]")):
        bare = text.strip("[]")
        return "has brackets, which the mount adds itself", f'write "{bare}"'
    if rest.startswith("/"):
        return "holds a path", f'write "{host}", and the path as {rest}'
    if rest.isdecimal() and ":" not in host.strip("[]"):
        return "holds a port", f'write "{host}", and the mount option port={rest}'
    return "is no IPv6 address", "write it as 2001:db8::1"


def location(directory: NfsDirectory) -> NfsDirectory:
    """Return a directory in the one spelling by which two are compared."""
    path = directory.path
    if ".." in path:
        path = posixpath.normpath(path)
    return NfsDirectory(host(directory.server), _normalised(path))


@lru_cache
def host(server: str) -> str:
    """Return a server in the one spelling by which two are compared."""
    if is_address(server):
        return ipaddress.ip_address(server).compressed
    return server.lower().removesuffix(".")


def is_address(server: str) -> bool:
    """Return whether an NFS server is given as an IP address."""
    try:
        return not getattr(ipaddress.ip_address(server), "scope_id", None)
    except ValueError:
        return False


def _volume_name(
    values: Values, template: Path, known: Mapping[str, str | Pattern], ordinals: range
) -> Pattern:
    path = values.inherited(template, "volumeName")
    default = _FIRST_VOLUME_NAME if template[1] == 0 else _FURTHER_VOLUME_NAME
    text = values.get_or(path, default)
    name = _pattern(values, path, text, known)
    is_reported = any(
        values.is_reported(*each) for each in (("name",), ("namespace",), (*template, "name"), path)
    )
    for ordinal in {ordinals.start, *ordinals[-1:]} if not is_reported else ():
        if fault := names.subdomain_fault(name.at(ordinal)):
            what = f'"{text}" gives the name "{name.at(ordinal)}", which {fault}'
            values.fault(path, what, "write it as pv-{namespace}-{name}-{ordinal}")
            break
    return name


def _pattern(values: Values, path: Path, text: str, known: Mapping[str, str | Pattern]) -> Pattern:
    try:
        return names.pattern(text, known)
    except ValueError as error:
        values.fault(path, f'"{text}": {error}', "write { and } around a placeholder only")
        return Pattern((text,))


def _directory(values: Values, template: Path, known: Mapping[str, str | Pattern]) -> Pattern:
    path = values.inherited(template, "nfs", "path")
    shared = values.inherited(template, "nfs", "sharedDirectory")
    text = values.get_or(path, DEFAULT_EXPORT)
    _check_path(values, path, text)
    is_pattern = "{" in text or "}" in text
    if not is_pattern and not values.get(*shared):
        text = f"{text}/{{volume}}"
    directory = _pattern(values, path, _normalised(text), known)
    if values.get(*shared) and directory.is_open:
        what = "one directory for all ordinals, and a path with the ordinal, exclude each other"
        values.fault(shared, what, "leave out {ordinal}, {volume} and {claim}, or this")
    return directory


def _exceptions(
    values: Values, template: Path, known: Mapping[str, str | Pattern], regular: Pattern
) -> dict[int, NfsDirectory]:
    directories: dict[int, NfsDirectory] = {}
    server = values.get(*values.inherited(template, "nfs", "server")) or ""
    for index, volume in enumerate(values.get(*template, "volumes") or ()):
        path = (*template, "volumes", index)
        ordinal = volume.get("ordinal")
        if ordinal in directories:
            values.fault((*path, "ordinal"), f"ordinal {ordinal} stands here twice", "remove one")
        if not isinstance(ordinal, int):
            continue  # its shape is reported
        text = values.get(*path, "nfs", "path")
        if text is None:
            where = regular.at(ordinal)
        else:
            _check_path(values, (*path, "nfs", "path"), text)
            pattern = _pattern(values, (*path, "nfs", "path"), _normalised(text), known)
            where = pattern.at(ordinal)
        own_server = _server(values, (*path, "nfs", "server"), needed=False)
        directories[ordinal] = NfsDirectory(own_server or server, where)
    return directories


def _check_path(values: Values, path: Path, text: str) -> None:
    fix = "write it as /exports or /srv/{namespace}/{name}/{ordinal}"
    parts = text.split("/")
    if not text.startswith("/"):
        values.fault(path, f'"{text}" is not an absolute path', fix)
    elif ".." in parts:
        values.fault(path, f'"{text}" leads out of the export with ".."', fix)
    elif not text.isprintable():
        values.fault(path, "the path holds a control character", fix)
    elif len(text.encode()) > _LONGEST_PATH or any(
        len(part.encode()) > _LONGEST_PATH_PART for part in parts
    ):
        what = f"the path is longer than {_LONGEST_PATH} bytes, or a part of it than "
        values.fault(path, f"{what}{_LONGEST_PATH_PART}", fix)


def _normalised(path: str) -> str:
    """Return a path without empty, `.` or trailing parts: the same directory, one spelling."""
    if path[:1] == "/" and "//" not in path and "/." not in path and path[-1] != "/":
        return path  # as nearly all are
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
