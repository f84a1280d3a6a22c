"""The directories of volumes: on which server, within which export, whose, and how large."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sfsgen.changes.missing import Plan
from sfsgen.kubernetes.manifest import NOT_READ
from sfsgen.kubernetes.quantities import nano_units
from sfsgen.kubernetes.resources import VOLUME
from sfsgen.nfs import NfsDirectory, host, location, normalised, path_fault
from sfsgen.plain_text import brief
from sfsgen.preparing.owners import Owner, Writers, writers
from sfsgen.problems import Problem
from sfsgen.storage_drivers import LOCAL
from sfsgen.values.model import StatefulSet
from sfsgen.values.pairs import Volume

_LEFT_OUT = "lies on no NFS server that is known here"


class Directory(NamedTuple):
    """One directory, and what it is to be."""

    server: str
    export: str
    """Outside of which nothing is touched."""
    path: str
    owner: Owner
    size: str
    driver: str
    mount_options: tuple[str, ...]
    is_only_read: bool
    laid: "Laid"
    """Whose it is."""

    @property
    def size_in_bytes(self) -> int:
        """Its size, rounded up."""
        return -(-nano_units(self.size) // 10**9)


class Laid(NamedTuple):
    """The volumes of a set's claim template."""

    set_name: str
    namespace: str
    template: str
    volumes: tuple[Volume, ...]
    fixed: str
    """The part of their paths that is said for all, "" where nothing says it."""
    writers: Writers
    unseen: tuple[str, ...] = ()
    """The claims whose volumes were not read."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"claim template {self.template} of {self.namespace}/{self.set_name}"

    @property
    def on_nfs(self) -> Sequence[Volume]:
        """The volumes that somebody makes by hand on an NFS server."""
        return [each for each in self.volumes if each.is_exported and each.is_static]


def wanted(stateful_set: StatefulSet, ordinals: range, fixed: Sequence[str]) -> Iterator[Laid]:
    """Yield the volumes that `render` would print; `fixed` is of each claim template."""
    container = stateful_set.container
    main = {
        **container.fields,
        "image": container.image,
        "volumeMounts": container.volume_mounts,
    }
    pod = {**stateful_set.pod.fields, "containers": [main, *stateful_set.pod.sidecars]}
    for template, its_fixed in zip(stateful_set.claim_templates, fixed, strict=True):
        volumes = tuple(template.pair(ordinal).volume for ordinal in ordinals)
        name, namespace = stateful_set.name, stateful_set.namespace
        by = writers(pod, template.name)
        yield Laid(name, namespace, template.name, volumes, its_fixed, by)


def lacked(plan: Plan, first: int, fixed: str) -> Iterator[Laid]:
    """Yield the volumes of a set that exists, those that it lacks as `volumes` would print them.

    `first` is the first ordinal that is meant.
    """
    stateful_set = plan.stateful_set
    pod: Mapping[str, Any] = stateful_set.manifest.at("spec", "template", "spec") or {}
    for template in stateful_set.templates:
        runs = [each for each in plan.runs if each.rows[0].template.key == template.key]
        volumes: list[Volume] = []
        unseen: list[str] = []
        rows = ((run, row) for run in runs for row in run.rows if row.number >= first)
        for its, row in rows:
            is_new = VOLUME in its.resources
            made = its.template.pair(row.number).volume if is_new else row.volume
            if made:
                volumes.append(made)
            else:
                unseen.append(row.claim_key[1])
        by = writers(pod, template.name)
        name, namespace = stateful_set.name, stateful_set.namespace
        yield Laid(name, namespace, template.name, tuple(volumes), fixed, by, tuple(unseen))


class Bounds(NamedTuple):
    """What is asked for of all directories."""

    owner: Owner
    within: str
    """The export, "" where each one is to be worked out."""
    root: str
    """Where servers have what clients mount as /, "" where that is / as well."""
    reaches_root: bool = False
    """Whether what clients mount as / is known, and can be the export."""


def directories(laid: Iterable[Laid], bounds: Bounds, problems: list[Problem]) -> list[Directory]:
    """Return the directories of volumes on NFS, each once, noting those that cannot be made.

    Those of one export stand together; a directory comes after those that it lies in.
    """
    found: dict[NfsDirectory, Directory] = {}
    for each in laid:
        common = _common(each, bounds)
        for volume in each.on_nfs:
            if fault := path_fault(volume.path):
                what = f"the volume {volume.name} cannot be prepared: {fault}"
                read = volume.manifest
                where = "--nfs-path" if read is NOT_READ else read.where(("spec",), key=True)
                fix = f"write it as /exports/{brief(volume.name)}"
                problems.append(Problem(where, what, fix))
                continue
            made = _directory(volume, common, each, bounds)
            problems += _outside(made, bounds)
            found.setdefault(location(volume.directory), made)
    exports = dict.fromkeys((each.server, each.export) for each in found.values())
    turn = {each: number for number, each in enumerate(exports)}
    return sorted(
        found.values(),
        key=lambda each: (turn[each.server, each.export], each.path.count("/")),
    )


def _directory(volume: Volume, common: str, laid: Laid, bounds: Bounds) -> Directory:
    path = normalised(volume.path)
    return Directory(
        host(volume.server),
        bounds.within or _export(path, common),
        path,
        laid.writers.owner(bounds.owner),
        volume.storage.storage,
        volume.driver,
        volume.mount_options,
        volume.is_only_read,
        laid,
    )


def _common(laid: Laid, bounds: Bounds) -> str:
    """Return the directory in which the directories of several volumes lie, "" where none is known.

    That is /, where it is said and can be the export. A single one in / may be exported itself.
    """
    if laid.fixed and (laid.fixed != "/" or bounds.reaches_root):
        return laid.fixed
    paths = {normalised(each.path) for each in laid.on_nfs if not path_fault(each.path)}
    above = {posixpath.dirname(each) for each in paths}
    if above == {"/"} and len(paths) == 1 and not laid.fixed:
        return paths.pop()
    return posixpath.commonpath(above).rstrip("/") if above else ""


def _export(path: str, common: str) -> str:
    """Return the export of a directory: what is common to all, else what it lies in."""
    if common and (path == common or path.startswith(f"{common.rstrip('/')}/")):
        return common
    return posixpath.dirname(path)


def _outside(made: Directory, bounds: Bounds) -> Iterator[Problem]:
    """Yield why a directory would lie outside of what may be touched."""
    within = bounds.within
    if within and not (made.path == within or made.path.startswith(f"{within.rstrip('/')}/")):
        what = f"{brief(made.path)} does not lie within {brief(within)}"
        yield Problem("--within", what, f"give {brief(posixpath.dirname(made.path))}")
    elif made.export == "/" and not bounds.reaches_root:
        what = "what is exported is the root of the server, as it seems"
        fix = "give what clients mount as /, as --root /srv/nfs4, or the export by --within"
        yield Problem("--root", what, fix)


def left_out(laid: Iterable[Laid]) -> Iterator[str]:
    """Yield which volumes have no directory that could be made, and why."""
    for each in laid:
        apart = [one for one in each.volumes if not one.is_exported]
        if apart:
            yield f"left out: {_volumes(apart)} of {each.name}: {_why(apart[0])}"
        if provisioned := [one for one in each.volumes if one.is_exported and not one.is_static]:
            why = "a provisioner makes their directories"
            yield f"left out: {_volumes(provisioned)} of {each.name}: {why}"
        if each.unseen:
            what = f"{len(each.unseen)} claims" if len(each.unseen) > 1 else each.unseen[0]
            yield f"left out: what {what} of {each.name} is bound to is not in the input"


def _volumes(volumes: Sequence[Volume]) -> str:
    first = brief(volumes[0].name)
    more = len(volumes) - 1
    return f"{first} and {more} more" if more else first


def _why(volume: Volume) -> str:
    if volume.driver == LOCAL:
        return "a local volume's directory is made on its node"
    by = f", by the driver {brief(volume.driver)}" if volume.driver else ""
    return f"it {_LEFT_OUT}{by}"
