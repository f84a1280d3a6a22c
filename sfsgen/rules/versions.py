"""Rules about the target minor: what it serves, what it refuses, what it ignores."""

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sfsgen.cures import is_stored
from sfsgen.fields import Fields, Oddity
from sfsgen.findings import Finding, error, warning
from sfsgen.manifests import Manifest
from sfsgen.paths import Path, spelled
from sfsgen.scene import Scene
from sfsgen.versions import ANNOTATIONS, FIELDS, STATEFUL_SET_APIS

_KINDS = ("StatefulSet", "PetSet", "Service", "PersistentVolume", "PersistentVolumeClaim")
_SHORT = {
    "sts": "statefulset",
    "svc": "service",
    "pv": "persistentvolume",
    "pvc": "persistentvolumeclaim",
}
_SURELY, _PERHAPS = 0.9, 0.6  # how alike two words are


def api_version(scene: Scene) -> Iterator[Finding]:
    """An object's apiVersion and kind are served at the target minor.

    Source: kubernetes.io/docs/reference/using-api/deprecation-guide.
    """
    served: dict[tuple[str, str], bool] = {}
    for manifest in scene.look.manifests:
        key = manifest.api_version, manifest.kind
        if key not in served:
            # A group with a point is another project's kind of the same name.
            group = manifest.api_version.partition("/")[0]
            is_ours = manifest.kind in _KINDS and ("." not in group or group.endswith(".k8s.io"))
            served[key] = not is_ours or scene.target.serves(*key)
        if meant := _meant(*key):
            what = f'there is no kind "{manifest.kind}" in {manifest.api_version}'
            yield error(manifest, ("kind",), what, f"write kind: {meant}")
        if not served[key]:
            what = f"{manifest.api_version} {manifest.kind} is not served by {scene.target}"
            wanted, kind = "v1", manifest.kind
            if kind in ("StatefulSet", "PetSet"):
                wanted, kind = scene.target.stateful_set_api
            fix = f"write apiVersion: {wanted}"
            fix += f" and kind: {kind}" if kind != manifest.kind else ""
            yield error(manifest, ("apiVersion",), what, fix)


def field(scene: Scene) -> Iterator[Finding]:
    """Every field exists at the target minor; kubectl refuses others, or the server drops them.

    Source: the API's schemas of every minor, sfsgen/kubernetes-fields.json.
    """
    fields = Fields(scene.target)
    for manifest in scene.look.manifests:
        # What a server holds it has taken; it is judged where another minor is asked for.
        if manifest.kind in _KINDS and (scene.look.target or not is_stored(manifest)):
            for oddity in fields.oddities(manifest.kind, manifest.value):
                yield _refused(scene, manifest, oddity)


def annotation(scene: Scene) -> Iterator[Finding]:
    """An annotation by which Kubernetes once did something is still heeded at the target minor.

    Source: the release notes of the minors that dropped them.
    """
    for manifest in scene.look.manifests:
        if manifest.kind in _KINDS and manifest.value["metadata"].get("annotations"):
            yield from _ignored(scene, manifest, manifest.value, ())
        if manifest.kind in ("StatefulSet", "PetSet"):
            template = (manifest.value.get("spec") or {}).get("template") or {}
            yield from _ignored(scene, manifest, template, ("spec", "template"))


@lru_cache
def _meant(api_version: str, kind: str) -> str:
    """Return the kind that was meant by one that does not exist, or ""."""
    if kind in _KINDS or api_version not in ("v1", *STATEFUL_SET_APIS):
        return ""
    by_lower_case = {each.lower(): each for each in _KINDS}
    short = _SHORT.get(kind.lower(), kind.lower())
    near = difflib.get_close_matches(short, by_lower_case, 1, _SURELY)
    return by_lower_case[near[0]] if near else ""


def _ignored(scene: Scene, manifest: Manifest, value: Any, path: Path) -> Iterator[Finding]:
    for key in (value.get("metadata") or {}).get("annotations") or ():
        feature = ANNOTATIONS.get(key)
        if feature and not scene.target.has(feature):
            what = f"{scene.target} ignores the annotation {key}, which works from "
            what += f"1.{feature.since} to 1.{feature.until}"
            fix = f"remove it, and write {FIELDS[key]}" if key in FIELDS else "remove it"
            found = warning(manifest, (*path, "metadata", "annotations", key), what, fix)
            yield found._replace(is_key=True)


def _refused(scene: Scene, manifest: Manifest, oddity: Oddity) -> Finding:
    path, since, until = oddity.path, oddity.since, oddity.until
    fix = "remove it"
    if since is None:
        what = f"{manifest.kind} {manifest.name} has no field {spelled(path)}"
        key = str(path[-1])
        by_lower_case = {each.lower(): each for each in oddity.known}
        near = difflib.get_close_matches(key.lower(), by_lower_case, 1, _PERHAPS)
        if key in oddity.in_spec:
            fix = f"write it as spec.{key}"
        elif near:
            fix = f"write {by_lower_case[near[0]]}, or remove it"
    elif since > scene.target.oldest:
        what = f"{spelled(path)} exists from Kubernetes 1.{since} on; the target is {scene.target}"
        earlier = [key for key, each in FIELDS.items() if each.endswith(spelled(path[-2:]))]
        if earlier and scene.target.has(ANNOTATIONS[earlier[0]]):
            fix = f"write the annotation {earlier[0]} in its place"
    else:
        what = f"{spelled(path)} exists up to Kubernetes 1.{until}; the target is {scene.target}"
    return error(manifest, path, what, fix, is_key=True)
