"""What a server makes of a manifest that is applied over an object: what it refuses or takes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sfsgen.documents.document import Path
from sfsgen.findings.finding import Severity
from sfsgen.findings.places import CLAIM_REF, VOLUME_NAME, directory_of
from sfsgen.kubernetes.binder import CLASS, MODES, SIZE, VOLUME_MODE, Storage, shown_class, size
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.kubernetes.words import CLUSTER
from sfsgen.nfs import mounted
from sfsgen.sets.found import FoundService, FoundSet
from sfsgen.values.pairs import Claim, Volume

ANOTHER_SELECTOR = "another selector"
"""What pods of a live set no longer meet, so that it does not take them over again."""


class Change(NamedTuple):
    """One thing in which what is applied differs from what is there."""

    path: Path
    """Where it stands in what is applied."""
    what: str
    severity: Severity = "error"
    """An error is refused, or takes a volume from its claim; a note is taken."""


def wanted_and_live(first: Manifest, second: Manifest) -> tuple[Manifest, Manifest] | None:
    """Return what is applied, and what there is; None where both are the same of these.

    What was read from the cluster is what there is, also where a dump is applied over it.
    """
    is_live = [each.document.file == CLUSTER for each in (first, second)]
    if is_live[0] == is_live[1]:
        is_live = [each.is_stored for each in (first, second)]
    if is_live[0] == is_live[1]:
        return None
    return (second, first) if is_live[0] else (first, second)


def of_set(wanted: FoundSet, live: FoundSet) -> Iterator[Change]:
    """Yield how a set differs; all but its replicas, ordinals and pods is immutable (measured)."""
    spec, there = wanted.manifest.value["spec"], live.manifest.value["spec"]
    for field, default in (("podManagementPolicy", "OrderedReady"), ("serviceName", "")):
        new, old = spec.get(field), there.get(field) or default
        if new is not None and new != old:
            yield Change(("spec", field), f"{field}: {new} in place of {old}")
    if wanted.manifest.at("spec", "selector") and wanted.selector != live.selector:
        yield Change(("spec", "selector"), ANOTHER_SELECTOR)
    if live.service_name and not wanted.service_name:
        yield Change(("spec", "serviceName"), f"no serviceName in place of {live.service_name}")
    yield from _of_templates(wanted, live)
    for path, new, old in (
        (("spec", "replicas"), wanted.replicas, live.replicas),
        (("spec", "ordinals", "start"), wanted.start_ordinal, live.start_ordinal),
    ):
        if new != old:
            yield Change(path, f"{path[-1]}: {new} in place of {old}", "note")


def _of_templates(wanted: FoundSet, live: FoundSet) -> Iterator[Change]:
    there = {each.name: each for each in live.templates}
    for each in wanted.templates:
        if (old := there.pop(each.name, None)) is None:
            yield Change((*each.path, "metadata", "name"), f"a new claim template {each.name}")
            continue
        for change in _of_storage(each.storage, old.storage):
            what = f"{change.what} in the claim template {each.name}"
            yield Change((*each.path, *change.path), what)
        for field, new, had in (
            ("labels", each.labels, old.labels),
            ("annotations", each.annotations, old.annotations),
        ):
            if dict(new) != dict(had):
                what = f"other {field} of the claim template {each.name}"
                yield Change((*each.path, "metadata", field), what)
    for name in there:
        yield Change(("spec", "volumeClaimTemplates"), f"no claim template {name} any more")


def _of_storage(new: Storage, old: Storage) -> Iterator[Change]:
    """Yield how two storages differ, at the fields of a claim."""
    if new.storage and size(new) != size(old):
        yield Change(SIZE, f"{new.storage} in place of {old.storage}")
    if new.access_modes and set(new.access_modes) != set(old.access_modes):
        modes = ", ".join(new.access_modes)
        yield Change(MODES, f"{modes} in place of {', '.join(old.access_modes)}")
    # The server stores a volume's class "" as none.
    if new.storage_class is not None and new.storage_class != (old.storage_class or ""):
        old_class = shown_class(old.storage_class)
        yield Change(CLASS, f"{shown_class(new.storage_class)} in place of {old_class}")
    if new.volume_mode != old.volume_mode:
        yield Change(VOLUME_MODE, f"volumeMode {new.volume_mode} in place of {old.volume_mode}")


def of_claim(wanted: Claim, live: Claim, *, can_grow: bool) -> Iterator[Change]:
    """Yield how a claim differs: only a provisioner's can grow; the rest is immutable."""
    for each in _of_storage(wanted.storage, live.storage):
        is_growth = each.path == SIZE and size(wanted.storage) > size(live.storage)
        yield each._replace(severity="note") if is_growth and can_grow else each
    if wanted.volume_name and live.volume_name and wanted.volume_name != live.volume_name:
        what = f"volumeName: {wanted.volume_name} in place of {live.volume_name}"
        yield Change(VOLUME_NAME, what)
    if wanted.selector and wanted.selector != live.selector:
        yield Change(("spec", "selector"), "another selector")


def of_volume(wanted: Volume, live: Volume) -> Iterator[Change]:
    """Yield how a volume differs: its source and its mode are immutable (measured)."""
    source, there = _source(wanted), _source(live)
    if source and source != there:
        path = directory_of(wanted) if wanted.driver else ("spec",)
        shown = f"{mounted(wanted.server, wanted.path)} in place of "
        shown += mounted(live.server, live.path)
        yield Change(path, shown if wanted.server and live.server else "another source")
    for each in _of_storage(wanted.storage, live.storage):
        path = ("spec", "capacity", "storage") if each.path == SIZE else each.path
        yield Change(path, each.what, "error" if each.path == VOLUME_MODE else "note")
    if wanted.claim and live.claim and wanted.claim != live.claim:
        what = f"it is reserved for {'/'.join(wanted.claim)} in place of {'/'.join(live.claim)}"
        yield Change((*CLAIM_REF, "name"), what, "error" if live.claim_uid else "note")
    if (policy := wanted.manifest.at("spec", "persistentVolumeReclaimPolicy")) and (
        policy != live.reclaim_policy
    ):
        what = f"its reclaim policy is {policy} in place of {live.reclaim_policy}"
        yield Change(("spec", "persistentVolumeReclaimPolicy"), what, "note")
    if wanted.mount_options and wanted.mount_options != live.mount_options:
        what = "other mount options, which hold from the next mount on"
        yield Change(("spec", "mountOptions"), what, "note")


def _source(volume: Volume) -> Any:
    spec = volume.manifest.value["spec"]
    nfs, csi, local = spec.get("nfs"), spec.get("csi"), spec.get("local")
    if local:
        return {**local, "node": volume.server}
    return (nfs or csi) and {"readOnly": False, **(nfs or csi)}


def of_service(wanted: FoundService, live: FoundService) -> Iterator[Change]:
    """Yield how a Service differs in what names pods: its address is immutable."""
    address = wanted.manifest.at("spec", "clusterIP")
    if address and wanted.is_headless != live.is_headless:
        there = live.manifest.at("spec", "clusterIP")
        yield Change(("spec", "clusterIP"), f"clusterIP: {address} in place of {there}")
    if wanted.selector and wanted.selector != live.selector:
        yield Change(("spec", "selector"), "another selector", "note")
