"""Values to claim templates: sizes, modes, names, and where each ordinal's data lies."""

from collections.abc import Mapping
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names, quantities, versions
from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.words import ACCESS_MODES, DEFAULT_CLAIM_TEMPLATE
from sfsgen.nfs import NfsDirectory, normalised, server_fault
from sfsgen.plain_text import brief, quoted
from sfsgen.values.model import ClaimTemplate, Metadata
from sfsgen.values.mounts import mounts_of
from sfsgen.values.pair_fields import own_parts
from sfsgen.values.pairs import Claim, Volume
from sfsgen.values.settings import setting_at
from sfsgen.values.tree import Values

_FURTHER_VOLUME_NAME = "pv-{claim}"
_LONGEST_PATH, _LONGEST_PATH_PART = 4095, 255  # bytes: Linux' PATH_MAX and NAME_MAX


class Owner(NamedTuple):
    """The set that claim templates belong to, as far as they depend on it."""

    name: str
    namespace: str
    ordinals: range
    volume_metadata: Metadata
    claim_metadata: Metadata


class _Placeholders(NamedTuple):
    """What the placeholders of a claim template stand for, and the ordinals to fill in."""

    meanings: Mapping[str, str | Pattern]
    ordinals: range

    @property
    def tried(self) -> set[int]:
        """The ordinals whose texts show what may be wrong with any."""
        return {self.ordinals.start, *self.ordinals[-1:]}


def claim_templates(values: Values, owner: Owner) -> tuple[ClaimTemplate, ...]:
    """Return the claim templates of a set, noting faults in the values."""
    paths = [path for path, _ in values.entries("claimTemplates")]
    if values.get("claimTemplates") is None:
        paths = [("claimTemplates", 0)]
    templates = tuple(_claim_template(values, path, owner) for path in paths)
    _check_apart(values, dict(zip(paths, templates, strict=True)))
    return templates


def _check_apart(values: Values, templates: Mapping[Path, ClaimTemplate]) -> None:
    by_name: dict[str, ClaimTemplate] = {}
    by_mount_path: dict[str, str] = {}
    for path, each in templates.items():
        if (
            not values.is_reported(*path, "name")
            and by_name.setdefault(each.name, each) is not each
        ):
            what = f"there are two claim templates named {quoted(each.name)}"
            values.fault((*path, "name"), what, "give each its own name")
        word = "mountPath" if values.get(*path, "mounts") is None else "mounts"
        if values.is_reported(*path, word):
            continue
        for mount in each.mounts:
            where = normalised(mount["mountPath"])
            if where in by_mount_path:
                what = _twice(by_mount_path[where], each.name, mount["mountPath"])
                values.fault((*path, word), what, "give each its own mount path")
            by_mount_path.setdefault(where, each.name)


def _twice(other: str, name: str, mount_path: str) -> str:
    if other == name:
        return f"the claim template {quoted(name)} is mounted twice at {brief(mount_path)}"
    what = f"the claim templates {quoted(other)} and {quoted(name)} are both"
    return f"{what} mounted at {brief(mount_path)}"


def _claim_template(values: Values, path: Path, owner: Owner) -> ClaimTemplate:
    template = _name(values, (*path, "name"))
    claim = names.claim_name(template, owner.name)
    meanings: dict[str, str | Pattern] = {
        "namespace": owner.namespace,
        "name": owner.name,
        "template": template,
        "claim": claim,
    }
    volume_name = _volume_name(values, path, _Placeholders(meanings, owner.ordinals))
    known = _Placeholders({**meanings, "volume": volume_name}, owner.ordinals)
    directory = _directory(values, path, known)
    driver_path = values.inherited(path, "driver")
    driver = values.choice(driver_path)
    if driver == "csi":
        values.require(driver_path, versions.CSI_NFS)
    own = own_parts(values, path, owner.claim_metadata, owner.volume_metadata, driver)
    size = _size(values, (*path, "storage"))
    modes = _access_modes(values, values.inherited(path, "accessModes"), driver)
    storage = Storage(size, modes, own.class_of_pairs, own.volume_mode)
    as_said = values.as_said("volume", path)
    return ClaimTemplate(
        name=template,
        metadata=own.template,
        fields=own.fields,
        limits=own.limits,
        storage_class=own.class_of_template,
        mounts=mounts_of(values, path, template),
        claim=Claim(NOT_READ, "", owner.namespace, storage, *own.claim[:2]),
        volume=Volume(
            NOT_READ,
            "",
            storage,
            *own.volume[:2],
            reclaim_policy=str(as_said["reclaim_policy"]),
            mount_options=_mount_options(values, values.inherited(path, "mountOptions"), driver),
            driver=driver,
            read_only=bool(values.get(*values.inherited(path, "nfs", "readOnly"))),
            server=_server(values, values.inherited(path, "nfs", "server"), needed=True),
            path="",
        ),
        own_claim=own.own_claim,
        own_volume=own.own_volume,
        as_said=as_said,
        claim_name=claim,
        volume_name=volume_name,
        directory=directory,
        shared_directory=bool(values.get(*values.inherited(path, "nfs", "sharedDirectory"))),
        exceptions=_exceptions(values, path, known, directory),
    )


def _name(values: Values, path: Path) -> str:
    name = values.text(path)
    if fault := names.label_fault(name):
        near = names.closest_label(name) or DEFAULT_CLAIM_TEMPLATE
        values.check(path, name, fault, f"write {quoted(near)}")
        return near
    return name


def _size(values: Values, path: Path) -> str:
    value = values.needed(path, "the storage size", "1Gi")
    if value is None:
        return ""
    text = str(value)
    try:
        amount = quantities.nano_units(text)
    except ValueError:
        near = quantities.closest(text)
        fix = f"write {quoted(near)}" if near != text else "write it as 500Mi, 1Gi, 1.5Ti or 10G"
        values.fault(path, f"{quoted(text)} is not a Kubernetes quantity", fix)
        return ""
    if amount <= 0:
        values.fault(path, f"{quoted(text)} is not above zero", "write it as 1Gi")
    return text


def _access_modes(values: Values, path: Path, driver: str) -> tuple[str, ...]:
    modes: dict[str, None] = {}
    given = dict.fromkeys(values.get(*path) or ())
    given.pop(None, None)
    for mode in given or [setting_at(path).default]:
        long = ACCESS_MODES.get(mode, mode)
        if long not in ACCESS_MODES.values():
            choices = ", ".join(f"{long} ({short})" for short, long in ACCESS_MODES.items())
            values.fault(path, f"{quoted(mode)} is no access mode", f"write one of {choices}")
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


def _mount_options(values: Values, path: Path, driver: str) -> tuple[str, ...]:
    if values.is_reported(*path):
        return ()
    options = tuple(option for _, option in values.entries(*path))
    for option in options:
        if not option or not option.isprintable():
            fix = "give each as one word, such as nfsvers=4.1"
            values.fault(path, f"{quoted(option)} is not a mount option", fix)
    if options:
        from sfsgen.mount_faults import faults

        for fault in faults(options, driver):
            if fault.severity == "error":
                values.fault(path, fault.what, fault.fix)
        values.require(path)
    return options


def _server(values: Values, path: Path, *, needed: bool) -> str:
    if values.is_reported(*path) or (not needed and values.get(*path) is None):
        return ""
    text = values.needed(path, "the NFS server", "nfs.example.com")
    if text is None:
        return ""
    fault, fix = server_fault(text)
    values.check(path, text, fault, fix)
    return "" if fault else str(text)


def _volume_name(values: Values, template: Path, known: _Placeholders) -> Pattern:
    path = values.inherited(template, "volumeName")
    default = setting_at(path).default if template[1] == 0 else _FURTHER_VOLUME_NAME
    text = values.text(path, default)
    if values.is_reported(*path) or (name := _pattern(values, path, text, known)) is None:
        return names.pattern(default, known.meanings)
    if any(values.is_reported(*each) for each in (("name",), ("namespace",), (*template, "name"))):
        return name
    for ordinal in known.tried:
        if fault := names.subdomain_fault(name.at(ordinal)):
            what = f"{quoted(text)} gives the name {quoted(name.at(ordinal))}, which {fault}"
            values.fault(path, what, "write it as pv-{namespace}-{name}-{ordinal}")
            return names.pattern(default, known.meanings)
    return name


def _pattern(values: Values, path: Path, text: str, known: _Placeholders) -> Pattern | None:
    try:
        return names.pattern(text, known.meanings)
    except ValueError as error:
        fix = "write { and } around a placeholder only"
        values.fault(path, f"{quoted(text)}: {error}", fix)
        return None


def _directory(values: Values, template: Path, known: _Placeholders) -> Pattern:
    path = values.inherited(template, "nfs", "path")
    shared = values.inherited(template, "nfs", "sharedDirectory")
    text = values.text(path)
    is_pattern = "{" in text or "}" in text or bool(values.get(*shared))
    directory = _directories(values, path, text, "" if is_pattern else "/{volume}", known)
    if values.get(*shared) and directory.is_open and not values.is_reported(*path):
        what = "one directory for all ordinals, and a path with the ordinal, exclude each other"
        values.fault(shared, what, "leave out {ordinal}, {volume} and {claim}, or this")
    return directory


def _exceptions(
    values: Values, template: Path, known: _Placeholders, regular: Pattern
) -> dict[int, NfsDirectory]:
    directories: dict[int, NfsDirectory] = {}
    server = values.get(*values.inherited(template, "nfs", "server")) or ""
    for path, volume in values.entries(*template, "volumes"):
        ordinal = volume["ordinal"]
        if ordinal in directories:
            what = f"ordinal {brief(ordinal)} stands here twice"
            values.fault((*path, "ordinal"), what, "remove one")
        text = values.get(*path, "nfs", "path")
        where = regular
        if text is not None:
            its_own = known._replace(ordinals=range(ordinal, ordinal + 1))
            where = _directories(values, (*path, "nfs", "path"), text, "", its_own)
        own_server = _server(values, (*path, "nfs", "server"), needed=False)
        directories[ordinal] = NfsDirectory(own_server or server, where.at(ordinal))
    return directories


def _directories(
    values: Values, path: Path, text: str, below: str, known: _Placeholders
) -> Pattern:
    """Return the directories below what a text describes, the default ones where it is wrong."""
    fix = "write it as /exports or /srv/{namespace}/{name}/{ordinal}"
    if not values.is_reported(*path):
        if fault := _path_fault(text):
            values.fault(path, fault, fix)
        made = _pattern(values, path, normalised(text + below), known)
        faults = [_path_fault(made.at(ordinal)) for ordinal in known.tried] if made else []
        if made and not fault and any(faults):
            values.fault(path, f"filled in, {max(faults)}", fix)
        elif made and not fault:
            return made
    return names.pattern(f"{setting_at(('nfs', 'path')).default}/{{volume}}", known.meanings)


def _path_fault(text: str) -> str:
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
