"""The pods of a set: their main container, and what the user adds beside it."""

import re
from collections.abc import Collection, Iterable, Iterator

from sfsgen.documents.document import Path
from sfsgen.kubernetes import names, versions
from sfsgen.plain_text import listed, quoted
from sfsgen.values.model import ClaimTemplate, Container, Fields, Metadata, Pod
from sfsgen.values.own_fields import OwnFields
from sfsgen.values.ports import check_port
from sfsgen.values.tree import Values


def pod_of(values: Values, main: str, common: Metadata, templates: Iterable[ClaimTemplate]) -> Pod:
    """Return what pods have beside their main container, by its name, noting faults."""
    own = OwnFields(values, "pod")
    volumes, path = own.take("volumes")
    mountable = {template.name for template in templates}
    mountable |= _own_volumes(values, path, mountable)
    sidecars_path, init_path = own.path("containers"), own.path("initContainers")
    sidecars = own.append("containers", [{"name": main}], "name")[1:]
    fields = own.rest()
    _check_container_names(values, sidecars_path, init_path, main)
    if not _is_in_doubt(values):
        containers = (*values.entries(*sidecars_path), *values.entries(*init_path))
        _check_mounts(values, [("container",), *(each for each, _ in containers)], mountable)
    return Pod(
        metadata=own.metadata(common),
        sidecars=sidecars,
        fields={**fields, "volumes": volumes} if volumes else fields,
    )


def containers_at(values: Values) -> list[Path]:
    """Return where the containers of a set's pods are said: the main one, and those beside it."""
    beside = [values.nested(("pod", key)) for key in ("containers", "initContainers")]
    return [("container",), *(at for path in beside for at, _ in values.entries(*path))]


def texts_at(values: Values) -> Iterator[tuple[Path, str]]:
    """Yield the variables and commands of a set's containers: what placeholders may stand in."""
    containers = containers_at(values)
    for path in (("env",), *((*each, "env") for each in containers)):
        yield from (((*at, "value"), each.get("value") or "") for at, each in values.entries(*path))
    for each in containers:
        for key in ("command", "args"):
            yield from values.entries(*each, key)


def _own_volumes(values: Values, path: Path, templates: Collection[str]) -> set[str]:
    """Return the names of the volumes that the user adds to the pods."""
    seen: set[str] = set()
    for at, volume in values.entries(*path):
        name = volume["name"]
        values.check((*at, "name"), name, names.label_fault(name), names.label_fix(name))
        if name in seen:
            what = f"two volumes are named {quoted(name)}"
            values.fault((*at, "name"), what, "give each its own name")
        elif name in templates:
            what = (
                f"the volume {quoted(name)} has the name of a claim template, which "
                "takes its place in every pod"
            )
            values.caution((*at, "name"), what, "give it another name, unless the set exists")
        seen.add(name)
    return seen


def _is_in_doubt(values: Values) -> bool:
    """Return whether a name that a container mounts may be one that could not be read."""
    count = max(1, len(values.get("claimTemplates") or ()))
    paths: list[Path] = [("claimTemplates", index, "name") for index in range(count)]
    paths += [("pod", "volumes"), ("pod", "spec", "volumes")]
    return any(values.is_reported(*each) for each in paths)


def _check_container_names(values: Values, sidecars: Path, first: Path, main: str) -> None:
    # Sidecars of one name are told of where they are merged with the main container.
    seen = {main, *(container["name"] for _, container in values.entries(*sidecars))}
    for path, container in (*values.entries(*sidecars), *values.entries(*first)):
        name = container["name"]
        values.check((*path, "name"), name, names.label_fault(name), names.label_fix(name))
    for path, container in values.entries(*first):
        name = container["name"]
        if name in seen:
            what = f"{quoted(name)} is taken"
            values.fault((*path, "name"), what, "give it a name of its own")
        seen.add(name)


def _check_mounts(values: Values, containers: Iterable[Path], mountable: Collection[str]) -> None:
    fix = f"add it to pod.volumes, or mount one of {listed(sorted(mountable))}"
    for container in containers:
        for path, mount in values.entries(*container, "volumeMounts"):
            if mount["name"] not in mountable:
                what = f"there is no volume {quoted(mount['name'])} to mount"
                values.fault((*path, "name"), what, fix)


def container_of(
    values: Values, set_name: str, ports: list[Fields], templates: Iterable[ClaimTemplate]
) -> Container:
    """Return the main container, which is named after the set by default, noting faults."""
    own = OwnFields(values, "container")
    name, name_path = own.take("name")
    if name is not None and (fault := names.label_fault(name)):
        values.check(name_path, name, fault, names.label_fix(name))
    for path, port in values.whole_entries(*own.path("ports")):
        check_port(values, (*path, "containerPort"), port["containerPort"])
        if fault := names.port_name_fault(port.get("name", "http")):
            values.check((*path, "name"), port["name"], fault, names.label_fix(port["name"], 15))
    mounts = [mount for template in templates for mount in template.mounts]
    return Container(
        name=set_name if name is None else name,
        image=_image(values),
        ports=own.append("ports", ports, "name"),
        env=own.append("env", _env(values), "name"),
        volume_mounts=own.append("volumeMounts", mounts, "mountPath"),
        fields=own.rest(),
    )


def _image(values: Values) -> str:
    image = values.text(("image",))
    if not image or not image.isprintable() or " " in image:
        values.fault(("image",), f"{quoted(image)} is not an image", "write it as nginx:1.29")
    return image


def _env(values: Values) -> list[Fields]:
    seen = set()
    for path, entry in values.entries("env"):
        name = entry["name"]
        if name in seen:
            what = f"{quoted(name)} is set twice, and the last one counts"
            values.caution((*path, "name"), what, "set it once")
        seen.add(name)
    for path, entry in (*values.entries("env"), *values.entries("container", "env")):
        _check_env_name(values, (*path, "name"), entry["name"])
        if "\0" in entry.get("value", ""):
            values.fault((*path, "value"), "no environment variable can hold a NUL", "take it out")
    return [entry for _, entry in values.entries("env")]


def _check_env_name(values: Values, path: Path, name: str) -> None:
    named = f"the environment variable {quoted(name)}"
    if not name or "=" in name or not (name.isascii() and name.isprintable()):
        fault = 'is no environment variable: printable ASCII without "=" is possible'
        values.check(path, name, fault, "write it as LOG_LEVEL")
    elif not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", name):
        values.require(path, versions.ENV_PRINTABLE, named)
    elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        values.require(path, versions.ENV_PUNCTUATION, named)
