"""What containers mount is a claim template or a volume of the pod, and templates are mounted.

A name in `volumeMounts` that no claim template and no volume of the pod has is refused when the
pods are made: the set is there, and its pods never come (from 1.34 on, the set is refused). A claim
template that nothing mounts binds a volume that no program uses. A volume of the pod that has a
claim template's name is replaced by the claim, silently (measured).

Fix: Write the name of the claim template, or add a volume of that name to the pod, as for a
ConfigMap. The pod template of a live set can be changed; its claim templates cannot.

Source: pkg/apis/core/validation/validation.go, ValidateVolumeMounts; from 1.34 on at create.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sfsgen.documents.document import Path, spelled
from sfsgen.findings.finding import Finding, error, note, warning
from sfsgen.findings.scene import Scene
from sfsgen.kubernetes.manifest import Manifest
from sfsgen.problems import nearest
from sfsgen.sets.found import FoundSet
from sfsgen.sets.pod_volumes import POD, every_container

_ALIKE = 0.6  # a name and what it is misspelt as


def mounts(scene: Scene) -> Iterator[Finding]:
    for stateful_set in scene.inventory.stateful_sets:
        yield from _mounts(stateful_set)


def _mounts(stateful_set: FoundSet) -> Iterator[Finding]:
    manifest = stateful_set.manifest
    template = manifest.at("spec", "template")
    if not template:
        return
    pod = template.get("spec") or {}
    volumes = {each.get("name"): index for index, each in enumerate(pod.get("volumes") or ())}
    templates = [each.name for each in stateful_set.templates]
    known = {*volumes, *templates}
    used = list(_used(manifest))
    unknown = [(path, name) for path, name in used if name not in known]
    for path, name in unknown:
        what = (
            f'{spelled(path[:-1])} is named "{name}", and there is no such claim template or volume'
        )
        # One that the container mounts already would be mounted twice.
        taken = {other for at, other in used if at[:-2] == path[:-2]}
        near = nearest(name, filter(None, known - taken), _ALIKE)
        fix = f"write {near}" if near else "add a volume or a claim template of that name"
        yield error(manifest, path, what, fix)
    mounted = {name for _, name in used}
    for each in stateful_set.templates:
        # One that is misspelt where it is mounted is told already.
        if not unknown and each.name not in mounted:
            what = f"no container mounts the claim template {each.name}"
            fix = "add it to the volumeMounts of a container, or remove it"
            yield warning(manifest, (*each.path, "metadata", "name"), what, fix)
        # Published so often that it is an idiom: the volume only says that the claim is meant.
        if each.name in volumes and not _is_placeholder(pod, volumes[each.name], each.name):
            path = (*POD, "volumes", volumes[each.name], "name")
            what = (
                f"the claim template {each.name} takes the place of the pod's volume of that name"
            )
            fix = (
                "remove the volume from the pod, which is never mounted; if it is meant, give it "
                "another name, and its mounts too"
            )
            yield note(manifest, path, what, fix)


def _is_placeholder(pod: Mapping[str, Any], index: int, name: str) -> bool:
    claim = pod["volumes"][index].get("persistentVolumeClaim") or {}
    return claim.get("claimName") == name


def _used(stateful_set: Manifest) -> Iterator[tuple[Path, str]]:
    """Yield the volumes that containers use, by name."""
    for place, container in every_container(stateful_set):
        for field in ("volumeMounts", "volumeDevices"):
            for index, each in enumerate(container.get(field) or ()):
                yield (*place, field, index, "name"), each.get("name") or ""
