"""Values to claim templates: sizes, modes, names, and what single ordinals have of their own."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfsgen.documents.document import Path
from sfsgen.kubernetes import gitops, names, quantities, versions
from sfsgen.kubernetes.binder import Storage
from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.kubernetes.names import Pattern
from sfsgen.kubernetes.words import ACCESS_MODES, DEFAULT_CLAIM_TEMPLATE
from sfsgen.nfs import normalised
from sfsgen.plain_text import brief, quoted
from sfsgen.storage_drivers import LOCAL, MOUNTED_AS_NFS, NFS, Driver
from sfsgen.values.model import ClaimTemplate, Deviation, Metadata, is_placed
from sfsgen.values.mounts import mounts_of
from sfsgen.values.pair_fields import OwnParts, own_parts
from sfsgen.values.pairs import Claim, Volume
from sfsgen.values.places import (
    Placeholders,
    check_servers,
    directory_at,
    directory_of_all,
    own_directory,
    pattern,
    server_at,
)
from sfsgen.values.settings import setting_at
from sfsgen.values.sources import (
    check_directories,
    check_handles,
    check_shared,
    check_used,
    driver_at,
    is_on_nodes,
    nodes_at,
    on_nodes,
    own_source,
    realm_of,
    source_at,
)
from sfsgen.values.tree import Values

_FURTHER_VOLUME_NAME = "pv-{claim}"


class Owner(NamedTuple):
    """The set that claim templates belong to, as far as they depend on it."""

    name: str
    namespace: str
    ordinals: range
    metadata: Metadata
    """Of its volumes and its claims."""


def claim_templates(values: Values, owner: Owner) -> tuple[ClaimTemplate, ...]:
    """Return the claim templates of a set, noting faults in the values."""
    paths = [path for path, _ in values.entries("claimTemplates")]
    if values.get("claimTemplates") is None:
        paths = [("claimTemplates", 0)]
    templates = tuple(_claim_template(values, path, owner) for path in paths)
    _check_apart(values, dict(zip(paths, templates, strict=True)))
    drivers = [each.source.driver for each in templates]
    check_used(values, dict(zip(paths, drivers, strict=True)))
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
    volume_name = _volume_name(values, path, Placeholders(meanings, owner.ordinals))
    driver = driver_at(values, path)
    known = Placeholders(meanings, owner.ordinals, driver)
    own = own_parts(values, path, owner.metadata, driver)
    source = source_at(values, path, known.of_volume(volume_name), own.csi)
    server = server_at(values, values.inherited(path, "nfs", "server"), known)
    nodes = nodes_at(values, path, known)
    deviations = _deviations(values, path, known, volume_name)
    if driver.csi:
        check_handles(values, path, source, deviations, owner.ordinals)
    on_servers = not is_on_nodes(values, path, driver)
    if on_servers and is_placed(source, deviations, owner.ordinals):
        own_servers = {
            ordinal: each.server if each.source(source).has_place else None
            for ordinal, each in deviations.items()
        }
        check_servers(values, path, known, server, own_servers)
    directory = directory_at(values, path, known.of_volume(volume_name))
    check_directories(values, path, driver, directory.at(owner.ordinals.start), deviations)
    check_shared(values, path, known, server, deviations)
    size = _size(values, (*path, "storage"))
    modes = _access_modes(values, values.inherited(path, "accessModes"), driver)
    storage = Storage(size, modes, own.class_of_pairs, own.volume_mode)
    mounts = mounts_of(values, path, template)
    if mounts and storage.volume_mode == "Block":
        what = f"the claim template {template} is a block device, which cannot be mounted"
        fix = "write mounts: [] in it, and the device in container.volumeDevices"
        values.fault((*path, "mounts"), what, fix, key=True)
    as_said = values.as_said("volume", path)
    of_claims, of_volumes = _kept(values, values.inherited(path, "gitops"), own)
    return ClaimTemplate(
        name=template,
        metadata=own.template,
        fields=own.fields,
        limits=own.limits,
        storage_class=own.class_of_template,
        mounts=mounts,
        claim=Claim(NOT_READ, "", owner.namespace, storage, own.claim.labels, of_claims),
        volume=Volume(
            NOT_READ,
            "",
            storage,
            own.volume.labels,
            of_volumes,
            reclaim_policy=str(as_said["reclaim_policy"]),
            mount_options=_mount_options(values, values.inherited(path, "mountOptions"), driver),
            driver=driver.name,
            read_only=bool(values.get(*values.inherited(path, "nfs", "readOnly"))),
            server="",
            path="",
            realm=realm_of(source, claim, volume_name, owner.ordinals.start),
        ),
        own_claim=own.own_claim,
        own_volume=own.own_volume,
        as_said=as_said,
        claim_name=claim,
        volume_name=volume_name,
        server=server,
        directory=directory,
        # On a server of its own, no ordinal shares what it has: the path itself is meant. Where the
        # address is the handle, nobody can.
        shared_directory=not (server.is_open or driver.is_address)
        and bool(values.get(*values.inherited(path, "nfs", "sharedDirectory"))),
        exceptions=on_nodes(nodes, deviations),
        source=source,
    )


def _kept(values: Values, path: Path, own: OwnParts) -> Iterator[Mapping[str, str]]:
    """Yield the annotations of claims and of volumes, which a tool is to leave alone, if any."""
    tool = values.choice(path)
    for each in (own.claim, own.volume):
        against = next(gitops.against(tool, each.annotations), "")
        if against and not values.is_reported(*path):
            what = f"the annotation {brief(against)} says the opposite of gitops: {tool}"
            values.fault(path, what, "leave out one of both")
        yield gitops.kept(tool, each.annotations)


def _name(values: Values, path: Path) -> str:
    name = values.text(path)
    if fault := names.label_fault(name):
        near = names.closest_label(name) or DEFAULT_CLAIM_TEMPLATE
        values.check(path, name, fault, f"write {quoted(near)}")
        return near
    return name


def _size(values: Values, path: Path) -> str:
    value = values.needed(path, "the storage size", "1Gi")
    return "" if value is None else _quantity(values, path, str(value))


def _quantity(values: Values, path: Path, text: str) -> str:
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


def _access_modes(values: Values, path: Path, driver: Driver) -> tuple[str, ...]:
    modes: dict[str, None] = {}
    given = dict.fromkeys(values.get(*path) or ())
    given.pop(None, None)
    if not given and (driver.name == LOCAL or not driver.is_known):
        what = f"no access mode is given: {setting_at(path).default}, which a disk does not have"
        values.caution(path, what, "write accessModes: [ReadWriteOnce], or the one that is meant")
    for mode in given or [setting_at(path).default]:
        long = ACCESS_MODES.get(mode, mode)
        if long not in ACCESS_MODES.values():
            choices = ", ".join(f"{long} ({short})" for short, long in ACCESS_MODES.items())
            values.fault(path, f"{quoted(mode)} is no access mode", f"write one of {choices}")
        modes[long] = None
    if "ReadWriteOncePod" in modes:
        if not driver.csi:
            other = "in-tree NFS" if driver.name == NFS else "local volumes"
            what = f"ReadWriteOncePod is enforced for CSI volumes only, not for {other}"
            by_csi = ", or use the CSI driver (--driver csi)" if driver.name == NFS else ""
            values.fault(path, what, f"write ReadWriteOnce{by_csi}")
        elif len(modes) > 1:
            what = "ReadWriteOncePod stands alone: the API refuses it beside another access mode"
            values.fault(path, what, "give only ReadWriteOncePod, or leave it out")
        values.require(path, versions.READ_WRITE_ONCE_POD)
    return tuple(modes)


def _mount_options(values: Values, path: Path, driver: Driver) -> tuple[str, ...]:
    if values.is_reported(*path):
        return ()
    options = tuple(option for _, option in values.entries(*path))
    for option in options:
        if not option or not option.isprintable():
            fix = "give each as one word, such as nfsvers=4.1"
            values.fault(path, f"{quoted(option)} is not a mount option", fix)
    if options:
        values.require(path)
    if options and driver.name in MOUNTED_AS_NFS:
        from sfsgen.mount_faults import faults

        for fault in faults(options, driver.name):
            if fault.severity == "error":
                values.fault(path, fault.what, fault.fix)
    return options


def _volume_name(values: Values, template: Path, known: Placeholders) -> Pattern:
    path = values.inherited(template, "volumeName")
    default = setting_at(path).default if template[1] == 0 else _FURTHER_VOLUME_NAME
    text = values.text(path, default)
    if values.is_reported(*path) or (name := pattern(values, path, text, known)) is None:
        return names.pattern(default, known.meanings)
    if any(values.is_reported(*each) for each in (("name",), ("namespace",), (*template, "name"))):
        return name
    for ordinal in known.tried:
        if fault := names.subdomain_fault(name.at(ordinal)):
            what = f"{quoted(text)} gives the name {quoted(name.at(ordinal))}, which {fault}"
            values.fault(path, what, "write it as pv-{namespace}-{name}-{ordinal}")
            return names.pattern(default, known.meanings)
    return name


def _deviations(
    values: Values, template: Path, known: Placeholders, volume_name: Pattern
) -> dict[int, Deviation]:
    deviations: dict[int, Deviation] = {}
    entries = values.entries(*template, "volumes")
    directory = directory_of_all(values, template) if entries else ((), "", "")
    for path, volume in entries:
        ordinal = volume["ordinal"]
        if ordinal in deviations:
            what = f"ordinal {brief(ordinal)} stands here twice"
            values.fault((*path, "ordinal"), what, "remove one")
        name = _own_volume_name(values, (*path, "name"))
        its_own = known.of(ordinal).of_volume(Pattern((name,)) if name else volume_name)
        handle, attributes = own_source(values, (*path, "csi"), its_own)
        deviations[ordinal] = Deviation(
            handle=handle,
            attributes=attributes,
            volume_name=name,
            storage=_own_size(values, (*path, "storage")),
            server=server_at(values, (*path, "nfs", "server"), known.of(ordinal)).at(ordinal),
            path=own_directory(values, (*path, "nfs", "path"), directory, its_own, name),
        )
    return deviations


def _own_volume_name(values: Values, path: Path) -> str:
    name = values.get(*path)
    if name is None or values.is_reported(*path):
        return ""
    fault = names.subdomain_fault(name)
    values.check(path, name, fault, "write it as pv-web-0")
    return "" if fault else str(name)


def _own_size(values: Values, path: Path) -> str:
    value = values.get(*path)
    return "" if value is None else _quantity(values, path, str(value))
