"""By which driver volumes are mounted, and what their source says beside where they lie."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names
from sfsgen.kubernetes.names import Pattern
from sfsgen.plain_text import brief, quoted
from sfsgen.problems import nearest
from sfsgen.storage_drivers import (
    CSI_NFS,
    DRIVERS,
    LOCAL,
    NFS,
    SECRETS,
    Driver,
    Parts,
    Place,
    Source,
    driver_of,
    place,
    says_place,
)
from sfsgen.values.model import Deviation, Fields, split
from sfsgen.values.places import Placeholders, lack, pattern
from sfsgen.values.tree import Values

_NAME = r"(?=.*[-.])[A-Za-z0-9]([-.A-Za-z0-9]{0,61}[A-Za-z0-9])?"
_ALIKE = 0.7  # a driver's name and what it is misspelt as
_HANDLE = ("csi", "volumeHandle")
_SECRET = "nodeStageSecretRef"  # noqa: S105
_SHARED = "which two volumes of one directory would have alike: to Kubernetes, they were one"


def driver_at(values: Values, template: Path) -> Driver:
    """Return the driver of a claim template's volumes, that of NFS where it is wrong."""
    path = values.inherited(template, "driver")
    text = values.text(path)
    driver = driver_of(text)
    if values.is_reported(*path):
        return DRIVERS[NFS]
    if driver.is_known or (_says_handles(values, template) and re.fullmatch(_NAME, text)):
        if driver.feature:
            values.require(path, driver.feature)
        return driver
    values.fault(path, f"{quoted(text)} is not possible", _meant(text))
    return DRIVERS[NFS]


def _says_handles(values: Values, template: Path) -> bool:
    """Return whether the handles of all volumes are said, or those of single ordinals."""
    ordinals = [path for path, _ in values.entries(*template, "volumes")]
    paths = [values.inherited(template, *_HANDLE), *((*each, *_HANDLE) for each in ordinals)]
    return any(values.get(*each) is not None or values.is_reported(*each) for each in paths)


def _meant(text: str) -> str:
    """Return what to write in the place of a driver that there is not."""
    lower = text.lower()
    near = [each for each in DRIVERS if each == lower or each.partition(".")[0] == lower]
    near = near or [*filter(None, [nearest(lower, DRIVERS, _ALIKE)])]
    if near and "." not in text:
        return f"write {near[0]}"
    known = near[0] if near else f"one of {', '.join(DRIVERS)}"
    return f"write {known}; of any other CSI driver say csi.volumeHandle in a values file too"


def source_at(values: Values, template: Path, known: Placeholders, csi: Fields) -> Source:
    """Return what the volumes of a claim template have as their source.

    `csi` are the user's own fields of it, which stand as they are.
    """
    driver, own = known.driver, _names(known)
    if not driver.csi:
        if values.get(*template, "csi") is not None and not values.is_reported("driver"):
            what = f"csi is for CSI drivers; the driver is {driver.name}"
            values.fault(
                (*template, "csi"), what, "leave csi out, or write another driver", key=True
            )
        # The handle that it would have is there for templates of one's own.
        return Source(driver, DRIVERS[CSI_NFS].handle, {}, {}, own)
    handle = _handle(values, values.inherited(template, *_HANDLE), known) or driver.handle
    given = values.inherited(template, "csi", "volumeAttributes")
    as_it_is: Mapping[str, str] = csi.get("volumeAttributes") or {}
    attributes: dict[str, str | Pattern] = {
        **driver.attributes,
        **_attributes(values, given, known),
        **{key: Pattern((text,)) for key, text in as_it_is.items()},
    }
    more = dict(_more(values, template, driver, own["namespace"]))
    more |= {
        key: {"namespace": own["namespace"], **each} if key in SECRETS else each
        for key, each in csi.items()
        if key != "volumeAttributes"
    }
    source = Source(driver, handle, attributes, more, own)
    _check_needed(values, template, source)
    return source


def _names(known: Placeholders) -> dict[str, str]:
    """Return the names that are one for all ordinals."""
    return {key: each for key, each in known.meanings.items() if isinstance(each, str)}


def _handle(values: Values, path: Path, known: Placeholders) -> str:
    """Return the handle that is said at a path, "" where there is none or it is wrong."""
    text = values.get(*path)
    if text is None or values.is_reported(*path):
        return ""
    if not text:
        values.fault(path, "the volume handle is empty", "write it as {name}-{ordinal}")
    return str(text) if _pattern(values, path, str(text), known) else ""


def own_source(values: Values, path: Path, known: Placeholders) -> tuple[str, Mapping[str, str]]:
    """Return the handle and the attributes that a single ordinal's volume has of its own."""
    if values.get(*path) is None:
        return "", {}
    driver = known.driver
    if not driver.csi:
        if not values.is_reported("driver"):
            what = f"csi is for CSI drivers; the driver is {driver.name}"
            values.fault(path, what, "leave csi out, or write another driver", key=True)
        return "", {}
    handle = _handle(values, (*path, "volumeHandle"), known)
    return handle, _attributes(values, (*path, "volumeAttributes"), known)


def check_handles(
    values: Values,
    template: Path,
    source: Source,
    deviations: Mapping[int, Deviation],
    ordinals: range,
) -> None:
    """Note the ordinals that have no handle, where that of all is not said."""
    place = (*template, "volumes")
    is_told = values.is_reported(*place)
    if source.handle or is_told or values.is_reported(*values.inherited(template, *_HANDLE)):
        return
    own = [ordinal for ordinal, each in deviations.items() if each.handle]
    if lacking := [run for run in split(ordinals, own) if run.start not in own]:
        what, fix = lack("volume handle", lacking, "csi: {volumeHandle: HANDLE}")
        values.fault(place, what, fix, key=True)


def _pattern(values: Values, path: Path, text: str, known: Placeholders) -> Pattern | None:
    """Return whether a text is a pattern of what handles and attributes may hold."""
    parts = dict.fromkeys(Parts._fields, "")
    return pattern(values, path, text, known._replace(meanings={**known.meanings, **parts}))


def _attributes(values: Values, path: Path, known: Placeholders) -> dict[str, str]:
    given: Mapping[str, Any] = values.get(*path) or {}
    placed = {key.lower(): key for key, each in known.driver.attributes.items() if says_place(each)}
    found = {}
    for key, text in given.items():
        at = (*path, key)
        if key.lower() in placed:
            what = f"{placed[key.lower()]} says where a volume lies"
            values.fault(at, what, "say it as nfs.server and nfs.path, which hold for all drivers")
        elif _pattern(values, at, str(text), known) is not None:
            found[key] = str(text)
    return found


def _check_needed(values: Values, template: Path, source: Source) -> None:
    """Note what a driver needs that only its user knows."""
    driver, path = source.driver, values.inherited(template, "driver")
    there = {key.lower() for key in source.attributes}
    for key, example in driver.needed.items():
        if key.lower() not in there:
            what = f"{driver.name} mounts nothing without the attribute {key}"
            fix = f"write csi: {{volumeAttributes: {{{key}: {example}}}}} in a values file"
            values.fault(path, what, fix)
    options = values.get(*values.inherited(template, "mountOptions")) or ()
    is_told = values.is_reported(*values.inherited(template, "csi", _SECRET))
    if driver.credentials and not (
        _SECRET in source.more or is_told or driver.guest_option in options
    ):
        what = f"{driver.name} mounts nothing without a Secret with {driver.credentials}"
        fix = "write csi: {nodeStageSecretRef: {name: NAME}} in a values file"
        if driver.guest_option:
            fix += f", or give the mount option {driver.guest_option}"
        values.fault(path, what, fix)


def _more(
    values: Values, template: Path, driver: Driver, namespace: str
) -> Iterator[tuple[str, Any]]:
    """Yield the further fields of a CSI source; a Secret's namespace is the set's by default."""
    path = values.inherited(template, "csi", "fsType")
    if text := values.get(*path) or driver.fs_type:
        yield "fsType", text
    for key in SECRETS:
        path = values.inherited(template, "csi", key)
        if (reference := values.get(*path)) is None or values.is_reported(*path):
            continue
        name = reference.get("name")
        if not name:
            values.fault(path, f"{key} names no Secret", "write {name: NAME}")
        elif fault := names.subdomain_fault(name):
            values.check((*path, "name"), name, fault, "write the name of a Secret")
        if fault := names.label_fault(reference.get("namespace") or namespace):
            where = (*path, "namespace")
            values.check(where, reference["namespace"], fault, "write the name of a namespace")
        yield key, {"name": name, "namespace": reference.get("namespace") or namespace}


def is_on_nodes(values: Values, template: Path, driver: Driver) -> bool:
    """Return whether nodes that are listed say where a claim template's volumes lie."""
    return driver.name == LOCAL and values.get(*values.inherited(template, "nodes")) is not None


def nodes_at(values: Values, template: Path, known: Placeholders) -> dict[int, str]:
    """Return the node of each ordinal, where nodes are listed."""
    driver, ordinals = known.driver, known.ordinals
    path = values.inherited(template, "nodes")
    nodes = [str(each) for _, each in values.entries(*path)]
    if not nodes or values.is_reported(*path):
        return {}
    if driver.name != LOCAL:
        if path[:1] == ("claimTemplates",):
            what = f"nodes are for the driver local; this is {driver.name}"
            values.fault(path, what, "write driver: local, or leave nodes out", key=True)
        return {}
    if len(nodes) < len(ordinals):
        what = f"there are {len(nodes)} nodes for {len(ordinals)} ordinals"
        values.fault(path, what, f"name a node for ordinal {brief(str(ordinals[len(nodes)]))} too")
    for index, node in enumerate(nodes):
        if fault := names.label_value_fault(node) if node else "is empty":
            fix = "write it as the label kubernetes.io/hostname of the node has it"
            values.check((*path, index), node, fault, fix)
    return dict(zip(range(ordinals.start, ordinals.start + len(nodes)), nodes, strict=True))


def on_nodes(nodes: Mapping[int, str], deviations: Mapping[int, Deviation]) -> dict[int, Deviation]:
    """Return what single ordinals have of their own, each the node that is listed for it."""
    found = {ordinal: Deviation(server=node) for ordinal, node in nodes.items()}
    for ordinal, each in deviations.items():
        found[ordinal] = each._replace(server=each.server or nodes.get(ordinal, ""))
    return found


def check_used(values: Values, templates: Mapping[Path, Driver]) -> None:
    """Note words that the driver of none of the claim templates at some paths takes."""
    drivers = [*templates.values()]
    for key, is_taken, of_whom in (
        ("csi", any(each.csi for each in drivers), "CSI drivers"),
        ("nodes", any(each.name == LOCAL for each in drivers), "the driver local"),
    ):
        if values.get(key) is not None and not is_taken and not values.is_reported("driver"):
            what = f"{key} is for {of_whom}; the driver is {drivers[0].name if drivers else NFS}"
            values.fault((key,), what, f"leave {key} out, or write another driver", key=True)
    on_nodes = [path for path, each in templates.items() if is_on_nodes(values, path, each)]
    servers: list[Path] = [(*path, "nfs", "server") for path in on_nodes]
    if len(on_nodes) == len(templates) and values.is_said(("nfs", "server")):
        servers.append(("nfs", "server"))
    for path in servers:
        if (text := values.get(*path)) is not None:
            what = f"no volume lies on {brief(text)}: nodes say where each one lies"
            values.caution(path, what, "leave it out, or nodes")


def check_directories(
    values: Values,
    template: Path,
    driver: Driver,
    of_all: str,
    deviations: Mapping[int, Deviation],
) -> None:
    """Note directories that the driver cannot mount, of all ordinals or of a single one."""
    _check_directory(values, values.inherited(template, "nfs", "path"), driver, of_all)
    for path, volume in values.entries(*template, "volumes"):
        own = deviations[volume["ordinal"]].path
        _check_directory(values, (*path, "nfs", "path"), driver, own)


def _check_directory(values: Values, path: Path, driver: Driver, text: str) -> None:
    if driver.is_address and ":" in text:
        what = f"{brief(text)} holds a colon, which ends the path in a handle of {driver.name}"
        values.fault(path, what, "give a path without it")
    if driver.name == "smb.csi.k8s.io" and text == "/":
        what = "the path of an SMB volume begins with its share"
        values.fault(path, what, "write it as /share or /share/directory")


def check_shared(
    values: Values,
    template: Path,
    known: Placeholders,
    server: Pattern,
    deviations: Mapping[int, Deviation],
) -> None:
    """Note one directory for all ordinals, where it would be one handle for all."""
    path = values.inherited(template, "nfs", "sharedDirectory")
    apart = [each for each, own in deviations.items() if own.server or own.handle]
    elsewhere = [each for each in apart if each in known.ordinals]
    is_one_server = not server.is_open and len(known.ordinals) - len(elsewhere) > 1
    if known.driver.is_address and values.get(*path) and is_one_server:
        what = f"the handle of {known.driver.name} is the address, {_SHARED}"
        values.fault(path, what, "give each ordinal a directory of its own")


def realm_of(source: Source, claim: Pattern, volume: Pattern, at: int) -> str:
    """Return what the servers of a source are named in, where that is not NFS."""
    where = Place(source.driver.name, source.driver.example, "/a/b")
    if not source.driver.is_known:
        return source.driver.name
    names_of: dict[str, str | Pattern] = {**source.names, "claim": claim, "volume": volume}
    return place(source.fields(where, names_of, at)).realm
